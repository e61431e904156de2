"""A step of the agenda with all its rounds, and what the note-taker wrote about it."""

from __future__ import annotations

from collections.abc import Iterator

from workshop_kit.core.document import AnyBlock, Heading, Pairs, Paragraph, Section
from workshop_kit.core.errors import N_
from workshop_kit.core.noted import BY_NAME
from workshop_kit.core.state import Item, Phase
from workshop_kit.minutes.material import Material

ABOUT = tuple(field.name for field in BY_NAME.values() if field.each)
IN_WORDS = ("decision", "review", "acceptance")
"""The fields of a step that stand together, as what was decided; the others have a heading each."""


def step(told: Material, item_id: str, numbered: str = "") -> Section | None:
    """Tell what one step brought; `numbered` is what the title begins with, where steps have a number."""
    item = told.state.item(item_id)
    return told.section(f"item-{item_id}", f"{numbered}{told.title(item)}", _blocks(told, item))


def agenda_point(told: Material, item_id: str) -> Section | None:
    """Tell what one step brought, under its number on the agenda."""
    number = 1 + [spec.id for spec in told.state.agenda.items].index(told.state.item(item_id).spec.id)
    return step(told, item_id, f"{told.text(N_('Item {n}'), n=number)}: ")


def _blocks(told: Material, item: Item) -> Iterator[AnyBlock]:
    text = told.text
    if prompt := text.pick(item.spec.prompt):
        yield Paragraph(prompt, "lead")
    if item.phase is Phase.PLANNED and item.opened_at is None:
        yield Paragraph(text(N_("This step was not held.")), "note")
    elif item.phase is Phase.OPEN:
        yield Paragraph(text(N_("This step was still open when these minutes were written.")), "note")
    if later := told.moved_to(item):
        yield Paragraph(text(N_('The cards are listed under "{step}".'), step=told.title(later)))
        stayed = getattr(told.rules.activity(item), "stayed", None)
        if stayed and (blocks := tuple(stayed(item.state, text, told.people))):
            yield from blocks
            yield from told.source(*item.entries)
    else:
        yield from _rounds(told, item)
    yield from noted(told, item)


def _rounds(told: Material, item: Item) -> Iterator[AnyBlock]:
    text = told.text
    kind = told.rules.activity(item)
    for number, state in enumerate((*item.past, item.state), 1):
        if item.past:
            yield Heading(text(N_("Round {n}"), n=number))
        for again in item.reopened:
            if again.round == number:
                said = text(N_("Opened again at {time}: {reason}"), time=text.time(again.at), reason=again.reason)
                yield Paragraph(said)
        yield from kind.record(state, text, told.people)
        yield from told.source(item.entries[number - 1])
    compare = getattr(kind, "compared", None)
    if item.past and compare and (blocks := tuple(compare((*item.past, item.state), text, told.people))):
        yield Heading(text(N_("All rounds")))
        yield from blocks
        yield from told.source(*item.entries)


def noted(told: Material, item: Item) -> Iterator[AnyBlock]:
    """Yield what the note-taker wrote about a step."""
    item_id = item.spec.id
    yield from told.note_blocks("key-points", item_id)
    pairs = [(told.text(BY_NAME[field].label), words) for field in IN_WORDS if (words := told.noted(field, item_id))]
    if pairs:
        yield Pairs(tuple(pairs))
    yield from told.note_blocks("objections", item_id)
    yield from told.source(*told.of_notes(*ABOUT, item=item_id))
