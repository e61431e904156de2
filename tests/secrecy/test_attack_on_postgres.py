"""What a closed secret poll leaves in the files of a PostgreSQL server: clean tables, and what is said of the rest."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from tests.bench.server import ServerProcess
from tests.secrecy.attacker import Loot, Score, attacks, recomputed, rounds
from tests.secrecy.secret_room import PHONES, SLIPS, SecretRoom, facilitating, make_room
from tests.store import postgres_server

from workshop_kit.store.address import PASSWORD

ROOT = Path(__file__).parents[2]
VOTERS = PHONES + SLIPS
EVENTS = "select seq, id, at, actor, channel, item, name, data::json, digest from workshop_kit.events order by seq"


@pytest.fixture(scope="module")
def postgres():
    """A server of its own, whose files hold nothing but what these tests leave."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture(scope="module")
def voted(postgres, tmp_path_factory):
    """Three closed rounds of a secret poll: what everybody voted, and what lay in the boxes as keys and voters."""
    secret: set[str] = set()
    truths = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD, postgres_server.PASSWORD)
        folder = make_room(tmp_path_factory.mktemp("postgres") / "room", postgres.url("room"))
        with ServerProcess(folder.path, env=dict(os.environ)) as server, facilitating(folder) as live:
            room = SecretRoom(server, folder, seed=5)
            for number in range(3):
                if number:
                    live.do("next-round", "board")
                truths.append(room.votes())
                postgres.sql("analyze workshop_kit.ballots; analyze workshop_kit.boxes; checkpoint")
                secret |= {key for (key,) in postgres.sql("select box_key from workshop_kit.boxes")}
                secret |= {voter for (voter,) in postgres.sql("select voter from workshop_kit.ballots")}
            live.do("close", "board")
    postgres.sql("checkpoint")
    assert len(secret) == 3 * (1 + VOTERS)
    return truths, secret


@pytest.fixture
def tables(postgres):
    """The files of the database: tables, indexes, long values, statistics; and what the server wrote into its log."""
    [(oid,)] = postgres.sql("select oid from pg_database where datname = current_database()")
    return Loot(postgres.data / "base" / str(oid), messages=(postgres.folder / "log").read_text("utf-8"))


def log_of(postgres):
    names = ("seq", "id", "at", "actor", "channel", "item", "name", "data", "digest")
    return [dict(zip(names, row, strict=True)) for row in postgres.sql(EVENTS)]


def test_the_live_tables_hold_neither_boxes_nor_ballots(postgres, voted):
    assert postgres.sql("select * from workshop_kit.boxes") == []
    assert postgres.sql("select * from workshop_kit.ballots") == []


def test_the_files_of_all_tables_hold_neither_keys_nor_voters(tables, voted):
    """Heap files, indexes and statistics, although the administrator analysed the tables while the vote was open."""
    assert tables.files
    assert not [path for path, content in tables.files.items() if any(word.encode() in content for word in voted[1])]


def test_the_files_of_all_tables_tell_no_more_than_chance(postgres, tables, voted):
    truths, _ = voted
    log = log_of(postgres)
    score = Score()
    for seen, truth in zip(rounds(log), truths, strict=True):
        assert Counter(seen.choices) == Counter(truth.values())
        for attack, guesses in attacks(tables, log, seen):
            score.add(attack, guesses, truth)
    assert score.beyond_chance() == {}
    assert score.guesses["taking part against the event"] == 3 * VOTERS
    assert score.guesses["recomputed"] == 0


def test_the_servers_own_write_ahead_log_still_tells_everything_and_the_handbook_says_so(postgres, voted):
    """The limit: what PostgreSQL wrote ahead is its operator's, and stays until the server writes over it."""
    postgres.sql("select pg_switch_wal()")
    postgres.sql("checkpoint")
    written_ahead = Loot(postgres.data / "pg_wal")
    linked = dict(recomputed(written_ahead, voted[0][-1]))
    assert len(linked) > VOTERS / 2
    german, english = (ROOT / "docs/handbook/threat-model.md").read_text("utf-8").split("\n---\n")
    assert all("`pg_wal`" in page for page in (german, english))
