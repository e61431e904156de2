"""Papers: what a ballot may say, and how a form's fields are read as one.

A paper knows the form that is filled in and nothing of counting; a rule counts what is on it. On the wire every paper
is `value.<option>=<number>`; what that number means is said by each paper below. A refused form changes nothing.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.text import Localised

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

VALUE = "value."
CHOICE = "choice"

Value = Mapping[str, int]
"""What a ballot says: option id to number. An option that is not named has none."""

_WHOLE = re.compile(r"-?[0-9]{1,16}")


class Filled(Struct, frozen=True):
    """A paper as somebody filled it in: its numbers and, apart from them, the person's own words by option."""

    value: Value = {}
    words: Mapping[str, str] = {}

    @property
    def empty(self) -> bool:
        """Whether it says nothing: an abstention."""
        return not self.value and not self.words


class Paper(Struct, frozen=True):
    """The shape of a paper; `kind` names the part of the poll's page that shows it."""

    kind: ClassVar[str]

    @property
    def never_secret(self) -> str:
        """Why it cannot be used in a secret vote, a message key with {item}; empty where it can."""
        return ""

    @abstractmethod
    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        """Return what a form says about `options`. `earlier` is what this voter had said before.

        Raises `Refused` with the field to mend.
        """

    def said(self, filled: Filled, labels: Mapping[str, str], text: Text) -> list[str]:
        """Return what a ballot says, a phrase for each of its numbers; `labels` are the options' by id."""
        return [f"{labels.get(slot, slot)}: {self.step(n, text)}" for slot, n in filled.value.items()]

    def step(self, number: int, text: Text) -> str:
        """Return what a number on this paper is called."""
        return text.number(number)


class Marks(Paper, frozen=True):
    """Marks on options: dots, ticks, points. Each option takes 0 to `cap`; all together at most `budget` (0: any).

    With `exact` the whole budget must be given. `least` is the number of options to mark, unless the ballot is empty.
    """

    kind: ClassVar[str] = "marks"

    budget: int = 0
    cap: int = 1
    least: int = 0
    exact: bool = False

    @property
    def single(self) -> bool:
        """Whether a ballot names at most one option."""
        return self.budget == 1

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del earlier
        if self.single and CHOICE in fields:
            fields = {**fields, VALUE + fields[CHOICE]: "1"}
        value = {option: number for option, number in numbers(fields, options, 0, self.cap).items() if number}
        given = sum(value.values())
        if self.budget and given > self.budget:
            raise Refused(Why.INVALID, self._over, field="value", budget=self.budget, given=given)
        if self.exact and value and given != self.budget:
            raise Refused(
                Why.INVALID,
                N_("Please give all {budget}; you gave {given} so far."),
                field="value",
                budget=self.budget,
                given=given,
            )
        if value and len(value) < self.least:
            raise Refused(
                Why.INVALID,
                N_("Please choose {least} at least; you chose {given}."),
                field="value",
                least=self.least,
                given=len(value),
            )
        return Filled(value)

    def said(self, filled: Filled, labels: Mapping[str, str], text: Text) -> list[str]:
        if self.cap == 1:
            return [labels.get(option, option) for option in filled.value]
        return super().said(filled, labels, text)

    @property
    def _over(self) -> str:
        if self.single:
            return N_("Please choose one answer only.")
        if self.cap == 1:
            return N_("You can choose {budget} at most, and you chose {given}.")
        if self.exact:
            return N_("You have {budget} points, and you gave {given}. Take some back.")
        return N_("You have {budget} dots, and you gave {given}. Take some back.")


class Scale(Paper, frozen=True):
    """A number from `low` to `high` for each option; an option without one gets "no opinion".

    With `required` each option needs a number unless the ballot is empty. `ends` says what the first and the last
    number mean, `labels` what each of them means, where that is said.
    """

    kind: ClassVar[str] = "scale"

    low: int = 1
    high: int = 5
    required: bool = False
    ends: tuple[str, str] = ("", "")
    labels: tuple[Localised, ...] = ()

    @property
    def steps(self) -> range:
        return range(self.low, self.high + 1)

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del earlier
        value = numbers(fields, options, self.low, self.high)
        if self.required and value:
            for option in options:
                if option not in value:
                    raise Refused(
                        Why.INVALID,
                        N_("Every option needs a number from {low} to {high} here."),
                        field=VALUE + option,
                        low=self.low,
                        high=self.high,
                    )
        return Filled(value)


class Ranking(Paper, frozen=True):
    """A place for each option, 1 being the best; several may share one, and any may be left out unless `full`.

    Places are kept without gaps. A button `move=<option>:up|down|out` changes the order that the same form shows.
    """

    kind: ClassVar[str] = "ranking"

    full: bool = False

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del earlier
        places = without_gaps(numbers(fields, options, 1, len(options)))
        if move := fields.get("move"):
            return Filled(moved(places, move, options))
        if self.full and places and len(places) < len(options):
            missing = next(option for option in options if option not in places)
            raise Refused(Why.INVALID, N_("Please give every option a place."), field=VALUE + missing)
        return Filled(places)


def numbers(fields: Mapping[str, str], options: Sequence[str], low: int, high: int) -> dict[str, int]:
    """Return the numbers that a form gives to options; an empty field says nothing. Raises `Refused`."""
    known = set(options)
    found: dict[str, int] = {}
    for field, written in fields.items():
        if not field.startswith(VALUE):
            continue
        option = field.removeprefix(VALUE)
        if option not in known:
            raise Refused(
                Why.INVALID, N_('"{option}" is not one of the options.'), field=field[:80], option=option[:60]
            )
        if written.strip():
            found[option] = whole(written, field, low, high)
    return found


def whole(written: str, field: str, low: int, high: int) -> int:
    """Return the whole number that was written, if it is one from `low` to `high`. Raises `Refused`."""
    text = written.strip()
    if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
        raise Refused(
            Why.INVALID,
            N_('"{value}" is not a whole number from {low} to {high}.'),
            field=field,
            value=text[:20],
            low=low,
            high=high,
        )
    return int(text)


def without_gaps(places: Value) -> dict[str, int]:
    """Return the same order with places that follow each other, in that order.

    >>> without_gaps({"a": 7, "b": 2, "c": 7})
    {'b': 1, 'a': 2, 'c': 2}
    """
    used = {place: number for number, place in enumerate(sorted(set(places.values())), 1)}
    return {option: used[place] for option, place in sorted(places.items(), key=lambda pair: pair[1])}


def moved(places: Value, move: str, options: Sequence[str]) -> dict[str, int]:
    """Return the places after a button was pressed: one option goes up or down by one place, or out of the order.

    An option without a place joins at the end. Raises `Refused` for a button that there is not.

    >>> moved({"a": 1, "b": 2}, "b:up", "abc"), moved({"a": 1, "b": 2}, "c:up", "abc")
    ({'b': 1, 'a': 2}, {'a': 1, 'b': 2, 'c': 3})
    """
    option, _, way = move.rpartition(":")
    if option not in options or way not in {"up", "down", "out"}:
        raise Refused(Why.INVALID, N_("There is no such button. Please reload the page."), field="move")
    if option not in places:
        return without_gaps(places if way == "out" else {**places, option: len(options) + 1})
    others = {other: 2 * place for other, place in places.items() if other != option}
    shared = places[option] in {place for other, place in places.items() if other != option}
    step = {"up": -1 if shared else -3, "down": 1 if shared else 3}
    return without_gaps(others if way == "out" else {**others, option: 2 * places[option] + step[way]})
