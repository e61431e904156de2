"""How many hours a month tasks take and people can give, at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from statistics import median

from msgspec import Struct
from msgspec.structs import replace
from pyrsistent import PMap, pmap

from workshop_kit.core.errors import N_
from workshop_kit.core.text import Localised

MOST_TASKS = 60
MOST_NEEDED = 10_000
DEFAULT_MOST = 160
"""Hours a month that one person may give to one task: a full job."""


class Pay(StrEnum):
    """Whether a task is paid work."""

    PAID = "paid"
    VOLUNTARY = "voluntary"


PAY = {Pay.PAID: N_("paid"), Pay.VOLUNTARY: N_("voluntary")}


class Task(Struct, frozen=True):
    """A task, with what each seat estimates that it takes and can give, in hours a month."""

    id: str
    label: Localised
    number: int
    entered: int | None = None
    pay: Pay | None = None
    estimates: PMap[str, int] = pmap()
    gifts: PMap[str, int] = pmap()

    @property
    def needed(self) -> float | None:
        """The hours that it takes: what the facilitator entered, else the median of the estimates, if there are any."""
        if self.entered is not None:
            return self.entered
        return float(median(self.estimates.values())) if self.estimates else None

    @property
    def given(self) -> int:
        return sum(self.gifts.values())

    @property
    def gap(self) -> float | None:
        """The hours that are missing, none below zero; `None` where nobody knows how many it takes."""
        return None if self.needed is None else max(0.0, self.needed - self.given)


class HoursState(Struct, frozen=True):
    """All tasks. One person can give up to `most` hours to each; `estimates`: people say how much a task takes."""

    tasks: tuple[Task, ...]
    most: int = DEFAULT_MOST
    estimates: bool = True

    def task(self, task_id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def with_task(self, task: Task) -> HoursState:
        """Return the state with a task in its place, or at the end."""
        if self.task(task.id) is None:
            return replace(self, tasks=(*self.tasks, task))
        return replace(self, tasks=tuple(task if known.id == task.id else known for known in self.tasks))

    @property
    def givers(self) -> int:
        """How many people give at least an hour."""
        return len({seat for task in self.tasks for seat, hours in task.gifts.items() if hours})

    @property
    def totals(self) -> tuple[float, int, float]:
        """The hours needed, given and missing over all tasks; what is left over at one task fills no other."""
        known = [task for task in self.tasks if task.needed is not None]
        return (
            sum(task.needed or 0.0 for task in known),
            sum(task.given for task in self.tasks),
            sum(task.gap or 0.0 for task in known),
        )


class HoursView(Struct, frozen=True):
    """The tasks as one viewer sees them; `given` and `estimated` are the viewer's own hours by task."""

    tasks: tuple[Task, ...]
    given: Mapping[str, int]
    estimated: Mapping[str, int]
    totals: tuple[float, int, float]
    largest: float
    givers: int
    pay: Mapping[Pay, str]
    most: int
    most_needed: int
    estimates: bool
    open: bool
    longest: int
