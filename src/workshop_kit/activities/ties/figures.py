"""What the ties that people named say about the network: who has most of them, who none, and who holds it together.

Only ties that exist count here; one that is missing ties nothing yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workshop_kit.activities.ties.state import Node, Tie, TiesState

MOST_TOLD = 3


def degrees(state: TiesState) -> dict[str, int]:
    """Return to how many others each node of the picture is tied."""
    counts = Counter(end.id for tie in state.ties() if not tie.missing for end in (tie.one, tie.other))
    return {node.id: counts[node.id] for node in state.shown}


def most_tied(state: TiesState) -> tuple[tuple[Node, int], ...]:
    """Return the nodes with most ties and how many each has: those of the three highest places, equals together.

    None where all have as many, since then nobody stands out.
    """
    counts = degrees(state)
    ranked = sorted(((node, counts[node.id]) for node in state.shown), key=lambda one: (-one[1], one[0].number))
    told = [(node, n) for node, n in ranked if n]
    if len(set(counts.values())) < 2:
        return ()
    if len(told) > MOST_TOLD:
        least = told[MOST_TOLD - 1][1]
        above = [pair for pair in told if pair[1] > least]
        level = [pair for pair in told if pair[1] == least]
        told = above + level if len(above) + len(level) <= 2 * MOST_TOLD else above
    return tuple(told)


def untied(state: TiesState) -> tuple[Node, ...]:
    """Return the nodes of the picture without a tie."""
    counts = degrees(state)
    return tuple(node for node in state.shown if not counts[node.id])


def bridges(nodes: Sequence[Node], ties: Sequence[Tie]) -> tuple[Node, ...]:
    """Return the nodes without which a part of the network would lose its way to the rest, in their order.

    They are the articulation points of the graph. Source: J. Hopcroft and R. Tarjan, Efficient algorithms for graph
    manipulation, Communications of the ACM 16 (1973); reckoned by NetworkX.
    """
    import networkx as nx  # noqa: PLC0415 - a third of a second, which the server does without until a result is shown

    graph: nx.Graph[str] = nx.Graph((tie.one.id, tie.other.id) for tie in ties if not tie.missing)
    cut = set(nx.articulation_points(graph))
    return tuple(node for node in nodes if node.id in cut)
