"""Guards of the participants' server: security headers, the origin of a request, its size, and whose seat it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.faces.forms import LARGEST_BODY, too_large, unreadable

SEAT_COOKIE = "seat"
CONSOLE_COOKIE = "console"
COOKIE_DAYS = 30

BODY_SECONDS = 15.0
"""A form must be there within this time after its headers."""

FORM = "application/x-www-form-urlencoded"

KEPT_FOR_GOOD = frozenset({200, 304})
"""The answers for a static file that a browser may keep; its address holds its version."""

_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}")


class Headers:
    """Sets the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        live = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
            f"img-src 'self' data:; connect-src 'self'{live}; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        static = scope["path"].startswith("/static/")
        extra = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cache-control": "no-store",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                if static and message["status"] in KEPT_FOR_GOOD:
                    extra["cache-control"] = "public, max-age=31536000, immutable"
                set_already = {name.decode("latin-1") for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode("latin-1")) for k, v in extra.items() if k not in set_already),
                ]
            await send(message)

        await self.app(scope, receive, send_with)


class InTurn:
    """Lets a request in when it is its turn; `wait` raises `Refused` where that will not come."""

    def __init__(
        self,
        app: ASGIApp,
        wait: Callable[[HTTPConnection], Awaitable[None]],
        refused: Callable[[HTTPConnection, Refused], Response],
    ) -> None:
        self.app = app
        self.wait = wait
        self.refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] != "lifespan":
            try:
                await self.wait(HTTPConnection(scope))
            except Refused as refusal:
                app = self.refused(HTTPConnection(scope), refusal)
        await app(scope, receive, send)


async def body_of(request: Request) -> bytes:
    """Read a form's body, refusing one that is no form, too large or too slow before all of it has come in."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared[:18]) > LARGEST_BODY:
        raise too_large(int(declared[:18]))
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise too_large(len(body))
    except TimeoutError:
        raise Refused(Why.TOO_SLOW, N_("This took too long to arrive. Please try again.")) from None
    except ClientDisconnect:
        raise unreadable() from None
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise unreadable()
    return bytes(body)


def check_origin(request: HTTPConnection, own: str = "") -> None:
    """Refuse a form that another site's page sends; programs outside a browser send neither header."""
    if not same_origin(request, own):
        raise Refused(Why.NOT_ALLOWED, N_("This did not come from the session's own page. Please open it again."))


def same_origin(request: HTTPConnection, own: str = "") -> bool:
    """Tell whether a request comes from this server's own pages, as far as its headers tell.

    `own` is a further origin of this server: the one that it is announced under behind a proxy.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    scheme = {"ws": "http", "wss": "https"}.get(request.scope["scheme"], request.scope["scheme"])
    return origin is None or origin in {own or None, f"{scheme}://{request.headers.get('host', '')}"}


def keep(answer: Response, request: Request, name: str, value: str, hours: int = COOKIE_DAYS * 24) -> None:
    """Let a browser keep something for this session, out of reach of scripts."""
    answer.set_cookie(
        name,
        value,
        max_age=hours * 3600,
        path=f"/{request.path_params['code']}",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def seat_token(request: HTTPConnection) -> str:
    """Return the secret of a seat: a bearer token, or the cookie of a browser."""
    return _bearer(request) or request.cookies.get(SEAT_COOKIE, "")


def console_token(request: HTTPConnection) -> str:
    """Return the secret of a co-facilitator's browser: a bearer token, or its cookie."""
    return _bearer(request) or request.cookies.get(CONSOLE_COOKIE, "")


def _bearer(request: HTTPConnection) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
