"""Secret polls: who took part and what was voted cannot be joined once the poll closed, and the count is right."""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from msgspec.structs import replace
from tests.conftest import START
from tests.faces.hosting import hosted

from workshop_kit.core.activity import FACILITATOR, Actor, Audience, Command
from workshop_kit.core.document import Chart, Pairs, Paragraph, Table
from workshop_kit.core.errors import AgendaError, BrokenLog, Refused, StoreError, Why
from workshop_kit.core.event import BOX_OPENED, FIRST_DIGEST, Channel
from workshop_kit.faces.notebook import Session
from workshop_kit.faces.pages import Pages
from workshop_kit.library import shipped, voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.cells import MinutesCells
from workshop_kit.minutes.sections import Minutes
from workshop_kit.store.backup import back_up, check
from workshop_kit.store.codec import data_text, sealed
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


def minutes_of(session, lang="en"):
    return Minutes(session.rules, session.state, voice(lang, session.rules.registry.values()), session.people)


def test_every_receipt_is_in_the_appendix_and_tells_nothing_of_a_seat(session):
    seats = [session.join().result(PATIENCE).seat for _ in range(7)]
    words = [vote(session, seat, "ada").word for seat in seats]
    session.do("close", "board")
    appendix = minutes_of(session).section("receipts")
    assert appendix.blocks[-2] == Paragraph(", ".join(sorted(set(words)))), "in alphabetical order, each once"
    assert not any(seat in str(list(minutes_of(session).sections())) for seat in seats)
    assert not any(word in str(list(minutes_of(session).item("board").blocks)) for word in words)


def test_receipts_of_two_rounds_are_apart(session):
    first = vote(session, session.join().result(PATIENCE).seat, "ada").word
    session.do("next-round", "board")
    second = vote(session, next(iter(session.state.seats)), "ada").word
    session.do("close", "board")
    assert first != second
    assert session.state.items["board"].receipts == {1: (first,), 2: (second,)}


def test_a_session_without_secret_votes_has_no_appendix(live):
    made = live({**POLL, "openness": "names-hidden"})
    assert (minutes_of(made).section("receipts"), minutes_of(made).recount({})) == (None, None)


def test_a_ballot_whose_answer_was_lost_gets_its_receipt_when_it_is_sent_again(session):
    seat = session.join().result(PATIENCE).seat
    first = vote(session, seat, "ada", command_id="once")
    again = vote(session, seat, "ada", command_id="once")
    assert (again.seq, again.word, again.repeated) == (first.seq, first.word, True)
    session.do("close", "board")
    assert vote(session, seat, "ada", command_id="once").word == "", "the box that knew it is gone"


TAMPERED = {
    "one altered": lambda ballots: [{**ballots[0], "value": {"dua": 1}}, *ballots[1:]],
    "one dropped": lambda ballots: ballots[1:],
    "one added": lambda ballots: [*ballots, {"receipt": "bababa", "value": {"ada": 1}}],
    "one doubled": lambda ballots: [*ballots, ballots[0]],
    "two swapped": lambda ballots: [ballots[1], ballots[0], *ballots[2:]],
    "another receipt": lambda ballots: [{**ballots[0], "receipt": "bababa"}, *ballots[1:]],
    "all gone": lambda ballots: [],
}


@pytest.fixture
def altered(session, path):
    """Vote, close, and change the ballots inside the log; with `forged`, recompute every digest after them."""
    votes = {session.join().result(PATIENCE).seat: option for option in ("ada", "ben", "cem", "ada", "ben", "ada")}
    for seat, option in votes.items():
        vote(session, seat, option)
    session.do("close", "board")
    words = session.state.items["board"].receipts[1]

    def alter(change, *, forged=False):
        log = session.store.read()
        last = FIRST_DIGEST
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            for event in log:
                if event.name == BOX_OPENED:
                    event = replace(event, data={"ballots": change(event.data["ballots"])})  # noqa: PLW2901
                event = sealed(event, last) if forged else event  # noqa: PLW2901
                last = event.digest
                row = (data_text(event.data), event.digest, event.data_digest, event.seq)
                database.execute("update events set data = ?, digest = ?, data_digest = ? where seq = ?", row)
        return words

    return alter


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_whatever_is_changed_about_the_ballots_is_found(session, altered, change):
    altered(change)
    (number,) = [event.seq for event in session.store.read() if event.name == BOX_OPENED]
    with pytest.raises(BrokenLog) as found:
        session.verify()
    assert found.value.seq == number


def test_a_whole_log_forged_anew_is_found_by_a_backup_and_by_receipts(session, altered, path):
    """Who has the folder can write a whole log anew; what was given away before tells on them."""
    digest = session.state.digest
    back_up(path, now=START)
    words = altered(TAMPERED["another receipt"], forged=True)
    session.verify()  # the chain alone is in order again
    with pytest.raises(StoreError, match="lacks what the backup"):
        check(path)
    forged = LiveSession(SqliteStore(path), session.rules.registry)
    assert forged.state.digest != digest, "the one that stands in the minutes"
    assert set(words) - set(forged.state.items["board"].receipts[1]), "somebody does not find their receipt"
    forged.close()


# ── what a result would tell ──────────────────────────────────────────────────────────────────────────────────────────


def shown(session, audience=Audience.ROOM):
    item = session.state.items["board"]
    return session.rules.activity(item).view(item.state, session.rules.viewer(session.state, item, audience))


def test_a_single_ballot_is_not_told_even_if_hands_were_raised(session):
    vote(session, session.join().result(PATIENCE).seat, "ada")
    session.do("room-votes", "board", **{"value.ben": "3"})
    session.do("close", "board")
    item = session.state.items["board"]
    poll = session.rules.activity(item)
    assert [shown(session, audience).tally for audience in Audience] == [None] * 3
    assert shown(session).untold
    assert list(poll.rows(item.state)) == []
    assert [option.id for option in poll.offers(item.state)] == OPTIONS, "not in the order of the result"
    for lang in ("de", "en"):
        section = minutes_of(session, lang).item("board")
        assert not [block for block in section.blocks if isinstance(block, Chart | Table)]
    page = Pages(session).shared("en")
    assert "Only one secret ballot" in page
    assert 'id="result"' not in page


def test_two_ballots_are_told(session):
    for option in ("ada", "ben"):
        vote(session, session.join().result(PATIENCE).seat, option)
    session.do("close", "board")
    assert shown(session).tally.voters == 2


@pytest.mark.parametrize(("phones", "slips", "told"), [(6, 1, False), (6, 4, False), (4, 6, False), (5, 5, True)])
def test_how_few_people_voted_which_way_is_not_told(session, phones, slips, told):
    for _ in range(phones):
        vote(session, session.join().result(PATIENCE).seat, "ada")
    for number in range(slips):
        session.do("cast", "board", channel=Channel.PAPER, ballot=str(number), choice="ben")
    session.do("close", "board")
    (pairs,) = [block for block in minutes_of(session).item("board").blocks if isinstance(block, Pairs)]
    assert (f"{slips} on paper" in str(pairs)) is told
    assert f"{phones + slips} people voted" in str(pairs)


def test_a_change_of_mind_leaves_no_entry(session):
    seat = session.join().result(PATIENCE).seat
    before = vote(session, seat, "ada").seq
    assert [vote(session, seat, option).seq for option in ("ben", "cem")] == [before, before]


def test_a_ballot_in_the_log_says_nothing_of_its_voter(session):
    """No language, channel, number of changes or moment, by which the only one of a kind could be known."""
    for lang in ("de", "en", "en"):
        vote(session, session.join(lang).result(PATIENCE).seat, "ada" if lang == "de" else "ben")
    session.do("close", "board")
    (event,) = [event for event in session.store.read() if event.name == BOX_OPENED]
    assert all(ballot.keys() == {"value", "receipt"} for ballot in event.data["ballots"])
    assert event.actor == FACILITATOR


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize(
    ("openness", "told"),
    [
        ("open", {"de": "neben deinem Namen", "en": "beside your name"}),
        ("names-hidden", {"de": "die Moderation, kann es trotzdem nachsehen", "en": "can still look up"}),
        (
            "secret",
            {
                "de": "Bis dahin könnte es nachsehen, wer ihre Dateien hat",
                "en": "Until then, whoever has its files could look it up",
            },
        ),
    ],
)
def test_everybody_is_told_before_voting_who_can_learn_what(live, lang, openness, told):
    made = live({**POLL, "openness": openness})
    made.do("open", "board")
    page = Pages(made).mine(lang, made.join(lang).result(PATIENCE).seat)
    assert page.index(told[lang]) < page.index('type="submit"')


def test_a_phone_without_javascript_shows_the_receipt(registry, agenda, tmp_path):
    with hosted(tmp_path / "session", agenda(POLL), registry) as server:
        server.live.do("open", "board")
        phone = server.join()
        form = {"command": "cast", "id": "by-form", "choice": "ada"}
        pages = [
            server.api.post(f"{server.url}/items/board", data=form, headers=phone.bearer) for _ in range(2)
        ]  # the second is what a reload sends
        word = phone.send("board", "cast", {"choice": "ben"}).json()["receipt"]
        assert [page.status_code for page in pages] == [200, 200]
        assert all(f"Your receipt: {word}." in page.text for page in pages)
        server.live.do("close", "board")
        assert word in str(minutes_of(server.live).section("receipts"))


# ── counting again ────────────────────────────────────────────────────────────────────────────────────────────────────


def recount_cell(session, folder):
    """Run the cell of the minutes notebook as it stands there, and return what it counted."""
    notebook = json.loads((shipped("notebooks") / "minutes.ipynb").read_text("utf-8"))
    (source,) = ["".join(cell["source"]) for cell in notebook["cells"] if cell["id"] == "recount"]
    minutes = MinutesCells(session, "en")
    names = {"minutes": minutes, "open_session": lambda _: Session(session), "session_dir": str(folder)}
    exec(source, names)
    return names["counted"], minutes.recount(names["counted"]).section


def test_the_cell_counts_what_the_tally_says_round_by_round(session, path):
    votes = room(session, 9)
    session.do("room-votes", "board", **{"value.dua": "2"})
    session.do("next-round", "board")
    again = dict.fromkeys(votes, "cem")
    for seat, option in again.items():
        vote(session, seat, option)
    session.do("close", "board")
    counted_again, section = recount_cell(session, path.parent)
    first = Counter(votes.values()) + Counter(dua=2)
    assert counted_again == {("board", 1): first, ("board", 2): Counter(cem=9)}
    assert [block.text for block in section.blocks if isinstance(block, Paragraph)].count("The count is the same.") == 2


def test_the_cell_tells_when_the_counts_differ(session, path):
    room(session, 9)
    session.do("close", "board")
    counted_again, _ = recount_cell(session, path.parent)
    wrong = {key: sums + Counter(ada=1) for key, sums in counted_again.items()}
    assert "The counts differ!" in str(minutes_of(session).recount(wrong))


def test_the_cell_does_not_tell_a_single_ballot_either(session, path):
    vote(session, session.join().result(PATIENCE).seat, "ada")
    session.do("close", "board")
    assert minutes_of(session).recount({("board", 1): {"ada": 1}}) is None


def test_a_counted_vote_cannot_be_opened_again_but_repeated(session, assert_refused):
    room(session, 3)
    session.do("close", "board")
    with assert_refused(Why.CLOSED):
        session.do("open", "board")
    session.do("next-round", "board")
    seat = next(iter(session.state.seats))
    vote(session, seat, "dua")
    session.do("close", "board")
    assert scores(session) == {"ada": 0, "ben": 0, "cem": 0, "dua": 1}


def test_a_slip_that_nobody_would_count_any_more_is_refused_and_not_in_the_next_round(session, assert_refused):
    def slip(number):
        return session.do("cast", "board", choice="ada", ballot=str(number))

    session.do("close", "board")
    with assert_refused(Why.CLOSED):
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


@pytest.mark.parametrize("lang", ["de", "en"])
def test_an_empty_ballot_is_an_abstention_as_in_an_open_poll_and_the_page_says_so(live, lang):
    """The page cannot tell an empty ballot from another: what lies in the box is not shown even to its voter."""
    made = live(POLL, {**POLL, "id": "open", "openness": "names-hidden"})
    told = {}
    for item in ("board", "open"):
        made.do("open", item)
        seats = [made.join(lang).result(PATIENCE).seat for _ in range(3)]
        for seat, fields in zip(seats, ({}, {"choice": "ada"}, {"choice": "ada"}), strict=True):
            made.submit(Command("cast", item, fields), Actor(seat, Channel.PHONE)).result(PATIENCE)
        told[item] = [Pages(made).mine(lang, seat) for seat in seats[:2]]
        made.do("close", item)
        tally = made.state.items[item].state.tally
        assert (tally.voters, tally.abstained) == (2, 1)
        assert {"de": "1 Enthaltung", "en": "1 abstained"}[lang] in str(minutes_of(made, lang).item(item))
    assert all(
        {"de": "zählt er als Enthaltung", "en": "counts as an abstention"}[lang] in page for page in told["board"]
    )
    assert {"de": "Du hast dich enthalten", "en": "You abstained"}[lang] in told["open"][0]
    assert {"de": "Du hast dich enthalten", "en": "You abstained"}[lang] not in told["open"][1]


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
