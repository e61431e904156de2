"""What the console offers for wishes and responsibilities, also for people without a phone."""

from __future__ import annotations

import pytest
from tests.faces.consoles import press, shown

from workshop_kit.core.errors import Why

BOARD = {"id": "board", "activity": "roles", "wishes": True, "options": ["Host", "Notes"]}
WHO = {"id": "who", "activity": "raci", "roles_from": "item:board"}


@pytest.fixture
def console(open_console):
    return open_console(BOARD, WHO)


def test_somebody_without_a_phone_wishes_and_says_yes_aloud(console, assert_refused):
    assert 'id="guest-wishes"' in shown(console)
    with assert_refused(Why.INVALID):
        press(console, "propose", "board")
    press(console, "wish", "board", guest="Ada <b>", **{"wish.o1": "1", "wish.o2": "no"})
    press(console, "propose", "board")
    board = console.live.state.items["board"].state
    [(seat, standing)] = board.held("o1")
    assert (console.live.people.names[seat], standing) == ("Ada <b>", "reserved")
    assert "Said yes: Ada &lt;b&gt;, Host" in shown(console)
    press(console, "confirm", "board", role="o1", seat=seat)
    assert console.live.state.items["board"].state.held("o1") == [(seat, "confirmed")]


def test_tasks_are_typed_and_entered_for_roles_and_guests(console):
    press(console, "open", "who")
    press(console, "add-task", "who", label="Book <i>")
    assert "Book &lt;i&gt;" in shown(console)
    assert '<option value="role/o1">Host</option>' in shown(console)
    press(console, "take", "who", holder="role/o1", task="t1", part="A")
    press(console, "take", "who", guest="Ben", task="t1", part="R")
    (task,) = console.live.state.items["who"].state.tasks
    assert (len(task.answering), len(task.doing), task.flaws) == (1, 1, ())
    (ben,) = task.doing
    press(console, "move", "who", task="t1", holder=ben.id)
    assert console.live.state.items["who"].state.tasks[0].answering == (ben,)
    press(console, "take", "who", holder=ben.id, task="t1", part="")
    assert "Nobody is accountable." in shown(console)
    press(console, "drop", "who", task="t1")
    assert 'id="dropped-t1"' in shown(console)
    press(console, "restore", "who", task="t1")
    assert 'id="held-t1"' in shown(console)
