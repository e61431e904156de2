"""What the console offers for cards: those that wait, proposals, groups, pages of the wall, and passing on."""

from __future__ import annotations

import re

import pytest
from tests.faces.consoles import shown

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.faces.widgets import Stage

WALL = {"id": "wall", "activity": "ideas", "limit": 0, "approve": True, "proposals": True}
VOTE = {"id": "vote", "activity": "poll", "title": "What first", "live_options": True}
BOARD = {"id": "board", "activity": "roles", "title": "Who does it", "live_options": True}


@pytest.fixture
def console(open_console):
    return open_console(WALL, VOTE, BOARD)


@pytest.fixture
def phone(console):
    """Act as a phone does; the seat is made at the first time."""

    def act(command, item="", **fields):
        console.live.submit(Command(command, item, fields), Actor("ada", Channel.PHONE)).result()

    act("join")
    return act


def press(console, command, item="wall", **fields):
    console.take({"command": command, "item": item, **fields})


def test_cards_wait_at_the_top_and_go_with_one_press(console, phone):
    for text in ("One <i>", "Two", "Three"):
        phone("add", "wall", text=text)
    assert re.findall(r'id="waiting-(\w+)"', shown(console)) == ["i1", "i2", "i3"]
    assert "One &lt;i&gt;" in shown(console)
    press(console, "approve", idea="i2")
    assert re.findall(r'id="waiting-(\w+)"', shown(console)) == ["i1", "i3"]
    press(console, "approve")
    assert 'id="waiting"' not in shown(console)


def test_proposals_with_their_counts(console, phone):
    for text in ("One", "Two"):
        press(console, "add", text=text)
    phone("propose-cluster", "wall", title="Places <b>", **{"card.i1": "1", "card.i2": "1"})
    html = shown(console)
    assert "Make a group: Places &lt;b&gt;" in html
    assert "1 person proposes this" in html
    press(console, "accept", proposal="p1")
    html = shown(console)
    assert 'id="cluster-c1"' in html
    assert 'id="proposed"' not in html
    press(console, "undo")
    assert 'id="cluster-c1"' not in shown(console)


def test_only_steps_that_can_take_over_are_offered(console):
    press(console, "add", text="One")
    press(console, "make-cluster", title="Places", **{"card.i1": "1"})
    assert re.findall(r'id="taker-(\w+)"', shown(console)) == ["vote", "board"]
    press(console, "fill", "board", **{"from": "wall", "what": "clusters"})
    assert "Who does it (filled)" in shown(console)
    press(console, "take", "board", role="c1", seat="ada")
    assert re.findall(r'id="taker-(\w+)"', shown(console)) == ["vote"]


def test_pages_are_turned_on_the_stage_of_a_notebook_too(console):
    for number in range(60):
        press(console, "add", text=f"A card with some words {number}")
    stage = Stage(console.live, "en")
    count = len(re.findall(r'class="wk-page"', stage.make_regions()["shared"]))
    assert f"Wall on the stage: page {count} of {count}" in shown(console)
    press(console, "turn", page="1")
    assert re.findall(r'id="page-(\d+)" data-shown', stage.make_regions()["shared"]) == ["1"]
    assert f"Wall on the stage: page 1 of {count}" in shown(console)
    stage.close()
