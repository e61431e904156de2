# ruff: noqa: E501, Q003 - what goes over a line is read best on one line
"""Hostile requests, as the bytes that go over a connection. The same seed makes the same requests."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote_from_bytes

CODE = "KLMNP"
ITEMS = (
    "welcome", "cards", "dots", "board", "mood", "plan", "market", "say", "talk", "floor", "tables", "pairs", "ballot",
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"

RAW = (
    b"", b"%", b"%2", b"%zz", b"%00", b"%ff%fe", b"%ed%a0%80", b"%e2%80%ae", b"%c0%af", b"%f4%90%80%80", b"\xff\xfe",
    b"\x00", "٣".encode(), b"%D9%A3", b"%C2%B3", b"1e999", b"NaN", b"-inf", b"-1", b"1.5", b"0x1", b"1_0", b"+1",
    b"9" * 20, b"9" * 5000, b"a" * 300, b"..%2f..", b"{0}", b"{name!r}", b"%7b%7d", b"<script>", b"'--", b"%0d%0aX: y",
    "\u202eevil".encode(), b"%F0%9F%92%A9" * 90, b"[[[[[[", b"a[b][c]", b"=", b"&", b";", b"+", b"#", b"?", b"0", b"1",
)  # fmt: skip
"""Pieces that some reader somewhere stumbled over, as they stand in a form or an address."""

COMMANDS = (
    b"cast", b"add", b"like", b"unlike", b"withdraw", b"assign", b"merge", b"hide", b"show", b"take", b"confirm",
    b"release", b"room-votes", b"open", b"close", b"reveal", b"next-round", b"timer", b"join", b"name", b"lock",
    b"remove", b"issue-tickets", b"note", b"minutes.noted", b"approve", b"comment", b"draft-minutes", b"close-approval",
    b"finalise-minutes", b"accept-comment", b"answer-comment", b"withdraw-minutes", b"show-minutes", b"announce",
    b"change", b"status", b"ask", b"decline", b"leave", b"offer", b"seek", b"agree", b"disagree", b"vote", b"look",
    b"edit", b"move", b"consent",
    b"dots", b"thumb", b"propose", b"stage", b"start", b"go-on", b"finish", b"put-back", b"room-dots", b"call", b"end",
    b"create", b"session.created", b"__class__",
)  # fmt: skip
FIELDS = (
    b"id", b"command", b"item", b"name", b"lang", b"ticket", b"hello", b"token", b"view", b"value.o1", b"value.o2",
    b"value.", b"value", b"value.o1[]", b"choice", b"rev", b"ballot", b"text", b"factor", b"kind", b"idea", b"into",
    b"role", b"seat", b"confirm", b"sure", b"seconds", b"voters", b"count", b"url", b"reason", b"named",
    b"version", b"answer", b"section", b"comment", b"digest", b"seq", b"file.minutes.de.html",
    b"action", b"what", b"until", b"sign", b"partners", b"who", b"status", b"note", b"entry", b"match", b"side",
    b"card", b"column", b"person", b"group", b"title", b"whence", b"public", b"named", b"given", b"from.i1",
    b"statement", b"public-minutes", b"topic", b"request", b"proposal", b"stage", b"value.t1",
)  # fmt: skip
LIKELY = (
    b"1",
    b"2",
    b"o1",
    b"o2",
    b"m1",
    b"i1",
    b"i2",
    b"host",
    b"A card",
    b"yes",
    b"en",
    b"de",
    b"3",
    b"abstain",
    b"a1",
    b"e1",
    b"e1-e2",
    b"s1",
    b"t1",
    b"q1",
    b"on",
    b"order",
    b"me",
    b"both",
    b"offer",
    b"seek",
    b"done",
    b"2026-12-31",
    b"-1",
    b"0" * 64,
)
HEADERS = (
    b"Accept-Language", b"Cookie", b"Authorization", b"If-None-Match", b"If-Modified-Since", b"Range", b"If-Range",
    b"Content-Type", b"Content-Encoding", b"Expect", b"X-Forwarded-For", b"X-Forwarded-Proto", b"Forwarded", b"TE",
    b"Accept-Encoding", b"Sec-Fetch-Site", b"Origin", b"Referer", b"Upgrade", b"X-HTTP-Method-Override",
)  # fmt: skip
HEADER_VALUES = (
    b"", b",", b";;;", b"q=", b"en;q=nan, de;q=1e999, x;q=-1", b"*;q=\xb2", b"seat=", b"seat=a; seat=b", b"seat=\"\\\"",
    b"Bearer", b"Bearer ", b"Bearer \xff\xfe", b"Basic Og==", b"bytes=0-", b"bytes=-1", b"bytes=9-0", b"bytes=0-0," * 40,
    b"bytes=99999999999999999999-", b"Thu, 32 Foo 99999 99:99:99", b"Sat, 01 Jan 0000 00:00:00 +9999", b"http://[",
    b"null", b"https://elsewhere.example", b"cross-site", b"gzip;q=0", b"\xff\xfe\xfd", b"a" * 900, b"multipart/form-data",
    b"application/json", b"; charset=utf-7", b"100-continue", b"=" * 200, b"seat=%00", b"\"" * 7, b"W/\"", b"http\t",
)  # fmt: skip
METHODS = (b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"PROPFIND", b"get", b"G\xffT")


class Request(NamedTuple):
    """What goes over a connection. `shut` ends it after that, without waiting for the rest of the answer."""

    kind: str
    sent: bytes
    shut: bool = False
    head: bool = False


class Hostile:
    """Makes requests of all kinds in turn, for a seat with this token."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._kinds: tuple[tuple[Callable[[str], Request], int], ...] = (
            (self.command, 34),
            (self.form, 18),
            (self.headers, 12),
            (self.address, 14),
            (self.joining, 4),
            (self.personal, 2),
            (self.flood, 2),
            (self.broken, 7),
            (self.handshake, 3),
            (self.frames, 4),
        )

    def requests(self, token: Callable[[], str]) -> Iterator[Request]:
        """Yield requests without end, each for the token that is due."""
        makers, weights = zip(*self._kinds, strict=True)
        while True:
            yield self._chance.choices(makers, weights)[0](token())

    # ── kinds ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def command(self, token: str) -> Request:
        """A readable form whose command and fields are not what they should be."""
        fields = [(b"command", self._one(COMMANDS))]
        fields += [
            (self._one(FIELDS), self._one(LIKELY) if self._luck(0.5) else self._piece()) for _ in range(self._up_to(4))
        ]
        if self._luck(0.2):
            fields.append((b"id", self._piece()))
        body = b"&".join(name + b"=" + self._written(value) for name, value in fields)
        return Request("command", self._post(self._item(), body, token))

    def form(self, token: str) -> Request:
        """A body that is no readable form, or only just."""
        parts = [
            self._one(FIELDS + RAW) + self._one((b"=", b"", b"==")) + self._one(RAW + LIKELY)
            for _ in range(self._up_to(6))
        ]
        body = self._one((b"&", b"&&", b";", b"&amp;", b"\n")).join(parts)
        if self._luck(0.3):
            body = b"command=cast&" + body
        return Request(
            "form",
            self._post(
                self._item(),
                body,
                token,
                self._one((FORM, "text/plain", "application/json", "multipart/form-data; boundary=x")),
            ),
        )

    def headers(self, token: str) -> Request:
        """A request with odd headers."""
        path = self._one(
            (f"/{CODE}", f"/{CODE}/stage", "/", f"/{CODE}/minutes", "/static/live.js", f"/{CODE}/held", "/healthz")
        )
        extra = b"".join(self._one(HEADERS) + b": " + self._one(HEADER_VALUES) + b"\r\n" for _ in range(self._up_to(4)))
        return Request("headers", self._head(b"GET", path.encode(), token if self._luck(0.5) else "") + extra + b"\r\n")

    def address(self, token: str) -> Request:
        """An odd address, or an odd method on a good one."""
        piece = self._written(self._piece())
        path = self._one((
            b"/" + piece, b"/%s/" % CODE.encode() + piece, b"/%s/items/" % CODE.encode() + piece, b"/static/" + piece,
            b"/?code=" + piece, b"/%s/stage?lang=" % CODE.encode() + piece, b"/" + piece + b"/stage", b"/%s/live" % CODE.encode(),
            b"/static/../../etc/passwd", b"/static/%2e%2e/web.py", b"//" + piece, b"/%s/items/cards/x" % CODE.encode(),
        ))  # fmt: skip
        method = self._one(METHODS) if self._luck(0.4) else b"GET"
        return Request(
            "address", self._head(method, path, token) + b"Content-Length: 0\r\n\r\n", head=method == b"HEAD"
        )

    def joining(self, token: str) -> Request:
        """A form to join, by somebody new or by one who has a seat."""
        body = (
            b"name="
            + self._written(self._piece())
            + b"&lang="
            + self._one((b"en", b"de", b"xx", b"%00", b"../.."))
            + b"&ticket="
            + self._written(self._piece())
        )
        return Request("join", self._post("/join", body, token if self._luck(0.8) else ""))

    def personal(self, token: str) -> Request:
        """A wish to be forgotten, mostly without being sure."""
        return Request(
            "forget", self._post("/forget", self._one((b"", b"sure=", b"sure=yes", b"sure=%ff", b"x" * 50)), token)
        )

    def flood(self, token: str) -> Request:
        """Far more than anybody needs: fields, bytes, headers, depth."""
        many = self._chance.randint(500, 10_000)
        body = self._one(
            (
                b"&".join(b"f%d=1" % n for n in range(many)),
                b"value.o1=1&" * many,
                b"text=" + b"a" * 60_000,
                b"a" + b"[b]" * many + b"=1",
            )
        )
        if self._luck(0.4):
            return Request(
                "flood",
                self._head(b"GET", b"/", token)
                + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 60) for n in range(self._chance.randint(50, 900)))
                + b"\r\n",
            )
        return Request("flood", self._post(self._item(), body, token))

    def broken(self, token: str) -> Request:
        """What is not HTTP, or says one thing and does another, or goes away half-way."""
        post = self._head(b"POST", b"/%s/items/dots" % CODE.encode(), token)
        good = self._post("/items/dots", b"command=cast&value.o1=1", token)
        sent = self._one((
            self._noise(), b"\r\n" * 20, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET / HTTP/1.1\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", post + b"Content-Length: -1\r\n\r\n", post + b"Content-Length: 9" + b"9" * 5000 + b"\r\n\r\n",
            post + "Content-Length: ²\r\n\r\n".encode("latin-1"), post + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", post + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
            post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", post + b"Content-Length: 100\r\n\r\ncommand=ca",
            post + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", good[: self._chance.randint(1, len(good) - 1)], b"GET / HTTP/1.1\r\nHost: a\r\n  folded: b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
            b"A" * 70_000, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        ))  # fmt: skip
        return Request("broken", sent, shut=True)

    def handshake(self, token: str) -> Request:
        """A handshake for a WebSocket that is not quite one."""
        lines = [
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: " + self._key(),
        ]
        lines[self._chance.randrange(4)] = self._one(
            (b"X: y", b"Sec-WebSocket-Version: 99", b"Sec-WebSocket-Key: x", b"Upgrade: h2c", b"Connection: close")
        )
        path = self._one(
            (b"/%s/live" % CODE.encode(), b"/XXXXX/live", b"/%s/live/x" % CODE.encode(), b"/", b"/%00/live")
        )
        return Request("handshake", self._head(b"GET", path, token) + b"\r\n".join(lines) + b"\r\n\r\n", shut=True)

    def frames(self, token: str) -> Request:
        """A WebSocket that opens as it should and then sends odd frames."""
        head = (
            self._head(b"GET", b"/%s/live" % CODE.encode(), "")
            + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
            + self._key()
            + b"\r\n\r\n"
        )
        hello = self._one(
            (
                b"hello=" + token.encode(),
                b"hello=" + token.encode(),
                b"hello=&view=stage",
                b"hello=" + self._piece(),
                b"\xff",
            )
        )
        sent = head + frame(1, hello)
        for _ in range(self._up_to(5)):
            text = (
                b"item="
                + self._one(ITEMS).encode()
                + b"&command="
                + self._one(COMMANDS)
                + b"&"
                + self._one(FIELDS)
                + b"="
                + self._piece()
            )
            sent += self._one((
                frame(1, text), frame(1, text), frame(1, self._piece()), frame(2, text), frame(1, b"a" * 70_000), frame(0, text), frame(3, text), frame(9, b"a" * 126),
                frame(8, b"\x00"), frame(8, struct.pack("!H", 9999) + b"\xff"), frame(1, text, mask=False), frame(1, text, fin=False), frame(1, text, length=2**63 - 1), frame(1, text, rsv=7),
            ))  # fmt: skip
        return Request("frames", sent, shut=True)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _one(self, choices):
        return self._chance.choice(choices)

    def _luck(self, share: float) -> bool:
        return self._chance.random() < share

    def _up_to(self, most: int) -> int:
        return self._chance.randint(0, most)

    def _noise(self) -> bytes:
        return self._chance.randbytes(self._chance.randint(1, 200))

    def _piece(self) -> bytes:
        return self._one(RAW) if self._luck(0.8) else self._noise()[:20]

    def _written(self, value: bytes) -> bytes:
        """Return a value as a form must write it, or leave it as it is where that goes over a line."""
        return (
            value if value.isascii() and not set(value) & set(b"&=#? \r\n\x00+;") else quote_from_bytes(value).encode()
        )

    def _key(self) -> bytes:
        return base64.b64encode(self._chance.randbytes(16))

    def _item(self) -> str:
        item = self._one(ITEMS) if self._luck(0.9) else quote_from_bytes(self._piece())
        return f"/items/{item or 'x'}"

    def _head(self, method: bytes, path: bytes, token: str) -> bytes:
        accept = b"Accept: application/json\r\n" if self._luck(0.8) else b""
        bearer = (
            b"Authorization: Bearer " + token.encode() + b"\r\n"
            if token and self._luck(0.7)
            else b"Cookie: seat=" + token.encode() + b"\r\n"
        )
        return method + b" " + path + b" HTTP/1.1\r\nHost: workshop.example\r\n" + accept + bearer

    def _post(self, path: str, body: bytes, token: str, content_type: str = FORM) -> bytes:
        head = self._head(b"POST", f"/{CODE}{path}".encode(), token)
        return head + b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (content_type.encode(), len(body)) + body


def frame(
    opcode: int, payload: bytes, *, fin: bool = True, mask: bool = True, rsv: int = 0, length: int | None = None
) -> bytes:
    """Return a frame of a WebSocket, right or wrong."""
    size = len(payload) if length is None else length
    short = size if size < 126 else 126 if size < 2**16 else 127
    head = struct.pack("!BB", fin << 7 | rsv << 4 | opcode, mask << 7 | short)
    head += b"" if short < 126 else struct.pack("!H" if short == 126 else "!Q", size)
    if not mask:
        return head + payload
    key = b"\x01\x02\x03\x04"
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))
