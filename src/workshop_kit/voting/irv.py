"""Instant run-off: option after option drops out, and its votes go to the next ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from workshop_kit.voting.papers import Value


class Round(Struct, frozen=True):
    """One count: the votes of each option that is still in, and those that drop out after it."""

    votes: Mapping[str, Fraction]
    out: tuple[str, ...]


def rounds(ballots: Sequence[Value], options: Sequence[str]) -> list[Round]:
    """Return the rounds of an instant run-off; in the last one nobody drops out, and who is in is first.

    A ballot that puts several first gives each an equal part; one whose options are all out counts no more. Of those
    with the fewest votes drops out who had fewer in the latest earlier round in which they differ, and all of them
    together where they never differed. Source: Robert's Rules of Order, 12th ed. 2020, § 45 ("preferential voting");
    for equals the Scottish Local Government Elections Order 2007.
    """
    left = list(options)
    found: list[Round] = []
    orders = [_groups(places) for places in ballots]
    while True:
        votes = dict.fromkeys(left, Fraction(0))
        for order in orders:
            while order and not any(option in votes for option in order[-1]):
                order.pop()
            best = [option for option in order[-1] if option in votes] if order else []
            for option in best:
                votes[option] += Fraction(1, len(best))
        out = _last(votes, found)
        if len(out) == len(left):
            return [*found, Round(votes, ())]
        found.append(Round(votes, out))
        left = [option for option in left if option not in out]


def _last(votes: Mapping[str, Fraction], earlier: Sequence[Round]) -> tuple[str, ...]:
    """Return who drops out: all of `votes` if they are equal in every round."""
    last = [option for option in votes if votes[option] == min(votes.values())]
    for before in reversed(earlier):
        fewest = min(before.votes[option] for option in last)
        last = [option for option in last if before.votes[option] == fewest]
    return tuple(last)


def _groups(places: Value) -> list[list[str]]:
    """Return the options that share a place, the best place last."""
    groups: dict[int, list[str]] = {}
    for option, place in places.items():
        groups.setdefault(place, []).append(option)
    return [groups[place] for place in sorted(groups, reverse=True)]
