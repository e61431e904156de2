"""What a board of roles is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace
from pyrsistent import PMap, pmap

from workshop_kit.activities.roles.assignment import HIGHEST_RANK, Given
from workshop_kit.core.activity import MOST, Spec
from workshop_kit.core.errors import N_, AgendaError
from workshop_kit.core.text import Localised

RESERVED = "reserved"
CONFIRMED = "confirmed"
OPEN = "open"

STATES = {
    RESERVED: N_("reserved, not confirmed yet"),
    CONFIRMED: N_("confirmed"),
    OPEN: N_("open"),
}

NEVER = 0
"""The rank of a role that somebody said no to."""

DEFAULT_CHOICES = 3
MOST_CHOICES = HIGHEST_RANK - 1


class Role(Struct, frozen=True):
    """A role, how many people it takes, and how many it needs to go ahead."""

    id: str
    label: Localised
    places: int
    least: int = 0


class Proposal(Struct, frozen=True):
    """An assignment as it was proposed, by the wishes of `wished` people. `without`: their seats who hold no place."""

    places: tuple[Given, ...]
    without: tuple[str, ...]
    wished: int
    seed: str

    @property
    def worst(self) -> int:
        """The worst rank that somebody got; 0 where nobody got a place."""
        return max((given.rank for given in self.places), default=0)

    def count(self, rank: int) -> int:
        """Return how many got a place at this rank."""
        return sum(given.rank == rank for given in self.places)


class RolesState(Struct, frozen=True):
    """The board: per role the seats that hold a place, in the order of taking, with `RESERVED` or `CONFIRMED`.

    With `choices` people rank that many roles, and a proposal is made from their `wishes` (seat → role → rank). `lot`
    is the digest of the last entry about wishes, by which equal ones are drawn: nobody could know it while wishing.
    `each` is how many roles a person may hold.
    """

    roles: tuple[Role, ...]
    holders: PMap[str, PMap[str, str]] = pmap()
    order: tuple[tuple[str, str], ...] = ()
    choices: int = 0
    each: int = MOST
    wishes: PMap[str, PMap[str, int]] = pmap()
    lot: str = ""
    proposal: Proposal | None = None

    def role(self, role_id: str) -> Role | None:
        """Return the role with this id."""
        return next((role for role in self.roles if role.id == role_id), None)

    def held(self, role: str) -> list[tuple[str, str]]:
        """Return (seat, state) for each place of the role that is taken."""
        holders = self.holders.get(role, pmap())
        return [(seat, holders[seat]) for name, seat in self.order if name == role]

    def held_by(self, seat: str) -> int:
        """Return how many roles a person holds."""
        return sum(holder == seat for _, holder in self.order)

    def lacking(self, role: Role) -> int:
        """Return how many people a role still needs."""
        return max(0, role.least - len(self.held(role.id)))

    def unwanted(self, role: Role) -> bool:
        """Return whether everybody who wished said no to a role that nobody holds."""
        wished = [ranks.get(role.id) for ranks in self.wishes.values()]
        return bool(wished) and not self.held(role.id) and all(rank == NEVER for rank in wished)

    def taken(self, role: str, seat: str) -> RolesState:
        """Return the board with a place held, last in the order."""
        holders = self.holders.get(role, pmap())
        order = self.order if seat in holders else (*self.order, (role, seat))
        return replace(self, holders=self.holders.set(role, holders.set(seat, RESERVED)), order=order)

    def released(self, role: str, seat: str) -> RolesState:
        """Return the board without a place."""
        holders = self.holders.get(role, pmap()).discard(seat)
        order = tuple(pair for pair in self.order if pair != (role, seat))
        return replace(self, holders=self.holders.set(role, holders), order=order)

    def unproposed(self) -> RolesState:
        """Return the board without the places that were proposed and are not confirmed."""
        state = self
        for given in self.proposal.places if self.proposal else ():
            if state.holders.get(given.role, pmap()).get(given.seat) == RESERVED:
                state = state.released(given.role, given.seat)
        return state


def board_of(spec: Spec) -> RolesState:
    """Return the empty board that an agenda describes. Raises `AgendaError`."""
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
        places, least = option.extra.get("places", 1), option.extra.get("least", 0)
        if type(places) is not int or not 1 <= places <= MOST:
            raise AgendaError(
                N_('Item "{item}": role "{role}" needs a whole number of places from 1 to {most}.'),
                item=spec.id,
                role=option.id,
                most=MOST,
            )
        if type(least) is not int or not 0 <= least <= places:
            raise AgendaError(
                N_('Item "{item}": role "{role}" has least = {least!r}, expected: a whole number from 0 to {places}.'),
                item=spec.id,
                role=option.id,
                least=least,
                places=places,
            )
        roles.append(Role(option.id, option.label, places, least))
    wishes = spec.setting("wishes", default=False)
    choices = spec.whole("choices", DEFAULT_CHOICES, most=MOST_CHOICES)
    return RolesState(
        tuple(roles),
        choices=min(choices, max(1, len(roles))) if wishes else 0,
        each=spec.whole("most_per_person", 1 if wishes else MOST),
    )


class RoleView(Struct, frozen=True):
    """A role as one viewer sees it; `mine` is the viewer's own state or empty, `wish` the viewer's rank for it."""

    id: str
    label: Localised
    places: int
    held: tuple[tuple[str, str], ...]
    mine: str
    least: int = 0
    wish: int | None = None
    lacking: int = 0
    unwanted: bool = False

    @property
    def free(self) -> int:
        return max(0, self.places - len(self.held))


class RolesView(Struct, frozen=True):
    """The whole board. `choices` is 0 where no wishes are collected; `takes` tells whether places can be taken now."""

    roles: tuple[RoleView, ...]
    states: Mapping[str, str]
    open: bool
    choices: int
    wished: int
    has_wished: bool
    proposal: Proposal | None
    takes: bool
