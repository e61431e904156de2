"""The writers: what people wrote stays text in every format, and every format is accessible and repeatable."""

import io
import os
import re
import subprocess
import sys
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import mistune
import msgspec
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.minutes.hostile import HOSTILE, document

from workshop_kit.core.document import (
    Bar,
    Bullets,
    Chart,
    Document,
    Heading,
    Look,
    Meta,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Table,
)
from workshop_kit.core.text import Text
from workshop_kit.minutes import fonts
from workshop_kit.minutes.writers import BUILT_IN, FormatError, WritingError, format_named, html, markdown, pdf


class Page(HTMLParser):
    """Counts the elements of a page and gathers its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += ((tag, name, value or "") for name, value in attrs)

    def of(self, tag: str, name: str) -> list[str]:
        return [value for owner, key, value in self.attributes if (owner, key) == (tag, name)]


def page(leaf: str) -> Page:
    return Page(html.write(document(leaf), Text("de")).decode())


def structure(file: bytes) -> tuple[Counter[str], list[str], pikepdf.Pdf]:
    """Return how often each structure element stands in a PDF, the alternative texts, and the opened file."""
    opened = pikepdf.open(io.BytesIO(file))
    kinds: Counter[str] = Counter()
    alts: list[str] = []
    todo = [opened.Root.StructTreeRoot.K]
    while todo:
        node = todo.pop()
        if isinstance(node, pikepdf.Array):
            todo += list(node)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            kinds[str(node.S)] += 1
            alts += [str(node.Alt)] if "/Alt" in node else []
            todo += [node.K] if "/K" in node else []
    return kinds, alts, opened


def tokens(source: str) -> list[dict]:
    parsed = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough", "url", "footnotes"])(source)
    found, todo = [], list(parsed)
    while todo:
        token = todo.pop()
        found.append(token)
        todo += token.get("children", [])
    return found


WRITE_ALL = """
import hashlib, sys
from tests.minutes.hostile import HOSTILE, document
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers import BUILT_IN
for known in BUILT_IN:
    print(known.name, hashlib.sha256(known.write(document(HOSTILE), Text("de"))).hexdigest())
"""


def test_the_same_document_gives_the_same_bytes_in_every_process_and_on_every_day():
    root = str(Path(__file__).parents[2])
    told = [
        subprocess.run(
            [sys.executable, "-c", WRITE_ALL],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONUTF8": "1"},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert told[0] == told[1]
    assert told[0].count("\n") == len(BUILT_IN)


@pytest.mark.parametrize("known", BUILT_IN, ids=lambda known: known.name)
def test_the_same_document_gives_the_same_bytes(known, monkeypatch: pytest.MonkeyPatch):
    once = known.write(document("Ort"), Text("de"))
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    assert known.write(document("Ort"), Text("de")) == once


def test_html_of_hostile_text_holds_nothing_active():
    hostile = page(HOSTILE)
    drawn = {tag: hostile.tags[tag] for tag in ("br", "text", "tspan", "line")}
    assert hostile.tags == {**page("plain").tags, **drawn}
    assert not {"script", "a", "iframe", "object", "form", "link", "base"} & set(hostile.tags)
    assert not [name for _, name, _ in hostile.attributes if name.startswith("on") or name == "href"]
    assert all(source.startswith("data:image/") for source in hostile.of("img", "src"))
    assert hostile.of("meta", "content")[0].startswith("default-src 'none'")


def test_html_is_a_page_that_a_screen_reader_can_use():
    found = page("Ort")
    assert found.of("html", "lang") == ["de"]
    assert found.of("html", "dir") == ["ltr"]
    assert (found.tags["title"], found.tags["main"], found.tags["h1"], found.tags["h2"]) == (1, 1, 1, 2)
    assert found.of("img", "alt") == ["Ort", "Ort"]
    assert (found.tags["h3"], found.tags["h5"]) == (2, 0), "levels do not skip"
    assert found.tags["caption"] == 1
    assert len(found.of("th", "scope")) == found.tags["th"]
    assert found.of("svg", "role") == ["img"]
    assert found.of("svg", "aria-label") == ["Ort"]
    identifiers = [value for _, name, value in found.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))


def test_html_of_a_right_to_left_language_says_so():
    assert Page(html.write(document("مكان", "ar"), Text("ar")).decode()).of("html", "dir") == ["rtl"]


def test_markdown_of_hostile_text_is_text():
    found = tokens(markdown.write(document(HOSTILE), Text("de")).decode())
    plain = tokens(markdown.write(document("plain"), Text("de")).decode())
    kinds = Counter(token["type"] for token in found)
    assert not {"link", "image", "inline_html", "block_html", "codespan", "block_code", "footnote_ref"} & set(kinds)
    for kind in ("heading", "table", "table_row", "table_cell", "list", "list_item", "strong", "emphasis"):
        assert kinds[kind] == Counter(token["type"] for token in plain)[kind], kind


@given(st.text(max_size=60))
def test_markdown_shows_any_line_as_it_was(leaf: str):
    source = f"{markdown.escaped(leaf)}\n"
    shown = mistune.create_markdown(renderer=None, plugins=["table", "url"])(source)
    assert [token["type"] for token in shown if token["type"] != "blank_line"] in ([], ["paragraph"])
    inline = [child for token in shown for child in token.get("children", [])]
    assert {token["type"] for token in inline} <= {"text"}


def test_pdf_of_hostile_text_is_tagged_and_named():
    kinds, alts, opened = structure(pdf.write(document(HOSTILE), Text("de")))
    plain, _, _ = structure(pdf.write(document("plain"), Text("de")))
    heads = ("/H1", "/H2", "/H3", "/TH", "/Table", "/L", "/Figure")
    assert {kind: kinds[kind] for kind in heads} == {kind: plain[kind] for kind in heads}
    assert (kinds["/H1"], kinds["/H2"], kinds["/H3"]) == (1, 2, 2)
    assert kinds["/TH"] == 2 + 4
    assert any(alt.startswith("<script>") for alt in alts)
    assert str(opened.Root.Lang) == "de-DE"
    assert bool(opened.Root.MarkInfo.Marked)
    assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
    with opened.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
        assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
        assert about["dc:title"].startswith("<script>")
    assert not [item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/JS" in item]
    assert not any("/Annots" in sheet for sheet in opened.pages)


def test_pdf_says_its_pages_in_the_language_of_the_document():
    class Told(Text):
        def __call__(self, message: str, /, **values: object) -> str:
            return {"Page {page} of {pages}": "Seite {page} von {pages}"}.get(message) or super().__call__(
                message, **values
            )

    blocks = tuple(Paragraph("Wort " * 300) for _ in range(6))
    long = Document(Meta("Titel", "de", "2026-11-23"), (Section("a", "A", blocks),))
    german, english = (pdf.write(long, text) for text in (Told("de"), Text("de")))
    assert german != english
    assert len(pikepdf.open(io.BytesIO(german)).pages) == len(pikepdf.open(io.BytesIO(english)).pages) >= 2


def test_pdf_survives_what_is_larger_than_a_page():
    rows = (("x" * 900, "Wort " * 1500),) * 2
    file = pdf.write(
        Document(Meta("", "xx-yy", "no date"), (Section("", "", (Table(("a", "b"), rows), Bullets(("w" * 9000,)))),)),
        Text("de"),
    )
    assert len(pikepdf.open(io.BytesIO(file)).pages) >= 2


def test_pdf_that_takes_too_long_is_given_up():
    with pytest.raises(WritingError, match=r"not ready after 0\.01 seconds"):
        pdf.write(document("Ort"), Text("de"), seconds=0.01)


def test_pdf_that_cannot_be_set_says_why(monkeypatch: pytest.MonkeyPatch):
    for name in ("displayable", "plainly"):
        monkeypatch.setattr(fonts, name, lambda leaf: leaf)
    with pytest.raises(WritingError, match="could not be displayed"):
        pdf.write(Document(Meta("\N{PARTY POPPER}", "de", ""), ()), Text("de"))


def test_pdf_comes_even_where_fonts_cannot_follow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fonts, "displayable", lambda leaf: leaf)
    file = pdf.write(Document(Meta("Fest \N{PARTY POPPER}", "de", ""), ()), Text("de"))
    with pikepdf.open(io.BytesIO(file)).open_metadata() as about:
        assert about["dc:title"] == "Fest [U+1F389]"


def test_characters_that_fonts_have_are_kept_and_others_named():
    assert fonts.displayable("Grüße, Łukasz, İlknur, Привіт, שלום, مرحبا, ✓ → „“") == (
        "Grüße, Łukasz, İlknur, Привіт, שלום, مرحبا, ✓ → „“"
    )
    assert fonts.displayable("a\N{PARTY POPPER}b\u4e2d\ue000") == "a[U+1F389]b[U+4E2D][U+E000]"


def test_every_character_held_displayable_can_be_set(monkeypatch: pytest.MonkeyPatch):
    shown = [fonts.displayable(chr(point)) for point in sorted(fonts.covered())]
    paragraphs = tuple(Paragraph(" ".join(shown[at : at + 200])) for at in range(0, len(shown), 200))
    monkeypatch.setattr(fonts, "plainly", lambda leaf: leaf)
    assert pdf.write(Document(Meta("T", "de", ""), (Section("a", "A", paragraphs),)), Text("de"))


leaves = st.text(max_size=30)
documents = st.builds(
    Document,
    st.builds(
        Meta, leaves, st.sampled_from(["de", "en", "ar", ""]), st.sampled_from(["", "2026-11-23", "?"]), leaves,
        standing=leaves, look=st.builds(Look, leaves, st.binary(max_size=9), st.just("image/png"), leaves),
    ),
    st.lists(
        st.builds(
            Section, leaves, leaves,
            st.lists(
                st.one_of(
                    st.builds(Heading, leaves, st.integers(0, 9)),
                    st.builds(Paragraph, leaves, st.sampled_from(["plain", "lead", "note", "source"])),
                    st.builds(Bullets, st.lists(leaves, max_size=3).map(tuple), st.booleans()),
                    st.builds(Pairs, st.lists(st.tuples(leaves, leaves), max_size=2).map(tuple)),
                    st.builds(
                        Table, st.lists(leaves, max_size=3).map(tuple),
                        st.lists(st.lists(leaves, max_size=4).map(tuple), max_size=2).map(tuple),
                        leaves, st.just((0,)),
                    ),
                    st.builds(
                        Chart, leaves, st.lists(st.builds(Bar, leaves, st.floats(-9, 9)), max_size=2).map(tuple), leaves
                    ),
                    st.builds(Picture, st.binary(max_size=20), st.just("image/png"), leaves, leaves),
                ),
                max_size=3,
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(documents)
def test_any_document_can_be_written_in_every_format(any_one: Document):
    for known in BUILT_IN:
        if known.name != "pdf":
            assert known.write(any_one, Text("en"))


@settings(max_examples=5, deadline=None)
@given(documents)
def test_any_document_can_be_set_as_pdf(any_one: Document):
    assert pdf.write(any_one, Text("en"))


def test_an_empty_document_can_be_written():
    empty = Document(Meta("", "de", ""), (Section("", "", (Table((), ()), Bullets(()), Pairs(()), Chart("", (), ""))),))
    assert all(known.write(empty, Text("de")) for known in BUILT_IN)


def test_every_writer_warns_of_a_simulated_session():
    for name in ("html", "md", "csv"):
        assert "Simulated session" in format_named(name).write(document("Ort"), Text("de")).decode()
    own = msgspec.structs.replace(document("Ort").meta, banner="Nur ein Test")
    assert "Nur ein Test" in html.write(Document(own, ()), Text("de")).decode()


def test_an_unknown_format_is_named_with_those_there_are():
    with pytest.raises(FormatError, match=re.escape("'doc'. Choose one of: html, pdf, md, docx")):
        format_named("doc")
