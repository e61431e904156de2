"""Groups that the room makes up, proposals from phones, and cards that wait for the moderation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.ideas.clusters import MOST_CLUSTERS, MOST_PROPOSALS
from workshop_kit.activities.ideas.pages import LINES, pages
from workshop_kit.activities.ideas.state import ON_THE_WALL, Place
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import Event

WALL = {
    "id": "wall",
    "activity": "ideas",
    "limit": 0,
    "proposals": True,
    "factors": [{"id": "money", "label": "Money"}],
}


@pytest.fixture
def wall(room):
    """Five cards, i1 to i5, of ada, ben and cem in turns."""
    made = room(WALL)
    for number, seat in enumerate(("ada", "ben", "cem", "ada", "ben"), 1):
        made.do("add", "wall", by=seat, text=f"Card {number}")
    return made


def do(made, name, by=FACILITATOR, cards="", **fields):
    ticked = {f"card.{card}": "1" for card in cards.split()}
    return made.do(name, "wall", by=by, **ticked, **fields)


def groups(made):
    """Return which cards stand under which title."""
    state = made.inside("wall")
    found = state.grouped(state.ordered(*ON_THE_WALL))
    return {
        next(iter(t.label.values()), "") if t else None: " ".join(i.id for i in cards) for t, cards in found if cards
    }


class TestByTheFacilitator:
    def test_a_group_beside_the_factors(self, wall):
        do(wall, "assign", idea="i1", factor="money")
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        assert groups(wall) == {"Money": "i1", "Places": "i2 i3", None: "i4 i5"}

    def test_cards_are_put_in_and_taken_out_as_with_a_factor(self, wall):
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        do(wall, "assign", idea="i4", factor="c1")
        do(wall, "assign", idea="i2", factor="")
        do(wall, "assign", by="cem", idea="i3", factor="money")
        assert groups(wall) == {"Money": "i3", "Places": "i4", None: "i1 i2 i5"}

    def test_renamed_merged_and_dissolved(self, wall):
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        do(wall, "make-cluster", title="People", cards="i4")
        do(wall, "rename-cluster", cluster="c1", title="Rooms")
        do(wall, "merge-clusters", cluster="c2", into="c1")
        assert groups(wall) == {"Rooms": "i2 i3 i4", None: "i1 i5"}
        do(wall, "merge-clusters", cluster="c1", into="money")
        assert groups(wall) == {"Money": "i2 i3 i4", None: "i1 i5"}
        do(wall, "make-cluster", title="Others", cards="i1")
        do(wall, "dissolve-cluster", cluster="c1")
        assert groups(wall) == {"Money": "i2 i3 i4", None: "i1 i5"}

    def test_a_card_that_is_off_the_wall_comes_back_to_where_its_group_went(self, wall):
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        do(wall, "hide", idea="i2")
        do(wall, "dissolve-cluster", cluster="c1")
        do(wall, "show", idea="i2")
        assert groups(wall) == {None: "i1 i2 i3 i4 i5"}

    @pytest.mark.parametrize(
        ("name", "fields"),
        [
            ("make-cluster", {"title": "New", "card.i4": "1"}),
            ("rename-cluster", {"cluster": "c1", "title": "Rooms"}),
            ("merge-clusters", {"cluster": "c1", "into": "money"}),
            ("dissolve-cluster", {"cluster": "c1"}),
            ("accept", {"proposal": "p1"}),
            ("accept", {"proposal": "p2"}),
            ("decline", {"proposal": "p1"}),
        ],
    )
    def test_each_is_taken_back_whole(self, wall, name, fields):
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        do(wall, "propose-cluster", by="ada", title="Time", cards="i3 i5")
        do(wall, "propose-place", by="ada", idea="i1", factor="c1")
        before = wall.inside("wall")
        do(wall, name, **fields)
        assert wall.inside("wall") != before
        do(wall, "undo")
        after = wall.inside("wall")
        assert (after.ideas, after.clusters, after.proposals) == (before.ideas, before.clusters, before.proposals)

    def test_who_joined_a_group_meanwhile_is_in_none_once_it_is_undone(self, wall):
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        do(wall, "assign", by="ada", idea="i1", factor="c1")
        do(wall, "undo")
        assert groups(wall) == {None: "i1 i2 i3 i4 i5"}
        assert wall.inside("wall").ideas["i1"].place is Place.UNASSIGNED

    @pytest.mark.parametrize(
        ("name", "fields", "field"),
        [
            ("make-cluster", {"title": " "}, "title"),
            ("make-cluster", {"title": "x" * 81}, "title"),
            ("make-cluster", {"title": "Places"}, "title"),
            ("make-cluster", {"title": "Money"}, "title"),
            ("make-cluster", {"title": "New", "card.i9": "1"}, "ideas"),
            ("rename-cluster", {"cluster": "money", "title": "Cash"}, "cluster"),
            ("rename-cluster", {"cluster": "c1", "title": ""}, "title"),
            ("merge-clusters", {"cluster": "c1", "into": "c1"}, "into"),
            ("merge-clusters", {"cluster": "c1", "into": "c9"}, "into"),
            ("merge-clusters", {"cluster": "money", "into": "c1"}, "cluster"),
            ("dissolve-cluster", {"cluster": "c9"}, "cluster"),
            ("accept", {"proposal": "p9"}, "proposal"),
            ("decline", {}, "proposal"),
            ("turn", {"page": "2"}, "page"),
            ("turn", {"page": "٣"}, "page"),
        ],
    )
    def test_refusals(self, wall, assert_refused, name, fields, field):
        do(wall, "make-cluster", title="Places", cards="i2 i3")
        with assert_refused(Why.INVALID, field):
            do(wall, name, **fields)

    def test_so_many_groups_and_no_more(self, wall, assert_refused):
        for number in range(MOST_CLUSTERS):
            do(wall, "make-cluster", title=f"Group {number}")
        with assert_refused(Why.INVALID):
            do(wall, "make-cluster", title="One more")

    def test_only_the_facilitator(self, wall, assert_refused):
        for name in (
            "make-cluster",
            "rename-cluster",
            "merge-clusters",
            "dissolve-cluster",
            "accept",
            "approve",
            "turn",
        ):
            with assert_refused(Why.NOT_ALLOWED):
                do(wall, name, by="ada")


class TestProposals:
    def test_equal_ones_are_counted_once_per_person(self, wall):
        do(wall, "propose-cluster", by="ada", title="Places", cards="i1 i2")
        do(wall, "propose-cluster", by="ben", title="places ", cards="i2 i1")
        assert do(wall, "propose-cluster", by="ben", title="Places", cards="i1 i2") == ()
        do(wall, "second", by="cem", proposal="p1")
        assert do(wall, "second", by="cem", proposal="p1") == ()
        do(wall, "propose-cluster", by="cem", title="Places", cards="i1 i3")
        listed = [(one.id, one.count) for one in wall.view("wall", Audience.FACILITATOR).proposals]
        assert listed == [("p1", 3), ("p2", 1)]
        assert groups(wall) == {None: "i1 i2 i3 i4 i5"}, "a proposal moves nothing"

    def test_accepted_with_one_press(self, wall):
        do(wall, "propose-cluster", by="ada", title="Places", cards="i1 i2 i3")
        do(wall, "withdraw", by="cem", idea="i3")
        do(wall, "accept", proposal="p1")
        do(wall, "propose-place", by="cem", idea="i5", factor="c1")
        do(wall, "accept", proposal="p2")
        assert groups(wall) == {"Places": "i1 i2 i5", None: "i4"}
        assert wall.view("wall", Audience.FACILITATOR).proposals == ()

    def test_one_with_the_title_of_a_group_adds_to_it(self, wall):
        do(wall, "make-cluster", title="Places", cards="i1")
        do(wall, "propose-cluster", by="ada", title="Places", cards="i4 i5")
        do(wall, "accept", proposal="p1")
        assert groups(wall) == {"Places": "i1 i4 i5", None: "i2 i3"}

    def test_declined_or_taken_back_it_is_gone(self, wall, assert_refused):
        do(wall, "propose-cluster", by="ada", title="Places", cards="i1 i2")
        do(wall, "second", by="ben", proposal="p1")
        do(wall, "withdraw-proposal", by="ada", proposal="p1")
        assert wall.inside("wall").proposals["p1"].seats == {"ben"}
        assert do(wall, "withdraw-proposal", by="cem", proposal="p1") == ()
        do(wall, "withdraw-proposal", by="ben", proposal="p1")
        assert not wall.inside("wall").proposals
        do(wall, "propose-cluster", by="ada", title="Places", cards="i1 i2")
        do(wall, "decline", proposal="p1")
        with assert_refused(Why.INVALID, "proposal"):
            do(wall, "second", by="ben", proposal="p1")

    def test_one_without_any_card_left_is_not_asked_about(self, wall):
        do(wall, "propose-cluster", by="ada", title="Places", cards="i1 i4")
        for idea in ("i1", "i4"):
            do(wall, "withdraw", by="ada", idea=idea)
        assert wall.inside("wall").open_proposals() == []

    @pytest.mark.parametrize(
        ("name", "fields", "field"),
        [
            ("propose-cluster", {"title": "Places", "card.i1": "1"}, "ideas"),
            ("propose-cluster", {"title": "Places", "card.i1": "1", "card.i9": "1"}, "ideas"),
            ("propose-cluster", {"title": "", "card.i1": "1", "card.i2": "1"}, "title"),
            ("propose-place", {"idea": "i9", "factor": "money"}, "idea"),
            ("propose-place", {"idea": "i1", "factor": "c9"}, "factor"),
            ("propose-place", {"idea": "i2", "factor": "money"}, "factor"),
            ("second", {"proposal": "p9"}, "proposal"),
        ],
    )
    def test_refusals(self, wall, assert_refused, name, fields, field):
        do(wall, "assign", idea="i2", factor="money")
        with assert_refused(Why.INVALID, field):
            do(wall, name, by="ada", **fields)

    def test_only_where_they_are_asked_for_and_only_so_many(self, room, wall, assert_refused):
        plain = room({**WALL, "proposals": False})
        for text in ("One", "Two"):
            plain.do("add", "wall", by="ada", text=text)
        with assert_refused(Why.CLOSED):
            do(plain, "propose-cluster", by="ada", title="Places", cards="i1 i2")
        for number in range(MOST_PROPOSALS):
            do(wall, "propose-cluster", by="ada", title=f"Group {number}", cards="i1 i2")
        with assert_refused(Why.INVALID):
            do(wall, "propose-place", by="ada", idea="i1", factor="money")
        with assert_refused(Why.NOT_ALLOWED):
            do(wall, "propose-cluster", title="Places", cards="i1 i2")

    def test_an_erased_title_leaves_the_group_without_its_words(self, wall):
        do(wall, "propose-cluster", by="ada", title="Secret words", cards="i1 i2")
        do(wall, "accept", proposal="p1")
        kind, spec = wall.activity("wall"), wall.state.item("wall").spec
        assert "ideas.cluster_proposed" in kind.personal
        state = kind.initial(spec)
        for event in wall.log:
            if event.name != "ideas.cluster_proposed":
                state = kind.evolve(state, event)
                assert "Secret words" not in str(event.data)
        assert [(one.id, one.label) for one in state.clusters] == [("c1", {})]
        assert [idea.factor for idea in state.ordered(Place.ASSIGNED)] == ["c1", "c1"]

    def test_phones_are_told_when_there_is_something_new_to_act_on(self, wall):
        kind, seen = wall.activity("wall"), set()
        for name, by, fields in (
            ("propose-cluster", "ada", {"title": "Places", "cards": "i1 i2"}),
            ("second", "ben", {"proposal": "p1"}),
            ("accept", FACILITATOR, {"proposal": "p1"}),
            ("rename-cluster", FACILITATOR, {"cluster": "c1", "title": "Rooms"}),
            ("add", "cem", {"text": "New"}),
        ):
            seen.add(kind.choices(wall.inside("wall")))
            do(wall, name, by=by, **fields)
        seen.add(kind.choices(wall.inside("wall")))
        assert len(seen) == 6


class TestApproval:
    @pytest.fixture
    def moderated(self, room):
        made = room({**WALL, "approve": True})
        for seat in ("ada", "ben"):
            made.do("add", "wall", by=seat, text=f"From {seat}", factor="money")
        made.do("add", "wall", text="From a slip")
        return made

    def test_cards_wait_and_their_authors_see_it(self, moderated):
        [mine] = moderated.view("wall", Audience.SEAT, "ada").mine
        assert mine.waiting
        room = moderated.view("wall")
        assert (room.count, room.waits, "From ada" in str(room)) == (1, 2, False)
        assert "From ada" not in str(moderated.view("wall", Audience.SEAT, "ben"))
        assert [card.id for card in moderated.view("wall", Audience.FACILITATOR).waiting] == ["i1", "i2"]

    def test_one_by_one_or_all_and_back(self, moderated):
        do(moderated, "approve", idea="i2")
        assert groups(moderated) == {"Money": "i2", None: "i3"}
        do(moderated, "undo")
        assert groups(moderated) == {None: "i3"}
        do(moderated, "approve")
        assert groups(moderated) == {"Money": "i1 i2", None: "i3"}
        assert do(moderated, "approve") == ()

    def test_what_waits_can_be_withdrawn_or_hidden_and_nothing_else(self, moderated, assert_refused):
        for name in ("like", "assign", "merge", "park", "split", "show"):
            with assert_refused(Why.INVALID, "idea"):
                do(moderated, name, idea="i1", into="i3", factor="", parts="")
        do(moderated, "withdraw", by="ada", idea="i1")
        do(moderated, "hide", idea="i2")
        with assert_refused(Why.INVALID, "idea"):
            do(moderated, "approve", idea="i1")
        assert moderated.view("wall").waits == 0
        do(moderated, "show", idea="i2")
        assert groups(moderated) == {"Money": "i2", None: "i3"}


texts = st.text(st.characters(categories=["L", "N", "P", "So", "Zs"]), min_size=1, max_size=280).filter(str.strip)
written = st.lists(st.tuples(texts, st.sampled_from(["", "c1", "c2", "money"])), max_size=60)


def test_short_cards_and_long_titles_take_their_place_too(room):
    made = room(WALL)
    do(made, "make-cluster", title="A title that is so long that it takes three lines on the stage")
    for number in range(60):
        made.do("add", "wall", text=f"Card {number}", factor="c1")
    state = made.inside("wall")
    found = pages(state, state.grouped(state.ordered(*ON_THE_WALL)))
    assert {(stretch.title, len(stretch.cards)) for column in found[0] for stretch in column} == {(4, 7)}


@given(written, st.booleans())
def test_the_pages_hold_every_card_once_and_none_without_its_title(room, cards, titled):
    made = room(WALL if titled else {**WALL, "factors": []})
    if titled:
        for title in ("Places", "People"):
            do(made, "make-cluster", title=title)
    for text, factor in cards:
        made.do("add", "wall", text=text, **({"factor": factor} if titled else {}))
    view, state = made.view("wall"), made.inside("wall")
    stretches = [stretch for page in view.pages for column in page for stretch in column]
    assert sorted(card.id for one in stretches for card in one.cards) == sorted(state.ideas)
    assert all(card.factor == (one.target.id if one.target else "") for one in stretches for card in one.cards)
    assert all(one.cards for one in stretches)
    assert [one.more for one in stretches].count(False) == len({one.target and one.target.id for one in stretches})
    assert 1 <= view.page <= len(view.pages) == len(pages(state, state.grouped(state.ordered(*ON_THE_WALL))))
    for page in pages(state, state.grouped(state.ordered(*ON_THE_WALL))):
        assert len(page) <= 3
        for column in page:
            assert sum(one.lines for one in column) <= LINES or sum(len(one.cards) for one in column) == 1, (
                "only a card larger than a column"
            )


class TestTurning:
    def test_the_newest_cards_are_shown_until_somebody_turns(self, room):
        made = room({**WALL, "factors": []})
        for number in range(60):
            made.do("add", "wall", by="ada", text=f"Card {number} with some words on it")
        count = len(made.view("wall").pages)
        assert made.view("wall").page == count > 1
        do(made, "turn", page="1")
        assert do(made, "turn", page="1") == ()
        made.do("add", "wall", by="ada", text="New")
        assert made.view("wall").page == 1

    def test_a_page_that_is_gone_is_the_last_one(self, room):
        made = room(WALL)
        made.record("ideas.page_turned", "wall", page=9)
        assert made.view("wall").page == 1


def test_entries_of_another_version_change_nothing(wall):
    before = wall.inside("wall")
    for name, data in (
        ("ideas.clusters_merged", {"cluster": "c9", "into": "money"}),
        ("ideas.cluster_dissolved", {"cluster": "money"}),
        ("ideas.cluster_renamed", {"cluster": "c9", "title": "X"}),
        ("ideas.proposal_seconded", {"proposal": "p9"}),
        ("ideas.proposal_withdrawn", {"proposal": "p9"}),
        ("ideas.proposal_declined", {"proposal": "p9"}),
        ("ideas.ideas_approved", {"ideas": ["i1", "i9"]}),
    ):
        event = Event(99, "", wall.clock(), FACILITATOR, "notebook", "wall", name, 1, data)
        after = wall.activity("wall").evolve(before, event)
        assert (after.ideas, after.clusters, after.proposals) == (before.ideas, before.clusters, before.proposals)


def test_groups_go_along_where_cards_are_handed_over(room):
    made = room(WALL, {"id": "sort", "activity": "ideas", "ideas_from": "item:wall", "factors": ["Time"]})
    for text in ("One", "Two"):
        made.do("add", "wall", by="ada", text=text)
    do(made, "make-cluster", title="Places", cards="i2")
    made.do("open", "sort")
    state = made.inside("sort")
    assert [(one.id, one.label) for one in state.clusters] == [("c1", {"und": "Places"})]
    assert (state.ideas["i1"].place, state.ideas["i2"].factor) == (Place.UNASSIGNED, "c1")
    with pytest.raises(Refused):
        made.do("assign", "sort", idea="i1", factor="money")
