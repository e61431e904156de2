"""A page for a phone to open before there is a session: shown at the port that the session will have."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket

import segno

from workshop_kit.core.errors import N_
from workshop_kit.core.text import preferred
from workshop_kit.faces.doctor.finding import Finding, fault, ok, said
from workshop_kit.faces.doctor.network import FIREWALL
from workshop_kit.library import voice

PATH = "/check"

_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 1.25rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 30rem; padding: 2rem 1rem }}
</style></head><body><main><h1>✓ {title}</h1><p>{told}</p></main></body></html>
"""


class Visitors:
    """Who has opened the page: waits for the first device that is not this machine."""

    def __init__(self, own: Collection[str], itself: Callable[[], object]) -> None:
        self._own = own
        self._itself = itself
        self._came = threading.Event()
        self.first = ""

    def note(self, address: str) -> None:
        """Remember where a request came from; calls `itself` where it was this machine."""
        address = address.removeprefix("::ffff:")
        if address in self._own or address.startswith("127.") or address == "::1":
            self._itself()
        elif not self.first:
            self.first = address
            self._came.set()

    def wait(self, seconds: float) -> str:
        """Return the address of the first other device, or "" if none came in time."""
        self._came.wait(seconds)
        return self.first


@contextmanager
def shown(listening: socket, noted: Callable[[str], object]) -> Iterator[None]:
    """Show the page on a listening socket while the block lasts; `noted` is told where each look at it came from."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5.0

        def do_GET(self) -> None:
            here = self.path.split("?")[0] == PATH
            page = rendered(preferred(self.headers.get("Accept-Language", ""))).encode() if here else b""
            if here:
                noted(str(self.client_address[0]))
            self.send_response(HTTPStatus.OK if here else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Keep quiet: what is worth telling is noted."""

    with ThreadingHTTPServer(listening.getsockname()[:2], Handler, bind_and_activate=False) as server:
        server.socket.close()
        server.socket = listening
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a phone that hangs up is no event
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def rendered(lang: str) -> str:
    """Return the page in a language."""
    text = voice(lang)
    title = text(N_("It works."))
    told = text(N_("This phone reaches the computer in front. You can close this page; nothing was stored."))
    return _PAGE.format(lang=lang, title=escape(title), told=escape(told))


def qr(url: str) -> str:
    """Return a QR code in block characters; light fields are drawn, so it is meant for light on dark."""
    out = io.StringIO()
    segno.make(url, error="m", micro=False).terminal(out, border=2, compact=True)
    return out.getvalue().rstrip("\n")


def judged(seen: str, seconds: float, port: int, system: str) -> Finding:
    """Judge whether another device has opened the page; `seen` is its address, or ""."""
    if seen:
        return ok("phone", said(N_("Seen from {address}: phones get through."), address=seen))
    return fault(
        "phone",
        said(N_("No other device has opened the page within {seconds} seconds."), seconds=round(seconds)),
        said(
            N_(
                "Is the phone in the same Wi-Fi, with mobile data off? Then the Wi-Fi keeps devices apart (client "
                "isolation, usual in guest Wi-Fi): ask the house to switch that off, or take the hotspot of a phone or "
                "a cheap router without internet. Or a firewall is in the way. {firewall}"
            ),
            firewall=said(FIREWALL.get(system, FIREWALL["Linux"]), port=port),
        ),
    )
