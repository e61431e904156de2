"""Worked examples from the literature, each with its source."""

from __future__ import annotations

import pytest
from tests.voting.kinds import made, profile

from workshop_kit.voting.irv import rounds
from workshop_kit.voting.papers import Filled

RUNNING = ["ab", "ab", "ab", "ac", "ac", "ac", "ad", "ad", "bcf", "e", "f", "g"]
TENNESSEE = (("MNCK", 42), ("NCKM", 26), ("CKNM", 15), ("KCNM", 17))
SCHULZE = (
    ("ACBED", 5), ("ADECB", 5), ("BEDAC", 8), ("CABED", 3), ("CAEBD", 7), ("CBADE", 2), ("DCEBA", 7), ("EBADC", 8),
)  # fmt: skip


def approvals(*sets):
    return profile([Filled(dict.fromkeys(approved, 1)) for approved in sets])


def rankings(groups):
    return profile([Filled({o: n for n, o in enumerate(order, 1)}) for order, people in groups for _ in range(people)])


@pytest.mark.parametrize(
    ("sets", "seats", "method", "elected"),
    [
        (RUNNING, 4, "equal-shares", "abcd"),
        (["cd"] * 3 + ["ab"] * 2 + ["ac"] * 2 + ["bd"], 3, "equal-shares", "acd"),
        (["ab"] * 3 + ["ad"] * 6 + ["b"] * 4 + ["c"] * 5 + ["cd"] * 5, 2, "pav", "cd"),
    ],
    ids=["example 2.11", "example 2.12", "example 2.5"],
)
def test_committees(sets, seats, method, elected):
    """Lackner and Skowron: Multi-Winner Voting with Approval Preferences, 2023 (as in abcvoting's examples)."""
    options = [{"id": id_, "label": id_} for id_ in "abcdefg"]
    rule, _ = made("committee", method=method, seats=seats, options=options)
    assert "".join(sorted(rule.count(approvals(*sets), tuple("abcdefg")).elected)) == elected


@pytest.mark.parametrize(
    ("name", "first"), [("borda", "N"), ("copeland", "N"), ("minimax", "N"), ("schulze", "N"), ("irv", "K")]
)
def test_the_capital_of_tennessee(name, first):
    """The usual example of the literature: Nashville wins every duel, Knoxville the instant run-off."""
    rule, _ = made(name)
    assert rule.count(rankings(TENNESSEE), tuple("MNCK")).first == (first,)


def test_the_rounds_of_tennessee():
    cast = [ballot.value for ballot in rankings(TENNESSEE).ballots]
    assert [one.out for one in rounds(cast, tuple("MNCK"))] == [("C",), ("N",), ("M",), ()]


def test_schulzes_45_voters():
    """M. Schulze, Social Choice and Welfare 36 (2011), example 1: the order is E, A, C, B, D."""
    rule, _ = made("schulze")
    tally = rule.count(rankings(SCHULZE), tuple("ABCDE"))
    assert "".join(line.option for line in tally.lines) == "EACBD"
    assert tally.tied == ()


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


def test_consent_is_not_a_majority():
    """One objection among ten is enough; who stands aside or says nothing does not hinder."""
    rule, _ = made("consent")
    cast = profile([Filled({"a": 1, "b": 1, "d": 2})] * 9 + [Filled({"a": -1, "b": 0, "d": 2}, {"a": "Too dear"})])
    tally = rule.count(cast, tuple("abcd"))
    assert tally.elected == ("b",)
    assert {line.option: line.score for line in tally.lines} == {"a": 1, "b": 0, "c": 0, "d": 0}


def test_words_count_without_capitals_and_keep_sharp_s():
    rule, _ = made("words")
    cast = profile([Filled({"1": 1}, {"1": word}) for word in ("Maße", "maße", "Masse", "Übung", "ÜBUNG", "Übung")])
    assert [(line.option, line.score) for line in rule.count(cast, ()).lines] == [
        ("Übung", 3),
        ("Maße", 2),
        ("Masse", 1),
    ]
