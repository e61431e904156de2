"""The minutes that phones may read and download: files of the version before the room, as the log has their digests.

A name that somebody sends is looked up among those in the log and never made into a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from workshop_kit.core.approval import Standing, Version
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.text import LANGUAGES
from workshop_kit.live import LiveSession
from workshop_kit.minutes.versions import folder_name
from workshop_kit.minutes.writers import BUILT_IN

_MAIN = re.compile(rb"<main>(.*)</main>", re.DOTALL)
_SECTION = re.compile(r"<h2\b[^>]*>(.*?)</h2>", re.DOTALL)

MEDIA_TYPES = {format_.extension: format_.media_type for format_ in BUILT_IN}


class Download(Struct, frozen=True):
    """A file to fetch: its name, its language and format, and its size in bytes."""

    name: str
    lang: str
    format: str
    size: int


class Published:
    """The files of one session's minutes. `folder` is where the versions lie."""

    def __init__(self, live: LiveSession, folder: Path | None) -> None:
        self.live = live
        self.folder = folder
        self._version: Version | None = None
        self._files: Mapping[str, bytes] = {}

    def files(self) -> Mapping[str, bytes]:
        """Return the files before the room by name. Raises `Refused` where there are none.

        What is not as the log says is left out: the room approves what was recorded, and reads nothing else.
        """
        version = self.live.state.approval.current
        if version is None or self.folder is None:
            raise _none()
        known = self._version
        if known is None or (known.number, known.shown) != (version.number, version.shown) or not self._files:
            place = self.folder / folder_name(version.number, final=version.standing is Standing.FINAL)
            read = {name: _read(place / name) for name in version.shown}
            files = {name: content for name, content in read.items() if _same(content, version.shown[name])}
            self._version, self._files = version, files
        if not self._files:
            raise _none()
        return self._files

    def article(self, lang: str) -> tuple[str, str]:
        """Return the minutes as HTML to stand in a page, with their language: this one, or else the first there is."""
        files = self.files()
        for wanted in (lang, *LANGUAGES):
            if found := _MAIN.search(files.get(f"minutes.{wanted}.html", b"")):
                return found[1].decode(), wanted
        raise _none()

    def sections(self, article: str) -> list[str]:
        """Return the titles of the sections of an article, still as HTML."""
        return _SECTION.findall(article)

    def downloads(self) -> list[Download]:
        """Return what can be fetched, by language and format."""
        order = {extension: place for place, extension in enumerate(MEDIA_TYPES)}
        parts = [(name, *name.removeprefix("minutes.").rsplit(".", 1)) for name in self.files()]
        parts.sort(key=lambda part: (part[1], order.get(f".{part[2]}", len(order))))
        return [Download(name, lang, end, len(self._files[name])) for name, lang, end in parts]

    def media_type(self, name: str) -> str:
        """Return the media type of a file by its ending."""
        media_type = MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
        return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _same(content: bytes, digest: str) -> bool:
    return sha256(content).hexdigest() == digest


def _none() -> Refused:
    return Refused(Why.UNKNOWN, N_("The minutes have not been published yet."))
