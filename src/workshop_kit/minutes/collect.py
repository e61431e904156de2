"""Collects the document from an executed notebook: the sections its cells displayed and the note-taker's own words.

Works on the plain JSON of an `.ipynb` file. Only outputs of our own media type and Markdown cells are read; whatever
else a cell showed does not reach the minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from workshop_kit.core.document import MIME, AnyBlock, Document, Meta, Section
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.minutes.notes import Part, parts

_Kind = TypeVar("_Kind", Meta, Section)

SKIPPED = frozenset({"guide", "remove-cell"})
"""The tags of cells that never reach the minutes: what guides the facilitator, and what is switched off."""


class NotebookError(WorkshopError):
    """The notebook cannot become minutes; the message says which cell is to mend, or what to run first."""


def document_of(notebook: Mapping[str, Any]) -> Document:
    """Return the document that an executed notebook holds, in the order of its cells."""
    cells = notebook.get("cells", [])
    _refuse_failed(notebook, cells)
    meta: Meta | None = None
    sections: list[Section] = []
    waiting: list[AnyBlock] = []
    for number, cell in enumerate(cells, 1):
        if SKIPPED.intersection(cell.get("metadata", {}).get("tags", ())):
            continue
        if cell.get("cell_type") == "markdown":
            for part in parts(_source(cell)):
                _place(part, sections, waiting)
        for carried in _carried(cell):
            meta = _read(carried["meta"], Meta, number) if carried.get("meta") else meta
            if carried.get("section"):
                section = _read(carried["section"], Section, number)
                sections.append(_extended(section, waiting, at_start=True))
                waiting.clear()
    if meta is None:
        raise NotebookError(N_("The notebook holds no minutes yet: run the notebook first, from top to bottom."))
    if waiting:
        sections.append(Section("notes", meta.title, tuple(waiting)))
    return Document(meta, tuple(sections))


def _place(part: Part, sections: list[Section], waiting: list[AnyBlock]) -> None:
    """Put a part of a note where it belongs: a section of its own, the section before, or the first one to come."""
    if part.title is not None:
        sections.append(Section(f"note-{len(sections) + 1}", part.title, (*waiting, *part.blocks)))
        waiting.clear()
    elif sections:
        sections[-1] = _extended(sections[-1], part.blocks)
    else:
        waiting.extend(part.blocks)


def _extended(section: Section, blocks: list[AnyBlock] | tuple[AnyBlock, ...], *, at_start: bool = False) -> Section:
    joined = (*blocks, *section.blocks) if at_start else (*section.blocks, *blocks)
    return Section(section.id, section.title, joined)


def _refuse_failed(notebook: Mapping[str, Any], cells: list[Mapping[str, Any]]) -> None:
    for number, cell in enumerate(cells, 1):
        for output in cell.get("outputs", ()):
            if output.get("output_type") == "error":
                raise NotebookError(
                    N_("Cell {number} of the notebook failed with {error}. Mend it, run the notebook again."),
                    number=number,
                    error=": ".join(filter(None, (output.get("ename"), output.get("evalue")))) or "?",
                )
    if notebook.get("metadata", {}).get("papermill", {}).get("exception"):
        raise NotebookError(
            N_("The notebook did not run to its end. Open it, mend the cell that failed, run it again.")
        )


def _carried(cell: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what the outputs of a code cell carry under our media type."""
    for output in cell.get("outputs", ()):
        carried = output.get("data", {}).get(MIME)
        if isinstance(carried, Mapping):
            yield carried


def _read(carried: Any, kind: type[_Kind], number: int) -> _Kind:
    try:
        return msgspec.convert(carried, kind)
    except msgspec.ValidationError as wrong:
        raise NotebookError(
            N_("Cell {number} of the notebook shows a piece of minutes that cannot be read: {problem}. Run it again."),
            number=number,
            problem=str(wrong),
        ) from wrong


def _source(cell: Mapping[str, Any]) -> str:
    """Return a cell's text; in a file it may be a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
