"""The Word document before anything is written into it: styles, language, A4, letterhead, page numbers, properties."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from workshop_kit.core.document import Meta
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers import office
from workshop_kit.minutes.writers.shape import accent, locale, measured, moment, title

if TYPE_CHECKING:
    from docx.document import Document as Word

TABLE_STYLE = "Minutes"
AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
    "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
    "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
AFTER_BIDI = AFTER_BORDERS[AFTER_BORDERS.index("w:bidi") + 1 :]
"""What follows borders, or the direction, among a paragraph's properties: Word wants them in the schema's order."""

_BUILT_IN = {"Body": "Normal", "Bullet": "List Bullet", "Number": "List Number", "Running": "Header"}
_FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
_INSIDE = 6
"""Points between a frame and its words."""

_LONGEST = 255
"""The most letters of a property of a Word file."""

_TABLE = """\
<w:style {spaces} w:type="table" w:customStyle="1" w:styleId="Minutes"><w:name w:val="Minutes"/>
<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders><w:bottom w:val="single" w:sz="4" w:color="{rule}"/>
<w:insideH w:val="single" w:sz="4" w:color="{rule}"/></w:tblBorders><w:tblCellMar>
<w:left w:w="0" w:type="dxa"/><w:right w:w="140" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:color="{accent}"/>
</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>"""


def new_document(meta: Meta, text: Text) -> Word:
    """Return a Word document without content that wears the look of the minutes."""
    word = docx.Document()
    _about(word, meta, text)
    for name, look in office.styles(accent(meta)).items():
        _style(word, style_name(name), look)
    shade, rule = (colour.removeprefix("#") for colour in (accent(meta), office.RULE))
    word.styles.element.append(parse_xml(_TABLE.format(spaces=nsdecls("w"), accent=shade, rule=rule)))
    _speak(word, "-".join(filter(None, locale(meta))))
    _page(word, meta, text)
    return word


def style_name(style: str) -> str:
    """Return what Word calls one of the styles of `office`."""
    return _BUILT_IN.get(style, style)


def made(tag: str, /, **attributes: str) -> Any:
    """Return an element of WordprocessingML with its attributes."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def put_picture(paragraph: Any, content: bytes, alt: str, most: tuple[float, float]) -> None:
    """Put a picture into a paragraph, at most as large as `most` (millimetres)."""
    width, height = measured(content, *most)
    inline = paragraph.add_run().add_picture(BytesIO(content), Mm(width), Mm(height))._inline
    inline.docPr.set("descr", alt)
    for side in "TBLR":  # where nothing is said, LibreOffice keeps a distance
        inline.set(f"dist{side}", "0")


def _about(word: Word, meta: Meta, text: Text) -> None:
    """Say in the file's properties what it is; the picture that the template has of itself goes."""
    about = word.core_properties
    about.title, about.subject = title(meta, text)[:_LONGEST], meta.subtitle[:_LONGEST]
    about.author = about.last_modified_by = (meta.look.organisation or meta.generator)[:_LONGEST]
    about.language = "-".join(filter(None, locale(meta)))
    about.created = about.modified = moment(meta.created).replace(tzinfo=None)
    about.comments = ""
    relations = word.part.package.rels
    for name in [name for name, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[name]


def _style(word: Word, name: str, look: office.Style) -> None:
    known = {style.name for style in word.styles}
    style: Any = word.styles[name] if name in known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    font, shape = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(look.size), look.bold, look.italic
    font.color.rgb = RGBColor.from_string(look.colour.removeprefix("#").upper())
    shape.space_before, shape.space_after, shape.line_spacing = Pt(look.before), Pt(look.after), 1.15
    shape.keep_with_next, shape.widow_control = look.sticks, True
    style.quick_style, style.hidden = True, False
    for spacing in style.element.findall(f"{qn('w:rPr')}/{qn('w:spacing')}"):
        spacing.getparent().remove(spacing)
    properties = style.element.get_or_add_pPr()
    for edge in properties.findall(qn("w:pBdr")):
        properties.remove(edge)
    if look.framed:
        frame = made("w:pBdr")
        frame.extend(
            made(f"w:{edge}", val="single", sz="12", space=str(_INSIDE)) for edge in ("top", "left", "bottom", "right")
        )
        properties.insert_element_before(frame, *AFTER_BORDERS)
        shape.left_indent = shape.right_indent = Pt(_INSIDE)


def _speak(word: Word, lang: str) -> None:
    """Set the language and the font in the defaults and in every style, in place of the template's."""
    styles = word.styles.element
    for fonts in styles.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), office.FONT)
    for language in styles.iter(qn("w:lang")):
        language.attrib.clear()
        language.set(qn("w:val"), lang)
    for style in word.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH:
            style.element.get_or_add_rPr().append(made("w:lang", val=lang))


def _page(word: Word, meta: Meta, text: Text) -> None:
    """Set A4; the first page bears the letterhead, the others the title, all of them their number."""
    sheet = word.sections[0]
    sheet.page_width, sheet.page_height = Mm(office.PAGE_WIDTH), Mm(office.PAGE_HEIGHT)
    sheet.left_margin = sheet.right_margin = Mm(office.MARGIN)
    sheet.top_margin, sheet.bottom_margin = Mm(office.TOP), Mm(office.BOTTOM)
    sheet.header_distance = sheet.footer_distance = Mm(12)
    sheet.different_first_page_header_footer = True
    sheet.header.paragraphs[0].add_run(office.running_title(meta, text))
    _letterhead(sheet.first_page_header, meta, text)
    for footer in (sheet.footer, sheet.first_page_footer):
        paragraph = footer.paragraphs[0]
        paragraph.style = "Header"
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for part in office.page_of(text):
            if part in _FIELDS:
                field, run = made("w:fldSimple", instr=_FIELDS[part]), made("w:r")
                run.text = "1"
                field.append(run)
                paragraph._p.append(field)
            else:
                paragraph.add_run(part)


def _letterhead(header: Any, meta: Meta, text: Text) -> None:
    look, first = meta.look, header.paragraphs[0]
    first.style = "Letterhead"
    first.paragraph_format.tab_stops.add_tab_stop(Mm(office.TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    if look.logo:
        put_picture(first, look.logo, look.organisation or title(meta, text), office.LOGO)
    if look.organisation:
        first.add_run(f"\t{look.organisation}")
    if look.letterhead:
        header.add_paragraph(" · ".join(look.letterhead), style="Header").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if look.logo or look.organisation or look.letterhead:
        header.paragraphs[-1].paragraph_format.space_after = Pt(18)
