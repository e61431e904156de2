"""What small groups are at one moment: who sits where in each round, their cards and what they report."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.activities.groups.counting import met_again
from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Localised

DEFAULT_SIZE = 5
DEFAULT_LIMIT = 10
DEFAULT_POINTS = 3
MOST_TURNS = 12

WITHOUT_PHONE = "+"
"""Begins the name of a place for somebody without a phone ("+1"); a seat's begins with a letter."""


class Gone(StrEnum):
    """Why a card is not on its group's wall."""

    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Wish(StrEnum):
    """What the facilitator wants of two people before they are mixed."""

    TOGETHER = "together"
    APART = "apart"
    NONE = "none"


WISHES = {Wish.TOGETHER: N_("keep together"), Wish.APART: N_("keep apart"), Wish.NONE: N_("no wish any more")}


class At(NamedTuple):
    """A group in a round, both counted from 1."""

    turn: int
    group: int


class Card(Struct, frozen=True):
    """A card on a group's wall."""

    id: str
    number: int
    at: At
    text: str
    seat: str
    channel: Channel
    gone: Gone | None = None


class Report(Struct, frozen=True):
    """What a group wants the room to hear, a point a line. `rev` counts how often it was written."""

    text: str
    rev: int

    @property
    def points(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.text.split("\n") if line.strip())


class Plan(Struct, frozen=True):
    """What the agenda says: `groups` is their number, or 0 where their `size` is wanted; `seconds` a round's time."""

    size: int
    groups: int
    turns: int
    limit: int
    points: int
    seconds: int
    places: tuple[Option, ...]


class GroupsState(Struct, frozen=True):
    """All rounds, of which `turn` is the present one (0: not mixed yet).

    `rounds` has per round everybody's group; `presented` is the group that reports, 0 for none.
    """

    plan: Plan
    seed: str = ""
    count: int = 0
    rounds: tuple[PMap[str, int], ...] = ()
    turn: int = 0
    presented: int = 0
    wishes: PMap[frozenset[str], Wish] = pmap()
    cards: PMap[str, Card] = pmap()
    reports: PMap[At, Report] = pmap()

    @property
    def people(self) -> frozenset[str]:
        return frozenset(person for places in self.rounds for person in places)

    @property
    def met_again(self) -> int:
        """How many pairs of people share a group in more than one round, as things stand."""
        return met_again(self.rounds)

    @property
    def begun(self) -> bool:
        """Whether a group has written something, so that nobody can be mixed anew."""
        return bool(self.cards or self.reports)

    def now(self, person: str) -> At | None:
        """Return the group of a person in the present round."""
        group = self.rounds[self.turn - 1].get(person) if self.turn else None
        return At(self.turn, group) if group else None

    def members(self, at: At) -> tuple[str, ...]:
        """Return who is in a group: seats in a fixed order, then those without a phone."""
        found = [person for person, group in self.rounds[at.turn - 1].items() if group == at.group]
        return tuple(sorted(found, key=lambda person: (person.startswith(WITHOUT_PHONE), len(person), person)))

    def groups(self, turn: int) -> list[At]:
        """Return the groups of a round."""
        return [At(turn, number) for number in range(1, self.count + 1)]

    def smallest(self, turn: int) -> int:
        """Return the number of the smallest group of a round, the first of several."""
        sizes = dict.fromkeys(range(1, self.count + 1), 0)
        for group in self.rounds[turn - 1].values():
            sizes[group] += 1
        return min(sizes, key=lambda number: (sizes[number], number))

    def wall(self, at: At) -> tuple[Card, ...]:
        """Return the cards of a group in the order of writing."""
        found = (card for card in self.cards.values() if card.at == at and not card.gone)
        return tuple(sorted(found, key=lambda card: card.number))

    def left(self, seat: str) -> int:
        """Return how many more cards a person may write in this round."""
        own = sum(card.seat == seat and card.at.turn == self.turn and not card.gone for card in self.cards.values())
        return max(0, self.plan.limit - own)

    def place(self, group: int) -> Localised:
        """Return where a group sits, if the agenda says so."""
        return self.plan.places[group - 1].label if group <= len(self.plan.places) else {}


class GroupView(Struct, frozen=True):
    """A group as shown. `rev` is how often its report was written, 0 for never."""

    number: int
    place: Localised
    members: tuple[str, ...]
    cards: tuple[Card, ...]
    points: tuple[str, ...]
    rev: int


class GroupsView(Struct, frozen=True):
    """What one viewer sees: the groups of the round, one's own with its cards and report, and the one that reports."""

    groups: tuple[GroupView, ...]
    own: GroupView | None
    presented: GroupView | None
    turn: int
    turns: int
    met_again: int
    plan: Plan
    mine: frozenset[str]
    hidden: tuple[Card, ...]
    wishes: tuple[tuple[tuple[str, ...], str], ...]
    words: dict[Wish, str]
    left: int
    begun: bool
    open: bool
    facilitates: bool
    longest: int
    longest_report: int
