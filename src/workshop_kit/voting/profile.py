"""Ballots, the profile that they make up, and the tally that a rule makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from workshop_kit.core.event import Channel

Value = Mapping[str, int]
"""What a ballot says: option id to number (dots, 1 for a yes, …). An option that is not named got nothing."""


class Ballot(Struct, frozen=True):
    """One voter's paper. `rev` rises with each change that the voter makes."""

    voter: str
    value: Value
    channel: Channel
    rev: int = 1

    @property
    def abstains(self) -> bool:
        return not self.value


class RoomVotes(Struct, frozen=True):
    """Votes counted in the room by raised hands: per option, and the number of people who took part."""

    counts: Mapping[str, int] = {}
    voters: int = 0


class Profile(Struct, frozen=True, dict=True):
    """All votes of one round. `eligible` is the number of people who could vote, where it is known.

    In a secret poll a ballot does not know its channel; `came_by` counts the people who took part by channel.
    """

    ballots: tuple[Ballot, ...]
    room: RoomVotes = RoomVotes()
    eligible: int | None = None
    came_by: Mapping[Channel, int] | None = None

    @cached_property
    def cast(self) -> tuple[Ballot, ...]:
        """The ballots that are not abstentions."""
        return tuple(ballot for ballot in self.ballots if not ballot.abstains)

    @cached_property
    def voters(self) -> int:
        """The number of people whose vote counts."""
        return len(self.cast) + self.room.voters

    @cached_property
    def abstained(self) -> int:
        return len(self.ballots) - len(self.cast)

    @cached_property
    def channels(self) -> Mapping[Channel, int]:
        """The number of voters by the way that their vote came in, in the order of `Channel`."""
        counted = Counter((ballot.channel for ballot in self.cast) if self.came_by is None else dict(self.came_by))
        counted[Channel.HANDS] += self.room.voters
        return {channel: counted[channel] for channel in Channel if counted[channel]}

    def sums(self) -> Counter[str]:
        """Return the sum of each option's numbers over all ballots and hands."""
        total = Counter(dict(self.room.counts))
        for ballot in self.cast:
            total.update(ballot.value)
        return total

    def supporters(self) -> Counter[str]:
        """Return how many people gave each option anything; a raised hand is one person."""
        total = Counter(dict(self.room.counts))
        for ballot in self.cast:
            total.update(option for option, number in ballot.value.items() if number > 0)
        return total


class Line(Struct, frozen=True):
    """One option's result. `share` is of the voters; `low` and `high` bound it, None where it is exact or unknown."""

    option: str
    rank: int
    score: int
    supporters: int
    share: float | None
    low: float | None
    high: float | None


class Tally(Struct, frozen=True):
    """A rule's result, with what is needed to understand and to repeat it."""

    rule: str
    lines: tuple[Line, ...]
    voters: int
    abstained: int
    eligible: int | None
    channels: Mapping[Channel, int]

    @property
    def tied(self) -> tuple[tuple[str, ...], ...]:
        """The groups of options that share a place."""
        places: dict[int, list[str]] = {}
        for line in self.lines:
            places.setdefault(line.rank, []).append(line.option)
        return tuple(tuple(options) for options in places.values() if len(options) > 1)
