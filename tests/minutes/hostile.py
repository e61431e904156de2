"""A document with hostile text in every place that people can fill, and pictures that carry more than pixels."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from workshop_kit.core.document import (
    Bar,
    Bullets,
    Chart,
    Document,
    Heading,
    Look,
    Meta,
    Pairs,
    Paragraph,
    Picture,
    Section,
    Table,
)

SECRET = "Ada was here"
"""Stands in what a camera notes beside the pixels."""


def photo(width: int = 60, height: int = 40, kind: str = "JPEG", orientation: int = 1) -> bytes:
    """Return a picture that is red on the left and blue on the right, with a place, an author and a comment in it."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x013B] = orientation, SECRET, SECRET
    exif.get_ifd(0x8825)[2] = (50.0, 56.0, 17.0)
    written = BytesIO()
    image.save(written, kind, exif=exif, **({"comment": SECRET.encode()} if kind == "JPEG" else {}))
    return written.getvalue()


PHOTO = photo()
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" onload="alert(1)">
<script>alert(1)</script><rect width="40" height="20" fill="#123456"/></svg>"""

HOSTILE = "\n".join(
    (
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "[link](javascript:alert(1)) ![pic](file:///etc/passwd) <https://example.org> www.example.org me@example.org",
        "# a heading",
        "Title\n=====\nTitle\n---",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\ncode\n```\n    indented",
        '#eval("1") #read("/etc/passwd") $x$ @ref <label> *bold* _it_ `raw` // no /* no */',
        "\u202eoverride\u202c مرحبا بالعالم שלום",
        "\N{PARTY POPPER} \N{WOMAN}\u200d\N{WOMAN} \u4e2d\u6587 \ue000 \uffff İşğı Привіт ✓",
        "x" * 240,
        "ctrl\x00\x07\x1b[31m \ud800 tab\tend\\",
        "1. one\n- two\n+ three\n> quote\n&amp; &#35; {{ jinja }} {page} {0}",
    )
)


def document(leaf: str, lang: str = "de") -> Document:
    """Return a document with every kind of block and `leaf` in every place that people can fill."""
    blocks = (
        Heading(leaf, 5),
        Paragraph(leaf, "lead"),
        Paragraph(leaf),
        Paragraph(leaf, "note"),
        Bullets((leaf, leaf)),
        Bullets((leaf, leaf), ordered=True),
        Pairs(((leaf, leaf),)),
        Heading(leaf, 3),
        Table((leaf, "n"), ((leaf, "1"), (leaf,)), leaf, (1,)),
        Paragraph(leaf, "source"),
        Picture(PHOTO, "image/jpeg", leaf, leaf),
        Chart(leaf, (Bar(leaf, 3, f"!{leaf}", 2, 4), Bar(leaf, 1, "!")), leaf, leaf),
    )
    look = Look(leaf, LOGO, "image/svg+xml", "#ffcc00", (leaf, leaf))
    meta = Meta(
        leaf,
        lang,
        "2026-11-23T14:00:00+01:00",
        leaf,
        simulated=True,
        generator="workshop-kit",
        standing=leaf,
        look=look,
    )
    return Document(meta, (Section(leaf, leaf, blocks), Section(leaf, leaf, ())))
