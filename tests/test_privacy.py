"""A person can see what is held of them and have it erased; the chain holds and the rest of the session stays."""

from __future__ import annotations

import pytest

from workshop_kit.activities.ideas import ON_THE_WALL
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Refused
from workshop_kit.core.event import REDACTED, Channel
from workshop_kit.privacy import forget, held_of
from workshop_kit.store.sqlite import SqliteStore

PATIENCE = 5.0
CARDS = {"id": "cards", "activity": "ideas"}
SORT = {"id": "sort", "activity": "ideas", "ideas_from": "item:cards"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.db"


@pytest.fixture
def session(live, path):
    """Ada and Ben wrote a card each, which moved on to be sorted."""
    made = live(CARDS, SORT, store=SqliteStore(path, create=True))
    made.do("open", "cards")
    for name in ("Ada", "Ben"):
        seat = made.join(name=f"{name} Lovejoy").result(PATIENCE).seat
        made.submit(Command("add", "cards", {"text": f"{name}'s bread"}), Actor(seat, Channel.PHONE)).result(PATIENCE)
    made.do("open", "sort")
    return made


def seat_of(session, number):
    return next(seat.id for seat in session.state.seats.values() if seat.number == number)


def cards(session, item):
    return [idea.label["und"] for idea in session.state.items[item].state.ideas.values()]


def test_what_is_held_of_a_person_is_all_that_this_person_sent(session):
    held = held_of(session, seat_of(session, 1))
    assert held["name"] == "Ada Lovejoy"
    assert [entry["name"] for entry in held["entries"]] == ["seat.joined", "seat.named", "ideas.idea_added"]
    assert "Ben" not in str(held)


def test_what_is_erased_is_gone_from_every_step_and_file(session, path):
    assert forget(session, seat_of(session, 1)) == 1
    assert cards(session, "cards") == cards(session, "sort") == ["Ben's bread"]
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Ada" not in kept
    assert b"Ben Lovejoy" in kept


def test_the_chain_holds_and_says_what_was_erased_without_the_words(session):
    forget(session, seat_of(session, 1))
    session.verify()
    record = session.store.read()[-1]
    assert (record.name, record.actor) == (REDACTED, seat_of(session, 1))
    assert list(record.data) == ["entries"]


def test_to_be_forgotten_twice_changes_nothing(session):
    seat = seat_of(session, 1)
    forget(session, seat)
    before = session.state.seq
    assert forget(session, seat) == 0
    assert session.state.seq == before


def test_what_the_facilitator_did_with_an_erased_card_does_no_harm(session):
    session.submit(
        Command("hide", "sort", {"idea": "i1", "reason": "off topic"}), Actor(FACILITATOR, Channel.NOTEBOOK)
    ).result(PATIENCE)
    forget(session, seat_of(session, 1))
    assert cards(session, "sort") == ["Ben's bread"]


def test_a_card_merged_into_an_erased_one_is_back_on_the_wall(session):
    host = Actor(FACILITATOR, Channel.NOTEBOOK)
    session.submit(Command("merge", "sort", {"idea": "i2", "into": "i1"}), host).result(PATIENCE)
    assert [idea.place for idea in session.state.items["sort"].state.ordered(*ON_THE_WALL)] == ["unassigned"]
    forget(session, seat_of(session, 1))
    (card,) = session.state.items["sort"].state.ordered(*ON_THE_WALL)
    assert (card.label["und"], card.into) == ("Ben's bread", "")


def test_somebody_who_was_removed_can_have_name_and_words_erased(session):
    seat = seat_of(session, 1)
    session.do("remove", seat=seat)
    assert forget(session, seat) == 1
    assert session.people.names == {seat_of(session, 2): "Ben Lovejoy"}
    assert cards(session, "sort") == ["Ben's bread"]
    with pytest.raises(Refused):
        session.rename(seat, "Eve").result(PATIENCE)
