"""Photos that the note-taker puts into a text cell: pasted ones, and files that lie in the session's folder.

`![what it shows](photo.jpg "What stands below it")`. Nothing is fetched, and nothing outside the folder is read.
Whether people are to be seen, the words below the picture say: "with consent" or "no people" (in either language).
Without that a picture stays out of the public edition, where its description is printed instead.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from msgspec import Struct

from workshop_kit.core.document import AnyBlock, Document, Paragraph, Picture, Section
from workshop_kit.core.errors import N_
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice

ATTACHED = "attachment:"

LARGEST_PICTURE = 30_000_000
"""Bytes of a file that is taken into the minutes; a phone's photo has 5 to 10 million."""

MediaType = Literal["image/jpeg", "image/png"]

SIGNS: Mapping[bytes, MediaType] = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""How the files of each type begin. What a file is its content says, not its name."""

CLEARED = (N_("with consent"), N_("no people"))
"""What the words below a picture say for it to be shown in public."""


class Album(Struct, frozen=True):
    """Finds the pictures of one cell: those pasted into it by name, and files in `folder` if there is one."""

    attached: Mapping[str, Any] = {}
    folder: Path | None = None

    def find(self, address: str, alt: str, caption: str) -> Picture | None:
        """Return the picture at an address in a cell, None where there is none that can be shown."""
        content = self._pasted(address) if address.startswith(ATTACHED) else self._file(address)
        media_type = next((kind for sign, kind in SIGNS.items() if content.startswith(sign)), None)
        return Picture(content, media_type, alt.strip(), caption.strip()) if media_type else None

    def _pasted(self, address: str) -> bytes:
        kinds = self.attached.get(unquote(address.removeprefix(ATTACHED)))
        written = next(iter(kinds.values()), "") if isinstance(kinds, Mapping) else ""
        try:
            return base64.b64decode("".join(written), validate=False)
        except (binascii.Error, TypeError, ValueError):
            return b""

    def _file(self, address: str) -> bytes:
        """Return a file's content; nothing for what is not a file inside the folder, wherever a link may lead."""
        if self.folder is None:
            return b""
        try:
            home = self.folder.resolve(strict=True)
            path = (home / unquote(address)).resolve(strict=True)
            if home not in path.parents or not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
                return b""
            return path.read_bytes()
        except (OSError, ValueError):  # a name that cannot be one is a ValueError
            return b""


def is_cleared(picture: Picture) -> bool:
    """Return whether the words below a picture say that it may be shown to anybody."""
    said = picture.caption.casefold()
    return any(voice(lang)(key).casefold() in said for key in CLEARED for lang in LANGUAGES)


def fit_for_public(document: Document) -> Document:
    """Return a document of the public edition: a picture that is not cleared gives way to what it is said to show."""
    sections = tuple(Section(one.id, one.title, tuple(_fit(one.blocks))) for one in document.sections)
    return Document(document.meta, sections)


def _fit(blocks: tuple[AnyBlock, ...]) -> Iterator[AnyBlock]:
    for block in blocks:
        if not isinstance(block, Picture) or is_cleared(block):
            yield block
        elif words := block.caption or block.alt:
            yield Paragraph(words, "note")
