"""Draws a `Chart` as horizontal bars, the same picture for a notebook, a page, a PDF and a word processor.

Altair describes the picture and vl-convert draws it, both without a browser. The layout (how labels wrap, how high a
row is) is reckoned here, so that long German labels stay whole and the same chart always gives the same bytes.
"""

from __future__ import annotations

import importlib.resources
import re
import textwrap
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from workshop_kit import quick
from workshop_kit.core.document import Bar, Chart, Table, one_line
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text

if TYPE_CHECKING:
    import altair as alt

FONT = "Atkinson Hyperlegible"
_FONT_PACKAGE = "fontpkg_atkinson_hyperlegible"

FILL, INK, QUIET, RULE = "#5f8fb4", "#1a1a1a", "#555555", "#e4e4e4"
_WIDTH = 620
_FONT_SIZE, _LINE, _ROW_GAP, _BAR = 13, 16, 9, 17
_LETTER = 6.9
_LABEL_LETTERS, _NOTE_LETTERS, _LINES = 46, 26, 3
_NARROWEST_PLOT = 160
_KEPT = 64
"""Charts drawn last: the same minutes are often written in several formats."""

_NOT_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")
_TAG = re.compile("<[^>]*>")
_ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


class Picture(Struct, frozen=True):
    """A drawn chart. The SVG carries its own accessible name (`role="img"`, `aria-label`)."""

    svg: str

    @property
    def png(self) -> bytes:
        """The same picture for formats that cannot hold SVG, fine enough for print."""
        return _print_pixels(self.svg)


def drawn_pixels(svg: str, scale: float = 1.0) -> bytes:
    """Return an SVG as PNG. What it holds is trusted: two code points that XML forbids would end the process."""
    return _drawer().svg_to_png(svg, scale=scale)  # type: ignore[no-any-return, unused-ignore]


@lru_cache(maxsize=_KEPT)
def _print_pixels(svg: str) -> bytes:
    """Return a chart's pixels, which both word processors ask for."""
    return drawn_pixels(svg, 2.0)


@lru_cache(maxsize=_KEPT)
def draw(chart: Chart, lang: str) -> Picture:
    """Return the chart as a picture without its title, which the document sets as a caption.

    What was drawn last is remembered, since every format of the minutes asks for the same pictures.

    >>> draw(Chart("Dots", (Bar("a place", 3, "3 dots"),), "A place got 3 dots."), "en").svg.count("3 dots")
    2
    """
    with quick.imports():
        import altair as alt  # noqa: PLC0415 - Altair costs a second that a document without charts need not spend

    with alt.theme.enable("none"), alt.utils.schemapi.debug_mode(False):  # checking the grammar costs more than drawing
        spec = _layers(chart, lang).to_dict(validate=False)
    svg: str = _drawer().vegalite_to_svg(spec)
    plain = _TAG.sub(lambda tag: _ROLES.sub("", tag[0]), svg)
    return Picture(plain.replace("<svg ", f'<svg role="img" aria-label="{escape(described(chart))}" ', 1))


def altair_chart(chart: Chart, lang: str) -> alt.LayerChart:
    """Return the chart as an Altair object with its title, to be shown or changed in a notebook."""
    with quick.imports():
        import altair as alt  # noqa: PLC0415 - see `draw`

    title = alt.TitleParams(textwrap.wrap(_drawable(chart.title), 80) or "", anchor="start", fontSize=15)
    return _layers(chart, lang).properties(title=title)


def in_order(chart: Chart) -> tuple[Bar, ...]:
    """Return the bars as they are shown: by value, the largest first, unless the chart keeps the order given."""
    return tuple(sorted(chart.bars, key=lambda bar: -bar.value)) if chart.ordered else chart.bars


def described(chart: Chart) -> str:
    """Return the words that stand for the picture where it cannot be seen."""
    return _drawable(chart.alt) or _drawable(chart.title) or "–"


def data_table(chart: Chart, text: Text) -> Table:
    """Return the chart's data as a table, which every writer shows beside the picture.

    It is the chart's own if it brings one. Notes that repeat their value, as "9 dots" does, stand in its place; others
    get a column of their own.
    """
    if chart.table is not None:
        return chart.table
    bars = in_order(chart)
    values = _written([bar.value for bar in bars], text)
    noted = [(bar.note, value) for bar, value in zip(bars, values, strict=True)]
    telling = all(not note or value in note for note, value in noted)
    second = [note or value for note, value in noted] if telling else values
    columns = [(text(N_("Entry")), [bar.label for bar in bars]), (chart.unit or text(N_("Value")), second)]
    if any(_interval(bar) for bar in bars):
        columns.append((text(N_("Interval")), _spans(bars, text)))
    numeric = tuple(range(1, len(columns)))
    if not telling:
        columns.append((text(N_("Note")), [bar.note for bar in bars]))
    rows = zip(*(cells for _, cells in columns), strict=True)
    return Table(tuple(head for head, _ in columns), tuple(rows), numeric=numeric)


def _drawable(leaf: str) -> str:
    """Return a leaf on one line without the two code points that XML forbids, at which vl-convert ends the process."""
    return one_line(leaf).translate(_NOT_XML)


def _interval(bar: Bar) -> tuple[float, float] | None:
    return None if bar.low is None or bar.high is None else (bar.low, bar.high)


def _spans(bars: tuple[Bar, ...], text: Text) -> list[str]:
    """Return each bar's interval in words, empty where it has none."""
    spans = [_interval(bar) for bar in bars]
    edges = iter(_written([edge for span in spans if span for edge in span], text))
    return [text(N_("{low} to {high}"), low=next(edges), high=next(edges)) if span else "" for span in spans]


def _written(values: list[float], text: Text) -> list[str]:
    """Return the numbers with as many decimals, at most two, as the least round of them needs."""
    digits = next((d for d in (0, 1) if all(round(value, d) == round(value, 6) for value in values)), 2)
    return [text.number(value, digits) for value in values]


def _wrapped(words: str, letters: int) -> list[str]:
    """Return the words in at most three lines of about equal length."""
    lines = textwrap.wrap(_drawable(words), letters, max_lines=_LINES, placeholder=" …")
    if len(lines) == 1 or not lines or lines[-1].endswith("…"):
        return lines
    widths = range(-(-len(_drawable(words)) // len(lines)), letters + 1)
    tries = (textwrap.wrap(_drawable(words), width) for width in widths)
    return next((tried for tried in tries if len(tried) == len(lines)), lines)


def _layers(chart: Chart, lang: str) -> alt.LayerChart:
    """Return bars, interval lines and words as layers over one grid of pixels downwards and values across."""
    import altair as alt  # noqa: PLC0415 - see `draw`

    bars = in_order(chart)
    text = Text(lang)
    notes = [bar.note or value for bar, value in zip(bars, _written([bar.value for bar in bars], text), strict=True)]
    marks: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    height = 0.0
    for bar, note in zip(bars, notes, strict=True):
        name, said = _wrapped(bar.label, _LABEL_LETTERS), _wrapped(note, _NOTE_LETTERS)
        row = max(len(name), len(said), 1) * _LINE + _ROW_GAP
        y = height + row / 2
        low, high = _interval(bar) or (bar.value, bar.value)
        marks.append({"y": y, "value": bar.value, "low": low, "high": high})
        labels += ({"y": y + (i - (len(name) - 1) / 2) * _LINE, "line": line} for i, line in enumerate(name))
        end = max(bar.value, high, 0)
        ends += ({"y": y + (i - (len(said) - 1) / 2) * _LINE, "line": ln, "end": end} for i, ln in enumerate(said))
        height += row
    words = [max((len(place["line"]) for place in places), default=0) * _LETTER for places in (labels, ends)]
    plot = max(_WIDTH - sum(words) - 24, _NARROWEST_PLOT)

    down = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height or 1], reverse=True, nice=False, zero=False))
    axis = alt.Axis(tickCount=5, tickMinStep=1, title=_wrapped(chart.unit, 60) or None)
    whole = alt.Scale(domain=[0, chart.most]) if chart.most else alt.Scale(zero=True, nice=False)
    across = alt.X("value:Q", axis=axis, scale=whole)
    edge: Any = alt.XValue(0)  # type: ignore[no-untyped-call, unused-ignore]
    line = alt.Text("line:N")  # channels are made here: from short words Altair would look them up in its grammar
    drawn = _on(marks)
    layers = [drawn.mark_bar(orient="horizontal", size=_BAR, color=FILL).encode(x=across, x2=alt.X2Datum(0), y=down)]
    if any(_interval(bar) for bar in bars):
        layers.append(drawn.mark_rule(color=INK, strokeWidth=2).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), y=down))
    layers += [
        _on(labels).mark_text(align="right", dx=-10).encode(x=edge, y=down, text=line),
        _on(ends).mark_text(align="left", dx=7).encode(x=alt.X("end:Q"), y=down, text=line),
    ]
    picture: alt.LayerChart = (
        alt.layer(*layers)
        .properties(width=round(plot), height=height or 1, background="white", padding=4)
        .configure(font=FONT, aria=False, locale=_locale(text, alt))
        .configure_view(stroke=None)
        .configure_axis(
            domain=False, ticks=False, gridColor=RULE, labelColor=QUIET, titleColor=QUIET, titleFontWeight="normal",
            labelFontSize=12, titleFontSize=12, labelPadding=6, labelFlush=False,
        )
        .configure_text(fontSize=_FONT_SIZE, baseline="middle", color=INK, limit=0)
    )  # fmt: skip
    return picture


def _on(rows: list[dict[str, Any]]) -> alt.Chart:
    """Return a chart without marks over rows of data."""
    import altair as alt  # noqa: PLC0415 - see `draw`

    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call, unused-ignore]


def _locale(text: Text, alt: Any) -> Any:
    """Return the number marks of the axis, taken from the language's own way to write a number."""
    thousands, decimal = text.number(1000.5, 1)[1], text.number(1000.5, 1)[-2]
    number = alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""])
    return alt.Locale(number=number)


@cache
def _drawer() -> Any:
    """Return vl-convert, told once where the font lies."""
    import vl_convert  # noqa: PLC0415 - only who draws needs the renderer

    vl_convert.register_font_directory(str(importlib.resources.files(_FONT_PACKAGE) / "files"))
    return vl_convert
