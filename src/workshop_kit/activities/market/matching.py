"""Which offers and needs fit together best when all of them are looked at, each entry at most once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from workshop_kit.activities.market.state import FITTING, Entry, fit


def best_together(offers: Sequence[Entry], needs: Sequence[Entry]) -> tuple[tuple[Entry, Entry], ...]:
    """Return pairs of an offer and a need that may fit, in the order of the needs; people still have to agree.

    No other choice of pairs has a higher sum of scores (`fit`). Source: H. W. Kuhn, The Hungarian method for the
    assignment problem, Naval Research Logistics Quarterly 2 (1955), as SciPy's `linear_sum_assignment` solves it.
    """
    return _best(tuple(offers), tuple(needs))


@lru_cache(maxsize=8)
def _best(offers: tuple[Entry, ...], needs: tuple[Entry, ...]) -> tuple[tuple[Entry, Entry], ...]:
    scores = [[score if (score := fit(offer, need)) >= FITTING else 0.0 for offer in offers] for need in needs]
    if not any(map(any, scores)):
        return ()
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half a second that most pages do without

    chosen = zip(*linear_sum_assignment(scores, maximize=True), strict=True)
    return tuple((offers[offer], needs[need]) for need, offer in chosen if scores[need][offer])
