"""What 1-2-4-All is at one moment: the stage, who is with whom, all ideas, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel

DEFAULT_LIMIT = 3
DEFAULT_MINUTES = (1, 2, 4, 5)
"""The timeboxes of the four stages in minutes, as the method has them (Liberating Structures)."""


class Stage(StrEnum):
    """The stages in their order."""

    ALONE = "individual"
    PAIR = "pair"
    FOUR = "four"
    ALL = "all"

    @property
    def number(self) -> int:
        return tuple(Stage).index(self)

    @property
    def before(self) -> Stage:
        return tuple(Stage)[self.number - 1] if self.number else self

    @property
    def after(self) -> Stage:
        return tuple(Stage)[min(self.number + 1, 3)]


STAGES = {
    Stage.ALONE: N_("Alone"),
    Stage.PAIR: N_("In pairs"),
    Stage.FOUR: N_("In fours"),
    Stage.ALL: N_("All together"),
}


class Gone(StrEnum):
    """Why an idea does not count any more."""

    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Idea(Struct, frozen=True):
    """An idea of one person, a pair or a four (`unit`: a seat, or a number). `sources` are those it grew from."""

    id: str
    number: int
    stage: Stage
    unit: str
    text: str
    seat: str
    channel: Channel
    sources: tuple[str, ...] = ()
    gone: Gone | None = None


class Fate(NamedTuple):
    """What became of an idea: `end` is the idea it last grew into (itself, if none).

    `left` is the stage that did not take it up; None where `end` is among the results.
    """

    end: Idea
    left: Stage | None


class PairingState(Struct, frozen=True, dict=True):
    """All ideas; `pairs` has the pair of each person, `fours` the four of each pair, `given` each four's idea."""

    limit: int
    times: tuple[int, ...]
    stage: Stage = Stage.ALONE
    pairs: PMap[str, int] = pmap()
    fours: PMap[int, int] = pmap()
    ideas: PMap[str, Idea] = pmap()
    given: PMap[str, str] = pmap()

    def unit(self, seat: str, stage: Stage) -> str:
        """Return in which unit a person works at a stage, empty for none."""
        if stage is Stage.ALONE:
            return seat
        pair = self.pairs.get(seat, 0)
        number = pair if stage is Stage.PAIR else self.fours.get(pair, 0)
        return str(number or "")

    def units(self, stage: Stage) -> dict[str, tuple[str, ...]]:
        """Return who is in which unit of a stage, in the order of the units."""
        found: dict[str, list[str]] = {}
        for seat in sorted(self.pairs):
            found.setdefault(self.unit(seat, stage), []).append(seat)
        return {unit: tuple(found[unit]) for unit in sorted(found, key=lambda unit: int(unit or 0)) if unit}

    def of(self, stage: Stage, unit: str | None = None) -> tuple[Idea, ...]:
        """Return the ideas of a stage (and of one unit) that count, in the order of writing."""
        found = (idea for idea in self.ideas.values() if idea.stage is stage and not idea.gone)
        return tuple(sorted((i for i in found if unit is None or i.unit == unit), key=lambda idea: idea.number))

    def before(self, stage: Stage, unit: str) -> tuple[Idea, ...]:
        """Return the ideas of the stage before that a unit works on: those of its members."""
        if stage is Stage.ALONE:
            return ()
        members = self.units(stage).get(unit, ())
        units = {self.unit(seat, stage.before) for seat in members}
        return tuple(idea for idea in self.of(stage.before) if idea.unit in units)

    @cached_property
    def into(self) -> Mapping[str, Idea]:
        """The idea that each idea grew into; the first one, should there ever be two."""
        found: dict[str, Idea] = {}
        for stage in (Stage.PAIR, Stage.FOUR):
            for idea in self.of(stage):
                for source in idea.sources:
                    found.setdefault(source, idea)
        return found

    def sources(self, idea: Idea) -> tuple[Idea, ...]:
        """Return the ideas that an idea grew from directly; what an author had erased is not there."""
        known = (self.ideas.get(source) for source in idea.sources)
        return tuple(one for one in known if one and not one.gone and self.into.get(one.id) is idea)

    def roots(self, idea: Idea) -> tuple[Idea, ...]:
        """Return the first ideas that an idea grew from: of individuals, or those that came up on the way."""
        found = self.sources(idea)
        return tuple(root for source in found for root in self.roots(source)) if found else (idea,)

    @property
    def used(self) -> frozenset[str]:
        """The ids of ideas that must not be given again; those of erased ones others may still refer to."""
        sources = {source for idea in self.ideas.values() for source in idea.sources}
        return frozenset({*self.ideas, *sources, *self.given.values()})

    @property
    def results(self) -> tuple[Idea, ...]:
        """The ideas given to all, by their fours; before that stage the ideas of the present one."""
        if self.stage is not Stage.ALL:
            return self.of(self.stage)
        chosen = ((four, self.ideas.get(idea)) for four, idea in self.given.items())
        known = [(int(four), idea) for four, idea in chosen if idea and not idea.gone]
        return tuple(idea for _, idea in sorted(known, key=lambda pair: pair[0]))

    def fate(self, idea: Idea) -> Fate:
        """Return what became of an idea that counts."""
        while further := self.into.get(idea.id):
            idea = further
        return Fate(idea, None if idea in self.results else idea.stage.after)

    def left(self, seat: str) -> int:
        """Return how many more ideas a person may write alone."""
        return max(0, self.limit - len(self.of(Stage.ALONE, seat)))


class Shown(Struct, frozen=True):
    """An idea on a page: `into` is what it grew into, `roots` how many first ideas it grew from."""

    idea: Idea
    into: str
    roots: int
    chosen: bool = False


class PairingView(Struct, frozen=True):
    """What one viewer sees: the stage, one's own unit with what it works on and has written, or what all hear."""

    stage: Stage
    stages: dict[Stage, str]
    unit: str
    members: tuple[str, ...]
    units: tuple[tuple[str, tuple[str, ...]], ...]
    before: tuple[Shown, ...]
    own: tuple[Shown, ...]
    results: tuple[Shown, ...]
    all: tuple[Shown, ...]
    hidden: tuple[Idea, ...]
    count: int
    left: int
    fresh: bool
    open: bool
    longest: int
