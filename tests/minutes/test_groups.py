"""Small groups and 1-2-4-All in minutes: every kind tells them, and the public edition tells nobody's company."""

from __future__ import annotations

import pytest
from tests.minutes.telling import AGREED, NAMES, SEATS, minutes, told

from workshop_kit import privacy
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS
from workshop_kit.minutes.lint import findings
from workshop_kit.minutes.sections import EDITIONS

TALK = {"id": "talk", "activity": "groups", "size": 4, "rounds": 2}
STEP = {"id": "step", "activity": "pairing"}


@pytest.fixture(scope="module")
def made(room):
    """Eight people in two groups over two rounds, then 1-2-4-All; each part has something that nobody took up."""
    made = room(TALK, STEP, seats=SEATS)
    for seat in SEATS:
        made.do("name", by=seat, named="yes")
    made.do("consent", by=AGREED, use=privacy.PUBLIC_MINUTES, given="yes")
    made.do("mix", "talk", extra="1")
    made.do("add", "talk", by=AGREED, text="A place to meet")
    made.do("report", "talk", by=AGREED, text="We want a house\nWe want it now")
    made.do("turn", "talk", turn="2")
    made.do("open", "step")
    for seat in SEATS[:4]:
        made.do("add", "step", by=seat, text=f"Idea {seat}")
    for _ in ("pair", "four"):
        made.do("advance", "step")
        state = made.inside("step")
        if before := state.before(state.stage, state.unit(AGREED, state.stage)):
            made.do("add", "step", by=AGREED, **{f"from.{before[0].id}": "on"})
    made.do("advance", "step")
    made.do("give", "step", by=AGREED, idea="i6")
    made.do("close", "step")
    return made


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_of_minutes_tells_them(made, kind, edition, lang):
    whole, text = told(made, edition=edition, kind=kind, lang=lang), voice(lang)
    given = text.plural("{n} idea was given to all.", "{n} ideas were given to all.", 1)
    reported = text.plural("{n} group wrote what it reports.", "{n} groups wrote what they report.", 1)
    steps = ("We want a house", "A place to meet", *(f"Idea {seat}" for seat in SEATS[:4]))
    expected = {"card": (given, reported), "article": (given, reported), "course": (*steps, given)}.get(kind, steps)
    assert [words for words in expected if words not in whole] == []


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_in_public_nobody_is_told_to_have_been_with_whom(made, kind, lang):
    """Not even who agreed to be named: that consent is for a name, and their company has not been asked."""
    whole = told(made, "item-talk", "item-step", "course", edition="public", kind=kind, lang=lang)
    assert [name for name in NAMES.values() if name in whole] == []
    if kind == "results":
        inside = told(made, "item-talk", kind=kind, lang=lang)
        assert [seat for seat in SEATS if NAMES[seat] not in inside] == []


def test_the_check_asks_about_groups_without_a_report(made):
    found = [one.text for one in findings(minutes(made)) if one.section.startswith("item-")]
    assert found == ["talk: 1 group has not reported."]


def test_what_somebody_had_erased_is_in_no_minutes_and_the_rest_stands(room):
    made = room(STEP, seats=SEATS[:2])
    for seat in SEATS[:2]:
        made.do("add", "step", by=seat, text=f"Idea {seat}")
    made.do("advance", "step")
    made.do("add", "step", by=SEATS[1], text="Both", **{"from.i1": "on", "from.i2": "on"})
    state = made.rules.activity(made.state.items["step"]).initial(made.state.items["step"].spec)
    for event in made.log:
        if event.item and not (event.actor == SEATS[0] and event.name == "pairing.idea_added"):
            state = made.activity("step").evolve(state, event)
    [both] = state.results
    assert [root.id for root in state.roots(both)] == ["i2"]
    assert "i1" in state.used
