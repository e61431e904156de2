"""Actions, market and statements in minutes: every kind tells them, and the public edition names nobody by mistake."""

from __future__ import annotations

import pytest
from tests.minutes.telling import AGREED, NAMES, SEATS, minutes, told

from workshop_kit import privacy
from workshop_kit.core.document import Heading, Table
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS
from workshop_kit.minutes.lint import findings
from workshop_kit.minutes.sections import EDITIONS

LEFT = {"what": "Find a room", "person": "c1", "until": "2026-10-01", "session": "First meeting", "day": "2026-05-04"}
PLAN = {"id": "plan", "activity": "actions", "carried": [LEFT]}
MARKET = {"id": "market", "activity": "market", "factors": ["Place", "People"]}
SAY = {"id": "say", "activity": "statements", "statements": ["Meet monthly", "Pay a fee"]}


@pytest.fixture(scope="module")
def made(room):
    """People take on, ask, join, offer and seek under their names, and answer statements without."""
    made = room(PLAN, MARKET, SAY, seats=SEATS)
    for seat in SEATS:
        made.do("name", by=seat, named="yes")
    made.do("consent", by=AGREED, use=privacy.PUBLIC_MINUTES, given="yes")
    made.do("add", "plan", by=AGREED, what="Paint the sign", until="2026-12-01", who="me")
    made.do("add", "plan", by=SEATS[1], what="Write the letter", until="2026-11-01", who="me")
    made.do("add", "plan", what="Bake bread", who=SEATS[2])
    for helper in SEATS[3:5]:
        made.do("join", "plan", by=helper, action="a2")
    made.do("close", "plan")
    made.do("open", "market")
    for kind, seat, words in (
        ("offer", AGREED, "A room"),
        ("seek", SEATS[1], "A room in the evening"),
        ("seek", SEATS[2], "A projector"),
        ("offer", SEATS[3], "A van"),
        ("seek", SEATS[4], "Somebody who drives"),
    ):
        made.do(kind, "market", by=seat, text=words)
    for seat in (AGREED, SEATS[1]):
        made.do("agree", "market", by=seat, match="e1-e2")
    made.do("agree", "market", by=SEATS[3], match="e4-e5")
    made.do("close", "market")
    made.do("open", "say")
    for seat in SEATS[:6]:
        made.do("vote", "say", by=seat, statement="o1", value="1")
    for seat in SEATS[:2]:
        made.do("vote", "say", by=seat, statement="o2", value="-1")
    made.do("close", "say")
    return made


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_of_minutes_tells_what_was_agreed(made, kind, edition, lang):
    whole, text = told(made, edition=edition, kind=kind, lang=lang), voice(lang)
    steps = ("Paint the sign", "A projector", "Meet monthly")
    sums = ("Meet monthly", text.plural("{n} agreement was made.", "{n} agreements were made.", 1))
    taken = text.plural("{n} action was taken on.", "{n} actions were taken on.", 2)
    expected = {"card": sums, "article": sums, "course": (*steps, taken)}.get(kind, steps)
    assert [words for words in expected if words not in whole] == []


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_in_public_nobody_is_named_who_did_not_agree(made, kind, lang):
    """Not who was asked, helps, has an entry on the board, or took something on in an earlier session."""
    whole = told(made, edition="public", kind=kind, lang=lang)
    assert [name for seat, name in NAMES.items() if seat != AGREED and name in whole] == []
    assert "c1" not in whole
    if kind in {"results", "course", "assembly"}:
        assert NAMES[AGREED] in told(made, "item-plan", edition="public", kind=kind, lang=lang)
        assert NAMES[AGREED] in told(made, "item-market", edition="public", kind=kind, lang=lang)
        inside = told(made, "item-plan", "item-market", "open", kind=kind, lang=lang)
        assert [seat for seat in (*SEATS[:5], "c1") if NAMES[seat] not in inside] == []


def test_in_public_a_statement_with_few_answers_is_not_counted(made):
    for edition, counts in (("internal", ("0", "2", "0")), ("public", ("–", "–", "–"))):
        (section,) = [one for one in minutes(made, edition).sections() if one.id == "item-say"]
        (table,) = [block for block in section.blocks if isinstance(block, Table)]
        assert table.rows == (("Pay a fee", *counts),)
    assert "A dash stands where fewer than 5 people have answered" in told(made, "item-say", edition="public")
    assert "6 people answered statements." in told(made, "course", kind="course", edition="public")


def test_in_public_the_answers_of_few_people_are_kept_back(room):
    made = room(SAY, seats=SEATS)
    for seat in SEATS[:4]:
        made.do("vote", "say", by=seat, statement="o1", value="1")
    made.do("close", "say")
    public = told(made, "item-say", "course", edition="public", kind="course")
    assert "Fewer than 5 people answered." in public
    assert "Meet monthly" in public
    assert "Fewer than 5 people answered statements." in public
    assert "Widely agreed" not in public
    assert "4 people have answered" in told(made, "item-say")
    found = findings(minutes(made, "public"))
    assert "So few voted that the public edition does not tell the result." in str(found)


def test_the_check_asks_about_all_three(made):
    found = [one.text for one in findings(minutes(made)) if one.section.startswith("item-")]
    assert found == [
        "plan: Nobody is responsible (number in the plan): 1.",
        "plan: Somebody was asked and has not answered (number in the plan): 4.",
        "plan: There is no day (number in the plan): 4.",
        "plan: The day is before the one on which it was put down (number in the plan): 3.",
        "market: 1 need found nobody.",
        "market: 1 agreement lacks the yes of one side.",
    ]


def test_rounds_of_statements_are_compared(room):
    made = room(SAY, seats=SEATS)
    for agree in (2, 6):
        for number, seat in enumerate(SEATS[:7]):
            made.do("vote", "say", by=seat, statement="o1", value="1" if number < agree else "-1")
        made.do("next-round", "say")
    made.do("vote", "say", by=AGREED, statement="o1", value="1")
    made.do("close", "say")
    first, second, last = (
        "2 of 7 (29\N{NO-BREAK SPACE}%)",
        "6 of 7 (86\N{NO-BREAK SPACE}%)",
        "1 of 1 (100\N{NO-BREAK SPACE}%)",
    )
    for edition, told_rounds in (("internal", (first, second, last)), ("public", (first, second))):
        (section,) = [one for one in minutes(made, edition).sections() if one.id == "item-say"]
        at = section.blocks.index(Heading("All rounds"))
        assert section.blocks[at + 1].rows == (("Meet monthly", *told_rounds),)
