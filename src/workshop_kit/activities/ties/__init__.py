"""The network picture: who works with whom, in which way, and which ties are missing.

Everybody names ties between organisations or groups; a tie that several people name is counted, never doubled. Source
of the method: E. Schiffer and J. Hauck, Net-Map: Collecting Social Network Data and Facilitating Network Learning
through Participatory Influence Network Mapping, Field Methods 22 (2010).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.activities.ties.events import SHAPES
from workshop_kit.activities.ties.figures import most_tied, untied
from workshop_kit.activities.ties.record import network, pending, record
from workshop_kit.activities.ties.state import (
    KINDS,
    MOST_NODES,
    MOST_TIES,
    STRENGTHS,
    Claim,
    Kind,
    Node,
    Own,
    Pair,
    Strength,
    TiesState,
    TiesView,
)
from workshop_kit.activities.ties.told import course, doubts, gist
from workshop_kit.core.activity import Audience, Option, Row, Spec, Viewer
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, unknown, written
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

KIND = "kind."
LONGEST = 80
LONGEST_REASON = 280
DEFAULT_LIMIT = 5


class Ties:
    """The activity "ties"."""

    name = "ties"
    columns = ("one", "other", "state", "kinds", "strength", "named", "missed")
    personal = frozenset({"ties.node_added"})
    shapes = SHAPES
    closed = N_("The network picture is closed.")
    said: Mapping[str, str] = {
        "ties.node_added": N_("Added an organisation or a group"),
        "ties.tie_named": N_("Named a tie"),
        "ties.tie_withdrawn": N_("Took a tie back"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)

    def initial(self, spec: Spec) -> TiesState:
        options = spec.options()
        if len(options) > MOST_NODES:
            raise AgendaError(
                N_('Item "{item}": a network picture takes {most} organisations and groups at most.'),
                item=spec.id,
                most=MOST_NODES,
            )
        state = TiesState(spec.whole("limit", DEFAULT_LIMIT, most=50), spec.setting("collects", default=True))
        for number, option in enumerate(options, 1):
            state = state.with_node(Node(option.id, number, option.label))
        return state

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: TiesState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "tie":
                return self._tie(state, command, actor)
            case "untie":
                pair = Pair.of(command.fields.get("one", ""), command.fields.get("other", ""))
                if actor.id not in state.claims.get(pair, {}):
                    unknown_end = "other" if command.fields.get("one") in state.nodes else "one"
                    raise Refused(Why.INVALID, N_("You have not named this tie."), field=unknown_end)
                return (Fact("ties.tie_withdrawn", pair._asdict()),)
            case "add":
                return self._add(state, command, actor)
            case "merge" | "unmerge" | "hide" | "show" if not actor.facilitates:
                raise only_the_facilitator()
            case "merge":
                node, into = _node(state, command), _node(state, command, "into")
                if node.id == into.id:
                    raise Refused(Why.INVALID, N_("Choose two different ones."), field="into")
                return (Fact("ties.node_merged", {"node": node.id, "into": into.id}),)
            case "unmerge":
                merged = state.nodes.get(command.fields.get("node", ""))
                if merged is None or not merged.into:
                    raise Refused(Why.INVALID, N_("That was not merged with another one."), field="node")
                return (Fact("ties.node_unmerged", {"node": merged.id}),)
            case "hide":
                reason = one_line(command.fields.get("reason", ""))[:LONGEST_REASON]
                return (Fact("ties.node_hidden", {"node": _node(state, command).id, "reason": reason}),)
            case "show":
                hidden = state.nodes.get(command.fields.get("node", ""))
                if hidden is None or not hidden.hidden:
                    raise Refused(Why.INVALID, N_("That is not hidden."), field="node")
                return (Fact("ties.node_shown", {"node": hidden.id}),)
        raise unknown(command)

    @staticmethod
    def _tie(state: TiesState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        one, other = _node(state, command, "one"), _node(state, command, "other")
        if one.id == other.id:
            raise Refused(Why.INVALID, N_("A tie needs two different ends."), field="other")
        missing = one_of(command.fields.get("state", "exists"), ("exists", "missing"), "state") == "missing"
        kinds = [kind for kind in Kind if command.fields.get(KIND + kind)]
        if not kinds and not missing:
            raise Refused(Why.INVALID, N_("Say how they work together; several answers are fine."), field="kind")
        strength = Strength(one_of(command.fields.get("strength", Strength.OCCASIONAL), Strength, "strength"))
        pair, claim = Pair.of(one.id, other.id), Claim(frozenset(kinds), strength, missing)
        own = dict(state.own(actor.id))
        if own.get(pair) == claim:
            return ()
        if pair not in own and len(own) >= MOST_TIES and not actor.facilitates:
            raise Refused(
                Why.INVALID,
                N_("Everybody can name {most} ties here. Take one back first."),
                field="one",
                most=MOST_TIES,
            )
        said = {"kinds": [kind.value for kind in kinds], "strength": strength.value, "missing": missing}
        return (Fact("ties.tie_named", {**pair._asdict(), **said}),)

    @staticmethod
    def _add(state: TiesState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        text = written(one_line(clean(command.fields.get("label", ""))).strip(), "label", LONGEST)
        if len(state.nodes) >= MOST_NODES:
            raise Refused(
                Why.INVALID, N_("There is room for {most} organisations and groups."), field="label", most=MOST_NODES
            )
        if not actor.facilitates and not state.collects:
            raise Refused(Why.NOT_ALLOWED, N_("Here the organisations and groups are given."))
        if not actor.facilitates and not state.left(actor.id):
            raise Refused(
                Why.INVALID,
                N_("Everybody can add {limit} organisations or groups here."),
                field="label",
                limit=state.limit,
            )
        known = {label.casefold() for node in state.nodes.values() for label in node.label.values() if not node.hidden}
        if text.casefold() in known:
            raise Refused(Why.INVALID, N_("That is listed already."), field="label")
        return (Fact("ties.node_added", {"node": free_id("n", state.nodes, len(state.nodes)), "text": text}),)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: TiesState, event: Event) -> TiesState:
        if event.name not in SHAPES:
            return state
        data = event.data
        if event.name == "ties.node_added":
            if data["node"] in state.nodes:
                return state
            number = max((node.number for node in state.nodes.values()), default=0) + 1
            return state.with_node(Node(data["node"], number, {AS_WRITTEN: data["text"]}, event.actor))
        if event.name in {"ties.tie_named", "ties.tie_withdrawn"}:
            return _said(state, event)
        node = state.nodes.get(data["node"])
        if node is None:  # its author has had it erased
            return state
        match event.name:
            case "ties.node_merged" if (into := state.root(data["into"])) is not None and into is not state.root(
                node.id
            ):
                return state.with_node(replace(node, into=into.id))
            case "ties.node_unmerged":
                return state.with_node(replace(node, into=""))
            case "ties.node_hidden":
                return state.with_node(replace(node, hidden=True, reason=data["reason"]))
            case "ties.node_shown":
                return state.with_node(replace(node, hidden=False, reason=""))
        return state

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: TiesState, viewer: Viewer) -> TiesView:
        facilitates = viewer.audience is Audience.FACILITATOR
        own = [
            Own(state.nodes[pair.one], state.nodes[pair.other], claim)
            for pair, claim in (state.own(viewer.seat) if viewer.seat else ())
        ]
        return TiesView(
            nodes=state.shown,
            ties=state.ties(),
            most=most_tied(state),
            loose=untied(state),
            mine=tuple(own),
            merged=tuple(node for node in state.ordered() if node.into and facilitates),
            hidden=tuple(node for node in state.ordered() if node.hidden and facilitates),
            kinds=KINDS,
            strengths=STRENGTHS,
            people=len({seat for claims in state.claims.values() for seat in claims}),
            figure=partial(network, state),
            left=state.left(viewer.seat) if viewer.seat else 0,
            results=viewer.results,
            open=viewer.open,
            longest=LONGEST,
        )

    def choices(self, state: TiesState) -> Hashable:
        return state.nodes

    def rows(self, state: TiesState) -> Iterable[Row]:
        for tie in state.ties():
            yield {
                "one": tie.one.label,
                "other": tie.other.label,
                "state": "missing" if tie.missing else "exists",
                "kinds": " ".join(tie.kinds),
                "strength": None if tie.missing else tie.strength.value,
                "named": tie.named,
                "missed": tie.missed,
            }

    def offers(self, state: TiesState) -> Iterable[Option]:
        return (Option(node.id, node.label) for node in state.shown)


def _said(state: TiesState, event: Event) -> TiesState:
    """Return the state after somebody named a tie or took it back; ends that were erased tie nothing."""
    data = event.data
    pair = Pair.of(data["one"], data["other"])
    if pair.one == pair.other or not all(end in state.nodes for end in pair):
        return state
    if event.name == "ties.tie_withdrawn":
        return state.with_claim(pair, event.actor, None)
    if data["strength"] not in set(Strength):
        return state
    kinds = frozenset(Kind(kind) for kind in data["kinds"] if kind in set(Kind))
    return state.with_claim(pair, event.actor, Claim(kinds, Strength(data["strength"]), data["missing"]))


def _node(state: TiesState, command: Command, field: str = "node") -> Node:
    """Return the node that a field names, as long as it stands in the picture."""
    node = state.nodes.get(command.fields.get(field, ""))
    if node is None or node.hidden or node.into:
        raise Refused(Why.INVALID, N_("Choose one from the list."), field=field)
    return node


ACTIVITY = Ties()
