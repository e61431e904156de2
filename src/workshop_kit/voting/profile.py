"""Ballots, and the profile that all ballots of a poll make up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from itertools import chain

from msgspec import Struct

from workshop_kit.core.event import Channel
from workshop_kit.voting.papers import Filled, Value


class Ballot(Struct, frozen=True):
    """One voter's paper. `rev` rises with each change that the voter makes."""

    voter: str
    value: Value
    channel: Channel
    rev: int = 1
    words: Mapping[str, str] = {}

    @property
    def abstains(self) -> bool:
        return not self.value and not self.words

    @property
    def filled(self) -> Filled:
        return Filled(self.value, self.words)


class RoomVotes(Struct, frozen=True):
    """What was counted in the room: raised hands per option, and how many people took part.

    `invalid` are paper slips that do not say clearly what is meant; they are handed in and count for nothing.
    """

    counts: Mapping[str, int] = {}
    voters: int = 0
    invalid: int = 0


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
        for (option, number), n in self._given.items():
            total[option] += number * n
        return total

    def supporters(self) -> Counter[str]:
        """Return how many people gave each option anything; a raised hand is one person."""
        total = Counter(dict(self.room.counts))
        for (option, number), n in self._given.items():
            if number > 0:
                total[option] += n
        return total

    def spreads(self) -> dict[str, Counter[int]]:
        """Return how many ballots gave each number to each option."""
        found: dict[str, Counter[int]] = {}
        for (option, number), n in self._given.items():
            found.setdefault(option, Counter())[number] = n
        return found

    @cached_property
    def _given(self) -> Counter[tuple[str, int]]:
        """How many ballots gave which option which number; one pass over all that was ever marked."""
        return Counter(chain.from_iterable(ballot.value.items() for ballot in self.cast))
