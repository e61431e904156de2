"""Personal data: until when a session keeps names, what each person agrees to, and that all of it was erased.

The names themselves are kept apart from the log. Here is only what the log tells of them.
"""

from __future__ import annotations

from datetime import date

import msgspec

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import ERASED, Event, Fact
from workshop_kit.core.fields import only_the_facilitator
from workshop_kit.core.state import SessionState

replace = msgspec.structs.replace

COMMANDS = frozenset({"consent", "erase", "retain"})

PUBLIC_MINUTES = "public-minutes"
"""The use of a name that a person agrees to apart; the room and the internal minutes come with giving one."""

REASONS = ("retention", "approved", "asked")
"""Why all personal data of a session were erased: its date passed, its minutes are done, or people asked for it."""


def decide(state: SessionState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Return the facts that a command about personal data leads to. Raises `Refused`."""
    fields = command.fields
    match command.name:
        case "consent" if not actor.facilitates:
            if fields.get("use") != PUBLIC_MINUTES:
                raise Refused(Why.INVALID, N_("There is no such use of a name."), field="use")
            given, seat = bool(fields.get("given")), state.seats[actor.id]
            return () if seat.public == given else (Fact("seat.consented", {"use": PUBLIC_MINUTES, "given": given}),)
        case "retain" if actor.facilitates:
            until = fields.get("until", "")
            if state.erased:
                raise over()
            if until and not _is_day(until):
                raise Refused(Why.INVALID, N_("A date looks like this: 2026-12-31."), field="until")
            return () if until == state.keep_until else (Fact("session.retention_set", {"until": until}),)
        case "erase" if actor.facilitates:
            if fields.get("why") not in REASONS:
                raise Refused(Why.INVALID, N_("There is no such reason."), field="why")
            names = sum(seat.named for seat in state.seats.values())
            said = {"names": names, "seats": len(state.seats), "why": fields["why"]}
            return () if state.erased else (Fact(ERASED, said),)
    raise only_the_facilitator()


def over() -> Refused:
    """Return the refusal of everything that would need a seat or a name after all were erased."""
    return Refused(Why.LOCKED, N_("This session is over, and the names were erased. Nobody can join any more."))


def evolve(state: SessionState, event: Event) -> SessionState:
    """Return the state after an event about personal data. Total: any other event changes nothing."""
    data = event.data
    match event.name:
        case "session.retention_set":
            return replace(state, keep_until=str(data.get("until", "")))
        case "seat.consented" if data.get("use") == PUBLIC_MINUTES and (seat := state.seats.get(event.actor)):
            seat = replace(seat, public=bool(data.get("given")))
            return replace(state, seats=state.seats.set(event.actor, seat))
        case _ if event.name == ERASED:
            seats = state.seats.evolver()
            for seat_id, seat in state.seats.items():
                seats[seat_id] = replace(seat, named=False, public=False)
            return replace(state, seats=seats.persistent(), erased=True, naming=state.naming + 1)
    return state


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False
