"""Writes several files as if they were one: all are there in the end, or none has changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.folder import WRITING


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Give a folder to write into; when the block ends well, its files move to `target`, else they are gone.

    What a run that was killed left there is removed by the next one. Raises `WorkshopError` where a file cannot be
    replaced.
    """
    target.mkdir(parents=True, exist_ok=True)
    for left in target.glob(f"{WRITING}*"):
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=WRITING, dir=target))
    try:
        yield stage
        for path in sorted(stage.iterdir()):
            path.replace(target / path.name)
    except OSError as error:
        raise WorkshopError(
            N_('"{path}" could not be written: {problem}. If it is open in another program, close it there.'),
            path=str(error.filename2 or error.filename or target),
            problem=error.strerror or error,
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
