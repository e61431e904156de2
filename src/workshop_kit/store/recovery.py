"""Repairs the file of a session's log: all that verifies is kept, and the damaged file beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from workshop_kit.core.activity import FACILITATOR
from workshop_kit.core.errors import N_, StoreError
from workshop_kit.core.event import REDACTED, Channel, Event
from workshop_kit.store.codec import sealed
from workshop_kit.store.faults import must_exist, told
from workshop_kit.store.files import BESIDE, copied, dated, free, made
from workshop_kit.store.salvage import LOG, Salvage, examined, reading, salvaged, tables_of
from workshop_kit.store.sqlite import SqliteStore

LOCK_PATIENCE = 0.5
"""Seconds to wait for others to let go of a log that is to be repaired."""


class Repaired(Struct, frozen=True):
    """What a repair kept and what it dropped.

    `dropped` entries stood behind the `kept` ones; `unreadable` are the numbers of those among them that cannot be
    read. `emptied` entries had lost their data, which the repaired log now says. `damaged` is the file as it was.
    `votes` tells that the ballots of an open secret vote are in that file and nowhere else.
    """

    kept: int
    digest: str
    dropped: int
    unreadable: tuple[int, ...]
    emptied: tuple[int, ...]
    damaged: Path
    votes: bool


def repair(path: Path, backup: Path | None = None, *, now: datetime) -> Repaired:
    """Replace a damaged log by all of it that verifies (or by a backup) and keep the damaged file beside it.

    Changes nothing and raises `StoreError` where the log is whole, is in use, or holds not even its first entry.
    """
    if backup is None or not path.parent.is_dir():
        must_exist(path)
    aside = free(path.with_name(f"{path.name}.damaged-{dated(now)}"))
    with told(path), made(path) as part:
        evidence = [aside.with_name(aside.name + end) for end in ("", *BESIDE)]
        try:
            for end, copy in zip(("", *BESIDE), evidence, strict=True):
                copied(path.with_name(path.name + end), copy)
            SqliteStore(part, create=True).close()
            with closing(sqlite3.connect(part)) as fresh:
                tables = [table for table in tables_of(fresh) if table != LOG]
            found = _alone(path, tables)
            source = _chosen(found, backup, tables)
            _write(part, source, now)
            digest = examined(part)[1]
        except BaseException:
            for copy in evidence:
                copy.unlink(missing_ok=True)
            raise
        for end in BESIDE:
            path.with_name(path.name + end).unlink(missing_ok=True)
    return Repaired(
        kept=len(source.kept),
        digest=digest,
        dropped=max(0, len(found.kept) + found.behind - len(source.kept)),
        unreadable=tuple(seq for seq in found.unreadable if seq > len(source.kept)),
        emptied=source.emptied,
        damaged=aside,
        votes=found.votes,
    )


def _chosen(found: Salvage, backup: Path | None, tables: Iterable[str]) -> Salvage:
    """Return what is to be kept: what was found, or a backup that belongs to it. Raises `StoreError`."""
    known = len(found.kept)
    source = found
    if backup is not None:
        examined(backup)
        with reading(backup) as connection:
            source = salvaged(connection, tables)
        if known and source.kept[0].digest != found.kept[0].digest:
            raise StoreError(N_('"{path}" is no backup of this session. Name another one.'), path=str(backup))
    longer = len(source.kept) > known and bool(known) and source.kept[known - 1].digest == found.kept[-1].digest
    if found.whole and not longer:
        raise StoreError(N_("The log is whole: {count} entries. There is nothing to repair."), count=known)
    if not source.kept:
        raise StoreError(
            N_("Not even the first entry can be kept, so nothing was changed. Name a backup with --from FILE.")
        )
    return source


def _alone(path: Path, tables: Iterable[str]) -> Salvage:
    """Return what a log holds that nobody else has open; nothing where there is no file."""
    if not path.is_file() or path.stat().st_size == 0:
        return Salvage()
    with reading(path, LOCK_PATIENCE) as connection:
        try:
            connection.execute("pragma locking_mode = exclusive")
            connection.execute("begin exclusive")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise StoreError(
                    N_("The session is in use. Stop its server and close its notebooks, then try again.")
                ) from error
        return salvaged(connection, tables)


def _write(part: Path, source: Salvage, now: datetime) -> None:
    """Write a log and what belongs beside it into a fresh database; where data is gone, an entry of its own says so."""
    events = list(source.kept)
    if source.emptied:
        last = events[-1]
        said = {"entries": list(source.emptied)}
        lost = Event(last.seq + 1, f"repair//{last.seq}", now, FACILITATOR, Channel.NOTEBOOK, "", REDACTED, 1, said)
        events.append(sealed(lost, last.digest))
    with closing(SqliteStore(part)) as store, store.writing() as tx:
        tx.append(events)
    with closing(sqlite3.connect(part, isolation_level=None)) as fresh:
        for table, found in source.beside.items():
            for row in found:
                with suppress(sqlite3.IntegrityError):
                    fresh.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)
