"""`workshop held`, `forget`, `retain` and `erase`: what they say and leave behind, and that they can be repeated."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from tests.bench.server import ServerProcess
from tests.faces.speaking import speak_english

from workshop_kit import erasure, privacy
from workshop_kit.core.errors import StoreError, WorkshopError
from workshop_kit.core.personal import ERASED, PUBLIC_MINUTES
from workshop_kit.faces import cli
from workshop_kit.folder import SessionFolder
from workshop_kit.prepare import last_day, new_session
from workshop_kit.store.backup import back_up

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
TODAY = date.today()  # noqa: DTZ011 - the facilitator's calendar, as the kit reads it


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Ada and Ben wrote a card each; there is a backup, a damaged copy, minutes, and a notebook that shows a name."""
    folder = new_session(tmp_path_factory.mktemp("template") / "first", lang="en", title="The first")
    live = folder.open()
    live.do("open", "experiences")
    for name in ("Ada", "Ben"):
        seat = live.join(name=f"{name} Lovejoy").result().seat
        privacy.consent(live, seat, given=name == "Ben").result()
        live.do("add", "experiences", text=f"{name}'s bread", seat=seat)
    live.close()
    back_up(folder.log, now=NOW)
    shutil.copyfile(folder.log, folder.path / "session.db.damaged-2026-11-23T140000Z")
    (folder.versions / "01-draft").mkdir(parents=True)
    (folder.minutes / "minutes.en.html").write_text("Ada Lovejoy", "utf-8")
    (folder.versions / "01-draft" / "minutes.en.html").write_text("Person 1", "utf-8")
    notebook = folder.path / "06-roles.ipynb"
    shown = json.loads(notebook.read_text("utf-8"))
    code = next(cell for cell in shown["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["Ada Lovejoy"]}]
    shown["metadata"]["widgets"] = {"state": {"console": "Ben Lovejoy"}}
    notebook.write_text(json.dumps(shown), "utf-8")
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


def holding(folder, *names):
    """Return the files below a folder that hold one of these names, by their paths."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(name.encode() in path.read_bytes() for name in names)
    )


def log_of(session):
    live = SessionFolder(session).open()
    try:
        live.verify()
        return live.store.read(), live.state, dict(live.store.names())
    finally:
        live.close()


# ── one person ────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestHeld:
    def test_all_of_one_person_and_nothing_of_another(self, run, session):
        code, out, err = run("held", session, "2")
        told = json.loads(out)
        assert (code, err, told["name"], told["number"]) == (0, "", "Ben Lovejoy", 2)
        assert told["name_used_for"][PUBLIC_MINUTES] is True
        assert told["name_kept_until"] == (TODAY + timedelta(days=60)).isoformat()
        assert "Ada" not in out
        assert json.loads(run("held", session, told["seat"])[1]) == told

    def test_into_a_file_that_is_not_there_yet(self, run, session, tmp_path):
        out = tmp_path / "ada.json"
        assert run("held", session, "1", "--out", out)[:2] == (0, f"{out}\n")
        assert json.loads(out.read_text("utf-8"))["name"] == "Ada Lovejoy"
        assert out.stat().st_mode & 0o077 == 0
        assert run("held", session, "2", "--out", out)[0] == 1
        assert "Ada" in out.read_text("utf-8")

    def test_nobody_of_that_number(self, run, session):
        code, out, err = run("held", session, "7")
        assert (code, out) == (1, "")
        assert "from 1 to 2" in err


class TestForget:
    def test_it_erases_the_same_as_on_the_phone_and_from_copies(self, run, session):
        code, out, err = run("forget", session, "1", "--yes")
        assert (code, err) == (0, "")
        assert "0 entries emptied" in out, "the facilitator wrote the card"
        assert list(log_of(session)[2].values()) == ["Ben Lovejoy"]
        assert holding(session, "Ada Lovejoy") == ["06-roles.ipynb", "minutes/minutes.en.html"]
        assert "06-roles.ipynb" in out
        assert str(session / "minutes" / "minutes.en.html") in out

    @pytest.mark.parametrize(("answer", "erased"), [("y\n", True), ("n\n", False), ("", False)])
    def test_it_asks_before(self, run, session, monkeypatch, answer, erased):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        code, out, _err = run("forget", session, "1")
        assert "Erase the name and the cards of Ada Lovejoy for good?" in out
        assert code == (0 if erased else 1)
        assert ("Ada Lovejoy" in log_of(session)[2].values()) is not erased


# ── how long ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestLastDay:
    @pytest.mark.parametrize(
        ("written", "day", "kept"),
        [
            ("60", TODAY.isoformat(), (TODAY + timedelta(days=60)).isoformat()),
            ("7", (TODAY + timedelta(days=30)).isoformat(), (TODAY + timedelta(days=37)).isoformat()),
            ("7", "2020-01-01", (TODAY + timedelta(days=7)).isoformat()),
            ("7", "some day in spring", (TODAY + timedelta(days=7)).isoformat()),
            ("0", TODAY.isoformat(), ""),
            ("31.12.2096", TODAY.isoformat(), "2096-12-31"),
            (TODAY.isoformat(), TODAY.isoformat(), TODAY.isoformat()),
        ],
    )
    def test_a_date_or_days_after_the_session(self, written, day, kept):
        assert last_day(written, day) == kept

    @pytest.mark.parametrize("written", ["2020-01-01", "soon", "-5", "99999", "2026-02-30", "²", ""])
    def test_what_is_no_such_day(self, written):
        with pytest.raises(WorkshopError):
            last_day(written, TODAY.isoformat())

    def test_a_new_session_says_how_long(self, run, tmp_path):
        for number, (options, kept) in enumerate(
            (([], TODAY + timedelta(days=60)), (["--keep-until", "10"], TODAY + timedelta(days=10)),
             (["--keep-until", "0"], ""), (["--keep-until", "2096-12-31"], date(2096, 12, 31)))
        ):  # fmt: skip
            assert run("new", f"s{number}", "--dir", tmp_path, *options)[0] == 0
            assert log_of(tmp_path / f"s{number}")[1].keep_until == str(kept)
        assert run("new", "late", "--dir", tmp_path, "--keep-until", "2020-01-01")[0] == 1
        assert not (tmp_path / "late" / "session.db").exists()

    def test_it_can_be_moved_and_the_log_tells(self, run, session):
        assert run("retain", session, "2096-12-31")[1] == "Names are kept until 2096-12-31, and erased after it.\n"
        events, state, _names = log_of(session)
        assert (events[-1].name, state.keep_until) == ("session.retention_set", "2096-12-31")
        assert "workshop erase SESSION --now" in run("retain", session, "0")[1]
        assert log_of(session)[1].keep_until == ""


# ── all of a session ──────────────────────────────────────────────────────────────────────────────────────────────────


class TestErase:
    def test_before_its_day_nothing_is_erased(self, run, session):
        code, out, err = run("erase", session)
        assert (code, err) == (0, "")
        assert "nothing was erased" in out
        assert "--now" in out
        assert len(log_of(session)[2]) == 2

    def test_now_every_name_goes_from_every_file_but_the_minutes(self, run, session):
        code, out, err = run("erase", session, "--now", "--yes")
        assert (code, err) == (0, "")
        assert "2 names were erased" in out
        assert holding(session, "Ada Lovejoy", "Ben Lovejoy") == ["minutes/minutes.en.html"]
        assert str(session / "minutes" / "minutes.en.html") in out
        assert str(session / "minutes" / "versions" / "01-draft" / "minutes.en.html") in out
        assert "Publish them anew" in out
        assert str(session / "06-roles.ipynb") in out
        assert [path.name for path in session.glob("backups/*.db")] == [path.name for path in session.glob("backups/*")]
        events, _state, names = log_of(session)
        assert (events[-1].name, dict(events[-1].data)) == (ERASED, {"names": 2, "seats": 2, "why": "approved"})
        assert names == {}
        assert run("verify", session)[0] == 0
        with closing(sqlite3.connect(session / "session.db")) as connection:
            assert connection.execute("select count(*) from seats").fetchone() == (0,)

    def test_the_internal_minutes_go_too_on_demand_and_the_published_leave_the_phones(self, run, session):
        out = run("erase", session, "--now", "--yes", "--minutes", "--why", "asked")[1]
        assert "Deleted:" in out
        assert not (session / "minutes" / "minutes.en.html").exists()
        assert not (session / "minutes" / "versions" / "01-draft" / "minutes.en.html").exists()
        assert log_of(session)[0][-1].data["why"] == "asked"

    def test_a_second_run_changes_nothing_and_needs_no_question(self, run, session):
        run("erase", session, "--now", "--yes")
        before = log_of(session)[0], sorted(session.rglob("*"))
        assert run("erase", session)[0] == 0
        assert (log_of(session)[0], sorted(session.rglob("*"))) == before

    @pytest.mark.parametrize("broken", ["purge", "_cleared"])
    def test_what_was_interrupted_is_finished_by_a_second_run(self, run, session, monkeypatch, broken):
        def fails(*arguments):
            raise StoreError("the power is gone")

        with monkeypatch.context() as patch:
            patch.setattr(privacy if broken == "purge" else erasure, broken, fails)
            assert run("erase", session, "--now", "--yes")[0] == 1
        assert holding(session, "Ada Lovejoy", "Ben Lovejoy") != ["minutes/minutes.en.html"]
        assert log_of(session)[2] == {}, "names are gone from the log's file first"
        assert run("erase", session)[0] == 0
        assert holding(session, "Ada Lovejoy", "Ben Lovejoy") == ["minutes/minutes.en.html"]

    def test_it_asks_before(self, run, session, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        code, out, err = run("erase", session, "--now")
        assert (code, err) == (1, "workshop: Nothing was erased.\n")
        assert 'Erase all names of "The first" for good?' in out
        assert len(log_of(session)[2]) == 2

    def test_several_sessions_at_once(self, run, session, tmp_path):
        other = shutil.copytree(session, tmp_path / "second")
        assert run("erase", session, other, "--now", "--yes")[0] == 0
        assert log_of(session)[2] == log_of(other)[2] == {}

    def test_while_the_session_runs(self, run, session):
        with ServerProcess(session) as server, httpx.Client() as browser:
            browser.post(f"{server.url}/join", data={"name": "Zoe Lovejoy"})
            assert browser.get(server.url).text.count("Zoe Lovejoy")
            assert run("erase", session, "--now", "--yes")[0] == 0
            late = browser.post(f"{server.url}/items/experiences", data={"command": "add", "text": "late"})
            assert late.status_code in {403, 423}
            assert browser.post(f"{server.url}/join", data={"name": "Yan Lovejoy"}).status_code == 423
            page = browser.get(server.url).text
            assert "Zoe" not in page
            assert "<form" not in page
        assert log_of(session)[2] == {}
        assert "Lovejoy" not in "".join(holding(session, "Zoe Lovejoy", "Yan Lovejoy"))


class TestOverdue:
    @pytest.fixture
    def late(self, session, monkeypatch):
        """Let a session's last day have been yesterday."""
        live = SessionFolder(session).open()
        live.do("retain", until=(TODAY - timedelta(days=2)).isoformat())
        live.close()
        return session

    def test_whoever_opens_it_finds_no_name(self, late):
        events, state, names = log_of(late)
        assert (events[-1].name, events[-1].data["why"]) == (ERASED, "retention")
        assert state.erased
        assert names == {}

    def test_to_open_it_says_so_and_cleans_the_folder(self, late):
        with ServerProcess(late) as server, httpx.Client() as browser:
            page = browser.get(server.url, headers={"accept-language": "de"}).text
            assert "Diese Session ist vorbei, und die Namen sind gelöscht." in page
        assert holding(late, "Ada Lovejoy", "Ben Lovejoy") == ["minutes/minutes.en.html"]

    def test_erase_finishes_it_without_a_question(self, run, late):
        code, out, _err = run("erase", late)
        assert code == 0
        assert "2 names were erased" in out
        assert log_of(late)[0][-1].data["why"] == "retention"

    def test_its_day_cannot_be_moved_any_more(self, run, late):
        code, _out, err = run("retain", late, "2096-12-31")
        assert code == 1
        assert "over" in err
