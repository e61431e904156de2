"""Statements in sentences: what came of a round, what people did, and how agreement moved from round to round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.statements.record import TOO_FEW, is_masked, withheld
from workshop_kit.activities.statements.state import VERDICTS, Statement, StatementsState, Verdict
from workshop_kit.core.document import AnyBlock, Paragraph, Table, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event
from workshop_kit.core.small_groups import SMALLEST_GROUP, crowd

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

MOST_TOLD = 2
"""So many statements of a verdict are told in a sentence, the clearest ones."""

ANSWERED = NN_("{n} person answered statements.", "{n} people answered statements.")
UNANSWERED = NN_("{n} statement was answered by nobody.", "{n} statements were answered by nobody.")

WRITTEN = ("statements.statement_added", NN_("{n} statement was written.", "{n} statements were written."))
GONE = (
    ("statements.statement_withdrawn", NN_("{n} statement was withdrawn.", "{n} statements were withdrawn.")),
    (
        "statements.statement_hidden",
        NN_("{n} statement was hidden by the facilitator.", "{n} statements were hidden by the facilitator."),
    ),
)


def gist(state: StatementsState, text: Text, people: People) -> Iterator[str]:
    """Yield what the room agrees on, rejects and is divided about; a sentence each, the clearest statements first."""
    if not state.answerable():
        yield text(N_("No statements were written."))
    elif not state.people:
        yield text(N_("Nobody answered."))
    elif withheld(state, people):
        yield text(TOO_FEW, n=SMALLEST_GROUP)
    elif told := [_named(state, verdict, text) for verdict in list(Verdict)[:-1] if state.by_verdict(verdict)]:
        yield from told
    else:
        yield text(N_("No statement has enough answers to say what the room thinks."))


def course(events: Sequence[Event], state: StatementsState, text: Text, people: People) -> Iterator[str]:
    """Yield what was written, how many people answered, and what was taken away."""
    del state
    for name, forms in (WRITTEN, *GONE):
        if count := len({event.data.get("statement") for event in events if event.name == name and event.data}):
            yield text.plural(*forms, count)
        if name == WRITTEN[0] and (
            answered := len({event.actor for event in events if event.name == "statements.answer_given"})
        ):
            yield crowd(ANSWERED, answered, text, people)


def doubts(state: StatementsState, text: Text) -> Iterator[str]:
    """Yield whether there was anything to answer, and what nobody answered."""
    known = state.answerable()
    if not known:
        yield text(N_("No statements were written."))
    elif not state.people:
        yield text(N_("Nobody answered."))
    elif unanswered := sum(not one.answers for one in known):
        yield text.plural(*UNANSWERED, unanswered)


def compared(states: Sequence[StatementsState], text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield how many agreed in each round with the statements that stood in several of them, word for word."""
    rounds = [
        (number, {text.pick(one.label): one for one in state.answerable() if one.answers})
        for number, state in enumerate(states, 1)
        if state.people and not withheld(state, people)
    ]
    wordings = dict.fromkeys(wording for _, known in reversed(rounds) for wording in known)
    several = [wording for wording in wordings if sum(wording in known for _, known in rounds) > 1]
    if not several:
        return
    head = (text(N_("Statement")), *(text(N_("Round {n}"), n=number) for number, _ in rounds))
    rows = tuple(
        (one_line(wording), *(_agreed(known.get(wording), text, people) for _, known in rounds)) for wording in several
    )
    yield Table(head, rows, text(N_("Who agrees, by round")), numeric=tuple(range(1, len(head))))
    yield Paragraph(text(N_("In percent of those for and against.")), "note")


def _agreed(one: Statement | None, text: Text, people: People) -> str:
    said = one.agree + one.disagree if one else 0
    if one is None or not said or is_masked(one, people):
        return "–"
    return text(N_("{agree} of {said}"), agree=one.agree, said=said) + f" ({text.percent(one.agree / said)})"


def _named(state: StatementsState, verdict: Verdict, text: Text) -> str:
    found = [one_line(text.pick(one.label)).rstrip(".") for one in state.by_verdict(verdict)]
    return text(N_("{verdict}: {names}."), verdict=text(VERDICTS[verdict]), names="; ".join(found[:MOST_TOLD]))
