"""Prints the sheets of a session: which ones it needs, and a PDF of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from workshop_kit.activities.poll.state import PollState
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, StoreError
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes import fonts
from workshop_kit.minutes.look import look_of
from workshop_kit.minutes.writers.shape import moment
from workshop_kit.minutes.writers.typesetting import Job, each_leaf, typeset
from workshop_kit.printing import joining, room
from workshop_kit.printing.joining import NotPrintable, Wifi
from workshop_kit.printing.voices import SHORT, Voices, cut
from workshop_kit.tickets import issue

SHEETS = {
    "poster": N_("Poster to join"),
    "wifi": N_("Wi-Fi"),
    "ballots": N_("Ballots"),
    "roles": N_("Role cards"),
    "stations": N_("Station sheets"),
    "tickets": N_("Tickets"),
    "cards": N_("Moderation cards"),
    "barcamp": N_("Session card"),
}
"""The sheets by name, with what they are called."""

CODED = frozenset({"ballots", "tickets"})
"""The sheets that bear the codes of tickets."""

SAMPLE = "ABCDE-FGHJF"
"""Stands for a code where it is only tried whether a sheet can be set."""

BOTH = "both"
FOLDER = "print"
SLIPS, CARDS, FORMS = 20, 2, 1
"""How many slips per poll, cards per step and forms are printed unless somebody says so."""

BOX = 9
"""Millimetres of a box that is marked by hand; shaky hands need 8 at least."""

_PAGE = re.compile(rb"/Type\s*/Page\b")
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


class Order(Struct, frozen=True):
    """What to print. `lang` is a language, "both", or that of the session; `count` 0 stands for the usual number.

    `tickets` is how many tickets are issued; each stands on a slip of every poll. `address` is where phones find the
    server, if it does not run yet.
    """

    sheets: tuple[str, ...] = ()
    lang: str = ""
    count: int = 0
    tickets: int = 0
    address: str = ""
    wifi: Wifi | None = None


def print_sheets(live: LiveSession, folder: Path, order: Order, out: Path | None = None) -> list[Path]:
    """Write each sheet as a PDF, in the folder `print` of the session unless `out` is named; return the files.

    Raises `NotPrintable` for a sheet that was asked for and cannot be made, `StoreError` where a file with tickets
    would be overwritten, `Refused` where no tickets can be issued.
    """
    voices = voices_of(live, order)
    address = joining.address_of(live.state, order.address)
    wanted = _wanted(live, order, address, voices)
    out = out or folder / FOLDER
    tags = "-".join(text.lang for text in voices.texts)
    paths = {sheet: out / f"{sheet}.{tags}.pdf" for sheet in wanted}

    def pdf(sheet: str, codes: Sequence[str] = ()) -> bytes:
        return _pdf(live, folder, sheet, order, voices, address, codes)

    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
        coded = [sheet for sheet in wanted if order.tickets and sheet in CODED]
        for sheet in wanted:
            if sheet not in coded:
                paths[sheet].touch(0o600 if sheet in {"poster", "wifi"} else 0o666)
                paths[sheet].write_bytes(pdf(sheet))
        if coded:
            _print_tickets(live, order.tickets, {paths[sheet]: partial(pdf, sheet) for sheet in coded})
    return [paths[sheet] for sheet in wanted]


def _print_tickets(live: LiveSession, count: int, sheets: Mapping[Path, Callable[[Sequence[str]], bytes]]) -> None:
    """Issue tickets and print them into new files; whatever would go wrong does so before any is issued."""
    begun: list[Path] = []
    try:
        for path, pdf in sheets.items():
            pdf((SAMPLE,))
            path.touch(0o600, exist_ok=False)
            begun.append(path)
        codes = issue(live, str(count))
        for path, pdf in sheets.items():
            path.write_bytes(pdf(codes))
    except BaseException as error:
        for path in begun:
            path.unlink()
        if isinstance(error, FileExistsError):
            raise StoreError(
                N_('There is a file "{path}" already, and its tickets cannot be printed again. Name another --out.'),
                path=str(error.filename),
            ) from None
        raise


def pages(path: Path) -> int:
    """Return how many pages a file has that was printed here; Typst writes a dictionary in plain text for each."""
    return len(_PAGE.findall(path.read_bytes()))


def missing(live: LiveSession, order: Order) -> bool:
    """Return whether the poster was left out, since nobody knows the address yet."""
    return not order.sheets and not joining.address_of(live.state, order.address)


def job(
    live: LiveSession, folder: Path, sheet: str, order: Order, voices: Voices, address: str, codes: Sequence[str] = ()
) -> Job:
    """Return what Typst is told to set one sheet."""
    state = live.state
    pictures: dict[str, bytes] = {}
    look = look_of(folder)
    logo = f"logo{_SUFFIXES.get(look.logo_type, '')}" if look.logo else None
    if logo:
        pictures[logo] = look.logo
    if address and sheet in {"poster", "tickets"}:
        pictures["join.svg"] = joining.qr(f"{address}/{state.info.code}")
    if order.wifi and sheet in {"poster", "wifi"}:
        pictures["wifi.svg"] = joining.qr(order.wifi.written)
    page = {
        "kind": sheet,
        "lang": voices.first.lang,
        "region": None,
        "title": f"{voices.first(SHEETS[sheet])} · {one_line(state.info.title)}",
        "session": cut(state.info.title, SHORT),
        "families": list(fonts.FAMILIES),
        "box": BOX,
        "notice": voices(
            N_("The number keeps a ballot from counting twice; whoever enters it sees number and marks together.")
        ),
        "letterhead": {"logo": logo, "organisation": look.organisation or one_line(state.info.title)}
        if look.logo or look.organisation
        else None,
        "content": _content(live, sheet, order, voices, address, tuple(codes)),
    }
    return Job(
        page, pictures, int(moment(state.info.date).timestamp()), package="workshop_kit.printing", template="sheets.typ"
    )


def _pdf(
    live: LiveSession, folder: Path, sheet: str, order: Order, voices: Voices, address: str, codes: Sequence[str]
) -> bytes:
    plain = job(live, folder, sheet, order, voices, address, codes)

    def shown_by(shown: Callable[[str], str]) -> Job:
        return Job(each_leaf(plain.page, shown), plain.pictures, plain.created, plain.package, plain.template)

    return typeset(shown_by)


def _content(live: LiveSession, sheet: str, order: Order, voices: Voices, address: str, codes: tuple[str, ...]) -> Any:
    state = live.state
    match sheet:
        case "poster":
            return joining.poster(state, voices, address, order.wifi)
        case "wifi" if order.wifi:
            return joining.wifi_sheet(order.wifi, voices)
        case "ballots":
            return room.ballots(state, voices, _marks(live, order, voices, codes))
        case "roles":
            return room.roles(state, voices)
        case "stations":
            return room.stations(state, voices)
        case "cards":
            return room.cards(state, voices, order.count or CARDS)
        case "tickets":
            parts = urlsplit(address)
            return {
                **room.tickets(voices, codes),
                "short": cut(state.info.title, SHORT),
                "address": parts.netloc + parts.path if address else None,
                "alt": voices(N_("QR code of the address {address}"), address=f"{address}/{state.info.code}"),
                "code": state.info.code,
            }
    return room.barcamp(voices, order.count or FORMS)


def _marks(live: LiveSession, order: Order, voices: Voices, codes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what each slip is known by: a new ticket, a number, or a line for the ticket that somebody has."""
    if codes:
        return [{"label": voices(N_("Ticket")), "value": code} for code in codes]
    count = order.count or SLIPS
    if live.state.tickets:
        return [{"label": voices(N_("Ticket")), "value": ""}] * count
    return [{"label": voices(N_("Slip")), "value": str(number)} for number in range(1, count + 1)]


def _wanted(live: LiveSession, order: Order, address: str, voices: Voices) -> list[str]:
    """Return the sheets to print, in the order of `SHEETS`. Raises `NotPrintable` for one that cannot be made."""
    state = live.state
    reasons = {
        "poster": "" if address else N_("There is no address yet. Open the session first, or name it with --address."),
        "wifi": "" if order.wifi else N_("Name the Wi-Fi with --wifi-name."),
        "ballots": ""
        if any(isinstance(item.state, PollState) for item in state.items.values())
        else N_("There is no poll in this session."),
        "roles": "" if room.roles(state, voices) else N_("There are no roles in this session yet."),
        "cards": "" if room.cards(state, voices, 1) else N_("Nobody writes cards in this session."),
        "tickets": "" if order.tickets else N_("Say how many tickets to issue: --tickets N."),
    }
    if not order.sheets:
        named_only = {"barcamp", "wifi"}
        return [sheet for sheet in SHEETS if sheet not in named_only and not reasons.get(sheet)]
    for sheet in order.sheets:
        if sheet not in SHEETS:
            raise NotPrintable(
                N_('There is no sheet "{name}". There are: {known}.'), name=sheet[:40], known=", ".join(SHEETS)
            )
        if why := reasons.get(sheet):
            raise NotPrintable(why)
    return [sheet for sheet in SHEETS if sheet in order.sheets]


def _languages(live: LiveSession, order: Order) -> list[str]:
    own = live.state.info.lang
    if order.lang == BOTH:
        return sorted(LANGUAGES, key=lambda lang: lang != own)
    return [order.lang or own]


def voices_of(live: LiveSession, order: Order) -> Voices:
    """Return the languages that the sheets speak."""
    registry = live.rules.registry.values()
    return Voices([voice(lang, registry, live.state.info.timezone) for lang in _languages(live, order)])


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            N_('"{path}" cannot be written: {problem}.'), path=str(path), problem=error.strerror or error
        ) from error
