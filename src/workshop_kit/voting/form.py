"""A form: several questions on one page, each with a rule of its own, sent and counted together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.text import Localised, localised
from workshop_kit.voting.papers import Filled, Paper
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, tallied
from workshop_kit.voting.tally import Tally

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

MOVE = "move"


class Question(Struct, frozen=True):
    """One question of a form; `id` has no dot."""

    id: str
    prompt: Localised
    rule: Rule
    options: tuple[Option, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    def slot(self, key: str) -> str:
        """Return the key that an option or another key of this question has on the whole form."""
        return f"{self.id}.{key}"

    def own(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return what belongs to this question, under the question's own keys."""
        return {key.removeprefix(self.slot("")): item for key, item in given.items() if key.startswith(self.slot(""))}

    def filled(self, form: Filled) -> Filled:
        """Return this question's part of a ballot."""
        return Filled(self.own(form.value), self.own(form.words))  # type: ignore[arg-type]

    def profile(self, profile: Profile) -> Profile:
        """Return the profile of this question; who left it out abstains."""
        ballots = [(ballot, self.filled(ballot.filled)) for ballot in profile.ballots]
        return replace(
            profile, ballots=tuple(replace(ballot, value=part.value, words=part.words) for ballot, part in ballots)
        )

    def fields(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return the fields that this question's own paper reads."""
        found = {}
        for name, written in fields.items():
            kind, _, rest = name.partition(".")
            if rest == self.id or rest.startswith(self.slot("")):
                found[kind + rest.removeprefix(self.id)] = written
        move = fields.get(MOVE, "")
        return {**found, MOVE: move.removeprefix(self.slot(""))} if move.startswith(self.slot("")) else found

    def field(self, field: str) -> str:
        """Return the name on the whole form of a field of this question's paper."""
        kind, dot, rest = field.partition(".")
        return f"{kind}.{self.slot(rest) if dot else self.id}"


class Questions(Paper, frozen=True):
    """All questions at once. Each field of a question's own paper carries the question's id after its first part.

    So the form has `value.<question>.<option>`, `choice.<question>`, `reason.<question>.<option>`, and a button
    `move=<question>.<option>:up|down|out`. On the ballot every key begins with "<question>.".
    """

    kind: ClassVar[str] = "form"

    questions: tuple[Question, ...]

    @property
    def never_secret(self) -> str:
        return next((why for question in self.questions if (why := question.rule.paper.never_secret)), "")

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del options
        value: dict[str, int] = {}
        words: dict[str, str] = {}
        known = {question.id for question in self.questions}
        for name in fields:
            kind, dot, rest = name.partition(".")
            if dot and kind in {"value", "choice"} and rest.partition(".")[0] not in known:
                raise Refused(Why.INVALID, N_("There is no such question here."), field=name[:80])
        for question in self.questions:
            try:
                filled = question.rule.paper.read(question.fields(fields), question.ids, question.filled(earlier))
            except Refused as error:
                field = question.field(error.field) if error.field else None
                raise Refused(error.why, error.message, field=field, **error.values) from None
            value |= {question.slot(key): number for key, number in filled.value.items()}
            words |= {question.slot(key): said for key, said in filled.words.items()}
        return Filled(value, words)

    def said(self, filled: Filled, labels: Mapping[str, str], text: Text) -> list[str]:
        del labels
        return [
            f"{text.pick(question.prompt)}: {phrase}"
            for question in self.questions
            for phrase in question.rule.paper.said(
                question.filled(filled), {option.id: text.pick(option.label) for option in question.options}, text
            )
        ]


class Form(Rule, frozen=True, kw_only=True):
    """Counts each question by its own rule. The lines are those of all questions, each as "<question>.<option>"."""

    fewest: ClassVar[int] = 0
    grows: ClassVar[bool] = False
    decides: ClassVar[bool] = False

    paper: Questions

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        del options
        lines = [
            replace(line, option=question.slot(line.option))
            for question in self.paper.questions
            for line in question.rule.count(question.profile(profile), question.ids).lines
        ]
        return tallied(self, profile, lines)

    def slots(self, options: Sequence[Option]) -> tuple[Option, ...]:
        del options
        return tuple(
            replace(option, id=question.slot(option.id))
            for question in self.paper.questions
            for option in question.rule.slots(question.options)
        )


QUESTIONS = "questions"


def reader(rules: Mapping[str, Callable[[Spec], Rule]]) -> Callable[[Spec], Rule]:
    """Return the way to read a form whose questions may use these rules."""

    def read(spec: Spec) -> Rule:
        return Form(
            name="form",
            title=N_("Form with several questions"),
            explanation=N_("Everybody answers several questions on one page; each is counted by its own rule."),
            source="R. M. Groves et al.: Survey Methodology, 2nd ed. 2009, ch. 7",
            unit=N_("points"),
            paper=Questions(questions=tuple(_question(entry, spec, rules) for entry in _entries(spec))),
            scale=True,
        )

    return read


def _entries(spec: Spec) -> list[Mapping[str, object]]:
    entries = spec.setting(QUESTIONS, [])
    ids = [entry.get("id") for entry in entries if isinstance(entry, Mapping)]
    usable = len(ids) == len(entries) == len(set(ids)) and all(isinstance(i, str) and i and "." not in i for i in ids)
    if not entries or not usable:
        raise AgendaError(
            N_('Item "{item}": a form needs [[item.questions]], each with an id of its own that has no dot.'),
            item=spec.id,
        )
    return list(entries)


def _question(entry: Mapping[str, object], spec: Spec, rules: Mapping[str, Callable[[Spec], Rule]]) -> Question:
    name = f"{spec.id}.{entry['id']}"
    prompt = entry.get("prompt", "")
    if not isinstance(prompt, str | Mapping):
        raise AgendaError(N_('Item "{item}": a prompt is a text, or a text per language.'), item=name)
    inner = spec.inner(name, {key: value for key, value in entry.items() if key not in {"id", "prompt"}})
    rule = rules[inner.setting("rule", "choice", rules)](inner)
    options = rule.options_of(inner)
    if len(options) < rule.fewest:
        raise AgendaError(
            N_('Item "{item}": a poll needs at least two options. Add options = ["…", "…"] or options_from.'), item=name
        )
    return Question(str(entry["id"]), localised(prompt), rule, options)
