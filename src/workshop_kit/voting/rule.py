"""What every rule is: a paper, words about how it is counted, and the counting."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec import Struct

from workshop_kit.core.activity import Option
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
    what it names. `hands` tells whether raised hands can be counted.
    """

    hands: ClassVar[bool] = False

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
    notes: tuple[Note, ...] = (),
) -> Tally:
    """Return the tally of these lines, with what is the same for every rule."""
    return Tally(
        rule=rule.name,
        lines=tuple(lines),
        voters=profile.voters,
        abstained=profile.abstained,
        eligible=profile.eligible,
        channels=profile.channels,
        duels=duels or {},
        elected=elected,
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
