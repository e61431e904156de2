"""A market in sentences: what was agreed, what people did on the board, and what found nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.market.state import MarketState, Side
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

NEEDS = NN_("{n} need", "{n} needs")
OFFERS = NN_("{n} offer", "{n} offers")
AGREED = NN_("{n} agreement was made.", "{n} agreements were made.")
UNMET = NN_("{n} need found nobody.", "{n} needs found nobody.")
HALF = NN_("{n} agreement lacks the yes of one side.", "{n} agreements lack the yes of one side.")

ENTERED = {
    Side.SEEK: NN_("{n} need was put on the board.", "{n} needs were put on the board."),
    Side.OFFER: NN_("{n} offer was put on the board.", "{n} offers were put on the board."),
}
GONE = (
    ("market.entry_withdrawn", NN_("{n} entry was withdrawn.", "{n} entries were withdrawn.")),
    (
        "market.entry_hidden",
        NN_("{n} entry was hidden by the facilitator.", "{n} entries were hidden by the facilitator."),
    ),
)


def gist(state: MarketState, text: Text, people: People) -> Iterator[str]:
    """Yield how much was needed and offered, and how much of it came together."""
    del people
    if not state.on_board():
        yield text(N_("Nothing was needed or offered."))
        return
    needs = text.plural(*NEEDS, len(state.on_board(Side.SEEK)))
    offers = text.plural(*OFFERS, len(state.on_board(Side.OFFER)))
    agreed = len(state.matches(agreed=True))
    yield text(N_("{needs} and {offers}."), needs=needs, offers=offers)
    yield text.plural(*AGREED, agreed) if agreed else text(N_("No agreement was made."))


def course(events: Sequence[Event], state: MarketState, text: Text, people: People) -> Iterator[str]:
    """Yield what was put on the board and taken from it, and which agreements these entries completed."""
    del people
    added = [event.data.get("kind") for event in events if event.name == "market.entry_added"]
    for side, forms in ENTERED.items():
        if count := added.count(side):
            yield text.plural(*forms, count)
    said = {(event.data["offer"], event.data["seek"]) for event in events if event.name == "market.side_agreed"}
    if count := len(said & set(state.matches(agreed=True))):
        yield text.plural(*AGREED, count)
    for name, forms in GONE:
        if count := len({event.data["entry"] for event in events if event.name == name}):
            yield text.plural(*forms, count)


def doubts(state: MarketState, text: Text) -> Iterator[str]:
    """Yield which needs found nobody, and which agreements are half made."""
    if not state.on_board():
        yield text(N_("Nothing was needed or offered."))
    half = state.matches(agreed=False)
    waiting = {match.seek for match in half}
    if unmet := sum(need.id not in waiting for need in state.unmatched(Side.SEEK)):
        yield text.plural(*UNMET, unmet)
    if half:
        yield text.plural(*HALF, len(half))
