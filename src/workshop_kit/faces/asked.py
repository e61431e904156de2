"""What a request asks for, beside its path: a language, JSON instead of a page, and from where it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from starlette.requests import HTTPConnection

from workshop_kit.core.errors import N_
from workshop_kit.core.text import SIMPLE, preferred
from workshop_kit.faces.connections import CONNECTION, Guest
from workshop_kit.library import phone_languages
from workshop_kit.live import LiveSession

READING_COOKIE = "reading"
SIZES = {"": N_("Normal"), "large": N_("Large"), "larger": N_("Very large")}
"""The sizes of text on a phone, as classes of the page."""


class Reading(Struct, frozen=True):
    """How somebody likes to read on this phone. It says something of the person, so the phone keeps it, not the log."""

    size: str = ""
    simple: bool = False

    @classmethod
    def of(cls, request: HTTPConnection) -> Reading:
        """Return what the phone keeps."""
        kept = request.cookies.get(READING_COOKIE, "")
        size = kept.removesuffix(SIMPLE)
        return cls(size if size in SIZES else "", kept.endswith(SIMPLE))

    @classmethod
    def chosen(cls, fields: Mapping[str, str]) -> Reading:
        """Return what somebody has chosen in a form."""
        size = fields.get("size", "")
        return cls(size if size in SIZES else "", fields.get("simple") == "yes")

    @property
    def kept(self) -> str:
        """What the phone is to keep."""
        return self.tag(self.size)

    def tag(self, lang: str) -> str:
        """Return the language tag of pages in `lang` for this reader."""
        return f"{lang}{SIMPLE}" if self.simple else lang


def join_address(request: HTTPConnection, live: LiveSession) -> str:
    """Return the address that phones should open: the one announced, else the one this page was asked under."""
    base = live.state.address or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base.rstrip('/')}/{live.state.info.code}"


def language(request: HTTPConnection) -> str:
    """Return the language that the address names (`?lang=`), else the one that the browser asks for."""
    named = request.query_params.get("lang", "")
    spoken = phone_languages()
    return named if named in spoken else preferred(request.headers.get("accept-language", ""), spoken)


def newcomer(request: HTTPConnection) -> tuple[str, Callable[[], bool]]:
    """Return the network address of one without a seat, and the way to tell whether they are still there."""
    guest = request.scope.get("state", {}).get(CONNECTION)
    address = request.client.host if request.client else ""
    return address, (lambda: guest.gone) if isinstance(guest, Guest) else (lambda: False)


def wants_json(request: HTTPConnection) -> bool:
    """Tell whether a program asks, which gets JSON instead of a page."""
    return "application/json" in request.headers.get("accept", "")
