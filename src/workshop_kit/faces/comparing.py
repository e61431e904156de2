"""What `workshop bundle` and `workshop evidence` do: one session's part in a comparison, and the report over many."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.folder import locate
from workshop_kit.library import voice
from workshop_kit.minutes.evidence import report
from workshop_kit.minutes.writers import format_named
from workshop_kit.results.bundle import Bundle, bundle_of, read, written
from workshop_kit.results.evidence import Evidence, evidence_of

NOTEBOOK = "ipynb"
"""The format that is no report, but the notebook that makes one."""

Step = Callable[[str], None]


def save_bundle(session: str, out: Path | None, k: int) -> Path:
    """Write the bundle of a session; returns its file. Raises `WorkshopError`."""
    bundle = bundle_of_session(session, k)
    place = re.sub(r"[^a-z0-9]+", "-", bundle.place.casefold()).strip("-")
    path = out or Path("-".join(part for part in ("bundle", place, bundle.session[:8]) if part) + ".json")
    try:
        path.write_bytes(written(bundle))
    except OSError as error:
        raise WorkshopError(
            N_('"{path}" could not be written: {problem}. If it is open in another program, close it there.'),
            path=str(path),
            problem=error.strerror or error,
        ) from error
    return path


def bundle_of_session(session: str, k: int) -> Bundle:
    """Return the bundle of a session named by its folder or address."""
    live = locate(session).open()
    try:
        return bundle_of(live, k)
    finally:
        live.close()


def gather(names: Iterable[str], k: int, step: Step = lambda _name: None) -> Evidence:
    """Return the evidence of sessions (folders, addresses) and bundles (JSON files). Raises `WorkshopError`."""
    bundles: list[Bundle] = []
    for name in names:
        step(name)
        bundles.append(read(Path(name)) if name.casefold().endswith(".json") else bundle_of_session(name, k))
    return evidence_of(bundles)


def write_evidence(names: Sequence[str], langs: Sequence[str], formats: Sequence[str], out: Path, k: int) -> list[Path]:
    """Write the report over sessions and bundles, and its notebook if asked for, telling how far it is."""
    reports = [name for name in formats if name != NOTEBOOK]
    for name in reports:
        format_named(name)
    files: list[Path] = []
    with _progress(len(reports and names) + len(langs) * len(reports)) as step:
        if reports:
            files += write_report(gather(names, k, step), langs, reports, out, step)
    if NOTEBOOK in formats:
        from workshop_kit.prepare import evidence_notebook  # noqa: PLC0415 - it brings papermill

        out.mkdir(parents=True, exist_ok=True)
        sessions = [str(Path(name).resolve()) if Path(name).exists() else name for name in names]
        for lang in langs:
            files += evidence_notebook(sessions, lang, k, out / f"evidence.{lang}.{NOTEBOOK}")
    return files


def write_report(
    evidence: Evidence, langs: Iterable[str], formats: Iterable[str], out: Path, step: Step = lambda _name: None
) -> list[Path]:
    """Write the report in these languages and formats; returns the files. Raises `WorkshopError`."""
    wanted = [format_named(name) for name in formats]
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for lang in langs:
        text = voice(lang)
        document = report(evidence, text)
        for format_ in wanted:
            path = out / f"evidence.{lang}{format_.extension}"
            step(path.name)
            path.write_bytes(format_.write(document, text))
            files.append(path)
    return files


@contextmanager
def _progress(steps: int) -> Iterator[Step]:
    """Show a bar on a terminal while steps are taken; what is named is under way."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    from rich.console import Console  # noqa: PLC0415 - only who watches needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, done = bar.add_task("", total=steps), count()
        yield lambda name: bar.update(task, description=name, completed=next(done))
