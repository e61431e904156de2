"""The sheets of a room: what hangs on the wall, and the cards that people take, fill in or keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workshop_kit.activities.poll.shown import spoken
from workshop_kit.activities.poll.state import PollState
from workshop_kit.activities.roles.state import RolesState
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.state import Item, SessionState
from workshop_kit.printing import papers
from workshop_kit.printing.voices import Said, Voices

Plain = dict[str, Any]

OUTCOMES: Mapping[str, str] = {
    "actions": N_("Who does what until when."),
    "cards": N_("A wall of cards, in columns."),
    "coffee": N_("For each topic that we talked about: what we take away."),
    "ideas": N_("A collection of cards, sorted by factor."),
    "info": N_("Everybody knows what this is about and how to take part."),
    "market": N_("Offers and needs that found each other."),
    "queue": N_("Everybody who wanted to speak was heard."),
    "raci": N_("For each task: who does it, and who answers for it."),
    "roles": N_("Names beside the roles."),
    "statements": N_("Statements on which we agree, and those on which we do not."),
}
"""What comes out of a step, by its kind of activity; a poll tells its rule."""

WRITTEN = frozenset({"actions", "cards", "coffee", "ideas", "market", "statements"})
"""The kinds of activity in which people write cards."""

MOST_LINES = 8


def items(state: SessionState) -> Iterator[Item]:
    """Yield the items of the agenda in its order."""
    return (state.items[spec.id] for spec in state.agenda.items)


def question(item: Item, voices: Voices) -> Said:
    """Return what a step asks, or how it is called where it asks nothing."""
    return voices.pick(item.spec.prompt) or voices.pick(item.spec.title)


def small(item: Item, voices: Voices) -> Said:
    """Return how a step is called, for small print beside what it asks; nothing where that is the question itself."""
    return voices.short(item.spec.title) if voices.pick(item.spec.prompt) else []


def ballots(state: SessionState, voices: Voices, marks: list[Plain]) -> list[Plain]:
    """Return the ballots of each poll; `marks` are the numbers or tickets of its slips, one per slip."""
    return [
        {
            "title": small(item, voices),
            "question": question(item, voices),
            "variants": [
                papers.parts_of(item.state.rule.paper, item.state.options, voices, turn, _empty_rows(item.state))
                for turn in range(papers.variants(item.state.rule.paper, item.state.options))
            ],
            "slips": marks,
        }
        for item in items(state)
        if isinstance(item.state, PollState)
    ]


def _empty_rows(poll: PollState) -> int:
    """Return how many options may still come up, as rows to write them in."""
    lacking = max(0, poll.rule.fewest - len(poll.options) + len(poll.rule.always))
    return papers.EMPTY_ROWS if poll.rule.grows and (poll.collects or lacking) else 0


def roles(state: SessionState, voices: Voices) -> list[Plain]:
    """Return a card per role with a line for each of its places."""
    return [
        {
            "title": voices.short(item.spec.title),
            "label": voices.line(role.label),
            "places": voices.plural(*NN_("{n} place", "{n} places"), role.places),
            "lines": min(role.places, MOST_LINES),
        }
        for item in items(state)
        if isinstance(item.state, RolesState)
        for role in item.state.roles
    ]


def stations(state: SessionState, voices: Voices) -> list[Plain]:
    """Return a sheet per step: its question, its time, and what comes out of it."""
    return [
        {
            "n": str(number),
            "title": voices.pick(item.spec.title),
            "question": voices.pick(item.spec.prompt),
            "minutes": voices.plural(*NN_("{n} minute", "{n} minutes"), item.spec.minutes) if item.spec.minutes else [],
            "outcome-title": voices(N_("What comes out")),
            "outcome": _outcome(item, voices),
        }
        for number, item in enumerate(items(state), 1)
    ]


def _outcome(item: Item, voices: Voices) -> Said:
    if isinstance(item.state, PollState):
        rule = item.state.rule
        return voices.made(lambda text: text(rule.explanation, **spoken(rule.values, text)))
    return voices(OUTCOMES.get(item.spec.activity, ""))


def cards(state: SessionState, voices: Voices, count: int) -> list[Plain]:
    """Return blank cards for each step in which people write some, with the question on top."""
    found = [item for item in items(state) if item.spec.activity in WRITTEN and _collects(item)]
    return [{"title": small(item, voices), "question": question(item, voices)} for item in found for _ in range(count)]


def _collects(item: Item) -> bool:
    return bool(getattr(item.state, "collects", True))


def tickets(voices: Voices, codes: tuple[str, ...]) -> Plain:
    """Return what the tickets say, each with one of `codes`."""
    return {
        "codes": list(codes),
        "name": voices(N_("Your ticket")),
        "how": voices(N_("Scan the code or type the address, then type the ten letters of this ticket.")),
        "one": voices(N_("It opens one seat, on one phone at a time.")),
    }


def barcamp(voices: Voices, count: int) -> Plain:
    """Return the form that a session at a barcamp fills in by hand."""
    fields = (
        (N_("Title of the session"), 1),
        (N_("Who hosts it"), 1),
        (N_("Our question"), 2),
        (N_("What we found"), 7),
        (N_("Who goes on, and with what"), 3),
    )
    return {
        "count": count,
        "name": voices(N_("Session card")),
        "where": voices(N_("Room and time")),
        "fields": [{"label": voices(label), "lines": lines} for label, lines in fields],
    }
