"""The console in a co-facilitator's browser: the way in with a link, the page, and its forms.

A link holds its secret behind the "#", which no browser sends along and no page shows on. The page that it opens takes
the secret out of the address and posts it; the answer is a cookie with another secret, and the link is used up.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from workshop_kit.cofacilitation import enter, entered_by
from workshop_kit.core.cofacilitators import Cofacilitator
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.asked import wants_json
from workshop_kit.faces.conducting import carry_out
from workshop_kit.faces.forms import read_form
from workshop_kit.faces.guards import CONSOLE_COOKIE, body_of, check_origin, console_token, keep
from workshop_kit.faces.limits import Guesses
from workshop_kit.faces.pages import Notice
from workshop_kit.faces.speaker_notes import speaker_notes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop_kit.faces.broadcast import Room
    from workshop_kit.faces.pages import Pages
    from workshop_kit.live import LiveSession

COOKIE_HOURS = 18
"""A day of workshops; for the next day there is a new link."""

KEY = "key"


class ConsolePage:
    """The routes of the console. `status` tells which HTTP status a refusal has."""

    def __init__(
        self,
        live: LiveSession,
        pages: Pages,
        room: Room,
        folder: Path | None,
        public: str,
        status: Mapping[Why, HTTPStatus],
    ) -> None:
        self.live = live
        self.pages = pages
        self.room = room
        self.folder = folder
        self.public = public
        self.status = status
        self.home = f"{pages.base}/console"
        self.guesses = Guesses()
        self.routes = [
            Route("/{code}/console", self.page, methods=["GET"]),
            Route("/{code}/console", self.enter, methods=["POST"]),
            Route("/{code}/console/items/{item}", self.command, methods=["POST"]),
            Route("/{code}/console/items/{item}", self.back, methods=["GET"]),
        ]
        room.console = self.region

    def who(self, request: HTTPConnection) -> Cofacilitator | None:
        """Return the co-facilitator who asks, if it is one."""
        return entered_by(self.live, console_token(request))

    def region(self, lang: str) -> str:
        """Return the console as an open page shows it."""
        return self.pages.console(lang, notes=self._notes(lang), presence=self.room.presence())

    async def page(self, request: Request) -> Response:
        """Show the console, or the way to it: refused where a secret came that opens something else, or nothing."""
        self._check_code(request)
        lang = self._lang(request)
        if self.who(request):
            return self._shown(lang)
        known = console_token(request) or self.room.seat_of(request)
        status = HTTPStatus.FORBIDDEN if known else HTTPStatus.OK
        return HTMLResponse(self.pages.console_door(lang), status)

    async def enter(self, request: Request) -> Response:
        """Take the secret of a link and give the browser one of its own. Raises `Refused`."""
        self._check_code(request)
        check_origin(request, self.public)
        address = request.client.host if request.client else ""
        if self.guesses.used_up(address):
            raise Refused(Why.TOO_MANY, N_("Many wrong links were tried just now. Please try again in a moment."))
        written = read_form(await body_of(request)).get(KEY, "")
        try:
            token = await asyncio.to_thread(enter, self.live, written)
        except Refused as refusal:
            if refusal.why is Why.NOT_ALLOWED:
                self.guesses.wrong(address)
            if wants_json(request):
                raise
            lang = self._lang(request)
            notice = Notice(refusal.told(self.pages.voice(lang)), True, KEY)
            return HTMLResponse(self.pages.console_door(lang, notice), self.status[refusal.why])
        answer: Response = RedirectResponse(self.home, HTTPStatus.SEE_OTHER)
        if wants_json(request):
            answer = JSONResponse({"token": token})
        keep(answer, request, CONSOLE_COOKIE, token, COOKIE_HOURS)
        return answer

    async def command(self, request: Request) -> Response:
        """Carry out one of the console's forms in the name of the co-facilitator who sent it. Raises `Refused`."""
        self._check_code(request)
        check_origin(request, self.public)
        who = self.who(request)
        if who is None:
            raise Refused(Why.NOT_ALLOWED, N_("This link to the controls is not valid any more. Ask for a new one."))
        await self.room.slow_down(who.id)
        fields = read_form(await body_of(request)) | {"item": request.path_params["item"]}
        lang = self._lang(request)
        try:
            await asyncio.to_thread(carry_out, self.live, fields, lang, who.id)
        except Refused as refusal:
            if wants_json(request) or self.who(request) is None:
                raise
            notice = Notice(refusal.told(self.pages.voice(lang)), True, refusal.field or "", fields)
            return self._shown(lang, self.status[refusal.why], notice=notice)
        if wants_json(request):
            return JSONResponse({"ok": True, "seq": self.live.state.seq})
        return RedirectResponse(self.home, HTTPStatus.SEE_OTHER)

    async def back(self, request: Request) -> Response:
        """Lead from where a form was sent to the page it stands on."""
        self._check_code(request)
        return RedirectResponse(self.home, HTTPStatus.SEE_OTHER)

    def _check_code(self, request: Request) -> None:
        if request.path_params["code"] != self.live.state.info.code:
            raise Refused(Why.UNKNOWN, N_("There is no session with this code. Please check the letters."))

    def _shown(self, lang: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
        page = self.pages.console_page(lang, self.room.presence(), notes=self._notes(lang), **values)
        return HTMLResponse(page, status)

    def _notes(self, lang: str) -> Mapping[str, str]:
        return speaker_notes(self.folder, lang) if self.folder else {}

    def _lang(self, request: HTTPConnection) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in LANGUAGES else self.live.state.info.lang
