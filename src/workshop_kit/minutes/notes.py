"""Reads the note-taker's own Markdown into blocks, the only markup that the minutes ever parse.

HTML stays visible as text, links keep their words and their address as text, and comments are dropped, so that a
private remark is not published. A picture that `album` has is shown; any other leaves its description.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any

import mistune
from msgspec import Struct

from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, Picture, Table
from workshop_kit.minutes.album import Album

_Token = dict[str, Any]

_SECTION_LEVEL = 2
_NESTED = "– "

NO_ALBUM = Album()


class Part(Struct, frozen=True):
    """A stretch of a note under one title; no title when it continues what stands before."""

    title: str | None
    blocks: tuple[AnyBlock, ...]


def parts(markdown: str, album: Album = NO_ALBUM) -> Iterator[Part]:
    r"""Yield the parts of a note; a heading of the first or second level begins a new one.

    >>> [part.title for part in parts("so far\n\n# Next\n\nmore")]
    [None, 'Next']
    """
    title: str | None = None
    blocks: list[AnyBlock] = []
    for token in _tokens(markdown):
        if token["type"] == "heading" and token["attrs"]["level"] <= _SECTION_LEVEL:
            if blocks or title is not None:
                yield Part(title, tuple(blocks))
            title, blocks = _words(token), []
        else:
            blocks += _blocks(token, album)
    if blocks or title is not None:
        yield Part(title, tuple(blocks))


def images(markdown: str) -> Iterator[tuple[str, str, str]]:
    """Yield the address, the description and the words below of every picture that a note names."""

    def within(tokens: Iterable[_Token]) -> Iterator[tuple[str, str, str]]:
        for token in tokens:
            if token["type"] == "image":
                yield _image(token)
            else:
                yield from within(token.get("children", ()))

    yield from within(_tokens(markdown))


def _image(token: _Token) -> tuple[str, str, str]:
    attrs = token["attrs"]
    return attrs["url"], _joined(token["children"]).strip(), html.unescape(attrs.get("title") or "").strip()


def _tokens(markdown: str) -> list[_Token]:
    tokens = mistune.create_markdown(renderer=None, plugins=["table"])(markdown)
    return [] if isinstance(tokens, str) else tokens


def _blocks(token: _Token, album: Album) -> Iterator[AnyBlock]:
    match token["type"]:
        case "heading":
            yield Heading(_words(token), token["attrs"]["level"])
        case "list":
            yield Bullets(tuple(_items(token)), bool(token["attrs"]["ordered"]))
        case "table":
            yield _table(token)
        case "block_quote":
            for inner in token["children"]:
                yield from _blocks(inner, album)
        case "paragraph" | "block_text":
            yield from _paragraphs(token["children"], album)
        case "block_code":
            if words := str(token["raw"]).strip("\n"):
                yield Paragraph(words, "code")
        case "block_html":
            if words := _words(token).strip():
                yield Paragraph(words)


def _paragraphs(children: Iterable[_Token], album: Album) -> Iterator[AnyBlock]:
    """Yield the words of a paragraph, with each of its pictures below the words before it."""
    words: list[_Token] = []
    for child in children:
        if picture := _picture(child, album):
            yield from _paragraph(words)
            words = []
            yield picture
        else:
            words.append(child)
    yield from _paragraph(words)


def _paragraph(tokens: list[_Token]) -> Iterator[Paragraph]:
    if words := _joined(tokens).strip():
        yield Paragraph(words)


def _picture(token: _Token, album: Album) -> Picture | None:
    return album.find(*_image(token)) if token["type"] == "image" else None


def _items(token: _Token, depth: int = 0) -> Iterator[str]:
    """Yield the items of a list; those of a list inside follow their item with a dash before them."""
    for item in token["children"]:
        lists = [child for child in item["children"] if child["type"] == "list"]
        own = [_words(child).strip() for child in item["children"] if child["type"] not in {"list", "blank_line"}]
        if any(own):
            yield _NESTED * depth + "\n".join(filter(None, own))
        for inner in lists:
            yield from _items(inner, depth + 1)


def _table(token: _Token) -> Table:
    head, *bodies = token["children"]
    cells = head["children"]
    rows = tuple(tuple(_words(cell) for cell in row["children"]) for body in bodies for row in body["children"])
    numeric = tuple(column for column, cell in enumerate(cells) if cell["attrs"]["align"] == "right")
    return Table(tuple(_words(cell) for cell in cells), rows, numeric=numeric)


def _words(token: _Token) -> str:
    """Return the words of a token and of all inside it, without their markup."""
    match token["type"]:
        case "text":
            return html.unescape(str(token["raw"]))
        case "linebreak":
            return "\n"
        case "softbreak":
            return " "
        case "inline_html" | "block_html":
            raw = str(token["raw"])
            return "" if raw.startswith("<!--") else raw
        case "link":
            return _with_address(_joined(token["children"]), str(token["attrs"]["url"]))
        case _:
            return _joined(token["children"]) if "children" in token else str(token.get("raw", ""))


def _joined(tokens: Iterable[_Token]) -> str:
    return "".join(map(_words, tokens))


def _with_address(words: str, address: str) -> str:
    return words if address.removeprefix("mailto:") in words or address.startswith("#") else f"{words} ({address})"
