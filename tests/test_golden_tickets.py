"""A session with tickets that was recorded once must verify, fold and count the same with every later version.

`data/sessions/tickets-v1.jsonl` is a simulated session with what tickets brought into the log: seats that move, and
ballots on paper of people who have a seat by it alone. It is never changed. It was made by

    python -m tests.test_golden_tickets data/sessions/tickets-v1.jsonl
"""

from __future__ import annotations

import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from workshop_kit import activities
from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.event import Channel
from workshop_kit.core.session import SessionRules, fold
from workshop_kit.core.state import Info
from workshop_kit.live import LiveSession
from workshop_kit.store.codec import verified
from workshop_kit.store.jsonl import export_jsonl, import_jsonl
from workshop_kit.store.memory import MemoryStore
from workshop_kit.store.upcast import Upcasts

GOLDEN = Path(__file__).resolve().parent.parent / "data" / "sessions" / "tickets-v1.jsonl"
OPTIONS = [{"id": "one", "label": "A"}, {"id": "two", "label": "B"}]
POLLS = [
    {"id": name, "activity": "poll", "rule": "choice", "openness": openness, "options": OPTIONS}
    for name, openness in (("plain", "names-hidden"), ("sealed", "secret"))
]


def recorded():
    """Play the session: four tickets, of which two open a seat by phone and one votes on paper alone."""
    from tests.test_golden import BEGAN

    seconds = count(0, 4)
    registry = activities.installed()
    document = {"name": "tickets", "title": {"de": "Mit Tickets", "en": "With tickets"}, "item": POLLS}
    agenda = read_agenda(document, registry, {}.get)
    info = Info("Mit Tickets", "QRSTU", "Köln (Simulation)", lang="de", simulated=True)
    live = LiveSession.create(
        MemoryStore(), registry, agenda, info, clock=lambda: BEGAN + timedelta(seconds=next(seconds))
    )
    first, second, third, _unused = live.do("issue-tickets", count="4").tickets
    ada = live.join("de", ticket=first).result().seat
    ben = live.join("en", ticket=second).result().seat
    live.join("de", ticket=first).result()
    live.join("de", ticket=second).result()
    for item in ("plain", "sealed"):
        live.do("open", item)
        for seat in (ada, ben):
            live.submit(Command("cast", item, {"choice": "one"}), Actor(seat, Channel.PHONE)).result()
        live.do("cast", item, channel=Channel.PAPER, ballot=third, **{"value.two": "1"})
        live.do("close", item)
    log = live.store.read()
    live.close()
    return log


@pytest.fixture(scope="module")
def log():
    return import_jsonl(GOLDEN.read_text("utf-8").splitlines(keepends=True))


def folded(log):
    registry = activities.installed()
    return fold(SessionRules(registry), Upcasts.of(registry).lifted(log))


def test_the_recording_verifies(log):
    assert verified(log) == (19, "067930c79f9c14cb3918d427f4bd7a7db1af1944043fffa003570eba2a5d56b5")


@pytest.mark.parametrize("today", [False, True], ids=["recorded", "played today"])
def test_it_folds_to_the_seats_and_counts_of_then(log, today):
    played = recorded() if today else log
    state = folded(played)
    assert (state.tickets, state.tickets_used, state.moves, len(state.seats)) == (4, 3, 2, 3)
    seats = [(seat.channel, seat.lang, seat.ticket, seat.moves) for seat in state.seats.values()]
    phone = (Channel.PHONE, "de", True, 1)
    assert sorted(seats) == sorted([phone, phone, (Channel.PAPER, "de", True, 0)])
    for item in ("plain", "sealed"):
        tally = state.items[item].state.tally
        assert {line.option: line.score for line in tally.lines} == {"one": 2, "two": 1}
        assert (tally.voters, tally.eligible) == (3, 3)
        assert tally.channels == {Channel.PHONE: 2, Channel.PAPER: 1}
    assert [event.name for event in played] == [event.name for event in log]


if __name__ == "__main__":
    with Path(sys.argv[1]).open("x", encoding="utf-8", newline="\n") as file:
        file.writelines(export_jsonl(recorded()))
