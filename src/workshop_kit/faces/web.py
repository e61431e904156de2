"""The participants' server: pages and plain forms for phones, the stage, and one WebSocket to keep them up to date.

It can append participants' commands, those of a co-facilitator who has a link, and nothing else. Everything works with
plain forms; `Accept: application/json` gets JSON instead of a page.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from workshop_kit import privacy
from workshop_kit.core.activity import Actor
from workshop_kit.core.admission import TICKET
from workshop_kit.core.approval import FROM_SEATS
from workshop_kit.core.errors import N_, Refused, StoreError, Why, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.core.personal import PUBLIC_MINUTES, over
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.asked import READING_COOKIE, Reading, join_address, language, newcomer, wants_json
from workshop_kit.faces.broadcast import KEEP_RECEIPT, STORE_FAILED, Room
from workshop_kit.faces.connections import shown_seat
from workshop_kit.faces.console_page import ConsolePage
from workshop_kit.faces.forms import read_command, read_form
from workshop_kit.faces.guards import SEAT_COOKIE, Headers, InTurn, body_of, check_origin, keep, seat_token
from workshop_kit.faces.limits import JOINS_PER_ROOM, NEWCOMERS, Guesses
from workshop_kit.faces.pages import STATIC, Notice, Pages
from workshop_kit.faces.published import Published
from workshop_kit.faces.turns import Turns
from workshop_kit.folder import withdrawn
from workshop_kit.library import phone_languages
from workshop_kit.live import LiveSession, utc_now
from workshop_kit.people import Admission, clean_name

YES = "yes"

logger = logging.getLogger(__name__)

AT = "at"
"""What the address of a form's button may carry: the id of the control at which a page without JavaScript goes on."""

MINUTES_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""The minutes are one file with its style inside; scripts have no place in them."""

STATUS = {
    Why.UNREADABLE: HTTPStatus.BAD_REQUEST,
    Why.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Why.UNKNOWN: HTTPStatus.NOT_FOUND,
    Why.CLOSED: HTTPStatus.CONFLICT,
    Why.TAKEN: HTTPStatus.CONFLICT,
    Why.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Why.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Why.LOCKED: HTTPStatus.LOCKED,
    Why.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Why.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
}


def application(
    live: LiveSession, *, versions: Path | None = None, public: str = "", folder: Path | None = None
) -> Starlette:
    """Return the server for one session.

    `versions` is the folder where the versions of the minutes lie, `public` the origin under which a reverse proxy
    shows this server, `folder` the session's, where the guide is.
    """
    return Site(live, versions, public, folder).app


class Site:
    """The routes of one session."""

    def __init__(self, live: LiveSession, versions: Path | None, public: str = "", folder: Path | None = None) -> None:
        self.live = live
        self.public = public
        self.code = live.state.info.code
        self.pages = Pages(live, f"/{self.code}")
        self.room = Room(live, self.pages, public)
        self.console = ConsolePage(live, self.pages, self.room, folder, public, STATUS)
        self.newcomers = Turns(NEWCOMERS)
        self.joins = Turns(JOINS_PER_ROOM)
        self.guesses = Guesses()
        self.purging = asyncio.Lock()
        self.versions = versions
        self.published = Published(live, versions)
        self.app = Starlette(
            routes=[
                Route("/", self.enter),
                Route("/healthz", self.health),
                Mount("/static", StaticFiles(directory=STATIC)),
                *self.console.routes,
                Route("/{code}", self.phone),
                Route("/{code}/join", self.join, methods=["POST"]),
                Route("/{code}/items/{item}", self.command, methods=["POST"]),
                Route("/{code}/forget", self.forget, methods=["POST"]),
                Route("/{code}/held", self.held),
                Route("/{code}/join", self.back),
                Route("/{code}/forget", self.back),
                Route("/{code}/items/{item}", self.back),
                Route("/{code}/stage", self.stage),
                Route("/{code}/minutes", self.minutes, methods=["GET"]),
                Route("/{code}/minutes", self.answer, methods=["POST"]),
                Route("/{code}/minutes/{name}", self.download),
                WebSocketRoute("/{code}/live", self.room.connect),
            ],
            middleware=[
                Middleware(Headers),
                Middleware(GZipMiddleware, minimum_size=400),
                Middleware(InTurn, self._turn, self._refused),
            ],
            exception_handlers={Refused: self._refused, StoreError: self._store_failed, HTTPException: self._nothing},
            lifespan=self.room.lifespan,
        )

    # ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def enter(self, request: Request) -> Response:
        """Ask for the code, or go where a code leads."""
        lang = language(request)
        code = request.query_params.get("code", "").strip().upper()
        if code == self.code:
            named = f"?{urlencode({'lang': lang})}" if "lang" in request.query_params else ""
            return RedirectResponse(f"/{code}{named}", HTTPStatus.SEE_OTHER)
        wrong = Notice(
            self.pages.voice(lang)(N_("There is no session with this code. Please check the letters.")), True
        )
        status = HTTPStatus.NOT_FOUND if code else HTTPStatus.OK
        return HTMLResponse(self.pages.enter(lang, wrong if code else Notice()), status)

    async def phone(self, request: Request) -> Response:
        """Show a participant's page, or the form to join."""
        if request.path_params["code"] != self.code and request.path_params["code"].upper() == self.code:
            return RedirectResponse(f"/{self.code}", HTTPStatus.SEE_OTHER)
        self._check_code(request)
        seat = self._seat(request)
        if seat is None:
            return HTMLResponse(self.pages.join(language(request)))
        return HTMLResponse(self._page(request, seat, at=request.query_params.get(AT, "")))

    async def stage(self, request: Request) -> Response:
        """Show the page for the projector."""
        self._check_code(request)
        own, wanted = self.live.state.info.lang, request.query_params.get("lang", "")
        lang = wanted if wanted in LANGUAGES else own
        theme = request.query_params.get("theme", "")
        return HTMLResponse(self.pages.stage(lang, join_address(request, self.live), theme))

    async def minutes(self, request: Request) -> Response:
        """Show the minutes that are before the room, and the form to answer."""
        self._check_code(request)
        seat = self._seat(request) or ""
        lang = self._lang(seat, request) if seat else language(request)
        saved = Notice(self.pages.voice(lang)(N_("Saved.")) if "saved" in request.query_params else "")
        size = Reading.of(request).size
        return HTMLResponse(await asyncio.to_thread(self.pages.minutes, lang, seat, self.published, saved, size))

    async def download(self, request: Request) -> Response:
        """Give out one file of the minutes that are before the room."""
        self._check_code(request)
        name = request.path_params["name"]
        files = await asyncio.to_thread(self.published.files)
        if name not in files:
            raise Refused(Why.UNKNOWN, N_("There is nothing at this address. Please check it."))
        headers = {
            "content-security-policy": MINUTES_POLICY,
            "content-disposition": f'attachment; filename="{name}"',
        }
        return Response(files[name], media_type=self.published.media_type(name), headers=headers)

    async def health(self, request: Request) -> Response:
        del request
        return PlainTextResponse("ok")

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def join(self, request: Request) -> Response:
        """Give a phone its seat; a phone that has one may change its name and language, or take a ticket's seat."""
        self._check_code(request)
        check_origin(request, self.public)
        fields = read_form(await body_of(request))
        lang = fields.get("lang", "")
        lang = lang if lang in phone_languages() else language(request)
        name = fields.get("name", "")
        token, seat = seat_token(request), self._seat(request)
        if seat is None or fields.get(TICKET, "").strip():
            try:
                admitted = await self._admit(request, fields | {"lang": lang})
            except Refused as refusal:
                if wants_json(request):
                    raise
                notice = Notice(refusal.told(self.pages.voice(lang)), True, refusal.field or "", fields)
                return HTMLResponse(self.pages.join(lang, notice), STATUS[refusal.why])
            token, seat = admitted.token, admitted.seat
        else:
            if lang != self.live.state.seats[seat].lang:
                await asyncio.wrap_future(self.live.speak(seat, lang))
            if "name" in fields and clean_name(name) != self.live.people.names.get(seat, ""):
                await asyncio.wrap_future(self.live.rename(seat, name))
        if PUBLIC_MINUTES in fields:
            given = fields[PUBLIC_MINUTES] == YES
            await asyncio.wrap_future(privacy.consent(self.live, seat, given=given))
        answer: Response
        if wants_json(request):
            answer = JSONResponse({"seat": seat, "token": token})
        else:
            answer = RedirectResponse(f"/{self.code}", HTTPStatus.SEE_OTHER)
        keep(answer, request, SEAT_COOKIE, token)
        if "size" in fields:
            keep(answer, request, READING_COOKIE, Reading.chosen(fields).kept)
        return answer

    async def command(self, request: Request) -> Response:
        """Take a participant's command."""
        self._check_code(request)
        check_origin(request, self.public)
        seat = self._required_seat(request)
        fields = read_form(await body_of(request))
        try:
            await self.room.slow_down(seat)
            receipt = await self.room.take(seat, read_command(fields, request.path_params["item"]))
        except Refused as refusal:
            if wants_json(request):
                raise
            lang = self._lang(seat, request)
            sent = fields | {"item": request.path_params["item"]}
            notice = Notice(refusal.told(self.pages.voice(lang)), True, refusal.field or "", sent)
            return HTMLResponse(self._page(request, seat, notice), STATUS[refusal.why])
        if wants_json(request):
            return JSONResponse({"ok": True, "seq": receipt.seq} | ({"receipt": receipt.word} if receipt.word else {}))
        if receipt.word:
            lang = self._lang(seat, request)
            notice = Notice(self.pages.voice(lang)(KEEP_RECEIPT, word=receipt.word))
            return HTMLResponse(self._page(request, seat, notice))
        at = request.query_params.get(AT, "")
        return RedirectResponse(f"/{self.code}{'?' + urlencode({AT: at}) if at else ''}", HTTPStatus.SEE_OTHER)

    async def answer(self, request: Request) -> Response:
        """Take what a seat says about the minutes: its answer, or a correction it asks for."""
        self._check_code(request)
        check_origin(request, self.public)
        seat = self._required_seat(request)
        fields = read_form(await body_of(request))
        try:
            await self.room.slow_down(seat)
            command = read_command(fields).command
            if command.name not in FROM_SEATS:
                raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])
            command = replace(command, item="")
            receipt = await asyncio.wrap_future(self.live.submit(command, Actor(seat, Channel.PHONE)))
        except Refused as refusal:
            if wants_json(request) or self.live.state.approval.current is None:
                raise
            lang = self._lang(seat, request)
            notice = Notice(refusal.told(self.pages.voice(lang)), True, refusal.field or "", fields)
            size = Reading.of(request).size
            return HTMLResponse(self.pages.minutes(lang, seat, self.published, notice, size), STATUS[refusal.why])
        if wants_json(request):
            return JSONResponse({"ok": True, "seq": receipt.seq})
        return RedirectResponse(f"/{self.code}/minutes?saved=yes", HTTPStatus.SEE_OTHER)

    async def forget(self, request: Request) -> Response:
        """Erase the name and the words of the person who asks."""
        self._check_code(request)
        check_origin(request, self.public)
        seat = self._required_seat(request)
        await self.room.slow_down(seat)
        if not read_form(await body_of(request)).get("sure"):
            raise Refused(Why.INVALID, N_("Please tick that you are sure."), field="sure")
        erased = await asyncio.to_thread(privacy.forget, self.live, seat)
        if self.versions:
            await asyncio.to_thread(withdrawn, self.versions)
        told = N_("Your name and your cards were deleted for good.")
        try:
            async with self.purging:
                await asyncio.to_thread(privacy.purge, self.live, utc_now())
        except StoreError as error:
            logger.warning("a person was erased from the log, but its copies could not be purged: %s", error)
            told = N_("Your name and your cards were deleted, but not yet from the backups. Please ask in front.")
        if wants_json(request):
            return JSONResponse({"ok": True, "erased": erased})
        lang = self._lang(seat, request)
        return HTMLResponse(self._page(request, seat, Notice(self.pages.voice(lang)(told))))

    async def held(self, request: Request) -> Response:
        """Show the person who asks all that the session holds of them; a program gets it as JSON."""
        self._check_code(request)
        seat = self._required_seat(request)
        await self.room.slow_down(seat)
        held = await asyncio.to_thread(privacy.held_of, self.live, seat)
        if request.query_params.get("format") == "json" or "text/html" not in request.headers.get("accept", ""):
            return JSONResponse(held)
        return HTMLResponse(self.pages.held(self._lang(seat, request), seat, held, Reading.of(request).size))

    async def back(self, request: Request) -> Response:
        """Lead from where a form was sent to the page it stands on, for who reloads the answer or comes back to it."""
        self._check_code(request)
        return RedirectResponse(f"/{self.code}", HTTPStatus.SEE_OTHER)

    # ── helpers ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _admit(self, request: Request, fields: dict[str, str]) -> Admission:
        """Give who asks a seat, the one of their ticket if they have one. Raises `Refused`."""
        ticket = fields.get(TICKET, "").strip()
        address = request.client.host if request.client else ""
        if ticket and self.guesses.used_up(address):
            told = N_("Many wrong tickets were tried just now. Please try again in a moment, or ask in front.")
            raise Refused(Why.TOO_MANY, told, field=TICKET)
        await self.joins.take(*newcomer(request))
        try:
            return await asyncio.wrap_future(self.live.join(fields["lang"], fields.get("name", ""), ticket=ticket))
        except Refused as refusal:
            if ticket and refusal.why is Why.NOT_ALLOWED:
                self.guesses.wrong(address)
            raise

    def _check_code(self, request: HTTPConnection) -> None:
        if request.path_params["code"] != self.code:
            raise Refused(Why.UNKNOWN, N_("There is no session with this code. Please check the letters."))

    async def _turn(self, request: HTTPConnection) -> None:
        """Wait until it is a request's turn: newcomers share one rate, and a phone may not reload without end."""
        try:
            seat = self._seat(request)
            one = None if seat else self.console.who(request)
        except StoreError:
            seat = one = None
        who = one.id if one else seat
        if who is None:
            await self.newcomers.take(*newcomer(request))
            return
        shown_seat(request.scope.get("state", {}), who)
        if request.scope.get("method") in {"GET", "HEAD"}:
            await self.room.slow_down(who, reading=True)

    def _seat(self, request: HTTPConnection) -> str | None:
        seat = self.live.seat_of(seat_token(request))
        if seat and seat not in self.live.state.seats:
            self.live.catch_up()  # another server may have given the seat a moment ago
        return seat if seat in self.live.state.seats else None

    def _required_seat(self, request: HTTPConnection) -> str:
        if (seat := self._seat(request)) is None:
            if self.live.state.erased:
                raise over()
            raise Refused(Why.NOT_ALLOWED, N_("You have no seat in this session. Please join again."))
        return seat

    def _lang(self, seat: str, request: HTTPConnection) -> str:
        known = self.live.state.seats.get(seat)
        return Reading.of(request).tag(known.lang) if known else language(request)

    def _page(self, request: Request, seat: str, notice: Notice = Notice(), at: str = "") -> str:  # noqa: B008 - a frozen value
        return self.pages.phone(self._lang(seat, request), seat, notice, at, Reading.of(request).size)

    def _refused(self, request: HTTPConnection, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return self._failed(request, error, STATUS[error.why], error.why, error.field)

    def _nothing(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        told = WorkshopError(N_("There is nothing at this address. Please check it."))
        answer = self._failed(request, told, HTTPStatus(error.status_code), Why.UNKNOWN, None)
        answer.headers.update(error.headers or {})
        return answer

    def _store_failed(self, request: Request, error: Exception) -> Response:
        del error
        told = StoreError(STORE_FAILED)
        return self._failed(request, told, HTTPStatus.SERVICE_UNAVAILABLE, "store", None)

    def _failed(
        self, request: HTTPConnection, error: WorkshopError, status: HTTPStatus, code: str, field: str | None
    ) -> Response:
        try:
            seat = self._seat(request)
        except StoreError:
            seat = None
        lang = self._lang(seat, request) if seat else language(request)
        message = error.told(self.pages.voice(lang))
        if wants_json(request):
            body = {"code": str(code), "message": message} | ({"field": field} if field else {})
            return JSONResponse({"error": body}, status)
        return HTMLResponse(self.pages.enter(lang, Notice(message, refused=True)), status)
