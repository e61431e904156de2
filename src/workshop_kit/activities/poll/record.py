"""A poll's part of the minutes: the method, who voted, the result with its picture, and what the figures stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.activities.poll.shown import NONE, score, spoken, told, wording
from workshop_kit.activities.poll.slips import told as told_of_slips
from workshop_kit.activities.poll.state import ONLY_ONE, OPENNESS, SLIP, PollState
from workshop_kit.core.document import AnyBlock, Bar, Chart, Heading, Pairs, Paragraph, Table
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Channel
from workshop_kit.core.small_groups import SMALLEST_GROUP, crowd, is_public, is_small
from workshop_kit.voting.budget import Projects
from workshop_kit.voting.consent import Stances
from workshop_kit.voting.form import Form
from workshop_kit.voting.papers import Marks, Ranking, Scale
from workshop_kit.voting.profile import Ballot
from workshop_kit.voting.scales import Resistance
from workshop_kit.voting.stability import DRAWS, Firmness, Standing, agreement, firmness
from workshop_kit.voting.tally import Line, Tally

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

CHANNELS = {
    Channel.PHONE: NN_("{n} by phone", "{n} by phone"),
    Channel.PAPER: NN_("{n} on paper", "{n} on paper"),
    Channel.HANDS: NN_("{n} by raised hand", "{n} by raised hand"),
    Channel.NOTEBOOK: NN_("{n} in the notebook", "{n} in the notebook"),
}


ABSTAINED = NN_("{n} abstained", "{n} abstained")
INVALID = NN_("{n} invalid slip", "{n} invalid slips")

TOO_FEW = N_("Fewer than {n} people voted. In the public edition the result is left out, since it would tell of them.")

DRAWN = N_(
    "The ballots were drawn anew {draws} times, some twice and some not at all: the table tells on which places an "
    "option came in nine of ten draws. What is open hangs on who happened to vote."
)

AGREEMENT = N_("Agreement among the voters: {w} (Kendall's W, from 0 for none to 1 for full).")

INTERVAL = N_(
    "The interval is the range for the share of all {eligible} who could have voted, if those who did not vote are "
    "like those who did (Wilson, 95 %)."
)

STANDINGS = {
    Standing.IN: N_("clearly in"),
    Standing.OPEN: N_("open"),
    Standing.OUT: N_("clearly out"),
}


def record(state: PollState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the blocks of one round."""
    if state.voting and not state.live:
        yield Paragraph(text(N_("The vote is still open; its result shows when it closes.")), "note")
        return
    if state.parts:
        yield from _questions(state, text, people)
        return
    tally = state.told
    yield method(state, tally, text, people)
    if withheld(state, people):
        yield Paragraph(text(TOO_FEW, n=SMALLEST_GROUP), "note")
        return
    if tally is None or not tally.voters:
        yield Paragraph(text(N_("Nobody voted.") if tally else ONLY_ONE), "note")
        return
    if tally.lines:
        drawn = chart(state, tally, text)
        unopposed = isinstance(state.rule.paper, Stances) and not any(bar.value for bar in drawn.bars)
        yield replace(result_table(state, tally, text), caption=drawn.title) if unopposed else drawn
    if any(state.rule.unrated(line) for line in tally.lines):
        yield Paragraph(text(N_("“–” in the result: nobody rated it.")), "note")
    for note in tally.notes:
        yield Paragraph(told(note, labels_of(state, text), text), "note")
    yield from reasons(state, text, people)
    yield from firm(state, tally, text)
    yield from others(state, tally, text)
    yield Paragraph(text(N_("This holds for the people who voted here; others may judge differently.")), "note")
    if any(line.low is not None for line in tally.lines):
        yield Paragraph(text(INTERVAL, eligible=tally.eligible or "?"), "note")
    if state.openness == "open" and not is_public(people):
        yield by_name(state, text, people)


def withheld(state: PollState, people: People | None) -> bool:
    """Return whether a result is kept back: in public, where few voted and not everybody in the room saw how."""
    voted = len(state.voters) + state.room.voters
    return is_public(people) and state.openness != "open" and is_small(voted)


def _questions(state: PollState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the blocks of a form: those of each question under its text."""
    assert isinstance(state.rule, Form)
    for question in state.rule.paper.questions:
        yield Heading(text.pick(question.prompt) or question.id)
        yield from record(state.parts[question.id], text, people)


def method(state: PollState, tally: Tally | None, text: Text, people: People) -> Pairs:
    """Return how was voted, and how many took part by which channel."""
    votes = text(N_("one secret ballot"))
    if tally and not withheld(state, people):
        votes = provenance(tally, text, people, secret=state.secret)
    pairs = (
        (text(N_("Method")), f"{text(state.rule.title)}. {explained(state, text)}"),
        (text(N_("Described in")), state.rule.source),
        (text(N_("Openness")), text(OPENNESS[state.openness])),
        (text(N_("Votes")), votes),
    )
    piles = told_of_slips(state.piles, text, people, secret=state.secret)
    paper = ((text(N_("Slips")), piles),) if piles else ()
    return Pairs(pairs[:3] if withheld(state, people) else (*pairs, *paper))


def explained(state: PollState, text: Text) -> str:
    """Return the rule in one sentence."""
    return text(state.rule.explanation, **spoken(state.rule.values, text))


def provenance(tally: Tally, text: Text, people: People | None, *, secret: bool) -> str:
    """Return how many voted by which channel, abstained, and could have voted.

    The channels are left out where few came by one of them, and the vote was secret or anybody may read this.
    """
    few = (secret or is_public(people)) and any(is_small(n) for n in tally.channels.values())
    parts = [] if few else [text.plural(*CHANNELS[channel], n) for channel, n in tally.channels.items()]
    said = text.plural("{n} person voted", "{n} people voted", tally.voters)
    said = f"{said} ({', '.join(parts)})" if parts else said
    if tally.abstained:
        said += ", " + crowd(ABSTAINED, tally.abstained, text, people)
    if tally.invalid:
        said += ", " + crowd(INVALID, tally.invalid, text, people)
    if tally.eligible is not None:
        said += ", " + text.plural("{n} could have voted", "{n} could have voted", tally.eligible)
        if parts and tally.channels.keys() & {Channel.PAPER, Channel.HANDS}:
            said += " " + text(N_("(with those on paper and by raised hand)"))
    return said


def chart(state: PollState, tally: Tally, text: Text) -> Chart:
    """Return the result as bars, with its table."""
    labels = labels_of(state, text)
    unit = text(state.rule.unit)
    first = tally.lines[0] if not state.rule.scale else max(tally.lines, key=lambda line: line.score)
    return Chart(
        title=text(N_("Result")),
        bars=tuple(
            Bar(labels[line.option], line.score, _beside(state, line, text), *_bounds(state, line, tally))
            for line in tally.lines
        ),
        alt=text(
            N_("Bar chart with {n} options, in {unit}. First: {first} with {score}."),
            n=len(tally.lines),
            unit=unit,
            first=labels[first.option],
            score=score(state.rule, first, text),
        ),
        unit=unit,
        ordered=False,
        table=result_table(state, tally, text),
    )


def result_table(state: PollState, tally: Tally, text: Text) -> Table:
    """Return the result as rows."""
    labels = labels_of(state, text)
    paper = state.rule.paper
    columns: list[tuple[str, list[str]]] = [
        (text(N_("Option")), [labels[line.option] for line in tally.lines]),
        (text(state.rule.unit), [score(state.rule, line, text) for line in tally.lines]),
    ]
    if not state.rule.scale:
        columns.insert(0, (text(N_("Rank")), [_rank(state, line) for line in tally.lines]))
    if not isinstance(paper, Marks) or paper.cap > 1:
        people = [text(N_("{n} of {voters}"), n=line.supporters, voters=tally.voters) for line in tally.lines]
        columns.append((text(N_("People")), people))
    if any(line.low is not None for line in tally.lines):
        columns.append((text(N_("Interval")), [_interval(line, text) for line in tally.lines]))
    if isinstance(paper, Projects):
        costs = [f"{text.number(paper.costs[line.option])} {paper.currency}" for line in tally.lines]
        columns.append((text(N_("Cost")), costs))
    if tally.elected:
        chosen = [text(N_("yes")) if line.option in tally.elected else text(N_("no")) for line in tally.lines]
        columns.append((text(N_("Chosen")), chosen))
    numbers = sorted({number for line in tally.lines for number in line.spread})
    columns += [(paper.step(n, text), [text.number(line.spread.get(n, 0)) for line in tally.lines]) for n in numbers]
    return Table(
        head=tuple(head for head, _ in columns),
        rows=tuple(zip(*(cells for _, cells in columns), strict=True)),
        numeric=tuple(index for index, (head, _) in enumerate(columns) if head != text(N_("Option"))),
    )


def reasons(state: PollState, text: Text, people: People) -> Iterable[AnyBlock]:
    """Yield what people wrote beside their stances, with names in an open vote only."""
    paper = state.rule.paper
    if not isinstance(paper, Stances):
        return
    labels = labels_of(state, text)
    written = [
        (labels[option], paper.step(ballot.value[option], text), reason, _voter(ballot, text, people))
        for option in state.ids
        for ballot in tally_order(state)
        if (reason := ballot.words.get(option)) and option in ballot.value
    ]
    if written:
        head = (text(N_("Option")), text(N_("Stance")), text(N_("Reason")), text(N_("Person")))
        named = state.openness == "open" and not is_public(people)
        shown = len(head) if named else len(head) - 1
        yield Table(head[:shown], tuple(row[:shown] for row in written), text(N_("Reasons")))


def firm(state: PollState, tally: Tally, text: Text) -> Iterable[AnyBlock]:
    """Yield how firm the order is, where that can be said, and how far the voters agree."""
    labels = labels_of(state, text)
    top = min(state.top, len(state.options) - 1)
    found = () if state.rule.scale else firmness(state.rule, state.profile, state.ids, top)
    by_option = {one.option: one for one in found}
    rows = tuple(
        (
            labels[line.option],
            _places(by_option[line.option], text),
            text.percent(by_option[line.option].share),
            text(STANDINGS[by_option[line.option].standing]),
        )
        for line in tally.lines
        if line.option in by_option
    )
    if rows:
        head = (text(N_("Option")), text(N_("Places")), text(N_("In the first {n}"), n=top), text(N_("Standing")))
        yield Table(head, rows, text(N_("How firm is this order?")), numeric=(1, 2))
        yield Paragraph(text(DRAWN, draws=DRAWS), "note")
    if isinstance(state.rule.paper, Ranking | Scale) and not state.profile.room.voters:
        low_is_good = isinstance(state.rule.paper, Ranking) or isinstance(state.rule, Resistance)
        w = agreement(state.profile, state.ids, low_is_good=low_is_good)
        if w is not None:
            yield Paragraph(text(AGREEMENT, w=text.number(w, 2)), "note")


def others(state: PollState, tally: Tally, text: Text) -> Iterable[AnyBlock]:
    """Yield the table that tells whether another rule would have put another option first."""
    labels = labels_of(state, text)
    mine = tally.elected or tally.first
    rows = [(text(state.rule.title), _listed(mine, labels), text(N_("this vote")))]
    for rule in state.rule.alternatives():
        other = rule.count(state.profile, state.ids)
        first = other.elected or other.first
        same = N_("the same") if set(first) == set(mine) else N_("another result")
        rows.append((text(rule.title), _listed(first, labels), text(same)))
    if len(rows) > 1:
        head = (text(N_("Rule")), text(N_("First place")), text(N_("Compared")))
        yield Table(head, tuple(rows), text(N_("Would another rule have decided differently?")))


def by_name(state: PollState, text: Text, people: People) -> Table:
    """Return the ballots of an open vote, each with its person."""
    labels = labels_of(state, text)
    return Table(
        head=(text(N_("Person")), text(N_("Ballot"))),
        rows=tuple(
            (_voter(ballot, text, people), ", ".join(state.rule.paper.said(ballot.filled, labels, text)))
            for ballot in tally_order(state)
        ),
        caption=text(N_("Votes by name")),
    )


def tally_order(state: PollState) -> list[Ballot]:
    """Return the ballots in an order that says nothing about when they were cast."""
    return sorted(state.ballots.values(), key=lambda ballot: ballot.voter)


def labels_of(state: PollState, text: Text) -> dict[str, str]:
    """Return the options' labels by id."""
    named = {**state.labels, **{line.option: state.label(line.option) for line in state.tally.lines}}
    return {option: wording(label, text) for option, label in named.items()}


def _rank(state: PollState, line: Line) -> str:
    return NONE if state.rule.unrated(line) else f"{line.rank}."


def _beside(state: PollState, line: Line, text: Text) -> str:
    """Return what stands beside an option's bar."""
    return text(N_("nobody rated it")) if state.rule.unrated(line) else score(state.rule, line, text)


def _bounds(state: PollState, line: Line, tally: Tally) -> tuple[float | None, float | None]:
    """Return the interval on the chart's axis, where that counts people."""
    counts_people = isinstance(state.rule.paper, Marks) and state.rule.paper.cap == 1
    if line.low is None or line.high is None or not counts_people:
        return None, None
    return line.low * tally.voters, line.high * tally.voters


def _interval(line: Line, text: Text) -> str:
    if line.low is None or line.high is None:
        return ""
    return text(N_("{low} to {high}"), low=text.percent(line.low), high=text.percent(line.high))


def _places(firm: Firmness, text: Text) -> str:
    if firm.best == firm.worst:
        return text.number(firm.best)
    return text(N_("{low} to {high}"), low=text.number(firm.best), high=text.number(firm.worst))


def _listed(ids: Iterable[str], labels: dict[str, str]) -> str:
    return ", ".join(labels[option] for option in ids)


def _voter(ballot: Ballot, text: Text, people: People) -> str:
    if ballot.voter.startswith(SLIP):
        return text(N_("Slip {number}"), number=ballot.voter.removeprefix(SLIP))
    return people(ballot.voter, text)
