"""The participants' server in a thread of the test, and people with phones who use it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from workshop_kit.core.activity import Command, Registry
from workshop_kit.core.agenda import Agenda
from workshop_kit.core.approval import FILE
from workshop_kit.core.event import Event
from workshop_kit.core.state import Info
from workshop_kit.faces import serve as serving
from workshop_kit.folder import SessionFolder
from workshop_kit.live import LiveSession
from workshop_kit.minutes.versions import folder_name
from workshop_kit.privacy import IN_FRONT
from workshop_kit.store.sqlite import SqliteStore

PATIENCE = 10.0
JSON = {"accept": "application/json"}

_NONCES = re.compile(r'name="id" value="[0-9a-f]+"')


class Server:
    """A running server. `live` is its own hold on the log, through which a test acts as the facilitator."""

    def __init__(self, folder: SessionFolder, live: LiveSession, address: serving.Address) -> None:
        self.folder = folder
        self.live = live
        self.address = address
        self.url = address.url
        self.base = address.url.rsplit("/", 1)[0]
        self.early: list[Phone] = []
        self.api = httpx.Client(timeout=PATIENCE, cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])))

    @property
    def log(self) -> list[Event]:
        """The whole log as the store has it."""
        return self.live.store.read(0)

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Fail if the log grows meanwhile."""
        before = len(self.log)
        yield
        assert [event.name for event in self.log[before:]] == []

    def browser(self, **headers: str) -> httpx.Client:
        """Return a client that keeps cookies as a browser does; redirects are left to the test."""
        return httpx.Client(base_url=self.base, timeout=PATIENCE, headers=headers)

    def join(self, lang: str = "en", name: str = "", ticket: str = "") -> Phone:
        """Let a person join and return their phone."""
        data = {"lang": lang, "name": name, "ticket": ticket}
        answer = self.api.post(f"{self.url}/join", data=data, headers=JSON).json()
        return Phone(self, answer["seat"], answer["token"])

    def socket(self, **headers: str) -> ClientConnection:
        """Open a WebSocket that has not said hello yet; headers are written with "_" for "-"."""
        origin: Any = headers.pop("origin", None)
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return connect(f"{self.url.replace('http', 'ws')}/live", origin=origin, additional_headers=extra, proxy=None)


def published(server: Server, files: dict[str, str]) -> Path:
    """Put these files before the room as a version of the minutes; returns the folder they lie in."""
    state = server.live.catch_up()
    place = server.folder.versions / folder_name(len(state.approval.versions) + 1)
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_text(content, "utf-8", newline="")
    digests = {FILE + name: sha256(content.encode()).hexdigest() for name, content in files.items()}
    fields = {"seq": str(state.seq), "digest": state.digest, **digests}
    server.live.submit(Command("draft-minutes", fields=fields), IN_FRONT).result()
    return place


class Phone:
    """A person's phone: a seat and its secret."""

    def __init__(self, server: Server, seat: str, token: str) -> None:
        self.server = server
        self.seat = seat
        self.token = token

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def send(self, item: str, command: str, /, fields: dict[str, str] | None = None, **more: str) -> httpx.Response:
        """Post a command and return the answer in JSON; `fields` are those whose name is no Python name."""
        body = {"command": command, **(fields or {}), **more}
        url = f"{self.server.url}/items/{item}"
        return self.server.api.post(url, data=body, headers={**JSON, **self.bearer})

    def cast(self, item: str, /, **numbers: int) -> httpx.Response:
        """Hand in a ballot."""
        return self.send(item, "cast", {f"value.{option}": str(number) for option, number in numbers.items()})

    def page(self) -> str:
        """Return the page as it stands."""
        answer = self.server.api.get(self.server.url, headers=self.bearer)
        assert answer.status_code == 200
        return answer.text

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Open the page's WebSocket and say hello."""
        with open_line(self.server, hello=self.token) as line:
            yield line


class Line:
    """An open WebSocket. `raw` holds every frame that was read, `frames` the same ones as values."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.raw: list[str] = []

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.raw]

    def send(self, **fields: str) -> None:
        """Send a form-encoded frame."""
        self.socket.send(urlencode({key.replace("__", "."): value for key, value in fields.items()}))

    def next(self, **wanted: object) -> dict[str, Any]:
        """Read until a frame has these values, and return it."""
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline:
            frame = self._read(deadline - monotonic())
            if frame is not None and all(frame.get(key) == value for key, value in wanted.items()):
                return frame
        pytest.fail(f"no frame with {wanted} came, but {[list(frame) for frame in self.frames]}")

    def until(self, text: str, region: str) -> dict[str, Any]:
        """Read until a region shows a text, and return that frame."""
        while text not in (frame := self.next(region=region))["html"]:
            pass
        return frame

    def arrived(self) -> list[dict[str, Any]]:
        """Return the frames that have come in by now."""
        frames = []
        while (frame := self._read(0)) is not None:
            frames.append(frame)
        return frames

    def _read(self, timeout: float) -> dict[str, Any] | None:
        try:
            frame = self.socket.recv(timeout)
        except TimeoutError:
            return None
        assert isinstance(frame, str), "frames are text"
        self.raw.append(frame)
        value = json.loads(frame)
        assert isinstance(value, dict)
        return value


@contextmanager
def open_line(server: Server, **hello: str) -> Iterator[Line]:
    """Open a WebSocket with this hello, and wait until it has shown both regions."""
    with server.socket() as socket:
        line = Line(socket)
        line.send(**{"hello": "", **hello})
        line.next(region="shared")
        if not any(frame.get("region") == "mine" for frame in line.frames):
            line.next(region="mine")
        yield line


@contextmanager
def hosted(
    path: Path, agenda: Agenda, registry: Registry, lang: str = "en", host: str = "127.0.0.1", **options: Any
) -> Iterator[Server]:
    """Run `faces.serve` on a real socket while the block lasts; `options` are passed to it."""
    folder = SessionFolder(path)
    path.mkdir(parents=True, exist_ok=True)
    info = Info("A first meeting", "KLMNP", place="Library", lang=lang)
    live = LiveSession.create(SqliteStore(folder.log, create=True), registry, agenda, info)
    running: list[Any] = []
    ready: list[serving.Address] = []
    listening = threading.Event()

    class Recorded(serving._Server):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            running.append(self)

    def announce(address: serving.Address) -> None:
        ready.append(address)
        listening.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serving, "_Server", Recorded)
        arguments = (folder, live, host, 0, announce)
        thread = threading.Thread(target=serving.serve, args=arguments, kwargs=options, daemon=True)
        thread.start()
        assert listening.wait(PATIENCE)
    server = Server(folder, live, ready[0])
    try:
        yield server
    finally:
        server.api.close()
        running[0].should_exit = True
        thread.join(PATIENCE)
        live.close()


def steady(page: str) -> str:
    """Return a page without what differs each time it is rendered."""
    return _NONCES.sub("", page)
