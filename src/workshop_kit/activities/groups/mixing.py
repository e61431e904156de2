"""Who sits with whom over several rounds, so that as few people as possible meet twice.

Every round starts from a lot, then the best swap of two people is made until none helps (steepest descent), looking at
one round after the other while the rest stands still. Where pairs still meet twice, the whole begins again from another
lot, a bounded number of times. This is a good search and no proof: how many meet twice is counted and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workshop_kit.core.activity import Told, unheard

WISH = 1_000
"""What putting two people together, or keeping them apart, weighs beside one pair that meets a second time."""

AT_ONCE = 128
"""How many people's swaps are looked at in one step, those with the most repeated pairs first."""

WORK = 20_000_000
"""Bound of the search: so many comparisons of two people in all its attempts, past the first one."""

MOST_ATTEMPTS = 200

Ints = NDArray[np.int32]


class Mix(NamedTuple):
    """A mix of people: per round the number of everybody's group, from 1, in the order of the people."""

    rounds: tuple[tuple[int, ...], ...]

    def places(self, people: Sequence[str]) -> dict[str, list[int]]:
        """Return the number of the group per round, by person."""
        return {person: [groups[n] for groups in self.rounds] for n, person in enumerate(people)}


def mix(
    people: int,
    groups: int,
    rounds: int,
    seed: int,
    *,
    together: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
    told: Told = unheard,
) -> Mix:
    """Return people, numbered from 0, in groups whose sizes differ by one at most, anew in each round.

    `together` and `apart` are pairs that shall share a group in every round, or in none. `told` hears how much of the
    work is done, from 0 to 1. The same arguments give the same mix.
    """
    if not 1 <= groups <= people or rounds < 1:
        message = f"{people} people do not fill {groups} groups in {rounds} rounds"
        raise ValueError(message)
    lot = np.random.default_rng(seed)
    wishes = np.zeros((people, people), np.int32)
    for pairs, weight in ((together, -WISH), (apart, WISH)):
        for one, other in pairs:
            wishes[one, other] = wishes[other, one] = weight
    best, least, aim = None, 0, _bound(people, groups, rounds) if not wishes.any() else None
    attempts = min(MOST_ATTEMPTS, 1 + WORK // (people * people * rounds * 10)) if rounds > 1 or wishes.any() else 1
    for attempt in range(attempts):
        search = _Search(people, groups, wishes, lot)
        search.run(rounds, told if not attempt else unheard)
        if best is None or search.cost < least:
            best, least = search.rounds, search.cost
        if aim is not None and least <= aim:
            break
    told(1.0)
    assert best is not None
    return Mix(tuple(tuple(int(group) + 1 for group in places) for places in best))


def _bound(people: int, groups: int, rounds: int) -> int:
    """Return a cost that no mix can be below: everybody meets so many, and there are only so many others."""
    if people < 2:
        return 0
    times, more = divmod(rounds * (people // groups - 1), people - 1)
    each = more * comb(times + 1, 2) + (people - 1 - more) * comb(times, 2)
    return -(-people * each // 2)


class _Search:
    """One attempt. `met` counts how often two people share a group, over all rounds; `cost` is what shall be small.

    Two people who share a group in k rounds cost k(k - 1)/2, so that a third meeting weighs more than a second.
    """

    def __init__(self, people: int, groups: int, wishes: Ints, lot: np.random.Generator) -> None:
        self.people = people
        self.wishes = wishes
        self.lot = lot
        self.seats = (np.arange(people) * groups // people).astype(np.int32)
        self.met = np.zeros((people, people), np.int32)
        self.rounds: list[Ints] = []

    @property
    def cost(self) -> int:
        pairs = self.met * (self.met - 1) // 2 + self.met * self.wishes
        return int((pairs.sum() - np.diagonal(pairs).sum()) // 2)

    def run(self, rounds: int, told: Told) -> None:
        for number in range(rounds):
            places = np.empty(self.people, np.int32)
            places[self.lot.permutation(self.people)] = self.seats
            self._improve(places)
            self.rounds.append(places)
            self._count(places, 1)
            told(0.9 * (number + 1) / rounds)
        changed = rounds > 1
        while changed:
            changed = False
            for places in self.rounds:
                self._count(places, -1)
                changed |= self._improve(places)
                self._count(places, 1)

    def _count(self, places: Ints, by: int) -> None:
        for group in range(int(places.max()) + 1):
            members = np.flatnonzero(places == group)
            self.met[np.ix_(members, members)] += by

    def _improve(self, places: Ints) -> bool:
        """Make the best swap in one round until none helps; returns whether any was made."""
        costs = self.met + self.wishes
        np.fill_diagonal(costs, 0)
        if not costs.any():
            return False
        order = np.argsort(places, kind="stable")
        starts = np.searchsorted(places[order], np.arange(int(places.max()) + 1))
        with_group = np.add.reduceat(costs[:, order], starts, axis=1)
        everybody = np.arange(self.people)
        improved = False
        while True:
            own = with_group[everybody, places]
            worst = np.argsort(-own, kind="stable")
            for begin in range(0, self.people, AT_ONCE):
                rows = worst[begin : begin + AT_ONCE]
                gain = (
                    with_group[rows][:, places]
                    + with_group[:, places[rows]].T
                    - own[rows][:, None]
                    - own[None, :]
                    - 2 * costs[rows]
                )
                gain[places[rows][:, None] == places[None, :]] = 0
                at = int(gain.argmin())
                if gain.flat[at] < 0:
                    break
            else:
                return improved
            one, other = int(rows[at // self.people]), at % self.people
            here, there = places[one], places[other]
            moved = costs[:, other] - costs[:, one]
            with_group[:, here] += moved
            with_group[:, there] -= moved
            places[one], places[other] = there, here
            improved = True
