"""What is counted and derived around a mix without searching for one, so without what a search has to load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import combinations


def seed_of(words: str) -> int:
    """Return a seed that anybody can derive again from the same words."""
    return int.from_bytes(sha256(words.encode()).digest()[:6], "big")


def groups_for(people: int, size: int) -> int:
    """Return the number of groups whose sizes come nearest to the wanted one.

    >>> [groups_for(people, 5) for people in (3, 12, 13, 40)]
    [1, 2, 3, 8]
    """
    return max(1, (2 * people + size) // (2 * size))


def met_again(rounds: Iterable[Mapping[str, int]]) -> int:
    """Return how many pairs of people share a group in more than one round."""
    met: Counter[tuple[str, str]] = Counter()
    for places in rounds:
        members: dict[int, list[str]] = {}
        for person in sorted(places):
            members.setdefault(places[person], []).append(person)
        met.update(pair for group in members.values() for pair in combinations(group, 2))
    return sum(times > 1 for times in met.values())
