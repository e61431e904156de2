"""The responsibility matrix (RACI): who answers for a task, who does it, who is asked before and who is told after.

Two rules are checked and shown, never enforced by force: exactly one is accountable for a task, and at least one is
responsible. Source: Project Management Institute, A Guide to the Project Management Body of Knowledge (PMBOK Guide),
sixth edition 2017, section 9.1.2.2 (responsibility assignment matrix).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.activities.raci.events import SHAPES
from workshop_kit.activities.raci.state import (
    COLUMNS,
    FLAWS,
    MOST_TASKS,
    PARTS,
    Holder,
    Part,
    RaciState,
    RaciView,
    Task,
)
from workshop_kit.activities.raci.told import course, doubts, gist, pending, record
from workshop_kit.core.activity import Audience, Option, Person, Row, Spec, Viewer
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import OPTION_ADDED, Event, Fact
from workshop_kit.core.fields import one_of, only_the_facilitator, typed_task, unknown
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

PART = "part."
LONGEST = 200


class Raci:
    """The activity "raci"."""

    name = "raci"
    columns = ("task", "holder", "part", "flaws")
    personal: frozenset[str] = frozenset()
    shapes = SHAPES
    said: Mapping[str, str] = {
        "raci.part_taken": N_("Took a part in a task"),
        "raci.part_left": N_("Gave a part in a task back"),
        "raci.accountability_moved": N_("Became accountable in somebody else's place"),
    }
    closed = N_("The responsibilities are closed.")
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    doubts = staticmethod(doubts)
    course = staticmethod(course)

    def initial(self, spec: Spec) -> RaciState:
        options, roles = spec.options(), spec.options("roles")
        if len(options) > MOST_TASKS:
            raise AgendaError(
                N_('Item "{item}": a responsibility matrix takes {most} tasks at most.'), item=spec.id, most=MOST_TASKS
            )
        tasks = tuple(Task(option.id, option.label, number) for number, option in enumerate(options, 1))
        return RaciState(tasks, roles, spec.setting("people", default=True))

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: RaciState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "take":
                return self._take(state, command, actor)
            case "move" | "add-task" | "drop" | "restore" if not actor.facilitates:
                raise only_the_facilitator()
            case "move":
                task, holder = _task(state, command), _holder(state, command, actor)
                moved = Fact("raci.accountability_moved", {"task": task.id, **holder.data})
                return () if task.answering == (holder,) else (moved,)
            case "add-task":
                known = {task.id for task in state.tasks}
                return (typed_task(command, known, (task.label for task in state.shown), MOST_TASKS, LONGEST),)
            case "drop":
                return (Fact("raci.task_dropped", {"task": _task(state, command).id}),)
            case "restore":
                return (Fact("raci.task_restored", {"task": _task(state, command, dropped=True).id}),)
        raise unknown(command)

    @staticmethod
    def _take(state: RaciState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        """Decide on the parts of one person or role: fields `part.<task>`, each a part or empty for none.

        A form about one task has `task` and `part`.
        """
        holder = _holder(state, command, actor)
        facts: list[Fact] = []
        given = {field: value for field, value in command.fields.items() if field.startswith(PART)}
        if "task" in command.fields:
            given[PART + _task(state, command).id] = command.fields.get("part", "")
        for field, value in given.items():
            named = one_of(field.removeprefix(PART), (task.id for task in state.shown), field[:80])
            task = next(task for task in state.shown if task.id == named)
            chosen = one_of(value.strip(), ("", *Part), field)
            part, known = Part(chosen) if chosen else None, task.parts.get(holder)
            if part is known:
                continue
            if part and part.answers and (set(task.answering) - {holder}):
                raise Refused(
                    Why.TAKEN,
                    N_(
                        "Somebody else is accountable for task {number} already. It can only be moved on purpose: they "
                        "give it back, or the facilitator moves it."
                    ),
                    field=field,
                    number=task.number,
                )
            name = "raci.part_taken" if part else "raci.part_left"
            facts.append(Fact(name, {"task": task.id, **holder.data} | ({"part": part.value} if part else {})))
        if any("part" in fact.data for fact in facts) and not (actor.named or actor.facilitates):
            raise Refused(Why.INVALID, N_("Please give the name that shall stand in the minutes."), field="name")
        return tuple(facts)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: RaciState, event: Event) -> RaciState:
        if event.name not in SHAPES:
            return state
        data = event.data
        if event.name == OPTION_ADDED:
            if state.task(data["id"]):
                return state
            return state.with_task(Task(data["id"], {AS_WRITTEN: data["label"]}, len(state.tasks) + 1))
        task = state.task(data["task"])
        if task is None:  # its author has had it erased where it was collected
            return state
        holder = Holder(seat=data.get("seat", ""), role=data.get("role", ""))
        match event.name:
            case "raci.part_taken" if data["part"] in set(Part):
                return state.with_task(task.with_part(holder, Part(data["part"])))
            case "raci.part_left":
                return state.with_task(task.with_part(holder, None))
            case "raci.accountability_moved":
                return state.with_task(task.moved(holder))
            case "raci.task_dropped" | "raci.task_restored":
                return state.with_task(replace(task, dropped=event.name == "raci.task_dropped"))
        return state

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: RaciState, viewer: Viewer) -> RaciView:
        own = Holder(seat=viewer.seat)
        facilitates = viewer.audience is Audience.FACILITATOR
        return RaciView(
            tasks=state.shown,
            dropped=tuple(task for task in state.tasks if task.dropped and facilitates),
            roles=state.roles,
            mine={task.id: task.parts[own] for task in state.shown if viewer.seat and own in task.parts},
            parts=PARTS,
            columns=COLUMNS,
            flaws=FLAWS,
            lacking=sum(bool(task.flaws) for task in state.shown),
            takes=state.people and viewer.open,
            open=viewer.open,
            longest=LONGEST,
        )

    def choices(self, state: RaciState) -> Hashable:
        return tuple((task.id, task.order, tuple(task.parts[holder] for holder in task.order)) for task in state.shown)

    def rows(self, state: RaciState) -> Iterable[Row]:
        for task in state.shown:
            flaws = " ".join(task.flaws)
            for holder in task.order:
                whose = state.role_label(holder.role) if holder.role else Person(holder.seat)
                yield {"task": task.label, "holder": whose, "part": task.parts[holder].value, "flaws": flaws}
            if not task.order:
                yield {"task": task.label, "holder": None, "part": None, "flaws": flaws}

    def offers(self, state: RaciState) -> Iterable[Option]:
        return (Option(task.id, task.label) for task in state.shown)


def _task(state: RaciState, command: Command, *, dropped: bool = False) -> Task:
    task = state.task(command.fields.get("task", ""))
    if task is None or task.dropped is not dropped:
        raise Refused(Why.INVALID, N_("There is no such task here."), field="task")
    return task


def _holder(state: RaciState, command: Command, actor: Actor) -> Holder:
    """Return for whom a part is taken: oneself, or whom the facilitator names."""
    if not actor.facilitates:
        if not state.people:
            raise Refused(Why.NOT_ALLOWED, N_("Here parts are given to roles, in front."))
        return Holder(seat=actor.id)
    holder = Holder.read(command.fields.get("holder", ""))
    if not holder.seat and holder.role not in {role.id for role in state.roles}:
        raise Refused(Why.INVALID, N_("Say whose part it is."), field="holder")
    return holder


ACTIVITY = Raci()
