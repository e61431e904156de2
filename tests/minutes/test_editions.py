"""What the public edition keeps back: names, contacts, votes by name, and how many there were where it was few."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit import privacy
from workshop_kit.core.document import Pairs, Table
from workshop_kit.core.event import Channel
from workshop_kit.core.noted import BY_NAME, FIELDS
from workshop_kit.core.small_groups import SMALLEST_GROUP, crowd, is_public
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.people import NameList

SEATS = tuple(f"s{number:02d}" for number in range(1, 13))
VOTE = {"id": "vote", "activity": "poll", "rule": "choice", "options": ["Place", "People"]}
ROLES = {"id": "board", "activity": "roles", "options": [{"id": "host", "label": "Host", "places": 9}]}
NAMES = st.text("abcdefgABCDEFG ", min_size=1, max_size=9).map(lambda name: f"#{name.strip()}#")
"""Names with signs that nothing else in the minutes has."""


def names_of(made, *named):
    numbers = {seat.id: seat.number for seat in made.state.seats.values()}
    return NameList({seat: f"#{seat}#" for seat in named}, numbers)


def minutes(made, edition, people=None, lang="en", kind=KINDS[0]):
    return Minutes(
        made.rules, made.state, voice(lang), people or names_of(made), edition=edition, kind=kind, events=made.log
    )


def voted(room, n, openness="names-hidden", channel="phone", **options):
    """Hold a vote of `n` of twelve people."""
    made = room({**VOTE, "openness": openness, **options}, seats=SEATS)
    for seat in SEATS[:n]:
        made.do("cast", "vote", by=seat, choice="o1")
    made.do("close", "vote")
    return made


def words(section):
    return str(section)


@settings(max_examples=25)
@given(people=st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=6), data=st.data())
def test_the_kit_names_nobody_in_public_who_did_not_agree(room, people, data):
    """Everybody votes under their name, writes, takes a role; fields that name people hold all names."""
    seats = SEATS[: len(people)]
    made = room({**VOTE, "openness": "open"}, {"id": "cards", "activity": "ideas"}, ROLES, seats=seats)
    for seat, (_, agreed) in zip(seats, people, strict=True):
        made.do("name", by=seat, named="yes")
        made.do("cast", "vote", by=seat, choice=data.draw(st.sampled_from(["o1", "o2"])))
        if agreed:
            made.do("consent", by=seat, use=privacy.PUBLIC_MINUTES, given="yes")
    made.do("open", "cards")
    for seat in seats:
        made.do("add", "cards", by=seat, text="Bread")
    made.do("open", "board")
    for seat in seats:
        made.do("take", "board", by=seat, role="host")
    for field in FIELDS:
        if field.personal:
            text = ", ".join(name for name, _ in people)
            made.do("note", field=field.name, item="vote" if field.each else "", text=text)
    known = NameList(
        dict(zip(seats, (name for name, _ in people), strict=True)),
        {seat.id: seat.number for seat in made.state.seats.values()},
    )
    hidden = {name for name, _ in people} - {name for name, agreed in people if agreed}
    for kind in KINDS:
        for lang in LANGUAGES:
            document = minutes(made, "public", known, lang, kind).document()
            assert not [name for name in hidden if name in str(document)], (kind.name, lang)


def test_personal_fields_are_for_the_internal_edition_alone(room):
    made = room(VOTE, seats=SEATS)
    for field in FIELDS:
        made.do("note", field=field.name, item="vote" if field.each else "", text=f"<{field.name}>")
    for kind in KINDS:
        inside, outside = (str(minutes(made, edition, kind=kind).document()) for edition in EDITIONS)
        assert not [field.name for field in FIELDS if field.personal and f"<{field.name}>" in outside]
        assert all(f"<{name}>" in inside for name in BY_NAME if f"<{name}>" in outside)
    whole = {
        edition: "".join(str(minutes(made, edition, kind=kind).document()) for kind in KINDS) for edition in EDITIONS
    }
    assert all(f"<{name}>" in whole["internal"] for name in BY_NAME)
    assert all(f"<{name}>" in whole["public"] for name, field in BY_NAME.items() if not field.personal)


def test_votes_stand_beside_names_in_the_internal_edition_alone(room):
    made = voted(room, 8, "open")
    people = names_of(made, *SEATS)
    for seat in SEATS[:8]:
        made.do("name", by=seat, named="yes")
        made.do("consent", by=seat, use=privacy.PUBLIC_MINUTES, given="yes")
    captions = {
        edition: [
            block.caption for block in minutes(made, edition, people).item("vote").blocks if isinstance(block, Table)
        ]
        for edition in EDITIONS
    }
    assert "Votes by name" in captions["internal"]
    assert "Votes by name" not in captions["public"]


def how_voted(made, edition):
    (pairs,) = [block for block in minutes(made, edition).item("vote").blocks if isinstance(block, Pairs)]
    return dict(pairs.pairs).get("Votes")


def test_few_who_came_another_way_are_not_told_of_in_public(room):
    made = room(VOTE, seats=SEATS)
    for seat in SEATS[:6]:
        made.do("cast", "vote", by=seat, choice="o1")
    made.do("cast", "vote", channel=Channel.PAPER, ballot="1", choice="o2")
    made.do("close", "vote")
    with_paper = "7 people voted (6 by phone, 1 on paper), 13 could have voted (with those on paper and by raised hand)"
    assert how_voted(made, "internal") == with_paper
    assert how_voted(made, "public") == "7 people voted, 13 could have voted"


def test_few_who_abstained_are_not_counted_in_public(room):
    made = room({**VOTE, "rule": "approval"}, seats=SEATS)
    for number, seat in enumerate(SEATS[:10]):
        made.do("cast", "vote", by=seat, **({"value.o1": "1"} if number < 7 else {}))
    made.do("close", "vote")
    assert "3 abstained" in how_voted(made, "internal")
    assert "fewer than 5 abstained" in how_voted(made, "public")


@pytest.mark.parametrize("voters", [1, SMALLEST_GROUP - 1, SMALLEST_GROUP])
def test_the_result_of_few_is_kept_back_in_public(room, voters):
    made = voted(room, voters)
    inside, outside = (words(minutes(made, edition).item("vote")) for edition in EDITIONS)
    assert "Bar chart" in inside
    few = voters < SMALLEST_GROUP
    assert ("Fewer than 5 people voted." in outside) == few
    assert ("Bar chart" in outside) == (not few)


def test_of_an_open_vote_the_result_is_told_since_all_saw_it(room):
    made = voted(room, 3, "open")
    assert "Bar chart" in words(minutes(made, "public").item("vote"))


def test_a_round_of_few_is_not_compared_in_public(room):
    made = voted(room, 6)
    made.do("next-round", "vote")
    for seat in SEATS[:2]:
        made.do("cast", "vote", by=seat, choice="o2")
    made.do("close", "vote")
    inside, outside = (words(minutes(made, edition).item("vote")) for edition in EDITIONS)
    assert "All rounds" in inside
    assert "All rounds" not in outside


def test_how_many_entries_came_by_which_way_is_not_told_in_public(room):
    made = voted(room, 6)
    labels = {
        edition: {name for name, _ in minutes(made, edition).section("provenance").blocks[0].pairs}
        for edition in EDITIONS
    }
    assert labels["internal"] - labels["public"] == {"Phones", "Facilitator's notebook"}


def test_whoever_was_taken_out_of_the_room_is_not_told_of_in_public(room):
    made = voted(room, 6)
    made.do("remove", seat=SEATS[-1])
    course = next(kind for kind in KINDS if kind.name == "course")
    inside, outside = (words(minutes(made, edition, kind=course).section("course")) for edition in EDITIONS)
    assert "1 person was taken out of the room." in inside
    assert "taken out" not in outside


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_the_document_says_which_edition_it_is(room, lang):
    made = voted(room, 6)
    told = {edition: minutes(made, edition, lang=lang).meta().standing for edition in EDITIONS}
    expected = {
        "de": {"internal": "Interne Fassung – enthält Namen", "public": "Öffentliche Fassung"},
        "en": {"internal": "Internal edition – contains names", "public": "Public edition"},
    }
    assert told == expected[lang]


def test_a_small_group_is_masked_in_public_alone_and_nobody_is_nobody():
    forms = ("{n} person came.", "{n} people came.")
    outside = NameList({}, {}, public=True)
    told = [crowd(forms, n, voice("en"), outside) for n in (0, 1, 4, 5)]
    assert told == ["0 people came.", "fewer than 5 people came.", "fewer than 5 people came.", "5 people came."]
    assert [crowd(forms, n, voice("en"), people) for n in (1, 4) for people in (None, NameList({}, {}))] == [
        "1 person came.",
        "1 person came.",
        "4 people came.",
        "4 people came.",
    ]
    assert not is_public(lambda seat, _text: seat)
