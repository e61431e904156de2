"""The activity "cards": formats, columns, thanks, stories with consent, and what is seen before it is revealed."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from workshop_kit.activities.cards.formats import FORMATS, Naming
from workshop_kit.activities.cards.state import Place
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Bullets, Heading, Paragraph
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.session import fold
from workshop_kit.core.text import LANGUAGES, Text
from workshop_kit.people import NameList

PLUS_DELTA = {"id": "retro", "activity": "cards", "format": "plus-delta", "limit": 3, "likes": True}
THANKS = {"id": "thanks", "activity": "cards", "format": "thanks"}
STORIES = {"id": "stories", "activity": "cards", "format": "stories"}
WORD = {"id": "word", "activity": "cards", "format": "one-word"}
ENGLISH = Text("en")


def put(made, item, text="A card", by="ada", **fields):
    return made.do("add", item, by=by, text=text, **fields)


def card(made, item, card_id="c1"):
    return made.inside(item).cards[card_id]


def told(made, item, public=False, names=(("ada", "Ada"), ("ben", "Ben"))):
    people = NameList(dict(names), {"ada": 1, "ben": 2, "cem": 3}, public)
    return list(made.activity(item).record(made.inside(item), ENGLISH, people))


@pytest.fixture
def named(room):
    """Begin a room in which ada and ben have given a name."""

    def begin(*items):
        made = room(*items)
        for seat in ("ada", "ben"):
            made.do("name", by=seat, named="yes")
        return made

    return begin


class TestFormats:
    @pytest.mark.parametrize("name", FORMATS)
    def test_each_brings_its_columns_and_its_question_in_every_language(self, room, name):
        made = room({"id": "wall", "activity": "cards", "format": name})
        spec = made.state.items["wall"].spec
        assert set(spec.prompt) == set(LANGUAGES)
        assert [column["id"] for column in spec.settings["columns"]] == [c.id for c in FORMATS[name].columns]
        for column in made.inside("wall").columns:
            assert set(column.label) == set(LANGUAGES)

    def test_an_agenda_may_say_otherwise(self, room):
        made = room(
            {
                "id": "wall",
                "activity": "cards",
                "format": "lessons",
                "prompt": "What now?",
                "columns": [{"id": "glad", "label": "Glad", "hint": "What made you so?"}, "Sad"],
                "named": "must",
                "hidden_until_revealed": True,
            }
        )
        assert made.state.items["wall"].spec.prompt == {"und": "What now?"}
        state = made.inside("wall")
        assert [column.id for column in state.columns] == ["glad", "o2"]
        assert (state.named, state.hidden) == (Naming.MUST, True)

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({}, "has no columns"),
            ({"format": "kanban"}, "'kanban', expected"),
            ({"columns": ["a", "b", "c", "d", "e"]}, "at most 4 fit side by side"),
            ({"columns": "a"}, "must be a list"),
            ({"format": "lessons", "named": "always"}, "'always', expected: never, may, must"),
            ({"format": "lessons", "likes": "yes"}, "expected: bool"),
            ({"format": "lessons", "limit": 0}, "from 1 to 50"),
            ({"format": "lessons", "longest": 5}, "from 20 to 2000"),
            ({"columns": [{"id": "a", "label": "A", "hint": 7}]}, "Expected `object`"),
        ],
    )
    def test_settings_that_make_no_sense(self, agenda, settings, words):
        with pytest.raises(AgendaError) as caught:
            agenda({"id": "wall", "activity": "cards"} | settings)
        assert words in str(caught.value)


def test_the_example_of_the_handbook(room):
    page = (Path(__file__).parents[2] / "docs" / "handbook" / "activities.md").read_text("utf-8")
    made = room(*tomllib.loads(page.split("```toml")[1].split("```")[0])["item"])
    assert [column.id for column in made.inside("retro").columns] == ["glad", "sad"]
    for text in ("Good food", "Rain"):
        put(made, "retro", text, column="glad")
    made.do("open", "choice")
    made.cast("choice", "ada", c1=2, c2=1)


class TestCards:
    def test_in_a_column(self, room, assert_refused):
        made = room(PLUS_DELTA)
        put(made, "retro", "Good food", column="plus")
        assert (card(made, "retro").column, card(made, "retro").seat) == ("plus", "ada")
        with assert_refused(Why.INVALID, "column"):
            put(made, "retro")
        with assert_refused(Why.INVALID, "column"):
            put(made, "retro", column="gamma")

    @pytest.mark.parametrize("text", [" ", "x" * 281])
    def test_too_little_and_too_much(self, room, assert_refused, text):
        with assert_refused(Why.INVALID, "text"):
            put(room(PLUS_DELTA), "retro", text, column="plus")

    def test_a_person_writes_only_so_many(self, room, assert_refused):
        made = room(PLUS_DELTA)
        for _ in range(3):
            put(made, "retro", column="plus")
        with assert_refused(Why.INVALID):
            put(made, "retro", column="plus")
        made.do("withdraw", "retro", by="ada", card="c1")
        put(made, "retro", column="plus")
        put(made, "retro", "Written for somebody", by=FACILITATOR, column="plus")

    def test_the_author_changes_moves_and_withdraws_it(self, room, assert_refused):
        made = room(PLUS_DELTA)
        put(made, "retro", "Good fod", column="plus")
        made.do("edit", "retro", by="ada", card="c1", text="Good food")
        assert made.do("edit", "retro", by="ada", card="c1", text="Good food") == ()
        made.do("move", "retro", by="ada", card="c1", column="delta")
        assert made.do("move", "retro", by="ada", card="c1", column="delta") == ()
        assert (card(made, "retro").text, card(made, "retro").column) == ("Good food", "delta")
        for name, fields in (("edit", {"text": "Mine"}), ("move", {"column": "plus"}), ("withdraw", {})):
            with assert_refused(Why.NOT_ALLOWED, "card"):
                made.do(name, "retro", by="ben", card="c1", **fields)
        with assert_refused(Why.NOT_ALLOWED, "card"):
            made.do("edit", "retro", card="c1", text="The facilitator's words")
        with assert_refused(Why.INVALID, "text"):
            made.do("edit", "retro", by="ada", card="c1", text="")
        made.do("withdraw", "retro", by="ada", card="c1")
        with assert_refused(Why.INVALID, "card"):
            made.do("withdraw", "retro", by="ada", card="c1")

    def test_the_facilitator_moves_parks_and_hides_with_a_reason(self, room, assert_refused):
        made = room(PLUS_DELTA)
        put(made, "retro", column="plus")
        made.do("move", "retro", card="c1", column="delta")
        made.do("park", "retro", card="c1")
        assert card(made, "retro").place is Place.PARKED
        made.do("show", "retro", card="c1")
        (fact,) = made.do("hide", "retro", card="c1", reason="Names somebody")
        assert fact.data == {"card": "c1", "reason": "Names somebody"}
        view = made.view("retro", Audience.FACILITATOR)
        assert [(one.id, one.reason) for one in view.hidden] == [("c1", "Names somebody")]
        with assert_refused(Why.INVALID, "reason"):
            made.do("hide", "retro", card="c1", reason="x" * 281) if made.do("show", "retro", card="c1") else None
        for name in ("hide", "park", "show"):
            with assert_refused(Why.NOT_ALLOWED):
                made.do(name, "retro", by="ada", card="c1")

    def test_likes(self, room, assert_refused):
        made = room(PLUS_DELTA, {**PLUS_DELTA, "id": "plain", "likes": False})
        put(made, "retro", column="plus")
        made.do("like", "retro", by="ben", card="c1")
        assert made.do("like", "retro", by="ben", card="c1") == ()
        assert card(made, "retro").likes == {"ben"}
        made.do("unlike", "retro", by="ben", card="c1")
        assert card(made, "retro").likes == frozenset()
        made.do("open", "plain")
        put(made, "plain", column="plus")
        with assert_refused(Why.UNKNOWN):
            made.do("like", "plain", by="ben", card="c1")

    def test_by_name(self, named, assert_refused):
        made = named({**PLUS_DELTA, "named": "must"}, {**PLUS_DELTA, "id": "free", "named": "may"})
        put(made, "retro", column="plus")
        assert card(made, "retro").named
        with assert_refused(Why.INVALID, "name"):
            put(made, "retro", by="cem", column="plus")
        made.do("open", "free")
        put(made, "free", by="cem", column="plus")
        put(made, "free", column="plus", named="yes")
        assert [card(made, "free", one).named for one in ("c1", "c2")] == [False, True]

    def test_without_a_name_whatever_is_sent(self, named):
        made = named(PLUS_DELTA)
        put(made, "retro", column="plus", named="yes")
        assert not card(made, "retro").named

    def test_an_unknown_command_and_after_closing(self, room, assert_refused):
        made = room(PLUS_DELTA)
        for name in ("dance", "consent"):
            with assert_refused(Why.UNKNOWN):
                made.do(name, "retro", by="ada")
        made.do("close", "retro")
        with assert_refused(Why.CLOSED):
            put(made, "retro", column="plus")

    def test_a_later_poll_takes_them_over(self, room):
        poll = {"id": "dots", "activity": "poll", "rule": "dots", "options_from": "item:retro"}
        made = room(PLUS_DELTA, poll)
        for text in ("Good food", "Long talks"):
            put(made, "retro", text, column="plus")
        made.do("hide", "retro", card="c2")
        put(made, "retro", "Late start", column="delta")
        made.do("open", "dots")
        assert [one.label["und"] for one in made.state.items["dots"].spec.options()] == ["Good food", "Late start"]

    def test_from_a_table(self, room, assert_refused):
        made = room(PLUS_DELTA)
        entries = made.activity("retro").entries
        rows = [{"text": "Good food", "column": "Plus"}, {"text": "Late", "column": "delta"}]
        for entry in entries(made.inside("retro"), rows):
            made.do(entry.name, "retro", **entry.fields)
        assert [one.column for one in made.inside("retro").ordered()] == ["plus", "delta"]
        with assert_refused(Why.INVALID, "text"):
            list(entries(made.inside("retro"), [{"words": "x"}]))


class TestHidden:
    def test_nobody_sees_others_before_it_is_revealed(self, room):
        made = room({**WORD, "likes": True})
        put(made, "word", "Curious")
        assert made.view("word").wall == ()
        assert made.view("word", Audience.SEAT, "ben").others == ()
        assert [one.text for one in made.view("word", Audience.SEAT, "ada").mine] == ["Curious"]
        assert made.view("word", Audience.FACILITATOR).wall[0][1][0].text == "Curious"
        made.do("reveal", "word")
        assert [one.text for _, cards in made.view("word").wall for one in cards] == ["Curious"]

    def test_where_it_takes_the_facilitator_closing_is_not_enough(self, room):
        made = room({**WORD, "reveal": "manual"})
        put(made, "word", "Curious")
        made.do("close", "word")
        assert made.view("word").wall == ()
        made.do("reveal", "word")
        assert len(made.view("word").wall) == 1

    def test_everybody_once(self, room, assert_refused):
        made = room(WORD)
        put(made, "word", "Curious")
        with assert_refused(Why.INVALID):
            put(made, "word", "Tired")


class TestThanks:
    def test_to_a_person_who_sees_it(self, named):
        made = named(THANKS)
        put(made, "thanks", "For the soup", person="ben", named="yes")
        assert [one.text for one in made.view("thanks", Audience.SEAT, "ben").thanks] == ["For the soup"]
        assert made.view("thanks", Audience.SEAT, "cem").thanks == ()
        assert told(made, "thanks") == [Bullets(("To Ben: For the soup (from Ada)",))]

    def test_to_a_group_and_to_all_without_a_name(self, named):
        made = named(THANKS)
        put(made, "thanks", "For the room", group="The library")
        put(made, "thanks", "For coming")
        assert told(made, "thanks") == [Bullets(("To The library: For the room", "To everybody: For coming"))]

    @pytest.mark.parametrize("person", ["cem", "nobody", "ada"])
    def test_only_to_others_who_are_here_with_a_name(self, named, assert_refused, person):
        with assert_refused(Why.INVALID, "person"):
            put(named(THANKS), "thanks", person=person)

    def test_not_to_who_was_removed(self, named, assert_refused):
        made = named(THANKS)
        made.do("remove", seat="ben")
        with assert_refused(Why.INVALID, "person"):
            put(made, "thanks", person="ben")

    def test_the_name_is_not_in_the_log(self, named):
        made = named(THANKS)
        (fact,) = put(made, "thanks", "For the soup", person="ben", named="yes")
        assert fact.data == {
            "card": "c1", "column": "thanks", "text": "For the soup", "named": True, "seat": "ben"
        }  # fmt: skip

    def test_the_facilitator_writes_for_somebody(self, named):
        made = named(THANKS)
        put(made, "thanks", "For the soup", by=FACILITATOR, person="ben", named="yes")
        assert told(made, "thanks") == [Bullets(("To Ben: For the soup",))]


class TestStories:
    def test_a_title_and_where_and_when(self, named):
        made = named(STORIES)
        put(made, "stories", "One.\n\nTwo.", title="The soup", whence="Cologne, 2024", named="yes")
        assert told(made, "stories") == [
            Heading("The soup"),
            Paragraph("One."),
            Paragraph("Two."),
            Paragraph("Cologne, 2024 · told by Ada · not for publication", "note"),
        ]

    def test_without_consent_it_is_not_told_in_public(self, named):
        made = named(STORIES)
        put(made, "stories", "Secret", title="Inside")
        put(made, "stories", "Open", title="Outside", public="yes")
        assert "Inside" in str(told(made, "stories"))
        public = told(made, "stories", public=True)
        assert public[:2] == [Heading("Outside"), Paragraph("Open")]
        assert "Inside" not in str(public)
        assert "Secret" not in str(public)
        assert "Fewer than 5 more stories were told for the room only" in str(public)

    def test_parked_ones_neither(self, named):
        made = named(STORIES)
        put(made, "stories", "Secret", title="Inside")
        made.do("park", "stories", card="c1")
        assert "Secret" in str(told(made, "stories"))
        public = told(made, "stories", public=True)
        assert "Secret" not in str(public)
        assert not any(made.activity("stories").pending(made.inside("stories"), ENGLISH, NameList({}, {}, True)))

    def test_consent_is_off_given_and_taken_back(self, room, assert_refused):
        made = room(STORIES)
        put(made, "stories")
        assert not card(made, "stories").public
        made.do("consent", "stories", by="ada", card="c1", given="yes")
        assert made.do("consent", "stories", by="ada", card="c1", given="yes") == ()
        assert card(made, "stories").public
        with assert_refused(Why.NOT_ALLOWED, "card"):
            made.do("consent", "stories", by="ben", card="c1")
        made.do("consent", "stories", card="c1")
        assert not card(made, "stories").public
        with assert_refused(Why.NOT_ALLOWED, "card"):
            made.do("consent", "stories", card="c1", given="yes")

    def test_after_the_step_too_which_withdraws_a_draft(self, room):
        made = room(STORIES, {"id": "mood", "activity": "poll", "rule": "mood"})
        put(made, "stories", public="yes")
        made.do("open", "mood")
        made.do("close", "mood")
        draft(made)
        made.join("dan")  # for the minutes only
        made.do("consent", "stories", by="ada", card="c1")
        assert not card(made, "stories").public
        assert made.state.approval.current is None
        assert [seat.id for seat in made.state.attending] == ["ada", "ben", "cem"]
        assert fold(made.rules, made.log) == made.state

    def test_a_draft_stays_where_nothing_changed(self, room):
        made = room(STORIES)
        put(made, "stories")
        made.do("close", "stories")
        draft(made)
        assert made.do("consent", "stories", by="ada", card="c1") == ()
        assert made.state.approval.current is not None

    def test_until_the_minutes_are_final(self, room, assert_refused):
        made = room(STORIES)
        put(made, "stories", public="yes")
        made.do("close", "stories")
        draft(made)
        made.do("approve", by="ada", version="1", answer="yes")
        made.do("close-approval")
        made.do("finalise-minutes", **{"file.minutes.en.html": "0" * 64})
        with assert_refused(Why.CLOSED):
            made.do("consent", "stories", by="ada", card="c1")

    def test_nothing_else_is_taken_after_the_step(self, room, assert_refused):
        made = room(STORIES)
        put(made, "stories")
        made.do("close", "stories")
        with assert_refused(Why.CLOSED):
            made.do("withdraw", "stories", by="ada", card="c1")

    def test_not_before_the_step(self, room, assert_refused):
        made = room(STORIES, opened=False)
        with assert_refused(Why.CLOSED):
            made.do("consent", "stories", by="ada", card="c1")

    def test_no_new_round_leaves_a_consent_behind(self, room, assert_refused):
        made = room(STORIES, PLUS_DELTA)
        made.do("next-round", "stories")
        put(made, "stories", public="yes")
        with assert_refused(Why.CLOSED):
            made.do("next-round", "stories")
        made.do("open", "retro")
        put(made, "retro", column="plus")
        made.do("next-round", "retro")
        assert made.inside("retro").ordered() == []

    def test_a_later_poll_gets_numbers_only(self, room):
        made = room(STORIES)
        put(made, "stories", "Secret", title="Inside", public="yes")
        (option,) = made.activity("stories").offers(made.inside("stories"))
        assert option.label == {"de": "Geschichte 1", "en": "Story 1"}

    @pytest.mark.parametrize("field", ["title", "whence"])
    def test_lines_that_are_too_long(self, room, assert_refused, field):
        with assert_refused(Why.INVALID, field):
            put(room(STORIES), "stories", **{field: "x" * 81})


def draft(made):
    made.do("draft-minutes", seq=str(made.state.seq), digest="0" * 64, **{"file.minutes.en.html": "0" * 64})


class TestMinutes:
    def test_a_list_per_column(self, named):
        made = named({**PLUS_DELTA, "format": "lessons", "named": "may"})
        put(made, "retro", "Good food", column="worked", named="yes")
        put(made, "retro", "Late start", column="failed")
        made.do("like", "retro", by="ben", card="c1")
        put(made, "retro", "Gone", column="failed")
        made.do("hide", "retro", card="c3", reason="Twice")
        assert told(made, "retro") == [
            Heading("What worked"),
            Bullets(("Good food (from Ada, 1 like)",)),
            Heading("What failed"),
            Bullets(("Late start",)),
            Paragraph("Without a card: What we learned.", "note"),
            Paragraph("1 card was hidden by the facilitator.", "note"),
        ]

    def test_nothing_written(self, room):
        made = room(PLUS_DELTA)
        assert told(made, "retro") == [Paragraph("No contributions.", "note")]
        kind, state = made.activity("retro"), made.inside("retro")
        assert list(kind.gist(state, ENGLISH, None)) == ["No contributions."]
        assert list(kind.doubts(state, ENGLISH)) == ["Nobody wrote a card."]

    def test_in_sentences(self, named):
        made = named(PLUS_DELTA)
        put(made, "retro", "Good food", column="plus")
        made.do("edit", "retro", by="ada", card="c1", text="Very good food")
        made.do("move", "retro", card="c1", column="delta")
        put(made, "retro", "Later", column="plus")
        made.do("park", "retro", card="c2")
        kind, state = made.activity("retro"), made.inside("retro")
        assert list(kind.gist(state, ENGLISH, None)) == ["1 card.", "By column: Plus (0), Delta (1)."]
        assert list(kind.course(made.log, state, ENGLISH, None)) == [
            "2 cards were written.",
            "1 card was changed.",
            "1 card was put into another column.",
            "1 card was put on the topic list.",
        ]
        assert list(kind.doubts(state, ENGLISH)) == ["1 card on the topic list."]
        assert list(kind.pending(state, ENGLISH, None)) == ["1 card on the topic list."]

    def test_rows(self, named):
        made = named(THANKS)
        put(made, "thanks", "For the soup", person="ben", named="yes")
        (row,) = made.activity("thanks").rows(made.inside("thanks"))
        assert tuple(row) == made.activity("thanks").columns
        assert (row["author"].seat, row["to"].seat, row["public"]) == ("ada", "ben", None)

    def test_in_public_the_kept_stories_cannot_be_counted(self, room):
        columns = {"columns": ["North", "South", "West"]}
        made = room({**STORIES, **columns})
        put(made, "stories", "Secret", column="o1")
        put(made, "stories", "Secret too", column="o2")
        made.do("withdraw", "stories", by="ada", card="c2")
        kind, state, public = made.activity("stories"), made.inside("stories"), NameList({}, {}, True)
        assert list(kind.gist(state, ENGLISH, public)) == ["All stories were told for the room only."]
        assert list(kind.course(made.log, state, ENGLISH, public)) == [
            "Fewer than 5 cards were written.",
            "Fewer than 5 cards were withdrawn.",
        ]
        assert told(made, "stories", public=True) == [
            Paragraph("Without a card: South; West.", "note"),
            Paragraph("Fewer than 5 more stories were told for the room only and are left out here.", "note"),
            Paragraph("Fewer than 5 cards were withdrawn.", "note"),
        ]

    def test_doubts_about_stories(self, room):
        made = room(STORIES)
        put(made, "stories")
        (doubt,) = made.activity("stories").doubts(made.inside("stories"), ENGLISH)
        assert doubt == "1 story may not be published; it stands in the internal minutes only."


steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "move", "withdraw", "hide", "park", "show", "like", "unlike"]),
        st.sampled_from(["ada", "ben", FACILITATOR]),
        st.sampled_from(["c1", "c2", "c3"]),
        st.sampled_from(["plus", "delta"]),
    ),
    max_size=25,
)


@given(steps)
def test_every_card_is_somewhere_and_the_log_tells_all(room, steps):
    made = room(PLUS_DELTA)
    for name, by, which, column in steps:
        with suppress(Refused):
            made.do(name, "retro", by=by, card=which, column=column, text=f"Words of {by}")
    state = made.inside("retro")
    assert fold(made.rules, made.log) == made.state
    assert sum(len(state.ordered(place)) for place in Place) == len(state.cards)
    for seat in ("ada", "ben"):
        own = [one for one in state.cards.values() if one.seat == seat and one.place is not Place.WITHDRAWN]
        assert len(own) + state.left(seat) == 3
    shown = [one for _, cards in made.view("retro").wall for one in cards]
    assert {one.id for one in shown} == {one.id for one in state.ordered()}


@given(st.data())
def test_what_was_erased_leaves_a_log_that_folds(room, data):
    made = room(PLUS_DELTA)
    for number in range(3):
        put(made, "retro", f"Words {number}", column="plus")
        made.do("edit", "retro", by="ada", card=f"c{number + 1}", text="Other words")
    made.do("like", "retro", by="ben", card="c2")
    made.do("move", "retro", card="c3", column="delta")
    personal = [e for e in made.log if e.name in made.activity("retro").personal]
    gone = data.draw(st.sets(st.sampled_from([event.seq for event in personal])))
    state = fold(made.rules, [replace(e, data={}) if e.seq in gone else e for e in made.log])
    assert len(state.items["retro"].state.cards) == sum(
        e.seq not in gone for e in personal if e.name == "cards.card_added"
    )
