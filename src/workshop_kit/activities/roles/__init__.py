"""Roles: a board with places. Who takes a place holds it, says so a second time under a name, and then has the role."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict

import msgspec
from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import MOST, Option, Person, Row, Spec, Viewer
from workshop_kit.core.document import AnyBlock, Paragraph, Table
from workshop_kit.core.errors import N_, NN_, AgendaError, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import unknown
from workshop_kit.core.shapes import Shapes
from workshop_kit.core.text import Localised

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.text import Text

replace = msgspec.structs.replace

RESERVED = "reserved"
CONFIRMED = "confirmed"
OPEN = "open"

STATES = {
    RESERVED: N_("reserved, not confirmed yet"),
    CONFIRMED: N_("confirmed"),
    OPEN: N_("open"),
}


COURSE = (
    ("roles.role_taken", NN_("{n} place was taken.", "{n} places were taken.")),
    ("roles.role_confirmed", NN_("{n} was confirmed.", "{n} were confirmed.")),
    ("roles.role_released", NN_("{n} was given back.", "{n} were given back.")),
)


class Role(Struct, frozen=True):
    """A role and how many people it takes."""

    id: str
    label: Localised
    places: int


class RolesState(Struct, frozen=True):
    """The board: per role the seats that hold a place, in the order of taking, with `RESERVED` or `CONFIRMED`."""

    roles: tuple[Role, ...]
    holders: PMap[str, PMap[str, str]] = pmap()
    order: tuple[tuple[str, str], ...] = ()

    def held(self, role: str) -> list[tuple[str, str]]:
        """Return (seat, state) for each place of the role that is taken."""
        holders = self.holders.get(role, pmap())
        return [(seat, holders[seat]) for name, seat in self.order if name == role]


class RoleView(Struct, frozen=True):
    """A role as one viewer sees it; `mine` is the viewer's own state or empty."""

    id: str
    label: Localised
    places: int
    held: tuple[tuple[str, str], ...]
    mine: str

    @property
    def free(self) -> int:
        return max(0, self.places - len(self.held))


class RolesView(Struct, frozen=True):
    """The whole board."""

    roles: tuple[RoleView, ...]
    states: dict[str, str]
    open: bool


class PlaceHeld(TypedDict):
    """The data of every event of a board."""

    role: str
    seat: str


SHAPES: Shapes = dict.fromkeys(("roles.role_taken", "roles.role_confirmed", "roles.role_released"), PlaceHeld)


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
    }
    closed = N_("The role board is closed.")

    def initial(self, spec: Spec) -> RolesState:
        options = spec.options()
        filled_later = spec.setting("live_options", default=False) or "options_from" in spec.settings
        if not options and not filled_later:
            raise AgendaError(
                N_(
                    'Item "{item}": a role board needs roles. Add [[item.options]] tables, or live_options = true to '
                    "take them over in the session."
                ),
                item=spec.id,
            )
        roles: list[Role] = []
        for option in options:
            places = option.extra.get("places", 1)
            if type(places) is not int or not 1 <= places <= MOST:
                raise AgendaError(
                    N_('Item "{item}": role "{role}" needs a whole number of places from 1 to {most}.'),
                    item=spec.id,
                    role=option.id,
                    most=MOST,
                )
            roles.append(Role(option.id, option.label, places))
        return RolesState(tuple(roles))

    def decide(self, state: RolesState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if command.name not in {"take", "confirm", "release"}:
            raise unknown(command)
        role = next((role for role in state.roles if role.id == command.fields.get("role")), None)
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
                if len(held) >= role.places:
                    raise Refused(Why.TAKEN, N_("All places of this role are taken."), field="role")
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
        if event.name not in SHAPES:
            return state
        role, seat = event.data["role"], event.data["seat"]
        holders = state.holders.get(role, pmap())
        match event.name:
            case "roles.role_taken":
                holders = holders.set(seat, RESERVED)
                state = replace(state, order=(*state.order, (role, seat)))
            case "roles.role_confirmed" if seat in holders:
                holders = holders.set(seat, CONFIRMED)
            case "roles.role_released":
                holders = holders.discard(seat)
                state = replace(state, order=tuple(pair for pair in state.order if pair != (role, seat)))
        return replace(state, holders=state.holders.set(role, holders))

    def view(self, state: RolesState, viewer: Viewer) -> RolesView:
        roles = tuple(
            RoleView(
                role.id, role.label, role.places, tuple(held := state.held(role.id)), dict(held).get(viewer.seat, "")
            )
            for role in state.roles
        )
        return RolesView(roles, STATES, viewer.open)

    def takes(self, state: RolesState) -> str:
        return "options"

    def choices(self, state: RolesState) -> Hashable:
        return tuple(len(state.held(role.id)) for role in state.roles)

    def rows(self, state: RolesState) -> Iterable[Row]:
        for role in state.roles:
            held = state.held(role.id)
            for seat, standing in held:
                yield {"role": role.label, "person": Person(seat), "state": standing}
            for _ in range(role.places - len(held)):
                yield {"role": role.label, "person": None, "state": OPEN}

    def record(self, state: RolesState, text: Text, people: People) -> Iterable[AnyBlock]:
        rows: list[tuple[str, str, str]] = []
        for role in state.roles:
            held = state.held(role.id)
            rows += [(text.pick(role.label), people(seat, text), text(STATES[standing])) for seat, standing in held]
            if (free := role.places - len(held)) > 0:
                told = text.plural("{n} place free", "{n} places free", free)
                rows.append((text.pick(role.label), told, text(STATES[OPEN])))
        yield Table(
            (text(N_("Role")), text(N_("Person")), text(N_("State"))), tuple(rows), text(N_("Who takes which role"))
        )
        if any(standing == RESERVED for role in state.roles for _, standing in state.held(role.id)):
            yield Paragraph(text(N_("A place that is reserved was not confirmed a second time.")), "note")

    def pending(self, state: RolesState, text: Text, people: People) -> Iterable[str]:
        for role in state.roles:
            held = state.held(role.id)
            if (free := role.places - len(held)) > 0:
                told = text.plural("{n} place free", "{n} places free", free)
                yield f"{text.pick(role.label)} ({told})."
            for seat, standing in held:
                if standing == RESERVED:
                    yield text(
                        N_("{role}: {person} has not confirmed yet."),
                        role=text.pick(role.label),
                        person=people(seat, text),
                    )

    def gist(self, state: RolesState, text: Text, people: People) -> Iterable[str]:
        held = sum(len(state.held(role.id)) for role in state.roles)
        places = max(held, sum(role.places for role in state.roles))
        yield text(N_("{n} of {places} places are taken."), n=text.number(held), places=text.number(places))

    def doubts(self, state: RolesState, text: Text) -> Iterable[str]:
        for role in state.roles:
            held = state.held(role.id)
            if not held:
                yield text(N_("Nobody took the role: {role}."), role=text.pick(role.label))
            elif all(standing == RESERVED for _, standing in held):
                yield text(N_("Nobody confirmed the role: {role}."), role=text.pick(role.label))

    def course(self, events: Sequence[Event], state: RolesState, text: Text, people: People) -> Iterable[str]:
        for name, forms in COURSE:
            if count := len({(event.data["role"], event.data["seat"]) for event in events if event.name == name}):
                yield text.plural(*forms, count)

    def offers(self, state: RolesState) -> Iterable[Option]:
        return (Option(role.id, role.label) for role in state.roles)


ACTIVITY = Roles()
