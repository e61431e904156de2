"""Groups of people who answer alike: found only among many, and where they come out again when people are drawn anew.

The answers are laid on the two axes along which people differ most (principal components), and put into two to four
groups (k-means); the number with the best silhouette is kept. Then a part of the people is drawn again and again: the
groups must be nearly the same each time, or there are none to speak of.

Sources: C. Small et al., Polis, Recerca 26 (2021); P. J. Rousseeuw, Silhouettes, Journal of Computational and Applied
Mathematics 20 (1987); L. Hubert, P. Arabie, Comparing partitions, Journal of Classification 2 (1985).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from workshop_kit.core.errors import N_

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[Any]

FEWEST_PEOPLE = 50
FEWEST_STATEMENTS = 5
FEWEST_ANSWERS = 4
"""Answers that a person must have given to be counted in."""

DRAWS = 40
PART = 0.8
STABLE = 0.8
"""The mean adjusted Rand index between the groups of all and those of a part, from which on groups are told."""

SEPARATE = 0.25
"""The silhouette from which on groups are apart from each other; below it people form one cloud."""

MOST_GROUPS = 4
SEED = 1

TOO_FEW = N_("Groups of opinion are looked for from {least} people on who have answered enough; here there are {n}.")
NO_STATEMENTS = N_("Groups of opinion are looked for from {least} statements on; here there are {n}.")
NOT_STABLE = N_("No groups of opinion are told: they did not come out the same when people were drawn anew.")
NOT_APART = N_("No groups of opinion are told: people's answers do not fall into groups.")


class Grouping(Struct, frozen=True):
    """The groups found, each as its seats, the largest first; or none, and `why` with its `values`."""

    groups: tuple[frozenset[str], ...] = ()
    why: str = ""
    values: Mapping[str, int] = {}


def grouping(answers: Mapping[str, Mapping[str, int]]) -> Grouping:
    """Return the groups of people by their answers (statement → seat → 1, 0 or -1). Seeds are fixed, so it repeats."""
    counts: dict[str, int] = {}
    for given in answers.values():
        for seat in given:
            counts[seat] = counts.get(seat, 0) + 1
    seats = sorted(seat for seat, n in counts.items() if n >= min(FEWEST_ANSWERS, len(answers)))
    if len(answers) < FEWEST_STATEMENTS:
        return Grouping(why=NO_STATEMENTS, values={"least": FEWEST_STATEMENTS, "n": len(answers)})
    if len(seats) < FEWEST_PEOPLE:
        return Grouping(why=TOO_FEW, values={"least": FEWEST_PEOPLE, "n": len(seats)})
    return _grouped(_matrix(answers, seats), seats)


def _grouped(matrix: Matrix, seats: Sequence[str]) -> Grouping:
    import numpy as np  # noqa: PLC0415 - the server does without until a large room wants its groups

    apart, labels = _best(matrix) if np.ptp(matrix, axis=0).any() else (0.0, np.zeros(len(seats), int))
    if apart < SEPARATE:
        return Grouping(why=NOT_APART)
    draw = np.random.default_rng(SEED)
    k = len(set(labels))
    same = []
    for _ in range(DRAWS):
        part = np.sort(draw.choice(len(seats), int(PART * len(seats)), replace=False))
        same.append(_rand_index(labels[part], _clustered(_placed(matrix[part]), k)))
    if float(np.mean(same)) < STABLE:
        return Grouping(why=NOT_STABLE)
    found = [frozenset(np.array(seats)[labels == label].tolist()) for label in sorted(set(labels.tolist()))]
    return Grouping(tuple(sorted(found, key=lambda group: (-len(group), min(group)))))


def _matrix(answers: Mapping[str, Mapping[str, int]], seats: Sequence[str]) -> Matrix:
    """Return people by statements; who has not answered gets the statement's mean."""
    import numpy as np  # noqa: PLC0415 - see `_grouped`

    table = np.array([[given.get(seat, np.nan) for given in answers.values()] for seat in seats], dtype=float)
    known = ~np.isnan(table)
    means = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, table, means)


def _placed(matrix: Matrix) -> Matrix:
    """Return people on the two axes along which they differ most."""
    import numpy as np  # noqa: PLC0415 - see `_grouped`

    centred = matrix - matrix.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    placed: Matrix = left[:, :2] * sizes[:2]
    return placed


def _clustered(points: Matrix, k: int) -> Matrix:
    """Return the group of each point, the best of a few beginnings."""
    import numpy as np  # noqa: PLC0415 - see `_grouped`
    from scipy.cluster.vq import kmeans2  # noqa: PLC0415 - see `_grouped`

    best: tuple[float, Matrix] | None = None
    for seed in range(5):
        centres, labels = kmeans2(points, k, minit="++", rng=np.random.default_rng(SEED + seed), missing="warn")
        spread = float(((points - centres[labels]) ** 2).sum())
        if best is None or spread < best[0]:
            best = spread, labels
    assert best is not None
    return best[1]


def _best(matrix: Matrix) -> tuple[float, Matrix]:
    """Return the silhouette and the groups of the number of groups that has the best one."""
    points = _placed(matrix)
    tried = [_clustered(points, k) for k in range(2, MOST_GROUPS + 1)]
    return max(((_silhouette(points, labels), labels) for labels in tried), key=lambda pair: pair[0])


def _silhouette(points: Matrix, labels: Matrix) -> float:
    """Return how much closer people are to their own group than to the next one, from -1 to 1."""
    import numpy as np  # noqa: PLC0415 - see `_grouped`

    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    groups = sorted(set(labels.tolist()))
    if len(groups) < 2:
        return -1.0
    sizes = np.array([(labels == group).sum() for group in groups])
    sums = np.stack([distance[:, labels == group].sum(axis=1) for group in groups], axis=1)
    own = np.searchsorted(groups, labels)
    rows = np.arange(len(points))
    inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    scale = np.maximum(np.maximum(inside, outside), 1e-12)
    return float(np.where(sizes[own] > 1, (outside - inside) / scale, 0).mean())


def _rand_index(one: Matrix, other: Matrix) -> float:
    """Return how far two groupings of the same people agree: 1 for the same, about 0 for chance."""
    import numpy as np  # noqa: PLC0415 - see `_grouped`

    def pairs(counts: Matrix) -> float:
        return float((counts * (counts - 1) / 2).sum())

    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    both, first, second = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    n = len(one)
    chance = first * second / (n * (n - 1) / 2)
    most = (first + second) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)
