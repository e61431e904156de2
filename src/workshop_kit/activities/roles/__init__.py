"""Roles: a board with places. Who takes a place holds it, says so a second time under a name, and then has the role.

Where the agenda says `wishes = true`, people first rank the roles, or say no to some, and the facilitator has an
assignment proposed from all wishes; each person then confirms the place or gives it back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace
from pyrsistent import pmap

from workshop_kit.activities.roles.events import SHAPES
from workshop_kit.activities.roles.state import (
    CONFIRMED,
    OPEN,
    STATES,
    RolesState,
    RolesView,
    RoleView,
    board_of,
)
from workshop_kit.activities.roles.told import course, doubts, gist, pending, record
from workshop_kit.activities.roles.wishing import decided, given_back, wished
from workshop_kit.core.activity import Audience, Option, Person, Row, Viewer
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel, Event, Fact
from workshop_kit.core.fields import unknown

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command


class Roles:
    """The activity "roles"."""

    name = "roles"
    columns = ("role", "person", "state")
    personal: frozenset[str] = frozenset()
    shapes = SHAPES
    said: Mapping[str, str] = {
        "roles.role_taken": N_("Took a role"),
        "roles.role_confirmed": N_("Confirmed a role"),
        "roles.role_released": N_("Gave a role back"),
        "roles.wishes_given": N_("Named wishes for roles (1 is the first, 0 a no)"),
        "roles.wishes_withdrawn": N_("Took wishes for roles back"),
        "roles.assignment_proposed": N_("Was in the proposal who gets which role (role, rank of the wish)"),
    }
    closed = N_("The role board is closed.")
    initial = staticmethod(board_of)
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    doubts = staticmethod(doubts)
    course = staticmethod(course)

    def decide(self, state: RolesState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if command.name in {"wish", "withdraw", "propose", "unpropose"}:
            return decided(state, command, actor)
        if command.name not in {"take", "confirm", "release"}:
            raise unknown(command)
        role = state.role(command.fields.get("role", ""))
        if role is None:
            raise Refused(Why.INVALID, N_("There is no such role on the board."), field="role")
        seat = command.fields.get("seat", "") if actor.facilitates else actor.id
        if not seat:
            raise Refused(Why.INVALID, N_("Say whose place it is."), field="seat")
        held = dict(state.held(role.id))
        known = actor.named or actor.facilitates
        data = {"role": role.id, "seat": seat}
        match command.name:
            case "take" if seat not in held:
                if actor.channel is Channel.PHONE and not _takes(state):
                    raise Refused(Why.CLOSED, N_("Name your wishes first; an assignment is proposed from all of them."))
                if len(held) >= role.places:
                    raise Refused(Why.TAKEN, N_("All places of this role are taken."), field="role")
                if state.held_by(seat) >= state.each:
                    raise Refused(
                        Why.INVALID,
                        N_("Each person may hold {most} at most here. Give one back first."),
                        field="role",
                        most=state.each,
                    )
                taken = (Fact("roles.role_taken", data),)
                return (*taken, Fact("roles.role_confirmed", data)) if "confirm" in command.fields and known else taken
            case "confirm":
                if seat not in held:
                    raise Refused(Why.INVALID, N_("Take the role first, then confirm it."), field="role")
                if not known:
                    raise Refused(
                        Why.INVALID, N_("Please give the name that shall stand in the minutes."), field="name"
                    )
                return () if held[seat] == CONFIRMED else (Fact("roles.role_confirmed", data),)
            case "release" if seat in held:
                return (Fact("roles.role_released", data),)
        return ()

    def evolve(self, state: RolesState, event: Event) -> RolesState:
        match event.name:
            case "roles.role_taken":
                return state.taken(event.data["role"], event.data["seat"])
            case "roles.role_confirmed":
                role, seat = event.data["role"], event.data["seat"]
                holders = state.holders.get(role, pmap())
                if seat in holders:
                    return replace(state, holders=state.holders.set(role, holders.set(seat, CONFIRMED)))
            case "roles.role_released":
                return given_back(state, event.data["role"], event.data["seat"])
            case name if name in SHAPES:
                return wished(state, event)
        return state

    def view(self, state: RolesState, viewer: Viewer) -> RolesView:
        own = state.wishes.get(viewer.seat) if viewer.audience is Audience.SEAT else None
        roles = tuple(
            RoleView(
                role.id,
                role.label,
                role.places,
                tuple(held := state.held(role.id)),
                dict(held).get(viewer.seat, ""),
                role.least,
                None if own is None else own.get(role.id),
                state.lacking(role),
                bool(state.proposal) and state.unwanted(role),
            )
            for role in state.roles
        )
        return RolesView(
            roles,
            STATES,
            viewer.open,
            state.choices,
            len(state.wishes),
            own is not None,
            state.proposal,
            _takes(state) and state.held_by(viewer.seat) < state.each,
        )

    def takes(self, state: RolesState) -> str:
        return "options"

    def choices(self, state: RolesState) -> Hashable:
        return tuple(len(state.held(role.id)) for role in state.roles), state.proposal

    def rows(self, state: RolesState) -> Iterable[Row]:
        for role in state.roles:
            held = state.held(role.id)
            for seat, standing in held:
                yield {"role": role.label, "person": Person(seat), "state": standing}
            for _ in range(role.places - len(held)):
                yield {"role": role.label, "person": None, "state": OPEN}

    def offers(self, state: RolesState) -> Iterable[Option]:
        return (Option(role.id, role.label) for role in state.roles)


def _takes(state: RolesState) -> bool:
    """Return whether places can be taken directly: where wishes are collected, only what a proposal left free."""
    return not state.choices or state.proposal is not None


ACTIVITY = Roles()
