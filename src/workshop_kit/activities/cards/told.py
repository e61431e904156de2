"""Cards in columns in sentences: how many there are and where, and what people did with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.cards.formats import Shape
from workshop_kit.activities.cards.record import GONE, PARKED, counted
from workshop_kit.activities.cards.state import CardsState, Place
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

SUMS = {
    Shape.CARD: NN_("{n} card.", "{n} cards."),
    Shape.THANKS: NN_("{n} card with thanks.", "{n} cards with thanks."),
    Shape.STORY: NN_("{n} story.", "{n} stories."),
}
COURSE = (
    ("cards.card_added", NN_("{n} card was written.", "{n} cards were written.")),
    ("cards.thanks_added", NN_("{n} card with thanks was written.", "{n} cards with thanks were written.")),
    ("cards.card_edited", NN_("{n} card was changed.", "{n} cards were changed.")),
    (
        "cards.card_moved",
        NN_("{n} card was put into another column.", "{n} cards were put into another column."),
    ),
    (
        "cards.card_parked",
        NN_("{n} card was put on the topic list.", "{n} cards were put on the topic list."),
    ),
    ("cards.card_withdrawn", GONE[Place.WITHDRAWN]),
    ("cards.card_hidden", GONE[Place.HIDDEN]),
)
UNDECIDED = NN_(
    "{n} story may not be published; it stands in the internal minutes only.",
    "{n} stories may not be published; they stand in the internal minutes only.",
)


def gist(state: CardsState, text: Text, people: People) -> Iterator[str]:
    """Yield how many cards these readers find, and how many in each column."""
    shown = state.tellable(people)
    if not shown:
        yield text(N_("All stories were told for the room only.") if state.ordered() else N_("No contributions."))
        return
    yield text.plural(*SUMS[state.shape], len(shown))
    if len(state.columns) > 1:
        counts = {column.id: sum(state.column_of(card) is column for card in shown) for column in state.columns}
        named = (f"{text.pick(column.label)} ({text.number(counts[column.id])})" for column in state.columns)
        yield text(N_("By column: {columns}."), columns=", ".join(named))


def course(events: Sequence[Event], state: CardsState, text: Text, people: People) -> Iterator[str]:
    """Yield what was done with the cards, in entries of one round; each card counts once for each thing done."""
    for name, forms in COURSE:
        if count := len({event.data["card"] for event in events if event.name == name and event.data}):
            yield counted(state, forms, count, text, people)


def doubts(state: CardsState, text: Text) -> Iterator[str]:
    """Yield what a careful reader would ask: nothing written, cards put aside, stories without consent."""
    shown = state.ordered()
    if not shown:
        yield text(N_("Nobody wrote a card."))
    if parked := state.ordered(Place.PARKED):
        yield text.plural(*PARKED, len(parked))
    if kept := sum(not card.public for card in shown) if state.shape is Shape.STORY else 0:
        yield text.plural(*UNDECIDED, kept)
