"""Places: options with the same score share one, and the next place is skipped (1, 2, 2, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def places(scores: Mapping[str, Any]) -> dict[str, int]:
    """Return the place of each option, the highest score being first ("standard competition ranking").

    Scores of any one kind that can be compared will do.

    >>> places({"a": 5, "b": 3, "c": 3, "d": 1})
    {'a': 1, 'b': 2, 'c': 2, 'd': 4}
    """
    ordered = sorted(scores.values(), reverse=True)
    first: dict[Any, int] = {}
    for number, score in enumerate(ordered, 1):
        first.setdefault(score, number)
    return {option: first[score] for option, score in scores.items()}
