"""The activity "roles": a board with places, taken, confirmed under a name, and given back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import FACILITATOR, Audience, Person
from workshop_kit.core.document import Paragraph, Table
from workshop_kit.core.errors import Refused, Why
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
    def test_all_places_are_taken(self, board, refused):
        play(board, ("take", "ada", "host"), ("take", "ben", "host"))
        with refused(Why.TAKEN, "role"):
            play(board, ("take", "cem", "host"))

    def test_no_such_role(self, board, refused):
        for role in ("boss", ""):
            with refused(Why.INVALID, "role"):
                play(board, ("take", "ada", role))

    def test_to_confirm_needs_a_place(self, board, refused):
        with refused(Why.INVALID, "role"):
            play(board, ("confirm", "ada", "host"))

    def test_to_confirm_needs_a_name(self, board, refused):
        play(board, ("take", "ben", "host"))
        with refused(Why.INVALID, "name"):
            play(board, ("confirm", "ben", "host"))
        board.do("name", by="ben", named="yes")
        play(board, ("confirm", "ben", "host"))
        assert held(board) == [("ben", "confirmed")]

    def test_the_facilitator_says_for_whom(self, board, refused):
        with refused(Why.INVALID, "seat"):
            play(board, ("take", FACILITATOR, "host"))

    def test_an_unknown_command(self, board, refused):
        with refused(Why.UNKNOWN):
            play(board, ("inherit", "ada", "host"))

    def test_after_closing(self, board, refused):
        board.do("close", "board")
        with refused(Why.CLOSED):
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
