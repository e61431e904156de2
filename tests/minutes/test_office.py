"""Word, OpenDocument and spreadsheets: what people wrote stays text, files are whole, and office programs open them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import docx
import msgspec
import openpyxl
import pdfua
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.minutes.hostile import HOSTILE, SECRET, document

from workshop_kit.core.document import Bullets, Chart, Document, Meta, Pairs, Paragraph, Section, Table
from workshop_kit.core.text import Text
from workshop_kit.library import voice
from workshop_kit.minutes.writers import format_named, sheets
from workshop_kit.minutes.writers import table as csv_table

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TEXT, TABLE, STYLE, SVG, FO = (
    OASIS % name for name in ("text", "table", "style", "svg-compatible", "xsl-fo-compatible")
)
OFFICE = ("docx", "odt", "xlsx")

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="LibreOffice (soffice) is not installed"
)


def written(name: str, leaf: str = "Ort", lang: str = "de") -> bytes:
    return format_named(name).write(document(leaf, lang), voice(lang))


def parts(file: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def xml(file: bytes, name: str) -> ET.Element:
    return ET.fromstring(parts(file)[name])


def converted(file: bytes, suffix: str, folder, to: str = "pdf") -> bytes:
    """Return what LibreOffice makes of a file, with a profile of its own."""
    (folder / f"minutes{suffix}").write_bytes(file)
    wanted = 'pdf:writer_pdf_Export:{"PDFUACompliance":{"type":"boolean","value":"true"}}' if suffix != ".xlsx" else to
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
         wanted, "--outdir", str(folder), str(folder / f"minutes{suffix}")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return (folder / f"minutes.{to}").read_bytes()


# ── nothing active, nothing outside ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", OFFICE)
def test_hostile_text_adds_no_part_no_formula_and_no_address(name):
    hostile, plain = parts(written(name, HOSTILE)), parts(written(name))
    assert len(hostile) == len(plain)
    for path, content in hostile.items():
        assert SECRET.encode() not in content
        if path.endswith((".xml", ".rels")):
            root = ET.fromstring(content)
            assert not [
                node for node in root.iter() if node.tag.rpartition("}")[2] in {"f", "hyperlink", "a", "script"}
            ]
            for node in root.iter():
                assert node.get("TargetMode") != "External"
                for attribute, value in node.attrib.items():
                    if attribute.endswith(("}href", "Target")):
                        assert not re.match(r"(?i)[a-z]+:|//", value), value


@pytest.mark.parametrize(
    ("name", "part", "tag"), [("docx", "word/document.xml", f"{WORD}pStyle"), ("odt", "content.xml", f"{TEXT}h")]
)
def test_hostile_text_adds_no_heading_table_or_list(name, part, tag):
    def shape(leaf):
        root = xml(written(name, leaf), part)
        kinds = [node.get(f"{WORD}val") or node.get(f"{TEXT}outline-level") for node in root.iter(tag)]
        tables = [node for node in root.iter() if node.tag in {f"{WORD}tbl", f"{TABLE}table"}]
        return [kind for kind in kinds if kind and not kind.startswith("Cell")], len(tables)

    assert shape(HOSTILE) == shape("Ort")


# ── Word ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_word_has_real_styles_header_rows_alt_texts_and_properties():
    file = written("docx")
    word = docx.Document(io.BytesIO(file))
    used = [paragraph.style.name for paragraph in word.paragraphs]
    assert used.count("Title") == 1
    assert used.count("Heading 1") == 2
    assert used.count("Heading 2") == 2
    assert {"List Bullet", "List Number", "Caption", "Subtitle", "Standing", "Banner", "Source"} <= set(used)
    about = word.core_properties
    assert (about.title, about.language, about.author) == ("Ort", "de-DE", "Ort")
    assert about.created.isoformat() == about.modified.isoformat() == "2026-11-23T13:00:00+00:00"
    body = xml(file, "word/document.xml")
    assert len(list(body.iter(f"{WORD}tblHeader"))) == len(word.tables) == 2
    assert [node.get("descr") for node in body.iter(f"{DRAWING}docPr")] == ["Ort", "Ort"]
    assert [node.get("descr") for node in xml(file, "word/header2.xml").iter(f"{DRAWING}docPr")] == ["Ort"]
    sheet = word.sections[0]
    assert (round(sheet.page_width.mm), round(sheet.page_height.mm)) == (210, 297)
    assert not any(
        paragraph.text == "" for paragraph in word.paragraphs if not paragraph._p.findall(f".//{WORD}drawing")
    )
    assert not [name for name in parts(file) if "thumbnail" in name]


@pytest.mark.parametrize(("lang", "tag"), [("de", "de-DE"), ("en", "en-GB")])
def test_word_and_opendocument_say_their_language_in_every_style(lang, tag):
    styles = xml(written("docx", lang=lang), "word/styles.xml")
    assert {node.get(f"{WORD}val") for node in styles.iter(f"{WORD}lang")} == {tag}
    styles = xml(written("odt", lang=lang), "styles.xml")
    words = styles.find(f".//{STYLE}default-style/{STYLE}text-properties")
    assert f"{words.get(f'{FO}language')}-{words.get(f'{FO}country')}" == tag


def test_numbered_lists_begin_at_one():
    two = Document(Meta("T", "de", ""), (Section("a", "A", (Bullets(("x", "y"), True), Bullets(("z",), True))),))
    body = xml(format_named("docx").write(two, Text("de")), "word/document.xml")
    numbers = [node.get(f"{WORD}val") for node in body.iter(f"{WORD}numId")]
    assert numbers[0] == numbers[1] != numbers[2]


def test_two_tables_in_a_row_stay_two():
    table = Table(("a",), (("b",),))
    two = Document(Meta("T", "de", ""), (Section("a", "A", (table, table)),))
    kinds = [node.tag for node in xml(format_named("docx").write(two, Text("de")), "word/document.xml")[0]]
    assert f"{WORD}tbl" in kinds
    assert not any(kind == after == f"{WORD}tbl" for kind, after in pairwise(kinds))


@pytest.mark.parametrize("leaf", ["مرحبا بالعالم", "שלום"])
def test_what_is_written_from_right_to_left_says_so(leaf):
    body = xml(written("docx", leaf), "word/document.xml")
    assert len(list(body.iter(f"{WORD}bidi"))) > 10
    content = xml(written("odt", leaf), "content.xml")
    twins = {node.get(f"{STYLE}name") for node in content.iter(f"{STYLE}style")}
    assert {"Minutes_Body_rtl", "Minutes_Cell_rtl"} <= twins


# ── OpenDocument ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_opendocument_has_headings_header_rows_and_alt_texts():
    file = written("odt")
    assert next(iter(parts(file))) == "mimetype"
    content = xml(file, "content.xml")
    levels = [node.get(f"{TEXT}outline-level") for node in content.iter(f"{TEXT}h")]
    assert levels == ["1", "2", "2", "1"]
    tables = list(content.iter(f"{TABLE}table"))
    assert len(tables) == len(list(content.iter(f"{TABLE}table-header-rows"))) == 2
    assert all(table.find(f"{TABLE}title").text for table in tables)
    for name in ("title", "desc"):
        assert [node.text for node in content.iter(f"{SVG}{name}")] == ["Ort", "Ort"]
    names = [node.get(f"{STYLE}name") for node in xml(file, "styles.xml").iter(f"{STYLE}style")]
    assert not {"TR", "TC", "Code"} & set(names)
    layout = xml(file, "styles.xml").find(f".//{STYLE}page-layout-properties")
    assert (layout.get(f"{FO}page-width"), layout.get(f"{FO}page-height")) == ("210.0mm", "297.0mm")


@needs_libreoffice
@pytest.mark.parametrize("leaf", ["Ort", HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("name", ["docx", "odt"])
def test_libreoffice_makes_an_accessible_pdf_of_it(name, leaf, tmp_path):
    made = converted(written(name, leaf), f".{name}", tmp_path)
    opened = pikepdf.open(io.BytesIO(made))
    assert str(opened.Root.Lang) == "de-DE"
    kinds = {
        str(item.S) for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/P" in item and "/S" in item
    }
    assert {"/H1", "/H2", "/Table", "/TH", "/Figure", "/L"} <= kinds
    assert not [item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/URI" in item]


@needs_libreoffice
def test_libreoffice_opens_the_workbook(tmp_path):
    made = converted(written("xlsx", HOSTILE), ".xlsx", tmp_path)
    assert len(pikepdf.open(io.BytesIO(made)).pages) >= 4


# ── spreadsheets ──────────────────────────────────────────────────────────────────────────────────────────────────────

DANGEROUS = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    '=HYPERLINK("http://x")',
    "http://example.org",
    "\t=1",
    "＝1",
)
FIGURES = Document(
    Meta("T", "de", "2026-11-23"),
    (
        Section(
            "a",
            "Ergebnis: A/B [1]",
            (
                Table(
                    ("Wer", "Punkte"), (*((cell, cell) for cell in DANGEROUS), ("a", "1.234,5"), ("b", "-7")), "", (1,)
                ),
                Table(("Anteil",), (("12\N{NO-BREAK SPACE}%",), ("3 Punkte",), ("007",)), "Anteile", (0,)),
                Bullets(("eins", "=zwei")),
            ),
        ),
    ),
)  # fmt: skip


def test_a_workbook_holds_strings_and_numbers_only():
    book = openpyxl.load_workbook(io.BytesIO(format_named("xlsx").write(FIGURES, voice("de"))))
    assert book.sheetnames == ["Überblick", "Ergebnis A B 1", "Ergebnis A B 1 2", "Ergebnis A B 1 3"]
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    values = [cell.value for cell in cells]
    assert {"=cmd|'/C calc'!A0", "@SUM(1)", "http://example.org", "=zwei", "3 Punkte", "007"} <= set(values)
    assert {value for value in values if not isinstance(value, str)} == {1234.5, -7, 0.12}
    assert book.properties.created.isoformat() == "2026-11-23T00:00:00"
    assert book["Ergebnis A B 1"].freeze_panes == "A5"


def test_a_very_long_cell_is_cut_and_not_lost():
    long = Document(Meta("T", "de", ""), (Section("a", "A", (Table(("x",), (("ä" * 40_000,),)),)),))
    book = openpyxl.load_workbook(io.BytesIO(format_named("xlsx").write(long, Text("de"))))
    assert book.worksheets[1]["A5"].value == "ä" * 32_767


@given(st.lists(st.text(max_size=40), max_size=8))
def test_names_of_sheets_are_such_as_excel_takes(wanted):
    names = list(sheets.sheet_names(wanted))
    assert len(names) == len(wanted) == len({name.lower() for name in names})
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", name)


@given(st.floats(-1e6, 1e6), st.integers(0, 3), st.sampled_from(["de", "en"]))
def test_a_number_is_read_as_it_was_written(value, digits, lang):
    said = Text(lang).number(value, digits)
    found = sheets.number(said, Text(lang))
    assert found is not None
    assert Text(lang).number(found.value, digits) == said


def test_csv_is_what_a_german_and_an_english_spreadsheet_expect():
    german = format_named("csv").write(FIGURES, voice("de")).decode()
    assert german.startswith("\ufeffT\r\n\r\n")
    assert ";1.234,5\r\n" in german
    assert ",1234" not in format_named("csv").write(FIGURES, voice("en")).decode()
    assert csv_table.delimiter(voice("en")) == ","


@pytest.mark.parametrize("leaf", [*DANGEROUS, HOSTILE, "\r=1", "\n=1", " =1", 'a;b"c'])
def test_no_cell_of_a_csv_can_be_taken_for_a_formula(leaf):
    told = format_named("csv").write(document(leaf), voice("de")).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(told, newline=""), delimiter=";"):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")), cell


def test_a_negative_number_of_a_csv_stays_a_number():
    assert csv_table._row(("-1", "-1"), (1,), Text("de")) == ["'-1", "-1"]


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_holds_the_exact_texts_and_names_its_shape():
    told = json.loads(written("json", HOSTILE))
    assert told["schema"] == "application/vnd.workshop-kit.minutes.v1+json"
    assert told["meta"]["title"] == HOSTILE.replace("\ud800", "\N{REPLACEMENT CHARACTER}")
    assert SECRET not in json.dumps(told)
    read = msgspec.convert({name: told[name] for name in ("meta", "sections")}, Document)
    assert read.sections[0].blocks[2] == Paragraph(told["meta"]["title"])
    kinds = [type(block) for block in read.sections[0].blocks]
    assert {Bullets, Pairs, Table, Chart} <= set(kinds)


# ── PDF ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("leaf", ["Ort", HOSTILE], ids=["plain", "hostile"])
def test_pdf_passes_the_checks_of_pdf_ua(leaf, tmp_path):
    path = tmp_path / "minutes.pdf"
    path.write_bytes(written("pdf", leaf))
    report = pdfua.validate(str(path))
    assert [finding for finding in report.findings if finding.severity is pdfua.Severity.ERROR] == []
