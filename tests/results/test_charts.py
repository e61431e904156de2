"""Charts: readable, the same bytes every time, and never more than their data says."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.core.document import Bar, Chart
from workshop_kit.core.text import Text
from workshop_kit.results.charts import altair_chart, data_table, draw, in_order

LONG = "Mischung der Finanzierung aus öffentlicher Hand und Engagement"
DOTS = Chart(
    "Punkte",
    (Bar("Ort", 3, "3 Punkte", 1.5, 4.5), Bar(LONG, 14, "14 Punkte", 10, 17), Bar("Ziel", 9, "9 Punkte", 6, 12)),
    "Die Finanzierung erhielt die meisten Punkte.",
    "Punkte",
)


def words(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_same_chart_gives_the_same_bytes():
    assert draw(DOTS, "de").svg == draw(DOTS, "de").svg
    assert draw(DOTS, "de").png == draw(DOTS, "de").png
    assert draw(DOTS, "de").png.startswith(b"\x89PNG")


def test_a_picture_names_itself_and_holds_no_identifiers_that_could_clash():
    root = ET.fromstring(draw(DOTS, "de").svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", DOTS.alt)
    assert not re.search(r'\s(id|href|on\w+)="', draw(DOTS, "de").svg)


def test_a_long_label_stays_whole_on_two_lines():
    lines = [line for line in words(draw(DOTS, "de").svg) if line and line in LONG]
    assert len(lines) == 2
    assert " ".join(lines) == LONG


def test_notes_stand_at_the_bars_and_values_where_there_is_no_note():
    assert "14 Punkte" in words(draw(DOTS, "de").svg)
    bare = Chart("", (Bar("a", 2.5), Bar("b", 1000)), "x", ordered=False)
    assert {"2,5", "1.000,0"} <= set(words(draw(bare, "de").svg))
    assert {"2.5", "1,000.0"} <= set(words(draw(bare, "en").svg))


@pytest.mark.parametrize(("ordered", "expected"), [(True, [14, 9, 3]), (False, [3, 14, 9])])
def test_the_order_is_by_value_unless_it_is_given(ordered: bool, expected: list[float]):
    chart = Chart("", DOTS.bars, "x", ordered=ordered)
    assert [bar.value for bar in in_order(chart)] == expected
    assert [row[1] for row in data_table(chart, Text("de")).rows] == [f"{value} Punkte" for value in expected]


def test_an_interval_is_a_line_and_a_column():
    without = Chart("", tuple(Bar(bar.label, bar.value) for bar in DOTS.bars), "x")
    assert draw(DOTS, "de").svg.count("mark-rule role-mark") == 1
    assert "mark-rule role-mark" not in draw(without, "de").svg
    assert data_table(DOTS, Text("en")).rows[0] == (LONG, "14 Punkte", "10.0 to 17.0")
    assert data_table(without, Text("en")).head == ("Entry", "Value")


def test_a_note_that_does_not_tell_the_value_has_its_own_column():
    table = data_table(Chart("", (Bar("a", 2, "tied"), Bar("b", 2, "tied")), "x"), Text("en"))
    assert table.head == ("Entry", "Value", "Note")
    assert table.rows[0] == ("a", "2", "tied")


def test_equal_and_hostile_labels_are_drawn_as_they_are():
    label = '<script>x</script> onload="y" & datum.value'
    chart = Chart("", (Bar(label, 1), Bar(label, 1), Bar("", 0)), label)
    assert sum(line in label for line in words(draw(chart, "en").svg) if "script" in line) == 2
    assert "<script" not in draw(chart, "en").svg


@pytest.mark.parametrize(
    "leaf", ["\ufffe", "\uffff", "\x00\x1b", "\ud800", "\N{PARTY POPPER}", "مرحبا", "x" * 240, "\\", "\u0300"]
)
def test_no_character_ends_the_process(leaf: str):
    picture = draw(Chart(leaf, (Bar(leaf, 1, leaf),), leaf, leaf), "de")
    assert ET.fromstring(picture.svg).get("aria-label")
    assert picture.png


def test_a_chart_without_bars_is_no_error():
    assert words(draw(Chart("", (), "Nothing was said."), "en").svg) is not None


def test_a_notebook_gets_a_chart_with_its_title():
    assert altair_chart(DOTS, "de").to_dict()["title"]["text"] == ["Punkte"]


finite = st.floats(-1e6, 1e6)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.builds(Bar, st.text(max_size=80), finite, st.text(max_size=40)), max_size=5))
def test_any_text_and_number_can_be_drawn(bars: list[Bar]):
    ET.fromstring(draw(Chart("t", tuple(bars), "a"), "de").svg)
