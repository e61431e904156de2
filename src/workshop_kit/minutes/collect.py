"""Collects the document from an executed notebook: the sections its cells displayed and the note-taker's own words.

Works on the plain JSON of an `.ipynb` file. Only outputs of our own media type and Markdown cells are read; whatever
else a cell showed does not reach the minutes. Sections come in the order of their kind of minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from workshop_kit.core.document import MIME, AnyBlock, Document, Meta, Section
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.minutes.album import Album, fit_for_public
from workshop_kit.minutes.kinds import KINDS
from workshop_kit.minutes.notes import Part, parts

_Kind = TypeVar("_Kind", Meta, Section)

SKIPPED = frozenset({"guide", "remove-cell"})
"""The tags of cells that never reach the minutes: what guides the facilitator, and what is switched off."""


class NotebookError(WorkshopError):
    """The notebook cannot become minutes; the message says which cell is to mend, or what to run first."""


class _Group(Struct):
    """What one cell showed, and the sections that the note-taker opened below it."""

    section: Section
    notes: list[Section]

    def put(self, blocks: Iterable[AnyBlock]) -> None:
        """Put blocks where the note-taker is writing: below what was opened last."""
        if self.notes:
            self.notes[-1] = _extended(self.notes[-1], tuple(blocks))
        else:
            self.section = _extended(self.section, tuple(blocks))

    @property
    def all(self) -> list[Section]:
        return [section for section in (self.section, *self.notes) if section.blocks]


def document_of(notebook: Mapping[str, Any], folder: Path | None = None) -> Document:
    """Return the document that an executed notebook holds, in the order of its kind of minutes.

    Pictures in text cells may be files in `folder`. What a note-taker wrote stays below the section it was written
    below; where a cell shows nothing, it stands under the title of what that cell would show.
    """
    cells = notebook.get("cells", [])
    _refuse_failed(notebook, cells)
    meta: Meta | None = None
    groups: list[_Group] = []
    waiting: list[AnyBlock] = []
    opened = 0
    for number, cell in enumerate(cells, 1):
        if SKIPPED.intersection(cell.get("metadata", {}).get("tags", ())):
            continue
        if cell.get("cell_type") == "markdown":
            for part in parts(_source(cell), Album(cell.get("attachments") or {}, folder)):
                opened += part.title is not None
                _place(part, f"note-{opened}", groups, waiting)
        for carried in _carried(cell):
            meta = _read(carried["meta"], Meta, number) if carried.get("meta") else meta
            if carried.get("section"):
                section = _read(carried["section"], Section, number)
                first = tuple(waiting) if section.blocks else ()
                groups.append(_Group(Section(section.id, section.title, (*first, *section.blocks)), []))
                waiting = [] if section.blocks else waiting
    if meta is None:
        raise NotebookError(N_("The notebook holds no minutes yet: run the notebook first, from top to bottom."))
    if waiting:
        groups.append(_Group(Section("notes", meta.title, tuple(waiting)), []))
    document = Document(meta, tuple(section for group in _in_order(groups, meta) for section in group.all))
    if not document.sections:
        raise NotebookError(
            N_('The notebook has no cell that shows minutes of the kind "{kind}". Delete it, so that it is made anew.'),
            kind=meta.kind,
        )
    return fit_for_public(document) if meta.edition == "public" else document


def written(notebook: Mapping[str, Any]) -> Iterator[tuple[str, Album]]:
    """Yield the text cells that reach the minutes, each with the pictures pasted into it."""
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") == "markdown" and not SKIPPED.intersection(cell.get("metadata", {}).get("tags", ())):
            yield _source(cell), Album(cell.get("attachments") or {})


def _place(part: Part, section_id: str, groups: list[_Group], waiting: list[AnyBlock]) -> None:
    """Put a part of a note where it belongs: a section of its own, the section before, or the first one to come."""
    if part.title is not None:
        section = Section(section_id, part.title, (*waiting, *part.blocks))
        if groups:
            groups[-1].notes.append(section)
        else:
            groups.append(_Group(section, []))
        waiting.clear()
    elif groups:
        groups[-1].put(part.blocks)
    else:
        waiting.extend(part.blocks)


def _in_order(groups: list[_Group], meta: Meta) -> list[_Group]:
    """Return the groups in the order of the kind; one that it does not know stays behind the one before."""
    kind = next((kind for kind in KINDS if kind.name == meta.kind), None)
    place, placed = -1, []
    for group in groups:
        own = kind.place(group.section.id) if kind else None
        place = place if own is None else own
        placed.append((place, group))
    return [group for _, group in sorted(placed, key=lambda pair: pair[0])]


def _extended(section: Section, blocks: tuple[AnyBlock, ...]) -> Section:
    return Section(section.id, section.title, (*section.blocks, *blocks))


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
