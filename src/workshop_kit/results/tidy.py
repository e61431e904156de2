"""The results of an item as tidy rows, and their plain forms. No pandas here; `frames` makes data frames of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from workshop_kit.core.activity import Person
from workshop_kit.library import voice
from workshop_kit.live import LiveSession

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class TidyTable(Struct, frozen=True):
    """Columns in their order, and one dictionary per row."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


def rows_of(live: LiveSession, item_id: str, lang: str = "") -> TidyTable:
    """Return an item's results with wordings in one language and people by name. Raises `Refused`."""
    state, people = live.state, live.people
    item = state.item(item_id)
    kind = live.rules.activity(item)
    text = voice(lang or state.info.lang, live.rules.registry.values())

    def told(value: object) -> Any:
        match value:
            case Person():
                return people(value.seat, text)
            case Mapping():
                return text.pick(value)
            case _:
                return value

    rows = tuple({key: told(value) for key, value in row.items()} for row in kind.rows(item.state))
    return TidyTable(kind.columns, rows)


def as_json(table: TidyTable) -> str:
    """Return the rows as a JSON list of objects, exactly as people wrote their texts."""
    return json.dumps(table.rows, ensure_ascii=False, indent=1) + "\n"


def as_csv(table: TidyTable) -> str:
    """Return the rows as CSV; an apostrophe guards a text that a spreadsheet would run as a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, table.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _guarded(row[key]) for key in table.columns} for row in table.rows)
    return out.getvalue()


def as_table(table: TidyTable) -> str:
    """Return the rows as a table for the terminal."""
    from rich.console import Console  # noqa: PLC0415 - the other forms do without
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table()
    for column in table.columns:
        numeric = any(isinstance(row[column], int | float) for row in table.rows)
        drawn.add_column(column, justify="right" if numeric else "left")
    for row in table.rows:
        drawn.add_row(*(Text("" if row[key] is None else str(row[key])) for key in table.columns))
    console = Console(file=io.StringIO(), width=_width(table.columns))
    console.print(drawn)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _width(columns: Sequence[str]) -> int:
    return 40 + 14 * len(columns)


def _guarded(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
