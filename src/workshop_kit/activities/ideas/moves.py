"""What entries do to the cards: where each is after an entry, and how the facilitator's last moves are taken back."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from workshop_kit.activities.ideas.clusters import decided_again, evolve, settled, under
from workshop_kit.activities.ideas.state import ON_THE_WALL, Idea, IdeasState, Move, Place
from workshop_kit.core.activity import FACILITATOR
from workshop_kit.core.event import Event
from workshop_kit.core.text import AS_WRITTEN

replace = msgspec.structs.replace

MOST_MOVES = 50
"""How many of the facilitator's moves can be undone."""

UNDOABLE = frozenset(
    {f"ideas.idea_{done}" for done in ("assigned", "merged", "split", "parked", "hidden", "shown", "withdrawn")}
    | {f"ideas.cluster_{done}" for done in ("made", "renamed", "dissolved")}
    | {"ideas.clusters_merged", "ideas.proposal_accepted", "ideas.proposal_declined", "ideas.ideas_approved"}
)


def moved(state: IdeasState, event: Event) -> IdeasState:
    """Return the collection after a recorded entry. Total: what it does not know changes nothing."""
    if event.name == "ideas.move_undone":
        return _undone(state, event.data["entry"])
    after = _after(state, event)
    if event.actor != FACILITATOR or event.name not in UNDOABLE:
        return after
    before = tuple(idea for key, idea in state.ideas.items() if after.ideas[key] is not idea)
    made = tuple(key for key in after.ideas if key not in state.ideas)
    decided = event.data.get("proposal", "") if after.proposals is not state.proposals else ""
    withdrew = event.name == "ideas.idea_withdrawn"
    move = Move(event.seq, before, state.clusters, made, decided, withdrew)
    something = before or made or decided or after.clusters is not state.clusters
    return replace(after, moves=(*state.moves[1 - MOST_MOVES :], move)) if something else after


def _after(state: IdeasState, event: Event) -> IdeasState:
    match event.name:
        case "ideas.idea_added":
            return _added(state, event)
        case "ideas.ideas_approved":
            for key in event.data["ideas"]:
                if (idea := state.ideas.get(key)) and idea.place is Place.WAITING:
                    state = _put(state, _back(idea))
            return state
        case "ideas.page_turned":
            return replace(state, page=event.data["page"])
        case name if name.startswith("ideas.idea_"):
            return _changed(state, event)
    return evolve(state, event)


def stretches(text: str, lines: Iterable[str]) -> list[tuple[int, int]] | None:
    """Return where these lines stand in a text, one after the other; None where they do not.

    >>> stretches("A room, and a cook", ["A room", "a cook"])
    [(0, 6), (12, 18)]
    """
    found: list[tuple[int, int]] = []
    at = 0
    for line in lines:
        start = text.find(line, at)
        if start < 0:
            return None
        at = start + len(line)
        found.append((start, at))
    return found


def was_withdrawn(state: IdeasState, move: Move) -> bool:
    """Return whether somebody has withdrawn a part since, whose words must not come back with the whole."""
    return any(state.ideas[key].place is Place.WITHDRAWN for key in move.made if key in state.ideas)


def _added(state: IdeasState, event: Event) -> IdeasState:
    data = event.data
    factor = data.get("factor", "")
    idea = Idea(
        id=data["idea"],
        number=len(state.ideas) + 1,
        label={AS_WRITTEN: data["text"]},
        seat=event.actor,
        channel=event.channel,
        factor=factor,
        kind=data.get("kind", ""),
    )
    waits = state.approves and event.actor != FACILITATOR
    return _put(state, replace(idea, place=Place.WAITING) if waits else _back(idea))


def _changed(state: IdeasState, event: Event) -> IdeasState:
    data = event.data
    known = state.ideas.get(str(data.get("idea", "")))
    if known is None:  # its author has had it erased
        return state
    match event.name:
        case "ideas.idea_liked":
            return _put(state, replace(known, likes=known.likes | {event.actor}))
        case "ideas.idea_unliked":
            return _put(state, replace(known, likes=known.likes - {event.actor}))
        case "ideas.idea_assigned":
            return _put(state, under(known, data["factor"]))
        case "ideas.idea_withdrawn":
            return _put(_release(state, known), replace(known, place=Place.WITHDRAWN, into=""))
        case "ideas.idea_hidden":
            return _put(_release(state, known), replace(known, place=Place.HIDDEN, reason=data["reason"]))
        case "ideas.idea_parked":
            return _put(_release(state, known), replace(known, place=Place.PARKED))
        case "ideas.idea_shown":
            return _put(state, _back(known))
        case "ideas.idea_split" if AS_WRITTEN in known.label:
            return _split(state, known, data["parts"])
        case "ideas.idea_merged" if data["into"] in state.ideas:  # else its author has had that card erased
            for other in state.merged_into(known):
                state = _put(state, replace(other, into=data["into"]))
            return _put(state, replace(known, place=Place.MERGED, into=data["into"]))
    return state


def _split(state: IdeasState, whole: Idea, parts: list[tuple[str, int, int]]) -> IdeasState:
    state = _put(_release(state, whole), replace(whole, place=Place.SPLIT))
    for part_id, start, end in parts:
        text = whole.label[AS_WRITTEN][start:end]
        part = replace(whole, id=part_id, number=len(state.ideas) + 1, label={AS_WRITTEN: text}, part_of=whole.id)
        state = _put(state, replace(_back(part), likes=frozenset()))
    return state


def _undone(state: IdeasState, entry: int) -> IdeasState:
    """Take back the move of an entry: its cards are as they were, but for what others have done with them since."""
    move = next((one for one in state.moves if one.seq == entry), None)
    if move is None or was_withdrawn(state, move):  # or the card that it was about has been erased
        return state
    ideas = state.ideas
    for key in move.made:
        ideas = ideas.discard(key)
    for was in move.before:
        now = ideas.get(was.id)
        if now is not None and (now.place is not Place.WITHDRAWN or move.withdrew):
            ideas = ideas.set(was.id, replace(was, likes=now.likes))
    left = tuple(one for one in state.moves if one is not move)
    state = replace(state, ideas=ideas, moves=left, clusters=move.clusters)
    state = settled(decided_again(state, move.proposal))
    for idea in state.ordered(Place.MERGED):  # what it was merged into may have left the wall meanwhile
        if idea.into not in ideas or ideas[idea.into].place not in ON_THE_WALL:
            state = _put(state, _back(idea))
    return state


def _put(state: IdeasState, idea: Idea) -> IdeasState:
    return replace(state, ideas=state.ideas.set(idea.id, idea))


def _back(idea: Idea) -> Idea:
    return replace(idea, place=Place.ASSIGNED if idea.factor else Place.UNASSIGNED, into="", reason="")


def _release(state: IdeasState, idea: Idea) -> IdeasState:
    """Put the cards that were merged into one that leaves the wall back on the wall."""
    for other in state.merged_into(idea):
        state = _put(state, _back(other))
    return state
