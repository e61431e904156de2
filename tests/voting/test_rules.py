"""Counting votes: worked examples with ties, and what must hold for every profile."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import Spec
from workshop_kit.core.event import Channel
from workshop_kit.voting.profile import Ballot, Profile, RoomVotes
from workshop_kit.voting.rules import RULES
from workshop_kit.voting.ties import places

OPTIONS = ("a", "b", "c", "d")


def rule(name, **settings):
    return RULES[name](Spec("vote", "poll", {}, settings=settings))


def ballots(*values, channel=Channel.PHONE):
    return tuple(Ballot(f"s{number}", value, channel) for number, value in enumerate(values))


def profile(*values, **more):
    return Profile(ballots(*values), **more)


def lines(tally):
    return [(line.option, line.rank, line.score, line.supporters) for line in tally.lines]


class TestWorkedExamples:
    def test_dots_with_a_tie_for_first(self):
        cast = profile({"a": 3}, {"b": 2, "c": 1}, {"b": 1, "c": 2}, {"d": 1})
        tally = rule("dots").count(cast, OPTIONS)
        assert lines(tally) == [("b", 1, 3, 2), ("c", 1, 3, 2), ("a", 1, 3, 1), ("d", 4, 1, 1)]
        assert tally.tied == (("b", "c", "a"),)
        assert [line.share for line in tally.lines] == [0.5, 0.5, 0.25, 0.25]

    def test_approval_with_two_ties(self):
        tally = rule("approval").count(profile({"a": 1, "d": 1}, {"a": 1, "d": 1}, {"c": 1}, {"b": 1}), OPTIONS)
        assert lines(tally) == [("a", 1, 2, 2), ("d", 1, 2, 2), ("b", 3, 1, 1), ("c", 3, 1, 1)]
        assert tally.tied == (("a", "d"), ("b", "c"))

    def test_a_scale_keeps_its_order(self):
        tally = rule("mood").count(profile({"d": 1}, {"d": 1}, {"b": 1}), OPTIONS)
        assert lines(tally) == [("a", 3, 0, 0), ("b", 2, 1, 1), ("c", 3, 0, 0), ("d", 1, 2, 2)]

    def test_nobody_voted(self):
        tally = rule("dots").count(profile(), OPTIONS)
        assert lines(tally) == [(option, 1, 0, 0) for option in OPTIONS]
        assert {(line.share, line.low, line.high) for line in tally.lines} == {(None, None, None)}

    def test_raised_hands_count_like_ballots(self):
        cast = profile({"a": 3}, room=RoomVotes({"a": 4, "b": 2}, voters=5))
        tally = rule("dots").count(cast, OPTIONS)
        assert lines(tally)[:2] == [("a", 1, 7, 5), ("b", 2, 2, 2)]
        assert tally.voters == 6
        assert tally.channels == {Channel.PHONE: 1, Channel.HANDS: 5}

    def test_a_vote_of_all_has_no_interval_and_one_of_some_has(self):
        everybody = rule("choice").count(profile({"a": 1}, {"b": 1}, eligible=2), OPTIONS).lines[0]
        some = rule("choice").count(profile({"a": 1}, {"b": 1}, eligible=20), OPTIONS).lines[0]
        assert (everybody.low, everybody.high) == (None, None)
        assert 0 < some.low < 0.5 < some.high < 1


values = st.dictionaries(st.sampled_from(OPTIONS), st.integers(1, 3), min_size=1)
profiles = st.lists(values, max_size=12)
counted = rule("dots")


def score_of(tally):
    return {line.option: line for line in tally.lines}


@given(st.data(), profiles)
def test_the_order_of_ballots_does_not_matter(data, cast):
    shuffled = data.draw(st.permutations(ballots(*cast)))
    assert counted.count(Profile(tuple(shuffled)), OPTIONS) == counted.count(profile(*cast), OPTIONS)


@given(profiles, st.permutations(OPTIONS))
def test_the_order_of_options_changes_only_the_order_of_equals(cast, order):
    one, other = counted.count(profile(*cast), OPTIONS), counted.count(profile(*cast), order)
    assert score_of(one) == score_of(other)
    assert [(line.score, line.supporters) for line in one.lines] == [
        (line.score, line.supporters) for line in other.lines
    ]
    equal = [line.option for line in other.lines if (line.score, line.supporters) == (0, 0)]
    assert equal == [option for option in order if option in equal]


@given(profiles, st.integers(2, 4))
def test_copies_of_all_ballots_give_the_same_places(cast, copies):
    one, many = counted.count(profile(*cast), OPTIONS), counted.count(profile(*cast * copies), OPTIONS)
    assert [(line.option, line.rank, line.share) for line in many.lines] == [
        (line.option, line.rank, line.share) for line in one.lines
    ]
    assert [line.score for line in many.lines] == [line.score * copies for line in one.lines]


@given(profiles, st.integers(0, 5), st.none() | st.integers(0, 30))
def test_abstentions_change_nothing_but_their_own_count(cast, abstentions, eligible):
    without = counted.count(profile(*cast, eligible=eligible), OPTIONS)
    with_them = counted.count(profile(*cast, *({},) * abstentions, eligible=eligible), OPTIONS)
    assert with_them == msgspec.structs.replace(without, abstained=abstentions)


@given(profiles, st.sampled_from(OPTIONS))
def test_one_more_dot_never_costs_a_place(cast, option):
    before = score_of(counted.count(profile(*cast), OPTIONS))[option].rank
    after = score_of(counted.count(profile(*cast, {option: 1}), OPTIONS))[option].rank
    assert after <= before


@given(profiles)
def test_scores_add_up_to_what_was_given(cast):
    tally = counted.count(profile(*cast), OPTIONS)
    assert sum(line.score for line in tally.lines) == sum(sum(value.values()) for value in cast)
    assert tally.voters == len(cast) == sum(tally.channels.values())


@given(st.dictionaries(st.text(max_size=3), st.integers(-5, 5), max_size=8))
def test_a_place_is_one_more_than_the_number_of_better_ones(scores):
    assert places(scores) == {
        option: 1 + sum(other > score for other in scores.values()) for option, score in scores.items()
    }
