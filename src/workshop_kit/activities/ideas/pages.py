"""The wall in pages, in letters that can be read from the last row; no card is without its group's title.

A page has three columns. How much a column holds is estimated from the texts alone, so that every face turns the same
pages, and the stage in a notebook needs nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from msgspec import Struct
from msgspec.structs import replace

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
AROUND_A_TITLE = 1
"""Lines that the space around a card takes, and that around a group's title."""


class Measured(Struct, frozen=True):
    """A card with the lines that it takes."""

    idea: Idea
    lines: int


class Stretch(Struct, frozen=True):
    """Cards that stand below each other in a column, under their group's title; `more` tells that it goes on there.

    `title` is how many lines the title takes, 0 where the wall has no groups.
    """

    target: Option | None
    title: int
    cards: tuple[Measured, ...] = ()
    more: bool = False

    @property
    def lines(self) -> int:
        return self.title + sum(card.lines for card in self.cards)

    def with_card(self, card: Measured) -> Stretch:
        """Return the stretch with one more card."""
        return replace(self, cards=(*self.cards, card))


Column = tuple[Stretch, ...]
Page = tuple[Column, ...]


def pages(state: IdeasState, groups: Iterable[tuple[Option | None, Iterable[Idea]]]) -> tuple[Page, ...]:
    """Return the pages of a wall of these groups, at least one; what fits on one page is spread over its columns."""
    measured = [group for group in _measured(state, groups) if group.cards]
    tried = [_columns(measured, lines) for lines in range(1, LINES + 1)]
    fit = [columns for columns in tried if len(columns) <= COLUMNS and all(_used(each) <= LINES for each in columns)]
    whole = [columns for columns in fit if not any(stretch.more for column in columns for stretch in column)]
    if best := whole or fit:
        return (tuple(best[0]),)
    return tuple(tuple(tried[-1][at : at + COLUMNS]) for at in range(0, len(tried[-1]), COLUMNS))


def _measured(state: IdeasState, groups: Iterable[tuple[Option | None, Iterable[Idea]]]) -> Iterator[Stretch]:
    held = state.holding()
    around = AROUND_A_CARD + state.asks_likes
    for target, ideas in groups:
        title = AROUND_A_TITLE + (_lines(target.label) if target else 1) if state.targets else 0
        words = ((idea, (idea.label, *(other.label for other in held.get(idea.id, ())))) for idea in ideas)
        cards = tuple(Measured(idea, around + sum(map(_lines, labels))) for idea, labels in words)
        yield Stretch(target, title, cards)


def _columns(groups: Iterable[Stretch], lines: int) -> list[Column]:
    """Fill one column after the other. A group begins a new one where it fits there whole and here it does not."""
    columns: list[list[Stretch]] = []
    left = 0
    for group in groups:
        begun = group.title + group.cards[0].lines
        if not columns or (group.lines > left and (group.lines <= lines or begun > left)):
            columns.append([])
            left = lines
        columns[-1].append(replace(group, cards=()))
        left -= group.title
        for card in group.cards:
            if card.lines > left and columns[-1][-1].cards:
                columns.append([replace(group, cards=(), more=True)])
                left = lines - group.title
            columns[-1][-1] = columns[-1][-1].with_card(card)
            left -= card.lines
    return [tuple(column) for column in columns]


def _used(column: Column) -> int:
    return sum(stretch.lines for stretch in column)


def _lines(label: Mapping[str, str]) -> int:
    return max((sum(_wrapped(line) for line in text.split("\n")) for text in label.values()), default=1)


def _wrapped(line: str) -> int:
    broad = sum(east_asian_width(letter) in "WF" for letter in line)
    return max(1, ceil((len(line) + broad) / LETTERS))
