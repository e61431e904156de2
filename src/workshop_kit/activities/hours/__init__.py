"""Hours: what tasks take each month, what people can give, and what is missing.

How much a task takes is the median of what people estimate, which one wild guess does not move, or what the facilitator
enters. Nobody's own hours are shown to others; only their sums are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.activities.hours.events import SHAPES
from workshop_kit.activities.hours.record import doubts, gist, pending, record
from workshop_kit.activities.hours.state import (
    DEFAULT_MOST,
    MOST_NEEDED,
    MOST_TASKS,
    PAY,
    HoursState,
    HoursView,
    Pay,
    Task,
)
from workshop_kit.core.activity import Option, Row, Spec, Viewer
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import OPTION_ADDED, Event, Fact
from workshop_kit.core.fields import one_of, only_the_facilitator, typed_task, unknown
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

GIVEN, ESTIMATED = "given.", "needed."
LONGEST = 200


class Hours:
    """The activity "hours"."""

    name = "hours"
    columns = ("task", "pay", "needed", "estimates", "given", "givers", "gap")
    personal: frozenset[str] = frozenset()
    shapes = SHAPES
    closed = N_("The hours are closed.")
    said: Mapping[str, str] = {
        "hours.given": N_("Said how many hours one can give"),
        "hours.estimated": N_("Estimated the hours that a task takes"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    doubts = staticmethod(doubts)

    def initial(self, spec: Spec) -> HoursState:
        options = spec.options()
        if len(options) > MOST_TASKS:
            raise AgendaError(
                N_('Item "{item}": hours can be asked for {most} tasks at most.'), item=spec.id, most=MOST_TASKS
            )
        tasks = tuple(Task(option.id, option.label, number) for number, option in enumerate(options, 1))
        most = spec.whole("most_hours", DEFAULT_MOST, most=744)
        return HoursState(tasks, most, spec.setting("estimates", default=True))

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: HoursState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "save":
                return tuple(self._save(state, command, actor))
            case "describe" | "add-task" if not actor.facilitates:
                raise only_the_facilitator()
            case "describe":
                return self._describe(state, command)
            case "add-task":
                known = {task.id for task in state.tasks}
                return (typed_task(command, known, (task.label for task in state.tasks), MOST_TASKS, LONGEST),)
        raise unknown(command)

    @staticmethod
    def _save(state: HoursState, command: Command, actor: Actor) -> Iterable[Fact]:
        """Decide on one person's hours: fields `given.<task>` and `needed.<task>`, empty ones taking back."""
        facts = []
        for field, value in command.fields.items():
            kind = next((kind for kind in (GIVEN, ESTIMATED) if field.startswith(kind)), None)
            if kind is None:
                continue
            if kind == ESTIMATED and not state.estimates:
                raise Refused(Why.NOT_ALLOWED, N_("Here it is given how many hours a task takes."), field=field[:80])
            named = one_of(field.removeprefix(kind), (task.id for task in state.tasks), field[:80])
            task = next(task for task in state.tasks if task.id == named)
            hours = _hours(value, field, state.most if kind == GIVEN else MOST_NEEDED)
            said = task.gifts if kind == GIVEN else task.estimates
            if said.get(actor.id) != hours:
                name = "hours.given" if kind == GIVEN else "hours.estimated"
                facts.append(Fact(name, {"task": task.id} | ({} if hours is None else {"hours": hours})))
        return facts

    @staticmethod
    def _describe(state: HoursState, command: Command) -> tuple[Fact, ...]:
        task = state.task(command.fields.get("task", ""))
        if task is None:
            raise Refused(Why.INVALID, N_("There is no such task here."), field="task")
        hours = _hours(command.fields.get("hours", ""), "hours", MOST_NEEDED)
        pay = one_of(command.fields.get("pay", ""), ("", *Pay), "pay")
        if (hours, pay) == (task.entered, task.pay or ""):
            return ()
        data = {"task": task.id, "pay": pay} | ({} if hours is None else {"hours": hours})
        return (Fact("hours.task_described", data),)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: HoursState, event: Event) -> HoursState:
        if event.name not in SHAPES:
            return state
        data = event.data
        if event.name == OPTION_ADDED:
            if state.task(data["id"]):
                return state
            return state.with_task(Task(data["id"], {AS_WRITTEN: data["label"]}, len(state.tasks) + 1))
        task, hours = state.task(data["task"]), data.get("hours")
        if task is None:
            return state
        if event.name == "hours.task_described":
            pay = Pay(data["pay"]) if data["pay"] in set(Pay) else None
            return state.with_task(replace(task, entered=hours, pay=pay))
        said = task.gifts if event.name == "hours.given" else task.estimates
        said = said.discard(event.actor) if hours is None else said.set(event.actor, hours)
        changed = replace(task, gifts=said) if event.name == "hours.given" else replace(task, estimates=said)
        return state.with_task(changed)

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: HoursState, viewer: Viewer) -> HoursView:
        seat = viewer.seat
        largest = max((hour for task in state.tasks for hour in (task.needed or 0.0, task.given)), default=0)
        return HoursView(
            tasks=state.tasks,
            given={task.id: task.gifts[seat] for task in state.tasks if seat in task.gifts},
            estimated={task.id: task.estimates[seat] for task in state.tasks if seat in task.estimates},
            totals=state.totals,
            largest=max(largest, 1),
            givers=state.givers,
            pay=PAY,
            most=state.most,
            most_needed=MOST_NEEDED,
            estimates=state.estimates,
            open=viewer.open,
            longest=LONGEST,
        )

    def choices(self, state: HoursState) -> tuple[object, ...]:
        return tuple((task.id, task.entered, task.pay) for task in state.tasks)

    def rows(self, state: HoursState) -> Iterable[Row]:
        for task in state.tasks:
            yield {
                "task": task.label,
                "pay": task.pay.value if task.pay else None,
                "needed": task.needed,
                "estimates": len(task.estimates),
                "given": task.given,
                "givers": sum(hours > 0 for hours in task.gifts.values()),
                "gap": task.gap,
            }

    def offers(self, state: HoursState) -> Iterable[Option]:
        return (Option(task.id, task.label) for task in state.tasks)


def _hours(value: str, field: str, most: int) -> int | None:
    """Return whole hours from 0 to `most`, or `None` for an empty field."""
    value = value.strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(MOST_NEEDED)) and int(value) <= most):
        raise Refused(Why.INVALID, N_("Please enter whole hours from 0 to {most}."), field=field, most=most)
    return int(value)


ACTIVITY = Hours()
