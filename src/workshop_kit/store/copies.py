"""The copies of a log that the kit itself keeps beside it, and how they are kept from outliving what was erased.

A copy is removed rather than mended: what a broken page or the free part of a file still holds nobody can tell, but a
fresh backup can be checked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from workshop_kit.core.errors import StoreError
from workshop_kit.store.backup import BACKUPS, back_up, check
from workshop_kit.store.faults import told
from workshop_kit.store.files import BESIDE
from workshop_kit.store.salvage import reading


class Purged(Struct, frozen=True):
    """What became of a log's copies.

    `removed` held what the log no longer holds, or could not be read. `fresh` is the backup that was made in the place
    of older ones. `left` are files among the backups that belong to another session, or to none.
    """

    removed: tuple[Path, ...] = ()
    fresh: Path | None = None
    left: tuple[Path, ...] = ()


class _Held(Struct, frozen=True):
    """What matters of a log: its first digest, what lies beside it, and the entries whose data are there."""

    first: str
    beside: frozenset[tuple[str, str]]
    said: frozenset[int]

    def beyond(self, log: _Held) -> bool:
        """Tell whether this copy holds what the log no longer holds."""
        return bool(self.beside - log.beside or self.said - log.said)


def purged(path: Path, *, now: datetime) -> Purged:
    """Remove the copies of the log at `path` that hold more than it does, once a fresh one is there.

    Damaged copies are removed too. Raises `StoreError` and removes nothing where the log is damaged, or lacks what a
    backup holds: then they are needed.
    """
    damaged = [copy for copy in path.parent.glob(f"{path.name}.damaged-*") if not copy.name.endswith(BESIDE)]
    backups = sorted((path.parent / BACKUPS).glob("*.db"))
    if not damaged and not backups:
        return Purged()
    check(path)
    log = _held(path)
    held = {backup: _tried(backup) for backup in backups}
    ours = [backup for backup in backups if _belongs(backup, path, held[backup], log)]
    stale = [backup for backup in ours if (found := held[backup]) is None or found.beyond(log)]
    fresh = back_up(path, now=now).path if stale else None
    _remove(path, [*stale, *damaged])
    return Purged((*stale, *damaged), fresh, tuple(backup for backup in backups if backup not in ours))


def _belongs(backup: Path, path: Path, held: _Held | None, log: _Held) -> bool:
    return backup.name.startswith(f"{path.stem}-") if held is None else held.first == log.first


def _remove(path: Path, copies: Iterable[Path]) -> None:
    with told(path):
        for copy in copies:
            for end in (*BESIDE, ""):
                copy.with_name(copy.name + end).unlink(missing_ok=True)


def _tried(copy: Path) -> _Held | None:
    with suppress(StoreError):
        return _held(copy)
    return None


def _held(path: Path) -> _Held:
    with reading(path) as connection:
        beside: list[tuple[str, str]] = []
        for columns in ("seat, name from names", "seat, token_hash from seats"):
            beside += connection.execute(f"select {columns}").fetchall()
        said = connection.execute("select seq from events where data != '{}'").fetchall()
        first = connection.execute("select digest from events where seq = 1").fetchone()
        if first is None:
            raise sqlite3.DatabaseError("no first entry")
    return _Held(first[0], frozenset(beside), frozenset(seq for (seq,) in said))
