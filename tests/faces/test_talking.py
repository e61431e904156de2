"""What the console takes for Lean Coffee and the speakers' queue, people without a phone, and what can be erased."""

from __future__ import annotations

import tomllib

import pytest
from tests.faces.consoles import shown

from workshop_kit import privacy
from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import guide, shipped

TALK = {"id": "talk", "activity": "coffee"}
FLOOR = {"id": "floor", "activity": "queue"}


@pytest.fixture
def console(open_console):
    return open_console(TALK, FLOOR)


def press(console, item, command, **fields):
    console.take({"command": command, "item": item, **fields})


def send(console, seat, item, command, **fields):
    console.live.submit(Command(command, item, fields), Actor(seat, Channel.PHONE)).result()


def test_a_lean_coffee_is_led_from_the_console(console):
    assert "Let everybody give dots" not in shown(console)
    for text in ("<b>Rooms</b>", "Newcomers"):
        press(console, "talk", "add", text=text)
    assert "&lt;b&gt;Rooms&lt;/b&gt;" in shown(console)
    assert "Let everybody give dots" in shown(console)
    press(console, "talk", "stage", stage="dots")
    press(console, "talk", "room-dots", topic="t2", count="4")
    assert "Show the order" in shown(console)
    press(console, "talk", "stage", stage="talking")
    assert "Start the next topic for 8 minutes: Newcomers" in shown(console)
    press(console, "talk", "start")
    assert "Ask for thumbs now" in shown(console)
    press(console, "talk", "timer", seconds="0")
    assert "Ask for thumbs now" not in shown(console)
    press(console, "talk", "room-thumbs", on="3", stop="1", either="")
    assert "Go on for 4 minutes" in shown(console)
    press(console, "talk", "go-on")
    assert "Go on for 2 minutes" in shown(console)
    press(console, "talk", "finish", text="Call them")
    assert "Save the take-away" in shown(console)
    state = console.live.state.items["talk"].state
    assert [(topic.asked[0], topic.lesson) for topic in state.topics.values() if topic.finished] == [
        ((3, 1, 0), "Call them")
    ]


def test_somebody_without_a_phone_stands_on_the_list_under_a_name_that_is_not_in_the_log(console):
    console.live.do("open", "floor")
    press(console, "floor", "ask", guest="Ayşe Yılmaz", kind="speak")
    assert '1. <span dir="auto">Ayşe Yılmaz</span>' in shown(console)
    assert "Ayşe" not in str(list(console.live.store.read()))
    [request] = console.live.state.items["floor"].state.line()
    press(console, "floor", "call", request=request.id)
    press(console, "floor", "end")
    press(console, "floor", "ask", seat=request.seat, kind="order")
    assert "has spoken 1 time" in shown(console)
    assert [one.seat for one in console.live.state.items["floor"].state.line()] == [request.seat]


def test_what_somebody_wrote_can_be_erased_and_dots_stay(console):
    ada, ben = (console.live.join("en", name).result().seat for name in ("Ada", "Ben"))
    for seat, text in ((ada, "Rooms"), (ben, "Newcomers")):
        send(console, seat, "talk", "add", text=text)
    console.live.do("stage", "talk", stage="dots")
    send(console, ada, "talk", "dots", **{"value.t1": "1", "value.t2": "2"})
    console.live.do("stage", "talk", stage="talking")
    console.live.do("start", "talk")
    send(console, ada, "talk", "propose", text="Call them")
    console.live.do("finish", "talk", proposal="p1")
    assert {entry["name"] for entry in privacy.held_of(console.live, ada)["entries"]} >= {"coffee.topic_added"}
    privacy.forget(console.live, ada)
    state = console.live.catch_up().items["talk"].state
    assert [(one.topic.id, one.dots, one.topic.lesson) for one in state.ranked()] == [("t2", 2, "")]
    assert "Call them" not in shown(console)


def test_the_guides_have_a_section_for_each_step_of_the_agenda(registry):
    folder = shipped("facilitation") / "lean-coffee"
    agenda = read_agenda(tomllib.loads((folder / "agenda.toml").read_text("utf-8")), registry, lambda _name: ())
    assert sum(spec.minutes for spec in agenda.items) == 65
    for lang in LANGUAGES:
        sections = guide(folder, lang)
        assert set(sections) >= {"start", *(spec.id for spec in agenda.items), "minutes"}
        minute = 0
        for spec in agenda.items:
            assert f"**Minute {minute} {'bis' if lang == 'de' else 'to'} {minute + spec.minutes}**" in sections[spec.id]
            minute += spec.minutes
