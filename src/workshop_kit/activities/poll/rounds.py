"""The rounds of a poll side by side: what each option got in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from workshop_kit.activities.poll.record import labels_of, withheld
from workshop_kit.activities.poll.shown import score
from workshop_kit.activities.poll.state import PollState
from workshop_kit.core.document import AnyBlock, Bar, Chart, Heading, Paragraph, Table
from workshop_kit.core.errors import N_
from workshop_kit.voting.form import Form
from workshop_kit.voting.tally import Line, Tally

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

MOST_BARS = 40
"""What a page holds in one picture; the table beside it shows all options."""


class Round(Struct, frozen=True):
    """A round whose result may be told, with its lines by option."""

    number: int
    state: PollState
    tally: Tally
    lines: dict[str, Line]

    def name(self, text: Text) -> str:
        return text(N_("Round {n}"), n=self.number)


def compared(states: Sequence[PollState], text: Text, people: People | None = None) -> Iterator[AnyBlock]:
    """Yield the rounds side by side; nothing where there are not two results of one rule that may be told."""
    last = states[-1]
    if isinstance(last.rule, Form):
        for question in last.rule.paper.questions:
            parts = [state.parts[question.id] for state in states if question.id in state.parts]
            blocks = list(compared(parts, text, people))
            if blocks:
                yield Heading(text.pick(question.prompt) or question.id)
                yield from blocks
        return
    rounds = [one for one in _told(states) if not withheld(one.state, people)]
    if len(rounds) < 2 or len({one.tally.rule for one in rounds}) > 1:
        return
    labels = {option: label for one in rounds for option, label in labels_of(one.state, text).items()}
    options = tuple(dict.fromkeys(line.option for one in reversed(rounds) for line in one.tally.lines))
    drawn = options[: max(MOST_BARS // len(rounds), 1)]
    newest = rounds[-1]
    lines = newest.tally.lines
    first = max(lines, key=lambda line: line.score) if newest.state.rule.scale else lines[0]
    unit = text(newest.state.rule.unit)
    yield Chart(
        title=text(N_("Rounds compared")),
        bars=tuple(
            Bar(f"{labels[option]} – {one.name(text)}", line.score, score(one.state.rule, line, text))
            for option in drawn
            for one in rounds
            if (line := one.lines.get(option))
        ),
        alt=text(
            N_("Bar chart with {n} options in {rounds} rounds, in {unit}. First at last: {first} with {score}."),
            n=len(drawn),
            rounds=len(rounds),
            unit=unit,
            first=labels[first.option],
            score=score(newest.state.rule, first, text),
        ),
        unit=unit,
        ordered=False,
        table=Table(
            head=(text(N_("Option")), *(one.name(text) for one in rounds)),
            rows=tuple((labels[option], *(_cell(one, option, text) for one in rounds)) for option in options),
            numeric=tuple(range(1, len(rounds) + 1)),
        ),
    )
    if len(drawn) < len(options):
        yield Paragraph(text(N_("The picture shows the first {n} options; the table shows all."), n=len(drawn)), "note")
    if other := [labels[option] for option in options if _reworded(rounds, option)]:
        yield Paragraph(text(N_("Worded differently in earlier rounds: {options}."), options=", ".join(other)), "note")


def _told(states: Sequence[PollState]) -> Iterator[Round]:
    for number, state in enumerate(states, 1):
        open_still = state.voting and not state.live
        if not open_still and (tally := state.told) and tally.voters and tally.lines:
            yield Round(number, state, tally, {line.option: line for line in tally.lines})


def _cell(one: Round, option: str, text: Text) -> str:
    line = one.lines.get(option)
    if line is None:
        return "–"
    found = score(one.state.rule, line, text)
    if one.state.rule.scale or one.state.rule.unrated(line):
        return found
    return text(N_("{score} (place {rank})"), score=found, rank=line.rank)


def _reworded(rounds: Sequence[Round], option: str) -> bool:
    wordings = [one.state.labels[option] for one in rounds if option in one.state.labels]
    return any(wording != wordings[0] for wording in wordings)
