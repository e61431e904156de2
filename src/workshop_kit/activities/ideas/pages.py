"""The wall in pages, in letters that can be read from the last row; no card is without its group's title.

A page has three columns. How much a column holds is estimated from the texts alone, so that every face turns the same
pages, and the stage in a notebook needs nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from msgspec import Struct

from workshop_kit.activities.ideas.state import Idea
from workshop_kit.core.activity import Option

if TYPE_CHECKING:
    from workshop_kit.activities.ideas.state import IdeasState

COLUMNS = 3
LINES = 18
"""Lines of text in a column, at 1024 by 768 as at 1920 by 1080, since the letters grow with the screen."""

LETTERS = 22
"""Letters in a line of a card."""

AROUND_A_CARD = 1
A_TITLE = 2


class Measured(Struct, frozen=True):
    """A card with the lines that it takes."""

    idea: Idea
    lines: int


class Stretch(Struct, frozen=True):
    """Cards that stand below each other in a column, under their group's title; `more` tells that it goes on there."""

    target: Option | None
    cards: tuple[Measured, ...]
    more: bool = False


Column = tuple[Stretch, ...]
Page = tuple[Column, ...]


def pages(state: IdeasState, groups: Sequence[tuple[Option | None, Sequence[Idea]]]) -> tuple[Page, ...]:
    """Return the pages of a wall of these groups, at least one; what fits on one page is spread over its columns."""
    held = state.holding()
    measured = [
        Stretch(
            target, tuple(Measured(idea, _height(idea, held.get(idea.id, ())) + state.asks_likes) for idea in ideas)
        )
        for target, ideas in groups
        if ideas
    ]
    title = A_TITLE if state.targets else 0
    tried = [_columns(measured, lines, title) for lines in range(1, LINES + 1)]
    fit = [columns for columns in tried if len(columns) <= COLUMNS and all(_used(c, title) <= LINES for c in columns)]
    whole = [columns for columns in fit if not any(stretch.more for column in columns for stretch in column)]
    if best := whole or fit:
        return (tuple(best[0]),)
    return tuple(tuple(tried[-1][at : at + COLUMNS]) for at in range(0, len(tried[-1]), COLUMNS))


def _columns(groups: Iterable[Stretch], lines: int, title: int) -> list[Column]:
    """Fill one column after the other. A group begins a new one where it fits there whole and here it does not."""
    columns: list[list[Stretch]] = []
    left = 0
    for group in groups:
        whole = _used((group,), title)
        if not columns or (whole > left and (whole <= lines or title + group.cards[0].lines > left)):
            columns.append([])
            left = lines
        columns[-1].append(Stretch(group.target, ()))
        left -= title
        for card in group.cards:
            if card.lines > left and columns[-1][-1].cards:
                columns.append([Stretch(group.target, (), more=True)])
                left = lines - title
            last = columns[-1][-1]
            columns[-1][-1] = Stretch(last.target, (*last.cards, card), last.more)
            left -= card.lines
    return [tuple(column) for column in columns]


def _used(column: Column, title: int) -> int:
    return sum(title + sum(card.lines for card in stretch.cards) for stretch in column)


def _height(idea: Idea, held: Iterable[Idea]) -> int:
    """Return how many lines the words on a card take."""
    return sum(_lines(label) for label in (idea.label, *(other.label for other in held)))


def _lines(label: Mapping[str, str]) -> int:
    return max((sum(_wrapped(line) for line in text.split("\n")) for text in label.values()), default=1)


def _wrapped(line: str) -> int:
    broad = sum(east_asian_width(letter) in "WF" for letter in line)
    return max(1, ceil((len(line) + broad) / LETTERS))
