"""The versions of the minutes: where their files lie, and what differs between one and the next.

A difference is made of the JSON of both and becomes a section of the newer one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from workshop_kit.core.approval import Standing, Version
from workshop_kit.core.document import Document, Section, cleaned
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes import changes

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
    """Yield the section that tells what has changed since a version, if anything has and that is there still."""
    earlier = _read(place(folder, before), text.lang)
    if earlier and (found := list(changes.compared(earlier, document, text))):
        title = text(CHANGES, version=_called(before, text))
        yield cleaned(Section("changes", title, tuple(changes.blocks(found, text))))


def difference(older: Path, newer: Path, text: Text) -> list[str]:
    """Return what differs between two folders of versions, as lines in one language."""
    before, now = _read(older, text.lang), _read(newer, text.lang)
    return list(changes.plain(list(changes.compared(before, now, text)), text)) if before and now else []


def _read(folder: Path, lang: str) -> Document | None:
    """Return the version in a folder as its JSON has it; none where that is gone or cannot be read."""
    try:
        return msgspec.json.decode((folder / f"minutes.{lang}.json").read_bytes(), type=Document)
    except (OSError, msgspec.DecodeError):
        return None


def _called(version: Version, text: Text) -> str:
    if version.standing is Standing.FINAL:
        return text.number(version.number)
    return text(N_("{number} (draft)"), number=text.number(version.number))
