"""A collection in the minutes: cards under their factors and clusters, and where all the others went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workshop_kit.activities.ideas.state import ON_THE_WALL, Idea, IdeasState, Place
from workshop_kit.activities.ideas.told import titled
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.small_groups import is_public, is_small

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

COUNTED = (
    (Place.WITHDRAWN, NN_("{n} card was withdrawn.", "{n} cards were withdrawn.")),
    (
        Place.HIDDEN,
        NN_("{n} card was hidden by the facilitator.", "{n} cards were hidden by the facilitator."),
    ),
    (
        Place.WAITING,
        NN_("{n} card was never let onto the wall.", "{n} cards were never let onto the wall."),
    ),
)
"""Places of cards that the minutes count and do not print."""


def record(state: IdeasState, text: Text, people: People | None) -> Iterable[AnyBlock]:
    """Yield the collection's part of the minutes."""
    shown = state.ordered(*ON_THE_WALL)
    if not shown:
        yield Paragraph(text(N_("No contributions.")), "note")
    elif not state.targets:
        yield Bullets(tuple(_told(state, idea, text, people) for idea in shown), ordered=True)
    else:
        yield from _by_target(state, shown, text, people)
    yield from stayed(state, text, people)


def stayed(state: IdeasState, text: Text, people: People | None) -> Iterable[AnyBlock]:
    """Yield what does not go on to a later step: the topic list, and how many cards are told no further."""
    if parked := state.ordered(Place.PARKED):
        yield Heading(text(N_("Topic list")))
        yield Bullets(tuple(_told(state, idea, text, people) for idea in parked))
    for place, forms in COUNTED:
        if count := len(state.ordered(place)):
            yield Paragraph(text.plural(*forms, count), "note")
    if state.proposals:
        accepted = sum(one.standing == "accepted" for one in state.proposals.values())
        proposed = text.plural(
            "{n} proposal was made of what belongs together.",
            "{n} proposals were made of what belongs together.",
            len(state.proposals),
        )
        taken = text.plural("{n} was accepted.", "{n} were accepted.", accepted)
        yield Paragraph(f"{proposed} {taken}", "note")


def pending(state: IdeasState, text: Text, people: People | None) -> Iterable[str]:
    """Yield what is left to do with the cards."""
    del people
    if parked := state.ordered(Place.PARKED):
        yield text.plural("{n} card on the topic list.", "{n} cards on the topic list.", len(parked))
    open_ones = state.ordered(Place.UNASSIGNED) if state.factors else []
    if open_ones:
        yield text.plural("{n} card is not assigned.", "{n} cards are not assigned.", len(open_ones))
    if waiting := state.ordered(Place.WAITING):
        yield text.plural("{n} card waits for the moderation.", "{n} cards wait for the moderation.", len(waiting))
    if undecided := state.open_proposals():
        yield text.plural("{n} proposal is undecided.", "{n} proposals are undecided.", len(undecided))


def _by_target(state: IdeasState, shown: list[Idea], text: Text, people: People | None) -> Iterable[AnyBlock]:
    numbers = {factor.id: number for number, factor in enumerate(state.factors, 1)}
    for target, ideas in state.grouped(shown):
        if not ideas:
            continue
        name = titled(target, text)
        yield Heading(f"{numbers[target.id]}. {name}" if target and target.id in numbers else name)
        yield Bullets(tuple(_told(state, idea, text, people) for idea in ideas))
    empty = [factor for factor in state.factors if not any(idea.factor == factor.id for idea in shown)]
    if empty and len(empty) < len(state.factors):
        names = "; ".join(text.pick(factor.label) for factor in empty)
        yield Paragraph(text(N_("Without a card: {names}."), names=names), "note")


def _told(state: IdeasState, idea: Idea, text: Text, people: People | None) -> str:
    """Return a card as one line; in public, agreement of so few that they could be known is not told."""
    told = one_line(text.pick(idea.label))
    others = [one_line(text.pick(other.label)) for other in state.merged_into(idea)]
    if others:
        told = text(N_("{card} (merged with: {others})"), card=told, others="; ".join(others))
    likes = 0 if is_public(people) and is_small(len(idea.likes)) else len(idea.likes)
    return f"{told} · {text.plural('{n} like', '{n} likes', likes)}" if likes else told
