"""Writes the minutes as one self-contained page: no script, no link, nothing loaded; every leaf escaped.

The elements are built as strings by `_tag` alone, which escapes attributes; leaves pass through `_leaf`.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from html import escape
from importlib.resources import files

from workshop_kit.core.document import (
    AnyBlock,
    Bullets,
    Chart,
    Document,
    Heading,
    Meta,
    Network,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Table,
)
from workshop_kit.core.text import Text
from workshop_kit.minutes.colour import NIGHT, readable
from workshop_kit.minutes.writers.shape import banner, colophon, settled, settled_section, title
from workshop_kit.results.figures import Figure, data_table, draw, is_empty

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write(document: Document, text: Text) -> bytes:
    """Return the document as an HTML page in UTF-8."""
    document = settled(document)
    meta = document.meta
    named = title(meta, text)
    head = [
        '<meta charset="utf-8">',
        _tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        _tag("meta", name="generator", content=meta.generator),
        _tag("meta", name="date", content=meta.created),
        _tag("title", escape(named)),
        _tag("style", _style() + _accents(meta)),
    ]
    opening = [_letterhead(meta)]
    opening += [_tag("p", _leaf(warning), cls="banner") if (warning := banner(meta, text)) else ""]
    opening += [_tag("h1", _leaf(named), dir="auto")]
    opening += [_tag("p", _leaf(meta.subtitle), cls="subtitle", dir="auto") if meta.subtitle else ""]
    opening += [_tag("p", _leaf(meta.standing), cls="standing", dir="auto") if meta.standing else ""]
    sections = [_section(section, text) for section in document.sections]
    closing = [_tag("footer", _leaf(made)) if (made := colophon(meta, text)) else ""]
    main = _tag("main", _joined([_tag("header", _joined(opening)), *sections]), cls="apart" if meta.apart else "")
    page = [_tag("head", _joined(head)), _tag("body", _joined([main, *closing]))]
    direction = Text(meta.lang).direction
    return f"<!doctype html>\n{_tag('html', _joined(page), lang=meta.lang, dir=direction)}\n".encode()


def fragment(section: Section, text: Text) -> str:
    """Return one section as an HTML fragment, as a notebook's output carries it."""
    return _tag("div", _section(settled_section(section), text), lang=text.lang, dir=text.direction)


def _tag(name: str, inner: str | None = None, /, **attributes: str) -> str:
    """Return an element; `inner` is HTML already, attribute values are text. `cls` stands for `class`."""
    named = {"cls": "class"}
    pairs = {named.get(key, key.replace("_", "-")): value for key, value in attributes.items() if value}
    opening = " ".join([f"<{name}", *(f'{key}="{escape(value)}"' for key, value in pairs.items())]) + ">"
    return opening if inner is None else f"{opening}{inner}</{name}>"


def _joined(parts: list[str]) -> str:
    return "\n" + "\n".join(part for part in parts if part) + "\n"


def _leaf(leaf: str) -> str:
    """Return a leaf as HTML: escaped, with its own line breaks."""
    return "<br>".join(escape(line) for line in leaf.strip("\n").split("\n"))


def _section(section: Section, text: Text) -> str:
    parts = [_tag("h2", _leaf(section.title), dir="auto")]
    parts += [_block(block, text) for block in section.blocks]
    return _tag("section", _joined(parts), id=section.id)


def _block(block: AnyBlock, text: Text) -> str:
    match block:
        case Heading():
            return _tag(f"h{block.level}", _leaf(block.text), dir="auto")
        case Paragraph():
            return _tag("p", _leaf(block.text), cls="" if block.tone == "plain" else block.tone, dir="auto")
        case Bullets():
            items = [_tag("li", _leaf(item), dir="auto") for item in block.items]
            return _tag("ol" if block.ordered else "ul", _joined(items))
        case Pairs():
            pairs = [
                _tag("div", _tag("dt", _leaf(name), dir="auto") + _tag("dd", _leaf(value), dir="auto"))
                for name, value in block.pairs
            ]
            return _tag("dl", _joined(pairs))
        case Table():
            return _table(block)
        case Chart() | Network():
            return _figure(block, text)
        case Picture():
            return _picture(block)


def _figure(figure: Figure, text: Text) -> str:
    """Return the picture with its data beneath; the picture's name is its alt text, the caption its title."""
    caption = [_tag("figcaption", _leaf(figure.title), dir="auto")] if figure.title else []
    picture = [_tag("div", draw(figure, text.lang).svg, cls="picture")] if not is_empty(figure) else []
    data = (
        [_table(data_table(figure, text), row_heads=True)] if not is_empty(figure) else [_tag("p", _leaf(figure.alt))]
    )
    return _tag("figure", _joined([*caption, *picture, *data]))


def _letterhead(meta: Meta) -> str:
    """Return the logo and the letterhead, or nothing where the minutes wear no organisation's look."""
    look = meta.look
    named = [_tag("strong", _leaf(look.organisation), dir="auto")] if look.organisation else []
    lines = [*named, *(_tag("span", _leaf(line), dir="auto") for line in look.letterhead)]
    logo = (
        [_tag("img", src=_inline(look.logo, look.logo_type), alt=look.organisation or meta.title)] if look.logo else []
    )
    return _tag("div", _joined([*logo, _tag("p", "<br>".join(lines))]), cls="letterhead") if logo or lines else ""


def _accents(meta: Meta) -> str:
    """Return the organisation's colour as the accent of the page, in a shade for each ground."""
    colour = meta.look.colour
    if not colour:
        return ""
    light, dark = f":root {{ --accent: {colour}; }}", f":root {{ --accent: {readable(colour, NIGHT)}; }}"
    return (
        f"@media not print {{ {light} @media (prefers-color-scheme: dark) {{ {dark} }} }}\n@media print {{ {light} }}\n"
    )


def _inline(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _picture(picture: Picture) -> str:
    source = _inline(picture.content, picture.media_type)
    caption = [_tag("figcaption", _leaf(picture.caption), dir="auto")] if picture.caption else []
    return _tag("figure", _joined([_tag("img", src=source, alt=picture.alt), *caption]), cls="photo")


def _table(table: Table, *, row_heads: bool = False) -> str:
    """Return a table; with `row_heads` the first column names its row."""
    sides = ["number" if column in table.numeric else "" for column in range(len(table.head))]
    heads = [
        _tag("th", _leaf(name), scope="col", cls=side, dir="auto") for name, side in zip(table.head, sides, strict=True)
    ]
    rows = []
    for row in table.rows:
        cells = [_tag("td", _leaf(cell), cls=side, dir="auto") for cell, side in zip(row, sides, strict=True)]
        if row_heads:
            cells[0] = _tag("th", _leaf(row[0]), scope="row", dir="auto")
        rows.append(_tag("tr", "".join(cells)))
    caption = [_tag("caption", _leaf(table.caption), dir="auto")] if table.caption else []
    parts = [*caption, _tag("thead", _tag("tr", "".join(heads))), _tag("tbody", _joined(rows))]
    name = table.caption or ", ".join(table.head)
    return _tag("div", _tag("table", _joined(parts)), cls="wide", role="group", tabindex="0", aria_label=name)


@cache
def _style() -> str:
    return "\n" + files(__package__).joinpath("page.css").read_text("utf-8")
