"""The data of the events of a network picture, as a log must hold it."""

from __future__ import annotations

from typing import TypedDict

from workshop_kit.core.shapes import Shapes


class NodeAdded(TypedDict):
    node: str
    text: str


class OfNode(TypedDict):
    node: str


class Merged(OfNode):
    into: str


class Hidden(OfNode):
    reason: str


class Ends(TypedDict):
    one: str
    other: str


class Named(Ends):
    """`kinds` are values of `Kind`, `strength` is one of `Strength`, and `missing` tells that the tie is wished for."""

    kinds: list[str]
    strength: str
    missing: bool


SHAPES: Shapes = {
    "ties.node_added": NodeAdded,
    "ties.node_merged": Merged,
    "ties.node_unmerged": OfNode,
    "ties.node_hidden": Hidden,
    "ties.node_shown": OfNode,
    "ties.tie_named": Named,
    "ties.tie_withdrawn": Ends,
}
