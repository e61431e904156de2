"""The commands `workshop step` and `workshop backup` are killed at any moment while people vote."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.bench.server import ServerProcess, make_session
from tests.faults.load import Phones
from tests.faults.trial import AGENDA, Case

from workshop_kit.core.errors import StoreError
from workshop_kit.store.backup import BACKUPS
from workshop_kit.store.salvage import examined

SECONDS = (0.1, 0.7)
PACE = 0.1


class KilledCommand:
    """A step or a backup by turns; some end before they are killed, and these count as acknowledged."""

    def __init__(self, case: Case, chance: random.Random, phones: Phones) -> None:
        self.case = case
        self.chance = chance
        self.phones = phones
        self._count = 0
        self._examined: set[Path] = set()
        self._opened: set[str] = set()

    async def strike(self) -> None:
        self._count += 1
        if self._count % 2:
            there = self.case.audit.last["item.opened"].item
            self._opened.add(there)
            item = "cards" if there == "dots" else "dots"
            why = {"reason": "The next turn"} if item in self._opened else {}
            order = self.case.witness.order(item, "item.opened", **why)
            if await self._killed("step", item, "--reason", "The next turn"):
                self.case.witness.hear(order)
        elif await self._killed("backup") and not self._backups():
            self.case.audit.faults.append("a backup was told, but there is none")

    async def _killed(self, command: str, *arguments: str) -> bool:
        """Run a command and kill it; returns whether it said before that all was done."""
        whole = ["-m", "workshop_kit", command, str(self.case.folder.path), *arguments]
        process = await asyncio.create_subprocess_exec(sys.executable, *whole, stdout=PIPE, stderr=PIPE)
        await asyncio.sleep(self.chance.uniform(*SECONDS))
        with suppress(ProcessLookupError):
            process.kill()
        out, err = await process.communicate()
        if err:
            self.case.audit.faults.append(f"workshop {command}: {err.decode()}")
        return out.endswith(b"\n")

    async def recover(self) -> None:
        """Do nothing: the next command starts by itself."""

    async def inspect(self) -> None:
        for path in self._backups() - self._examined:
            self._examined.add(path)
            try:
                if (await asyncio.to_thread(examined, path))[1] not in self.case.audit.digests:
                    self.case.audit.faults.append(f"{path} holds another log")
            except StoreError as error:
                self.case.audit.faults.append(f"{path}: {error}")

    async def settle(self) -> None:
        await self.phones.end()

    def _backups(self) -> set[Path]:
        return set((self.case.folder.path / BACKUPS).glob("*.db"))


@asynccontextmanager
async def part(place: Path, chance: random.Random) -> AsyncIterator[KilledCommand]:
    """Set a session, a server and phones up that vote all the time."""
    case = Case(make_session(place, AGENDA))
    phones = Phones(case.witness, 3, 3, pace=PACE)
    with ServerProcess(case.folder.path) as server:
        async with phones.voting(server.url):
            yield KilledCommand(case, chance, phones)
