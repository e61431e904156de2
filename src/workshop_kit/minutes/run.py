"""Runs the minutes notebook on the log with papermill, and writes the formats from what its cells displayed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from workshop_kit import activities, quick
from workshop_kit.core.document import Document
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes import discretion
from workshop_kit.minutes.collect import NotebookError, document_of
from workshop_kit.minutes.kinds import KINDS, file_stem, kind_named
from workshop_kit.minutes.writers import format_named
from workshop_kit.prepare import MINUTES_NOTEBOOK, furnish

Progress = Callable[[str], None]


def write_minutes(
    folder: SessionFolder,
    lang: str = "",
    formats: tuple[str, ...] = ("html", "pdf", "md"),
    edition: str = "internal",
    kind: str = KINDS[0].name,
    out: Path | None = None,
    *,
    publish: bool = False,
    progress: Progress = lambda _step: None,
    found: Progress = lambda _name: None,
) -> list[Path]:
    """Execute the minutes notebook and write the formats; returns the files, the executed notebook first.

    `found` is told each name that stands in a text of the public edition though its bearer did not agree. A cell that
    fails is named in the error, and nothing is written but the executed notebook, which shows where.
    """
    wanted = [format_named(name) for name in formats]
    kind = kind_named(kind).name
    registry = activities.installed()
    live = folder.open(registry)
    lang = lang or live.state.info.lang
    zone = live.state.info.timezone
    private = discretion.without_consent(live.people, live.state)
    live.close()
    furnish(folder, registry)
    text = voice(lang, registry.values(), zone)
    target = out or folder.minutes
    target.mkdir(parents=True, exist_ok=True)
    stem = file_stem(lang, edition, kind)
    written = [_executed(folder, target / f"{stem}.ipynb", lang, edition, kind, progress)]
    document = document_of(_json(written[0]), folder.path)
    if edition == "public":
        _tell(document, private, found)
    for format_ in wanted:
        progress(format_.name)
        path = target / f"{stem}{format_.extension}"
        _replace(path, format_.write(document, text))
        written.append(path)
    if publish:
        folder.published.mkdir(parents=True, exist_ok=True)
        public = folder.published / f"minutes.{lang}.html"
        if edition == "public":
            shown = document
        else:
            shown = document_of(
                _json(_executed(folder, folder.published / f"minutes.{lang}.ipynb", lang, "public", kind, progress)),
                folder.path,
            )
            _tell(shown, private, found)
        _replace(public, format_named("html").write(shown, text))
        written.append(public)
    return written


def _executed(folder: SessionFolder, output: Path, lang: str, edition: str, kind: str, progress: Progress) -> Path:
    progress("ipynb")
    papermill = quick.papermill()
    from workshop_kit.minutes.kernel import OwnKernelManager  # noqa: PLC0415 - as dear as papermill

    try:
        papermill.execute_notebook(
            str(folder.path / MINUTES_NOTEBOOK),
            str(output),
            parameters={"session_dir": str(folder.path), "lang": lang, "edition": edition, "kind": kind},
            kernel_name="python3",
            kernel_manager_class=OwnKernelManager,
            progress_bar=False,
            cwd=str(folder.path),
        )
    except papermill.exceptions.PapermillExecutionError as error:
        raise NotebookError(
            N_('Cell {cell} of the minutes notebook failed with {name}: {problem}. Look at "{path}".'),
            cell=error.exec_count,
            name=error.ename,
            problem=error.evalue,
            path=str(output),
        ) from error
    return output


def _tell(document: Document, private: Iterable[str], found: Progress) -> None:
    for name in discretion.named(document, private):
        found(name)


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    try:
        draft = path.with_name(f".{path.name}.part")
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise WorkshopError(
            N_('"{path}" could not be written: {problem}. If it is open in another program, close it there.'),
            path=str(path),
            problem=error.strerror or error,
        ) from error
