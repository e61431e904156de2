"""Who may take part: seats, their names and languages, the lock, tickets, and removal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.agenda import carried_persons
from workshop_kit.core.cofacilitators import check
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import TICKETS_ISSUED, Channel, Event, Fact
from workshop_kit.core.personal import over
from workshop_kit.core.state import Seat, SessionState

replace = msgspec.structs.replace

MOST_SEATS = 5_000
"""A room larger than that wants several servers; it also bounds what a flood of joins can fill."""

MOST_TICKETS = 10_000

TICKET, SLIP = "ticket", "ballot"
"""The fields that may hold a ticket's code: of who joins, and of a paper ballot, on whose slip it is the number."""

_LANGUAGE = re.compile("[a-z]{2,3}")
"""The shape of a language. Which there are is known where people choose; pages in another are in the session's."""

PERSON = "person"
"""The field of a step's command that holds the seat of the person whom it is about, who is there and has a name."""


def ticket_field(command: Command, actor: Actor) -> str:
    """Return the field of a command that may hold a ticket's code, empty where none may."""
    if actor.facilitates:
        return SLIP if command.item else ""
    return TICKET if command.name == "join" and not command.item else ""


def known(state: SessionState, command: Command, actor: Actor) -> Actor:
    """Return the actor with what the session knows of the seat. Raises `Refused` for one who may not act.

    Somebody who was removed may still have their name erased.
    """
    seat = state.seats.get(actor.bearer or actor.id)
    check(state.cofacilitators, command, actor)
    if state.erased and not actor.facilitates:
        raise over()
    if seat and seat.removed and actor.bearer:
        told = N_("The seat of this ticket was removed. Please ask in front.")
        raise Refused(Why.NOT_ALLOWED, told, field=SLIP if actor.facilitates else TICKET)
    if actor.facilitates:
        if state.tickets and not actor.bearer and command.item and command.fields.get(SLIP, "").strip():
            told = N_(
                "There is no ticket with this code. A slip's number must be a ticket's, since tickets were issued."
            )
            raise Refused(Why.INVALID, told, field=SLIP)
        return actor
    if seat is None and command.name == "join":
        return actor
    erases = command.name == "name" and not command.fields.get("named")
    if seat is None or (seat.removed and not erases):
        raise Refused(Why.NOT_ALLOWED, N_("You have no seat in this session. Please join again."))
    return replace(actor, named=seat.named)


def check_person(state: SessionState, command: Command) -> None:
    """Refuse a command that is about a person (field `person`) whom the room does not know by name."""
    person = command.fields.get(PERSON, "").strip()
    seat = state.seats.get(person)
    if person and (seat is None or not seat.named or seat.removed):
        raise Refused(Why.INVALID, N_("There is nobody here with this name. Please choose again."), field=PERSON)


def decide(state: SessionState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Return the facts that a command about seats leads to. Raises `Refused`."""
    fields = command.fields
    match command.name:
        case "join":
            return _join(state, command, actor)
        case "name" if not actor.facilitates:
            return (Fact("seat.named", {"named": bool(fields.get("named"))}),)
        case "name" if fields.get("seat") in {*carried_persons(state.agenda), *state.cofacilitators}:
            return (Fact("seat.named", {"named": False, "seat": fields["seat"]}),)
        case "name":
            seat = _seat(state, fields)
            return (Fact("seat.named", {"named": False, "seat": seat.id}),) if seat.named else ()
        case "lock" if actor.facilitates:
            return () if state.locked else (Fact("session.locked"),)
        case "unlock" if actor.facilitates:
            return (Fact("session.unlocked"),) if state.locked else ()
        case "admit" if actor.facilitates and actor.bearer:
            data = {"lang": state.info.lang, "ticket": True, "seat": actor.bearer}
            return () if actor.bearer in state.seats else (Fact("seat.joined", data),)
        case "issue-tickets" if actor.facilitates:
            return (Fact(TICKETS_ISSUED, {"count": _count(state, fields.get("count", ""))}),)
        case "remove" if actor.facilitates:
            seat = _seat(state, fields)
            return () if seat.removed else (Fact("seat.removed", {"seat": seat.id}),)
    raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])


def _seat(state: SessionState, fields: Mapping[str, str]) -> Seat:
    """Return the seat that the facilitator names. Raises `Refused`."""
    seat = state.seats.get(fields.get("seat", ""))
    if seat is None:
        raise Refused(Why.INVALID, N_("There is no such seat."), field="seat")
    return seat


def _join(state: SessionState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    lang = command.fields.get("lang", "")
    lang = lang if _LANGUAGE.fullmatch(lang) else state.info.lang
    if actor.id in state.seats:
        moved = (Fact("seat.moved"),) if actor.bearer else ()
        return moved if state.seats[actor.id].lang == lang else (*moved, Fact("seat.language_chosen", {"lang": lang}))
    if state.tickets and actor.channel is Channel.PHONE and not actor.bearer:
        typed = command.fields.get(TICKET, "").strip()
        told = N_("There is no such ticket for this session. Please check it, or ask in front.")
        told = told if typed else N_("Joining takes a ticket. Please enter the code that is printed on yours.")
        raise Refused(Why.NOT_ALLOWED, told, field=TICKET)
    if state.locked and actor.channel is Channel.PHONE:
        raise Refused(Why.LOCKED, N_("The room is closed for newcomers just now. Please ask in front."))
    if len(state.seats) >= MOST_SEATS:
        raise Refused(Why.TOO_MANY, N_("The room is full."))
    return (Fact("seat.joined", {"lang": lang, **({"ticket": True} if actor.bearer else {})}),)


def _count(state: SessionState, written: str) -> int:
    most = MOST_TICKETS - state.tickets
    number = int(written) if re.fullmatch(r"[0-9]{1,6}", written) else 0
    if not 0 < number <= most:
        raise Refused(Why.INVALID, N_("Issue a number of tickets from 1 to {most}."), field="count", most=most)
    return number


def evolve(state: SessionState, event: Event) -> SessionState:
    """Return the state after an event about seats. Total: any other event changes nothing."""
    data = event.data
    match event.name:
        case "seat.joined":
            seat_id = data.get("seat", event.actor)
            ticket = bool(data.get("ticket"))
            seat = Seat(seat_id, len(state.seats) + 1, data["lang"], event.channel, ticket=ticket, entry=event.seq)
            return replace(state, seats=state.seats.set(seat_id, seat))
        case "seat.moved":
            moved = state.seats.get(event.actor)
            moves = moved.moves + 1 if moved else 0
            return replace(_with(state, event.actor, moves=moves), moves=state.moves + 1)
        case "seat.language_chosen":
            return _with(state, event.actor, lang=data["lang"])
        case "seat.named":
            named = bool(data.get("named"))
            public = {} if named else {"public": False}
            state = _with(state, data.get("seat", event.actor), named=named, **public)
            return replace(state, naming=state.naming + 1)
        case "seat.removed":
            return _with(state, data["seat"], removed=True)
        case "session.locked":
            return replace(state, locked=True)
        case "session.unlocked":
            return replace(state, locked=False)
        case _ if event.name == TICKETS_ISSUED:
            return replace(state, tickets=state.tickets + data["count"])
    return state


def _with(state: SessionState, seat_id: str, **changes: Any) -> SessionState:
    seat = state.seats.get(seat_id)
    return state if seat is None else replace(state, seats=state.seats.set(seat_id, replace(seat, **changes)))
