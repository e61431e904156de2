"""Polls that keep more than one number per option: pairs, consent, words, forms; refusals in two languages."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

import workshop_kit
from workshop_kit.core.activity import Audience
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.session import fold
from workshop_kit.core.text import Text
from workshop_kit.voting.rules import RULES

ABC = [{"id": id_, "label": id_.upper()} for id_ in "abc"]


def poll(rule, **more):
    return {"id": "vote", "activity": "poll", "rule": rule, "options": ABC, **more}


BUDGET = poll("budget", money=100, options=[{**option, "cost": 60} for option in ABC])
FORM = {
    "id": "vote", "activity": "poll", "rule": "form",
    "questions": [{"id": "q", "prompt": "Which?", "rule": "choice", "options": ABC}],
}  # fmt: skip
WORDS = {"id": "vote", "activity": "poll", "rule": "words"}


@pytest.mark.parametrize(
    ("item", "fields", "field"),
    [
        (poll("dots"), {"value.a": "2", "value.b": "2"}, "value"),
        (poll("dots"), {"value.a": "-1"}, "value.a"),
        (poll("dots", budget=5, cap=2), {"value.a": "3"}, "value.a"),
        (poll("approval", most=1), {"value.a": "1", "value.b": "1"}, "value"),
        (poll("score"), {"value.a": "11"}, "value.a"),
        (poll("ranking", full=True), {"value.a": "1"}, "value.b"),
        (poll("pairwise"), {"pair": "a,z", "choice": "a"}, "pair"),
        (poll("pairwise"), {"pair": "", "choice": "a"}, "pair"),
        (poll("resistance"), {"value.a": "1"}, "value.b"),
        (poll("resistance"), {"value.a": "11"}, "value.a"),
        (poll("consent"), {"value.a": "-1"}, "reason.a"),
        (poll("consent"), {"value.a": "3"}, "value.a"),
        (poll("consent"), {"reason.a": "because"}, "value.a"),
        (poll("consent"), {"value.a": "0", "reason.a": "x" * 501}, "reason.a"),
        (BUDGET, {"value.a": "2"}, "value.a"),
        ({**BUDGET, "ballot": "amounts"}, {"value.a": "60", "value.b": "50"}, "value"),
        ({**BUDGET, "ballot": "amounts"}, {"value.a": "61"}, "value.a"),
        (poll("split"), {"value.a": "99"}, "value"),
        (poll("committee", seats=2), {"value.a": "2"}, "value.a"),
        (poll("matrix"), {"value.a.x": "1"}, "value.a.y"),
        (poll("matrix"), {"value.a.x": "6", "value.a.y": "1"}, "value.a.x"),
        (WORDS, {"word.4": "Zeit"}, "word.4"),
        (WORDS, {"word.1": "x" * 61}, "word.1"),
        (FORM, {"value.z.a": "1"}, "value.z.a"),
        (FORM, {"choice.q": "z"}, "value.q.z"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_refusals_name_the_field_in_both_languages_and_change_nothing(room, item, fields, field):
    made = room(item)
    before = made.state
    with pytest.raises(Refused) as caught:
        made.do("cast", "vote", by="ada", **fields)
    assert (caught.value.why, caught.value.field) == (Why.INVALID, field)
    assert made.state == before
    folder = Path(workshop_kit.__file__).parent / "locale"
    german, english = (caught.value.told(Text.load(lang, (folder,))) for lang in ("de", "en"))
    assert german != english
    assert "{" not in german + english


class TestPairs:
    def test_a_judgement_is_added_and_the_next_pair_is_another(self, room):
        made = room(poll("pairwise"))
        seen = set()
        while pair := made.view("vote", "seat", "ada").offered:
            seen.add(frozenset(pair))
            made.do("cast", "vote", by="ada", pair=",".join(pair), choice=pair[0])
        assert len(seen) == 3 == len(made.inside("vote").ballots["ada"].value)

    def test_only_the_pair_on_offer_can_be_judged_and_only_once(self, room, assert_refused):
        made = room(poll("pairwise"))
        left, right = made.inside("vote").offered("ada")
        (third,) = set("abc") - {left, right}
        with assert_refused(Why.INVALID, "pair"):
            made.do("cast", "vote", by="ada", pair=f"{left},{third}", choice=left)
        made.do("cast", "vote", by="ada", pair=f"{left},{right}", choice="tie")
        with assert_refused(Why.INVALID, "pair"):
            made.do("cast", "vote", by="ada", pair=f"{left},{right}", choice=left)

    def test_what_others_judge_does_not_change_my_pair(self, room):
        made = room(poll("pairwise"))
        mine = made.inside("vote").offered("ada")
        pair = made.inside("vote").offered("ben")
        made.do("cast", "vote", by="ben", pair=",".join(pair), choice="skip")
        assert made.inside("vote").offered("ada") == mine

    @pytest.mark.parametrize("judges", [12, 30])
    @pytest.mark.parametrize("options", [4, 6, 9])
    @pytest.mark.parametrize("seed", range(3))
    def test_each_option_and_each_pair_is_offered_about_equally_often(self, room, options, judges, seed):
        """Simulated people judge four pairs each, in a random order.

        Were pairs drawn independently, the squared deviations of their counts, over the mean, would add up to k - 1 for
        k pairs (Pearson's statistic has k - 1 degrees of freedom). They have to stay below half of that. Options are
        offered by the least seen, so that their counts differ by little more than the two that one offer counts.
        """
        seats = tuple(f"s{number}" for number in range(judges))
        ids = [f"o{number}" for number in range(options)]
        item = poll("pairwise", options=[{"id": id_, "label": id_} for id_ in ids], most=4)
        made = room(item, seats=seats)
        chance = Random(seed)
        waiting = [*seats] * 4
        chance.shuffle(waiting)
        for seat in waiting:
            pair = made.inside("vote").offered(seat)
            made.do("cast", "vote", by=seat, pair=",".join(pair), choice=chance.choice([*pair, "tie"]))
        assert not any(map(made.inside("vote").offered, seats))
        judged = Counter(slot for ballot in made.inside("vote").ballots.values() for slot in ballot.value)
        counts = [judged[",".join(pair)] for pair in combinations(ids, 2)]
        mean = 4 * judges / len(counts)
        assert sum((n - mean) ** 2 for n in counts) / mean < (len(counts) - 1) / 2
        seen = Counter(option for slot in judged.elements() for option in slot.split(","))
        assert max(seen.values()) - min(seen[id_] for id_ in ids) <= 3

    def test_left_and_right_are_changed_about(self, room):
        """Of n offers, the first in the alphabet stands left about half the time (four standard deviations)."""
        seats = tuple(f"s{number}" for number in range(200))
        state = room(poll("pairwise"), seats=seats).inside("vote")
        left = sum(pair[0] < pair[1] for pair in map(state.offered, seats))
        assert abs(left - 100) <= 4 * (200 / 4) ** 0.5


class TestConsent:
    def test_a_changed_proposal_is_kept_for_the_next_rounds(self, room, assert_refused):
        made = room(poll("consent"))
        made.do("cast", "vote", by="ada", **{"value.a": "-1", "reason.a": "Too dear"})
        with assert_refused(Why.CLOSED):
            made.do("reword", "vote", **{"label.a": "A, but cheaper"})
        made.do("close", "vote")
        made.do("reword", "vote", **{"label.a": "A, but cheaper"})
        assert made.inside("vote").label("a") == {"und": "A"}
        for _ in range(2):
            made.do("next-round", "vote")
            assert made.inside("vote").label("a") == {"und": "A, but cheaper"}
        assert made.state.items["vote"].round == 3


class TestWords:
    def test_words_are_merged_hidden_and_taken_back_without_their_text_in_the_log(self, room, assert_refused):
        made = room(WORDS)
        made.do("cast", "vote", by="ada", **{"word.1": "Vertrauen", "word.2": "Mist"})
        made.do("cast", "vote", by="ben", **{"word.1": "Zutrauen"})
        (merged,) = made.do("merge-words", "vote", word="zutrauen", into="VERTRAUEN")
        (hidden,) = made.do("hide-word", "vote", word="Mist", reason="not a factor")
        assert not {"zutrauen", "vertrauen", "mist"} & {
            str(v).lower() for f in (merged, hidden) for v in f.data.values()
        }
        assert [(line.option, line.score) for line in made.inside("vote").tally.lines] == [("Vertrauen", 2)]
        made.do("unmerge-words", "vote", word="Zutrauen")
        made.do("show-word", "vote", word="Mist")
        assert len(made.inside("vote").tally.lines) == 3
        with assert_refused(Why.INVALID, "reason"):
            made.do("hide-word", "vote", word="Mist")
        with assert_refused(Why.UNKNOWN):
            made.do("hide-word", "vote", by="ada", word="Mist", reason="x")


def test_each_question_of_a_form_is_counted_by_itself(room):
    made = room(FORM)
    made.do("cast", "vote", by="ada", **{"choice.q": "b"})
    rows = list(made.activity("vote").rows(made.inside("vote")))
    assert (rows[0]["option"], rows[0]["score"]) == ("q.b", 1)
    made.do("close", "vote")
    assert list(made.activity("vote").record(made.inside("vote"), Text("en"), lambda seat, text: seat))


@pytest.mark.parametrize("tie_break", ["listed", "lot"])
def test_a_tie_is_settled_as_the_agenda_says_and_told(room, tie_break):
    made = room(poll("approval", tie_break=tie_break))
    made.cast("vote", "ada", a=1, b=1)
    made.do("close", "vote")
    tally = made.inside("vote").tally
    assert len(tally.first) == 2
    assert tally.notes[-1].options["option"] == tally.first[:1]
    assert not list(made.activity("vote").pending(made.inside("vote"), Text("en"), None))


@pytest.mark.parametrize("rule", ["pairwise", "consent", "words"])
def test_what_cannot_be_secret(agenda, rule):
    with pytest.raises(AgendaError, match="secret"):
        agenda(poll(rule, openness="secret"))


@pytest.mark.parametrize("cost", [None, 0, 2.5, "60"])
def test_a_project_without_a_cost(agenda, cost):
    with pytest.raises(AgendaError, match="cost"):
        agenda(poll("budget", money=100, options=[{**option, "cost": cost} for option in ABC]))


GROWING = [name for name in RULES if name not in {"yes-no", "mood", "budget", "words", "form"}]


class TestAddingOptions:
    def test_it_is_there_for_this_round_and_every_later_one(self, room):
        made = room(poll("dots"))
        (fact,) = made.do("add-option", "vote", label="  A fourth\none ")
        assert (fact.name, fact.data) == ("item.option_added", {"id": "o4", "label": "A fourth / one"})
        made.cast("vote", "ada", o4=2)
        made.do("next-round", "vote")
        assert made.inside("vote").ids == ("a", "b", "c", "o4")
        assert [option.id for option in made.state.items["vote"].spec.options()] == ["a", "b", "c", "o4"]

    def test_its_id_is_a_free_one(self, room):
        made = room({**poll("dots"), "options": ["A", {"id": "o3", "label": "B"}]})
        ids = [made.do("add-option", "vote", label=label)[0].data["id"] for label in "XY"]
        assert ids == ["o4", "o5"]
        made.do("reword", "vote", **{"label.o4": "Another X"})
        assert made.inside("vote").label("o4") == {"und": "Another X"}

    def test_once_somebody_voted_it_waits_for_a_new_round(self, room, assert_refused):
        made = room(poll("dots"))
        made.cast("vote", "ada", a=1)
        with assert_refused(Why.CLOSED) as told:
            made.do("add-option", "vote", label="D")
        assert "Start a new round" in str(told.value)
        made.do("close", "vote")
        with assert_refused(Why.CLOSED):
            made.do("add-option", "vote", label="D")
        made.do("next-round", "vote")
        made.do("add-option", "vote", label="D")
        assert [len(state.ids) for state in (*made.state.items["vote"].past, made.inside("vote"))] == [3, 4]

    def test_raised_hands_are_votes_too(self, room, assert_refused):
        made = room(poll("dots"))
        made.do("room-votes", "vote", **{"value.a": "2"})
        with assert_refused(Why.CLOSED):
            made.do("add-option", "vote", label="D")

    @pytest.mark.parametrize("label", ["", " \n ", "x" * 501, "A"])
    def test_other_labels_are_refused(self, room, assert_refused, label):
        with assert_refused(Why.INVALID, "label"):
            room(poll("dots")).do("add-option", "vote", label=label)

    def test_there_is_an_end(self, room, assert_refused):
        made = room({**poll("dots"), "options": [f"Option {number}" for number in range(99)]})
        made.do("add-option", "vote", label="The last one")
        assert not made.view("vote", Audience.FACILITATOR).grows
        with assert_refused(Why.INVALID, "label"):
            made.do("add-option", "vote", label="One more")

    @pytest.mark.parametrize("item", [poll("yes-no", options=[]), poll("mood", options=[]), BUDGET, FORM, WORDS])
    def test_where_the_rule_fixes_them_none_is_added(self, room, agenda, assert_refused, item):
        made = room(item)
        assert not made.view("vote", Audience.FACILITATOR).grows
        with assert_refused(Why.UNKNOWN):
            made.do("add-option", "vote", label="D")
        with pytest.raises(AgendaError, match="fixed"):
            agenda({**item, "live_options": True})

    def test_only_the_facilitator_adds(self, room, assert_refused):
        with assert_refused(Why.UNKNOWN):
            room(poll("dots")).do("add-option", "vote", by="ada", label="D")

    @pytest.mark.parametrize("rule", GROWING)
    def test_a_poll_may_begin_without_options(self, room, rules, assert_refused, rule):
        made = room(poll(rule, options=[], live_options=True))
        few = rules.registry["poll"].initial(made.state.agenda.items[0]).rule.fewest
        with assert_refused(Why.CLOSED):
            made.do("cast", "vote", by="ada")
        while not made.inside("vote").complete:
            assert made.view("vote", Audience.SEAT, "ada").complete is False
            made.do("add-option", "vote", label=f"Option {len(made.inside('vote').ids)}")
        assert len(made.inside("vote").ids) == few
        made.do("add-option", "vote", label="One more")
        assert made.view("vote", Audience.SEAT, "ada").complete
        made.do("next-round", "vote")
        assert len(made.inside("vote").ids) == few + 1
        assert fold(rules, made.log) == made.state

    def test_the_rules_own_option_stays_the_last(self, room):
        made = room(poll("resistance"))
        made.do("add-option", "vote", label="D")
        assert made.inside("vote").ids == ("a", "b", "c", "o5", "status-quo")
        made.do("next-round", "vote")
        assert made.inside("vote").ids == ("a", "b", "c", "o5", "status-quo")

    def test_without_live_options_an_agenda_needs_them(self, agenda):
        with pytest.raises(AgendaError, match="live_options"):
            agenda(poll("dots", options=[]))

    def test_an_entry_that_adds_it_twice_changes_nothing(self, room):
        made = room(poll("dots"))
        made.record("item.option_added", "vote", id="a", label="Another A")
        assert made.inside("vote").label("a") == {"und": "A"}
        assert len(made.state.items["vote"].spec.options()) == 3
