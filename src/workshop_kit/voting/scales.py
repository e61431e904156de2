"""Rules over numbers on a scale: scores with their median, majority judgment, STAR, and resistance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.errors import N_, AgendaError
from workshop_kit.core.text import localised
from workshop_kit.voting.papers import Scale
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, tallied
from workshop_kit.voting.tally import Line, Note, Tally

MOST_STEPS = 11

STATUS_QUO = Option("status-quo", {"de": "Alles bleibt, wie es ist", "en": "Everything stays as it is"})
"""The option that systemic consensing never leaves out: what happens if nothing is decided."""

Spread = Mapping[int, int]
"""How many voters gave each number to one option."""

Key = float | tuple[Any, ...]


class Scored(Rule, frozen=True, kw_only=True):
    """Ranks by one number made of each option's spread, here the median; what nobody rated stands last."""

    rates: ClassVar[bool] = True

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        spreads = spreads_of(profile, options)
        keys: dict[str, Key] = {option: (bool(spreads[option]), self.key(spreads[option])) for option in options}
        return tallied(self, profile, self.lines(spreads, keys, profile), notes=uneven(spreads))

    def key(self, spread: Spread) -> Key:
        """Return what an option is ranked by; more is better."""
        return median(spread)

    def score(self, spread: Spread) -> float:
        """Return the number that is shown for an option."""
        return median(spread)

    def lines(self, spreads: Mapping[str, Spread], keys: Mapping[str, Key], profile: Profile) -> list[Line]:
        """Return a line per option in the order of `keys`."""
        del profile
        return [
            Line(option, rank, self.score(spreads[option]), sum(spreads[option].values()), spread=spreads[option])
            for option, rank in ranked_by(keys, tuple(spreads))
        ]

    def alternatives(self) -> tuple[Rule, ...]:
        kinds = () if self.name == "fist" else (_median, _mean, _judgment, _star)
        return tuple(rule for kind in kinds if (rule := kind(self.paper)).name != self.name)


class Mean(Scored, frozen=True, kw_only=True):
    """Range voting: ranks by the mean of the numbers given."""

    def key(self, spread: Spread) -> Key:
        return mean(spread)

    def score(self, spread: Spread) -> float:
        return mean(spread)


class MajorityJudgment(Scored, frozen=True, kw_only=True):
    """Ranks by the lower median and, among equals, by what comes after one such number after another is taken away."""

    def key(self, spread: Spread) -> Key:
        return majority_value(spread)

    def score(self, spread: Spread) -> float:
        return float(_nth(spread, (sum(spread.values()) - 1) // 2)) if spread else 0.0


class Star(Scored, frozen=True, kw_only=True):
    """Score, then automatic run-off: of the two with the highest sums the one that more voters prefer is first."""

    def score(self, spread: Spread) -> float:
        return float(total(spread))

    def key(self, spread: Spread) -> Key:
        return float(total(spread))

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        spreads = spreads_of(profile, options)
        keys: dict[str, Key] = {option: (0, bool(spreads[option]), total(spreads[option])) for option in options}
        ranked = ranked_by(keys, options)
        notes = uneven(spreads)
        if profile.cast and len(ranked) > 1 and ranked[1][1] <= 2 and (len(ranked) == 2 or ranked[2][1] > 2):
            one, other = ranked[0][0], ranked[1][0]
            for_one, for_other = preferred(profile, one, other)
            keys[one], keys[other] = (
                (1 + for_one, True, total(spreads[one])),
                (1 + for_other, True, total(spreads[other])),
            )
            told = N_("In the run-off {n} people preferred {one} and {m} people {other}.")
            notes += (Note(told, {"one": (one,), "other": (other,)}, {"n": for_one, "m": for_other}),)
        return tallied(self, profile, self.lines(spreads, keys, profile), notes=notes)


class Resistance(Scored, frozen=True, kw_only=True):
    """Systemic consensing: the least sum of resistance is nearest to consent. The score is that sum."""

    def key(self, spread: Spread) -> Key:
        return -float(total(spread))

    def score(self, spread: Spread) -> float:
        return float(total(spread))

    def lines(self, spreads: Mapping[str, Spread], keys: Mapping[str, Key], profile: Profile) -> list[Line]:
        """Return the lines with each sum's share of the most that it could be."""
        assert isinstance(self.paper, Scale)
        most = self.paper.high * len(profile.cast)
        lines = super().lines(spreads, keys, profile)
        return [replace(line, share=line.score / most if most else None) for line in lines]

    def alternatives(self) -> tuple[Rule, ...]:
        return (_greatest(self.paper),)


class GreatestResistance(Scored, frozen=True, kw_only=True):
    """Ranks by the greatest resistance that anybody has, the least being first."""

    def key(self, spread: Spread) -> Key:
        return -float(max(spread, default=0))

    def score(self, spread: Spread) -> float:
        return float(max(spread, default=0))

    def alternatives(self) -> tuple[Rule, ...]:
        return ()


def spreads_of(profile: Profile, options: Sequence[str]) -> dict[str, Spread]:
    """Return how many voters gave each number to each option, in the order of `options`."""
    found = profile.spreads()
    return {option: found.get(option, Counter()) for option in options}


def uneven(spreads: Mapping[str, Spread]) -> tuple[Note, ...]:
    """Return the note that not all options were rated by the same number of people, where that is so."""
    rated = [sum(spread.values()) for spread in spreads.values()]
    if len(set(rated)) < 2:
        return ()
    told = N_("The options were rated by different numbers of people ({least} to {most}); compare them with care.")
    return (Note(told, values={"least": min(rated), "most": max(rated)}),)


def total(spread: Spread) -> int:
    """Return the sum of all numbers given."""
    return sum(number * n for number, n in spread.items())


def median(spread: Spread) -> float:
    """Return the median of a spread, 0 where it is empty.

    >>> median({1: 2, 4: 2}), median({3: 1, 5: 2})
    (2.5, 5.0)
    """
    n = sum(spread.values())
    return (_nth(spread, (n - 1) // 2) + _nth(spread, n // 2)) / 2 if n else 0.0


def mean(spread: Spread) -> float:
    """Return the mean of a spread, 0 where it is empty."""
    return total(spread) / max(sum(spread.values()), 1)


def majority_value(spread: Spread) -> tuple[int, ...]:
    """Return the medians that come out as one vote after another is taken away; a larger tuple is better.

    Source: M. Balinski, R. Laraki: Majority Judgment, 2010, ch. 1 (the lower of two middle grades counts).

    >>> majority_value({3: 2, 1: 1})
    (3, 1, 3)
    """
    left = dict(sorted((number, n) for number, n in spread.items() if n))
    values: list[int] = []
    while n := sum(left.values()):
        grade = _nth(left, (n - 1) // 2)
        below = sum(votes for number, votes in left.items() if number < grade)
        # So often the same grade stays the lower median, which spares taking away one vote at a time.
        often = min(left[grade], n - 2 * below, 2 * (below + left[grade]) - n + 1)
        values += [grade] * often
        left[grade] -= often
    return tuple(values)


def preferred(profile: Profile, one: str, other: str) -> tuple[int, int]:
    """Return how many voters gave `one` the higher number, and how many `other`; no number counts below all."""
    lowest = -1
    pairs = [(ballot.value.get(one, lowest), ballot.value.get(other, lowest)) for ballot in profile.cast]
    return sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)


def _nth(spread: Spread, position: int) -> int:
    """Return the number at a position, from 0, when all are laid out in rising order."""
    for number in sorted(spread):
        position -= spread[number]
        if position < 0:
            return number
    raise IndexError(position)


# ── from an agenda ────────────────────────────────────────────────────────────────────────────────────────────────────


def ends_of_scale(spec: Spec, low: int, high: int) -> tuple[int, int]:
    """Return the ends of the scale that an agenda sets, by default from `low` to `high`; it has 2 to 11 steps."""
    low, high = spec.whole("low", low, least=0), spec.whole("high", high)
    if not 1 <= high - low < MOST_STEPS:
        raise AgendaError(
            N_('Item "{item}": a scale from {low} to {high} does not work. It takes 2 to {most} steps.'),
            item=spec.id,
            low=low,
            high=high,
            most=MOST_STEPS,
        )
    return low, high


def _scale(spec: Spec, low: int, high: int, ends: tuple[str, str]) -> Scale:
    low, high = ends_of_scale(spec, low, high)
    labels = tuple(localised(label) for label in spec.setting("labels", []))
    if labels and len(labels) not in {2, high - low + 1}:
        raise AgendaError(
            N_('Item "{item}": "labels" needs a text for each of the {steps} steps, or two for the ends.'),
            item=spec.id,
            steps=high - low + 1,
        )
    return Scale(low, high, ends=ends, labels=labels)


def _median(paper: object) -> Rule:
    assert isinstance(paper, Scale)
    return Scored(
        name="score",
        title=N_("Score (median)"),
        explanation=N_("Everybody gives each option a number; the middle one of all numbers counts."),
        source="M. Balinski, R. Laraki: Majority Judgment, 2010",
        unit=N_("median"),
        paper=paper,
    )


def _mean(paper: object) -> Rule:
    assert isinstance(paper, Scale)
    return Mean(
        name="range",
        title=N_("Range voting (mean)"),
        explanation=N_("Everybody gives each option a number; the mean of all numbers counts."),
        source="W. D. Smith: Range Voting, 2000",
        unit=N_("mean"),
        paper=paper,
    )


def _judgment(paper: object) -> Rule:
    assert isinstance(paper, Scale)
    return MajorityJudgment(
        name="majority-judgment",
        title=N_("Majority judgment"),
        explanation=N_("Everybody gives each option a number; the lower middle one counts, then the next ones."),
        source="M. Balinski, R. Laraki: Majority Judgment, 2010",
        unit=N_("median"),
        paper=paper,
    )


def _star(paper: object) -> Rule:
    assert isinstance(paper, Scale)
    return Star(
        name="star",
        title=N_("STAR voting"),
        explanation=N_("Everybody gives each option a number; the two with the highest sums meet in a run-off."),
        source="S. Wolk, J. Quinn, M. Ogren: STAR Voting, equality of voice, and voter satisfaction, 2023",
        unit=N_("sum"),
        paper=paper,
    )


_AGREEMENT = (N_("not at all"), N_("fully"))
_FIST = (N_("fist: no"), N_("five fingers: fully behind it"))
_OPPOSED = (N_("no resistance"), N_("cannot live with it"))


def _fist(spec: Spec) -> Rule:
    del spec
    return Scored(
        name="fist",
        title=N_("Fist to five"),
        explanation=N_("Everybody shows 0 to 5 fingers; the middle one counts, and each fist wants to be heard."),
        source="A. Fletcher: Firestarter Youth Power Curriculum, 2002",
        unit=N_("median"),
        paper=Scale(0, 5, ends=_FIST),
    )


def _resistance(spec: Spec) -> Rule:
    high = spec.whole("high", 10)
    return Resistance(
        name="resistance",
        title=N_("Systemic consensing"),
        explanation=N_("Everybody states a resistance from 0 to {high} to each option; the least sum comes first."),
        values={"high": high},
        source="E. Visotschnig, S. Schrotta: Das SK-Prinzip, 2005",
        unit=N_("resistance"),
        paper=Scale(0, high, required=True, ends=_OPPOSED),
        always=(STATUS_QUO,),
    )


def _greatest(paper: object) -> Rule:
    assert isinstance(paper, Scale)
    return GreatestResistance(
        name="greatest-resistance",
        title=N_("Least greatest resistance"),
        explanation=N_("The option counts whose strongest opponent is the mildest."),
        source="E. Visotschnig, S. Schrotta: Das SK-Prinzip, 2005",
        unit=N_("resistance"),
        paper=paper,
    )


RULES: Mapping[str, Callable[[Spec], Rule]] = {
    "score": lambda spec: _median(_scale(spec, 0, 10, _AGREEMENT)),
    "likert": lambda spec: _median(_scale(spec, 1, 5, _AGREEMENT)),
    "range": lambda spec: _mean(_scale(spec, 0, 10, _AGREEMENT)),
    "majority-judgment": lambda spec: _judgment(_scale(spec, 0, 5, _AGREEMENT)),
    "star": lambda spec: _star(_scale(spec, 0, 5, _AGREEMENT)),
    "fist": _fist,
    "resistance": _resistance,
}
