"""What SQLite's failures mean for people, and what they can do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workshop_kit.core.errors import N_, StoreError

_DAMAGED = N_(
    'The log "{path}" is damaged ({problem}). Stop everything that uses the session, then: workshop repair SESSION'
)

_MEANINGS = {
    sqlite3.SQLITE_BUSY: N_(
        'The log "{path}" has been locked by another program for too long. What was recorded is safe. '
        "Close that program, or wait, then try again."
    ),
    sqlite3.SQLITE_FULL: N_(
        'There is no space left for the log "{path}". What was recorded is safe. Free some space, then try again.'
    ),
    sqlite3.SQLITE_READONLY: N_(
        'The log "{path}" is write-protected. Allow writing in the session\'s folder, or copy it to another place.'
    ),
    sqlite3.SQLITE_CANTOPEN: N_(
        'The log "{path}" cannot be opened. Check that its folder is there and that you may write in it.'
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""What SQLite's primary result codes mean for people."""

_UNKNOWN = N_('The log "{path}" could not be used: {problem}. Check the disk and its free space, then try again.')


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in the user's words what SQLite says in its own."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise StoreError(_MEANINGS.get(code, _UNKNOWN), path=str(path), problem=str(error)) from error


def damaged(path: Path, problem: str) -> StoreError:
    """Return the error for a file whose entries verify but that is damaged beside them."""
    return StoreError(_DAMAGED, path=str(path), problem=problem)


def must_exist(path: Path) -> None:
    """Raise `StoreError` where there is no file, or an empty one that SQLite would take for a new database."""
    with told(path):
        if not path.is_file():
            raise StoreError(N_('There is no session at "{path}". Make one with "workshop new".'), path=str(path))
        if path.stat().st_size == 0:
            raise without_log(path)


def must_be(path: Path, file: os.stat_result) -> None:
    """Raise `StoreError` where another file, or none, has taken the place of the one that was opened."""
    with told(path):
        if not path.exists() or not os.path.samestat(path.stat(), file):
            raise StoreError(
                N_('The log "{path}" was moved or replaced while in use. Stop the server and open the session again.'),
                path=str(path),
            )


def without_log(path: Path) -> StoreError:
    """Return the error for a file that is there but has no log in it."""
    return StoreError(
        N_('"{path}" is empty or was cut off. Put a backup in its place: workshop repair SESSION --from FILE'),
        path=str(path),
    )
