"""The port: what a store must be able to do. A store holds one session.

Beside the log a store keeps what must not be in it: the names of people, the ballots of open secret votes, and the
hashes of what opens seats, tokens and tickets.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workshop_kit.core.event import Event


class Writing(Protocol):
    """A write in progress; nobody else writes meanwhile. All of it is kept or none."""

    def read(self, after: int) -> list[Event]:
        """Return the entries after `after`, those of this write included."""

    def find(self, event_id: str) -> Event | None:
        """Return the entry with this id, if there is one."""

    def append(self, events: Iterable[Event]) -> None:
        """Add entries, which continue `seq` without a gap."""

    def redact(self, entries: Iterable[int]) -> None:
        """Empty the data of these entries; their digests stay."""

    def add_seat(self, seat: str, token_hash: str) -> None:
        """Keep the hash of a seat's token."""

    def move_seat(self, seat: str, token_hash: str) -> None:
        """Let this token open a seat, and no other one any more."""

    def add_tickets(self, tickets: Mapping[str, str]) -> None:
        """Keep for each hash of a ticket's code the seat that it stands for."""

    def ticket_seat(self, ticket_hash: str) -> str | None:
        """Return the seat that the ticket with this hash stands for; whether anybody sits there tells the log."""

    def box_key(self, item: str, fresh: str) -> str:
        """Return the key of an item's ballot box; `fresh` becomes it if there is none yet."""

    def put_ballot(self, item: str, voter: str, rev: int, ballot: str) -> None:
        """Put a ballot into a box, in place of the one that `voter` (a keyed digest) has in it."""

    def ballot(self, item: str, voter: str) -> tuple[int, str] | None:
        """Return (rev, ballot) of a voter's ballot in an open box."""

    def box(self, item: str) -> list[str]:
        """Return all ballots in a box."""

    def destroy_box(self, item: str) -> None:
        """Destroy a box with its ballots and its key."""

    def set_name(self, seat: str, name: str) -> None:
        """Keep, change or (with an empty name) erase the name of the person on a seat."""

    def erase_people(self) -> None:
        """Erase all names, and the hashes of all tokens, so that no seat can be opened any more."""


class Store(Protocol):
    """Keeps one session. Every method may be called from any thread and raises `StoreError` where it fails."""

    def writing(self) -> AbstractContextManager[Writing]:
        """Take the write lock. What was written is durable when the block ends, and gone if it raises."""

    def read(self, after: int = 0) -> list[Event]:
        """Return the entries after `after` in order."""

    def wait(self, timeout: float) -> bool:
        """Block until somebody, in whatever process, has written; False after `timeout` seconds without."""

    def wake(self) -> None:
        """Let a blocked `wait` return at once."""

    def seat_of(self, token_hash: str) -> str | None:
        """Return the seat whose token has this hash."""

    def names(self) -> Mapping[str, str]:
        """Return the names of people by seat."""

    def scrub(self) -> bool:
        """Leave nothing of what was erased in files, as far as the store can reach them.

        Returns False where somebody else still reads from before, so that it has to be tried again.
        """

    def close(self) -> None:
        """Give back what the store holds open."""
