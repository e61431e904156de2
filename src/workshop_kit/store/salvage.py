"""Reads what can still be read of a log's file: behind a page that is broken it goes on, entry by entry."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from workshop_kit.core.errors import N_, BrokenLog, StoreError
from workshop_kit.core.event import FIRST_DIGEST, REDACTED, Event
from workshop_kit.store.codec import digest, digest_of, owned_up, verified
from workshop_kit.store.faults import damaged, must_exist, told, without_log
from workshop_kit.store.rows import COLUMNS, Row, event_of
from workshop_kit.store.sqlite import LAYOUT, LOCK_WAIT

MOST_UNREADABLE = 10_000
"""How far behind the last entry that could be read others are looked for."""

LOG = "events"
BOXES = ("boxes", "ballots")
"""The tables of secret votes that are still open."""

TICKETS = "tickets"
"""A table whose seats need not be in the log: nobody may have used the tickets yet."""

_BEFORE_ALL = -(2**63)


class Salvage(Struct, frozen=True):
    """What a file still holds.

    `kept`: the entries up to the first that is missing, unreadable or altered. `behind`: how many come after them;
    `unreadable`: the numbers of those that cannot be read. `emptied`: kept entries whose data is gone without a kept
    entry that says so. `beside`: the rows of other tables. `votes`: there are ballots of an open secret vote.
    `whole`: nothing is wrong, neither in the log nor beside it.
    """

    kept: tuple[Event, ...] = ()
    behind: int = 0
    unreadable: tuple[int, ...] = ()
    emptied: tuple[int, ...] = ()
    beside: Mapping[str, list[tuple[Any, ...]]] = {}
    votes: bool = False
    whole: bool = False


@contextmanager
def reading(path: Path, patience: float = LOCK_WAIT) -> Iterator[sqlite3.Connection]:
    """Open a log's file to look at it, even if it was cut. Raises `StoreError` where there is none, or a newer one."""
    must_exist(path)
    with told(path), closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as connection:
        with suppress(sqlite3.DatabaseError):
            connection.execute("pragma writable_schema = on")  # else a file that is shorter than it says is refused
        if (_number(connection, "pragma user_version") or 0) > LAYOUT:
            raise StoreError(
                N_('"{path}" was written by a newer version of workshop-kit. Update it and try again.'), path=str(path)
            )
        yield connection


def rows(connection: sqlite3.Connection) -> Generator[Event | int]:
    """Yield every entry in order; in the place of one that cannot be read, its number."""
    after, last, failed = _BEFORE_ALL, _last(connection), list[int]()
    if LOG not in tables_of(connection):
        return
    while True:
        try:
            for row in _rows(connection, "seq > ?", after):
                yield from failed
                after, failed = row[0], []
                yield _entry(row)
        except sqlite3.DatabaseError:  # a cursor looks one row ahead, so the next one may still be good
            after = max(after, 0) + 1
            try:
                for row in _rows(connection, "seq = ?", after):
                    yield from failed
                    failed = []
                    yield _entry(row)
            except sqlite3.DatabaseError:
                failed.append(after)
                if 0 < last <= after or len(failed) == MOST_UNREADABLE:
                    break
        else:
            last = after
            break
    yield from failed if last else failed[:1]


def _rows(connection: sqlite3.Connection, where: str, seq: int) -> Iterator[Row]:
    sql = f"select {COLUMNS} from events where {where} order by seq"
    with closing(connection.execute(sql, (seq,))) as found:
        yield from found


def _entry(row: Row) -> Event | int:
    try:
        return event_of(row)
    except BrokenLog as broken:
        return broken.seq


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of a database's tables; none where it is no database."""
    with suppress(sqlite3.DatabaseError):
        return [name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
    return []


def fault(connection: sqlite3.Connection) -> str:
    """Return what is wrong with the file's pages, indexes and types; nothing if all is well."""
    try:
        connection.rollback()
        connection.execute("pragma writable_schema = off")  # from here on as strict as those who use the log
        found = str(connection.execute("pragma integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else " ".join(found.removeprefix("*** in database main ***").split())


def salvaged(connection: sqlite3.Connection, tables: Iterable[str]) -> Salvage:
    """Return what a file holds: its entries, and the rows of these other tables that belong to kept entries."""
    found = list(rows(connection))
    kept = _sound(found)
    rest = found[len(kept) :]
    told_of = {seq for event in kept if event.name == REDACTED for seq in owned_up(event)}
    emptied = tuple(event.seq for event in kept if event.redacted and event.seq not in told_of)
    seats = {event.actor for event in kept}
    return Salvage(
        kept=kept,
        behind=len(rest),
        unreadable=tuple(entry for entry in rest if isinstance(entry, int)),
        emptied=emptied,
        beside={table: list(_readable(connection, table, seats)) for table in tables if table not in BOXES},
        votes=any(any(_readable(connection, table, seats)) for table in BOXES),
        whole=bool(kept) and not rest and not emptied and not fault(connection),
    )


def examined(path: Path) -> tuple[int, str]:
    """Check a log's file from its first entry to its last page; returns (entries, last digest).

    Raises `BrokenLog` with the first entry that was altered, removed, reordered, inserted or made unreadable, and
    `StoreError` where the file is damaged beside its entries.
    """
    with reading(path) as connection:
        connection.execute("select count(*) from sqlite_schema")
        with closing(rows(connection)) as entries:
            found = verified(_events(entries))
        if not found[0] and LOG in tables_of(connection):
            raise BrokenLog(1)
        if not found[0]:
            raise without_log(path)
        if problem := fault(connection):
            raise damaged(path, problem)
    return found


def _sound(entries: Iterable[Event | int]) -> tuple[Event, ...]:
    """Return the entries before the first that does not continue the chain."""
    kept: list[Event] = []
    last = FIRST_DIGEST
    for event in entries:
        if isinstance(event, int) or event.seq != len(kept) + 1 or digest(last, event) != event.digest:
            break
        if event.data and digest_of(event.data) != event.data_digest:
            break
        kept.append(event)
        last = event.digest
    return tuple(kept)


def _readable(connection: sqlite3.Connection, table: str, seats: set[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table as far as it can be read, without those of seats that are not in the log."""
    with suppress(sqlite3.DatabaseError), closing(connection.execute(f"select * from {table}")) as found:
        columns = [column[0] for column in found.description]
        for row in found:
            if table == TICKETS or dict(zip(columns, row, strict=True)).get("seat") in {None, "", *seats}:
                yield row


def _last(connection: sqlite3.Connection) -> int:
    """Return the number of the last entry, as the entries or the index over their ids tell; 0 if neither does."""
    by_id = "select max(+seq) from events indexed by sqlite_autoindex_events_1 where id > ''"
    return max(_number(connection, sql) or 0 for sql in (by_id, "select max(seq) from events"))


def _number(connection: sqlite3.Connection, sql: str) -> int | None:
    with suppress(sqlite3.DatabaseError):
        number: int | None = connection.execute(sql).fetchone()[0]
        return number
    return None


def _events(found: Iterable[Event | int]) -> Iterator[Event]:
    for entry in found:
        if isinstance(entry, int):
            raise BrokenLog(entry)
        yield entry
