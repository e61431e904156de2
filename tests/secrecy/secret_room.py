"""A room that votes secretly, on a real server: phones by form and by socket, slips of paper, and changes of mind."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlencode

import httpx
from tests.bench.server import ServerProcess
from websockets.sync.client import ClientConnection, connect

from workshop_kit.core.event import Channel
from workshop_kit.core.state import Info
from workshop_kit.folder import SessionFolder
from workshop_kit.live import LiveSession

JSON = {"accept": "application/json"}
OPTIONS = ("ada", "ben", "cem", "dua")
PHONES = 37
SLIPS = 3
CHANGES = 10
AGENDA = f"""
name = "secret"
title = "Secret"

[[item]]
id = "board"
activity = "poll"
rule = "choice"
openness = "secret"
receipts = true
options = [{", ".join(f'{{ id = "{name}", label = "{name}" }}' for name in OPTIONS)}]
"""


def make_room(path: Path, store: str = "") -> SessionFolder:
    """Make a session whose only step is a secret poll, in a file or in the database at `store`, and open it."""
    path.mkdir(parents=True)
    (path / "agenda.toml").write_text(AGENDA, "utf-8")
    folder = SessionFolder.create(path, str(path / "agenda.toml"), Info("Secret", "KLMNP", lang="en"), store=store)
    with facilitating(folder) as live:
        live.do("open", "board")
    return folder


@contextmanager
def facilitating(folder: SessionFolder) -> Iterator[LiveSession]:
    """Hold a session as whoever has access to its log does."""
    live = folder.open()
    try:
        yield live
    finally:
        live.close()


class SecretRoom:
    """People with phones (half of whom use a socket), and who votes how is known here and nowhere else."""

    def __init__(self, server: ServerProcess, folder: SessionFolder, seed: int) -> None:
        self.server = server
        self.folder = folder
        self.chance = random.Random(seed)
        self.receipts: dict[str, str] = {}
        with _without_cookies() as phone:
            joined = [phone.post(f"{server.url}/join", headers=JSON).json() for _ in range(PHONES)]
        self.tokens = {answer["seat"]: answer["token"] for answer in joined}
        self.slips = [f"slip:{number}" for number in range(1, SLIPS + 1)]

    def votes(self) -> dict[str, str]:
        """Let everybody vote in a random order, and some once more; returns what each voted in the end."""
        voters = [*self.tokens, *self.slips]
        turns = [*voters, *self.chance.sample(voters, CHANGES)]
        self.chance.shuffle(turns)
        by_socket = set(self.chance.sample(list(self.tokens), PHONES // 2))
        cast: dict[str, str] = {}
        with facilitating(self.folder) as live, _without_cookies() as phone:
            for voter in turns:
                option = cast[voter] = self.chance.choice(OPTIONS)
                if voter in self.slips:
                    slip = voter.removeprefix("slip:")
                    live.do("cast", "board", channel=Channel.PAPER, ballot=slip, choice=option)
                elif voter in by_socket:
                    self._by_socket(voter, option)
                else:
                    self._by_form(phone, voter, option)
        return cast

    def _by_form(self, phone: httpx.Client, voter: str, option: str) -> None:
        headers = {**JSON, "authorization": f"Bearer {self.tokens[voter]}"}
        form = {"command": "cast", "id": self._id(), "choice": option}
        answer = phone.post(f"{self.server.url}/items/board", data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        self.receipts[voter] = answer.json()["receipt"]

    def _by_socket(self, voter: str, option: str) -> None:
        with connect(f"{self.server.url.replace('http', 'ws')}/live", proxy=None) as socket:
            socket.send(f"hello={self.tokens[voter]}")
            number = self._id()
            socket.send(urlencode({"command": "cast", "item": "board", "id": number, "choice": option}))
            assert _answer(socket, number)["ack"] == number

    def _id(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"


def _without_cookies() -> httpx.Client:
    return httpx.Client(cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])))


def _answer(socket: ClientConnection, number: str) -> dict[str, str]:
    while True:
        frame: dict[str, str] = json.loads(socket.recv(timeout=10))
        if number in (frame.get("ack"), frame.get("refused")):
            return frame
