"""Writes the minutes as an OpenDocument text, part by part: a leaf is the text of an element and never markup.

The names of paragraph styles are words of ours with a prefix: LibreOffice takes a style called "TR" or "Code" for the
structure type of that name when it makes a tagged PDF.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

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
from workshop_kit.minutes.writers.archive import packed
from workshop_kit.minutes.writers.odt_styles import (
    MIMETYPE,
    Images,
    box_styles,
    element,
    frame,
    manifest,
    meta_part,
    on_first_page,
    part,
    style_id,
    styles_part,
)
from workshop_kit.minutes.writers.shape import colophon, rightward, settled
from workshop_kit.results.figures import Figure, data_table, described, draw, is_empty


def write(document: Document, text: Text) -> bytes:
    """Return the document as an ODT file."""
    document = settled(document)
    writer = _Writer(document, text)
    for style, leaf in office.opening(document.meta, text):
        writer.line(style, leaf)
    on_first_page(writer.body, writer.automatic)
    for section in document.sections:
        writer.heading("Heading 1", section.title, 1)
        for block in section.blocks:
            writer.block(block)
    if says := colophon(document.meta, text):
        writer.line("Source", says)
    content = part("document-content", writer.automatic, element("office:body", writer.body))
    styles = styles_part(document.meta, text, writer.images)
    return packed(
        (
            ("mimetype", MIMETYPE.encode()),
            ("META-INF/manifest.xml", manifest(writer.images)),
            ("content.xml", content),
            ("styles.xml", styles),
            ("meta.xml", meta_part(document.meta, text)),
            *writer.images.files.items(),
        ),
        stored=frozenset({"mimetype"}),
    )


class _Writer:
    """Puts one block after the other into the body."""

    def __init__(self, document: Document, text: Text) -> None:
        self.text = text
        self.images = Images()
        self.body = element("office:text")
        self.automatic = element("office:automatic-styles", *box_styles(document.meta))
        self._rightward: set[str] = set()
        self._tables = 0

    def block(self, block: AnyBlock) -> None:
        """Add one block."""
        match block:
            case Heading():
                level = min(block.level - 1, 5)
                self.heading(f"Heading {level}", block.text, level)
            case Paragraph():
                self.line(office.TONES[block.tone], block.text)
            case Bullets():
                style = "Number" if block.ordered else "Bullet"
                items = (element("text:list-item", self._paragraph(style, item)) for item in block.items)
                self.body.append(element("text:list", *items, text__style_name=f"Minutes_{style}_list"))
            case Pairs():
                for name, value in block.pairs:
                    self.body.append(self._paragraph("Pair", value, name))
            case Table():
                self._table(block)
            case Chart() | Network():
                self._drawn(block)
            case Picture():
                self._figure(block.content, block.alt, office.PHOTO, sticks=bool(block.caption))
                if block.caption:
                    self.line("Beneath", block.caption)

    def line(self, style: str, leaf: str) -> None:
        """Add a paragraph."""
        self.body.append(self._paragraph(style, leaf))

    def heading(self, style: str, leaf: str, level: int) -> None:
        """Add a heading of the outline."""
        made = self._paragraph(style, leaf)
        made.tag = element("text:h").tag
        made.attrib |= element("text:h", text__outline_level=str(level)).attrib
        self.body.append(made)

    def _paragraph(self, style: str, leaf: str, name: str = "") -> ET.Element:
        """Return a paragraph with the lines of a leaf; a `name` stands before it, with a colon and in bold."""
        made = element("text:p", text__style_name=self._directed(style, leaf))
        last = made
        if name:
            last = element("text:span", text__style_name="Minutes_Name")
            last.text, last.tail = f"{name}:", " "
            made.append(last)
        for number, line in enumerate(leaf.strip("\n").split("\n")):
            if number:
                last = element("text:line-break")
                made.append(last)
            if last is made:
                made.text = _spaced(line)
            else:
                last.tail = (last.tail or "") + _spaced(line)
        return made

    def _directed(self, style: str, leaf: str) -> str:
        """Return the id of the style, or of its twin that is written from right to left."""
        name = style_id(style)
        if not rightward(leaf):
            return name
        twin = f"{name}_rtl"
        if twin not in self._rightward:
            self._rightward.add(twin)
            shape = element("style:paragraph-properties", style__writing_mode="rl-tb", fo__text_align="start")
            self.automatic.append(
                element(
                    "style:style", shape, style__name=twin, style__family="paragraph", style__parent_style_name=name
                )
            )
        return twin

    def _drawn(self, figure: Figure) -> None:
        if figure.title:
            self.line("Caption", figure.title)
        if not is_empty(figure):
            self._figure(draw(figure, self.text.lang).png, described(figure), office.CHART)
            self._table(data_table(figure, self.text))
        else:
            self.line("Body", described(figure))

    def _figure(self, content: bytes, alt: str, most: tuple[float, float], *, sticks: bool = False) -> None:
        paragraph = element("text:p", text__style_name=style_id("Figure above" if sticks else "Figure"))
        paragraph.append(frame(self.images, content, alt, most))
        self.body.append(paragraph)

    def _table(self, table: Table) -> None:
        if table.caption:
            self.line("Caption", table.caption)
        self._tables += 1
        name = f"Table{self._tables}"
        whole = element("table:table", table__name=name, table__style_name=self._table_style(name, len(table.rows)))
        title = element("table:title")
        title.text = table.caption or ", ".join(table.head)
        whole.append(title)
        for number, width in enumerate(office.widths(table)):
            column = f"{name}.{number}"
            shape = element("style:table-column-properties", style__column_width=f"{width:.2f}mm")
            self.automatic.append(element("style:style", shape, style__name=column, style__family="table-column"))
            whole.append(element("table:table-column", table__style_name=column))
        whole.append(element("table:table-header-rows", self._row(table.head, table.numeric, head=True)))
        whole.extend(self._row(row, table.numeric, head=False) for row in table.rows)
        self.body.append(whole)

    def _table_style(self, name: str, rows: int) -> str:
        """Return the id of a new style that keeps a short table on one page."""
        shape = element(
            "style:table-properties",
            style__width=f"{office.TEXT_WIDTH:.2f}mm",
            table__align="margins",
            fo__margin_bottom="3mm",
            style__may_break_between_rows="false" if rows <= office.FEW_ROWS else "true",
        )
        self.automatic.append(element("style:style", shape, style__name=name, style__family="table"))
        return name

    def _row(self, row: tuple[str, ...], numeric: tuple[int, ...], *, head: bool) -> ET.Element:
        made = element("table:table-row", table__style_name="Minutes_Row")
        for column, leaf in enumerate(row):
            style = f"Cell{' Head' if head else ''}{' End' if column in numeric else ''}"
            cell = element(
                "table:table-cell",
                self._paragraph(style, leaf),
                table__style_name="Minutes_Cell_Head" if head else "Minutes_Cell_Box",
                office__value_type="string",
            )
            made.append(cell)
        return made


def _spaced(line: str) -> str:
    """Return a line in which every space counts; OpenDocument would join those that follow each other."""
    return line.replace("  ", " \N{NO-BREAK SPACE}")
