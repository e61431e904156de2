"""The activity "roles": a board with places, taken, confirmed under a name, and given back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import FACILITATOR, Audience, Person
from workshop_kit.core.document import Paragraph, Table
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Text

BOARD = {
    "id": "board",
    "activity": "roles",
    "options": [{"id": "host", "de": "Gastgeber", "en": "Host", "places": 2}, {"id": "notes", "label": "Notes"}],
}
ENGLISH = Text("en")


@pytest.fixture
def board(room):
    """A board on which nobody stands yet; ada's name is known."""
    made = room(BOARD)
    made.do("name", by="ada", named="yes")
    return made


def held(made, role="host"):
    return made.inside("board").held(role)


def play(made, *moves):
    for name, seat, role in moves:
        made.do(name, "board", by=seat, role=role)


def test_a_place_is_reserved_then_confirmed(board):
    play(board, ("take", "ada", "host"))
    assert held(board) == [("ada", "reserved")]
    play(board, ("confirm", "ada", "host"))
    assert held(board) == [("ada", "confirmed")]


def test_who_is_known_by_name_can_take_and_confirm_at_once(board):
    for seat in ("ada", "ben"):
        board.do("take", "board", by=seat, role="host", confirm="yes")
    assert held(board) == [("ada", "confirmed"), ("ben", "reserved")]


def test_to_do_it_twice_changes_nothing(board):
    play(board, ("take", "ada", "host"), ("confirm", "ada", "host"))
    assert board.do("take", "board", by="ada", role="host") == ()
    assert board.do("confirm", "board", by="ada", role="host") == ()
    assert held(board) == [("ada", "confirmed")]


def test_one_person_may_take_several_roles(board):
    play(board, ("take", "ada", "host"), ("take", "ada", "notes"))
    assert (held(board), held(board, "notes")) == ([("ada", "reserved")], [("ada", "reserved")])


def test_to_release_frees_the_place(board):
    play(board, ("take", "ada", "notes"), ("release", "ada", "notes"), ("take", "ben", "notes"))
    assert held(board, "notes") == [("ben", "reserved")]


def test_who_comes_back_stands_last_and_confirms_anew(board):
    play(board, ("take", "ada", "host"), ("confirm", "ada", "host"), ("take", "ben", "host"))
    play(board, ("release", "ada", "host"), ("take", "ada", "host"))
    assert held(board) == [("ben", "reserved"), ("ada", "reserved")]


def test_to_release_what_one_does_not_hold_changes_nothing(board):
    assert board.do("release", "board", by="ben", role="host") == ()


def test_the_facilitator_acts_for_a_seat(board):
    for name in ("take", "confirm"):
        board.do(name, "board", role="host", seat="ben")
    assert held(board) == [("ben", "confirmed")]
    board.do("release", "board", role="host", seat="ben")
    assert held(board) == []


def test_nobody_acts_for_another(board):
    board.do("take", "board", by="ben", role="host", seat="ada")
    assert held(board) == [("ben", "reserved")]


class TestRefusals:
    def test_all_places_are_taken(self, board, assert_refused):
        play(board, ("take", "ada", "host"), ("take", "ben", "host"))
        with assert_refused(Why.TAKEN, "role"):
            play(board, ("take", "cem", "host"))

    def test_no_such_role(self, board, assert_refused):
        for role in ("boss", ""):
            with assert_refused(Why.INVALID, "role"):
                play(board, ("take", "ada", role))

    def test_to_confirm_needs_a_place(self, board, assert_refused):
        with assert_refused(Why.INVALID, "role"):
            play(board, ("confirm", "ada", "host"))

    def test_to_confirm_needs_a_name(self, board, assert_refused):
        play(board, ("take", "ben", "host"))
        with assert_refused(Why.INVALID, "name"):
            play(board, ("confirm", "ben", "host"))
        board.do("name", by="ben", named="yes")
        play(board, ("confirm", "ben", "host"))
        assert held(board) == [("ben", "confirmed")]

    def test_the_facilitator_says_for_whom(self, board, assert_refused):
        with assert_refused(Why.INVALID, "seat"):
            play(board, ("take", FACILITATOR, "host"))

    def test_an_unknown_command(self, board, assert_refused):
        with assert_refused(Why.UNKNOWN):
            play(board, ("inherit", "ada", "host"))

    def test_after_closing(self, board, assert_refused):
        board.do("close", "board")
        with assert_refused(Why.CLOSED):
            play(board, ("take", "ada", "host"))


def test_everybody_sees_the_board_and_where_they_stand_themselves(board):
    play(board, ("take", "ada", "host"))
    host, notes = board.view("board", Audience.SEAT, "ada").roles
    assert (host.held, host.mine, host.free, host.places) == ((("ada", "reserved"),), "reserved", 1, 2)
    assert (notes.mine, notes.free) == ("", 1)
    assert board.view("board").roles[0].mine == ""


def test_rows_have_one_line_per_place(board):
    play(board, ("take", "ada", "host"))
    kind = board.activity("board")
    rows = list(kind.rows(board.inside("board")))
    assert all(tuple(row) == kind.columns for row in rows)
    assert [(row["role"].get("en", ""), row["person"], row["state"]) for row in rows] == [
        ("Host", Person("ada"), "reserved"),
        ("Host", None, "open"),
        ("", None, "open"),
    ]


def test_the_record_names_people_and_free_places(board):
    play(board, ("take", "ada", "host"))
    table, note = board.activity("board").record(board.inside("board"), ENGLISH, lambda seat, _: seat.title())
    assert isinstance(table, Table)
    assert table.rows == (
        ("Host", "Ada", "reserved, not confirmed yet"),
        ("Host", "1 place free", "open"),
        ("Notes", "1 place free", "open"),
    )
    assert isinstance(note, Paragraph)


def test_free_and_unconfirmed_places_are_open_points(board):
    play(board, ("take", "ada", "host"), ("confirm", "ada", "host"), ("take", "ben", "notes"))
    points = board.activity("board").pending(board.inside("board"), ENGLISH, lambda seat, _: seat.title())
    assert list(points) == ["Host (1 place free).", "Notes: Ben has not confirmed yet."]


def test_roles_are_handed_over_as_options(room):
    made = room(BOARD, {"id": "vote", "activity": "poll", "options_from": "item:board"})
    made.do("open", "vote")
    assert [option.id for option in made.inside("vote").options] == ["host", "notes"]


moves = st.tuples(
    st.sampled_from(["take", "confirm", "release"]),
    st.sampled_from(["ada", "ben", "cem"]),
    st.sampled_from(["host", "notes"]),
)


@given(st.lists(moves, max_size=25))
def test_no_role_has_more_people_than_places_and_nobody_twice(room, sequence):
    made = room(BOARD)
    made.do("name", by="ada", named="yes")
    for move in sequence:
        try:
            play(made, move)
        except Refused as refusal:
            assert refusal.why in {Why.TAKEN, Why.INVALID}  # noqa: PT017 - most moves are not refused
        for role in made.inside("board").roles:
            seats = [seat for seat, _ in held(made, role.id)]
            assert len(seats) == len(set(seats)) <= role.places
            assert dict(held(made, role.id)) == dict(made.inside("board").holders.get(role.id, {}))
    assert not any(standing == "confirmed" for seat, standing in (*held(made), *held(made, "notes")) if seat != "ada")


WISHING = {
    "id": "board",
    "activity": "roles",
    "wishes": True,
    "options": [
        {"id": "host", "label": "Host"},
        {"id": "notes", "label": "Notes", "places": 2, "least": 2},
        {"id": "money", "label": "Money"},
    ],
}
ROLE_IDS = ("host", "notes", "money")


@pytest.fixture
def wishing(room):
    """A board on which wishes are collected; ada's name is known."""
    made = room(WISHING, seats=("ada", "ben", "cem", "dan"))
    made.do("name", by="ada", named="yes")
    return made


def wish(made, seat, **ranks):
    return made.do("wish", "board", by=seat, **{f"wish.{role}": str(rank) for role, rank in ranks.items()})


def proposal(made):
    found = made.inside("board").proposal
    return sorted((given.role, given.seat, given.rank) for given in found.places)


class TestWishes:
    def test_a_proposal_reserves_places_as_it_was_recorded(self, wishing):
        wish(wishing, "ada", host=1, money="no")
        wish(wishing, "ben", host=1, notes=2, money="no")
        wish(wishing, "cem", notes=1, host="no", money="no")
        last = wishing.log[-1].digest
        (fact,) = wishing.do("propose", "board")
        assert proposal(wishing) == [("host", "ada", 1), ("notes", "ben", 2), ("notes", "cem", 1)]
        assert fact.data["seed"] == last
        assert held(wishing, "host") == [("ada", "reserved")]
        assert "Money: stays open, since everybody who named wishes said no to it." in told_of(wishing)
        wishing.do("confirm", "board", by="ada", role="host")
        assert held(wishing, "host") == [("ada", "confirmed")]
        assert [role.unwanted for role in wishing.view("board").roles] == [False, False, True]

    def test_folding_computes_nothing(self, wishing, monkeypatch):
        wish(wishing, "ada", host=1)
        wishing.do("propose", "board")
        monkeypatch.setattr("workshop_kit.activities.roles.wishing.assigned", None)
        state = wishing.activity("board").initial(wishing.state.items["board"].spec)
        for event in wishing.log:
            if event.item:
                state = wishing.activity("board").evolve(state, event)
        assert state == wishing.inside("board")

    def test_the_same_wishes_give_the_same_proposal(self, wishing):
        wish(wishing, "ada", host=1)
        wish(wishing, "ben", host=1)
        wishing.do("propose", "board")
        assert wishing.do("propose", "board") == ()

    def test_what_is_equal_is_drawn_by_an_entry_that_nobody_knew(self, room):
        won = set()
        for extra in range(12):
            made = room(WISHING, seats=("ada", "ben"))
            for number in range(extra):
                wish(made, "ada", host=1 + number % 2, notes="no", money="no")
            wish(made, "ada", host=1, notes="no", money="no")
            wish(made, "ben", host=1, notes="no", money="no")
            made.do("propose", "board")
            won.add(proposal(made)[0][1])
            assert len(made.inside("board").proposal.without) == 1
        assert won == {"ada", "ben"}

    def test_who_gives_back_is_not_proposed_the_same_again(self, wishing):
        wish(wishing, "ada", host=1, notes=2)
        wishing.do("propose", "board")
        (role, _, _) = proposal(wishing)[0]
        wishing.do("release", "board", by="ada", role=role)
        wishing.do("propose", "board")
        assert proposal(wishing)[0][0] != role

    def test_a_new_proposal_keeps_what_is_confirmed_and_takes_the_rest_back(self, wishing):
        wish(wishing, "ada", host=1, notes="no", money="no")
        wish(wishing, "ben", notes=1, host="no", money="no")
        wishing.do("propose", "board")
        wishing.do("confirm", "board", by="ada", role="host")
        wish(wishing, "ben", money=1, host="no", notes="no")
        wish(wishing, "cem", host=1, notes="no", money="no")
        wishing.do("propose", "board")
        assert proposal(wishing) == [("host", "ada", 1), ("money", "ben", 1)]
        assert wishing.inside("board").proposal.without == ("cem",)
        assert held(wishing, "host") == [("ada", "confirmed")]
        assert held(wishing, "notes") == []

    def test_a_proposal_is_taken_back_and_what_is_confirmed_stays(self, wishing):
        assert wishing.do("unpropose", "board") == ()
        wish(wishing, "ada", host=1, notes="no", money="no")
        wish(wishing, "ben", money=1, notes="no", host="no")
        wishing.do("propose", "board")
        wishing.do("confirm", "board", by="ada", role="host")
        wishing.do("unpropose", "board")
        assert (held(wishing, "host"), held(wishing, "money")) == ([("ada", "confirmed")], [])
        assert wishing.inside("board").proposal is None
        wishing.do("propose", "board")
        assert proposal(wishing) == [("money", "ben", 1)]

    def test_what_a_role_needs_comes_before_a_wish(self, wishing):
        for seat in ("ada", "ben"):
            wish(wishing, seat, host=1, notes=3, money="no")
        wishing.do("propose", "board")
        assert proposal(wishing) == [("notes", "ada", 3), ("notes", "ben", 3)]

    def test_a_role_may_be_neither_wished_nor_refused(self, wishing):
        wish(wishing, "ada", host="no", notes="no")
        wishing.do("propose", "board")
        assert proposal(wishing) == [("money", "ada", 4)]
        assert "not wished for, not refused" in told_of(wishing)

    def test_places_are_taken_after_the_proposal_only(self, wishing, assert_refused):
        with assert_refused(Why.CLOSED):
            play(wishing, ("take", "dan", "money"))
        wishing.do("take", "board", by="dan", channel=Channel.HANDS, role="money")
        wish(wishing, "ada", host=1)
        wishing.do("propose", "board")
        with assert_refused(Why.INVALID, "role"):
            play(wishing, ("take", "dan", "notes"))
        play(wishing, ("take", "ben", "notes"))
        assert dict(held(wishing, "notes")) == {"ada": "reserved", "ben": "reserved"}

    def test_a_second_role_comes_after_a_first_for_all(self, room):
        made = room(WISHING | {"most_per_person": 2})
        wish(made, "ada", host=1, notes=1, money=1)
        wish(made, "ben", money=1, host="no", notes="no")
        made.do("propose", "board")
        assert len(proposal(made)) == 3
        assert ("money", "ben", 1) in proposal(made)

    def test_wishes_are_replaced_whole_and_taken_back(self, wishing):
        wish(wishing, "ada", host=1)
        assert wish(wishing, "ada", host=1) == ()
        wish(wishing, "ada", notes=2, host="")
        assert wishing.inside("board").wishes["ada"] == {"notes": 2}
        wishing.do("withdraw", "board", by="ada")
        assert wishing.do("withdraw", "board", by="ada") == ()
        assert not wishing.inside("board").wishes

    def test_a_phone_sees_its_own_wishes_and_nobody_sees_others(self, wishing):
        wish(wishing, "ada", host=1, money="no")
        assert [role.wish for role in wishing.view("board", Audience.SEAT, "ada").roles] == [1, None, 0]
        for audience, seat in ((Audience.SEAT, "ben"), (Audience.ROOM, ""), (Audience.FACILITATOR, "")):
            assert [role.wish for role in wishing.view("board", audience, seat).roles] == [None] * 3

    def test_refusals(self, wishing, board, assert_refused):
        with assert_refused(Why.NOT_ALLOWED):
            wish(board, "ada", host=1)
        with assert_refused(Why.NOT_ALLOWED):
            wishing.do("propose", "board", by="ada")
        with assert_refused(Why.NOT_ALLOWED):
            wishing.do("unpropose", "board", by="ada")
        with assert_refused(Why.INVALID):
            wishing.do("propose", "board")
        with assert_refused(Why.INVALID, "seat"):
            wish(wishing, FACILITATOR, host=1)
        with assert_refused(Why.INVALID, "wish.boss"):
            wish(wishing, "ada", boss=1)
        for rank in (4, -1, "1.0", "maybe"):
            with assert_refused(Why.INVALID, "wish.host"):
                wish(wishing, "ada", host=rank)
        wish(wishing, "ada", host="no", notes="no", money="no")
        with assert_refused(Why.INVALID):
            wishing.do("propose", "board")

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"wishes": "yes"}, "wishes"),
            ({"choices": 0}, "choices"),
            ({"choices": 10}, "choices"),
            ({"most_per_person": 0}, "most_per_person"),
            ({"options": [{"id": "host", "label": "Host", "least": 2}]}, "least = 2"),
            ({"options": [{"id": "host", "label": "Host", "least": True}]}, "least = True"),
        ],
    )
    def test_an_agenda_that_makes_no_sense(self, agenda, changed, told):
        with pytest.raises(AgendaError, match=told):
            agenda(WISHING | changed)


def told_of(made):
    return str(list(made.activity("board").record(made.inside("board"), ENGLISH, lambda seat, _: seat.title())))


def test_the_minutes_tell_how_wishes_were_met(wishing):
    kind = wishing.activity("board")
    wish(wishing, "ada", host=1, notes="no", money="no")
    assert "no assignment was proposed" in str(list(kind.doubts(wishing.inside("board"), ENGLISH)))
    wish(wishing, "ben", host=1, notes="no", money="no")
    wish(wishing, "cem", notes=2, money="no", host="no")
    wishing.do("propose", "board")
    wish(wishing, "dan", money=1)  # too late for this proposal
    told, state = told_of(wishing), wishing.inside("board")
    (loser,) = state.proposal.without
    for part in (
        "3 people named wishes.",
        "('wish no. 1', '1'), ('wish no. 2', '1')",
        "The worst that somebody got: wish no. 2.",
        f"{loser.title()}: named wishes and got no place.",
        state.proposal.seed,
        "Notes: 1 more person is needed.",
        "Least-worst assignment",
        "Burkard",
    ):
        assert part in told
    assert "optimal" not in told.lower()
    assert "Notes: 1 more person is needed." in list(kind.pending(state, ENGLISH, lambda seat, _: seat))
    assert list(kind.gist(state, ENGLISH, lambda seat, _: seat))[1].endswith("got: wish no. 2.")
    course = list(kind.course(wishing.log, state, ENGLISH, lambda seat, _: seat))
    assert course == ["4 people named wishes.", "2 people got a place by the proposal."]


acts = st.one_of(
    st.tuples(st.sampled_from(["take", "confirm", "release"]), st.sampled_from("abcd"), st.sampled_from(ROLE_IDS)),
    st.tuples(st.just("wish"), st.sampled_from("abcd"), st.dictionaries(st.sampled_from(ROLE_IDS), st.integers(0, 3))),
    st.tuples(st.just("propose"), st.just(""), st.just("")),
)


@given(st.lists(acts, max_size=20))
def test_no_proposal_breaks_a_no_or_overfills_a_role(room, sequence):
    made = room(WISHING, seats=tuple("abcd"))
    for seat in "abcd":
        made.do("name", by=seat, named="yes")
    for name, seat, what in sequence:
        try:
            if name == "wish":
                wish(made, seat, **{role: rank or "no" for role, rank in what.items()})
            elif name == "propose":
                made.do("propose", "board")
            else:
                play(made, (name, seat, what))
        except Refused:
            continue
        state = made.inside("board")
        assert all(len(state.held(role.id)) <= role.places for role in state.roles)
        assert all(state.held_by(seat) <= 1 for seat in "abcd")
        if name == "propose":
            fresh = [one for one in state.proposal.places if state.holders[one.role][one.seat] == "reserved"]
            assert all(state.wishes[one.seat].get(one.role, 4) == one.rank for one in fresh)
