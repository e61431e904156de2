"""Pictures and an organisation's look: nothing but pixels gets out, mistakes are named, colours can be read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.minutes.hostile import LOGO, SECRET, document, photo

from workshop_kit.core.document import Document, Look, Meta, Paragraph, Picture, Section
from workshop_kit.core.text import Text
from workshop_kit.folder import SessionFolder
from workshop_kit.library import shipped, voice
from workshop_kit.minutes import pictures, vector
from workshop_kit.minutes.cells import MinutesCells
from workshop_kit.minutes.colour import NIGHT, PAPER, READABLE, contrast, readable
from workshop_kit.minutes.display import SectionOutput
from workshop_kit.minutes.look import LookError, look_of
from workshop_kit.minutes.pictures import PictureError, pixels_only
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.prepare import new_session

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def svg(inner: str, head: str = 'viewBox="0 0 40 20"') -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" {head}>{inner}</svg>'.encode()
    )


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_loses_all_that_a_camera_noted(kind):
    taken = photo(kind=kind)
    assert SECRET.encode() in taken
    made = pixels_only(taken)
    assert SECRET.encode() not in made.content
    opened = Image.open(io.BytesIO(made.content))
    assert not opened.getexif()
    assert not {"exif", "comment", "icc_profile", "dpi"} & set(opened.info)


def test_a_picture_is_upright_and_of_bounded_size():
    made = pixels_only(photo(4000, 1000, orientation=6))
    assert pictures.size(made.content) == (400, 1600)
    opened = Image.open(io.BytesIO(made.content)).convert("RGB")
    assert opened.getpixel((200, 10))[0] > 200, "what was left is now above"
    noisy = Image.effect_noise((2400, 1800), 90).convert("RGB")
    written = io.BytesIO()
    noisy.save(written, "PNG")
    assert pixels_only(written.getvalue()).media_type == "image/jpeg"
    assert pixels_only(photo(kind="JPEG")).media_type == "image/png", "a drawing stays sharp"


def test_see_through_parts_of_a_picture_stay():
    written = io.BytesIO()
    Image.new("RGBA", (9, 9), (255, 0, 0, 0)).save(written, "PNG")
    assert Image.open(io.BytesIO(pixels_only(written.getvalue()).content)).mode == "RGBA"


@pytest.mark.parametrize("broken", [b"", b"GIF89a", photo()[:200], b"\x89PNG\r\n\x1a\n" + bytes(50), b"<svg/>"])
def test_what_is_no_picture_is_refused_and_shown_as_its_words(broken):
    with pytest.raises(PictureError, match="Give a JPEG or PNG file"):
        pixels_only(broken)
    shown = Picture(broken, "image/jpeg", "Ein Flipchart mit drei Zielen", "Flipchart")
    one = Document(Meta("T", "de", ""), (Section("a", "A", (shown,)),))
    for known in BUILT_IN:
        file = known.write(one, Text("de"))
        if known.name in {"html", "md", "json"}:
            assert "Ein Flipchart mit drei Zielen" in file.decode()


def test_a_picture_too_large_to_unpack_is_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(PictureError):
        pixels_only(photo(61, 41))


def test_a_notebook_carries_pixels_only():
    section = Section("a", "A", (Picture(photo(kind="PNG"), "image/png", "alt"),))
    assert SectionOutput(section, Text("de")).section.blocks[0].content != section.blocks[0].content
    broken = Section("a", "A", (Picture(b"x", "image/png", "alt"),))
    assert SectionOutput(broken, Text("de")).section.blocks == (Paragraph("alt", "note"),)


# ── logos ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_logo_is_drawn_without_what_is_active():
    drawn = vector.rasterised(LOGO)
    assert Image.open(io.BytesIO(drawn)).size == (1200, 600)
    assert Image.open(io.BytesIO(drawn)).convert("RGB").getpixel((5, 5)) == (0x12, 0x34, 0x56)


def test_addresses_outside_are_left_out_of_a_logo():
    inside = svg('<defs><linearGradient id="g"><stop stop-color="#f00"/></linearGradient></defs>'
                 '<rect width="40" height="20" fill="url(#g)"/>')  # fmt: skip
    assert Image.open(io.BytesIO(vector.rasterised(inside))).convert("RGB").getpixel((5, 5)) == (255, 0, 0)
    outside = svg('<style>@import url(http://x/y.css);rect{fill:red}</style><rect width="40" height="20" '
                  'fill="url(http://x/y.svg#g)" onclick="alert(1)"/>')  # fmt: skip
    assert Image.open(io.BytesIO(vector.rasterised(outside))).convert("RGB").getpixel((5, 5)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("logo", "told"),
    [
        (svg('<image x:href="file:///etc/passwd"/>'), "image"),
        (svg("<foreignObject/>"), "foreignObject"),
        (svg('<use x:href="#a"/>'), "use"),
        (b"<html/>", "html"),
        (b"not at all", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "too involved"),
        (svg("x" * 600_000), "too large"),
        (svg("", ""), "how large"),
        (svg("", 'width="1000000" height="1"'), "how large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_logo_that_needs_more_than_drawing_is_refused(logo, told):
    with pytest.raises(PictureError, match=told):
        vector.rasterised(logo)


# ── workshop.toml ─────────────────────────────────────────────────────────────────────────────────────────────────────

WRITTEN = """
organisation = "Netz Nippes"
logo = "logo.svg"
colour = "#e07b00"
letterhead = ["Neusser Straße 12", ""]
"""


@pytest.fixture
def home(tmp_path):
    (tmp_path / "workshop.toml").write_text(WRITTEN, "utf-8")
    (tmp_path / "logo.svg").write_bytes(LOGO)
    (tmp_path / "session").mkdir()
    return tmp_path


def test_the_look_of_a_folder_above_counts_and_a_light_colour_is_darkened(home):
    notes = []
    look = look_of(home / "session", notes.append)
    assert (look.organisation, look.letterhead) == ("Netz Nippes", ("Neusser Straße 12",))
    assert look.logo_type == "image/png"
    assert contrast(look.colour, PAPER) >= READABLE > contrast("#e07b00", PAPER)
    assert look.colour in str(notes[0])
    (home / "session" / "workshop.toml").write_text('organisation = "Nearer"', "utf-8")
    assert look_of(home / "session") == Look("Nearer")


def test_without_a_file_the_look_is_plain(tmp_path):
    assert look_of(tmp_path) == Look()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("organisation = 3", "organisation, logo, colour, letterhead"),
        ('organization = "x"', "unknown field"),
        ("organisation", "cannot be used"),
        ('logo = "missing.png"', "no such file"),
        ('logo = "../session.db"', "no such file"),
        ('logo = "workshop.toml"', "Give a JPEG or PNG file"),
        ('colour = "blue"', "six hexadecimal digits"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, written, told):
    (tmp_path / "workshop.toml").write_text(written, "utf-8")
    with pytest.raises(LookError, match=told):
        look_of(tmp_path)


@given(colours, st.sampled_from([PAPER, NIGHT]))
def test_every_colour_becomes_readable_and_a_readable_one_stays(colour, ground):
    shade = readable(colour, ground)
    assert contrast(shade, ground) >= READABLE
    assert (shade == colour) == (contrast(colour, ground) >= READABLE)


def test_the_look_comes_with_the_agenda_and_reaches_the_minutes(home, capsys):
    (home / "agenda.toml").write_text('name = "a"\ntitle = "A"\n[[item]]\nid = "hi"\nactivity = "info"\n', "utf-8")
    made = new_session(home / "elsewhere" / "one", agenda=str(home), lang="de", title="Eins")
    assert (made.path / "workshop.toml").is_file()
    live = SessionFolder(made.path).open()
    meta = MinutesCells(live, folder=made.path).head().meta
    assert MinutesCells(live).head().meta.look == Look()
    live.close()
    assert meta.look.organisation == "Netz Nippes"
    assert "zu hell" in capsys.readouterr().err


def test_every_format_that_has_a_head_shows_the_organisation():
    one = document("Netz Nippes")
    for known in BUILT_IN:
        if known.name in {"html", "md", "json"}:
            assert "Netz Nippes" in known.write(one, voice("de")).decode()
    page = BUILT_IN[0].write(one, voice("de")).decode()
    assert f"--accent: {readable('#ffcc00')}" in page
    assert f"--accent: {readable(readable('#ffcc00'), NIGHT)}" in page


def test_the_example_can_be_copied(tmp_path):
    (tmp_path / "workshop.toml").write_bytes((shipped("facilitation") / "workshop.example.toml").read_bytes())
    look = look_of(tmp_path, pytest.fail)
    assert look.organisation
    assert look.letterhead
    assert contrast(look.colour, PAPER) >= READABLE
