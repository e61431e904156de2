"""How many connections there may be, how long one may keep the server waiting, and how much one may leave unread.

uvicorn's protocols trust that a peer sends its request and reads its answer; here both have to happen within a time.
A connection counts for the seat that it showed, else for its network address. Where there are too many, the one that
has been there longest gives way, so that nobody can keep others out by staying.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from websockets.frames import Frame

MOST_CONNECTIONS = 6_000
MOST_PER_SEAT = 32
MOST_PER_ADDRESS = 2_000
"""Connections without a seat from one network address: high, since a whole room may share one."""

FILES_KEPT = 200
"""Open files that are left for the log, the pages and the rest of the process."""

REQUEST_SECONDS = 10.0
"""A request line and its headers must be there within this time after connecting, or after the last answer."""

UNREAD_SECONDS = 30.0
"""An answer must be read on within this time."""

CLOSE_SECONDS = 3.0
"""A WebSocket that was told to close must do so within this time."""

WATCH_SECONDS = 1.0

LARGEST_LEFTOVER = 2**20
"""Bytes of a body that still come in after its request was answered (refused), before the line is cut."""

MOST_UNREAD = 2**20
"""Bytes that may wait for somebody who goes on sending without reading."""

PORTION = 4096
PAUSE = 0.01
"""A WebSocket is read in portions with a pause between, so that no flood of tiny frames holds up the others."""

MOST_FRAGMENTS = 64
FREE_PINGS = 20
"""WebSocket pings (and unasked pongs) that are free; beyond them, one a second. Browsers send none."""

POLICY_VIOLATION = 1008
NOT_UTF8 = 1007

CONNECTION = "connection"
"""Where a request's ASGI state holds the connection that it came by."""


def short(status: str) -> bytes:
    """Return a whole answer without a body, for one whose request is not read to its end."""
    return f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode()


def raised_file_limit(wanted: int) -> int:
    """Raise the limit of open files towards `wanted` where there is one, and return how many may be open."""
    try:
        import resource  # noqa: PLC0415 - not on Windows, where sockets are no files
    except ImportError:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    higher = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < higher:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (higher, hard))
            soft = higher
    return min(soft, wanted)


class Door:
    """All connections of one server, by the seat or the address that each counts for."""

    def __init__(self, most: int = MOST_CONNECTIONS) -> None:
        self.most = most
        self.groups: dict[tuple[str, str], dict[Guest, None]] = {}
        self.count = 0

    def enter(self, guest: Guest) -> bool:
        """Let a new connection in; False where the server is full of people with a seat."""
        if self.count >= self.most:
            strangers = [group for (kind, _), group in self.groups.items() if kind == "address"]
            if not strangers:
                return False
            crowd = max(strangers, key=len)
            self._show_out(next(iter(crowd)))
        self.count += 1
        self._put(guest, ("address", guest.address), MOST_PER_ADDRESS)
        return True

    def seated(self, guest: Guest, seat: str) -> None:
        """Count a connection for the seat that it has shown."""
        key = ("seat", seat)
        if guest.group not in {key, None}:
            self._take(guest)
            self._put(guest, key, MOST_PER_SEAT)

    def leave(self, guest: Guest) -> None:
        if guest.group is not None:
            self._take(guest)
            self.count -= 1

    async def watch_forever(self) -> None:
        """Cut the lines that keep the server waiting."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for guest in [guest for group in self.groups.values() for guest in group]:
                guest.inspect(now())

    def protocols(self) -> dict[str, Any]:
        """Return what uvicorn is to speak with."""
        return {"http": partial(HttpConnection, door=self), "ws": partial(WebSocketConnection, door=self)}

    def _put(self, guest: Guest, key: tuple[str, str], most: int) -> None:
        group = self.groups.setdefault(key, {})
        if len(group) >= most:
            self._show_out(next(iter(group)))
        self.groups.setdefault(key, group)[guest] = None
        guest.group = key

    def _take(self, guest: Guest) -> None:
        assert guest.group is not None
        group = self.groups[guest.group]
        del group[guest]
        if not group:
            del self.groups[guest.group]
        guest.group = None

    def _show_out(self, guest: Guest) -> None:
        self.leave(guest)
        guest.transport.abort()


class Guest:
    """What both kinds of connection have in common: whom they count for, and since when nothing was read."""

    door: Door
    transport: asyncio.Transport
    group: tuple[str, str] | None = None
    unread_since: float | None = None

    @property
    def address(self) -> str:
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) else ""

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more who would read an answer."""
        return self.transport.is_closing()

    def inspect(self, now: float) -> None:
        """Cut the line where nobody reads; also when it is closing, since closing waits for what is unread."""
        if not self.transport.get_write_buffer_size():
            self.unread_since = None
        elif self.unread_since is None:
            self.unread_since = now
        elif now - self.unread_since > UNREAD_SECONDS:
            self.transport.abort()


class HttpConnection(Guest, H11Protocol):
    """A connection that asks for pages and sends forms."""

    def __init__(self, *, app_state: dict[str, Any], door: Door, **rest: Any) -> None:
        super().__init__(app_state=app_state | {CONNECTION: self}, **rest)
        self.door = door
        self.since = self.loop.time()
        self.leftover = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not self.door.enter(self):
            transport.write(short("503 Service Unavailable"))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.leave(self)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self.door.leave(self)
        super().handle_websocket_upgrade(event)

    def resume_writing(self) -> None:
        self.unread_since = None
        super().resume_writing()

    def on_response_complete(self) -> None:
        self.since = self.loop.time()
        self.leftover = 0
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; where it was part of a body, whoever waits for that is told that nobody is there."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            super().send_400_response(msg)
        else:
            self.transport.abort()

    @property
    def answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.SEND_BODY and not self.answering:
            self.leftover += len(data)
            if self.leftover > LARGEST_LEFTOVER:
                self.transport.abort()
                return
        super().data_received(data)

    def inspect(self, now: float) -> None:
        """Also cut the line where a request is overdue."""
        super().inspect(now)
        if self.answering or self.gone or now - self.since <= REQUEST_SECONDS:
            return
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self.transport.write(short("408 Request Timeout"))
        self.transport.close()


class WebSocketConnection(Guest, WebSocketsSansIOProtocol):
    """An open page."""

    def __init__(self, *, app_state: dict[str, Any], door: Door, **rest: Any) -> None:
        super().__init__(app_state=app_state | {CONNECTION: self}, **rest)
        self.door = door
        self.close_timeout = CLOSE_SECONDS
        self.conn.debug = False  # a frame may hold the secret of a seat
        self.pings_left = float(FREE_PINGS)
        self.pinged = self.loop.time()
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if not self.door.enter(self):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.leave(self)
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self.unread_since = None
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            super().data_received(data)
            if not self.handshake_initiated:  # HTTP, but no opening handshake: the parser has given up without a word
                self.transport.write(short("400 Bad Request"))
                self.transport.close()
        elif not self.waiting and len(data) <= PORTION:
            super().data_received(data)
        else:
            begins = not self.waiting
            self.waiting += data
            self.transport.pause_reading()
            if begins:
                self._read_on()
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()

    def _read_on(self) -> None:
        if self.gone:
            self.waiting = b""
            return
        if not self.read_paused:
            portion, self.waiting = self.waiting[:PORTION], self.waiting[PORTION:]
            super().data_received(portion)
        if self.waiting:
            self.loop.call_later(PAUSE, self._read_on)
        elif not self.read_paused:
            self.transport.resume_reading()

    async def receive(self) -> Any:
        """Hand over what has come in; reading goes on once nothing of it waits any more."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            if not self.waiting:
                self.transport.resume_reading()
        return message

    def handle_ping(self) -> None:
        self._pay_for_ping()
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self.pending_ping_payload is None:
            self._pay_for_ping()
        super().handle_pong(event)

    def _pay_for_ping(self) -> None:
        now = self.loop.time()
        self.pings_left = min(FREE_PINGS, self.pings_left + now - self.pinged) - 1
        self.pinged = now
        if self.pings_left < 0:
            self._fail(POLICY_VIOLATION, "too many pings")

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MOST_FRAGMENTS:
            self._fail(POLICY_VIOLATION, "too many fragments")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self._fail(NOT_UTF8, "not UTF-8")
                return
        super().send_receive_event_to_app()

    def _fail(self, code: int, reason: str) -> None:
        if not self.close_sent:
            self.conn.fail(code, reason)
            self.handle_parser_exception()


def shown_seat(state: MutableMapping[str, Any], seat: str) -> None:
    """Count the connection that a request came by for its seat."""
    guest = state.get(CONNECTION)
    if isinstance(guest, Guest):
        guest.door.seated(guest, seat)
