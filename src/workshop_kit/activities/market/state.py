"""What a market of needs and offers is at one moment, which of them may fit, and what a viewer may see of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import FACILITATOR, Option
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.core.likeness import overlap

DEFAULT_LIMIT = 10
SUGGESTED = 3
"""How many entries of the other kind are suggested for one."""

CHOOSABLE = 40
"""How many entries of the other kind one can choose from beside; the best fitting ones."""

SAME_FACTOR = 50.0
"""What belonging to the same factor adds to how far two texts are alike, from 0 to 100."""

FITTING = 50.0
"""From which score on an entry is suggested."""


class Side(StrEnum):
    """The two kinds of entries, which are the two sides of an agreement."""

    OFFER = "offer"
    SEEK = "seek"

    @property
    def other(self) -> Side:
        return Side.SEEK if self is Side.OFFER else Side.OFFER


KINDS = {Side.OFFER: N_("We can give"), Side.SEEK: N_("We need")}


class Gone(StrEnum):
    """Why an entry is not on the board."""

    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Entry(Struct, frozen=True):
    """A need or an offer. `gone` says why it is not on the board any more."""

    id: str
    number: int
    kind: Side
    text: str
    seat: str
    channel: Channel
    factor: str = ""
    gone: Gone | None = None


class Match(NamedTuple):
    """An offer and a need that may fit, by their ids."""

    offer: str
    seek: str

    @property
    def id(self) -> str:
        return f"{self.offer}-{self.seek}"

    def of(self, side: Side) -> str:
        """Return the id of the entry on one side."""
        return self.offer if side is Side.OFFER else self.seek


class MarketState(Struct, frozen=True):
    """All entries ever made, by id, and per match the sides that have said yes. An agreement has both."""

    factors: tuple[Option, ...]
    limit: int
    entries: PMap[str, Entry] = pmap()
    said: PMap[Match, frozenset[Side]] = pmap()

    def on_board(self, *kinds: Side) -> list[Entry]:
        """Return the entries on the board in the order of writing."""
        shown = (entry for entry in self.entries.values() if not entry.gone and entry.kind in (kinds or tuple(Side)))
        return sorted(shown, key=lambda entry: entry.number)

    def matches(self, *, agreed: bool) -> list[Match]:
        """Return the matches to which both sides have said yes, or just one, in the order of their entries."""
        known = (
            match
            for match, sides in self.said.items()
            if (len(sides) == len(Side)) is agreed and not any(self.entries[one].gone for one in match)
        )
        return sorted(known, key=lambda match: [self.entries[one].number for one in match])

    def agreed_with(self, entry: Entry) -> list[Entry]:
        """Return the entries of the other kind with which there is an agreement."""
        matches = self.matches(agreed=True)
        return [self.entries[match.of(entry.kind.other)] for match in matches if match.of(entry.kind) == entry.id]

    def unmatched(self, kind: Side) -> list[Entry]:
        """Return the entries of a kind for which nothing is agreed."""
        taken = {match.of(kind) for match in self.matches(agreed=True)}
        return [entry for entry in self.on_board(kind) if entry.id not in taken]

    def left(self, seat: str) -> int:
        """Return how many more entries a person may make."""
        return max(0, self.limit - sum(entry.seat == seat and not entry.gone for entry in self.entries.values()))


def match_of(entry: Entry, other: Entry) -> Match:
    """Return the match of two entries of different kinds."""
    return Match(entry.id, other.id) if entry.kind is Side.OFFER else Match(other.id, entry.id)


def fitting(entry: Entry, others: Iterable[Entry]) -> list[tuple[float, Entry]]:
    """Return the others by how well they may fit, the best first; equal ones in the order of writing.

    The score is the share of telling words (in percent, of the shorter text) that the other one has too, and more for
    the same factor. Words are the same where their letters nearly are, as "room" and "rooms".
    """
    scored = [(fit(entry, other), other) for other in others if _of_others(entry, other)]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].number))


def _of_others(entry: Entry, other: Entry) -> bool:
    return other.seat != entry.seat or other.seat == FACILITATOR


def fit(entry: Entry, other: Entry) -> float:
    """Return how well two entries may fit; 0 for two of the same person."""
    if not _of_others(entry, other):
        return 0.0
    return overlap(entry.text, other.text) + (SAME_FACTOR if entry.factor and entry.factor == other.factor else 0.0)


class Counterpart(Struct, frozen=True):
    """An entry of the other kind as the author of an entry sees it: `mine` and `theirs` tell who has said yes."""

    match: str
    entry: Entry
    mine: bool
    theirs: bool


class Own(Struct, frozen=True):
    """One's own entry with what fits: what somebody said yes to first, then suggestions; `others` to choose from."""

    entry: Entry
    counterparts: tuple[Counterpart, ...]
    others: tuple[Entry, ...]


class MarketView(Struct, frozen=True):
    """The board as one viewer sees it. `agreed` are the agreements, `waiting` the matches that lack a side's yes.

    `fits`, for the facilitator, are the offers and needs still open that go together best.
    """

    factors: tuple[Option, ...]
    kinds: Mapping[Side, str]
    board: tuple[tuple[Side, tuple[Entry, ...]], ...]
    agreed: tuple[tuple[Entry, Entry], ...]
    waiting: tuple[tuple[Entry, Entry], ...]
    fits: tuple[tuple[Entry, Entry], ...]
    taken: frozenset[str]
    mine: tuple[Own, ...]
    hidden: tuple[Entry, ...]
    left: int
    open: bool
    longest: int
