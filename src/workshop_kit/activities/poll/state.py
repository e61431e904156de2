"""What a poll is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from hashlib import sha256

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.voting.papers import Value
from workshop_kit.voting.profile import Ballot, Profile, RoomVotes
from workshop_kit.voting.rule import Rule
from workshop_kit.voting.tally import Tally

SLIP = "slip:"

OPENNESS = {
    "open": N_("Open: each name stands beside the vote."),
    "names-hidden": N_("Names hidden: votes count without names."),
    "secret": N_("Secret: who took part and what was voted are kept apart. Not for legally binding elections."),
}

PROMISES = {
    "open": N_("Open: in the minutes, what you chose stands beside your name, or beside your number if you gave none."),
    "names-hidden": N_(
        "Names hidden: result and minutes name nobody. Whoever has the session's files, as the facilitator has, "
        "can still look up what you chose."
    ),
    "secret": N_(
        "Secret: once the vote is closed, the session holds no longer what you chose, only that you took part. "
        "Until then, whoever has its files could look it up. If everybody chooses the same, the result tells it all "
        "the same. Not for legally binding elections."
    ),
}
"""What people are told before they vote."""

ONLY_ONE = N_("Only one secret ballot was cast. Its result would tell how that person voted, so it is not shown.")


class PollState(Struct, frozen=True, dict=True):
    """One round of a poll. `ballots` holds each voter's latest; `seats` is known once the poll was closed.

    In a secret poll `took_part` tells who voted and by which channel, and `ballots` is empty until the box is opened.
    `top` is the number of first places that people ask for most. With `shuffled` every voter sees the options in an
    order of their own, which `order_for` computes from `item`.
    """

    rule: Rule
    options: tuple[Option, ...]
    openness: str
    item: str = ""
    ballots: PMap[str, Ballot] = pmap()
    room: RoomVotes = RoomVotes()
    superseded: int = 0
    seats: int | None = None
    took_part: PMap[str, Channel] = pmap()
    gives_receipts: bool = False
    shuffled: bool = False
    top: int = 3
    live: bool = False
    voting: bool = False

    @property
    def secret(self) -> bool:
        return self.openness == "secret"

    def came_by(self, voter: str) -> Channel | None:
        """Return the way by which somebody has voted, None who has not."""
        ballot = self.ballots.get(voter)
        return self.took_part.get(voter) if self.secret else ballot.channel if ballot else None

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    @property
    def voters(self) -> Collection[str]:
        """Who has voted, as seats and slips."""
        return self.took_part if self.secret else self.ballots

    @property
    def eligible(self) -> int | None:
        """Who could have voted: the seats at closing, and those who voted without one."""
        if self.seats is None:
            return None
        slips = sum(voter.startswith(SLIP) for voter in self.voters)
        return max(self.seats + slips, len(self.voters)) + self.room.voters

    @cached_property
    def profile(self) -> Profile:
        came_by = Counter(self.took_part.values()) if self.secret else None
        return Profile(tuple(self.ballots.values()), self.room, self.eligible, came_by)

    @cached_property
    def tally(self) -> Tally:
        return self.rule.count(self.profile, self.ids)

    @property
    def told(self) -> Tally | None:
        """The tally as it may be told: a single secret ballot is nobody's business, whatever raised hands add to it."""
        return None if self.secret and len(self.ballots) == 1 else self.tally

    def order_for(self, seat: str) -> tuple[Option, ...]:
        """Return the options in the order in which this voter sees them.

        It follows from the step and the seat alone (SHA-256), so that the log tells it without recording it.
        """
        if not self.shuffled or not seat:
            return self.options
        return tuple(
            sorted(self.options, key=lambda option: sha256(f"{self.item}/{seat}/{option.id}".encode()).digest())
        )


class PollView(Struct, frozen=True):
    """What a viewer sees: the tally only with leave, the ballot only of one's own seat."""

    rule: Rule
    options: Mapping[str, Option]
    promise: str
    secret: bool
    tally: Tally | None
    untold: str
    mine: Value | None
    words: Mapping[str, str]
    took_part: bool
    on_paper: bool
    voted: int
    seats: int
    open: bool
    room: RoomVotes
    best: float
