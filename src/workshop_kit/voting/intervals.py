"""Intervals for shares of a small number of people."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""The standard normal quantile for a two-sided interval at 95 %."""


def wilson(
    successes: int, n: int, population: int | None = None, z: float = Z_95
) -> tuple[float, float] | tuple[None, None]:
    """Return Wilson's score interval of `successes` out of `n` as shares between 0 and 1.

    With a known `population` of people who could have answered, `n` grows by the finite population factor; where all of
    them answered the count is exact and there is no interval, and it never holds a share that the answers rule out.
    Source: E. B. Wilson, JASA 22 (1927), 209-212.

    >>> low, high = wilson(9, 15)
    >>> f"{low:.3f} to {high:.3f}"
    '0.357 to 0.802'
    >>> low, high = wilson(9, 10, population=12)  # one said no, so at most eleven of twelve can agree
    >>> f"{low:.3f} to {high:.3f}"
    '0.793 to 0.917'
    >>> wilson(9, 15, population=15)
    (None, None)
    """
    if n <= 0 or (population is not None and population <= n):
        return None, None
    effective = n * (population - 1) / (population - n) if population is not None else float(n)
    p = successes / n
    centre = p + z * z / (2 * effective)
    spread = z * sqrt(p * (1 - p) / effective + z * z / (4 * effective * effective))
    scale = 1 + z * z / effective
    least, most = (0.0, 1.0) if population is None else (successes / population, 1 - (n - successes) / population)
    return max(least, (centre - spread) / scale), min(most, (centre + spread) / scale)
