"""Ideas: people write cards, cards are sorted into factors and merged, and every card can be traced.

A card is never deleted from the record: each is in exactly one place (unassigned, assigned, merged, split,
parked, withdrawn, hidden).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.ideas.events import SHAPES
from workshop_kit.activities.ideas.moves import moved, stretches, was_withdrawn
from workshop_kit.activities.ideas.state import DEFAULT_LIMIT, ON_THE_WALL, Card, Idea, IdeasState, IdeasView, Place
from workshop_kit.activities.ideas.table import entries
from workshop_kit.activities.ideas.told import course, gist
from workshop_kit.core.activity import Audience, Option, Row, Spec, Viewer
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel, Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, unknown
from workshop_kit.core.likeness import likeness
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.text import Text

replace = msgspec.structs.replace

LONGEST_IDEA = 280
FEWEST_PARTS, MOST_PARTS = 2, 6

ALIKE = 60.0
"""From which likeness on two cards are suggested as the same, and how many pairs are."""
MOST_ALIKE = 10

MOST_COMPARED = 200
"""With more cards than that only the first ones are compared; the rest would hold up the console."""


class Ideas:
    """The activity "ideas"."""

    name = "ideas"
    columns = ("id", "text", "factor", "state", "likes", "channel")
    personal = frozenset({"ideas.idea_added"})
    shapes = SHAPES
    said: Mapping[str, str] = {
        "ideas.idea_added": N_("Wrote a card"),
        "ideas.idea_withdrawn": N_("Took a card back"),
        "ideas.idea_assigned": N_("Put a card to a factor"),
        "ideas.idea_liked": N_("Agreed to a card"),
        "ideas.idea_unliked": N_("Took back agreement to a card"),
    }
    closed = N_("This collection is closed.")
    entries = staticmethod(entries)

    def initial(self, spec: Spec) -> IdeasState:
        taken = spec.options("ideas")
        ideas = {
            option.id: Idea(
                id=option.id,
                number=number,
                label=option.label,
                seat=option.extra.get("seat", ""),
                channel=Channel(option.extra.get("channel", Channel.NOTEBOOK)),
                factor=option.extra.get("factor", ""),
                place=Place.ASSIGNED if option.extra.get("factor") else Place.UNASSIGNED,
                kind=option.extra.get("kind", ""),
                origin=option.extra.get("origin", ""),
            )
            for number, option in enumerate(taken, 1)
        }
        return IdeasState(
            factors=spec.options("factors"),
            kinds=spec.options("kinds"),
            limit=spec.whole("limit", DEFAULT_LIMIT, least=0),
            collects=spec.setting("collects", "ideas_from" not in spec.settings),
            ideas=pmap(ideas),
        )

    def decide(self, state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "add":
                return self._add(state, command, actor)
            case "like" | "unlike":
                idea = _idea(state, command)
                wanted = command.name == "like"
                known = (actor.id in idea.likes) == wanted
                return () if known else (Fact(f"ideas.idea_{command.name}d", {"idea": idea.id}),)
            case "withdraw":
                idea = _idea(state, command, *ON_THE_WALL, Place.MERGED)
                _own(idea, actor)
                return (Fact("ideas.idea_withdrawn", {"idea": idea.id}),)
            case "assign":
                return self._assign(state, command, actor)
            case "merge" if actor.facilitates:
                return self._merge(state, command)
            case "hide" if actor.facilitates:
                idea = _idea(state, command)
                reason = one_line(command.fields.get("reason", ""))[:LONGEST_IDEA]
                return (Fact("ideas.idea_hidden", {"idea": idea.id, "reason": reason}),)
            case "park" if actor.facilitates:
                return (Fact("ideas.idea_parked", {"idea": _idea(state, command).id}),)
            case "show" if actor.facilitates:
                idea = _idea(state, command, Place.HIDDEN, Place.MERGED, Place.PARKED)
                return (Fact("ideas.idea_shown", {"idea": idea.id}),)
            case "split" if actor.facilitates:
                return self._split(state, command)
            case "undo" if actor.facilitates:
                return self._undo(state)
            case "merge" | "hide" | "park" | "show" | "split" | "undo":
                raise only_the_facilitator()
        raise unknown(command)

    def _add(self, state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if not state.collects:
            raise Refused(Why.CLOSED, N_("Nothing new is collected in this step; the cards are sorted here."))
        text = clean(command.fields.get("text", "")).strip()
        if not text:
            raise Refused(Why.INVALID, N_("Please write something first."), field="text")
        if len(text) > LONGEST_IDEA:
            raise Refused(
                Why.INVALID,
                N_("That is {length} characters long; a card holds {most}. Please shorten it."),
                field="text",
                length=len(text),
                most=LONGEST_IDEA,
            )
        if not actor.facilitates and state.limit and state.left(actor.id) == 0:
            raise Refused(
                Why.INVALID, N_("Everybody can write {limit} cards here. Withdraw one first."), limit=state.limit
            )
        data: dict[str, Any] = {"idea": free_id("i", state.ideas, len(state.ideas)), "text": text}
        for field, known in (("factor", state.factors), ("kind", state.kinds)):
            if chosen := command.fields.get(field, "").strip():
                data[field] = one_of(chosen, (option.id for option in known), field)
        return (Fact("ideas.idea_added", data),)

    @staticmethod
    def _assign(state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        idea = _idea(state, command)
        _own(idea, actor)
        factor = command.fields.get("factor", "").strip()
        if factor:
            one_of(factor, (option.id for option in state.factors), "factor")
        return () if factor == idea.factor else (Fact("ideas.idea_assigned", {"idea": idea.id, "factor": factor}),)

    @staticmethod
    def _merge(state: IdeasState, command: Command) -> tuple[Fact, ...]:
        idea, into = _idea(state, command), _idea(state, command, field="into")
        if idea.id == into.id:
            raise Refused(Why.INVALID, N_("A card cannot be merged with itself."), field="into")
        return (Fact("ideas.idea_merged", {"idea": idea.id, "into": into.id}),)

    @staticmethod
    def _undo(state: IdeasState) -> tuple[Fact, ...]:
        if not state.moves:
            raise Refused(Why.INVALID, N_("There is nothing to undo."))
        if was_withdrawn(state, state.moves[-1]):
            raise Refused(Why.INVALID, N_("A part was withdrawn since, so the card stays split."))
        return (Fact("ideas.move_undone", {"entry": state.moves[-1].seq}),)

    @staticmethod
    def _split(state: IdeasState, command: Command) -> tuple[Fact, ...]:
        idea = _idea(state, command)
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

    def evolve(self, state: IdeasState, event: Event) -> IdeasState:
        return moved(state, event) if event.name in SHAPES else state

    def view(self, state: IdeasState, viewer: Viewer) -> IdeasView:
        wall: tuple[tuple[Option | None, tuple[Card, ...]], ...] = ()
        mine: list[Idea] = []
        shown = state.ordered(*ON_THE_WALL)
        if viewer.audience is Audience.SEAT:
            mine = [idea for idea in state.ordered(*ON_THE_WALL, Place.MERGED) if idea.seat == viewer.seat]
        else:
            wall = tuple(
                (factor, tuple(_card(state, idea, viewer) for idea in ideas))
                for factor, ideas in _by_factor(state, shown)
            )
        facilitates = viewer.audience is Audience.FACILITATOR
        hidden = state.ordered(Place.HIDDEN) if facilitates else []
        parked = state.ordered(Place.PARKED) if facilitates else []
        return IdeasView(
            factors=state.factors,
            kinds=state.kinds,
            wall=wall,
            mine=tuple(_card(state, idea, viewer) for idea in mine),
            hidden=tuple(_card(state, idea, viewer) for idea in hidden),
            parked=tuple(_card(state, idea, viewer) for idea in parked),
            alike=tuple(
                (_card(state, one, viewer), _card(state, other, viewer))
                for one, other in _alike(shown if facilitates else [])
            ),
            undoable=bool(state.moves),
            count=len(shown),
            left=state.left(viewer.seat),
            open=viewer.open,
            collects=state.collects,
            longest=LONGEST_IDEA,
        )

    def rows(self, state: IdeasState) -> Iterable[Row]:
        for idea in state.ordered(*Place):
            yield {
                "id": idea.id,
                "text": idea.label,
                "factor": idea.factor,
                "state": idea.place.value,
                "likes": len(idea.likes),
                "channel": idea.channel.value,
            }

    def record(self, state: IdeasState, text: Text, people: People) -> Iterable[AnyBlock]:
        shown = state.ordered(*ON_THE_WALL)
        if not shown:
            yield Paragraph(text(N_("No contributions.")), "note")
        elif not state.factors:
            yield Bullets(tuple(_told(state, idea, text) for idea in shown), ordered=True)
        else:
            yield from self._record_by_factor(state, shown, text)
        if parked := state.ordered(Place.PARKED):
            yield Heading(text(N_("Topic list")))
            yield Bullets(tuple(_told(state, idea, text) for idea in parked))
        withdrawn, hidden = len(state.ordered(Place.WITHDRAWN)), len(state.ordered(Place.HIDDEN))
        if withdrawn:
            yield Paragraph(text.plural("{n} card was withdrawn.", "{n} cards were withdrawn.", withdrawn), "note")
        if hidden:
            yield Paragraph(
                text.plural(
                    "{n} card was hidden by the facilitator.", "{n} cards were hidden by the facilitator.", hidden
                ),
                "note",
            )

    def gist(self, state: IdeasState, text: Text, people: People) -> Iterable[str]:
        return gist(state, text)

    def doubts(self, state: IdeasState, text: Text) -> Iterable[str]:
        return self.pending(state, text, None)

    def course(self, events: Sequence[Event], state: IdeasState, text: Text, people: People) -> Iterable[str]:
        return course(events, text)

    @staticmethod
    def _record_by_factor(state: IdeasState, shown: list[Idea], text: Text) -> Iterable[AnyBlock]:
        numbers = {factor.id: number for number, factor in enumerate(state.factors, 1)}
        empty = [factor for factor in state.factors if not any(idea.factor == factor.id for idea in shown)]
        for factor, ideas in _by_factor(state, shown):
            if not ideas:
                continue
            name = f"{numbers[factor.id]}. {text.pick(factor.label)}" if factor else text(N_("Not assigned"))
            yield Heading(name)
            yield Bullets(tuple(_told(state, idea, text) for idea in ideas))
        if empty and len(empty) < len(state.factors):
            names = "; ".join(text.pick(factor.label) for factor in empty)
            yield Paragraph(text(N_("Without a card: {names}."), names=names), "note")

    def pending(self, state: IdeasState, text: Text, people: People | None) -> Iterable[str]:
        if parked := state.ordered(Place.PARKED):
            yield text.plural("{n} card on the topic list.", "{n} cards on the topic list.", len(parked))
        open_ones = state.ordered(Place.UNASSIGNED) if state.factors else []
        if open_ones:
            yield text.plural("{n} card is not assigned.", "{n} cards are not assigned.", len(open_ones))

    def offers(self, state: IdeasState) -> Iterable[Option]:
        for idea in state.ordered(*ON_THE_WALL):
            extra: Mapping[str, Any] = {
                "seat": idea.seat,
                "channel": idea.channel.value,
                "factor": idea.factor,
                "kind": idea.kind,
                "origin": idea.origin,
            }
            yield Option(idea.id, idea.label, extra)


def _by_factor(state: IdeasState, ideas: list[Idea]) -> Iterable[tuple[Option | None, list[Idea]]]:
    """Yield each factor with its cards, then None with those that have no factor."""
    for factor in state.factors:
        yield factor, [idea for idea in ideas if idea.factor == factor.id]
    known = {factor.id for factor in state.factors}
    yield None, [idea for idea in ideas if idea.factor not in known]


def _card(state: IdeasState, idea: Idea, viewer: Viewer) -> Card:
    others = tuple(other.label for other in state.merged_into(idea))
    liked = bool(viewer.seat) and viewer.seat in idea.likes
    return Card(idea.id, idea.number, idea.label, idea.factor, len(idea.likes), liked, others)


def _alike(ideas: list[Idea]) -> list[tuple[Idea, Idea]]:
    """Return pairs of cards that may say the same, the most alike first."""
    scored = [
        (likeness(next(iter(one.label.values()), ""), next(iter(other.label.values()), "")), one, other)
        for one, other in combinations(ideas[:MOST_COMPARED], 2)
    ]
    found = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].number))
    return [(one, other) for _, one, other in found[:MOST_ALIKE]]


def _told(state: IdeasState, idea: Idea, text: Text) -> str:
    told = one_line(text.pick(idea.label))
    others = [one_line(text.pick(other.label)) for other in state.merged_into(idea)]
    return text(N_("{card} (merged with: {others})"), card=told, others="; ".join(others)) if others else told


def _own(idea: Idea, actor: Actor) -> None:
    if not actor.facilitates and idea.seat != actor.id:
        raise Refused(Why.NOT_ALLOWED, N_("That card is somebody else's."), field="idea")


def _idea(state: IdeasState, command: Command, *places: Place, field: str = "idea") -> Idea:
    idea = state.ideas.get(command.fields.get(field, ""))
    if idea is None or idea.place not in (places or ON_THE_WALL):
        raise Refused(Why.INVALID, N_("There is no such card on the wall."), field=field)
    return idea


ACTIVITY = Ideas()
