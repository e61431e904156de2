"""The end of a session's personal data: everything in its folder that holds names is erased, and the rest is named.

Every step may be done again, so what was interrupted is finished by a second run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from workshop_kit import privacy
from workshop_kit.core.errors import N_, StoreError
from workshop_kit.folder import WRITING, SessionFolder
from workshop_kit.live import LiveSession, utc_now
from workshop_kit.slips import sweep
from workshop_kit.store.copies import Purged

MINUTES_FILES = "minutes*.*"
CHECKPOINTS = ".ipynb_checkpoints"
"""The folder in which JupyterLab keeps a second copy of each notebook."""


class Erased(Struct, frozen=True):
    """What an erasure did: how many `names` there were, the log's copies, notebooks whose outputs were cleared.

    `deleted` are minutes that were deleted, `left` those that are still there and may hold names, `unread` notebooks
    that could not be cleared.
    """

    names: int
    copies: Purged
    cleared: tuple[Path, ...] = ()
    deleted: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()


def erase_session(folder: SessionFolder, live: LiveSession, why: str, *, minutes: bool = False) -> Erased:
    """Erase all names, void all seats, and clean the session's folder; `minutes` deletes the internal minutes too.

    The public edition, which shows the names of those alone who agreed to it, is left alone. Raises `StoreError`.
    """
    names = privacy.erase(live, why)
    copies = privacy.purge(live, utc_now())
    sweep(live.state, folder.path)
    cleared, unread = _cleared(folder.path)
    internal = internal_minutes(folder)
    if minutes:
        try:
            for path in internal:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                N_('"{path}" could not be deleted: {problem}. If it is open in another program, close it there.'),
                path=str(error.filename),
                problem=error.strerror or error,
            ) from error
    deleted, left = (internal, ()) if minutes else ((), internal)
    return Erased(names, copies, cleared, deleted, left, unread)


def internal_minutes(folder: SessionFolder) -> tuple[Path, ...]:
    """Return the files of minutes that may hold names; which edition a file is it does not tell."""
    found = [
        *folder.minutes.glob(MINUTES_FILES),
        *folder.minutes.glob(f"{WRITING}*/{MINUTES_FILES}"),
        *(folder.minutes / CHECKPOINTS).glob("*.ipynb"),
    ]
    return tuple(sorted(path for path in found if path.is_file()))


def _cleared(path: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Clear what the notebooks in a folder show: tables and boards of theirs name people. Cells and notes stay."""
    cleared: list[Path] = []
    unread: list[Path] = []
    for notebook in sorted((*path.glob("*.ipynb"), *(path / CHECKPOINTS).glob("*.ipynb"))):
        try:
            content: dict[str, Any] = json.loads(notebook.read_text("utf-8"))
            if any(list(_forgetting(content))):
                draft = notebook.with_name(f".{notebook.name}.part")
                draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
                draft.replace(notebook)
                cleared.append(notebook)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            unread.append(notebook)
    return tuple(cleared), tuple(unread)


def _forgetting(notebook: dict[str, Any]) -> Iterator[bool]:
    """Empty the outputs and the widgets of a notebook; yields for each of them whether there was something."""
    yield notebook["metadata"].pop("widgets", None) is not None
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            yield bool(cell["outputs"])
            cell["outputs"] = []
            cell["execution_count"] = None
