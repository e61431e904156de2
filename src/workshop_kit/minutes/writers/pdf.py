"""Writes the minutes as an accessible PDF (PDF/UA-1 and PDF/A-2a) that Typst sets from one fixed template.

The document reaches the template as JSON, so a leaf is content and never markup. Typst runs in a process of its own,
whose only folder holds the document's own pictures, and which is killed when it takes too long. That process is this
module, run as a program that reads a job on its standard input and writes the PDF to its standard output.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from workshop_kit.core.document import AnyBlock, Chart, Document, Look, Network, Picture, Table
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes import fonts
from workshop_kit.minutes.writers import WritingError
from workshop_kit.minutes.writers.shape import (
    accent,
    banner,
    colophon,
    locale,
    measured,
    moment,
    settled,
    shares,
    title,
)
from workshop_kit.results.figures import Figure, data_table, described, draw, inscriptions, is_empty

STANDARDS = ("ua-1", "a-2a")
SECONDS = 60.0
"""How long Typst may take; the minutes of a long workshop need less than two."""

_SOURCES = Path(__file__).parents[3]
_MODULE = "workshop_kit.minutes.writers.pdf"
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}
_PHOTO = (158.0, 100.0)
"""The most millimetres that a photo takes, across and down."""


class Job(Struct):
    """What the process that sets the PDF is told: the template's data, its pictures, and where the fonts lie."""

    page: dict[str, Any]
    pictures: dict[str, bytes]
    created: int
    fonts: tuple[str, ...]


def write(document: Document, text: Text, *, seconds: float = SECONDS) -> bytes:
    """Return the document as a PDF; raise `WritingError` when Typst fails or takes longer than `seconds`.

    Scripts can be mixed in ways that no font can follow. The PDF comes all the same: a second try shows only the
    characters of the first font and names the others.
    """
    plain = msgspec.to_builtins(settled(document))
    reason = ""
    for shown in (fonts.displayable, fonts.plainly):
        done = _run(_job(msgspec.convert(_each_leaf(plain, shown), Document), text), seconds)
        if not done.returncode:
            return done.stdout
        reason = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["?"])[-1].rstrip(".")
    raise WritingError(N_("The PDF could not be set: {reason}. Write another format and report this."), reason=reason)


def _job(document: Document, text: Text) -> Job:
    pictures: dict[str, bytes] = {}
    page = _page(document, text, pictures)
    return Job(page, pictures, int(moment(document.meta.created).timestamp()), tuple(map(str, fonts.folders())))


def _run(job: Job, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Return what the setting process ended with; it is killed when its time is over."""
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


def _page(document: Document, text: Text, pictures: dict[str, bytes]) -> dict[str, Any]:
    """Return what the template reads: the document in plain values and the words that it adds."""
    meta = document.meta
    lang, region = locale(meta)
    return {
        "lang": lang,
        "region": region or None,
        "title": title(meta, text),
        "running-title": textwrap.shorten(title(meta, text), 90, placeholder=" …"),
        "subtitle": meta.subtitle,
        "standing": meta.standing,
        "apart": meta.apart,
        "banner": banner(meta, text),
        "accent": accent(meta),
        "letterhead": _letterhead(meta.look, pictures),
        "colophon": colophon(meta, text),
        "page-of": text(N_("Page {page} of {pages}")),
        "families": list(fonts.FAMILIES),
        "sections": [
            {"title": section.title, "blocks": [_plain(block, text, pictures) for block in section.blocks]}
            for section in document.sections
        ],
    }


def _plain(block: AnyBlock, text: Text, pictures: dict[str, bytes]) -> dict[str, Any]:
    match block:
        case Table():
            return _table(block)
        case Chart() | Network() if is_empty(block):
            return {"k": "chart", "title": block.title, "alt": described(block), "data": None, "picture": None}
        case Chart() | Network():
            suffix, content = _picture(block, text)
            name = _kept(pictures, content, suffix)
            data = _table(data_table(block, text))
            return {"k": "chart", "title": block.title, "alt": described(block), "data": data, "picture": name}
        case Picture():
            width, _ = measured(block.content, *_PHOTO)
            name = _kept(pictures, block.content, _SUFFIXES[block.media_type])
            return {"k": "picture", "picture": name, "alt": block.alt, "caption": block.caption, "width": width}
        case _:
            return {"k": block.__struct_config__.tag, **msgspec.structs.asdict(block)}


def _kept(pictures: dict[str, bytes], content: bytes, suffix: str) -> str:
    """Put a picture among those that Typst is given, and return its name there."""
    name = f"picture-{len(pictures) + 1}{suffix}"
    pictures[name] = content
    return name


def _letterhead(look: Look, pictures: dict[str, bytes]) -> dict[str, Any] | None:
    if look == Look(colour=look.colour):
        return None
    suffix = _SUFFIXES.get(look.logo_type, "")
    return {
        "logo": _kept(pictures, look.logo, suffix) if look.logo else None,
        "organisation": look.organisation,
        "lines": look.letterhead,
    }


def _picture(figure: Figure, text: Text) -> tuple[str, bytes]:
    """Return the chart as SVG, or as pixels if its words mix scripts, which Typst does not set inside an SVG."""
    drawn = draw(figure, text.lang)
    plain = fonts.plain(inscriptions(figure).replace("\n", ""))
    return (".svg", drawn.svg.encode()) if plain else (".png", drawn.png)


def _table(table: Table) -> dict[str, Any]:
    """Return a table with the share of the width that each column of words asks for, going by its contents."""
    return {"k": "table", **msgspec.structs.asdict(table), "shares": shares(table)}


def _each_leaf(value: Any, shown: Callable[[str], str]) -> Any:
    """Return the plain value with `shown` run over every string in it."""
    match value:
        case str():
            return shown(value)
        case dict():
            return {key: _each_leaf(inner, shown) for key, inner in value.items()}
        case list() | tuple():
            return [_each_leaf(inner, shown) for inner in value]
        case _:
            return value


def _set(job: Job) -> bytes:
    """Return the PDF of a job, set in this process."""
    from typst import compile as typeset  # noqa: PLC0415 - only the process that sets a PDF needs Typst

    template = files("workshop_kit.minutes.writers").joinpath("minutes.typ").read_bytes()
    sources: Any = {"main.typ": template, "page.json": msgspec.json.encode(job.page)}
    standards: Any = list(STANDARDS)
    with tempfile.TemporaryDirectory() as root:
        for name, content in job.pictures.items():
            Path(root, name).write_bytes(content)
        result: bytes = typeset(
            sources,
            root=root,
            font_paths=list(job.fonts),
            ignore_system_fonts=True,
            pdf_standards=standards,
            timestamp=job.created,
        )
    return result


if __name__ == "__main__":
    sys.stdout.buffer.write(_set(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)))
