"""Runs the participants' server: finds a free port and the address that phones reach, and announces it in the log."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

import uvicorn
from msgspec import Struct

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.faces.forms import LARGEST_BODY
from workshop_kit.faces.web import application
from workshop_kit.folder import SessionFolder
from workshop_kit.live import LiveSession

DEFAULT_PORT = 8480
PORTS_TRIED = 20
HEALTH_TIMEOUT = 0.5
EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - phones in the room must reach it


class Address(Struct, frozen=True):
    """Where the session can be found; the line that `workshop open --json` prints."""

    url: str
    code: str
    stage: str
    port: int


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def serve(folder: SessionFolder, live: LiveSession, host: str, port: int, ready: Callable[[Address], Any]) -> None:
    """Serve a session until the process is told to stop; calls `ready` once phones can connect.

    The address is announced in the log. When this server ends, the one that was announced before it is again.
    """
    before = live.state.address
    listening = listen(host, port)
    bound = listening.getsockname()[1]
    base = f"http://{_written(host if host != EVERY_INTERFACE else lan_address())}:{bound}"
    code = live.state.info.code
    live.do("announce", url=base)
    config = uvicorn.Config(
        application(live, published=folder.published),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_BODY * 2,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    address = Address(f"{base}/{code}", code, f"{base}/{code}/stage", bound)
    try:
        _Server(config, lambda: ready(address)).run([listening])
    finally:
        if live.catch_up().address == base and before != base:
            live.do("announce", url=before if answers(before) else "")


def answers(base: str) -> bool:
    """Tell whether a server of the kit answers at an address."""
    if not base:
        return False
    host, _, port = base.partition("://")[2].rpartition(":")
    connection = HTTPConnection(host.strip("[]"), int(port or 80), timeout=HEALTH_TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on `port`, or on the next free one; 0 takes any."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in (port + number for number in range(PORTS_TRIED if port else 1)):
        # The protocol is named since asyncio sets TCP_NODELAY only where it sees it; without, each answer waits 40 ms.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(2048)
        except OSError as error:
            listening.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise WorkshopError(
                    N_('The server cannot listen on "{host}": {problem}. Check --host.'), host=host, problem=error
                ) from error
        else:
            return listening
    raise WorkshopError(
        N_("The ports {first} to {last} are all taken. Close the other server, or name another with --port."),
        first=port,
        last=port + PORTS_TRIED - 1,
    )


def lan_address() -> str:
    """Return this machine's address in the room's network, or the loopback address without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a datagram socket sends nothing
        except OSError:
            return "127.0.0.1"
        found: str = probe.getsockname()[0]
    return found


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
