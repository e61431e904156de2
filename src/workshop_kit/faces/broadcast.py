"""Keeps the open pages of a room up to date over WebSockets.

`shared` is rendered once per language and sent as the same text to everybody, at most every `INTERVAL` seconds; `mine`
is rendered for one seat after its own command, and for all when the step itself changes. A page that reads slowly skips
what is overtaken: only the newest of each region waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from workshop_kit.cofacilitation import entered_by
from workshop_kit.core.activity import Actor
from workshop_kit.core.errors import N_, Refused, StoreError, Why, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.asked import Reading
from workshop_kit.faces.conducting import carry_out
from workshop_kit.faces.connections import CONNECTION, POLICY_VIOLATION, Guest, shown_seat
from workshop_kit.faces.forms import Sent, read_command, read_form
from workshop_kit.faces.guards import console_token, same_origin, seat_token
from workshop_kit.faces.limits import COMMANDS_PER_SEAT, LONGEST_WAIT, PAGES_PER_SEAT, Buckets
from workshop_kit.faces.pages import Presence

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from workshop_kit.faces.pages import Pages
    from workshop_kit.live import LiveSession
    from workshop_kit.request import Receipt

INTERVAL = 0.25
"""Seconds between two broadcasts; the first change after a pause goes out at once."""

HELLO_TIMEOUT = 10.0
MOST_ANSWERS = 200
PATIENCE_PER_PAGE = 0.01
"""Seconds per open page between two times at which each gets its own part anew because of what others did."""
AT_A_TIME = 25
UNSUPPORTED_DATA = 1003

STAGE, CONSOLE = "stage", "console"
"""What a page may be beside a phone; the console has one region, of the same name."""

MOST_PAGES_PER_SEAT = 8
MOST_STAGES = 100
"""Stages that may be open at once; the address that shows most of them gives one up for the next."""

KEEP_RECEIPT = N_(
    "Your ballot is in the box. Your receipt: {word}. Write it down and show it to nobody; you will find it in the "
    "minutes."
)

_encode = msgspec.json.Encoder().encode


class Connection:
    """One open page: the newest text per region that still has to go out, and the answers to its commands.

    `shared` and `head` are what it was shown last: the HTML of the shared region, and what `mine` depended on. `moves`
    tells on which of the phones that its seat was on this page is. `by` is the co-facilitator whose console it is.
    """

    def __init__(self, socket: WebSocket, view: str, seat: str, lang: str, moves: int = 0, by: str = "") -> None:
        self.socket = socket
        self.view = view
        self.seat = seat
        self.by = by
        self.lang = lang
        self.moves = moves
        self.shared = ""
        self.head: tuple[object, object] | None = None
        self._regions: dict[str, str] = {}
        self._answers: deque[str] = deque(maxlen=MOST_ANSWERS)
        self._due = asyncio.Event()
        self._overtaken = False

    @property
    def owner(self) -> str:
        """Whom the page belongs to: a seat, a co-facilitator, or for a stage the address it is shown from."""
        return self.seat or self.by or f"stage at {self.socket.client.host if self.socket.client else ''}"

    def show(self, region: str, frame: str) -> None:
        """Let this page show a region anew, instead of an older one that still waits."""
        self._regions[region] = frame
        self._due.set()

    def answer(self, **message: Any) -> None:
        """Let this page know how its command fared."""
        self._answers.append(_encode(message).decode())
        self._due.set()

    @property
    def gone(self) -> bool:
        """Whether nobody will read an answer any more."""
        guest = self.socket.scope.get("state", {}).get(CONNECTION)
        return self._overtaken or (isinstance(guest, Guest) and guest.gone)

    def give_way(self) -> None:
        """Close this page, since there are too many of its kind."""
        self._overtaken = True
        self._due.set()

    async def send_forever(self) -> None:
        """Send what is due until the page goes away or has to."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._due.wait()
                self._due.clear()
                if self._overtaken:
                    await self.socket.close(POLICY_VIOLATION)
                    return
                while self._answers:
                    await self.socket.send_text(self._answers.popleft())
                while self._regions:
                    await self.socket.send_text(self._regions.pop(next(iter(self._regions))))


class Room:
    """All pages that are open on one session."""

    def __init__(self, live: LiveSession, pages: Pages, public: str = "") -> None:
        self.live = live
        self.pages = pages
        self.public = public
        self._commands = Buckets(COMMANDS_PER_SEAT)
        self._readings = Buckets(PAGES_PER_SEAT)
        self._connections: set[Connection] = set()
        self._owned: dict[str, dict[Connection, None]] = {}
        self._changed = asyncio.Event()
        self._moves = live.state.moves
        self.console: Callable[[str], str] = lambda _lang: ""
        self._met: set[str] = set()
        self._head: tuple[object, object] = ((), ())
        self._patient_until = 0.0

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Follow the log while the server runs."""
        del app
        loop = asyncio.get_running_loop()

        def changed(state: object) -> None:
            del state
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._changed.set)

        unsubscribe = self.live.subscribe(changed)
        task = asyncio.create_task(self._broadcast_forever())
        try:
            yield
        finally:
            unsubscribe()
            task.cancel()

    async def slow_down(self, seat: str, *, reading: bool = False) -> None:
        """Let a phone that sends (or with `reading`: loads) too much wait, and refuse it. Raises `Refused`."""
        if wait := (self._readings if reading else self._commands).delay(seat):
            await asyncio.sleep(min(wait, LONGEST_WAIT))
            raise Refused(Why.TOO_MANY, N_("That was too much at once. Please wait a moment and try again."))

    async def take(self, seat: str, sent: Sent) -> Receipt:
        """Carry out what a seat sent and show all its pages the outcome. Raises `Refused` or `StoreError`."""
        if not sent.command.item:
            raise Refused(Why.UNREADABLE, N_("The command names no step. Please reload the page."), field="item")
        try:
            actor = Actor(seat, Channel.PHONE)
            return await asyncio.wrap_future(self.live.submit(sent.command, actor, name=sent.name or ""))
        finally:
            own = [page for page in self._owned.get(seat, ()) if not self._moved_on(page)]
            head = self.pages.head_key()
            for lang in {connection.lang for connection in own}:
                frame = self._frame("mine", self.pages.mine(lang, seat))
                for connection in own:
                    if connection.lang == lang:
                        connection.head = head
                        connection.show("mine", frame)

    async def connect(self, socket: WebSocket) -> None:
        """Serve one page's WebSocket from its hello to its end."""
        if not same_origin(socket, self.public) or socket.path_params["code"] != self.live.state.info.code:
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        connection = await self._greet(socket)
        if connection is None:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(POLICY_VIOLATION)
            return
        self._admit(connection)
        sender = asyncio.create_task(connection.send_forever())
        try:
            connection.answer(hello=connection.view, now=datetime.now(UTC).isoformat())
            await self._show_changes({connection})
            while True:
                await self._hear(connection, await socket.receive_text())
        except KeyError:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(UNSUPPORTED_DATA)
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._dismiss(connection)
            sender.cancel()

    def _admit(self, connection: Connection) -> None:
        """Add an open page; where a seat has too many, or the stage is open too often, an older one gives way."""
        self._connections.add(connection)
        self._met.add(connection.seat)
        self._count_anew()
        self._owned.setdefault(connection.owner, {})[connection] = None
        if connection.seat or connection.by:
            crowded, most = self._owned[connection.owner], MOST_PAGES_PER_SEAT
            count = len(crowded)
        else:
            stages = [pages for pages in self._owned.values() if next(iter(pages)).view == STAGE]
            crowded, most = max(stages, key=len), MOST_STAGES
            count = sum(map(len, stages))
        if count > most:
            oldest = next(iter(crowded))
            self._dismiss(oldest)
            oldest.give_way()

    def _dismiss(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._count_anew()
        owned = self._owned.get(connection.owner, {})
        owned.pop(connection, None)
        if not owned:
            self._owned.pop(connection.owner, None)

    async def _greet(self, socket: WebSocket) -> Connection | None:
        """Wait for the first frame, `hello=TOKEN&view=phone|stage`; a browser's cookie stands in for the token."""
        try:
            async with asyncio.timeout(HELLO_TIMEOUT):
                fields = read_form((await socket.receive_text()).encode())
        except (TimeoutError, WebSocketDisconnect, Refused, KeyError, UnicodeError):
            return None
        token = fields.get("token") or fields.get("hello") or seat_token(socket)
        state = self.live.state
        lang = fields.get("lang", "")
        lang = lang if lang in LANGUAGES else state.info.lang
        if fields.get("view") == STAGE:
            return Connection(socket, STAGE, "", lang)
        if fields.get("view") == CONSOLE:
            one = entered_by(self.live, fields.get("token") or fields.get("hello") or console_token(socket))
            if one:
                shown_seat(socket.scope.get("state", {}), one.id)
            return Connection(socket, CONSOLE, "", lang, by=one.id) if one else None
        seat = self.live.seat_of(token)
        if seat not in state.seats or seat is None:
            return None
        shown_seat(socket.scope.get("state", {}), seat)
        lang = self.pages.spoken(Reading.of(socket).tag(state.seats[seat].lang))
        return Connection(socket, "phone", seat, lang, state.seats[seat].moves)

    async def _hear(self, connection: Connection, frame: str) -> None:
        command_id = ""
        try:
            fields = read_form(frame.encode("utf-8", "surrogatepass"))
            command_id = fields.get("id", "")
            if connection.by:
                await self.slow_down(connection.by)
                await asyncio.to_thread(carry_out, self.live, fields, connection.lang, connection.by)
                connection.answer(ack=command_id, seq=self.live.state.seq)
                return
            if not connection.seat or self._moved_on(connection):
                raise Refused(Why.NOT_ALLOWED, N_("You have no seat in this session. Please join again."))
            while wait := self._commands.delay(connection.seat):
                if connection.gone:
                    raise WebSocketDisconnect
                await asyncio.sleep(wait)
            receipt = await self.take(connection.seat, read_command(fields))
            voice = self.pages.voice(connection.lang)
            note = {"note": voice(KEEP_RECEIPT, word=receipt.word)} if receipt.word else {}
            connection.answer(ack=command_id, seq=receipt.seq, **note)
        except WorkshopError as error:
            code = error.why if isinstance(error, Refused) else "store"
            told = StoreError(STORE_FAILED) if isinstance(error, StoreError) else error
            message = told.told(self.pages.voice(connection.lang))
            field = getattr(error, "field", None)
            connection.answer(
                refused=command_id, code=str(code), message=message, **({"field": field} if field else {})
            )

    async def _broadcast_forever(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._leave_moved()
            self._leave_dismissed()
            await self._show_changes(self._connections)
            await asyncio.sleep(INTERVAL)

    def _moved_on(self, connection: Connection) -> bool:
        seat = self.live.state.seats.get(connection.seat)
        return seat is not None and seat.moves != connection.moves

    def _leave_moved(self) -> None:
        """Tell the pages whose seats are on other phones now, and show them nothing more."""
        if self._moves == (moves := self.live.state.moves):
            return
        self._moves = moves
        for connection in [one for one in self._connections if self._moved_on(one)]:
            self._dismiss(connection)
            connection.show("mine", self._frame("mine", self.pages.moved(connection.lang)))

    def presence(self) -> Presence:
        """Return how many seats have a page open, and how many that are not removed have lost theirs."""
        here = {connection.seat for connection in self._connections if connection.seat}
        seats = self.live.state.seats
        lost = sum(seat in seats and not seats[seat].removed for seat in self._met - here)
        return Presence(len(here), lost)

    def seat_of(self, request: HTTPConnection) -> str | None:
        """Return the seat of who asks, if they have one."""
        seat = self.live.seat_of(seat_token(request))
        return seat if seat in self.live.state.seats else None

    def _count_anew(self) -> None:
        """Let consoles know that somebody came or went."""
        if any(connection.by for connection in self._connections):
            self._changed.set()

    def _leave_dismissed(self) -> None:
        """Close the consoles of those who were dismissed."""
        known = self.live.state.cofacilitators
        for connection in [
            one for one in self._connections if one.by and (self.live.state.erased or not known[one.by].acts)
        ]:
            self._dismiss(connection)
            connection.give_way()

    def _show_consoles(self, consoles: set[Connection]) -> None:
        head = (self.live.state.seq, self.presence())
        shown: dict[str, str] = {}
        for connection in consoles:
            if connection.head != head:
                connection.head = head
                lang = connection.lang
                if lang not in shown:
                    shown[lang] = self._frame(CONSOLE, self.console(lang))
                connection.show(CONSOLE, shown[lang])

    async def _show_changes(self, connections: set[Connection]) -> None:
        """Show these pages what has changed since they were last shown something."""
        consoles = {connection for connection in connections if connection.by}
        self._show_consoles(consoles)
        connections = connections - consoles
        head = self._settled_head()
        by_lang: dict[str, list[Connection]] = {}
        for connection in connections:
            by_lang.setdefault(connection.lang, []).append(connection)
        for lang, readers in by_lang.items():
            html = self.pages.shared(lang)
            frame = self._frame("shared", html)
            for connection in readers:
                if connection.shared != html:
                    connection.shared = html
                    connection.show("shared", frame)
        questions: dict[str, str] = {}
        late = [connection for connection in connections if connection.head != head]
        for number, connection in enumerate(late, 1):
            connection.head = head
            if connection.seat:
                connection.show("mine", self._frame("mine", self.pages.mine(connection.lang, connection.seat)))
            else:
                lang = connection.lang
                questions.setdefault(lang, self._frame("mine", self.pages.question(lang)))
                connection.show("mine", questions[lang])
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)

    def _settled_head(self) -> tuple[object, object]:
        """Return what `mine` depends on now; where others' doings alone have changed it, not sooner than is due."""
        loop = asyncio.get_running_loop()
        head = self.pages.head_key()
        if head[0] == self._head[0] and head[1] != self._head[1] and loop.time() < self._patient_until:
            loop.call_at(self._patient_until, self._changed.set)
            return self._head
        if head != self._head:
            self._head = head
            self._patient_until = loop.time() + PATIENCE_PER_PAGE * len(self._connections)
        return head

    def _frame(self, region: str, html: str) -> str:
        return _encode({"region": region, "seq": self.live.state.seq, "html": html}).decode()


STORE_FAILED = N_("The session's log cannot be written just now. Nothing was saved; please try again.")
