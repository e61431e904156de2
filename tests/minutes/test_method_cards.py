"""The cards of methods: one shape in both languages, agendas that are read, one page each, and a booklet."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tomllib
import zipfile

import pikepdf
import pytest

from workshop_kit import activities
from workshop_kit.core.agenda import FROM_ITEM, read_agenda
from workshop_kit.core.document import Bullets, Document, Meta, Paragraph, Section
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import data_rows, shipped, voice
from workshop_kit.minutes import method_cards
from workshop_kit.minutes.writers import format_named, pdf, typesetting
from workshop_kit.minutes.writers.shape import settled

FOLDER = shipped("facilitation") / "methods"
NAMES = method_cards.names()
TAKES = {"de": r"Zeit: .+ · Gruppe: .+ · Material: .+", "en": r"Time: .+ · Group: .+ · Material: .+"}

each_name = pytest.mark.parametrize("name", NAMES)
each_language = pytest.mark.parametrize("lang", list(LANGUAGES))


def card(name, lang):
    return method_cards.card(name, voice(lang))


def written(name, lang):
    return method_cards.file_of(name, lang).read_text("utf-8")


def snippet(found):
    (code,) = found.parts[2].blocks
    assert code.tone == "code"
    return code.text


def set_here(document, text):
    """Return the PDF that Typst sets in this process, without starting one for each card."""
    return pikepdf.open(io.BytesIO(typesetting.set_here(pdf._job(settled(document), text))))


def test_there_is_a_card_in_each_language_and_no_other_file():
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.{lang}.md" for name in NAMES for lang in LANGUAGES}
    assert len(NAMES) >= 42


@each_language
@each_name
def test_a_card_tells_the_same_things_in_the_same_order(name, lang):
    found = card(name, lang)
    steps, pitfalls, _agenda, minutes, source = (part.blocks for part in found.parts)
    assert re.fullmatch(r"[^.!?]+\.", found.purpose), "one sentence"
    assert re.fullmatch(TAKES[lang], found.takes)
    assert [type(block) for block in (*steps, *pitfalls, *minutes, *source)] == [Bullets, Bullets, Paragraph, Paragraph]
    assert steps[0].ordered
    assert not pitfalls[0].ordered
    assert 4 <= len(steps[0].items) <= 7
    assert 2 <= len(pitfalls[0].items) <= 4


@each_name
def test_both_languages_show_the_same_steps_pitfalls_and_agenda(name):
    german, english = card(name, "de"), card(name, "en")
    assert snippet(german) == snippet(english)
    for one, other in zip(german.parts[:2], english.parts[:2], strict=True):
        assert len(one.blocks[0].items) == len(other.blocks[0].items)


@each_name
def test_the_agenda_on_a_card_can_be_used(name):
    (entry,) = tomllib.loads(snippet(card(name, "de")))["item"]
    earlier = [value.removeprefix(FROM_ITEM) for key, value in entry.items() if key.endswith("_from")]
    before = [{"id": source, "activity": "ideas"} for source in earlier]
    agenda = read_agenda({"item": [*before, entry]}, activities.installed(), data_rows)
    assert agenda.items[-1].minutes > 0
    assert entry["title"].keys() == set(LANGUAGES)


def test_every_kind_of_activity_that_comes_with_the_kit_has_a_card():
    used = {tomllib.loads(snippet(card(name, "de")))["item"][0]["activity"] for name in NAMES}
    assert used >= set(activities.installed())


@each_language
def test_each_card_is_one_page(lang):
    text = voice(lang)
    longer = [name for name in NAMES if len(set_here(method_cards.page(card(name, lang), text), text).pages) != 1]
    assert longer == []


@each_language
def test_in_the_booklet_each_card_begins_a_page_and_ends_on_it(lang):
    text = voice(lang)
    found = method_cards.cards(NAMES, text)
    book = set_here(method_cards.booklet(found, text), text)
    places = {page.objgen: number for number, page in enumerate(book.pages)}
    with book.open_outline() as outline:
        (title,) = outline.root
        marks = [(mark.title, places[mark.destination[0].objgen]) for mark in title.children]
    overview, *pages = marks
    assert overview[1] == 0
    assert [title for title, _ in pages] == [one.title for one in found]
    last = len(book.pages)
    assert [place for _, place in pages] == list(range(last - len(found), last))


def test_cards_beside_ones_own_agendas_count_and_come_first(tmp_path, monkeypatch):
    own = tmp_path / "facilitation" / "methods"
    own.mkdir(parents=True)
    (own / "walk.de.md").write_text(written("mood", "de").replace("Stimmungsbild", "Gehspräch"), "utf-8")
    (own / "mood.de.md").write_text(written("mood", "de").replace("Stimmungsbild", "Wetter"), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert set(method_cards.names()) == {*NAMES, "walk"}
    assert card("mood", "de").title == "Wetter"
    assert card("mood", "en").title == "Mood"


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_a_card_of_another_shape_is_refused(lang):
    text = voice(lang)
    whole = written("mood", lang)
    for broken in ("", "# Only a title", whole.replace("## ", "### "), whole.split(f"## {text('Source')}")[0]):
        with pytest.raises(method_cards.CardError) as refused:
            method_cards.read("mood", broken, text)
        assert text("Watch out for") in refused.value.told(text)
    with pytest.raises(method_cards.CardError) as refused:
        card("dance", lang)
    assert "dots" in refused.value.told(text)


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_a_card_in_one_language_alone_is_read_where_there_is_no_other(tmp_path, monkeypatch, lang):
    own = tmp_path / "facilitation" / "methods"
    own.mkdir(parents=True)
    (own / f"walk.{lang}.md").write_text(written("mood", lang), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert {card("walk", each).title for each in LANGUAGES} == {card("mood", lang).title}


MARGIN = 60  # points
PIECE = "a = 1\n    b = '```'\n" + "w" * 300


def piece(name):
    document = Document(Meta("T", "de", ""), (Section("a", "A", (Paragraph(PIECE, "code"),)),))
    return format_named(name).write(document, voice("de"))


def test_a_piece_of_a_file_keeps_its_lines_in_text_formats():
    assert f"\n````\n{PIECE}\n````\n" in piece("md").decode()
    assert '<p class="code" dir="auto">a = 1<br>    b = ' in piece("html").decode()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_a_piece_of_a_file_is_printed_within_the_page(tmp_path):
    path = tmp_path / "piece.pdf"
    path.write_bytes(piece("pdf"))
    found = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True, text=True).stdout
    page_width = float(re.search(r'page width="([\d.]+)"', found)[1])
    assert max(map(float, re.findall(r'xMax="([\d.]+)"', found))) < page_width - MARGIN


@pytest.mark.parametrize(("name", "part"), [("docx", "word/document.xml"), ("odt", "content.xml")])
def test_a_piece_of_a_file_is_in_office_formats(name, part):
    content = zipfile.ZipFile(io.BytesIO(piece(name))).read(part).decode()
    assert "a = 1" in content
    assert "w" * 300 in content
