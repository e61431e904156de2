"""People who vote all the time, by form and over WebSockets, and a witness who notes what they send and hear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from itertools import cycle, islice

import httpx
from tests.bench.server import SECONDS
from tests.faults.witness import Witness
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PACE = 0.005
RETRY = 0.02
LATE = 10
JSON = {"accept": "application/json"}
TOO_MANY, UNAVAILABLE, CLOSED = 429, 503, 409
GONE = (httpx.TransportError, WebSocketException, OSError)


def client(**headers: str) -> httpx.AsyncClient:
    """Return a phone's way to speak to servers, which keeps no cookies."""
    return httpx.AsyncClient(
        timeout=SECONDS,
        headers={**JSON, **headers},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        verify=False,
    )


class Phones:
    """The phones of a room: `forms` that post, `sockets` that do not wait for one answer before the next ballot.

    `stubborn` ones send what got no answer again, with the same id and to the next server, until they hear of it.
    """

    def __init__(
        self, witness: Witness, forms: int = 10, sockets: int = 10, *, pace: float = PACE, stubborn: bool = False
    ) -> None:
        self.witness = witness
        self.forms = forms
        self.sockets = sockets
        self.pace = pace
        self.stubborn = stubborn
        self.seats: dict[str, str] = {}
        self._ended = asyncio.Event()
        self._voting: list[asyncio.Task[None]] = []

    async def join(self, urls: Sequence[str]) -> None:
        """Take the seats that are still missing."""
        async with client() as phone:
            for url in islice(cycle(urls), self.forms + self.sockets - len(self.seats)):
                joined = (await phone.post(f"{url}/join", data={"lang": "en"})).raise_for_status().json()
                self.seats[joined["seat"]] = joined["token"]
                self.witness.seat(joined["seat"])

    async def send_again(self, url: str) -> None:
        """Send the last ballots that got no answer once more, as an outbox does; each counts once, arrived or not."""
        witness = self.witness
        unheard = [
            command_id
            for command_id, sent in witness.sent.items()
            if sent.actor in self.seats and command_id not in witness.acknowledged and command_id not in witness.refused
        ]
        async with client() as phone:
            for command_id in unheard[-LATE:]:
                sent = witness.sent[command_id]
                form = {"command": "cast", "id": command_id, "value.o1": str(sent.data["value"].get("o1", 0))}
                headers = {"authorization": f"Bearer {self.seats[sent.actor]}"}
                answer = await phone.post(f"{url}/items/dots", data=form, headers=headers)
                witness.hear(command_id, answer.raise_for_status().json()["seq"])

    @asynccontextmanager
    async def voting(self, *urls: str) -> AsyncIterator[None]:
        """Let everybody vote while the block lasts; its end waits until all have noticed that the server is gone.

        Where the servers live on, call `end` before.
        """
        await self.join(urls)
        self._ended.clear()
        ways = [self._by_form] * self.forms + [self._by_socket] * self.sockets
        self._voting = [
            asyncio.create_task(vote([*urls[number % len(urls) :], *urls[: number % len(urls)]], seat, token))
            for number, (vote, (seat, token)) in enumerate(zip(ways, self.seats.items(), strict=True))
        ]
        try:
            await self._first_heard()
            yield
        except BaseException:
            for task in self._voting:
                task.cancel()
            raise
        finally:
            outcomes = await asyncio.gather(*self._voting, return_exceptions=True)
        for error in outcomes:
            if error is not None and not isinstance(error, GONE):
                raise error

    async def end(self) -> None:
        """Let everybody wait for the last answer and stop."""
        self._ended.set()
        await asyncio.wait(self._voting)

    async def _first_heard(self) -> None:
        self.witness.heard.clear()
        heard = asyncio.create_task(self.witness.heard.wait())
        done, _ = await asyncio.wait({heard, *self._voting}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if heard not in done:
            heard.cancel()
            raise next((task.exception() for task in done if task.exception()), None) or TimeoutError("nobody votes")

    async def _by_form(self, urls: list[str], seat: str, token: str) -> None:
        async with client(authorization=f"Bearer {token}") as phone:
            while not self._ended.is_set():
                command_id, form = self.witness.ballot(seat)
                for url in cycle(urls):
                    try:
                        answer = await phone.post(f"{url}/items/dots", data=form)
                    except GONE:
                        if not self.stubborn:
                            raise
                        await asyncio.sleep(RETRY)
                        continue
                    if answer.status_code == 200:
                        self.witness.hear(command_id, answer.json()["seq"])
                        break
                    assert answer.status_code in {TOO_MANY, UNAVAILABLE, CLOSED}, answer.text
                    if not self.stubborn or answer.status_code == CLOSED:
                        self.witness.refuse(command_id)
                        break
                    await asyncio.sleep(RETRY)
                await asyncio.sleep(self.pace)

    async def _by_socket(self, urls: list[str], seat: str, token: str) -> None:
        async with connect(f"{urls[0].replace('http', 'ws')}/live", proxy=None) as socket:
            await socket.send(f"hello={token}")

            async def send() -> None:
                while not self._ended.is_set():
                    await socket.send(str(httpx.QueryParams(self.witness.ballot(seat)[1])))
                    await asyncio.sleep(self.pace)
                await socket.close()

            sending = asyncio.create_task(send())
            try:
                async for text in socket:
                    frame = json.loads(text)
                    if "ack" in frame:
                        self.witness.hear(frame["ack"], frame["seq"])
                    elif "refused" in frame:
                        assert frame["code"] in {"store", "closed"}, frame
                        self.witness.refuse(frame["refused"])
            finally:
                sending.cancel()
                with suppress(asyncio.CancelledError, *GONE):
                    await sending
