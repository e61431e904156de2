"""What all writers agree on before they differ: clean leaves, headings without gaps, square tables, the small print.

Pictures reach a writer as pixels only, whoever put them into the document; one that cannot be read is its own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any

import msgspec

from workshop_kit.core.document import (
    AnyBlock,
    Bullets,
    Chart,
    Document,
    Heading,
    Look,
    Meta,
    Network,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Table,
    cleaned,
    one_line,
)
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes import vector
from workshop_kit.minutes.colour import ACCENT, readable
from workshop_kit.minutes.pictures import PictureError, pixels_only, size
from workshop_kit.results.figures import data_table, is_empty

_SECTION_LEVEL, _DEEPEST = 2, 6
_NOT_IN_AN_ID = re.compile(r"[^\w-]+")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_REGIONS = {"de": "DE", "en": "GB"}
_NARROW, _BROAD = 6, 48
_PER_MM = 6.0
"""Pixels of a photo per millimetre of paper, about 150 per inch, unless it would be larger than its place."""


def settled(document: Document) -> Document:
    """Return the document as every writer wants it; sections get ids that are unique and fit for an anchor."""
    taken: set[str] = set()
    sections = tuple(_settled_section(section, taken) for section in document.sections)
    return Document(_settled_meta(document.meta), sections)


def settled_section(section: Section) -> Section:
    """Return one section as `settled` would."""
    return _settled_section(section, set())


def presentable(document: Document) -> Document:
    """Return the document with its texts as they are and its pictures as pixels only."""
    sections = tuple(with_pixels(section) for section in document.sections)
    look = msgspec.structs.replace(document.meta.look, **_logo(document.meta.look))
    return Document(msgspec.structs.replace(document.meta, look=look), sections)


def with_pixels(section: Section) -> Section:
    """Return a section whose pictures are pixels only; one that cannot be read is its own words."""
    pictures = (_settled_picture(block) if isinstance(block, Picture) else (block,) for block in section.blocks)
    return Section(section.id, section.title, tuple(chain.from_iterable(pictures)))


def banner(meta: Meta, text: Text) -> str:
    """Return the warning above the title of a session that did not take place, else an empty string."""
    return meta.banner or (text(N_("Simulated session: no real people took part.")) if meta.simulated else "")


def colophon(meta: Meta, text: Text) -> str:
    """Return the line that says with what the document was made."""
    return text(N_("Made with {generator}."), generator=meta.generator) if meta.generator else ""


def title(meta: Meta, text: Text) -> str:
    """Return the document's title, which accessible formats must not leave empty."""
    return meta.title or text(N_("Minutes"))


def accent(meta: Meta) -> str:
    """Return the colour of headings and rules (`#rrggbb`), readable on white."""
    return meta.look.colour or ACCENT


def locale(meta: Meta) -> tuple[str, str]:
    """Return the document's language and country, as a word processor wants them: ("de", "DE").

    The country is empty where it is not known; a language that is no tag is "und".
    """
    lang, _, region = meta.lang.partition("-")
    known = lang.lower() if lang.isalpha() and len(lang) in {2, 3} else "und"
    return known, region.upper() if region.isalpha() and len(region) == 2 else _REGIONS.get(known, "")


def moment(created: str) -> datetime:
    """Return the moment in UTC; one without a zone counts as UTC, none at all as the beginning of 1980.

    No file can say an earlier date than 1980 in all formats.
    """
    first = datetime(1980, 1, 1, tzinfo=UTC)
    try:
        read = datetime.fromisoformat(created)
        return max(first, (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        return first


def rightward(leaf: str) -> bool:
    """Return whether a leaf is written from right to left, going by its first letter."""
    sides = (unicodedata.bidirectional(letter) for letter in leaf)
    return next((side for side in sides if side in {"L", "R", "AL"}), "L") != "L"


def shares(table: Table) -> list[int]:
    """Return the share of the width that each column asks for, going by its contents."""
    columns = zip(table.head, *table.rows, strict=True)
    return [min(max(_NARROW, *(len(cell) for cell in column)), _BROAD) for column in columns]


def measured(content: bytes, width: float, height: float) -> tuple[float, float]:
    """Return how large a picture is to be shown, in millimetres, at most `width` and `height`."""
    across, down = size(content)
    scale = min(1 / _PER_MM, width / across, height / down)
    return across * scale, down * scale


def tables(document: Document, text: Text) -> Iterator[tuple[str, Table]]:
    """Yield all that a spreadsheet can hold of a settled document: each table with the title of its section.

    A chart's data is a table too, and so are the lists of a section together, each item with the heading above it.
    """
    for section in document.sections:
        under = ""
        items: list[tuple[str, str]] = []
        for block in section.blocks:
            match block:
                case Heading():
                    under = block.text
                case Table():
                    yield section.title, block
                case Chart() | Network() if not is_empty(block):
                    yield section.title, msgspec.structs.replace(data_table(block, text), caption=block.title)
                case Bullets():
                    items += ((under, item) for item in block.items)
        if items:
            yield section.title, _listed(items, text)


def _listed(items: list[tuple[str, str]], text: Text) -> Table:
    """Return the items of lists as a table, without a column of headings where there are none."""
    if not any(under for under, _ in items):
        return Table((text(N_("Entry")),), tuple((item,) for _, item in items))
    return Table((text(N_("Heading")), text(N_("Entry"))), tuple(items))


def _settled_meta(meta: Meta) -> Meta:
    names = ("title", "subtitle", "banner", "generator", "standing", "kind", "edition")
    leaves = {name: one_line(getattr(meta, name)) for name in names}
    return msgspec.structs.replace(meta, **leaves, look=_settled_look(meta.look))


def _settled_look(look: Look) -> Look:
    """Return the look with a logo of pixels only and a colour that can be read; what cannot be used is left out."""
    return Look(
        **_logo(look),
        organisation=one_line(look.organisation),
        colour=readable(look.colour) if _COLOUR.fullmatch(look.colour) else "",
        letterhead=tuple(line for line in map(one_line, look.letterhead) if line),
    )


def _logo(look: Look) -> dict[str, Any]:
    """Return the logo as pixels only with its media type, empty where it cannot be read."""
    try:
        drawing = vector.rasterised(look.logo) if look.logo_type == "image/svg+xml" else look.logo
        pixels = pixels_only(drawing) if drawing else None
    except PictureError:
        pixels = None
    return {"logo": pixels.content, "logo_type": pixels.media_type} if pixels else {"logo": b"", "logo_type": ""}


def _settled_picture(picture: Picture) -> Iterator[AnyBlock]:
    alt = one_line(picture.alt) or one_line(picture.caption) or "–"
    caption = one_line(picture.caption)
    try:
        pixels = pixels_only(picture.content)
        yield Picture(pixels.content, pixels.media_type, alt, caption)
    except PictureError:
        yield Paragraph(alt, "note")
        if caption and caption != alt:
            yield Paragraph(caption, "note")


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
            case Chart() | Network():
                yield msgspec.structs.replace(block, title=one_line(block.title), alt=one_line(block.alt))
            case Picture():
                yield from _settled_picture(block)
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
