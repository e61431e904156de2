"""What every rule is: a paper, words about how it is counted, and the counting."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec import Struct

from workshop_kit.core.activity import Option, Spec
from workshop_kit.voting.intervals import wilson
from workshop_kit.voting.papers import Marks, Paper
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.tally import Line, Note, Tally
from workshop_kit.voting.ties import places


class Rule(Struct, frozen=True, kw_only=True):
    """A way to count ballots; subclasses do the counting in `count`.

    `title` is the name that the field uses, `explanation` one sentence for the room, `unit` what a score is counted in:
    message keys, the explanation with `values` in its placeholders. `source` names where the rule is described. On a
    `scale` the options keep their order. `options` stand in where an agenda names none; those of `always` are added to
    what it names. `hands` tells whether raised hands can be counted, `fewest` how many options it takes, `decides`
    whether a tie for the first place leaves something to be decided, `rates` whether a score is made of numbers that
    people gave, so that an option without any has none, and `grows` whether an option can be added while the session
    runs.
    """

    hands: ClassVar[bool] = False
    fewest: ClassVar[int] = 2
    decides: ClassVar[bool] = True
    rates: ClassVar[bool] = False
    grows: ClassVar[bool] = True

    name: str
    title: str
    explanation: str
    source: str
    unit: str
    paper: Paper = Marks()
    values: Mapping[str, object] = {}
    scale: bool = False
    options: tuple[Option, ...] = ()
    always: tuple[Option, ...] = ()

    @abstractmethod
    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        """Return the tally of a profile; `options` are ids in the order of the agenda."""

    def options_of(self, spec: Spec) -> tuple[Option, ...]:
        """Return the options of an agenda item, or the rule's own where it names none, with those of `always`."""
        named = spec.options() or self.options
        known = {option.id for option in named}
        return (*named, *(option for option in self.always if option.id not in known))

    def with_option(self, options: Sequence[Option], option: Option) -> tuple[Option, ...]:
        """Return `options` with one more, before those that the rule itself adds."""
        own = {option.id for option in self.always}
        named = (known for known in options if known.id not in own)
        return (*named, option, *(known for known in options if known.id in own))

    def slots(self, options: Sequence[Option]) -> tuple[Option, ...]:
        """Return what the lines of a tally are about: the options, or parts of them."""
        return tuple(options)

    def unrated(self, line: Line) -> bool:
        """Return whether a line has no score to tell, since nobody rated its option."""
        return self.rates and not line.supporters

    def alternatives(self) -> tuple[Rule, ...]:
        """Return other rules for the same paper, to tell whether they would have decided otherwise."""
        return ()


def tallied(
    rule: Rule,
    profile: Profile,
    lines: Sequence[Line],
    *,
    duels: Mapping[str, Mapping[str, int]] | None = None,
    elected: tuple[str, ...] = (),
    ties: tuple[tuple[str, ...], ...] = (),
    notes: tuple[Note, ...] = (),
) -> Tally:
    """Return the tally of these lines, with what is the same for every rule."""
    return Tally(
        rule=rule.name,
        lines=tuple(lines),
        voters=profile.voters,
        abstained=profile.abstained,
        invalid=profile.room.invalid,
        eligible=profile.eligible,
        channels=profile.channels,
        duels=duels or {},
        elected=elected,
        ties=ties,
        notes=notes,
    )


def supported(profile: Profile, supporters: int) -> tuple[float | None, float | None, float | None]:
    """Return the share of the voters that these supporters are, and its interval at 95 %."""
    if not profile.voters:
        return None, None, None
    return supporters / profile.voters, *wilson(min(supporters, profile.voters), profile.voters, profile.eligible)


def ranked_by(scores: Mapping[str, Any], options: Sequence[str]) -> list[tuple[str, int]]:
    """Return (option, place) by score, the highest first; equals share a place and keep the order of `options`."""
    place = places({option: scores[option] for option in options})
    order = {option: number for number, option in enumerate(options)}
    return sorted(place.items(), key=lambda pair: (pair[1], order[pair[0]]))
