"""Executes the minutes notebook on the log, once per language and edition, with papermill."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from workshop_kit import quick
from workshop_kit.core.document import Document
from workshop_kit.core.errors import N_
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes.collect import NotebookError, document_of
from workshop_kit.minutes.kinds import file_stem
from workshop_kit.prepare import MINUTES_NOTEBOOK


def executed(
    folder: SessionFolder, stage: Path, target: Path, lang: str, edition: str, kind: str, chosen: Mapping[str, object]
) -> Document:
    """Execute the notebook into the folder `stage` and return the document that its cells displayed.

    `chosen` are parameters that replace what the notebook says itself. A cell that fails is named, and the notebook
    that shows where is kept in `target` beside what is there.
    """
    papermill = quick.papermill()
    from workshop_kit.minutes.engine import ENGINE  # noqa: PLC0415 - as dear as papermill
    from workshop_kit.minutes.warm import manager  # noqa: PLC0415 - as dear as papermill

    stem = file_stem(lang, edition, kind)
    output = stage / f"{stem}.ipynb"
    try:
        papermill.execute_notebook(
            quick.literal(folder.path / MINUTES_NOTEBOOK),
            quick.literal(output),
            parameters={"session_dir": str(folder.path), "lang": lang, "edition": edition, "kind": kind, **chosen},
            engine_name=ENGINE,
            kernel_name="python3",
            kernel_manager_class=manager(folder.path),
            progress_bar=False,
            cwd=str(folder.path),
        )
    except papermill.exceptions.PapermillExecutionError as error:
        kept = target / f"{stem}.failed.ipynb"
        shutil.copyfile(output, kept)
        raise NotebookError(
            N_('Cell {cell} of the minutes notebook failed with {name}: {problem}. Look at "{path}".'),
            cell=error.exec_count,
            name=error.ename,
            problem=error.evalue,
            path=str(kept),
        ) from error
    return document_of(json.loads(output.read_text("utf-8")), folder.path)
