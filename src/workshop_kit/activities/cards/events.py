"""The data of the events of cards in columns, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Shapes


class Added(TypedDict):
    card: str
    column: str
    text: str
    named: NotRequired[bool]
    title: NotRequired[str]
    whence: NotRequired[str]
    public: NotRequired[bool]


class Thanked(TypedDict):
    card: str
    column: str
    text: str
    named: NotRequired[bool]
    seat: NotRequired[str]
    group: NotRequired[str]


class Edited(TypedDict):
    card: str
    text: str
    title: NotRequired[str]
    whence: NotRequired[str]


class Moved(TypedDict):
    card: str
    column: str


class Hidden(TypedDict):
    card: str
    reason: str


class OfCard(TypedDict):
    card: str


class Consented(TypedDict):
    card: str
    given: bool


ADDED, THANKED, EDITED = "cards.card_added", "cards.thanks_added", "cards.card_edited"

SHAPES: Shapes = {
    ADDED: Added,
    THANKED: Thanked,
    EDITED: Edited,
    "cards.card_moved": Moved,
    "cards.card_withdrawn": OfCard,
    "cards.card_hidden": Hidden,
    "cards.card_parked": OfCard,
    "cards.card_shown": OfCard,
    "cards.card_liked": OfCard,
    "cards.card_unliked": OfCard,
    "cards.consented": Consented,
}
