"""What a closed secret poll leaves in a session's folder, in the hands of an attacker who has every byte of it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from tests.bench.server import ServerProcess, kit
from tests.secrecy.attacker import Loot, Score, attacks, choice, recomputed, rounds
from tests.secrecy.secret_room import OPTIONS, PHONES, SLIPS, SecretRoom, make_room
from tests.test_secret_poll import POLL, vote

from workshop_kit import ballot_box
from workshop_kit.core.errors import Refused, StoreError
from workshop_kit.folder import SessionFolder
from workshop_kit.store.sqlite import SqliteStore

ROUNDS = 4
VOTERS = PHONES + SLIPS

DYING = """
import os, sys
from contextlib import contextmanager
from itertools import count
from workshop_kit.folder import locate
from workshop_kit.store.sqlite import SqliteStore

points, fatal = count(1), int(sys.argv[2])

def point():
    if next(points) == fatal:
        os._exit(9)

writing, scrub = SqliteStore.writing, SqliteStore.scrub

@contextmanager
def mortal_writing(self):
    with writing(self) as tx:
        yield tx
        point()
    point()

def mortal_scrub(self):
    point()
    done = scrub(self)
    point()
    return done

live = locate(sys.argv[1]).open()
SqliteStore.writing, SqliteStore.scrub = mortal_writing, mortal_scrub
live.do("close", "board")
"""
"""Closes a secret poll and dies without any farewell at the given one of the moments before and after each step."""

MOMENTS = 8


def taken(path, *others, **more):
    """Return what the attacker carries off, and the log as the attacker reads it."""
    loot = Loot(path, *others, **more)
    return loot, loot.log(path / "session.db")


def scored(score, loot, log, truths):
    for seen, truth in zip(rounds(log), truths, strict=True):
        assert Counter(seen.choices) == Counter(truth.values()), "every ballot is counted as it was last cast"
        assert set(seen.voters) == truth.keys()
        for attack, guesses in attacks(loot, log, seen):
            score.add(attack, guesses, truth)


def step(folder, name):
    done = kit("step", folder.path, "board", name)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("end", ["running", "stopped", "killed"])
def test_all_files_of_closed_secret_polls_tell_no_more_than_chance(tmp_path, end):
    """Three servers of four rounds with 40 voters each; temporary files, backups, minutes and messages included."""
    (temporary := tmp_path / "tmp").mkdir()
    folder = make_room(tmp_path / "session")
    truths = []
    with ServerProcess(folder.path, env={"TMPDIR": str(temporary), "TEMP": str(temporary)}) as server:
        room = SecretRoom(server, folder, seed=sum(map(ord, end)))
        for number in range(ROUNDS):
            if number:
                step(folder, "next-round")
            truths.append(room.votes())
            if number == 1:
                assert kit("backup", folder.path).returncode == 0, "while the vote is open"
        step(folder, "close")
        if end == "running":
            loot, log = taken(folder.path, temporary)
        elif end == "killed":
            server.kill()
    if end == "stopped":
        assert kit("backup", folder.path).returncode == 0
        assert kit("minutes", folder.path, "--format=md,html").returncode == 0
    if end != "running":
        loot, log = taken(folder.path, temporary, errors=server.errors)
    score = Score()
    scored(score, loot, log, truths)
    assert score.beyond_chance() == {}
    assert score.guesses["taking part against the event"] == ROUNDS * VOTERS
    assert score.guesses["recomputed"] == 0, "there is neither a key nor the digest of a voter"


def test_the_same_attacker_links_everybody_while_the_vote_is_open(tmp_path):
    """The limit that is told to everybody; and the proof that the attacker knows the trade."""
    folder = make_room(tmp_path / "session")
    with ServerProcess(folder.path) as server:
        truth = SecretRoom(server, folder, seed=1).votes()
        loot, _ = taken(folder.path)
    guessed = dict(recomputed(loot, truth))
    right = sum(truth[voter] == option for voter, option in guessed.items())
    assert len(guessed) == VOTERS
    assert right >= VOTERS * 3 / 4, "older versions of changed ballots lie about as well"


def test_the_attacker_would_notice_ballots_that_keep_their_order(live, monkeypatch):
    """What shuffling is for: without it the order of the ballots is the one of the digests, or of the votes."""
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda _, ballots: ballots.sort(key=order.index))
    session = live(POLL)
    session.do("open", "board")
    truth, order = {}, []
    chance = random.Random(2)
    for _ in range(VOTERS):
        seat = session.join().result(5).seat
        truth[seat] = chance.choice(OPTIONS)
        vote(session, seat, truth[seat])
        with session.store.writing() as tx:
            order += [ballot for ballot in tx.box("board") if ballot not in order]
    session.do("close", "board")
    events = [
        {"seq": e.seq, "at": e.at.isoformat(), "data": e.data, "item": e.item, "name": e.name, "actor": e.actor}
        | {"channel": str(e.channel), "id": e.id, "digest": e.digest}
        for e in session.store.read()
    ]
    score = Score()
    for attack, guesses in attacks(Loot(), events, *rounds(events)):
        score.add(attack, guesses, truth)
    assert {"taking part against the event", "joining against the event"} <= score.beyond_chance().keys()


@pytest.fixture(scope="module")
def left_open(tmp_path_factory):
    """The folder of an open secret vote whose server was killed, and what everybody voted."""
    folder = make_room(tmp_path_factory.mktemp("open") / "session")
    with ServerProcess(folder.path) as server:
        truth = SecretRoom(server, folder, seed=3).votes()
        server.kill()
    assert (folder.path / "session.db-wal").stat().st_size, "the votes are in the write-ahead log"
    return folder, truth


@pytest.mark.parametrize("moment", range(1, MOMENTS + 2))
def test_killed_while_closing_at_any_moment_nothing_is_linked_and_nothing_lost(left_open, tmp_path, moment):
    """Either the log says that the vote is open, and closing again counts all; or no byte links anybody any more."""
    folder, truth = SessionFolder(tmp_path / "session"), left_open[1]
    shutil.copytree(left_open[0].path, folder.path)
    ended = subprocess.run([sys.executable, "-c", DYING, str(folder.path), str(moment)], check=False, timeout=60)
    assert ended.returncode == (9 if moment <= MOMENTS else 0)
    loot, log = taken(folder.path)
    closed = bool(rounds(log))
    assert closed == (moment >= MOMENTS), "the log says so with the last commit only"
    if not closed:
        assert kit("verify", folder.path).returncode == 0
        step(folder, "close")
        loot, log = taken(folder.path)
    assert recomputed(loot, truth) == []
    score = Score()
    scored(score, loot, log, [truth])
    assert score.beyond_chance() == {}


def test_a_copy_from_before_tells_after_closing_too(left_open, tmp_path):
    """The limit: snapshots, synchronised folders, the free space of a disk may hold the files as they once were."""
    folder, truth = SessionFolder(tmp_path / "session"), left_open[1]
    shutil.copytree(left_open[0].path, folder.path)
    snapshot = Loot(folder.path)
    step(folder, "close")
    (seen,) = rounds(Loot(folder.path).log(folder.log))
    assert recomputed(Loot(folder.path), seen.voters) == []
    assert dict(recomputed(snapshot, seen.voters)).keys() == truth.keys()


def test_without_the_cleaning_in_between_the_attacker_wins(left_open, tmp_path, monkeypatch):
    """What sealing is for: the write-ahead log of a process that dies holds keys, voters and ballots."""
    folder, truth = SessionFolder(tmp_path / "session"), left_open[1]
    shutil.copytree(left_open[0].path, folder.path)
    monkeypatch.setattr(SqliteStore, "scrub", lambda _: True)
    monkeypatch.setattr(SqliteStore, "_clean_up", lambda _: None)
    live = folder.open()
    live.do("close", "board")
    loot, log = taken(folder.path)
    live.close()
    assert len(rounds(log)) == 1
    assert len(dict(recomputed(loot, truth))) == VOTERS


def test_opening_a_session_cleans_up_after_a_process_that_was_killed(left_open, tmp_path):
    folder = SessionFolder(tmp_path / "session")
    shutil.copytree(left_open[0].path, folder.path)
    live = folder.open()
    try:
        assert (folder.path / "session.db-wal").stat().st_size == 0
    finally:
        live.close()


def test_a_vote_is_not_closed_while_somebody_reads_what_was_before(left_open, tmp_path, monkeypatch):
    """A database tool that holds on to an older state keeps it in the files: so the vote stays open, and sealed."""
    monkeypatch.setattr("workshop_kit.store.sqlite.LOCK_WAIT", 0.2)
    folder, truth = SessionFolder(tmp_path / "session"), left_open[1]
    shutil.copytree(left_open[0].path, folder.path)
    live, other = folder.open(), folder.open()
    reader = other.store._reader
    reader.execute("begin")
    reader.execute("select count(*) from events").fetchone()
    try:
        with pytest.raises(StoreError, match="Close that program"):
            live.do("close", "board")
        assert rounds(Loot(folder.path).log(folder.log)) == []
        with pytest.raises(Refused, match="closed"):
            live.do("cast", "board", ballot="9", choice="ada")
        reader.execute("rollback")
        live.do("close", "board")
        loot, log = taken(folder.path)
    finally:
        other.close()
        live.close()
    assert recomputed(loot, truth) == []
    assert Counter(rounds(log)[0].choices) == Counter(truth.values())


def test_a_vote_that_arrives_while_another_process_closes_is_refused_or_counted(left_open, tmp_path, monkeypatch):
    """Between sealing and closing nobody can slip a ballot in, and the one that was too late is told so."""
    folder, truth = SessionFolder(tmp_path / "session"), left_open[1]
    shutil.copytree(left_open[0].path, folder.path)
    live, other = folder.open(), folder.open()
    seal = ballot_box.seal
    late = []

    def interrupted(store, item):
        seal(store, item)
        with pytest.raises(Refused) as refused:
            other.do("cast", "board", ballot="late", choice="ada")
        late.append(refused.value)

    monkeypatch.setattr(ballot_box, "seal", interrupted)
    live.do("close", "board")
    assert len(late) == 1
    (seen,) = rounds(Loot(folder.path).log(folder.log))
    other.close()
    live.close()
    assert Counter(map(choice, seen.ballots)) == Counter(truth.values())
    assert "slip:late" not in seen.voters
