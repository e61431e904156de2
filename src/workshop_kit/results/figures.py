"""What every writer asks of a figure, be it a chart of bars or a network: its picture, its words, its table."""

from __future__ import annotations

from workshop_kit.core.document import Chart, Network, Table, one_line
from workshop_kit.core.text import Text
from workshop_kit.results import charts, networks

Figure = Chart | Network


def is_empty(figure: Figure) -> bool:
    """Return whether there is nothing to draw, so that its words stand alone."""
    return not (figure.bars if isinstance(figure, Chart) else figure.nodes)


def draw(figure: Figure, lang: str) -> charts.Picture:
    """Return the figure as a picture without its title."""
    return charts.draw(figure, lang) if isinstance(figure, Chart) else charts.Picture(networks.picture(figure))


def described(figure: Figure) -> str:
    """Return the words that stand for the picture where it cannot be seen."""
    if isinstance(figure, Chart):
        return charts.described(figure)
    return one_line(figure.alt) or one_line(figure.title) or "–"


def data_table(figure: Figure, text: Text) -> Table:
    """Return the table that stands beside the picture."""
    return charts.data_table(figure, text) if isinstance(figure, Chart) else figure.table


def inscriptions(figure: Figure) -> str:
    """Return all words that the picture shows."""
    if isinstance(figure, Chart):
        return "".join([figure.unit, *(bar.label + bar.note for bar in figure.bars)])
    return "".join([*(node.label for node in figure.nodes), *(meaning for _, meaning in figure.legend)])
