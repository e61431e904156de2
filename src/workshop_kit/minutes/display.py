"""Shows a piece of the minutes in a notebook, and carries it there for the exporters."""

from __future__ import annotations

from typing import Any

import msgspec

from workshop_kit.core.document import MIME, Meta, Section
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers import html, markdown
from workshop_kit.minutes.writers.shape import with_pixels


class SectionOutput:
    """What a cell displays: the section as a tree under our media type, and as a page fragment for the reader.

    Give `meta` once, with the first section; the document takes the last one shown.
    """

    def __init__(self, section: Section, text: Text, meta: Meta | None = None) -> None:
        self.section = with_pixels(section)
        self.text = text
        self.meta = meta

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 - IPython's shape
        carried: dict[str, Any] = {"section": msgspec.to_builtins(self.section)}
        if self.meta is not None:
            carried["meta"] = msgspec.to_builtins(self.meta)
        return {
            MIME: carried,
            "text/html": html.fragment(self.section, self.text),
            "text/markdown": markdown.fragment(self.section, self.text),
            "text/plain": self.section.title,
        }
