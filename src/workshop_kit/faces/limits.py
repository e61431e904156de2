"""How much one phone, and the whole room, may ask of the server.

Never by network address alone: a room often shares one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from msgspec import Struct

MOST_REMEMBERED = 20_000


class Limit(Struct, frozen=True):
    """`burst` requests at once, then `rate` per second."""

    burst: float
    rate: float


COMMANDS_PER_SEAT = Limit(burst=60, rate=10)
PAGES_PER_SEAT = Limit(burst=60, rate=5)
JOINS_PER_ROOM = Limit(burst=400, rate=40)
WRONG_TICKETS_PER_ROOM = Limit(burst=100, rate=1)
WRONG_TICKETS_PER_ADDRESS = Limit(burst=10, rate=0.1)
NEWCOMERS = Limit(burst=2000, rate=300)
"""All requests without a seat together."""

LONGEST_WAIT = 1.0
"""Seconds for which the answer to a flood is held back, so that a flood cannot take the time of others."""


class Buckets:
    """Token buckets by key, the least recently used being forgotten first (a full bucket is what a new one is)."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def delay(self, key: str) -> float:
        """Take one token for `key` and return 0, or take none and return the seconds until there is one.

        >>> buckets = Buckets(Limit(burst=1, rate=2), clock=lambda: 0.0)
        >>> buckets.delay("a"), buckets.delay("a"), buckets.delay("b")
        (0.0, 0.5, 0.0)
        """
        level, now = self._level(key), self._clock()
        wait = 0.0 if level >= 1 else (1 - level) / self._limit.rate
        self._filled[key] = (level if wait else level - 1, now)
        self._filled.move_to_end(key)
        if len(self._filled) > MOST_REMEMBERED:
            self._filled.popitem(last=False)
        return wait

    def empty(self, key: str) -> bool:
        """Tell whether there is no token for `key`, and take none."""
        return self._level(key) < 1

    def _level(self, key: str) -> float:
        now = self._clock()
        level, since = self._filled.get(key, (self._limit.burst, now))
        return min(self._limit.burst, level + (now - since) * self._limit.rate)


class Guesses:
    """Bounds how many wrong tickets are looked at: so many for the room, and beyond these a few for each address.

    Guessing a ticket stays hopeless, and who types a right one while somebody else is guessing gets in.
    """

    def __init__(self) -> None:
        self._room = Buckets(WRONG_TICKETS_PER_ROOM)
        self._addresses = Buckets(WRONG_TICKETS_PER_ADDRESS)

    def used_up(self, address: str) -> bool:
        """Tell whether no ticket from this address may be looked at just now."""
        return self._room.empty("") and self._addresses.empty(address)

    def wrong(self, address: str) -> None:
        """Count a wrong ticket."""
        if self._room.delay(""):
            self._addresses.delay(address)
