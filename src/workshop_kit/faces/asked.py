"""What a request asks for, beside its path: a language, JSON instead of a page, and from where it comes."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import HTTPConnection

from workshop_kit.core.text import preferred
from workshop_kit.faces.connections import CONNECTION, Guest
from workshop_kit.live import LiveSession


def join_address(request: HTTPConnection, live: LiveSession) -> str:
    """Return the address that phones should open: the one announced, else the one this page was asked under."""
    base = live.state.address or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base.rstrip('/')}/{live.state.info.code}"


def language(request: HTTPConnection) -> str:
    """Return the language that the browser asks for."""
    return preferred(request.headers.get("accept-language", ""))


def newcomer(request: HTTPConnection) -> tuple[str, Callable[[], bool]]:
    """Return the network address of one without a seat, and the way to tell whether they are still there."""
    guest = request.scope.get("state", {}).get(CONNECTION)
    address = request.client.host if request.client else ""
    return address, (lambda: guest.gone) if isinstance(guest, Guest) else (lambda: False)


def wants_json(request: HTTPConnection) -> bool:
    """Tell whether a program asks, which gets JSON instead of a page."""
    return "application/json" in request.headers.get("accept", "")
