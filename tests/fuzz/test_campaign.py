"""A short campaign of hostile requests in every run of the tests; the long one is `python -m tests.fuzz`."""

from __future__ import annotations

import socket

import httpx
import pytest
from tests.bench.server import ServerProcess, make_session
from tests.fuzz.campaign import AGENDA, run
from tests.fuzz.hostile import CODE, Hostile, frame
from tests.fuzz.strategies import EFFORT

REQUESTS = int(1200 * EFFORT)


def test_nothing_that_is_sent_breaks_the_server_or_the_session():
    figures = run(REQUESTS, seed=3)
    assert figures["failures"] == []
    assert figures["requests"] >= REQUESTS
    assert len(figures["kinds"]) == 10
    assert figures["honest_commands"] > 10


def test_the_same_seed_makes_the_same_requests():
    first, second = (Hostile(5).requests(lambda: "token") for _ in range(2))
    assert [next(first) for _ in range(300)] == [next(second) for _ in range(300)]


HALF_A_FORM = (
    b"POST /%s/items/dots HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: 99\r\n\r\ncommand"
)
HANDSHAKE = (
    b"GET /%s/live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % CODE.encode()
)


@pytest.mark.parametrize("sent", ["half a form", "a greeting by nobody", "a connection closed at once"])
def test_who_goes_away_half_way_leaves_no_traceback(tmp_path, sent):
    folder = make_session(tmp_path / "session", AGENDA, "dots")
    with ServerProcess(folder.path) as server:
        token = httpx.post(f"{server.url}/join", headers={"accept": "application/json"}).json()["token"]
        told = {
            "half a form": HALF_A_FORM % (CODE.encode(), token.encode()),
            "a greeting by nobody": HANDSHAKE + frame(1, b"hello=nobody") + frame(8, b""),
            "a connection closed at once": HANDSHAKE + frame(8, b""),
        }[sent]
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", server.address["port"])) as connection:
                connection.sendall(told)
        assert httpx.get(server.url).status_code == 200
    assert server.errors == ""
