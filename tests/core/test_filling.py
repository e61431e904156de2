"""A step takes over in the room what another one brought, as one entry that copies nothing."""

from __future__ import annotations

import pytest

from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.event import FILLED
from workshop_kit.core.state import Phase
from workshop_kit.core.text import Text

WALL = {"id": "wall", "activity": "ideas"}
VOTE = {"id": "vote", "activity": "poll", "rule": "dots", "live_options": True}
BOARD = {"id": "board", "activity": "roles", "live_options": True}
SAY = {"id": "say", "activity": "statements"}
MORE = {"id": "more", "activity": "ideas"}
MOOD = {"id": "mood", "activity": "poll", "rule": "mood"}
PLANNED = {"id": "planned", "activity": "poll", "options_from": "item:wall"}


@pytest.fixture
def made(room):
    """Three cards, of which two make a group."""
    made = room(WALL, VOTE, BOARD, SAY, MORE, MOOD, PLANNED)
    for text in ("A room", "A cook", "Money"):
        made.do("add", "wall", by="ada", text=text)
    made.do("make-cluster", "wall", title="What we need first", **{"card.i1": "1", "card.i2": "1"})
    return made


def fill(made, item, what="", source="wall"):
    return made.do("fill", item, **{"from": source, "what": what})


def labels(made, item, key="options"):
    return {option.id: option.label["und"] for option in made.state.item(item).spec.options(key)}


def test_the_entry_names_the_step_and_copies_no_words(made):
    [fact] = fill(made, "vote", "cards")
    assert (fact.name, fact.data) == (FILLED, {"takes": {"options": "wall"}, "what": "cards"})
    assert labels(made, "vote") == {"i1": "A room", "i2": "A cook", "i3": "Money"}
    assert [option.extra["origin"] for option in made.state.item("vote").spec.options()] == [
        f"wall/i{number}" for number in (1, 2, 3)
    ]


def test_people_vote_on_what_was_passed_on_and_not_on_what_came_later(made):
    fill(made, "vote", "cards")
    made.do("add", "wall", by="ben", text="Late")
    made.do("open", "vote")
    made.cast("vote", "ada", i1=2, i3=1)
    assert labels(made, "vote").keys() == {"i1", "i2", "i3"}
    made.do("next-round", "vote")
    assert [option.id for option in made.inside("vote").options] == ["i1", "i2", "i3"]


def test_groups_as_options_of_a_vote_and_of_a_role_board(made):
    fill(made, "vote", "clusters")
    fill(made, "board", "clusters")
    assert labels(made, "vote") == labels(made, "board") == {"c1": "What we need first"}
    made.do("open", "board")
    made.do("take", "board", by="ada", role="c1")


@pytest.mark.parametrize("what", ["", "clusters"])
def test_a_step_of_the_same_kind_takes_the_cards_with_their_groups(made, what):
    fill(made, "more", what)
    assert labels(made, "more", "ideas").keys() == {"i1", "i2", "i3"}
    assert [one.label for one in made.inside("more").clusters] == [{"und": "What we need first"}]


def test_as_often_as_wanted_until_somebody_answers(made):
    fill(made, "vote", "clusters")
    fill(made, "vote", "cards")
    assert len(made.inside("vote").options) == 3
    fill(made, "say")
    assert labels(made, "say", "statements")["i3"] == "Money"


def test_it_takes_the_place_of_what_the_agenda_planned(made):
    fill(made, "planned", "cards")
    made.do("withdraw", "wall", idea="i1")
    made.do("open", "planned")
    assert labels(made, "planned").keys() == {"i1", "i2", "i3"}


def test_what_a_setting_says_where_the_agenda_planned_it(room):
    made = room({**WALL, "offers": "clusters"}, PLANNED)
    made.do("add", "wall", by="ada", text="A room")
    for title, card in (("One", "card.i1"), ("Two", "card.i2")):
        made.do("add", "wall", by="ada", text=title)
        made.do("make-cluster", "wall", title=title, **{card: "1"})
    made.do("open", "planned")
    assert labels(made, "planned") == {"c1": "One", "c2": "Two"}


def test_which_steps_can_take_over(made):
    rules, item = made.rules, made.state.item("wall")
    assert [other.spec.id for other in rules.takers(made.state, item)] == ["vote", "board", "say", "more", "planned"]
    made.do("open", "board")
    made.do("add-option", "vote", label="By hand")
    assert [other.spec.id for other in rules.takers(made.state, item)] == ["vote", "say", "more", "planned"]


def test_refusals(made, assert_refused):
    for item in ("mood", "wall"):
        with pytest.raises(Refused):
            fill(made, item)
    with assert_refused(Why.INVALID, "from"):
        fill(made, "vote", source="vote")
    with assert_refused(Why.UNKNOWN):
        fill(made, "vote", source="nowhere")
    with assert_refused(Why.INVALID, "what"):
        fill(made, "vote", "weather")
    with assert_refused(Why.NOT_ALLOWED):
        made.do("fill", "vote", by="ada", **{"from": "wall"})
    with assert_refused(Why.INVALID, "what"):
        fill(made, "vote", source="say")
    with assert_refused(Why.INVALID, "what"):
        fill(made, "planned", "clusters")
    assert made.state.item("planned").phase is Phase.PLANNED
    assert not made.state.item("planned").filled


@pytest.mark.parametrize("lang", ["de", "en"])
def test_where_people_have_answered_the_reason_is_told(made, lang):
    fill(made, "vote", "cards")
    made.do("open", "vote")
    with pytest.raises(Refused) as opened:
        fill(made, "vote", "cards")
    made.cast("vote", "ada", i1=1)
    with pytest.raises(Refused) as answered:
        fill(made, "vote", "cards")
    assert opened.value.why is answered.value.why is Why.CLOSED
    assert opened.value.told(Text(lang)) != answered.value.told(Text(lang))
    made.do("close", "vote")
    assert labels(made, "vote").keys() == {"i1", "i2", "i3"}


def test_something_entered_before_the_step_was_opened(room, assert_refused):
    made = room(WALL, {**BOARD, "options": ["Host"]})
    made.do("add", "wall", by="ada", text="A room")
    made.do("take", "board", role="o1", seat="ada")
    with assert_refused(Why.CLOSED):
        fill(made, "board")


def test_what_its_author_erases_is_erased_there_too(made):
    fill(made, "vote", "cards")
    state = type(made.state)()
    for event in made.log:
        if event.data.get("text") != "A cook":
            state = made.rules.evolve(state, event)
    assert [option.id for option in state.item("vote").spec.options()] == ["i1", "i3"]


def test_where_too_little_is_left_the_step_stays_as_it_was(made):
    made.record(FILLED, "planned", takes={"options": "wall"}, what="clusters")
    made.record(FILLED, "mood", takes={}, what="")
    assert made.state.item("planned").filled
    made.do("open", "planned")
