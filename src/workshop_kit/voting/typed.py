"""Slips as somebody types them: a short line for each, read into the fields of a form and so by the paper itself.

Options are typed by the numbers that stand on the printed slip, from 1 in the order of the agenda. `hint` tells what a
line may say on a paper. A line with nothing but `BLANK` is an empty slip.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.budget import Projects
from workshop_kit.voting.consent import REASON, Stances
from workshop_kit.voting.form import Questions
from workshop_kit.voting.matrix import Matrix, slots
from workshop_kit.voting.pairs import PAIR, TIE, Pairs
from workshop_kit.voting.papers import CHOICE, VALUE, Filled, Marks, Paper, Ranking, Scale
from workshop_kit.voting.words import WORD, Words

BLANK = "-"
LINE = "line"
"""The field that holds what was typed."""

Fields = dict[str, str]

_NUMBER = re.compile(r"[0-9]{1,4}")
_GIVEN = re.compile(r"([0-9]{1,4}):(-?[0-9]{1,16})")
_STANCE = re.compile(r"([0-9]+|-)\s*(?:\(([^()]*)\))?[\s,]*")
_BETTER = re.compile(r"([0-9]{1,4})([<>=])([0-9]{1,4})")


class Hint(Struct, frozen=True):
    """What a line may say: a message key with its values."""

    message: str
    values: Mapping[str, Any] = {}


def read_typed(paper: Paper, line: str, options: Sequence[str]) -> tuple[Filled, tuple[Fields, ...]]:
    """Return what a typed line says about `options` and the forms that say the same, which are cast one by one.

    There is one form, but where options are compared in pairs, one for each pair. Raises `Refused`.
    """
    forms = _forms(paper, line.strip(), options)
    filled = Filled()
    for form in forms:
        filled = paper.read(form, options, filled)
    return filled, forms


def hint(paper: Paper, options: int) -> Hint:
    """Return what a line may say on a paper with so many options."""
    return _HINTS[paper.kind](paper, options)


def known() -> frozenset[str]:
    """Return the kinds of paper that can be typed."""
    return frozenset(_TYPED)


def _forms(paper: Paper, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    if not line:
        raise Refused(Why.INVALID, N_("Nothing was typed. An empty slip is typed as -."), field=LINE)
    if line == BLANK:
        return () if isinstance(paper, Pairs) else ({},)
    return _TYPED[paper.kind](paper, line, options)


def _marks(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Marks)
    marks: Counter[str] = Counter()
    for token in _tokens(line):
        if given := _GIVEN.fullmatch(token):
            marks[_option(given[1], options)] += int(given[2])
        else:
            marks[_option(token, options)] += 1
    if paper.cap == 1 and (twice := [option for option, n in marks.items() if n > 1]):
        raise Refused(Why.INVALID, N_("Option {n} is typed twice."), field=LINE, n=options.index(twice[0]) + 1)
    return ({VALUE + option: str(n) for option, n in marks.items()},)


def _scale(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Scale)
    return ({VALUE + option: number for option, number in _by_row(line, options) if number != BLANK},)


def _ranking(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Ranking)
    places: Fields = {}
    shared = re.sub(r"\s*=\s*", "=", line)
    for place, group in enumerate(_tokens(shared.replace(">", " ")), 1):
        for token in group.split("="):
            option = _option(token, options)
            if VALUE + option in places:
                raise Refused(Why.INVALID, N_("Option {n} is typed twice."), field=LINE, n=token)
            places[VALUE + option] = str(place)
    return (places,)


def _consent(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Stances)
    found = list(_STANCE.finditer(line))
    if not found or found[-1].end() != len(line) or any(one.start() != other.end() for other, one in pairwise(found)):
        raise Refused(Why.INVALID, N_('"{typed}" cannot be read.'), field=LINE, typed=line[:60])
    _as_many([one[1] for one in found], options)
    numbers = {str(place): stance for place, stance in enumerate(paper.stances, 1)}
    fields: Fields = {}
    for option, one in zip(options, found, strict=True):
        if one[1] != BLANK and one[1] not in numbers:
            told = N_('"{value}" is not a whole number from {low} to {high}.')
            raise Refused(Why.INVALID, told, field=LINE, value=one[1][:20], low=1, high=len(numbers))
        if one[1] != BLANK:
            fields[VALUE + option] = str(numbers[one[1]])
        if one[2]:
            fields[REASON + option] = one[2]
    return (fields,)


def _matrix(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Matrix)
    fields: Fields = {}
    for option, typed in _by_row(re.sub(r"\s*/\s*", "/", line), options):
        if typed == BLANK:
            continue
        both = typed.split("/")
        if len(both) != 2:
            told = N_('"{typed}" is not two numbers with a slash between, as in 3/4.')
            raise Refused(Why.INVALID, told, field=LINE, typed=typed[:20])
        fields |= {VALUE + slot: number for slot, number in zip(slots(option), both, strict=True)}
    return (fields,)


def _budget(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Projects)
    fields: Fields = {}
    for token in _tokens(line):
        given = _GIVEN.fullmatch(token) if paper.amounts else re.fullmatch(r"([0-9]+)()", token)
        if not given:
            told = N_('"{typed}" is not a project with its amount, as in 1:500.') if paper.amounts else _NO_OPTION
            raise Refused(Why.INVALID, told, field=LINE, typed=token[:20], n=len(options))
        field = VALUE + _option(given[1], options)
        if field in fields:
            raise Refused(Why.INVALID, N_("Option {n} is typed twice."), field=LINE, n=given[1])
        fields[field] = given[2] or "1"
    return (fields,)


def _pairs(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    assert isinstance(paper, Pairs)
    return tuple(_judged(token, options) for token in _tokens(re.sub(r"\s*([<>=])\s*", r"\1", line)))


def _judged(token: str, options: Sequence[str]) -> Fields:
    found = _BETTER.fullmatch(token)
    if not found:
        told = N_('"{typed}" is no comparison, as in 1>2 or 1=2.')
        raise Refused(Why.INVALID, told, field=LINE, typed=token[:20])
    one, other = _option(found[1], options), _option(found[3], options)
    return {PAIR: f"{one},{other}", CHOICE: {">": one, "<": other, "=": TIE}[found[2]]}


def _words(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    del options
    assert isinstance(paper, Words)
    return ({f"{WORD}{number}": word for number, word in enumerate(line.split(","), 1)},)


def _form(paper: Any, line: str, options: Sequence[str]) -> tuple[Fields, ...]:
    del options
    assert isinstance(paper, Questions)
    answers = [answer.strip() or BLANK for answer in line.split(";")]
    if len(answers) != len(paper.questions):
        told = N_("The slip has {n} questions, and {given} answers were typed. Part them with ; and type - for none.")
        raise Refused(Why.INVALID, told, field=LINE, n=len(paper.questions), given=len(answers))
    fields: Fields = {}
    for question, answer in zip(paper.questions, answers, strict=True):
        for own in _forms(question.rule.paper, answer, question.ids):
            fields |= {question.field(name): written for name, written in own.items()}
    return (fields,)


_NO_OPTION = N_('"{typed}" is none of the options 1 to {n}.')


def _option(token: str, options: Sequence[str]) -> str:
    """Return the option that a number stands for. Raises `Refused`."""
    if not _NUMBER.fullmatch(token) or not 1 <= int(token) <= len(options):
        raise Refused(Why.INVALID, _NO_OPTION, field=LINE, typed=token[:20], n=len(options))
    return options[int(token) - 1]


def _by_row(line: str, options: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what is typed for each option in their order. Raises `Refused`."""
    tokens = _tokens(line)
    _as_many(tokens, options)
    return zip(options, tokens, strict=True)


def _as_many(typed: Sequence[str], options: Sequence[str]) -> None:
    if len(typed) != len(options):
        told = N_("The slip has {n} rows, and {given} were typed. Type - for a row that is empty.")
        raise Refused(Why.INVALID, told, field=LINE, n=len(options), given=len(typed))


def _tokens(line: str) -> list[str]:
    """Return the parts of a line between spaces and commas."""
    return line.replace(",", " ").split()


_TYPED: Mapping[str, Callable[[Any, str, Sequence[str]], tuple[Fields, ...]]] = {
    Marks.kind: _marks,
    Scale.kind: _scale,
    Ranking.kind: _ranking,
    Stances.kind: _consent,
    Matrix.kind: _matrix,
    Projects.kind: _budget,
    Pairs.kind: _pairs,
    Words.kind: _words,
    Questions.kind: _form,
}


def _marks_hint(paper: Any, options: int) -> Hint:
    assert isinstance(paper, Marks)
    if paper.single:
        return Hint(N_("The number of the option that is marked, 1 to {n}."), {"n": options})
    if paper.cap == 1:
        return Hint(N_("The numbers of all options that are marked, 1 to {n}: 1 3 5."), {"n": options})
    return Hint(N_("The number of an option for each of its dots, or option:dots: 1 1 3, or 1:2 3."))


def _scale_hint(paper: Any, options: int) -> Hint:
    assert isinstance(paper, Scale)
    ends = {"low": paper.low, "high": paper.high}
    if options == 1:
        return Hint(N_("The number that is marked, {low} to {high}."), ends)
    return Hint(N_("What is marked in each row, from the top, {low} to {high}; - for an empty row."), ends)


def _budget_hint(paper: Any, options: int) -> Hint:
    assert isinstance(paper, Projects)
    if paper.amounts:
        return Hint(N_("project:amount for each that gets some: 1:500 3:250."))
    return Hint(N_("The numbers of all options that are marked, 1 to {n}: 1 3 5."), {"n": options})


def _matrix_hint(paper: Any, options: int) -> Hint:
    del options
    told = N_(
        "Both numbers for each option, from the top, {low} to {high}, with a slash between; - for none: 3/4 - 2/5."
    )
    return Hint(told, {"low": paper.low, "high": paper.high})


_HINTS: Mapping[str, Callable[[Any, int], Hint]] = {
    Marks.kind: _marks_hint,
    Scale.kind: _scale_hint,
    Ranking.kind: lambda _paper, _n: Hint(
        N_("The numbers of the options, the best first, with = where some share a place: 3 1=2.")
    ),
    Stances.kind: lambda _paper, _n: Hint(
        N_("For each proposal the box that is marked, 1 to 4, and its reason in brackets: 1 3 (too dear).")
    ),
    Matrix.kind: _matrix_hint,
    Projects.kind: _budget_hint,
    Pairs.kind: lambda _paper, _n: Hint(N_("Every row that is marked, by the numbers of its options: 1>2 4>1 2=3.")),
    Words.kind: lambda _paper, _n: Hint(N_("The words, with commas between.")),
    Questions.kind: lambda _paper, _n: Hint(
        N_("The answers in the order of the questions, parted with ; and - for none: 3; 1 2; -.")
    ),
}
