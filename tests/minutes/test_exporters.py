"""The exporters as nbconvert calls them."""

import nbformat
import pytest

from workshop_kit.core.document import Meta, Paragraph, Section
from workshop_kit.core.text import Text
from workshop_kit.minutes.collect import NotebookError
from workshop_kit.minutes.display import SectionOutput
from workshop_kit.minutes.exporters import (
    CsvExporter,
    DocxExporter,
    HtmlExporter,
    JsonExporter,
    MarkdownExporter,
    OdtExporter,
    PdfExporter,
    XlsxExporter,
)
from workshop_kit.minutes.writers import format_named


def executed():
    shown = SectionOutput(Section("a", "Ergebnis", (Paragraph("Alle da."),)), Text("de"), Meta("Titel", "de", "2026"))
    output = nbformat.v4.new_output("display_data", data=shown._repr_mimebundle_())
    note = nbformat.v4.new_markdown_cell("Danke!")
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output]), note])


@pytest.mark.parametrize(
    ("exporter", "extension", "media_type", "start"),
    [
        (HtmlExporter, ".html", "text/html", "<!doctype html>"),
        (MarkdownExporter, ".md", "text/markdown", "# Titel"),
        (PdfExporter, ".pdf", "application/pdf", b"%PDF-1.7"),
        (DocxExporter, ".docx", format_named("docx").media_type, b"PK"),
        (OdtExporter, ".odt", "application/vnd.oasis.opendocument.text", b"PK"),
        (XlsxExporter, ".xlsx", format_named("xlsx").media_type, b"PK"),
        (CsvExporter, ".csv", "text/csv", "\ufeffTitel".encode()),
        (JsonExporter, ".json", "application/json", "{"),
    ],
)
def test_an_executed_notebook_becomes_minutes(exporter, extension: str, media_type: str, start: str | bytes):
    made = exporter()
    written, resources = made.from_notebook_node(executed())
    assert written.startswith(start)
    assert resources["output_extension"] == made.file_extension == extension
    assert made.output_mimetype == media_type


def test_a_file_gives_the_same_as_the_notebook_in_memory(tmp_path):
    path = tmp_path / "minutes.ipynb"
    nbformat.write(executed(), path)
    written, _ = MarkdownExporter().from_filename(str(path))
    assert written == MarkdownExporter().from_notebook_node(executed())[0]
    assert written.endswith("Alle da.\n\nDanke\\!\n")


def test_a_notebook_without_minutes_is_refused():
    with pytest.raises(NotebookError):
        HtmlExporter().from_notebook_node(nbformat.v4.new_notebook())
