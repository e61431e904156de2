"""Ballots from a table: one row per ballot and option (long form), or one row per ballot with a column per option.

Long form: the columns `ballot`, `option`, `value` (1 if there is no such column), and `reason` where a rule asks for
one. Wide form: the column
`ballot`, then columns named by the options' ids or labels; an empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
    found: dict[str, tuple[list[int], dict[str, str]]] = {}
    for line, row in enumerate(rows, 2):
        lines, fields = found.setdefault(row[BALLOT].strip(), ([], {BALLOT: row[BALLOT].strip()}))
        lines.append(line)
        cells = (
            {row[OPTION]: row.get(NUMBER, "1")}
            if long
            else {name: cell for name, cell in row.items() if name != BALLOT}
        )
        for option, number in cells.items():
            known = _id(ids, option) or option.strip()
            if number.strip():
                fields[VALUE + known] = number.strip()
            if long and row.get(REASON, "").strip():
                fields[f"{REASON}.{known}"] = row[REASON].strip()
    for lines, fields in found.values():
        yield Entry(tuple(lines), "cast", fields)


def _ids(state: PollState) -> dict[str, str]:
    """Return the options' ids by what a table may call them: the id, or the label in any language."""
    return {
        name.strip().casefold(): option.id for option in state.options for name in (*option.label.values(), option.id)
    }


def _id(ids: Mapping[str, str], name: str) -> str | None:
    return ids.get(name.strip().casefold())
