"""The database's server is killed or crashes while people vote at two servers; these live on."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

from tests.bench.server import ServerProcess, make_session
from tests.faults.load import Phones
from tests.faults.trial import AGENDA, Case
from tests.store import postgres_server

from workshop_kit.store.address import PASSWORD

SECONDS = (0.0, 0.8)
DOWN = (0.0, 0.2)
ANSWERS = 30
PATIENCE = 60.0
LOOK = 0.02


class KilledDatabase:
    """Two servers on one session in a database that goes down in one way or another."""

    def __init__(
        self, case: Case, chance: random.Random, database: postgres_server.Server, servers: list[ServerProcess]
    ) -> None:
        self.case = case
        self.chance = chance
        self.database = database
        self.servers = servers
        self.phones = Phones(case.witness, 6, 0, stubborn=True)
        self._ways = [self.database.kill, lambda: self.database.stop("immediate"), self.database.stop]

    async def strike(self) -> None:
        await asyncio.sleep(self.chance.uniform(*SECONDS))
        self.case.witness.fault()
        await asyncio.to_thread(self.chance.choice(self._ways))
        await asyncio.sleep(self.chance.uniform(*DOWN))
        await asyncio.to_thread(self.database.start)

    async def recover(self) -> None:
        acknowledged, deadline = self.case.witness.acknowledged, monotonic() + PATIENCE
        wanted = len(acknowledged) + ANSWERS
        while len(acknowledged) < wanted:
            if monotonic() > deadline:
                self.case.audit.faults.append("the servers did not recover")
                return
            await asyncio.sleep(LOOK)

    async def inspect(self) -> None:
        for server in self.servers:
            if server.process.poll() is not None or "Traceback" in server.errors:
                self.case.audit.faults.append(f"a server suffered: {server.errors}")

    async def settle(self) -> None:
        await self.phones.end()


@asynccontextmanager
async def part(place: Path, chance: random.Random) -> AsyncIterator[KilledDatabase]:
    """Set a database, a session in it, two servers and phones up."""
    before = os.environ.get(PASSWORD)
    with postgres_server.running() as database:
        try:
            folder = make_session(place, AGENDA, store=database.url())
            with ServerProcess(folder.path) as first, ServerProcess(database.url(place.name)) as second:
                servers = [first, second]
                fault = KilledDatabase(Case(folder), chance, database, servers)
                async with fault.phones.voting(*(server.url for server in servers)):
                    yield fault
        finally:
            os.environ.pop(PASSWORD, None)
            os.environ.update({PASSWORD: before} if before is not None else {})
