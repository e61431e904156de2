"""The data of the events of 1-2-4-All, as a log must hold it."""

from __future__ import annotations

from typing import TypedDict

from workshop_kit.core.shapes import Count, Shapes


class Begun(TypedDict):
    """`places` has per person the number of the pair or the four, in a list of one; `seed` what the lot is from."""

    stage: str
    seed: str
    places: dict[str, list[Count]]


class Placed(TypedDict):
    seat: str
    pair: Count


class Added(TypedDict):
    idea: str
    stage: str
    unit: str
    text: str
    sources: list[str]


class OfIdea(TypedDict):
    idea: str


class Given(TypedDict):
    four: str
    idea: str


SHAPES: Shapes = {
    "pairing.stage_begun": Begun,
    "pairing.person_placed": Placed,
    "pairing.idea_added": Added,
    "pairing.idea_withdrawn": OfIdea,
    "pairing.idea_hidden": OfIdea,
    "pairing.idea_shown": OfIdea,
    "pairing.idea_given": Given,
}
