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


_TEXTS = {"html", "md", "json"}
"""What nbconvert may print. A CSV is written as bytes, so that its line ends stay as spreadsheets want them."""


class MinutesExporter(Exporter):
    """Base of the exporters; one that is made from it says which format it writes."""

    written: Format

    def __init_subclass__(cls, written: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.written = format_named(written)
        cls.output_mimetype = cls.written.media_type

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
        return minutes.decode() if self.written.name in _TEXTS else minutes, resources


class HtmlExporter(MinutesExporter, written="html"):
    """Minutes as one self-contained page."""

    export_from_notebook = "Minutes (HTML)"


class PdfExporter(MinutesExporter, written="pdf"):
    """Minutes as an accessible PDF."""

    export_from_notebook = "Minutes (PDF)"


class MarkdownExporter(MinutesExporter, written="md"):
    """Minutes as Markdown."""

    export_from_notebook = "Minutes (Markdown)"


class DocxExporter(MinutesExporter, written="docx"):
    """Minutes as a Word document."""

    export_from_notebook = "Minutes (Word)"


class OdtExporter(MinutesExporter, written="odt"):
    """Minutes as an OpenDocument text."""

    export_from_notebook = "Minutes (OpenDocument)"


class XlsxExporter(MinutesExporter, written="xlsx"):
    """The tables of the minutes as an Excel workbook."""

    export_from_notebook = "Minutes (Excel)"


class CsvExporter(MinutesExporter, written="csv"):
    """The tables of the minutes as one CSV file."""

    export_from_notebook = "Minutes (CSV)"


class JsonExporter(MinutesExporter, written="json"):
    """Minutes as data."""

    export_from_notebook = "Minutes (JSON)"
