"""The data of the events of a board, as a log must hold it."""

from __future__ import annotations

from typing import TypedDict

from workshop_kit.core.shapes import Count, Shapes


class PlaceHeld(TypedDict):
    role: str
    seat: str


class Wished(TypedDict):
    """`wishes` is role → rank, 1 being best, and 0 (`NEVER`) for a no; a role that is left out is neither."""

    seat: str
    wishes: dict[str, Count]


class OfSeat(TypedDict):
    seat: str


class Placed(PlaceHeld):
    rank: Count


class Proposed(TypedDict):
    """The whole assignment as it was computed, from the wishes of `wished` people; `without` hold no place."""

    assigned: list[Placed]
    without: list[str]
    wished: Count
    seed: str


class Nothing(TypedDict):
    pass


SHAPES: Shapes = {
    "roles.role_taken": PlaceHeld,
    "roles.role_confirmed": PlaceHeld,
    "roles.role_released": PlaceHeld,
    "roles.wishes_given": Wished,
    "roles.wishes_withdrawn": OfSeat,
    "roles.assignment_proposed": Proposed,
    "roles.proposal_withdrawn": Nothing,
}
