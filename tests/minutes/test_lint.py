"""What a careful reader would ask before minutes go out, and that nothing of it stands in them."""

from __future__ import annotations

import pytest
from tests.minutes.test_album import JPEG

from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.album import Album
from workshop_kit.minutes.display import CheckOutput
from workshop_kit.minutes.kinds import kind_named
from workshop_kit.minutes.lint import Severity, findings
from workshop_kit.minutes.sections import Minutes
from workshop_kit.people import NameList

SEATS = tuple(f"s{number:02d}" for number in range(1, 8))
VOTE = {"id": "vote", "activity": "poll", "rule": "choice", "options": ["Place", "People"]}
CARDS = {"id": "cards", "activity": "ideas", "factors": ["Place", "People"]}
BOARD = {"id": "board", "activity": "roles", "options": ["Host", "Guide"]}
CONSENT = {"id": "agree", "activity": "poll", "rule": "consent", "openness": "open", "options": ["Meet monthly"]}


def asked(made, *cells, edition="internal", kind="results", lang="en", private=(), names=None):
    people = NameList(names or {}, {seat.id: seat.number for seat in made.state.seats.values()})
    told = Minutes(made.rules, made.state, voice(lang), people, edition=edition, kind=kind_named(kind), events=made.log)
    return findings(told, [(cell, Album({"a.jpg": {"image/jpeg": JPEG}})) for cell in cells], private)


def texts(found):
    return [one.text for one in found]


def tidy(room, *items, seats=SEATS):
    made = room(*items, seats=seats)
    made.do("note", field="note-taker", text="Rosa")
    return made


def test_a_session_in_order_raises_no_question(room):
    made = tidy(room, VOTE)
    for seat in SEATS:
        made.do("cast", "vote", by=seat, choice="o1")
    made.do("close", "vote")
    assert asked(made) == asked(made, edition="public") == []
    assert CheckOutput([], voice("en")).lines() == ["Nothing to mend was found."]


def test_nobody_there_and_nobody_who_took_the_minutes(room):
    made = room(VOTE, seats=())
    made.do("close", "vote")
    assert texts(asked(made)) == [
        "Nobody is marked as present.",
        "It does not say who took the minutes.",
        "vote: Nobody voted.",
    ]


def test_a_step_that_was_never_closed_is_to_mend_in_its_notebook(room):
    made = tidy(room, CARDS, VOTE)
    made.do("open", "vote")
    (found,) = [one for one in asked(made) if one.section == "item-vote"]
    assert (found.severity, found.text) == (Severity.MEND, "vote: This step was never closed.")
    assert found.place == "02-vote.ipynb"


def test_cards_roles_and_objections_that_are_left_open(room):
    made = tidy(room, CARDS, BOARD, CONSENT)
    made.do("add", "cards", by=SEATS[0], text="Bread")
    made.do("open", "board")
    made.do("take", "board", by=SEATS[0], role="o1")
    made.do("open", "agree")
    made.do("cast", "agree", by=SEATS[0], **{"value.o1": "-1", "reason.o1": "Too often"})
    made.do("cast", "agree", by=SEATS[1], **{"value.o1": "1"})
    made.do("close", "agree")
    assert texts(asked(made)) == [
        "cards: 1 card is not assigned.",
        "board: Nobody confirmed the role: Host.",
        "board: Nobody took the role: Guide.",
        "agree: 1 objection is open.",
    ]


def test_a_decision_needs_its_words(room):
    made = tidy(room, VOTE)
    for seat in SEATS:
        made.do("cast", "vote", by=seat, choice="o1")
    made.do("close", "vote")
    made.do("note", field="review", item="vote", text="In a year")
    (found,) = asked(made)
    assert found.text == "vote: The decision is not there in words."
    assert "workshop note SESSION decision TEXT --item vote" in found.place
    made.do("note", field="decision", item="vote", text="We meet.")
    assert asked(made) == []


def test_an_assembly_is_asked_for_its_formal_findings(room):
    made = tidy(room, VOTE)
    for seat in SEATS:
        made.do("cast", "vote", by=seat, choice="o1")
    made.do("close", "vote")
    found = asked(made, kind="assembly")
    assert [one.severity for one in found] == [
        Severity.MEND,
        Severity.MEND,
        Severity.LOOK,
        Severity.LOOK,
        Severity.LOOK,
    ]
    assert "It does not say whether there was a quorum." in texts(found)
    assert texts(found)[-1] == "vote: The decision is not there in words."


@pytest.mark.parametrize("kind", ["card", "article"])
def test_a_card_or_a_report_is_asked_for_its_starting_point(room, kind):
    made = tidy(room, CARDS)
    made.do("close", "cards")
    assert texts(asked(made, kind=kind)) == ["It does not say what the session started from."]
    made.do("note", field="purpose", text="Nobody knew of the others.")
    assert asked(made, kind=kind) == []


def test_in_public_few_people_are_worth_a_look(room):
    made = tidy(room, VOTE, seats=SEATS[:3])
    for seat in SEATS[:3]:
        made.do("cast", "vote", by=seat, choice="o1")
    made.do("close", "vote")
    assert asked(made) == []
    assert texts(asked(made, edition="public")) == [
        "So few people were there that a reader may guess who said or chose what.",
        "vote: So few voted that the public edition does not tell the result.",
    ]


def test_names_without_consent_are_counted_per_section_and_not_repeated(room):
    made = tidy(room, CARDS)
    made.do("add", "cards", by=SEATS[0], text="Ask Ben Lovejoy", factor="o1")
    made.do("close", "cards")
    names = {"private": ["Ben Lovejoy", "Cem Lovejoy"], "edition": "public"}
    found = asked(made, "# Thanks\n\nto Cem Lovejoy", **names)
    assert texts(found) == [
        '"cards" names 1 person who did not agree to be named in public.',
        '"Notes" names 1 person who did not agree to be named in public.',
    ]
    assert [one.section for one in found] == ["item-cards", ""]
    assert "Lovejoy" not in str(found)
    assert asked(made, "to Cem Lovejoy", private=["Cem Lovejoy"]) == []


@pytest.mark.parametrize(
    ("cell", "question"),
    [
        ('![A wall](attachment:a.jpg "The wall, no people")', None),
        ('![A wall](attachment:a.jpg "Rosa, with consent")', None),
        ('![A wall](attachment:a.jpg "Die Wand, keine Personen")', None),
        ('![](attachment:a.jpg "The wall, no people")', "needs a description"),
        ("![A wall](attachment:a.jpg)", "show people, and did they agree?"),
        ("![A wall](https://example.org/a.jpg)", "is not shown"),
        ("![A wall](missing.jpg)", "is not shown"),
        ("- item ![A wall](missing.jpg)", "is not shown"),
    ],
)
def test_a_picture_needs_a_description_and_leave_to_be_shown(room, cell, question):
    made = tidy(room, CARDS)
    made.do("close", "cards")
    found = asked(made, cell)
    assert [question in one.text for one in found] == ([] if question is None else [True])


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_the_questions_are_shown_with_links_and_never_in_the_minutes(room, lang):
    made = room(CARDS, VOTE, seats=SEATS)
    made.do("add", "cards", by=SEATS[0], text="<b>Bread</b>")
    made.do("open", "vote")
    found = asked(made, "![<i>](x.png)", lang=lang)
    shown = CheckOutput(found, voice(lang))
    assert len(found) >= 4
    assert len(shown.lines()) == len(found)
    assert shown._repr_html_().count("<li>") == len(found)
    assert 'href="#item-vote"' in shown._repr_html_()
    assert "<i>]" not in shown._repr_html_()
    people = NameList({}, {})
    document = str(Minutes(made.rules, made.state, voice(lang), people, events=made.log).document())
    asked_only = [one.text for one in found if "1 " not in one.text]  # a card that is left is an open point as well
    assert len(asked_only) >= 3
    assert not [text for text in asked_only if text in document]
