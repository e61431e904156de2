"""The data of the events of a responsibility matrix, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.event import OPTION_ADDED
from workshop_kit.core.shapes import Shapes


class OfTask(TypedDict):
    task: str


class Taken(OfTask):
    """`part` is a value of `Part`. Whose it is: a seat's, or that of a role of the agenda."""

    part: str
    seat: NotRequired[str]
    role: NotRequired[str]


class Left(OfTask):
    seat: NotRequired[str]
    role: NotRequired[str]


class TaskAdded(TypedDict):
    id: str
    label: str


SHAPES: Shapes = {
    "raci.part_taken": Taken,
    "raci.part_left": Left,
    "raci.accountability_moved": Left,
    "raci.task_dropped": OfTask,
    "raci.task_restored": OfTask,
    OPTION_ADDED: TaskAdded,
}
