"""The store for more than one machine: a PostgreSQL database that holds many sessions, each by its name.

Everything is in the schema `workshop_kit`; "delete from workshop_kit.sessions where name = …" removes a session for
good. Any number of processes may use a session, each by up to three connections, made when first needed. Followers are
told of a commit by LISTEN and NOTIFY. Poolers must keep a client on its connection (session pooling).

What is durable is what the server calls so: `fsync` and the replication's mode are its operator's.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from workshop_kit.core.event import Event
from workshop_kit.store.address import Address, read_address
from workshop_kit.store.postgres_connection import Line, dial, told
from workshop_kit.store.postgres_tables import session_number, vacuum, value
from workshop_kit.store.rows import COLUMNS, event_of, row_of

if TYPE_CHECKING:
    from workshop_kit.store.postgres_connection import Db

Found = TypeVar("Found")

RECOVERY = 5.0
"""Seconds for which a write that has not begun waits for a database that went away."""

_HEAD = "select coalesce(max(seq), 0) from workshop_kit.events where session = %s"

_ESCAPED = re.compile(r"\\(.)")


class PostgresStore:
    """Keeps the session of this name in the database at `url`; `create=False` refuses one that does not exist."""

    def __init__(self, url: str, session: str, *, create: bool = False) -> None:
        self.address = read_address(url, session)
        self._closed = threading.Event()
        connect = partial(dial, self.address)
        self._writer, self._reader = Line(connect, self._closed), Line(connect, self._closed)
        self._listener = Line(self._listening, self._closed)
        self._bell, self._alarm = socket.socketpair()
        self._alarm.setblocking(False)
        self._bell.setblocking(False)
        self._seen = -1
        try:
            self._number = self._ask(lambda db: session_number(db, self.address, create=create))
        except BaseException:
            self.close()
            raise
        self._channel = f"workshop_kit_{self._number}"

    @contextmanager
    def writing(self) -> Iterator[_PostgresWriting]:
        with self._writer.lock, told(self.address):
            try:
                writing = _PostgresWriting(self._writer.reached(self._begun, RECOVERY), self._number, self.address)
                yield writing
                writing.commit(self._channel)
            except BaseException:
                self._writer.undo()
                raise

    def read(self, after: int = 0) -> list[Event]:
        return self._ask(lambda db: _select(db, self._number, after))

    def wait(self, timeout: float) -> bool:
        """Block as the port says. Where a notification got lost, the end of `timeout` makes good for it."""
        deadline = monotonic() + timeout
        with self._listener.lock, told(self.address):
            return self._listener.reached(lambda db: self._news(db, deadline), timeout)

    def wake(self) -> None:
        with suppress(OSError):
            self._bell.send(b"!")

    def seat_of(self, token_hash: str) -> str | None:
        query = "select seat from workshop_kit.seats where session = %s and token_hash = %s"
        found: str | None = self._ask(lambda db: value(db.execute(query, (self._number, token_hash))))
        return found

    def names(self) -> Mapping[str, str]:
        query = "select seat, name from workshop_kit.names where session = %s"
        rows = self._ask(lambda db: db.execute(query, (self._number,)).fetchall())
        return {seat: _plain(name) for seat, name in rows}

    def scrub(self) -> bool:
        """Vacuum the log, and write the small tables, of names and of secret votes, anew.

        The limits: a redacted entry's bytes may stay in the free part of a page until others are written there
        ("vacuum full workshop_kit.events" removes them, and stops all sessions meanwhile). What an older snapshot of
        another program still shows is spared. The server's write-ahead log, its archives, its replicas and backups,
        and the free space of its disk are in its operator's hands.
        """
        with self._writer.lock, told(self.address):
            return self._writer.reached(vacuum, RECOVERY)

    def close(self) -> None:
        self._closed.set()
        self.wake()
        for line in (self._listener, self._writer, self._reader):
            with line.lock:
                line.hang_up()
        self._bell.close()
        self._alarm.close()

    def _ask(self, question: Callable[[Db], Found]) -> Found:
        with self._reader.lock, told(self.address):
            return self._reader.reached(question)

    def _begun(self, db: Db) -> Db:
        """Begin a transaction that nobody else writes beside; each of its statements sees what others committed."""
        db.execute(f"begin isolation level read committed; select pg_advisory_xact_lock({_lock_of(self.address)})")
        return db

    def _listening(self) -> Db:
        db = dial(self.address)
        try:
            db.execute(f"listen {self._channel}")
        except BaseException:
            db.close()
            raise
        self._seen = -1
        return db

    def _news(self, db: Db, deadline: float) -> bool:
        """Wait for a notification or for `wake`; at first, and when the time is over, look at the log's head."""
        if self._seen < 0 and self._moved():
            return True
        with DefaultSelector() as selector:
            selector.register(db.fileno(), EVENT_READ)
            selector.register(self._alarm, EVENT_READ)
            while ready := selector.select(max(0.0, deadline - monotonic())):
                if any(key.fileobj is self._alarm for key, _ in ready):
                    with suppress(BlockingIOError):
                        self._alarm.recv(4096)
                    return True
                db.pgconn.consume_input()
                heads = [int(note.extra) for note in iter(db.pgconn.notifies, None)]
                if heads:
                    self._seen = max(heads)
                    return True
        return self._moved()

    def _moved(self) -> bool:
        head: int = self._ask(lambda db: value(db.execute(_HEAD, (self._number,))))
        moved, self._seen = head != self._seen, head
        return moved


class _PostgresWriting:
    """What is written is escaped where a person chose it, because PostgreSQL's text has no NUL."""

    def __init__(self, db: Db, number: int, address: Address) -> None:
        self._db = db
        self._number = number
        self._address = address
        self._changed = False

    def read(self, after: int) -> list[Event]:
        with told(self._address):
            return _select(self._db, self._number, after)

    def find(self, event_id: str) -> Event | None:
        rows = self._do(f"select {COLUMNS} from workshop_kit.events where session = %s and id = %s", _kept(event_id))
        return next((_event(row) for row in rows), None)

    def append(self, events: Iterable[Event]) -> None:
        rows = [(seq, _kept(event_id), *others) for seq, event_id, *others in map(row_of, events)]
        if rows:
            kinds = ", ".join("%s::integer[]" if isinstance(value, int) else "%s::text[]" for value in rows[0])
            self._change(
                f"insert into workshop_kit.events (session, {COLUMNS}) select %s, * from unnest({kinds})",
                *map(list, zip(*rows, strict=True)),
            )

    def redact(self, entries: Iterable[int]) -> None:
        self._change("update workshop_kit.events set data = '{}' where session = %s and seq = any(%s)", list(entries))

    def add_seat(self, seat: str, token_hash: str) -> None:
        self._change(
            "insert into workshop_kit.seats (session, token_hash, seat) values (%s, %s, %s)",
            token_hash,
            seat,
        )

    def move_seat(self, seat: str, token_hash: str) -> None:
        self._change("delete from workshop_kit.seats where session = %s and seat = %s", seat)
        self.add_seat(seat, token_hash)

    def add_tickets(self, tickets: Mapping[str, str]) -> None:
        self._change(
            "insert into workshop_kit.tickets (session, ticket_hash, seat) "
            "select %s, * from unnest(%s::text[], %s::text[])",
            list(tickets),
            list(tickets.values()),
        )

    def ticket_seat(self, ticket_hash: str) -> str | None:
        query = "select seat from workshop_kit.tickets where session = %s and ticket_hash = %s"
        return next((seat for (seat,) in self._do(query, ticket_hash)), None)

    def box_key(self, item: str, fresh: str) -> str:
        self._change(
            "insert into workshop_kit.boxes (session, item, box_key) values (%s, %s, %s) on conflict do nothing",
            item,
            fresh,
        )
        [(key,)] = self._do("select box_key from workshop_kit.boxes where session = %s and item = %s", item)
        return str(key)

    def put_ballot(self, item: str, voter: str, rev: int, ballot: str) -> None:
        self._change(
            "insert into workshop_kit.ballots (session, item, voter, rev, ballot) values (%s, %s, %s, %s, %s) "
            "on conflict (session, item, voter) do update set rev = excluded.rev, ballot = excluded.ballot",
            item,
            voter,
            rev,
            ballot,
        )

    def ballot(self, item: str, voter: str) -> tuple[int, str] | None:
        query = "select rev, ballot from workshop_kit.ballots where session = %s and item = %s and voter = %s"
        return next(((rev, ballot) for rev, ballot in self._do(query, item, voter)), None)

    def box(self, item: str) -> list[str]:
        query = "select ballot from workshop_kit.ballots where session = %s and item = %s order by voter"
        return [ballot for (ballot,) in self._do(query, item)]

    def destroy_box(self, item: str) -> None:
        for table in ("ballots", "boxes"):
            self._change(f"delete from workshop_kit.{table} where session = %s and item = %s", item)

    def set_name(self, seat: str, name: str) -> None:
        if name:
            self._change(
                "insert into workshop_kit.names (session, seat, name) values (%s, %s, %s) "
                "on conflict (session, seat) do update set name = excluded.name",
                seat,
                _kept(name),
            )
        else:
            self._change("delete from workshop_kit.names where session = %s and seat = %s", seat)

    def erase_people(self) -> None:
        for table in ("names", "seats"):
            self._change(f"delete from workshop_kit.{table} where session = %s")

    def commit(self, channel: str) -> None:
        """Make it durable, and tell who follows the log if anything changed."""
        head = _HEAD.replace("%s", str(self._number))
        told_all = f"select pg_notify('{channel}', ({head})::text); " if self._changed else ""
        self._db.execute(f"{told_all}commit")

    def _do(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with told(self._address):
            return self._db.execute(query, (self._number, *values)).fetchall()

    def _change(self, statement: str, *values: object) -> None:
        """Carry out a statement, never in a pipeline: the server's limit for idle transactions may fail after one."""
        self._changed = True
        with told(self._address):
            self._db.execute(statement, (self._number, *values))


def _select(db: Db, number: int, after: int) -> list[Event]:
    query = f"select {COLUMNS} from workshop_kit.events where session = %s and seq > %s order by seq"
    return [_event(row) for row in db.execute(query, (number, after))]


def _event(row: tuple[Any, ...]) -> Event:
    seq, event_id, *others = row
    return event_of((seq, _plain(event_id), *others))


def _kept(text: str) -> str:
    return text.replace("\\", r"\\").replace("\0", r"\0")


def _plain(text: str) -> str:
    r"""Undo `_kept`.

    >>> _kept("a\\b\0"), _plain(_kept("a\\0\0"))
    ('a\\\\b\\0', 'a\\0\x00')
    """
    return _ESCAPED.sub(lambda sign: "\0" if sign[1] == "0" else "\\", text)


def _lock_of(address: Address) -> int:
    return int.from_bytes(sha256(address.session.encode()).digest()[:8], signed=True)
