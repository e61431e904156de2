"""Finds a place for every node of a `Network` and draws it as SVG, for pages, stage, PDF and word processors alike.

The springs are NetworkX's (Fruchterman and Reingold, Graph drawing by force-directed placement, Software: Practice and
Experience 21, 1991), from a fixed start. Their outcome is rounded at once, and all that follows is whole numbers, so
that the same ties give the same bytes on every machine.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from workshop_kit.core.document import Edge, Network, one_line

if TYPE_CHECKING:
    import networkx as nx

FONT = "Atkinson Hyperlegible"
INK, PAPER, FILL = "#1a1a1a", "#ffffff", "#d5e6f3"
_LETTER, _LINE, _LETTERS, _LINES, _FONT_SIZE = 7, 15, 17, 3, 13
_RADIUS, _GAP, _MARGIN, _AREA = 9, 10, 14, 10_000
_SEED, _STEPS, _ROUNDS, _FAINT = 5, 150, 400, 0.03
_KEPT = 64
_STROKES = {"solid": "", "dotted": "0.1 6", "double": "", "dashed": "11 7"}
_LONG_WORD = re.compile(rf"\S{{{_LETTERS + 1},}}")
_NOT_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")

Places = Mapping[str, tuple[int, int]]


class Sheet(Struct, frozen=True):
    """The breadth of the picture in pixels, and how high it is for that where few nodes need no more."""

    width: int
    ratio: float


PAGE = Sheet(640, 0.72)


def stage(nodes: int) -> Sheet:
    """Return a broad sheet for a screen; with few nodes it is small, so that names are large."""
    return Sheet(min(1200, 560 + 10 * nodes), 0.3)


class _Box(NamedTuple):
    """How much room a node takes with its name, to each side and above and below its middle."""

    side: int
    above: int
    below: int


@lru_cache(maxsize=_KEPT)
def picture(network: Network, sheet: Sheet = PAGE) -> str:
    """Return the network as SVG with its accessible name. What was drawn last is remembered.

    >>> from workshop_kit.core.document import Edge, Network, Node, Table
    >>> ends = (Node("a", "Library"), Node("b", "School"))
    >>> tie = Network("", ends, (Edge("a", "b"),), (("solid", "works together"),), "1 tie", Table((), ()))
    >>> picture(tie).count("Library"), picture(tie).count("works together")
    (1, 1)
    """
    names = {node.id: _wrapped(node.label) for node in network.nodes}
    places = layout(network, sheet)
    boxes = {node: _box(lines) for node, lines in names.items()}
    low = max((y + boxes[node].below for node, (_, y) in places.items()), default=0) + _MARGIN
    legend, height = _legend(network.legend, sheet, low)
    width = max(sheet.width, *(x + boxes[node].side + _MARGIN for node, (x, _) in places.items()), 0)
    parts = [line for edge in network.edges for line in _tie(edge, places)]
    for node in network.nodes:
        parts += [_shape(node.shape, *places[node.id]), *_name(names[node.id], *places[node.id])]
    spoken = _words(network.alt) or _words(network.title) or "–"
    return (
        f'<svg role="img" aria-label="{escape(spoken)}" xmlns="http://www.w3.org/2000/svg" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="{FONT}" font-size="{_FONT_SIZE}" fill="{INK}">'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>{"".join([*parts, *legend])}</svg>'
    )


def layout(network: Network, sheet: Sheet = PAGE) -> Places:
    """Return the middle of every node in whole pixels; names do not cover each other, and loose nodes stand below.

    A node starts from a place that depends on those before it only, so that the picture is known again as it grows.
    """
    tied = {end for edge in network.edges for end in (edge.one, edge.other)}
    boxes = {node.id: _box(_wrapped(node.label)) for node in network.nodes}
    inside = [node.id for node in network.nodes if node.id in tied]
    places = _apart(_spread(inside, network.edges, sheet), boxes, sheet)
    top = max((y + boxes[node].below + _GAP for node, (_, y) in places.items()), default=_MARGIN)
    return places | dict(_in_rows([node.id for node in network.nodes if node.id not in tied], boxes, top, sheet))


def _spread(nodes: Sequence[str], edges: Sequence[Edge], sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Return where springs pull the tied nodes on a sheet whose area suits their number."""
    if not nodes:
        return {}
    import networkx as nx  # noqa: PLC0415 - a third of a second, which sessions without a network do without

    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((edge.one, edge.other) for edge in edges)
    graph.add_edges_from(_faint(graph), weight=_FAINT)
    found = nx.spring_layout(graph, iterations=_STEPS, seed=_SEED)
    height = max(sheet.width * sheet.ratio, len(nodes) * _AREA / sheet.width)
    across, down = zip(*((round(1000 * float(x)), round(1000 * float(y))) for x, y in found.values()), strict=True)
    return dict(zip(found, zip(_filled(across, sheet.width), _filled(down, height), strict=True), strict=True))


def _faint(graph: nx.Graph[str]) -> Iterator[tuple[str, str]]:
    """Yield threads from each smaller part to the largest one, so that the parts do not drift off the sheet."""
    import networkx as nx  # noqa: PLC0415 - see `_spread`

    order = list(graph)
    hubs = [
        max(part, key=lambda node: (graph.degree[node], -order.index(node)))
        for part in sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(map(order.index, part))))
    ]
    yield from ((hubs[0], hub) for hub in hubs[1:])


def _filled(numbers: Sequence[int], room: float) -> list[int]:
    """Return where the numbers come in the room between the margins.

    Half of it goes by their order alone, since springs crowd most nodes in the middle and names need their room.
    """
    edge, low, span = _MARGIN + _RADIUS, min(numbers), max(numbers) - min(numbers)
    order = {number: rank for rank, number in enumerate(sorted(set(numbers)))}
    last = max(order.values())
    shares = [((number - low) / span + order[number] / last) / 2 if last else 0.5 for number in numbers]
    return [round(edge + share * (room - 2 * edge)) for share in shares]


def _apart(places: dict[str, tuple[int, int]], boxes: Mapping[str, _Box], sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Return the places with nodes pushed apart until no name covers another, and moved onto the sheet."""
    for _ in range(_ROUNDS):
        moved = False
        for one, other in combinations(places, 2):
            (x, y), (u, v) = places[one], places[other]
            upper, lower = (one, other) if y <= v else (other, one)
            aside = boxes[one].side + boxes[other].side + _GAP - abs(x - u)
            along = boxes[upper].below + boxes[lower].above + _GAP // 2 - abs(y - v)
            if aside <= 0 or along <= 0:
                continue
            moved = True
            step = -(-min(aside, along) // 2)
            if aside < along:
                sign = 1 if x <= u else -1
                places |= {one: (x - sign * step, y), other: (u + sign * step, v)}
            else:
                sign = 1 if y <= v else -1
                places |= {one: (x, y - sign * step), other: (u, v + sign * step)}
        for node, (x, y) in places.items():
            side = boxes[node].side + _MARGIN
            places[node] = (min(max(x, side), max(side, sheet.width - side)), y)
        if not moved:
            break
    top = min((y - boxes[node].above for node, (_, y) in places.items()), default=0)
    return {node: (x, y - top + _MARGIN) for node, (x, y) in places.items()}


def _in_rows(
    nodes: Sequence[str], boxes: Mapping[str, _Box], top: int, sheet: Sheet
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield places in rows for nodes that nothing ties to others."""
    x, deep = _MARGIN, 0
    for node in nodes:
        box = boxes[node]
        if x + 2 * box.side > sheet.width - _MARGIN and x > _MARGIN:
            x, top, deep = _MARGIN, top + deep + _GAP, 0
        yield node, (x + box.side, top + box.above)
        x, deep = x + 2 * box.side + _GAP, max(deep, box.above + box.below)


def _box(lines: Sequence[str]) -> _Box:
    longest = max(map(len, lines), default=0)
    return _Box(max(_RADIUS + 2, -(-longest * _LETTER // 2)), _RADIUS + 2, _RADIUS + 4 + len(lines) * _LINE)


def _words(leaf: str) -> str:
    """Return a leaf on one line without the two code points that XML forbids."""
    return one_line(leaf).translate(_NOT_XML)


def _wrapped(label: str) -> list[str]:
    """Return a name in three lines at most; a word that is longer than a line gets a hyphen."""
    words = _LONG_WORD.sub(lambda word: "- ".join(textwrap.wrap(word[0], _LETTERS - 1)), _words(label))
    return textwrap.wrap(words, _LETTERS, max_lines=_LINES, placeholder=" …", break_on_hyphens=False)


def _tie(edge: Edge, places: Places) -> Iterator[str]:
    """Yield the lines of a tie side by side."""
    (x, y), (u, v) = places[edge.one], places[edge.other]
    length = ((u - x) ** 2 + (v - y) ** 2) ** 0.5 or 1.0
    apart = 5 + edge.weight
    for number, style in enumerate(edge.styles):
        off = (number - (len(edge.styles) - 1) / 2) * apart
        dx, dy = -(v - y) / length * off, (u - x) / length * off
        yield from _line(style, edge.weight, x + dx, y + dy, u + dx, v + dy)


def _line(style: str, weight: int, x: float, y: float, u: float, v: float) -> Iterator[str]:
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}"'
    thick = 0.6 + 0.9 * weight
    if style == "double":
        yield f'<line {ends} stroke="{INK}" stroke-width="{thick + 2.8:.1f}"/>'
        yield f'<line {ends} stroke="{PAPER}" stroke-width="{max(1.6, thick - 0.4):.1f}"/>'
        return
    dots = f' stroke-dasharray="{_STROKES[style]}"' if _STROKES[style] else ""
    round_ends = ' stroke-linecap="round"' if style == "dotted" else ""
    wide = thick + 1 if style == "dotted" else thick
    yield f'<line {ends} stroke="{INK}" stroke-width="{wide:.1f}"{dots}{round_ends}/>'


def _shape(shape: str, x: int, y: int) -> str:
    look = f'fill="{FILL}" stroke="{INK}" stroke-width="1.5"'
    r = _RADIUS
    match shape:
        case "square":
            return f'<rect x="{x - r}" y="{y - r}" width="{2 * r}" height="{2 * r}" {look}/>'
        case "diamond":
            return f'<path d="M{x} {y - r - 2}L{x + r + 2} {y}L{x} {y + r + 2}L{x - r - 2} {y}Z" {look}/>'
        case _:
            return f'<circle cx="{x}" cy="{y}" r="{r}" {look}/>'


def _name(lines: Sequence[str], x: int, y: int) -> Iterator[str]:
    """Yield the lines of a name below its node, on a ground of paper so that ties do not cross it."""
    for number, line in enumerate(lines, 1):
        at = f'x="{x}" y="{y + _RADIUS + number * _LINE - 1}" text-anchor="middle"'
        ground = f'stroke="{PAPER}" stroke-width="4" stroke-linejoin="round"'
        yield f'<text {at} paint-order="stroke" {ground}>{escape(line)}</text>'


def _legend(legend: Sequence[tuple[str, str]], sheet: Sheet, top: int) -> tuple[list[str], int]:
    """Return what the lines and shapes mean, in rows below the picture, and where they end."""
    x, y = _MARGIN, top + _LINE
    parts: list[str] = []
    for sign, meaning in legend:
        words = _words(meaning)
        room = 44 + len(words) * _LETTER + 2 * _GAP
        if x + room > sheet.width and x > _MARGIN:
            x, y = _MARGIN, y + _LINE + _GAP
        if sign in _STROKES:
            parts += _line(sign, 1, x, y, x + 36, y)
        else:
            parts.append(_shape(sign, x + 18, y))
        parts.append(f'<text x="{x + 44}" y="{y + 5}">{escape(words)}</text>')
        x += room
    return parts, y + _LINE + _MARGIN
