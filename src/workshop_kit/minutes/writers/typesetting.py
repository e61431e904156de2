"""Lets Typst set a template: an accessible PDF (PDF/UA-1 and PDF/A-2a), the same bytes for the same page.

What a page says reaches its template as JSON, so that it is content and never markup. Typst runs in a process of its
own, whose only folder holds the page's own pictures, and which is killed when it takes too long. That process is this
module, run as a program that reads a job on its standard input and writes the PDF to its standard output.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from workshop_kit.core.errors import N_
from workshop_kit.minutes import fonts
from workshop_kit.minutes.writers import WritingError

STANDARDS = ("ua-1", "a-2a")
SECONDS = 60.0
"""How long Typst may take; the minutes of a long workshop need less than two."""

HERE = "workshop_kit.minutes.writers"
LEAF = "leaf.typ"

_SOURCES = Path(__file__).parents[3]
_MODULE = f"{HERE}.typesetting"


class Job(Struct):
    """What the process that sets a PDF is told: a template and the package it lies in, its data and its pictures.

    `created` is the date that the PDF tells, in seconds since 1970.
    """

    page: dict[str, Any]
    pictures: dict[str, bytes]
    created: int
    package: str = HERE
    template: str = "minutes.typ"
    fonts: tuple[str, ...] = ()


def typeset(made: Callable[[Callable[[str], str]], Job], seconds: float = SECONDS) -> bytes:
    """Return the PDF of a job; raise `WritingError` when Typst fails or takes longer than `seconds`.

    `made` makes the job with each of its texts as the given function shows it. Scripts can be mixed in ways that no
    font can follow. The PDF comes all the same: a second try shows only the characters of the first font and names the
    others.
    """
    reason = ""
    for shown in (fonts.displayable, fonts.plainly):
        done = _run(made(shown), seconds)
        if not done.returncode:
            return done.stdout
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["?"])[-1].rstrip(".")
    raise WritingError(N_("The PDF could not be set: {reason}. Write another format and report this."), reason=reason)


def each_leaf(value: Any, shown: Callable[[str], str]) -> Any:
    """Return the plain value with `shown` run over every string in it."""
    match value:
        case str():
            return shown(value)
        case dict():
            return {key: each_leaf(inner, shown) for key, inner in value.items()}
        case list() | tuple():
            return [each_leaf(inner, shown) for inner in value]
        case _:
            return value


def set_here(job: Job) -> bytes:
    """Return the PDF of a job, set in this process."""
    from typst import compile as typeset  # noqa: PLC0415 - only the process that sets a PDF needs Typst

    sources: Any = {
        "main.typ": files(job.package).joinpath(job.template).read_bytes(),
        LEAF: files(HERE).joinpath(LEAF).read_bytes(),
        "page.json": msgspec.json.encode(job.page),
    }
    standards: Any = list(STANDARDS)
    with tempfile.TemporaryDirectory() as root:
        for name, content in job.pictures.items():
            Path(root, name).write_bytes(content)
        result: bytes = typeset(
            sources,
            root=root,
            font_paths=list(job.fonts or map(str, fonts.folders())),
            ignore_system_fonts=True,
            pdf_standards=standards,
            timestamp=job.created,
        )
    return result


def _run(job: Job, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Return what the setting process ended with; it is killed when its time is over."""
    job = msgspec.structs.replace(job, fonts=tuple(map(str, fonts.folders())))
    paths = [str(_SOURCES), os.environ.get("PYTHONPATH", "")]
    try:
        return subprocess.run(
            [sys.executable, "-P", "-m", _MODULE],
            input=msgspec.json.encode(job),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)},
        )
    except subprocess.TimeoutExpired as late:
        raise WritingError(
            N_("The PDF was not ready after {seconds} seconds. Write another format, or allow more time."),
            seconds=f"{seconds:g}",
        ) from late


if __name__ == "__main__":
    sys.stdout.buffer.write(set_here(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)))
