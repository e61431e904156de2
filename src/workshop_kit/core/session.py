"""The fold: what a session is, as a value made from its events, and the rules that lead from one event to the next.

`SessionRules` knows the steps of an agenda and the seats; what happens inside a step it leaves to the step's activity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pyrsistent import pmap

from workshop_kit.core import admission, afterwards, approval, cofacilitators, filling, noted, personal, steering
from workshop_kit.core.activity import (
    FACILITATOR,
    SIGNED,
    Activity,
    Actor,
    Audience,
    Command,
    Option,
    Registry,
    Room,
    Told,
    Viewer,
    unheard,
)
from workshop_kit.core.agenda import Agenda, carried_persons, sources
from workshop_kit.core.errors import N_, Refused, UnusableEntry, Why, WorkshopError
from workshop_kit.core.event import BOX_OPENED, FILLED, OPTION_ADDED, OPTION_REWORDED, Boxed, Event, Fact, Span
from workshop_kit.core.fields import only_the_facilitator
from workshop_kit.core.state import Info, Item, Phase, Reopening, SessionState
from workshop_kit.core.text import localised

replace = msgspec.structs.replace


def created(info: Info, agenda: Agenda) -> Fact:
    """Return the first fact of a session; it holds all that the rest of the log refers to."""
    return Fact("session.created", {"info": msgspec.to_builtins(info), "agenda": msgspec.to_builtins(agenda)})


class SessionRules:
    """Decides commands and folds events, for the kinds of activity in `registry`."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def activity(self, item: Item) -> Activity[Any]:
        """Return the kind of activity of an item."""
        return self.registry[item.spec.activity]

    def viewer(self, state: SessionState, item: Item, audience: Audience, seat: str = "") -> Viewer:
        """Return who looks at an item, with what they may see of its results."""
        reveal = item.spec.settings.get("reveal")
        live = reveal == "live"
        return Viewer(
            audience=audience,
            seat=seat,
            results=item.revealed or live or audience is Audience.FACILITATOR,
            open=item.phase is Phase.OPEN,
            seats=len(state.seats),
            before=item.past[-1] if item.past and reveal != "manual" else None,  # it may never have been revealed
        )

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: SessionState, command: Command, actor: Actor) -> tuple[Fact | Boxed, ...]:
        """Return the facts (or the secret ballot) that a command leads to against `state`. Raises `Refused`."""
        actor = admission.known(state, command, actor)
        if not command.item:
            if command.name == "announce" and actor.facilitates:
                url = command.fields.get("url", "")
                return () if url == state.address else (Fact("session.address_announced", {"url": url}),)
            if command.name == noted.COMMAND:
                items = [spec.id for spec in state.agenda.items]
                return noted.decide(state.noted, items, command, actor, erased=state.erased)
            if command.name in steering.COMMANDS:
                return steering.decide(state, command, actor, self.takes_reason)
            if command.name in cofacilitators.COMMANDS:
                return cofacilitators.decide(state.cofacilitators, command, actor)
            others = (each.decide for each in (personal, approval) if command.name in each.COMMANDS)
            admitted: tuple[Fact, ...] = next(others, admission.decide)(state, command, actor)
            return (*admitted, *(self._welcomed(state, actor.id) if _joins(state, admitted, actor) else ()))
        item = state.item(command.item)
        steering.check_pause(state, actor)
        if command.name in _STEPS:
            if not actor.facilitates:
                raise only_the_facilitator()
            return self._decide_step(state, item, command)
        lasting = item.phase is not Phase.PLANNED and command.name in getattr(self.activity(item), "lasting", ())
        if not actor.facilitates and item.phase is not Phase.OPEN and not lasting:
            planned = item.phase is Phase.PLANNED
            raise Refused(
                Why.CLOSED, N_("This step has not been opened yet.") if planned else self.activity(item).closed
            )
        if item.phase is Phase.PLANNED and sources(item.spec) and not item.filled:
            raise Refused(Why.CLOSED, N_("This step takes over what an earlier one collected. Open it first."))
        admission.check_person(state, command)
        if lasting:
            afterwards.must_not_be_final(state)
        facts = self.activity(item).decide(item.state, command, actor)
        return tuple(afterwards.withdrawing(state, facts)) if lasting else facts

    def prepares(self, state: SessionState, command: Command, actor: Actor) -> bool:
        """Return whether a command is the facilitator's, in an item whose activity may work something out for it."""
        item = state.items.get(command.item)
        within = actor.facilitates and item and command.name not in _STEPS
        return bool(within and item and hasattr(self.activity(item), "prepared"))

    def prepared(self, state: SessionState, command: Command, told: Told = unheard) -> Command:
        """Return a command that its activity `prepares`, with what is worked out before the log is locked.

        The words for its lot are the log's last digest and the item, so that nobody chooses them. Raises `Refused`.
        """
        item = state.item(command.item)
        prepare = self.activity(item).prepared  # type: ignore[attr-defined]
        here = sorted((seat for seat in state.seats.values() if not seat.removed), key=lambda seat: seat.number)
        room = Room(tuple(seat.id for seat in here), f"{state.digest[:16]}/{command.item}", told)
        prepared: Command = prepare(item.state, command, room)
        return prepared

    def _welcomed(self, state: SessionState, seat: str) -> Iterator[Fact]:
        item = state.current_item
        welcomes = getattr(self.activity(item), "welcomes", None) if item and item.phase is Phase.OPEN else None
        if item and welcomes:
            yield from (replace(fact, item=item.spec.id) for fact in welcomes(item.state, seat))

    def _decide_step(self, state: SessionState, item: Item, command: Command) -> tuple[Fact, ...]:
        match command.name:
            case "open":
                return self._open(state, item, command)
            case "close":
                return self._close(state, item)
            case "reveal":
                return (*self._close(state, item), *(() if item.revealed else (Fact("item.revealed"),)))
            case "next-round" if item.opened_at is not None:
                if (one_round := getattr(self.activity(item), "one_round", None)) and one_round(item.state):
                    told = N_("A new round would leave what people wrote here behind. Open the step again instead.")
                    raise Refused(Why.CLOSED, told)
                return (*self._close_all(state), Fact("item.round_started", self._timebox(item)))
            case "next-round":
                return self._open(state, item, command)
            case "fill":
                return filling.decide(self.registry, state, item, command)
            case "extend":
                return (Fact(steering.EXTENDED, {"seconds": steering.seconds_of(command)}),)
            case _:
                return (Fact("item.timer_set", {"seconds": steering.seconds_of(command)}),)

    def takers(self, state: SessionState, item: Item) -> list[Item]:
        """Return the steps that can take over what this one brought, in the order of the agenda."""
        others = (state.items[spec.id] for spec in state.agenda.items if spec.id != item.spec.id)
        return [other for other in others if not filling.obstacle(self.registry, other)]

    def takes_reason(self, item: Item) -> bool:
        """Return whether opening the item again takes a reason, since people saw what came of their answers."""
        answered = getattr(self.activity(item), "answered", None)
        return item.phase is Phase.CLOSED and bool(answered and answered(item.state))

    def _open(self, state: SessionState, item: Item, command: Command) -> tuple[Fact, ...]:
        if item.phase is Phase.OPEN and state.current == item.spec.id:
            return ()
        if item.counted:
            raise Refused(
                Why.CLOSED, N_("A secret vote that was counted cannot be opened again. Start a new round instead.")
            )
        reason = steering.reason_of(command) if item.phase is Phase.CLOSED else ""
        if not reason and self.takes_reason(item):
            raise Refused(
                Why.INVALID,
                N_("People have answered here already. Please say why it is opened again."),
                field="reason",
            )
        others = self._close_all(state, but=item)
        takes = sources(item.spec) if item.opened_at is None and not item.filled else {}
        said = ({"takes": takes} if takes else {}) | ({"reason": reason} if reason else {})
        return (*others, Fact("item.opened", self._timebox(item) | said))

    def _close_all(self, state: SessionState, but: Item | None = None) -> tuple[Fact, ...]:
        items = (state.items[spec.id] for spec in state.agenda.items)
        return tuple(fact for item in items if item is not but for fact in self._close(state, item))

    @staticmethod
    def _close(state: SessionState, item: Item) -> tuple[Fact, ...]:
        if item.phase is not Phase.OPEN:
            return ()
        return (Fact("item.closed", {"seats": len(state.seats)}, item=item.spec.id),)

    def _timebox(self, item: Item) -> dict[str, Any]:
        own = getattr(self.activity(item), "seconds", None)
        seconds = (own(item.state) if own else 0) or item.spec.minutes * 60
        return {"seconds": seconds} if seconds else {}

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: SessionState, event: Event) -> SessionState:
        """Return the state after a recorded event. Total: an unknown event moves `seq` and `digest` only."""
        channel = str(event.channel)
        if event.actor.startswith(FACILITATOR + SIGNED):
            who = event.actor.partition(SIGNED)[2]
            state = replace(state, cofacilitators=cofacilitators.counted(state.cofacilitators, who))
            event = replace(event, actor=FACILITATOR)  # it means what it would mean from the facilitator
        before = state
        state = replace(
            state,
            seq=event.seq,
            digest=event.digest,
            began_at=state.began_at or event.at,
            ended_at=state.ended_at if event.name.startswith("minutes.") else event.at,
            channels=state.channels.set(channel, state.channels.get(channel, 0) + 1),
        )
        if event.redacted:
            return state
        if event.name == steering.UNDONE:
            state = replace(state, approval=approval.evolve(state.approval, event))
            return steering.undone(state, event)
        item = state.items.get(event.item)
        closed = item is not None and item.phase is Phase.CLOSED
        state = replace(state, approval=approval.evolve(state.approval, event, closed=closed))
        if not event.item:
            return self._evolve_session(state, event)
        if item is None:
            return state
        if event.name == FILLED:
            item = filling.filled(self.registry, state, item, event)
        elif event.name == "item.opened" and (takes := event.data.get("takes")):
            spec = filling.taking_over(self.registry, state, item.spec, takes)
            item = replace(item, spec=spec, state=self.registry[spec.activity].initial(spec))
        item = self._evolve_item(item, event, state)
        state = replace(state, items=state.items.set(event.item, item))
        if event.name in {"item.opened", "item.round_started"}:
            state = replace(state, current=event.item, paused_at=None, way_in=False)
        return steering.remembered(before, state, event)

    def _evolve_session(self, state: SessionState, event: Event) -> SessionState:
        match event.name:
            case "session.created":
                agenda = msgspec.convert(event.data["agenda"], Agenda)
                items = {spec.id: Item(spec, self.registry[spec.activity].initial(spec)) for spec in agenda.items}
                info = msgspec.convert(event.data["info"], Info)
                naming = len(carried_persons(agenda))  # their names are there from the start
                state = replace(state, info=info, agenda=agenda, items=pmap(items), naming=naming)
                return replace(state, keep_until=info.keep_until)
            case "session.address_announced":
                return replace(state, address=event.data["url"])
        notes = noted.evolve(state.noted, event)
        state = state if notes is state.noted else replace(state, noted=notes)
        if event.name.startswith("cofacilitator."):  # a name came, and what a secret opens may have changed
            known = cofacilitators.evolve(state.cofacilitators, event)
            return replace(state, cofacilitators=known, naming=state.naming + 1, moves=state.moves + 1)
        state = steering.evolve(state, event)
        return personal.evolve(admission.evolve(state, event), event)

    def _evolve_item(self, item: Item, event: Event, state: SessionState) -> Item:
        spans = (*item.entries, Span()) if event.name == "item.round_started" else item.entries
        item = replace(item, entries=(*spans[:-1], spans[-1].with_entry(event.seq)))
        match event.name:
            case "item.opened":
                reason = event.data.get("reason")
                item = replace(
                    item,
                    phase=Phase.OPEN,
                    revealed=False,
                    opened_at=item.opened_at or event.at,
                    closed_at=None,
                    until=_until(event),
                    reopened=(*item.reopened, *([Reopening(item.round, event.at, reason)] if reason else [])),
                )
            case "item.closed":
                revealed = item.revealed or item.spec.settings.get("reveal", "on_close") != "manual"
                item = replace(item, phase=Phase.CLOSED, closed_at=event.at, revealed=revealed, until=None)
            case _ if event.name == BOX_OPENED:
                words = sorted(ballot["receipt"] for ballot in event.data["ballots"] if "receipt" in ballot)
                receipts = {**item.receipts, item.round: tuple(words)} if words else item.receipts
                item = replace(item, counted=True, receipts=receipts)
            case "item.revealed":
                item = replace(item, revealed=True)
            case "item.round_started":
                kind = self.activity(item)
                return replace(
                    item,
                    state=kind.evolve(kind.initial(item.spec), event),
                    past=(*item.past, item.state),
                    phase=Phase.OPEN,
                    revealed=False,
                    counted=False,
                    closed_at=None,
                    until=_until(event),
                )
            case "item.timer_set":
                item = replace(item, until=_until(event, state.paused_at))
            case steering.EXTENDED:
                item = steering.extended(item, event, state)
            case _ if event.name == OPTION_REWORDED:
                item = replace(item, spec=item.spec.reworded(event.data["option"], localised(event.data["label"])))
            case _ if event.name == OPTION_ADDED:
                item = replace(item, spec=item.spec.extended(Option(event.data["id"], localised(event.data["label"]))))
        return replace(item, state=self.activity(item).evolve(item.state, event))


_STEPS = frozenset({"open", "close", "reveal", "next-round", "timer", "extend", "fill"})


def _joins(state: SessionState, facts: Iterable[Fact], actor: Actor) -> bool:
    return actor.id not in state.seats and any(fact.name == "seat.joined" for fact in facts)


def _until(event: Event, paused_at: datetime | None = None) -> datetime | None:
    seconds = event.data.get("seconds", 0)
    return (paused_at or event.at) + timedelta(seconds=seconds) if seconds else None


def fold(rules: SessionRules, events: Iterable[Event], state: SessionState | None = None) -> SessionState:
    """Return the state after all `events`, starting from `state` or from nothing.

    Raises `UnusableEntry` at one that the rules, which are total on what they wrote themselves, cannot read.
    """
    state = state or SessionState()
    for event in events:
        try:
            state = rules.evolve(state, event)
        except WorkshopError:
            raise
        except Exception as error:
            raise UnusableEntry(event.seq, event.name, error) from error
        if not state.agenda.items:
            raise UnusableEntry(event.seq, event.name, ValueError("the log does not begin with session.created"))
    return state
