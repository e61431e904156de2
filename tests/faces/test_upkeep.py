"""`workshop verify`, `backup` and `repair`: what they say, how they end, and what they leave behind."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing

import pytest
from tests.bench.server import ServerProcess
from tests.faces.speaking import speak_english

from workshop_kit.faces import cli
from workshop_kit.faces.upkeep import _ranges
from workshop_kit.prepare import new_session


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = new_session(tmp_path_factory.mktemp("template") / "first", lang="en")
    live = folder.open()
    live.join(name="Ada").result()
    live.do("open", "experiences")
    for number in range(20):
        live.do("add", "experiences", text=f"Card {number}")
    live.close()
    return folder.path


@pytest.fixture
def session(template, tmp_path):
    return shutil.copytree(template, tmp_path / "first")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command as an English terminal would; returns its exit code, and what it said where."""
    speak_english(monkeypatch)

    def run(*arguments):
        code = 0
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    return run


def alter(session, seq):
    with closing(sqlite3.connect(session / "session.db")) as connection, connection:
        connection.execute("update events set actor = 'x' where seq = ?", (seq,))


def test_a_backup_is_made_while_the_server_runs_and_can_be_verified(run, session):
    with ServerProcess(session) as server:
        code, out, err = run("backup", session)
        assert server.url
    assert (code, err) == (0, "")
    told = re.fullmatch(r"Backup: (.+\.db) \((\d+) entries, digest ([0-9a-f]{64})\)\n", out)
    assert told
    assert int(told[2]) > 20
    other = session.parent / "other"
    other.mkdir()
    shutil.copy(told[1], other / "session.db")
    assert run("verify", other) == (0, f"The log is whole: {told[2]} entries, digest {told[3]}\n", "")
    assert run("verify", session)[0] == 0


def test_a_backup_goes_where_it_is_wanted_and_overwrites_nothing(run, session, tmp_path):
    out = tmp_path / "stick" / "copy.db"
    assert run("backup", session, "--out", out)[0] == 0
    kept = out.read_bytes()
    code, said, told = run("backup", session, "--out", out)
    assert (code, said, told.count("\n")) == (1, "", 1)
    assert "--out" in told
    assert out.read_bytes() == kept


def test_a_whole_log_is_not_repaired(run, session):
    before = (session / "session.db").read_bytes()
    code, out, err = run("repair", session)
    assert (code, out) == (1, "")
    assert "whole" in err
    assert (session / "session.db").read_bytes() == before


def test_a_repair_says_what_was_dropped_and_the_session_goes_on(run, session):
    alter(session, 15)
    code, _out, err = run("verify", session)
    assert code == 1
    assert "entry 15 " in err
    code, out, err = run("repair", session)
    assert (code, err) == (0, "")
    whole, dropped, kept = out.splitlines()
    assert re.fullmatch(r"The log is whole again: 14 entries, digest [0-9a-f]{64}", whole)
    assert dropped == "10 entries were dropped, from entry 15 on."
    damaged = re.fullmatch(r"The damaged file is kept as (.+)\.", kept)[1]
    assert damaged.startswith(str(session / "session.db.damaged-"))
    assert run("verify", session)[0] == 0
    assert run("step", session, "factors") == (0, "Weighing the factors: open\n", "")


def test_a_repair_names_the_entries_that_cannot_be_read(run, session):
    with closing(sqlite3.connect(session / "session.db")) as connection, connection:
        connection.execute("update events set data = '{' where seq in (15, 16, 17, 20)")
    out = run("repair", session)[1]
    assert "Of these, unreadable: 15–17, 20\n" in out


def test_a_repair_can_take_a_backup(run, session):
    assert run("backup", session)[0] == 0
    (backup,) = (session / "backups").iterdir()
    alter(session, 1)
    code, out, err = run("repair", session)
    assert (code, out) == (1, "")
    assert "--from" in err
    code, out, err = run("repair", session, "--from", backup)
    assert (code, err) == (0, "")
    assert "24 entries" in out
    assert "No entry was dropped." in out
    assert run("verify", session)[0] == 0


def test_a_log_in_use_is_not_repaired(run, session):
    with ServerProcess(session):
        code, out, err = run("repair", session)
    assert (code, out) == (1, "")
    assert "in use" in err


@pytest.mark.parametrize("arguments", [["backup"], ["repair"], ["verify"], ["repair", "--from", "copy.db"]])
def test_where_there_is_no_session_nothing_is_made(run, tmp_path, arguments):
    command, *rest = arguments
    code, out, err = run(command, tmp_path / "nowhere", *rest)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("entries", "told"), [((), ""), ((3,), "3"), ((3, 4), "3–4"), ((9, 1, 2, 3, 5, 10), "1–3, 5, 9–10")]
)
def test_numbers_are_told_as_people_write_them(entries, told):
    assert _ranges(entries) == told
