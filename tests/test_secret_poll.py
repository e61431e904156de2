"""Secret polls: who took part and what was voted cannot be joined once the poll closed, and the count is right."""

from __future__ import annotations

import random

import pytest

from workshop_kit.core.activity import Actor, Audience, Command
from workshop_kit.core.errors import AgendaError, BrokenLog, Refused, Why
from workshop_kit.core.event import BOX_OPENED, Channel
from workshop_kit.core.text import Text
from workshop_kit.live import LiveSession
from workshop_kit.store.sqlite import SqliteStore

POLL = {
    "id": "board",
    "activity": "poll",
    "rule": "choice",
    "openness": "secret",
    "receipts": True,
    "options": [{"id": name, "label": name} for name in ("ada", "ben", "cem", "dua")],
}
OPTIONS = [option["id"] for option in POLL["options"]]
VOTERS = 40
PATIENCE = 5.0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.db"


@pytest.fixture
def session(live, path):
    made = live(POLL, store=SqliteStore(path, create=True))
    made.do("open", "board")
    return made


def vote(session, seat, option, rev=None, command_id=""):
    fields = {"choice": option} | ({"rev": str(rev)} if rev else {})
    actor = Actor(seat, Channel.PHONE)
    return session.submit(Command("cast", "board", fields, command_id), actor).result(PATIENCE)


def room(session, number=VOTERS, seed=1):
    """Let people join and vote in a random order; returns what each voted, by seat, in the order of voting."""
    chance = random.Random(seed)
    seats = [session.join().result(PATIENCE).seat for _ in range(number)]
    chance.shuffle(seats)
    votes = {seat: chance.choice(OPTIONS) for seat in seats}
    for seat, option in votes.items():
        vote(session, seat, option)
    return votes


def scores(session):
    return {line.option: line.score for line in session.state.items["board"].state.tally.lines}


def counted(votes):
    return {option: list(votes.values()).count(option) for option in OPTIONS}


def boxed(session):
    """Return what each ballot says, in the order of the log."""
    (event,) = [event for event in session.store.read() if event.name == BOX_OPENED]
    return [next(iter(ballot["value"])) for ballot in event.data["ballots"]]


def test_every_ballot_is_counted_once(session):
    votes = room(session)
    session.do("close", "board")
    assert scores(session) == counted(votes)
    tally = session.state.items["board"].state.tally
    assert (tally.voters, tally.eligible, tally.channels) == (VOTERS, VOTERS, {Channel.PHONE: VOTERS})


def test_before_closing_the_log_tells_who_took_part_and_nothing_else(session):
    votes = room(session, 5)
    taken = [event for event in session.store.read() if event.name == "poll.took_part"]
    assert [event.actor for event in taken] == list(votes)
    assert all(dict(event.data) == {"voter": event.actor} for event in taken)
    assert set(scores(session).values()) == {0}


def test_a_later_ballot_takes_the_place_of_the_earlier_one(session):
    seat = session.join().result(PATIENCE).seat
    first = vote(session, seat, "ada", rev=10)
    assert vote(session, seat, "ben", rev=12).word == first.word
    vote(session, seat, "cem", rev=11)
    session.do("close", "board")
    assert scores(session) == {"ada": 0, "ben": 1, "cem": 0, "dua": 0}


def test_the_files_of_a_closed_poll_hold_neither_key_nor_voter(session, path):
    """Database, write-ahead log and freed pages, while the server still runs."""
    room(session)
    with session.store.writing() as tx:
        key = tx.box_key("board", "")
    rows = session.store._reader.execute("select voter from ballots").fetchall()
    assert len(rows) == VOTERS
    session.do("close", "board")
    kept = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    assert key.encode() not in kept
    assert not [voter for (voter,) in rows if voter.encode() in kept]


def test_an_attacker_with_the_whole_log_guesses_no_better_than_chance(live):
    """The best that the log offers is order: guess that ballots lie in the order of voting, joining or names."""
    hits: dict[str, int] = {}
    by_chance = 0.0
    rounds = 60
    for seed in range(rounds):
        made = live(POLL)
        made.do("open", "board")
        votes = room(made, seed=seed)
        made.do("close", "board")
        ballots = boxed(made)
        by_chance += sum(number**2 for number in counted(votes).values()) / VOTERS  # the result itself is public
        orders = {"voting": list(votes), "joining": list(made.state.seats), "names": sorted(votes)}
        for name, seats in orders.items():
            guessed = zip(seats, ballots, strict=True)
            hits[name] = hits.get(name, 0) + sum(votes[seat] == ballot for seat, ballot in guessed)
    tried = rounds * VOTERS
    chance = by_chance / tried
    spread = 5 * (chance * (1 - chance) / tried) ** 0.5
    for name, hit in hits.items():
        assert abs(hit / tried - chance) < spread, name


def test_every_receipt_is_in_the_minutes_and_tells_nothing_of_a_seat(session):
    seats = [session.join().result(PATIENCE).seat for _ in range(7)]
    words = {vote(session, seat, "ada").word for seat in seats}
    assert len(words) == len(seats)
    session.do("close", "board")
    item = session.state.items["board"]
    told = [str(block) for block in session.rules.activity(item).record(item.state, Text("en"), session.people)]
    assert all(any(word in block for block in told) for word in words)
    assert not any(seat in block for seat in seats for block in told)


def test_dropping_or_altering_one_ballot_is_found(session, path):
    room(session, 6)
    session.do("close", "board")
    session.store._writer.execute(
        "update events set data = replace(data, '\"ada\"', '\"ben\"') where name = ?", (BOX_OPENED,)
    )
    with pytest.raises(BrokenLog):
        session.verify()


def test_a_counted_vote_cannot_be_opened_again_but_repeated(session, refused):
    room(session, 3)
    session.do("close", "board")
    with refused(Why.CLOSED):
        session.do("open", "board")
    session.do("next-round", "board")
    seat = next(iter(session.state.seats))
    vote(session, seat, "dua")
    session.do("close", "board")
    assert scores(session) == {"ada": 0, "ben": 0, "cem": 0, "dua": 1}


def test_a_slip_that_nobody_would_count_any_more_is_refused_and_not_in_the_next_round(session, refused):
    def slip(number):
        return session.do("cast", "board", choice="ada", ballot=str(number))

    session.do("close", "board")
    with refused(Why.CLOSED):
        slip(1)
    session.do("open", "board")
    slip(2)
    session.do("next-round", "board")
    assert session.state.items["board"].past[0].tally.voters == 1
    session.do("close", "board")
    assert session.state.items["board"].state.tally.voters == 0


def test_a_phone_is_told_that_its_ballot_is_in_but_not_what_it_says(session):
    seat = session.join().result(PATIENCE).seat
    vote(session, seat, "ada")
    item = session.state.items["board"]
    viewer = session.rules.viewer(session.state, item, Audience.SEAT, seat)
    view = session.rules.activity(item).view(item.state, viewer)
    assert (view.took_part, view.mine, view.tally) == (True, None, None)


def test_a_bad_ballot_leaves_the_box_as_it_was(session):
    seat = session.join().result(PATIENCE).seat
    vote(session, seat, "ada")
    with pytest.raises(Refused):
        vote(session, seat, "nobody")
    session.do("close", "board")
    assert scores(session)["ada"] == 1


def test_the_box_survives_a_restart(session, registry, path):
    votes = room(session, 4)
    session.close()
    again = LiveSession(SqliteStore(path), registry)
    again.do("close", "board")
    assert scores(again) == counted(votes)
    again.close()


def test_a_secret_vote_has_no_live_result(agenda):
    with pytest.raises(AgendaError, match="live"):
        agenda({**POLL, "reveal": "live"})
