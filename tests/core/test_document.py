"""Leaves of the document tree: whatever people write becomes text that every format can hold."""

from __future__ import annotations

import re
import unicodedata

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workshop_kit.core.document import (
    Bar,
    Bullets,
    Chart,
    Heading,
    Pairs,
    Paragraph,
    Section,
    Table,
    clean,
    cleaned,
    one_line,
)

REPLACED = "\N{REPLACEMENT CHARACTER}"
BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NOT_IN_XML = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

any_text = st.text(st.characters(exclude_categories=()))
nasty_text = st.text(st.sampled_from("a\u0301e\r\n\t\x00\x1f\x7f\x85\u202e\u2066\ufeff\ud800\u1100\u1161 /"))


@given(any_text | nasty_text)
@example("e\u202e\u0301")
def test_clean_is_idempotent(text):
    assert clean(clean(text)) == clean(text)


@given(any_text | nasty_text)
def test_clean_leaves_no_control_characters_and_no_bidi_overrides(text):
    left = clean(text)
    assert all(unicodedata.category(letter) not in {"Cc", "Cs"} for letter in left if letter != "\n")
    assert not BIDI_OVERRIDES & set(left)
    assert unicodedata.is_normalized("NFC", left)


@given(any_text)
@example("\uffff")
def test_clean_leaves_nothing_that_xml_cannot_hold(text):
    assert not NOT_IN_XML.search(clean(text))


@given(st.text(st.sampled_from("abc äöüßñ 漢字 עברית 👩‍🚀 (€) <b>&amp;</b> *_`#|\n")))
def test_clean_changes_nothing_that_people_mean(text):
    assert clean(text) == unicodedata.normalize("NFC", text)


def test_clean_keeps_four_marks_on_a_letter():
    assert clean("x" + "\u0336" * 30 + "y") == "x" + "\u0336" * 4 + "y"


@pytest.mark.parametrize("word", ["Việt Nam tiếng", "مُحَمَّدٌ", "בְּרֵאשִׁ֖ית", "क्षत्रिय हिन्दी"])
def test_clean_keeps_the_marks_that_words_need(word):
    for form in ("NFC", "NFD"):
        assert clean(unicodedata.normalize(form, word)) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("a\tb", "a b"),
        ("u\u0308ber", "über"),
        ("bell\x07", f"bell{REPLACED}"),
        ("abc\u202ecba", f"abc{REPLACED}cba"),
        ("half\ud83d", f"half{REPLACED}"),
    ],
)
def test_clean_by_example(written, left):
    assert clean(written) == left


@given(any_text | nasty_text)
def test_one_line_is_one_line(text):
    line = one_line(text)
    assert "\n" not in line
    assert line == line.strip()
    assert one_line(line) == line


def test_one_line_marks_where_lines_ended():
    assert one_line("  bread \r\n\n  butter\n") == "bread / butter"


def test_every_leaf_of_a_section_is_cleaned_and_the_rest_stays():
    bad, good = "a\x00b", f"a{REPLACED}b"

    def section(leaf):
        return Section(
            "item-x",
            leaf,
            (
                Heading(leaf, 4),
                Paragraph(leaf, "note"),
                Bullets((leaf, "plain"), ordered=True),
                Pairs(((leaf, leaf),)),
                Table((leaf,), ((leaf,),), leaf, (0,)),
                Chart(
                    leaf, (Bar(leaf, 1.5, leaf, 0.5, 2.0),), leaf, leaf, ordered=False, table=Table((leaf,), ((leaf,),))
                ),
            ),
        )

    assert cleaned(section(bad)) == section(good)
    assert msgspec.json.decode(msgspec.json.encode(section(good)), type=Section) == section(good)
