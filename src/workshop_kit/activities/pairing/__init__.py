"""1-2-4-All: everybody writes alone, then in pairs, then in fours; in the end each four gives one idea to all.

The method is known from Liberating Structures. No idea is lost on the way: each grew into another, was given to all, or
was left at a stage, and the minutes tell which.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from workshop_kit.activities.pairing import drawing
from workshop_kit.activities.pairing.events import SHAPES
from workshop_kit.activities.pairing.record import course, doubts, gist, pending, record
from workshop_kit.activities.pairing.state import (
    DEFAULT_LIMIT,
    DEFAULT_MINUTES,
    STAGES,
    Gone,
    Idea,
    PairingState,
    PairingView,
    Shown,
    Stage,
)
from workshop_kit.core.activity import Audience, Option, Row, Spec, Viewer
from workshop_kit.core.document import clean
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, only_the_facilitator, unknown, written
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace

LONGEST = 280
LONGEST_MINUTES = 24 * 60
SOURCE = "from."
"""Begins the field of a form that names an idea from which another grows."""

FOR_THE_FACILITATOR = frozenset({"advance", "back", "hide", "show"})


class Pairing:
    """The activity "pairing"."""

    name = "pairing"
    columns = ("id", "stage", "unit", "text", "grew_from", "into", "place", "channel")
    personal = frozenset({"pairing.idea_added"})
    shapes = SHAPES
    closed = N_("The ideas have been collected.")
    acts = tuple((drawing.ADVANCE, f"stage-{stage.value}") for stage in (Stage.PAIR, Stage.FOUR, Stage.ALL))
    said: Mapping[str, str] = {
        "pairing.idea_added": N_("Wrote an idea"),
        "pairing.idea_withdrawn": N_("Took an idea back"),
        "pairing.idea_given": N_("Gave an idea to all"),
        "pairing.person_placed": N_("Joined a pair"),
        "pairing.stage_begun": N_("Was put into a pair or a four"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)
    prepared = staticmethod(drawing.prepared)

    def initial(self, spec: Spec) -> PairingState:
        minutes: list[Any] = spec.setting("stage_minutes", list(DEFAULT_MINUTES))
        if len(minutes) != len(Stage) or not all(type(n) is int and 0 <= n <= LONGEST_MINUTES for n in minutes):
            raise AgendaError(
                N_('Item "{item}": "stage_minutes" is {value}, expected: four numbers of minutes from 0 to {most}.'),
                item=spec.id,
                value=minutes,
                most=LONGEST_MINUTES,
            )
        return PairingState(spec.whole("limit", DEFAULT_LIMIT), tuple(60 * n for n in minutes))

    def seconds(self, state: PairingState) -> int:
        return state.times[state.stage.number]

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: PairingState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if command.name in FOR_THE_FACILITATOR and not actor.facilitates:
            raise only_the_facilitator()
        match command.name:
            case "advance":
                return drawing.advanced(state, command)
            case "back":
                return drawing.back(state)
            case "come":
                return self.welcomes(state, actor.id)
            case "add":
                return self._add(state, command, actor)
            case "give":
                return self._give(state, command, actor)
            case "withdraw" | "hide" | "show":
                return self._take_off(state, command, actor)
        raise unknown(command)

    def welcomes(self, state: PairingState, seat: str) -> tuple[Fact, ...]:
        """Return who comes late into the smallest pair, once there are pairs."""
        if seat in state.pairs or not state.pairs or state.stage is Stage.ALONE:
            return ()
        units = state.units(Stage.PAIR)
        smallest = min(units, key=lambda unit: (len(units[unit]), int(unit)))
        return (Fact("pairing.person_placed", {"seat": seat, "pair": int(smallest)}),)

    @staticmethod
    def _add(state: PairingState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        unit = _unit(state, command, actor)
        known = {idea.id: idea for idea in state.before(state.stage, unit)}
        sources = [field.removeprefix(SOURCE) for field in command.fields if field.startswith(SOURCE)]
        for source in sources:
            if source not in known:
                raise Refused(Why.INVALID, N_("That is no idea of yours from the stage before."), field="from")
            if source in state.into:
                raise Refused(Why.TAKEN, N_("That idea has grown into another already."), field="from")
        given = clean(command.fields.get("text", "")).strip()
        text = written(given or (known[sources[0]].text if len(sources) == 1 else ""), "text", LONGEST)
        if state.stage is Stage.ALONE and not actor.facilitates and not state.left(actor.id):
            told = N_("Everybody can write {limit} ideas here. Withdraw one first.")
            raise Refused(Why.INVALID, told, limit=state.limit)
        used = state.used
        idea = free_id("i", used, len(used))
        data = {"idea": idea, "stage": state.stage.value, "unit": unit, "text": text, "sources": sources}
        return (Fact("pairing.idea_added", data),)

    @staticmethod
    def _give(state: PairingState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        idea = _idea(state, command)
        if state.stage is not Stage.ALL:
            raise Refused(Why.CLOSED, N_("Ideas are given to all in the last stage."))
        if idea.stage is not Stage.FOUR or not (actor.facilitates or state.unit(actor.id, Stage.FOUR) == idea.unit):
            raise Refused(Why.INVALID, N_("That is no idea of your four."), field="idea")
        if state.given.get(idea.unit) == idea.id:
            return ()
        return (Fact("pairing.idea_given", {"four": idea.unit, "idea": idea.id}),)

    @staticmethod
    def _take_off(state: PairingState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        idea = _idea(state, command, Gone.HIDDEN if command.name == "show" else None)
        if command.name == "withdraw":
            if idea.stage is not state.stage:
                raise Refused(Why.CLOSED, N_("Others have gone on with it; it cannot be withdrawn any more."))
            if not actor.facilitates and state.unit(actor.id, idea.stage) != idea.unit:
                raise Refused(Why.NOT_ALLOWED, N_("Somebody else wrote that."), field="idea")
        if command.name == "show" and any(source in state.into for source in idea.sources):
            raise Refused(Why.TAKEN, N_("That idea has grown into another already."), field="idea")
        done = {"withdraw": "withdrawn", "hide": "hidden", "show": "shown"}[command.name]
        return (Fact(f"pairing.idea_{done}", {"idea": idea.id}),)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: PairingState, event: Event) -> PairingState:
        if event.name not in SHAPES:
            return state
        data = event.data
        match event.name:
            case "pairing.stage_begun" | "pairing.person_placed":
                return drawing.folded(state, event)
            case "pairing.idea_added" if data["stage"] in tuple(Stage)[:3] and data["idea"] not in state.ideas:
                number, stage = len(state.ideas) + 1, Stage(data["stage"])
                sources = tuple(data["sources"])
                idea = Idea(
                    data["idea"], number, stage, data["unit"], data["text"], event.actor, event.channel, sources
                )
                return replace(state, ideas=state.ideas.set(idea.id, idea))
            case "pairing.idea_given" if data["four"].isdecimal():
                return replace(state, given=state.given.set(data["four"], data["idea"]))
            case "pairing.idea_withdrawn" | "pairing.idea_hidden" | "pairing.idea_shown" if data["idea"] in state.ideas:
                gone = {"pairing.idea_withdrawn": Gone.WITHDRAWN, "pairing.idea_hidden": Gone.HIDDEN}.get(event.name)
                idea = replace(state.ideas[data["idea"]], gone=gone)
                return replace(state, ideas=state.ideas.set(idea.id, idea))
        return state

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: PairingState, viewer: Viewer) -> PairingView:
        facilitates = viewer.audience is Audience.FACILITATOR
        working = Stage.FOUR if state.stage is Stage.ALL else state.stage
        unit = state.unit(viewer.seat, working) if viewer.seat else ""
        units = state.units(working) if working is not Stage.ALONE else {}
        ideas = sorted(state.ideas.values(), key=lambda idea: idea.number)
        return PairingView(
            stage=state.stage,
            stages=STAGES,
            unit=unit,
            members=units.get(unit, ()),
            units=tuple(units.items()),
            before=tuple(_shown(state, idea) for idea in state.before(state.stage, unit)) if unit else (),
            own=tuple(_shown(state, idea) for idea in state.of(working, unit)) if unit else (),
            results=tuple(_shown(state, idea) for idea in state.results) if state.stage is Stage.ALL else (),
            all=tuple(_shown(state, idea) for idea in ideas if facilitates and not idea.gone),
            hidden=tuple(idea for idea in ideas if facilitates and idea.gone is Gone.HIDDEN),
            count=len(state.of(working)),
            left=state.left(viewer.seat) if viewer.seat else 0,
            fresh=drawing.is_fresh(state),
            open=viewer.open,
            longest=LONGEST,
        )

    def choices(self, state: PairingState) -> Hashable:
        alone = None if state.stage is Stage.ALONE else state.ideas
        return state.stage, state.pairs, state.fours, state.given, alone

    def rows(self, state: PairingState) -> Iterable[Row]:
        for idea in sorted(state.ideas.values(), key=lambda idea: idea.number):
            fate = None if idea.gone else state.fate(idea)
            place = idea.gone.value if idea.gone else ""
            if fate:
                place = "result" if fate.left is None else f"left:{fate.left.value}"
            further = state.into.get(idea.id)
            yield {
                "id": idea.id,
                "stage": idea.stage.value,
                "unit": "" if idea.stage is Stage.ALONE else idea.unit,
                "text": {AS_WRITTEN: idea.text},
                "grew_from": " ".join(source.id for source in state.sources(idea)),
                "into": further.id if further and not idea.gone else "",
                "place": place,
                "channel": idea.channel.value,
            }

    def offers(self, state: PairingState) -> Iterable[Option]:
        return (Option(idea.id, {AS_WRITTEN: idea.text}) for idea in state.results)


def _shown(state: PairingState, idea: Idea) -> Shown:
    into = state.into.get(idea.id)
    roots = 0 if idea.stage is Stage.ALONE else len(state.roots(idea))
    return Shown(idea, into.text if into else "", roots, chosen=state.given.get(idea.unit) == idea.id)


def _unit(state: PairingState, command: Command, actor: Actor) -> str:
    """Return for whom somebody writes: their own unit, or the one that the facilitator names."""
    if state.stage is Stage.ALL:
        raise Refused(Why.CLOSED, N_("Now each four gives one of its ideas; new ones come no more."))
    unit = state.unit(actor.id, state.stage)
    if actor.facilitates and state.stage is not Stage.ALONE:
        unit = command.fields.get("unit", "")
        if unit not in state.units(state.stage):
            raise Refused(Why.INVALID, N_("Say for which pair or four."), field="unit")
    if not unit:
        raise Refused(Why.NOT_ALLOWED, N_("You are in no pair yet."))
    return unit


def _idea(state: PairingState, command: Command, gone: Gone | None = None) -> Idea:
    idea = state.ideas.get(command.fields.get("idea", ""))
    if idea is None or idea.gone is not gone:
        raise Refused(Why.INVALID, N_("There is no such idea here."), field="idea")
    return idea


ACTIVITY = Pairing()
