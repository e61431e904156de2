"""Ideas: people write cards, cards are sorted into factors and merged, and every card can be traced.

A card is never deleted from the record: each is in exactly one place (unassigned, assigned, merged, withdrawn, hidden).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.ideas.events import SHAPES
from workshop_kit.activities.ideas.state import DEFAULT_LIMIT, ON_THE_WALL, Card, Idea, IdeasState, IdeasView, Place
from workshop_kit.activities.ideas.table import entries
from workshop_kit.activities.ideas.told import course, gist
from workshop_kit.core.activity import Audience, Option, Row, Spec, Viewer
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel, Event, Fact
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.text import Text

replace = msgspec.structs.replace

LONGEST_IDEA = 280


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
            case "show" if actor.facilitates:
                idea = _idea(state, command, Place.HIDDEN, Place.MERGED)
                return (Fact("ideas.idea_shown", {"idea": idea.id}),)
            case "merge" | "hide" | "show":
                raise Refused(Why.NOT_ALLOWED, N_("Only the facilitator can do that."))
        raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])

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
        data: dict[str, Any] = {"idea": _free_id(state), "text": text}
        for field, known in (("factor", state.factors), ("kind", state.kinds)):
            if chosen := command.fields.get(field, "").strip():
                data[field] = _one_of(chosen, known, field)
        return (Fact("ideas.idea_added", data),)

    @staticmethod
    def _assign(state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        idea = _idea(state, command)
        _own(idea, actor)
        factor = command.fields.get("factor", "").strip()
        if factor:
            _one_of(factor, state.factors, "factor")
        return () if factor == idea.factor else (Fact("ideas.idea_assigned", {"idea": idea.id, "factor": factor}),)

    @staticmethod
    def _merge(state: IdeasState, command: Command) -> tuple[Fact, ...]:
        idea, into = _idea(state, command), _idea(state, command, field="into")
        if idea.id == into.id:
            raise Refused(Why.INVALID, N_("A card cannot be merged with itself."), field="into")
        return (Fact("ideas.idea_merged", {"idea": idea.id, "into": into.id}),)

    def evolve(self, state: IdeasState, event: Event) -> IdeasState:
        data = event.data
        if not event.name.startswith("ideas."):
            return state
        if event.name == "ideas.idea_added":
            factor = data.get("factor", "")
            idea = Idea(
                id=data["idea"],
                number=len(state.ideas) + 1,
                label={AS_WRITTEN: data["text"]},
                seat=event.actor,
                channel=event.channel,
                factor=factor,
                kind=data.get("kind", ""),
                place=Place.ASSIGNED if factor else Place.UNASSIGNED,
            )
            return _put(state, idea)
        known = state.ideas.get(str(data.get("idea", "")))
        if known is None:
            return state
        match event.name:
            case "ideas.idea_liked":
                return _put(state, replace(known, likes=known.likes | {event.actor}))
            case "ideas.idea_unliked":
                return _put(state, replace(known, likes=known.likes - {event.actor}))
            case "ideas.idea_assigned":
                place = Place.ASSIGNED if data["factor"] else Place.UNASSIGNED
                return _put(state, replace(known, factor=data["factor"], place=place))
            case "ideas.idea_withdrawn":
                return _put(_release(state, known), replace(known, place=Place.WITHDRAWN, into=""))
            case "ideas.idea_hidden":
                return _put(_release(state, known), replace(known, place=Place.HIDDEN, reason=data["reason"]))
            case "ideas.idea_shown":
                return _put(state, _back(known))
            case "ideas.idea_merged" if data["into"] in state.ideas:  # else its author has had that card erased
                for other in state.merged_into(known):
                    state = _put(state, replace(other, into=data["into"]))
                return _put(state, replace(known, place=Place.MERGED, into=data["into"]))
        return state

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
        hidden = state.ordered(Place.HIDDEN) if viewer.audience is Audience.FACILITATOR else []
        return IdeasView(
            factors=state.factors,
            kinds=state.kinds,
            wall=wall,
            mine=tuple(_card(state, idea, viewer) for idea in mine),
            hidden=tuple(_card(state, idea, viewer) for idea in hidden),
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


def _told(state: IdeasState, idea: Idea, text: Text) -> str:
    told = one_line(text.pick(idea.label))
    others = [one_line(text.pick(other.label)) for other in state.merged_into(idea)]
    return text(N_("{card} (merged with: {others})"), card=told, others="; ".join(others)) if others else told


def _free_id(state: IdeasState) -> str:
    number = len(state.ideas) + 1
    while f"i{number}" in state.ideas:
        number += 1
    return f"i{number}"


def _put(state: IdeasState, idea: Idea) -> IdeasState:
    return replace(state, ideas=state.ideas.set(idea.id, idea))


def _back(idea: Idea) -> Idea:
    return replace(idea, place=Place.ASSIGNED if idea.factor else Place.UNASSIGNED, into="", reason="")


def _release(state: IdeasState, idea: Idea) -> IdeasState:
    """Put the cards that were merged into one that leaves the wall back on the wall."""
    for other in state.merged_into(idea):
        state = _put(state, _back(other))
    return state


def _own(idea: Idea, actor: Actor) -> None:
    if not actor.facilitates and idea.seat != actor.id:
        raise Refused(Why.NOT_ALLOWED, N_("That card is somebody else's."), field="idea")


def _idea(state: IdeasState, command: Command, *places: Place, field: str = "idea") -> Idea:
    idea = state.ideas.get(command.fields.get(field, ""))
    if idea is None or idea.place not in (places or ON_THE_WALL):
        raise Refused(Why.INVALID, N_("There is no such card on the wall."), field=field)
    return idea


def _one_of(chosen: str, options: tuple[Option, ...], field: str) -> str:
    if all(chosen != option.id for option in options):
        raise Refused(Why.INVALID, N_('"{option}" is not one of the options.'), field=field, option=chosen[:60])
    return chosen


ACTIVITY = Ideas()
