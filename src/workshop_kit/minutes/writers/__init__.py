"""The formats of the minutes: each writer is a module with `write(document, text) -> bytes`, imported when needed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, cast

from msgspec import Struct

from workshop_kit.core.document import Document
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.text import Text


class Writer(Protocol):
    """Turns the whole document into the bytes of one file; the same document gives the same bytes."""

    def __call__(self, document: Document, text: Text) -> bytes: ...


class Format(Struct, frozen=True):
    """A format by its name on the command line. `module` is where its writer lives."""

    name: str
    extension: str
    media_type: str
    module: str

    def write(self, document: Document, text: Text) -> bytes:
        """Return the document in this format, in the language of `text`."""
        return cast("Writer", import_module(self.module).write)(document, text)


_OFFICE = "application/vnd.openxmlformats-officedocument"

BUILT_IN = (
    Format("html", ".html", "text/html", f"{__name__}.html"),
    Format("pdf", ".pdf", "application/pdf", f"{__name__}.pdf"),
    Format("md", ".md", "text/markdown", f"{__name__}.markdown"),
    Format("docx", ".docx", f"{_OFFICE}.wordprocessingml.document", f"{__name__}.docx"),
    Format("odt", ".odt", "application/vnd.oasis.opendocument.text", f"{__name__}.odt"),
    Format("xlsx", ".xlsx", f"{_OFFICE}.spreadsheetml.sheet", f"{__name__}.sheets"),
    Format("csv", ".csv", "text/csv", f"{__name__}.table"),
    Format("json", ".json", "application/json", f"{__name__}.tree"),
)


USUAL = ("html", "pdf", "md")
"""The formats that are written where nobody names others."""


class FormatError(WorkshopError):
    """Nobody writes this format."""


class WritingError(WorkshopError):
    """A writer could not make the file."""


def format_named(name: str, formats: Iterable[Format] = BUILT_IN) -> Format:
    """Return the format called `name`, with or without a leading dot.

    >>> format_named("pdf").media_type
    'application/pdf'
    """
    known = {known.name: known for known in formats}
    wanted = name.lower().removeprefix(".")
    if wanted not in known:
        raise FormatError(
            N_("There is no format {name}. Choose one of: {known}."), name=repr(name), known=", ".join(known)
        )
    return known[wanted]
