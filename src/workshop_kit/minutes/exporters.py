"""The doors for nbconvert, as in `jupyter nbconvert --to minutes-pdf minutes.ipynb` on an executed notebook.

A server that has the document at hand calls the writers directly, since importing nbconvert takes a second.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import Exporter

from workshop_kit.core.text import Text
from workshop_kit.minutes.collect import document_of
from workshop_kit.minutes.writers import Format, format_named

if TYPE_CHECKING:
    from nbformat import NotebookNode


class MinutesExporter(Exporter):
    """Base of the exporters; one that is made from it says which format it writes."""

    written: Format

    def _file_extension_default(self) -> str:
        return self.written.extension

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own exporters, it returns what it wrote
        self, nb: NotebookNode, resources: Any | None = None, **kw: Any
    ) -> tuple[str | bytes, dict[str, Any]]:
        """Return the minutes that the notebook holds, in this format, and nbconvert's resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        document = document_of(nb, Path((resources.get("metadata") or {}).get("path") or "."))
        locale = Path(str(files("workshop_kit") / "locale"))
        minutes = self.written.write(document, Text.load(document.meta.lang, (locale,)))
        return minutes.decode() if self.output_mimetype.startswith("text/") else minutes, resources


class HtmlExporter(MinutesExporter):
    """Minutes as one self-contained page."""

    written = format_named("html")
    output_mimetype = written.media_type
    export_from_notebook = "Minutes (HTML)"


class PdfExporter(MinutesExporter):
    """Minutes as an accessible PDF."""

    written = format_named("pdf")
    output_mimetype = written.media_type
    export_from_notebook = "Minutes (PDF)"


class MarkdownExporter(MinutesExporter):
    """Minutes as Markdown."""

    written = format_named("md")
    output_mimetype = written.media_type
    export_from_notebook = "Minutes (Markdown)"
