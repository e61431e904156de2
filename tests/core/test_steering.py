"""The course of a session: pauses, more time, the way in at large, and steps that are taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import CARDS, DOTS, MOOD, START, WELCOME

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Why
from workshop_kit.core.event import Channel
from workshop_kit.core.state import Phase

TIMED = {**DOTS, "minutes": 5}
SECRET = {**DOTS, "openness": "secret"}


@pytest.fixture
def begin(live):
    """Begin a session whose first item is open, with one seat `ada`."""

    def begun(*items):
        session = live(*items)
        session.submit(Command("join"), Actor("ada", Channel.PHONE)).result()
        session.do("open", items[0]["id"])
        return session

    return begun


def vote(session, by="ada"):
    command = Command("cast", "dots", {"value.o1": "1"})
    return session.submit(command, Actor(by, Channel.PHONE)).result()


class TestPause:
    def test_phones_wait_and_the_clock_stands_still(self, begin, clock, assert_refused):
        session = begin(TIMED)
        clock.advance(60)
        session.do("pause")
        with assert_refused(Why.CLOSED):
            vote(session)
        session.do("room-votes", "dots", **{"value.o1": "2", "voters": "2"})
        clock.advance(600)
        session.do("resume")
        assert session.state.items["dots"].until == START + timedelta(seconds=300 + 600)
        assert vote(session).seq

    def test_a_timer_that_is_set_meanwhile_runs_from_the_end_of_the_pause(self, begin, clock):
        session = begin(TIMED)
        session.do("pause")
        clock.advance(100)
        session.do("timer", "dots", seconds="30")
        session.do("extend", "dots", seconds="60")
        clock.advance(100)
        session.do("resume")
        assert session.state.items["dots"].until == clock.now + timedelta(seconds=90)

    def test_what_comes_next_ends_it(self, begin):
        session = begin(TIMED, MOOD)
        session.do("pause")
        session.do("open", "mood")
        assert session.state.paused_at is None

    def test_twice_is_once(self, begin):
        session = begin(TIMED)
        seqs = [(session.do(name), session.state.seq)[1] for name in ("pause", "pause", "resume", "resume")]
        assert seqs[0] == seqs[1]
        assert seqs[2] == seqs[3]

    @pytest.mark.parametrize("command", ["pause", "resume", "show-way-in", "hide-way-in", "undo-step"])
    def test_is_the_facilitators(self, room, assert_refused, command):
        with assert_refused(Why.NOT_ALLOWED):
            room(DOTS).do(command, by="ada")


class TestMoreTime:
    def test_is_added_to_what_is_left(self, begin, clock):
        session = begin(TIMED)
        clock.advance(10)
        session.do("extend", "dots", seconds="60")
        assert session.state.items["dots"].until == START + timedelta(seconds=360)

    def test_counts_from_now_where_time_is_up_or_was_never_set(self, begin, clock):
        for item in (TIMED, DOTS):
            session = begin(item)
            clock.advance(1000)
            session.do("extend", "dots", seconds="60")
            assert session.state.items["dots"].until == clock.now + timedelta(seconds=60)


def test_the_way_in_is_shown_until_it_is_hidden_or_the_next_step_opens(begin):
    session = begin(DOTS, MOOD)
    shown = []
    for command in (("show-way-in",), ("hide-way-in",), ("show-way-in",), ("open", "mood")):
        session.do(*command)
        shown.append(session.state.way_in)
    assert shown == [True, False, True, False]


class TestTakingBack:
    @pytest.mark.parametrize(
        ("step", "item"),
        [
            ("close", "dots"),
            ("reveal", "dots"),
            ("next-round", "dots"),
            ("open", "mood"),
            ("timer", "dots"),
            ("extend", "dots"),
        ],
    )
    def test_all_is_as_it_was_and_the_log_has_both(self, begin, step, item):
        session = begin(TIMED, MOOD)
        before = session.state
        session.do(step, item, **({"seconds": "30"} if step in {"timer", "extend"} else {}))
        assert session.state.items != before.items
        names = [event.name for event in session.store.read(0)]
        session.do("undo-step")
        assert (session.state.items, session.state.current) == (before.items, before.current)
        assert [event.name for event in session.store.read(0)] == [*names, "item.step_undone"]
        assert session.verify()[0] == session.state.seq

    def test_a_pause_in_between_changes_nothing_but_the_time(self, begin, clock):
        session = begin(TIMED, MOOD)
        until = session.state.items["dots"].until
        session.do("extend", "dots", seconds="60")
        session.do("pause")
        clock.advance(600)
        session.do("resume")
        session.do("undo-step")
        assert session.state.items["dots"].until == until + timedelta(seconds=600)

    def test_a_second_time_there_is_nothing_left(self, begin, assert_refused):
        session = begin(DOTS)
        session.do("close", "dots")
        session.do("undo-step")
        with assert_refused(Why.CLOSED):
            session.do("undo-step")

    def test_not_what_somebody_has_answered_since(self, begin, assert_refused):
        session = begin(WELCOME, DOTS)
        session.do("open", "dots")
        vote(session)
        with assert_refused(Why.CLOSED):
            session.do("undo-step")
        assert session.state.current == "dots"

    def test_not_what_came_before_what_somebody_else_did_meanwhile(self, begin, assert_refused):
        session = begin(WELCOME, DOTS)
        session.do("open", "dots")
        seen = session.state.last.entry
        session.do("close", "dots")
        with assert_refused(Why.CLOSED):
            session.do("undo-step", entry=str(seen))
        session.do("undo-step", entry=str(session.state.last.entry))
        assert session.state.items["dots"].phase is Phase.OPEN

    def test_a_vote_that_people_saw_the_result_of_takes_a_reason(self, begin, assert_refused):
        session = begin(DOTS)
        vote(session)
        session.do("close", "dots")
        with assert_refused(Why.INVALID, "reason"):
            session.do("undo-step")
        session.do("undo-step", reason="Pressed too early")
        item = session.state.items["dots"]
        assert (item.phase, item.revealed) == (Phase.OPEN, False)
        assert [again.reason for again in item.reopened] == ["Pressed too early"]

    def test_a_secret_vote_that_was_counted_stays_counted(self, begin, assert_refused):
        session = begin(SECRET, CARDS)
        vote(session)
        for step in (("close", "dots"), ("open", "cards")):
            session.do(*step)
            if step[0] == "close":
                with assert_refused(Why.CLOSED):
                    session.do("undo-step")
        session.do("undo-step")
        assert session.state.items["dots"].counted

    def test_a_secret_vote_in_whose_box_is_a_ballot_stays_open(self, begin, assert_refused):
        session = begin(WELCOME, SECRET)
        session.do("open", "dots")
        vote(session)
        with assert_refused(Why.CLOSED):
            session.do("undo-step")

    def test_a_draft_of_the_minutes_from_before_does_not_hold_any_more(self, begin):
        session = begin(DOTS)
        session.do("close", "dots")
        held = session.state.approval.held
        session.do("undo-step")
        assert session.state.approval.held > held


def test_the_facilitator_signs_as_before():
    assert Actor(FACILITATOR, Channel.NOTEBOOK).signature == FACILITATOR
    assert Actor(FACILITATOR, Channel.NOTEBOOK, by="c1").signature == "facilitator/c1"
