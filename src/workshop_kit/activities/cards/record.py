"""The cards' part of the minutes: a list per column, thanks as a list, stories as paragraphs under their titles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.cards.formats import Shape
from workshop_kit.activities.cards.state import Card, CardsState, Place
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.small_groups import crowd, is_public

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Localised, Text

NAMELESS: Localised = {"de": "Geschichte {number}", "en": "Story {number}"}

KEPT_BACK = NN_(
    "{n} more story was told for the room only and is left out here.",
    "{n} more stories were told for the room only and are left out here.",
)
LIKES = NN_("{n} like", "{n} likes")
PARKED = NN_("{n} card on the topic list.", "{n} cards on the topic list.")
GONE = {
    Place.WITHDRAWN: NN_("{n} card was withdrawn.", "{n} cards were withdrawn."),
    Place.HIDDEN: NN_("{n} card was hidden by the facilitator.", "{n} cards were hidden by the facilitator."),
}


def record(state: CardsState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the cards by column, then those on the topic list, and how many are not on the wall any more."""
    if not state.ordered():
        yield Paragraph(text(N_("No contributions.")), "note")
    tell = _stories if state.shape is Shape.STORY else _list
    shown = state.tellable(people)
    for column in state.columns:
        if found := [card for card in shown if state.column_of(card) is column]:
            if len(state.columns) > 1:
                yield Heading(text.pick(column.label))
            yield from tell(state, found, text, people)
    used = {state.column_of(card).id for card in state.ordered()}
    empty = [text.pick(column.label) for column in state.columns if column.id not in used]
    if used and empty:
        yield Paragraph(text(N_("Without a card: {names}."), names="; ".join(empty)), "note")
    if kept_back := len(state.ordered()) - len(shown):
        yield Paragraph(counted(state, KEPT_BACK, kept_back, text, people), "note")
    if parked := [card for card in state.ordered(Place.PARKED) if state.may_tell(card, people)]:
        yield Heading(text(N_("Topic list")))
        yield from tell(state, parked, text, people)
    for place, forms in GONE.items():
        if count := len(state.ordered(place)):
            yield Paragraph(counted(state, forms, count, text, people), "note")


def counted(state: CardsState, forms: tuple[str, str], n: int, text: Text, people: People) -> str:
    """Return a sentence that counts cards; stories are counted like people, lest one can tell how many were kept."""
    told = crowd(forms, n, text, people) if state.shape is Shape.STORY else text.plural(*forms, n)
    return f"{told[:1].upper()}{told[1:]}"


def pending(state: CardsState, text: Text, people: People) -> Iterable[str]:
    """Yield how many cards were put aside for later."""
    if parked := [card for card in state.ordered(Place.PARKED) if state.may_tell(card, people)]:
        yield text.plural(*PARKED, len(parked))


def story_name(card: Card) -> Localised:
    """Return what a story is called where its words must not be told."""
    return {lang: name.format(number=card.id.removeprefix("c")) for lang, name in NAMELESS.items()}


def _list(state: CardsState, cards: list[Card], text: Text, people: People) -> Iterator[AnyBlock]:
    yield Bullets(tuple(_told(state, card, text, people) for card in cards))


def _told(state: CardsState, card: Card, text: Text, people: People) -> str:
    told = one_line(card.text)
    if state.shape is Shape.THANKS:
        whom = people(card.thanked, text) if card.thanked else card.group or text(N_("everybody"))
        told = text(N_("To {whom}: {words}"), whom=one_line(whom), words=told)
    beside = [text(N_("from {person}"), person=people(card.seat, text))] if card.named else []
    beside += [text.plural(*LIKES, len(card.likes))] if card.likes else []
    return f"{told} ({', '.join(beside)})" if beside else told


def _stories(state: CardsState, cards: list[Card], text: Text, people: People) -> Iterator[AnyBlock]:
    for card in cards:
        yield Heading(card.title or text.pick(story_name(card)), 4 if len(state.columns) > 1 else 3)
        yield from (Paragraph(part) for part in card.text.split("\n\n") if part.strip())
        about = [card.whence] if card.whence else []
        about += [text(N_("told by {person}"), person=people(card.seat, text))] if card.named else []
        about += [text.plural(*LIKES, len(card.likes))] if card.likes else []
        if not is_public(people):
            about.append(text(N_("may be published") if card.public else N_("not for publication")))
        if about:
            yield Paragraph(" · ".join(about), "note")
