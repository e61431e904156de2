"""The activity "market": needs and offers, what may fit, and agreements that take a yes of both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.market.resource_map import resource_map
from workshop_kit.activities.market.state import Side, fitting
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Chart, Network, Table
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.text import Text

BOARD = {"id": "board", "activity": "market", "factors": ["Place", "People"], "limit": 3}
ENGLISH = Text("en")


def spoken(seat, _text):
    return seat.title()


@pytest.fixture
def board(room):
    """A board with nothing on it; ada's and ben's names are known."""
    made = room(BOARD)
    for seat in ("ada", "ben"):
        made.do("name", by=seat, named="yes")
    return made


def put(made, kind, text, by="ada", **fields):
    made.do(kind, "board", by=by, text=text, **fields)


def entry(made, entry_id):
    return made.inside("board").entries[entry_id]


def say(made, name="agree", by="ada", match="e1-e2", **fields):
    return made.do(name, "board", by=by, match=match, **fields)


@pytest.fixture
def pair(board):
    """A room that ada offers as e1, and ben's need for one as e2."""
    put(board, "offer", "A room for twelve people", factor="o1")
    put(board, "seek", "We need a room", by="ben", factor="o1")
    return board


def agreed(made):
    return [match.id for match in made.inside("board").matches(agreed=True)]


class TestEntries:
    def test_offers_and_needs_with_their_factor(self, pair):
        assert [(one.kind, one.seat, one.factor) for one in pair.inside("board").on_board()] == [
            (Side.OFFER, "ada", "o1"),
            (Side.SEEK, "ben", "o1"),
        ]

    def test_the_form_of_the_page_names_the_kind_in_a_field(self, board, assert_refused):
        board.do("add", "board", by="ada", text="A van", kind="offer")
        assert entry(board, "e1").kind is Side.OFFER
        with assert_refused(Why.INVALID, "kind"):
            board.do("add", "board", by="ada", text="A van", kind="sell")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"text": " "}, "text"), ({"text": "x" * 281}, "text"), ({"text": "x", "factor": "o9"}, "factor")],
    )
    def test_refusals(self, board, assert_refused, fields, field):
        with assert_refused(Why.INVALID, field):
            board.do("seek", "board", by="ada", **fields)

    def test_a_person_makes_only_so_many(self, board, assert_refused):
        for number in range(3):
            put(board, "seek", f"Thing {number}")
        with assert_refused(Why.INVALID):
            put(board, "seek", "One more")
        board.do("withdraw", "board", by="ada", entry="e1")
        put(board, "seek", "One more")
        put(board, "seek", "The facilitator is not counted", by=FACILITATOR)

    def test_only_the_author_and_the_facilitator_take_it_off(self, pair, assert_refused):
        with assert_refused(Why.NOT_ALLOWED, "entry"):
            pair.do("withdraw", "board", by="ben", entry="e1")
        for name in ("hide", "show"):
            with assert_refused(Why.NOT_ALLOWED):
                pair.do(name, "board", by="ben", entry="e1")
        pair.do("hide", "board", entry="e1", reason="Names a price")
        with assert_refused(Why.INVALID, "entry"):
            pair.do("withdraw", "board", by="ada", entry="e1")
        assert [one.id for one in pair.view("board", Audience.FACILITATOR).hidden] == ["e1"]
        pair.do("show", "board", entry="e1")
        assert len(pair.inside("board").on_board()) == 2

    def test_an_unknown_command(self, board, assert_refused):
        with assert_refused(Why.UNKNOWN):
            board.do("sell", "board", by="ada")

    def test_after_closing(self, board, assert_refused):
        board.do("close", "board")
        with assert_refused(Why.CLOSED):
            put(board, "offer", "A van")


class TestAgreeing:
    def test_it_takes_both(self, pair):
        say(pair)
        assert say(pair) == ()
        assert agreed(pair) == []
        say(pair, by="ben")
        assert agreed(pair) == ["e1-e2"]

    def test_a_yes_can_be_taken_back(self, pair):
        say(pair)
        say(pair, by="ben")
        say(pair, "disagree", by="ben")
        assert say(pair, "disagree", by="ben") == ()
        assert agreed(pair) == []
        assert pair.inside("board").matches(agreed=False)

    def test_under_a_name(self, pair, assert_refused):
        put(pair, "seek", "A place", by="cem")
        with assert_refused(Why.INVALID, "name"):
            say(pair, by="cem", match="e1-e3")

    def test_nobody_else_says_yes(self, pair, assert_refused):
        with assert_refused(Why.NOT_ALLOWED, "match"):
            say(pair, by="cem")

    def test_the_facilitator_says_for_whom(self, pair, assert_refused):
        with assert_refused(Why.INVALID, "side"):
            say(pair, by=FACILITATOR)
        say(pair, by=FACILITATOR, side="both")
        assert agreed(pair) == ["e1-e2"]

    @pytest.mark.parametrize("match", ["", "e1", "e2-e1", "e1-e9", "e1-e1", "-", "e1-e2-e3"])
    def test_a_match_is_an_offer_and_a_need(self, pair, assert_refused, match):
        with assert_refused(Why.INVALID, "match"):
            say(pair, match=match)

    def test_with_what_is_gone_there_is_no_agreement(self, pair, assert_refused):
        say(pair, by=FACILITATOR, side="both")
        pair.do("withdraw", "board", by="ben", entry="e2")
        assert agreed(pair) == []
        with assert_refused(Why.INVALID, "match"):
            say(pair)

    def test_one_offer_may_serve_several_needs(self, pair):
        put(pair, "seek", "A place to dance", by="ben")
        for match in ("e1-e2", "e1-e3"):
            say(pair, by=FACILITATOR, side="both", match=match)
        assert [one.id for one in pair.inside("board").agreed_with(entry(pair, "e1"))] == ["e2", "e3"]
        assert pair.inside("board").unmatched(Side.SEEK) == []


class TestSuggestions:
    def test_the_same_words_and_the_same_factor_count(self, board):
        put(board, "seek", "We need a room in the evening", factor="o1")
        for text, factor in (("A cake", ""), ("Room for twelve", "o1"), ("An evening of singing", "o2")):
            put(board, "offer", text, by="ben", **({"factor": factor} if factor else {}))
        [own] = board.view("board", Audience.SEAT, "ada").mine
        assert own.counterparts[0].entry.text == "Room for twelve"
        assert "A cake" in [one.text for one in own.others]

    def test_what_somebody_said_yes_to_comes_first(self, board):
        put(board, "seek", "A room")
        put(board, "offer", "A room", by="ben")
        put(board, "offer", "A cake", by="cem")
        board.do("name", by="cem", named="yes")
        say(board, by="cem", match="e3-e1")
        [own] = board.view("board", Audience.SEAT, "ada").mine
        assert [(one.entry.id, one.mine, one.theirs) for one in own.counterparts] == [
            ("e3", False, True),
            ("e2", False, False),
        ]

    def test_nobody_is_matched_with_themselves(self, board):
        put(board, "seek", "A room")
        put(board, "offer", "A room")
        assert all(not own.counterparts and not own.others for own in board.view("board", Audience.SEAT, "ada").mine)

    @given(order=st.permutations(range(6)))
    def test_their_order_does_not_depend_on_the_order_of_the_board(self, room, order):
        made = room({**BOARD, "limit": 10})
        put(made, "seek", "A room in the evening")
        for number in range(6):
            put(made, "offer", f"A room, number {number % 3}", by="ben")
        seek, *others = made.inside("board").on_board()
        shuffled = [others[number] for number in order]
        assert fitting(seek, shuffled) == fitting(seek, others)


class TestShown:
    def test_rows(self, pair):
        say(pair, by=FACILITATOR, side="both")
        put(pair, "offer", "A cake")
        put(pair, "seek", "A van", by="ben")
        say(pair, by="ben", match="e3-e4")
        pair.do("withdraw", "board", by="ada", entry="e3")
        kind = pair.activity("board")
        rows = list(kind.rows(pair.inside("board")))
        assert all(tuple(row) == kind.columns for row in rows)
        assert [(row["id"], row["kind"], row["match"], row["state"]) for row in rows] == [
            ("e1", "offer", "e2", "agreed"),
            ("e2", "seek", "e1", "agreed"),
            ("e3", "offer", "", "withdrawn"),
            ("e4", "seek", "", "open"),
        ]

    def test_the_record_tells_agreements_what_is_open_and_the_map(self, pair):
        say(pair, by=FACILITATOR, side="both")
        put(pair, "seek", "A van", by="ben")
        table, note, heading, bullets, chart, drawn = pair.activity("board").record(
            pair.inside("board"), ENGLISH, spoken
        )
        assert isinstance(table, Table)
        assert table.rows == (("We need a room", "Ben", "A room for twelve people", "Ada"),)
        assert "No money" in note.text
        assert (heading.text, bullets.items) == ("Needed, and nobody found yet", ("A van (Ben)",))
        assert isinstance(chart, Chart)
        assert chart.table.rows == (("Place", "1", "1"), ("Not assigned", "1", "0"))
        assert isinstance(drawn, Network)
        assert [(node.label, node.shape) for node in drawn.nodes] == [
            ("Place", "square"),
            ("A room for twelve people", "diamond"),
            ("We need a room", "circle"),
            ("A van", "circle"),
        ]
        assert [(edge.one, edge.other, edge.styles) for edge in drawn.edges] == [
            ("factor/o1", "e1", ("dotted",)),
            ("factor/o1", "e2", ("dotted",)),
            ("e2", "e1", ("solid",)),
        ]
        assert drawn.alt == "Map of 2 needs and 1 offer by factor: 1 agreement; 1 entry has no agreement."
        assert drawn.table.rows[0] == ("Place", "We can give", "A room for twelve people", "We need a room")

    def test_the_map_of_a_large_market_draws_what_somebody_said_yes_to(self, room):
        made = room(BOARD | {"limit": 100})
        for number in range(40):
            put(made, "offer", f"Offer {number}")
            put(made, "seek", f"Need {number}", by="ben")
        made.do("agree", "board", match="e1-e2", side="offer")
        drawn = resource_map(made.inside("board"), ENGLISH)
        assert [node.id for node in drawn.nodes] == ["e1", "e2"]
        assert [edge.styles for edge in drawn.edges] == [("dashed",)]
        assert len(drawn.table.rows) == 80

    def test_a_need_that_is_served_waits_for_no_second_yes(self, pair):
        put(pair, "offer", "Another room", by="cem")
        say(pair)
        say(pair, match="e3-e2", by="ben")
        pending = lambda: list(pair.activity("board").pending(pair.inside("board"), ENGLISH, spoken))  # noqa: E731
        assert len(pending()) == 2
        say(pair, by="ben")
        assert agreed(pair) == ["e1-e2"]
        assert pending() == []

    def test_needs_and_half_agreements_are_pending(self, pair):
        put(pair, "seek", "A van", by="ben")
        say(pair)
        assert list(pair.activity("board").pending(pair.inside("board"), ENGLISH, spoken)) == [
            "We need a room with A room for twelve people: Ben has not said yes yet.",
            "Still needed: A van.",
        ]

    def test_an_empty_board(self, board):
        [note] = board.activity("board").record(board.inside("board"), ENGLISH, spoken)
        assert note.text == "Nothing was needed or offered."


class TestInSentences:
    def told(self, made, method, *before):
        return list(getattr(made.activity("board"), method)(*before, made.inside("board"), ENGLISH, spoken))

    def doubts(self, made):
        return list(made.activity("board").doubts(made.inside("board"), ENGLISH))

    def test_an_empty_board(self, board):
        assert self.told(board, "gist") == self.doubts(board) == ["Nothing was needed or offered."]

    def test_what_found_nobody_what_is_half_made_and_what_is_agreed(self, pair):
        assert self.told(pair, "gist") == ["1 need and 1 offer.", "No agreement was made."]
        assert self.doubts(pair) == ["1 need found nobody."]
        say(pair)
        assert self.doubts(pair) == ["1 agreement lacks the yes of one side."]
        say(pair, by="ben")
        assert self.told(pair, "gist") == ["1 need and 1 offer.", "1 agreement was made."]
        assert self.doubts(pair) == []

    def test_what_people_did(self, pair):
        for by in ("ada", "ben"):
            say(pair, by=by)
        put(pair, "offer", "A van")
        pair.do("withdraw", "board", by="ada", entry="e3")
        assert self.told(pair, "course", pair.log) == [
            "1 need was put on the board.",
            "2 offers were put on the board.",
            "1 agreement was made.",
            "1 entry was withdrawn.",
        ]


def test_a_log_of_another_hand_does_not_break_the_board(board):
    board.record("market.entry_added", "board", entry="e1", kind="sell", text="x")
    board.record("market.side_agreed", "board", offer="e1", seek="e9", side="offer")
    board.record("market.entry_withdrawn", "board", entry="e7")
    assert not board.inside("board").entries


moves = st.tuples(
    st.sampled_from(["offer", "seek", "agree", "disagree", "withdraw", "hide", "show"]),
    st.sampled_from(["ada", "ben", FACILITATOR]),
    st.sampled_from(["e1", "e2", "e3", "e4"]),
    st.sampled_from(["e1", "e2", "e3", "e4"]),
)


@given(st.lists(moves, max_size=30))
def test_every_entry_is_in_the_rows_and_an_agreement_has_both_sides_on_the_board(room, sequence):
    made = room(BOARD)
    for seat in ("ada", "ben"):
        made.do("name", by=seat, named="yes")
    for name, by, one, other in sequence:
        try:
            made.do(name, "board", by=by, entry=one, match=f"{one}-{other}", side="both", text=f"{name} {one}")
        except Refused as refusal:
            assert refusal.why in {Why.INVALID, Why.NOT_ALLOWED}  # noqa: PT017 - most are not refused
    state = made.inside("board")
    rows = {row["id"]: row for row in made.activity("board").rows(state)}
    assert list(rows) == [event.data["entry"] for event in made.log if event.name == "market.entry_added"]
    for match in state.matches(agreed=True):
        assert rows[match.offer]["state"] == rows[match.seek]["state"] == "agreed"
    open_needs = {one.id for one in state.unmatched(Side.SEEK)}
    agreed_needs = {match.seek for match in state.matches(agreed=True)}
    assert open_needs | agreed_needs == {one.id for one in state.on_board(Side.SEEK)}
    assert not open_needs & agreed_needs
