"""Who may take part: the lock, removal, the bound on seats."""

from __future__ import annotations

import pytest

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Why
from workshop_kit.core.event import Channel

HOST = Actor(FACILITATOR, Channel.NOTEBOOK)
PATIENCE = 5.0


@pytest.fixture
def session(live):
    return live()


def tell(session, name, **fields):
    return session.submit(Command(name, fields=fields), HOST).result(PATIENCE)


def test_a_locked_room_takes_no_phone_but_a_guest_from_the_console(session, refused):
    tell(session, "lock")
    with refused(Why.LOCKED):
        session.join().result(PATIENCE)
    assert session.join(channel=Channel.HANDS).result(PATIENCE).seat in session.state.seats
    tell(session, "unlock")
    session.join().result(PATIENCE)
    assert len(session.state.seats) == 2


def test_who_sits_already_may_act_in_a_locked_room(session):
    seat = session.join().result(PATIENCE).seat
    tell(session, "lock")
    session.rename(seat, "Ada").result(PATIENCE)
    assert session.state.seats[seat].named


def test_to_lock_twice_changes_nothing(session):
    first = tell(session, "lock").seq
    assert tell(session, "lock").seq == first


def test_a_removed_seat_may_send_nothing_more(session, refused):
    seat = session.join().result(PATIENCE).seat
    tell(session, "remove", seat=seat)
    with refused(Why.NOT_ALLOWED):
        session.rename(seat, "Ada").result(PATIENCE)
    assert session.state.seats[seat].removed


def test_only_the_facilitator_keeps_the_door(session, refused):
    seat = session.join().result(PATIENCE).seat
    for name in ("lock", "unlock", "remove", "issue-tickets"):
        with refused(Why.UNKNOWN):
            session.submit(Command(name, fields={"seat": seat, "count": "1"}), Actor(seat, Channel.PHONE)).result(
                PATIENCE
            )
    assert not session.state.locked


def test_a_seat_that_is_not_there_cannot_be_removed(session, refused):
    with refused(Why.INVALID, "seat"):
        tell(session, "remove", seat="s0")


def test_a_full_room_takes_nobody(session, refused, monkeypatch):
    monkeypatch.setattr("workshop_kit.core.admission.MOST_SEATS", 2)
    for _ in range(2):
        session.join().result(PATIENCE)
    with refused(Why.TOO_MANY):
        session.join().result(PATIENCE)


@pytest.mark.parametrize("count", ["", "0", "-1", "many", "٣", "10001", "9" * 5000])
def test_a_number_of_tickets_that_is_none_is_refused(session, refused, count):
    with refused(Why.INVALID, "count"):
        tell(session, "issue-tickets", count=count)
