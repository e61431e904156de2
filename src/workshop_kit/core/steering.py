"""What the facilitator does to the course beside opening and closing: a pause, the way in, and taking a step back.

A step is taken back by an entry of its own. The state before it is at hand, since states are frozen values that share
what they have in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel, Event, Fact
from workshop_kit.core.fields import only_the_facilitator, short
from workshop_kit.core.state import Item, Phase, Reopening, SessionState, Step

replace = msgspec.structs.replace

LONGEST_TIMER = 24 * 3600
LONGEST_REASON = 280

COMMANDS = frozenset({"pause", "resume", "show-way-in", "hide-way-in", "undo-step"})
"""The commands that concern the course of the session and are decided here."""

UNDONE = "item.step_undone"
EXTENDED = "item.timer_extended"
UNDOABLE = frozenset({"item.opened", "item.closed", "item.revealed", "item.round_started", "item.timer_set", EXTENDED})

TOGGLES: dict[str, tuple[str, Callable[[SessionState], bool]]] = {
    "pause": ("session.paused", lambda state: state.paused_at is None),
    "resume": ("session.resumed", lambda state: state.paused_at is not None),
    "show-way-in": ("session.way_in_shown", lambda state: not state.way_in),
    "hide-way-in": ("session.way_in_hidden", lambda state: state.way_in),
}


def decide(
    state: SessionState, command: Command, actor: Actor, takes_reason: Callable[[Item], bool]
) -> tuple[Fact, ...]:
    """Return the facts that a command about the course leads to. Raises `Refused`."""
    if not actor.facilitates:
        raise only_the_facilitator()
    if command.name == "undo-step":
        return (_undo(state, command, takes_reason),)
    event, changes = TOGGLES[command.name]
    return (Fact(event),) if changes(state) else ()


def check_pause(state: SessionState, actor: Actor) -> None:
    """Refuse what people send while there is a pause; who speaks up in the room can still be entered."""
    if state.paused_at and not actor.facilitates and actor.channel is not Channel.HANDS:
        raise Refused(Why.CLOSED, N_("There is a pause just now, so this was not saved. Send it when it goes on."))


def undoable(state: SessionState) -> Step | None:
    """Return the facilitator's last step, if nothing was entered since that would be lost with it."""
    step = state.last
    if step is None or any(state.items[item] is not step.after[item] for item in step.changed):
        return None
    return None if any(step.after[item].counted and not step.items[item].counted for item in step.changed) else step


def reopens(step: Step, takes_reason: Callable[[Item], bool]) -> bool:
    """Return whether taking a step back opens again what people saw the result of, which takes a reason."""
    again = (step.after[item] for item in step.changed if step.items[item].phase is Phase.OPEN)
    return any(takes_reason(item) for item in again)


def _undo(state: SessionState, command: Command, takes_reason: Callable[[Item], bool]) -> Fact:
    step = undoable(state)
    if step is None or command.fields.get("entry", str(step.entry)) != str(step.entry):
        told = N_("The last step cannot be taken back any more: something was entered since, or a secret vote counted.")
        raise Refused(Why.CLOSED, told)
    reason = reason_of(command)
    if not reason and reopens(step, takes_reason):
        told = N_("People have answered here already. Please say why it is opened again.")
        raise Refused(Why.INVALID, told, field="reason")
    said = {"step": step.name, "entry": step.entry} | ({"reason": reason} if reason else {})
    return Fact(UNDONE, said, item=step.item)


def reason_of(command: Command) -> str:
    """Return the reason that a command gives, on one line. Raises `Refused` for a long one."""
    return short(one_line(command.fields.get("reason", "")), "reason", LONGEST_REASON)


def seconds_of(command: Command) -> int:
    """Return the seconds that a command about the timer gives. Raises `Refused`."""
    value = command.fields.get("seconds", "")
    if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) > LONGEST_TIMER:
        raise Refused(
            Why.INVALID,
            N_("The timer takes a number of seconds from 0 to {most}."),
            field="seconds",
            most=LONGEST_TIMER,
        )
    return int(value)


def extended(item: Item, event: Event, state: SessionState) -> Item:
    """Return the item with more time: from its end on or, where that is over or there was none, from now on."""
    now = state.paused_at or event.at
    return replace(item, until=max(item.until or now, now) + timedelta(seconds=event.data["seconds"]))


def evolve(state: SessionState, event: Event) -> SessionState:
    """Return the state after an event about the course. Total: any other event changes nothing."""
    match event.name:
        case "session.paused":
            return replace(state, paused_at=event.at)
        case "session.resumed":
            return _resumed(state, event)
        case "session.way_in_shown" | "session.way_in_hidden":
            return replace(state, way_in=event.name == "session.way_in_shown")
    return state


def _resumed(state: SessionState, event: Event) -> SessionState:
    """Return the state after a pause, which is nothing that taking back the step before it would lose."""
    item, since, current, step = state.current_item, state.paused_at, state.current, state.last
    if item and since:
        later = _later(item, since, event.at)
        if step and step.after[current] is item:
            before = later if step.items[current] is item else _later(step.items[current], since, event.at)
            step = replace(step, items=step.items.set(current, before), after=step.after.set(current, later))
        state = replace(state, items=state.items.set(current, later), last=step)
    return replace(state, paused_at=None)


def _later(item: Item, since: datetime, now: datetime) -> Item:
    """Return the item with its end put off by a pause, unless it was over before."""
    return replace(item, until=item.until + (now - since)) if item.until and item.until > since else item


def undone(state: SessionState, event: Event) -> SessionState:
    """Return the state after the last step was taken back: what it changed is as it was before."""
    step = state.last
    if step is None:
        return state
    items = state.items
    for item_id in step.changed:
        before, now = step.items[item_id], items[item_id]
        if (reason := event.data.get("reason")) and before.phase is Phase.OPEN and now.phase is Phase.CLOSED:
            before = replace(before, reopened=(*before.reopened, Reopening(before.round, event.at, reason)))
        items = items.set(item_id, before)
    return replace(state, items=items, current=step.current, paused_at=step.paused_at, way_in=step.way_in, last=None)


def remembered(before: SessionState, after: SessionState, event: Event) -> SessionState:
    """Return the state after an entry with the step that it belongs to, if that is one to be taken back."""
    command = event.id.partition("/")[0]
    step = before.last
    if step and step.command == command and event.name != UNDONE:
        named = {"name": event.name, "item": event.item} if event.name in UNDOABLE else {}
        return replace(after, last=replace(step, after=after.items, entry=event.seq, **named))
    if event.name not in UNDOABLE:
        return after
    step = Step(
        command=command,
        name=event.name,
        item=event.item,
        entry=event.seq,
        items=before.items,
        current=before.current,
        paused_at=before.paused_at,
        way_in=before.way_in,
        after=after.items,
    )
    return replace(after, last=step)
