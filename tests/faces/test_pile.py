"""A pile of slips in the console: one field, the keyboard alone, and what shows while two people type it."""

from __future__ import annotations

import pytest
from tests.conftest import DOTS, MOOD, WELCOME
from tests.faces.consoles import press, shown

from workshop_kit.core.errors import Why

CHOICE = {"id": "choice", "activity": "poll", "rule": "choice", "options": ["Tea", "<b>Coffee</b>", "Water"]}
FIELD = '<input type="text" id="pile-line" name="line"'


@pytest.fixture
def console(open_console):
    return open_console(CHOICE, DOTS, WELCOME)


def type_in(console, *lines):
    for line in lines:
        press(console, "slip-add", "choice", line=line)


def test_one_field_takes_slip_after_slip(console):
    assert "The number of the option that is marked, 1 to 3." in shown(console)
    type_in(console, "1", "2")
    page = shown(console)
    assert page.count(FIELD) == 1
    assert ('<label for="pile-line">Slip 3</label>' in page, "2 slips typed" in page) == (True, True)
    assert "&lt;b&gt;Coffee&lt;/b&gt;" in page
    press(console, "slip-back", "choice")
    assert "1 slip typed" in shown(console)


def test_a_slip_that_cannot_be_read_keeps_its_place_and_says_why(console, assert_refused):
    type_in(console, "1", "9", "2")
    page = shown(console)
    assert 'role="alert">Slip 2: &#34;9&#34; is none of the options 1 to 3.' in page
    assert ("3 slips typed" in page, 'id="pile-done"' in page) == (True, False)
    press(console, "slip-mend", "choice", place="2", line="3")
    assert 'id="pile-done"' in shown(console)
    with assert_refused(Why.INVALID, "line"):
        type_in(console, " ")


def test_two_people_see_only_what_differs(console):
    type_in(console, "1", "2", "3")
    press(console, "slips-second", "choice")
    page = shown(console)
    assert ("0 of 3 slips typed" in page, 'id="pile-recent"' in page) == (True, False)
    type_in(console, "1", "3", "3")
    press(console, "slips-compare", "choice")
    page = shown(console)
    assert ("1 slip differs" in page, page.count('id="differs-')) == (True, 1)
    assert ("First: &lt;b&gt;Coffee&lt;/b&gt;" in page, "Second: Water" in page) == (True, True)
    press(console, "slip-settle", "choice", mark="1-2", which="typed", line="1", both="yes")
    assert "Both typed the same: 3 slips." in shown(console)
    press(console, "slips-count", "choice")
    tally = console.live.state.items["choice"].state.tally
    assert {line.option: line.score for line in tally.lines if line.score} == {"o1": 2, "o3": 1}
    assert "not counted yet" not in shown(console)


def test_typed_slips_can_be_thrown_away(console, tmp_path):
    type_in(console, "1")
    assert list(tmp_path.glob("slips-*"))
    press(console, "slips-discard", "choice")
    assert not list(tmp_path.glob("slips-*"))
    assert "0 slips typed" in shown(console)


def test_no_entry_is_written_before_the_pile_is_counted(console):
    before = console.live.state.seq
    type_in(console, "1", "2")
    assert console.live.catch_up().seq == before


def test_with_tickets_the_field_asks_for_them(console, assert_refused):
    (code,) = console.live.do("issue-tickets", count="1").tickets
    assert "For each slip its ticket" in shown(console)
    type_in(console, f"{code} 2")
    assert "&lt;b&gt;Coffee&lt;/b&gt;" in shown(console)
    with assert_refused(Why.TAKEN, "line"):
        type_in(console, f"{code} 1")


def test_only_votes_have_piles(open_console):
    assert 'id="pile"' not in shown(open_console(WELCOME, MOOD))
