"""Ideas: people write cards, cards are sorted into factors and merged, and every card can be traced.

A card is never deleted from the record: each is in exactly one place (waiting, unassigned, assigned, merged, split,
parked, withdrawn, hidden). What cards are put under, a factor or a cluster, is one thing here: see `state`.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyrsistent import pmap

from workshop_kit.activities.ideas.clusters import COMMANDS
from workshop_kit.activities.ideas.clusters import decide as decide_on_cluster
from workshop_kit.activities.ideas.events import SHAPES
from workshop_kit.activities.ideas.moderation import MODERATION, on_the_wall
from workshop_kit.activities.ideas.moves import moved
from workshop_kit.activities.ideas.record import pending, record, stayed
from workshop_kit.activities.ideas.shown import OFFERS, IdeasView, view_of
from workshop_kit.activities.ideas.state import DEFAULT_LIMIT, ON_THE_WALL, Idea, IdeasState, Place
from workshop_kit.activities.ideas.table import entries
from workshop_kit.activities.ideas.told import course, gist
from workshop_kit.core.activity import Option, Row, Spec, Viewer
from workshop_kit.core.document import clean
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel, Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, unknown
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.text import Text

LONGEST_IDEA = 280
LONGEST_TURN = 600
"""Seconds after which the stage turns its pages by itself, at most."""


class Ideas:
    """The activity "ideas"."""

    name = "ideas"
    columns = ("id", "text", "factor", "state", "likes", "channel", "cluster")
    personal = frozenset({"ideas.idea_added", "ideas.cluster_proposed"})
    shapes = SHAPES
    said: Mapping[str, str] = {
        "ideas.idea_added": N_("Wrote a card"),
        "ideas.idea_withdrawn": N_("Took a card back"),
        "ideas.idea_assigned": N_("Put a card to a factor"),
        "ideas.idea_liked": N_("Agreed to a card"),
        "ideas.idea_unliked": N_("Took back agreement to a card"),
        "ideas.cluster_proposed": N_("Proposed that cards belong together"),
        "ideas.place_proposed": N_("Proposed where a card belongs"),
        "ideas.proposal_seconded": N_("Agreed to a proposal"),
        "ideas.proposal_withdrawn": N_("Took a proposal back"),
    }
    closed = N_("This collection is closed.")
    offered: Mapping[str, str] = OFFERS
    entries = staticmethod(entries)
    record = staticmethod(record)
    stayed = staticmethod(stayed)
    pending = staticmethod(pending)

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
        factors = spec.options("factors")
        return IdeasState(
            factors=factors,
            kinds=spec.options("kinds"),
            limit=spec.whole("limit", DEFAULT_LIMIT, least=0),
            collects=spec.setting("collects", "ideas_from" not in spec.settings),
            ideas=pmap(ideas),
            clusters=_taken_over(taken, {factor.id for factor in factors}),
            approves=spec.setting("approve", default=False),
            asks_likes=spec.setting("likes", default=False),
            proposes=spec.setting("proposals", default=False),
            offers=spec.setting("offers", "cards", OFFERS),
            turns=spec.whole("turn", 0, least=0, most=LONGEST_TURN),
        )

    def decide(self, state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "add":
                return self._add(state, command, actor)
            case "like" | "unlike":
                idea = on_the_wall(state, command)
                wanted = command.name == "like"
                known = (actor.id in idea.likes) == wanted
                return () if known else (Fact(f"ideas.idea_{command.name}d", {"idea": idea.id}),)
            case "withdraw":
                idea = on_the_wall(state, command, *ON_THE_WALL, Place.MERGED, Place.WAITING)
                _own(idea, actor)
                return (Fact("ideas.idea_withdrawn", {"idea": idea.id}),)
            case "assign":
                return self._assign(state, command, actor)
            case name if name in COMMANDS:
                return decide_on_cluster(state, command, actor)
            case name if name in MODERATION:
                if not actor.facilitates:
                    raise only_the_facilitator()
                return MODERATION[name](state, command)
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
        for field, known in (("factor", state.targets), ("kind", state.kinds)):
            if chosen := command.fields.get(field, "").strip():
                data[field] = one_of(chosen, (option.id for option in known), field)
        return (Fact("ideas.idea_added", data),)

    @staticmethod
    def _assign(state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        idea = on_the_wall(state, command)
        _own(idea, actor)
        factor = command.fields.get("factor", "").strip()
        if factor:
            one_of(factor, (target.id for target in state.targets), "factor")
        return () if factor == idea.factor else (Fact("ideas.idea_assigned", {"idea": idea.id, "factor": factor}),)

    def evolve(self, state: IdeasState, event: Event) -> IdeasState:
        return moved(state, event) if event.name in SHAPES else state

    def view(self, state: IdeasState, viewer: Viewer) -> IdeasView:
        return view_of(state, viewer, LONGEST_IDEA)

    def choices(self, state: IdeasState) -> Hashable:
        waiting = tuple(idea.id for idea in state.ordered(Place.WAITING))
        asked = tuple(idea.id for idea in state.ordered(*ON_THE_WALL)) if state.asks_likes or state.proposes else ()
        open_ones = tuple((one.id, len(one.seats)) for one in state.open_proposals())
        return waiting, asked, open_ones, tuple((one.id, *one.label.values()) for one in state.clusters)

    def rows(self, state: IdeasState) -> Iterable[Row]:
        named = {cluster.id: cluster.label or {AS_WRITTEN: cluster.id} for cluster in state.clusters}
        for idea in state.ordered(*Place):
            yield {
                "id": idea.id,
                "text": idea.label,
                "factor": "" if idea.factor in named else idea.factor,
                "state": idea.place.value,
                "likes": len(idea.likes),
                "channel": idea.channel.value,
                "cluster": named.get(idea.factor, ""),
            }

    def gist(self, state: IdeasState, text: Text, people: People) -> Iterable[str]:
        return gist(state, text)

    def doubts(self, state: IdeasState, text: Text) -> Iterable[str]:
        return pending(state, text, None)

    def course(self, events: Sequence[Event], state: IdeasState, text: Text, people: People) -> Iterable[str]:
        return course(events, text)

    def takes(self, state: IdeasState) -> str:
        return "ideas"

    def offers(self, state: IdeasState, what: str = "") -> Iterable[Option]:
        """Return the cards of the wall, or its groups as `what` or the setting `offers` has it.

        A group's option has the group's id and title; cards that are in none are left out then.
        """
        groups = state.grouped(state.ordered(*ON_THE_WALL))
        if (what or state.offers) == "clusters":
            yield from (Option(target.id, target.label) for target, ideas in groups if target and ideas)
            return
        named = {cluster.id: {"cluster": dict(cluster.label)} for cluster in state.clusters}
        for idea in state.ordered(*ON_THE_WALL):
            extra: Mapping[str, Any] = {
                "seat": idea.seat,
                "channel": idea.channel.value,
                "factor": idea.factor,
                "kind": idea.kind,
                "origin": idea.origin,
                **named.get(idea.factor, {}),
            }
            yield Option(idea.id, idea.label, extra)


def _taken_over(cards: Iterable[Option], factors: Container[str]) -> tuple[Option, ...]:
    """Return the clusters that cards were in where they come from."""
    found = {card.extra["factor"]: card.extra["cluster"] for card in cards if "cluster" in card.extra}
    return tuple(Option(key, label) for key, label in found.items() if key not in factors)


def _own(idea: Idea, actor: Actor) -> None:
    if not actor.facilitates and idea.seat != actor.id:
        raise Refused(Why.NOT_ALLOWED, N_("That card is somebody else's."), field="idea")


ACTIVITY = Ideas()
