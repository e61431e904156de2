"""The method of equal shares: everybody gets an equal part of the money, and supporters pay for what they choose.

Source: D. Peters, P. Skowron: Proportionality and the Limits of Welfarism, 2020 (for committees), and D. Peters,
G. Pierczyński, P. Skowron: Proportional Participatory Budgeting with Additive Utilities, 2021.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

Utility = Mapping[str, Mapping[int, int]]
"""What each option is worth to each voter that supports it; voters are numbers."""


class Bought(Struct, frozen=True):
    """What was bought, in this order; `ties` are groups of equals of which the first was taken; `left` is per voter."""

    options: tuple[str, ...]
    ties: tuple[tuple[str, ...], ...]
    left: Mapping[int, Fraction]

    def spent(self, costs: Mapping[str, int]) -> int:
        """Return what all of it costs."""
        return sum(costs[option] for option in self.options)


def equal_shares(
    costs: Mapping[str, int], utility: Utility, share: Fraction, order: Sequence[str], standing: Mapping[str, object]
) -> Bought:
    """Buy the option whose supporters pay least per unit of utility, again and again, while anything can be paid.

    Each voter has `share` at first. Among equals the higher `standing` counts, then the order of `order`.
    """
    left = {voter: share for worth in utility.values() for voter in worth}
    rates = dict.fromkeys((option for option in order if utility.get(option)), Fraction(0))
    bought: list[str] = []
    ties: list[tuple[str, ...]] = []
    while rates:
        # A rate only rises as purses empty, so that an old one that is too high need not be computed again.
        least: Fraction | None = None
        equals: list[str] = []
        for option in sorted(rates, key=rates.__getitem__):
            if least is not None and rates[option] > least:
                break
            now = rate(costs[option], utility[option], left)
            if now is None:
                del rates[option]
                continue
            rates[option] = now
            if least is None or now < least:
                least, equals = now, [option]
            elif now == least:
                equals.append(option)
        if least is None:
            break
        best = max(standing[option] for option in equals)  # type: ignore[type-var]
        tied = tuple(option for option in order if option in equals and standing[option] == best)
        if len(tied) > 1:
            ties.append(tied)
        for voter, worth in utility[tied[0]].items():
            left[voter] -= min(left[voter], least * worth)
        bought.append(tied[0])
        del rates[tied[0]]
    return Bought(tuple(bought), tuple(ties), left)


def rate(cost: int, worth: Mapping[int, int], left: Mapping[int, Fraction]) -> Fraction | None:
    """Return what supporters pay per unit of utility so that together they pay `cost`; None where they cannot.

    Whoever has less than that pays all that is left.
    """
    missing, units = Fraction(cost), sum(worth.values())
    for voter in sorted(worth, key=lambda voter: left[voter] / worth[voter]):
        if missing <= 0:
            return Fraction(0)
        if left[voter] * units >= missing * worth[voter]:
            return missing / units
        missing -= left[voter]
        units -= worth[voter]
    return None
