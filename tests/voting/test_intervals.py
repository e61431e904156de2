"""Wilson's interval against published figures."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.voting.intervals import wilson

NEWCOMBE_1998 = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
"""R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3 (score, no continuity correction)."""

counts = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("successes", "n", "low", "high"), NEWCOMBE_1998)
def test_published_intervals(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=0.00005)


def test_nine_of_fifteen():
    assert wilson(9, 15) == pytest.approx((0.357, 0.802), abs=0.0005)


@pytest.mark.parametrize(("n", "points"), [(15, 33), (30, 24), (60, 17), (300, 8)])
def test_what_a_workshop_can_tell_apart(n, points):
    """Where two in three say yes, the interval is about that many points wide on its wider side."""
    successes = round(n * 2 / 3)
    low, high = wilson(successes, n)
    assert (high - low) * 100 <= 2 * points
    assert max(successes / n - low, high - successes / n) * 100 <= points


@given(counts)
def test_the_interval_holds_the_share_and_stays_within_0_and_1(count):
    successes, n = count
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1


@given(counts, st.integers(1, 50))
def test_of_a_known_number_of_people_it_holds_only_what_the_answers_allow(count, silent):
    successes, n = count
    low, high = wilson(successes, n, population=n + silent)
    assert successes <= low * (n + silent) + 1e-9
    assert high * (n + silent) - 1e-9 <= successes + silent


@given(counts)
def test_yes_and_no_mirror_each_other(count):
    successes, n = count
    low, high = wilson(successes, n)
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


@given(counts, st.integers(2, 9))
def test_more_people_of_the_same_mind_narrow_it(count, times):
    successes, n = count
    low, high = wilson(successes, n)
    more_low, more_high = wilson(successes * times, n * times)
    assert more_high - more_low < high - low


@given(counts, st.integers(1, 1000))
def test_a_known_population_narrows_it(count, absent):
    successes, n = count
    if n == 1:
        return
    low, high = wilson(successes, n)
    known_low, known_high = wilson(successes, n, population=n + absent)
    assert known_high - known_low <= high - low + 1e-12


def test_a_huge_population_is_as_good_as_an_unknown_one():
    assert wilson(9, 15, population=10**9) == pytest.approx(wilson(9, 15), abs=1e-6)


@pytest.mark.parametrize(("n", "population"), [(0, None), (0, 20), (15, 15), (15, 14)])
def test_no_interval_where_nobody_or_everybody_answered(n, population):
    assert wilson(0, n, population) == (None, None)


@pytest.mark.parametrize("n", [15, 30])
def test_it_covers_the_truth_about_95_times_in_100(n):
    """Average over shares from 0.05 to 0.95, each weighed exactly by the binomial distribution."""
    shares = [share / 100 for share in range(5, 96)]
    intervals = [wilson(k, n) for k in range(n + 1)]
    covered = [
        sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k, (low, high) in enumerate(intervals) if low <= p <= high)
        for p in shares
    ]
    assert sum(covered) / len(covered) == pytest.approx(0.95, abs=0.01)
