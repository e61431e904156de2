"""Cards in minutes: under the factors and groups that they were put into; what waits is counted and not printed."""

from __future__ import annotations

import pytest

from workshop_kit.core.document import Bullets, Document, Heading
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.people import NameList

SEATS = tuple(f"s{number:02d}" for number in range(1, 9))
WALL = {
    "id": "wall",
    "activity": "ideas",
    "title": "What helps",
    "factors": ["Money"],
    "approve": True,
    "likes": True,
    "proposals": True,
}
VOTE = {"id": "vote", "activity": "poll", "title": "What first", "live_options": True}


@pytest.fixture(scope="module")
def made(room):
    """Five cards on the wall, two of them in a group that was proposed; one waits; the group is voted on."""
    made = room(WALL, VOTE, seats=SEATS)
    for seat, text in zip(SEATS, ("A room", "A kitchen", "Five euros", "Time", "Trust"), strict=False):
        made.do("add", "wall", by=seat, text=text)
    made.do("approve", "wall")
    made.do("add", "wall", by=SEATS[5], text="Never seen")
    made.do("assign", "wall", idea="i3", factor="o1")
    for seat in SEATS[:3]:
        made.do("propose-cluster", "wall", by=seat, title="Places to meet", **{"card.i1": "1", "card.i2": "1"})
    made.do("propose-cluster", "wall", by=SEATS[3], title="Not taken up", **{"card.i4": "1", "card.i5": "1"})
    made.do("accept", "wall", proposal="p1")
    for seat in SEATS[:6]:
        made.do("like", "wall", by=seat, idea="i1")
    made.do("like", "wall", by=SEATS[0], idea="i5")
    made.do("fill", "vote", **{"from": "wall", "what": "cards"})
    made.do("close", "wall")
    made.do("open", "vote")
    for seat in SEATS:
        made.do("cast", "vote", by=seat, choice="i1")
    made.do("close", "vote")
    return made


def minutes(made, edition="internal", kind="results", lang="en"):
    people = NameList({}, {seat.id: seat.number for seat in made.state.seats.values()})
    return Minutes(made.rules, made.state, voice(lang), people, edition=edition, kind=kind_named(kind), events=made.log)


def section(made, name, **options):
    whole = Document(minutes(made).meta(), tuple(minutes(made, **options).sections())).sections
    (found,) = [one for one in whole if one.id == name]
    return found


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_what_waits_and_what_was_only_proposed_is_printed_nowhere(made, kind, edition, lang):
    whole = str(list(minutes(made, edition, kind, lang).sections()))
    assert "Never seen" not in whole
    assert "Not taken up" not in whole


@pytest.mark.parametrize("edition", EDITIONS)
def test_groups_are_headings_with_their_cards(made, edition):
    blocks = section(made, "item-wall", edition=edition).blocks
    told = {}
    for block in blocks:
        if isinstance(block, Heading):
            title = block.text
        if isinstance(block, Bullets):
            told[title] = block.items
    trust = "Trust · 1 like" if edition == "internal" else "Trust"
    assert told == {
        "1. Money": ("Five euros",),
        "Places to meet": ("A room · 6 likes", "A kitchen"),
        "Not assigned": ("Time", trust),
    }
    notes = str(blocks)
    assert "1 card was never let onto the wall." in notes
    assert "2 proposals were made of what belongs together. 1 was accepted." in notes


def test_what_is_left_to_do(made):
    told = list(made.activity("wall").pending(made.inside("wall"), voice("en"), None))
    assert told == [
        "2 cards are not assigned.",
        "1 card waits for the moderation.",
        "1 proposal is undecided.",
    ]


def test_the_course_counts_what_was_done(made):
    told = str(section(made, "course", kind="course"))
    assert "1 proposal was accepted." in told


def test_rows_name_factor_and_group(made):
    kind = made.activity("wall")
    rows = list(kind.rows(made.inside("wall")))
    assert all(tuple(row) == kind.columns for row in rows)
    assert [(row["id"], row["factor"], row["cluster"], row["state"]) for row in rows] == [
        ("i1", "", {"und": "Places to meet"}, "assigned"),
        ("i2", "", {"und": "Places to meet"}, "assigned"),
        ("i3", "o1", "", "assigned"),
        ("i4", "", "", "unassigned"),
        ("i5", "", "", "unassigned"),
        ("i6", "", "", "waiting"),
    ]


def test_the_collection_of_a_report_has_the_groups_too(made):
    (found,) = [one for one in minutes(made, kind="article").sections() if one.id == "collection"]
    headings = [block.text for block in found.blocks if isinstance(block, Heading)]
    assert "Places to meet" in headings
    listed = [item for block in found.blocks if isinstance(block, Bullets) for item in block.items]
    assert sorted(listed) == ["A kitchen", "A room", "Five euros", "Time", "Trust"]


def test_what_does_not_go_on_to_a_later_step_is_told_where_it_stayed(room):
    made = room(WALL, {"id": "sort", "activity": "ideas", "title": "Sorted", "ideas_from": "item:wall"}, seats=SEATS)
    for text in ("Goes on", "For another day", "Waits"):
        made.do("add", "wall", by=SEATS[0], text=text)
    for idea in ("i1", "i2"):
        made.do("approve", "wall", idea=idea)
    made.do("park", "wall", idea="i2")
    made.do("open", "sort")
    first, second = (str(section(made, name)) for name in ("item-wall", "item-sort"))
    assert "For another day" in first
    assert "1 card was never let onto the wall." in first
    assert ("Goes on" in first, "Goes on" in second, "For another day" in second) == (False, True, False)
