"""Cards from a table: the columns `text`, and `factor` and `kind` where the step has them, by id or label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from workshop_kit.core.activity import Entry, Option
from workshop_kit.core.errors import N_, Refused, Why

TEXT, FACTOR, KIND = "text", "factor", "kind"


class Columns(Protocol):
    """What of a collection's state a table may refer to."""

    factors: tuple[Option, ...]
    kinds: tuple[Option, ...]


def entries(state: Columns, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
    """Yield one card per row. Raises `Refused` where the columns are not known."""
    columns = tuple(rows[0]) if rows else ()
    if TEXT not in columns:
        raise Refused(
            Why.INVALID, N_('The table has no column "text". It takes text, and factor if you like.'), field=TEXT
        )
    known = {FACTOR: _ids(state.factors), KIND: _ids(state.kinds)}
    for line, row in enumerate(rows, 2):
        fields = {TEXT: row[TEXT]}
        for column, ids in known.items():
            if written := row.get(column, "").strip():
                fields[column] = ids.get(written.casefold(), written)
        yield Entry((line,), "add", fields)


def _ids(options: Iterable[Option]) -> dict[str, str]:
    return {name.strip().casefold(): option.id for option in options for name in (*option.label.values(), option.id)}
