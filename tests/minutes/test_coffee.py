"""Lean Coffee and the speakers' queue in minutes: every kind tells them, and the public edition counts no few."""

from __future__ import annotations

import pytest

from workshop_kit.core.document import Document, Table
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.lint import findings
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.people import NameList

SEATS = tuple(f"s{number:02d}" for number in range(1, 9))
NAMES = {seat: f"#{seat}#" for seat in SEATS}
"""Names with signs that nothing else in the minutes has."""


@pytest.fixture(scope="module")
def made(room):
    """Two of three topics are talked about, one without a take-away; four people speak, one of them twice."""
    made = room({"id": "talk", "activity": "coffee"}, {"id": "floor", "activity": "queue"}, seats=SEATS)
    for seat in SEATS:
        made.do("name", by=seat, named="yes")
    for seat, words in zip(SEATS, ("Newcomers", "Rooms", "Evenings"), strict=False):
        made.do("add", "talk", by=seat, text=words)
    made.do("stage", "talk", stage="dots")
    for seat in SEATS[:3]:
        made.do("dots", "talk", by=seat, **{"value.t2": "2", "value.t3": "1"})
    made.do("stage", "talk", stage="talking")
    made.do("start", "talk")
    made.do("propose", "talk", by=SEATS[3], text="Ask the library")
    for seat in SEATS[:6]:
        made.do("thumb", "talk", by=seat, value="stop")
    made.clock.advance(240)
    made.do("finish", "talk", proposal="p1")
    made.do("start", "talk")
    made.clock.advance(120)
    made.do("finish", "talk")
    made.do("close", "talk")
    made.do("open", "floor")
    for seat in (*SEATS[:4], SEATS[0]):
        made.do("ask", "floor", by=seat, kind="speak")
        made.do("call", "floor")
        made.clock.advance(60)
        made.do("end", "floor")
    made.do("ask", "floor", by=SEATS[6], kind="direct")
    made.do("close", "floor")
    return made


def minutes(made, edition="internal", kind="results", lang="en"):
    people = NameList(NAMES, {seat.id: seat.number for seat in made.state.seats.values()}, public=edition == "public")
    return Minutes(made.rules, made.state, voice(lang), people, edition=edition, kind=kind_named(kind), events=made.log)


def told(made, *which, **options):
    sections = Document(minutes(made).meta(), tuple(minutes(made, **options).sections())).sections
    return str([section for section in sections if not which or section.id in which])


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_of_minutes_tells_what_was_talked_about(made, kind, edition, lang):
    whole = told(made, edition=edition, kind=kind, lang=lang)
    expected = {"course": ("Rooms", "Evenings")}.get(kind, ("Rooms", "Ask the library"))
    assert [words for words in expected if words not in whole] == []


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("kind", ["results", "course", "assembly"])
def test_nobody_is_named_beside_a_topic_or_a_speech(made, kind, lang):
    for edition in EDITIONS:
        inside = told(made, "item-talk", "item-floor", "open", edition=edition, kind=kind, lang=lang)
        assert "Rooms" in inside
        assert "#" not in inside


def table_of(made, item, edition):
    (section,) = [one for one in minutes(made, edition).sections() if one.id == f"item-{item}"]
    tables = (getattr(block, "table", block) for block in section.blocks)
    return next(table for table in tables if isinstance(table, Table))


def test_in_public_dots_and_thumbs_of_few_people_are_not_counted(made):
    assert table_of(made, "talk", "internal").rows[0][2:5] == ("6", "4", "0 / 6 / 0")
    assert table_of(made, "talk", "public").rows[0][2:5] == ("–", "4", "0 / 6 / 0")
    assert "A dash stands" in told(made, "item-talk", edition="public")


def test_what_is_left_is_an_open_point(made):
    assert "Not reached: Newcomers." in told(made, "open")


def test_the_minutes_tell_how_often_people_spoke_and_in_public_no_few(made):
    for edition, few in (("internal", "3"), ("public", "fewer than 5")):
        assert dict(table_of(made, "floor", edition).rows)["1 time"] == few


def test_a_careful_reader_asks_for_the_missing_take_away(made):
    found = str(findings(minutes(made)))
    assert "1 topic was closed without a take-away." in found
    assert "still on the list of speakers" in found
