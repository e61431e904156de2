"""What the threat model says cannot be helped is so, and what it promises beside that holds."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
import pytest
from tests.conftest import CARDS
from tests.faces.hosting import JSON, hosted
from tests.test_secret_poll import OPTIONS, PATIENCE, POLL, scores, vote

from workshop_kit.core.event import BOX_OPENED, Channel
from workshop_kit.faces.lab import lab_command, lab_environment
from workshop_kit.faces.pages import Pages

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def secret(live):
    session = live(POLL)
    session.do("open", "board")
    return session


def seats(session, number):
    return [session.join().result(PATIENCE).seat for _ in range(number)]


# ── what a secret vote cannot keep ────────────────────────────────────────────────────────────────────────────────────


def test_a_result_can_tell_by_itself_how_people_voted(secret):
    """All agree; then the same people vote once more, and one joins them."""
    people = seats(secret, 5)
    for seat in people:
        vote(secret, seat, "ada")
    secret.do("next-round", "board")
    for seat in people:
        vote(secret, seat, "ada")
    vote(secret, *seats(secret, 1), "ben")
    secret.do("close", "board")
    item = secret.state.items["board"]
    before, after = (
        Counter({line.option: line.score for line in state.tally.lines}) for state in (*item.past, item.state)
    )
    assert before == Counter(ada=5), "everybody has voted for ada"
    assert after - before == Counter(ben=1), "and the one who came has voted for ben"


def test_receipts_are_given_only_where_the_agenda_asks_for_them(live):
    session = live({key: value for key, value in POLL.items() if key != "receipts"})
    session.do("open", "board")
    assert [vote(session, seat, "ada").word for seat in seats(session, 3)] == [""] * 3
    session.do("close", "board")
    assert session.state.items["board"].receipts == {}


def test_whoever_has_the_folder_finds_the_ballot_of_a_receipt_that_is_shown(secret):
    words = {vote(secret, seat, option).word: option for seat, option in zip(seats(secret, 4), OPTIONS, strict=True)}
    secret.do("close", "board")
    (event,) = [event for event in secret.store.read() if event.name == BOX_OPENED]
    assert {ballot["receipt"]: next(iter(ballot["value"])) for ballot in event.data["ballots"]} == words


@pytest.mark.parametrize(
    ("lang", "hands", "paper"),
    [("de", "sehen alle", "liest ihn"), ("en", "such a vote is not secret", "whoever enters a slip reads it")],
)
def test_the_console_says_what_hands_and_paper_cannot_keep_secret(live, lang, hands, paper):
    told = {}
    for openness in ("secret", "names-hidden"):
        session = live({**POLL, "openness": openness})
        session.do("open", "board")
        told[openness] = Pages(session).console(lang)
    assert all(words in told["secret"] for words in (hands, paper))
    assert not any(words in told["names-hidden"] for words in (hands, paper))


@pytest.mark.parametrize("openness", ["open", "names-hidden"])
def test_in_a_vote_that_is_not_secret_the_log_tells_who_cast_which(live, openness):
    session = live({**POLL, "openness": openness})
    session.do("open", "board")
    cast = dict(zip(seats(session, 4), OPTIONS, strict=True))
    for seat, option in cast.items():
        vote(session, seat, option)
    events = [event for event in session.store.read() if event.name == "poll.ballot_cast"]
    assert {event.actor: next(iter(event.data["value"])) for event in events} == cast


def test_the_facilitator_can_make_up_ballots_on_paper_and_the_log_tells_which_way_they_came(live):
    session = live({**POLL, "openness": "names-hidden"})
    session.do("open", "board")
    for number in range(3):
        session.do("cast", "board", channel=Channel.PAPER, ballot=f"nobody's {number}", choice="ada")
    session.do("close", "board")
    assert scores(session)["ada"] == 3
    assert session.state.items["board"].state.tally.channels == {Channel.PAPER: 3}


# ── the room's network, and the laptop ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def listening_in(url):
    """Stand between a phone and the server, as anybody in the same Wi-Fi may; yields the address and what is heard."""
    heard = bytearray()
    server = (urlsplit(url).hostname, urlsplit(url).port)

    def pass_on(source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                heard.extend(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def stand_between():
        with door.accept()[0] as phone, socket.create_connection(server, PATIENCE) as onwards:
            back = threading.Thread(target=pass_on, args=(onwards, phone), daemon=True)
            back.start()
            pass_on(phone, onwards)
            back.join(PATIENCE)

    with socket.create_server(("127.0.0.1", 0)) as door:
        between = threading.Thread(target=stand_between, daemon=True)
        between.start()
        yield url.replace(str(server[1]), str(door.getsockname()[1]), 1), heard
        between.join(PATIENCE)


def test_whoever_listens_in_the_room_reads_a_ballot_and_could_take_the_seat(registry, agenda, tmp_path):
    """Plain http, as it must be without a certificate in a room without the internet; a secret vote is no exception."""
    with hosted(tmp_path / "session", agenda(POLL), registry) as server:
        server.live.do("open", "board")
        phone = server.join()
        with listening_in(server.url) as (url, heard):
            form = {"command": "cast", "choice": "dua"}
            headers = {**JSON, "cookie": f"seat={phone.token}", "connection": "close"}
            assert httpx.post(f"{url}/items/board", data=form, headers=headers).status_code == 200
    assert b"choice=dua" in heard
    assert phone.token.encode() in heard


def test_markup_that_people_write_is_text_on_every_page(live):
    session = live(CARDS)
    session.do("open", "cards")
    admission = session.join(name=MARKUP).result(PATIENCE)
    pages = Pages(session)
    session.do("add", "cards", text=MARKUP)
    shown = [
        pages.phone("en", admission.seat),
        pages.stage("en", "http://127.0.0.1/KLMNP"),
        pages.console("en"),
    ]
    for page in shown:
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page


@pytest.mark.slow
def test_jupyterlab_cannot_be_reached_from_the_room(tmp_path):
    """127.0.0.2 is this machine too, but another address than the one that JupyterLab may listen on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    environment = lab_environment() | {"JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    lab = subprocess.Popen([*lab_command(tmp_path), *options], env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = monotonic() + 60
        while not answers("127.0.0.1", port):
            assert lab.poll() is None
            assert monotonic() < deadline
            sleep(0.2)
        assert not answers("127.0.0.2", port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as stranger:
            assert stranger.get("/api/contents").status_code == 403, "nor without its token"
    finally:
        lab.terminate()
        lab.wait(30)


def answers(host, port):
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True
