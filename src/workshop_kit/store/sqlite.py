"""The default store: one SQLite file in the session's folder, in WAL mode with full durability."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from time import monotonic

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.core.event import Event
from workshop_kit.store.faults import must_be, must_exist, told, without_log
from workshop_kit.store.rows import COLUMNS, event_of, row_of

LAYOUT = 2
"""The version of the tables, in `PRAGMA user_version`."""

LOCK_WAIT = 10.0
"""Seconds to wait for another process that is writing."""

WATCH_INTERVAL = 0.05
"""Seconds between two looks at SQLite's change counter, which costs about 5 microseconds each."""

_TABLES = """
create table events (
    seq integer primary key, id text not null unique, at text not null, actor text not null, channel text not null,
    item text not null, name text not null, schema integer not null, data text not null, digest text not null,
    data_digest text not null
) strict;
create table seats (token_hash text primary key, seat text not null unique) strict, without rowid;
create table boxes (item text primary key, box_key text not null) strict, without rowid;
create table ballots (
    item text not null, voter text not null, rev integer not null, ballot text not null, primary key (item, voter)
) strict, without rowid;
create table names (seat text primary key, name text not null) strict, without rowid;
"""

_TICKETS = "create table tickets (ticket_hash text primary key, seat text not null unique) strict, without rowid"

_STEPS = (_TABLES, _TICKETS)
"""What leads from each layout to the next, the first from an empty file."""


class SqliteStore:
    """Keeps one session in the file at `path`; `create=False` refuses a file that does not exist."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create:
            must_exist(path)
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._woken = threading.Event()
        with told(path), ExitStack() as opened:
            self._writer = opened.enter_context(closing(_connect(path)))
            if create:
                path.chmod(0o600)
            self._reader = opened.enter_context(closing(_connect(path)))
            self._watcher = opened.enter_context(closing(_connect(path)))
            self._prepare(create=create)
            self._clean_up()
            self._seen = self._change_counter()
            self._file = path.stat()
            opened.pop_all()

    def _prepare(self, *, create: bool) -> None:
        layout = self._writer.execute("pragma user_version").fetchone()[0]
        if layout > LAYOUT:
            raise StoreError(
                N_('"{path}" was written by a newer version of workshop-kit. Update it and try again.'),
                path=str(self.path),
            )
        if layout == 0 and not create:
            raise without_log(self.path)
        if layout < LAYOUT:
            self._writer.execute("begin immediate")
            layout = self._writer.execute("pragma user_version").fetchone()[0]
            for statement in ";".join(_STEPS[layout:]).split(";"):
                self._writer.execute(statement)
            self._writer.execute(f"pragma user_version = {max(layout, LAYOUT)}")
            self._writer.execute("commit")

    def _clean_up(self) -> None:
        """Empty the write-ahead log of a process that died before it could, unless it is in use or cannot be now."""
        self._writer.execute("pragma busy_timeout = 0")
        with suppress(sqlite3.Error):
            self._writer.execute("pragma wal_checkpoint(truncate)")
        self._writer.execute(f"pragma busy_timeout = {int(LOCK_WAIT * 1000)}")

    @contextmanager
    def writing(self) -> Iterator[_SqliteWriting]:
        with self._write_lock, told(self.path):
            self._writer.execute("begin immediate")
            try:
                must_be(self.path, self._file)
                yield _SqliteWriting(self._writer)
                self._writer.execute("commit")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._writer.execute("rollback")
                raise
        self._woken.set()

    def read(self, after: int = 0) -> list[Event]:
        with self._read_lock, told(self.path):
            return _select(self._reader, after)

    def wait(self, timeout: float) -> bool:
        deadline = monotonic() + timeout
        while True:
            if self._woken.wait(min(WATCH_INTERVAL, max(0.0, deadline - monotonic()))):
                self._woken.clear()
                return True
            with told(self.path):
                counter = self._change_counter()
            if counter != self._seen:
                self._seen = counter
                return True
            if monotonic() >= deadline:
                return False

    def wake(self) -> None:
        self._woken.set()

    def seat_of(self, token_hash: str) -> str | None:
        with self._read_lock, told(self.path):
            row = self._reader.execute("select seat from seats where token_hash = ?", (token_hash,)).fetchone()
        return row[0] if row else None

    def names(self) -> Mapping[str, str]:
        with self._read_lock, told(self.path):
            return dict(self._reader.execute("select seat, name from names"))

    def scrub(self) -> bool:
        """Empty the write-ahead log; `secure_delete` has overwritten the freed pages already.

        The disk's free space is not in reach: what a file gave back there, and older versions that a file system, an
        SSD, a synchronised folder or a snapshot keeps.
        """
        with self._write_lock, told(self.path):
            busy: int = self._writer.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        return not busy

    def close(self) -> None:
        self.wake()
        with self._write_lock, self._read_lock:
            for connection in (self._watcher, self._reader, self._writer):
                connection.close()

    def _change_counter(self) -> int:
        counter: int = self._watcher.execute("pragma data_version").fetchone()[0]
        return counter


class _SqliteWriting:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, after: int) -> list[Event]:
        return _select(self._connection, after)

    def find(self, event_id: str) -> Event | None:
        row = self._connection.execute(f"select {COLUMNS} from events where id = ?", (event_id,)).fetchone()
        return event_of(row) if row else None

    def append(self, events: Iterable[Event]) -> None:
        self._connection.executemany(
            f"insert into events ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [row_of(event) for event in events],
        )

    def redact(self, entries: Iterable[int]) -> None:
        self._connection.executemany("update events set data = '{}' where seq = ?", [(seq,) for seq in entries])

    def add_seat(self, seat: str, token_hash: str) -> None:
        self._connection.execute("insert into seats (token_hash, seat) values (?, ?)", (token_hash, seat))

    def move_seat(self, seat: str, token_hash: str) -> None:
        self._connection.execute("delete from seats where seat = ?", (seat,))
        self.add_seat(seat, token_hash)

    def add_tickets(self, tickets: Mapping[str, str]) -> None:
        self._connection.executemany("insert into tickets (ticket_hash, seat) values (?, ?)", tickets.items())

    def ticket_seat(self, ticket_hash: str) -> str | None:
        row = self._connection.execute("select seat from tickets where ticket_hash = ?", (ticket_hash,)).fetchone()
        return row[0] if row else None

    def box_key(self, item: str, fresh: str) -> str:
        self._connection.execute("insert or ignore into boxes (item, box_key) values (?, ?)", (item, fresh))
        key: str = self._connection.execute("select box_key from boxes where item = ?", (item,)).fetchone()[0]
        return key

    def put_ballot(self, item: str, voter: str, rev: int, ballot: str) -> None:
        self._connection.execute(
            "insert or replace into ballots (item, voter, rev, ballot) values (?, ?, ?, ?)", (item, voter, rev, ballot)
        )

    def ballot(self, item: str, voter: str) -> tuple[int, str] | None:
        found: tuple[int, str] | None = self._connection.execute(
            "select rev, ballot from ballots where item = ? and voter = ?", (item, voter)
        ).fetchone()
        return found

    def box(self, item: str) -> list[str]:
        rows = self._connection.execute("select ballot from ballots where item = ? order by voter", (item,))
        return [ballot for (ballot,) in rows]

    def destroy_box(self, item: str) -> None:
        """Empty the tables and write the other boxes anew, because rows that are deleted one by one leave traces."""
        for table, places in (("ballots", "?, ?, ?, ?"), ("boxes", "?, ?")):
            others = self._connection.execute(f"select * from {table} where item <> ?", (item,)).fetchall()
            self._connection.execute(f"delete from {table}")
            self._connection.executemany(f"insert into {table} values ({places})", others)

    def set_name(self, seat: str, name: str) -> None:
        if name:
            self._connection.execute("insert or replace into names (seat, name) values (?, ?)", (seat, name))
        else:
            self._connection.execute("delete from names where seat = ?", (seat,))

    def erase_people(self) -> None:
        for table in ("names", "seats"):
            self._connection.execute(f"delete from {table}")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
        connection.execute(f"pragma {pragma}")
    return connection


def _select(connection: sqlite3.Connection, after: int) -> list[Event]:
    with closing(connection.execute(f"select {COLUMNS} from events where seq > ? order by seq", (after,))) as rows:
        return [event_of(row) for row in rows]
