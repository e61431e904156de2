"""What a collection of cards is at one moment.

Cards are put under a target: a factor of the agenda, or a cluster, which is a factor that the room made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Option
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Localised

DEFAULT_LIMIT = 10


class Place(StrEnum):
    """Where a card is."""

    WAITING = "waiting"
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


class Standing(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Proposal(Struct, frozen=True):
    """What people propose: these cards make a cluster with this title, or they belong under the target `factor`.

    `seats` are those who proposed it, each counted once.
    """

    id: str
    ideas: tuple[str, ...]
    title: Localised = {}
    factor: str = ""
    seats: frozenset[str] = frozenset()
    standing: Standing = Standing.OPEN


class Move(Struct, frozen=True):
    """Something that the facilitator did with cards, by the number of its entry: how to take it back.

    `before` are the cards as they were, `made` the ids of those that came of it, `clusters` all clusters as they were;
    `proposal` is the one that was decided on; `withdrew` tells that it took a card off for somebody without a phone.
    """

    seq: int
    before: tuple[Idea, ...]
    clusters: tuple[Option, ...]
    made: tuple[str, ...] = ()
    proposal: str = ""
    withdrew: bool = False


class IdeasState(Struct, frozen=True):
    """All cards ever written in this item, and the targets they can be put under.

    `moves` are the facilitator's last ones, the newest last, which can be undone. With `approves`, a card waits until
    the facilitator lets it onto the wall. `asks_likes` and `proposes` tell what phones are asked for. `page` is the one
    that the facilitator turned to, 0 before that; `turns` after how many seconds the stage turns on by itself, 0 never.
    """

    factors: tuple[Option, ...]
    kinds: tuple[Option, ...]
    limit: int
    collects: bool
    ideas: PMap[str, Idea] = pmap()
    moves: tuple[Move, ...] = ()
    clusters: tuple[Option, ...] = ()
    proposals: PMap[str, Proposal] = pmap()
    approves: bool = False
    asks_likes: bool = False
    proposes: bool = False
    offers: str = "cards"
    page: int = 0
    turns: int = 0

    @property
    def targets(self) -> tuple[Option, ...]:
        """What a card can be put under: the agenda's factors, then the clusters that the room made."""
        return self.factors + self.clusters

    def grouped(self, ideas: Iterable[Idea]) -> list[tuple[Option | None, list[Idea]]]:
        """Return each target with its cards, then None with those that have none."""
        under: dict[str, list[Idea]] = {target.id: [] for target in self.targets}
        rest: list[Idea] = []
        for idea in ideas:
            under.get(idea.factor, rest).append(idea)
        return [*((target, under[target.id]) for target in self.targets), (None, rest)]

    def open_proposals(self) -> list[Proposal]:
        """Return the proposals to decide on that still have a card on the wall, the most wanted first."""
        found = [one for one in self.proposals.values() if one.standing is Standing.OPEN and self.concerned(one)]
        return sorted(found, key=lambda one: (-len(one.seats), len(one.id), one.id))

    def concerned(self, proposal: Proposal) -> list[Idea]:
        """Return the cards of a proposal that it would move; none where its target is gone."""
        if proposal.factor and all(target.id != proposal.factor for target in self.targets):
            return []
        known = (self.ideas.get(key) for key in proposal.ideas)
        return [
            idea
            for idea in known
            if idea and idea.place in ON_THE_WALL and (not proposal.factor or idea.factor != proposal.factor)
        ]

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

    def holding(self) -> Mapping[str, list[Idea]]:
        """Return for each card that others were merged into those others."""
        held: dict[str, list[Idea]] = {}
        for other in self.ordered(Place.MERGED):
            held.setdefault(other.into, []).append(other)
        return held
