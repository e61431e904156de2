"""Files that are ZIP archives inside (DOCX, ODT): packed so that the same contents are the same bytes on any day."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def packed(entries: Iterable[tuple[str, bytes]], stored: frozenset[str] = frozenset()) -> bytes:
    """Return an archive of names and contents in this order; those in `stored` are not compressed."""
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name, content in entries:
            entry = ZipInfo(name, _FIRST_DAY)
            entry.create_system = 0
            archive.writestr(entry, content, ZIP_STORED if name in stored else ZIP_DEFLATED)
    return written.getvalue()


def repacked(archive: bytes) -> bytes:
    """Return an archive without the times at which it was made."""
    with ZipFile(BytesIO(archive)) as opened:
        return packed((name, opened.read(name)) for name in opened.namelist())
