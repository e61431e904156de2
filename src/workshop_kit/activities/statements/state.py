"""What statements and the answers to them are at one moment, and what a viewer may see of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Localised
from workshop_kit.voting.intervals import wilson

DEFAULT_LIMIT = 5
FEWEST = 5
"""With fewer people for or against than these, a statement is neither agreed on nor divisive yet."""

AGREE, PASS, DISAGREE = 1, 0, -1
ANSWERS = {AGREE: N_("I agree"), DISAGREE: N_("I disagree"), PASS: N_("Pass")}

MAJORITY = 2 / 3
"""From which share on, among those for and against, the room agrees (or disagrees) with a statement."""


class Gone(StrEnum):
    """Why a statement is not answered any more."""

    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Verdict(StrEnum):
    """What the answers to a statement say."""

    AGREED = "agreed"
    REJECTED = "rejected"
    DIVIDED = "divided"
    OPEN = "open"


VERDICTS = {
    Verdict.AGREED: N_("Widely agreed"),
    Verdict.REJECTED: N_("Widely rejected"),
    Verdict.DIVIDED: N_("Opinions differ"),
    Verdict.OPEN: N_("Too few answers"),
}


class Statement(Struct, frozen=True):
    """Something that one can agree with or not, and the answers to it by seat."""

    id: str
    number: int
    label: Localised
    seat: str
    channel: Channel
    gone: Gone | None = None
    answers: PMap[str, int] = pmap()

    def count(self, answer: int) -> int:
        """Return how many gave this answer."""
        return sum(given == answer for given in self.answers.values())

    @property
    def agree(self) -> int:
        return self.count(AGREE)

    @property
    def disagree(self) -> int:
        return self.count(DISAGREE)

    @property
    def passed(self) -> int:
        return self.count(PASS)

    @property
    def share(self) -> float:
        """The share of those who agree among those for and against; one more on each side keeps a few from deciding.

        Source: C. Small et al., Polis: Scaling deliberation by mapping high dimensional opinion spaces, Recerca 26
        (2021), where the same pseudo-count is used.
        """
        return (self.agree + 1) / (self.agree + self.disagree + 2)

    @property
    def verdict(self) -> Verdict:
        said = self.agree + self.disagree
        if said < FEWEST:
            return Verdict.OPEN
        if self.share >= MAJORITY:
            return Verdict.AGREED
        return Verdict.REJECTED if self.share <= 1 - MAJORITY else Verdict.DIVIDED

    @property
    def interval(self) -> tuple[float, float] | tuple[None, None]:
        """The Wilson interval of the share of those who agree among those for and against."""
        return wilson(self.agree, self.agree + self.disagree)


class StatementsState(Struct, frozen=True):
    """All statements ever made, by id. `collects`: people may write their own; `limit` is how many each."""

    limit: int
    collects: bool
    statements: PMap[str, Statement] = pmap()

    def answerable(self) -> list[Statement]:
        """Return the statements that can be answered, in the order of writing."""
        shown = (one for one in self.statements.values() if not one.gone)
        return sorted(shown, key=lambda one: one.number)

    def next_for(self, seat: str) -> Statement | None:
        """Return the statement that a person is asked about next: one that fewest have answered, drawn by lot.

        The lot is a digest of person and statement, so it is the same at every look.
        """
        waiting = [one for one in self.answerable() if seat not in one.answers]
        return min(waiting, key=lambda one: (len(one.answers), _lot(seat, one.id)), default=None)

    def left(self, seat: str) -> int:
        """Return how many more statements a person may write."""
        if not self.collects:
            return 0
        return max(0, self.limit - sum(one.seat == seat and not one.gone for one in self.statements.values()))

    def by_verdict(self, verdict: Verdict) -> list[Statement]:
        """Return the statements with this verdict, the clearest first; of what divides, what divides most evenly."""
        found = [one for one in self.answerable() if one.verdict is verdict]
        clear = {Verdict.AGREED: -1, Verdict.REJECTED: 1}.get(verdict)
        if clear:
            return sorted(found, key=lambda one: (clear * one.share, one.number))
        return sorted(found, key=lambda one: (abs(one.share - 0.5), -len(one.answers), one.number))

    @property
    def people(self) -> set[str]:
        """The seats that have answered something."""
        return {seat for one in self.answerable() for seat in one.answers}


def _lot(seat: str, statement: str) -> str:
    return sha256(f"{seat} {statement}".encode()).hexdigest()


def prepared(number: int, option: Option) -> Statement:
    """Return a statement that the agenda brings along."""
    return Statement(option.id, number, option.label, option.extra.get("seat", ""), Channel.NOTEBOOK)


class StatementsView(Struct, frozen=True):
    """What one viewer sees: the `next` statement and one's own, or what the room is shown."""

    next: Statement | None
    answered: int
    total: int
    mine: tuple[Statement, ...]
    groups: tuple[tuple[Verdict, tuple[Statement, ...]], ...]
    all: tuple[Statement, ...]
    hidden: tuple[Statement, ...]
    people: int
    results: bool
    left: int
    open: bool
    answers: Mapping[int, str]
    verdicts: Mapping[Verdict, str]
    longest: int
