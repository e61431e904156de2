"""Who gets which role, by the wishes of all: least-worst first, then least cost.

As many people as can be get a place, and as many of the places that roles need are filled; both can be had at once.
Among all ways to do so the worst rank that somebody must take is as good as possible (bottleneck assignment), and
among those the sum of the squared ranks is smallest (linear sum assignment). What is still equal is drawn by a
published seed.

Sources: R. Burkard, M. Dell'Amico, S. Martello, Assignment Problems (SIAM 2012), chapters 4 and 6; solved by the
algorithm of D. F. Crouse, On implementing 2D rectangular assignment algorithms, IEEE Transactions on Aerospace and
Electronic Systems 52 (2016), in SciPy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[Any]

MOST_PEOPLE = 1_000
HIGHEST_RANK = 10
"""With more people or ranks the costs below would be no whole numbers any more that a float holds exactly."""

LARGEST = 20_000_000
"""So many pairs of a person and a place may be weighed up; each takes eight bytes."""

LOT_BITS = 14


class Post(Struct, frozen=True):
    """A role with free places: it takes up to `places` more people, and needs `least` of them."""

    id: str
    places: int
    least: int = 0


class Given(Struct, frozen=True):
    """A place that somebody gets, and the rank at which that person wished for it (1 is best)."""

    role: str
    seat: str
    rank: int


Wishes = Mapping[str, Mapping[str, int]]
"""Seat → role → rank. A role that is not named is not to be had: that person said no to it."""


def size(wishes: Wishes, posts: Sequence[Post]) -> int:
    """Return how many pairs of a person and a place are weighed up."""
    return len(wishes) * len(_slots(wishes, posts))


def assigned(wishes: Wishes, posts: Sequence[Post], quotas: Mapping[str, int], seed: str) -> tuple[Given, ...]:
    """Return who gets which place. `quotas` tells how many roles each person may get.

    Nobody gets a second role before all have a first who can: several are given in rounds of one each.
    """
    given: list[Given] = []
    while True:
        taken = Counter(one.role for one in given)
        has = Counter(one.seat for one in given)
        got = {(one.seat, one.role) for one in given}
        left = [Post(post.id, post.places - taken[post.id], post.least - taken[post.id]) for post in posts]
        open_to = {
            seat: {role: rank for role, rank in ranks.items() if (seat, role) not in got}
            for seat, ranks in wishes.items()
            if has[seat] < quotas.get(seat, 0)
        }
        more = _one_each(open_to, left, seed)
        if not more:
            order = {post.id: number for number, post in enumerate(posts)}
            return tuple(sorted(given, key=lambda one: (order[one.role], one.rank, one.seat)))
        given += more


def _slots(wishes: Wishes, posts: Sequence[Post]) -> list[tuple[str, bool]]:
    """Return each place that somebody would take, with whether its role needs it."""
    willing = Counter(role for ranks in wishes.values() for role in ranks)
    return [
        (post.id, number < post.least) for post in posts for number in range(min(max(0, post.places), willing[post.id]))
    ]


def _one_each(wishes: Wishes, posts: Sequence[Post], seed: str) -> list[Given]:
    slots, seats = _slots(wishes, posts), sorted(wishes)
    if not slots:
        return []
    import numpy as np  # noqa: PLC0415 - the server does without until somebody asks for a proposal

    lots = np.array([[_lot(seed, seat, role) for role, _ in slots] for seat in seats], dtype=float)
    ranks = np.array([[wishes[seat].get(role, np.inf) for role, _ in slots] for seat in seats])
    needed = np.array([is_needed for _, is_needed in slots])
    most = _filled(_least_cost(ranks, needed, lots), needed)
    for worst in sorted({rank for given in wishes.values() for rank in given.values()}):
        pairs = _least_cost(np.where(ranks <= worst, ranks, np.inf), needed, lots)
        if _filled(pairs, needed) == most:
            return [Given(slots[slot][0], seats[person], int(ranks[person, slot])) for person, slot in pairs]
    return []


def _filled(pairs: Sequence[tuple[int, int]], needed: Matrix) -> int:
    """Return how many places are filled, counting twice those that are needed."""
    return sum(1 + bool(needed[slot]) for _, slot in pairs)


def _least_cost(ranks: Matrix, needed: Matrix, lots: Matrix) -> list[tuple[int, int]]:
    """Return pairs of person and place: most filled, then least squared ranks, then least lots.

    The three are one whole number per pair. A step of a weightier one outweighs all that the lighter ones can sum up
    to, and everything stays below 2^53, so that floats add them up exactly.
    """
    import numpy as np  # noqa: PLC0415 - see `_one_each`
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - see `_one_each`

    people = len(ranks)
    step = people << LOT_BITS
    highest = int(np.max(ranks, where=np.isfinite(ranks), initial=1))
    place = people * highest**2 * step + step
    costs = ranks**2 * step + lots + np.where(needed, 0, place)
    without = np.full((people, people), 2.0 * place)  # a column for everybody who may get nothing
    persons, columns = linear_sum_assignment(np.hstack([costs, without]))
    chosen = zip(persons.tolist(), columns.tolist(), strict=True)
    return [(person, column) for person, column in chosen if column < len(needed)]


def _lot(seed: str, seat: str, role: str) -> int:
    """Return the lot of a person for a role: the first bits of SHA-256 of "<seed>/<seat>/<role>"."""
    return int.from_bytes(sha256(f"{seed}/{seat}/{role}".encode()).digest()[:2], "big") >> (16 - LOT_BITS)
