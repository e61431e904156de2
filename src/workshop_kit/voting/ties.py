"""Places: options with the same score share one, and the next place is skipped (1, 2, 2, 4)."""

from __future__ import annotations

from collections.abc import Mapping


def places(scores: Mapping[str, int]) -> dict[str, int]:
    """Return the place of each option, the highest score being first ("standard competition ranking").

    >>> places({"a": 5, "b": 3, "c": 3, "d": 1})
    {'a': 1, 'b': 2, 'c': 2, 'd': 4}
    """
    ordered = sorted(scores.values(), reverse=True)
    return {option: ordered.index(score) + 1 for option, score in scores.items()}
