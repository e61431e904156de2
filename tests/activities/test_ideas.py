"""The activity "ideas": cards, factors, merging, and that no card is ever lost."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.ideas import LONGEST_IDEA
from workshop_kit.activities.ideas.state import Place
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Bullets, Heading, Paragraph
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Text

CARDS = {
    "id": "cards",
    "activity": "ideas",
    "factors": [{"id": "place", "de": "Ort", "en": "Place"}, {"id": "staff", "de": "Personal", "en": "Staff"}],
    "kinds": [{"id": "helps", "label": "Helps"}],
    "limit": 3,
}
SORT = {"id": "sort", "activity": "ideas", "factors": CARDS["factors"], "ideas_from": "item:cards"}
ENGLISH = Text("en")


@pytest.fixture
def wall(room):
    """Three cards on the wall: i1 and i2 are ada's, i3 is ben's."""
    made = room(CARDS, SORT)
    for seat, text in (("ada", "Bread"), ("ada", "Butter"), ("ben", "Salt")):
        add(made, seat, text)
    return made


def add(made, by, text, **fields):
    return made.do("add", "cards", by=by, text=text, **fields)


def merge(made, idea, into):
    made.do("merge", "cards", idea=idea, into=into)


def located(made, item="cards"):
    """Return where each card is, with the card that it was merged into."""
    return {i.id: f"{i.place}:{i.into}" if i.into else str(i.place) for i in made.inside(item).ideas.values()}


def texts(made, item="cards"):
    return [idea.label["und"] for idea in made.inside(item).ordered(*Place)]


class TestAdd:
    def test_a_card_keeps_who_wrote_it_and_how(self, room):
        made = room(CARDS)
        add(made, "ada", "  Bread\r\nand butter\x07 ", kind="helps", factor="place")
        idea = made.inside("cards").ideas["i1"]
        assert idea.label == {"und": "Bread\nand butter\N{REPLACEMENT CHARACTER}"}
        assert (idea.seat, idea.channel, idea.kind, idea.factor, idea.place) == (
            "ada",
            Channel.PHONE,
            "helps",
            "place",
            Place.ASSIGNED,
        )

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"text": ""}, "text"),
            ({"text": " \n\t "}, "text"),
            ({}, "text"),
            ({"text": "x" * (LONGEST_IDEA + 1)}, "text"),
            ({"text": "Bread", "factor": "nowhere"}, "factor"),
            ({"text": "Bread", "kind": "hinders"}, "kind"),
        ],
        ids=str,
    )
    def test_a_card_that_is_not_valid(self, room, assert_refused, fields, field):
        made = room(CARDS)
        with assert_refused(Why.INVALID, field):
            made.do("add", "cards", by="ada", **fields)
        assert not made.inside("cards").ideas

    def test_a_card_holds_as_much_as_it_says(self, room):
        made = room(CARDS)
        add(made, "ada", "x" * LONGEST_IDEA)
        assert len(texts(made)[0]) == LONGEST_IDEA

    def test_nothing_new_is_collected_where_cards_are_sorted(self, wall, assert_refused):
        wall.do("open", "sort")
        with assert_refused(Why.CLOSED):
            wall.do("add", "sort", by="ada", text="Sugar")

    def test_after_closing_only_the_facilitator_adds(self, wall, assert_refused):
        wall.do("close", "cards")
        with assert_refused(Why.CLOSED):
            add(wall, "ben", "Pepper")
        add(wall, FACILITATOR, "Found on a slip")
        assert texts(wall)[-1] == "Found on a slip"


class TestLimit:
    def test_everybody_has_the_same_number_of_cards(self, wall, assert_refused):
        add(wall, "ada", "Third")
        with assert_refused(Why.INVALID):
            add(wall, "ada", "Fourth")
        add(wall, "cem", "First")

    def test_to_withdraw_a_card_makes_room_for_another(self, wall):
        add(wall, "ada", "Third")
        wall.do("withdraw", "cards", by="ada", idea="i1")
        add(wall, "ada", "Fourth")
        assert texts(wall) == ["Bread", "Butter", "Salt", "Third", "Fourth"]

    def test_the_facilitator_enters_the_paper_cards_of_all(self, wall):
        for number in range(5):
            wall.do("add", "cards", channel=Channel.PAPER, text=f"Slip {number}")
        assert len(texts(wall)) == 8

    def test_a_limit_of_0_is_none(self, room):
        made = room({**CARDS, "limit": 0})
        for number in range(12):
            add(made, "ada", f"Card {number}")
        assert made.view("cards", Audience.SEAT, "ada").left > 0

    @pytest.mark.parametrize("command", ["hide", "merge", "withdraw", None])
    def test_what_a_phone_is_told_to_be_left_can_be_written(self, wall, assert_refused, command):
        match command:
            case "hide":
                wall.do("hide", "cards", idea="i1")
            case "merge":
                merge(wall, "i1", "i2")
            case "withdraw":
                wall.do("withdraw", "cards", by="ada", idea="i1")
        left = wall.view("cards", Audience.SEAT, "ada").left
        for number in range(left):
            add(wall, "ada", f"More {number}")
        assert wall.view("cards", Audience.SEAT, "ada").left == 0
        with assert_refused(Why.INVALID):
            add(wall, "ada", "Too many")


class TestLikes:
    def test_one_like_each_that_can_be_taken_back(self, wall):
        for seat in ("ben", "cem"):
            wall.do("like", "cards", by=seat, idea="i1")
        assert wall.do("like", "cards", by="ben", idea="i1") == ()
        wall.do("unlike", "cards", by="cem", idea="i1")
        assert wall.do("unlike", "cards", by="ada", idea="i1") == ()
        assert wall.inside("cards").ideas["i1"].likes == {"ben"}

    def test_what_is_not_on_the_wall_cannot_be_liked(self, wall, assert_refused):
        merge(wall, "i1", "i2")
        for idea in ("i1", "i9", ""):
            with assert_refused(Why.INVALID, "idea"):
                wall.do("like", "cards", by="ben", idea=idea)


class TestAssign:
    def test_a_card_moves_between_factors_and_back(self, wall):
        wall.do("assign", "cards", by="ada", idea="i1", factor="place")
        wall.do("assign", "cards", idea="i1", factor="staff")
        assert wall.do("assign", "cards", idea="i1", factor="staff") == ()
        assert (wall.inside("cards").ideas["i1"].factor, located(wall)["i1"]) == ("staff", "assigned")
        wall.do("assign", "cards", idea="i1", factor="")
        assert located(wall)["i1"] == "unassigned"

    def test_refusals(self, wall, assert_refused):
        with assert_refused(Why.NOT_ALLOWED, "idea"):
            wall.do("assign", "cards", by="ben", idea="i1", factor="place")
        with assert_refused(Why.INVALID, "factor"):
            wall.do("assign", "cards", by="ada", idea="i1", factor="nowhere")
        with assert_refused(Why.INVALID, "idea"):
            wall.do("assign", "cards", by="ada", idea="i9", factor="place")


class TestMerge:
    def test_a_chain_of_merges_ends_in_one_card(self, wall):
        add(wall, "cem", "Sugar")
        merge(wall, "i1", "i2")
        merge(wall, "i2", "i3")
        merge(wall, "i4", "i3")
        assert located(wall) == {"i1": "merged:i3", "i2": "merged:i3", "i3": "unassigned", "i4": "merged:i3"}
        (card,) = wall.view("cards").wall[-1][1]
        assert [other["und"] for other in card.others] == ["Bread", "Butter", "Sugar"]

    def test_to_withdraw_the_card_that_holds_others_puts_them_back(self, wall):
        wall.do("assign", "cards", idea="i1", factor="place")
        merge(wall, "i1", "i3")
        merge(wall, "i2", "i3")
        wall.do("withdraw", "cards", by="ben", idea="i3")
        assert located(wall) == {"i1": "assigned", "i2": "unassigned", "i3": "withdrawn"}

    def test_to_hide_the_card_that_holds_others_puts_them_back(self, wall):
        merge(wall, "i1", "i3")
        wall.do("hide", "cards", idea="i3", reason="a  name\nof somebody")
        assert located(wall) == {"i1": "unassigned", "i2": "unassigned", "i3": "hidden"}
        assert wall.inside("cards").ideas["i3"].reason == "a  name / of somebody"

    def test_a_merged_card_can_be_taken_out_and_withdrawn(self, wall):
        merge(wall, "i1", "i3")
        merge(wall, "i2", "i3")
        wall.do("show", "cards", idea="i1")
        wall.do("withdraw", "cards", by="ada", idea="i2")
        assert located(wall) == {"i1": "unassigned", "i2": "withdrawn", "i3": "unassigned"}

    def test_a_hidden_card_can_be_shown_again(self, wall):
        wall.do("assign", "cards", idea="i1", factor="place")
        wall.do("hide", "cards", idea="i1", reason="too early")
        wall.do("show", "cards", idea="i1")
        assert (located(wall)["i1"], wall.inside("cards").ideas["i1"].reason) == ("assigned", "")

    @pytest.mark.parametrize(
        ("name", "fields", "field"),
        [
            ("merge", {"idea": "i1", "into": "i1"}, "into"),
            ("merge", {"idea": "i9", "into": "i1"}, "idea"),
            ("merge", {"idea": "i1", "into": "i9"}, "into"),
            ("merge", {"idea": "i1"}, "into"),
            ("show", {"idea": "i1"}, "idea"),
            ("hide", {"idea": "i9"}, "idea"),
            ("withdraw", {"idea": "i9"}, "idea"),
        ],
    )
    def test_refusals(self, wall, assert_refused, name, fields, field):
        with assert_refused(Why.INVALID, field):
            wall.do(name, "cards", **fields)

    @pytest.mark.parametrize("name", ["merge", "hide", "show"])
    def test_only_the_facilitator_tidies_up(self, wall, assert_refused, name):
        with assert_refused(Why.NOT_ALLOWED):
            wall.do(name, "cards", by="ada", idea="i1", into="i2")

    def test_nobody_withdraws_the_card_of_another(self, wall, assert_refused):
        with assert_refused(Why.NOT_ALLOWED, "idea"):
            wall.do("withdraw", "cards", by="ben", idea="i1")

    def test_a_withdrawn_card_is_gone_for_good(self, wall, assert_refused):
        wall.do("withdraw", "cards", by="ada", idea="i1")
        for name in ("withdraw", "like", "hide", "show", "assign"):
            with assert_refused(Why.INVALID, "idea"):
                wall.do(name, "cards", idea="i1", factor="place")


@pytest.mark.parametrize("by", ["ada", FACILITATOR])
def test_an_unknown_command_is_refused(wall, assert_refused, by):
    with assert_refused(Why.UNKNOWN):
        wall.do("burn", "cards", by=by, idea="i1")


class TestHandOver:
    def test_cards_on_the_wall_are_handed_over_with_their_origin(self, wall):
        wall.do("assign", "cards", idea="i1", factor="staff")
        wall.do("withdraw", "cards", by="ada", idea="i2")
        wall.do("open", "sort")
        ideas = wall.inside("sort").ideas
        assert texts(wall, "sort") == ["Bread", "Salt"]
        assert (ideas["i1"].seat, ideas["i1"].channel, ideas["i1"].factor) == ("ada", Channel.PHONE, "staff")
        assert located(wall, "sort") == {"i1": "assigned", "i3": "unassigned"}
        assert [ideas[idea].origin for idea in ("i1", "i3")] == ["cards/i1", "cards/i3"]

    def test_the_kind_of_a_card_is_handed_over(self, room):
        made = room(CARDS, SORT)
        add(made, "ada", "Bread", kind="helps")
        made.do("open", "sort")
        assert made.inside("sort").ideas["i1"].kind == "helps"

    def test_what_happens_there_leaves_the_first_wall_as_it_was(self, wall):
        wall.do("open", "sort")
        wall.do("merge", "sort", idea="i1", into="i2")
        wall.do("assign", "sort", by="ben", idea="i3", factor="place")
        assert set(located(wall).values()) == {"unassigned"}

    def test_a_card_handed_over_twice_keeps_its_first_origin(self, room):
        made = room(CARDS, SORT, {**SORT, "id": "again", "ideas_from": "item:sort"})
        add(made, "ada", "Bread")
        made.do("open", "sort")
        made.do("open", "again")
        assert made.inside("again").ideas["i1"].origin == made.inside("sort").ideas["i1"].origin

    def test_cards_of_a_data_set_come_with_the_agenda(self, room):
        raw = [{"id": "r1", "de": "Brot", "en": "Bread", "factor": "place"}, {"id": "r2", "de": "Salz", "en": "Salt"}]
        made = room({**SORT, "ideas_from": "data:raw"}, data={"raw": raw})
        assert located(made, "sort") == {"r1": "assigned", "r2": "unassigned"}
        assert made.inside("sort").ideas["r1"].label == {"de": "Brot", "en": "Bread"}

    def test_new_cards_never_take_the_place_of_those_handed_over(self, room):
        made = room(CARDS, {"id": "more", "activity": "ideas", "ideas_from": "item:cards", "collects": True})
        for text in ("Bread", "Butter", "Salt"):
            add(made, "ada", text)
        made.do("withdraw", "cards", by="ada", idea="i1")
        made.do("open", "more")
        for number in range(4):
            made.do("add", "more", by="cem", text=f"New {number}")
        assert sorted(texts(made, "more")) == ["Butter", "New 0", "New 1", "New 2", "New 3", "Salt"]


class TestView:
    def test_a_seat_sees_its_own_cards_and_the_room_the_wall(self, wall):
        merge(wall, "i1", "i3")
        seat, room = wall.view("cards", Audience.SEAT, "ada"), wall.view("cards")
        assert ([card.id for card in seat.mine], seat.wall, seat.left) == (["i1", "i2"], (), 1)
        assert (room.mine, [(f and f.id, [card.id for card in cards]) for f, cards in room.wall]) == (
            (),
            [("place", []), ("staff", []), (None, ["i2", "i3"])],
        )
        assert room.count == 2

    def test_hidden_cards_are_shown_to_the_facilitator_only(self, wall):
        wall.do("hide", "cards", idea="i1")
        for audience in (Audience.ROOM, Audience.SEAT):
            assert "Bread" not in str(wall.view("cards", audience, "ada"))
        assert [card.id for card in wall.view("cards", Audience.FACILITATOR).hidden] == ["i1"]

    def test_nobody_sees_who_wrote_a_card(self, wall):
        assert "ben" not in str(wall.view("cards"))

    def test_likes_are_counted_for_all_once_the_step_is_closed(self, wall):
        wall.do("like", "cards", by="ada", idea="i2")
        (_, card) = wall.view("cards", Audience.SEAT, "ada").mine
        assert (card.liked, card.likes) == (True, 0)
        assert [card.likes for card in wall.view("cards", Audience.FACILITATOR).wall[-1][1]] == [0, 1, 0]
        wall.do("close", "cards")
        told = wall.view("cards").wall[-1][1][1]
        assert (told.liked, told.likes) == (False, 1)

    def test_likes_are_counted_at_once_where_the_agenda_says_so(self, room):
        made = room({**CARDS, "likes": True, "reveal": "live"})
        add(made, "ada", "Bread")
        for _ in range(2):
            made.do("like", "cards", by="ben", idea="i1")
        assert made.view("cards").wall[-1][1][0].likes == 1
        assert made.view("cards", Audience.SEAT, "ben").others[0].liked


class TestRecord:
    def recorded(self, made, item="cards"):
        return list(made.activity(item).record(made.inside(item), ENGLISH, None))

    def test_by_factor_with_what_was_merged_left_out_and_empty(self, wall):
        wall.do("assign", "cards", idea="i3", factor="place")
        merge(wall, "i1", "i3")
        add(wall, "cem", "Sugar")
        wall.do("withdraw", "cards", by="cem", idea="i4")
        assert self.recorded(wall) == [
            Heading("1. Place"),
            Bullets(("Salt (merged with: Bread)",)),
            Heading("Not assigned"),
            Bullets(("Butter",)),
            Paragraph("Without a card: Staff.", "note"),
            Paragraph("1 card was withdrawn.", "note"),
        ]

    def test_without_factors_as_a_numbered_list(self, room):
        made = room({"id": "cards", "activity": "ideas"})
        add(made, "ada", "Bread\nand butter")
        add(made, "ada", "Salt")
        made.do("hide", "cards", idea="i2", reason="twice")
        assert self.recorded(made) == [
            Bullets(("Bread / and butter",), ordered=True),
            Paragraph("1 card was hidden by the facilitator.", "note"),
        ]

    def test_cards_without_a_factor_are_an_open_point(self, wall):
        kind = wall.activity("cards")
        wall.do("assign", "cards", idea="i1", factor="place")
        assert list(kind.pending(wall.inside("cards"), ENGLISH, None)) == ["2 cards are not assigned."]

    def test_nothing_collected(self, room):
        assert self.recorded(room(CARDS)) == [Paragraph("No contributions.", "note")]


def test_rows_tell_of_every_card(wall):
    wall.do("withdraw", "cards", by="ada", idea="i1")
    wall.do("like", "cards", by="ada", idea="i3")
    kind = wall.activity("cards")
    rows = list(kind.rows(wall.inside("cards")))
    assert all(tuple(row) == kind.columns for row in rows)
    assert [(row["id"], row["state"], row["likes"], row["channel"]) for row in rows] == [
        ("i1", "withdrawn", 0, "phone"),
        ("i2", "unassigned", 0, "phone"),
        ("i3", "unassigned", 1, "phone"),
    ]


card_ids = st.sampled_from(["i1", "i2", "i3", "i4", "i5"])
moves = st.tuples(
    st.sampled_from(["add", "add", "merge", "merge", "withdraw", "hide", "show", "assign", "like"]),
    st.sampled_from([FACILITATOR, FACILITATOR, "ada", "ben"]),
    card_ids,
    card_ids,
    st.sampled_from(["", "place", "staff"]),
)


@given(st.lists(moves, max_size=40))
def test_every_card_is_in_exactly_one_place_whatever_people_do(room, sequence):
    made = room({**CARDS, "limit": 0})
    written = []
    for name, by, idea, into, factor in sequence:
        text = f"Card {len(written)}"
        try:
            made.do(name, "cards", by=by, text=text, idea=idea, into=into, factor=factor)
        except Refused:
            continue
        if name == "add":
            written.append(text)
    state = made.inside("cards")
    assert texts(made) == written

    view = made.view("cards", Audience.FACILITATOR)
    shown = [card for _, cards in view.wall for card in cards]
    merged = [other["und"] for card in (*shown, *view.hidden) for other in card.others]
    withdrawn = [idea.label["und"] for idea in state.ordered(Place.WITHDRAWN)]
    found = Counter([*(card.label["und"] for card in (*shown, *view.hidden)), *merged, *withdrawn])
    assert found == Counter(written), "each card is seen once: on the wall, within another card, hidden or withdrawn"
    for idea in state.ideas.values():
        assert (idea.place is Place.MERGED) == bool(idea.into)
        assert (idea.place is Place.ASSIGNED) <= bool(idea.factor)
