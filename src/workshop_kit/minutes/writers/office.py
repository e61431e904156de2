"""What the two word processor formats have in common: the page, the sizes, the way their styles look."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from msgspec import Struct

from workshop_kit.core.document import Meta, Table
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers.shape import banner, shares, title

FONT = "Arial"
"""On Windows and Mac; where it is missing, a word processor takes Liberation Sans, which has the same measures."""

INK, QUIET, RULE = "#1a1a1a", "#555555", "#c9ced3"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN, TOP, BOTTOM = 210.0, 297.0, 25.0, 28.0, 25.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
FEW_ROWS = 12
"""A table of so few rows stays on one page."""

LOGO = (70.0, 15.0)
PHOTO = (TEXT_WIDTH, 100.0)
CHART = (TEXT_WIDTH, 200.0)
"""Millimetres, as all lengths here; the last three are the most that a picture takes across and down."""

_AROUND, _BOLD = 2, 1.15
_LETTER = 1.75
"""How wide a letter of a table is at most on average, in millimetres."""

_USUAL = 10
"""Letters of a word that is not broken if it can be helped."""

"""Letters' worth of space around the words of a cell, and how much broader those of its head are."""


class Style(Struct, frozen=True):
    """How paragraphs look: font size and spaces in points. `sticks` keeps one on the page of what follows."""

    size: float = 10.5
    before: float = 0
    after: float = 6
    bold: bool = False
    italic: bool = False
    colour: str = INK
    sticks: bool = False
    framed: bool = False


def styles(accent: str) -> dict[str, Style]:
    """Return the styles by what they are for, in a document whose headings have this colour."""
    return {
        "Title": Style(22, 0, 4, bold=True, colour=accent, sticks=True),
        "Subtitle": Style(12, 0, 4, colour=QUIET),
        "Standing": Style(9, 0, 6, colour=QUIET),
        "Heading 1": Style(15, 22, 7, bold=True, colour=accent, sticks=True),
        "Heading 2": Style(11.5, 14, 5, bold=True, sticks=True),
        "Heading 3": Style(10.5, 12, 4, bold=True, sticks=True),
        "Heading 4": Style(10.5, 10, 4, italic=True, sticks=True),
        "Heading 5": Style(10.5, 10, 4, italic=True, colour=QUIET, sticks=True),
        "Body": Style(),
        "Lead": Style(11.5, 0, 7, bold=True, sticks=True),
        "Note": Style(9, 2, 4, colour=QUIET),
        "Source": Style(8, 2, 4, colour=QUIET),
        "Bullet": Style(10.5, 0, 3),
        "Number": Style(10.5, 0, 3),
        "Pair": Style(10.5, 0, 3),
        "Caption": Style(10.5, 12, 4, bold=True, sticks=True),
        "Beneath": Style(9, 3, 12, colour=QUIET),
        "Figure": Style(10.5, 4, 4),
        "Cell": Style(9.5, 2, 2),
        "Cell Head": Style(9.5, 2, 2, bold=True, sticks=True),
        "Banner": Style(10.5, 0, 14, bold=True, framed=True),
        "Running": Style(8.5, 0, 0, colour=QUIET),
        "Letterhead": Style(10.5, 0, 2, bold=True),
    }


TONES = {"plain": "Body", "lead": "Lead", "note": "Note", "source": "Source", "code": "Note"}


def opening(meta: Meta, text: Text) -> list[tuple[str, str]]:
    """Return what stands above the sections, each with its style."""
    lines = (
        ("Banner", banner(meta, text)),
        ("Title", title(meta, text)),
        ("Subtitle", meta.subtitle),
        ("Standing", meta.standing),
    )
    return [(style, leaf) for style, leaf in lines if leaf]


def widths(table: Table) -> list[float]:
    """Return the widths of a table's columns in millimetres, which fill the text's width.

    A column is at least as wide as the longest word in its head, so that none is broken; what is left goes to those
    that have more to say.
    """
    columns = list(zip(table.head, *table.rows, strict=True))
    least = [(_longest(head) * _BOLD + _AROUND) * _LETTER for head in table.head]
    least = [max(width, _widest(cells)) for width, (_, *cells) in zip(least, columns, strict=True)]
    spare = TEXT_WIDTH - sum(least)
    if spare <= 0:
        return [TEXT_WIDTH * width / sum(least) for width in least]
    wanted = [max((share + _AROUND) * _LETTER - width, 0.0) for share, width in zip(shares(table), least, strict=True)]
    total = sum(wanted)
    shared = [more / total if total else 1 / len(least) for more in wanted]
    return [width + spare * share for width, share in zip(least, shared, strict=True)]


def _longest(words: str) -> int:
    return max(map(len, words.split()), default=0)


def _widest(cells: Sequence[str]) -> float:
    """Return how wide a column's longest word is; one that is longer than any usual word may be broken."""
    return (min(max(map(_longest, cells), default=0), _USUAL) + _AROUND) * _LETTER


def running_title(meta: Meta, text: Text) -> str:
    """Return the title as it stands on top of every page but the first."""
    return textwrap.shorten(title(meta, text), 90, placeholder=" …")


def page_of(text: Text) -> Iterator[str]:
    """Yield the words of "Page 1 of 2" with `{page}` and `{pages}` as parts of their own."""
    rest = text(N_("Page {page} of {pages}"))
    for field in sorted(("{page}", "{pages}"), key=rest.find):
        before, field_found, rest = rest.partition(field)
        yield from (part for part in (before, field_found) if part)
    if rest:
        yield rest
