"""The activity "groups": people are mixed, come late and move; their groups write cards and report."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.activities.groups.state import At, Wish
from workshop_kit.core.activity import FACILITATOR, Audience, Person
from workshop_kit.core.document import Bullets, Table
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.text import LANGUAGES, Text
from workshop_kit.library import voice

SEATS = tuple(f"s{number}" for number in range(1, 10))
GROUPS = {"id": "talk", "activity": "groups", "size": 3, "rounds": 2, "limit": 2, "points": 2, "places": ["Window"]}
ENGLISH = Text("en")


def spoken(seat, _text):
    return seat.upper()


class Public:
    public = True

    def __call__(self, seat, _text):
        return seat.upper()


@pytest.fixture
def waiting(room):
    """Nine people who have not been mixed yet."""
    return room(GROUPS, seats=SEATS)


@pytest.fixture
def talk(waiting):
    waiting.do("mix", "talk")
    return waiting


def state(made):
    return made.inside("talk")


def group_of(made, seat):
    return state(made).now(seat).group


def in_group(made, number, turn=1):
    return state(made).members(At(turn, number))


def sizes(made, turn=1):
    return sorted(Counter(state(made).rounds[turn - 1].values()).values())


def told(made, method, *more, people=spoken):
    return list(getattr(made.activity("talk"), method)(*more, state(made), ENGLISH, people))


class TestMixing:
    def test_as_the_agenda_has_it(self, talk):
        assert (sizes(talk), sizes(talk, 2), state(talk).met_again) == ([3, 3, 3], [3, 3, 3], 0)
        assert state(talk).turn == 1

    def test_as_the_facilitator_wants_it(self, waiting):
        waiting.do("mix", "talk", size="", groups="2", rounds="3", extra="1")
        assert [sizes(waiting, turn) for turn in (1, 2, 3)] == [[5, 5]] * 3
        assert "+1" in state(waiting).people

    def test_a_wanted_number_of_groups_from_the_agenda(self, room):
        made = room({"id": "talk", "activity": "groups", "groups": 4}, seats=SEATS)
        made.do("mix", "talk")
        assert sizes(made) == [2, 2, 2, 3]

    def test_the_lot_hangs_on_the_log_and_is_recorded(self, waiting):
        digest = waiting.state.digest
        [fact] = waiting.do("mix", "talk")
        assert fact.data["seed"] == f"{digest[:16]}/talk"
        [again] = waiting.do("mix", "talk")
        assert again.data["seed"] != fact.data["seed"]

    def test_who_was_removed_is_left_out(self, waiting):
        waiting.do("remove", seat="s1")
        waiting.do("mix", "talk")
        assert "s1" not in state(waiting).people

    def test_nobody_is_here(self, room, assert_refused):
        made = room(GROUPS, seats=())
        with assert_refused(Why.INVALID):
            made.do("mix", "talk")
        made.do("mix", "talk", extra="4")
        assert state(made).people == {"+1", "+2", "+3", "+4"}

    @pytest.mark.parametrize(
        ("field", "value"), [("size", "10"), ("groups", "x"), ("rounds", "0"), ("rounds", "13"), ("extra", "501")]
    )
    def test_wrong_numbers(self, waiting, assert_refused, field, value):
        with assert_refused(Why.INVALID, field):
            waiting.do("mix", "talk", **{field: value})

    @pytest.mark.parametrize(
        "places",
        [
            "",
            "[]",
            "{}",
            '{"s1": []}',
            '{"s1": [1], "s2": [1, 1]}',
            '{"s1": [1], "s2": [3]}',
            '{"s1": [1], "s2": [1], "s3": [1], "s4": [2]}',
            '{"s1": [0], "s2": [1]}',
        ],
    )
    def test_what_is_no_mix_is_refused(self, waiting, assert_refused, places):
        with assert_refused(Why.INVALID, "places"):
            waiting.do("mix", "talk", groups="2", places=places)

    def test_not_while_groups_write(self, talk, assert_refused):
        talk.do("add", "talk", by="s1", text="A card")
        with assert_refused(Why.TAKEN):
            talk.do("mix", "talk")

    def test_together_and_apart(self, waiting, assert_refused):
        for other, wish in (("s2", "together"), ("s3", "apart"), ("s4", "apart"), ("s4", "none")):
            waiting.do("wish", "talk", seat="s1", other=other, wish=wish)
        assert waiting.do("wish", "talk", seat="s2", other="s1", wish="together") == ()
        assert set(state(waiting).wishes.values()) == {Wish.TOGETHER, Wish.APART}
        waiting.do("mix", "talk")
        for turn in (0, 1):
            places = state(waiting).rounds[turn]
            assert places["s1"] == places["s2"] != places["s3"]
        assert len(waiting.view("talk", Audience.FACILITATOR).wishes) == 2
        assert waiting.view("talk", Audience.SEAT, "s1").wishes == ()
        with assert_refused(Why.INVALID, "other"):
            waiting.do("wish", "talk", seat="s1", other="s1", wish="apart")
        with assert_refused(Why.INVALID, "wish"):
            waiting.do("wish", "talk", seat="s1", other="s2", wish="love")

    def test_only_the_facilitator(self, talk, assert_refused):
        for name in ("mix", "wish", "move", "turn", "present", "hide", "show"):
            with assert_refused(Why.NOT_ALLOWED):
                talk.do(name, "talk", by="s1")
        with assert_refused(Why.UNKNOWN):
            talk.do("dance", "talk", by="s1")


class TestComingAndMoving:
    def test_who_comes_late_is_in_the_smallest_group_of_every_round(self, talk):
        talk.do("join", by="late")
        assert group_of(talk, "late") == 1
        talk.do("join", by="later")
        assert group_of(talk, "later") == 2
        assert (sizes(talk), sizes(talk, 2)) == ([3, 4, 4], [3, 4, 4])
        assert talk.log[-1].name == "groups.member_placed"

    def test_only_while_the_step_is_open_and_mixed(self, waiting):
        waiting.do("join", by="early")
        assert waiting.log[-1].name == "seat.joined"
        waiting.do("mix", "talk")
        waiting.do("close", "talk")
        waiting.do("join", by="late")
        assert state(waiting).now("late") is None

    def test_who_has_no_group_asks_for_one(self, talk):
        talk.do("close", "talk")
        talk.do("join", by="late")
        talk.do("open", "talk")
        talk.do("come", "talk", by="late")
        assert talk.do("come", "talk", by="late") == ()
        assert group_of(talk, "late") == 1

    def test_changing_the_language_moves_nobody(self, talk):
        assert [fact.name for fact in talk.do("join", by="s1", lang="de")] == ["seat.language_chosen"]

    def test_a_person_moves_in_this_round(self, talk, assert_refused):
        before = state(talk).rounds[1]["s1"]
        other = group_of(talk, "s1") % 3 + 1
        talk.do("move", "talk", member="s1", group=str(other))
        assert talk.do("move", "talk", member="s1", group=str(other)) == ()
        assert (group_of(talk, "s1"), state(talk).rounds[1]["s1"]) == (other, before)
        for field, value in (("member", "nobody"), ("group", "4"), ("group", "0")):
            with assert_refused(Why.INVALID, field):
                talk.do("move", "talk", **{"member": "s1", "group": "1", field: value})

    def test_rounds(self, talk, assert_refused):
        talk.do("turn", "talk", turn="2")
        assert talk.do("turn", "talk", turn="2") == ()
        assert state(talk).turn == 2
        talk.do("turn", "talk", turn="1")
        for turn in ("0", "3", "x", ""):
            with assert_refused(Why.INVALID, "turn"):
                talk.do("turn", "talk", turn=turn)

    def test_a_round_has_its_time(self, room):
        made = room({**GROUPS, "round_minutes": 7}, seats=SEATS)
        made.do("mix", "talk")
        assert [fact.name for fact in made.do("turn", "talk", turn="2")] == ["groups.turn_begun", "item.timer_set"]
        assert made.state.items["talk"].until is not None


class TestWriting:
    def test_a_card_is_on_the_wall_of_ones_group_alone(self, talk):
        talk.do("add", "talk", by="s1", text="Ours")
        ours, others = in_group(talk, group_of(talk, "s1")), set(SEATS) - set(in_group(talk, group_of(talk, "s1")))
        for seat in ours:
            assert [card.text for card in talk.view("talk", Audience.SEAT, seat).own.cards] == ["Ours"]
        for seat in others:
            assert talk.view("talk", Audience.SEAT, seat).own.cards == ()
        assert "Ours" not in str(talk.view("talk"))
        talk.do("turn", "talk", turn="2")
        assert talk.view("talk", Audience.SEAT, "s1").own.cards == ()

    def test_only_so_many_and_some_come_back(self, talk, assert_refused):
        for text in ("One", "Two"):
            talk.do("add", "talk", by="s1", text=text)
        with assert_refused(Why.INVALID):
            talk.do("add", "talk", by="s1", text="Three")
        with assert_refused(Why.NOT_ALLOWED, "card"):
            talk.do("withdraw", "talk", by="s2", card="c1")
        talk.do("withdraw", "talk", by="s1", card="c1")
        talk.do("add", "talk", by="s1", text="Three")
        talk.do("hide", "talk", card="c2")
        with assert_refused(Why.INVALID, "card"):
            talk.do("hide", "talk", card="c2")
        assert [card.id for card in talk.view("talk", Audience.FACILITATOR).hidden] == ["c2"]
        talk.do("show", "talk", card="c2")
        assert [card.text for card in state(talk).wall(state(talk).now("s1"))] == ["Two", "Three"]

    @pytest.mark.parametrize(
        ("name", "text"), [("add", " "), ("add", "x" * 281), ("report", ""), ("report", "x" * 1001)]
    )
    def test_refusals(self, talk, assert_refused, name, text):
        with assert_refused(Why.INVALID, "text"):
            talk.do(name, "talk", by="s1", text=text)

    def test_without_a_group_nobody_writes(self, waiting, assert_refused):
        for by in ("s1", FACILITATOR):
            with assert_refused(Why.NOT_ALLOWED):
                waiting.do("add", "talk", by=by, text="A card", group="1")

    def test_the_facilitator_writes_for_a_group(self, talk, assert_refused):
        talk.do("add", "talk", text="On paper", group="2")
        assert [card.text for card in state(talk).wall(At(1, 2))] == ["On paper"]
        with assert_refused(Why.INVALID, "group"):
            talk.do("add", "talk", text="On paper", group="9")

    def test_any_member_writes_the_report_and_nobody_overwrites_another(self, talk, assert_refused):
        one, other, *_ = in_group(talk, 1)
        talk.do("report", "talk", by=one, text="First\n\n Second ")
        assert state(talk).reports[At(1, 1)].points == ("First", "Second")
        for rev in ("", "0", "2"):
            with assert_refused(Why.TAKEN, "text"):
                talk.do("report", "talk", by=other, text="Mine", rev=rev)
        talk.do("report", "talk", by=other, text="First\nand mine", rev="1")
        assert talk.do("report", "talk", by=one, text="First\nand mine", rev="1") == ()
        assert talk.view("talk", Audience.SEAT, one).own.points == ("First", "and mine")

    def test_a_report_has_so_many_points(self, talk, assert_refused, room):
        with assert_refused(Why.INVALID, "text"):
            talk.do("report", "talk", by="s1", text="1\n2\n3")
        made = room({**GROUPS, "points": 0}, seats=SEATS)
        made.do("mix", "talk")
        with assert_refused(Why.INVALID, "text"):
            made.do("report", "talk", by="s1", text="1")

    def test_groups_are_shown_one_after_another(self, talk, assert_refused):
        talk.do("report", "talk", by=in_group(talk, 2)[0], text="A point")
        assert talk.view("talk").groups[1].points == ()
        talk.do("present", "talk", group="2")
        assert talk.do("present", "talk", group="2") == ()
        assert talk.view("talk").presented.points == ("A point",)
        talk.do("present", "talk", group="0")
        assert talk.view("talk").presented is None
        with assert_refused(Why.INVALID, "group"):
            talk.do("present", "talk", group="4")

    @pytest.mark.parametrize("lang", list(LANGUAGES))
    def test_refusals_speak_both_languages(self, talk, lang):
        with pytest.raises(Refused) as caught:
            talk.do("report", "talk", by="s1", text="1\n2\n3")
        assert caught.value.told(voice(lang)).count("2") == 1
        assert (str(caught.value) == caught.value.told(voice(lang))) is (lang == "en")


class TestTold:
    def test_rows(self, talk):
        talk.do("add", "talk", by="s1", text="A card")
        talk.do("report", "talk", by="s1", text="A point", rev="0")
        kind = talk.activity("talk")
        rows = list(kind.rows(state(talk)))
        assert all(tuple(row) == kind.columns for row in rows)
        assert Counter((row["kind"], row["turn"]) for row in rows) == {
            ("member", 1): 9,
            ("member", 2): 9,
            ("card", 1): 1,
            ("report", 1): 1,
        }
        assert {row["person"] for row in rows if row["kind"] == "member"} == {Person(seat) for seat in SEATS}

    def test_what_later_steps_take_over(self, talk):
        talk.do("add", "talk", by="s1", text="A card")
        talk.do("report", "talk", by="s1", text="A point\nAnother")
        group = group_of(talk, "s1")
        offered = {option.id: talk_text(option) for option in talk.activity("talk").offers(state(talk))}
        assert offered == {f"r1-{group}-1": "A point", f"r1-{group}-2": "Another", "c1": "A card"}

    def test_the_record(self, talk):
        one = in_group(talk, 1)[0]
        talk.do("add", "talk", by=one, text="A card")
        talk.do("report", "talk", by=one, text="A point")
        first, lot, _, table, heading, *said = told(talk, "record")
        assert first.text == "9 people in 3 groups, 2 rounds. Nobody meets anybody a second time."
        assert state(talk).seed in lot.text
        names = ", ".join(seat.upper() for seat in in_group(talk, 1))
        assert table.rows[0] == ("Group 1 (Window)", "3", names)
        assert heading.text == "Group 1 (Window): 3 people"
        assert [block.items for block in said if isinstance(block, Bullets)] == [("A point",), ("A card",)]

    def test_in_public_nobody_is_told_who_was_with_whom(self, talk):
        tables = [block for block in told(talk, "record", people=Public()) if isinstance(block, Table)]
        assert tables[0].rows == (("Group 1 (Window)", "3"), ("Group 2", "3"), ("Group 3", "3"))
        assert "S1" not in str(told(talk, "record", people=Public()))

    def test_who_meets_twice_is_told(self, room):
        made = room({"id": "talk", "activity": "groups", "groups": 1, "rounds": 2}, seats=("s1", "s2", "s3"))
        made.do("mix", "talk")
        assert "3 pairs meet a second time." in told(made, "record")[0].text
        assert made.view("talk").met_again == 3

    def test_in_sentences(self, talk, waiting):
        talk.do("join", by="late")
        talk.do("add", "talk", by="s1", text="A card")
        talk.do("report", "talk", by="s1", text="A point")
        assert told(talk, "gist") == [
            "10 people in 3 groups, 2 rounds.",
            "1 card was written in groups.",
            "1 group wrote what it reports.",
        ]
        assert told(talk, "course", talk.log)[1] == "1 person came late or changed groups."
        assert told(talk, "pending") == ["2 groups have not reported."]
        assert list(talk.activity("talk").doubts(state(talk), ENGLISH)) == ["2 groups have not reported."]

    def test_no_groups(self, waiting):
        assert told(waiting, "record")[0].text == "No groups were made."
        assert told(waiting, "gist") == ["No groups were made."]


def talk_text(option):
    return next(iter(option.label.values()))


@pytest.mark.parametrize(
    "wrong", [{"size": 1}, {"groups": -1}, {"rounds": 13}, {"points": 21}, {"limit": 0}, {"size": "four"}]
)
def test_wrong_settings(room, wrong):
    with pytest.raises(AgendaError, match=next(iter(wrong))):
        room({**GROUPS, **wrong})


def test_a_log_of_another_hand_does_not_break_it(waiting):
    waiting.record("groups.member_placed", "talk", seat="s1", group=1)
    waiting.record("groups.card_added", "talk", card="c1", turn=1, group=1, text="x")
    waiting.record("groups.report_written", "talk", turn=3, group=1, text="x")
    waiting.record("groups.mixed", "talk", seed="", groups=2, places={"s1": [3]})
    waiting.record("groups.mixed", "talk", seed="", groups=2, places={"s1": [1], "s2": []})
    waiting.record("groups.mixed", "talk", seed="", groups=2, places={})
    waiting.record("groups.turn_begun", "talk", turn=2)
    waiting.record("groups.group_presented", "talk", group=2)
    waiting.record("groups.wish_noted", "talk", seat="s1", other="s1", wish="apart")
    waiting.record("groups.card_hidden", "talk", card="c9")
    assert state(waiting).turn == 0
    assert not state(waiting).cards


moves = st.tuples(
    st.sampled_from(["mix", "come", "move", "turn", "add", "report", "withdraw", "join", "present", "wish"]),
    st.sampled_from(["s1", "s2", "n1", "n2", FACILITATOR]),
    st.integers(0, 4),
)


@settings(max_examples=60)
@given(st.lists(moves, max_size=25))
def test_everybody_is_in_one_group_a_round_whatever_happens(room, sequence):
    made = room(GROUPS, seats=SEATS[:5])
    joined = set(SEATS[:5])
    for name, by, number in sequence:
        person = f"s{number}"
        fields = {"group": str(number), "turn": str(number), "member": person, "text": f"{name} {number}"}
        fields |= {"card": f"c{number}", "rev": str(number), "seat": person, "other": "s1", "wish": "apart"}
        try:
            if name == "join":
                joined |= {by} if by != FACILITATOR else set()
                made.do("join", by=by) if by != FACILITATOR else None
            elif name == "mix":
                made.do("mix", "talk", by=by)
            elif by in joined | {FACILITATOR}:
                made.do(name, "talk", by=by, **fields)
        except Refused as refusal:
            assert refusal.why in {Why.INVALID, Why.NOT_ALLOWED, Why.TAKEN}  # noqa: PT017 - most are not refused
    after = state(made)
    for turn in range(1, len(after.rounds) + 1):
        members = [person for at in after.groups(turn) for person in after.members(at)]
        assert sorted(members) == sorted(after.rounds[turn - 1])
    written = [event.data["card"] for event in made.log if event.name == "groups.card_added"]
    rows = list(made.activity("talk").rows(after))
    assert sorted(row["id"] for row in rows if row["kind"] == "card") == sorted(written)
