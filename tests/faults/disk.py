"""The disk is full to its last byte while people vote; the server is killed before there is space again, or after."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import monotonic

from tests.bench.server import SECONDS as PATIENCE
from tests.bench.server import ServerProcess, make_session
from tests.faults.load import Phones
from tests.faults.server import SECONDS
from tests.faults.trial import AGENDA, Case

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SIZE = 24 * 2**20
REFUSALS = 5
LOOK = 0.01
KINDS = ("ext4", "tmpfs")


class NoDiskError(Exception):
    """No small disk can be made here; it takes an administrator, `mount`, for ext4 `mkfs.ext4` and a loop device."""


def mounted(where: Path, *options: str) -> bool:
    """Mount something; returns whether that was possible."""
    return subprocess.run(["mount", *options, str(where)], capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(where: Path, size: int, kind: str) -> Iterator[Path]:
    """Make a disk of `size` bytes: a real file system in a file, or one in memory. Raises `NoDiskError`."""
    where.mkdir(parents=True)
    image = where.with_name(f"{where.name}.img")
    if not ROOT or not shutil.which("mount"):
        raise NoDiskError(kind)
    if kind == "ext4":
        if not shutil.which("mkfs.ext4"):
            raise NoDiskError(kind)
        with image.open("wb") as file:
            file.truncate(size)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(image)], check=True)
    options = ("-o", "loop", str(image)) if kind == "ext4" else ("-t", "tmpfs", "-o", f"size={size}", "tmpfs")
    if not mounted(where, *options):
        raise NoDiskError(kind)
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)
        image.unlink(missing_ok=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Fill a disk to its last byte for a while."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**16, 4096, 1):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass
    try:
        yield
    finally:
        ballast.unlink()


class FullDisk:
    """A server on a disk that is filled up by turns."""

    def __init__(self, case: Case, chance: random.Random, disk: Path) -> None:
        self.case = case
        self.chance = chance
        self.disk = disk
        self.phones = Phones(case.witness, 6, 6)
        self.server = ServerProcess(case.folder.path)

    async def strike(self) -> None:
        witness = self.case.witness
        killed_without_space = self.chance.random() < 0.5
        async with self.phones.voting(self.server.url):
            await asyncio.sleep(self.chance.uniform(*SECONDS))
            with filled(self.disk):
                await self._until(REFUSALS + len(witness.refused), witness.refused)
                if killed_without_space:
                    self.server.process.kill()
                    with suppress(RuntimeError):
                        (await asyncio.to_thread(ServerProcess, self.case.folder.path)).kill()
            witness.fault()
            if not killed_without_space:
                await self._until(len(witness.recoveries) + 1, witness.recoveries)
                self.server.process.kill()
        self.server.kill()

    async def _until(self, many: int, seen: set[str] | list[float]) -> None:
        deadline = monotonic() + PATIENCE
        while len(seen) < many:
            if self.server.process.poll() is not None or monotonic() > deadline:
                self.case.audit.faults.append(f"the server ended or hangs: {self.server.errors}")
                return
            await asyncio.sleep(LOOK)

    async def recover(self) -> None:
        self.server = await asyncio.to_thread(ServerProcess, self.case.folder.path)

    async def inspect(self) -> None:
        """Do nothing: the log is all that there is."""

    async def settle(self) -> None:
        await self.phones.send_again(self.server.url)


@contextmanager
def _any_disk(where: Path) -> Iterator[Path]:
    """Make a small disk of the first kind that can be made here."""
    with ExitStack() as made:
        for kind in KINDS:
            with suppress(NoDiskError):
                yield made.enter_context(small_disk(where / kind, SIZE, kind))
                return
        raise NoDiskError(", ".join(KINDS))


@asynccontextmanager
async def part(place: Path, chance: random.Random) -> AsyncIterator[FullDisk]:
    """Set a small disk with a session and its server up."""
    with _any_disk(place) as disk:
        fault = FullDisk(Case(make_session(disk / "session", AGENDA)), chance, disk)
        try:
            yield fault
        finally:
            fault.server.kill()
