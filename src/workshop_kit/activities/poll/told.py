"""A poll in sentences: what came of it in one or two, and what people did while it was open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.poll.record import TOO_FEW, labels_of, withheld
from workshop_kit.activities.poll.shown import figure
from workshop_kit.activities.poll.state import ONLY_ONE, PollState
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import BOX_OPENED, OPTION_ADDED, OPTION_REWORDED, Event
from workshop_kit.core.small_groups import SMALLEST_GROUP, crowd
from workshop_kit.voting.consent import OBJECTION, Stances
from workshop_kit.voting.form import Form
from workshop_kit.voting.sums import ABSTAIN, BASES, NO, YES, Motion
from workshop_kit.voting.tally import Line, Tally

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

PLACES = 3
"""So many first places are told in a sentence, and the option beside that share the last of them."""

MOST_TOLD = 5

VOTED = NN_("{n} person handed in a vote.", "{n} people handed in a vote.")
CHANGED = NN_("{n} person changed it afterwards.", "{n} people changed it afterwards.")
RAISED = NN_("{n} person voted by raising a hand.", "{n} people voted by raising a hand.")
ABSTENTIONS = NN_("{n} abstention", "{n} abstentions")
OBJECTIONS = NN_("{n} objection is open.", "{n} objections are open.")


def gist(state: PollState, text: Text, people: People) -> Iterator[str]:
    """Yield what came of a round."""
    if state.voting and not state.live:
        return
    if isinstance(state.rule, Form):
        for question in state.rule.paper.questions:
            title = text.pick(question.prompt) or question.id
            yield from (f"{title} {told}" for told in gist(state.parts[question.id], text, people))
        return
    if withheld(state, people):
        yield text(TOO_FEW, n=SMALLEST_GROUP)
        return
    tally = state.told
    if tally is None or not tally.voters:
        yield text(N_("Nobody voted.") if tally else ONLY_ONE)
        return
    labels = labels_of(state, text)
    if tally.elected:
        chosen = ", ".join(labels[option] for option in tally.elected)
        yield text(N_("Chosen: {names}."), names=chosen.removesuffix("."))
    elif isinstance(state.rule, Motion):
        yield _decision(state.rule, tally, labels, text)
    elif lines := _foremost(state, tally):
        key = N_("Most often: {names}.") if state.rule.scale else N_("In front: {names}.")
        unit = text(state.rule.unit)
        yield text(key, names=", ".join(f"{labels[one.option]} ({figure(one.score, text)} {unit})" for one in lines))
    if state.undecided:
        yield text(N_("The first place is tied."))


def _decision(rule: Motion, tally: Tally, labels: Mapping[str, str], text: Text) -> str:
    """Return whether a motion was carried, with its votes and what it needed."""
    votes = {line.option: line.score for line in tally.lines}
    if rule.carried(tally):
        said = N_("Carried with {votes} (needed: more than half of {base}).")
    elif votes[YES] == votes[NO]:
        said = N_("Tied, so not carried, with {votes} (needed: more than half of {base}).")
    else:
        said = N_("Rejected with {votes} (needed: more than half of {base}).")
    counted = ", ".join(
        text.plural(*ABSTENTIONS, int(n)) if option == ABSTAIN else f"{figure(n, text)} {labels[option]}"
        for option, n in votes.items()
    )
    return text(said, votes=counted, base=text(BASES[rule.base]))


def _foremost(state: PollState, tally: Tally) -> list[Line]:
    """Return the lines to tell: the first places, or the highest bar of a scale."""
    if state.rule.scale:
        most = max(line.score for line in tally.lines)
        return [line for line in tally.lines if line.score == most][:MOST_TOLD] if most else []
    return [line for line in tally.lines if line.rank <= PLACES and line.score][:MOST_TOLD]


def doubts(state: PollState, text: Text) -> Iterator[str]:
    """Yield what a reader would ask about a round."""
    if not state.begun:
        yield text(N_("Nobody voted."))
        return
    if state.eligible is None:
        yield text(N_("How many could have voted is not known, since the vote was never closed."))
    if isinstance(state.rule.paper, Stances):
        objections = sum(stance == OBJECTION for ballot in state.ballots.values() for stance in ballot.value.values())
        if objections:
            yield text.plural(*OBJECTIONS, objections)
    if state.undecided and state.told:
        yield text(N_("The first place is tied."))


def course(events: Sequence[Event], state: PollState, text: Text, people: People) -> Iterator[str]:
    """Yield what people did, from entries of one round."""
    cast = Counter(event.data["voter"] for event in events if event.name == "poll.ballot_cast")
    taken = {event.data["voter"] for event in events if event.name == "poll.took_part"}
    if voted := len(cast.keys() | taken):
        yield crowd(VOTED, voted, text, people)
    if changed := sum(times > 1 for times in cast.values()):
        yield crowd(CHANGED, changed, text, people)
    hands = [event.data["voters"] for event in events if event.name == "poll.room_votes_counted"]
    if hands and hands[-1]:
        yield crowd(RAISED, hands[-1], text, people)
    names = {event.name for event in events}
    if BOX_OPENED in names:
        yield text(N_("The secret ballots were shuffled and counted."))
    for name, told in (
        (OPTION_ADDED, N_("Put on the list as well: {names}.")),
        (OPTION_REWORDED, N_("Worded anew: {names}.")),
    ):
        options = [event.data.get("id") or event.data.get("option") for event in events if event.name == name]
        if options:
            labels = labels_of(state, text)
            yield text(told, names=", ".join(dict.fromkeys(labels.get(str(one), str(one)) for one in options)))
