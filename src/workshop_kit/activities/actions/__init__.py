"""Actions: who does what until when. An action has one person, who said yes, and a day; what lacks either is open.

What a session leaves undone can be carried into the next one of the same series, where people say what became of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.actions.events import SHAPES
from workshop_kit.activities.actions.record import pending, record
from workshop_kit.activities.actions.state import (
    STANDINGS,
    STATUSES,
    Action,
    ActionsState,
    ActionsView,
    Status,
    carried,
    day,
)
from workshop_kit.activities.actions.told import course, doubts, gist
from workshop_kit.core.activity import Entry, Option, Person, Row, Spec, Viewer
from workshop_kit.core.agenda import CARRIED
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, short, unknown
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace

LONGEST = 280
DEFAULT_LIMIT = 10
ME = "me"

_DAYS = ("%Y-%m-%d", "%d.%m.%Y")
_FIELDS = ("what", "until", "sign", "partners")


class Actions:
    """The activity "actions"."""

    name = "actions"
    columns = ("id", "what", "person", "helpers", "until", "sign", "state", "origin")
    personal = frozenset({"actions.action_added", "actions.action_changed", "actions.status_set"})
    shapes = SHAPES
    closed = N_("The action plan is closed.")
    said: Mapping[str, str] = {
        "actions.action_added": N_("Put down an action"),
        "actions.action_changed": N_("Changed an action"),
        "actions.action_withdrawn": N_("Took an action back"),
        "actions.status_set": N_("Said what became of an action"),
        "actions.person_asked": N_("Was asked to take on an action"),
        "actions.person_declined": N_("Said no to an action"),
        "actions.person_committed": N_("Took on an action"),
        "actions.person_released": N_("Gave an action back"),
        "actions.helper_joined": N_("Joined in an action"),
        "actions.helper_left": N_("Left an action"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)

    def initial(self, spec: Spec) -> ActionsState:
        left_over = spec.settings.get(CARRIED, ())
        if not isinstance(left_over, list | tuple) or not all(_readable(item) for item in left_over):
            raise AgendaError(
                N_('Item "{item}": "{key}" must be a list of tables, each with a text "what".'),
                item=spec.id,
                key=CARRIED,
            )
        actions = {action.id: action for action in (carried(n, item) for n, item in enumerate(left_over, 1))}
        return ActionsState(spec.whole("limit", DEFAULT_LIMIT), pmap(actions))

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: ActionsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if command.name == "add":
            return self._add(state, command, actor)
        decide = {
            "change": self._change,
            "withdraw": self._withdraw,
            "status": self._status,
            "ask": self._ask,
            "decline": self._decline,
            "take": self._take,
            "release": self._release,
            "join": self._join,
            "leave": self._leave,
        }.get(command.name)
        if decide is None:
            raise unknown(command)
        action = state.actions.get(command.fields.get("action", ""))
        if action is None or action.withdrawn:
            raise Refused(Why.INVALID, N_("There is no such action in the plan."), field="action")
        return decide(action, command, actor)

    def _add(self, state: ActionsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        said = _said(command)
        if not said.get("what"):
            raise Refused(Why.INVALID, N_("Please write what is to be done."), field="what")
        if not actor.facilitates and not state.left(actor.id):
            raise Refused(
                Why.INVALID, N_("Everybody can put down {limit} actions here. Withdraw one first."), limit=state.limit
            )
        action_id = free_id("a", state.actions, len(state.actions))
        added = Fact("actions.action_added", {"action": action_id, **{key: text for key, text in said.items() if text}})
        match command.fields.get("who", "").strip():
            case "":
                return (added,)
            case who if who in {ME, actor.id}:
                _must_be_named(actor)
                return (added, Fact("actions.person_committed", {"action": action_id, "seat": _oneself(actor)}))
            case who:
                _must_facilitate(actor)
                name = "actions.person_committed" if "sure" in command.fields else "actions.person_asked"
                return (added, Fact(name, {"action": action_id, "seat": who}))

    @staticmethod
    def _change(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        _must_concern(action, actor)
        said = {key: text for key, text in _said(command).items() if text != getattr(action, key)}
        if said.get("what") == "":
            raise Refused(Why.INVALID, N_("Please write what is to be done."), field="what")
        return (Fact("actions.action_changed", {"action": action.id, **said}),) if said else ()

    @staticmethod
    def _withdraw(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del command
        if not actor.facilitates and action.author != actor.id:
            raise Refused(Why.NOT_ALLOWED, N_("Somebody else put that action down."), field="action")
        if not actor.facilitates and action.seat not in {"", actor.id}:
            raise Refused(Why.TAKEN, N_("Somebody has taken that on. Talk to each other first."), field="action")
        return (Fact("actions.action_withdrawn", {"action": action.id}),)

    @staticmethod
    def _status(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if not action.earlier:  # those who remember an earlier session may all say what became of its actions
            _must_concern(action, actor)
        status = one_of(command.fields.get("status", ""), Status, "status")
        note = _short(command.fields.get("note", ""), "note")
        if (status, note) == (action.status, action.note):
            return ()
        said = {"status": status, "note": note} if note else {"status": status}
        return (Fact("actions.status_set", {"action": action.id, **said}),)

    @staticmethod
    def _ask(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        _must_facilitate(actor)
        seat = _seat(command)
        if action.seat:
            raise Refused(Why.TAKEN, N_("Somebody has taken that on already."), field="action")
        return () if action.asked == seat else (Fact("actions.person_asked", {"action": action.id, "seat": seat}),)

    @staticmethod
    def _decline(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del command
        seat = action.asked if actor.facilitates else actor.id
        if not seat or action.asked != seat:
            return ()
        return (Fact("actions.person_declined", {"action": action.id, "seat": seat}),)

    @staticmethod
    def _take(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        seat = _seat(command) if actor.facilitates else actor.id
        if action.seat == seat:
            return ()
        if action.seat:
            raise Refused(Why.TAKEN, N_("Somebody has taken that on already. You can join in instead."), field="action")
        _must_be_named(actor)
        return (Fact("actions.person_committed", {"action": action.id, "seat": seat}),)

    @staticmethod
    def _release(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del command
        if not action.seat or not (actor.facilitates or action.seat == actor.id):
            return ()
        return (Fact("actions.person_released", {"action": action.id, "seat": action.seat}),)

    @staticmethod
    def _join(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        seat = _seat(command) if actor.facilitates else actor.id
        if seat in {action.seat, *action.helpers}:
            return ()
        _must_be_named(actor)
        return (Fact("actions.helper_joined", {"action": action.id, "seat": seat}),)

    @staticmethod
    def _leave(action: Action, command: Command, actor: Actor) -> tuple[Fact, ...]:
        seat = _seat(command) if actor.facilitates else actor.id
        return (Fact("actions.helper_left", {"action": action.id, "seat": seat}),) if seat in action.helpers else ()

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: ActionsState, event: Event) -> ActionsState:
        if event.name not in SHAPES:
            return state
        data = event.data
        if event.name == "actions.action_added":
            number = len(state.actions) + 1
            new = Action(data["action"], number, data["what"], author=event.actor, channel=event.channel)
            return _put(state, replace(new, **_read(event)))
        action = state.actions.get(data["action"])
        if action is None:  # its author has had it erased
            return state
        return _put(state, _after(action, event))

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: ActionsState, viewer: Viewer) -> ActionsView:
        actions = tuple(state.ordered())
        seat = viewer.seat
        mine = frozenset(action.id for action in actions if seat and seat in {action.author, action.seat})
        return ActionsView(
            actions=actions,
            mine=mine,
            going=sum(action.going for action in actions),
            lacking=sum(action.going and not (action.seat and action.until) for action in actions),
            left=state.left(seat) if seat else state.limit,
            open=viewer.open,
            statuses=STATUSES,
            standings=STANDINGS,
            longest=LONGEST,
        )

    def choices(self, state: ActionsState) -> Hashable:
        return tuple(state.ordered())

    def rows(self, state: ActionsState) -> Iterable[Row]:
        for action in sorted(state.actions.values(), key=lambda action: action.number):
            yield {
                "id": action.id,
                "what": {AS_WRITTEN: action.what},
                "person": Person(action.seat) if action.seat else None,
                "helpers": len(action.helpers),
                "until": action.until,
                "sign": action.sign,
                "state": action.standing,
                "origin": action.earlier.session if action.earlier else "",
            }

    def offers(self, state: ActionsState) -> Iterable[Option]:
        return (Option(action.id, {AS_WRITTEN: action.what}) for action in state.ordered() if action.going)

    def entries(self, state: ActionsState, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
        del state
        if rows and "what" not in rows[0]:
            raise Refused(
                Why.INVALID,
                N_('The table has no column "what". It takes what, and until, sign and partners if you like.'),
                field="what",
            )
        for line, row in enumerate(rows, 2):
            yield Entry((line,), "add", {key: row[key] for key in _FIELDS if key in row})

    def carries(self, state: ActionsState) -> Iterable[Mapping[str, Any]]:
        for action in state.ordered():
            if action.going:
                known = {"what": action.what, "until": action.until, "sign": action.sign, "partners": action.partners}
                holder = action.seat or (action.earlier.person if action.earlier else "")
                kept = {**known, "id": action.id, "status": action.status.value, "person": holder}
                yield {key: text for key, text in kept.items() if text}


def _after(action: Action, event: Event) -> Action:
    """Return the action after an event about it."""
    data, seat = event.data, event.data.get("seat", "")
    match event.name:
        case "actions.action_changed":
            return replace(action, **_read(event))
        case "actions.action_withdrawn":
            return replace(action, withdrawn=True)
        case "actions.status_set" if data["status"] in set(Status):
            return replace(action, status=Status(data["status"]), note=data.get("note", ""))
        case "actions.person_asked":
            return replace(action, asked=seat)
        case "actions.person_declined" if action.asked == seat:
            return replace(action, asked="")
        case "actions.person_committed":
            helpers = tuple(helper for helper in action.helpers if helper != seat)
            return replace(action, seat=seat, asked="", helpers=helpers)
        case "actions.person_released" if action.seat == seat:
            return replace(action, seat="")
        case "actions.helper_joined" if seat not in action.helpers:
            return replace(action, helpers=(*action.helpers, seat))
        case "actions.helper_left":
            return replace(action, helpers=tuple(helper for helper in action.helpers if helper != seat))
    return action


def _read(event: Event) -> dict[str, Any]:
    """Return what an entry says of an action; another program may have written a day that is none."""
    data = event.data
    said = {key: data[key] for key in _FIELDS if key in data}
    if "until" in said:
        until = day(said["until"])
        said |= {"until": until, "dated_at": event.at if until else None}
    return said


def _put(state: ActionsState, action: Action) -> ActionsState:
    return replace(state, actions=state.actions.set(action.id, action))


def _readable(item: object) -> bool:
    """Return whether an agenda's entry for an action that was left over can be read."""
    if not isinstance(item, Mapping) or not all(isinstance(value, str) for value in item.values()):
        return False
    return bool(str(item.get("what", "")).strip()) and item.get("status", Status.PLANNED) in set(Status)


def _said(command: Command) -> dict[str, str]:
    """Return what a form says of an action; a field that it does not have is left out."""
    given = {key: command.fields[key] for key in _FIELDS if key in command.fields}
    return {key: _day(text) if key == "until" else _short(text, key) for key, text in given.items()}


def _short(written: str, field: str) -> str:
    return short(one_line(written), field, LONGEST)


def _day(written: str) -> str:
    """Return a day as ISO 8601, from that form or as 31.12.2026; nothing for nothing."""
    written = written.strip()
    for form in _DAYS:
        try:
            return datetime.strptime(written, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    if written:
        raise Refused(
            Why.INVALID,
            N_('"{written}" is no day. Write it as 2026-12-31 or 31.12.2026.'),
            field="until",
            written=written[:40],
        )
    return ""


def _seat(command: Command) -> str:
    seat = command.fields.get("seat", "").strip()
    if not seat:
        raise Refused(Why.INVALID, N_("Say who it is about."), field="seat")
    return seat


def _oneself(actor: Actor) -> str:
    if actor.facilitates:
        raise Refused(Why.INVALID, N_("Say who it is about."), field="who")
    return actor.id


def _must_be_named(actor: Actor) -> None:
    if not (actor.named or actor.facilitates):
        raise Refused(Why.INVALID, N_("Please give the name that shall stand in the minutes."), field="name")


def _must_facilitate(actor: Actor) -> None:
    if not actor.facilitates:
        raise only_the_facilitator()


def _must_concern(action: Action, actor: Actor) -> None:
    if not actor.facilitates and actor.id not in {action.author, action.seat}:
        raise Refused(Why.NOT_ALLOWED, N_("That is for those who put it down or took it on."), field="action")


ACTIVITY = Actions()
