"""Runs the participants' server: finds a free port and the address that phones reach, and announces it in the log."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from msgspec import Struct

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.faces.addresses import lan_address
from workshop_kit.faces.connections import FILES_KEPT, MOST_CONNECTIONS, Door, raised_file_limit
from workshop_kit.faces.ending import told_to_end
from workshop_kit.faces.forms import LARGEST_BODY
from workshop_kit.faces.limits import Buckets, Limit
from workshop_kit.faces.moves import follow_address
from workshop_kit.faces.web import application
from workshop_kit.folder import SessionFolder
from workshop_kit.live import LiveSession

DEFAULT_PORT = 8480
PORTS_TRIED = 20
HEALTH_TIMEOUT = 0.5
EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - phones in the room must reach it
LOOPBACK = ["127.0.0.1", "::1"]
LOG_LINES = Limit(burst=20, rate=0.2)


class Address(Struct, frozen=True):
    """Where the session can be found; the line that `workshop open --json` prints."""

    url: str
    code: str
    stage: str
    port: int


class Certificate(Struct, frozen=True):
    """The files that prove this server's name to a browser: the certificate (with its chain) and its private key."""

    certfile: Path
    keyfile: Path

    def check(self) -> None:
        """Raise `WorkshopError` where the two cannot be read or do not belong together."""
        for path in (self.certfile, self.keyfile):
            try:
                path.read_bytes()
            except OSError as error:
                raise WorkshopError(
                    N_('The file "{path}" cannot be read: {problem}. Check --certfile and --keyfile.'),
                    path=path,
                    problem=error.strerror,
                ) from error
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certfile, self.keyfile, password="")
        except (ssl.SSLError, OSError, ValueError) as error:
            raise WorkshopError(
                N_(
                    'The certificate "{certfile}" and the key "{keyfile}" cannot be used: both must be PEM files, the '
                    "key without a password, and belong to each other."
                ),
                certfile=self.certfile,
                keyfile=self.keyfile,
            ) from error


Work = Callable[[], Coroutine[Any, Any, None]]


class _Server(uvicorn.Server):
    """A server that works on `beside` while it runs."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], beside: Iterable[Work]) -> None:
        super().__init__(config)
        self._ready = ready
        self._beside = beside
        self._working: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._working = [asyncio.create_task(work()) for work in self._beside]
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in self._working:
            task.cancel()
        await super().shutdown(sockets)


class _FewLines(logging.Filter):
    """Keeps what somebody sends from filling the log: some lines at once, then one every few seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._buckets = Buckets(LOG_LINES)

    def filter(self, record: logging.LogRecord) -> bool:
        return not self._buckets.delay(record.name)


def serve(
    folder: SessionFolder,
    live: LiveSession,
    host: str,
    port: int,
    ready: Callable[[Address], Any],
    *,
    certificate: Certificate | None = None,
    public_url: str = "",
    moved: Callable[[Address], Any] = lambda _: None,
) -> None:
    """Serve a session until the process is told to stop; calls `ready` once phones can connect.

    The address (or `public_url`, where a reverse proxy shows this server) is announced in the log. When this server
    ends, the one that was announced before it is again. Where it listens on every interface and this machine gets
    another address, that one is announced and `moved` called with it.
    """
    public = origin_of(public_url)
    if certificate:
        certificate.check()
    before = live.state.address
    listening = listen(host, port)
    bound = listening.getsockname()[1]
    scheme = "https" if certificate else "http"
    code = live.state.info.code

    told: list[str] = []

    def announce(base: str) -> Address:
        live.do("announce", url=base)
        told.append(base)
        return Address(f"{base}/{code}", code, f"{base}/{code}/stage", bound)

    address = announce(public or f"{scheme}://{written(announced(host))}:{bound}")
    door = Door(min(MOST_CONNECTIONS, raised_file_limit(MOST_CONNECTIONS + FILES_KEPT) - FILES_KEPT))
    config = uvicorn.Config(
        application(live, versions=folder.versions, public=public, folder=folder.path),
        **door.protocols(),
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_BODY * 2,
        ssl_certfile=certificate.certfile if certificate else None,
        ssl_keyfile=certificate.keyfile if certificate else None,
        forwarded_allow_ips=LOOPBACK,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    logging.getLogger("uvicorn.error").addFilter(few := _FewLines())
    beside: list[Work] = [door.watch_forever]
    if host == EVERY_INTERFACE and not public:
        beside.append(partial(follow_address, lambda found: moved(announce(f"{scheme}://{written(found)}:{bound}"))))
    try:
        with told_to_end():  # uvicorn raises the signal once more when it has closed all connections
            _Server(config, lambda: ready(address), beside).run([listening])
    finally:
        logging.getLogger("uvicorn.error").removeFilter(few)
        if live.catch_up().address == told[-1] != before:
            live.do("announce", url=before if answers(before) else "")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address without a path, or "" for "". Raises `WorkshopError`."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise WorkshopError(
            N_('"{url}" cannot be announced: expected https://NAME or https://NAME:PORT, without a path behind it.'),
            url=url,
        )
    port = "" if (parts.scheme, parts.port) in {("http", 80), ("https", 443)} or not parts.port else f":{parts.port}"
    return f"{parts.scheme}://{written(str(parts.hostname))}{port}"


def answers(base: str) -> bool:
    """Tell whether a server of the kit answers at an address."""
    if not base:
        return False
    parts = urlsplit(base)
    connection: HTTPConnection
    if parts.scheme == "https":
        unchecked = ssl._create_unverified_context()  # noqa: S323, SLF001 - asks for a sign of life and tells nothing
        connection = HTTPSConnection(str(parts.hostname), parts.port, timeout=HEALTH_TIMEOUT, context=unchecked)
    else:
        connection = HTTPConnection(str(parts.hostname), parts.port, timeout=HEALTH_TIMEOUT)
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


def announced(host: str) -> str:
    """Return the address that phones are told of a server that listens on `host`."""
    return host if host != EVERY_INTERFACE else lan_address()


def written(host: str) -> str:
    """Return a host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
