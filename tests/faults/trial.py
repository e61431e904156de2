"""Repeats a fault on sessions under load, and counts what became of what people sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any, Protocol

from msgspec import Struct
from tests.bench.server import kit
from tests.faults.witness import Audit, Witness

from workshop_kit.core.event import Event
from workshop_kit.folder import SessionFolder

FAULTS_PER_SESSION = 50
"""More than any workshop sees; a new session after that keeps the log of a session's size."""

WHOLE_EVERY = 10
"""After that many faults the whole log is read once more and `workshop verify` runs; else what is new is checked."""

AGENDA = """
name = "under-load"
title = "Under load"

[[item]]
id = "dots"
activity = "poll"
rule = "dots"
budget = 3
options = ["Place", "People", "Money", "Time", "Trust", "Luck"]

[[item]]
id = "cards"
activity = "ideas"
limit = 0
"""


class Case:
    """One session, the witness of what is sent to it, and the audit of its log."""

    def __init__(self, folder: SessionFolder) -> None:
        self.folder = folder
        self.witness = Witness()
        self.audit = Audit(self.witness, self.read)

    def read(self, after: int) -> list[Event]:
        """Read the log as any program would, from what the dead process left."""
        with closing(self.folder._store()) as store:
            return store.read(after)

    async def check(self, *, whole: bool = False) -> None:
        """Check what is new in the log, or all of it and by `workshop verify` too."""
        verified = await asyncio.to_thread(kit, "verify", self.folder.path) if whole else None
        await asyncio.to_thread(self.audit.check, whole=whole)
        if verified is None:
            return
        told = (verified.stdout.split() or [""])[-1]
        if (verified.returncode, verified.stderr) != (0, "") or told not in self.audit.digests:
            self.audit.faults.append(f"workshop verify: {verified.stdout} {verified.stderr}")


class Fault(Protocol):
    """A kind of fault, on one session."""

    case: Case

    async def strike(self) -> None:
        """Put load on the session and let the fault happen at a random moment of it."""

    async def recover(self) -> None:
        """Start anew what the fault has ended; the log is checked meanwhile."""

    async def inspect(self) -> None:
        """Look at what else is to be as promised, once the log was checked."""

    async def settle(self) -> None:
        """Let people hear of all they have sent, as far as they wait for it."""


class Part(Protocol):
    """Sets a session and its load up in a folder, and takes them down."""

    def __call__(self, place: Path, chance: random.Random) -> AbstractAsyncContextManager[Fault]: ...


class Figures(Struct):
    """What was counted. `recoveries` are seconds; `faults` say in words what must not be."""

    part: str
    kills: int = 0
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    recorded: int = 0
    lost: int = 0
    invented: int = 0
    seconds: float = 0.0
    recoveries: list[float] = []
    faults: list[str] = []

    def add(self, case: Case) -> None:
        """Add what one session saw."""
        self.sent += len(case.witness.sent)
        self.acknowledged += len(case.witness.acknowledged)
        self.refused += len(case.witness.refused)
        self.recorded += len(case.audit.recorded)
        self.lost += len(case.audit.lost)
        self.invented += len(case.audit.invented)
        self.recoveries += case.witness.recoveries
        self.faults += case.audit.faults

    def wire(self) -> dict[str, Any]:
        """Return the figures as plain data, the recoveries as median and maximum."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__ if name != "recoveries"}
        return fields | {
            "seconds": round(self.seconds, 1),
            "recovery_median": round(median(self.recoveries), 2) if self.recoveries else None,
            "recovery_max": round(max(self.recoveries), 2) if self.recoveries else None,
        }


async def repeat(
    name: str, part: Part, times: int, place: Path, *, seed: int = 1, advance: Callable[[], None] = lambda: None
) -> Figures:
    """Let a fault happen that many times; returns the figures. Ends at the first session that suffered."""
    figures, began, chance = Figures(name), monotonic(), random.Random(seed)
    async for number, left in _sessions(times):
        async with part(place / f"{name}-{number}", chance) as fault:
            for strike in range(1, left + 1):
                await fault.strike()
                if whole := strike % WHOLE_EVERY == 0 or strike == left:
                    await fault.case.check(whole=True)
                    await fault.recover()
                else:
                    await asyncio.gather(fault.recover(), fault.case.check(whole=whole))
                await fault.inspect()
                figures.kills += 1
                advance()
                if fault.case.audit.faults:
                    break
            await fault.settle()
            await fault.case.check(whole=True)
        figures.add(fault.case)
        if figures.faults:
            break
    figures.seconds = monotonic() - began
    return figures


async def _sessions(times: int) -> AsyncIterator[tuple[int, int]]:
    for number, first in enumerate(range(0, times, FAULTS_PER_SESSION), 1):
        yield number, min(FAULTS_PER_SESSION, times - first)
