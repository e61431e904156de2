"""What must hold for every rule and every profile, however the ballots come in."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.voting.kinds import VARIANTS, favouring, filled, made, profile, spec, swapped

from workshop_kit.activities.poll import ACTIVITY
from workshop_kit.core.event import Channel, Event
from workshop_kit.voting.profile import Profile

every_rule = pytest.mark.parametrize(("name", "more"), VARIANTS, ids=lambda part: str(part) if part else "-")
few = settings(max_examples=20)


def ballots_for(rule, options, most=6):
    return st.lists(filled(rule.paper, options), max_size=most)


def standing(tally):
    return {line.option: (line.rank, line.score, line.supporters) for line in tally.lines}


def outcome(tally):
    return {line.option: line.rank for line in tally.lines}, tally.elected


@every_rule
@few
@given(data=st.data())
def test_the_order_of_ballots_does_not_matter(name, more, data):
    rule, options = made(name, **more)
    cast = profile(data.draw(ballots_for(rule, options)))
    other = Profile(tuple(data.draw(st.permutations(cast.ballots))))
    assert rule.count(other, options) == rule.count(cast, options)


@every_rule
@few
@given(data=st.data())
def test_the_order_of_options_matters_only_where_a_tie_is_told(name, more, data):
    rule, options = made(name, **more)
    cast = profile(data.draw(ballots_for(rule, options)))
    one, other = rule.count(cast, options), rule.count(cast, data.draw(st.permutations(options)))
    assert standing(one) == standing(other)
    if not one.ties:
        assert set(one.elected) == set(other.elected)


@every_rule
@few
@given(data=st.data(), copies=st.integers(2, 4))
def test_copies_of_all_ballots_change_nothing(name, more, data, copies):
    rule, options = made(name, **more)
    ballots = data.draw(ballots_for(rule, options))
    one, many = rule.count(profile(ballots), options), rule.count(profile(ballots, copies), options)
    assert outcome(one) == outcome(many)
    assert [line.share for line in one.lines] == [line.share for line in many.lines]


@every_rule
@few
@given(data=st.data(), people=st.integers(1, 4))
def test_what_all_want_is_alone_in_the_first_place(name, more, data, people):
    rule, options = made(name, **more)
    best = data.draw(st.sampled_from(options or ("a", "b")))
    tally = rule.count(profile([favouring(rule.paper, options, best)] * people), options)
    expected = {
        "matrix": {f"{best}.x", f"{best}.y"},
        "form": {f"q1.{best}", f"q2.{best}"},
    }.get(rule.paper.kind, {best})
    assert set(tally.first) == expected
    if tally.elected:
        assert tally.elected == (best,)


@every_rule
@few
@given(data=st.data())
def test_a_count_after_replacing_votes_is_a_fresh_count(name, more, data):
    wanted = spec(name, **more)
    rule, options = made(name, **more)
    before = data.draw(ballots_for(rule, options, most=4))
    after = [data.draw(filled(rule.paper, options)) for _ in before]
    replaced = folded(wanted, [*enumerate(before), *enumerate(after)])
    fresh = folded(wanted, list(enumerate(after)))
    assert replaced.tally == fresh.tally
    assert list(ACTIVITY.rows(replaced)) == list(ACTIVITY.rows(fresh))


@every_rule
@few
@given(data=st.data(), abstentions=st.integers(0, 5), eligible=st.none() | st.integers(0, 30))
def test_abstentions_change_nothing_but_their_own_count(name, more, data, abstentions, eligible):
    rule, options = made(name, **more)
    ballots = data.draw(ballots_for(rule, options))
    without = profile(ballots, eligible=eligible)
    empty = tuple(
        msgspec.structs.replace(ballot, voter=f"e{n}", value={}, words={})
        for n, ballot in enumerate((without.ballots * 5)[:abstentions])
    )
    more_of_them = msgspec.structs.replace(without, ballots=(*without.ballots, *empty))
    tally = rule.count(without, options)
    assert rule.count(more_of_them, options) == msgspec.structs.replace(tally, abstained=len(empty))


@every_rule
@few
@given(data=st.data())
def test_options_that_are_treated_alike_are_reported_as_tied(name, more, data):
    rule, options = made(name, **more)
    one, other = options[:2] or ("a", "b")
    if name == "budget":
        assert rule.paper.costs[one] == rule.paper.costs[other]
    ballots = data.draw(st.lists(filled(rule.paper, options), min_size=1, max_size=4))
    tally = rule.count(profile([*ballots, *(swapped(rule.paper, ballot, one, other) for ballot in ballots)]), options)
    rank = {line.option: line.rank for line in tally.lines}
    alike = {
        "matrix": [(f"{one}.{axis}", f"{other}.{axis}") for axis in "xy"],
        "form": [(f"{question}.a", f"{question}.b") for question in ("q1", "q2")],
    }.get(rule.paper.kind, [(one, other)])
    for a, b in alike:
        assert rank.get(a) == rank.get(b)
        assert (a in rank) == any({a, b} <= set(tie) for tie in tally.tied)
    if len({one, other}.intersection(tally.elected)) == 1:
        assert any({one, other} <= set(tie) for tie in tally.ties)


def folded(wanted, cast):
    """Return the poll after these ballots of numbered voters."""
    state = ACTIVITY.initial(wanted)
    for number, ballot in cast:
        said = {"voter": f"s{number}", "value": dict(ballot.value), "rev": 1}
        for name, data in (("poll.ballot_cast", said), ("poll.words_given", {**said, "words": dict(ballot.words)})):
            event = Event(1, "c", datetime(2026, 11, 24, tzinfo=UTC), "s", Channel.PHONE, "vote", name, 1, data)
            state = ACTIVITY.evolve(state, event)
    return state
