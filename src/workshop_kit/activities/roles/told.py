"""A board of roles in words: its part of the minutes, what is left to do, and what a careful reader would ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.roles.state import OPEN, RESERVED, STATES, Proposal, RolesState
from workshop_kit.core.document import AnyBlock, Heading, Paragraph, Table
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import ASSIGNED, Event
from workshop_kit.core.small_groups import crowd, headcount, is_public

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

COURSE = (
    ("roles.role_taken", NN_("{n} place was taken.", "{n} places were taken.")),
    ("roles.role_confirmed", NN_("{n} was confirmed.", "{n} were confirmed.")),
    ("roles.role_released", NN_("{n} was given back.", "{n} were given back.")),
)
WISHED = NN_("{n} person named wishes.", "{n} people named wishes.")
PROPOSED = NN_("{n} person got a place by the proposal.", "{n} people got a place by the proposal.")
WITHOUT = NN_("{n} person named wishes and has no place.", "{n} people named wishes and have no place.")
LACKS = NN_("{role}: {n} more person is needed.", "{role}: {n} more people are needed.")

METHOD = N_(
    "Least-worst assignment: as many people as possible get a place, roles that need people are filled as far as "
    "possible, then the worst wish that somebody gets is as good as possible, then the sum of the squared ranks is "
    "smallest (bottleneck and linear assignment; Burkard, Dell'Amico, Martello: Assignment Problems, 2012; computed "
    "with SciPy). A no was never overridden. Everybody could give their place back."
)
DRAWN = N_("What was equal was drawn. The seed is the digest of the last entry about wishes in the log: {seed}.")
NOTHING = N_("{people}: named wishes and got no place.")
UNWANTED = N_("{role}: stays open, since everybody who named wishes said no to it.")


def rank_told(rank: int, choices: int, text: Text) -> str:
    """Return how well a rank was wished for, in words."""
    if rank > choices:
        return text(N_("not wished for, not refused"))
    return text(N_("wish no. {rank}"), rank=rank)


def record(state: RolesState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield who has which role, and how a proposed assignment came about."""
    rows: list[tuple[str, str, str]] = []
    for role in state.roles:
        held = state.held(role.id)
        rows += [(text.pick(role.label), people(seat, text), text(STATES[standing])) for seat, standing in held]
        if (free := role.places - len(held)) > 0:
            told = text.plural("{n} place free", "{n} places free", free)
            rows.append((text.pick(role.label), told, text(STATES[OPEN])))
    yield Table(
        (text(N_("Role")), text(N_("Person")), text(N_("State"))), tuple(rows), text(N_("Who takes which role"))
    )
    if any(standing == RESERVED for role in state.roles for _, standing in state.held(role.id)):
        yield Paragraph(text(N_("A place that is reserved was not confirmed a second time.")), "note")
    for sentence in _short(state, text):
        yield Paragraph(sentence, "note")
    if state.choices and state.proposal:
        yield from _proposal(state, state.proposal, text, people)


def _proposal(state: RolesState, proposal: Proposal, text: Text, people: People) -> Iterator[AnyBlock]:
    yield Heading(text(N_("How the assignment was proposed")))
    yield Paragraph(crowd(WISHED, proposal.wished, text, people))
    ranks = sorted({given.rank for given in proposal.places})
    rows = tuple(
        (rank_told(rank, state.choices, text), headcount(proposal.count(rank), text, people)) for rank in ranks
    )
    yield Table((text(N_("Wish")), text(N_("People"))), rows, text(N_("How many got which wish")), numeric=(1,))
    yield Paragraph(
        text(N_("The worst that somebody got: {wish}."), wish=rank_told(proposal.worst, state.choices, text))
    )
    if proposal.without and is_public(people):
        yield Paragraph(crowd(WITHOUT, len(proposal.without), text, people))
    elif proposal.without:
        names = ", ".join(people(seat, text) for seat in proposal.without)
        yield Paragraph(text(NOTHING, people=names))
    yield Paragraph(text(METHOD), "note")
    yield Paragraph(text(DRAWN, seed=proposal.seed), "note")


def _short(state: RolesState, text: Text) -> Iterator[str]:
    """Yield which roles lack people whom they need, and which nobody was ready to take."""
    for role in state.roles:
        if state.unwanted(role):
            yield text(UNWANTED, role=text.pick(role.label))
        elif lacking := state.lacking(role):
            yield text.plural(*LACKS, lacking, role=text.pick(role.label))


def pending(state: RolesState, text: Text, people: People) -> Iterator[str]:
    """Yield the places that are free, roles that lack people, and who has not confirmed."""
    for role in state.roles:
        held = state.held(role.id)
        if (free := role.places - len(held)) > 0:
            told = text.plural("{n} place free", "{n} places free", free)
            yield f"{text.pick(role.label)} ({told})."
        for seat, standing in held:
            if standing == RESERVED:
                person = people(seat, text)
                yield text(N_("{role}: {person} has not confirmed yet."), role=text.pick(role.label), person=person)
    yield from _short(state, text)


def gist(state: RolesState, text: Text, people: People) -> Iterator[str]:
    """Yield how many places are taken, and how well wishes were met."""
    del people
    held = sum(len(state.held(role.id)) for role in state.roles)
    places = max(held, sum(role.places for role in state.roles))
    yield text(N_("{n} of {places} places are taken."), n=text.number(held), places=text.number(places))
    if state.proposal:
        worst = rank_told(state.proposal.worst, state.choices, text)
        yield text(N_("An assignment was proposed by the wishes; the worst that somebody got: {wish}."), wish=worst)


def doubts(state: RolesState, text: Text) -> Iterator[str]:
    """Yield which roles nobody took or confirmed, which lack people, and whether wishes led to nothing."""
    if state.wishes and not state.proposal:
        yield text(N_("People named wishes, and no assignment was proposed."))
    for role in state.roles:
        held = state.held(role.id)
        if not held:
            yield text(N_("Nobody took the role: {role}."), role=text.pick(role.label))
        elif all(standing == RESERVED for _, standing in held):
            yield text(N_("Nobody confirmed the role: {role}."), role=text.pick(role.label))
        if held and (lacking := state.lacking(role)):
            yield text.plural(*LACKS, lacking, role=text.pick(role.label))


def course(events: Sequence[Event], state: RolesState, text: Text, people: People) -> Iterator[str]:
    """Yield how many named wishes, whether an assignment was proposed, and which places changed hands."""
    del state
    if wished := len({event.data["seat"] for event in events if event.name == "roles.wishes_given"}):
        yield crowd(WISHED, wished, text, people)
    if proposals := [event for event in events if event.name == "roles.assignment_proposed"]:
        yield crowd(PROPOSED, len({one["seat"] for one in proposals[-1].data[ASSIGNED]}), text, people)
    for name, forms in COURSE:
        if count := len({(event.data["role"], event.data["seat"]) for event in events if event.name == name}):
            yield text.plural(*forms, count)
