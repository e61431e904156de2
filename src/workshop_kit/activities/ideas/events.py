"""The data of the events of a collection, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Shapes


class Added(TypedDict):
    idea: str
    text: str
    factor: NotRequired[str]
    kind: NotRequired[str]


class OfCard(TypedDict):
    idea: str


class Assigned(TypedDict):
    idea: str
    factor: str


class Hidden(TypedDict):
    idea: str
    reason: str


class Split(TypedDict):
    """`parts` are stretches of the card's text, from one character to before another, each with its new id.

    So no word is written twice, and what is erased is erased everywhere.
    """

    idea: str
    parts: list[tuple[str, int, int]]


class Undone(TypedDict):
    entry: int


class Merged(TypedDict):
    idea: str
    into: str


SHAPES: Shapes = {
    "ideas.idea_added": Added,
    "ideas.idea_liked": OfCard,
    "ideas.idea_unliked": OfCard,
    "ideas.idea_withdrawn": OfCard,
    "ideas.idea_shown": OfCard,
    "ideas.idea_assigned": Assigned,
    "ideas.idea_hidden": Hidden,
    "ideas.idea_merged": Merged,
    "ideas.idea_split": Split,
    "ideas.idea_parked": OfCard,
    "ideas.move_undone": Undone,
}
