"""Sends hostile requests to a real server over several connections, and watches what must never happen.

No answer is a 5xx and none is missing for long. What was refused changed nothing: the log has no new entry of the seat
that asked. The log's entries are those of accepted requests, the digest chain holds, the server's memory stays within
`MOST_GROWTH`, nothing but one known line comes on its stderr, and an honest phone is served all along.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from time import perf_counter

import psutil
from tests.bench.server import ServerProcess, make_session
from tests.fuzz.hostile import CODE, FORM, ITEMS, Hostile, Request

from workshop_kit.core.errors import Why

MOST_GROWTH = 96 * 1024 * 1024
"""Bytes by which the server may grow."""

PATIENCE = 20.0
WAIT_FOR_WILD = 0.1
SEATS_EACH = 20
KNOWN_ON_STDERR = ("Invalid HTTP request received.", "Unsupported upgrade request.")
"""What uvicorn says of what is no HTTP."""
CODES = {str(why) for why in Why} | {"store"}

AGENDA = """
name = "fuzzed"
title = "Fuzzed"

[[item]]
id = "welcome"
activity = "info"
points = ["Welcome"]

[[item]]
id = "cards"
activity = "ideas"
factors = ["Place", "People"]
limit = 3
likes = true
proposals = true

[[item]]
id = "dots"
activity = "poll"
rule = "dots"
openness = "open"
reveal = "live"
options = ["Place", "People", "Money"]

[[item]]
id = "board"
activity = "roles"
options = [{ id = "host", label = "Host", places = 40 }, "Note-taker"]

[[item]]
id = "mood"
activity = "poll"
rule = "mood"

[[item]]
id = "plan"
activity = "actions"
carried = [{ what = "Find a room", person = "c1", session = "Before", day = "2026-05-04" }]

[[item]]
id = "market"
activity = "market"
factors = ["Place", "People"]

[[item]]
id = "say"
activity = "statements"
statements = ["Meet monthly"]

[[item]]
id = "retro"
activity = "cards"
format = "plus-delta"
likes = true

[[item]]
id = "stories"
activity = "cards"
format = "stories"

[[item]]
id = "talk"
activity = "coffee"

[[item]]
id = "floor"
activity = "queue"
seconds = 60

[[item]]
id = "wishes"
activity = "roles"
wishes = true
options = [{ id = "host", label = "Host", places = 40, least = 2 }, "Note-taker"]

[[item]]
id = "who"
activity = "raci"
options = ["Book a room"]
roles_from = "item:board"

[[item]]
id = "tables"
activity = "groups"

[[item]]
id = "pairs"
activity = "pairing"

[[item]]
id = "net"
activity = "ties"
options = ["Library", "School"]

[[item]]
id = "effort"
activity = "hours"
options = ["Book a room"]

[[item]]
id = "ballot"
activity = "poll"
rule = "choice"
openness = "secret"
receipts = true
options = ["Yes", "No"]
"""

TOKEN = b"THE-TOKEN-OF-A-SEAT"
"""Stands in a request until it is known whose seat it is for."""

HONEST = {
    "welcome": (),
    "cards": ("command=add&text=An+honest+card", "command=withdraw&idea={idea}"),
    "dots": ("command=cast&value.o1=2&value.o2=1",),
    "board": ("command=take&role=host", "command=release&role=host"),
    "mood": ("command=cast&choice=m4",),
    "plan": ("command=add&what=An+honest+action", "command=withdraw&action={action}"),
    "market": ("command=offer&text=An+honest+offer", "command=withdraw&entry={entry}"),
    "say": ("command=vote&statement=o1&value=1", "command=vote&statement=o1&value=-1"),
    "retro": ("command=add&text=An+honest+card&column=plus", "command=withdraw&card={card}"),
    "stories": ("command=add&text=An+honest+story&title=Honest", "command=withdraw&card={card}"),
    "talk": ("command=add&text=An+honest+topic", "command=withdraw&topic={topic}"),
    "floor": ("command=ask&kind=speak", "command=withdraw&request={request}"),
    "wishes": ("command=wish&wish.host=1&wish.o2=no", "command=withdraw"),
    "who": ("command=take&part.o1=C", "command=take&part.o1="),
    "tables": ("command=come",),
    "pairs": ("command=add&text=An+honest+idea", "command=withdraw&idea={idea}"),
    "net": ("command=tie&one=o1&other=o2&kind.online=yes", "command=untie&one=o1&other=o2"),
    "effort": ("command=save&given.o1=3&needed.o1=8", "command=save&given.o1="),
    "ballot": ("command=cast&choice=o1",),
}
"""What an honest phone sends while an item is open; in braces the id of what it made last."""


class Answer:
    """An answer: status 0 where the connection ended without one."""

    def __init__(self, status: int = 0, headers: bytes = b"", body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Line:
    """A connection that is kept open for one request after the other, and opened again where the server ends it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> Answer:
        """Send a request and return its answer."""
        kept = self._open is not None
        answer = await asyncio.wait_for(self._asked(request), PATIENCE)
        if answer.status == 0 and kept:  # it had been ended while nothing was asked
            answer = await asyncio.wait_for(self._asked(request), PATIENCE)
        return answer

    async def wild(self, request: Request) -> Answer:
        """Send what may have no answer over a connection of its own, and take what comes within a moment."""
        await self.end()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        came = b""
        with suppress(ConnectionError, TimeoutError):
            writer.write(request.sent)
            async with asyncio.timeout(WAIT_FOR_WILD):
                while chunk := await reader.read(65536):
                    came += chunk
        writer.close()
        first = came.split(b" ", 2)
        return Answer(int(first[1]) if came.startswith(b"HTTP/1.1 ") else 0, came)

    async def end(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    async def _asked(self, request: Request) -> Answer:
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        try:
            writer.write(request.sent)
            answer, goes_on = await _read(reader, request)
        except (ConnectionError, asyncio.IncompleteReadError):
            answer, goes_on = Answer(), False
        if not goes_on:
            await self.end()
        return answer


async def _read(reader: asyncio.StreamReader, request: Request) -> tuple[Answer, bool]:
    """Return the answer, and whether the connection goes on."""
    status = 100
    while status == 100:
        headers = await reader.readuntil(b"\r\n\r\n")
        status = int(headers.split(b" ", 2)[1])
    told = headers.lower()
    sizes = [line[15:] for line in told.split(b"\r\n") if line.startswith(b"content-length:")]
    body = b""
    if request.head or status in {204, 304}:
        pass
    elif b"transfer-encoding: chunked" in told:
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    elif sizes:
        body = await reader.readexactly(int(sizes[0]))
    else:
        return Answer(status, headers, await reader.read()), False
    return Answer(status, headers, body), b"connection: close" not in told


class Log:
    """The session's file as it grows, and how many entries each seat has in it."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self.seq = 0
        self.by_actor: Counter[str] = Counter()
        self.joined: set[str] = set()
        self.idea = ""

    def follow(self) -> None:
        """Take in the new entries."""
        new = self._file.execute("select seq, actor, name, data from events where seq > ? order by seq", (self.seq,))
        for seq, actor, name, data in new:
            self.seq = seq
            self.by_actor[actor] += 1
            if name == "seat.joined":
                self.joined.add(actor)
            if name == "ideas.idea_added":
                self.idea = json.loads(data or "{}").get("idea", "")

    def close(self) -> None:
        self._file.close()


class Campaign:
    """One run. `failures` says what must never happen and did; `figures` what was seen."""

    def __init__(self, port: int, log: Log, steps, requests: int, seed: int) -> None:
        self.port = port
        self.log = log
        self.steps = steps
        self.wanted = requests
        self.seed = seed
        self.failures: list[str] = []
        self.kinds: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.admitted: set[str] = set()
        self.silent: set[str] = set()
        self.honest_waits: list[float] = []
        self.sent = 0
        self._due = asyncio.Event()

    async def run(self, connections: int) -> None:
        """Send all requests, a share of them while each item is open."""
        pools = [[await self._join() for _ in range(SEATS_EACH)] for _ in range(connections)]
        wild, silent = [await self._join() for _ in range(30)], [await self._join() for _ in range(10)]
        self.silent = {seat for seat, _ in silent}
        honest = await self._join()
        for number, item in enumerate(ITEMS, 1):
            await asyncio.to_thread(self.steps, item)
            until = self.wanted * number // len(ITEMS)
            await self._be_honest(item, honest)
            workers = [
                asyncio.create_task(self._work(until, pool, wild, silent, self.seed * 1000 + number * 100 + each))
                for each, pool in enumerate(pools)
            ]
            while (await asyncio.wait(workers, timeout=1.0))[1]:
                await self._be_honest(item, honest)
            await asyncio.gather(*workers)
            await self._be_honest(item, honest)

    async def _work(self, until, pool, wild, silent, seed) -> None:
        line, turn = Line(self.port), 0
        own = {seat for seat, _ in pool}
        taken = {"broken": silent, "handshake": wild, "frames": wild}

        for made in Hostile(seed).requests(TOKEN.decode):
            if self.sent >= until:
                break
            self.sent += 1
            turn += 1
            seats = taken.get(made.kind, pool)
            request = made._replace(sent=made.sent.replace(TOKEN, seats[turn % len(seats)][1].encode()))
            try:
                if request.shut:
                    answer = await line.wild(request)
                else:
                    before = self._entries(own)
                    answer = await line.ask(request)
                    changed = self._entries(own) - before
                    accepted = answer.status in {200, 303} and request.sent.startswith(b"POST")
                    if changed and not accepted:
                        self._fail(f"{changed} entries after an answer {answer.status}", request)
                    self._admit(answer)
            except (TimeoutError, OSError, ValueError) as error:
                self._fail(f"{type(error).__name__}: {error}", request)
                await line.end()
                continue
            self._judge(request, answer)
        await line.end()

    def _judge(self, request: Request, answer: Answer) -> None:
        self.kinds[request.kind] += 1
        self.statuses[str(answer.status or "none")] += 1
        if answer.status >= 500:
            self._fail(f"answer {answer.status}: {answer.body[:200]!r}", request)
        if answer.status == 0 and not request.shut:
            self._fail("no answer", request)
        if (
            answer.status >= 400
            and b"application/json" in answer.headers
            and answer.body
            and b"gzip" not in answer.headers
        ):
            error = json.loads(answer.body)["error"]
            if error["code"] not in CODES or not error["message"]:
                self._fail(f"an error that says {error}", request)

    def _entries(self, seats) -> int:
        self.log.follow()
        return sum(self.log.by_actor[seat] for seat in seats)

    def _admit(self, answer: Answer) -> None:
        """Remember whom the server says it has given a seat."""
        if answer.status == 200 and answer.body.startswith(b'{"seat":"') and b'"token"' in answer.body:
            self.admitted.add(json.loads(answer.body)["seat"])
        elif answer.status == 303 and b"set-cookie: seat=" in answer.headers:
            self.admitted.add(answer.headers.split(b"set-cookie: seat=")[1].split(b";")[0].decode())

    def _fail(self, what: str, request: Request) -> None:
        self.failures.append(f"{request.kind}: {what} after {request.sent[:400]!r}")

    async def _join(self) -> tuple[str, str]:
        line = Line(self.port)
        answer = await line.ask(Request("honest", _posted("/join", "lang=en", "")))
        await line.end()
        told = json.loads(answer.body)
        self.admitted.add(told["seat"])
        return told["seat"], told["token"]

    async def _be_honest(self, item: str, person: tuple[str, str]) -> None:
        line = Line(self.port)
        for form in HONEST[item]:
            body = form
            if "{" in form:
                held = json.loads((await line.ask(Request("honest", _gotten("/held", person[1])))).body)
                last = {key: value for entry in held["entries"] for key, value in entry["data"].items()}
                body = body.format_map(last)
            begun = perf_counter()
            answer = await line.ask(Request("honest", _posted(f"/items/{item}", body, person[1])))
            self.honest_waits.append(perf_counter() - begun)
            if answer.status != 200 or not json.loads(answer.body)["ok"]:
                self.failures.append(f"an honest phone was answered {answer.status}: {answer.body!r} to {body}")
        await line.end()


def _posted(path: str, body: str, token: str) -> bytes:
    return (
        f"POST /{CODE}{path} HTTP/1.1\r\nHost: workshop.example\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _gotten(path: str, token: str) -> bytes:
    return (
        f"GET /{CODE}{path} HTTP/1.1\r\nHost: workshop.example\r\nAccept: application/json\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()


def run(requests: int, connections: int = 12, seed: int = 1) -> dict[str, object]:
    """Run a campaign and return what was seen; `failures` is empty where all held."""
    with tempfile.TemporaryDirectory() as place:
        folder = make_session(Path(place) / "session", AGENDA, "")
        live = folder.open()
        with ServerProcess(folder.path) as server, closing(Log(folder.log)) as log:
            process = psutil.Process(server.process.pid)
            before = process.memory_info().rss
            lead = partial(live.do, "open", reason="The next turn")
            campaign = Campaign(server.address["port"], log, lead, requests, seed)
            begun = perf_counter()
            asyncio.run(campaign.run(connections))
            seconds = perf_counter() - begun
            after = process.memory_info().rss
            log.follow()
            whole = live.verify()[0] == log.seq  # before the server ends, which has a last entry
            alive = server.process.poll() is None
        failures = campaign.failures
        said = Counter(line.rpartition("WARNING:")[2].strip() for line in server.errors.splitlines())
        admitted = {live.seat_of(told) or told for told in campaign.admitted}
        for held, told in (
            (alive, "the server has ended"),
            (log.joined == admitted, f"seats that nobody was told of: {sorted(log.joined ^ admitted)[:5]}"),
            (all(log.by_actor[seat] == 1 for seat in campaign.silent), "what was no whole request is in the log"),
            (after - before < MOST_GROWTH, f"the server grew by {after - before} bytes"),
            (
                set(said) <= set(KNOWN_ON_STDERR),
                f"on stderr: {[line for line in said if line not in KNOWN_ON_STDERR][:40]}",
            ),
            (whole, "the log is not whole"),
        ):
            if not held:
                failures.append(told)
        live.close()
    return {
        "requests": sum(campaign.kinds.values()),
        "kinds": dict(sorted(campaign.kinds.items())),
        "statuses": dict(sorted(campaign.statuses.items())),
        "seconds": round(seconds, 1),
        "per_second": round(campaign.sent / seconds),
        "entries": log.seq,
        "honest_commands": len(campaign.honest_waits),
        "honest_longest_wait": round(max(campaign.honest_waits), 3),
        "rss_before": before,
        "rss_after": after,
        "on_stderr": dict(said),
        "failures": failures,
    }
