"""The command `workshop`: exit codes, one line that says what to do, and what each command leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3

import httpx
import pytest
from tests.bench.server import ServerProcess, kit
from tests.faces.speaking import speak_english

from workshop_kit.core.event import Channel
from workshop_kit.faces import cli
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.prepare import new_session

PARAMETERS = {"parameters", "injected-parameters"}
PROMISED = {"demo", "new", "open", "step", "results", "minutes", "verify", "tickets", "agendas", "methods"}
SMALL = """
name = "small"
title = { de = "Klein", en = "Small" }

[[item]]
id = "cards"
activity = "ideas"
factors = ["Place", "People"]

[[item]]
id = "dots"
activity = "poll"
rule = "dots"
options = ["Place", "People"]

[[item]]
id = "board"
activity = "roles"
options = ["Host"]
"""


def files(folder):
    """Return every file below a folder with its content."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in this process as an English terminal would; returns exit code, output and error output."""
    speak_english(monkeypatch)

    def run(*arguments):
        code = 0
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def fails(run):
    """Expect a command to fail with one line on stderr; returns the line."""

    def fails(code, *arguments):
        ended, out, err = run(*arguments)
        assert (ended, out) == (code, "")
        assert err.startswith("workshop: ")
        assert err.count("\n") == 1
        assert err.endswith("\n")
        return err

    return fails


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A session of three steps, with two cards, votes from phone and paper, and a role."""
    base = tmp_path_factory.mktemp("template")
    (base / "small.toml").write_text(SMALL, "utf-8")
    folder = new_session(base / "session", agenda=str(base / "small.toml"), lang="en", title="A small one")
    live = folder.open()
    seat = live.join(name="Ada").result().seat
    live.do("open", "cards")
    live.do("add", "cards", text="=1+1", factor="o1")
    live.do("add", "cards", text="Zweite Karte, mit Komma")
    live.do("open", "dots")
    live.do("cast", "dots", channel=Channel.PAPER, ballot="1", **{"value.o2": "2"})
    live.do("open", "board")
    live.do("take", "board", role="o1", seat=seat)
    live.close()
    return folder.path


@pytest.fixture
def session(template, tmp_path):
    """A copy of that session."""
    return shutil.copytree(template, tmp_path / "session")


# ── help and language ─────────────────────────────────────────────────────────────────────────────────────────────────


class TestHelp:
    @pytest.mark.parametrize("command", sorted(cli.cli.commands))
    def test_every_command_tells_how_it_is_used(self, run, command):
        code, out, err = run(command, "--help")
        assert (code, err) == (0, "")
        assert out.startswith(f"Usage: workshop {command} ")

    def test_the_list_names_every_command_with_what_it_does(self, run):
        code, out, _err = run("--help")
        listed = {line.split()[0]: line.split()[1:] for line in out.partition("Commands:")[2].splitlines() if line}
        assert code == 0
        assert set(listed) == set(cli.cli.commands) >= PROMISED
        assert all(listed.values())

    def test_the_version_is_told(self, run):
        code, out, _err = run("--version")
        assert code == 0
        assert out.startswith("workshop, version ")

    @pytest.mark.parametrize("variable", ["LANG", "LC_ALL"])
    def test_a_german_terminal_is_spoken_to_in_german(self, tmp_path, variable):
        plain = {name: value for name, value in os.environ.items() if name != "LANG" and not name.startswith("LC_")}
        german = {**plain, variable: "de_DE.UTF-8"}
        help_ = kit("verify", "--help", env=german)
        told = voice("de")("Recompute the log's digests and say whether anything was altered.")
        assert help_.returncode == 0
        assert " ".join(told.split()) in " ".join(help_.stdout.split())
        assert help_.stdout.startswith("Aufruf: workshop verify [OPTIONEN]")
        assert kit("verfy", env=german).stderr.startswith("workshop: Den Befehl 'verfy' gibt es nicht. War 'verify'")
        failed = kit("verify", tmp_path, env=german)
        assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
        assert failed.stderr != kit("verify", tmp_path, env={**plain, variable: "en_GB.UTF-8"}).stderr


class TestWrongUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["explode"],
            ["new"],
            ["new", "x", "--lang", "tr"],
            ["open", "x", "--port", "70000"],
            ["open", "x", "--port", "eighty"],
            ["step", "x"],
            ["step", "x", "dots", "explode"],
            ["results", "x", "dots", "--format", "xml"],
            ["minutes", "x", "--edition", "secret"],
            ["verify"],
            ["demo", "--participants", "0"],
            ["verify", "x", "--unknown"],
        ],
        ids=" ".join,
    )
    def test_it_ends_with_2_and_points_to_the_help(self, fails, tmp_path, monkeypatch, arguments):
        monkeypatch.chdir(tmp_path)
        assert "--help" in fails(2, *arguments)
        assert files(tmp_path) == {}


class TestNoSession:
    @pytest.mark.parametrize(
        "arguments",
        [["open", "--no-lab"], ["step", "dots"], ["results", "dots"], ["minutes"], ["verify"]],
        ids=lambda arguments: arguments[0],
    )
    @pytest.mark.parametrize("where", ["nowhere", ""])
    def test_it_says_how_to_make_one_and_leaves_nothing(self, fails, tmp_path, monkeypatch, arguments, where):
        monkeypatch.chdir(tmp_path)
        command, *rest = arguments
        assert "workshop new" in fails(1, command, where or tmp_path, *rest)
        assert files(tmp_path) == {}

    @pytest.mark.parametrize("content", [b"", b"not a database, but long enough to look at" * 40])
    def test_a_file_that_is_no_log_is_told_in_one_line(self, fails, tmp_path, content):
        (tmp_path / "session.db").write_bytes(content)
        assert str(tmp_path) in fails(1, "verify", tmp_path)


# ── new ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestNew:
    def test_it_makes_the_folder_and_says_how_to_go_on(self, run, tmp_path):
        code, out, err = run("new", "first", "--dir", tmp_path, "--lang", "en", "--title", "Our first")
        assert (code, err) == (0, "")
        assert (
            out
            == f"The session is in {tmp_path / 'first'}. Go on with: python -m workshop_kit open {tmp_path / 'first'}\n"
        )
        made = {str(name) for name in files(tmp_path / "first")}
        assert {"agenda.toml", "session.db", "minutes.ipynb", "01-welcome.ipynb", "07-closing.ipynb"} <= made
        assert sum(name.endswith(".ipynb") for name in made) == 8

    def test_the_log_can_be_read_by_its_owner_alone(self, run, tmp_path):
        run("new", "first", "--dir", tmp_path)
        assert (tmp_path / "first" / "session.db").stat().st_mode & 0o077 == 0

    def test_the_same_name_again_is_refused_and_changes_nothing(self, run, fails, tmp_path):
        run("new", "first", "--dir", tmp_path, "--lang", "en")
        before = files(tmp_path)
        assert "Choose another name" in fails(1, "new", "first", "--dir", tmp_path, "--title", "Another")
        assert files(tmp_path) == before

    def test_somebodys_own_agenda_is_not_overwritten_by_another(self, run, fails, tmp_path):
        own = tmp_path / "first" / "agenda.toml"
        own.parent.mkdir()
        own.write_text(SMALL, "utf-8")
        assert str(own) in fails(1, "new", "first", "--dir", tmp_path, "--agenda", "success-factors")
        assert files(tmp_path) == {own.relative_to(tmp_path): SMALL.encode()}
        assert run("new", "first", "--dir", tmp_path, "--agenda", own)[0] == 0

    @pytest.mark.parametrize(
        ("agenda", "told"),
        [
            ("[[item]", "Line 1: "),
            ("title = 1", "no items"),
            ('item = "x"', "no items"),
            ('[[item]]\nid = "A B"\nactivity = "info"', "not usable"),
            ('[[item]]\nid = "a"', "names no activity"),
            ('[[item]]\nid = "a"\nactivity = "juggling"', 'no activity "juggling"'),
            ('[[item]]\nid = "a"\nactivity = "info"\n[[item]]\nid = "a"\nactivity = "info"', "taken already"),
            ('[[item]]\nid = "a"\nactivity = "poll"\noptions = ["one"]', "at least two options"),
            ('[[item]]\nid = "a"\nactivity = "poll"\noptions = 5', "options"),
            ('[[item]]\nid = "a"\nactivity = "poll"\nrule = "might"\noptions = ["x", "y"]', "might"),
            ('[[item]]\nid = "a"\nactivity = "poll"\noptions_from = "data:nowhere"', 'no data set "nowhere"'),
            ('[[item]]\nid = "a"\nactivity = "poll"\noptions_from = "data:../x"', "no data set"),
            ('[[item]]\nid = "a"\nactivity = "poll"\noptions_from = "item:later"', "must come earlier"),
            ('[[item]]\nid = "a"\nactivity = "info"\nminutes = "long"', "minutes"),
            ('[[item]]\nid = "a"\nactivity = "info"\ntitle = 5', "a"),
            ('title = 5\n[[item]]\nid = "a"\nactivity = "info"', "title"),
            ("\xff", "not a readable TOML file"),
        ],
    )
    def test_what_is_wrong_with_an_agenda_is_told_and_nothing_made(self, fails, tmp_path, agenda, told):
        path = tmp_path / "agenda.toml"
        path.write_bytes(agenda.encode("latin-1"))
        assert told in fails(1, "new", "first", "--dir", tmp_path, "--agenda", path)
        assert files(tmp_path).keys() == {path.relative_to(tmp_path)}

    def test_an_unknown_agenda_is_told_with_those_that_there_are(self, fails, tmp_path):
        told = fails(1, "new", "first", "--dir", tmp_path, "--agenda", "nowhere")
        assert 'no agenda "nowhere"' in told
        assert "success-factors" in told


# ── open, step, results ───────────────────────────────────────────────────────────────────────────────────────────────


MISTAKES = """
name = "mistakes"
titel = "Mistakes"
[[item]]
id = "Welcome"
activity = "info"

[[item]]
id = "vote"
activity = "poll"
rule = "guess"
options = ["a", "b"]

[[item]]
id = "cards"
activity = "ideas"
limit = -3

[[item]]
id = "dance"
activity = "dance"

[[item]]
id = "board"
activity = "roles"
options_from = "item:nowhere"

[[item]]
id = "dots"
activity = "poll"
options = ["a", "b"]
rule = "dots"
bugdet = 3
colour = "red"
"""


MANY_IN_ONE = """
[[item]]
id = "Our wishes"
activity = "ideas"
minutes = "ten"
limit = -3
reveal = "soon"

[[item]]
id = "vote"
activity = "poll"
rule = "guess"
minutes = 100000
options_from = "item:nowhere"

[[item]]
id = "dance"
activity = "dance"
minutes = 5.5
options_from = "nowhere"
"""


class TestAgendas:
    def test_they_are_listed_with_their_steps(self, run):
        code, out, err = run("agendas", "--lang", "en")
        assert (code, err) == (0, "")
        assert "success-factors: What makes local networks strong (45 minutes)" in out
        assert "What became of it?" in out

    def test_one_that_does_not_work_is_told_and_the_others_are_listed(self, run, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "facilitation" / "mine"
        folder.mkdir(parents=True)
        (folder / "agenda.toml").write_text('[[item]]\nid = "dance"\nactivity = "dance"\n', "utf-8")
        code, out, err = run("agendas", "--lang", "en")
        assert (code, "success-factors: " in out, "mine" in out) == (0, True, False)
        assert err.splitlines()[0] == "mine:"
        assert 'Line 1: Item "dance": there is no activity "dance".' in err

    @pytest.mark.parametrize(("lang", "told"), [("de", "Wie abgestimmt"), ("en", "How people vote")])
    def test_their_schema_speaks_the_language_that_is_asked_for(self, run, lang, told):
        code, out, err = run("agendas", "--schema", "--lang", lang)
        assert (code, err) == (0, "")
        kinds = json.loads(out)["properties"]["item"]["items"]["oneOf"]
        assert any(kind["properties"].get("rule", {}).get("description", "").startswith(told) for kind in kinds)

    def test_all_mistakes_are_told_at_once_each_with_its_line(self, run, tmp_path):
        (tmp_path / "agenda.toml").write_text(MISTAKES, "utf-8")
        code, out, err = run("new", "x", "--dir", tmp_path / "made", "--agenda", tmp_path / "agenda.toml")
        assert (code, out) == (1, "")
        told = err.splitlines()
        assert [line.split(":")[1].strip() for line in told] == [
            f"Line {line}" for line in (3, 5, 11, 17, 19, 26, 33, 34)
        ]
        hints = (
            "name, title, [[item]]",
            "small letters",
            "dots, ",
            "from 0 to",
            "ideas, info",
            "earlier",
            'mean "budget"',
            "budget, cap, ",
        )
        for line, allowed in zip(told, hints, strict=True):
            assert allowed in line
        assert not (tmp_path / "made").exists()

    def test_all_mistakes_of_one_step_are_told_at_once(self, run, tmp_path):
        (tmp_path / "agenda.toml").write_text(MANY_IN_ONE, "utf-8")
        code, _, err = run("new", "x", "--dir", tmp_path / "made", "--agenda", tmp_path / "agenda.toml")
        told = [line.partition("Line ")[2].partition(": ") for line in err.splitlines()]
        lines = MANY_IN_ONE.splitlines()
        assert code == 1
        assert [lines[int(line) - 1].split(" ")[0] for line, _, _ in told] == [
            *("id", "minutes", "limit", "reveal"),
            *("rule", "minutes", "options_from"),
            *("[[item]]", "minutes", "options_from"),
        ]
        assert len({message for _, _, message in told}) == len(told)
        assert not (tmp_path / "made").exists()


class TestOpen:
    def test_json_is_one_line_that_says_where_everything_is(self, session):
        with ServerProcess(session) as server:
            address = server.address
        assert set(address) == {"url", "code", "stage", "port"}
        assert address["url"] == f"http://127.0.0.1:{address['port']}/{address['code']}"
        assert address["stage"] == address["url"] + "/stage"
        assert server.errors == ""

    def test_a_port_that_is_taken_gives_way_to_the_next(self, session):
        with ServerProcess(session) as first, ServerProcess(session, port=first.address["port"]) as second:
            assert first.address["port"] < second.address["port"] < first.address["port"] + 20

    def test_an_address_that_is_not_this_machines_is_refused(self, fails, session):
        assert "--host" in fails(1, "open", session, "--no-lab", "--host", "192.0.2.1")

    def test_the_address_stands_in_the_log(self, session, run):
        with ServerProcess(session) as server:
            pass
        with sqlite3.connect(session / "session.db") as log:
            (data,) = log.execute("select data from events where name = 'session.address_announced'").fetchone()
        log.close()
        assert server.url.startswith(json.loads(data)["url"])
        assert run("verify", session)[0] == 0


class TestStep:
    def test_it_moves_the_session_on(self, run, session):
        assert run("step", session, "cards") == (0, "cards: open\n", "")
        assert run("step", session, "dots", "open", "--reason", "Ben came late") == (0, "dots: open\n", "")
        assert run("step", session, "dots", "close") == (0, "dots: closed\n", "")
        assert run("step", session, "dots", "next-round") == (0, "dots: open\n", "")
        assert run("step", session, "dots", "reveal") == (0, "dots: closed\n", "")

    def test_a_vote_is_opened_again_with_a_reason(self, run, fails, session):
        assert "why it is opened again" in fails(1, "step", session, "dots")
        assert run("step", session, "dots", "open", "--reason", "Ben came late") == (0, "dots: open\n", "")
        assert run("step", session, "dots", "close", "--reason", "Ben came late")[0] == 2

    def test_an_unknown_item_is_told_with_those_that_there_are(self, fails, session):
        before = files(session)[next(name for name in files(session) if str(name) == "session.db")]
        assert "cards, dots, board" in fails(1, "step", session, "nowhere")
        assert (session / "session.db").read_bytes() == before


class TestShare:
    def test_a_link_is_made_listed_and_ended(self, run, fails, session):
        assert "workshop open" in fails(1, "share", session, "Ayşe")
        with ServerProcess(session) as server:
            code, told, _err = run("share", session, "Ayşe")
            link, typed = told.splitlines()
            secret = link.partition("#")[2]
            assert (code, link) == (0, f"{server.url}/console#{secret}")
            assert typed.endswith(secret)
            listed = run("share", session)[1]
            assert listed.startswith("Ayşe  link not used yet  0 entries")
            assert secret not in listed
            assert httpx.post(f"{server.url}/console", data={"key": secret}).status_code == 303
            assert run("share", session)[1].startswith("Ayşe  leads  1 entry")
            assert run("share", session, "Ayşe", "--end") == (0, "1 link of Ayşe is ended.\n", "")
        assert run("share", session)[1].startswith("Ayşe  ended")
        assert "Nobody called" in fails(1, "share", session, "Ben", "--end")
        assert "Say whose" in fails(1, "share", session, "--end")

    def test_where_nothing_is_shared_that_is_said(self, run, session):
        assert run("share", session) == (0, "The controls are not shared.\n", "")


class TestResults:
    def test_a_poll_as_csv(self, run, session):
        code, out, _err = run("results", session, "dots", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert code == 0
        assert list(rows[0]) == ["option", "label", "rank", "score", "share", "low", "high", "voters"]
        assert [(row["option"], row["label"], row["score"], row["voters"]) for row in rows] == [
            ("o2", "People", "2", "1"),
            ("o1", "Place", "0", "1"),
        ]

    def test_cards_as_json_are_what_people_wrote(self, run, session):
        code, out, _err = run("results", session, "cards", "--format", "json")
        rows = json.loads(out)
        assert code == 0
        assert list(rows[0]) == ["id", "text", "factor", "state", "likes", "channel", "cluster"]
        assert [(row["text"], row["factor"], row["state"]) for row in rows] == [
            ("=1+1", "o1", "assigned"),
            ("Zweite Karte, mit Komma", "", "unassigned"),
        ]

    def test_csv_gives_a_spreadsheet_nothing_to_run(self, run, session):
        _code, out, _err = run("results", session, "cards", "--format", "csv")
        assert [row["text"] for row in csv.DictReader(io.StringIO(out))] == ["'=1+1", "Zweite Karte, mit Komma"]

    def test_roles_name_people_and_open_places(self, run, session):
        _code, out, _err = run("results", session, "board", "--format", "json")
        assert json.loads(out) == [{"role": "Host", "person": "Ada", "state": "reserved"}]

    def test_a_table_holds_the_same_for_the_eye(self, run, session):
        code, out, _err = run("results", session, "dots")
        assert code == 0
        assert all(word in out for word in ("option", "People", "Place", "voters"))

    def test_an_unknown_item_is_told(self, fails, session):
        assert 'no item "nowhere"' in fails(1, "results", session, "nowhere")


# ── tickets ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestTickets:
    def opens(self, session, codes):
        live = SessionFolder(session).open()
        try:
            return len({live.join(ticket=code).result().seat for code in codes})
        finally:
            live.close()

    def test_they_are_printed_one_per_line_and_open_a_seat_each(self, run, session):
        code, out, err = run("tickets", session, "3")
        assert code == 0
        assert err == "1 person came in before without a ticket.\n"
        assert self.opens(session, out.splitlines()) == 3

    def test_as_json(self, run, session):
        code, out, _err = run("tickets", session, "2", "--json")
        assert (code, out.count("\n")) == (0, 1)
        assert self.opens(session, json.loads(out)["tickets"]) == 2

    def test_into_a_file_they_are_not_printed(self, run, session, tmp_path):
        out = tmp_path / "list.csv"
        code, told, _err = run("tickets", session, "4", "--out", out)
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
        assert code == 0
        assert told == f"4 tickets are in the file {out}. Print it: they cannot be shown again.\n"
        assert out.stat().st_mode & 0o077 == 0
        assert self.opens(session, [row["ticket"] for row in rows]) == 4
        _code, told, _err = run("tickets", session, "1", "--json", "--out", tmp_path / "more.csv")
        assert json.loads(told) == {"out": str(tmp_path / "more.csv"), "count": 1}

    def test_a_file_that_is_there_is_left_alone(self, fails, session, tmp_path):
        out = tmp_path / "list.csv"
        out.write_text("mine", "utf-8")
        assert "list.csv" in fails(1, "tickets", session, "4", "--out", out)
        assert out.read_text("utf-8") == "mine"

    @pytest.mark.parametrize(("count", "exit_code"), [("0", 2), ("x", 2), ("10001", 1)])
    def test_a_number_that_makes_no_sense_is_told(self, fails, session, count, exit_code):
        fails(exit_code, "tickets", session, count)


# ── verify ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestVerify:
    def test_a_whole_log_is_told_with_its_last_digest(self, run, session):
        code, out, err = run("verify", session)
        assert (code, err) == (0, "")
        with sqlite3.connect(session / "session.db") as log:
            seq, digest = log.execute("select seq, digest from events order by seq desc limit 1").fetchone()
        log.close()
        assert f"{seq} entries" in out
        assert digest in out

    @pytest.mark.parametrize(
        ("edit", "entry"),
        [
            ("""update events set data = json_set(data, '$.text', 'Other') where name = 'ideas.idea_added'""", 5),
            ("update events set actor = 'sfff' where seq = 2", 2),
            ("update events set at = '2020-01-01T00:00:00.000000Z' where seq = 3", 3),
            ("update events set item = 'dots' where seq = 5", 5),
            ("update events set name = 'ideas.idea_hidden' where seq = 6", 6),
            ("update events set digest = printf('%064d', 0) where seq = 4", 4),
            ("delete from events where seq = 6", 6),
            ("delete from events where seq = 1", 1),
            ("delete from events", 1),
            ("update events set seq = 100 where seq = 5", 5),
            ("update events set data = 'no longer JSON' where seq = 5", 5),
            ("update events set data = '{}' where seq = 5", 5),
            ("update events set data = '{}' where seq = 1", 1),
            ("update events set data = '[]' where seq = 5", 5),
            ("update events set channel = 'telepathy' where seq = 5", 5),
            ("update events set at = 'yesterday' where seq = 5", 5),
            ("update events set data = replace(data, '\"roles\"', '\"juggling\"') where seq = 1", 1),
        ],
    )
    def test_an_altered_log_is_found_and_the_entry_named(self, fails, session, edit, entry):
        with sqlite3.connect(session / "session.db") as log:
            names = [name for (name,) in log.execute("select name from events order by seq")]
            assert log.execute(edit).rowcount
        log.close()
        assert names[:5] == ["session.created", "seat.joined", "seat.named", "item.opened", "ideas.idea_added"]
        told = fails(1, "verify", session)
        assert f"entry {entry} " in told
        assert "backup" in told


# ── minutes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestMinutes:
    def test_a_session_of_which_nothing_was_held_has_minutes_too(self, run, tmp_path):
        run("new", "planned", "--dir", tmp_path, "--lang", "en")
        code, out, err = run("minutes", tmp_path / "planned", "--format", "md", "--out", tmp_path / "out")
        assert (code, err) == (0, "")
        written = [tmp_path / "out" / "minutes.en.ipynb", tmp_path / "out" / "minutes.en.md"]
        assert out == "".join(f"{path}\n" for path in written)
        assert set(files(tmp_path / "out")) == {path.relative_to(tmp_path / "out") for path in written}
        told = written[1].read_text("utf-8")
        assert told.count("This step was not held.") == 7
        assert told.count("was not held.") == 14, "once in its section and once among the open points"

    @pytest.mark.parametrize("formats", ["html,pdf,doc", "rtf"])
    def test_an_unknown_format_is_told_and_nothing_written(self, fails, session, formats):
        told = fails(1, "minutes", session, "--format", formats)
        assert "md" in told
        assert not (session / "minutes").exists()

    def test_a_cell_that_fails_is_named_and_no_minutes_are_written(self, fails, session):
        path = session / "minutes.ipynb"
        notebook = json.loads(path.read_text("utf-8"))
        codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        first = next(cell for cell in codes if not set(cell["metadata"].get("tags", ())) & PARAMETERS)
        first["source"] = 'raise LookupError("the cake is gone")'
        path.write_text(json.dumps(notebook), "utf-8")
        told = fails(1, "minutes", session, "--format", "html,md")
        assert "LookupError" in told
        assert "the cake is gone" in told
        assert f"Cell {codes.index(first) + 1} " in told, "as JupyterLab counts what was run"
        assert [str(name) for name in files(session / "minutes")] == ["minutes.en.failed.ipynb"]


class TestImport:
    @pytest.fixture
    def session(self, run, tmp_path):
        (tmp_path / "small.toml").write_text(SMALL, "utf-8")
        run("new", "here", "--agenda", tmp_path / "small.toml", "--dir", tmp_path)
        return tmp_path / "here"

    def test_ballots_from_a_table_are_in_the_results(self, run, session, tmp_path):
        (tmp_path / "slips.csv").write_text("ballot;Place;People\n1;2;1\n2;;3\n", "utf-8")
        assert run("import", session, "dots", tmp_path / "slips.csv") == (0, "2 entries were imported.\n", "")
        _code, told, _ = run("results", session, "dots", "--format", "csv")
        assert [(row["option"], row["score"]) for row in csv.DictReader(io.StringIO(told))] == [
            ("o2", "4"),
            ("o1", "2"),
        ]
        assert run("import", session, "dots", tmp_path / "slips.csv")[1].startswith("This table was imported before")

    def test_refused_lines_are_named_and_the_exit_code_tells(self, run, session, tmp_path):
        (tmp_path / "slips.csv").write_text("ballot,option,value\n1,Place,2\n2,Moon,1\n", "utf-8")
        code, told, errors = run("import", session, "dots", tmp_path / "slips.csv")
        assert (code, told) == (1, "")
        assert errors.splitlines() == [
            'Line 3: "Moon" is not one of the options.',
            "workshop: Nothing was imported. Mend these lines, or let the others in with --partial.",
        ]
        code, told, errors = run("import", session, "dots", tmp_path / "slips.csv", "--partial")
        assert (code, told, errors) == (0, "1 entry was imported.\n", 'Line 3: "Moon" is not one of the options.\n')


class TestMethods:
    def test_methods_are_listed_with_what_they_are_for(self, run):
        code, out, err = run("methods", "--lang", "de")
        assert (code, err) == (0, "")
        assert "dots: Punkte verteilen\n  Aus vielen Vorschlägen" in out
        assert "dots: Dot voting\n" in run("methods")[1]

    def test_a_card_is_shown_as_it_is_written(self, run):
        code, out, _err = run("methods", "dots", "--lang", "en")
        assert code == 0
        assert out.startswith("# Dot voting\n")
        assert '```toml\n[[item]]\nid = "weigh"' in out

    @pytest.mark.parametrize(
        ("name", "start"), [("html", b"<!doctype"), ("pdf", b"%PDF"), ("md", b"# "), ("docx", b"PK")]
    )
    def test_a_card_is_written_to_print(self, run, tmp_path, name, start):
        code, out, _err = run("methods", "mood", "--lang", "de", "--format", name, "--out", tmp_path / "print")
        path = tmp_path / "print" / f"method-mood.de.{name}"
        assert (code, out) == (0, f"{path}\n")
        assert path.read_bytes().startswith(start)

    def test_all_cards_are_one_booklet(self, run, tmp_path):
        assert run("methods", "--all", "--out", tmp_path)[0] == 0
        assert [path.name for path in tmp_path.iterdir()] == ["methods.en.pdf"]

    def test_what_cannot_be_is_told(self, fails):
        assert 'There is no method "dance". There are: ' in fails(1, "methods", "dance")
        assert "--all" in fails(2, "methods", "dots", "--all")
        assert "--all" in fails(2, "methods", "--format", "pdf")
