"""Writes the minutes as a Word document: real styles, headings and header rows, so that it can be read and edited.

A leaf is set as the text of a run and never as XML. Nothing in the file points outside it.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Length, Pt

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
    Table,
)
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers import office
from workshop_kit.minutes.writers.archive import repacked
from workshop_kit.minutes.writers.docx_template import (
    AFTER_BIDI,
    TABLE_STYLE,
    made,
    new_document,
    put_picture,
    style_name,
)
from workshop_kit.minutes.writers.shape import colophon, rightward, settled
from workshop_kit.results.figures import Figure, data_table, described, draw, is_empty

_TWIPS = 1440 / 25.4
_AFTER_TABLE = Pt(9)
_TABLE = qn("w:tbl")


def write(document: Document, text: Text) -> bytes:
    """Return the document as a DOCX file."""
    document = settled(document)
    writer = _Writer(document, text)
    for style, leaf in office.opening(document.meta, text):
        writer.line(style, leaf)
    for number, section in enumerate(document.sections):
        heading = writer.line("Heading 1", section.title)
        if document.meta.apart and number:
            heading.paragraph_format.page_break_before = True
        for block in section.blocks:
            writer.block(block)
    if says := colophon(document.meta, text):
        writer.line("Source", says)
    return writer.file()


class _Writer:
    """Puts one block after the other into a Word document."""

    def __init__(self, document: Document, text: Text) -> None:
        self.text = text
        self.word = new_document(document.meta, text)
        self._styles: dict[str, tuple[str, Length]] = {}

    def file(self) -> bytes:
        """Return the bytes of the document."""
        written = BytesIO()
        self.word.save(written)
        return repacked(written.getvalue())

    def block(self, block: AnyBlock) -> None:
        """Add one block."""
        match block:
            case Heading():
                self.line(f"Heading {min(block.level - 1, 5)}", block.text)
            case Paragraph():
                self.line(office.TONES[block.tone], block.text)
            case Bullets(ordered=True):
                number = self._numbering()
                for item in block.items:
                    shape = self.line("Number", item)._p.get_or_add_pPr().get_or_add_numPr()
                    shape.get_or_add_ilvl().val, shape.get_or_add_numId().val = 0, number
            case Bullets():
                for item in block.items:
                    self.line("Bullet", item)
            case Pairs():
                for name, value in block.pairs:
                    self.line("Pair", value, name)
            case Table():
                self._table(block)
            case Chart() | Network():
                self._drawn(block)
            case Picture():
                put_picture(self._blank("Figure", sticks=bool(block.caption)), block.content, block.alt, office.PHOTO)
                if block.caption:
                    self.line("Beneath", block.caption)

    def line(self, style: str, leaf: str, name: str = "") -> Any:
        """Add a paragraph and return it; a `name` stands before the leaf, with a colon and in bold."""
        paragraph = self._blank(style)
        if name:
            paragraph.add_run(f"{name}: ").bold = True
        _fill(paragraph._p, leaf.strip("\n"))
        return paragraph

    def _blank(self, style: str, *, sticks: bool = False) -> Any:
        paragraph = self.word.add_paragraph()
        name, before = self._known(style)
        paragraph._p.style = name
        if sticks:
            paragraph.paragraph_format.keep_with_next = True
        if (above := paragraph._p.getprevious()) is not None and above.tag == _TABLE:
            paragraph.paragraph_format.space_before = max(before, _AFTER_TABLE)
        return paragraph

    def _known(self, style: str) -> tuple[str, Length]:
        """Return a style's id and the space before it; python-docx would read all styles for each paragraph."""
        if style not in self._styles:
            found = self.word.styles[style_name(style)]
            self._styles[style] = (found.style_id, found.paragraph_format.space_before or Pt(0))
        return self._styles[style]

    def _numbering(self) -> int:
        """Return the id of a new numbering that begins at 1, since all lists of one style would count on."""
        numbering = self.word.part.numbering_part.element
        used = self.word.styles["List Number"].element.pPr.numPr.numId.val
        abstract = next(known for known in numbering.num_lst if known.numId == used).abstractNumId.val
        number = numbering.add_num(abstract)
        number.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(number.numId)

    def _drawn(self, figure: Figure) -> None:
        if figure.title:
            self.line("Caption", figure.title)
        if not is_empty(figure):
            drawn = draw(figure, self.text.lang).png
            put_picture(self._blank("Figure"), drawn, described(figure), office.CHART)
            self._table(data_table(figure, self.text))
        else:
            self.line("Body", described(figure))

    def _table(self, table: Table) -> None:
        body = self.word.element.body
        named = table.caption or ", ".join(table.head)
        last = body[-2].tag if len(body) > 1 else ""
        if table.caption or last == _TABLE:  # Word makes one table of two that follow each other
            self.line("Caption", named)
        widths = [round(width * _TWIPS) for width in office.widths(table)]
        shape, grid, whole = made("w:tblPr"), made("w:tblGrid"), made("w:tbl")
        shape.append(made("w:tblStyle", val=TABLE_STYLE))
        shape.append(made("w:tblW", w=str(sum(widths)), type="dxa"))
        shape.append(made("w:tblLayout", type="fixed"))
        shape.append(made("w:tblLook", val="0020", firstRow="1", lastRow="0", firstColumn="0", lastColumn="0"))
        shape.append(made("w:tblCaption", val=named[:250]))
        grid.extend(made("w:gridCol", w=str(width)) for width in widths)
        whole.extend((shape, grid, _row(table.head, widths, table.numeric, head=True)))
        last = len(table.rows) if len(table.rows) <= office.FEW_ROWS else 0
        for number, row in enumerate(table.rows, 1):
            whole.append(_row(row, widths, table.numeric, sticks=number < last))
        body.insert_element_before(whole, "w:sectPr")


def _row(
    row: tuple[str, ...], widths: list[int], numeric: tuple[int, ...], *, head: bool = False, sticks: bool = False
) -> Any:
    whole, shape = made("w:tr"), made("w:trPr")
    shape.append(made("w:cantSplit"))
    if head:
        shape.append(made("w:tblHeader"))
    whole.append(shape)
    for column, (leaf, width) in enumerate(zip(row, widths, strict=True)):
        cell, about, paragraph = made("w:tc"), made("w:tcPr"), made("w:p")
        about.append(made("w:tcW", w=str(width), type="dxa"))
        style = paragraph.get_or_add_pPr()
        style.append(made("w:pStyle", val="CellHead" if head else "Cell"))
        if sticks:
            style.append(made("w:keepNext"))
        if column in numeric:
            style.append(made("w:jc", val="right"))
        _fill(paragraph, leaf.strip("\n"))
        cell.extend((about, paragraph))
        whole.append(cell)
    return whole


def _fill(paragraph: Any, leaf: str) -> None:
    """Put a leaf into a paragraph's element, in the direction in which it is written."""
    if not leaf:
        return
    run = paragraph.add_r()
    run.text = leaf
    if rightward(leaf):
        run.get_or_add_rPr().append(made("w:rtl"))
        paragraph.get_or_add_pPr().insert_element_before(made("w:bidi"), *AFTER_BIDI)
