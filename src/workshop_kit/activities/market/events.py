"""The data of the events of a market, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Shapes


class Added(TypedDict):
    entry: str
    kind: str
    text: str
    factor: NotRequired[str]


class OfEntry(TypedDict):
    entry: str


class Hidden(TypedDict):
    entry: str
    reason: str


class OfMatch(TypedDict):
    offer: str
    seek: str
    side: str


SHAPES: Shapes = {
    "market.entry_added": Added,
    "market.entry_withdrawn": OfEntry,
    "market.entry_hidden": Hidden,
    "market.entry_shown": OfEntry,
    "market.side_agreed": OfMatch,
    "market.side_withdrew": OfMatch,
}
