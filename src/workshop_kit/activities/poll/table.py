"""Ballots from a table: one row per ballot and option (long form), or one row per ballot with a column per option.

Long form: the columns `ballot`, `option`, `value` (1 if there is no such column), and `reason` where a rule asks for
one. Wide form: the column
`ballot`, then columns named by the options' ids or labels; an empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from workshop_kit.activities.poll.state import PollState
from workshop_kit.core.activity import Entry
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.papers import VALUE

BALLOT, OPTION, NUMBER, REASON = "ballot", "option", "value", "reason"

Rows = Sequence[Mapping[str, str]]


def entries(state: PollState, rows: Rows) -> Iterable[Entry]:
    """Yield one ballot after another in the order of the table. Raises `Refused` where the columns are not known."""
    columns = tuple(rows[0]) if rows else ()
    if BALLOT not in columns:
        raise Refused(
            Why.INVALID,
            N_('The table has no column "ballot". It takes ballot, option, value; or ballot and a column per option.'),
            field=BALLOT,
        )
    long = OPTION in columns
    ids = _ids(state)
    if not long and (unknown := [column for column in columns if column != BALLOT and _id(ids, column) is None]):
        raise Refused(
            Why.INVALID,
            N_('The column "{column}" is not one of the options. There are: {known}.'),
            field=unknown[0],
            column=unknown[0],
            known=", ".join(state.ids),
        )
    if not long and (twice := _twice(ids, columns)):
        raise Refused(
            Why.INVALID,
            N_('The columns "{one}" and "{other}" are the same option. Leave one of them.'),
            field=twice[1],
            one=twice[0],
            other=twice[1],
        )
    found: dict[str, _Slip] = {}
    for line, row in enumerate(rows, 2):
        slip = found.setdefault(row[BALLOT].strip(), _Slip({BALLOT: row[BALLOT].strip()}))
        slip.lines.append(line)
        cells = (
            {row[OPTION]: row.get(NUMBER, "1")}
            if long
            else {name: cell for name, cell in row.items() if name != BALLOT and cell.strip()}
        )
        for option, number in cells.items():
            known = _id(ids, option)
            name = known or option.strip()
            if name:
                slip.said.setdefault(name, []).append(line)
            # An unknown option goes in without a number as well, so that the paper refuses it.
            if number.strip() or (name and known is None):
                slip.fields[VALUE + name] = number.strip()
            if long and row.get(REASON, "").strip():
                slip.fields[f"{REASON}.{name}"] = row[REASON].strip()
    for slip in found.values():
        yield Entry(tuple(slip.lines), "cast", slip.fields, slip.why)


class _Slip(Struct):
    """A ballot as its rows are read; `said` holds the lines on which each option stands."""

    fields: dict[str, str]
    lines: list[int] = []
    said: dict[str, list[int]] = {}

    @property
    def why(self) -> Refused | None:
        """Why it cannot count: an option that stands on it twice."""
        for option, lines in self.said.items():
            if len(lines) > 1:
                return Refused(
                    Why.INVALID,
                    N_('Ballot "{ballot}" names the option "{option}" {n} times, on lines {lines}. Leave one of them.'),
                    field=VALUE + option,
                    ballot=self.fields[BALLOT][:60],
                    option=option[:60],
                    n=len(lines),
                    lines=", ".join(map(str, lines)),
                )
        return None


def _twice(ids: Mapping[str, str], columns: Iterable[str]) -> tuple[str, str] | None:
    """Return two columns that mean the same option, if there are such."""
    known: dict[str, str] = {}
    for column in columns:
        if column != BALLOT and (first := known.setdefault(ids[column.strip().casefold()], column)) != column:
            return first, column
    return None


def _ids(state: PollState) -> dict[str, str]:
    """Return the options' ids by what a table may call them: the id, or the label in any language."""
    return {
        name.strip().casefold(): option.id for option in state.options for name in (*option.label.values(), option.id)
    }


def _id(ids: Mapping[str, str], name: str) -> str | None:
    return ids.get(name.strip().casefold())
