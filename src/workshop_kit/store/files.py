"""Files that are there whole or not at all, for their owner only, and never in the place of another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from workshop_kit.store.faults import told

BESIDE = ("-wal", "-shm")
"""The ends of the names of the files that SQLite keeps beside a database in use."""


@contextmanager
def made(out: Path) -> Iterator[Path]:
    """Make a file that is there whole or not at all, for its owner only."""
    part = out.with_name(f"{out.name}.part")
    with told(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.unlink(missing_ok=True)
            part.touch(0o600)
            yield part
            part.replace(out)
        finally:
            for end in ("", *BESIDE):
                part.with_name(part.name + end).unlink(missing_ok=True)


def copied(path: Path, copy: Path) -> None:
    """Copy a file, if there is one."""
    if path.is_file():
        shutil.copyfile(path, copy)
        copy.chmod(0o600)


def free(path: Path) -> Path:
    """Return the path, or with a number where there is such a file already."""
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return path if not path.exists() else next(name for name in names if not name.exists())


def dated(now: datetime) -> str:
    """Return a moment as part of a file's name."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
