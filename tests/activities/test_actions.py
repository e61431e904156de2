"""The activity "actions": who does what until when, agreed by those who do it, carried over into the next session."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.actions.state import Status
from workshop_kit.core.activity import FACILITATOR, Audience, Person
from workshop_kit.core.document import Table
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Text

PLAN = {"id": "plan", "activity": "actions", "limit": 3}
LEFT = {
    "what": "Find a room",
    "person": "c1",
    "until": "2026-10-01",
    "session": "First meeting",
    "day": "2026-05-04",
    "id": "a7",
}
ENGLISH = Text("en")


def spoken(seat, _text):
    return seat.title()


@pytest.fixture
def plan(room):
    """A plan with nothing in it; ada's name is known."""
    made = room(PLAN)
    made.do("name", by="ada", named="yes")
    return made


def action(made, action_id="a1"):
    return made.inside("plan").actions[action_id]


def add(made, what="Paint the sign", by="ben", **fields):
    return made.do("add", "plan", by=by, what=what, **fields)


def move(made, name, by=FACILITATOR, action="a1", **fields):
    return made.do(name, "plan", by=by, action=action, **fields)


class TestPuttingDown:
    def test_what_until_when_and_how_one_notices(self, plan):
        add(plan, until="31.12.2026", sign="It hangs", partners="The town hall")
        put = action(plan)
        assert (put.what, put.until, put.sign, put.partners) == (
            "Paint the sign", "2026-12-31", "It hangs", "The town hall",
        )  # fmt: skip
        assert (put.author, put.seat, put.standing) == ("ben", "", "open")

    def test_who_takes_it_on_says_so_with_a_name(self, plan, assert_refused):
        with assert_refused(Why.INVALID, "name"):
            add(plan, who="me")
        add(plan, by="ada", who="me")
        assert (action(plan).seat, action(plan).standing) == ("ada", "undated")

    def test_nobody_puts_it_on_another(self, plan, assert_refused):
        with assert_refused(Why.NOT_ALLOWED):
            add(plan, who="ada")

    def test_the_facilitator_asks_somebody_or_records_a_yes_said_aloud(self, plan):
        add(plan, by=FACILITATOR, who="ada")
        add(plan, by=FACILITATOR, who="ben", sure="yes", until="2027-01-01")
        assert (action(plan).asked, action(plan).standing) == ("ada", "asked")
        assert (action(plan, "a2").seat, action(plan, "a2").standing) == ("ben", "agreed")

    def test_the_facilitator_is_nobody_who_takes_it_on(self, plan, assert_refused):
        with assert_refused(Why.INVALID, "who"):
            add(plan, by=FACILITATOR, who="me")

    @pytest.mark.parametrize("until", ["soon", "2026-13-01", "31.2.2026", "1.1", "0", "2026-1-1T10:00"])
    def test_a_day_is_a_day(self, plan, assert_refused, until):
        with assert_refused(Why.INVALID, "until"):
            add(plan, until=until)

    @pytest.mark.parametrize("field", ["what", "sign", "partners"])
    def test_every_text_has_a_longest(self, plan, assert_refused, field):
        with assert_refused(Why.INVALID, field):
            add(plan, **{"what": "Paint", field: "x" * 281})

    @pytest.mark.parametrize("what", ["", "   ", "\n"])
    def test_it_says_what(self, plan, assert_refused, what):
        with assert_refused(Why.INVALID, "what"):
            add(plan, what)

    def test_a_person_puts_down_only_so_many(self, plan, assert_refused):
        for number in range(3):
            add(plan, f"Thing {number}")
        with assert_refused(Why.INVALID):
            add(plan, "One more")
        move(plan, "withdraw", by="ben")
        add(plan, "One more")
        add(plan, "The facilitator is not counted", by=FACILITATOR)
        assert len(plan.inside("plan").ordered()) == 4


class TestTakingOn:
    def test_first_come_first_served_others_join_in(self, plan, assert_refused):
        plan.do("name", by="ben", named="yes")
        add(plan, by="cem")
        move(plan, "take", by="ada")
        assert move(plan, "take", by="ada") == ()
        with assert_refused(Why.TAKEN, "action"):
            move(plan, "take", by="ben")
        move(plan, "join", by="ben")
        assert move(plan, "join", by="ada") == ()
        assert (action(plan).seat, action(plan).helpers) == ("ada", ("ben",))
        move(plan, "leave", by="ben")
        assert move(plan, "leave", by="ben") == ()
        assert action(plan).helpers == ()

    @pytest.mark.parametrize("name", ["take", "join"])
    def test_under_a_name(self, plan, assert_refused, name):
        add(plan)
        with assert_refused(Why.INVALID, "name"):
            move(plan, name, by="cem")

    def test_who_joined_in_may_take_it_on_and_is_no_helper_then(self, plan):
        add(plan)
        move(plan, "join", by="ada")
        move(plan, "take", by="ada")
        assert (action(plan).seat, action(plan).helpers) == ("ada", ())

    def test_who_is_asked_says_yes_or_no(self, plan):
        add(plan)
        move(plan, "ask", seat="ada")
        assert move(plan, "ask", seat="ada") == ()
        assert move(plan, "decline", by="cem") == ()
        move(plan, "decline", by="ada")
        assert action(plan).asked == ""
        move(plan, "ask", seat="ada")
        move(plan, "take", by="ada")
        assert (action(plan).asked, action(plan).seat) == ("", "ada")

    def test_nobody_asks_but_the_facilitator_and_nobody_is_asked_for_what_is_taken(self, plan, assert_refused):
        add(plan, by="ada", who="me")
        with assert_refused(Why.NOT_ALLOWED):
            move(plan, "ask", by="ben", seat="cem")
        with assert_refused(Why.TAKEN, "action"):
            move(plan, "ask", seat="cem")
        with assert_refused(Why.INVALID, "seat"):
            move(plan, "take")

    def test_to_give_back(self, plan):
        add(plan, by="ada", who="me")
        assert move(plan, "release", by="ben") == ()
        move(plan, "release", by="ada")
        assert action(plan).standing == "open"
        assert move(plan, "release", by="ada") == ()


class TestChanging:
    def test_only_what_differs_is_recorded(self, plan):
        add(plan, sign="It hangs")
        [changed] = move(plan, "change", by="ben", what="Paint the sign", sign="It hangs well", until="2027-01-01")
        assert changed.data == {"action": "a1", "sign": "It hangs well", "until": "2027-01-01"}
        assert move(plan, "change", by="ben", what="Paint the sign") == ()
        move(plan, "change", by="ben", until="")
        assert action(plan).until == ""

    def test_it_cannot_be_emptied(self, plan, assert_refused):
        add(plan)
        with assert_refused(Why.INVALID, "what"):
            move(plan, "change", by="ben", what=" ")

    @pytest.mark.parametrize(("name", "fields"), [("change", {"what": "No"}), ("status", {"status": "done"})])
    def test_only_those_whom_it_concerns(self, plan, assert_refused, name, fields):
        add(plan, by="ada", who="me")
        with assert_refused(Why.NOT_ALLOWED, "action"):
            move(plan, name, by="ben", **fields)
        assert move(plan, name, **fields)

    def test_how_far_it_is(self, plan, assert_refused):
        add(plan, by="ada", who="me")
        move(plan, "status", by="ada", status="done", note="On Monday")
        assert move(plan, "status", by="ada", status="done", note="On Monday") == ()
        assert (action(plan).status, action(plan).note, action(plan).going) == (Status.DONE, "On Monday", False)
        with assert_refused(Why.INVALID, "status"):
            move(plan, "status", by="ada", status="perfect")

    def test_to_withdraw(self, plan, assert_refused):
        plan.do("name", by="ben", named="yes")
        add(plan, by="cem")
        with assert_refused(Why.NOT_ALLOWED, "action"):
            move(plan, "withdraw", by="ben")
        move(plan, "take", by="ben")
        with assert_refused(Why.TAKEN, "action"):
            move(plan, "withdraw", by="cem")
        move(plan, "withdraw")
        assert action(plan).standing == "withdrawn"
        with assert_refused(Why.INVALID, "action"):
            move(plan, "take", by="ada")

    def test_an_unknown_command_or_action(self, plan, assert_refused):
        add(plan)
        with assert_refused(Why.UNKNOWN):
            move(plan, "sing", by="ada")
        with assert_refused(Why.INVALID, "action"):
            move(plan, "take", by="ada", action="a9")

    def test_after_closing(self, plan, assert_refused):
        plan.do("close", "plan")
        with assert_refused(Why.CLOSED):
            add(plan)


class TestShown:
    def test_everybody_sees_the_plan_and_what_is_theirs(self, plan):
        add(plan, until="2027-01-01")
        add(plan, "Bake", by="ada", who="me")
        view = plan.view("plan", Audience.SEAT, "ada")
        assert ([one.id for one in view.actions], view.mine, view.left) == (["a1", "a2"], {"a2"}, 2)
        assert (view.going, view.lacking) == (2, 2)
        assert plan.view("plan").mine == frozenset()

    def test_rows(self, plan):
        add(plan, by="ada", who="me", until="2027-01-01", sign="It hangs")
        add(plan, "Bake")
        move(plan, "withdraw", by="ben", action="a2")
        kind = plan.activity("plan")
        rows = list(kind.rows(plan.inside("plan")))
        assert all(tuple(row) == kind.columns for row in rows)
        assert [(row["id"], row["person"], row["until"], row["state"]) for row in rows] == [
            ("a1", Person("ada"), "2027-01-01", "agreed"),
            ("a2", None, "", "withdrawn"),
        ]

    def test_the_record_leaves_out_columns_that_nobody_filled_in(self, plan):
        add(plan, by="ada", who="me", until="2027-01-01")
        table, stand = plan.activity("plan").record(plan.inside("plan"), ENGLISH, spoken)
        assert isinstance(table, Table)
        assert table.head == ("No.", "What", "Who", "Until", "Where it stands")
        assert table.rows == (("1", "Paint the sign", "Ada", "2027-01-01", "agreed"),)
        assert stand.text.startswith("As of this session.")

    def test_what_lacks_a_person_or_a_day_is_pending(self, plan):
        add(plan)
        add(plan, "Bake", by="ada", who="me")
        add(plan, "Sing", by=FACILITATOR, who="cem", until="2027-01-01")
        add(plan, "Sweep", by="ada", who="me")
        move(plan, "status", by="ada", action="a4", status="done")
        assert list(plan.activity("plan").pending(plan.inside("plan"), ENGLISH, spoken)) == [
            "Paint the sign: nobody has taken that on yet.",
            "Paint the sign: without a day.",
            "Bake: without a day.",
            "Sing: Cem was asked and has not answered yet.",
        ]

    def test_actions_are_handed_over_as_options(self, room):
        made = room(PLAN, {"id": "vote", "activity": "poll", "options_from": "item:plan"})
        add(made, "Bake")
        add(made, "Sing")
        made.do("open", "vote")
        assert [option.label["und"] for option in made.inside("vote").options] == ["Bake", "Sing"]


class TestCarriedOver:
    @pytest.fixture
    def later(self, room):
        made = room({**PLAN, "carried": [LEFT, {"what": "Write to the mayor"}]})
        made.do("name", by="ada", named="yes")
        return made

    def test_they_stand_first_and_say_where_they_come_from(self, later):
        add(later, "Bake")
        assert [one.what for one in later.inside("plan").ordered()] == ["Find a room", "Write to the mayor", "Bake"]
        old, new, _ = later.activity("plan").record(later.inside("plan"), ENGLISH, spoken)
        assert old.rows[0][2] == "last time: C1"
        assert old.rows[0][-1] == "nobody yet (agreed on 2026-05-04)"
        assert [row[1] for row in new.rows] == ["Bake"]

    def test_anybody_says_what_became_of_them(self, later):
        move(later, "status", by="ben", status="done", note="We meet in the library")
        assert action(later).standing == "done"

    def test_what_is_still_to_be_done_goes_on(self, later, room):
        add(later, "Bake", by="ada", who="me", until="2027-01-01")
        move(later, "status", by="ben", action="a2", status="dropped")
        left = list(later.activity("plan").carries(later.inside("plan")))
        assert [(one["what"], one.get("person", ""), one["id"]) for one in left] == [
            ("Find a room", "c1", "a1"),
            ("Bake", "ada", "a3"),
        ]
        third = room({**PLAN, "carried": left})
        assert [one.what for one in third.inside("plan").ordered()] == ["Find a room", "Bake"]

    @pytest.mark.parametrize(
        "left", [3, ["x"], [{"what": ""}], [{"what": "x", "until": 3}], [{"what": "x", "status": "y"}]]
    )
    def test_an_agenda_that_makes_no_sense(self, room, left):
        with pytest.raises(AgendaError, match="carried"):
            room({**PLAN, "carried": left})


class TestInSentences:
    def told(self, made, method, *before):
        return list(getattr(made.activity("plan"), method)(*before, made.inside("plan"), ENGLISH, spoken))

    def test_what_came_of_it(self, room):
        made = room({**PLAN, "carried": [LEFT, LEFT]})
        move(made, "status", by="ben", status="done")
        assert self.told(made, "gist") == [
            "1 action is to be done, 0 of them with a person and a day.",
            "Earlier agreements: 1 of 2 done.",
        ]
        add(made, by=FACILITATOR, until="2027-01-01", who="ada", sure="yes")
        assert self.told(made, "gist")[0] == "2 actions are to be done, 1 of them with a person and a day."

    def test_nothing_came_of_it(self, plan):
        assert self.told(plan, "gist") == ["No action was agreed."]
        assert list(plan.activity("plan").doubts(plan.inside("plan"), ENGLISH)) == ["No action was agreed."]

    def test_what_people_did_counts_each_action_once(self, plan):
        for name in ("ada", "ben"):
            add(plan, by=name)
        for name in ("take", "release", "take"):
            move(plan, name, by="ada")
        move(plan, "withdraw", by="ben", action="a2")
        assert self.told(plan, "course", plan.log) == [
            "2 actions were put down.",
            "1 action was taken on.",
            "1 action was given back.",
            "1 action was withdrawn.",
        ]

    @pytest.mark.parametrize(("zone", "until", "past"), [
        ("UTC", "2026-11-22", True), ("UTC", "2026-11-23", False), ("Pacific/Kiritimati", "2026-11-23", True),
        ("Pacific/Kiritimati", "2026-11-24", False), ("UTC", "", False),
    ])  # fmt: skip
    def test_a_day_that_is_past_where_it_is_put_down(self, plan, zone, until, past):
        add(plan, by="ada", who="me", until=until)
        doubts = list(plan.activity("plan").doubts(plan.inside("plan"), Text("en", zone=ZoneInfo(zone))))
        assert any("before the one on which" in doubt for doubt in doubts) == past
        assert any("no day" in doubt for doubt in doubts) == (not until)

    def test_a_day_from_an_earlier_session_may_be_past(self, room):
        made = room({**PLAN, "carried": [LEFT]})
        doubts = list(made.activity("plan").doubts(made.inside("plan"), ENGLISH))
        assert doubts == ["Nobody is responsible (number in the plan): 1."]


def test_a_log_of_another_hand_does_not_break_the_plan(plan):
    plan.record("actions.action_added", "plan", action="a1", what="x", until="soon")
    plan.record("actions.status_set", "plan", action="a1", status="perfect")
    plan.record("actions.person_committed", "plan", action="a77", seat="ada")
    assert (action(plan).until, action(plan).status) == ("", Status.PLANNED)


def test_slips_of_paper_keep_their_channel(plan):
    plan.do("add", "plan", channel=Channel.PAPER, what="Bake")
    assert action(plan).channel is Channel.PAPER


moves = st.tuples(
    st.sampled_from(["add", "take", "release", "join", "leave", "ask", "decline", "withdraw", "status", "change"]),
    st.sampled_from(["ada", "ben", FACILITATOR]),
    st.sampled_from(["a1", "a2", "a3"]),
    st.sampled_from(["ada", "cem"]),
    st.sampled_from(["planned", "done"]),
)


@given(st.lists(moves, max_size=30))
def test_an_action_has_one_person_at_most_who_is_no_helper_and_every_action_is_in_the_rows(room, sequence):
    made = room(PLAN)
    for seat in ("ada", "ben"):
        made.do("name", by=seat, named="yes")
    for name, by, which, seat, status in sequence:
        try:
            made.do(name, "plan", by=by, action=which, seat=seat, status=status, what=f"{name} {seat}")
        except Refused as refusal:
            assert refusal.why in {Why.TAKEN, Why.INVALID, Why.NOT_ALLOWED}  # noqa: PT017 - most are not refused
    for one in made.inside("plan").actions.values():
        assert not (one.seat and one.asked)
        assert one.seat not in one.helpers
        assert len(set(one.helpers)) == len(one.helpers)
    added = [event.data["action"] for event in made.log if event.name == "actions.action_added"]
    assert [row["id"] for row in made.activity("plan").rows(made.inside("plan"))] == added
