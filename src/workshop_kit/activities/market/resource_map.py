"""The resource map of a market: needs and offers around their factors, and what was agreed between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_kit.activities.market.state import KINDS, Entry, MarketState, Side
from workshop_kit.core.document import Edge, LineStyle, Network, Node, Table, one_line
from workshop_kit.core.errors import N_, NN_

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

MOST_DRAWN = 60
"""With more entries than these the picture holds those that somebody said yes to; the table holds all."""

BELONGS: LineStyle = "dotted"
AGREED: LineStyle = "solid"
ASKED: LineStyle = "dashed"
NEEDS = NN_("{n} need", "{n} needs")
OFFERS = NN_("{n} offer", "{n} offers")
MATCHES = NN_("{n} agreement", "{n} agreements")
UNTIED = NN_("{n} entry has no agreement", "{n} entries have no agreement")


def resource_map(state: MarketState, text: Text) -> Network:
    """Return the map with a table of all entries. A factor is a square, a need a circle, an offer a diamond."""
    entries = drawn(state)
    shown = {entry.id for entry in entries}
    factors = [one for one in state.factors if any(entry.factor == one.id for entry in entries)]
    nodes = [Node(_factor(one.id), one_line(text.pick(one.label)), "square") for one in factors]
    nodes += [Node(one.id, one_line(one.text), "circle" if one.kind is Side.SEEK else "diamond") for one in entries]
    known = {one.id for one in factors}
    edges = [Edge(_factor(one.factor), one.id, (BELONGS,)) for one in entries if one.factor in known]
    for style, weight, agreed in ((AGREED, 3, True), (ASKED, 1, False)):
        edges += [
            Edge(match.seek, match.offer, (style,), weight)
            for match in state.matches(agreed=agreed)
            if set(match) <= shown
        ]
    return Network(
        title=text(N_("Map of needs and offers")),
        nodes=tuple(nodes),
        edges=tuple(edges),
        legend=tuple((sign, text(words)) for sign, words in _legend(nodes, edges)),
        alt=described(state, text),
        table=_table(state, text),
    )


def drawn(state: MarketState) -> list[Entry]:
    """Return the entries of the picture: all, or of very many those that somebody said yes to, as many as it holds."""
    entries = state.on_board()
    if len(entries) <= MOST_DRAWN:
        return entries
    asked = {end for agreed in (True, False) for match in state.matches(agreed=agreed) for end in match}
    return [entry for entry in entries if entry.id in asked][:MOST_DRAWN]


def described(state: MarketState, text: Text) -> str:
    """Return the gist of the map: how many needs, offers and agreements there are, and what found nobody."""
    agreed = state.matches(agreed=True)
    untied = sum(len(state.unmatched(kind)) for kind in Side)
    return text(
        N_("Map of {needs} and {offers} by factor: {agreed}; {untied}."),
        needs=text.plural(*NEEDS, len(state.on_board(Side.SEEK))),
        offers=text.plural(*OFFERS, len(state.on_board(Side.OFFER))),
        agreed=text.plural(*MATCHES, len(agreed)),
        untied=text.plural(*UNTIED, untied),
    )


def _legend(nodes: list[Node], edges: list[Edge]) -> list[tuple[str, str]]:
    used = {node.shape for node in nodes} | {style for edge in edges for style in edge.styles}
    signs = (
        ("square", N_("factor")),
        ("circle", KINDS[Side.SEEK]),
        ("diamond", KINDS[Side.OFFER]),
        (BELONGS, N_("belongs to the factor")),
        (AGREED, N_("agreed")),
        (ASKED, N_("one side has said yes")),
    )
    return [(sign, words) for sign, words in signs if sign in used]


def _table(state: MarketState, text: Text) -> Table:
    labels = {factor.id: one_line(text.pick(factor.label)) for factor in state.factors}
    heads = (N_("Factor"), N_("Kind"), N_("Entry"), N_("Agreed with"))
    order = {factor: number for number, factor in enumerate(labels)}
    entries = sorted(state.on_board(), key=lambda one: (order.get(one.factor, len(order)), one.kind, one.number))
    rows = tuple(
        (
            labels.get(entry.factor, "–"),
            text(KINDS[entry.kind]),
            one_line(entry.text),
            "; ".join(one_line(other.text) for other in state.agreed_with(entry)) or "–",
        )
        for entry in entries
    )
    return Table(tuple(text(head) for head in heads), rows, text(N_("All needs and offers")))


def _factor(factor_id: str) -> str:
    """Return a factor's id among those of entries."""
    return f"factor/{factor_id}"
