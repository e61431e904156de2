"""Ties: options with the same score share a place, and what may settle between them is named before the vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from workshop_kit.core.errors import N_
from workshop_kit.voting.tally import Note, Tally

TIE_BREAKS = {
    "none": N_("Equal: {options}. {option} was taken, being listed first."),
    "listed": N_("Equal: {options}. {option} goes first, being listed first."),
    "lot": N_(
        "Equal: {options}. {option} goes first by lot; the lot is the digest of the log's closing entry, {seed}."
    ),
}
"""What may settle a tie where a decision is needed, and how the minutes tell it. "none" settles no first place."""

SHOWN_OF_SEED = 16


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


def drawn(options: Sequence[str], seed: str) -> tuple[str, ...]:
    """Return the options in the order that the lot gives them: by SHA-256 of "<seed>/<option>"."""
    return tuple(sorted(options, key=lambda option: sha256(f"{seed}/{option}".encode()).digest()))


def settled(tally: Tally, tie_break: str, seed: str = "") -> Tally:
    """Return the tally with its ties told, as `tie_break` (a key of `TIE_BREAKS`) settles them. Places stay shared."""
    first = (tally.first,) if len(tally.first) > 1 and tie_break != "none" and not tally.elected else ()
    told = tuple(
        Note(
            TIE_BREAKS[tie_break],
            {"options": tie, "option": tie[:1]},
            {"seed": seed[:SHOWN_OF_SEED]} if tie_break == "lot" else {},
        )
        for tie in (*first, *tally.ties)
    )
    return replace(tally, notes=(*tally.notes, *told)) if told else tally
