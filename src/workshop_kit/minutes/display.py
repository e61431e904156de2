"""Shows a piece of the minutes in a notebook, and carries it there for the exporters."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import msgspec

from workshop_kit.core.document import MIME, Meta, Section
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes.lint import Finding, Severity
from workshop_kit.minutes.writers import html, markdown
from workshop_kit.minutes.writers.shape import with_pixels


class SectionOutput:
    """What a cell displays: the section as a tree under our media type, and as a page fragment for the reader.

    Give `meta` once, with the first section; the document takes the last one shown. A section without blocks shows
    nothing and is none; its title waits for what the note-taker writes below the cell.
    """

    def __init__(self, section: Section, text: Text, meta: Meta | None = None) -> None:
        self.section = with_pixels(section)
        self.text = text
        self.meta = meta

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002 - IPython's shape
        carried: dict[str, Any] = {"section": msgspec.to_builtins(self.section)}
        if self.meta is not None:
            carried["meta"] = msgspec.to_builtins(self.meta)
        if not self.section.blocks:
            return {MIME: carried, "text/plain": ""}
        return {
            MIME: carried,
            "text/html": html.fragment(self.section, self.text),
            "text/markdown": markdown.fragment(self.section, self.text),
            "text/plain": self.section.title,
        }


SAID = {Severity.MEND: N_("To mend"), Severity.LOOK: N_("To look at")}


class CheckOutput:
    """What the cell at the top displays: what to mend before the minutes go out, each with a link to its section."""

    def __init__(self, findings: Sequence[Finding], text: Text) -> None:
        self.findings = findings
        self.text = text

    def lines(self) -> list[str]:
        """Return a line per finding."""
        if not self.findings:
            return [self.text(N_("Nothing to mend was found."))]
        return [f"{self.text(SAID[one.severity])}: {one.text} [{one.place}]" for one in self.findings]

    def _repr_html_(self) -> str:
        text = self.text
        if not self.findings:
            return f"<p>{escape(self.lines()[0])}</p>"
        rows = "".join(
            f"<li><b>{escape(text(SAID[one.severity]))}:</b> {self._linked(one)} <i>({escape(one.place)})</i></li>"
            for one in self.findings
        )
        title = text(N_("Before the minutes go out"))
        return f'<section lang="{text.lang}"><h3>{escape(title)}</h3><ul>{rows}</ul></section>'

    @staticmethod
    def _linked(one: Finding) -> str:
        return f'<a href="#{escape(one.section)}">{escape(one.text)}</a>' if one.section else escape(one.text)

    def __repr__(self) -> str:
        return "\n".join(self.lines())
