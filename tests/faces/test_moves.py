"""The machine gets another address while a session runs: it is announced, and nothing else changes."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing

import httpx
from tests.conftest import MOOD
from tests.faces.hosting import PATIENCE, hosted

from workshop_kit.faces import moves, serve
from workshop_kit.faces.addresses import LOOPBACK


def test_only_a_new_address_is_told(monkeypatch):
    found = ["192.0.2.7", "192.0.2.7", LOOPBACK, "192.0.2.7", "198.51.100.3", "198.51.100.3", "192.0.2.9"]
    monkeypatch.setattr(moves, "lan_address", lambda: found.pop(0) if len(found) > 1 else found[0])
    told = []

    async def follow():
        following = asyncio.create_task(moves.follow_address(told.append, every=0))
        while len(told) < 2:  # noqa: ASYNC110 - the thread under test says nothing else
            await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(asyncio.wait_for(follow(), PATIENCE))
    assert told == ["198.51.100.3", "192.0.2.9"]


def test_the_new_address_is_announced_and_phones_find_the_session_there(monkeypatch, agenda, registry, tmp_path):
    address = ["127.0.0.2"]
    monkeypatch.setattr(moves, "lan_address", lambda: address[0])
    monkeypatch.setattr(serve, "lan_address", lambda: address[0])
    monkeypatch.setattr(moves.follow_address, "__defaults__", (0.05,))
    told, moved = [], threading.Event()

    def tell(new):
        told.append(new)
        moved.set()

    with hosted(tmp_path, agenda(MOOD), registry, host=serve.EVERY_INTERFACE, moved=tell) as server:
        assert server.live.state.address == f"http://127.0.0.2:{server.address.port}"
        before = server.join()
        address[0] = "127.0.0.3"
        assert moved.wait(PATIENCE)
        assert server.live.catch_up().address == f"http://127.0.0.3:{server.address.port}"
        assert told[0].url == f"{server.live.state.address}/{server.address.code}"
        page = httpx.get(told[0].url, headers={"authorization": f"Bearer {before.token}"})
        assert page.status_code == 200
        assert 'data-region="mine"' in page.text
    with closing(server.folder.open(registry)) as ended:
        assert ended.state.address == ""
