"""The data of the events of small groups, as a log must hold it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from workshop_kit.core.shapes import Count, Shapes

Turn = Annotated[int, Meta(ge=1, le=100)]


class Mixed(TypedDict):
    """`places` has per person the number of the group in each round, `seed` what the lot was derived from."""

    seed: str
    groups: Count
    places: dict[str, list[Count]]


class Placed(TypedDict):
    seat: str
    group: Count


class Wished(TypedDict):
    seat: str
    other: str
    wish: str


class Begun(TypedDict):
    turn: Turn


class Added(TypedDict):
    card: str
    turn: Turn
    group: Count
    text: str


class OfCard(TypedDict):
    card: str


class Reported(TypedDict):
    turn: Turn
    group: Count
    text: str


class Presented(TypedDict):
    group: Count


SHAPES: Shapes = {
    "groups.mixed": Mixed,
    "groups.member_placed": Placed,
    "groups.wish_noted": Wished,
    "groups.turn_begun": Begun,
    "groups.card_added": Added,
    "groups.card_withdrawn": OfCard,
    "groups.card_hidden": OfCard,
    "groups.card_shown": OfCard,
    "groups.report_written": Reported,
    "groups.group_presented": Presented,
}
