"""The notebook's kernel is killed while a cell leads the session and people vote at the server."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from tests.bench.server import ServerProcess, make_session
from tests.faults.load import Phones
from tests.faults.trial import AGENDA, Case

from workshop_kit.core.activity import FACILITATOR
from workshop_kit.minutes.kernel import OwnKernelManager

SECONDS = (0.0, 0.6)
PATIENCE = 60.0
LOOK = 0.01
PACE = 0.1

CELL = """
import json, os, random
from itertools import count

from workshop_kit import open_session
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.event import Channel

session = open_session({folder!r})
told = open({told!r}, "w", encoding="utf-8")
host = Actor(FACILITATOR, Channel.NOTEBOOK)
chance = random.Random({seed!r})
numbers = count(1)

def tell(*line):
    told.write(json.dumps(line) + "\\n")
    told.flush()
    os.fsync(told.fileno())

def do(name, item, event, data, **fields):
    number = next(numbers)
    command = Command(name, item, fields, f"{prefix}-{{number}}")
    tell("sent", command.id, item, event, data)
    tell("acknowledged", command.id, session.live.submit(command, host).result().seq)

while True:
    n = chance.randint(1, 99)
    for _ in range(chance.randint(1, 5)):
        counted = {{"counts": {{"o1": n}}, "voters": n}}
        do("room-votes", "dots", "poll.room_votes_counted", counted, **{{"value.o1": str(n)}})
        do("timer", "dots", "item.timer_set", {{"seconds": n}}, seconds=str(n))
        do("add", "cards", "ideas.idea_added", {{"text": f"Card {{n}}"}}, text=f"Card {{n}}")
    state = session.live.catch_up()
    item = "cards" if state.current == "dots" else "dots"
    why = {{"reason": "The next turn"}} if state.items[item].phase == "closed" else {{}}
    do("open", item, "item.opened", why, **why)
    do("next-round", "dots", "item.round_started", {{}})
"""


class KilledKernel:
    """One kernel at a time leads; server and phones live on."""

    def __init__(self, case: Case, chance: random.Random, server: ServerProcess, phones: Phones) -> None:
        self.case = case
        self.chance = chance
        self.server = server
        self.phones = phones
        self._count = 0
        self._killed_at = 0.0

    async def strike(self) -> None:
        self._count += 1
        told = self.case.folder.path / f"told-{self._count}.jsonl"
        cell = CELL.format(
            folder=str(self.case.folder.path), told=str(told), seed=self.chance.random(), prefix=f"k{self._count}"
        )
        async with _kernel(cell) as (kernel, reply):
            deadline = monotonic() + PATIENCE
            while not any(kind == "acknowledged" for kind, *_ in _lines(told)):
                assert not reply.done(), reply.result()["content"]
                assert monotonic() < deadline, "the cell does not run"
                await asyncio.sleep(LOOK)
            if self._killed_at:
                self.case.witness.recoveries.append(monotonic() - self._killed_at)
            await asyncio.sleep(self.chance.uniform(*SECONDS))
            self._killed_at = monotonic()
            kernel.provisioner.process.kill()
            kernel.provisioner.process.wait(PATIENCE)
        for kind, command_id, *rest in _lines(told):
            if kind == "sent":
                item, name, data = rest
                self.case.witness.send(FACILITATOR, item, name, command_id=command_id, **data)
            else:
                self.case.witness.hear(command_id, *rest)

    async def recover(self) -> None:
        """Do nothing: the next notebook starts by itself."""

    async def inspect(self) -> None:
        if self.server.process.poll() is not None or "Traceback" in self.server.errors:
            self.case.audit.faults.append(f"the server suffered: {self.server.errors}")

    async def settle(self) -> None:
        await self.phones.end()


@asynccontextmanager
async def part(place: Path, chance: random.Random) -> AsyncIterator[KilledKernel]:
    """Set a session, a server and phones up that vote all the time."""
    case = Case(make_session(place, AGENDA))
    phones = Phones(case.witness, 4, 4, pace=PACE)
    with ServerProcess(case.folder.path) as server:
        async with phones.voting(server.url):
            yield KilledKernel(case, chance, server, phones)


@asynccontextmanager
async def _kernel(cell: str) -> AsyncIterator[tuple[OwnKernelManager, asyncio.Task[dict[str, Any]]]]:
    """Start a Jupyter kernel that executes a cell; yields its manager and the cell's reply to come."""
    kernel = OwnKernelManager(kernel_name="python3")
    await kernel.start_kernel()
    client = kernel.client()
    client.start_channels(iopub=False, stdin=False, hb=False, control=False)
    client.execute(cell)
    reply = asyncio.create_task(client.get_shell_msg())
    try:
        yield kernel, reply
    finally:
        reply.cancel()
        await asyncio.gather(reply, return_exceptions=True)
        client.stop_channels()
        await kernel.shutdown_kernel(now=True)


def _lines(path: Path) -> list[list[Any]]:
    """Return what the cell has told so far; a line that it did not finish was not told."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
