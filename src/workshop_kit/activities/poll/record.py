"""What a poll puts into the minutes, and how its ways of voting are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workshop_kit.core.document import AnyBlock, Bar, Chart, Pairs, Paragraph, Table
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Channel

if TYPE_CHECKING:
    from workshop_kit.activities.poll import PollState
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text
    from workshop_kit.voting.profile import Ballot, Tally

SLIP = "slip:"
"""Begins the name of a voter who has a numbered slip of paper instead of a seat."""

OPENNESS = {
    "open": N_("Open: each name stands beside the vote."),
    "names-hidden": N_("Names hidden: votes count without names."),
    "secret": N_("Secret: who took part and what was voted are kept apart. Not for legally binding elections."),
}

PROMISES = {
    "open": N_("Open: in the minutes, what you chose stands beside your name, or beside your number if you gave none."),
    "names-hidden": N_(
        "Names hidden: result and minutes name nobody. Whoever has the session's files, as the facilitator has, "
        "can still look up what you chose."
    ),
    "secret": N_(
        "Secret: once the vote is closed, the session holds no longer what you chose, only that you took part. "
        "Until then, whoever has its files could look it up. If everybody chooses the same, the result tells it all "
        "the same. Not for legally binding elections."
    ),
}
"""What people are told before they vote."""

CHANNELS = {
    Channel.PHONE: NN_("{n} by phone", "{n} by phone"),
    Channel.PAPER: NN_("{n} on paper", "{n} on paper"),
    Channel.HANDS: NN_("{n} by raised hand", "{n} by raised hand"),
    Channel.NOTEBOOK: NN_("{n} in the notebook", "{n} in the notebook"),
}

FEWEST = 5
"""A secret poll does not tell how many came by which way where that would be fewer people than these."""

ONLY_ONE = N_("Only one secret ballot was cast. Its result would tell how that person voted, so it is not shown.")


def blocks(state: PollState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield how was voted, how many took part, and the result, unless it is that of a single secret ballot."""
    rule, told = state.rule, state.told
    labels = {option.id: text.pick(option.label) for option in state.options}
    yield Pairs(
        (
            (text(N_("Method")), f"{text(rule.title)}. {text(rule.explanation, budget=rule.budget)}"),
            (text(N_("Openness")), text(OPENNESS[state.openness])),
            (
                text(N_("Votes")),
                _provenance(told, text, secret=state.secret) if told else text(N_("one secret ballot")),
            ),
        )
    )
    if told is None or not told.voters:
        yield Paragraph(text(N_("Nobody voted.") if told else ONLY_ONE), "note")
        return
    unit = text(rule.unit)
    best = max(told.lines, key=lambda line: line.score)
    yield Chart(
        title=text(N_("Result")),
        bars=tuple(Bar(labels[line.option], float(line.score), note=text.number(line.score)) for line in told.lines),
        alt=text(
            N_("Bar chart with {n} options. Most {unit}: {first} with {score}."),
            n=len(told.lines),
            unit=unit,
            first=labels[best.option],
            score=best.score,
        ),
        unit=unit,
        ordered=False,
        table=_result_table(state, told, text),
    )
    yield Paragraph(text(N_("This holds for the people who voted here; others may judge differently.")), "note")
    if state.openness == "open":
        yield Table(
            head=(text(N_("Person")), text(N_("Ballot"))),
            rows=tuple(
                (_voter(ballot, text, people), ", ".join(f"{labels[o]}: {n}" for o, n in ballot.value.items()))
                for ballot in _without_order(state)
            ),
            caption=text(N_("Votes by name")),
        )


def _result_table(state: PollState, tally: Tally, text: Text) -> Table:
    labels = {option.id: text.pick(option.label) for option in state.options}
    columns: list[tuple[str, list[str]]] = [
        (text(N_("Option")), [labels[line.option] for line in tally.lines]),
        (text(state.rule.unit), [text.number(line.score) for line in tally.lines]),
    ]
    if not state.rule.scale:
        columns.insert(0, (text(N_("Rank")), [f"{line.rank}." for line in tally.lines]))
    if state.rule.cap > 1:
        supporters = [text(N_("{n} of {voters}"), n=line.supporters, voters=tally.voters) for line in tally.lines]
        columns.append((text(N_("People")), supporters))
    return Table(
        head=tuple(head for head, _ in columns),
        rows=tuple(zip(*(cells for _, cells in columns), strict=True)),
        numeric=tuple(index for index, (head, _) in enumerate(columns) if head != text(N_("Option"))),
    )


def _voter(ballot: Ballot, text: Text, people: People) -> str:
    if ballot.voter.startswith(SLIP):
        return text(N_("Slip {number}"), number=ballot.voter.removeprefix(SLIP))
    return people(ballot.voter, text)


def _without_order(state: PollState) -> list[Ballot]:
    """Return the ballots in an order that says nothing about when they were cast."""
    return sorted(state.ballots.values(), key=lambda ballot: ballot.voter)


def _provenance(tally: Tally, text: Text, *, secret: bool) -> str:
    few = secret and any(n < FEWEST for n in tally.channels.values())
    parts = [] if few else [text.plural(*CHANNELS[channel], n) for channel, n in tally.channels.items()]
    told = text.plural("{n} person voted", "{n} people voted", tally.voters)
    told = f"{told} ({', '.join(parts)})" if parts else told
    if tally.abstained:
        told += ", " + text.plural("{n} abstained", "{n} abstained", tally.abstained)
    if tally.eligible is not None:
        told += ", " + text.plural("{n} could have voted", "{n} could have voted", tally.eligible)
    return told
