"""Writes the minutes as an accessible PDF (PDF/UA-1 and PDF/A-2a) that Typst sets from one fixed template."""

from __future__ import annotations

import textwrap
from typing import Any

import msgspec

from workshop_kit.core.document import AnyBlock, Chart, Document, Look, Network, Picture, Table
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Text
from workshop_kit.minutes import fonts
from workshop_kit.minutes.writers.shape import (
    accent,
    banner,
    colophon,
    locale,
    measured,
    moment,
    settled,
    shares,
    title,
)
from workshop_kit.minutes.writers.typesetting import SECONDS, Job, each_leaf, typeset
from workshop_kit.results.figures import Figure, data_table, described, draw, inscriptions, is_empty

_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}
_PHOTO = (158.0, 100.0)
"""The most millimetres that a photo takes, across and down."""


def write(document: Document, text: Text, *, seconds: float = SECONDS) -> bytes:
    """Return the document as a PDF; raise `WritingError` when Typst fails or takes longer than `seconds`."""
    plain = msgspec.to_builtins(settled(document))
    return typeset(lambda shown: _job(msgspec.convert(each_leaf(plain, shown), Document), text), seconds)


def _job(document: Document, text: Text) -> Job:
    pictures: dict[str, bytes] = {}
    page = _page(document, text, pictures)
    return Job(page, pictures, int(moment(document.meta.created).timestamp()))


def _page(document: Document, text: Text, pictures: dict[str, bytes]) -> dict[str, Any]:
    """Return what the template reads: the document in plain values and the words that it adds."""
    meta = document.meta
    lang, region = locale(meta)
    return {
        "lang": lang,
        "region": region or None,
        "title": title(meta, text),
        "running-title": textwrap.shorten(title(meta, text), 90, placeholder=" …"),
        "subtitle": meta.subtitle,
        "standing": meta.standing,
        "apart": meta.apart,
        "banner": banner(meta, text),
        "accent": accent(meta),
        "letterhead": _letterhead(meta.look, pictures),
        "colophon": colophon(meta, text),
        "page-of": text(N_("Page {page} of {pages}")),
        "families": list(fonts.FAMILIES),
        "sections": [
            {"title": section.title, "blocks": [_plain(block, text, pictures) for block in section.blocks]}
            for section in document.sections
        ],
    }


def _plain(block: AnyBlock, text: Text, pictures: dict[str, bytes]) -> dict[str, Any]:
    match block:
        case Table():
            return _table(block)
        case Chart() | Network() if is_empty(block):
            return {"k": "chart", "title": block.title, "alt": described(block), "data": None, "picture": None}
        case Chart() | Network():
            suffix, content = _picture(block, text)
            name = _kept(pictures, content, suffix)
            data = _table(data_table(block, text))
            return {"k": "chart", "title": block.title, "alt": described(block), "data": data, "picture": name}
        case Picture():
            width, _ = measured(block.content, *_PHOTO)
            name = _kept(pictures, block.content, _SUFFIXES[block.media_type])
            return {"k": "picture", "picture": name, "alt": block.alt, "caption": block.caption, "width": width}
        case _:
            return {"k": block.__struct_config__.tag, **msgspec.structs.asdict(block)}


def _kept(pictures: dict[str, bytes], content: bytes, suffix: str) -> str:
    """Put a picture among those that Typst is given, and return its name there."""
    name = f"picture-{len(pictures) + 1}{suffix}"
    pictures[name] = content
    return name


def _letterhead(look: Look, pictures: dict[str, bytes]) -> dict[str, Any] | None:
    if look == Look(colour=look.colour):
        return None
    suffix = _SUFFIXES.get(look.logo_type, "")
    return {
        "logo": _kept(pictures, look.logo, suffix) if look.logo else None,
        "organisation": look.organisation,
        "lines": look.letterhead,
    }


def _picture(figure: Figure, text: Text) -> tuple[str, bytes]:
    """Return the chart as SVG, or as pixels if its words mix scripts, which Typst does not set inside an SVG."""
    drawn = draw(figure, text.lang)
    plain = fonts.plain(inscriptions(figure).replace("\n", ""))
    return (".svg", drawn.svg.encode()) if plain else (".png", drawn.png)


def _table(table: Table) -> dict[str, Any]:
    """Return a table with the share of the width that each column of words asks for, going by its contents."""
    return {"k": "table", **msgspec.structs.asdict(table), "shares": shares(table)}
