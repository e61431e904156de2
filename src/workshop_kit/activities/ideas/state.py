"""What a collection of cards is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Option
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Localised

DEFAULT_LIMIT = 10


class Place(StrEnum):
    """Where a card is."""

    UNASSIGNED = "unassigned"
    ASSIGNED = "assigned"
    MERGED = "merged"
    SPLIT = "split"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


ON_THE_WALL = frozenset({Place.UNASSIGNED, Place.ASSIGNED})


class Idea(Struct, frozen=True):
    """A card. `label` is its text; `origin` says where it was first collected ("experiences/i7"), empty if here.

    `into` is the card that it was merged into, `part_of` the one that it was split from.
    """

    id: str
    number: int
    label: Localised
    seat: str
    channel: Channel
    factor: str = ""
    kind: str = ""
    place: Place = Place.UNASSIGNED
    into: str = ""
    origin: str = ""
    part_of: str = ""
    reason: str = ""
    likes: frozenset[str] = frozenset()


class Move(Struct, frozen=True):
    """Something that the facilitator did with cards, by the number of its entry: how to take it back.

    `before` are the cards as they were, `made` the ids of those that came of it; `withdrew` tells that it took a card
    off for somebody without a phone.
    """

    seq: int
    before: tuple[Idea, ...]
    made: tuple[str, ...] = ()
    withdrew: bool = False


class IdeasState(Struct, frozen=True):
    """All cards ever written in this item, and the factors they can be sorted into.

    `moves` are the facilitator's last ones, the newest last, which can be undone.
    """

    factors: tuple[Option, ...]
    kinds: tuple[Option, ...]
    limit: int
    collects: bool
    ideas: PMap[str, Idea] = pmap()
    moves: tuple[Move, ...] = ()

    def ordered(self, *places: Place) -> list[Idea]:
        """Return the cards in these places in the order of writing."""
        return sorted((i for i in self.ideas.values() if i.place in places), key=lambda idea: idea.number)

    def left(self, seat: str) -> int:
        """Return how many more cards a person may write; a withdrawn one is given back."""
        own = sum(
            idea.seat == seat and not idea.part_of and idea.place is not Place.WITHDRAWN for idea in self.ideas.values()
        )
        return max(0, self.limit - own) if self.limit else DEFAULT_LIMIT

    def merged_into(self, idea: Idea) -> list[Idea]:
        """Return the cards that were merged into this one."""
        return [other for other in self.ordered(Place.MERGED) if other.into == idea.id]


class Card(Struct, frozen=True):
    """A card as shown. `others` are the texts merged into it."""

    id: str
    number: int
    label: Localised
    factor: str
    likes: int
    liked: bool
    others: tuple[Localised, ...]


class IdeasView(Struct, frozen=True):
    """The wall by factor (None: not assigned), or one's own cards; `left` is how many more one may write."""

    factors: tuple[Option, ...]
    kinds: tuple[Option, ...]
    wall: tuple[tuple[Option | None, tuple[Card, ...]], ...]
    mine: tuple[Card, ...]
    hidden: tuple[Card, ...]
    parked: tuple[Card, ...]
    alike: tuple[tuple[Card, Card], ...]
    undoable: bool
    count: int
    left: int
    open: bool
    collects: bool
    longest: int
