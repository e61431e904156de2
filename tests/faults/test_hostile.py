"""What a hostile or broken peer sends (or never sends, or never reads) is refused or cut off, and the room goes on.

Everything goes over real sockets. After each test an honest phone votes over its WebSocket and by form; nothing that
was sent may lead to an entry of the log, to an answer 5xx or to a line in the server's log of errors.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import struct
from contextlib import ExitStack, suppress
from time import monotonic, sleep

import pytest
from tests.conftest import DOTS
from tests.faces.hosting import PATIENCE, hosted

from workshop_kit.faces import broadcast, connections, guards, serve
from workshop_kit.faces.broadcast import MOST_PAGES_PER_SEAT, MOST_STAGES
from workshop_kit.faces.connections import FREE_PINGS, MOST_FRAGMENTS, MOST_PER_SEAT, Door
from workshop_kit.faces.forms import LARGEST_BODY

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
UPGRADE = b"GET /KLMNP/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
SOON = 0.5

TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    """A session with a poll that is open, on a server that loses patience soon and has small buffers."""
    listen = serve.listen

    def small_buffers(host, port):
        listening = listen(host, port)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        return listening

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "REQUEST_SECONDS", SOON)
        patch.setattr(connections, "UNREAD_SECONDS", SOON)
        patch.setattr(connections, "WATCH_SECONDS", SOON / 5)
        patch.setattr(guards, "BODY_SECONDS", SOON)
        patch.setattr(broadcast, "HELLO_TIMEOUT", SOON)
        patch.setattr(serve, "listen", small_buffers)
        with hosted(tmp_path_factory.mktemp("session"), agenda(DOTS), registry) as running:
            running.live.do("open", "dots")
            yield running


@pytest.fixture
def phone(server):
    return server.join()


@pytest.fixture(autouse=True)
def the_room_goes_on(server, caplog):
    """An honest phone is there before and after; only what it sends is recorded."""
    honest = server.join()
    with honest.line() as line, caplog.at_level(logging.INFO):
        before = len(server.log)
        yield
        fresh = {event.name for event in server.log[before:]}
        assert fresh <= {"seat.joined", "item.timer_set"}
        line.send(id=f"after-{honest.seat}", item="dots", command="cast", value__o1="1")
        line.next(ack=f"after-{honest.seat}")
        assert honest.cast("dots", o1=2).status_code == 200
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def dial(server, *, reads=65536):
    """Open a plain connection; `reads` is how much it takes in without reading."""
    host, port = server.base.removeprefix("http://").split(":")
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, reads)
    peer.settimeout(PATIENCE)
    peer.connect((host, int(port)))
    return peer


def rest(peer):
    """Read until the server closes the connection, and return all of it."""
    received = b""
    with suppress(ConnectionError):
        while chunk := peer.recv(65536):
            received += chunk
    return received


def pour(peer, data, at_most=2**28):
    """Send the same data again and again until that fails, and return how many bytes went out."""
    sent = 0
    with suppress(OSError):
        while sent < at_most:
            peer.sendall(data)
            sent += len(data)
    return sent


def statuses(received):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", received)]


def post(body=b"", *, headers="", target="/KLMNP/join", length=None):
    length = len(body) if length is None else length
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Length: {length}\r\n{headers}\r\n"
    return head.encode() + body


def answer(server, request):
    """Send a request and return the first status of the answer."""
    with dial(server) as peer:
        with suppress(ConnectionError):
            peer.sendall(request)
        received = rest(peer)
    assert received, "an answer came before the end"
    return statuses(received)[0]


def closed(peer):
    """Tell whether the server has closed this connection, leaving aside what it has sent before."""
    peer.settimeout(0.2)
    try:
        while peer.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def shake_hands(peer, cookie=""):
    """Open a WebSocket by hand."""
    peer.sendall(UPGRADE + KEY + f"Cookie: seat={cookie}\r\n\r\n".encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += peer.recv(1)
    return received


def frame(opcode, payload=b"", *, fin=True, masked=True):
    """Return a WebSocket frame as a client writes it (masked with zeros)."""
    head = bytes([opcode | (0x80 if fin else 0)])
    mask = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([mask | len(payload)])
    elif len(payload) < 65536:
        head += bytes([mask | 126]) + struct.pack("!H", len(payload))
    else:
        head += bytes([mask | 127]) + struct.pack("!Q", len(payload))
    return head + (bytes(4) if masked else b"") + payload


def close_codes(received):
    """Return the codes of the close frames in what a server sent after the handshake."""
    codes = []
    while len(received) >= 2:
        opcode, size, at = received[0] & 0xF, received[1] & 0x7F, 2
        if size == 126:
            size, at = struct.unpack("!H", received[2:4])[0], 4
        elif size == 127:
            size, at = struct.unpack("!Q", received[2:10])[0], 10
        if opcode == CLOSE:
            codes.append(struct.unpack("!H", received[at : at + 2])[0])
        received = received[at + size :]
    return codes


# ── those who keep the server waiting ─────────────────────────────────────────────────────────────────────────────────


class TestSlowSenders:
    def test_a_connection_that_never_sends_a_request_is_closed(self, server):
        with dial(server) as peer:
            begun = monotonic()
            assert rest(peer) == b""
            assert SOON * 0.8 < monotonic() - begun < PATIENCE

    @pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["first", "second"])
    def test_headers_that_trickle_in_are_given_up(self, server, before):
        with dial(server) as peer:
            peer.sendall(before + b"GET / HTTP/1.1\r\nHost: x\r\n")
            peer.settimeout(SOON / 10)
            received, until = b"", monotonic() + PATIENCE
            while monotonic() < until:
                try:
                    peer.sendall(b"x")
                    if not (chunk := peer.recv(65536)):
                        break
                    received += chunk
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
            assert monotonic() < until
        assert statuses(received) == [200] * bool(before) + [408]

    def test_a_body_that_trickles_in_is_refused(self, server):
        with dial(server) as peer:
            peer.sendall(post(b"lang=", headers=FORM, length=1000))
            received = rest(peer)
        assert statuses(received) == [408]
        assert b'"code":"too_slow"' in received

    def test_a_body_that_nobody_asked_for_does_not_keep_the_connection(self, server):
        with dial(server) as peer:
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx")
            assert statuses(rest(peer)) == [200]

    def test_a_websocket_that_never_says_hello_is_closed(self, server):
        with dial(server) as peer:
            assert b" 101 " in shake_hands(peer)
            assert close_codes(rest(peer)) == [1008]

    def test_a_websocket_that_does_not_answer_the_close_is_cut(self, server):
        begun = monotonic()
        with dial(server) as peer:
            shake_hands(peer)
            rest(peer)
        assert monotonic() - begun < 3 * PATIENCE


class TestThoseWhoNeverRead:
    def test_pages_that_nobody_reads_are_cut_off(self, server):
        with dial(server, reads=2048) as peer:
            peer.settimeout(1)
            assert pour(peer, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 100) < 2**25
            self.cut(peer)

    def test_a_page_that_nobody_reads_is_cut_off(self, server, phone):
        with dial(server, reads=2048) as peer:
            shake_hands(peer, phone.token)
            peer.sendall(frame(TEXT, b"hello="))
            for _ in range(60):
                server.live.do("timer", "dots", seconds="60")
                sleep(0.02)
                if peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    break
            self.cut(peer)

    @staticmethod
    def cut(peer):
        """Wait until the server has cut the line, without reading."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            try:
                peer.sendall(b"\x8a\x80\0\0\0\0")
            except ConnectionError:
                return
            except TimeoutError:
                pass
            sleep(0.05)
        pytest.fail("the line was not cut")


# ── those who send too much, or nonsense ──────────────────────────────────────────────────────────────────────────────


class TestRequests:
    def test_a_huge_body_that_is_announced_is_refused_before_it_comes(self, server):
        assert answer(server, post(headers=FORM, length=10**12)) == 413

    def test_an_endless_body_is_refused_and_cut_off(self, server):
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        head = f"POST /KLMNP/join HTTP/1.1\r\nHost: x\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n"
        with dial(server) as peer:
            peer.sendall(head.encode())
            assert pour(peer, chunk) < 2**25

    @pytest.mark.parametrize(
        ("head", "status"),
        [
            (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2**20 + b"\r\n\r\n", {400}),
            (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 50_000 + b"\r\n", {400}),
            (b"GET /" + b"x" * 2**20 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
            (b"GET /?code=" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {404}),
            (b"GET /%00%ff%fe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {404}),
            (b"GET /\xff\x00 HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
            (b"GET / HTTP/1.1\r\n\r\n", {400}),
            (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", {400}),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n", {400}),
            (b"\x00" * 1000 + b"\r\n\r\n", {400}),
            (b"EVIL /KLMNP HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {405}),
            (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n", {200}),
            (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: seat=\xff\xfe; \x80\r\nConnection: close\r\n\r\n", {200}),
            (b"GET /KLMNP HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\r\nConnection: close\r\n\r\n", {200}),
        ],
        ids=["huge header", "many headers", "huge address", "long code", "broken escapes", "broken address", "no host",
             "two hosts", "TLS", "null bytes", "method", "upgrade", "broken cookie", "broken token"],
    )  # fmt: skip
    def test_a_head_that_is_nonsense_is_refused(self, server, head, status):
        assert answer(server, head) in status

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"[" * 30_000, "application/json"),
            (b'{"lang": "en"}', "application/json"),
            (b"lang=en", "text/plain"),
            (b"lang=en", ""),
            (b"--x\r\nContent-Disposition: form-data\r\n\r\nen\r\n--x--\r\n", "multipart/form-data; boundary=x"),
            (b"[" * 30_000, "application/x-www-form-urlencoded"),
            (b"lang=\xff\xfe", "application/x-www-form-urlencoded"),
            (b"lang=%ff%fe", "application/x-www-form-urlencoded"),
            (b"lang=%ed%a0%80", "application/x-www-form-urlencoded"),
            (b"&".join(b"a%d=" % n for n in range(2000)), "application/x-www-form-urlencoded"),
            (b"a" * LARGEST_BODY, "application/x-www-form-urlencoded"),
        ],
        ids=["deep JSON", "JSON", "plain text", "no type", "multipart", "JSON as a form", "bytes", "not UTF-8",
             "half a surrogate", "many fields", "no field"],
    )  # fmt: skip
    def test_a_body_that_is_no_form_is_refused(self, server, body, kind):
        headers = (f"Content-Type: {kind}\r\n" if kind else "") + "Connection: close\r\n"
        before = len(server.live.state.seats)
        assert answer(server, post(body, headers=headers)) == 400
        assert len(server.live.state.seats) == before

    @pytest.mark.parametrize(
        "body",
        [b"zz\r\nlang=en\r\n0\r\n\r\n", b"-1\r\n\r\n", b"7;" + b"x" * 100_000 + b"\r\n", b"ffffffffffffffffff\r\nx"],
        ids=["no number", "negative", "long extension", "huge number"],
    )
    def test_chunks_that_are_nonsense_are_refused(self, server, body):
        head = f"POST /KLMNP/join HTTP/1.1\r\nHost: x\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n"
        before = len(server.live.state.seats)
        assert answer(server, head.encode() + body) in {400, 408}
        assert len(server.live.state.seats) == before

    def test_a_phone_that_goes_away_in_the_middle_of_a_body_is_no_error(self, server):
        with dial(server) as peer:
            peer.sendall(post(b"lang=", headers=FORM, length=1000))
        sleep(SOON)

    def test_what_is_no_chunk_after_the_answer_is_no_error(self, server):
        head = f"POST /healthz HTTP/1.1\r\nHost: x\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n"
        with dial(server) as peer:
            peer.sendall(head.encode())
            assert peer.recv(12) == b"HTTP/1.1 405"
            peer.sendall(b"zz\r\n")
            rest(peer)

    def test_pipelined_requests_are_answered_in_order(self, server):
        wanted = [b"/healthz", b"/XXXXX", b"/"] * 40
        with dial(server) as peer:
            peer.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in wanted))
            assert statuses(rest(peer)) == [200, 404, 200] * 40


class TestWebSocketFrames:
    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            (frame(TEXT, b"x" * LARGEST_BODY * 3), 1009),
            (frame(TEXT, b"x" * LARGEST_BODY, fin=False) + frame(CONTINUED, b"x" * LARGEST_BODY * 2), 1009),
            (frame(BINARY, b"item=dots"), 1003),
            (frame(TEXT, b"\xff\xfe"), 1007),
            (frame(TEXT, b"x", masked=False), 1002),
            (frame(0x3, b"x"), 1002),
            (frame(CONTINUED, b"x"), 1002),
            (frame(PING, b"x" * 126), 1002),
            (frame(TEXT, b"", fin=False) + frame(CONTINUED, b"", fin=False) * (MOST_FRAGMENTS + 1), 1008),
            (frame(PING) * (FREE_PINGS + 5), 1008),
            (frame(PONG) * (FREE_PINGS + 5), 1008),
        ],
        ids=["too large", "too large in fragments", "binary", "not UTF-8", "not masked", "reserved", "nothing to go on",
             "long ping", "endless fragments", "many pings", "many pongs"],
    )  # fmt: skip
    def test_a_frame_that_is_nonsense_ends_the_connection(self, server, phone, sent, code):
        with dial(server) as peer:
            shake_hands(peer, phone.token)
            peer.sendall(frame(TEXT, b"hello="))
            peer.sendall(sent)
            assert close_codes(rest(peer)) == [code]

    @pytest.mark.parametrize(
        "sent", [frame(PING), frame(PONG), frame(PING, b"x" * 125)], ids=["pings", "pongs", "long"]
    )
    def test_a_flood_of_pings_does_not_hold_up_the_others(self, server, phone, sent):
        """Without limits, one read of the flood would keep the whole server busy for the better part of a second."""
        with phone.line() as line, dial(server) as peer:
            shake_hands(peer)
            peer.settimeout(1)
            assert pour(peer, sent * 20_000) < 2**25
            line.send(item="dots", command="explode", id="between")
            line.next(refused="between")

    def test_a_flood_of_commands_is_read_slowly_and_loses_nothing(self, phone):
        flood = [f"flood-{number}" for number in range(80)]
        with phone.line() as line:
            for name in flood:
                line.send(id=name, item="dots", command="explode")
            assert [line.next(code="unknown")["refused"] for _ in flood] == flood

    @pytest.mark.parametrize(
        "request_",
        [
            UPGRADE + b"\r\n",
            UPGRADE + b"Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n\r\n",
            UPGRADE + b"a: b\r\n" * 500 + KEY + b"\r\n",
            UPGRADE + b"a: " + b"b" * 12_000 + b"\r\nSec-WebSocket-Version: 13\r\n\r\n",
            UPGRADE.replace(b"GET", b"POST") + b"Content-Length: 1\r\n\r\nx",
        ],
        ids=["no key", "version", "many headers", "long header", "post"],
    )  # fmt: skip
    def test_a_handshake_that_is_nonsense_is_refused(self, server, request_):
        assert 400 <= answer(server, request_) < 500


# ── those who come in numbers ─────────────────────────────────────────────────────────────────────────────────────────


class TestNumbers:
    @pytest.fixture
    def many(self, server):
        """Open connections one after another and keep them open until the test ends.

        Each is opened only when it is asked for: the server closes one that is silent for long.
        """
        with ExitStack() as stack:
            yield lambda number: (stack.enter_context(dial(server)) for _ in range(number))

    @staticmethod
    def gave_way(peer):
        return close_codes(rest(peer)) == [1008]

    @staticmethod
    def show_pages(peers, hello, cookie=""):
        """Open a page on each connection, in turn, and return the connections."""
        shown = []
        for peer in peers:
            shake_hands(peer, cookie)
            peer.sendall(frame(TEXT, hello))
            peer.recv(1, socket.MSG_PEEK)  # the server has answered, so this one came before the next
            shown.append(peer)
        return shown

    def test_of_one_seats_many_pages_the_newest_stay_open(self, many, phone):
        peers = self.show_pages(many(MOST_PAGES_PER_SEAT + 3), b"hello=", phone.token)
        assert all(map(self.gave_way, peers[:3]))
        assert not any(map(closed, peers[3:]))

    def test_one_seat_cannot_hold_all_connections(self, many, phone):
        request = f"POST /KLMNP/forget HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {phone.token}\r\n"
        peers = []
        for peer in many(MOST_PER_SEAT + 3):
            peer.sendall(f"{request}Content-Length: 0\r\n\r\n".encode())
            assert peer.recv(12) in {b"HTTP/1.1 422", b"HTTP/1.1 429"}
            peers.append(peer)
        assert all(map(closed, peers[:3]))

    def test_stages_beyond_the_limit_take_the_place_of_the_oldest(self, many):
        peers = self.show_pages(many(MOST_STAGES + 3), b"hello=&view=stage")
        assert all(map(self.gave_way, peers[:3]))
        assert not any(map(closed, peers[-3:]))


class Peer(connections.Guest):
    """A connection as the door sees it."""

    def __init__(self, address):
        self.where = address
        self.transport = self
        self.aborted = False

    address = property(lambda self: self.where)

    def abort(self):
        self.aborted = True


class TestDoor:
    """Who gives way when all places are taken."""

    def test_the_oldest_without_a_seat_gives_way_from_the_address_that_holds_most(self):
        door = Door(most=5)
        peers = [Peer(address) for address in "abbbc"]
        assert all(door.enter(peer) for peer in peers)
        assert door.enter(late := Peer("d"))
        assert [peer.aborted for peer in (*peers, late)] == [False, True, False, False, False, False]
        assert door.count == 5

    def test_nobody_with_a_seat_gives_way_and_the_newcomer_is_turned_away(self):
        door = Door(most=3)
        peers = [Peer("a") for _ in range(3)]
        for number, peer in enumerate(peers):
            door.enter(peer)
            door.seated(peer, str(number))
        assert not door.enter(Peer("a"))
        door.leave(peers[0])
        assert door.enter(Peer("a"))
        assert not any(peer.aborted for peer in peers)

    def test_a_seat_counts_no_more_for_its_address(self, monkeypatch):
        monkeypatch.setattr(connections, "MOST_PER_ADDRESS", 2)
        door = Door(most=100)
        peers = [Peer("a") for _ in range(5)]
        for number, peer in enumerate(peers[:2]):
            door.enter(peer)
            door.seated(peer, str(number))
        for peer in peers[2:]:
            door.enter(peer)
        assert [peer.aborted for peer in peers] == [False, False, True, False, False]
        for peer in peers:
            door.leave(peer)
        assert (door.count, door.groups) == (0, {})

    def test_a_full_server_says_so(self, server, monkeypatch):
        monkeypatch.setattr(Door, "enter", lambda door, guest: False)
        with dial(server) as peer:
            assert statuses(rest(peer)) == [503]

    @pytest.mark.skipif(os.name == "nt", reason="sockets are no files there")
    def test_the_limit_of_open_files_is_raised_as_far_as_it_may_be(self):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (500, hard))
            assert connections.raised_file_limit(600) == 600
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 600
            assert connections.raised_file_limit(550) == 550
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 600, "never lowered"
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
