"""Fills a step from a table: CSV or XLSX, as people make them. All rows go in together or, if one is refused, none.

Which commands a row stands for its kind of activity says (`core.activity.ReadsTables`). Each row is decided as if it
came alone, so that every refused one can be named at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from workshop_kit.core.activity import FACILITATOR, Actor, Command, Entry
from workshop_kit.core.errors import N_, Refused, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.live import LiveSession

DELIMITERS = ",;\t"
LARGEST_FILE = 20_000_000
"""Bytes that a table may have."""

Rows = Sequence[Mapping[str, str]]


class UnusableTable(WorkshopError):
    """A file that cannot be read as a table; the message says what to do."""


class RefusedRow(Struct, frozen=True):
    """Lines of a table that were refused, and why."""

    lines: tuple[int, ...]
    why: Refused


class Imported(Struct, frozen=True):
    """What an import did: how many entries went in, which rows were refused, and whether it was all there before."""

    count: int
    refused: tuple[RefusedRow, ...] = ()
    repeated: bool = False


def import_table(
    live: LiveSession, item_id: str, path: Path, channel: Channel = Channel.PAPER, *, partial: bool = False
) -> Imported:
    """Put a table's rows into a step. If a row is refused nothing goes in, unless `partial` lets the others in.

    The same file counts once, however often it is imported. Raises `UnusableTable`, `Refused` or `StoreError`.
    """
    item = live.state.item(item_id)
    kind = live.rules.activity(item)
    if not hasattr(kind, "entries"):
        raise UnusableTable(N_('"{item}" takes no table: it is of the kind "{kind}".'), item=item_id, kind=kind.name)
    content = _content(path)
    entries: list[Entry] = list(kind.entries(item.state, rows_of(path, content)))
    actor = Actor(FACILITATOR, channel)
    commands = [Command(entry.name, item_id, entry.fields) for entry in entries]
    tried = live.tried(commands, actor)
    whys = [entry.why or why for entry, why in zip(entries, tried, strict=True)]
    refused = [RefusedRow(entry.lines, why) for entry, why in zip(entries, whys, strict=True) if why]
    good = [command for command, why in zip(commands, whys, strict=True) if not why]
    if not good or (refused and not partial):
        return Imported(0, tuple(refused))
    *first, last = good
    same = sha256(content + f"{item_id} {channel} {item.round} {len(good)}".encode()).hexdigest()
    receipt = live.submit(_with_id(last, f"import-{same[:40]}"), actor, first=tuple(first)).result()
    return Imported(len(good), tuple(refused), receipt.repeated)


def rows_of(path: Path, content: bytes) -> Rows:
    """Return a table's rows by its head, every cell as a text. Raises `UnusableTable`."""
    table = _sheet(path, content) if content.startswith(b"PK") else _lines(path, content)
    if len(table) < 2:
        raise UnusableTable(N_('There are no rows in "{path}". The first row names the columns.'), path=path.name)
    head = [cell.strip().casefold() for cell in table[0]]
    if len(set(head)) < len(head) or not all(head):
        raise UnusableTable(N_('Each column of "{path}" needs a name of its own in the first row.'), path=path.name)
    return [dict(zip(head, [*row, *[""] * len(head)], strict=False)) for row in table[1:]]


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnusableTable(
                N_('"{path}" is too large; a table may have {most} bytes.'), path=path, most=LARGEST_FILE
            )
        return path.read_bytes()
    except OSError as error:
        raise UnusableTable(
            N_('"{path}" cannot be read: {problem}'), path=path, problem=error.strerror or str(error)
        ) from None


def _lines(path: Path, content: bytes) -> list[list[str]]:
    """Read CSV with commas, semicolons or tabs, in UTF-8 or as German Excel writes it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UnusableTable(N_('"{path}" is not a readable table: {problem}'), path=path.name, problem=error) from None
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return rows


def _sheet(path: Path, content: bytes) -> list[list[str]]:
    """Read the first sheet of an XLSX file; a formula counts as what it showed last."""
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - an extra, and only sheets need it
    except ImportError:
        raise UnusableTable(
            N_('To read "{path}" install the extra with pip install workshop-kit[xlsx], or save it as CSV.'),
            path=path.name,
        ) from None
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = [[_cell(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:
        raise UnusableTable(N_('"{path}" is not a readable table: {problem}'), path=path.name, problem=error) from error
    return [row for row in rows if any(row)]


def _cell(value: Any) -> str:
    """Return a cell as people see it: 3 and not 3.0."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _with_id(command: Command, command_id: str) -> Command:
    return Command(command.name, command.item, command.fields, command_id)
