"""Many workshops' shares of one factor put together: a random-effects model on the scale of log odds.

Sources: R. C. Paule, J. Mandel: Consensus values and weighting factors, Journal of Research of the NBS 87 (1982), for
the spread between workshops; J. Hartung, G. Knapp, Statistics in Medicine 20 (2001), and K. Sidik, J. N. Jonkman,
Statistics in Medicine 21 (2002), for the interval; J. P. T. Higgins, S. G. Thompson, D. J. Spiegelhalter: A
re-evaluation of random-effects meta-analysis, JRSS A 172 (2009), for the next workshop.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

FEWEST = 5
"""With fewer workshops nothing is pooled; they are shown side by side."""

CONFIDENCE = 0.95
_STEPS, _CLOSE = 200, 1e-10

Numbers = NDArray[np.float64]


class Pooled(Struct, frozen=True):
    """Shares between 0 and 1, over several workshops.

    `low` and `high` bound the mean of all such workshops, `next_low` and `next_high` the share in the next one;
    `shrunk` are the workshops' own shares drawn towards the mean, the smaller ones more. `tau2` is the variance between
    workshops in log odds.
    """

    share: float
    low: float
    high: float
    next_low: float
    next_high: float
    tau2: float
    shrunk: tuple[float, ...]


def pooled(people: Sequence[int], voters: Sequence[int]) -> Pooled | None:
    """Pool `people` of `voters` per workshop; None with fewer than `FEWEST` workshops."""
    from scipy.stats import t  # noqa: PLC0415 - a second that only a report over many workshops spends

    workshops = len(people)
    if workshops < FEWEST:
        return None
    y, v = log_odds(people, voters)
    tau2 = between(y, v)
    weights = 1 / (v + tau2)
    mean = float((weights * y).sum() / weights.sum())
    scale = float((weights * (y - mean) ** 2).sum() / (workshops - 1))
    error = float(np.sqrt(scale / weights.sum()))
    half = t.ppf((1 + CONFIDENCE) / 2, workshops - 1) * error
    ahead = t.ppf((1 + CONFIDENCE) / 2, workshops - 2) * np.sqrt(tau2 + error**2)
    shrunk = mean + tau2 / (tau2 + v) * (y - mean)
    edges = (mean, mean - half, mean + half, mean - ahead, mean + ahead)
    share, low, high, next_low, next_high = _shares(np.array(edges)).tolist()
    return Pooled(share, low, high, next_low, next_high, tau2, tuple(_shares(shrunk).tolist()))


def log_odds(people: Sequence[int], voters: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Return each workshop's log odds and their variance, half a person added to either side."""
    yes = np.asarray(people, dtype=float) + 0.5
    no = np.asarray(voters, dtype=float) - np.asarray(people, dtype=float) + 0.5
    return np.log(yes / no), 1 / yes + 1 / no


def between(y: Numbers, v: Numbers) -> float:
    """Return Paule and Mandel's estimate of the variance between workshops, by Newton's method from below."""
    tau2 = 0.0
    for _ in range(_STEPS):
        weights = 1 / (v + tau2)
        mean = (weights * y).sum() / weights.sum()
        excess = float((weights * (y - mean) ** 2).sum() - (len(y) - 1))
        if excess <= _CLOSE:
            break
        tau2 += excess / float((weights**2 * (y - mean) ** 2).sum())
    return tau2


def _shares(odds: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-odds))  # type: ignore[no-any-return, unused-ignore]
