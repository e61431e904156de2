"""Every text of the kit can be said in German: nothing is missing, left over, doubtful or cut short."""

from __future__ import annotations

import ast
import gettext
import re
from configparser import ConfigParser
from io import BytesIO
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from tests.phone_messages import phone_messages

from workshop_kit.core.text import LANGUAGES, Text
from workshop_kit.library import phone_languages, voice

ROOT = Path(__file__).resolve().parent.parent
GERMAN = ROOT / "src" / "workshop_kit" / "locale" / "de" / "LC_MESSAGES" / "workshop_kit.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "NN_": (1, 2), "plural": (1, 2), "text": None}
OPTIONS = {"**.html": {"silent": "false"}}
"""A template that Jinja cannot read is an error here; Babel alone would pass over it."""

WORDS = {
    "Voting is closed.": "Abstimmung .*geschlossen",
    "This collection is closed.": "Sammlung .*geschlossen",
    "Dot voting (cumulative voting)": r"Punktabfrage \(Kumulieren\)",
    "Approval voting": "Zustimmungswahl",
    "One-dot question": "Ein-Punkt-Abfrage",
    "Number of the slip": "Nummer des Zettels",
    "Title on the stage and in the minutes.": "Leinwand .*Protokoll",
    "Controls": "Steuerung",
    "Facilitation": "Moderation",
    "Not assigned": "Nicht zugeordnet",
    "Open points": "Offene Punkte",
    "Provenance": "Nachweis",
    "Only the facilitator can do that.": "Moderation",
    "The minutes have not been published yet.": "Protokoll .*noch nicht",
    "Your vote is in. You can change it until the vote closes.": "Stimme .*ändern",
}
"""What a translation must say, as a pattern; a key that the code no longer has fails here too."""


def methods() -> list[tuple[str, str]]:
    """Return the files to read and how, as `babel.cfg` tells."""
    config = ConfigParser()
    config.read(ROOT / "babel.cfg", "utf-8")
    return [(pattern, method) for section in config.sections() for method, pattern in [section.split(": ")]]


def inside_other_strings() -> set[str]:
    """Return the messages marked by `N_`, in f-strings too, where Babel looks only on some versions of Python."""
    trees = (ast.parse(path.read_text("utf-8")) for path in (ROOT / "src").rglob("*.py"))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "N_" and isinstance(call.args[0], ast.Constant)
    }


@pytest.fixture(scope="module")
def keys() -> dict[str, object]:
    """All messages of the code by their first form; a message that counts something is a pair."""
    template = Catalog()
    for message in inside_other_strings():
        template.add(message)
    for _file, _line, message, _comments, context in extract_from_dir(
        ROOT / "src", methods(), OPTIONS, KEYWORDS, strip_comment_tags=True
    ):
        assert context is None, f"{message!r} has a context, which Text does not look up"
        template.add(message)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message.id for message in template if message.id
    }


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with GERMAN.open("rb") as file:
        return read_po(file, locale="de", domain="workshop_kit", abort_invalid=True)


@pytest.fixture(scope="module")
def german(catalog) -> dict[str, tuple[tuple[str, str], ...]]:
    """Per message its pairs of key and translation, one for each form."""
    found = {}
    for message in catalog:
        if isinstance(message.id, str) and message.id:
            found[message.id] = ((message.id, message.string),)
        elif message.id:
            found[message.id[0]] = tuple(zip(message.id, message.string, strict=True))
    return found


@pytest.fixture(scope="module")
def text(catalog) -> Text:
    """The German voice, from the catalog as the package's build compiles it."""
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Text("de", (gettext.GNUTranslations(compiled),))


def placeholders(message: str) -> set[tuple[str, str, str]]:
    return {(name, spec, how or "") for _, name, spec, how in Formatter().parse(message) if name is not None}


def test_the_extraction_sees_code_and_templates(keys):
    assert len(keys) > 300
    assert {"Voting is closed.", "Send card", "Full screen", "Write the minutes."} <= set(keys)
    assert keys["{n} on paper"] == ("{n} on paper", "{n} on paper")


def test_every_message_is_translated_and_none_is_left_over(keys, catalog, german):
    assert set(keys) - set(german) == set(), "extract, update the catalog, and translate"
    assert set(german) - set(keys) == set(), "these are no longer in the code"
    assert not catalog.obsolete
    empty = [key for key, forms in german.items() if not all(told.strip() for _, told in forms)]
    assert not empty


def test_no_translation_is_doubtful(catalog):
    assert not catalog.fuzzy
    assert not [message.id for message in catalog if message.id and message.fuzzy]
    assert not [(message.id, errors) for message, errors in catalog.check()]


def test_every_line_of_the_catalog_is_well_formed():
    """Babel reads on where a quotation mark is missing."""
    line = re.compile(r'#.*|(msg(id|id_plural|str|str\[[01]\]) )?"([^"\\]|\\.)*"|')
    assert not [read for read in GERMAN.read_text("utf-8").split("\n") if not line.fullmatch(read)]


def test_what_counts_has_both_forms(keys, catalog, german):
    assert catalog.num_plurals == 2
    assert {key for key, message in keys.items() if not isinstance(message, str)} == {
        key for key, forms in german.items() if len(forms) == 2
    }


def test_placeholders_are_kept(german):
    wrong = [(key, told) for forms in german.values() for key, told in forms if placeholders(key) != placeholders(told)]
    assert not wrong


def test_white_space_at_the_ends_and_lines_are_kept(german):
    for key, told in (form for forms in german.values() for form in forms):
        assert told == told.strip(), told
        assert told.count("\n") == key.count("\n"), told


def test_quotation_marks_are_german_and_come_in_pairs(german):
    code = re.compile(r'= \[?"[^„“]*"')
    for _, told in (form for forms in german.values() for form in forms):
        assert told.count("„") == told.count("“"), told
        assert '"' not in code.sub("", told), told


def test_people_are_addressed_as_du(german):
    formal = re.compile(r"\b(Sie|Ihnen|Ihre?[nmrs]?)\b")
    assert not [told for forms in german.values() for _, told in forms if formal.search(told)]


@pytest.mark.parametrize("key", WORDS)
def test_a_translation_means_what_the_key_says(german, key):
    [(_, told)] = german[key]
    assert re.search(WORDS[key], told), told


def test_the_compiled_catalog_speaks(text):
    cards = ("{n} card", "{n} cards")
    assert [text.plural(*cards, n) for n in (0, 1, 2, 1000)] == ["0 Karten", "1 Karte", "2 Karten", "1.000 Karten"]
    assert text("Step {n} of {all}", n=3, all=7) == "Schritt 3 von 7"
    told = text.plural("{n} of {seats} is done", "{n} of {seats} are done", 1, seats=12)
    assert told == "1 von 12 ist fertig"
    asked = text(
        'Item {number}: the id {id!r} is not usable. Use small letters, digits and "-", a letter first.',
        number=2,
        id="Ä",
    )
    assert "'Ä'" in asked


# ── short sentences ───────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = GERMAN.with_name("plain.po")
LONGEST_SENTENCE = 12
"""Words; what is counted is a placeholder as one."""


@pytest.fixture(scope="module")
def plain():
    with PLAIN.open("rb") as file:
        messages = [message for message in read_po(file, locale="de", abort_invalid=True) if message.id]
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            [(message.id, message.string)]
            if isinstance(message.id, str)
            else list(zip(message.id, message.string, strict=True))
        )
        for message in messages
    }


def test_short_sentences_are_of_texts_that_there_are_with_their_placeholders(plain, german):
    assert set(plain) <= set(german)
    for forms in plain.values():
        assert not [(key, told) for key, told in forms if placeholders(key) != placeholders(told)]


def test_they_are_short(plain):
    for _, told in (form for forms in plain.values() for form in forms):
        assert max(len(sentence.split()) for sentence in re.split(r"[.?!:] ", told)) <= LONGEST_SENTENCE, told


def test_they_speak_first_where_somebody_asks_for_them():
    forms = ("{n} person took part.", "{n} people took part.")
    assert [voice("de", plain=plain).plural(*forms, 3) for plain in (True, False)] == [
        "3 Menschen waren da.",
        "3 Personen haben teilgenommen.",
    ]
    assert voice("de", plain=True)("Send card") == voice("de")("Send card")
    assert voice("en", plain=True).plural(*forms, 3) == "3 people took part."


def test_what_click_says_can_be_said_in_german():
    with GERMAN.with_name("click.po").open("rb") as file:
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file)}
    calls = {"_": None, "ngettext": (1, 2)}
    folder = Path(click.__file__).parent
    said = {message for _, _, message, _, _ in extract_from_dir(folder, [("**.py", "python")], keywords=calls)}
    assert {message if isinstance(message, str) else message[0] for message in said} <= known


# ── languages of phones beside German and English ─────────────────────────────────────────────────────────────────────

PHONES_ONLY = sorted(set(phone_languages()) - set(LANGUAGES))


@pytest.fixture(scope="module", params=PHONES_ONLY)
def for_phones(request) -> Catalog:
    path = GERMAN.parents[2] / request.param / "LC_MESSAGES" / "workshop_kit.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param, domain="workshop_kit", abort_invalid=True)


def test_arabic_is_a_language_of_phones_alone():
    assert "ar" in PHONES_ONLY


def test_phones_show_messages_of_all_kinds_and_nothing_of_the_console():
    shown = phone_messages()
    assert {"Join in", "Voting is closed.", "My ties", "Saved.", "Your seat is on another phone now"} <= shown
    assert ("{n} card", "{n} cards") in shown
    assert not {"Close this step", "Count raised hands", "Write the minutes."} & shown


def test_every_message_that_a_phone_can_show_is_translated_and_no_other(for_phones):
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in for_phones if message.id}
    assert phone_messages() - known == set(), "translate these"
    assert known - phone_messages() == set(), "these are shown no longer"
    forms = {message.id: message.string for message in for_phones if message.id}
    assert not [key for key, told in forms.items() if not all([told] if isinstance(told, str) else told)]
    assert not for_phones.fuzzy
    assert not for_phones.obsolete


def test_numbers_and_names_stay_in_the_messages_of_phones(for_phones):
    """A form for none, one or two may say the number in words."""
    for message in for_phones:
        if isinstance(message.id, str):
            assert placeholders(message.id) == placeholders(message.string), message.id
        elif message.id:
            wanted = placeholders(message.id[1])
            for told in message.string:
                assert wanted - {("n", "", "")} <= placeholders(told) <= wanted, told
            assert all(placeholders(told) == wanted for told in message.string[3:]), message.string


def test_arabic_counts_in_six_forms():
    text = voice("ar")
    assert [text.plural("{n} card", "{n} cards", n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 103, 111)] == [
        *("لا بطاقات", "بطاقة واحدة", "بطاقتان", "3 بطاقات", "10 بطاقات", "11 بطاقة", "99 بطاقة"),
        *("100 بطاقة", "103 بطاقات", "111 بطاقة"),
    ]


def test_quotation_marks_are_arabic_and_digits_western():
    with (GERMAN.parents[2] / "ar" / "LC_MESSAGES" / "workshop_kit.po").open("rb") as file:
        told = [form for m in read_po(file) if m.id for form in ([m.string] if isinstance(m.string, str) else m.string)]
    assert not [
        text for text in told if '"' in text or re.search("[٠-٩۰-۹]", text) or text.count("«") != text.count("»")
    ]
