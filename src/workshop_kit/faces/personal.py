"""What `workshop held`, `forget`, `retain` and `erase` do and say: personal data, from the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import msgspec

from workshop_kit import privacy
from workshop_kit.core.errors import N_, NN_, StoreError, WorkshopError
from workshop_kit.core.text import Text
from workshop_kit.erasure import erase_session, internal_minutes
from workshop_kit.folder import SessionFolder, locate
from workshop_kit.live import LiveSession, utc_now
from workshop_kit.prepare import MINUTES_NOTEBOOK, last_day
from workshop_kit.store.copies import Purged
from workshop_kit.store.files import made

Sure: TypeAlias = Callable[[str], bool]
"""Asks a question that is answered yes or no."""

_EMPTIED = NN_(
    "The name was erased, and {n} entry emptied that held own words.",
    "The name was erased, and {n} entries emptied that held own words.",
)
_ERASED = NN_(
    "{n} name was erased, and nobody can take their seat again.",
    "{n} names were erased, and nobody can take their seat again.",
)


def held(session: str, seat: str, out: Path | None) -> str:
    """Return all that a session holds of a person as JSON, or write it to a file that is not there yet."""
    with closing(locate(session).open()) as live:
        found = privacy.held_of(live, privacy.seat_called(live, seat))
    told = msgspec.json.format(msgspec.json.encode(found), indent=2)
    if out is None:
        return told.decode()
    if out.exists():
        raise StoreError(N_('There is a file "{path}" already. Name another one with --out.'), path=str(out))
    with made(out) as part:
        part.write_bytes(told + b"\n")
    return str(out)


def forget(session: str, seat: str, *, sure: Sure, text: Text) -> Iterator[str]:
    """Erase one person; yields what to tell. Raises `WorkshopError`."""
    folder = locate(session)
    with closing(folder.open()) as live:
        found = privacy.seat_called(live, seat)
        _must(sure(text(N_("Erase the name and the cards of {person} for good?"), person=live.people(found, text))))
        yield text.plural(*_EMPTIED, privacy.forget(live, found, privacy.IN_FRONT))
        yield from _copies(privacy.purge(live, utc_now()), text)
    yield from _withdrawn(folder, text)
    files = [*internal_minutes(folder), *sorted(folder.path.glob("*.ipynb"))]
    if files:
        yield text(N_("Written before, so these may still name the person. Write them anew, or delete them:"))
        yield from _listed(files)


def retain(session: str, written: str, text: Text) -> Iterator[str]:
    """Change the last day on which names are kept; yields what to tell. Raises `WorkshopError`."""
    with closing(locate(session).open()) as live:
        live.do("retain", until=last_day(written, live.state.info.date))
        until = live.state.keep_until
    if until:
        yield text(N_("Names are kept until {day}, and erased after it."), day=text.day(until))
    else:
        yield text(N_("Names are kept until you erase them: workshop erase SESSION --now"))


def erase(session: str, why: str, text: Text, *, sure: Sure, minutes: bool = False) -> Iterator[str]:
    """Erase all personal data of a session whose last day is over, or where there is another reason `why`.

    Yields what to tell. Raises `WorkshopError`.
    """
    folder = locate(session)
    with closing(folder.open()) as live:
        if not why and not live.state.erased:
            yield from _not_yet(live, text)
            return
        if not live.state.erased:
            _must(sure(_question(folder, live, text)))
        yield from erased(folder, live, why or "retention", text, minutes=minutes)


def erased(folder: SessionFolder, live: LiveSession, why: str, text: Text, *, minutes: bool = False) -> Iterator[str]:
    """Erase all personal data of a session, or what an interrupted run left; yields what to tell."""
    done = erase_session(folder, live, why, minutes=minutes)
    yield f"{live.state.info.title}: {text.plural(*_ERASED, done.names)}"
    yield from _copies(done.copies, text)
    for told, files in (
        (N_("Outputs of notebooks were cleared, since they can show names:"), done.cleared),
        (N_("These notebooks could not be read. Look for names in them, or delete them:"), done.unread),
        (N_("Deleted:"), done.deleted),
        (N_("Minutes that may hold names are left alone. Delete them with --minutes, or keep them safe:"), done.left),
    ):
        if files:
            yield text(told)
            yield from _listed(files)
    yield from _withdrawn(folder, text)
    if (folder.path / MINUTES_NOTEBOOK).is_file():
        yield text(N_("Your own notes are left alone: {path}"), path=folder.path / MINUTES_NOTEBOOK)
    if folder.address is not None:
        yield text(N_("The database's own log and backups are in the hands of whoever runs it."))


def _withdrawn(folder: SessionFolder, text: Text) -> Iterator[str]:
    if files := folder.withdraw():
        yield text(N_("Taken from the phones, since they may tell what was erased. Publish them anew:"))
        yield from _listed(files)


def _not_yet(live: LiveSession, text: Text) -> Iterator[str]:
    until = live.state.keep_until
    yield text(N_("{title}: nothing was erased."), title=live.state.info.title)
    if until:
        yield text(N_("Names are kept until {day}. To erase them today, add --now."), day=text.day(until))
    else:
        yield text(N_("No last day is set. Set one with workshop retain, or erase today with --now."))


def _question(folder: SessionFolder, live: LiveSession, text: Text) -> str:
    asked = text(N_('Erase all names of "{title}" for good? Nobody can join any more.'), title=live.state.info.title)
    warned = text(N_("No minutes have been written yet; later ones will name nobody."))
    return asked if internal_minutes(folder) else f"{warned} {asked}"


def _must(answer: bool) -> None:
    if not answer:
        raise WorkshopError(N_("Nothing was erased."))


def _copies(purged: Purged, text: Text) -> Iterator[str]:
    if purged.removed:
        yield text(N_("Copies of the log that held erased data were deleted:"))
        yield from _listed(purged.removed)
    if purged.fresh:
        yield text(N_("A fresh backup is in their place: {path}"), path=purged.fresh)
    if purged.left:
        yield text(N_("These backups belong to no log here. Look at them yourself:"))
        yield from _listed(purged.left)


def _listed(paths: Iterable[Path]) -> Iterator[str]:
    yield from (f"  {path}" for path in paths)
