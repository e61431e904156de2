"""A store in memory, for tests and rehearsals: nothing is kept when the process ends."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy

from msgspec.structs import replace

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.core.event import Event


class MemoryStore:
    """Keeps one session in lists and dictionaries."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._ids: dict[str, Event] = {}
        self._tokens: dict[str, str] = {}
        self._tickets: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._box_keys: dict[str, str] = {}
        self._boxes: dict[tuple[str, str], tuple[int, str]] = {}
        self._lock = threading.RLock()
        self._written = threading.Event()

    @contextmanager
    def writing(self) -> Iterator[MemoryStore]:
        with self._lock:
            parts = ("_events", "_ids", "_tokens", "_tickets", "_names", "_box_keys", "_boxes")
            before = {part: copy(getattr(self, part)) for part in parts}
            try:
                yield self
            except BaseException:
                vars(self).update(before)
                raise
        self._written.set()

    def read(self, after: int = 0) -> list[Event]:
        with self._lock:
            return self._events[after:]

    def find(self, event_id: str) -> Event | None:
        return self._ids.get(event_id)

    def append(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.id in self._ids or event.seq != len(self._events) + 1:
                raise StoreError(N_("Entry {seq} does not continue the log."), seq=event.seq)
            self._events.append(event)
            self._ids[event.id] = event

    def redact(self, entries: Iterable[int]) -> None:
        for seq in entries:
            self._events[seq - 1] = replace(self._events[seq - 1], data={})

    def scrub(self) -> bool:
        """Nothing stays behind in memory."""
        return True

    def add_seat(self, seat: str, token_hash: str) -> None:
        self._tokens[token_hash] = seat

    def move_seat(self, seat: str, token_hash: str) -> None:
        self._tokens = {key: opened for key, opened in self._tokens.items() if opened != seat} | {token_hash: seat}

    def add_tickets(self, tickets: Mapping[str, str]) -> None:
        self._tickets |= tickets

    def ticket_seat(self, ticket_hash: str) -> str | None:
        return self._tickets.get(ticket_hash)

    def box_key(self, item: str, fresh: str) -> str:
        return self._box_keys.setdefault(item, fresh)

    def put_ballot(self, item: str, voter: str, rev: int, ballot: str) -> None:
        self._boxes[item, voter] = (rev, ballot)

    def ballot(self, item: str, voter: str) -> tuple[int, str] | None:
        return self._boxes.get((item, voter))

    def box(self, item: str) -> list[str]:
        return [ballot for (box, _), (_, ballot) in self._boxes.items() if box == item]

    def destroy_box(self, item: str) -> None:
        self._box_keys.pop(item, None)
        self._boxes = {key: ballot for key, ballot in self._boxes.items() if key[0] != item}

    def set_name(self, seat: str, name: str) -> None:
        if name:
            self._names[seat] = name
        else:
            self._names.pop(seat, None)

    def erase_people(self) -> None:
        self._names = {}
        self._tokens = {}

    def wait(self, timeout: float) -> bool:
        written = self._written.wait(timeout)
        self._written.clear()
        return written

    def wake(self) -> None:
        self._written.set()

    def seat_of(self, token_hash: str) -> str | None:
        return self._tokens.get(token_hash)

    def names(self) -> Mapping[str, str]:
        with self._lock:
            return dict(self._names)

    def close(self) -> None:
        self.wake()
