"""The document tree: what an activity puts into the minutes, as plain blocks whose leaves are strings.

Writers (HTML, PDF, Markdown, …) turn blocks into formats. A leaf is text and never markup: `clean` runs over every one
of them, and each writer escapes for its own format.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import msgspec
from msgspec import Struct

MIME = "application/vnd.workshop-kit.minutes.v1+json"
"""The media type under which a `Section` travels in a notebook's output."""

NEW_LINE_MARK = "/"
"""Stands for a line break where a leaf must stay on one line; every font has it."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


MOST_MARKS = 4
"""So many combining marks in a row a letter may carry; no script needs more, and a pile of them covers other lines."""


LineStyle = Literal["solid", "dotted", "double", "dashed"]
"""How the line of a tie is drawn; the four can be told apart in black and white."""


class Block(Struct, frozen=True, tag_field="k", tag=str.lower, omit_defaults=True):
    """Base of all blocks; on the wire a block is a JSON object whose `k` names its kind."""


class Heading(Block, frozen=True):
    """A heading below the section's own; `level` 3 or deeper, the document's title being 1 and a section's 2."""

    text: str
    level: int = 3


class Paragraph(Block, frozen=True):
    """Running text. `tone` says how it is meant.

    `plain`, `lead` (the question asked), `note` (small print), `source` (which entries of the log this rests on), or
    `code` (a piece of a file, whose spaces and line breaks count).
    """

    text: str
    tone: Literal["plain", "lead", "note", "source", "code"] = "plain"


class Bullets(Block, frozen=True):
    """A list of short texts; numbered from 1 when `ordered`."""

    items: tuple[str, ...]
    ordered: bool = False


class Pairs(Block, frozen=True):
    """Names and their values, as in the head of the minutes: ((name, value), …)."""

    pairs: tuple[tuple[str, str], ...]


class Table(Block, frozen=True):
    """A table with one header row. `numeric` holds the column indexes that are set flush right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    numeric: tuple[int, ...] = ()


class Bar(Struct, frozen=True):
    """One bar of a chart: `value` on the axis; `low` and `high` (same unit) draw an interval; `note` stands beside."""

    label: str
    value: float
    note: str = ""
    low: float | None = None
    high: float | None = None


class Chart(Block, frozen=True):
    """A bar chart described by its data; `results.charts` draws it. `alt` says in words what the picture shows.

    Beside the picture stands a table, `table` if given, else one of the bars. Bars are drawn by value if `ordered`.
    `most` ends the axis where several pictures are to be compared.
    """

    title: str
    bars: tuple[Bar, ...]
    alt: str
    unit: str = ""
    ordered: bool = True
    table: Table | None = None
    most: float | None = None


class Node(Struct, frozen=True, omit_defaults=True):
    """One node of a network: its name stands below it, its shape says what it is."""

    id: str
    label: str
    shape: Literal["circle", "square", "diamond"] = "circle"


class Edge(Struct, frozen=True, omit_defaults=True):
    """A tie between two nodes, drawn as one line per style side by side; `weight` from 1 to 3 is how thick they are."""

    one: str
    other: str
    styles: tuple[LineStyle, ...] = ("solid",)
    weight: int = 1


class Network(Block, frozen=True):
    """Nodes and the ties between them; `results.networks` finds the places and draws it. `alt` tells it in words.

    `legend` explains the line styles and shapes that are used, so that the picture can be read without colours. Beside
    the picture stands `table`, which names every tie.
    """

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    legend: tuple[tuple[str, str], ...]
    alt: str
    table: Table


class Picture(Block, frozen=True):
    """A photo or drawing, in its file's own bytes. `alt` says in words what it shows; `caption` stands below it."""

    content: bytes
    media_type: Literal["image/jpeg", "image/png"]
    alt: str
    caption: str = ""


AnyBlock = Heading | Paragraph | Bullets | Pairs | Table | Chart | Network | Picture


class Section(Struct, frozen=True):
    """A titled piece of the minutes. `id` is stable (`item-factors`), so that one can point at it."""

    id: str
    title: str
    blocks: tuple[AnyBlock, ...]


class Look(Struct, frozen=True, omit_defaults=True):
    """How an organisation's documents look: its name and logo, a colour (`#rrggbb`), and lines of its letterhead."""

    organisation: str = ""
    logo: bytes = b""
    logo_type: Literal["", "image/jpeg", "image/png", "image/svg+xml"] = ""
    colour: str = ""
    letterhead: tuple[str, ...] = ()


class Meta(Struct, frozen=True):
    """What a document says about itself. `created` is the session's own date (ISO 8601), so that output repeats.

    `standing` is one line below the title: which edition it is, and whether it is a draft. `kind` and `edition` name
    both for programs. `apart` says that each section is to begin a page of its own.
    """

    title: str
    lang: str
    created: str
    subtitle: str = ""
    simulated: bool = False
    banner: str = ""
    generator: str = ""
    kind: str = "results"
    edition: str = "internal"
    standing: str = ""
    look: Look = Look()
    apart: bool = False


class Document(Struct, frozen=True):
    """The whole minutes: the meta data and the sections in reading order."""

    meta: Meta
    sections: tuple[Section, ...]


_UNSEEN = re.compile(
    r"\s*(?:[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u3164\ufeff\uffa0]\s*)+"
)


def clean(text: str) -> str:
    r"""Return `text` fit to be a leaf: NFC, line breaks kept, control characters and bidi overrides made visible.

    What nobody can see is no text, so that there are no cards and names that seem to be empty.

    >>> clean("a\x07b") == "a\N{REPLACEMENT CHARACTER}b"
    True
    >>> clean("\N{ZERO WIDTH SPACE} \N{WORD JOINER}")
    ''
    """
    if _UNSEEN.fullmatch(text):
        return ""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _without_piles(unicodedata.normalize("NFC", unified)))


def _without_piles(text: str) -> str:
    """Return `text` with the marks left out that follow `MOST_MARKS` others in a row."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def one_line(text: str) -> str:
    """Return `text` cleaned, with its line breaks turned into a visible mark."""
    return f" {NEW_LINE_MARK} ".join(line.strip() for line in clean(text).split("\n") if line.strip())


def cleaned(section: Section) -> Section:
    """Return the section with `clean` run over every leaf."""
    return msgspec.convert(_cleaned(msgspec.to_builtins(section)), Section)


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case dict():
            return {key: _cleaned(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_cleaned(inner) for inner in value]
        case _:
            return value
