"""The activity "raci": who answers for a task, who does it, who is asked and who is told; two rules are watched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.raci.state import FLAWS, MOST_TASKS, Flaw, Holder, Part
from workshop_kit.core.activity import Audience, Person
from workshop_kit.core.document import Bullets, Table
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Text

WHO = {"id": "who", "activity": "raci", "options": [{"id": "room", "label": "Book a room"}, "Write the letter"]}
BOARD = {"id": "board", "activity": "roles", "options": [{"id": "host", "label": "Host"}, "Note-taker"]}
ENGLISH = Text("en")


def seated(made):
    for seat in ("ada", "ben"):
        made.do("name", by=seat, named="yes")
    return made


@pytest.fixture
def who(room):
    """A matrix of two tasks; ada and ben are known by name."""
    return seated(room(WHO))


def take(made, seat, **parts):
    return made.do("take", "who", by=seat, **{f"part.{task}": part for task, part in parts.items()})


def parts(made, task="room"):
    found = made.inside("who").task(task)
    return {holder.seat or holder.role: found.parts[holder].value for holder in found.order}


def people(seat, _):
    return seat.title()


def test_a_form_is_taken_whole(who):
    assert len(take(who, "ada", room="A", o2="R")) == 2
    assert take(who, "ada", room="A", o2="R") == ()
    take(who, "ada", room="C", o2="")
    assert (parts(who), parts(who, "o2")) == ({"ada": "C"}, {})


def test_exactly_one_is_accountable_and_somebody_does_it(who):
    def flaws():
        return who.inside("who").task("room").flaws

    assert flaws() == (Flaw.NOBODY_ANSWERS, Flaw.NOBODY_DOES)
    take(who, "ada", room="A")
    assert flaws() == (Flaw.NOBODY_DOES,)
    take(who, "ben", room="R")
    assert flaws() == ()
    take(who, "ada", room="AR")
    take(who, "ben", room="I")
    assert flaws() == ()


def test_the_accountability_moves_only_on_purpose(who, assert_refused):
    take(who, "ada", room="AR")
    for part in ("A", "AR"):
        with assert_refused(Why.TAKEN, "part.room"):
            take(who, "ben", room=part, o2="R")
    assert parts(who, "o2") == {}
    take(who, "ben", room="R")
    who.do("move", "who", task="room", holder="seat/ben")
    assert parts(who) == {"ada": "R", "ben": "AR"}
    assert who.do("move", "who", task="room", holder="seat/ben") == ()
    take(who, "ben", room="")
    take(who, "ada", room="A")
    who.do("move", "who", task="room", holder="seat/cem")
    assert parts(who) == {"cem": "A"}


def test_the_facilitator_enters_for_anybody_and_for_roles(room):
    made = seated(room(BOARD, WHO | {"roles_from": "item:board"}))
    made.do("open", "who")
    made.do("take", "who", holder="role/host", task="room", part="A")
    made.do("take", "who", holder="seat/cem", **{"part.room": "R"})
    made.do("take", "who", by="ben", channel=Channel.HANDS, task="o2", part="C")
    assert parts(made) == {"host": "A", "cem": "R"}
    assert parts(made, "o2") == {"ben": "C"}
    made.do("take", "who", holder="role/host", task="room", part="")
    assert parts(made) == {"cem": "R"}


def test_tasks_are_added_dropped_and_put_back_and_the_next_round_has_them(who):
    who.do("add-task", "who", label="  Sweep\nup ")
    assert [task.id for task in who.inside("who").shown] == ["room", "o2", "t3"]
    take(who, "ada", t3="R", room="A")
    who.do("drop", "who", task="room")
    assert [task.id for task in who.view("who").tasks] == ["o2", "t3"]
    assert [task.id for task in who.view("who", Audience.FACILITATOR).dropped] == ["room"]
    who.do("restore", "who", task="room")
    assert parts(who) == {"ada": "A"}
    who.do("next-round", "who")
    assert [task.id for task in who.inside("who").shown] == ["room", "o2", "t3"]
    assert parts(who, "t3") == {}


def test_tasks_may_all_be_typed_or_come_from_an_earlier_item(room):
    made = room({"id": "who", "activity": "raci"})
    made.do("add-task", "who", label="Bake")
    assert [task.label for task in made.inside("who").shown] == [{"und": "Bake"}]
    made = room({"id": "cards", "activity": "ideas"}, WHO | {"options": [], "options_from": "item:cards"})
    made.do("add", "cards", by="ada", text="Sing")
    made.do("open", "who")
    assert [task.label for task in made.inside("who").shown] == [{"und": "Sing"}]


class TestRefusals:
    def test_nobody_takes_a_part_without_a_name(self, who, assert_refused):
        with assert_refused(Why.INVALID, "name"):
            take(who, "cem", room="R")
        assert take(who, "cem", room="") == ()

    def test_what_is_no_part_or_no_task(self, who, assert_refused):
        for part in ("X", "RA", "a", "0"):
            with assert_refused(Why.INVALID, "part.room"):
                take(who, "ada", room=part)
        with assert_refused(Why.INVALID, "part.nothing"):
            take(who, "ada", nothing="R")
        with assert_refused(Why.INVALID, "task"):
            who.do("take", "who", by="ada", task="nothing", part="R")
        who.do("drop", "who", task="room")
        with assert_refused(Why.INVALID, "part.room"):
            take(who, "ada", room="R")

    @pytest.mark.parametrize("holder", ["", "role/boss", "seat/", "person/ada", "ada"])
    def test_the_facilitator_says_whose_it_is(self, who, assert_refused, holder):
        with assert_refused(Why.INVALID, "holder"):
            who.do("take", "who", holder=holder, task="room", part="R")

    def test_only_the_facilitator_moves_and_lists(self, who, assert_refused):
        for command in ("move", "add-task", "drop", "restore"):
            with assert_refused(Why.NOT_ALLOWED):
                who.do(command, "who", by="ada", task="room", holder="seat/ada", label="x")

    def test_tasks_that_cannot_be_added(self, who, assert_refused):
        for label in ("", " \n ", "x" * 201, "Book a room"):
            with assert_refused(Why.INVALID, "label"):
                who.do("add-task", "who", label=label)
        for number in range(MOST_TASKS - 2):
            who.do("add-task", "who", label=f"Task {number}")
        with assert_refused(Why.INVALID, "label"):
            who.do("add-task", "who", label="One more")

    def test_where_only_roles_have_parts(self, room, assert_refused):
        made = seated(room(WHO | {"people": False, "roles": ["Board"]}))
        with assert_refused(Why.NOT_ALLOWED):
            take(made, "ada", room="R")
        assert not made.view("who", Audience.SEAT, "ada").takes

    def test_unknown_and_late(self, who, assert_refused):
        with assert_refused(Why.UNKNOWN):
            who.do("inherit", "who", by="ada")
        who.do("close", "who")
        with assert_refused(Why.CLOSED):
            take(who, "ada", room="R")

    @pytest.mark.parametrize(
        ("changed", "told"),
        [({"options": ["x"] * 101}, "100 tasks"), ({"people": "no"}, "people"), ({"roles": 3}, "roles")],
    )
    def test_an_agenda_that_makes_no_sense(self, agenda, changed, told):
        with pytest.raises(AgendaError, match=told):
            agenda(WHO | changed)


def test_what_a_viewer_sees(who):
    take(who, "ada", room="A")
    view = who.view("who", Audience.SEAT, "ada")
    assert (view.mine, view.takes, view.lacking) == ({"room": Part.ACCOUNTABLE}, True, 2)
    assert who.view("who").mine == {}


def test_rows_are_tidy(who):
    take(who, "ada", room="AR")
    kind = who.activity("who")
    rows = list(kind.rows(who.inside("who")))
    assert all(tuple(row) == kind.columns for row in rows)
    assert [(row["holder"], row["part"], row["flaws"]) for row in rows] == [
        (Person("ada"), "AR", ""),
        (None, None, "nobody-accountable nobody-responsible"),
    ]


def test_the_minutes_have_table_warnings_grid_and_legend(room):
    made = seated(room(WHO | {"roles": [{"id": "board", "label": "Board"}]}))
    kind = made.activity("who")
    take(made, "ada", room="AR")
    made.do("take", "who", holder="role/board", task="room", part="I")
    state = made.inside("who")
    blocks = list(kind.record(state, ENGLISH, people))
    by_part, grid = (block for block in blocks if isinstance(block, Table))
    assert by_part.head == ("Task", "Responsible (R)", "Accountable (A)", "Consulted (C)", "Informed (I)")
    assert by_part.rows == (("Book a room", "Ada", "Ada", "–", "Board"), ("Write the letter", *"––––"))
    assert (grid.head, grid.rows[0]) == (("Task", "Board", "Ada"), ("Book a room", "I", "A + R"))
    (broken,) = (block for block in blocks if isinstance(block, Bullets))
    assert broken.items == ("Write the letter: Nobody is accountable. Nobody is responsible.",)
    assert "R: does it (responsible); A: answers for it (accountable)" in blocks[-2].text
    assert tuple(kind.pending(state, ENGLISH, people)) == broken.items
    assert len(list(kind.doubts(state, ENGLISH))) == 2
    assert list(kind.gist(state, ENGLISH, people)) == [
        "For 1 of 2 tasks it is settled who answers for it and who does it."
    ]
    made.do("move", "who", task="room", holder="seat/ben")
    assert list(kind.course(made.log, made.inside("who"), ENGLISH, people)) == [
        "A part in 1 task was taken.",
        "For 1 task somebody else became accountable.",
    ]


def test_many_people_make_no_grid_and_no_tasks_no_table(room):
    seats = tuple(f"s{n}" for n in range(9))
    made = room(WHO, seats=seats)
    for seat in seats:
        made.do("name", by=seat, named="yes")
        take(made, seat, room="C")
    tables = [b for b in made.activity("who").record(made.inside("who"), ENGLISH, people) if isinstance(b, Table)]
    assert len(tables) == 1
    empty = room({"id": "who", "activity": "raci"})
    assert "No tasks were listed." in str(list(empty.activity("who").record(empty.inside("who"), ENGLISH, people)))


def test_tasks_are_handed_over_as_options(room):
    made = room(WHO, {"id": "vote", "activity": "poll", "options_from": "item:who"})
    made.do("open", "vote")
    assert [option.id for option in made.inside("vote").options] == ["room", "o2"]


def test_an_entry_about_a_task_that_is_gone_changes_nothing(who):
    before = who.inside("who")
    who.record("raci.part_taken", "who", task="gone", part="R", seat="ada")
    who.record("raci.part_taken", "who", task="room", part="Z", seat="ada")
    assert who.inside("who") == before


def test_who_is_meant_reads_as_it_is_written():
    for holder in (Holder(seat="ada"), Holder(role="a/b")):
        assert Holder.read(holder.id) == holder


acts = st.one_of(
    st.tuples(
        st.just("take"), st.sampled_from(["ada", "ben"]), st.sampled_from(["room", "o2"]), st.sampled_from(["", *Part])
    ),
    st.tuples(st.just("move"), st.sampled_from(["ada", "ben"]), st.sampled_from(["room", "o2"]), st.just("")),
)


@given(st.lists(acts, max_size=25))
def test_there_are_never_two_who_answer_for_a_task(room, sequence):
    made = seated(room(WHO))
    for name, seat, task, part in sequence:
        before = {one.id: one.answering for one in made.inside("who").tasks}
        try:
            if name == "move":
                made.do("move", "who", task=task, holder=f"seat/{seat}")
            else:
                made.do("take", "who", by=seat, task=task, part=str(part))
        except Refused as refusal:
            assert refusal.why is Why.TAKEN  # noqa: PT017 - most are not refused
        for one in made.inside("who").tasks:
            assert len(one.answering) <= 1
            assert set(one.order) == set(one.parts)
            if name == "take" and before[one.id] and one.answering:
                assert one.answering == before[one.id], "nobody becomes accountable in another's place unasked"
    assert set(FLAWS) == set(Flaw)
    assert made.do("take", "who", by="ada") == ()
