"""The server is killed without warning while people vote: nothing it acknowledged is lost, nothing is made up."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from contextlib import suppress
from itertools import count

import httpx
import pytest
from tests.bench.server import ServerProcess, kit, make_session
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from workshop_kit.core.event import FIRST_DIGEST

ROUNDS = int(os.environ.get("WORKSHOP_KILLS", "5"))
BY_FORM = 10
BY_SOCKET = 10
PACE = 0.005
TOO_MANY = 429
SECONDS = (0.0, 0.8)
JSON = {"accept": "application/json"}


class Witness:
    """Remembers what was sent (its id, and the number that it gives) and what was acknowledged (its entry)."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, int]] = {}
        self.acknowledged: dict[str, int] = {}
        self.heard = asyncio.Event()
        self._ids = count(1)

    def ballot(self, seat: str) -> dict[str, str]:
        """Return the next ballot of this seat, as a form."""
        number = next(self._ids)
        ballot_id = f"b{number}"
        self.sent[ballot_id] = (seat, number % 4)
        return {"command": "cast", "id": ballot_id, "item": "dots", "value.o1": str(number % 4)}

    def hear(self, ballot_id: str, seq: int) -> None:
        self.heard.set()
        assert self.acknowledged.setdefault(ballot_id, seq) == seq, "the same id always tells the same entry"


async def vote_by_form(url, seat, token, witness):
    """Send ballots by form until the server is gone."""
    headers = {**JSON, "authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(timeout=10, headers=headers, verify=False) as client:
        while True:
            form = witness.ballot(seat)
            answer = await client.post(f"{url}/items/dots", data=form)
            if answer.status_code != TOO_MANY:
                assert answer.status_code == 200, answer.text
                witness.hear(form["id"], answer.json()["seq"])
            await asyncio.sleep(PACE)


async def vote_by_socket(url, seat, token, witness):
    """Send ballots over a WebSocket, without waiting for one answer before the next, until the server is gone."""
    async with connect(f"{url.replace('http', 'ws')}/live", proxy=None) as socket:
        await socket.send(f"hello={token}")

        async def send():
            while True:
                await socket.send(str(httpx.QueryParams(witness.ballot(seat))))
                await asyncio.sleep(PACE)

        sending = asyncio.create_task(send())
        try:
            async for text in socket:
                frame = json.loads(text)
                assert "refused" not in frame, frame
                if "ack" in frame:
                    witness.hear(frame["ack"], frame["seq"])
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, WebSocketException):
                await sending


async def under_load(server, seats, witness, seconds):
    """Let everybody vote for some time, then kill the server and let everybody notice."""
    voters = [vote_by_form] * BY_FORM + [vote_by_socket] * BY_SOCKET
    tasks = [
        asyncio.create_task(vote(server.url, seat, token, witness))
        for vote, (seat, token) in zip(voters, seats.items(), strict=True)
    ]
    witness.heard = asyncio.Event()
    await witness.heard.wait()
    await asyncio.sleep(seconds)
    server.process.kill()
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        if error is not None and not isinstance(error, httpx.TransportError | WebSocketException | OSError):
            raise error
    server.kill()


def entries(folder):
    """Read the log as any program would, from the folder that the dead server left."""
    live = folder.open()
    try:
        return live.store.read(0)
    finally:
        live.close()


def check(folder, witness):
    """Compare what the log holds with what was sent and acknowledged."""
    log = entries(folder)
    times = Counter(event.id for event in log)
    by_id = {event.id: event for event in log}
    lost = [ballot for ballot in witness.acknowledged if times[ballot] != 1]
    assert not lost, f"{len(lost)} of {len(witness.acknowledged)} acknowledged ballots are lost"
    moved = [ballot for ballot, seq in witness.acknowledged.items() if by_id[ballot].seq != seq]
    assert not moved, "an acknowledgement told the wrong entry"
    cast = {event.id: event for event in log if event.name == "poll.ballot_cast"}
    assert cast.keys() <= witness.sent.keys(), "the log holds ballots that nobody sent"
    for ballot, event in cast.items():
        seat, number = witness.sent[ballot]
        assert (event.actor, event.data["value"]) == (seat, {"o1": number} if number else {})
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    return log


def test_a_killed_server_loses_nothing_that_it_acknowledged(tmp_path):
    folder = make_session(tmp_path / "session")
    witness = Witness()
    chance = random.Random(1)
    seats: dict[str, str] = {}
    digest = FIRST_DIGEST
    for _ in range(ROUNDS):
        server = ServerProcess(folder.path)
        for _ in range(BY_FORM + BY_SOCKET - len(seats)):
            joined = httpx.post(f"{server.url}/join", headers=JSON).json()
            seats[joined["seat"]] = joined["token"]
        before = len(witness.acknowledged)
        asyncio.run(under_load(server, seats, witness, chance.uniform(*SECONDS)))
        assert len(witness.acknowledged) > before, "people were voting when it happened"
        log = check(folder, witness)
        assert digest == FIRST_DIGEST or digest in {event.digest for event in log}, "the log only grows"
        digest = log[-1].digest
        verified = kit("verify", folder.path)
        assert (verified.returncode, verified.stderr) == (0, "")
        assert digest in verified.stdout
    unheard = [ballot for ballot in witness.sent if ballot not in witness.acknowledged]
    with ServerProcess(folder.path) as server:
        send_again(server, seats, witness, unheard[-BY_FORM:])
    log = check(folder, witness)
    print(
        f"{ROUNDS} kills, {len(witness.sent)} ballots sent, {len(witness.acknowledged)} acknowledged, "
        f"{sum(event.name == 'poll.ballot_cast' for event in log)} in the log, 0 lost, 0 made up"
    )


def send_again(server, seats, witness, ballots):
    """Send what got no answer once more, as a phone's outbox does: each counts once, whether it had arrived or not."""
    for ballot in ballots:
        seat, number = witness.sent[ballot]
        form = {"command": "cast", "id": ballot, "value.o1": str(number)}
        headers = {**JSON, "authorization": f"Bearer {seats[seat]}"}
        answer = httpx.post(f"{server.url}/items/dots", data=form, headers=headers)
        assert answer.status_code == 200
        witness.hear(ballot, answer.json()["seq"])


def test_a_new_server_knows_the_seats_of_the_one_that_was_killed(tmp_path):
    folder = make_session(tmp_path / "session")
    server = ServerProcess(folder.path)
    token = httpx.post(f"{server.url}/join", data={"lang": "en"}, headers=JSON).json()["token"]
    server.kill()
    with ServerProcess(folder.path, port=server.address["port"]) as again:
        assert again.url == server.url, "phones find it at the same address"
        page = httpx.get(again.url, cookies={"seat": token})
    assert 'data-view="phone"' in page.text


@pytest.mark.parametrize("kind", ["kill", "stop"])
def test_two_servers_share_a_session_and_one_may_end(tmp_path, kind):
    folder = make_session(tmp_path / "session")
    with ServerProcess(folder.path) as first, ServerProcess(folder.path) as second:
        token = httpx.post(f"{first.url}/join", headers=JSON).json()["token"]
        headers = {**JSON, "authorization": f"Bearer {token}"}
        seqs = []
        for number, server in enumerate((first, second, first, second)):
            form = {"command": "cast", "id": f"x{number}", "value.o1": "1"}
            seqs.append(httpx.post(f"{server.url}/items/dots", data=form, headers=headers).json()["seq"])
        getattr(first, kind)()
        form = {"command": "cast", "id": "x1", "value.o1": "1"}
        assert httpx.post(f"{second.url}/items/dots", data=form, headers=headers).json()["seq"] == seqs[1]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
