"""What the console offers for the rounds of a vote, and what it takes."""

from __future__ import annotations

import pytest
from tests.conftest import DOTS, WELCOME
from tests.faces.consoles import shown

from workshop_kit.core.errors import Why
from workshop_kit.faces.widgets import Console


@pytest.fixture
def console(open_console):
    return open_console(DOTS, WELCOME)


def press(console, command, **fields):
    console.take({"command": command, "item": "dots", **fields})


class TestReopening:
    def test_a_vote_with_ballots_asks_why(self, console, assert_refused):
        press(console, "cast", ballot="1", **{"value.o1": "1"})
        press(console, "close")
        assert shown(console).count('<input type="text" name="reason" maxlength="280" required>') == 1
        with assert_refused(Why.INVALID, "reason"):
            press(console, "open")
        press(console, "open", reason="Ben came late")
        assert [again.reason for again in console.live.state.items["dots"].reopened] == ["Ben came late"]
        assert 'name="reason"' not in shown(console)

    def test_the_list_of_steps_asks_too(self, console):
        press(console, "cast", ballot="1", **{"value.o1": "1"})
        console.take({"command": "open", "item": "welcome"})
        assert 'name="reason" maxlength="280" required' in shown(console)
        assert 'aria-label="Open again: dots"' in shown(console)

    def test_where_nobody_voted_the_reason_may_be_left_out(self, console):
        press(console, "close")
        assert '<input type="text" name="reason" maxlength="280">' in shown(console)
        press(console, "open", reason="")
        assert console.live.state.items["dots"].reopened == ()


class TestAddingOptions:
    def test_until_somebody_voted_the_console_has_a_field(self, console):
        assert 'id="add-option"' in shown(console)
        press(console, "add-option", label="<b>Tea</b>")
        assert "&lt;b&gt;Tea&lt;/b&gt;" in shown(console)
        press(console, "cast", ballot="1", **{"value.o4": "1"})
        assert 'id="add-option"' not in shown(console)

    def test_a_poll_without_options_waits_for_them(self, live, tmp_path, assert_refused):
        session = live({**DOTS, "options": [], "live_options": True})
        session.do("open", "dots")
        console, seat = Console(session, "en", folder=tmp_path), session.join("en").result().seat
        pages = console.pages
        before = pages.head_key()
        assert 'id="slip"' not in shown(console)
        assert 'id="collecting"' in pages.mine("en", seat)
        with assert_refused(Why.CLOSED):
            press(console, "room-votes", **{"value.o1": "1"})
        for label in ("Tea", "Coffee"):
            press(console, "add-option", label=label)
        assert pages.head_key() != before, "every phone gets its form"
        assert "Coffee" in pages.mine("en", seat)
        assert 'id="slip"' in shown(console)
        console.close()


def test_the_stage_tells_what_each_option_had_in_the_round_before(console):
    for number in (2, 1):
        press(console, "next-round") if console.live.state.items["dots"].closed_at else None
        press(console, "cast", ballot="1", **{"value.o1": str(number)})
        press(console, "close")
    for lang, told in (("en", "before: 2"), ("de", "vorher 2")):
        assert f'<small class="wk-before">{told}</small>' in console.pages.shared(lang)
