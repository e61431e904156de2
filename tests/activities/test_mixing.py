"""Mixing people: everybody once a round, even sizes, few who meet twice, the same seed the same mix."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, permutations, product
from math import comb
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.activities.groups.counting import groups_for, met_again, seed_of
from workshop_kit.activities.groups.mixing import mix


def cost(rounds):
    """Count the meetings over all rounds: two who meet in k rounds cost k(k - 1)/2."""
    met = Counter(
        pair for groups in rounds for pair in combinations(range(len(groups)), 2) if groups[pair[0]] == groups[pair[1]]
    )
    return sum(comb(times, 2) for times in met.values())


def splits(people, groups):
    """Return all ways to split people into groups of even size, each once."""
    sizes = [people * (n + 1) // groups - people * n // groups for n in range(groups)]
    labels = [n for n, size in enumerate(sizes) for _ in range(size)]
    seen = {}
    for order in set(permutations(labels)):
        seen.setdefault(frozenset(frozenset(i for i in range(people) if order[i] == n) for n in set(order)), order)
    return list(seen.values())


rooms = st.integers(1, 24).flatmap(
    lambda people: st.tuples(st.just(people), st.integers(1, people), st.integers(1, 4), st.integers(0, 9))
)


@settings(max_examples=30)
@given(rooms)
def test_everybody_has_one_group_a_round_and_sizes_differ_by_one_at_most(room):
    people, groups, rounds, seed = room
    made = mix(people, groups, rounds, seed)
    assert len(made.rounds) == rounds
    for places in made.rounds:
        sizes = Counter(places)
        assert set(sizes) == set(range(1, groups + 1))
        assert sum(sizes.values()) == len(places) == people
        assert max(sizes.values()) - min(sizes.values()) <= 1
    assert mix(people, groups, rounds, seed) == made


@settings(max_examples=30)
@given(rooms)
def test_it_is_never_worse_than_a_lot(room):
    people, groups, rounds, seed = room
    seats = [n * groups // people for n in range(people)]
    lot = random.Random(seed)
    drawn = [lot.sample(seats, people) for _ in range(rounds)]
    assert cost(mix(people, groups, rounds, seed).rounds) <= cost(drawn)


@pytest.mark.parametrize(
    ("people", "groups", "rounds"), [(4, 2, 3), (4, 2, 4), (5, 2, 3), (6, 2, 2), (6, 3, 3), (6, 2, 3), (7, 3, 3)]
)
def test_small_rooms_are_mixed_as_well_as_can_be(people, groups, rounds):
    """Compared with all ways there are; the first round may be any one, since people are only names."""
    ways = splits(people, groups)
    shapes = {tuple(sorted(Counter(way).values())): way for way in ways}
    best = min(cost((first, *rest)) for first in shapes.values() for rest in product(ways, repeat=rounds - 1))
    assert cost(mix(people, groups, rounds, 1).rounds) == best


@pytest.mark.parametrize(("people", "groups"), [(40, 8), (300, 50)])
def test_large_rooms_meet_nobody_twice_in_three_rounds(people, groups):
    heard = []
    began = perf_counter()
    made = mix(people, groups, 3, 1, told=heard.append)
    assert perf_counter() - began < 10
    assert met_again(dict(enumerate(map(str, places))) for places in made.rounds) == 0
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_together_and_apart_hold_in_every_round():
    made = mix(12, 4, 3, 5, together=[(0, 1)], apart=[(2, 3), (2, 4)])
    for places in made.rounds:
        assert places[0] == places[1]
        assert places[2] not in {places[3], places[4]}


def test_pairs_that_meet_twice_are_counted_once():
    rounds = [{"a": 1, "b": 1, "c": 2}, {"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 2}]
    assert met_again(rounds) == 3
    assert met_again(rounds[:2]) == 1


@given(st.integers(1, 400), st.integers(2, 30))
def test_the_number_of_groups_gives_the_nearest_size(people, size):
    groups = groups_for(people, size)
    others = [n for n in (groups - 1, groups + 1) if n > 0]
    assert all(abs(people / size - groups) <= abs(people / size - n) for n in others)


def test_a_seed_comes_from_words():
    assert seed_of("abc/groups") == seed_of("abc/groups") != seed_of("abd/groups")


@pytest.mark.parametrize(("people", "groups", "rounds"), [(0, 1, 1), (3, 4, 1), (3, 0, 1), (3, 1, 0)])
def test_what_cannot_be(people, groups, rounds):
    with pytest.raises(ValueError, match="do not fill"):
        mix(people, groups, rounds, 1)
