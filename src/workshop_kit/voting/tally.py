"""The tally: a rule's result, with all that is needed to understand it and to repeat it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from workshop_kit.core.event import Channel


class Line(Struct, frozen=True):
    """One option's result.

    `score` is what the rule ranks by, in its unit; `supporters` the people behind it. `share` is of the voters; `low`
    and `high` bound it at 95 %, None where it is exact or unknown. On a scale `spread` tells how many people gave each
    number.
    """

    option: str
    rank: int
    score: float
    supporters: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    spread: Mapping[int, int] = {}


class Note(Struct, frozen=True):
    """Something to be said about a result: a message key with its values; `options` are ids whose labels fill it."""

    message: str
    options: Mapping[str, tuple[str, ...]] = {}
    values: Mapping[str, object] = {}


class Tally(Struct, frozen=True):
    """A rule's result over one profile.

    `voters` cast a ballot that says something, `abstained` an empty one, `invalid` one that says nothing clear;
    `eligible` could have voted, where that is known. `duels` holds, where a rule compares options in pairs, how many
    voters prefer one to another. `elected` are the options chosen together, where a rule chooses several, in the order
    of choice; `ties` are groups of equals between which the order of options had to decide, the one taken first.
    """

    rule: str
    lines: tuple[Line, ...]
    voters: int
    abstained: int
    invalid: int
    eligible: int | None
    channels: Mapping[Channel, int]
    duels: Mapping[str, Mapping[str, int]] = {}
    elected: tuple[str, ...] = ()
    ties: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def first(self) -> tuple[str, ...]:
        """The options in the first place; more than one where it is shared, none where nobody voted."""
        return tuple(line.option for line in self.lines if line.rank == 1) if self.voters else ()

    @property
    def tied(self) -> tuple[tuple[str, ...], ...]:
        """The groups of options that share a place."""
        places: dict[int, list[str]] = {}
        for line in self.lines:
            places.setdefault(line.rank, []).append(line.option)
        return tuple(tuple(options) for options in places.values() if len(options) > 1)
