"""Tickets in use: their codes, the seats behind them, paper and phone, two processes, and what nobody can join."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import DOTS, MOOD

from workshop_kit import tickets
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Refused, StoreError, Why
from workshop_kit.core.event import Channel
from workshop_kit.live import LiveSession
from workshop_kit.people import CODE_LETTERS, token_hash
from workshop_kit.privacy import held_of
from workshop_kit.store.sqlite import SqliteStore
from workshop_kit.tickets import new_ticket, read_ticket

PATIENCE = 10.0
SECRET = {**DOTS, "id": "ballot", "openness": "secret", "receipts": True}


def join(session, ticket="", **about):
    return session.join(ticket=ticket, **about).result(PATIENCE)


def vote(session, seat, item="dots", **numbers):
    fields = {f"value.{option}": str(number) for option, number in numbers.items()}
    return session.submit(Command("cast", item, fields), Actor(seat, Channel.PHONE)).result(PATIENCE)


def enter(session, slip, item="dots", **numbers):
    """Enter a ballot on paper as the facilitator does."""
    fields = {f"value.{option}": str(number) for option, number in numbers.items()}
    return session.do("cast", item, channel=Channel.PAPER, ballot=slip, **fields)


def ballots(session, item="dots"):
    return {ballot.voter: dict(ballot.value) for ballot in session.state.items[item].state.ballots.values()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.db"


@pytest.fixture
def session(live, path):
    """A session on the disk whose item "dots" is open."""
    made = live(DOTS, SECRET, store=SqliteStore(path, create=True))
    made.do("open", "dots")
    return made


@pytest.fixture
def codes(session):
    """Five tickets for it."""
    return session.do("issue-tickets", count="5").tickets


@pytest.fixture
def second(session, registry, path, clock):
    other = LiveSession(SqliteStore(path), registry, clock=clock)
    yield other
    other.close()


# ── codes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

codes_of_any_kind = st.builds(new_ticket)


class TestCodes:
    def test_they_can_be_read_and_are_all_different(self):
        made = [new_ticket() for _ in range(500)]
        assert len(set(made)) == 500
        assert all(len(code) == 11 and code[5] == "-" for code in made)
        assert set("".join(made)) == {*CODE_LETTERS, "-"}

    @pytest.mark.parametrize("written", ["{}", " {} ", "{:_<11}", "{}\t"])
    def test_case_spaces_and_dashes_do_not_matter(self, written):
        code = new_ticket()
        plain = code.replace("-", "")
        spellings = (
            code,
            code.lower(),
            plain,
            plain.lower(),
            code.replace("-", " "),
            " ".join(plain),
            "\u2013".join(plain),
        )
        assert {read_ticket(written.format(spelling), "ticket") for spelling in spellings} == {plain}

    @given(code=codes_of_any_kind, place=st.integers(0, 9), letter=st.sampled_from(CODE_LETTERS))
    def test_one_wrong_letter_shows(self, code, place, letter):
        plain = code.replace("-", "")
        wrong = plain[:place] + letter + plain[place + 1 :]
        if wrong != plain:
            with pytest.raises(Refused) as caught:
                read_ticket(wrong, "ticket")
            assert (caught.value.why, caught.value.field) == (Why.INVALID, "ticket")

    @given(code=codes_of_any_kind, places=st.tuples(st.integers(0, 9), st.integers(0, 9)))
    def test_two_letters_that_changed_places_show(self, code, places):
        letters = list(code.replace("-", ""))
        one, other = places
        if letters[one] != letters[other]:
            letters[one], letters[other] = letters[other], letters[one]
            with pytest.raises(Refused):
                read_ticket("".join(letters), "ticket")

    @pytest.mark.parametrize(
        "written", ["x", "ABCDE-FGHJ", "ABCDE-FGHJFF", "IIIII-LLLLO", "12345-67890", "ß" * 10, "\ud800"]
    )
    def test_what_can_be_no_code_is_told_as_mistyped(self, written, assert_refused):
        with assert_refused(Why.INVALID, "ticket"):
            read_ticket(written, "ticket")


# ── seats ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestSeats:
    def test_each_opens_one_seat(self, session, codes):
        seats = {join(session, code).seat for code in codes}
        assert seats == set(session.state.seats)
        assert (len(seats), session.state.tickets_used) == (5, 5)

    def test_without_one_nobody_joins_by_phone(self, session, codes, assert_refused):
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            join(session)
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            join(session, new_ticket())
        with assert_refused(Why.INVALID, "ticket"):
            join(session, codes[0][:-1])
        assert not session.state.seats

    def test_where_none_were_issued_a_code_is_passed_over(self, session):
        assert join(session, "whatever").seat in session.state.seats

    def test_one_of_another_session_opens_nothing(self, session, codes, live, assert_refused):
        foreign = live(MOOD).do("issue-tickets", count="1").tickets
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            join(session, foreign[0])

    def test_on_another_phone_it_opens_the_same_seat_and_the_old_phone_stops(self, session, codes):
        first = join(session, codes[0], name="Ada")
        vote(session, first.seat, o1=3)
        assert session.seat_of(first.token) == first.seat
        again = join(session, codes[0].lower())
        assert (again.seat, session.seat_of(again.token)) == (first.seat, first.seat)
        assert session.seat_of(first.token) is None
        assert session.people.names == {first.seat: "Ada"}, "who comes back without saying a name keeps it"
        vote(session, again.seat, o2=1)
        assert ballots(session) == {first.seat: {"o2": 1}}
        assert [event.name for event in session.store.read()][-2:] == ["seat.moved", "poll.ballot_cast"]

    def test_the_name_given_on_joining_goes_in_together_with_the_seat(self, session, codes):
        admitted = join(session, codes[0], name="Ada")
        assert [event.name for event in session.store.read()][-2:] == ["seat.joined", "seat.named"]
        assert session.state.seats[admitted.seat].named

    def test_a_refused_one_changes_nothing_and_leaves_the_old_phone_in_its_seat(self, session, codes, assert_refused):
        first = join(session, codes[0])
        session.do("remove", seat=first.seat)
        before = len(session.store.read())
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            join(session, codes[0])
        assert (len(session.store.read()), session.seat_of(first.token)) == (before, first.seat)

    @pytest.mark.parametrize("field", ["", "ticket", "ballot"])
    def test_nobody_can_act_in_the_name_of_a_ticket_but_by_joining(self, session, codes, field):
        mine, theirs = join(session, codes[0]), join(session, codes[1])
        fields = {"value.o1": "1", field: codes[1]}
        session.submit(Command("cast", "dots", fields), Actor(mine.seat, Channel.PHONE)).result(PATIENCE)
        assert ballots(session) == {mine.seat: {"o1": 1}}
        assert theirs.seat not in ballots(session)

    def test_neither_log_nor_files_hold_a_code(self, session, codes, path):
        join(session, codes[0])
        enter(session, codes[1], o1=1)
        kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
        for code in codes:
            assert not [form for form in (code, code.replace("-", ""), code[:5]) if form.encode() in kept]


class TestTwoProcesses:
    def test_many_phones_with_one_ticket_get_one_seat_and_one_of_them_keeps_it(self, session, second, codes):
        with ThreadPoolExecutor(16) as pool:
            racing = [pool.submit(join, (session, second)[number % 2], codes[0]) for number in range(40)]
            admitted = [each.result(PATIENCE) for each in racing]
        assert len({each.seat for each in admitted}) == 1
        for each in (session, second):
            assert list(each.catch_up().seats) == [admitted[0].seat]
            assert sum(each.seat_of(one.token) == one.seat for one in admitted) == 1
        log = session.store.read()
        assert [event.name for event in log if event.name.startswith("seat.")] == ["seat.joined"] + ["seat.moved"] * 39
        session.verify()

    def test_phone_and_paper_at_once_leave_one_ballot(self, session, second, codes):
        seats = [join(session, code).seat for code in codes]

        def by_phone(seat):
            return vote(session, seat, o1=1)

        def on_paper(code):
            return enter(second, code, o2=1)

        with ThreadPoolExecutor(10) as pool:
            racing = [pool.submit(by_phone, seat) for seat in seats] + [pool.submit(on_paper, code) for code in codes]
            refusals = [each.exception(PATIENCE) for each in racing]
        assert [refusal.why for refusal in refusals if refusal] == [Why.TAKEN] * 5
        assert set(ballots(session)) == set(ballots(second)) | set(seats) == set(seats)

    def test_a_token_known_to_another_server_stops_there_as_well(self, session, second, codes):
        first = join(session, codes[0])
        assert second.seat_of(first.token) == first.seat
        again = join(session, codes[0])
        second.catch_up()
        assert (second.seat_of(first.token), second.seat_of(again.token)) == (None, first.seat)

    def test_tickets_issued_by_one_are_asked_for_by_the_other_at_once(self, session, second, assert_refused):
        codes = session.do("issue-tickets", count="1").tickets
        with assert_refused(Why.NOT_ALLOWED, "ticket"):
            join(second)
        assert join(second, codes[0]).seat in second.state.seats


# ── paper ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("item", ["dots", "ballot"])
class TestPaper:
    @pytest.fixture(autouse=True)
    def _open(self, session, item):
        session.do("open", item)

    def count(self, session, item):
        session.do("close", item)
        tally = session.state.items[item].state.tally
        return {line.option: line.score for line in tally.lines if line.score}, tally.voters, tally.eligible

    def test_a_ballot_on_paper_is_that_of_the_tickets_seat(self, session, codes, item, assert_refused):
        seat = join(session, codes[0]).seat
        enter(session, codes[0].lower(), item, o2=3)
        with assert_refused(Why.TAKEN):
            vote(session, seat, item, o1=3)
        assert self.count(session, item) == ({"o2": 3}, 1, 1)

    def test_who_joins_after_voting_on_paper_cannot_vote_again(self, session, codes, item, assert_refused):
        enter(session, codes[0], item, o2=3)
        seat = join(session, codes[0]).seat
        assert list(session.state.seats) == [seat]
        with assert_refused(Why.TAKEN):
            vote(session, seat, item, o1=3)
        assert self.count(session, item) == ({"o2": 3}, 1, 1)

    def test_who_voted_by_phone_cannot_vote_on_paper(self, session, codes, item, assert_refused):
        vote(session, join(session, codes[0]).seat, item, o1=3)
        join(session, codes[0])
        with assert_refused(Why.TAKEN, "ballot"):
            enter(session, codes[0], item, o2=3)
        assert self.count(session, item) == ({"o1": 3}, 1, 1)

    def test_a_slip_that_was_entered_wrong_can_be_entered_again(self, session, codes, item):
        enter(session, codes[0], item, o2=3)
        enter(session, codes[0], item, o3=1)
        assert self.count(session, item) == ({"o3": 1}, 1, 1)

    def test_what_is_no_ticket_is_refused(self, session, codes, item, assert_refused):
        for slip in ("17", codes[0][:-1], new_ticket()):
            with assert_refused(Why.INVALID, "ballot"):
                enter(session, slip, item, o2=3)
        assert self.count(session, item)[1:] == (0, 0)

    def test_a_refused_ballot_gives_nobody_a_seat(self, session, codes, item, assert_refused):
        with assert_refused(Why.INVALID, "value.o2"):
            enter(session, codes[0], item, o2=99)
        assert not session.state.seats

    def test_those_who_vote_on_paper_alone_are_counted_among_those_who_could(self, session, codes, item):
        join(session, codes[0])
        vote(session, join(session, codes[1]).seat, item, o1=1)
        enter(session, codes[2], item, o1=2)
        assert self.count(session, item) == ({"o1": 3}, 2, 3)

    def test_without_tickets_slips_are_numbered_as_one_likes(self, session, item):
        enter(session, "17", item, o1=1)
        enter(session, "18 b", item, o1=1)
        assert self.count(session, item) == ({"o1": 2}, 2, 2)

    def test_nobody_votes_twice_in_whatever_order_they_try(self, session, codes, item):
        for code, order in zip(codes, permutations(("join", "phone", "paper")), strict=False):
            seat = ""
            for step in order * 2:
                with suppress(Refused):
                    if step == "join":
                        seat = join(session, code).seat
                    elif step == "paper":
                        enter(session, code, item, o2=1)
                    elif seat:
                        vote(session, seat, item, o1=1)
        _, voters, eligible = self.count(session, item)
        assert (voters, eligible, len(session.state.seats)) == (5, 5, 5)


def test_in_the_next_round_one_may_vote_the_other_way(session, codes):
    seat = join(session, codes[0]).seat
    enter(session, codes[0], o2=3)
    session.do("next-round", "dots")
    vote(session, seat, o1=3)
    assert ballots(session) == {seat: {"o1": 3}}


def test_a_person_can_see_the_ballot_on_paper_that_is_kept_of_them(session, codes):
    seat = join(session, codes[0]).seat
    enter(session, codes[0], o2=3)
    assert held_of(session, seat)["entries"][-1]["data"] == {"voter": seat, "value": {"o2": 3}, "rev": 1}


def test_a_counted_secret_vote_leaves_nothing_that_leads_from_a_ticket_to_a_ballot(session, codes, path):
    """What is kept of a ticket names its seat; the log tells that this seat took part, and neither tells a ballot."""
    session.do("open", "ballot")
    seats = [join(session, code).seat for code in codes[:3]]
    for seat in seats:
        vote(session, seat, "ballot", o1=1)
    enter(session, codes[3], "ballot", o2=1)
    with session.store.writing() as tx:
        key = tx.box_key("ballot", "")
    voters = [row[0] for row in session.store._reader.execute("select voter from ballots").fetchall()]
    hashes = [row[0] for row in session.store._reader.execute("select ticket_hash from tickets").fetchall()]
    assert len(voters) == 4
    assert not set(voters) & set(hashes)
    session.do("close", "ballot")
    opened = json.dumps([dict(event.data) for event in session.store.read() if event.name == "item.box_opened"])
    assert not [trace for trace in (*seats, *hashes, *codes) if trace in opened]
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not [trace for trace in (key, *voters) if trace.encode() in kept]


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestList:
    def test_it_is_written_once_for_its_owner_only(self, session, tmp_path):
        out = tmp_path / "list.csv"
        codes = tickets.issue(session, "3", out)
        assert out.read_text("utf-8").splitlines() == ["ticket", *codes]
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        assert join(session, codes[2]).seat

    def test_another_file_is_never_overwritten_and_nothing_is_issued_then(self, session, tmp_path):
        out = tmp_path / "list.csv"
        out.write_text("mine", "utf-8")
        with pytest.raises(StoreError, match=r"list\.csv"):
            tickets.issue(session, "3", out)
        assert (out.read_text("utf-8"), session.state.tickets) == ("mine", 0)

    def test_a_refusal_leaves_no_file(self, session, tmp_path, assert_refused):
        out = tmp_path / "list.csv"
        with assert_refused(Why.INVALID, "count"):
            tickets.issue(session, "0", out)
        assert not out.exists()

    def test_where_it_cannot_be_written_nothing_is_issued(self, session, tmp_path):
        with pytest.raises(StoreError, match="nowhere"):
            tickets.issue(session, "3", tmp_path / "nowhere" / "list.csv")
        assert session.state.tickets == 0

    def test_only_hashes_are_kept(self, session, codes):
        rows = session.store._reader.execute("select ticket_hash, seat from tickets").fetchall()
        assert len(rows) == 5
        assert all(len(kept) == 64 for kept, _ in rows)
        assert not {kept for kept, _ in rows} & {token_hash(code) for code in codes}, "each session hashes differently"

    def test_only_the_facilitator_issues_them(self, session, codes, assert_refused):
        seat = join(session, codes[0]).seat
        assert seat != FACILITATOR
        with assert_refused(Why.UNKNOWN):
            session.submit(Command("issue-tickets", fields={"count": "1"}), Actor(seat, Channel.PHONE)).result(PATIENCE)
