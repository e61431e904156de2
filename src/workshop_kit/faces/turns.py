"""Lets those without a seat in by turns, so that a flood of newcomers takes neither the time of others nor their turn.

There is nothing by which one newcomer can be told from another but the network address, and a room may share one. So an
address is never a reason to be refused; it only decides whose turn it is: the addresses that wait are served one after
the other, and those who share one in the order they came.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.faces.limits import LONGEST_WAIT, Buckets, Limit

LONGEST_TURN = 5.0
"""Seconds after which nobody waits any more; who would have to is refused."""


class Waiter(NamedTuple):
    turn: asyncio.Future[None]
    gone: Callable[[], bool]


class Turns:
    """A rate that all newcomers share."""

    def __init__(self, limit: Limit) -> None:
        self._buckets = Buckets(limit)
        self._most = int(limit.rate * LONGEST_TURN)
        self._waiting: OrderedDict[str, deque[Waiter]] = OrderedDict()
        self._serving: asyncio.Task[None] | None = None

    async def take(self, address: str, gone: Callable[[], bool] = lambda: False) -> None:
        """Wait for a turn; `gone` tells whether whoever waits has left. Raises `Refused` where too many wait."""
        if not self._waiting and not self._buckets.delay(""):
            return
        if not self._has_place(address):
            await asyncio.sleep(LONGEST_WAIT)
            raise _too_many()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(address, deque()).append(Waiter(turn, gone))
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        await turn

    def _has_place(self, address: str) -> bool:
        """Tell whether one more may wait; where all places are taken, the address that holds most gives one up."""
        if sum(map(len, self._waiting.values())) < self._most:
            return True
        longest = max(self._waiting, key=lambda other: len(self._waiting[other]), default=address)
        if len(self._waiting.get(longest, ())) <= len(self._waiting.get(address, ())) + 1:
            return False
        self._waiting[longest].pop().turn.set_exception(_too_many())
        return True

    async def _serve(self) -> None:
        while self._waiting:
            if wait := self._buckets.delay(""):
                await asyncio.sleep(wait)
                continue
            while self._waiting:
                address, queue = self._waiting.popitem(last=False)
                waiter = queue.popleft()
                if queue:
                    self._waiting[address] = queue
                if waiter.turn.done():
                    continue
                if not waiter.gone():
                    waiter.turn.set_result(None)
                    break
                waiter.turn.set_exception(_too_many())
        self._serving = None


def _too_many() -> Refused:
    return Refused(Why.TOO_MANY, N_("Many people are joining just now. Please try again in a moment."))
