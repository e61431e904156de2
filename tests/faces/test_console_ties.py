"""What the console offers for a network picture and for hours, also for people without a phone."""

from __future__ import annotations

import pytest
from tests.faces.consoles import press, shown

NET = {"id": "net", "activity": "ties", "options": ["Library", "School"]}
EFFORT = {"id": "effort", "activity": "hours"}


@pytest.fixture
def console(open_console):
    return open_console(NET, EFFORT)


def test_ties_of_somebody_without_a_phone_merging_and_hiding(console):
    press(console, "add", "net", label="The <b> library")
    assert "The &lt;b&gt; library" in shown(console)
    press(console, "tie", "net", guest="Ben", one="n3", other="o2", **{"kind.online": "yes"})
    press(console, "merge", "net", node="n3", into="o1")
    (tie,) = console.live.state.items["net"].state.ties()
    assert (tie.one.id, tie.other.id, tie.named) == ("o1", "o2", 1)
    assert 'id="merged-n3"' in shown(console)
    press(console, "unmerge", "net", node="n3")
    assert 'id="merged-n3"' not in shown(console)
    press(console, "hide", "net", node="n3", reason="<i>")
    assert 'id="hidden-n3"' in shown(console)
    assert "(&lt;i&gt;)" in shown(console)
    press(console, "show", "net", node="n3")
    assert 'id="hidden-n3"' not in shown(console)


def test_tasks_are_typed_and_hours_entered_for_guests(console):
    press(console, "open", "effort")
    press(console, "add-task", "effort", label="Book <i>")
    assert "Book &lt;i&gt;" in shown(console)
    press(console, "describe", "effort", task="t1", hours="12", pay="voluntary")
    press(console, "save", "effort", guest="Ben", **{"given.t1": "5"})
    (task,) = console.live.state.items["effort"].state.tasks
    assert (task.needed, task.given, task.gap) == (12, 5, 7)
    [seat] = task.gifts
    assert console.live.people.names[seat] == "Ben"
