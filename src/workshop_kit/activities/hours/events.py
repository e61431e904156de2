"""The data of the events of a step about hours, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.event import OPTION_ADDED
from workshop_kit.core.shapes import Shapes


class Hours(TypedDict):
    """Whole hours a month; without `hours`, what was said before is taken back."""

    task: str
    hours: NotRequired[int]


class Described(Hours):
    """What the facilitator enters; `pay` is a value of `Pay`, or empty where it is open."""

    pay: str


class TaskAdded(TypedDict):
    id: str
    label: str


SHAPES: Shapes = {
    "hours.given": Hours,
    "hours.estimated": Hours,
    "hours.task_described": Described,
    OPTION_ADDED: TaskAdded,
}
