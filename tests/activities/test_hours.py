"""The activity "hours": what tasks take, what people can give, and what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.hours.state import MOST_NEEDED, MOST_TASKS, Pay
from workshop_kit.core.activity import Audience
from workshop_kit.core.document import Chart
from workshop_kit.core.errors import AgendaError, Why
from workshop_kit.core.text import Text

EFFORT = {
    "id": "effort",
    "activity": "hours",
    "options": [{"id": "room", "de": "Raum", "en": "Room"}, {"id": "press", "de": "Presse", "en": "Press"}],
}
ENGLISH = Text("en")


@pytest.fixture
def effort(room):
    return room(EFFORT)


def save(made, seat, given=(), needed=()):
    fields = {f"given.{task}": str(hours) for task, hours in dict(given).items()}
    fields |= {f"needed.{task}": str(hours) for task, hours in dict(needed).items()}
    return made.do("save", "effort", by=seat, **fields)


def task(made, name="room"):
    return made.inside("effort").task(name)


def people(seat, _):
    return seat.title()


def test_needed_is_the_median_and_given_the_sum(effort):
    for seat, takes, gives in (("ada", 10, 3), ("ben", 12, 0), ("cem", 90, 4)):
        save(effort, seat, {"room": gives}, {"room": takes})
    assert (task(effort).needed, task(effort).given, task(effort).gap) == (12, 7, 5)
    assert effort.inside("effort").givers == 2
    save(effort, "cem", {"room": 20}, {"room": ""})
    assert (task(effort).needed, task(effort).gap) == (11, 0)
    assert task(effort, "press").gap is None


def test_saving_the_same_changes_nothing_and_an_empty_field_takes_back(effort):
    assert len(save(effort, "ada", {"room": 3, "press": 0}, {"room": 5})) == 3
    assert save(effort, "ada", {"room": 3, "press": 0}, {"room": 5}) == ()
    save(effort, "ada", {"room": ""})
    assert (task(effort).given, task(effort).needed) == (0, 5)


def test_what_the_facilitator_enters_counts_before_estimates(effort):
    save(effort, "ada", needed={"room": 40})
    effort.do("describe", "effort", task="room", hours="8", pay="paid")
    assert (task(effort).needed, task(effort).pay) == (8, Pay.PAID)
    assert effort.do("describe", "effort", task="room", hours="8", pay="paid") == ()
    effort.do("describe", "effort", task="room", hours="", pay="")
    assert (task(effort).needed, task(effort).pay) == (40, None)


def test_a_surplus_fills_no_other_gap(effort):
    save(effort, "ada", {"room": 20}, {"room": 5, "press": 4})
    assert effort.inside("effort").totals == (9, 20, 4)


def test_tasks_are_added_and_the_next_round_has_them(effort, assert_refused):
    effort.do("add-task", "effort", label="Sweep")
    assert [one.id for one in effort.inside("effort").tasks] == ["room", "press", "t3"]
    for label in ("", "x" * 201, "Room"):
        with assert_refused(Why.INVALID, "label"):
            effort.do("add-task", "effort", label=label)
    effort.do("next-round", "effort")
    assert [one.id for one in effort.inside("effort").tasks] == ["room", "press", "t3"]
    for number in range(MOST_TASKS - 3):
        effort.do("add-task", "effort", label=f"Task {number}")
    with assert_refused(Why.INVALID, "label"):
        effort.do("add-task", "effort", label="One more")


class TestRefusals:
    @pytest.mark.parametrize("hours", ["-1", "161", "1.5", "many", "\u0663", "9" * 5000])
    def test_hours_are_whole_and_bounded(self, effort, assert_refused, hours):
        with assert_refused(Why.INVALID, "given.room"):
            save(effort, "ada", {"room": hours, "press": 2})
        assert task(effort, "press").given == 0

    def test_what_is_no_task(self, effort, assert_refused):
        with assert_refused(Why.INVALID, "given.nothing"):
            save(effort, "ada", {"nothing": 1})
        with assert_refused(Why.INVALID, "task"):
            effort.do("describe", "effort", task="nothing", hours="1")
        with assert_refused(Why.INVALID, "hours"):
            effort.do("describe", "effort", task="room", hours=str(MOST_NEEDED + 1))
        with assert_refused(Why.INVALID, "pay"):
            effort.do("describe", "effort", task="room", pay="well")

    def test_only_the_facilitator_describes(self, effort, assert_refused):
        for command in ("describe", "add-task"):
            with assert_refused(Why.NOT_ALLOWED):
                effort.do(command, "effort", by="ada", task="room", label="x")

    def test_where_nobody_estimates(self, room, assert_refused):
        made = room(EFFORT | {"estimates": False, "most_hours": 10})
        with assert_refused(Why.NOT_ALLOWED, "needed.room"):
            save(made, "ada", needed={"room": 3})
        with assert_refused(Why.INVALID, "given.room"):
            save(made, "ada", {"room": 11})

    def test_unknown_and_late(self, effort, assert_refused):
        with assert_refused(Why.UNKNOWN):
            effort.do("pay", "effort", by="ada")
        effort.do("close", "effort")
        with assert_refused(Why.CLOSED):
            save(effort, "ada", {"room": 1})

    @pytest.mark.parametrize(
        ("changed", "told"),
        [({"options": ["x"] * 61}, "60 tasks"), ({"estimates": 1}, "estimates"), ({"most_hours": 745}, "most_hours")],
    )
    def test_an_agenda_that_makes_no_sense(self, agenda, changed, told):
        with pytest.raises(AgendaError, match=told):
            agenda(EFFORT | changed)


def test_others_hours_are_not_shown(effort):
    save(effort, "ada", {"room": 3}, {"room": 8})
    own, other = (effort.view("effort", Audience.SEAT, seat) for seat in ("ada", "ben"))
    assert (own.given, own.estimated) == ({"room": 3}, {"room": 8})
    assert (other.given, other.estimated) == ({}, {})
    assert effort.view("effort").given == {}


def test_the_minutes_have_chart_table_and_gaps(effort):
    save(effort, "ada", {"room": 3}, {"room": 8})
    save(effort, "ben", {"room": 1}, {"room": 9})
    kind, state = effort.activity("effort"), effort.inside("effort")
    summary, chart, *_ = kind.record(state, ENGLISH, people)
    assert summary.text == "8.5 hours a month are needed, 4 are promised, 4.5 are missing."
    assert isinstance(chart, Chart)
    assert summary.text in chart.alt
    assert [bar.value for bar in chart.bars] == [8.5, 4, 0]
    assert chart.table.rows == (
        ("Room", "–", "8.5", "4", "4.5"),
        ("Press", "–", "–", "0", "–"),
        ("Together", "", "8.5", "4", "4.5"),
    )
    assert list(kind.pending(state, ENGLISH, people)) == ["Room: 4.5 hours a month are missing."]
    assert list(kind.gist(state, ENGLISH, people)) == [summary.text]
    assert list(kind.doubts(state, ENGLISH)) == ["For 1 task nobody said how many hours it takes."]
    rows = list(kind.rows(state))
    assert all(tuple(row) == kind.columns for row in rows)
    assert (rows[0]["givers"], rows[0]["estimates"], rows[0]["gap"]) == (2, 2, 4.5)


def test_no_tasks_and_entries_about_what_is_gone(effort, room):
    before = effort.inside("effort")
    effort.record("hours.given", "effort", task="gone", hours=3)
    assert effort.inside("effort") == before
    empty = room({"id": "effort", "activity": "hours"})
    told = empty.activity("effort").record(empty.inside("effort"), ENGLISH, people)
    assert "No tasks were listed." in str(list(told))


said = st.tuples(
    st.sampled_from(["ada", "ben"]),
    st.sampled_from(["given", "needed"]),
    st.sampled_from(["room", "press"]),
    st.one_of(st.just(""), st.integers(0, 160).map(str)),
)


@given(st.lists(said, max_size=25))
def test_what_was_said_last_counts(room, sequence):
    made, last = room(EFFORT), {}
    for seat, kind, name, hours in sequence:
        made.do("save", "effort", by=seat, **{f"{kind}.{name}": hours})
        last[seat, kind, name] = int(hours) if hours else None
    for one in made.inside("effort").tasks:
        given_hours = [hours for (_, kind, name), hours in last.items() if (kind, name) == ("given", one.id)]
        assert one.given == sum(filter(None, given_hours))
        assert one.gap is None or 0 <= one.gap <= one.needed
