"""The versions of the minutes: where their files lie, and what differs between one and the next.

A difference is made of the Markdown of both, line by line, and becomes a section of the newer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff
from pathlib import Path

from workshop_kit.core.approval import Standing, Version
from workshop_kit.core.document import Document, Paragraph, Section, Table, cleaned
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes.writers import format_named

CHANGES = N_("Changes since version {version}")


def folder_name(number: int, *, final: bool = False) -> str:
    """Return the name of a version's folder in `minutes/versions`; what was made final lies beside its draft.

    >>> folder_name(2), folder_name(2, final=True)
    ('02-draft', '02')
    """
    return f"{number:02d}" if final else f"{number:02d}-draft"


def place(folder: SessionFolder, version: Version) -> Path:
    """Return the folder in which a version's files lie now."""
    return folder.versions / folder_name(version.number, final=version.standing is Standing.FINAL)


def files(folder: SessionFolder, version: Version) -> list[Path]:
    """Return the files of a version that are there."""
    return [path for name in version.shown if (path := place(folder, version) / name).is_file()]


def since(before: Version, folder: SessionFolder, document: Document, text: Text) -> Iterator[Section]:
    """Yield the section that tells what has changed since a version, if its Markdown is there still."""
    earlier = place(folder, before) / f"minutes.{text.lang}.md"
    if not earlier.is_file():
        return
    now = format_named("md").write(document, text).decode()
    rows = tuple(_changed(_lines(earlier.read_text("utf-8"), text), _lines(now, text)))
    title = text(CHANGES, version=_called(before, text))
    table = Table((text(N_("Before")), text(N_("Now"))), rows, text(N_("Line by line")))
    yield cleaned(Section("changes", title, (table if rows else Paragraph(text(N_("Nothing.")), "note"),)))


def difference(older: Path, newer: Path) -> list[str]:
    """Return what differs between two folders of versions, as lines of a unified difference per language."""
    told: list[str] = []
    for new in sorted(newer.glob("*.md")):
        old = older / new.name
        if old.is_file():
            text = voice(new.suffixes[0].removeprefix("."))
            before, now = (_lines(path.read_text("utf-8"), text) for path in (old, new))
            told += unified_diff(before, now, f"{older.name}/{old.name}", f"{newer.name}/{new.name}", n=0, lineterm="")
    return told


def _called(version: Version, text: Text) -> str:
    if version.standing is Standing.FINAL:
        return text.number(version.number)
    return text(N_("{number} (draft)"), number=text.number(version.number))


def _lines(markdown: str, text: Text) -> list[str]:
    """Return the lines of a version as people read them, without its colophon and its own section of changes."""
    title = re.escape(text(CHANGES, version="").strip())
    told = re.split(rf"^(?:#+ {title}|---$)", markdown, maxsplit=1, flags=re.MULTILINE)[0]
    return [line for raw in told.splitlines() if (line := re.sub(r"\\([^\w\s])", r"\1", raw).strip())]


def _changed(before: list[str], now: list[str]) -> Iterator[tuple[str, str]]:
    for kind, low, high, first, last in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if kind != "equal":
            yield "\n".join(before[low:high]), "\n".join(now[first:last])
