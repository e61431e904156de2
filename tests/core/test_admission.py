"""Who may take part: the lock, removal, the bound on seats, tickets."""

from __future__ import annotations

import pytest
from tests.conftest import DOTS

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Why
from workshop_kit.core.event import Channel, Fact

HOST = Actor(FACILITATOR, Channel.NOTEBOOK)
PATIENCE = 5.0


@pytest.fixture
def session(live):
    return live()


def tell(session, name, **fields):
    return session.submit(Command(name, fields=fields), HOST).result(PATIENCE)


def test_a_locked_room_takes_no_phone_but_a_guest_from_the_console(session, assert_refused):
    tell(session, "lock")
    with assert_refused(Why.LOCKED):
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


def test_a_removed_seat_may_send_nothing_more(session, assert_refused):
    seat = session.join().result(PATIENCE).seat
    tell(session, "remove", seat=seat)
    with assert_refused(Why.NOT_ALLOWED):
        session.rename(seat, "Ada").result(PATIENCE)
    assert session.state.seats[seat].removed


def test_only_the_facilitator_keeps_the_door(session, assert_refused):
    seat = session.join().result(PATIENCE).seat
    for name in ("lock", "unlock", "remove", "issue-tickets"):
        with assert_refused(Why.UNKNOWN):
            session.submit(Command(name, fields={"seat": seat, "count": "1"}), Actor(seat, Channel.PHONE)).result(
                PATIENCE
            )
    assert not session.state.locked


def test_a_seat_that_is_not_there_cannot_be_removed(session, assert_refused):
    with assert_refused(Why.INVALID, "seat"):
        tell(session, "remove", seat="s0")


def test_a_full_room_takes_nobody(session, assert_refused, monkeypatch):
    monkeypatch.setattr("workshop_kit.core.admission.MOST_SEATS", 2)
    for _ in range(2):
        session.join().result(PATIENCE)
    with assert_refused(Why.TOO_MANY):
        session.join().result(PATIENCE)


class TestTickets:
    """Which seat is behind a ticket is handed in as `bearer`; what follows from it is decided here."""

    @pytest.fixture
    def ticketed(self, room):
        made = room(DOTS, seats=())
        made.do("issue-tickets", count="5")
        return made

    def test_without_tickets_everybody_joins(self, room):
        made = room(DOTS, seats=())
        assert made.do("join", by="s1") == (Fact("seat.joined", {"lang": "en"}),)
        assert not made.state.seats["s1"].ticket

    @pytest.mark.parametrize("typed", ["", "  ", "ABCDE-FGHJF"])
    def test_once_they_are_issued_joining_by_phone_takes_one(self, ticketed, assert_refused, typed):
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            ticketed.do("join", by="s1", ticket=typed)
        assert not ticketed.state.seats

    def test_the_bearer_of_one_gets_its_seat(self, ticketed):
        assert ticketed.do("join", by="s1", bearer="s1") == (Fact("seat.joined", {"lang": "en", "ticket": True}),)
        assert (ticketed.state.tickets, ticketed.state.tickets_used) == (5, 1)

    def test_again_it_opens_the_same_seat_and_the_log_says_so(self, ticketed):
        ticketed.do("join", by="s1", bearer="s1")
        assert ticketed.do("join", by="s1", bearer="s1", lang="de") == (
            Fact("seat.moved"),
            Fact("seat.language_chosen", {"lang": "de"}),
        )
        assert (len(ticketed.state.seats), ticketed.state.moves, ticketed.state.seats["s1"].moves) == (1, 1, 1)

    def test_in_a_locked_room_it_opens_a_seat_that_is_taken_but_no_new_one(self, ticketed, assert_refused):
        ticketed.do("join", by="s1", bearer="s1")
        ticketed.do("lock")
        ticketed.do("join", by="s1", bearer="s1")
        with assert_refused(Why.LOCKED):
            ticketed.do("join", by="s2", bearer="s2")

    def test_it_does_not_bring_back_a_seat_that_was_removed(self, ticketed, assert_refused):
        ticketed.do("join", by="s1", bearer="s1")
        ticketed.do("remove", seat="s1")
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            ticketed.do("join", by="s1", bearer="s1")
        with assert_refused(Why.NOT_ALLOWED, "ballot"):
            ticketed.do("admit", bearer="s1")

    def test_guests_of_the_facilitator_need_none(self, ticketed):
        ticketed.do("join", by="s1", channel=Channel.HANDS)
        ticketed.do("join", by="s2", channel=Channel.NOTEBOOK)
        assert (len(ticketed.state.seats), ticketed.state.without_ticket) == (2, 0)

    def test_who_was_there_before_stays_and_is_counted(self, room):
        made = room(DOTS, seats=("ada", "ben"))
        made.do("remove", seat="ben")
        made.do("issue-tickets", count="1")
        made.cast("dots", "ada", o1=1)
        made.do("join", by="ada", lang="de")
        assert (made.state.without_ticket, made.state.tickets_used) == (1, 0)

    @pytest.mark.parametrize("count", ["", "0", "-1", "1.5", "9996", "99999999999", "\u0665", "x"])
    def test_their_number_is_bounded(self, ticketed, assert_refused, count):
        with assert_refused(Why.INVALID, "count"):
            ticketed.do("issue-tickets", count=count)

    def test_more_can_be_issued_up_to_the_bound(self, ticketed):
        ticketed.do("issue-tickets", count="9995")
        assert ticketed.state.tickets == 10_000

    def test_only_the_facilitator_admits_and_only_the_bearer_of_a_ticket(self, ticketed, assert_refused):
        ticketed.do("join", by="s1", bearer="s1")
        for by, bearer in (("s1", "s1"), (FACILITATOR, "")):
            with assert_refused(Why.UNKNOWN):
                ticketed.do("admit", by=by, bearer=bearer)

    def test_who_votes_on_paper_has_a_seat(self, ticketed):
        ticketed.do("admit", bearer="s1", channel=Channel.PAPER)
        assert ticketed.do("admit", bearer="s1", channel=Channel.PAPER) == ()
        ticketed.do("cast", "dots", bearer="s1", channel=Channel.PAPER, ballot="ABCDE-FGHJF", **{"value.o1": "2"})
        ticketed.do("close", "dots")
        profile = ticketed.inside("dots").profile
        assert (profile.eligible, [ballot.voter for ballot in profile.ballots]) == (1, ["s1"])
        assert ticketed.state.seats["s1"].channel is Channel.PAPER
        assert "ABCDE" not in str(ticketed.log)

    def test_a_slip_without_a_ticket_is_refused(self, ticketed, assert_refused):
        with assert_refused(Why.INVALID, "ballot"):
            ticketed.cast("dots", slip="17", channel=Channel.PAPER, o1=1)
