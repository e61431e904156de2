"""The fold: steps, seats and hand-overs; and that no sequence of commands leads out of what the log can say."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from workshop_kit.core.activity import FACILITATOR, Actor, Audience, Command
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import Channel, Event, Fact, Span
from workshop_kit.core.session import fold
from workshop_kit.core.state import Phase, Reopening, SessionState
from workshop_kit.core.steering import LONGEST_REASON, LONGEST_TIMER
from workshop_kit.store.codec import data_of, data_text, verified

COLLECT = {"id": "collect", "activity": "ideas"}
SORT = {"id": "sort", "activity": "ideas", "factors": ["Place", "People"], "ideas_from": "item:collect"}
VOTE = {"id": "vote", "activity": "poll", "rule": "dots", "options": ["A", "B", "C"], "minutes": 2}
PICK = {"id": "pick", "activity": "poll", "rule": "choice", "options_from": "item:sort"}
BOARD = {"id": "board", "activity": "roles", "options": ["Host", {"id": "o2", "label": "Note-taker", "places": 2}]}
READ = {"id": "read", "activity": "info", "points": ["Welcome"]}
ALL = (COLLECT, SORT, VOTE, PICK, BOARD, READ)


def phases(room):
    return {name: item.phase for name, item in room.state.items.items() if item.phase is not Phase.PLANNED}


def names(facts):
    return [fact.name for fact in facts]


class TestSeats:
    def test_people_are_numbered_as_they_join(self, room):
        state = room(VOTE, seats=("zoe", "ada")).state
        assert [(seat.id, seat.number) for seat in sorted(state.seats.values(), key=lambda s: s.number)] == [
            ("zoe", 1),
            ("ada", 2),
        ]

    def test_joining_again_changes_nothing_but_the_language(self, room):
        made = room(VOTE)
        assert made.do("join", by="ada", lang="en") == ()
        assert names(made.do("join", by="ada", lang="de")) == ["seat.language_chosen"]
        assert made.state.seats["ada"].lang == "de"
        assert len(made.state.seats) == 3

    def test_an_unknown_language_becomes_the_sessions(self, room):
        made = room(VOTE)
        made.do("join", by="dua", lang="<b>")
        assert made.state.seats["dua"].lang == made.state.info.lang == "en"

    @pytest.mark.parametrize(("name", "item"), [("cast", "vote"), ("name", ""), ("open", "vote"), ("dance", "nowhere")])
    def test_without_a_seat_nobody_acts(self, room, assert_refused, name, item):
        with assert_refused(Why.NOT_ALLOWED):
            room(VOTE).do(name, item, by="stranger")

    def test_the_log_tells_that_a_name_is_known_and_not_which(self, room):
        made = room(VOTE)
        assert made.do("name", by="ada", name="Ada Lovelace", named="yes") == (Fact("seat.named", {"named": True}),)
        assert (made.state.seats["ada"].named, made.state.seats["ben"].named) == (True, False)
        made.do("name", by="ada")
        assert (made.state.seats["ada"].named, made.state.naming) == (False, 2)


class TestSteps:
    @pytest.mark.parametrize("step", ["open", "close", "reveal", "next-round", "timer"])
    def test_only_the_facilitator_moves_the_session_on(self, room, assert_refused, step):
        with assert_refused(Why.NOT_ALLOWED):
            room(VOTE, READ).do(step, "read", by="ada")

    def test_unknown_items_and_commands_are_refused(self, room, assert_refused):
        made = room(VOTE)
        with assert_refused(Why.UNKNOWN):
            made.do("open", "lunch")
        with assert_refused(Why.UNKNOWN):
            made.do("dance")
        with assert_refused(Why.UNKNOWN):
            made.do("announce", by="ada", url="https://example.org")

    def test_too_early_and_too_late_are_refused(self, room, assert_refused):
        made = room(VOTE, opened=False)
        with assert_refused(Why.CLOSED) as early:
            made.cast("vote", "ada", o1=1)
        made.do("open", "vote")
        made.cast("vote", "ada", o1=1)
        made.do("close", "vote")
        with assert_refused(Why.CLOSED) as late:
            made.cast("vote", "ada", o1=2)
        assert "not been opened yet" in str(early.value)
        assert "closed" in str(late.value)

    def test_opening_a_step_closes_the_one_before(self, room):
        made = room(VOTE, READ)
        assert [(fact.name, fact.item) for fact in made.do("open", "read")] == [
            ("item.closed", "vote"),
            ("item.opened", ""),
        ]
        assert phases(made) == {"vote": Phase.CLOSED, "read": Phase.OPEN}
        assert made.state.current_item.spec.id == "read"

    def test_opening_an_open_step_changes_nothing(self, room):
        assert room(VOTE).do("open", "vote") == ()

    def test_closing_a_closed_step_changes_nothing(self, room):
        made = room(VOTE)
        assert names(made.do("close", "vote")) == ["item.closed"]
        assert made.do("close", "vote") == ()

    def test_a_new_round_keeps_the_old_one(self, room):
        made = room(VOTE)
        made.cast("vote", "ada", o1=3)
        assert names(made.do("next-round", "vote")) == ["item.closed", "item.round_started"]
        item = made.state.items["vote"]
        assert (item.round, item.phase, item.revealed) == (2, Phase.OPEN, False)
        assert [dict(past.ballots["ada"].value) for past in item.past] == [{"o1": 3}]
        assert not item.state.ballots

    def test_a_new_round_closes_what_is_open_elsewhere(self, room):
        made = room(VOTE, READ)
        made.do("open", "read")
        made.do("next-round", "vote")
        assert phases(made) == {"vote": Phase.OPEN, "read": Phase.CLOSED}

    def test_a_first_round_is_opened_with_what_earlier_steps_hand_over(self, room):
        made = room(COLLECT, SORT)
        made.do("add", "collect", by="ada", text="Bread")
        with suppress(Refused):  # to refuse it is as good as to open it well
            made.do("next-round", "sort")
            assert len(made.inside("sort").ideas) == 1
        assert made.state.items["sort"].round == 1

    def test_a_step_that_takes_over_waits_for_its_opening(self, room, assert_refused):
        with assert_refused(Why.CLOSED):
            room(COLLECT, SORT).do("add", "sort", text="Too early")

    def test_what_is_handed_over_stays_when_the_step_is_opened_again(self, room):
        made = room(COLLECT, SORT)
        made.do("add", "collect", by="ada", text="Bread")
        made.do("open", "sort")
        made.do("open", "collect")
        made.do("add", "collect", by="ada", text="Butter")
        made.do("open", "sort")
        assert [idea.label["und"] for idea in made.inside("sort").ideas.values()] == ["Bread"]

    def test_times_of_opening_and_closing_are_the_logs(self, room):
        made = room(VOTE, READ, opened=False)
        opened = made.clock.now
        made.do("open", "vote")
        made.clock.advance(90)
        made.do("open", "read")
        item = made.state.items["vote"]
        assert (item.opened_at, item.closed_at) == (opened, made.clock.now)
        assert (made.state.began_at, made.state.ended_at) == (opened, made.clock.now)

    def test_the_address_is_announced_once(self, room):
        made = room(VOTE)
        assert len(made.do("announce", url="http://192.0.2.7:8000")) == 1
        assert made.do("announce", url="http://192.0.2.7:8000") == ()
        assert made.state.address == "http://192.0.2.7:8000"


class TestReopening:
    def voted(self, room, item=VOTE):
        made = room(item, READ)
        made.cast("vote", "ada", o1=1)
        made.do("close", "vote")
        return made

    def test_a_vote_with_ballots_is_opened_again_with_a_reason_only(self, room, assert_refused):
        made = self.voted(room)
        for reason in ({}, {"reason": "  "}):
            with assert_refused(Why.INVALID, "reason"):
                made.do("open", "vote", **reason)
        with assert_refused(Why.INVALID, "reason"):
            made.do("open", "vote", reason="x" * (LONGEST_REASON + 1))
        made.clock.advance(60)
        (fact,) = made.do("open", "vote", reason="Ben came\nlate")
        assert fact == Fact("item.opened", {"seconds": 120, "reason": "Ben came / late"})
        assert made.state.items["vote"].reopened == (Reopening(1, made.clock.now, "Ben came / late"),)
        assert made.inside("vote").tally.voters == 1

    def test_raised_hands_are_votes_too(self, room, assert_refused):
        made = room(VOTE)
        made.do("room-votes", "vote", **{"value.o1": "2"})
        made.do("close", "vote")
        with assert_refused(Why.INVALID, "reason"):
            made.do("open", "vote")

    def test_where_nobody_voted_and_in_other_steps_it_may_be_left_out(self, room):
        made = room(VOTE, READ)
        made.do("open", "read")
        assert names(made.do("open", "vote")) == ["item.closed", "item.opened"]
        made.do("open", "read")
        assert [item.reopened for item in made.state.items.values()] == [(), ()]

    def test_a_first_opening_and_a_new_round_have_no_reason(self, room):
        made = room(VOTE, opened=False)
        (opened,) = made.do("open", "vote", reason="unasked")
        made.cast("vote", "ada", o1=1)
        made.do("next-round", "vote", reason="unasked")
        assert "reason" not in opened.data
        assert made.state.items["vote"].reopened == ()

    def test_it_belongs_to_its_round(self, room):
        made = self.voted(room)
        made.do("next-round", "vote")
        made.do("close", "vote")
        made.do("open", "vote", reason="The timer ran out")
        assert [again.round for again in made.state.items["vote"].reopened] == [2]


class TestTimer:
    def test_the_timebox_starts_with_the_step_and_ends_with_it(self, room):
        made = room(VOTE)
        assert (made.state.items["vote"].until - made.clock.now).seconds == 120
        made.do("close", "vote")
        assert made.state.items["vote"].until is None

    def test_the_timer_can_be_set_and_stopped(self, room):
        made = room(VOTE)
        made.do("timer", "vote", seconds="30")
        assert (made.state.items["vote"].until - made.clock.now).seconds == 30
        made.do("timer", "vote", seconds="0")
        assert made.state.items["vote"].until is None

    @pytest.mark.parametrize("seconds", ["", "-1", "1.5", "ten", "²", "٣", str(LONGEST_TIMER + 1), "9" * 5000])
    def test_other_values_are_refused(self, room, assert_refused, seconds):
        with assert_refused(Why.INVALID, "seconds"):
            room(VOTE).do("timer", "vote", seconds=seconds)


class TestReveal:
    @pytest.mark.parametrize(
        ("reveal", "shown"),
        [("on_close", [False, True, True]), ("manual", [False, False, True]), ("live", [True, True, True])],
    )
    def test_results_are_shown_when_the_agenda_says(self, room, reveal, shown):
        made = room({**VOTE, "reveal": reveal})

        def seen():
            return [made.view("vote", audience, "ada").tally is not None for audience in (Audience.ROOM, Audience.SEAT)]

        found = [seen()]
        made.do("close", "vote")
        found.append(seen())
        made.do("reveal", "vote")
        found.append(seen())
        assert found == [[each, each] for each in shown]

    def test_to_reveal_an_open_step_closes_it(self, room):
        made = room({**VOTE, "reveal": "manual"})
        assert names(made.do("reveal", "vote")) == ["item.closed", "item.revealed"]
        assert phases(made) == {"vote": Phase.CLOSED}

    def test_the_facilitator_sees_results_at_any_time(self, room):
        made = room(VOTE)
        made.cast("vote", "ada", o1=2)
        assert made.view("vote", Audience.FACILITATOR).tally.lines[0].score == 2


WORDS = ("", "open", "close", "add", "take", "i1", "i2", "i3", "o1", "o2", "o3", "1", "2", "0", "²")
FIELDS = (
    *("text", "factor", "kind", "idea", "into", "reason", "role", "seat", "named", "confirm", "lang", "rev", "ballot"),
    *("voters", "choice", "seconds", "url", "value.o1", "value.o2", "value.i1", "value.", "value.\x00"),
)
NAMES = (
    *(
        "open",
        "close",
        "reveal",
        "next-round",
        "timer",
        "join",
        "name",
        "announce",
        "cast",
        "room-votes",
        "add",
        "like",
    ),
    *("unlike", "withdraw", "assign", "merge", "hide", "show", "take", "confirm", "release", "dance"),
)
fields = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(WORDS) | st.text(max_size=6), max_size=4)
items = st.sampled_from(["", "nowhere", *(item["id"] for item in ALL)])
commands = st.tuples(st.sampled_from(NAMES), items, fields).map(lambda parts: Command(*parts))
likely_commands = st.one_of(
    st.builds(
        lambda step, item: Command(step, item["id"]),
        st.sampled_from(["open", "reveal", "next-round"]),
        st.sampled_from(ALL),
    ),
    st.builds(lambda n: Command("cast", "vote", {"value.o1": str(n)}), st.integers(0, 4)),
    st.builds(lambda text: Command("add", "collect", {"text": text}), st.sampled_from(["Bread", "Salt"])),
    st.builds(lambda idea: Command("merge", "sort", {"idea": idea, "into": "i1"}), st.sampled_from(["i1", "i2"])),
    st.builds(lambda name: Command(name, "board", {"role": "o2"}), st.sampled_from(["take", "confirm", "release"])),
)
actors = st.tuples(st.sampled_from([FACILITATOR, "ada", "ben", "cem", "stranger"]), st.sampled_from(Channel)).map(
    lambda parts: Actor(*parts)
)
steps = st.lists(st.tuples(likely_commands | commands, actors), max_size=30)
json_values = st.none() | st.integers(-3, 9) | st.text(max_size=4) | st.lists(st.text(max_size=2), max_size=2)


@settings(max_examples=150)
@given(steps)
def test_any_sequence_of_commands_is_decided_or_refused_and_replays_to_the_same_state(room, rules, sequence):
    made = room(*ALL)
    for command, actor in sequence:
        seq, facts = made.state.seq, ()
        with suppress(Refused):
            facts = made.do(command.name, command.item, by=actor.id, channel=actor.channel, **command.fields)
        assert made.state.seq == seq + len(facts)
        for item in made.state.items.values():
            for audience in Audience:
                made.view(item.spec.id, audience, "ada")
            list(made.activity(item.spec.id).rows(item.state))
    stored = [msgspec.structs.replace(event, data=data_of(data_text(event.data))) for event in made.log]
    assert fold(rules, stored) == made.state
    assert fold(rules, stored[5:], fold(rules, stored[:5])) == made.state
    assert verified(stored) == (made.state.seq, made.state.digest)


@given(
    name=st.sampled_from(
        ["poll.ballot_burnt", "ideas.idea_lost", "roles.role_swapped", "item.moved", "seat.left", "session.paused"]
    )
    | st.text(max_size=8).map("future.".__add__),
    item=items,
    data=st.dictionaries(st.sampled_from(["idea", "role", "seat", "voter", "value", "x"]), json_values),
)
@example("ideas.idea_lost", "collect", {"idea": ["i1"]})
@example("roles.role_swapped", "board", {})
@example("roles.role_swapped", "board", {"role": "o1", "seat": "ada"})
def test_an_unknown_event_changes_nothing(room, name, item, data):
    made = room(*ALL)
    made.do("add", "collect", by="ada", text="Bread")
    before = made.state
    made.record(name, item, **data)
    assert made.state.seq == before.seq + 1
    known = {key: replace(item, entries=before.items[key].entries) for key, item in made.state.items.items()}
    assert known == before.items  # but for where its entries stand
    assert (made.state.seats, made.state.current, made.state.info) == (before.seats, before.current, before.info)


def test_a_step_says_where_in_the_log_each_of_its_rounds_stands(room):
    made = room(*ALL)
    before = made.state.seq
    for name, item in (("opened", "vote"), ("opened", "collect"), ("closed", "vote"), ("round_started", "vote")):
        made.record(f"item.{name}", item, seats=3)
    assert made.state.item("vote").entries == (Span(before + 1, before + 3, 2), Span(before + 4, before + 4, 1))


def test_an_event_of_an_unknown_item_changes_nothing(room):
    made = room(*ALL)
    before = made.state
    made.record("item.opened", "lunch", seconds=3)
    made.record("poll.ballot_cast", "lunch", voter="ada", value={"o1": 1}, rev=1)
    assert (made.state.items, made.state.current) == (before.items, before.current)
    assert made.state.seq == before.seq + 2


def test_steps_of_a_stranger_change_nothing(room):
    made = room(*ALL)
    made.record("seat.language_chosen", actor="stranger", lang="en")
    made.record("seat.named", actor="stranger", named=True)
    assert "stranger" not in made.state.seats


def test_the_fold_of_nothing_is_nothing(rules):
    assert fold(rules, []) == SessionState()


def test_states_are_values(room):
    made = room(*ALL)
    before, copied = made.state, msgspec.structs.replace(made.state)
    made.do("add", "collect", by="ada", text="Bread")
    assert before == copied != made.state
    with pytest.raises(AttributeError):
        before.seq = 0


def test_events_count_by_channel(room):
    made = room(VOTE)
    made.cast("vote", "ada", o1=1)
    made.cast("vote", slip=7, o1=1, channel=Channel.PAPER)
    assert dict(made.state.channels) == {"notebook": 2, "phone": 4, "paper": 1}


def test_an_event_is_a_frozen_value(room):
    event = room(VOTE).log[0]
    assert isinstance(event, Event)
    with pytest.raises(AttributeError):
        event.data = {}
