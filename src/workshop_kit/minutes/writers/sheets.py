"""Writes the tables of the minutes as an Excel workbook: a first sheet that lists them, then one sheet per table.

Every cell is written as a string, or as a number where it is one in the document's language, and never as a formula or
a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import count
from typing import Any

import xlsxwriter
from msgspec import Struct

from workshop_kit.core.document import Document, Table
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers.shape import accent, banner, colophon, moment, settled, tables, title

_LONGEST_NAME, _LONGEST_CELL, _BROADEST, _NARROWEST = 31, 32_767, 60, 9
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
_RESERVED = {"history"}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Number(Struct, frozen=True):
    """A number that stood in a cell as text; `shown` is its number format."""

    value: float
    shown: str


def write(document: Document, text: Text) -> bytes:
    """Return the document's tables as an XLSX file."""
    document = settled(document)
    written = BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        _Writer(book, document, text).all()
    return written.getvalue()


def sheet_names(wanted: Sequence[str]) -> Iterator[str]:
    """Yield a name that Excel takes for each wanted one, all of them different.

    >>> list(sheet_names(["Results: A/B", "results a b", "'", "history"]))
    ['Results A B', 'results a b 2', '–', 'history 2']
    """
    taken = set(_RESERVED)
    for name in wanted:
        fit = re.sub(r"\s+", " ", _NOT_IN_A_NAME.sub(" ", name)).strip(" '") or "–"
        endings = (f" {n}" if n > 1 else "" for n in count(1))
        tries = (_cut(fit, _LONGEST_NAME - len(ending)).rstrip(" '") + ending for ending in endings)
        found = next(tried for tried in tries if tried.lower() not in taken)
        taken.add(found.lower())
        yield found


def _cut(words: str, longest: int) -> str:
    """Return the beginning of the words, no longer than Excel allows, which counts in UTF-16."""
    return words.encode("utf-16-le")[: longest * 2].decode("utf-16-le", "ignore")


def number(cell: str, text: Text) -> Number | None:
    """Return the number that a cell holds, if it is written exactly as `text` writes one, else nothing.

    >>> number("1.234,5", Text("de")), number("3 dots", Text("de"))
    (Number(value=1234.5, shown='#,##0.0'), None)
    """
    thousands, decimal = text.number(1000.5, 1)[1], text.number(1000.5, 1)[-2]
    figure, sign, rest = cell.partition("\N{NO-BREAK SPACE}%")
    plain = figure.replace(thousands, "").replace(decimal, ".")
    if rest or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", plain):
        return None
    value, digits = float(plain), len(plain.partition(".")[2])
    if sign:
        return Number(value / 100, "0%") if text.percent(value / 100) == cell else None
    grouped = text.number(value, digits)
    if figure not in {grouped, grouped.replace(thousands, "")}:
        return None
    return Number(value, f"{'#,##' if thousands in figure else ''}0{'.' + '0' * digits if digits else ''}")


class _Writer:
    """Fills one workbook."""

    def __init__(self, book: Any, document: Document, text: Text) -> None:
        self.book, self.document, self.text = book, document, text
        words = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True}
        shade = accent(document.meta)
        self.cell = book.add_format(words | {"indent": 1, "align": "left"})
        self.title = book.add_format(words | {"bold": True, "font_size": 14, "font_color": shade, "text_wrap": False})
        self.quiet = book.add_format(words | {"font_color": "#555555", "text_wrap": False})
        self.head = book.add_format(
            words | {"bold": True, "bottom": 1, "bottom_color": shade, "valign": "bottom", "indent": 1, "align": "left"}
        )
        self.head_right = book.add_format(
            words | {"bold": True, "bottom": 1, "bottom_color": shade, "valign": "bottom", "align": "right"}
        )
        self._numbers: dict[str, Any] = {}
        self._words = words

    def all(self) -> None:
        """Write every sheet."""
        meta, text = self.document.meta, self.text
        self.book.set_properties(
            {
                "title": title(meta, text)[:255],
                "subject": meta.subtitle[:255],
                "author": (meta.look.organisation or meta.generator)[:255],
                "created": moment(meta.created).replace(tzinfo=None),
            }
        )
        found = list(tables(self.document, text))
        overview = text(N_("Overview"))
        first, *names = sheet_names([overview, *(under for under, _ in found)])
        sheet = self._sheet(first, title(meta, text))
        lines = [meta.look.organisation, meta.subtitle, meta.standing, banner(meta, text), colophon(meta, text)]
        told = [line for line in lines if line]
        for row, line in enumerate(told, 1):
            self._string(sheet, row, 0, line, self.quiet)
        listed = tuple((name, table.caption or under) for name, (under, table) in zip(names, found, strict=True))
        if listed:
            self._table(sheet, len(told) + 2, Table((text(N_("Sheet")), text(N_("Table"))), listed))
        for name, (under, table) in zip(names, found, strict=True):
            sheet = self._sheet(name, table.caption or under)
            if table.caption:
                self._string(sheet, 1, 0, under, self.quiet)
            self._table(sheet, 3, table)
            sheet.freeze_panes(4, 0)
            sheet.repeat_rows(3)

    def _sheet(self, name: str, heading: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        self._string(sheet, 0, 0, heading, self.title)
        return sheet

    def _table(self, sheet: Any, top: int, table: Table) -> None:
        for column, name in enumerate(table.head):
            self._string(sheet, top, column, name, self.head_right if column in table.numeric else self.head)
            longest = max(
                len(line) for cell in (name, *(row[column] for row in table.rows)) for line in cell.split("\n")
            )
            sheet.set_column(column, column, min(max(longest * 1.1 + 2, _NARROWEST), _BROADEST))
        for at, cells in enumerate(table.rows, top + 1):
            for column, cell in enumerate(cells):
                found = number(cell, self.text) if column in table.numeric else None
                if found:
                    sheet.write_number(at, column, found.value, self._numeric(found.shown))
                else:
                    right = column in table.numeric
                    self._string(sheet, at, column, cell, self._numeric("@") if right else self.cell)
        if table.rows:
            sheet.autofilter(top, 0, top + len(table.rows), len(table.head) - 1)

    def _string(self, sheet: Any, row: int, column: int, leaf: str, look: Any) -> None:
        """Write a leaf as a string; Excel holds no longer ones than `_LONGEST_CELL`."""
        sheet.write_string(row, column, _cut(leaf, _LONGEST_CELL), look)

    def _numeric(self, shown: str) -> Any:
        """Return the format of a number, the same for the same look."""
        if shown not in self._numbers:
            self._numbers[shown] = self.book.add_format(self._words | {"num_format": shown, "align": "right"})
        return self._numbers[shown]
