"""What a speakers' queue is at one moment, in which order it is called, and what a viewer may see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel

replace = msgspec.structs.replace

LONGEST_SPEECH = 3600
"""The longest speaking time that an agenda may set, in seconds."""


class Order(StrEnum):
    """Who comes first among those who ask for the same kind of contribution."""

    FIRST_COME = "first-come"
    BALANCED = "balanced"


class Kind(StrEnum):
    """What somebody asks the floor for, in the order in which it is given."""

    POINT_OF_ORDER = "order"
    DIRECT = "direct"
    SPEAK = "speak"


KINDS = {
    Kind.SPEAK: N_("I want to speak"),
    Kind.DIRECT: N_("Directly to this point"),
    Kind.POINT_OF_ORDER: N_("Point of order"),
}
TAGS = {Kind.DIRECT: N_("directly to this point"), Kind.POINT_OF_ORDER: N_("point of order")}

SENTENCES = {
    (Order.FIRST_COME, False): N_("Points of order come first; otherwise, who asked first."),
    (Order.FIRST_COME, True): N_(
        "Points of order come first, then who speaks directly to this point; otherwise, who asked first."
    ),
    (Order.BALANCED, False): N_(
        "Points of order come first; otherwise, who has spoken least often, and among equals who asked first."
    ),
    (Order.BALANCED, True): N_(
        "Points of order come first, then who speaks directly to this point; otherwise, who has spoken least often, "
        "and among equals who asked first."
    ),
}


class Standing(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    SPEAKING = "speaking"
    SPOKEN = "spoken"
    WITHDRAWN = "withdrawn"


class Request(Struct, frozen=True):
    """One wish to speak, and what became of it.

    `since` is when the person was called, `seconds` how long they spoke.
    """

    id: str
    number: int
    kind: Kind
    seat: str
    channel: Channel
    standing: Standing = Standing.WAITING
    since: datetime | None = None
    seconds: float = 0.0

    @property
    def contribution(self) -> bool:
        """Whether it was spoken to the matter; a point of order is about how the room goes on, and is not counted."""
        return self.standing is Standing.SPOKEN and self.kind is not Kind.POINT_OF_ORDER

    def ended(self, at: datetime) -> Request:
        """Return the request after its speech ended at a moment."""
        run = (at - self.since).total_seconds() if self.since else 0.0
        return replace(self, standing=Standing.SPOKEN, since=None, seconds=self.seconds + max(0.0, run))


def in_turn(waiting: Iterable[Request], spoken: Mapping[str, int], order: Order) -> list[Request]:
    """Return the requests in the order in which they are called. `spoken` is how often each seat has spoken so far."""
    kinds = list(Kind)

    def turn(request: Request) -> tuple[int, int, int]:
        balanced = order is Order.BALANCED and request.kind is Kind.SPEAK
        return kinds.index(request.kind), spoken.get(request.seat, 0) if balanced else 0, request.number

    return sorted(waiting, key=turn)


class QueueState(Struct, frozen=True):
    """All requests ever made, by id. `present` is how many people were there when the step was last closed."""

    order: Order
    direct: bool
    seconds: int
    requests: PMap[str, Request] = pmap()
    current: str = ""
    present: int = 0

    @property
    def kinds(self) -> dict[Kind, str]:
        """What one can ask for, in words."""
        return {kind: word for kind, word in KINDS.items() if self.direct or kind is not Kind.DIRECT}

    @property
    def sentence(self) -> str:
        """The order in one sentence; a message key."""
        return SENTENCES[self.order, self.direct]

    def all(self) -> list[Request]:
        """Return all requests in the order of asking."""
        return sorted(self.requests.values(), key=lambda request: request.number)

    def spoken(self) -> Counter[str]:
        """Return how many contributions each seat has made."""
        return Counter(request.seat for request in self.requests.values() if request.contribution)

    def line(self) -> list[Request]:
        """Return those who wait, in the order in which they are called."""
        waiting = (request for request in self.requests.values() if request.standing is Standing.WAITING)
        return in_turn(waiting, self.spoken(), self.order)


class QueueView(Struct, frozen=True):
    """The queue as one viewer sees it. `mine` are one's own requests with their place in the line, counted from 1."""

    line: tuple[Request, ...]
    current: Request | None
    mine: tuple[tuple[int, Request], ...]
    kinds: Mapping[Kind, str]
    tags: Mapping[Kind, str]
    sentence: str
    seconds: int
    spoken: Mapping[str, int]
    contributions: int
    open: bool
