"""What the facilitator may do with cards beside putting them under something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workshop_kit.activities.ideas.moves import stretches, was_withdrawn
from workshop_kit.activities.ideas.pages import pages
from workshop_kit.activities.ideas.state import ON_THE_WALL, Idea, IdeasState, Place
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Fact
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command

LONGEST_REASON = 280
FEWEST_PARTS, MOST_PARTS = 2, 6


def on_the_wall(state: IdeasState, command: Command, *places: Place, field: str = "idea") -> Idea:
    """Return the card that a command names, if it is on the wall or, where `places` are given, in one of those."""
    idea = state.ideas.get(command.fields.get(field, ""))
    if idea is None or idea.place not in (places or ON_THE_WALL):
        raise Refused(Why.INVALID, N_("There is no such card on the wall."), field=field)
    return idea


def _merge(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    idea, into = on_the_wall(state, command), on_the_wall(state, command, field="into")
    if idea.id == into.id:
        raise Refused(Why.INVALID, N_("A card cannot be merged with itself."), field="into")
    return (Fact("ideas.idea_merged", {"idea": idea.id, "into": into.id}),)


def _hide(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    idea = on_the_wall(state, command, *ON_THE_WALL, Place.WAITING)
    reason = one_line(command.fields.get("reason", ""))[:LONGEST_REASON]
    return (Fact("ideas.idea_hidden", {"idea": idea.id, "reason": reason}),)


def _park(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    return (Fact("ideas.idea_parked", {"idea": on_the_wall(state, command).id}),)


def _show(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    idea = on_the_wall(state, command, Place.HIDDEN, Place.MERGED, Place.PARKED)
    return (Fact("ideas.idea_shown", {"idea": idea.id}),)


def _approve(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    """Let the card named by `idea` onto the wall, or all that wait where none is named."""
    one = "idea" in command.fields
    ideas = [on_the_wall(state, command, Place.WAITING)] if one else state.ordered(Place.WAITING)
    return (Fact("ideas.ideas_approved", {"ideas": [idea.id for idea in ideas]}),) if ideas else ()


def _turn(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    page, count = command.fields.get("page", ""), len(pages(state, state.grouped(state.ordered(*ON_THE_WALL))))
    if page not in map(str, range(1, count + 1)):
        raise Refused(Why.INVALID, N_("The wall has the pages 1 to {count}."), field="page", count=count)
    return () if int(page) == state.page else (Fact("ideas.page_turned", {"page": int(page)}),)


def _undo(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    del command
    if not state.moves:
        raise Refused(Why.INVALID, N_("There is nothing to undo."))
    if was_withdrawn(state, state.moves[-1]):
        raise Refused(Why.INVALID, N_("A part was withdrawn since, so the card stays split."))
    return (Fact("ideas.move_undone", {"entry": state.moves[-1].seq}),)


def _split(state: IdeasState, command: Command) -> tuple[Fact, ...]:
    idea = on_the_wall(state, command)
    lines = [line.strip() for line in clean(command.fields.get("parts", "")).split("\n") if line.strip()]
    if len(lines) < FEWEST_PARTS:
        raise Refused(Why.INVALID, N_("Begin a new line where the card is to be split."), field="parts")
    if len(lines) > MOST_PARTS:
        raise Refused(Why.INVALID, N_("A card is split into {most} at most."), field="parts", most=MOST_PARTS)
    found = stretches(idea.label.get(AS_WRITTEN, ""), lines)
    if found is None:
        raise Refused(
            Why.INVALID,
            N_("A card is split, not reworded: leave its words as they are, and begin new lines only."),
            field="parts",
        )
    parts = [[f"{idea.id}-{number}", start, end] for number, (start, end) in enumerate(found, 1)]
    return (Fact("ideas.idea_split", {"idea": idea.id, "parts": parts}),)


MODERATION: Mapping[str, Callable[[IdeasState, Command], tuple[Fact, ...]]] = {
    "merge": _merge,
    "hide": _hide,
    "park": _park,
    "show": _show,
    "approve": _approve,
    "turn": _turn,
    "split": _split,
    "undo": _undo,
}
