"""A pile of paper ballots: typed slip by slip, entered again by a second person, compared, and counted at once."""

from __future__ import annotations

import json
from contextlib import closing
from time import perf_counter

import pytest
from tests.conftest import DOTS, MOOD, SESSION

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.errors import Refused, StoreError, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.session import fold
from workshop_kit.erasure import erase_session
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.slips import Pile, sweep
from workshop_kit.store.sqlite import SqliteStore

PATIENCE = 10.0
CHOICE = {"id": "choice", "activity": "poll", "rule": "choice", "options": ["Tea", "Coffee", "Water"]}
SECRET = {**CHOICE, "id": "secret", "openness": "secret"}
TALKS = {"id": "talk", "activity": "info"}
TEXT = voice("en")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.db"


@pytest.fixture
def session(live, path):
    made = live(CHOICE, SECRET, DOTS, MOOD, TALKS, store=SqliteStore(path, create=True))
    made.do("open", "choice")
    return made


@pytest.fixture
def pile(session, tmp_path):
    """Return the pile of a poll, as whoever opens the session finds it."""
    return lambda item="choice": Pile(session, tmp_path, item)


@pytest.fixture
def codes(session):
    return session.do("issue-tickets", count="5").tickets


def typed(pile, *lines, item="choice"):
    for line in lines:
        pile(item).add(line)


def look(pile, item="choice"):
    return pile(item).look(TEXT)


def scores(session, item="choice"):
    tally = session.state.items[item].state.tally
    return {line.option: line.score for line in tally.lines if line.score}


def vote(session, seat, item="choice", **numbers):
    fields = {f"value.{option}": str(number) for option, number in numbers.items()}
    return session.submit(Command("cast", item, fields), Actor(seat, Channel.PHONE)).result(PATIENCE)


def names(session):
    return [event.name for event in session.store.read(0)]


class TestTyping:
    def test_nothing_counts_before_the_pile_is_counted(self, session, pile):
        before = names(session)
        typed(pile, "1", "3", "3")
        assert (names(session), look(pile).typed) == (before, 3)
        assert pile().count() == 3
        assert scores(session) == {"o1": 1, "o3": 2}
        assert names(session)[-4:] == ["poll.ballot_cast"] * 3 + ["poll.slips_entered"]
        assert {event.channel for event in session.store.read(0)[-4:]} == {Channel.PAPER}

    def test_what_was_typed_is_told_back(self, pile):
        typed(pile, "1", "-", "x", "2")
        assert [(one.place, one.said) for one in look(pile).recent] == [(2, "empty"), (3, "invalid"), (4, "Coffee")]

    def test_the_last_slip_can_be_taken_back(self, session, pile, assert_refused):
        typed(pile, "1", "2")
        pile().take_back()
        pile().count()
        assert scores(session) == {"o1": 1}
        with assert_refused(Why.INVALID):
            pile().take_back()

    def test_an_earlier_slip_can_be_mended_or_laid_aside(self, session, pile, assert_refused):
        typed(pile, "1", "2", "3")
        pile().mend("1", "3")
        pile().mend("2", "")
        with assert_refused(Why.INVALID, "place"):
            pile().mend("3", "1")
        pile().count()
        assert scores(session) == {"o3": 2}

    def test_a_slip_that_cannot_be_read_is_named_with_what_is_allowed(self, pile):
        typed(pile, "1")
        with pytest.raises(Refused) as caught:
            pile().add("7")
        assert caught.value.told(TEXT) == 'Slip 2: "7" is none of the options 1 to 3.'
        assert caught.value.told(voice("de")) == "Zettel 2: „7“ ist keine der Optionen 1 bis 3."
        assert look(pile).typed == 1

    def test_who_types_without_looking_loses_no_slip(self, session, pile, assert_refused):
        """The console keeps the place of a slip that it could not read, so that those behind it stay where they are."""
        for line in ("1", "7", "3"):
            pile().add(line, keep=True)
        assert [(one.place, one.said) for one in look(pile).problems] == [(2, "7")]
        for finish in (pile().count, pile().second):
            with assert_refused(Why.INVALID, "line"):
                finish()
        pile().mend("2", "2")
        assert pile().count() == 3
        assert scores(session) == {"o1": 1, "o2": 1, "o3": 1}

    def test_invalid_slips_are_counted_as_such_and_add_to_those_before(self, session, pile):
        session.do("invalid-slips", "choice", count="2")
        typed(pile, "1", "x")
        pile().count()
        session.do("close", "choice")
        assert session.state.items["choice"].state.tally.invalid == 3

    def test_a_second_pile_replaces_nothing_of_the_first(self, session, pile):
        for _ in range(2):
            typed(pile, "1", "2")
            pile().count()
        assert scores(session) == {"o1": 2, "o2": 2}

    def test_a_slip_with_its_printed_number_takes_the_place_of_the_one_that_was_entered_alone(
        self, session, pile, assert_refused
    ):
        session.do("cast", "choice", channel=Channel.PAPER, ballot="7", **{"value.o1": "1"})
        typed(pile, "#7 2")
        with assert_refused(Why.TAKEN, "line"):
            pile().add("#7 3")
        pile().count()
        assert scores(session) == {"o2": 1}

    def test_there_are_slips_of_votes_alone(self, session, tmp_path, assert_refused):
        with assert_refused(Why.INVALID):
            Pile(session, tmp_path, "talk")
        with assert_refused(Why.UNKNOWN):
            Pile(session, tmp_path, "nothing")

    def test_an_empty_pile_is_not_counted(self, pile, assert_refused):
        with assert_refused(Why.INVALID, "line"):
            pile().count()

    def test_each_poll_has_a_pile_of_its_own(self, session, pile):
        typed(pile, "1")
        typed(pile, "1 1 2", item="dots")
        session.do("open", "dots")
        pile("dots").count()
        assert (scores(session, "dots"), look(pile).typed) == ({"o1": 2, "o2": 1}, 1)


class TestTwoPeople:
    def test_who_agree_are_told_so_and_the_log_keeps_it(self, session, pile):
        typed(pile, "1", "2")
        pile().second()
        assert (look(pile).recent, look(pile).first) == ((), 2), "the second does not see what the first typed"
        typed(pile, "1", "2")
        pile().compare()
        assert look(pile).differences == ()
        pile().count()
        assert session.store.read(0)[-1].data == {"slips": 2, "people": 2, "settled": 0, "invalid": 0}

    def test_only_the_differences_show_and_nothing_counts_until_they_are_settled(self, session, pile, assert_refused):
        typed(pile, "1", "2", "3", "1")
        pile().second()
        typed(pile, "1", "3", "3")
        with assert_refused(Why.CLOSED):
            pile().count()
        pile().compare()
        assert look(pile).differences == (("1-2", "Coffee", "Water"), ("1-4", "Tea", "not typed"))
        with assert_refused(Why.CLOSED):
            pile().count()
        with assert_refused(Why.CLOSED):
            pile().add("1")
        pile().settle("1-2", "second")
        pile().settle("1-4", "first")
        with assert_refused(Why.INVALID, "mark"):
            pile().settle("1-1", "none")
        assert pile().count() == 4
        assert scores(session) == {"o1": 2, "o3": 2}
        assert session.store.read(0)[-1].data["settled"] == 2

    def test_a_difference_may_be_settled_by_a_third_reading_or_by_laying_the_slip_aside(
        self, session, pile, assert_refused
    ):
        typed(pile, "1", "2", "3")
        pile().second()
        typed(pile, "2", "1", "3")
        pile().compare()
        with assert_refused(Why.INVALID, "line"):
            pile().settle("1-1", "typed", "9")
        pile().settle("1-1", "typed", "3")
        pile().settle("1-2", "none")
        assert pile().count() == 2
        assert scores(session) == {"o3": 2}

    def test_the_console_asks_whether_both_have_looked(self, pile, assert_refused):
        typed(pile, "1")
        pile().second()
        typed(pile, "2")
        pile().compare()
        with assert_refused(Why.INVALID, "both"):
            pile().take({"command": "slip-settle", "mark": "1-1", "which": "first"})
        pile().take({"command": "slip-settle", "mark": "1-1", "which": "first", "both": "yes"})
        assert look(pile).differences == ()

    def test_slips_with_tickets_are_compared_in_any_order(self, session, pile, codes):
        typed(pile, f"{codes[0]} 1", f"{codes[1]} 2")
        pile().second()
        typed(pile, f"{codes[1].lower()} 2", f"{codes[0].replace('-', '')} 1")
        pile().compare()
        assert (look(pile).differences, pile().count()) == ((), 2)

    def test_the_minutes_tell_how_the_slips_were_entered(self, session, pile):
        typed(pile, *"1" * 20)
        pile().second()
        typed(pile, *"1" * 19, "2")
        pile().compare()
        pile().settle("1-20", "first")
        pile().count()
        session.do("close", "choice")
        kind, item = session.rules.registry["poll"], session.state.items["choice"]
        pairs = {
            lang: dict(next(iter(kind.record(item.state, voice(lang), session.people))).pairs) for lang in ("de", "en")
        }
        assert pairs["de"]["Zettel"] == "20 Zettel, von zwei Personen eingegeben und verglichen; 1 Unterschied geklärt"
        assert pairs["en"]["Slips"] == "20 slips, entered by two people and compared; 1 difference settled"
        typed(pile, "1")
        pile().count()
        pairs = dict(next(iter(kind.record(session.state.items["choice"].state, voice("de"), session.people))).pairs)
        assert pairs["Zettel"].endswith(
            "; 1 Zettel, von einer Person eingegeben, nicht verglichen; 1 Unterschied geklärt"
        )


class TestWhatIsKept:
    def test_a_half_typed_pile_is_there_when_the_kernel_starts_again(
        self, session, pile, path, tmp_path, registry, clock
    ):
        typed(pile, "1", "2")
        pile().second()
        typed(pile, "1")
        session.close()
        again = LiveSession(SqliteStore(path), registry, clock=clock)
        found = Pile(again, tmp_path, "choice")
        assert (found.look(TEXT).stage, found.look(TEXT).typed, found.look(TEXT).first) == ("second", 1, 2)
        found.add("2")
        found.compare()
        assert found.count() == 2
        assert scores(again) == {"o1": 1, "o2": 1}
        again.close()

    def test_a_pile_counts_once_though_the_process_died_before_its_draft_was_gone(self, session, pile, tmp_path):
        typed(pile, "1", "2")
        draft = pile().path.read_bytes()
        pile().count()
        pile().path.write_bytes(draft)
        entries = len(names(session))
        assert pile().count() == 2
        assert (len(names(session)), scores(session)) == (entries, {"o1": 1, "o2": 1})
        assert not pile().path.exists()

    def test_the_draft_is_for_its_owner_only_and_gone_once_it_counted(self, pile, tmp_path):
        typed(pile, "1")
        assert pile().path.stat().st_mode & 0o077 == 0
        pile().count()
        assert not list(tmp_path.glob("slips-*"))

    def test_a_draft_that_cannot_be_read_is_named(self, pile):
        pile().path.write_text("no draft", encoding="utf-8")
        with pytest.raises(StoreError, match=r"slips-choice-1\.json"):
            look(pile)

    def test_a_new_round_has_a_pile_of_its_own(self, session, pile):
        typed(pile, "1")
        session.do("next-round", "choice")
        assert look(pile).typed == 0


@pytest.mark.parametrize("item", ["choice", "secret"])
class TestTickets:
    """A ticket is one seat, and has one ballot in a round; the way that it came first is the one that counts."""

    @pytest.fixture(autouse=True)
    def _open(self, session, codes, item):
        session.do("open", item)

    def count(self, session, item):
        session.do("close", item)
        tally = session.state.items[item].state.tally
        return {line.option: line.score for line in tally.lines if line.score}, tally.voters

    def test_who_voted_by_phone_cannot_be_typed(self, session, pile, codes, item):
        vote(session, session.join(ticket=codes[0]).result(PATIENCE).seat, item, o1=1)
        with pytest.raises(Refused, match="voted by phone") as caught:
            pile(item).add(f"{codes[0]} 2", keep=False)
        assert (caught.value.why, codes[0] in str(caught.value.told(TEXT))) == (Why.TAKEN, True)
        with pytest.raises(Refused):
            pile(item).add(f"{codes[0]} 2", keep=True)
        assert self.count(session, item) == ({"o1": 1}, 1)

    def test_who_votes_by_phone_while_the_pile_is_typed_keeps_that_vote(
        self, session, pile, codes, item, assert_refused
    ):
        typed(pile, f"{codes[0]} 2", f"{codes[1]} 2", item=item)
        vote(session, session.join(ticket=codes[1]).result(PATIENCE).seat, item, o1=1)
        with pytest.raises(Refused, match=codes[1]):
            pile(item).count()
        assert self.count_of_paper(session) == 0, "none of the pile counted"
        pile(item).mend("2", "")
        pile(item).count()
        assert self.count(session, item) == ({"o1": 1, "o2": 1}, 2)

    @staticmethod
    def count_of_paper(session):
        return sum(event.channel is Channel.PAPER for event in session.store.read(0))

    def test_once_it_counted_the_phone_is_refused(self, session, pile, codes, item, assert_refused):
        seat = session.join(ticket=codes[0]).result(PATIENCE).seat
        typed(pile, f"{codes[0]} 2", item=item)
        pile(item).count()
        with assert_refused(Why.TAKEN):
            vote(session, seat, item, o1=1)
        later = session.join(ticket=codes[0]).result(PATIENCE).seat
        assert later == seat
        assert self.count(session, item) == ({"o2": 1}, 1)

    def test_in_the_next_round_either_way_is_free_again(self, session, pile, codes, item):
        typed(pile, f"{codes[0]} 2", item=item)
        pile(item).count()
        session.do("next-round", item)
        vote(session, session.join(ticket=codes[0]).result(PATIENCE).seat, item, o1=1)
        typed(pile, f"{codes[1]} 3", item=item)
        pile(item).count()
        assert self.count(session, item) == ({"o1": 1, "o3": 1}, 2)

    def test_a_mistyped_or_unknown_ticket_is_named(self, pile, codes, item, assert_refused):
        for line in (f"{codes[0][:-1]}{'B' if codes[0][-1] != 'B' else 'C'} 1", "1", "#7 1"):
            with assert_refused(Why.INVALID, "line"):
                pile(item).add(line)

    def test_a_ticket_stands_on_a_pile_once(self, pile, codes, item, assert_refused):
        typed(pile, f"{codes[0]} 1", item=item)
        with assert_refused(Why.TAKEN, "line"):
            pile(item).add(f"{codes[0].lower()} 2")

    def test_the_log_alone_tells_the_same_when_it_is_played_again(self, session, pile, codes, item):
        seat = session.join(ticket=codes[0]).result(PATIENCE).seat
        typed(pile, f"{codes[0]} 2", f"{codes[1]} 1", item=item)
        pile(item).count()
        session.do("close", item)
        assert seat in session.state.items[item].state.voters
        assert fold(session.rules, session.store.read(0)) == session.state


def test_a_reopened_vote_remembers_which_way_somebody_came(session, pile, codes, assert_refused):
    by_phone, on_paper = (session.join(ticket=code).result(PATIENCE).seat for code in codes[:2])
    vote(session, by_phone, o1=1)
    typed(pile, f"{codes[1]} 2")
    pile().count()
    session.do("close", "choice")
    session.do("open", "choice", reason="Ben came late")
    with assert_refused(Why.TAKEN):
        vote(session, on_paper, o1=1)
    with assert_refused(Why.TAKEN, "line"):
        pile().add(f"{codes[0]} 2")
    assert scores(session) == {"o1": 1, "o2": 1}


def test_a_secret_vote_keeps_nothing_that_leads_from_a_slip_to_a_ballot(session, pile, codes, path, tmp_path):
    session.do("open", "secret")
    seats = [session.join(ticket=code).result(PATIENCE).seat for code in codes[:3]]
    typed(pile, *(f"{code} {n}" for n, code in enumerate(codes[:3], 1)), item="secret")
    pile("secret").count()
    session.do("close", "secret")
    log = session.store.read(0)
    assert sum(event.name == "poll.took_part" for event in log) == 3
    opened = json.dumps([dict(event.data) for event in log if event.name == "item.box_opened"])
    assert not [trace for trace in (*seats, *codes) if trace in opened]
    assert not [event for event in log if event.name == "poll.ballot_cast"]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert not [code for code in codes for form in (code, code.replace("-", "")) if form.encode() in kept]


def test_a_draft_of_a_secret_vote_goes_when_the_vote_is_counted(session, pile, tmp_path, assert_refused):
    session.do("open", "secret")
    vote(session, session.join().result(PATIENCE).seat, "secret", o1=1)
    typed(pile, "1", item="secret")
    session.do("close", "secret")
    with assert_refused(Why.CLOSED):
        pile("secret").add("2")
    assert look(pile, "secret").typed == 0
    assert not list(tmp_path.glob("slips-*"))


@pytest.mark.parametrize("then", [{"name": "open", "item": "talk"}, {"name": "next-round", "item": "secret"}])
def test_it_goes_as_well_where_the_session_goes_straight_on(session, pile, tmp_path, then):
    session.do("open", "secret")
    vote(session, session.join().result(PATIENCE).seat, "secret", o1=1)
    typed(pile, "1", item="secret")
    typed(pile, "1")
    session.do(then["name"], then["item"])
    sweep(session.state, tmp_path)
    assert [path.name for path in tmp_path.glob("slips-*")] == ["slips-choice-1.json"], "no other draft is touched"


def test_all_drafts_go_with_the_personal_data(tmp_path):
    folder = SessionFolder.create(tmp_path / "session", "success-factors", SESSION)
    with closing(folder.open()) as live:
        live.do("open", "closing")
        Pile(live, folder.path, "closing").add("1")
        erase_session(folder, live, "asked")
    assert not list(folder.path.glob("slips-*"))


def test_twenty_slips_take_the_software_less_than_a_second(pile):
    begun = perf_counter()
    typed(pile, *"12312312312312312312")
    assert pile().count() == 20
    assert perf_counter() - begun < 5, "with room for a busy machine; about a quarter of a second is usual"
