"""The activity "pairing" (1-2-4-All): stages, lots, lineage, and that no idea is lost on the way."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.activities.pairing.state import Stage
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Table
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.text import LANGUAGES, Text
from workshop_kit.library import voice

SEATS = tuple(f"s{number}" for number in range(1, 10))
STEP = {"id": "step", "activity": "pairing"}
ENGLISH = Text("en")


def spoken(seat, _text):
    return seat.upper()


@pytest.fixture
def alone(room):
    """Nine people, of whom six have written an idea."""
    made = room(STEP, seats=SEATS)
    for seat in SEATS[:6]:
        add(made, seat, f"Idea of {seat}")
    return made


@pytest.fixture
def pairs(alone):
    alone.do("advance", "step")
    return alone


@pytest.fixture
def ended(pairs):
    """Each pair has kept its first idea, each four the first of its pairs', and the first four has given it."""
    for stage in (Stage.PAIR, Stage.FOUR):
        for unit, members in state(pairs).units(stage).items():
            if before := state(pairs).before(stage, unit):
                keep(pairs, members[0], before[0].id)
        pairs.do("advance", "step")
    four = state(pairs).of(Stage.FOUR)[0]
    pairs.do("give", "step", idea=four.id)
    return pairs


def state(made):
    return made.inside("step")


def add(made, by, text, *sources, **fields):
    return made.do("add", "step", by=by, text=text, **{f"from.{source}": "on" for source in sources}, **fields)


def keep(made, by, source):
    return add(made, by, "", source)


def unit_with_ideas(made, stage=Stage.PAIR, least=1):
    """Return a unit, its members and what it works on."""
    known = state(made)
    return next(
        (unit, members, known.before(stage, unit))
        for unit, members in known.units(stage).items()
        if len(known.before(stage, unit)) >= least
    )


def told(made, method, *more):
    return list(getattr(made.activity("step"), method)(*more, state(made), ENGLISH, spoken))


class TestStages:
    @pytest.mark.parametrize(
        ("people", "sizes", "fours"),
        [(1, [1], [1]), (2, [2], [2]), (3, [3], [3]), (5, [2, 3], [5]), (9, [2, 2, 2, 3], [4, 5]), (6, [2] * 3, [6])],
    )
    def test_pairs_and_fours(self, room, people, sizes, fours):
        made = room(STEP, seats=SEATS[:people])
        made.do("advance", "step")
        assert sorted(map(len, state(made).units(Stage.PAIR).values())) == sizes
        made.do("advance", "step")
        assert sorted(map(len, state(made).units(Stage.FOUR).values())) == fours
        together = {frozenset(members) for members in state(made).units(Stage.PAIR).values()}
        for members in state(made).units(Stage.FOUR).values():
            assert all(pair <= set(members) or not pair & set(members) for pair in together)

    def test_each_has_its_time(self, room):
        made = room({**STEP, "stage_minutes": [2, 3, 0, 5], "minutes": 20}, seats=SEATS)
        assert made.log[-1].data["seconds"] == 120
        for seconds in (180, 0, 300):
            facts = made.do("advance", "step")
            assert facts[-1].data["seconds"] == seconds

    def test_back_while_nothing_was_written(self, alone, assert_refused):
        alone.do("advance", "step")
        alone.do("back", "step")
        assert state(alone).stage is Stage.ALONE
        alone.do("advance", "step")
        _, members, before = unit_with_ideas(alone)
        keep(alone, members[0], before[0].id)
        with assert_refused(Why.TAKEN):
            alone.do("back", "step")

    def test_there_is_nothing_before_the_first_and_after_the_last(self, ended, alone, assert_refused):
        with assert_refused(Why.TAKEN):
            ended.do("advance", "step")
        with assert_refused(Why.TAKEN):
            ended.do("back", "step")

    def test_two_consoles_go_on_once(self, alone, assert_refused):
        alone.do("advance", "step", stage="pair", places='{"s1": [1], "s2": [1]}')
        with assert_refused(Why.TAKEN):
            alone.do("advance", "step", stage="pair", places='{"s1": [1], "s2": [1]}')

    @pytest.mark.parametrize("places", ["", "{}", '{"s1": [1, 2]}', '{"s1": [1], "s2": [2]}', '{"s1": [2]}'])
    def test_what_is_no_draw(self, alone, assert_refused, places):
        with assert_refused(Why.INVALID, "places"):
            alone.do("advance", "step", stage="pair", places=places)

    def test_fours_keep_pairs_together(self, pairs, assert_refused):
        torn = {seat: [1 + number % 2] for number, seat in enumerate(sorted(state(pairs).pairs))}
        with assert_refused(Why.INVALID, "places"):
            pairs.do("advance", "step", stage="four", places=str(torn).replace("'", '"'))

    def test_nobody_is_here(self, room, assert_refused):
        with assert_refused(Why.INVALID):
            room(STEP, seats=()).do("advance", "step")

    def test_who_comes_late_joins_the_smallest_pair(self, pairs, alone):
        pairs.do("join", by="late")
        assert pairs.log[-1].name == "pairing.person_placed"
        assert "late" in state(pairs).pairs
        assert pairs.do("come", "step", by="late") == ()
        assert Counter(map(len, state(pairs).units(Stage.PAIR).values())) == {3: 2, 2: 2}

    def test_late_while_all_are_alone(self, alone, assert_refused):
        alone.do("join", by="late")
        add(alone, "late", "Late, and in time")
        alone.do("advance", "step")
        assert "late" in state(alone).pairs

    def test_only_the_facilitator(self, alone, assert_refused):
        for name in ("advance", "back", "hide", "show"):
            with assert_refused(Why.NOT_ALLOWED):
                alone.do(name, "step", by="s1")
        with assert_refused(Why.UNKNOWN):
            alone.do("dance", "step", by="s1")


class TestIdeas:
    def test_alone_only_the_author_sees_it(self, alone):
        assert [one.idea.text for one in alone.view("step", Audience.SEAT, "s1").own] == ["Idea of s1"]
        assert "Idea of" not in str(alone.view("step"))
        assert "Idea of s1" not in str(alone.view("step", Audience.SEAT, "s2"))

    def test_only_so_many_and_some_come_back(self, alone, assert_refused):
        for number in range(2):
            add(alone, "s1", f"More {number}")
        with assert_refused(Why.INVALID):
            add(alone, "s1", "Too much")
        with assert_refused(Why.NOT_ALLOWED, "idea"):
            alone.do("withdraw", "step", by="s2", idea="i1")
        alone.do("withdraw", "step", by="s1", idea="i1")
        add(alone, "s1", "Instead")

    def test_a_pair_sees_both_ideas_and_merges_keeps_or_writes(self, pairs):
        unit, members, before = unit_with_ideas(pairs, least=2)
        seen = [[one.idea.text for one in pairs.view("step", Audience.SEAT, seat).before] for seat in members]
        assert seen == [[idea.text for idea in before]] * len(members)
        add(pairs, members[0], "Merged", *(idea.id for idea in before))
        add(pairs, members[1], "Of our own")
        merged, own = state(pairs).of(Stage.PAIR, unit)
        assert (merged.sources, own.sources) == (tuple(idea.id for idea in before), ())
        assert state(pairs).into[before[0].id] is merged

    def test_keeping_takes_the_words_along(self, pairs):
        _, members, before = unit_with_ideas(pairs)
        keep(pairs, members[0], before[0].id)
        assert state(pairs).into[before[0].id].text == before[0].text

    def test_an_idea_goes_into_one_only(self, pairs, assert_refused):
        unit, members, before = unit_with_ideas(pairs)
        keep(pairs, members[0], before[0].id)
        with assert_refused(Why.TAKEN, "from"):
            add(pairs, members[-1], "Again", before[0].id)
        pairs.do("withdraw", "step", by=members[-1], idea=state(pairs).of(Stage.PAIR, unit)[0].id)
        add(pairs, members[-1], "Again", before[0].id)

    def test_only_ones_own_from_the_stage_before(self, pairs, assert_refused):
        unit, _, before = unit_with_ideas(pairs)
        stranger = next(seat for seat in SEATS if state(pairs).unit(seat, Stage.PAIR) != unit)
        for source in (before[0].id, "i99", ""):
            with assert_refused(Why.INVALID, "from"):
                add(pairs, stranger, "Not ours", source)

    def test_empty_and_long(self, pairs, assert_refused):
        for text in (" ", "x" * 281):
            with assert_refused(Why.INVALID, "text"):
                add(pairs, "s1", text)

    def test_what_others_went_on_with_stays(self, pairs, assert_refused):
        with assert_refused(Why.CLOSED):
            pairs.do("withdraw", "step", by="s1", idea="i1")

    def test_the_facilitator_writes_for_a_pair(self, pairs, assert_refused):
        with assert_refused(Why.INVALID, "unit"):
            add(pairs, FACILITATOR, "On paper")
        add(pairs, FACILITATOR, "On paper", unit="2")
        assert [idea.text for idea in state(pairs).of(Stage.PAIR, "2")] == ["On paper"]

    def test_giving(self, ended, assert_refused):
        first, second = state(ended).of(Stage.FOUR)
        stranger = next(seat for seat in SEATS if state(ended).unit(seat, Stage.FOUR) != second.unit)
        member = state(ended).units(Stage.FOUR)[second.unit][0]
        for by, idea in ((stranger, second.id), (member, "i1")):
            with assert_refused(Why.INVALID, "idea"):
                ended.do("give", "step", by=by, idea=idea)
        ended.do("give", "step", by=member, idea=second.id)
        assert ended.do("give", "step", by=member, idea=second.id) == ()
        assert [idea.id for idea in state(ended).results] == [first.id, second.id]
        with assert_refused(Why.CLOSED):
            add(ended, member, "One more")

    def test_not_before_the_last_stage(self, pairs, assert_refused):
        with assert_refused(Why.CLOSED):
            pairs.do("give", "step", by="s1", idea="i1")

    def test_hidden_and_shown_again(self, pairs, assert_refused):
        unit, members, before = unit_with_ideas(pairs)
        keep(pairs, members[0], before[0].id)
        kept = state(pairs).of(Stage.PAIR, unit)[0]
        pairs.do("hide", "step", idea=kept.id)
        assert [idea.id for idea in pairs.view("step", Audience.FACILITATOR).hidden] == [kept.id]
        assert before[0].id not in state(pairs).into
        keep(pairs, members[0], before[0].id)
        with assert_refused(Why.TAKEN, "idea"):
            pairs.do("show", "step", idea=kept.id)

    @pytest.mark.parametrize("lang", list(LANGUAGES))
    def test_refusals_speak_both_languages(self, pairs, lang):
        with pytest.raises(Refused) as caught:
            pairs.do("withdraw", "step", by="s1", idea="i1")
        assert (str(caught.value) == caught.value.told(voice(lang))) is (lang == "en")


class TestTold:
    def test_rows_name_what_an_idea_grew_from(self, ended):
        kind = ended.activity("step")
        rows = {row["id"]: row for row in kind.rows(state(ended))}
        assert all(tuple(row) == kind.columns for row in rows.values())
        [result] = [row for row in rows.values() if row["stage"] == "four" and row["place"] == "result"]
        source = rows[result["grew_from"]]
        assert (source["stage"], source["into"], source["place"]) == ("pair", result["id"], "result")
        assert rows[source["grew_from"]]["stage"] == "individual"

    def test_what_was_given_is_offered(self, ended):
        assert [option.id for option in ended.activity("step").offers(state(ended))] == [
            idea.id for idea in state(ended).results
        ]

    def test_the_record_loses_nothing(self, ended):
        given, left = [block for block in told(ended, "record") if isinstance(block, Table)]
        whole = str((given.rows, left.rows))
        assert [seat for seat in SEATS[:6] if f"Idea of {seat}" not in whole] == []
        assert "not given to all by the four" in whole
        assert "not taken up by the pair" in whole or "not taken up by the four" in whole

    def test_in_sentences(self, ended, alone):
        assert told(ended, "gist")[0] == "6 ideas were written alone."
        assert told(ended, "gist")[-1] == "1 idea was given to all."
        assert told(ended, "pending") == ["1 four has not given an idea."]
        course = told(ended, "course", ended.log)
        assert course[0] == "6 ideas were written alone."
        assert "The stage “All together” began." in course

    def test_an_early_end(self, pairs):
        told_all = told(pairs, "record")
        assert "In pairs" in str(told_all)
        assert list(pairs.activity("step").doubts(state(pairs), ENGLISH)) == [
            "It ended at the stage “In pairs”, so nothing was given to all."
        ]

    def test_nothing(self, room):
        made = room(STEP)
        assert [block.text for block in told(made, "record")] == ["No ideas were written."]
        assert list(made.activity("step").doubts(state(made), ENGLISH)) == ["No ideas were written."]


@pytest.mark.parametrize("wrong", [[1, 2, 3], [1, 2, 3, -1], [1, 2, 3, "4"], [True, 1, 1, 1], []])
def test_wrong_settings(room, wrong):
    with pytest.raises(AgendaError, match="stage_minutes"):
        room({**STEP, "stage_minutes": wrong})


def test_a_log_of_another_hand_does_not_break_it(alone):
    alone.record("pairing.stage_begun", "step", stage="five", seed="", places={})
    alone.record("pairing.stage_begun", "step", stage="pair", seed="", places={"s1": [1, 2]})
    alone.record("pairing.person_placed", "step", seat="s1", pair=7)
    alone.record("pairing.idea_added", "step", idea="i1", stage="pair", unit="1", text="x", sources=["i1"])
    alone.record("pairing.idea_added", "step", idea="x1", stage="all", unit="1", text="x", sources=[])
    alone.record("pairing.idea_given", "step", four="²", idea="i9")
    alone.record("pairing.idea_given", "step", four="x", idea="i9")
    alone.record("pairing.idea_hidden", "step", idea="i77")
    assert state(alone).stage is Stage.ALONE
    assert len(state(alone).ideas) == 6


moves = st.tuples(
    st.sampled_from(["add"] * 4 + ["withdraw", "advance", "back", "hide", "show", "give", "come", "join"]),
    st.sampled_from([*SEATS[:5], "late", FACILITATOR]),
    st.sets(st.integers(1, 9), max_size=3),
)


@settings(max_examples=80)
@given(st.lists(moves, max_size=40))
def test_each_first_idea_is_in_one_place_and_the_minutes_hold_what_the_log_does(room, sequence):
    made = room(STEP, seats=SEATS[:5])
    joined = {*SEATS[:5], FACILITATOR}
    for step, (name, by, numbers) in enumerate(sequence):
        try:
            if name == "join" and by != FACILITATOR:
                made.do("join", by=by)
                joined.add(by)
            elif name == "add" and by in joined:
                sources = [f"i{number}" for number in numbers] if state(made).stage is not Stage.ALONE else []
                add(made, by, f"Words {step}.", *sources, unit="1")
            elif name != "join" and by in joined:
                made.do(name, "step", by=by, idea=f"i{min(numbers, default=1)}")
        except Refused as refusal:
            allowed = {Why.INVALID, Why.NOT_ALLOWED, Why.TAKEN, Why.CLOSED}
            assert refusal.why in allowed  # noqa: PT017 - most are not refused
    after = state(made)
    gone = {}
    for event in made.log:
        if event.name in {"pairing.idea_withdrawn", "pairing.idea_hidden", "pairing.idea_shown"}:
            gone[event.data["idea"]] = event.name != "pairing.idea_shown"
    written = {e.data["idea"]: e.data for e in made.log if e.name == "pairing.idea_added"}
    alive = {idea for idea in written if not gone.get(idea)}
    first = {idea for idea in alive if written[idea]["stage"] == "individual"}

    takers = Counter(source for idea in alive for source in written[idea]["sources"])
    assert all(times == 1 for times in takers.values())
    roots = Counter(root.id for result in after.results for root in after.roots(result))
    left = Counter(idea.id for idea in after.ideas.values() if not idea.gone and after.fate(idea).left)
    for idea in first:
        assert (roots[idea] == 1) is (left[idea] == 0)
        assert roots[idea] <= 1

    told_all = str([block.rows for block in told(made, "record") if isinstance(block, Table)])
    assert [idea for idea in first if f"{written[idea]['text']} ({idea})" not in told_all] == []
    rows = {row["id"]: row for row in made.activity("step").rows(after)}
    assert rows.keys() == written.keys()
