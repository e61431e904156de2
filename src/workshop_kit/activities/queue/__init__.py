"""The speakers' queue: people ask for the floor on their phones, and the facilitator calls one after the other.

In Germany it is the Redeliste, with the "Direktmeldung" for what belongs to the point that was just made. Whom it calls
first is a pure function of who asked when and who has spoken how often (`state.in_turn`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from workshop_kit.activities.queue.events import SHAPES
from workshop_kit.activities.queue.record import course, doubts, gist, pending, record
from workshop_kit.activities.queue.state import (
    LONGEST_SPEECH,
    TAGS,
    Kind,
    Order,
    QueueState,
    QueueView,
    Request,
    Standing,
)
from workshop_kit.core.activity import Option, Person, Row, Spec, Viewer
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, unknown

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace


class Queue:
    """The activity "queue"."""

    name = "queue"
    columns = ("id", "person", "kind", "state", "seconds")
    personal: frozenset[str] = frozenset()
    shapes = SHAPES
    closed = N_("The list of speakers is closed.")
    said: Mapping[str, str] = {
        "queue.floor_asked": N_("Asked for the floor"),
        "queue.request_withdrawn": N_("Took the wish to speak back"),
        "queue.speaker_called": N_("Was called to speak"),
        "queue.speaker_put_back": N_("Was put back on the list of speakers"),
        "queue.speech_ended": N_("Spoke to the end"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)

    def initial(self, spec: Spec) -> QueueState:
        order = Order(spec.setting("order", Order.FIRST_COME.value, [order.value for order in Order]))
        return QueueState(order, spec.setting("direct", True), spec.whole("seconds", 0, least=0, most=LONGEST_SPEECH))

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: QueueState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "ask":
                return self._ask(state, command, actor)
            case "withdraw":
                request = _request(state, command, Standing.WAITING)
                if not actor.facilitates and request.seat != actor.id:
                    raise Refused(Why.NOT_ALLOWED, N_("Somebody else asked for that."), field="request")
                return (Fact("queue.request_withdrawn", _about(request, actor)),)
            case "end" if not actor.facilitates and _speaker(state) != actor.id:
                raise Refused(Why.NOT_ALLOWED, N_("Somebody else is speaking."))
            case "end":
                return (*self._end(state, actor), Fact("item.timer_set", {"seconds": 0})) if state.current else ()
            case "call" | "put-back" if not actor.facilitates:
                raise only_the_facilitator()
            case "call":
                return self._call(state, command, actor)
            case "put-back":
                return self._put_back(state, command, actor)
        raise unknown(command)

    @staticmethod
    def _ask(state: QueueState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        kind = Kind(one_of(command.fields.get("kind", ""), state.kinds, "kind"))
        seat = command.fields.get("seat", "").strip() if actor.facilitates else actor.id
        if not seat:
            raise Refused(Why.INVALID, N_("Say who it is about."), field="seat")
        if any(request.seat == seat and request.kind is kind for request in state.line()):
            return ()
        request_id = free_id("q", state.requests, len(state.requests))
        said = {"request": request_id, "kind": kind.value}
        return (Fact("queue.floor_asked", said if seat == actor.id else said | {"seat": seat}),)

    def _call(self, state: QueueState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        """Call the next one, or the one whom the facilitator names; who is speaking has come to an end."""
        line = state.line()
        if command.fields.get("request"):
            request = _request(state, command, Standing.WAITING)
        elif line:
            request = line[0]
        else:
            raise Refused(Why.INVALID, N_("Nobody is on the list."), field="request")
        called = Fact("queue.speaker_called", _about(request, actor))
        return (*self._end(state, actor), called, Fact("item.timer_set", {"seconds": state.seconds}))

    @staticmethod
    def _put_back(state: QueueState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        """Put the speaker back at the old place; who has asked for the same once more meanwhile waits only once."""
        speaking = _request(state, command, Standing.SPEAKING, state.current)
        same = (one for one in state.line() if (one.seat, one.kind) == (speaking.seat, speaking.kind))
        dropped = (Fact("queue.request_withdrawn", _about(one, actor)) for one in same)
        back = Fact("queue.speaker_put_back", _about(speaking, actor))
        return (*dropped, back, Fact("item.timer_set", {"seconds": 0}))

    @staticmethod
    def _end(state: QueueState, actor: Actor) -> tuple[Fact, ...]:
        speaking = state.requests.get(state.current)
        return (Fact("queue.speech_ended", _about(speaking, actor)),) if speaking else ()

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: QueueState, event: Event) -> QueueState:
        data = event.data
        if event.name == "item.closed":
            state = replace(state, present=int(data.get("seats", 0)))
            speaking = state.requests.get(state.current)
            return _put(replace(state, current=""), speaking.ended(event.at)) if speaking else state
        if event.name == "queue.floor_asked" and data["kind"] in set(Kind):
            seat = data.get("seat", event.actor)
            new = Request(data["request"], len(state.requests) + 1, Kind(data["kind"]), seat, event.channel)
            return _put(state, new)
        request = state.requests.get(data.get("request", "")) if event.name in SHAPES else None
        if request is None:
            return state
        match event.name, request.standing:
            case "queue.request_withdrawn", Standing.WAITING:
                return _put(state, replace(request, standing=Standing.WITHDRAWN))
            case "queue.speaker_called", Standing.WAITING if not state.current:
                called = replace(request, standing=Standing.SPEAKING, since=event.at)
                return _put(replace(state, current=request.id), called)
            case "queue.speaker_put_back", Standing.SPEAKING:
                back = replace(request, standing=Standing.WAITING, since=None)
                return _put(replace(state, current=""), back)
            case "queue.speech_ended", Standing.SPEAKING:
                return _put(replace(state, current=""), request.ended(event.at))
        return state

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: QueueState, viewer: Viewer) -> QueueView:
        line = tuple(state.line())
        spoken = state.spoken()
        return QueueView(
            line=line,
            current=state.requests.get(state.current),
            mine=tuple((place, one) for place, one in enumerate(line, 1) if viewer.seat and one.seat == viewer.seat),
            kinds=state.kinds,
            tags=TAGS,
            sentence=state.sentence,
            seconds=state.seconds,
            spoken=spoken,
            contributions=spoken.total(),
            open=viewer.open,
        )

    def choices(self, state: QueueState) -> Hashable:
        return state.current, tuple(request.id for request in state.line())

    def rows(self, state: QueueState) -> Iterable[Row]:
        for request in state.all():
            yield {
                "id": request.id,
                "person": Person(request.seat),
                "kind": request.kind.value,
                "state": request.standing.value,
                "seconds": round(request.seconds),
            }

    def offers(self, state: QueueState) -> Iterable[Option]:
        """Yield nothing: who spoke is nothing to choose from."""
        del state
        return ()


def _request(state: QueueState, command: Command, standing: Standing, default: str = "") -> Request:
    request = state.requests.get(command.fields.get("request", "") or default)
    if request is None or request.standing is not standing:
        raise Refused(Why.INVALID, N_("That wish to speak is not on the list any more."), field="request")
    return request


def _speaker(state: QueueState) -> str:
    speaking = state.requests.get(state.current)
    return speaking.seat if speaking else ""


def _about(request: Request, actor: Actor) -> dict[str, str]:
    """Return what an entry says of a request, with the seat where somebody else acts, so that the person finds it."""
    return {"request": request.id} if request.seat == actor.id else {"request": request.id, "seat": request.seat}


def _put(state: QueueState, request: Request) -> QueueState:
    return replace(state, requests=state.requests.set(request.id, request))


ACTIVITY = Queue()
