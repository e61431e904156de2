"""Mixing in a session in use: by whoever asks, on what the log holds, without its lock; and what is held of people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.faces.speaking import speak_english

from workshop_kit.activities.groups.state import GroupsState
from workshop_kit.activities.pairing.state import DEFAULT_MINUTES, PairingState
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.faces import cli
from workshop_kit.faces.notebook import Session
from workshop_kit.faces.widgets import Console
from workshop_kit.folder import SessionFolder
from workshop_kit.live import LiveSession
from workshop_kit.prepare import new_session
from workshop_kit.privacy import held_of
from workshop_kit.store.sqlite import SqliteStore

TALK = {"id": "talk", "activity": "groups", "size": 2, "rounds": 2}
STEP = {"id": "step", "activity": "pairing"}
PAGE = (Path(__file__).parents[1] / "docs" / "handbook" / "activities.md").read_text("utf-8")
BY_FACILITATOR = Actor(FACILITATOR, Channel.NOTEBOOK)


@pytest.fixture
def session(live):
    made = live(TALK, STEP)
    for _ in range(4):
        made.join().result()
    made.do("open", "talk")
    return made


def places(session):
    return session.state.items["talk"].state.rounds


def test_whoever_asks_sees_who_came_through_another_process(registry, tmp_path, live):
    path = tmp_path / "session.db"
    first = live(TALK, store=SqliteStore(path, create=True))
    first.do("open", "talk")
    second = LiveSession(SqliteStore(path), registry)
    seats = {first.join().result().seat for _ in range(3)}
    second.do("mix", "talk")
    assert set(second.state.items["talk"].state.people) == seats
    second.close()


def test_the_search_runs_while_others_write(session, monkeypatch):
    """Somebody joins in the middle of the search; the mix is recorded all the same, and they ask for a group."""
    came = []

    def told(share):
        if not came:
            came.append(session.join().result(5).seat)

    session.submit(Command("mix", "talk"), BY_FACILITATOR, told=told).result(5)
    assert len(places(session)[0]) == 4
    session.submit(Command("come", "talk"), Actor(came[0], Channel.PHONE)).result(5)
    assert came[0] in places(session)[0]


def test_the_same_command_sent_twice_mixes_once(session):
    for _ in range(2):
        session.submit(Command("mix", "talk", id="once"), BY_FACILITATOR).result(5)
    assert [event.name for event in session.store.read()].count("groups.mixed") == 1


def test_a_phone_cannot_send_a_mix(session):
    seat = next(iter(session.state.seats))
    made = Command("mix", "talk", {"groups": "1", "places": f'{{"{seat}": [1]}}'})
    with pytest.raises(Refused) as caught:
        session.submit(made, Actor(seat, Channel.PHONE)).result(5)
    assert caught.value.why is Why.NOT_ALLOWED


def test_what_is_held_of_a_person_is_their_own_groups_and_nobody_elses(session):
    session.do("mix", "talk")
    session.do("open", "step")
    session.do("advance", "step")
    one, *others = session.state.seats
    held = held_of(session, one)
    data = [entry["data"] for entry in held["entries"] if entry["name"] in {"groups.mixed", "pairing.stage_begun"}]
    assert [list(entry["places"]) for entry in data] == [[one], [one]]
    assert not any(other in str(held) for other in others)


def test_the_console_mixes_and_shows_the_groups(session, tmp_path):
    console = Console(session, "en", folder=tmp_path)
    console.take({"command": "mix", "item": "talk", "size": "", "groups": "2", "rounds": "1", "extra": "1"})
    assert "without a phone 1" in console.make_regions()["console"]
    console.take({"command": "add", "item": "talk", "group": "1", "text": "On paper", "channel": "paper"})
    assert "On paper" in console.make_regions()["console"]
    console.take({"command": "open", "item": "step"})
    console.take({"command": "add", "item": "step", "guest": "Ina", "text": "Said aloud"})
    assert [idea.text for idea in session.state.items["step"].state.ideas.values()] == ["Said aloud"]
    console.close()


def test_a_notebook_mixes(session):
    Session(session).item("talk").do("mix", size=4, rounds=1)
    assert set(places(session)[0].values()) == {1}


def test_the_command_line_mixes(tmp_path, monkeypatch, capsys):
    speak_english(monkeypatch)
    agenda = tmp_path / "agenda.toml"
    agenda.write_text('name = "talk"\ntitle = "Talk"\n[[item]]\nid = "talk"\nactivity = "groups"\n', "utf-8")
    new_session(tmp_path / "session", agenda=str(agenda), lang="en")
    cli.main(["step", str(tmp_path / "session"), "talk", "open"])
    cli.main(["do", str(tmp_path / "session"), "talk", "mix", "extra=7", "groups=2"])
    live = SessionFolder(tmp_path / "session").open()
    assert len(live.state.items["talk"].state.people) == 7
    live.close()
    capsys.readouterr()
    for wrong, code, told in (("extra", 2, "NAME=VALUE"), ("extra=many", 1, "a whole number from 0 to 500")):
        with pytest.raises(SystemExit) as ended:
            cli.main(["do", str(tmp_path / "session"), "talk", "mix", wrong])
        assert ended.value.code == code
        assert told in capsys.readouterr().err


def test_the_handbook_names_the_defaults_that_hold(registry, room):
    made = room({"id": "talk", "activity": "groups"}, STEP)
    talk: GroupsState = made.inside("talk")
    step: PairingState = made.inside("step")
    told = PAGE[PAGE.index("## Kleingruppen") : PAGE.index("\n---\n")].partition("## 1-2-4")[0]
    stated = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]+?)`? \|", told, re.MULTILINE))
    plan = talk.plan
    assert stated | {"limit": "10", "places": "–"} == {
        "size": str(plan.size),
        "groups": str(plan.groups),
        "rounds": str(plan.turns),
        "round_minutes": str(plan.seconds // 60),
        "limit": str(plan.limit),
        "points": str(plan.points),
        "places": "–",
    }
    assert f"| `stage_minutes` | `{list(DEFAULT_MINUTES)}` |" in PAGE
    assert f"| `limit` | {step.limit} |" in PAGE
    assert step.times == tuple(60 * minutes for minutes in DEFAULT_MINUTES)
