"""The server is killed while people vote by form and over WebSockets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.server import ServerProcess, make_session
from tests.faults.load import Phones
from tests.faults.trial import AGENDA, Case

SECONDS = (0.0, 0.8)


class KilledServer:
    """One server at a time; the next starts where the last was killed."""

    def __init__(self, case: Case, chance: random.Random) -> None:
        self.case = case
        self.chance = chance
        self.phones = Phones(case.witness)
        self.server = ServerProcess(case.folder.path)

    async def strike(self) -> None:
        async with self.phones.voting(self.server.url):
            await asyncio.sleep(self.chance.uniform(*SECONDS))
            self.case.witness.fault()
            self.server.process.kill()
        self.server.kill()

    async def recover(self) -> None:
        self.server = await asyncio.to_thread(ServerProcess, self.case.folder.path)

    async def inspect(self) -> None:
        if "Traceback" in self.server.errors:
            self.case.audit.faults.append(self.server.errors)

    async def settle(self) -> None:
        await self.phones.send_again(self.server.url)


@asynccontextmanager
async def part(place: Path, chance: random.Random) -> AsyncIterator[KilledServer]:
    """Set a session, its server and twenty phones up."""
    fault = KilledServer(Case(make_session(place, AGENDA)), chance)
    try:
        yield fault
    finally:
        fault.server.kill()
