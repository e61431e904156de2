"""Says whether a log holds what was acknowledged, and nothing that nobody sent.

A `Witness` notes what goes out and what comes back. An `Audit` follows the log beside it, from entry to entry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from msgspec import Struct

from workshop_kit.core.activity import FACILITATOR
from workshop_kit.core.event import FIRST_DIGEST, Event
from workshop_kit.store.codec import digest, digest_of

JOINED = "seat.joined"
BY_THE_SERVER = "session.address_announced"


class Sent(Struct, frozen=True):
    """A command on its way, as the last entry that it must lead to: whose, where, which, and what `data` holds.

    `number` counts what was sent.
    """

    number: int
    actor: str
    item: str
    name: str
    data: Mapping[str, Any] = {}

    def is_recorded_by(self, event: Event) -> bool:
        """Whether an entry is this command's."""
        held = {key: event.data.get(key) for key in self.data}
        return (event.actor, event.item, event.name, held) == (self.actor, self.item, self.name, self.data)


class Witness:
    """What was sent, by id, and what became of it: acknowledged with the number of its entry, or refused.

    What is neither may be in the log or not. `recoveries` are the seconds from each fault to the first acknowledgement
    of something that was sent after it.
    """

    def __init__(self) -> None:
        self.sent: dict[str, Sent] = {}
        self.acknowledged: dict[str, int | None] = {}
        self.refused: set[str] = set()
        self.recoveries: list[float] = []
        self.heard = asyncio.Event()
        self.orders: list[str] = []
        self._fault: tuple[float, int] | None = None

    def send(self, actor: str, item: str, name: str, *, command_id: str = "", **data: Any) -> str:
        """Note a command that goes out now; returns its id."""
        number = len(self.sent) + 1
        command_id = command_id or f"c{number}"
        assert command_id not in self.sent
        self.sent[command_id] = Sent(number, actor, item, name, data)
        return command_id

    def order(self, item: str, name: str, **data: Any) -> str:
        """Note a step of the facilitator to which another process gives an id; returns a name for it."""
        self.orders.append(self.send(FACILITATOR, item, name, command_id=f"order {len(self.orders) + 1}", **data))
        return self.orders[-1]

    def ballot(self, seat: str) -> tuple[str, dict[str, str]]:
        """Note the next ballot of a seat; returns its id, and the form to send."""
        dots = (len(self.sent) + 1) % 4
        command_id = self.send(seat, "dots", "poll.ballot_cast", voter=seat, value={"o1": dots} if dots else {})
        return command_id, {"command": "cast", "id": command_id, "item": "dots", "value.o1": str(dots)}

    def hear(self, command_id: str, seq: int | None = None) -> None:
        """Note an acknowledgement."""
        assert self.acknowledged.setdefault(command_id, seq) == seq, "the same id always tells the same entry"
        self.heard.set()
        if self._fault and self.sent[command_id].number > self._fault[1]:
            self.recoveries.append(monotonic() - self._fault[0])
            self._fault = None

    def refuse(self, command_id: str) -> None:
        """Note that somebody was told that this was not done."""
        self.refused.add(command_id)

    def seat(self, seat: str) -> None:
        """Note that somebody was given a seat."""
        self.send(seat, "", JOINED, command_id=seat)
        self.acknowledged[seat] = None

    def fault(self) -> None:
        """Note that the fault happens now."""
        self.heard.clear()
        self._fault = (monotonic(), len(self.sent))


class Audit:
    """Follows a log. `faults` are sentences about what is wrong; `recorded` tells the entry of each command."""

    def __init__(self, witness: Witness, read: Callable[[int], list[Event]]) -> None:
        self.witness = witness
        self.recorded: dict[str, int] = {}
        self.digests: list[str] = []
        self.lost: set[str] = set()
        self.invented: set[str] = set()
        self.faults: list[str] = []
        self.last: dict[str, Event] = {}
        self._read = read
        self._half = ""
        self._half_left = 0
        for event in read(0):
            self._follow(event)

    def check(self, *, whole: bool = False) -> None:
        """Read what is new (or the whole log once more), and compare it with what was acknowledged and refused."""
        acknowledged = dict(self.witness.acknowledged)
        refused = set(self.witness.refused)
        log = self._read(0 if whole else len(self.digests))
        if whole:
            known = len(self.digests)
            if [event.digest for event in log[:known]] != self.digests:
                self.faults.append("the log holds other entries than it held before")
            log = log[known:]
        for event in log:
            self._follow(event)
            self._account(event)
        if self._half_left:
            self.faults.append(f"{self._half} is in the log by half")
        for command_id, seq in acknowledged.items():
            if command_id not in self.recorded or (seq is not None and self.recorded[command_id] != seq):
                self.lost.add(command_id)
        if self.lost:
            self.faults.append(f"acknowledged, but not in the log where it was told: {sorted(self.lost)[:5]}")
        if told := refused & self.recorded.keys():
            self.faults.append(f"refused, but in the log: {sorted(told)[:5]}")

    def _follow(self, event: Event) -> None:
        last = self.digests[-1] if self.digests else FIRST_DIGEST
        if event.seq != len(self.digests) + 1:
            self.faults.append(f"entry {event.seq} comes after {len(self.digests)}")
        if event.digest != digest(last, event) or event.data_digest != digest_of(event.data):
            self.faults.append(f"entry {event.seq} breaks the chain")
        self.digests.append(event.digest)
        self.last[event.name] = event

    def _account(self, event: Event) -> None:
        """Find out whose entry this is. Entries that lead up to a command's last one have its id with a suffix."""
        command_id, _, left = event.id.partition("/")
        if self._half_left and (command_id, int(left or 0)) != (self._half, self._half_left - 1):
            self.faults.append(f"entry {event.seq} stands between those of {self._half}")
        self._half, self._half_left = command_id, int(left or 0)
        if left or event.name == BY_THE_SERVER:
            return
        key = event.actor if event.name == JOINED else self._known_as(event)
        sent = self.witness.sent.get(key)
        if sent is None or key in self.recorded or not sent.is_recorded_by(event):
            self.invented.add(event.id)
            self.faults.append(f"nobody sent entry {event.seq}, {event.name}, or it is there twice")
            return
        self.recorded[key] = event.seq

    def _known_as(self, event: Event) -> str:
        if event.actor == FACILITATOR and event.id not in self.witness.sent and self.witness.orders:
            return self.witness.orders[-1]
        return event.id
