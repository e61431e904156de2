r"""Writes the tables of the minutes as one CSV file that a spreadsheet opens with a double click.

The file begins with a byte order mark and its lines end in CR LF, as Excel wants them. Cells are parted by what
spreadsheets of the language expect: a semicolon where the comma marks decimals, else a comma. A cell that could be
taken for a formula gets an apostrophe before it; the exact texts are in the JSON.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from workshop_kit.core.document import Document, one_line
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers.shape import banner, settled, tables, title
from workshop_kit.minutes.writers.sheets import number

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the start of a formula; the last four are the broad forms that some read as well."""


def write(document: Document, text: Text) -> bytes:
    """Return the document's tables as CSV in UTF-8, one below the other, each under its titles."""
    document = settled(document)
    meta = document.meta
    written = StringIO()
    rows = csv.writer(written, delimiter=delimiter(text), lineterminator="\r\n")
    for line in (title(meta, text), meta.subtitle, meta.standing, banner(meta, text)):
        if line:
            rows.writerow([guarded(line)])
    for under, table in tables(document, text):
        rows.writerow([])
        rows.writerows([guarded(line)] for line in (under, table.caption) if line)
        rows.writerow(map(guarded, table.head))
        rows.writerows(_row(row, table.numeric, text) for row in table.rows)
    return (_BYTE_ORDER_MARK + written.getvalue()).encode()


def delimiter(text: Text) -> str:
    """Return what parts the cells: a semicolon where numbers have a decimal comma.

    >>> delimiter(Text("de")), delimiter(Text("en"))
    (';', ',')
    """
    return ";" if text.number(0.5, 1)[1] == "," else ","


def guarded(cell: str) -> str:
    """Return a cell on one line that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("one")
    ("'=1+1", 'one')
    """
    line = one_line(cell)
    return f"'{line}" if line.startswith(_FORMULA) else line


def _row(row: Iterable[str], numeric: tuple[int, ...], text: Text) -> list[str]:
    return [cell if column in numeric and number(cell, text) else guarded(cell) for column, cell in enumerate(row)]
