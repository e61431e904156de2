"""Pictures in the note-taker's cells: pasted or from the session's folder, and from nowhere else."""

from __future__ import annotations

import base64

import pytest

from workshop_kit.core.document import Document, Meta, Paragraph, Picture, Section
from workshop_kit.minutes.album import Album, fit_for_public, is_cleared
from workshop_kit.minutes.collect import document_of
from workshop_kit.minutes.notes import images, parts

PNG_BYTES = b"\x89PNG\r\n\x1a\n rest of a picture"
JPEG_BYTES = b"\xff\xd8\xff\xe0 rest of a photo"
JPEG = base64.b64encode(JPEG_BYTES).decode()


@pytest.fixture
def folder(tmp_path):
    """A session's folder with a picture in it, beside a folder with one that is nobody's business."""
    inside = tmp_path / "session"
    (inside / "photos").mkdir(parents=True)
    (inside / "wall.png").write_bytes(PNG_BYTES)
    (inside / "photos" / "über uns.jpg").write_bytes(JPEG_BYTES)
    (inside / "secret.txt").write_text("no picture", "utf-8")
    (tmp_path / "outside.png").write_bytes(PNG_BYTES)
    return inside


def blocks(markdown, album):
    return [block for part in parts(markdown, album) for block in part.blocks]


def test_a_pasted_picture_is_shown_with_its_words(folder):
    album = Album({"a.jpg": {"image/jpeg": JPEG}})
    assert blocks('Before ![The *wall*](attachment:a.jpg "All cards &amp; more") after', album) == [
        Paragraph("Before"),
        Picture(JPEG_BYTES, "image/jpeg", "The wall", "All cards & more"),
        Paragraph("after"),
    ]


@pytest.mark.parametrize(
    ("address", "content"),
    [("wall.png", PNG_BYTES), ("./wall.png", PNG_BYTES), ("photos/%C3%BCber%20uns.jpg", JPEG_BYTES)],
)
def test_a_file_of_the_folder_is_shown(folder, address, content):
    (picture,) = blocks(f"![x]({address})", Album({}, folder))
    assert picture.content == content


@pytest.mark.parametrize(
    "address",
    [
        "../outside.png",
        "photos/../../outside.png",
        "%2e%2e/outside.png",
        "/etc/passwd",
        "file:///etc/passwd",
        "https://example.org/a.png",
        "//example.org/a.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "secret.txt",
        "photos",
        ".",
        "missing.png",
        "a%00.png",
        "attachment:missing.png",
        "attachment:../wall.png",
        "x" * 5000,
    ],
)
def test_nothing_else_is_read_and_its_description_stays(folder, address):
    assert blocks(f"![A wall]({address})", Album({"n.png": 7, "m.png": {"image/png": None}}, folder)) == [
        Paragraph("A wall")
    ]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder):
    try:
        (folder / "link.png").symlink_to(folder.parent / "outside.png")
    except OSError:
        pytest.skip("this system makes no links")
    assert blocks("![A wall](link.png)", Album({}, folder)) == [Paragraph("A wall")]


def test_without_a_folder_no_file_is_read(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert blocks("![A wall](wall.png)", Album()) == [Paragraph("A wall")]


def test_every_picture_of_a_note_is_found():
    markdown = '# ![a](1.png)\n\ntext ![b](2.png "c")\n\n- ![](3.png)\n\n> ![d](4.png)'
    assert list(images(markdown)) == [("1.png", "a", ""), ("2.png", "b", "c"), ("3.png", "", ""), ("4.png", "d", "")]


@pytest.mark.parametrize(
    ("caption", "cleared"),
    [("Rosa, with consent", True), ("Die Wand. KEINE PERSONEN", True), ("mit Einverständnis", True), ("Rosa", False)],
)
def test_what_stands_below_says_whether_anybody_may_see_it(caption, cleared):
    assert is_cleared(Picture(b"", "image/png", "", caption)) is cleared


def test_in_public_a_picture_that_is_not_cleared_gives_way_to_its_words():
    kept = Picture(PNG_BYTES, "image/png", "A wall", "no people")
    made = [kept, Picture(PNG_BYTES, "image/png", "Rosa", ""), Picture(PNG_BYTES, "image/png", "", "")]
    document = fit_for_public(Document(Meta("M", "en", ""), (Section("a", "A", tuple(made)),)))
    assert document.sections[0].blocks == (kept, Paragraph("Rosa", "note"))


@pytest.mark.parametrize("edition", ["internal", "public"])
def test_a_notebook_brings_its_pictures_into_the_document(folder, edition):
    from workshop_kit.core.text import Text
    from workshop_kit.minutes.display import SectionOutput

    meta = Meta("M", "en", "", edition=edition)
    bundle = SectionOutput(Section("head", "Head", (Paragraph("x"),)), Text("en"), meta)._repr_mimebundle_()
    cells = [
        {"cell_type": "code", "outputs": [{"data": bundle}]},
        {"cell_type": "markdown", "source": "![x](attachment:a.jpg)", "attachments": {"a.jpg": {"image/jpeg": JPEG}}},
        {"cell_type": "markdown", "source": ["![y](wall.png ", '"no people")']},
    ]
    shown = document_of({"cells": cells}, folder).sections[0].blocks[1:]
    pasted = Picture(JPEG_BYTES, "image/jpeg", "x") if edition == "internal" else Paragraph("x", "note")
    assert shown == (pasted, Picture(PNG_BYTES, "image/png", "y", "no people"))
