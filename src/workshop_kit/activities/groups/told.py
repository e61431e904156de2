"""Small groups in sentences: how many there were, who met twice, what they did, and which did not report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.groups.state import GroupsState
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

NO_GROUPS = N_("No groups were made.")
PEOPLE = NN_("{n} person", "{n} people")
GROUPS = NN_("{n} group", "{n} groups")
ROUNDS = NN_("{n} round", "{n} rounds")
AGAIN = NN_("{n} pair meets a second time.", "{n} pairs meet a second time.")
CARDS = NN_("{n} card was written in groups.", "{n} cards were written in groups.")
REPORTS = NN_("{n} group wrote what it reports.", "{n} groups wrote what they report.")
SILENT = NN_("{n} group has not reported.", "{n} groups have not reported.")
COURSE = (
    ("groups.member_placed", NN_("{n} person came late or changed groups.", "{n} people came late or changed groups.")),
    ("groups.card_added", CARDS),
    ("groups.card_withdrawn", NN_("{n} card was withdrawn.", "{n} cards were withdrawn.")),
    (
        "groups.card_hidden",
        NN_("{n} card was hidden by the facilitator.", "{n} cards were hidden by the facilitator."),
    ),
)
KEY = {"groups.member_placed": "seat"}


def sentence(state: GroupsState, text: Text) -> str:
    """Return how many people were in how many groups, over how many rounds."""
    return text(
        N_("{people} in {groups}, {rounds}."),
        people=text.plural(*PEOPLE, len(state.people)),
        groups=text.plural(*GROUPS, state.count),
        rounds=text.plural(*ROUNDS, len(state.rounds)),
    )


def repeats(state: GroupsState, text: Text) -> str:
    """Return how many pairs meet twice, which may be none; nothing for a single round."""
    if len(state.rounds) < 2:
        return ""
    again = state.met_again
    return text.plural(*AGAIN, again) if again else text(N_("Nobody meets anybody a second time."))


def silent(state: GroupsState) -> int:
    """Return how many groups have not reported, in the rounds in which some have; in the present one, where none."""
    if not state.plan.points:
        return 0
    turns = {at.turn for at in state.reports} or {state.turn}
    return sum(at not in state.reports for turn in turns for at in state.groups(turn))


def gist(state: GroupsState, text: Text, people: People) -> Iterator[str]:
    """Yield how the room was split, and how much came of it."""
    del people
    if not state.turn:
        yield text(NO_GROUPS)
        return
    yield sentence(state, text)
    if cards := sum(not card.gone for card in state.cards.values()):
        yield text.plural(*CARDS, cards)
    if state.reports:
        yield text.plural(*REPORTS, len(state.reports))


def course(events: Sequence[Event], state: GroupsState, text: Text, people: People) -> Iterator[str]:
    """Yield when people were mixed, what they wrote and who came late."""
    del people
    if any(event.name == "groups.mixed" for event in events):
        yield sentence(state, text)
    for name, forms in COURSE:
        key = KEY.get(name, "card")
        if count := len({event.data[key] for event in events if event.name == name}):
            yield text.plural(*forms, count)
    written = {(event.data["turn"], event.data["group"]) for event in events if event.name == "groups.report_written"}
    if written:
        yield text.plural(*REPORTS, len(written))


def doubts(state: GroupsState, text: Text) -> Iterator[str]:
    """Yield that there were no groups, or how many did not report."""
    if not state.turn:
        yield text(NO_GROUPS)
    elif count := silent(state):
        yield text.plural(*SILENT, count)
