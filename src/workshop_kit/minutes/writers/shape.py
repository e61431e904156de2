"""What all writers agree on before they differ: clean leaves, headings without gaps, square tables, the small print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

import msgspec

from workshop_kit.core.document import (
    AnyBlock,
    Bullets,
    Chart,
    Document,
    Heading,
    Meta,
    Pairs,
    Paragraph,
    Section,
    Table,
    cleaned,
    one_line,
)
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text

_SECTION_LEVEL, _DEEPEST = 2, 6
_NOT_IN_AN_ID = re.compile(r"[^\w-]+")


def settled(document: Document) -> Document:
    """Return the document as every writer wants it; sections get ids that are unique and fit for an anchor."""
    taken: set[str] = set()
    sections = tuple(_settled_section(section, taken) for section in document.sections)
    return Document(_settled_meta(document.meta), sections)


def settled_section(section: Section) -> Section:
    """Return one section as `settled` would."""
    return _settled_section(section, set())


def banner(meta: Meta, text: Text) -> str:
    """Return the warning above the title of a session that did not take place, else an empty string."""
    return meta.banner or (text(N_("Simulated session: no real people took part.")) if meta.simulated else "")


def colophon(meta: Meta, text: Text) -> str:
    """Return the line that says with what the document was made."""
    return text(N_("Made with {generator}."), generator=meta.generator) if meta.generator else ""


def title(meta: Meta, text: Text) -> str:
    """Return the document's title, which accessible formats must not leave empty."""
    return meta.title or text(N_("Minutes"))


def _settled_meta(meta: Meta) -> Meta:
    leaves = {name: one_line(getattr(meta, name)) for name in ("title", "subtitle", "banner", "generator")}
    return msgspec.structs.replace(meta, **leaves)


def _settled_section(section: Section, taken: set[str]) -> Section:
    section = cleaned(section)
    wanted = _NOT_IN_AN_ID.sub("-", section.id).strip("-") or "section"
    name = next(name for n in count(1) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken)
    taken.add(name)
    return Section(name, one_line(section.title) or "–", tuple(_settled_blocks(section.blocks)))


def _settled_blocks(blocks: Iterable[AnyBlock]) -> Iterator[AnyBlock]:
    """Yield the blocks with heading levels that never skip one, and without blocks that hold nothing."""
    level = _SECTION_LEVEL
    for block in blocks:
        match block:
            case Heading(text=text):
                level = min(max(block.level, _SECTION_LEVEL + 1), level + 1, _DEEPEST)
                yield Heading(one_line(text) or "–", level)
            case Table():
                if square := _square(block):
                    yield square
            case Paragraph(text=text) if not text.strip():
                continue
            case Bullets(items=items):
                if kept := tuple(item for item in items if item.strip()):
                    yield Bullets(kept, block.ordered)
            case Pairs(pairs=()):
                continue
            case Chart():
                yield msgspec.structs.replace(block, title=one_line(block.title), alt=one_line(block.alt))
            case _:
                yield block


def _square(table: Table) -> Table | None:
    """Return the table with rows of equal length, or nothing if it has no column."""
    width = max(len(table.head), *(len(row) for row in table.rows)) if table.rows else len(table.head)
    if not width:
        return None
    head = table.head + ("",) * (width - len(table.head))
    rows = tuple(row + ("",) * (width - len(row)) for row in table.rows)
    numeric = tuple(column for column in table.numeric if 0 <= column < width)
    return Table(head, rows, one_line(table.caption), numeric)
