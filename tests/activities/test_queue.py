"""The activity "queue": who asks for the floor, in which order they are called, and what the minutes tell of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.queue.state import Kind, Order, Request, Standing, in_turn
from workshop_kit.core.activity import FACILITATOR, Audience, Person, Spec
from workshop_kit.core.document import Chart, Paragraph
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Text

FLOOR = {"id": "floor", "activity": "queue"}
ENGLISH = Text("en")


class Anybody:
    public = True

    def __call__(self, seat, text):
        return seat


@pytest.fixture
def floor(room):
    return room(FLOOR)


def ask(made, by="ada", kind="speak", **fields):
    return made.do("ask", "floor", by=by, kind=kind, **fields)


def call(made, **fields):
    return made.do("call", "floor", **fields)


def line(made):
    return [request.seat for request in made.inside("floor").line()]


def speak(made, *seats):
    """Let these people speak one after the other, 30 seconds each."""
    for seat in seats:
        ask(made, seat)
        call(made, request=next(one.id for one in made.inside("floor").line() if one.seat == seat))
        made.clock.advance(30)
        made.do("end", "floor")


class TestAsking:
    def test_once_for_each_kind(self, floor, assert_refused):
        ask(floor)
        assert ask(floor) == ()
        ask(floor, kind="order")
        assert line(floor) == ["ada", "ada"]
        with assert_refused(Why.INVALID, "kind"):
            ask(floor, kind="sing")
        with assert_refused(Why.UNKNOWN):
            floor.do("sing", "floor", by="ada")

    def test_directly_to_the_point_where_the_agenda_has_it(self, room, assert_refused):
        made = room({**FLOOR, "direct": False})
        assert Kind.DIRECT not in made.view("floor").kinds
        with assert_refused(Why.INVALID, "kind"):
            ask(made, kind="direct")

    def test_it_is_taken_back_by_oneself_or_the_facilitator(self, floor, assert_refused):
        ask(floor)
        ask(floor, "ben")
        with assert_refused(Why.NOT_ALLOWED, "request"):
            floor.do("withdraw", "floor", by="ben", request="q1")
        floor.do("withdraw", "floor", by="ada", request="q1")
        with assert_refused(Why.INVALID, "request"):
            floor.do("withdraw", "floor", by="ada", request="q1")
        floor.do("withdraw", "floor", request="q2")
        assert line(floor) == []

    def test_the_facilitator_says_who_asks(self, floor, assert_refused):
        with assert_refused(Why.INVALID, "seat"):
            ask(floor, FACILITATOR)
        ask(floor, FACILITATOR, seat="cem")
        assert line(floor) == ["cem"]
        assert floor.log[-1].data == {"request": "q1", "kind": "speak", "seat": "cem"}

    def test_after_closing(self, floor, assert_refused):
        floor.do("close", "floor")
        with assert_refused(Why.CLOSED):
            ask(floor)


class TestOrder:
    def test_first_come(self, floor):
        speak(floor, "ben")
        for seat in ("ben", "ada", "cem"):
            ask(floor, seat)
        assert line(floor) == ["ben", "ada", "cem"]

    def test_balanced_lets_those_come_first_who_have_spoken_less(self, room):
        made = room({**FLOOR, "order": "balanced"})
        speak(made, "ben", "ada", "ben")
        for seat in ("ben", "ada", "cem"):
            ask(made, seat)
        assert line(made) == ["cem", "ada", "ben"]

    @pytest.mark.parametrize("order", list(Order))
    def test_points_of_order_come_first_and_then_what_is_direct(self, room, order):
        made = room({**FLOOR, "order": str(order)})
        speak(made, "ben")
        for seat, kind in (("ada", "speak"), ("ben", "direct"), ("cem", "order")):
            ask(made, seat, kind)
        assert line(made) == ["cem", "ben", "ada"]

    def test_a_point_of_order_is_no_contribution(self, floor):
        ask(floor, kind="order")
        call(floor)
        floor.do("end", "floor")
        assert floor.inside("floor").spoken() == {}

    @pytest.mark.parametrize(("order", "words"), [("first-come", "asked first"), ("balanced", "spoken least often")])
    @pytest.mark.parametrize("direct", [True, False])
    def test_the_stage_says_the_order_in_one_sentence(self, room, order, words, direct):
        sentence = room({**FLOOR, "order": order, "direct": direct}).view("floor").sentence
        assert words in sentence
        assert ("directly" in sentence) is direct
        assert sentence.count(".") == 1

    requests = st.lists(st.tuples(st.sampled_from(list(Kind)), st.sampled_from("abcd")), max_size=12).map(
        lambda made: [Request(f"q{n}", n, kind, seat, Channel.PHONE) for n, (kind, seat) in enumerate(made, 1)]
    )

    @given(requests, st.dictionaries(st.sampled_from("abcd"), st.integers(1, 5)), st.sampled_from(list(Order)))
    def test_it_is_the_same_whatever_the_order_it_is_given(self, waiting, spoken, order):
        turns = in_turn(waiting, spoken, order)
        assert turns == in_turn(reversed(waiting), spoken, order)
        assert sorted(turns, key=lambda one: one.number) == waiting
        speaking = [one for one in turns if one.kind is Kind.SPEAK]
        if order is Order.BALANCED:
            assert [spoken.get(one.seat, 0) for one in speaking] == sorted(spoken.get(one.seat, 0) for one in speaking)
        else:
            assert [one.number for one in speaking] == sorted(one.number for one in speaking)


class TestCalling:
    def test_the_next_one_ends_the_speech_before(self, floor, assert_refused):
        ask(floor)
        ask(floor, "ben")
        call(floor)
        floor.clock.advance(60)
        call(floor)
        first, second = floor.inside("floor").all()
        assert (first.standing, first.seconds, second.standing) == (Standing.SPOKEN, 60, Standing.SPEAKING)
        with assert_refused(Why.INVALID, "request"):
            call(floor)

    def test_with_a_speaking_time_the_timer_runs(self, room):
        made = room({**FLOOR, "seconds": 90})
        ask(made)
        call(made)
        assert (made.state.items["floor"].until - made.clock()).total_seconds() == 90
        made.do("end", "floor")
        assert made.state.items["floor"].until is None

    def test_somebody_called_by_mistake_goes_back(self, floor, assert_refused):
        ask(floor)
        ask(floor, "ben")
        call(floor, request="q2")
        floor.do("put-back", "floor")
        assert line(floor) == ["ada", "ben"]
        with assert_refused(Why.INVALID, "request"):
            floor.do("put-back", "floor")
        with assert_refused(Why.INVALID, "request"):
            call(floor, request="q9")

    def test_who_asked_again_while_speaking_waits_only_once_when_put_back(self, floor):
        ask(floor)
        call(floor)
        ask(floor)
        floor.do("put-back", "floor")
        assert [one.id for one in floor.inside("floor").line()] == ["q1"]

    def test_who_speaks_may_end_it(self, floor, assert_refused):
        ask(floor)
        call(floor)
        with assert_refused(Why.NOT_ALLOWED):
            floor.do("end", "floor", by="ben")
        floor.do("end", "floor", by="ada")
        assert floor.do("end", "floor") == ()
        for name in ("call", "put-back"):
            with assert_refused(Why.NOT_ALLOWED):
                floor.do(name, "floor", by="ada")

    def test_closing_ends_the_speech_and_the_line_waits_for_the_opening(self, floor):
        ask(floor)
        ask(floor, "ben")
        call(floor)
        floor.clock.advance(10)
        floor.do("close", "floor")
        floor.clock.advance(600)
        floor.do("open", "floor")
        state = floor.inside("floor")
        assert (state.current, state.requests["q1"].seconds, line(floor), state.present) == ("", 10, ["ben"], 3)

    def test_what_a_phone_shows(self, floor):
        ask(floor, "ben")
        ask(floor)
        call(floor)
        assert floor.view("floor", Audience.SEAT, "ben").current.seat == "ben"
        assert [place for place, _ in floor.view("floor", Audience.SEAT, "ada").mine] == [1]


class TestMinutes:
    @pytest.fixture
    def held(self, room):
        """Two of nine people spoke three times, four once; one still waits."""
        seats = [f"s{number}" for number in range(1, 10)]
        made = room(FLOOR, seats=seats)
        speak(made, "s1", "s1", "s1", "s2", "s2", "s2", "s3", "s4", "s5", "s6")
        ask(made, "s7", "order")
        call(made)
        ask(made, "s8")
        made.do("close", "floor")
        return made

    def record(self, made, people=str):
        return list(made.activity("floor").record(made.inside("floor"), ENGLISH, people))

    def told(self, made, method, *before, people=None):
        return list(getattr(made.activity("floor"), method)(*before, made.inside("floor"), ENGLISH, people))

    def test_how_many_spoke_how_often(self, held):
        chart, spread, orders, _ = self.record(held)
        assert isinstance(chart, Chart)
        assert chart.table.rows == (("0 times", "3"), ("1 time", "4"), ("3 times", "2"))
        assert spread.text == (
            "10 contributions, 30 seconds each on average. The middle person (median) spoke 1×, nobody more than 3×."
        )
        assert orders.text == "1 point of order was made."

    def test_nobody_is_named_and_in_public_few_are_not_counted(self, held):
        for people in (str, Anybody()):
            assert not [seat for seat in held.state.seats if f"{seat}" in str(self.record(held, people))]
        chart, spread, *_ = self.record(held, Anybody())
        assert {told for _, told in chart.table.rows} == {"fewer than 5"}
        assert len({bar.value for bar in chart.bars}) == 1
        assert isinstance(spread, Paragraph)

    def test_in_sentences(self, held):
        assert self.told(held, "gist") == ["6 people spoke.", "10 contributions in all."]
        assert self.told(held, "course", held.log) == [
            "8 people asked for the floor.",
            "10 contributions in all.",
            "1 point of order was made.",
        ]
        assert list(held.activity("floor").doubts(held.inside("floor"), ENGLISH)) == self.told(held, "pending")
        assert self.told(held, "pending") == ["1 person was still on the list of speakers."]
        assert self.told(held, "pending", people=Anybody()) == [
            "fewer than 5 people were still on the list of speakers."
        ]

    def test_nobody_spoke(self, floor):
        assert self.told(floor, "gist") == ["Nobody spoke on the matter."]
        assert list(floor.activity("floor").doubts(floor.inside("floor"), ENGLISH)) == ["Nobody spoke on the matter."]
        [note] = self.record(floor)
        assert note.text == "Nobody spoke on the matter."

    def test_rows(self, held):
        kind = held.activity("floor")
        rows = list(kind.rows(held.inside("floor")))
        assert all(tuple(row) == kind.columns for row in rows)
        assert rows[0] == {"id": "q1", "person": Person("s1"), "kind": "speak", "state": "spoken", "seconds": 30}
        assert list(kind.offers(held.inside("floor"))) == []


@pytest.mark.parametrize(
    ("key", "value"), [("order", "loudest"), ("seconds", -1), ("seconds", 4000), ("direct", "yes")]
)
def test_settings_that_make_no_sense(registry, key, value):
    with pytest.raises(AgendaError, match=f'"{key}"'):
        registry["queue"].initial(Spec("floor", "queue", {"en": "Floor"}, settings={key: value}))


def test_a_log_of_another_hand_does_not_break_it(floor):
    ask(floor)
    ask(floor, "ben")
    call(floor)
    floor.record("queue.speaker_called", "floor", request="q2")
    floor.record("queue.floor_asked", "floor", actor="cem", request="q3", kind="sing")
    floor.record("queue.speech_ended", "floor", request="q9")
    floor.record("queue.request_withdrawn", "floor", request="q1")
    state = floor.inside("floor")
    assert (state.current, line(floor), len(state.requests)) == ("q1", ["ben"], 2)


moves = st.tuples(
    st.sampled_from(["ask", "withdraw", "call", "end", "put-back", "close", "open"]),
    st.sampled_from(["ada", "ben", FACILITATOR]),
    st.sampled_from(list(Kind)),
    st.sampled_from(["", "q1", "q2", "q3"]),
)


@given(st.lists(moves, max_size=40), st.sampled_from(list(Order)))
def test_at_most_one_speaks_and_every_wish_stands_somewhere(room, sequence, order):
    made = room({**FLOOR, "order": str(order)})
    for name, by, kind, request in sequence:
        try:
            made.do(name, "floor", by=by, kind=str(kind), request=request, seat="cem")
        except Refused as refusal:
            assert str(refusal)  # noqa: PT017 - most are not refused
        made.clock.advance(10)
    state = made.inside("floor")
    speaking = [one.id for one in state.all() if one.standing is Standing.SPEAKING]
    assert speaking == ([state.current] if state.current else [])
    assert [one.id for one in state.all()] == [e.data["request"] for e in made.log if e.name == "queue.floor_asked"]
    assert len({(one.seat, one.kind) for one in state.line()}) == len(state.line())
