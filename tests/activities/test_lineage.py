"""Where every card is: split, parked, merged, hidden, withdrawn, taken back; each in exactly one place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.ideas.state import ON_THE_WALL, Place
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Bullets, Heading
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.text import Text

WALL = {"id": "wall", "activity": "ideas", "factors": ["Place", "People"], "limit": 50}
MODERATED = {**WALL, "approve": True, "proposals": True}
ENGLISH = Text("en")


@pytest.fixture
def wall(room):
    made = room(WALL)
    for by, text in (("ada", "A room, and a cook"), ("ben", "A room in the library"), ("cem", "Rooms in our library")):
        made.do("add", "wall", by=by, text=text)
    return made


def move(made, name, idea="i1", by=FACILITATOR, **fields):
    return made.do(name, "wall", by=by, idea=idea, **fields)


def places(made):
    return {idea.id: idea.place.value for idea in made.inside("wall").ordered(*Place)}


class TestSplitting:
    def test_into_its_own_words(self, wall):
        [split] = move(wall, "split", parts="A room\na cook\n")
        assert split.data == {"idea": "i1", "parts": [["i1-1", 0, 6], ["i1-2", 12, 18]]}
        parts = {
            idea.id: (idea.label["und"], idea.seat, idea.part_of) for idea in wall.inside("wall").ordered(*ON_THE_WALL)
        }
        assert parts["i1-1"] == ("A room", "ada", "i1")
        assert parts["i1-2"] == ("a cook", "ada", "i1")
        assert places(wall)["i1"] == "split"

    @pytest.mark.parametrize("parts", ["", "A room", "A room\na chef", "a cook\nA room", "\n".join("Aroom,andacook")])
    def test_other_words_are_refused(self, wall, assert_refused, parts):
        with assert_refused(Why.INVALID, "parts"):
            move(wall, "split", parts=parts)

    def test_parts_do_not_use_up_what_somebody_may_write(self, room):
        made = room({**WALL, "limit": 2})
        made.do("add", "wall", by="ada", text="One and two")
        move(made, "split", parts="One\ntwo")
        made.do("add", "wall", by="ada", text="Three")

    def test_what_was_merged_into_it_comes_back(self, wall):
        move(wall, "merge", "i2", into="i1")
        move(wall, "split", parts="A room\na cook")
        assert places(wall)["i2"] == "unassigned"

    def test_an_erased_card_takes_its_parts_along(self, wall):
        move(wall, "split", parts="A room\na cook")
        kept = [event for event in wall.log if event.data.get("text") != "A room, and a cook"]
        state = wall.activity("wall").initial(wall.state.item("wall").spec)
        for event in kept:
            state = wall.activity("wall").evolve(state, event)
        assert set(state.ideas) == {"i2", "i3"}
        assert "cook" not in str([event.data for event in kept])


class TestUndoing:
    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("assign", {"factor": "o1"}),
            ("merge", {"into": "i2"}),
            ("hide", {}),
            ("park", {}),
            ("split", {"parts": "A room\na cook"}),
            ("withdraw", {}),
        ],
    )
    def test_a_move_is_taken_back_whole(self, wall, name, fields):
        before = wall.inside("wall").ideas
        move(wall, name, **fields)
        assert wall.inside("wall").ideas != before
        move(wall, "undo")
        assert wall.inside("wall").ideas == before

    def test_one_after_the_other(self, wall, assert_refused):
        states = [wall.inside("wall").ideas]
        for name, fields in (("park", {}), ("show", {}), ("merge", {"into": "i2"})):
            move(wall, name, **fields)
            states.append(wall.inside("wall").ideas)
        for before in reversed(states[:-1]):
            move(wall, "undo")
            assert wall.inside("wall").ideas == before
        with assert_refused(Why.INVALID):
            move(wall, "undo")

    def test_what_others_did_meanwhile_stays(self, wall):
        move(wall, "assign", factor="o1")
        wall.do("like", "wall", by="ben", idea="i1")
        wall.do("add", "wall", by="ben", text="New")
        move(wall, "undo")
        assert (wall.inside("wall").ideas["i1"].factor, wall.inside("wall").ideas["i1"].likes) == ("", {"ben"})
        assert "i4" in wall.inside("wall").ideas

    def test_who_withdrew_a_card_does_not_get_it_back_on_the_wall(self, wall):
        move(wall, "assign", factor="o1")
        move(wall, "withdraw", by="ada")
        move(wall, "undo")
        assert places(wall)["i1"] == "withdrawn"

    def test_what_was_withdrawn_does_not_come_back_with_the_whole(self, wall, assert_refused):
        move(wall, "split", parts="A room\na cook")
        move(wall, "withdraw", "i1-2", by="ada")
        with assert_refused(Why.INVALID):
            move(wall, "undo")
        wall.record("ideas.move_undone", "wall", entry=wall.inside("wall").moves[-1].seq)
        assert places(wall)["i1-2"] == "withdrawn"

    def test_only_the_facilitator(self, wall, assert_refused):
        for name in ("undo", "split", "park"):
            with assert_refused(Why.NOT_ALLOWED):
                move(wall, name, by="ada")


def test_cards_that_may_say_the_same_are_suggested_to_the_facilitator_alone(wall):
    [(one, other)] = wall.view("wall", Audience.FACILITATOR).alike
    assert (one.id, other.id) == ("i2", "i3")
    assert wall.view("wall").alike == ()


def test_the_topic_list_is_told_and_pending(wall):
    move(wall, "park")
    blocks = list(wall.activity("wall").record(wall.inside("wall"), ENGLISH, str))
    assert any(isinstance(block, Heading) and block.text == "Topic list" for block in blocks)
    assert any(isinstance(block, Bullets) and block.items == ("A room, and a cook",) for block in blocks)
    assert "1 card on the topic list." in list(wall.activity("wall").pending(wall.inside("wall"), ENGLISH, str))


PASSED_ON = {"id": "next", "activity": "ideas", "ideas_from": "item:wall"}
VOTE = {"id": "vote", "activity": "poll", "live_options": True}

moves = st.tuples(
    st.sampled_from(
        [
            *("add", "add", "approve", "assign", "merge", "split", "park", "hide", "show", "withdraw", "undo", "undo"),
            *("like", "make-cluster", "merge-clusters", "dissolve-cluster", "propose-cluster", "propose-place"),
            *("accept", "accept", "decline", "second", "fill"),
        ]
    ),
    st.sampled_from(["ada", "ben", FACILITATOR, FACILITATOR]),
    st.sampled_from(["i1", "i2", "i3", "i4", "i1-1", "i2-1"]),
    st.sampled_from(["i1", "i2", "i3", "i4", "i1-2", "c1", "c2"]),
    st.sampled_from(["", "o1", "o2", "c1", "c2"]),
)


@given(st.lists(moves, max_size=40))
def test_every_raw_card_is_in_exactly_one_place_and_the_minutes_print_it_once(room, sequence):
    made = room(MODERATED, PASSED_ON, VOTE)
    for number in range(3):
        made.do("add", "wall", by="ada", text=f"Word{number} and more{number}")
    move(made, "approve")
    for name, by, idea, into, factor in sequence:
        number = len(made.inside("wall").ideas)
        fields = {"idea": idea, "into": into, "factor": factor, "text": f"Word{number} and more{number}"}
        fields |= {
            "title": f"Title {into}",
            "cluster": factor,
            "proposal": f"p{idea[1]}",
            "from": "wall",
            "what": "cards",
        }
        fields |= {f"card.{card}": "1" for card in (idea, into)} if name.endswith("-cluster") else {}
        known = made.inside("wall").ideas.get(idea)
        fields["parts"] = known.label["und"].replace(" and ", "\n") if known else "x"
        try:
            made.do(name, "vote" if name == "fill" else "wall", by=by, **fields)
        except Refused as refusal:
            assert refusal.why in {Why.INVALID, Why.NOT_ALLOWED}  # noqa: PT017 - most are not refused
    state = made.inside("wall")
    added = {event.data["idea"] for event in made.log if event.name == "ideas.idea_added"}
    raw = {idea.id for idea in state.ideas.values() if not idea.part_of}
    assert raw == added
    targets = {target.id for target in state.targets}
    for idea in state.ideas.values():
        assert idea.factor in {"", *targets}
        if idea.place in ON_THE_WALL:
            assert (idea.place is Place.ASSIGNED) == bool(idea.factor)
        if idea.place is Place.MERGED:
            assert state.ideas[idea.into].place in ON_THE_WALL
        if idea.part_of:
            assert state.ideas[idea.part_of].place is Place.SPLIT
        if idea.place is Place.SPLIT:
            assert {one.id for one in state.ideas.values() if one.part_of == idea.id}
    record = made.activity("wall").record(state, ENGLISH, str)
    lines = [item for block in record if isinstance(block, Bullets) for item in block.items]
    printed = "\n".join(lines)
    assert len(lines) == len(state.ordered(*ON_THE_WALL, Place.PARKED)), "a line for each card, and no other"
    for idea in state.ideas.values():
        told = idea.place in {*ON_THE_WALL, Place.MERGED, Place.PARKED}
        assert printed.count(idea.label["und"]) >= told
        if not told and idea.place is not Place.SPLIT:
            assert idea.label["und"] not in printed or any(
                idea.label["und"] in other.label["und"] and other is not idea for other in state.ideas.values()
            )
    shown = [stretch for page in made.view("wall").pages for column in page for stretch in column]
    assert sorted(card.id for stretch in shown for card in stretch.cards) == sorted(
        idea.id for idea in state.ordered(*ON_THE_WALL)
    )
    options = made.state.item("vote").spec.options()
    assert {option.extra["origin"] for option in options} <= {f"wall/{key}" for key in state.ideas}
    made.do("open", "next")
    passed = made.inside("next")
    assert [(idea.id, idea.factor, idea.origin) for idea in passed.ordered(*ON_THE_WALL)] == [
        (idea.id, idea.factor, f"wall/{idea.id}") for idea in state.ordered(*ON_THE_WALL)
    ]
