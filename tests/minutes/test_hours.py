"""Hours in minutes: every kind tells the gap, in both editions nobody's own hours stand there."""

from __future__ import annotations

import pytest

from workshop_kit.core.document import Chart, Document, Table
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.people import NameList

EFFORT = {"id": "effort", "activity": "hours", "options": ["Book a room", "Press"]}
NAMES = {"ada": "#ada#", "ben": "#ben#"}


@pytest.fixture(scope="module")
def made(room):
    made = room(EFFORT, seats=tuple(NAMES))
    for seat in NAMES:
        made.do("name", by=seat, named="yes")
    made.do("save", "effort", by="ada", **{"given.o1": "3", "needed.o1": "9", "needed.o2": "1"})
    made.do("save", "effort", by="ben", **{"given.o1": "2", "given.o2": "4"})
    made.do("close", "effort")
    return made


def section(made, edition, kind, lang):
    people = NameList(NAMES, {seat.id: seat.number for seat in made.state.seats.values()})
    whole = Minutes(
        made.rules, made.state, voice(lang), people, edition=edition, kind=kind_named(kind), events=made.log
    )
    return Document(whole.meta(), tuple(one for one in whole.sections() if one.id == "item-effort")), str(
        list(whole.sections())
    )


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_tells_the_gap_and_no_person(made, edition, kind, lang):
    summary = voice(lang)(
        "{needed} hours a month are needed, {given} are promised, {gap} are missing.", needed="10", given="9", gap="4"
    )
    inside, whole = section(made, edition, kind, lang)
    assert summary in whole
    assert not any(name in str(inside) for name in NAMES.values())


def test_the_table_stands_beside_the_chart(made):
    document, _ = section(made, "internal", "results", "en")
    (chart,) = (block for one in document.sections for block in one.blocks if isinstance(block, Chart))
    assert isinstance(chart.table, Table)
    assert chart.table.rows[0] == ("Book a room", "–", "9", "5", "4")
    assert chart.table.rows[1] == ("Press", "–", "1", "4", "0")
