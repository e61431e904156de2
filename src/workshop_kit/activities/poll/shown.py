"""What the templates of a poll show: a sheet of paper to fill in, and an outcome to look at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from workshop_kit.core.activity import Option
from workshop_kit.core.document import one_line
from workshop_kit.core.text import Localised
from workshop_kit.voting.matrix import Matrix, points
from workshop_kit.voting.papers import Marks, Paper, Scale
from workshop_kit.voting.rule import Rule
from workshop_kit.voting.scales import median
from workshop_kit.voting.tally import Line, Note, Tally

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

PICTURES = {
    "yes-no": "motion",
    "resistance": "resistance",
    "committee-pav": "chosen",
    "committee-shares": "chosen",
    "budget-greedy": "chosen",
    "budget-shares": "chosen",
}
"""The pictures of rules whose results show otherwise than others on the same paper."""

NONE = "–"
"""Stands for a figure that there is not."""

Reason = tuple[str, int, str]
"""What somebody wrote beside a stance: the proposal, the stance, and the words."""


class Sheet(Struct, frozen=True):
    """A paper as a form shows it. `said` is what stands on it, by field.

    `question` is the question of a larger form that it answers; a `slip` is copied in the console, not filled in by a
    voter. With `moves` a form is sent at each change of an order. `offered` is the pair to compare, of `pairs` in all;
    `parts` are the sheets of a form's questions, each with its `prompt`.
    """

    paper: Paper
    options: Mapping[str, Option]
    said: Mapping[str, str] = {}
    question: str = ""
    slip: bool = False
    moves: bool = True
    offered: tuple[str, ...] = ()
    pairs: int = 0
    parts: tuple[Sheet, ...] = ()
    prompt: Localised = {}

    def field(self, kind: str, key: str = "") -> str:
        """Return the name of a field."""
        return ".".join(filter(None, (kind, self.question, key)))

    def given(self, key: str = "", kind: str = "value") -> str:
        """Return what stands in a field, "" where nothing does."""
        return self.said.get(self.field(kind, key), "")

    def id(self, kind: str, key: str = "", number: object = "") -> str:
        """Return the id of an element."""
        slot = ".".join(filter(None, (self.question, key)))
        return "-".join(filter(None, ("slip" if self.slip else "", kind, slot, str(number))))

    def meanings(self, text: Text) -> dict[int, str]:
        """Return what the numbers of a scale mean, "" where the paper does not say."""
        return meanings(self.paper, text)

    @property
    def placed(self) -> list[tuple[int, str]]:
        """The places given to options, the first place first."""
        places = [(self.given(option), option) for option in self.options]
        return sorted(((int(n), option) for n, option in places if n.isdecimal() and int(n)), key=lambda pair: pair[0])


class Outcome(Struct, frozen=True, dict=True):
    """A tally with what is needed to show it. `labels` are those of everything that it names.

    `question` is the question of a larger form that it answers, `prompt` its text, `parts` the outcomes of a form's
    questions. `reasons` are what people wrote beside their stances, `before` the scores of the round before.
    """

    rule: Rule
    labels: Mapping[str, Localised]
    tally: Tally
    question: str = ""
    parts: tuple[Outcome, ...] = ()
    reasons: tuple[Reason, ...] = ()
    prompt: Localised = {}
    before: Mapping[str, float] = {}

    @property
    def picture(self) -> str:
        """The part of the poll's page that shows it."""
        return PICTURES.get(self.rule.name, self.rule.paper.kind)

    @property
    def weighs(self) -> bool:
        """Whether a ballot says more of an option than that it was chosen."""
        paper = self.rule.paper
        return not isinstance(paper, Marks) or paper.cap > 1

    @cached_property
    def best(self) -> float:
        """The largest score, to draw the others in proportion."""
        return max((abs(line.score) for line in self.tally.lines), default=0)

    @cached_property
    def most_alike(self) -> int:
        """The largest number of people who gave the same number to the same option, 1 at least."""
        return max((n for line in self.tally.lines for n in line.spread.values()), default=1) or 1

    @cached_property
    def tied(self) -> frozenset[str]:
        """The options that share their place with another, none where nobody voted."""
        groups = self.tally.tied if self.tally.voters and not self.rule.scale else ()
        return frozenset(option for group in groups for option in group) - self.unrated

    @cached_property
    def unrated(self) -> frozenset[str]:
        """The options that have no score, since nobody rated them."""
        return frozenset(line.option for line in self.tally.lines if self.rule.unrated(line))

    @cached_property
    def for_comparison(self) -> Line | None:
        """The line of the option that the rule itself adds."""
        own = {option.id for option in self.rule.always}
        return next((line for line in self.tally.lines if line.option in own), None)

    def id(self, kind: str, key: str = "") -> str:
        """Return the id of an element."""
        return "-".join(filter(None, (kind, ".".join(filter(None, (self.question, key))))))

    def label(self, option: str, text: Text) -> str:
        """Return the label of an option."""
        return wording(self.labels[option], text)

    def meanings(self, text: Text) -> dict[int, str]:
        """Return what the numbers of a scale mean, "" where the paper does not say."""
        return meanings(self.rule.paper, text)

    def median(self, line: Line) -> float:
        """Return the median of the numbers given to an option."""
        return median(line.spread)

    def told(self, note: Note, text: Text) -> str:
        """Return a note of the tally in words."""
        return told(note, {option: wording(label, text) for option, label in self.labels.items()}, text)

    @property
    def points(self) -> dict[tuple[float, float], list[str]]:
        """The options of a matrix by where they stand, each axis from 0 to 1."""
        paper = self.rule.paper
        assert isinstance(paper, Matrix)
        found: dict[tuple[float, float], list[str]] = {}
        for option, at in points(self.tally.lines).items():
            x, y = ((number - paper.low) / (paper.high - paper.low) for number in at)
            found.setdefault((x, y), []).append(option)
        return found


def meanings(paper: Paper, text: Text) -> dict[int, str]:
    """Return what the numbers of a scale mean, "" where the paper does not say."""
    assert isinstance(paper, Scale)
    said = [text.pick(label) for label in paper.labels] or [text(end) for end in paper.ends]
    if len(said) == len(paper.steps):
        return dict(zip(paper.steps, said, strict=True))
    return dict.fromkeys(paper.steps, "") | {paper.low: said[0], paper.high: said[-1]}


def told(note: Note, labels: Mapping[str, str], text: Text) -> str:
    """Return a tally's note in words; `labels` names the options."""
    named = {name: ", ".join(labels[option] for option in ids).removesuffix(".") for name, ids in note.options.items()}
    return text(note.message, **spoken(note.values, text), **named)


def spoken(values: Mapping[str, object], text: Text) -> dict[str, object]:
    """Return values for placeholders: message keys translated, wordings in the reader's language."""
    return {name: _in(value, text) for name, value in values.items()}


def _in(value: object, text: Text) -> object:
    match value:
        case str():
            return text(value)
        case int() | float():
            return figure(value, text)
        case Mapping():
            return text.pick(value)
    return value


def wording(label: Localised, text: Text) -> str:
    """Return an option's label as lists, tables and pictures show it: on one line."""
    return one_line(text.pick(label))


def score(rule: Rule, line: Line, text: Text) -> str:
    """Return an option's score, a dash where nobody rated it."""
    return NONE if rule.unrated(line) else figure(line.score, text)


def figure(score: float, text: Text) -> str:
    """Return a score with as many decimals, at most two, as it has."""
    return text.number(score, next((digits for digits in (0, 1) if round(score, digits) == score), 2))
