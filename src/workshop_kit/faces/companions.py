"""A dress rehearsal: somebody leads a session as in the room, simulated people answer, and nothing is kept.

Unlike in a demo the people wait to be asked. Whenever a page asks one of them for something new, this person answers
some seconds later, as somebody does who has to read and think first.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from msgspec import Struct

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.agenda import sources
from workshop_kit.core.errors import N_
from workshop_kit.core.settings import REHEARSAL
from workshop_kit.faces.rehearsal import Rehearsal
from workshop_kit.faces.serve import Address, serve
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.prepare import simulated_session

if TYPE_CHECKING:
    from workshop_kit.core.text import Text
    from workshop_kit.live import LiveSession

FOLDER = "rehearsal"
QUIET = 0.8
"""Seconds between two looks at the session."""

LOOKS = 2
"""So often people look after a change: their phones' server follows the log a moment behind."""

THINKING = 6.0
"""Seconds that the slowest person takes to answer."""


class Pace(Struct, frozen=True):
    """How fast simulated people are, in seconds: between two looks at their phones, and until the slowest answers."""

    look: float = QUIET
    answer: float = THINKING


@contextmanager
def rehearsed(directory: Path, agenda: str, lang: str) -> Iterator[SessionFolder]:
    """Make a simulated session in `directory`, and delete it in the end. Raises `StoreError` where a real one is."""
    path = directory.expanduser().resolve() / FOLDER
    folder = simulated_session(path, agenda=agenda, lang=lang)
    try:
        yield folder
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Companions:
    """Simulated people who join a session and take part while somebody else leads it."""

    def __init__(self, live: LiveSession, address: str, people: int, seed: int = 1, pace: Pace | None = None) -> None:
        lang = live.state.info.lang
        self.live = live
        self.text: Text = voice(lang)
        self.room = Rehearsal(address, people, seed, self.text(N_("Simulated person")), lang)
        self.pace = pace or Pace()
        self._patience = random.Random(seed)  # noqa: S311 - a repeatable rehearsal, no secret
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="workshop-companions", daemon=True)

    def start(self) -> None:
        """Let them come in, and answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Let them go."""
        self._ended.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        with suppress(httpx.HTTPError, TimeoutError):  # the server has ended
            asyncio.run(self._attend())

    async def _attend(self) -> None:
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        changed.set()

        def tell(_state: object) -> None:
            loop.call_soon_threadsafe(changed.set)

        unsubscribe = self.live.subscribe(tell)
        try:
            await self.room.join()
            told, looks = "", 0
            while not self._ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), self.pace.look)
                if changed.is_set():
                    changed.clear()
                    looks = LOOKS
                if self.live.state.current != told:
                    told = self.live.state.current
                    self.room.texts.clear()
                    self.room.texts.extend(self._texts(told))
                    if told:
                        await self.room.see(told)
                if looks:
                    looks -= 1
                    await self.room.attend(self._thinking)
                    await asyncio.sleep(self.pace.look)
        finally:
            unsubscribe()
            await self.room.close()

    async def _thinking(self) -> None:
        """Let a moment pass, for one person."""
        await asyncio.sleep(self._patience.uniform(self.pace.look, self.pace.answer))

    def _texts(self, item_id: str) -> list[str]:
        """Return what people have to say in a step, where they and not the facilitator bring it in."""
        if not item_id:
            return []
        spec: Spec = self.live.state.items[item_id].spec
        if sources(spec):
            return []
        rows = enumerate(spec.settings.get(REHEARSAL, ()), 1)
        return [self.text.pick(Option.read(value, number).label) for number, value in rows]


def rehearse(folder: SessionFolder, people: int, host: str, port: int, ready: Callable[[Address], Any]) -> None:
    """Serve a session with companions until the process is told to stop; calls `ready` once phones can connect."""
    live = folder.open()
    companions: list[Companions] = []

    def begun(address: Address) -> None:
        companions.append(Companions(live, f"http://127.0.0.1:{address.port}/{address.code}", people))
        companions[0].start()
        ready(address)

    try:
        serve(folder, live, host, port, begun)
    finally:
        for one in companions:
            one.stop()
        live.close()
