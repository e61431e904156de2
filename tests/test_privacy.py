"""A person can see what is held of them and have it erased; the chain holds and the rest of the session stays."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from workshop_kit.activities.ideas.state import ON_THE_WALL
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Refused
from workshop_kit.core.event import REDACTED, Channel
from workshop_kit.core.personal import ERASED, PUBLIC_MINUTES
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.sections import Minutes
from workshop_kit.privacy import IN_FRONT, consent, erase, forget, held_of, overdue, purge, seat_called
from workshop_kit.store.backup import back_up
from workshop_kit.store.sqlite import SqliteStore

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
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


def files(path):
    return b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())


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


ABC = [{"id": id_, "label": id_.upper()} for id_ in "ab"]
CLOUD = {"id": "vote", "activity": "poll", "rule": "words"}
ROUND = {"id": "vote", "activity": "poll", "rule": "consent", "openness": "open", "options": ABC}
QUESTIONS = {
    "id": "vote",
    "activity": "poll",
    "rule": "form",
    "openness": "open",
    "questions": [{"id": "go", "rule": "consent", "options": ABC}, {"id": "what", "rule": "approval", "options": ABC}],
}
WORDS = {"word.1": "Quark", "word.2": "Mut"}
REASON = {"value.a": "-1", "reason.a": "Quark at the door", "value.b": "0", "reason.b": "Only with Quark"}
ANSWERS = {"value.go.a": "-1", "reason.go.a": "Quark once more", "value.what.b": "1"}


@pytest.mark.parametrize(
    ("item", "mine", "theirs", "kept"),
    [
        (CLOUD, WORDS, {"word.1": "Mut"}, ["Mut"]),
        (ROUND, REASON, {"value.a": "1", "reason.a": "Bread"}, ["Bread"]),
        (QUESTIONS, ANSWERS, {"value.go.a": "1", "reason.go.a": "Bread"}, ["Bread"]),
    ],
    ids=["words", "reasons of a consent round", "reasons in a form"],
)
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("by", [None, IN_FRONT], ids=["by phone", "in front"])
def test_words_given_in_a_vote_are_gone_from_log_tally_and_minutes(live, path, item, mine, theirs, kept, closed, by):
    """Of three ballots by one person, each later one in the place of the earlier; what was marked still counts."""
    made = live(item, store=SqliteStore(path, create=True))
    made.do("open", "vote")
    ada, ben = (made.join(name=name).result(PATIENCE).seat for name in ("Ada", "Ben"))
    before = {**mine, **{key: f"{said} 2" for key, said in mine.items() if not key.startswith("value.")}}
    for seat, fields in ((ada, before), (ben, theirs), (ada, {}), (ada, mine)):
        made.submit(Command("cast", "vote", fields), Actor(seat, Channel.PHONE)).result(PATIENCE)
    made.do("next-round", "vote")
    for seat, fields in ((ada, mine), (ben, theirs)):
        made.submit(Command("cast", "vote", fields), Actor(seat, Channel.PHONE)).result(PATIENCE)
    if closed:
        made.do("close", "vote")
    marked = [ballot.value for ballot in made.state.items["vote"].state.ballots.values()]
    assert b"Quark" in files(path)
    assert forget(made, ada, by) == 3
    assert b"Quark" not in files(path)
    state = made.state.items["vote"]
    assert [ballot.value for ballot in state.state.ballots.values()] == marked
    assert "Quark" not in str([(one.tally, list(one.ballots.values())) for one in (*state.past, state.state)])
    made.do("close", "vote") if not closed else None
    for lang in ("de", "en"):
        minutes = Minutes(made.rules, made.state, voice(lang), made.people)
        told = str([*minutes.sections()])
        assert "Quark" not in told
        assert all(word in told for word in kept)
    assert "Quark" not in str(held_of(made, ada))
    made.verify()


def test_a_word_cloud_says_how_many_words_were_erased(live):
    made = live(CLOUD)
    made.do("open", "vote")
    ada = made.join().result(PATIENCE).seat
    made.submit(Command("cast", "vote", WORDS), Actor(ada, Channel.PHONE)).result(PATIENCE)
    forget(made, ada)
    made.do("close", "vote")
    told = str([Minutes(made.rules, made.state, voice(lang), made.people).item("vote") for lang in ("de", "en")])
    assert "Words that were erased at the wish of their authors: 2." in told
    assert "Auf Wunsch derer, die sie geschrieben haben, gelöschte Wörter: 2." in told


# ── by the facilitator, for a person who asks ─────────────────────────────────────────────────────────────────────────


def test_the_facilitator_erases_the_same_as_the_person_could(session, path):
    assert forget(session, seat_of(session, 1), IN_FRONT) == 1
    assert cards(session, "sort") == ["Ben's bread"]
    assert b"Ada" not in files(path)
    assert [(event.name, event.actor) for event in session.store.read()[-2:]] == [
        ("seat.named", FACILITATOR),
        (REDACTED, FACILITATOR),
    ]
    session.verify()


def test_a_name_alone_leaves_no_trace_in_files_either(session, path):
    seat = session.join(name="Zoe Withoutcards").result(PATIENCE).seat
    assert b"Zoe" in files(path)
    assert forget(session, seat) == 0
    assert b"Zoe" not in files(path)


def test_backups_forget_with_the_log(session, path):
    back_up(path, now=NOW)
    forget(session, seat_of(session, 1))
    assert b"Ada" in files(path)
    purge(session, NOW)
    assert b"Ada" not in files(path)
    assert b"Ben Lovejoy" in files(path)


def test_whoever_was_removed_is_forgotten_too(session):
    seat = seat_of(session, 1)
    session.do("remove", seat=seat)
    assert forget(session, seat) == 1
    assert "Ada" not in session.people.names.values()


def test_a_person_is_called_by_number_or_pseudonym(session):
    seat = seat_of(session, 2)
    assert seat_called(session, "2") == seat_called(session, f" {seat} ") == seat
    for nobody in ("3", "0", "", "Ada", "s"):
        with pytest.raises(Refused, match="from 1 to 2"):
            seat_called(session, nobody)


# ── consent ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_held_tells_what_the_name_is_used_for(session):
    seat = seat_of(session, 1)
    use = {"room": True, "internal-minutes": True, PUBLIC_MINUTES: False}
    assert held_of(session, seat)["name_used_for"] == use
    consent(session, seat, given=True).result(PATIENCE)
    assert held_of(session, seat)["name_used_for"] == use | {PUBLIC_MINUTES: True}
    consent(session, seat, given=False).result(PATIENCE)
    held = held_of(session, seat)
    assert held["name_used_for"] == use
    assert [entry["data"]["given"] for entry in held["entries"] if entry["name"] == "seat.consented"] == [True, False]


def test_what_the_facilitator_did_to_a_person_is_held_of_that_person(session):
    seat = seat_of(session, 2)
    session.do("remove", seat=seat)
    assert held_of(session, seat)["entries"][-1]["name"] == "seat.removed"


# ── the end of all personal data ──────────────────────────────────────────────────────────────────────────────────────


def test_all_names_and_keys_are_erased_and_the_cards_stay(session, path):
    token = session.join(name="Zoe").result(PATIENCE).token
    assert session.seat_of(token)
    assert erase(session, "approved") == 3
    for name in (b"Ada Lovejoy", b"Ben Lovejoy", b"Zoe"):
        assert name not in files(path)
    assert session.seat_of(token) is None
    assert (session.store.names(), session.people.names) == ({}, {})
    assert sorted(cards(session, "sort")) == ["Ada's bread", "Ben's bread"]
    record = session.store.read()[-1]
    assert (record.name, dict(record.data)) == (ERASED, {"names": 3, "seats": 3, "why": "approved"})
    session.verify()


def test_to_erase_twice_changes_nothing_and_tells_the_same(session):
    erase(session, "approved")
    before = session.state.seq
    assert erase(session, "retention") == 2
    assert session.state.seq == before


def test_others_who_have_the_session_open_let_nobody_in_and_show_no_name(session, path, registry):
    admission = session.join(name="Zoe").result(PATIENCE)
    with closing(LiveSession(SqliteStore(path), registry)) as other:
        assert other.seat_of(admission.token) == admission.seat
        erase(session, "asked")
        card = Command("add", "cards", {"text": "late"})
        with pytest.raises(Refused, match="over"):
            other.submit(card, Actor(admission.seat, Channel.PHONE), name="Zoe again").result(PATIENCE)
        with pytest.raises(Refused, match="over"):
            other.join(name="Yan").result(PATIENCE)
        assert other.seat_of(admission.token) is None
        assert other.people.names == {}
        assert other.store.names() == {}


def test_whoever_writes_meanwhile_leaves_no_name_behind(session):
    """Names that race with the erasure are erased by it or refused after it, never kept."""
    racing = [session.join(name=f"Racer {number}") for number in range(40)]
    done = threading.Thread(target=erase, args=(session, "asked"))
    done.start()
    racing += [session.join(name=f"Racer {number}") for number in range(40, 80)]
    outcomes = [attempt.exception(PATIENCE) for attempt in racing]
    done.join(PATIENCE)
    assert session.store.names() == {}
    assert all(error is None or isinstance(error, Refused) for error in outcomes)
    session.verify()


def test_words_are_erased_on_request_after_the_names_were(session):
    seat = seat_of(session, 1)
    erase(session, "approved")
    assert forget(session, seat, IN_FRONT) == 1
    assert cards(session, "sort") == ["Ben's bread"]


@pytest.mark.parametrize(
    ("until", "now", "late"),
    [
        ("", "2099-01-01T00:00Z", False),
        ("2027-01-22", "2027-01-22T22:59Z", False),
        ("2027-01-22", "2027-01-22T23:01Z", True),
        ("2027-01-22", "2026-12-01T12:00Z", False),
    ],
)
def test_the_last_day_ends_at_midnight_where_the_session_takes_place(session, until, now, late):
    session.do("retain", until=until)
    assert overdue(session, datetime.fromisoformat(now)) is late
    erase(session, "asked")
    assert not overdue(session, datetime.fromisoformat(now))


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


def notes(session):
    return {key: note.text for key, note in session.state.noted.items()}


def test_erasing_empties_the_fields_that_name_people_in_every_version_and_file(session, path):
    for text in ("Rosa Wunder", "Rosa Wunder, Uwe Klar"):
        session.do("note", field="note-taker", text=text)
    session.do("note", field="goal", text="A list that holds")
    erase(session, "approved")
    assert notes(session) == {("", "goal"): "A list that holds"}
    session.verify()
    session.close()
    assert b"Rosa" not in files(path)


def test_whoever_is_forgotten_becomes_a_number_in_the_notes(session, path):
    session.do("note", field="goal", text="Nobody yet")
    session.do("note", field="goal", text="Help ADA LOVEJOY and Ada Lovejoyce")
    session.do("note", field="continues", text="Ben Lovejoy")
    forget(session, seat_of(session, 1), IN_FRONT)
    assert notes(session) == {("", "goal"): "Help Person 1 and Ada Lovejoyce", ("", "continues"): "Ben Lovejoy"}
    session.verify()
    session.close()
    assert b"ADA LOVEJOY" not in files(path)


def test_notes_that_name_a_person_are_held_of_that_person(session):
    session.do("note", field="continues", text="Ada Lovejoy, Ben Lovejoy")
    session.do("note", field="goal", text="A list")
    held = held_of(session, seat_of(session, 1))
    assert [entry["data"]["text"] for entry in held["entries"] if entry["name"] == "minutes.noted"] == [
        "Ada Lovejoy, Ben Lovejoy"
    ]
