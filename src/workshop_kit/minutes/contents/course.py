"""The course of a session in sentences: stretch by stretch, from the entries of the log.

A stretch is a step from its opening to its closing, with all that happened meanwhile. What is done to a step while it
is closed has a row of its own. What an entry means inside a step its kind of activity says (`course`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.core.document import Section, Table
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import BOX_OPENED, REDACTED, TICKETS_ISSUED, Event
from workshop_kit.core.small_groups import crowd
from workshop_kit.minutes.material import Material

CAME = NN_("{n} person came into the room.", "{n} people came into the room.")
REMOVED = NN_("{n} person was taken out of the room.", "{n} people were taken out of the room.")
EMPTIED = NN_("{n} entry was emptied on request.", "{n} entries were emptied on request.")
TICKETS = NN_("{n} ticket was issued.", "{n} tickets were issued.")
PLANNED = NN_("Opened for {n} minute.", "Opened for {n} minutes.")
LASTED = NN_("Closed after {n} minute.", "Closed after {n} minutes.")

STARTS = frozenset({"item.opened", "item.round_started"})
ENDS = frozenset({BOX_OPENED, "item.revealed"})
"""What may follow the closing of a step and belongs to it still."""


class Stretch(Struct, frozen=True):
    """What belongs together: a step and its round, when it was open, and the entries, all of the session's among them.

    `item` is empty before the first step. `loose`: the step was not open.
    """

    item: str
    round: int
    events: tuple[Event, ...] = ()
    loose: bool = False

    @property
    def began(self) -> datetime:
        return self.events[0].at

    @property
    def closed(self) -> datetime | None:
        ends = [event.at for event in self.events if event.name == "item.closed" and event.item == self.item]
        return ends[-1] if ends else None


def course(told: Material) -> Section | None:
    """Tell what happened, in the order of time."""
    text = told.text
    rows = tuple(
        (_when(told, stretch), _what(told, stretch), said)
        for stretch in stretches(told.events)
        if (said := " ".join(f"{one[:1].upper()}{one[1:]}" for one in _sentences(told, stretch)))
    )
    if not rows:
        return None
    table = Table((text(N_("Time")), text(N_("Step")), text(N_("What happened"))), rows)
    return told.section("course", text(N_("Course")), [table, *told.source(told.whole)])


def stretches(events: Iterable[Event]) -> list[Stretch]:
    """Return the stretches of a log, each with at least one entry, in the order in which they began."""
    done: list[Stretch] = []
    now = Stretch("", 1)
    rounds: dict[str, int] = {}
    for event in events:
        rounds.setdefault(event.item, 1)
        if event.name == "item.round_started":
            rounds[event.item] += 1
        other = bool(event.item) and (event.name in STARTS or event.item != now.item)
        if other or (event.item and now.closed and event.name not in ENDS):
            done.append(now)
            now = Stretch(event.item, rounds[event.item], loose=event.name not in STARTS)
        now = replace(now, events=(*now.events, event))
    return [stretch for stretch in (*done, now) if stretch.events]


def _when(told: Material, stretch: Stretch) -> str:
    if stretch.loose or not stretch.closed:
        return told.text.time(stretch.began)
    return told.span(stretch.began, stretch.closed)


def _what(told: Material, stretch: Stretch) -> str:
    item = told.state.items.get(stretch.item)
    return told.round(item, stretch.round) if item else told.text(N_("Arriving"))


def _sentences(told: Material, stretch: Stretch) -> Iterator[str]:
    text, item = told.text, told.state.items.get(stretch.item)
    start = stretch.events[0]
    if start.name in STARTS:
        seconds = start.data.get("seconds", 0)
        yield text.plural(*PLANNED, max(1, round(seconds / 60))) if seconds else text(N_("Opened."))
        if reason := start.data.get("reason"):
            yield text(N_("Opened again, because: {reason}"), reason=reason)
    yield from _room(told, stretch.events)
    if item:
        own = [event for event in stretch.events if event.item == stretch.item and not event.redacted]
        states = (*item.past, item.state)
        if stretch.round <= len(states):
            yield from told.told("course", item, own, states[stretch.round - 1])
    if stretch.closed and not stretch.loose:
        minutes = round((stretch.closed - stretch.began) / timedelta(minutes=1))
        yield text.plural(*LASTED, minutes) if minutes else text(N_("Closed within a minute."))


def _room(told: Material, events: tuple[Event, ...]) -> Iterator[str]:
    """Yield what happened in the room as a whole: who came, and what the facilitator did at the door."""
    text = told.text
    count = {name: sum(event.name == name for event in events) for name in ("seat.joined", "seat.removed", REDACTED)}
    if count["seat.joined"]:
        yield crowd(CAME, count["seat.joined"], text, told.people)
    for event in events:
        if event.name == TICKETS_ISSUED and event.data:
            yield text.plural(*TICKETS, event.data["count"])
        elif event.name == "session.locked":
            yield text(N_("The room was closed for newcomers."))
        elif event.name == "session.unlocked":
            yield text(N_("The room was opened for newcomers."))
    if count["seat.removed"] and not told.public:
        yield text.plural(*REMOVED, count["seat.removed"])
    emptied = sum(len(event.data.get("entries", ())) for event in events if event.name == REDACTED)
    if emptied:
        yield text.plural(*EMPTIED, emptied)
