"""Makes backups of a session's log, and compares the log with those that are there."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.store.files import dated, free, made
from workshop_kit.store.salvage import BOXES, examined, reading, tables_of

BACKUPS = "backups"


class Backup(Struct, frozen=True):
    """A copy of a log that was checked: where it is, how many entries it holds, and the digest of the last."""

    path: Path
    count: int
    digest: str


def back_up(path: Path, out: Path | None = None, *, now: datetime) -> Backup:
    """Copy a log that may be in use to the file `out` (default: beside it, with the date) and check the copy.

    The copy is of one moment. It holds the names of people, but no ballots of an open secret vote: once these are
    counted, nobody may be able to tell whose they were. So they are left out in memory already, and are in no half
    file either that a backup leaves when it is killed.
    """
    out = out or free(path.parent / BACKUPS / f"{path.stem}-{dated(now)}.db")
    if out.exists():
        raise StoreError(N_('There is a file "{path}" already. Name another one with --out.'), path=str(out))
    with reading(path) as source, made(out) as part:
        with (
            closing(sqlite3.connect(":memory:", isolation_level=None)) as copy,
            closing(sqlite3.connect(part, isolation_level=None)) as target,
        ):
            source.backup(copy)
            for table in set(BOXES).intersection(tables_of(copy)):
                copy.execute(f"delete from {table}")
            copy.execute("vacuum")
            copy.backup(target)
        entries, digest = examined(part)
    return Backup(out, entries, digest)


def check(path: Path) -> tuple[int, str]:
    """Do as `examined`, then compare with the backups beside the log, which know how long it was."""
    found = examined(path)
    with reading(path) as connection:
        digests = dict(connection.execute("select seq, digest from events"))
    for backup in sorted((path.parent / BACKUPS).glob("*.db")):
        first, seq, last = _ends(backup)
        if first == digests[1] and digests.get(seq) != last:
            raise StoreError(
                N_(
                    'The log lacks what the backup "{backup}" holds up to entry {seq}. Put the backup in its place: '
                    "workshop repair SESSION --from FILE; or move it away to go on without."
                ),
                backup=str(backup),
                seq=seq,
            )
    return found


def _ends(backup: Path) -> tuple[str, int, str]:
    """Return the first digest, the last entry's number and its digest; nothing where the file holds no log."""
    with suppress(StoreError), reading(backup) as connection:
        ends = connection.execute("select seq, digest from events order by seq").fetchall()
        return (ends[0][1], *ends[-1]) if ends else ("", 0, "")
    return "", 0, ""
