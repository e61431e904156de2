"""Thousands of connections that do nothing or never read cost the server little memory, and the room goes on."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from tests.bench.server import SECONDS, ServerProcess, make_session
from websockets.sync.client import connect

from workshop_kit.faces.connections import FILES_KEPT, MOST_PER_ADDRESS, REQUEST_SECONDS, raised_file_limit

IDLE = 5_000
NEVER_READ = 150
FORM = {"command": "cast", "value.o1": "1"}
JSON = {"accept": "application/json"}

MEGABYTES_FOR_IDLE = 120
MEGABYTES_FOR_UNREAD = 100


@pytest.fixture
def server(tmp_path):
    with ServerProcess(make_session(tmp_path / "session").path) as running:
        yield running
    assert running.errors == ""


@pytest.fixture
def grown(server):
    """Return by how many megabytes the server has grown since."""
    process = psutil.Process(server.process.pid)
    httpx.get(server.url)
    before = process.memory_info().rss
    return lambda: (process.memory_info().rss - before) / 1e6


def joined(server):
    answer = httpx.post(f"{server.url}/join", data={"lang": "en"}, headers=JSON, timeout=SECONDS)
    return answer.raise_for_status().json()["token"]


def vote(server, token):
    """Vote by form, and return the status of the answer."""
    headers = {**JSON, "authorization": f"Bearer {token}"}
    return httpx.post(f"{server.url}/items/dots", data=FORM, headers=headers, timeout=SECONDS).status_code


def still_open(peer):
    peer.setblocking(False)
    try:
        return bool(peer.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_five_thousand_idle_connections_are_bounded_then_closed_and_nobody_is_kept_out(server, grown):
    number = min(IDLE, raised_file_limit(IDLE + FILES_KEPT) - FILES_KEPT)
    assert number > 500, "this machine allows too few open files to test anything"
    honest = joined(server)
    address = urlsplit(server.url)
    with ExitStack() as stack, connect(f"{server.url.replace('http', 'ws')}/live", proxy=None) as line:
        line.send(f"hello={honest}")
        place = (address.hostname, address.port)
        peers = [stack.enter_context(socket.create_connection(place, SECONDS)) for _ in range(number)]
        assert vote(server, honest) == 200
        assert vote(server, joined(server)) == 200
        assert sum(map(still_open, peers)) <= MOST_PER_ADDRESS
        assert grown() < MEGABYTES_FOR_IDLE
        until = time.monotonic() + 3 * REQUEST_SECONDS
        while any(map(still_open, peers)):
            assert time.monotonic() < until, "connections without a request are closed"
            time.sleep(0.5)
        line.send("item=dots&id=in-between&command=cast&value.o1=2")
        while json.loads(line.recv(SECONDS)).get("ack") != "in-between":
            pass


def test_pages_that_never_read_cost_little_and_hold_nobody_up(server, grown):
    """Each is shown everything, and takes in nothing: the newest of each region is all that waits for it."""
    address = urlsplit(server.url)
    honest = joined(server)
    with ExitStack() as stack:
        for _ in range(NEVER_READ):
            token = joined(server)
            peer = stack.enter_context(socket.socket())
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            peer.connect((address.hostname, address.port))
            peer.sendall(
                f"GET {address.path}/live HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            assert peer.recv(12) == b"HTTP/1.1 101"
            hello = f"hello={token}".encode()
            peer.sendall(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
        for _ in range(20):
            assert vote(server, honest) == 200
            time.sleep(0.25)
        assert grown() < MEGABYTES_FOR_UNREAD


def test_bodies_without_end_are_not_kept(server, grown):
    address = urlsplit(server.url)
    honest = joined(server)
    head = (
        f"POST {address.path}/join HTTP/1.1\r\nHost: {address.netloc}\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    ).encode()
    with ExitStack() as stack:
        for _ in range(100):
            peer = stack.enter_context(socket.create_connection((address.hostname, address.port), SECONDS))
            with suppress(ConnectionError):
                peer.sendall(head)
                for _ in range(40):
                    peer.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        assert vote(server, honest) == 200
        assert grown() < MEGABYTES_FOR_UNREAD
