"""The parts of an OpenDocument text around its content: elements, styles, pages, properties, pictures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from workshop_kit.core.document import Meta
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers import office
from workshop_kit.minutes.writers.shape import accent, locale, measured, moment, title

MIMETYPE = "application/vnd.oasis.opendocument.text"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = {
    "office": f"{_OASIS}office:1.0",
    "style": f"{_OASIS}style:1.0",
    "text": f"{_OASIS}text:1.0",
    "table": f"{_OASIS}table:1.0",
    "draw": f"{_OASIS}drawing:1.0",
    "fo": f"{_OASIS}xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}svg-compatible:1.0",
    "meta": f"{_OASIS}meta:1.0",
    "manifest": f"{_OASIS}manifest:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}
_FIELDS = {"{page}": "text:page-number", "{pages}": "text:page-count"}
_SUFFIXES = {b"\x89PNG": "png"}
_VERSION = "1.3"
_RULE = f"0.5pt solid {office.RULE}"


class Images:
    """The pictures of the file by their paths in it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, content: bytes) -> str:
        """Keep a picture and return its path."""
        path = f"Pictures/{len(self.files) + 1}.{_SUFFIXES.get(content[:4], 'jpg')}"
        self.files[path] = content
        return path


def element(tag: str, /, *children: ET.Element, **attributes: str) -> ET.Element:
    """Return an element; in the names of attributes `__` stands for the colon and `_` for a hyphen."""
    made = ET.Element(_name(tag))
    for name, value in attributes.items():
        made.set(_name(name.replace("__", ":").replace("_", "-")), value)
    made.extend(children)
    return made


def part(name: str, *children: ET.Element) -> bytes:
    """Return a part of the file as XML."""
    for prefix, address in _SPACES.items():
        ET.register_namespace(prefix, address)
    root = element(f"office:{name}", *children, office__version=_VERSION)
    written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return written


def style_id(style: str) -> str:
    """Return the id of one of the styles of `office`."""
    return f"Minutes_{style.replace(' ', '_')}"


def frame(images: Images, content: bytes, alt: str, most: tuple[float, float]) -> ET.Element:
    """Return a picture that stands in its line like a letter, at most as large as `most` (millimetres)."""
    width, height = measured(content, *most)
    path = images.add(content)
    image = element("draw:image", xlink__href=path, xlink__type="simple", xlink__show="embed", xlink__actuate="onLoad")
    name, described = element("svg:title"), element("svg:desc")
    name.text = described.text = alt
    return element(
        "draw:frame",
        image,
        name,
        described,
        draw__name=f"Picture{len(images.files)}",
        draw__style_name="Minutes_Picture",
        text__anchor_type="as-char",
        svg__width=f"{width:.2f}mm",
        svg__height=f"{height:.2f}mm",
    )


def on_first_page(body: ET.Element, automatic: ET.Element) -> None:
    """Let the first paragraph start the page that bears the letterhead."""
    first = body[0]
    style = str(first.get(_name("text:style-name")))
    automatic.append(
        element(
            "style:style",
            style__name="Minutes_First",
            style__family="paragraph",
            style__parent_style_name=style,
            style__master_page_name="Minutes_First_page",
        )
    )
    if style.endswith("_rtl"):
        shape = element("style:paragraph-properties", style__writing_mode="rl-tb", fo__text_align="start")
        automatic[-1].append(shape)
    first.set(_name("text:style-name"), "Minutes_First")


def manifest(images: Images) -> bytes:
    """Return the list of the file's parts."""
    ET.register_namespace("manifest", _SPACES["manifest"])
    root = element("manifest:manifest", manifest__version=_VERSION)
    kinds = {"/": MIMETYPE, "content.xml": "text/xml", "styles.xml": "text/xml", "meta.xml": "text/xml"}
    kinds |= {path: f"image/{path.rpartition('.')[2].replace('jpg', 'jpeg')}" for path in images.files}
    for path, kind in kinds.items():
        root.append(element("manifest:file-entry", manifest__full_path=path, manifest__media_type=kind))
    written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return written


def meta_part(meta: Meta, text: Text) -> bytes:
    """Return what the file says about itself."""
    made = f"{moment(meta.created):%Y-%m-%dT%H:%M:%S}"
    facts = {
        "meta:generator": meta.generator,
        "dc:title": title(meta, text),
        "dc:subject": meta.subtitle,
        "meta:initial-creator": meta.look.organisation or meta.generator,
        "dc:creator": meta.look.organisation or meta.generator,
        "meta:creation-date": made,
        "dc:date": made,
        "dc:language": "-".join(filter(None, locale(meta))),
    }
    told = []
    for name, fact in facts.items():
        if fact:
            told.append(element(name))
            told[-1].text = fact
    return part("document-meta", element("office:meta", *told))


def styles_part(meta: Meta, text: Text, images: Images) -> bytes:
    """Return the styles, and the pages with what stands on top and at the foot of each."""
    looks = office.styles(accent(meta))
    named = [_default(meta)]
    named += [_paragraph_style(name, look) for name, look in looks.items()]
    named += [_child("Figure above", "Figure", fo__keep_with_next="always")]
    named += [_child(f"{name} End", name, fo__text_align="end") for name in ("Cell", "Cell Head", "Running")]
    named += [
        element(
            "style:style",
            element("style:text-properties", fo__font_weight="bold"),
            style__name="Minutes_Name",
            style__display_name="Minutes Name",
            style__family="text",
        ),
        _list("Bullet"),
        _list("Number"),
    ]
    return part(
        "document-styles",
        element("office:styles", *named),
        element("office:automatic-styles", *box_styles(meta), _page()),
        element("office:master-styles", *_masters(meta, text, images)),
    )


def box_styles(meta: Meta) -> list[ET.Element]:
    """Return the styles of cells, rows and pictures, which LibreOffice reads only where they are used."""
    return [
        _box("Minutes_Cell_Box", _RULE),
        _box("Minutes_Cell_Head", f"1pt solid {accent(meta)}"),
        element(
            "style:style",
            element("style:table-row-properties", fo__keep_together="always"),
            style__name="Minutes_Row",
            style__family="table-row",
        ),
        element(
            "style:style",
            element("style:graphic-properties", style__vertical_pos="top", style__vertical_rel="baseline"),
            style__name="Minutes_Picture",
            style__family="graphic",
        ),
    ]


def _name(tag: str) -> str:
    prefix, _, local = tag.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def _default(meta: Meta) -> ET.Element:
    lang, country = locale(meta)
    words = {"fo__language": lang, "fo__country": country or "none", "fo__font_family": office.FONT}
    shape = element("style:paragraph-properties", fo__orphans="2", fo__widows="2", fo__line_height="115%")
    return element("style:default-style", shape, element("style:text-properties", **words), style__family="paragraph")


def _paragraph_style(name: str, look: office.Style) -> ET.Element:
    shape = {"fo__margin_top": f"{look.before}pt", "fo__margin_bottom": f"{look.after}pt"}
    shape |= {"fo__keep_with_next": "always"} if look.sticks else {}
    shape |= {"fo__border": f"1.2pt solid {office.INK}", "fo__padding": "2.5mm"} if look.framed else {}
    words = element(
        "style:text-properties",
        fo__font_family=office.FONT,
        fo__font_size=f"{look.size}pt",
        fo__color=look.colour,
        fo__font_weight="bold" if look.bold else "normal",
        fo__font_style="italic" if look.italic else "normal",
    )
    about = {"style__name": style_id(name), "style__display_name": f"Minutes {name}", "style__family": "paragraph"}
    if name.startswith("Heading "):
        about["style__default_outline_level"] = name.removeprefix("Heading ")
    properties = element("style:paragraph-properties", **shape)
    if name == "Letterhead":
        stop = element("style:tab-stop", style__position=f"{office.TEXT_WIDTH}mm", style__type="right")
        properties.append(element("style:tab-stops", stop))
    return element("style:style", properties, words, **about)


def _child(name: str, parent: str, **shape: str) -> ET.Element:
    """Return a paragraph style that differs from its parent in its shape."""
    return element(
        "style:style",
        element("style:paragraph-properties", **shape),
        style__name=style_id(name),
        style__display_name=f"Minutes {name}",
        style__family="paragraph",
        style__parent_style_name=style_id(parent),
    )


def _list(style: str) -> ET.Element:
    """Return a list style with a hanging indent; its numbers begin at 1 in every list."""
    label = element(
        "style:list-level-label-alignment",
        text__label_followed_by="listtab",
        text__list_tab_stop_position="7mm",
        fo__text_indent="-6mm",
        fo__margin_left="7mm",
    )
    place = element("style:list-level-properties", label, text__list_level_position_and_space_mode="label-alignment")
    level = (
        element("text:list-level-style-number", place, text__level="1", style__num_format="1", style__num_suffix=".")
        if style == "Number"
        else element("text:list-level-style-bullet", place, text__level="1", text__bullet_char="•")
    )
    return element("text:list-style", level, style__name=f"Minutes_{style}_list")


def _box(name: str, below: str) -> ET.Element:
    shape = element(
        "style:table-cell-properties",
        fo__border="none",
        fo__border_bottom=below,
        fo__padding_left="0mm",
        fo__padding_right="2.5mm",
        style__vertical_align="bottom" if name.endswith("Head") else "top",
    )
    return element("style:style", shape, style__name=name, style__family="table-cell")


def _page() -> ET.Element:
    shape = element(
        "style:page-layout-properties",
        fo__page_width=f"{office.PAGE_WIDTH}mm",
        fo__page_height=f"{office.PAGE_HEIGHT}mm",
        style__print_orientation="portrait",
        fo__margin_left=f"{office.MARGIN}mm",
        fo__margin_right=f"{office.MARGIN}mm",
        fo__margin_top="12mm",
        fo__margin_bottom="12mm",
    )
    header = element("style:header-footer-properties", fo__min_height="14mm", fo__margin_bottom="6mm")
    footer = element("style:header-footer-properties", fo__min_height="12mm", fo__margin_top="8mm")
    return element(
        "style:page-layout",
        shape,
        element("style:header-style", header),
        element("style:footer-style", footer),
        style__name="Minutes_Page",
    )


def _masters(meta: Meta, text: Text, images: Images) -> tuple[ET.Element, ET.Element]:
    running = element("text:p", text__style_name=style_id("Running"))
    running.text = office.running_title(meta, text)
    first = element(
        "style:master-page",
        element("style:header", *_letterhead(meta, text, images)),
        element("style:footer", _page_number(text)),
        style__name="Minutes_First_page",
        style__page_layout_name="Minutes_Page",
        style__next_style_name="Standard",
    )
    others = element(
        "style:master-page",
        element("style:header", running),
        element("style:footer", _page_number(text)),
        style__name="Standard",
        style__page_layout_name="Minutes_Page",
    )
    return others, first


def _page_number(text: Text) -> ET.Element:
    made = element("text:p", text__style_name=style_id("Running End"))
    for words in office.page_of(text):
        if words in _FIELDS:
            made.append(element(_FIELDS[words]))
            made[-1].text = "1"
        elif len(made):
            made[-1].tail = words
        else:
            made.text = words
    return made


def _letterhead(meta: Meta, text: Text, images: Images) -> list[ET.Element]:
    look = meta.look
    first = element("text:p", text__style_name=style_id("Letterhead"))
    if look.logo:
        first.append(frame(images, look.logo, look.organisation or title(meta, text), office.LOGO))
    if look.organisation:
        first.append(element("text:tab"))
        first[-1].tail = look.organisation
    if not look.letterhead:
        return [first]
    lines = element("text:p", text__style_name=style_id("Running End"))
    lines.text = " · ".join(look.letterhead)
    return [first, lines]
