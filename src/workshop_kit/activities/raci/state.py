"""What a responsibility matrix is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Localised

MOST_TASKS = 100


class Part(StrEnum):
    """What somebody is in a task. One person may both answer for a task and do it."""

    RESPONSIBLE = "R"
    ACCOUNTABLE = "A"
    BOTH = "AR"
    CONSULTED = "C"
    INFORMED = "I"

    @property
    def does(self) -> bool:
        return self in {Part.RESPONSIBLE, Part.BOTH}

    @property
    def answers(self) -> bool:
        return self in {Part.ACCOUNTABLE, Part.BOTH}


PARTS = {
    Part.RESPONSIBLE: N_("does it (responsible)"),
    Part.ACCOUNTABLE: N_("answers for it (accountable)"),
    Part.BOTH: N_("does it and answers for it (both)"),
    Part.CONSULTED: N_("is asked before (consulted)"),
    Part.INFORMED: N_("is told after (informed)"),
}

COLUMNS = {
    Part.RESPONSIBLE: N_("Responsible (R)"),
    Part.ACCOUNTABLE: N_("Accountable (A)"),
    Part.CONSULTED: N_("Consulted (C)"),
    Part.INFORMED: N_("Informed (I)"),
}
"""The columns of the table, in the order of the four letters."""


class Flaw(StrEnum):
    """What is wrong with who is what in a task."""

    NOBODY_ANSWERS = "nobody-accountable"
    SEVERAL_ANSWER = "several-accountable"
    NOBODY_DOES = "nobody-responsible"


FLAWS = {
    Flaw.NOBODY_ANSWERS: N_("Nobody is accountable."),
    Flaw.SEVERAL_ANSWER: N_("Several are accountable; exactly one may be."),
    Flaw.NOBODY_DOES: N_("Nobody is responsible."),
}


class Holder(Struct, frozen=True):
    """Whose part it is: a seat's or that of a role, the other being empty."""

    seat: str = ""
    role: str = ""

    @property
    def id(self) -> str:
        """One word for both, as a form sends it."""
        return f"role/{self.role}" if self.role else f"seat/{self.seat}"

    @classmethod
    def read(cls, written: str) -> Holder:
        """Return whom the word means; neither seat nor role where it means nobody."""
        kind, _, name = written.partition("/")
        return cls(**{kind: name}) if kind in {"seat", "role"} else cls()

    @property
    def data(self) -> dict[str, str]:
        return {"role": self.role} if self.role else {"seat": self.seat}


class Task(Struct, frozen=True):
    """A task and who is what in it, in the order of taking."""

    id: str
    label: Localised
    number: int
    parts: PMap[Holder, Part] = pmap()
    order: tuple[Holder, ...] = ()
    dropped: bool = False

    def having(self, *parts: Part) -> tuple[Holder, ...]:
        """Return those who have one of these parts."""
        return tuple(holder for holder in self.order if self.parts[holder] in parts)

    @property
    def answering(self) -> tuple[Holder, ...]:
        return self.having(Part.ACCOUNTABLE, Part.BOTH)

    @property
    def doing(self) -> tuple[Holder, ...]:
        return self.having(Part.RESPONSIBLE, Part.BOTH)

    def column(self, part: Part) -> tuple[Holder, ...]:
        """Return who stands in a column of `COLUMNS`; who has both parts stands in two."""
        return {Part.RESPONSIBLE: self.doing, Part.ACCOUNTABLE: self.answering}.get(part, self.having(part))

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """What breaks the two rules: exactly one is accountable, and at least one is responsible."""
        answering = len(self.answering)
        found = [] if answering == 1 else [Flaw.SEVERAL_ANSWER if answering else Flaw.NOBODY_ANSWERS]
        return (*found, *(() if self.doing else (Flaw.NOBODY_DOES,)))

    def with_part(self, holder: Holder, part: Part | None) -> Task:
        """Return the task with a part taken, changed or (`None`) left."""
        if part is None:
            order = tuple(other for other in self.order if other != holder)
            return replace(self, parts=self.parts.discard(holder), order=order)
        order = self.order if holder in self.parts else (*self.order, holder)
        return replace(self, parts=self.parts.set(holder, part), order=order)

    def moved(self, holder: Holder) -> Task:
        """Return the task with somebody else accountable; who was it keeps only what they do."""
        task = self
        for earlier in self.answering:
            if earlier != holder:
                task = task.with_part(earlier, Part.RESPONSIBLE if self.parts[earlier] is Part.BOTH else None)
        known = task.parts.get(holder)
        return task.with_part(holder, Part.BOTH if known and known.does else Part.ACCOUNTABLE)


class RaciState(Struct, frozen=True):
    """All tasks ever listed. `roles` are columns beside those of people; `people` take parts themselves, or not."""

    tasks: tuple[Task, ...]
    roles: tuple[Option, ...] = ()
    people: bool = True

    @property
    def shown(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if not task.dropped)

    def task(self, task_id: str) -> Task | None:
        """Return the task with this id, also one that was dropped."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def with_task(self, task: Task) -> RaciState:
        """Return the matrix with a task in its place, or at the end."""
        if self.task(task.id) is None:
            return replace(self, tasks=(*self.tasks, task))
        return replace(self, tasks=tuple(task if known.id == task.id else known for known in self.tasks))

    @property
    def holders(self) -> tuple[Holder, ...]:
        """All who have a part in some task: the roles as listed, then people in the order of taking."""
        roles = tuple(Holder(role=role.id) for role in self.roles)
        people = dict.fromkeys(holder for task in self.shown for holder in task.order if holder.seat)
        return (*roles, *people)

    def role_label(self, role_id: str) -> Localised:
        """Return the wording of a role."""
        return next((role.label for role in self.roles if role.id == role_id), {})


class RaciView(Struct, frozen=True):
    """The matrix as one viewer sees it; `mine` is the viewer's part by task."""

    tasks: tuple[Task, ...]
    dropped: tuple[Task, ...]
    roles: tuple[Option, ...]
    mine: Mapping[str, Part]
    parts: Mapping[Part, str]
    columns: Mapping[Part, str]
    flaws: Mapping[Flaw, str]
    lacking: int
    takes: bool
    open: bool
    longest: int
