"""What a careful reader would ask before minutes go out: each question in plain words, with the place to mend it.

Nothing of it ever stands in the minutes. Names are counted and never repeated, since the executed notebook of a public
edition shows what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain

from msgspec import Struct

from workshop_kit.core.document import Document, Section
from workshop_kit.core.errors import N_
from workshop_kit.core.small_groups import is_small
from workshop_kit.core.state import Item, Phase
from workshop_kit.minutes.album import Album, is_cleared
from workshop_kit.minutes.discretion import named
from workshop_kit.minutes.kinds import ITEM
from workshop_kit.minutes.notes import images, parts
from workshop_kit.minutes.sections import Minutes

NOTEBOOK = "minutes.ipynb"

FORM = N_("in the form, or: workshop note SESSION {field} TEXT")
STEP_FORM = N_("in the form, or: workshop note SESSION {field} TEXT --item {item}")

Cells = Iterable[tuple[str, Album]]
"""The note-taker's text cells, each with the pictures at hand for it."""


class Severity(StrEnum):
    """How much a finding matters: it is wrong as it stands, or somebody should look at it."""

    MEND = "mend"
    LOOK = "look"


class Finding(Struct, frozen=True):
    """One question. `section` is the id of the section that it is about, `place` says where it is mended."""

    severity: Severity
    text: str
    section: str
    place: str


def findings(minutes: Minutes, cells: Cells = (), private: Iterable[str] = ()) -> list[Finding]:
    """Return what to mend and what to look at, the former first.

    `private` are the names of people who did not agree to be named in public; they matter in the public edition only.
    """
    cells = tuple(cells)
    steps = (found for item in minutes.material.items() for found in _of_step(minutes, item))
    found = chain(_of_session(minutes), steps, _of_pictures(minutes, cells), _of_names(minutes, cells, private))
    order = list(Severity)
    return sorted(dict.fromkeys(found), key=lambda one: order.index(one.severity))


def _of_session(minutes: Minutes) -> Iterator[Finding]:
    told, text = minutes.material, minutes.text
    state = told.state
    mend, look = Severity.MEND, Severity.LOOK

    def asked(severity: Severity, message: str, section: str, field: str) -> Iterator[Finding]:
        if ("", field) not in state.noted:
            yield Finding(severity, text(message), section, text(FORM, field=field))

    if not state.seats:
        yield Finding(Severity.LOOK, text(N_("Nobody is marked as present.")), "people", NOTEBOOK)
    if not state.erased:
        yield from asked(look, N_("It does not say who took the minutes."), "people", "note-taker")
    if minutes.kind.name == "assembly":
        yield from asked(mend, N_("It does not say whether the invitation was in time."), "findings", "invitation")
        yield from asked(mend, N_("It does not say whether there was a quorum."), "findings", "quorum")
        yield from asked(look, N_("It says nothing of the last minutes."), "findings", "last-minutes")
        yield from asked(look, N_("It does not say who was in the chair."), "people", "chair")
    if minutes.kind.name in {"card", "article"}:
        yield from asked(
            look, N_("It does not say what the session started from."), minutes.kind.sections[0], "purpose"
        )
    if told.public and is_small(len(state.seats)):
        message = N_("So few people were there that a reader may guess who said or chose what.")
        yield Finding(Severity.LOOK, text(message), "people", NOTEBOOK)


def _of_step(minutes: Minutes, item: Item) -> Iterator[Finding]:
    told, text = minutes.material, minutes.text
    step, title, kind = item.spec.id, told.title(item), told.rules.activity(item)
    section, number = f"{ITEM}-{step}", 1 + [spec.id for spec in told.state.agenda.items].index(step)
    notebook = f"{number:02d}-{step}.ipynb"

    def says(severity: Severity, message: str, place: str = notebook) -> Finding:
        return Finding(severity, f"{title}: {message}", section, place)

    if item.phase is Phase.OPEN:
        yield says(Severity.MEND, text(N_("This step was never closed.")))
    doubts = getattr(kind, "doubts", None)
    if doubts and item.opened_at and not told.moved_to(item) and item.phase is Phase.CLOSED:
        for doubt in doubts(item.state, text):
            yield says(Severity.LOOK, doubt)
    if told.withheld(item, item.state):
        yield says(Severity.LOOK, text(N_("So few voted that the public edition does not tell the result.")))
    noted = {field for about, field in told.state.noted if about == step}
    voted = minutes.kind.name == "assembly" and hasattr(kind, "answered") and item.opened_at is not None
    if "decision" not in noted and (voted or noted & {"review", "acceptance", "objections"}):
        place = text(STEP_FORM, field="decision", item=step)
        yield says(Severity.LOOK, text(N_("The decision is not there in words.")), place)


def _of_pictures(minutes: Minutes, cells: Cells) -> Iterator[Finding]:
    text = minutes.text
    for markdown, album in cells:
        for address, alt, caption in images(markdown):
            picture = album.find(address, alt, caption)
            name = caption or alt or address
            if picture is None:
                message = N_(
                    'The picture "{name}" is not shown: paste it, or put a JPEG or PNG into the session\'s folder.'
                )
                yield Finding(Severity.MEND, text(message, name=name), "", NOTEBOOK)
                continue
            if not alt:
                message = N_('The picture "{name}" needs a description in the square brackets, for who cannot see it.')
                yield Finding(Severity.MEND, text(message, name=name), "", NOTEBOOK)
            if not is_cleared(picture):
                message = N_(
                    'Does the picture "{name}" show people, and did they agree? Write "with consent" or "no people" '
                    "below it; until then the public edition leaves it out."
                )
                yield Finding(Severity.LOOK, text(message, name=name), "", NOTEBOOK)


def _of_names(minutes: Minutes, cells: Cells, private: Iterable[str]) -> Iterator[Finding]:
    """Yield per section how many people it names who did not agree; whom, the command tells when it writes."""
    if not minutes.material.public:
        return
    names, text, meta = tuple(private), minutes.text, minutes.meta()
    notes = tuple(block for markdown, _ in cells for part in parts(markdown) for block in part.blocks)
    titles = tuple(part.title for markdown, _ in cells for part in parts(markdown) if part.title)
    own = Section("", " ".join((text(N_("Notes")), *titles)), notes)
    for section in (*minutes.sections(), own):
        if count := len(named(Document(meta, (section,)), names)):
            title = section.title if section.id else text(N_("Notes"))
            told = text.plural(
                '"{title}" names {n} person who did not agree to be named in public.',
                '"{title}" names {n} people who did not agree to be named in public.',
                count,
                title=title,
            )
            yield Finding(Severity.MEND, told, section.id, NOTEBOOK)
