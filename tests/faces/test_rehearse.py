"""A dress rehearsal: simulated people answer whoever leads, and nothing stays behind."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from time import monotonic, sleep

import pytest
from tests.faces.hosting import hosted

from workshop_kit.core.errors import StoreError
from workshop_kit.faces.companions import FOLDER, Companions, Pace, rehearsed
from workshop_kit.folder import SessionFolder
from workshop_kit.prepare import new_session

PEOPLE = 4
QUICK = Pace(look=0.02, answer=0.1)
PATIENCE = 20

TALK = {
    "id": "talk",
    "activity": "ideas",
    "limit": 5,
    "rehearsal_texts": ["One", "Two", "Three", "Four", "Five", "Six"],
}
VOTE = {"id": "vote", "activity": "poll", "rule": "dots", "options_from": "item:talk", "budget": 2}


def wait_for(holds):
    deadline = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < deadline, "nobody answered"
        sleep(0.02)


def test_people_answer_what_the_facilitator_asks(agenda, registry, tmp_path):
    with hosted(tmp_path, agenda(TALK, VOTE), registry) as server:
        people = Companions(server.live, server.url, PEOPLE, pace=QUICK)
        people.start()
        state = server.live.catch_up
        wait_for(lambda: len(state().seats) == PEOPLE)
        server.live.do("open", "talk")
        wait_for(lambda: len(state().items["talk"].state.ideas) == len(TALK["rehearsal_texts"]))
        server.live.do("open", "vote")
        wait_for(lambda: len(state().items["vote"].state.ballots) >= PEOPLE // 2)
        people.stop()
        assert {idea.label["und"] for idea in state().items["talk"].state.ideas.values()} == set(
            TALK["rehearsal_texts"]
        )
        assert all("imulate" in name for name in server.live.people.names.values())


def test_people_leave_alone_what_they_have_answered(agenda, registry, tmp_path):
    mood = {"id": "mood", "activity": "poll", "rule": "mood"}
    with hosted(tmp_path, agenda(mood), registry) as server:
        people = Companions(server.live, server.url, PEOPLE, pace=QUICK)
        server.live.do("open", "mood")
        people.start()
        wait_for(lambda: server.live.catch_up().items["mood"].state.ballots)
        sleep(1)
        cast = [event.actor for event in server.log if event.name == "poll.ballot_cast"]
        assert len(cast) == len(set(cast))
        people.stop()


def test_nothing_is_kept(tmp_path):
    with rehearsed(tmp_path, "success-factors", "de") as folder:
        assert (folder.path / "01-welcome.ipynb").is_file()
        with closing(folder.open()) as live:
            assert live.state.info.simulated
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_of_a_broken_rehearsal_gives_way_but_nothing_else_does(tmp_path):
    new_session(tmp_path / FOLDER, simulated=True)
    with rehearsed(tmp_path, "retrospective", "en") as folder:
        assert folder.path.is_dir()
    new_session(tmp_path / FOLDER)
    with pytest.raises(StoreError, match="something else"), rehearsed(tmp_path, "success-factors", "de"):
        pass
    assert SessionFolder(tmp_path / FOLDER).log.exists()


def test_the_command_ends_in_order_when_it_is_told_to(tmp_path):
    command = [sys.executable, "-m", "workshop_kit", "rehearse", "--no-lab", "--json", "--host=127.0.0.1"]
    running = subprocess.Popen(
        [*command, "--participants", str(PEOPLE), "--dir", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    address = json.loads(running.stdout.readline())
    with closing(SessionFolder(tmp_path / FOLDER).open()) as live:
        assert address["code"] == live.state.info.code
        wait_for(lambda: len(live.catch_up().seats) == PEOPLE)
    running.terminate()
    running.communicate(timeout=PATIENCE)
    if sys.platform != "win32":  # which knows no way to ask a process to end
        assert not (tmp_path / FOLDER).exists()
