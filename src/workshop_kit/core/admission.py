"""Who may take part: seats, their names and languages, the lock, tickets, and removal."""

from __future__ import annotations

from typing import Any

import msgspec

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel, Event, Fact
from workshop_kit.core.state import Seat, SessionState
from workshop_kit.core.text import LANGUAGES

replace = msgspec.structs.replace

MOST_SEATS = 5_000
"""A room larger than that wants several servers; it also bounds what a flood of joins can fill."""

MOST_TICKETS = 10_000


def known(state: SessionState, command: Command, actor: Actor) -> Actor:
    """Return the actor with what the session knows of the seat. Raises `Refused` for one who may not act.

    Somebody who was removed may still have their name erased.
    """
    seat = state.seats.get(actor.id)
    if actor.facilitates or (seat is None and command.name == "join"):
        return actor
    erasing = command.name == "name" and not command.fields.get("named")
    if seat is None or (seat.removed and not erasing):
        raise Refused(Why.NOT_ALLOWED, N_("You have no seat in this session. Please join again."))
    return replace(actor, named=seat.named)


def decide(state: SessionState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Return the facts that a command about seats leads to. Raises `Refused`."""
    fields = command.fields
    match command.name:
        case "join":
            return _join(state, command, actor)
        case "name":
            return (Fact("seat.named", {"named": bool(fields.get("named"))}),)
        case "lock" if actor.facilitates:
            return () if state.locked else (Fact("session.locked"),)
        case "unlock" if actor.facilitates:
            return (Fact("session.unlocked"),) if state.locked else ()
        case "issue-tickets" if actor.facilitates:
            return (Fact("session.tickets_issued", {"count": int(fields["count"])}),)
        case "remove" if actor.facilitates:
            seat = state.seats.get(fields.get("seat", ""))
            if seat is None:
                raise Refused(Why.INVALID, N_("There is no such seat."), field="seat")
            return () if seat.removed else (Fact("seat.removed", {"seat": seat.id}),)
    raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])


def _join(state: SessionState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    lang = command.fields.get("lang", "")
    lang = lang if lang in LANGUAGES else state.info.lang
    if actor.id in state.seats:
        return () if state.seats[actor.id].lang == lang else (Fact("seat.language_chosen", {"lang": lang}),)
    if state.locked and actor.channel is Channel.PHONE:
        raise Refused(Why.LOCKED, N_("The room is closed for newcomers just now. Please ask in front."))
    if len(state.seats) >= MOST_SEATS:
        raise Refused(Why.TOO_MANY, N_("The room is full."))
    return (Fact("seat.joined", {"lang": lang}),)


def evolve(state: SessionState, event: Event) -> SessionState:
    """Return the state after an event about seats. Total: any other event changes nothing."""
    data = event.data
    match event.name:
        case "seat.joined":
            seat = Seat(event.actor, len(state.seats) + 1, data["lang"], event.channel)
            return replace(state, seats=state.seats.set(event.actor, seat))
        case "seat.language_chosen":
            return _with(state, event.actor, lang=data["lang"])
        case "seat.named":
            return replace(_with(state, event.actor, named=bool(data.get("named"))), naming=state.naming + 1)
        case "seat.removed":
            return _with(state, data["seat"], removed=True)
        case "session.locked":
            return replace(state, locked=True)
        case "session.unlocked":
            return replace(state, locked=False)
        case "session.tickets_issued":
            return replace(state, tickets=state.tickets + data["count"])
    return state


def _with(state: SessionState, seat_id: str, **changes: Any) -> SessionState:
    seat = state.seats.get(seat_id)
    return state if seat is None else replace(state, seats=state.seats.set(seat_id, replace(seat, **changes)))
