"""The two-by-two matrix: each option gets a number on two axes, and the medians place it in a quadrant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.text import Localised, localised
from workshop_kit.voting.papers import VALUE, Filled, Paper, numbers
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, tallied
from workshop_kit.voting.scales import ends_of_scale, median, spreads_of, uneven
from workshop_kit.voting.tally import Line, Note, Tally

X, Y = "x", "y"


class Matrix(Paper, frozen=True):
    """A number from `low` to `high` on each of two axes for each option.

    The form has `value.<option>.x` and `value.<option>.y`, both or neither of an option. `axes` are the names of x and
    y; `ends` say what the lowest and the highest number mean on both.
    """

    kind: ClassVar[str] = "matrix"

    low: int = 1
    high: int = 5
    axes: tuple[Localised, Localised] = ({}, {})
    ends: tuple[str, str] = (N_("low"), N_("high"))

    @property
    def steps(self) -> range:
        return range(self.low, self.high + 1)

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del earlier
        value = numbers(fields, [slot for option in options for slot in slots(option)], self.low, self.high)
        for option in options:
            missing = [slot for slot in slots(option) if slot not in value]
            if len(missing) == 1:
                raise Refused(
                    Why.INVALID, N_("An option needs a number on both axes, or on none."), field=VALUE + missing[0]
                )
        return Filled(value)


def slots(option: str) -> tuple[str, str]:
    """Return the keys of an option's two numbers.

    >>> slots("o1")
    ('o1.x', 'o1.y')
    """
    return f"{option}.{X}", f"{option}.{Y}"


EFFORT_AND_IMPACT = ({"de": "Aufwand", "en": "effort"}, {"de": "Wirkung", "en": "impact"})

QUADRANTS = {
    (False, True): N_("{x} low, {y} high: {options}."),
    (True, True): N_("{x} high, {y} high: {options}."),
    (False, False): N_("{x} low, {y} low: {options}."),
    (True, False): N_("{x} high, {y} low: {options}."),
}
"""The quadrants by whether x and y are above the middle of the scale."""

ON_THE_LINE = N_("Just in the middle of an axis: {options}.")


class Quadrants(Rule, frozen=True, kw_only=True):
    """Places each option at the medians of its numbers. The lines are about every option's x, then about every y."""

    rates: ClassVar[bool] = True

    paper: Matrix

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        lines: list[Line] = []
        for axis in (X, Y):
            spreads = spreads_of(profile, [f"{option}.{axis}" for option in options])
            place = dict(ranked_by({slot: median(spread) for slot, spread in spreads.items()}, tuple(spreads)))
            lines += [
                Line(slot, place[slot], median(spread), sum(spread.values()), spread=spread)
                for slot, spread in spreads.items()
            ]
        notes = (*self._quadrants(points(lines)), *uneven(spreads)) if profile.cast else ()
        return tallied(self, profile, lines, notes=notes)

    def slots(self, options: Sequence[Option]) -> tuple[Option, ...]:
        return tuple(
            Option(f"{option.id}.{axis}", _joined(option.label, name))
            for axis, name in zip((X, Y), self.paper.axes, strict=True)
            for option in options
        )

    def _quadrants(self, at: Mapping[str, tuple[float, float]]) -> tuple[Note, ...]:
        middle = (self.paper.low + self.paper.high) / 2
        x, y = self.paper.axes
        found: dict[str, list[str]] = {}
        for option, (right, up) in at.items():
            between = middle in {right, up}
            found.setdefault(ON_THE_LINE if between else QUADRANTS[right > middle, up > middle], []).append(option)
        return tuple(
            Note(message, {"options": tuple(found[message])}, {"x": x, "y": y})
            for message in (*QUADRANTS.values(), ON_THE_LINE)
            if message in found
        )


def points(lines: Sequence[Line]) -> dict[str, tuple[float, float]]:
    """Return where each option stands, (x, y), leaving out those that nobody placed."""
    at = {line.option: line.score for line in lines if line.supporters}
    options = (line.option.removesuffix(f".{X}") for line in lines if line.option.endswith(f".{X}"))
    return {option: (at[x], at[y]) for option in options for x, y in [slots(option)] if x in at and y in at}


def _joined(label: Localised, axis: Localised) -> dict[str, str]:
    """Return "label: axis" in every language that either of them has."""
    fallback = (next(iter(label.values()), ""), next(iter(axis.values()), ""))
    return {
        lang: f"{label.get(lang, fallback[0])}: {axis.get(lang, fallback[1])}"
        for lang in dict.fromkeys((*label, *axis))
    }


def _matrix(spec: Spec) -> Rule:
    low, high = ends_of_scale(spec, 1, 5)
    axes = tuple(localised(axis) for axis in spec.setting("axes", list(EFFORT_AND_IMPACT)))
    if len(axes) != 2:
        raise AgendaError(N_('Item "{item}": "axes" names two axes, x and y.'), item=spec.id)
    return Quadrants(
        name="matrix",
        title=N_("Two-by-two matrix"),
        explanation=N_("Everybody gives each option a number on two axes; the medians tell where it stands."),
        source="A. Lowy, P. Hood: The Power of the 2 × 2 Matrix, 2004",
        unit=N_("median"),
        paper=Matrix(low, high, (axes[0], axes[1])),
        scale=True,
    )


RULES: Mapping[str, Callable[[Spec], Rule]] = {"matrix": _matrix}
