"""Wishes for roles, and the assignment that is proposed from them.

A proposal is computed once, when the facilitator asks for it, and recorded whole; folding the log computes nothing.
Places that are held already stay, unless an earlier proposal gave them and nobody confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from pyrsistent import pmap

from workshop_kit.activities.roles.assignment import LARGEST, MOST_PEOPLE, Given, Post, assigned, size
from workshop_kit.activities.roles.state import CONFIRMED, NEVER, Proposal, RolesState
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import ASSIGNED, WITHOUT, Fact
from workshop_kit.core.fields import one_of, only_the_facilitator

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command
    from workshop_kit.core.event import Event

WISH = "wish."
NO = "no"


def decided(state: RolesState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Decide a command about wishes. Raises `Refused`."""
    if not state.choices:
        raise Refused(Why.NOT_ALLOWED, N_("No wishes are collected on this board. Take a place directly."))
    if command.name in {"propose", "unpropose"}:
        if not actor.facilitates:
            raise only_the_facilitator()
        if command.name == "propose":
            return _proposed(state)
        return (Fact("roles.proposal_withdrawn"),) if state.proposal else ()
    seat = command.fields.get("seat", "") if actor.facilitates else actor.id
    if not seat:
        raise Refused(Why.INVALID, N_("Say whose wishes these are."), field="seat")
    if command.name == "withdraw":
        return (Fact("roles.wishes_withdrawn", {"seat": seat}),) if seat in state.wishes else ()
    wishes = _read(state, command)
    if seat in state.wishes and dict(state.wishes[seat]) == wishes:
        return ()
    if seat not in state.wishes and len(state.wishes) >= MOST_PEOPLE:
        raise Refused(
            Why.TOO_MANY, N_("Wishes of {most} people are there; more cannot be weighed up."), most=MOST_PEOPLE
        )
    return (Fact("roles.wishes_given", {"seat": seat, "wishes": wishes}),)


def _read(state: RolesState, command: Command) -> dict[str, int]:
    """Return role → rank from the fields `wish.<role>`: a rank, "no", or nothing for neither."""
    allowed = {"": None, NO: NEVER} | {str(rank): rank for rank in range(1, state.choices + 1)}
    found: dict[str, int] = {}
    for field, written in command.fields.items():
        if field.startswith(WISH):
            role = one_of(field.removeprefix(WISH), (role.id for role in state.roles), field[:80])
            rank = allowed[one_of(written.strip(), allowed, field)]
            if rank is not None:
                found[role] = rank
    return {role.id: found[role.id] for role in state.roles if role.id in found}


def _proposed(state: RolesState) -> tuple[Fact, ...]:
    if not state.wishes:
        raise Refused(Why.INVALID, N_("Nobody has named wishes yet."))
    before = state.unproposed()
    posts = [
        Post(role.id, role.places - len(held), role.least - len(held))
        for role in state.roles
        for held in (before.held(role.id),)
    ]
    wishes = {
        seat: {role.id: rank for role in state.roles if (rank := ranks.get(role.id, state.choices + 1)) != NEVER}
        for seat, ranks in state.wishes.items()
    }
    wishes = {
        seat: {role: rank for role, rank in ranks.items() if seat not in before.holders.get(role, pmap())}
        for seat, ranks in wishes.items()
    }
    if size(wishes, posts) > LARGEST:
        raise Refused(Why.TOO_LARGE, N_("These are too many places for a proposal. Give the roles fewer places."))
    quotas = {seat: state.each - before.held_by(seat) for seat in wishes}
    kept = _kept(state)
    places = (*kept, *assigned(wishes, posts, quotas, state.lot))
    placed = {given.seat for given in places}
    without = tuple(sorted(seat for seat in wishes if seat not in placed and not before.held_by(seat)))
    if not places:
        raise Refused(Why.INVALID, N_("There is no place left for anybody who named wishes."))
    proposal = Proposal(places, without, len(wishes), state.lot)
    if state.proposal and _same(proposal, state.proposal):
        return ()
    said = [{"role": given.role, "seat": given.seat, "rank": given.rank} for given in places]
    data = {ASSIGNED: said, WITHOUT: list(without), "wished": len(wishes), "seed": state.lot}
    return (Fact("roles.assignment_proposed", data),)


def _kept(state: RolesState) -> tuple[Given, ...]:
    """Return the places of the earlier proposal that were confirmed; they stay part of the next."""
    places = state.proposal.places if state.proposal else ()
    return tuple(given for given in places if state.holders.get(given.role, pmap()).get(given.seat) == CONFIRMED)


def _same(proposal: Proposal, earlier: Proposal) -> bool:
    return (set(proposal.places), proposal.without, proposal.seed) == (
        set(earlier.places),
        earlier.without,
        earlier.seed,
    )


def wished(state: RolesState, event: Event) -> RolesState:
    """Return the board after an event about wishes."""
    data = event.data
    match event.name:
        case "roles.wishes_given":
            wishes = pmap({str(role): int(rank) for role, rank in data["wishes"].items()})
            return replace(state, wishes=state.wishes.set(data["seat"], wishes), lot=event.digest)
        case "roles.wishes_withdrawn":
            return replace(state, wishes=state.wishes.discard(data["seat"]), lot=event.digest)
        case "roles.proposal_withdrawn":
            return replace(state.unproposed(), proposal=None)
    places = tuple(
        Given(one["role"], one["seat"], one["rank"]) for one in data[ASSIGNED] if state.role(one["role"]) is not None
    )
    state = state.unproposed()
    for given in places:
        if given.seat not in state.holders.get(given.role, pmap()):
            state = state.taken(given.role, given.seat)
    return replace(state, proposal=Proposal(places, tuple(data["without"]), data["wished"], data["seed"]))


def given_back(state: RolesState, role: str, seat: str) -> RolesState:
    """Return the board after somebody gave a place back; one that was proposed is not proposed to that person again."""
    proposed = state.proposal and any((one.role, one.seat) == (role, seat) for one in state.proposal.places)
    state = state.released(role, seat)
    if not proposed or seat not in state.wishes:
        return state
    return replace(state, wishes=state.wishes.set(seat, state.wishes[seat].set(role, NEVER)))
