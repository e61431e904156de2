"""What differs between two versions of the minutes, section by section and in plain words.

What changes with every version, such as the digest of the log, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import chain

from msgspec import Struct

from workshop_kit.core.document import (
    AnyBlock,
    Bullets,
    Chart,
    Document,
    Heading,
    Network,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Table,
)
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers.shape import settled
from workshop_kit.results.figures import data_table, is_empty

ALWAYS_OTHER = frozenset({"approval", "provenance", "changes"})
"""The sections that differ with every version and say nothing of the session."""

NEW = N_('New section: "{title}".')
GONE = N_('Section left out: "{title}".')


class Change(Struct, frozen=True):
    """What became of one section: a sentence where it is new or gone, else what stood there before and stands now."""

    title: str
    said: str = ""
    rows: tuple[tuple[str, str], ...] = ()


def compared(before: Document, now: Document, text: Text) -> Iterator[Change]:
    """Yield what changed, in the order of the newer version; what is gone comes last."""
    old, new = ({section.id: section for section in settled(version).sections} for version in (before, now))
    for name, section in new.items():
        if name in ALWAYS_OTHER:
            continue
        if name not in old:
            yield Change(section.title, text(NEW, title=section.title))
        elif rows := tuple(_rows(_lines(old[name], text), _lines(section, text))):
            yield Change(section.title, rows=rows)
    for name, section in old.items():
        if name not in new and name not in ALWAYS_OTHER:
            yield Change(section.title, text(GONE, title=section.title))


def blocks(changes: list[Change], text: Text) -> Iterator[AnyBlock]:
    """Yield the changes as blocks of the minutes."""
    head = (text(N_("Before")), text(N_("Now")))
    for change in changes:
        yield Paragraph(change.said) if change.said else Table(head, change.rows, change.title)


def plain(changes: list[Change], text: Text) -> Iterator[str]:
    """Yield the changes as lines for a terminal."""
    for change in changes:
        yield change.said or change.title
        for row in change.rows:
            for label, told in zip((N_("Before"), N_("Now")), row, strict=True):
                yield f"  {text(label)}: {' / '.join(told.splitlines()) or '–'}"


def _rows(before: list[str], now: list[str]) -> Iterator[tuple[str, str]]:
    for kind, low, high, first, last in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if kind != "equal":
            yield "\n".join(before[low:high]), "\n".join(now[first:last])


def _lines(section: Section, text: Text) -> list[str]:
    return [section.title, *chain.from_iterable(_told(block, text) for block in section.blocks)]


def _told(block: AnyBlock, text: Text) -> Iterator[str]:
    match block:
        case Paragraph(tone="source"):
            return
        case Heading() | Paragraph():
            yield block.text
        case Bullets():
            yield from block.items
        case Pairs():
            yield from (f"{name}: {value}" for name, value in block.pairs)
        case Table():
            yield from (", ".join(cell for cell in row if cell) for row in block.rows)
        case Chart() | Network():
            yield from (block.alt,) if is_empty(block) else _told(data_table(block, text), text)
        case Picture():
            yield block.caption or block.alt
