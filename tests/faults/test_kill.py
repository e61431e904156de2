"""Processes are killed without warning under load: nothing that was acknowledged is lost, nothing is made up.

`python -m tests.faults --kills 300` does the same for longer.
"""

from __future__ import annotations

import os

import httpx
import pytest
from tests.bench.server import ServerProcess, make_session
from tests.faults import commands, disk, kernel, postgres, server
from tests.faults.load import JSON
from tests.store.postgres_server import NoServerError

KILLS = int(os.environ.get("WORKSHOP_KILLS", "5"))


def test_a_killed_server_loses_nothing_that_it_acknowledged(struck):
    figures = struck("server", server.part, KILLS)
    assert len(figures.recoveries) >= KILLS - 1, "people voted again after each"


def test_a_killed_kernel_loses_nothing_that_its_cell_was_told(struck):
    figures = struck("kernel", kernel.part, min(KILLS, 4))
    assert figures.recoveries


def test_a_killed_command_is_done_or_not_and_leaves_no_half_backup(struck):
    struck("cli", commands.part, KILLS * 2)


def test_a_full_disk_loses_nothing_and_what_was_refused_is_not_there(struck, missing):
    try:
        figures = struck("disk", disk.part, min(KILLS, 4))
    except disk.NoDiskError as error:
        missing(f"no small disk can be made: {error}")
    assert figures.refused > 0


def test_a_killed_database_loses_nothing_that_its_servers_acknowledged(struck, missing):
    try:
        figures = struck("postgres", postgres.part, min(KILLS, 3))
    except NoServerError as error:
        missing(str(error))
    assert figures.recorded == figures.acknowledged, "everybody heard of all in the end"


def test_a_new_server_knows_the_seats_of_the_one_that_was_killed(tmp_path):
    folder = make_session(tmp_path / "session")
    first = ServerProcess(folder.path)
    token = httpx.post(f"{first.url}/join", data={"lang": "en"}, headers=JSON).json()["token"]
    first.kill()
    with ServerProcess(folder.path, port=first.address["port"]) as again:
        assert again.url == first.url, "phones find it at the same address"
        page = httpx.get(again.url, cookies={"seat": token})
    assert 'data-view="phone"' in page.text


@pytest.mark.parametrize("kind", ["kill", "stop"])
def test_two_servers_share_a_session_and_one_may_end(tmp_path, kind):
    folder = make_session(tmp_path / "session")
    with ServerProcess(folder.path) as first, ServerProcess(folder.path) as second:
        token = httpx.post(f"{first.url}/join", headers=JSON).json()["token"]
        headers = {**JSON, "authorization": f"Bearer {token}"}
        seqs = []
        for number, each in enumerate((first, second, first, second)):
            form = {"command": "cast", "id": f"x{number}", "value.o1": "1"}
            seqs.append(httpx.post(f"{each.url}/items/dots", data=form, headers=headers).json()["seq"])
        getattr(first, kind)()
        form = {"command": "cast", "id": "x1", "value.o1": "1"}
        assert httpx.post(f"{second.url}/items/dots", data=form, headers=headers).json()["seq"] == seqs[1]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
