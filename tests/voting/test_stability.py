"""How firm an order is: against brute force, against published figures, and what must hold for every profile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import Spec
from workshop_kit.core.event import Channel
from workshop_kit.voting.profile import Ballot, Profile, RoomVotes
from workshop_kit.voting.rules import RULES
from workshop_kit.voting.stability import DRAWS, SEED, Standing, agreement, average_places, firmness

OPTIONS = ("a", "b", "c", "d")


def rule(name, **settings):
    return RULES[name](Spec("vote", "poll", {}, settings=settings))


def profile(*values, **more):
    return Profile(tuple(Ballot(f"s{n}", value, Channel.PHONE) for n, value in enumerate(values)), **more)


def test_nothing_is_said_of_a_rule_that_drops_options_one_by_one():
    """Its order does not follow from sums over ballots, by which draws are counted."""
    cast = profile(*[{"a": 1, "b": 2}] * 12)
    assert firmness(rule("schulze"), cast, OPTIONS, 1)
    assert firmness(rule("irv"), cast, OPTIONS, 1) == ()


def shares(name, cast, top=1):
    return {firm.option: firm.share for firm in firmness(rule(name), cast, OPTIONS, top)}


def places_of(tally):
    """Average places from a tally's shared ones."""
    ranks = [line.rank for line in tally.lines]
    return {line.option: line.rank + (ranks.count(line.rank) - 1) / 2 for line in tally.lines}


@pytest.mark.parametrize("name", ["dots", "approval", "score", "range", "resistance", "schulze", "copeland", "borda"])
def test_each_draw_is_counted_as_the_rule_counts(name):
    chance = np.random.default_rng(7)
    if name in {"schulze", "copeland", "borda"}:
        values = [
            {o: int(p) for o, p in zip(OPTIONS, chance.permutation(4) + 1, strict=True) if p < 4} for _ in range(12)
        ]
    else:
        most = {"dots": 2, "approval": 2}.get(name, 11)
        values = [{o: int(n) for o, n in zip(OPTIONS, chance.integers(0, most, 4), strict=True)} for _ in range(12)]
    counted = rule(name)
    found = firmness(counted, profile(*values), OPTIONS, 2)
    drawn = np.random.default_rng(SEED).multinomial(12, np.full(12, 1 / 12), size=DRAWS)
    inside = dict.fromkeys(OPTIONS, 0)
    for weights in drawn[:200]:
        again = [value for value, n in zip(values, weights, strict=True) for _ in range(n)]
        places = places_of(counted.count(profile(*again), OPTIONS))
        for option in OPTIONS:
            inside[option] += places[option] <= 2
    first = {firm.option: firm.share for firm in found}
    for option in OPTIONS:
        assert inside[option] / 200 == pytest.approx(first[option], abs=0.12), "the first draws are a sample of all"


def test_what_everybody_says_is_clearly_in_and_the_rest_clearly_out():
    cast = profile(*[{"a": 1}] * 20)
    found = firmness(rule("choice"), cast, OPTIONS, 1)
    assert [firm.standing for firm in found] == [Standing.IN, Standing.OUT, Standing.OUT, Standing.OUT]
    assert (found[0].best, found[0].worst) == (1, 1)


def test_a_close_race_is_open():
    cast = profile(*[{"a": 1}] * 11, *[{"b": 1}] * 10)
    found = {firm.option: firm for firm in firmness(rule("choice"), cast, OPTIONS, 1)}
    assert found["a"].standing is found["b"].standing is Standing.OPEN
    assert found["a"].share > found["b"].share > 0.2


def test_it_is_not_said_where_it_cannot_be():
    few, hands = profile(*[{"a": 1}] * 9), profile(*[{"a": 1}] * 20, room=RoomVotes({"a": 3}, 3))
    assert firmness(rule("choice"), few, OPTIONS, 1) == firmness(rule("choice"), hands, OPTIONS, 1) == ()
    assert firmness(rule("star"), profile(*[{"a": 5, "b": 1}] * 12), OPTIONS, 1) == ()


def test_the_same_ballots_give_the_same_figures_in_any_order():
    values = [{"a": 3}, {"b": 2, "c": 1}, {"c": 3}, {"a": 1, "d": 2}] * 5
    again = [values[n] for n in np.random.default_rng(3).permutation(len(values))]
    assert again != values
    assert shares("dots", profile(*values)) == shares("dots", profile(*again))


def test_ranked_ballots_give_the_same_figures_in_any_order():
    values = [dict(zip(OPTIONS, np.random.default_rng(n).permutation(4).tolist(), strict=True)) for n in range(15)]
    assert shares("schulze", profile(*values)) == shares("schulze", profile(*reversed(values)))


@given(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=5))
def test_average_places_add_up(rows):
    places = average_places(np.array(rows))
    assert places.sum(axis=1).tolist() == [10.0] * len(rows)


def test_agreement_of_a_textbook_example():
    """S. Siegel, N. J. Castellan: Nonparametric Statistics, 1988, ch. 9: three executives, six applicants, W = 0.16."""
    ranks = ([1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1])
    names = ("a", "b", "c", "d", "e", "f")
    cast = profile(*(dict(zip(names, row, strict=True)) for row in ranks))
    assert agreement(cast, names, low_is_good=True) == pytest.approx(0.16, abs=0.005)


def test_agreement_goes_from_none_to_full():
    same = profile(*[{"a": 1, "b": 2, "c": 3, "d": 4}] * 3)
    against = profile({"a": 1, "b": 2}, {"a": 2, "b": 1})
    assert agreement(same, OPTIONS, low_is_good=True) == 1
    assert agreement(against, ("a", "b"), low_is_good=True) == 0
    assert agreement(profile({"a": 1}), OPTIONS, low_is_good=True) is None


def test_agreement_with_ties_equals_friedmans_chi_square():
    """W = χ² / (m (k - 1)), both with the correction for ties."""
    from scipy.stats import friedmanchisquare

    rows = [[5, 3, 3, 1], [4, 4, 2, 1], [5, 2, 3, 3], [1, 5, 4, 4]]
    cast = profile(*(dict(zip(OPTIONS, row, strict=True)) for row in rows))
    chi = friedmanchisquare(*np.array(rows).T).statistic
    assert agreement(cast, OPTIONS, low_is_good=False) == pytest.approx(chi / (4 * 3))
