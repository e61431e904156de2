"""Measures how honest phones fare while somebody floods the participants' server, beside how they fare in peace.

    python tests/bench/flood.py --phones 200

Honest (simulated) phones vote every `--every` seconds over their WebSockets, first in peace, then while one client
floods the server at full speed by each `--kind`: forms of one seat, frames of one seat's WebSockets, joins, or pages
without a seat. Meanwhile newcomers join one after the other. The flood is a process of its own and has `--connections`
at once. All come from one network address, as in a room behind one router; `--from 127.0.0.2` floods from another
(where the system has that address).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

import click
import httpx
import psutil
from phones import Phone, opened, spread
from rich.console import Console
from rich.table import Table
from server import SECONDS, ServerProcess, kit, make_session
from websockets.exceptions import WebSocketException

KINDS = ("form", "socket", "joins", "pages")
OPTIONS = [f"o{each}" for each in range(1, 7)]


class Voter(Phone):
    """An honest phone that votes again and again."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(url, number)
        self.acknowledged_ids: set[str] = set()

    async def vote_on(self, every: float, until: float, chance: random.Random) -> list[float]:
        """Vote until the time is over; returns how long each acknowledgement took."""
        assert self.socket is not None
        took = []
        await asyncio.sleep(chance.uniform(0, every))
        while perf_counter() < until:
            vote = f"{self.id}-{secrets.token_hex(4)}"
            form = {"item": "dots", "command": "cast", "id": vote, f"value.{chance.choice(OPTIONS)}": "3"}
            begun = perf_counter()
            await self.socket.send(urlencode(form))
            await self._until("ack", vote)
            took.append(perf_counter() - begun)
            self.acknowledged_ids.add(vote)
            await asyncio.sleep(max(0.0, every - took[-1]) * chance.uniform(0.8, 1.2))
        return took


def api(at_once: int = 10) -> httpx.AsyncClient:
    """Return a client that keeps no cookies."""
    return httpx.AsyncClient(
        timeout=SECONDS,
        limits=httpx.Limits(max_connections=at_once),
        headers={"accept": "application/json"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        verify=False,
    )


async def newcomers(url: str, until: float) -> tuple[list[float], int]:
    """Let people join one after the other, each trying again when refused; returns how long it took, and refusals."""
    took, refused = [], 0
    while perf_counter() < until:
        begun = perf_counter()
        async with api() as client:
            while (await client.post(f"{url}/join", data={"lang": "en"})).status_code != httpx.codes.OK:
                refused += 1
                await asyncio.sleep(0.2)
        took.append(perf_counter() - begun)
        await asyncio.sleep(0.2)
    return took, refused


# ── the flood ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def flooded(url: str, kind: str, token: str, connections: int, seconds: float, source: str) -> Counter[str]:
    """Flood the server; returns how often it gave which answer."""
    answers: Counter[str] = Counter()
    pouring = {"form": form_flood, "joins": form_flood, "pages": form_flood, "socket": socket_flood}[kind]
    tasks = [asyncio.create_task(pouring(url, kind, token, source, answers)) for _ in range(connections)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return answers


async def form_flood(url: str, kind: str, token: str, source: str, answers: Counter[str]) -> None:
    """Send one request after the other on one connection, and connect again whenever that ends."""
    parts = urlsplit(url)
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port, local_addr=(source, 0) if source else None
            )
            try:
                while True:
                    writer.write(request_of(kind, parts.path, parts.netloc, token))
                    answers[await status_of(reader)] += 1
            finally:
                writer.close()
        answers["cut off"] += 1
        await asyncio.sleep(0.01)


def request_of(kind: str, path: str, host: str, token: str) -> bytes:
    if kind == "pages":
        return f"GET {random.choice([path, f'{path}/stage', '/'])} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    fields = {"lang": "en"} if kind == "joins" else {"command": "cast", "id": secrets.token_hex(8), "value.o1": "1"}
    body = urlencode(fields)
    target = f"{path}/join" if kind == "joins" else f"{path}/items/dots"
    seat = f"Authorization: Bearer {token}\r\n" if kind == "form" else ""
    return (
        f"POST {target} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n{seat}"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def status_of(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return head[9:12].decode()


async def socket_flood(url: str, kind: str, token: str, source: str, answers: Counter[str]) -> None:
    """Send one ballot after the other over one WebSocket without waiting for an answer."""
    del kind, source
    while True:
        with suppress(OSError, WebSocketException):
            async with await opened(url, hello=token) as socket:
                reading = asyncio.create_task(count_answers(socket, answers))
                try:
                    while True:
                        vote = {"item": "dots", "command": "cast", "id": secrets.token_hex(8), "value.o1": "1"}
                        await socket.send(urlencode(vote))
                        answers["sent"] += 1
                        await asyncio.sleep(0)
                finally:
                    reading.cancel()
        answers["cut off"] += 1
        await asyncio.sleep(0.01)


async def count_answers(socket: Any, answers: Counter[str]) -> None:
    async for frame in socket:
        for key in ("ack", "refused"):
            answers[key] += key in json.loads(frame)


# ── the measurement ───────────────────────────────────────────────────────────────────────────────────────────────────


async def observed(url: str, phones: list[Voter], every: float, seconds: float, pid: int) -> dict[str, Any]:
    """Let the honest vote and newcomers join for a while; `server_busy` is the server's share of one core."""
    chance = random.Random(1)
    server = psutil.Process(pid)
    idle, begun = server.cpu_times(), perf_counter()
    until = begun + seconds
    joining = asyncio.create_task(newcomers(url, until))
    took = await asyncio.gather(*(phone.vote_on(every, until, chance) for phone in phones))
    joined, refused = await joining
    votes = [seconds for each in took for seconds in each]
    busy = server.cpu_times()
    share = (busy.user + busy.system - idle.user - idle.system) / (perf_counter() - begun)
    return {
        "server_busy": round(share, 2),
        "votes": len(votes),
        "acknowledgement": spread(votes),
        "newcomers": len(joined),
        "joining": spread(joined),
        "joins_refused": refused,
    }


async def play(
    url: str, pid: int, kinds: list[str], number: int, every: float, seconds: float, flood: list[str]
) -> tuple[dict[str, Any], set[str]]:
    """Observe the honest in peace, then with each kind of flood."""
    phones = [Voter(url, each) for each in range(number)]
    gate = asyncio.Semaphore(10)
    async with api() as client:

        async def join(phone: Voter) -> None:
            async with gate:
                await phone.join(client)

        await asyncio.gather(*(join(phone) for phone in phones))
        attacker = (await client.post(f"{url}/join", data={"lang": "en"})).json()["token"]
    figures = {"peace": await observed(url, phones, every, seconds, pid)}
    for kind in kinds:
        command = [sys.executable, __file__, "--pour", kind, url, attacker, "--seconds", str(seconds + 1), *flood]
        flooding = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        await asyncio.sleep(1)
        figures[kind] = await observed(url, phones, every, seconds, pid)
        figures[kind]["flood"] = json.loads((await flooding.communicate())[0])
    await asyncio.gather(*(phone.socket.close() for phone in phones if phone.socket))
    return figures, set().union(*(phone.acknowledged_ids for phone in phones))


def measure(kinds: list[str], number: int, every: float, seconds: float, flood: list[str]) -> dict[str, Any]:
    """Run one session and return the figures; `lost` counts votes that were acknowledged but are not in the log."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory() as place:
        folder = make_session(Path(place) / "session")
        with ServerProcess(folder.path) as server:
            process = psutil.Process(server.process.pid)
            part(process)
            before = process.memory_info().rss
            figures, acknowledged = asyncio.run(play(server.url, process.pid, kinds, number, every, seconds, flood))
            grown = process.memory_info().rss - before
        live = folder.open()
        recorded = {event.id for event in live.store.read(0)}
        live.close()
        verified = kit("verify", folder.path).returncode == 0
    return {
        **figures,
        "phones": number,
        "every_seconds": every,
        "lost": len(acknowledged - recorded),
        "log_verifies": verified,
        "errors": server.errors,
        "rss_grown_megabytes": round(grown / 1e6),
        "load_before": round(load, 2),
        "cores": os.cpu_count(),
    }


def part(server: psutil.Process) -> None:
    """Give the server a core of its own where that can be done: in a room, phones bring their own processors."""
    cores = range(os.cpu_count() or 1)
    if hasattr(server, "cpu_affinity") and len(cores) > 1:
        server.cpu_affinity([cores[0]])
        psutil.Process().cpu_affinity(list(cores[1:]))


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table."""
    table = Table(title=f"{figures['phones']} honest phones, each voting every {figures['every_seconds']:g} s")
    for column in (
        "flood",
        "ack p50 ms",
        "p99",
        "max",
        "join p50 ms",
        "p99",
        "refused",
        "server busy",
        "what the flood got",
    ):
        table.add_column(column, justify="right" if column[0] in "apmjr" else "left")
    for kind in ("peace", *KINDS):
        if kind in figures:
            row, flood = figures[kind], figures[kind].get("flood", {})
            times = [
                row[key][name] for key, names in (("acknowledgement", ("median", "p99", "max")),) for name in names
            ]
            times += [row["joining"]["median"], row["joining"]["p99"]]
            got = ", ".join(f"{answer}: {times}" for answer, times in sorted(flood.items()))
            table.add_row(
                kind, *(f"{time:.1f}" for time in times), str(row["joins_refused"]), f"{row['server_busy']:.0%}", got
            )
    console = Console()
    console.print(table)
    console.print(f"acknowledged but lost: {figures['lost']}; memory grown by {figures['rss_grown_megabytes']} MB")
    console.print(f"machine: {figures['cores']} cores, load {figures['load_before']} before; all run on it together")


@click.command(help=__doc__)
@click.option("--phones", type=click.IntRange(1, 400), default=200, show_default=True)
@click.option("--every", type=click.FloatRange(0.2), default=2.0, show_default=True, help="Seconds between two votes.")
@click.option("--seconds", type=click.FloatRange(0.5), default=10.0, show_default=True, help="Length of each part.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Kinds of flood; all if left out.")
@click.option("--connections", type=click.IntRange(1), default=50, show_default=True, help="Connections of the flood.")
@click.option("--from", "source", default="", help="Address that the flood comes from.")
@click.option("--pour", type=(click.Choice(KINDS), str, str), hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(
    phones: int,
    every: float,
    seconds: float,
    kinds: tuple[str, ...],
    connections: int,
    source: str,
    pour: tuple[str, str, str] | None,
    as_json: bool,
) -> None:
    if pour:
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else 5)  # the honest come first
        kind, url, token = pour
        click.echo(json.dumps(asyncio.run(flooded(url, kind, token, connections, seconds, source))))
        return
    flood = ["--connections", str(connections), *(["--from", source] if source else [])]
    figures = measure(list(kinds or KINDS), phones, every, seconds, flood)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        show(figures)


if __name__ == "__main__":
    main()
