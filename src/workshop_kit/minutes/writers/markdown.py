"""Writes the minutes as Markdown (CommonMark with GitHub's tables) in which no leaf can become markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    one_line,
)
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers.shape import banner, colophon, settled, settled_section, title
from workshop_kit.results.figures import data_table, described

_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>#|~&!$^]")
_AUTOLINK = re.compile(r"(?i):(?=//)|@|(?<=www)\.|(?<=mailto):|(?<=xmpp):")
_BULLET = re.compile("^[-+=:]")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")


def write(document: Document, text: Text) -> bytes:
    """Return the document as a Markdown file in UTF-8."""
    document = settled(document)
    meta = document.meta
    letterhead = [escaped(line) for line in (meta.look.organisation, *meta.look.letterhead) if line]
    parts = ["\\\n".join(letterhead)] if letterhead else []
    parts += [f"# {escaped(title(meta, text))}"]
    parts += [f"*{escaped(meta.subtitle)}*"] if meta.subtitle else []
    parts += [escaped(meta.standing)] if meta.standing else []
    parts += [f"**{escaped(warning)}**"] if (warning := banner(meta, text)) else []
    for section in document.sections:
        parts += _section(section, text)
    parts += ["---", escaped(made)] if (made := colophon(meta, text)) else []
    return ("\n\n".join(parts) + "\n").encode()


def fragment(section: Section, text: Text) -> str:
    """Return one section as Markdown, as a notebook's output carries it."""
    return "\n\n".join(_section(settled_section(section), text)) + "\n"


def escaped(leaf: str) -> str:
    r"""Return a leaf on one line as Markdown that shows exactly this text.

    >>> print(escaped("1. *not* <b>markup</b> at https://example.org"))
    1\. \*not\* \<b\>markup\</b\> at https\://example.org
    """
    return _escaped_line(one_line(leaf))


def _escaped_line(line: str) -> str:
    line = _ANYWHERE.sub(r"\\\g<0>", line.strip())
    line = _AUTOLINK.sub(r"\\\g<0>", line)
    return _NUMBERED.sub(r"\1\\\2", _BULLET.sub(r"\\\g<0>", line))


def _lines(leaf: str, indent: str = "") -> str:
    """Return a leaf whose own line breaks stay, as hard breaks."""
    lines = [_escaped_line(line) for line in leaf.split("\n") if line.strip()]
    return f"\\\n{indent}".join(lines)


def _section(section: Section, text: Text) -> list[str]:
    parts = [f"## {escaped(section.title)}"]
    for block in section.blocks:
        parts += _block(block, text)
    return parts


def _block(block: AnyBlock, text: Text) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {escaped(block.text)}"
        case Paragraph(tone="lead"):
            yield f"**{escaped(block.text)}**"
        case Paragraph(tone="code"):
            yield _fenced(block.text)
        case Paragraph():
            yield _lines(block.text)
        case Bullets():
            marks = (f"{n}. " if block.ordered else "- " for n in range(1, len(block.items) + 1))
            yield "\n".join(
                f"{mark}{_lines(item, ' ' * len(mark))}" for mark, item in zip(marks, block.items, strict=True)
            )
        case Pairs():
            yield "\n".join(f"* **{escaped(name)}:** {escaped(value)}" for name, value in block.pairs)
        case Table():
            yield from _table(block)
        case Chart() | Network():
            if block.title:
                yield f"**{escaped(block.title)}**"
            yield f"*{escaped(described(block))}*"
            yield from _table(data_table(block, text))
        case Picture():
            yield f"*{escaped(block.alt)}*"
            if block.caption:
                yield escaped(block.caption)


def _fenced(leaf: str) -> str:
    """Return a leaf as it is, between fences longer than any in it."""
    fence = "`" * (max((len(run) for run in re.findall("`+", leaf)), default=0) + 1)
    return f"{fence:`<3}\n{leaf}\n{fence:`<3}"


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"**{escaped(table.caption)}**"
    rules = ["---:" if column in table.numeric else "---" for column in range(len(table.head))]
    rows = [[escaped(cell) for cell in table.head], rules, *([escaped(cell) for cell in row] for row in table.rows)]
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
