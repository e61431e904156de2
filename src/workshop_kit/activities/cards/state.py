"""What a wall of cards in columns is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.activities.cards.formats import Column, Naming, Shape
from workshop_kit.core.activity import People
from workshop_kit.core.event import Channel
from workshop_kit.core.small_groups import is_public


class Place(StrEnum):
    """Where a card is."""

    SHOWN = "shown"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Card(Struct, frozen=True):
    """A card. `seat` is who wrote it; `named` tells that the name stands on it.

    `thanked` is the seat of the person whom it thanks, `group` those outside, in the author's words; both are empty
    where it thanks all. `title` and `whence` (where and when) are a story's, and `public` tells that its author agreed
    to its being published.
    """

    id: str
    number: int
    column: str
    text: str
    seat: str
    channel: Channel
    named: bool = False
    title: str = ""
    whence: str = ""
    thanked: str = ""
    group: str = ""
    public: bool = False
    place: Place = Place.SHOWN
    reason: str = ""
    likes: frozenset[str] = frozenset()


class CardsState(Struct, frozen=True):
    """All cards ever written in this item, by id, and how the item uses them.

    `hidden` tells that nobody sees what others write before it is revealed.
    """

    columns: tuple[Column, ...]
    shape: Shape
    limit: int
    longest: int
    named: Naming
    hidden: bool
    likable: bool
    cards: PMap[str, Card] = pmap()

    def ordered(self, *places: Place) -> list[Card]:
        """Return the cards in these places, those on the wall if none is given, in the order of writing."""
        wanted = places or (Place.SHOWN,)
        return sorted((card for card in self.cards.values() if card.place in wanted), key=lambda card: card.number)

    def column_of(self, card: Card) -> Column:
        """Return the column that a card stands in: the first where its own is not known."""
        return next((column for column in self.columns if column.id == card.column), self.columns[0])

    def left(self, seat: str) -> int:
        """Return how many more cards a person may write; a withdrawn one is given back."""
        own = sum(card.seat == seat and card.place is not Place.WITHDRAWN for card in self.cards.values())
        return max(0, self.limit - own)

    def tellable(self, people: People | None) -> list[Card]:
        """Return the cards on the wall that these readers may read: in public no story without consent."""
        return [card for card in self.ordered() if self.may_tell(card, people)]

    def may_tell(self, card: Card, people: People | None) -> bool:
        """Return whether these readers may read a card."""
        return self.shape is not Shape.STORY or card.public or not is_public(people)


class CardsView(Struct, frozen=True):
    """The wall by column as one viewer sees it.

    `visible` tells that what others wrote may be seen; `thanks` are those for the viewer, `others` the cards of others
    that the viewer can like.
    """

    columns: tuple[Column, ...]
    shape: Shape
    naming: Naming
    likable: bool
    wall: tuple[tuple[Column, tuple[Card, ...]], ...]
    mine: tuple[Card, ...]
    thanks: tuple[Card, ...]
    others: tuple[Card, ...]
    hidden: tuple[Card, ...]
    parked: tuple[Card, ...]
    visible: bool
    count: int
    most: int
    left: int
    open: bool
    longest: int
    longest_title: int
