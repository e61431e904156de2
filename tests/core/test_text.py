"""One language's voice: catalogs, wordings, numbers, and the language that a browser asks for."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime

import pytest

from workshop_kit.core.errors import AgendaError
from workshop_kit.core.text import Text, localised, preferred


class Catalog(gettext.NullTranslations):
    """A catalog held in a dictionary; plural forms as in German."""

    def __init__(self, **messages) -> None:
        super().__init__()
        self._messages = messages

    def gettext(self, message):
        return self._messages.get(message, message)

    def ngettext(self, msgid1, msgid2, n):
        return self.gettext(msgid1 if n == 1 else msgid2)


GERMAN = Text(
    "de", (Catalog(Place="Ort"), Catalog(Place="Platz", **{"{n} card": "{n} Karte", "{n} cards": "{n} Karten"}))
)
ENGLISH = Text("en")


def test_the_first_catalog_that_knows_a_message_wins():
    assert GERMAN("Place") == "Ort"
    assert GERMAN("Money") == "Money"


def test_placeholders_are_filled_once_and_only_with_values():
    assert ENGLISH("No {option} here.", option="{secret}") == "No {secret} here."
    assert ENGLISH("A brace: {") == "A brace: {"


@pytest.mark.parametrize(
    ("value", "told"),
    [("Bake", "Take: Bake."), ("Who bakes?", "Take: Who bakes?"), ("Bake.", "Take: Bake."), ("Bake …", "Take: Bake …")],
)
def test_no_sentence_ends_twice(value, told):
    assert ENGLISH("Take: {what}.", what=value) == told
    assert ENGLISH.plural("{n}: {what}.", "{n}: {what}.", 1, what=value) == told.replace("Take", "1")


def test_the_empty_message_is_not_the_catalogs_header():
    assert Text("de", (Catalog(**{"": "Project-Id-Version: 1"}),))("") == ""


@pytest.mark.parametrize(("n", "told"), [(0, "0 Karten"), (1, "1 Karte"), (2, "2 Karten"), (1200, "1.200 Karten")])
def test_plural_in_german(n, told):
    assert GERMAN.plural("{n} card", "{n} cards", n) == told


def test_plural_without_a_catalog_takes_further_values():
    assert ENGLISH.plural("{n} card in {place}", "{n} cards in {place}", 1, place="Cologne") == "1 card in Cologne"


@pytest.mark.parametrize(
    ("wording", "picked"),
    [
        ({"de": "Ort", "en": "place", "und": "?"}, "place"),
        ({"de": "Ort", "und": "as written"}, "as written"),
        ({"tr": "yer", "de": "Ort"}, "Ort"),
        ({"tr": "yer"}, "yer"),
        ({}, ""),
    ],
)
def test_pick_takes_the_nearest_language(wording, picked):
    assert ENGLISH.pick(wording) == picked


def test_a_plain_string_is_the_same_in_all_languages():
    assert [Text(lang).pick(localised("Köln")) for lang in ("de", "en", "tr")] == ["Köln"] * 3
    assert localised({"de": "Ort"}) == {"de": "Ort"}


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "de"),
        ("tr", "de"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("EN", "en"),
        ("tr, en;q=0.5, de;q=0.7", "de"),
        ("en;q=0.8, de;q=0.8", "en"),
        ("tr,en;q=oops,de;q=0.1", "de"),
        ("fr; q=0.9, en; q=0.8", "en"),
        ("en;q=0", "de"),
        ("en;q=0, de;q=0", "de"),
        (";;;,,,q=", "de"),
        ("x," * 5000 + "en", "de"),
    ],
)
def test_the_language_a_browser_prefers(header, lang):
    assert preferred(header) == lang


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (0, 0, "0", "0"),
        (1234.5, 1, "1.234,5", "1,234.5"),
        (-1234567, 0, "-1.234.567", "-1,234,567"),
        (0.25, 2, "0,25", "0.25"),
    ],
)
def test_numbers_as_people_write_them(value, digits, german, english):
    assert (GERMAN.number(value, digits), ENGLISH.number(value, digits)) == (german, english)


def test_shares_have_no_decimals():
    assert [ENGLISH.percent(share) for share in (0, 0.354, 0.6, 1)] == ["0\xa0%", "35\xa0%", "60\xa0%", "100\xa0%"]


def test_dates_and_times_are_the_sessions_own():
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    german = Text.load("de", (), "Europe/Berlin")
    assert (german.date(late), german.time(late)) == ("23. November 2026", "00:30")
    assert (ENGLISH.date(late), ENGLISH.time(late)) == ("November 22, 2026", "23:30")


@pytest.mark.parametrize(("lang", "direction"), [("de", "ltr"), ("ar", "rtl"), ("fa", "rtl"), ("tr", "ltr")])
def test_the_direction_of_script(lang, direction):
    assert Text(lang).direction == direction


def test_a_language_without_catalog_speaks_english(tmp_path):
    assert Text.load("tr", (tmp_path,))("Place") == "Place"


def test_an_error_is_told_in_the_readers_language():
    error = AgendaError('No item "{item}".', item="x")
    assert str(error) == 'No item "x".'
    assert error.told(Text("de", (Catalog(**{'No item "{item}".': "Kein Schritt „{item}“."}),))) == "Kein Schritt „x“."
