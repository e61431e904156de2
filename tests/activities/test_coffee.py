"""The activity "coffee": topics, dots, an order with ties, timeboxes with thumbs, and what is taken away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.coffee.state import Stage, Thumb, Thumbs
from workshop_kit.core.activity import FACILITATOR, Audience, Spec
from workshop_kit.core.document import Bullets, Heading, Paragraph, Table
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.text import Text

TALK = {"id": "talk", "activity": "coffee"}
ENGLISH = Text("en")


@pytest.fixture
def talk(room):
    return room(TALK)


@pytest.fixture
def ordered(talk):
    """Three topics: t2 has most dots, t1 and t3 are tied."""
    for text, by in (("Newcomers", "ada"), ("Evenings", "ben"), ("Rooms", "cem")):
        write(talk, text, by)
    talk.do("stage", "talk", stage="dots")
    dots(talk, "ada", t1=1, t2=2)
    dots(talk, "ben", t2=2, t3=1)
    talk.do("stage", "talk", stage="talking")
    return talk


def write(made, text, by="ada"):
    return made.do("add", "talk", by=by, text=text)


def dots(made, by="ada", **given_):
    return made.do("dots", "talk", by=by, **{f"value.{topic}": str(n) for topic, n in given_.items()})


def topic(made, topic_id):
    return made.inside("talk").topics[topic_id]


def order(made):
    return [(one.topic.id, one.dots, one.place, one.tied) for one in made.inside("talk").ranked()]


def told(made, method, *before):
    return list(getattr(made.activity("talk"), method)(*before, made.inside("talk"), ENGLISH, None))


def doubts(made):
    return list(made.activity("talk").doubts(made.inside("talk"), ENGLISH))


class TestTopics:
    def test_a_person_writes_only_so_many(self, talk, assert_refused):
        for number in range(3):
            write(talk, f"Topic {number}")
        with assert_refused(Why.INVALID):
            write(talk, "One more")
        talk.do("withdraw", "talk", by="ada", topic="t1")
        write(talk, "One more")
        write(talk, "The facilitator is not counted", FACILITATOR)
        assert [one.id for one in talk.inside("talk").on_list()] == ["t2", "t3", "t4", "t5"]

    @pytest.mark.parametrize("text", [" ", "x" * 141])
    def test_refused_texts(self, talk, assert_refused, text):
        with assert_refused(Why.INVALID, "text"):
            write(talk, text)

    def test_only_the_author_takes_one_back_and_only_while_they_are_collected(self, ordered, talk, assert_refused):
        with assert_refused(Why.NOT_ALLOWED, "topic"):
            ordered.do("withdraw", "talk", by="ben", topic="t1")
        with assert_refused(Why.CLOSED):
            ordered.do("withdraw", "talk", by="ada", topic="t1")
        with assert_refused(Why.CLOSED):
            write(ordered, "Too late")
        write(ordered, "What the facilitator heard", FACILITATOR)
        assert order(ordered)[-1][:2] == ("t4", 0)

    def test_hidden_with_a_reason_and_shown_again(self, ordered):
        ordered.do("hide", "talk", topic="t2", reason="Names a person")
        assert [one for one, *_ in order(ordered)] == ["t1", "t3"]
        [away] = ordered.view("talk", Audience.FACILITATOR).away
        assert (away.id, away.reason) == ("t2", "Names a person")
        ordered.do("show", "talk", topic="t2")
        assert order(ordered)[0][:2] == ("t2", 4)

    def test_merged_topics_bring_their_dots_and_can_be_taken_apart(self, ordered, assert_refused):
        ordered.do("merge", "talk", topic="t1", into="t3", reason="The same")
        assert order(ordered) == [("t2", 4, 1, False), ("t3", 2, 2, False)]
        ordered.do("merge", "talk", topic="t3", into="t2")
        assert [one.id for one in ordered.inside("talk").merged(topic(ordered, "t2"))] == ["t1", "t3"]
        assert order(ordered) == [("t2", 6, 1, False)]
        with assert_refused(Why.INVALID, "topic"):
            ordered.do("merge", "talk", topic="t1", into="t2")
        with assert_refused(Why.INVALID, "into"):
            ordered.do("merge", "talk", topic="t2", into="t2")
        for one in ("t1", "t3"):
            ordered.do("split", "talk", topic=one)
        assert len(order(ordered)) == 3
        with assert_refused(Why.INVALID, "topic"):
            ordered.do("split", "talk", topic="t1")

    def test_where_one_dot_is_the_most_a_merged_topic_gets_no_two_from_one_person(self, room):
        made = room({**TALK, "several": False})
        for text in ("Rooms", "A room"):
            write(made, text)
        made.do("stage", "talk", stage="dots")
        dots(made, "ben", t1=1, t2=1)
        made.do("merge", "talk", topic="t2", into="t1")
        assert order(made) == [("t1", 1, 1, False)]

    def test_an_erased_topic_is_gone_with_its_dots(self, ordered):
        ordered.record("coffee.topic_hidden", "talk", topic="t9", reason="")
        ordered.record("coffee.dots_given", "talk", actor="cem", dots={"t9": 3})
        assert len(order(ordered)) == 3

    def test_what_takes_the_facilitator(self, ordered, assert_refused):
        for name in ("hide", "show", "merge", "split", "stage", "room-dots", "start", "go-on", "put-back", "finish"):
            with assert_refused(Why.NOT_ALLOWED):
                ordered.do(name, "talk", by="ada", topic="t1")
        with assert_refused(Why.UNKNOWN):
            ordered.do("dance", "talk")


class TestDots:
    def test_equal_dots_share_a_place_and_the_earlier_comes_first(self, ordered):
        assert order(ordered) == [("t2", 4, 1, False), ("t1", 1, 2, True), ("t3", 1, 2, True)]

    def test_nobody_sees_them_before_the_order_is_shown(self, talk):
        write(talk, "Newcomers")
        talk.do("stage", "talk", stage="dots")
        dots(talk, "ada", t1=1)
        assert talk.view("talk").ranked == ()
        assert talk.view("talk").voters == 1
        assert talk.view("talk", Audience.FACILITATOR).ranked[0].dots == 1
        talk.do("stage", "talk", stage="talking")
        assert talk.view("talk").ranked[0].dots == 1

    def test_they_can_be_moved_until_then(self, talk, assert_refused):
        write(talk, "Newcomers")
        write(talk, "Rooms")
        with assert_refused(Why.CLOSED):
            dots(talk, t1=1)
        talk.do("stage", "talk", stage="dots")
        dots(talk, t1=3)
        assert dots(talk, t1=3) == ()
        dots(talk, t1=1, t2=2)
        assert talk.inside("talk").ballots["ada"] == {"t1": 1, "t2": 2}
        with assert_refused(Why.INVALID):
            dots(talk, t1=2, t2=2)
        with assert_refused(Why.INVALID, "topic"):
            dots(talk, t1="many")
        with assert_refused(Why.INVALID, "topic"):
            dots(talk, t9=1)
        with assert_refused(Why.INVALID, "topic"):
            dots(talk, FACILITATOR, t1=1)

    def test_one_on_a_topic_at_most_where_the_agenda_says_so(self, room, assert_refused):
        made = room({**TALK, "several": False, "dots": 2})
        write(made, "Newcomers")
        made.do("stage", "talk", stage="dots")
        with assert_refused(Why.INVALID, "topic"):
            dots(made, t1=2)
        assert made.view("talk", Audience.SEAT, "ada").cap == 1

    def test_those_of_people_without_a_phone_are_added(self, talk, assert_refused):
        write(talk, "Newcomers")
        talk.do("stage", "talk", stage="dots")
        dots(talk, t1=1)
        talk.do("room-dots", "talk", topic="t1", count="4")
        assert talk.do("room-dots", "talk", topic="t1", count="4") == ()
        assert order(talk)[0][1] == 5
        talk.do("room-dots", "talk", topic="t1", count="2")
        assert order(talk)[0][1] == 3
        with assert_refused(Why.INVALID, "count"):
            talk.do("room-dots", "talk", topic="t1", count="-1")

    def test_the_stages(self, talk, assert_refused):
        with assert_refused(Why.INVALID, "stage"):
            talk.do("stage", "talk", stage="dots")
        write(talk, "Newcomers")
        with assert_refused(Why.INVALID, "stage"):
            talk.do("stage", "talk", stage="singing")
        assert talk.do("stage", "talk", stage="collecting") == ()
        talk.do("stage", "talk", stage="talking")
        talk.do("stage", "talk", stage="dots")
        talk.do("stage", "talk", stage="talking")
        talk.do("start", "talk")
        with assert_refused(Why.CLOSED):
            talk.do("stage", "talk", stage="dots")


class TestTalking:
    def seconds_left(self, made):
        until = made.state.items["talk"].until
        return int((until - made.clock()).total_seconds()) if until else None

    def test_the_first_topic_starts_with_a_timebox_and_gets_shorter_ones(self, ordered):
        ordered.do("start", "talk")
        assert (ordered.inside("talk").current, self.seconds_left(ordered)) == ("t2", 8 * 60)
        for minutes in (4, 2, 2):
            ordered.do("go-on", "talk")
            assert self.seconds_left(ordered) == minutes * 60
        ordered.do("finish", "talk")
        assert (ordered.inside("talk").current, self.seconds_left(ordered)) == ("", None)

    def test_the_minutes_come_from_the_times_in_the_log(self, ordered):
        ordered.do("start", "talk")
        ordered.clock.advance(8 * 60)
        ordered.do("go-on", "talk")
        ordered.clock.advance(100)
        ordered.do("finish", "talk")
        assert topic(ordered, "t2").seconds == 580

    def test_while_the_step_is_closed_nobody_talks(self, ordered):
        ordered.do("start", "talk")
        ordered.clock.advance(60)
        ordered.do("close", "talk")
        ordered.clock.advance(3600)
        ordered.do("open", "talk")
        ordered.clock.advance(30)
        ordered.do("put-back", "talk")
        assert topic(ordered, "t2").seconds == 90
        assert ordered.inside("talk").waiting()[0].topic.id == "t2"
        ordered.do("start", "talk")
        ordered.clock.advance(10)
        ordered.do("finish", "talk")
        assert topic(ordered, "t2").seconds == 100

    def test_thumbs_are_counted_and_a_decision_keeps_its_counts(self, ordered, assert_refused):
        ordered.do("start", "talk")
        for by, value in (("ada", "on"), ("ben", "stop"), ("cem", "on")):
            ordered.do("thumb", "talk", by=by, value=value, topic="t2")
        assert ordered.do("thumb", "talk", by="cem", value="on") == ()
        ordered.do("thumb", "talk", by="cem", value="either")
        ordered.do("room-thumbs", "talk", on="2", stop="", either="1")
        assert ordered.do("room-thumbs", "talk", on="2", stop="0", either="1") == ()
        assert ordered.view("talk").thumbs == Thumbs(3, 1, 2)
        assert ordered.view("talk", Audience.SEAT, "cem").thumb is Thumb.EITHER
        ordered.do("go-on", "talk")
        assert ordered.view("talk").thumbs == Thumbs()
        ordered.do("thumb", "talk", by="ben", value="stop")
        ordered.do("finish", "talk")
        assert topic(ordered, "t2").asked == (Thumbs(3, 1, 2), Thumbs(0, 1, 0))
        ordered.do("start", "talk")
        with assert_refused(Why.INVALID, "value"):
            ordered.do("thumb", "talk", by="ada", value="sideways")
        with assert_refused(Why.CLOSED, "topic"):
            ordered.do("thumb", "talk", by="ada", value="on", topic="t2")
        with assert_refused(Why.INVALID, "value"):
            ordered.do("thumb", "talk", value="on")
        with assert_refused(Why.INVALID, "stop"):
            ordered.do("room-thumbs", "talk", on="1", stop="x")

    def test_one_topic_at_a_time(self, ordered, assert_refused):
        for name in ("go-on", "finish", "put-back", "thumb", "propose", "room-thumbs"):
            with assert_refused(Why.CLOSED):
                ordered.do(name, "talk", by="ada" if name in {"thumb", "propose"} else FACILITATOR, text="x")
        ordered.do("start", "talk", topic="t3")
        with assert_refused(Why.TAKEN, "topic"):
            ordered.do("start", "talk")
        for name in ("hide", "merge"):
            with assert_refused(Why.INVALID, "topic"):
                ordered.do(name, "talk", topic="t3", into="t1")
        ordered.do("finish", "talk")
        with assert_refused(Why.INVALID, "topic"):
            ordered.do("merge", "talk", topic="t3", into="t1")
        for _ in range(2):
            ordered.do("start", "talk")
            ordered.do("finish", "talk")
        with assert_refused(Why.INVALID, "topic"):
            ordered.do("start", "talk")
        assert [one.id for one in ordered.view("talk").done] == ["t3", "t2", "t1"]

    def test_a_closed_topic_can_be_taken_up_again(self, ordered):
        ordered.do("start", "talk")
        ordered.do("finish", "talk", text="Call them")
        ordered.do("start", "talk", topic="t2")
        assert (topic(ordered, "t2").finished, topic(ordered, "t2").lesson) == (False, "Call them")
        ordered.do("finish", "talk")
        assert [one.id for one in ordered.view("talk").done] == ["t2"]

    def test_before_the_order_is_shown_nothing_starts(self, talk, assert_refused):
        write(talk, "Newcomers")
        with assert_refused(Why.CLOSED):
            talk.do("start", "talk")


class TestTakeaways:
    def test_the_facilitator_writes_it_or_takes_a_proposal(self, ordered, assert_refused):
        ordered.do("start", "talk")
        ordered.do("propose", "talk", by="ada", text="Call newcomers", topic="t2")
        with assert_refused(Why.INVALID, "proposal"):
            ordered.do("finish", "talk", proposal="p9")
        ordered.do("finish", "talk", proposal="p1")
        assert topic(ordered, "t2").lesson == "Call newcomers"
        assert ordered.do("takeaway", "talk", topic="t2", proposal="p1") == ()
        ordered.do("takeaway", "talk", topic="t2", text="Call newcomers in their first week")
        assert topic(ordered, "t2").lesson == "Call newcomers in their first week"
        assert ordered.do("takeaway", "talk", topic="t2", text="") == ()

    def test_everybody_proposes_only_so_many_and_for_what_is_talked_about(self, ordered, assert_refused):
        ordered.do("start", "talk")
        for number in range(3):
            ordered.do("propose", "talk", by="ada", text=f"Number {number}")
        with assert_refused(Why.INVALID):
            ordered.do("propose", "talk", by="ada", text="One more")
        ordered.do("propose", "talk", by="ben", text="Another one")
        with assert_refused(Why.CLOSED, "topic"):
            ordered.do("propose", "talk", by="ben", text="Late", topic="t1")
        with assert_refused(Why.INVALID, "text"):
            ordered.do("propose", "talk", by="ben", text="")

    def test_a_proposal_that_was_erased_leaves_a_topic_without(self, ordered):
        ordered.do("start", "talk")
        ordered.do("finish", "talk")
        ordered.record("coffee.takeaway_chosen", "talk", topic="t2", proposal="p1")
        assert topic(ordered, "t2").lesson == ""
        assert doubts(ordered) == ["1 topic was closed without a take-away."]


class TestShown:
    @pytest.fixture
    def spoken(self, ordered):
        """t2 was talked about, t1 was broken off, t3 was not reached."""
        ordered.do("start", "talk")
        ordered.do("thumb", "talk", by="ada", value="on")
        ordered.clock.advance(480)
        ordered.do("go-on", "talk")
        ordered.clock.advance(120)
        ordered.do("finish", "talk", text="Try three mornings")
        ordered.do("start", "talk")
        ordered.clock.advance(20)
        ordered.do("close", "talk")
        return ordered

    def test_rows(self, spoken):
        kind = spoken.activity("talk")
        rows = list(kind.rows(spoken.inside("talk")))
        assert all(tuple(row) == kind.columns for row in rows)
        assert [
            (row["id"], row["dots"], row["place"], row["state"], row["minutes"], row["takeaway"]) for row in rows
        ] == [
            ("t1", 1, 2, "started", 0.3, ""),
            ("t2", 4, 1, "finished", 10.0, "Try three mornings"),
            ("t3", 1, 2, "open", 0.0, ""),
        ]

    def test_the_record(self, spoken):
        blocks = list(spoken.activity("talk").record(spoken.inside("talk"), ENGLISH, str))
        table = next(block for block in blocks if isinstance(block, Table))
        assert table.rows == (
            ("1", "Evenings", "4", "10", "1 / 0 / 0", "Try three mornings"),
            ("2 (tied)", "Newcomers (not finished)", "1", "less than 1", "–", "–"),
        )
        assert [block.text for block in blocks if isinstance(block, Heading)] == ["Not reached, for another time"]
        assert next(block for block in blocks if isinstance(block, Bullets)).items == ("Rooms (1 dot)",)
        assert any(isinstance(block, Paragraph) and "share a place" in block.text for block in blocks)

    def test_what_was_hidden_is_counted_but_not_told(self, ordered):
        ordered.do("hide", "talk", topic="t1", reason="Names a person")
        ordered.do("merge", "talk", topic="t3", into="t2")
        blocks = list(ordered.activity("talk").record(ordered.inside("talk"), ENGLISH, str))
        assert blocks[-1].items == ("A topic was hidden by the facilitator. (Names a person)", "Rooms → Evenings")
        assert "Newcomers" not in str(blocks)

    def test_in_sentences(self, spoken):
        assert told(spoken, "gist") == [
            "2 topics were talked about, of 3 on the list.",
            "Evenings: Try three mornings",
        ]
        assert told(spoken, "course", spoken.log) == [
            "3 topics were written.",
            "2 people gave dots.",
            "“Evenings” was talked about for 10 min.",
            "“Newcomers” was talked about for less than 1 min.",
            "It was decided 1 time to go on with a topic.",
        ]
        assert doubts(spoken) == ["“Newcomers” was not closed."]
        assert told(spoken, "pending") == ["Not finished: Newcomers.", "Not reached: Rooms."]

    def test_nothing_written_and_nothing_talked_about(self, talk):
        assert told(talk, "gist") == doubts(talk) == ["No topics were written."]
        [note] = talk.activity("talk").record(talk.inside("talk"), ENGLISH, str)
        assert note.text == "No topics were written."
        write(talk, "Newcomers")
        assert told(talk, "gist") == ["No topic was talked about."]
        assert doubts(talk) == ["Nobody gave a dot, so the order is that of writing.", "No topic was talked about."]

    def test_what_is_left_is_offered_to_later_steps(self, room):
        made = room(TALK, {"id": "more", "activity": "coffee", "topics_from": "item:talk"})
        for text in ("Newcomers", "Rooms", "Evenings"):
            write(made, text)
        made.do("stage", "talk", stage="talking")
        made.do("start", "talk")
        made.do("finish", "talk")
        made.do("start", "talk")
        made.do("open", "more")
        assert [(one.id, ENGLISH.pick(one.label)) for one in made.inside("more").on_list()] == [
            ("t2", "Rooms"),
            ("t3", "Evenings"),
        ]

    def test_topics_come_from_a_table_too(self, talk, assert_refused):
        kind, state = talk.activity("talk"), talk.inside("talk")
        [entry] = kind.entries(state, [{"text": "Newcomers"}])
        assert (entry.name, entry.fields) == ("add", {"text": "Newcomers"})
        with assert_refused(Why.INVALID, "text"):
            list(kind.entries(state, [{"topic": "Newcomers"}]))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"timeboxes": []}, "timeboxes"),
        ({"timeboxes": [8, 0]}, "timeboxes"),
        ({"timeboxes": ["8"]}, "timeboxes"),
        ({"timeboxes": 8}, "timeboxes"),
        ({"timeboxes": [1] * 11}, "timeboxes"),
        ({"dots": 0}, "dots"),
        ({"several": "yes"}, "several"),
        ({"limit": 0}, "limit"),
    ],
)
def test_settings_that_make_no_sense(registry, settings, said):
    with pytest.raises(AgendaError, match=f'"{said}"'):
        registry["coffee"].initial(Spec("talk", "coffee", {"en": "Talk"}, settings=settings))


def test_a_log_of_another_hand_does_not_break_it(ordered):
    ordered.do("start", "talk")
    ordered.record("coffee.topic_started", "talk", topic="t1")
    ordered.record("coffee.thumb_shown", "talk", actor="ada", topic="t2", thumb="on")
    ordered.record("coffee.thumb_shown", "talk", actor="ada", topic="t1", thumb="up")
    ordered.record("coffee.stage_set", "talk", stage="singing")
    ordered.record("coffee.topic_merged", "talk", topic="t3", into="t3")
    ordered.record("coffee.topic_finished", "talk", topic="t9")
    state = ordered.inside("talk")
    assert (state.current, state.thumbs, state.stage) == ("t1", Thumbs(), Stage.TALKING)
    assert len(order(ordered)) == 3


moves = st.tuples(
    st.sampled_from(
        ["add", "withdraw", "dots", "thumb", "propose", "hide", "show", "merge", "split", "stage", "room-dots", "start",
         "room-thumbs", "go-on", "put-back", "finish", "takeaway", "close", "open"]
    ),
    st.sampled_from(["ada", "ben", FACILITATOR, FACILITATOR]),
    st.sampled_from(["t1", "t2", "t3"]),
    st.sampled_from(["t1", "t2", "t3"]),
    st.sampled_from(["collecting", "dots", "talking"]),
    st.integers(0, 3),
)  # fmt: skip


@given(st.lists(moves, max_size=40))
def test_whatever_is_done_the_list_and_the_minutes_hold_together(room, sequence):
    made = room(TALK)
    for name, by, one, other, stage, n in sequence:
        fields = {"topic": one, "into": other, "stage": stage, "text": f"{name} {n}", "count": str(n), "value": "on"}
        try:
            made.do(name, "talk", by=by, **fields, **{f"value.{one}": str(n)})
        except Refused as refusal:
            assert str(refusal)  # noqa: PT017 - most are not refused
        made.clock.advance(60)
    state = made.inside("talk")
    ranked = state.ranked()
    assert [one.dots for one in ranked] == sorted((one.dots for one in ranked), reverse=True)
    assert all(one.tied is (sum(other.place == one.place for other in ranked) > 1) for one in ranked)
    rows = {row["id"]: row for row in made.activity("talk").rows(state)}
    assert list(rows) == [event.data["topic"] for event in made.log if event.name == "coffee.topic_added"]
    assert all(
        topic.seconds >= 0 and (topic.since is None or topic.id == state.current) for topic in state.topics.values()
    )
    offered = {option.id for option in made.activity("talk").offers(state)}
    assert not offered & {topic.id for topic in state.on_list() if topic.finished}
    assert list(made.activity("talk").record(state, ENGLISH, str))
