"""What stands before the steps: who met where and when, why, and what was found formally."""

from __future__ import annotations

from workshop_kit.core.document import AnyBlock, Pairs, Paragraph, Section, Table
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Span
from workshop_kit.core.noted import BY_NAME
from workshop_kit.core.state import Phase
from workshop_kit.minutes.material import Material

TOOK_PART = NN_("{n} person took part.", "{n} people took part.")

PHASES = {
    Phase.PLANNED: N_("not held"),
    Phase.OPEN: N_("still open"),
    Phase.CLOSED: N_("held"),
}

SERVING = ("session-giver", "chair", "note-taker", "excused", "guests", "distribution")
OCCASION = ("occasion", "organiser", "series", "number", "format")
FINDINGS = ("invitation", "quorum", "last-minutes", "agenda-changes")
PURPOSE = ("purpose", "goal")


def head(told: Material) -> Section | None:
    """Say who met where and when."""
    info, text = told.state.info, told.text
    began = told.began if any(item.opened_at for item in told.items()) else None
    ended = None if told.running else told.ended
    pairs = (
        (text(N_("Topic")), info.title),
        *_pairs(told, OCCASION),
        (text(N_("Date")), told.day()),
        (text(N_("Time")), told.span(began, ended)),
        (text(N_("Place")), info.place),
        (text(N_("Facilitation")), info.facilitator),
        (text(N_("Agenda")), text.pick(told.state.agenda.title)),
    )
    blocks: list[AnyBlock] = [Pairs(tuple(pair for pair in pairs if pair[1])), *told.source(told.whole)]
    return told.section("head", text(N_("Session")), blocks)


def people(told: Material) -> Section | None:
    """Say how many people took part, name those who gave a name, and who did what."""
    text, seats = told.text, told.state.attending
    blocks: list[AnyBlock] = []
    if serving := _pairs(told, SERVING):
        blocks.append(Pairs(serving))
    blocks.append(Paragraph(text.plural(*TOOK_PART, len(seats))))
    names = list(dict.fromkeys(told.people.names[seat.id] for seat in seats if seat.id in told.people.names))
    if names:
        blocks.append(Paragraph(text(N_("Named, as they wished: {names}."), names=", ".join(names))))
    return told.section("people", text(N_("People")), [*blocks, *told.source(*told.joins, *told.of_notes(*SERVING))])


def purpose(told: Material) -> Section | None:
    """Say what it was about, and what was to be there in the end."""
    blocks = [block for field in PURPOSE for block in told.note_blocks(field)]
    return told.section(
        "purpose", told.text(N_("Occasion and goal")), [*blocks, *told.source(*told.of_notes(*PURPOSE))]
    )


def findings(told: Material) -> Section | None:
    """Say what an assembly finds at its beginning; what nobody noted is said to be missing."""
    text = told.text
    missing = text(N_("not noted"))
    pairs = tuple((text(BY_NAME[field].label), told.noted(field) or missing) for field in FINDINGS)
    blocks: list[AnyBlock] = [Pairs(pairs), *told.source(*told.of_notes(*FINDINGS))]
    return told.section("findings", text(N_("Formal findings")), blocks)


def agenda(told: Material) -> Section | None:
    """Show the agenda as it was held."""
    text = told.text
    rows = tuple(
        (
            text.number(number),
            told.title(item),
            text.number(item.spec.minutes) if item.spec.minutes else "",
            told.span(item.opened_at, item.closed_at),
            ", ".join([text(PHASES[item.phase]), *([text(N_("opened again"))] if item.reopened else [])]),
        )
        for number, item in enumerate(told.items(), 1)
    )
    head = (text(N_("No.")), text(N_("Step")), text(N_("Planned minutes")), text(N_("Held")), text(N_("State")))
    blocks: list[AnyBlock] = [Table(head, rows, text(N_("Agenda as held")), numeric=(0, 2))]
    spans = [Span(1, 1, 1), *(span for item in told.items() for span in item.entries)]
    return told.section("agenda", text(N_("Agenda")), [*blocks, *told.source(*spans)])


def _pairs(told: Material, fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((told.text(BY_NAME[field].label), words) for field in fields if (words := told.noted(field)))
