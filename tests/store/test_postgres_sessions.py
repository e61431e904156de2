"""Sessions in a database as people use them: the commands, several servers on one session, and a database's restart."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic, sleep
from urllib.parse import quote

import httpx
import pytest
from tests.bench.server import DOTS_ONLY, ServerProcess
from tests.faces.speaking import speak_english
from tests.store import postgres_server
from websockets.sync.client import connect

from workshop_kit.faces import cli
from workshop_kit.faces.notebook import open_session
from workshop_kit.folder import STORE, locate

PATIENCE = 20.0
JSON = {"accept": "application/json"}
HTTP = httpx.Client(
    timeout=PATIENCE,
    limits=httpx.Limits(max_keepalive_connections=0),
    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
)


@pytest.fixture
def name(request):
    """A name for the session of this test."""
    return "s" + sha256(request.node.nodeid.encode()).hexdigest()[:12]


@pytest.fixture
def run(monkeypatch, capfd, postgres):
    """Run a command in this process; returns exit code, output and error output, which never show the password."""
    speak_english(monkeypatch)
    monkeypatch.setenv("WORKSHOP_STORE_PASSWORD", "")  # what a command puts there is gone after the test

    def run(*arguments):
        code = 0
        try:
            cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        out, err = capfd.readouterr()
        for secret in (postgres_server.PASSWORD, quote(postgres_server.PASSWORD, safe="")):
            assert secret not in out + err
        return code, out, err

    return run


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder in which commands run, with an agenda of one poll."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dots.toml").write_text(DOTS_ONLY, "utf-8")
    return tmp_path


@pytest.fixture
def begun(run, place, postgres, name):
    """A session in the database whose poll is open; returns its folder."""
    made = run("new", name, "--store", postgres.url(), "--agenda", "dots.toml", "--lang", "en", "--title", "Far away")
    assert made[0] == 0, made
    assert "WORKSHOP_STORE_PASSWORD" in made[1]
    assert run("step", name, "dots")[0] == 0
    return place / name


def test_all_names_are_erased_from_the_database(run, begun, postgres, name):
    address = f"{postgres.url()}#{name}"
    with closing(locate(address).open()) as live:
        token = live.join(name="Ada Lovejoy").result(PATIENCE).token
        code, out, err = run("erase", address, "--now", "--yes")
        assert (code, err) == (0, "")
        assert "1 name was erased" in out
        assert "whoever runs it" in out
        assert live.catch_up().erased
        assert (live.store.names(), live.people.names, live.seat_of(token)) == ({}, {}, None)
    assert run("verify", address)[0] == 0
    assert run("erase", address)[0] == 0, "again, without a question"


class Page:
    """The stage as a browser shows it, kept up to date over its WebSocket."""

    def __init__(self, socket) -> None:
        self.socket = socket
        socket.send("hello=&view=stage")

    def shows(self, wanted):
        """Wait until the room's region holds this text; returns the seconds that it took."""
        began = monotonic()
        while monotonic() - began < PATIENCE:
            frame = json.loads(self.socket.recv(PATIENCE))
            if frame.get("region") == "shared" and wanted in frame["html"]:
                return monotonic() - began
        pytest.fail("the stage never showed it")


@contextmanager
def stage(server):
    with connect(f"{server.url.replace('http', 'ws')}/live", proxy=None) as socket:
        yield Page(socket)


def join(server):
    """Join and return the headers of the new seat."""
    answer = HTTP.post(f"{server.url}/join", data={"lang": "en"}, headers=JSON).json()
    return {**JSON, "authorization": f"Bearer {answer['token']}"}


def cast(server, headers, **fields):
    return HTTP.post(f"{server.url}/items/dots", data={"command": "cast", **fields}, headers=headers)


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_folder_of_a_session_remembers_its_database_but_no_password(begun, postgres, name):
    assert {"agenda.toml", STORE, "01-dots.ipynb", "minutes.ipynb"} <= {path.name for path in begun.iterdir()}
    assert not (begun / "session.db").exists()
    assert stat.S_IMODE((begun / STORE).stat().st_mode) == 0o600
    assert postgres.url(name, password="") in (begun / STORE).read_text("utf-8")
    for path in begun.iterdir():
        assert quote(postgres_server.PASSWORD, safe="").encode() not in path.read_bytes(), path


def test_every_command_works_on_the_folder_and_on_the_address(begun, run, postgres, name):
    for session in (name, postgres.url(name)):
        code, out, err = run("results", session, "dots", "--format", "json")
        assert (code, err) == (0, "")
        assert {row["label"] for row in json.loads(out)} >= {"Place", "People"}
        code, out, err = run("verify", session)
        assert (code, err) == (0, "")
        assert "The log is whole" in out
        code, out, err = run("step", session, "dots", "close")
        assert (code, err) == (0, "")
        code, out, err = run("minutes", session, "--format", "md")
        assert (code, err) == (0, "")
        assert "Far away" in (begun / "minutes" / "minutes.en.md").read_text("utf-8")
        run("step", session, "dots")


def test_an_address_needs_no_folder(begun, run, postgres, name, tmp_path, monkeypatch):
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    assert run("results", postgres.url(name), "dots")[0] == 0
    with ServerProcess(postgres.url(name)) as server:
        assert HTTP.get(server.url).status_code == 200
    assert list(away.iterdir()) == []
    assert run("minutes", postgres.url(name), "--format", "md")[0] == 0
    assert (away / name / "minutes" / "minutes.en.md").is_file()
    assert (away / name / STORE).is_file()


def test_a_notebook_opens_the_session_of_its_folder(begun, monkeypatch):
    monkeypatch.chdir(begun)
    with closing(open_session(".")) as session:
        assert session.live.state.info.title == "Far away"


def test_the_session_may_have_another_name_than_its_folder(run, place, postgres, name):
    arguments = ("--agenda", "dots.toml", "--lang", "en")
    assert run("new", "here", "--store", postgres.url(f"{name}%20there"), *arguments)[0] == 0
    assert "#" + f"{name}%20there" in (place / "here" / STORE).read_text("utf-8")
    assert run("verify", "here")[0] == 0
    assert run("verify", postgres.url(f"{name}%20there"))[0] == 0


def test_a_name_that_is_taken_is_told_and_nothing_is_left(begun, run, place, postgres, name):
    code, _out, err = run("new", "else", "--store", postgres.url(name), "--agenda", "dots.toml")
    assert code == 1
    assert "already" in err
    assert not (place / "else").exists()
    code, _out, err = run("new", name, "--store", postgres.url("fresh"), "--agenda", "dots.toml")
    assert code == 1
    assert "already" in err


@pytest.mark.parametrize("command", ["open", "step", "results", "minutes", "verify", "backup", "repair"])
def test_commands_say_what_is_wrong_in_one_line(run, place, postgres, name, command):
    (place / "sub").mkdir()
    (place / "sub" / STORE).write_text("url = 1 2", "utf-8")
    wrong = {
        postgres.url("nobody"): "workshop new" if command not in {"backup", "repair"} else "pg_dump",
        postgres.url(): "#SESSION",
        "postgresql://ada:w/rd@h/db#s": "cannot be read",
        "mysql://ada:secret@h/db#s": "cannot be read",
        "sub": "TOML",
    }
    for session, expected in wrong.items():
        code, out, err = run(command, session, *(["dots"] if command in {"step", "results"} else []))
        assert (code, out) == (1, "")
        assert err.count("\n") == 1
        assert expected in err
        assert "secret" not in err
        assert "w/rd" not in err


def test_an_address_does_not_take_over_another_sessions_folder(begun, run, place, postgres, name):
    (place / "mine").mkdir()
    (place / "mine" / "session.db").touch()
    code, _out, err = run("results", postgres.url("mine"), "dots")
    assert code == 1
    assert "another session" in err
    other = postgres.url(name).replace(postgres_server.DATABASE, "postgres")
    assert "another session" in run("results", other, "dots")[2]


def test_the_help_tells_how_a_session_is_named(run):
    for command in ("open", "step", "results", "minutes", "verify"):
        assert "postgresql://HOST/DATABASE#NAME" in run(command, "--help")[1]
    assert "postgresql://USER@HOST/DATABASE" in run("new", "--help")[1]


# ── several servers ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def servers(begun, postgres, name):
    """Two servers on one session: one by its folder, one by its address."""
    env = {"WORKSHOP_STORE_PASSWORD": postgres_server.PASSWORD}
    with ServerProcess(begun, env=env) as first, ServerProcess(postgres.url(name)) as second:
        yield first, second
    for server in (first, second):
        assert quote(postgres_server.PASSWORD, safe="") not in server.errors
        assert "Traceback" not in server.errors, server.errors


def test_a_vote_on_one_server_shows_on_the_other(servers, begun, run):
    first, second = servers
    with stage(second) as page:
        headers = join(first)
        page.shows("0 of 1 are done")
        assert cast(first, headers, **{"value.o2": "3"}).status_code == 200
        taken = page.shows("1 of 1 is done")
        assert taken < 2
    again = cast(second, headers, **{"value.o1": "1"})
    assert again.status_code == 200, "a seat is one on every server"
    rows = json.loads(run("results", begun, "dots", "--format", "json")[1])
    assert {row["option"]: row["score"] for row in rows}["o1"] == 1


def test_many_phones_with_one_ticket_on_two_servers_get_one_seat_and_one_vote(servers, begun, run):
    code, out, _err = run("tickets", begun, "1")
    assert code == 0

    def take(number):
        server = servers[number % 2]
        answer = HTTP.post(f"{server.url}/join", data={"lang": "en", "ticket": out.strip()}, headers=JSON).json()
        headers = {**JSON, "authorization": f"Bearer {answer['token']}"}
        return answer["seat"], headers, cast(server, headers, **{"value.o1": "1"}).status_code

    with ThreadPoolExecutor(12) as pool:
        taken = list(pool.map(take, range(24)))
    assert len({seat for seat, _, _ in taken}) == 1
    assert {status for _, _, status in taken} <= {200, 403}, "whose seat has moved on may be too late to vote"
    sleep(2)
    for server in servers:
        answers = [cast(server, headers, **{"value.o2": "1"}).status_code for _, headers, _ in taken]
        assert sorted(answers) == [200] + [403] * 23
    rows = json.loads(run("results", begun, "dots", "--format", "json")[1])
    assert {(row["option"], row["score"], row["voters"]) for row in rows} >= {("o2", 1, 1), ("o1", 0, 1)}


def test_without_the_database_people_are_told_and_see_their_pages(servers, postgres):
    first, second = servers
    headers, elsewhere = join(first), join(second)
    assert cast(first, headers, **{"value.o1": "1"}).status_code == 200
    postgres.stop()
    try:
        assert cast(first, headers, **{"value.o1": "2"}).status_code == 503
        assert HTTP.post(f"{first.url}/join", data={"lang": "en"}, headers=JSON).status_code == 503
        assert HTTP.get(first.url, headers=headers).status_code == 200
        assert HTTP.get(f"{first.url}/stage").status_code == 200
    finally:
        postgres.start()
    for server in servers:
        for seat in (headers, elsewhere):
            assert cast(server, seat, **{"value.o1": "3"}).status_code == 200


def test_without_the_database_phones_that_a_server_has_not_met_yet_are_told_too(servers, postgres):
    first, second = servers
    elsewhere = join(second)
    postgres.stop()
    try:
        assert cast(first, elsewhere, **{"value.o1": "2"}).status_code == 503
    finally:
        postgres.start()
