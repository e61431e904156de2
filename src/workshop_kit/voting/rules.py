"""The rules by which ballots are checked and counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from workshop_kit.core.activity import Spec
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.intervals import wilson
from workshop_kit.voting.profile import Line, Profile, Tally, Value
from workshop_kit.voting.ties import places


class Rule(Struct, frozen=True):
    """What a ballot may say and how ballots are counted: each option's numbers are summed.

    `title` is the name the field uses, `explanation` one sentence for the room; both are message keys. `budget` bounds
    a ballot's sum (0: no bound), `cap` each number. On a `scale` the options keep their order.
    """

    name: str
    title: str
    explanation: str
    budget: int = 0
    cap: int = 1
    scale: bool = False
    unit: str = ""

    @property
    def single(self) -> bool:
        """Whether a ballot names at most one option."""
        return self.budget == 1

    def check(self, value: Value) -> None:
        """Raise `Refused` where the ballot breaks the rule; `field` names the option, if one is to blame."""
        for option, number in value.items():
            if not 0 <= number <= self.cap:
                raise Refused(
                    Why.INVALID,
                    N_("Each option takes a whole number from 0 to {cap}."),
                    field=f"value.{option}",
                    cap=self.cap,
                )
        total = sum(value.values())
        if self.budget and total > self.budget:
            raise Refused(Why.INVALID, self.over_budget, field="value", budget=self.budget, given=total)

    @property
    def over_budget(self) -> str:
        if self.single:
            return N_("Please choose one answer only.")
        if self.cap == 1:
            return N_("You can choose {budget} at most, and you chose {given}.")
        return N_("You have {budget} dots, and you gave {given}. Take some back.")

    def tally(self, profile: Profile, options: Sequence[str]) -> Tally:
        """Count the profile. Lines come by score, supporters, then the order of `options`; a scale keeps its order."""
        sums, supporters = profile.sums(), profile.supporters()
        place = places({option: sums[option] for option in options})
        order = {option: number for number, option in enumerate(options)}
        ranked = sorted(options, key=lambda option: (-sums[option], -supporters[option], order[option]))
        lines = tuple(
            Line(
                option,
                place[option],
                sums[option],
                supporters[option],
                supporters[option] / profile.voters if profile.voters else None,
                *wilson(min(supporters[option], profile.voters), profile.voters, profile.eligible),
            )
            for option in (options if self.scale else ranked)
        )
        return Tally(self.name, lines, profile.voters, profile.abstained, profile.eligible, profile.channels)


def _dots(spec: Spec) -> Rule:
    budget = spec.whole("budget", 3)
    return Rule(
        name="dots",
        title=N_("Dot voting (cumulative voting)"),
        explanation=N_("Everybody spreads up to {budget} dots; the dots of each option are added up."),
        budget=budget,
        cap=spec.whole("cap", budget),
        unit=N_("dots"),
    )


def _approval(spec: Spec) -> Rule:
    return Rule(
        name="approval",
        title=N_("Approval voting"),
        explanation=N_("Everybody ticks all options that they support; each tick counts once."),
        budget=spec.whole("most", 0, least=0),
        unit=N_("votes"),
    )


def _choice(spec: Spec) -> Rule:
    del spec
    return Rule(
        name="choice",
        title=N_("Single choice (plurality)"),
        explanation=N_("Everybody chooses one option; the votes of each option are added up."),
        budget=1,
        unit=N_("votes"),
    )


def _mood(spec: Spec) -> Rule:
    del spec
    return Rule(
        name="mood",
        title=N_("One-dot question"),
        explanation=N_("Everybody places one dot on a scale; the picture shows how the dots are spread."),
        budget=1,
        scale=True,
        unit=N_("votes"),
    )


RULES: Mapping[str, Callable[[Spec], Rule]] = {
    "dots": _dots,
    "approval": _approval,
    "choice": _choice,
    "mood": _mood,
}
"""What an agenda may write as `rule`, with the way to read its settings."""
