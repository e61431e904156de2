"""Measures how the participants' server does with many phones, on this machine, simulated phones included.

    python tests/bench/phones.py --phones 100

The server is a process of its own, as in a session. Every phone joins over HTTP, loads the page and opens a WebSocket,
`--at-once` of them at the same time; then each votes once, at a random moment of `--within` seconds. The stage is one
more WebSocket.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import secrets
import tempfile
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import click
import httpx
import psutil
from rich.console import Console
from rich.table import Table
from server import SECONDS, ServerProcess, make_session, transferred
from websockets.asyncio.client import ClientConnection, connect

_VOTED = re.compile(r'<progress[^>]* value="(\d+)"')


class Phone:
    """One simulated phone, and when what happened to it (in seconds of `perf_counter`)."""

    def __init__(self, url: str, number: int) -> None:
        self.url = url
        self.id = f"{secrets.token_hex(6)}-{number}"
        self.token = ""
        self.joining = 0.0
        self.sent = 0.0
        self.acknowledged = 0.0
        self.seq = 0
        self.socket: ClientConnection | None = None

    async def join(self, client: httpx.AsyncClient) -> None:
        """Join, load the page and wait until the WebSocket has shown it."""
        begun = perf_counter()
        answer = await client.post(f"{self.url}/join", data={"lang": "en"})
        self.token = answer.raise_for_status().json()["token"]
        page = await client.get(self.url, headers={"authorization": f"Bearer {self.token}", "accept": "text/html"})
        page.raise_for_status()
        self.socket = await opened(self.url, hello=self.token)
        await self._until("region", "mine")
        self.joining = perf_counter() - begun

    async def vote(self, after: float, options: list[str]) -> None:
        """Wait, vote, and wait for the acknowledgement."""
        assert self.socket is not None
        await asyncio.sleep(after)
        form = {"item": "dots", "command": "cast", "id": self.id, f"value.{random.choice(options)}": "3"}
        self.sent = perf_counter()
        await self.socket.send(urlencode(form))
        self.seq = (await self._until("ack", self.id))["seq"]
        self.acknowledged = perf_counter()

    async def idle(self) -> None:
        """Take in what the server shows, as a page in the background does."""
        assert self.socket is not None
        async for _ in self.socket:
            pass

    async def _until(self, key: str, value: str) -> dict[str, Any]:
        assert self.socket is not None
        while True:
            frame: dict[str, Any] = json.loads(await self.socket.recv())
            if "refused" in frame:
                raise RuntimeError(frame["message"])
            if frame.get(key) == value:
                return frame


async def opened(url: str, **hello: str) -> ClientConnection:
    """Open a WebSocket and say hello."""
    socket = await connect(f"{url.replace('http', 'ws')}/live", proxy=None, compression=None, open_timeout=SECONDS)
    await socket.send(urlencode(hello))
    return socket


async def watch(stage: ClientConnection, phones: int) -> dict[int, float]:
    """Read the stage until it tells of every vote; returns when each number of votes was first reached."""
    reached: dict[int, float] = {}
    async for text in stage:
        frame = json.loads(text)
        if frame.get("region") == "shared" and (found := _VOTED.search(frame["html"])):
            voted = int(found[1])
            for number in range(len(reached) + 1, voted + 1):
                reached[number] = perf_counter()
            if voted >= phones:
                break
    return reached


async def play(url: str, number: int, within: float, at_once: int) -> tuple[list[Phone], dict[int, float]]:
    """Let everybody join and vote."""
    phones = [Phone(url, each) for each in range(number)]
    gate = asyncio.Semaphore(at_once)
    client = httpx.AsyncClient(
        timeout=SECONDS,
        limits=httpx.Limits(max_connections=at_once),
        headers={"accept": "application/json"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        verify=False,
    )
    async with client:

        async def join(phone: Phone) -> None:
            async with gate:
                await phone.join(client)

        await asyncio.gather(*(join(phone) for phone in phones))
    stage = await opened(url, view="stage")
    watching = asyncio.create_task(watch(stage, number))
    chance = random.Random(1)
    options = [f"o{each}" for each in range(1, 7)]
    await asyncio.gather(*(phone.vote(chance.uniform(0, within), options) for phone in phones))
    idling = [asyncio.create_task(phone.idle()) for phone in phones]
    reached = await asyncio.wait_for(watching, SECONDS)
    for task in idling:
        task.cancel()
    await asyncio.gather(*idling, return_exceptions=True)
    await asyncio.gather(stage.close(), *(phone.socket.close() for phone in phones if phone.socket))
    return phones, reached


def spread(seconds: list[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum in milliseconds."""
    high = quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
    return {
        "median": round(median(seconds) * 1000, 1),
        "p99": round(high * 1000, 1),
        "max": round(max(seconds) * 1000, 1),
    }


def first_load(url: str, token: str) -> int:
    """Return the bytes of a phone's first load: page, style sheet and script, as they come over the wire."""
    page = httpx.get(url, cookies={"seat": token}).text
    base = url.rsplit("/", 1)[0]
    static = sorted(set(re.findall(r'"(/static/[^"]+)"', page)))
    return len(transferred(url, token)) + sum(len(transferred(base + address)) for address in static)


def measure(number: int, within: float, at_once: int) -> dict[str, Any]:
    """Run one session with `number` phones and return the figures."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory() as place:
        folder = make_session(Path(place) / "session")
        with ServerProcess(folder.path) as server:
            process = psutil.Process(server.process.pid)
            idle = process.cpu_times()
            phones, reached = asyncio.run(play(server.url, number, within, at_once))
            busy = process.cpu_times()
            memory = process.memory_info().rss
            size = first_load(server.url, phones[0].token)
        if server.errors:
            raise RuntimeError(server.errors)
    ranked = sorted(phones, key=lambda phone: phone.seq)
    return {
        "phones": number,
        "join": spread([phone.joining for phone in phones]),
        "acknowledgement": spread([phone.acknowledged - phone.sent for phone in phones]),
        "stage": spread([reached[place] - phone.sent for place, phone in enumerate(ranked, 1)]),
        "cpu_seconds": round(busy.user + busy.system - idle.user - idle.system, 2),
        "rss_megabytes": round(memory / 1e6),
        "first_load_bytes": size,
        "within_seconds": within,
        "joining_at_once": at_once,
        "load_before": round(load, 2),
        "cores": os.cpu_count(),
    }


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table."""
    how = f"{figures['joining_at_once']} joining at once, all votes within {figures['within_seconds']:g} s"
    table = Table(title=f"{figures['phones']} phones, {how}", min_width=60)
    for column in ("milliseconds", "median", "p99", "max"):
        table.add_column(column, justify="left" if column == "milliseconds" else "right")
    for key, label in (
        ("join", "time to join, until the page is live"),
        ("acknowledgement", "acknowledgement of a vote"),
        ("stage", "vote until it shows on the stage"),
    ):
        table.add_row(label, *(f"{figures[key][name]:.1f}" for name in ("median", "p99", "max")))
    console = Console()
    console.print(table)
    console.print(f"server: {figures['cpu_seconds']} s of processor time, {figures['rss_megabytes']} MB of memory")
    console.print(f"first load of a phone: {figures['first_load_bytes']} bytes")
    console.print(
        f"machine: {figures['cores']} cores, load {figures['load_before']} before the start; phones run on it too"
    )


@click.command(help=__doc__)
@click.option("--phones", type=click.IntRange(1, 400), default=100, show_default=True)
@click.option("--at-once", type=click.IntRange(1), default=10, show_default=True, help="Phones joining at once.")
@click.option("--within", type=click.FloatRange(0), default=5.0, show_default=True, help="Seconds in which all vote.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(phones: int, at_once: int, within: float, as_json: bool) -> None:
    figures = measure(phones, within, at_once)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        show(figures)


if __name__ == "__main__":
    main()
