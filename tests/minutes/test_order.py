"""One notebook serves every kind of minutes: its cells show all sections, and the document has the kind's order."""

from __future__ import annotations

import json
import re
from itertools import chain

import pytest

from workshop_kit.core.document import MIME, Meta, Paragraph, Section
from workshop_kit.core.text import Text
from workshop_kit.library import shipped
from workshop_kit.minutes.cells import MinutesCells
from workshop_kit.minutes.collect import document_of
from workshop_kit.minutes.display import SectionOutput
from workshop_kit.minutes.kinds import ITEM, KINDS
from workshop_kit.minutes.sections import SECTIONS

METHODS = {"head": "head", "attendance": "people", "agenda": "agenda", "item": ITEM, "open_points": "open"}
METHODS |= {name: name for name in ("provenance", "receipts", "recount")}


def cells():
    notebook = json.loads((shipped("notebooks") / "minutes.ipynb").read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_shows_every_section_once():
    code = "\n".join(cells())
    called = [METHODS[name] for name in re.findall(r"minutes\.(\w+)\(", code) if name in METHODS]
    named = chain.from_iterable(re.findall(r'"([\w-]+)"', given) for given in re.findall(r"\.sections?\((.+?)\)", code))
    shown = [*called, *named]
    assert sorted(shown) == sorted({*SECTIONS, ITEM, "recount"})
    assert all(hasattr(MinutesCells, name) for name in re.findall(r"minutes\.(\w+)\(", code))


def test_a_kind_has_known_sections_only_and_each_once():
    for kind in KINDS:
        assert set(kind.sections) <= {*SECTIONS, ITEM, "recount"}
        assert len(set(kind.sections)) == len(kind.sections)


def shown(*ids, kind="results", empty=(), notes=()):
    """Return the sections of a notebook whose cells show these, with a note below those in `notes`."""
    meta = Meta("Minutes", "en", "", kind=kind)
    made = []
    for number, name in enumerate(ids):
        blocks = () if name in empty else (Paragraph(f"of {name}"),)
        output = SectionOutput(Section(name, f"About {name}", blocks), Text("en"), None if number else meta)
        made.append({"cell_type": "code", "outputs": [{"data": output._repr_mimebundle_()}]})
        if name in notes:
            made.append({"cell_type": "markdown", "source": f"note on {name}"})
            made.append({"cell_type": "markdown", "source": f"# More on {name}\n\nwords"})
    return [(section.title, section.blocks) for section in document_of({"cells": made}).sections]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_document_has_the_order_of_the_kind(kind):
    ids = [f"{ITEM}-one" if name == ITEM else name for name in kind.sections]
    given = [ids[0], *reversed(ids[1:])]
    assert [title for title, _ in shown(*given, kind=kind.name)] == [f"About {name}" for name in ids]


def test_a_note_moves_with_the_section_it_stands_below():
    titles = [title for title, _ in shown("head", "open", "agenda", notes=("open", "agenda"))]
    assert titles == ["About head", "About agenda", "More on agenda", "About open", "More on open"]


def test_a_note_below_a_cell_that_shows_nothing_is_kept_under_its_title():
    found = shown("card", "item-one", "open", kind="card", empty=("item-one",), notes=("item-one",))
    assert found[1] == ("About item-one", (Paragraph("note on item-one"),))
    assert [title for title, _ in found] == ["About card", "About item-one", "More on item-one", "About open"]
    assert [title for title, _ in shown("head", "people", empty=("people",))] == ["About head"]


def test_a_cell_that_shows_nothing_shows_no_heading_in_the_notebook():
    bundle = SectionOutput(Section("people", "People", ()), Text("en"))._repr_mimebundle_()
    assert set(bundle) == {MIME, "text/plain"}
    assert bundle["text/plain"] == ""
