"""From an executed notebook to the document: what counts, where notes go, what is refused."""

import pytest

from workshop_kit.core.document import MIME, Bullets, Heading, Meta, Paragraph, Section, Table
from workshop_kit.core.text import Text
from workshop_kit.minutes.collect import NotebookError, document_of
from workshop_kit.minutes.display import SectionOutput
from workshop_kit.minutes.notes import parts

META = Meta("Protokoll", "de", "2026-11-23")


def code(*shown: SectionOutput, tags: tuple[str, ...] = ()) -> dict:
    outputs = [{"output_type": "display_data", "data": output._repr_mimebundle_()} for output in shown]
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": "x", "outputs": outputs}


def note(source: str | list[str], *tags: str) -> dict:
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": source}


def section(title: str, meta: Meta | None = None) -> SectionOutput:
    return SectionOutput(Section(title.lower(), title, (Paragraph(f"about {title}"),)), Text("de"), meta)


def notebook(*cells: dict) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_sections_come_in_the_order_of_the_cells_with_the_last_meta():
    early = Meta("Entwurf", "de", "2026-11-22")
    found = document_of(notebook(code(section("A", early), section("B")), code(section("C", META))))
    assert found.meta == META
    assert [part.title for part in found.sections] == ["A", "B", "C"]
    assert found.sections[0].blocks == (Paragraph("about A"),)


def test_other_outputs_do_not_reach_the_minutes():
    other = {"output_type": "stream", "name": "stdout", "text": "chatter"}
    cell = code(section("A", META))
    cell["outputs"] += [other, {"output_type": "display_data", "data": {"text/html": "<b>x</b>"}}]
    assert len(document_of(notebook(cell)).sections) == 1


def test_a_note_belongs_to_the_section_before_it():
    found = document_of(notebook(code(section("A", META)), note(["Alle\n", "waren da."])))
    assert found.sections[0].blocks[-1] == Paragraph("Alle waren da.")


def test_a_note_with_a_heading_is_a_section_of_its_own():
    found = document_of(notebook(code(section("A", META)), note("dazu\n\n## Später\n\nmehr\n\n### Noch\n\nEnde")))
    assert [part.title for part in found.sections] == ["A", "Später"]
    assert found.sections[0].blocks[-1] == Paragraph("dazu")
    assert found.sections[1].blocks == (Paragraph("mehr"), Heading("Noch", 3), Paragraph("Ende"))


def test_a_note_before_every_section_opens_the_first():
    found = document_of(notebook(note("Vorweg."), code(section("A", META))))
    assert found.sections[0].blocks == (Paragraph("Vorweg."), Paragraph("about A"))
    only = document_of(notebook(note("Nur dies."), code(SectionOutput(Section("", "", ()), Text("de"), META))))
    assert only.sections[0].blocks == (Paragraph("Nur dies."),)


@pytest.mark.parametrize("tag", ["guide", "remove-cell"])
def test_guides_and_removed_cells_are_left_out(tag: str):
    cells = (code(section("A", META)), note("# Anleitung", tag), code(section("B"), tags=(tag,)))
    assert [part.title for part in document_of(notebook(*cells)).sections] == ["A"]


def test_a_failed_cell_is_refused_by_number_and_error():
    failed = code(section("A", META))
    failed["outputs"].append({"output_type": "error", "ename": "ValueError", "evalue": "no log", "traceback": []})
    with pytest.raises(NotebookError, match=r"Cell 2 .* failed with ValueError: no log"):
        document_of(notebook(note("x"), failed))


def test_what_papermill_broke_off_is_refused():
    broken = notebook(code(section("A", META))) | {"metadata": {"papermill": {"exception": True}}}
    with pytest.raises(NotebookError, match="did not run to its end"):
        document_of(broken)


def test_a_notebook_that_was_not_run_is_refused():
    with pytest.raises(NotebookError, match="run the notebook first"):
        document_of(notebook(code(), note("x")))


def test_a_notebook_without_cells_for_its_kind_is_refused():
    shown = SectionOutput(Section("head", "Session", ()), Text("de"), Meta("M", "de", "", kind="card"))
    with pytest.raises(NotebookError, match='no cell that shows minutes of the kind "card"'):
        document_of(notebook(code(shown)))


def test_a_section_of_another_shape_is_refused_with_its_cell():
    cell = code(section("A", META))
    cell["outputs"][0]["data"][MIME]["section"]["blocks"] = [{"k": "video"}]
    with pytest.raises(NotebookError, match=r"Cell 1 .* cannot be read"):
        document_of(notebook(cell))


def blocks(markdown: str) -> tuple:
    return next(parts(markdown)).blocks


def test_markup_of_a_note_becomes_plain_words():
    assert blocks("a *b* **c** `d` &amp; [e](https://f.org) <https://g.org> ![h](i.png)\\\nj\nk") == (
        Paragraph("a b c d & e (https://f.org) https://g.org h\nj k"),
    )


def test_html_of_a_note_is_text_and_its_comments_are_private():
    assert blocks("<script>x</script>\n\na <b>c</b> <!-- only me -->d") == (
        Paragraph("<script>x</script>"),
        Paragraph("a <b>c</b> d"),
    )
    assert list(parts("<!-- only me -->")) == []


def test_lists_tables_quotes_and_code_of_a_note():
    assert blocks("- a\n  - b\n- c") == (Bullets(("a", "– b", "c")),)
    assert blocks("1. a\n2. b") == (Bullets(("a", "b"), ordered=True),)
    assert blocks("| a | b |\n|---|--:|\n| c | 1 |") == (Table(("a", "b"), (("c", "1"),), numeric=(1,)),)
    assert blocks("> q\n\n```\nx = 1\n```\n\n---") == (Paragraph("q"), Paragraph("x = 1", "code"))


def test_a_section_shows_itself_in_the_notebook():
    bundle = section("A & B", META)._repr_mimebundle_()
    assert set(bundle) == {MIME, "text/html", "text/markdown", "text/plain"}
    assert "A &amp; B</h2>" in bundle["text/html"]
    assert "## A \\& B" in bundle["text/markdown"]
    assert bundle[MIME]["meta"]["title"] == "Protokoll"
