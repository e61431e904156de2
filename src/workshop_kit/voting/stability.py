"""How firm an order is: what it would be with other ballots of the same kind, and how far the voters agree.

Whole ballots are drawn anew with replacement (the bootstrap), so that what a person said stays together. It tells how
much an order hangs on who happened to vote; it is no probability that anything is true.

Sources: B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap, 1993; M. G. Kendall, B. Babington Smith: The
problem of m rankings, Annals of Mathematical Statistics 10 (1939).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from workshop_kit.voting.papers import Marks, Ranking, Scale
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.ranked import InstantRunoff, Ranked, duels_by_ballot
from workshop_kit.voting.rule import Rule
from workshop_kit.voting.scales import Mean, Resistance, Scored
from workshop_kit.voting.sums import Sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 2000
SEED = 1
FEWEST = 10
"""With fewer ballots than that, drawing them anew says little."""

MOST_COMPARED = 20
"""With more options than that, ranking every draw anew takes too long for minutes that somebody waits for."""

IN, OUT = 0.95, 0.05


class Standing(StrEnum):
    """Whether an option is among the first few in at least 95 % of the draws, in at most 5 %, or in between."""

    IN = "in"
    OPEN = "open"
    OUT = "out"


class Firmness(Struct, frozen=True):
    """How firm an option's place is: the places in the middle 90 % of the draws, and its share of the first `top`."""

    option: str
    best: int
    worst: int
    share: float

    @property
    def standing(self) -> Standing:
        if self.share >= IN:
            return Standing.IN
        return Standing.OUT if self.share <= OUT else Standing.OPEN


def firmness(rule: Rule, profile: Profile, options: Sequence[str], top: int) -> tuple[Firmness, ...]:
    """Return the firmness of each option's place, in the order of `options`.

    Empty where it cannot be said: with fewer than `FEWEST` ballots, with votes counted by raised hands only as sums, or
    under a rule whose count is not made of ballots one by one. The draws have a fixed seed and the order
    of the ballots does not matter, so the result repeats.
    """
    import numpy as np  # noqa: PLC0415 - the minutes need it, the server does not

    cast = len(profile.cast)
    parts = _parts(rule, profile, options)
    if cast < FEWEST or profile.room.voters or parts is None:
        return ()
    each, scored = parts
    each = each[np.lexsort(each.T)]  # the state keeps ballots in an order that differs from process to process
    places = average_places(scored(_drawn(cast) @ each))
    low, high = np.quantile(places, (0.05, 0.95), axis=0)
    shares = (places <= top).mean(axis=0)
    return tuple(
        Firmness(option, int(np.floor(low[i])), int(np.ceil(high[i])), float(shares[i]))
        for i, option in enumerate(options)
    )


@lru_cache(maxsize=2)
def _drawn(cast: int) -> NDArray[Any]:
    """Return how often each of so many ballots is in each draw; polls of one session often have equally many."""
    import numpy as np  # noqa: PLC0415 - see `firmness`

    drawn = np.random.default_rng(SEED).multinomial(cast, np.full(cast, 1 / cast), size=DRAWS).astype(float)
    drawn.flags.writeable = False
    return drawn


def average_places(scores: NDArray[Any]) -> NDArray[Any]:
    """Return places per row, 1 being the highest score; equals share the average of the places they take."""
    higher = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    equal = (scores[:, None, :] == scores[:, :, None]).sum(axis=2)
    return higher + (equal + 1) / 2  # type: ignore[no-any-return, unused-ignore]


def agreement(profile: Profile, options: Sequence[str], *, low_is_good: bool) -> float | None:
    """Return Kendall's W over the ballots, from 0 (no agreement) to 1 (all say the same); None where it is undefined.

    Each ballot's numbers are turned into places, equals sharing the average; what it leaves out comes last.
    """
    import numpy as np  # noqa: PLC0415 - see `firmness`

    voters, k = len(profile.cast), len(options)
    if voters < 2 or k < 2:
        return None
    sign = -1.0 if low_is_good else 1.0
    rows = [
        [sign * ballot.value[option] if option in ballot.value else -np.inf for option in options]
        for ballot in profile.cast
    ]
    places = average_places(np.array(rows))
    sums = places.sum(axis=0)
    spread = float(((sums - sums.mean()) ** 2).sum())
    ties = sum(sum(n**3 - n for n in np.unique(row, return_counts=True)[1].tolist()) for row in places)
    whole = voters**2 * (k**3 - k) - voters * ties
    return 12 * spread / whole if whole else None


def _parts(
    rule: Rule, profile: Profile, options: Sequence[str]
) -> tuple[NDArray[Any], Callable[[NDArray[Any]], NDArray[Any]]] | None:
    """Return what each ballot adds (ballots × parts), and how scores follow from sums of it (draws × options)."""
    import numpy as np  # noqa: PLC0415 - see `firmness`

    values, k = [ballot.value for ballot in profile.cast], len(options)
    match rule.paper:
        case Marks() if type(rule) is Sum:
            each = [[value.get(option, 0) for option in options] for value in values]
            return np.array(each, dtype=float), lambda sums: sums
        case Scale(low=low, high=high) if type(rule) in _SCORES:
            steps = range(low, high + 1)
            each = [[value.get(option) == step for option in options for step in steps] for value in values]
            score = _SCORES[type(rule)]
            shape = (-1, len(options), len(steps))
            return np.array(each, dtype=float), lambda sums: score(sums.reshape(shape), np.array(steps))
        case Ranking() if isinstance(rule, Ranked) and type(rule) is not InstantRunoff and k <= MOST_COMPARED:
            pairs = duels_by_ballot(profile, options, last=rule.unranked == "last").reshape(len(values), -1)
            return pairs.astype(float), lambda sums: np.array(
                [rule.scores(table.reshape(k, k), len(values)) for table in sums]
            )
    return None


def _medians(spreads: NDArray[Any], steps: NDArray[Any]) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - see `firmness`

    rated = spreads.sum(axis=2, keepdims=True)
    up_to = spreads.cumsum(axis=2)
    middle = (up_to <= (rated - 1) // 2).sum(axis=2) + (up_to <= rated // 2).sum(axis=2)
    return np.where(rated[:, :, 0] > 0, middle / 2 + steps[0], -np.inf)


def _means(spreads: NDArray[Any], steps: NDArray[Any]) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - see `firmness`

    rated = spreads.sum(axis=2)
    return np.where(rated > 0, spreads @ steps / np.maximum(rated, 1), -np.inf)


def _least_sums(spreads: NDArray[Any], steps: NDArray[Any]) -> NDArray[Any]:
    return -(spreads @ steps)  # type: ignore[no-any-return, unused-ignore]


_SCORES: Mapping[type, Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]] = {
    Scored: _medians,
    Mean: _means,
    Resistance: _least_sums,
}
"""How the scores of a rule over scales follow from spreads (draws × options × steps)."""
