"""What comes after the steps: decisions at a glance, what is left to do, who goes on, and what makes minutes valid."""

from __future__ import annotations

from workshop_kit.core.document import AnyBlock, Bullets, Pairs, Paragraph, Section, Table
from workshop_kit.core.errors import N_
from workshop_kit.core.noted import BY_NAME
from workshop_kit.core.state import Item, Phase
from workshop_kit.minutes import approved
from workshop_kit.minutes.material import Material

LINE = "_" * 32
"""Where somebody signs on paper."""


def decided(told: Material) -> list[Item]:
    """Return the steps for which a decision or an election was noted."""
    items = told.items()
    return [item for item in items if told.note("decision", item.spec.id) or told.note("acceptance", item.spec.id)]


def decisions(told: Material) -> Section | None:
    """List the decisions in their exact wording, each with what the vote brought."""
    text = told.text
    items = decided(told)
    rows = tuple(
        (
            text.number(number),
            told.noted("decision", item.spec.id) or text(N_("Election")),
            f"{told.title(item)}. {' '.join(told.told('gist', item, item.state))}".strip(),
            "\n".join(filter(None, (told.noted("review", item.spec.id), told.noted("acceptance", item.spec.id)))),
        )
        for number, item in enumerate(items, 1)
    )
    if not rows:
        return None
    head = (text(N_("No.")), text(N_("Decision")), text(N_("Step and result")), text(N_("Holds from, acceptance")))
    width = len(head) if any(row[-1] for row in rows) else len(head) - 1
    table = Table(head[:width], tuple(row[:width] for row in rows), numeric=(0,))
    spans = [span for item in items for span in (*item.entries, *told.of_notes("decision", item=item.spec.id))]
    return told.section("decisions", text(N_("Decisions")), [table, *told.source(*spans)])


def points(told: Material) -> list[str]:
    """Return what is left to do, one sentence each."""
    text, items = told.text, told.items()
    found = [
        f"{told.title(item)}: {point}"
        for item in items
        if not told.moved_to(item)
        for point in told.rules.activity(item).pending(item.state, text, told.people)
    ]
    for phase, said in (
        (Phase.OPEN, N_("{step}: is not closed yet.")),
        (Phase.PLANNED, N_("{step}: was not held.")),
    ):
        found += [text(said, step=told.title(item)) for item in items if item.phase is phase]
    return found


def open_points(told: Material) -> Section | None:
    """Say what is left to do."""
    text = told.text
    found = points(told)
    blocks: list[AnyBlock] = [Bullets(tuple(found))] if found else [Paragraph(text(N_("None.")))]
    spans = [span for item in told.items() for span in item.entries]
    return told.section("open", text(N_("Open points")), [*blocks, *(told.source(*spans) if found else ())])


def continues(told: Material) -> Section | None:
    """Name who continues, for those alone who may read names."""
    return _field(told, "continues")


def links(told: Material) -> Section | None:
    """List recommendations and links."""
    return _field(told, "links")


def next_meeting(told: Material) -> Section | None:
    """Say when and where the next meeting is."""
    return _field(told, "next-meeting")


def approval(told: Material) -> Section | None:
    """Say how the room approved these minutes, what it corrected, and what the note-taker says of it."""
    by_room, noted = approved.approval(told.state, told.text), _field(told, "approval")
    if by_room is None:
        return noted
    blocks = [*(noted.blocks if noted else ()), *by_room.blocks, *told.source(told.state.approval.entries)]
    return told.section("approval", by_room.title, blocks)


def signatures(told: Material) -> Section | None:
    """Leave room to sign. The lines are empty; what they are worth, the rules of the assembly say."""
    text = told.text
    signing = ("chair", "note-taker")
    rows = tuple(
        (f"{text(BY_NAME[field].label)}{f': {name}' if (name := told.noted(field)) else ''}", LINE) for field in signing
    )
    day = (text(N_("Place and day")), LINE)
    return told.section("signatures", text(N_("Signatures")), [Pairs((day, *rows))])


def _field(told: Material, field: str) -> Section | None:
    blocks = [*told.note_blocks(field, heading=False), *told.source(*told.of_notes(field))]
    return told.section(field, told.text(BY_NAME[field].label), blocks)
