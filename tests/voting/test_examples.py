"""Examples worked by hand, beside those of the literature in `published`."""

from __future__ import annotations

import pytest
from tests.voting.kinds import made, profile

from workshop_kit.voting.papers import Filled


def approvals(*sets):
    return profile([Filled(dict.fromkeys(approved, 1)) for approved in sets])


def projects(money, costs, **more):
    options = [{"id": id_, "label": id_, "cost": cost} for id_, cost in costs.items()]
    return made("budget", money=money, options=options, **more)


def test_a_majority_takes_all_by_votes_and_its_share_by_equal_shares():
    """Proportionality as Peters, Pierczyński and Skowron (2021) motivate it; the figures are ours and done by hand."""
    cast = approvals(*["ab"] * 6, *["c"] * 4)
    costs = {"a": 50, "b": 50, "c": 40}
    greedy, ids = projects(100, costs)
    shares, _ = projects(100, costs, method="equal-shares")
    assert greedy.count(cast, ids).elected == ("a", "b")
    assert set(shares.count(cast, ids).elected) == {"a", "c"}


def test_a_project_that_does_not_fit_is_skipped_or_ends_it():
    cast = approvals("abc", "abc", "ab", "a")
    costs = {"a": 60, "b": 50, "c": 30}
    skip, ids = projects(100, costs)
    stop, _ = projects(100, costs, skip=False)
    assert skip.count(cast, ids).elected == ("a", "c")
    assert stop.count(cast, ids).elected == ("a",)
    missed = skip.count(cast, ids).notes[-1]
    assert (missed.options, missed.values["missing"]) == ({"option": ("b",)}, 40)


def test_bradley_terry_of_two_is_the_share_of_wins():
    """With two options the most likely strengths give back the share of wins: (7 + prior) of (10 + 2 prior)."""
    rule, _ = made("pairwise")
    tally = rule.count(profile([Filled({"a,b": 1})] * 7 + [Filled({"a,b": 2})] * 3), ("a", "b"))
    prior = 0.1 * 10
    assert tally.lines[0].score == pytest.approx(100 * (7 + prior) / (10 + 2 * prior), abs=1e-3)
