"""Rules that add up the marks of each option: choices, ticks, dots, points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from msgspec.structs import replace

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.errors import N_, AgendaError
from workshop_kit.voting.intervals import wilson
from workshop_kit.voting.papers import Marks
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, supported, tallied
from workshop_kit.voting.tally import Line, Note, Tally
from workshop_kit.voting.ties import places

MOODS = (
    Option("m5", {"de": "sehr gut", "en": "very good"}),
    Option("m4", {"de": "gut", "en": "good"}),
    Option("m3", {"de": "geht so", "en": "so-so"}),
    Option("m2", {"de": "nicht so gut", "en": "not so good"}),
    Option("m1", {"de": "schlecht", "en": "bad"}),
)

YES, NO, ABSTAIN = "yes", "no", "abstain"
ANSWERS = (
    Option(YES, {"de": "Ja", "en": "Yes"}),
    Option(NO, {"de": "Nein", "en": "No"}),
    Option(ABSTAIN, {"de": "Enthaltung", "en": "Abstention"}),
)

BASES = {
    "valid": N_("yes and no"),
    "cast": N_("all who voted, abstentions too"),
    "eligible": N_("all who could have voted"),
}
"""What 100 % may stand for in a vote with yes, no and abstention."""

_FISHBURN = "S. J. Brams, P. C. Fishburn: Approval Voting, 1983"
_GLASSER = "G. J. Glasser: Game theory and cumulative voting for corporate directors, Management Science 5 (1959)"


_MORE_THAN_HALF = N_("More than half of {base} said yes.")
_NOT_MORE_THAN_HALF = N_("Not more than half of {base} said yes.")


class Sum(Rule, frozen=True, kw_only=True):
    """Adds up each option's marks. Equals share a place and are listed by the number of people behind them."""

    hands: ClassVar[bool] = True

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        sums, supporters = profile.sums(), profile.supporters()
        place = places({option: sums[option] for option in options})
        order = {option: number for number, option in enumerate(options)}
        ranked = sorted(options, key=lambda option: (-sums[option], -supporters[option], order[option]))
        lines = [
            Line(option, place[option], sums[option], supporters[option], *supported(profile, supporters[option]))
            for option in (options if self.scale else ranked)
        ]
        return tallied(self, profile, lines)

    def alternatives(self) -> tuple[Rule, ...]:
        return (_PEOPLE,) if isinstance(self.paper, Marks) and self.paper.cap > 1 else ()


class Supporters(Sum, frozen=True, kw_only=True):
    """Counts the people behind each option, however many marks each of them gave."""

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        one_each = [replace(ballot, value=dict.fromkeys(ballot.value, 1)) for ballot in profile.ballots]
        people = Profile(tuple(one_each), profile.room, profile.eligible, profile.came_by)
        return super().count(people, options)


class Motion(Sum, frozen=True, kw_only=True):
    """Yes, no and abstention; `base` declares what 100 % stands for (a key of `BASES`)."""

    base: str = "valid"

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        tally = super().count(profile, options)
        sums = profile.sums()
        valid = sums[YES] + sums[NO]
        whole = {"valid": valid, "cast": profile.voters, "eligible": profile.eligible or profile.voters}[self.base]
        lines = [_of(line, whole, outside=self.base == "valid" and line.option == ABSTAIN) for line in tally.lines]
        said = _MORE_THAN_HALF if sums[YES] * 2 > whole else _NOT_MORE_THAN_HALF
        return tallied(self, profile, lines, notes=(Note(said, values={"base": BASES[self.base]}),))

    @staticmethod
    def carried(tally: Tally) -> bool:
        """Return whether more than half of the declared base said yes."""
        return any(note.message == _MORE_THAN_HALF for note in tally.notes)


class Split(Sum, frozen=True):
    """The sums of a budget that everybody splits whole; a raised hand would say one point of it, so none counts."""

    hands: ClassVar[bool] = False


def _of(line: Line, whole: int, *, outside: bool) -> Line:
    """Return the line with its share of the declared base, none where it stands outside of it."""
    if outside or not whole:
        return replace(line, share=None, low=None, high=None)
    low, high = wilson(line.supporters, whole)
    return replace(line, share=line.supporters / whole, low=low, high=high)


def _dots(spec: Spec) -> Rule:
    budget = spec.whole("budget", 3)
    return Sum(
        name="dots",
        title=N_("Dot voting (cumulative voting)"),
        explanation=N_("Everybody spreads up to {budget} dots; the dots of each option are added up."),
        values={"budget": budget},
        source=_GLASSER,
        unit=N_("dots"),
        paper=Marks(budget, cap=spec.whole("cap", budget)),
    )


def _split(spec: Spec) -> Rule:
    budget = spec.whole("budget", 100)
    return Split(
        name="split",
        title=N_("Points over options (budget split)"),
        explanation=N_("Everybody splits {budget} points over the options; the points of each option are added up."),
        values={"budget": budget},
        source="A. Lindner, K. Nehring, C. Puppe: Allocating public goods via the midpoint rule, 2008",
        unit=N_("points"),
        paper=Marks(budget, cap=budget, exact=True),
    )


def _approval(spec: Spec) -> Rule:
    return Sum(
        name="approval",
        title=N_("Approval voting"),
        explanation=N_("Everybody ticks all options that they support; each tick counts once."),
        source=_FISHBURN,
        unit=N_("votes"),
        paper=Marks(budget=spec.whole("most", 0, least=0)),
    )


def _multiple(spec: Spec) -> Rule:
    least, most = spec.whole("least", 1, least=0), spec.whole("most", 3)
    if least > most:
        raise AgendaError(
            N_('Item "{item}": "least" is {least}, but "most" is {most}. Make "most" the larger one.'),
            item=spec.id,
            least=least,
            most=most,
        )
    return Sum(
        name="multiple",
        title=N_("Multiple choice (limited voting)"),
        explanation=N_("Everybody chooses {least} to {most} options; each choice counts once."),
        values={"least": least, "most": most},
        source="D. Lakeman, J. D. Lambert: Voting in Democracies, 1955",
        unit=N_("votes"),
        paper=Marks(budget=most, least=least),
    )


def _choice(spec: Spec) -> Rule:
    del spec
    return Sum(
        name="choice",
        title=N_("Single choice (plurality)"),
        explanation=N_("Everybody chooses one option; the votes of each option are added up."),
        source="F. Brandt et al. (eds.): Handbook of Computational Social Choice, 2016, ch. 2",
        unit=N_("votes"),
        paper=Marks(budget=1),
    )


def _yes_no(spec: Spec) -> Rule:
    base = spec.setting("base", "valid", BASES)
    named = [option.id for option in spec.options()]
    if named and not {YES, NO} <= set(named) <= {YES, NO, ABSTAIN}:
        raise AgendaError(
            N_('Item "{item}": the options of "yes-no" have the ids yes, no and abstain. Or leave them out.'),
            item=spec.id,
        )
    return Motion(
        name="yes-no",
        title=N_("Yes, no, abstention (motion)"),
        explanation=N_("Everybody answers yes or no or abstains. 100 % are {base}."),
        values={"base": BASES[base]},
        source="H. M. Robert: Robert's Rules of Order, 12th ed. 2020, § 44",
        unit=N_("votes"),
        paper=Marks(budget=1),
        scale=True,
        options=ANSWERS,
        base=base,
    )


def _mood(spec: Spec) -> Rule:
    del spec
    return Sum(
        name="mood",
        title=N_("One-dot question"),
        explanation=N_("Everybody places one dot on a scale; the picture shows how the dots are spread."),
        source="M. Klebert, E. Schrader, W. Straub: ModerationsMethode, 1980",
        unit=N_("votes"),
        paper=Marks(budget=1),
        scale=True,
        options=MOODS,
    )


_PEOPLE = Supporters(
    name="supporters",
    title=N_("Number of people (approval)"),
    explanation=N_("Each person counts once for every option that they gave anything."),
    source=_FISHBURN,
    unit=N_("people"),
)

RULES: Mapping[str, Callable[[Spec], Rule]] = {
    "dots": _dots,
    "split": _split,
    "approval": _approval,
    "multiple": _multiple,
    "choice": _choice,
    "yes-no": _yes_no,
    "mood": _mood,
}
