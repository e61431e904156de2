"""The data of the events of an action plan, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Shapes


class Added(TypedDict):
    action: str
    what: str
    until: NotRequired[str]
    sign: NotRequired[str]
    partners: NotRequired[str]


class Changed(TypedDict):
    action: str
    what: NotRequired[str]
    until: NotRequired[str]
    sign: NotRequired[str]
    partners: NotRequired[str]


class OfPerson(TypedDict):
    action: str
    seat: str


class Moved(TypedDict):
    action: str
    status: str
    note: NotRequired[str]


class Withdrawn(TypedDict):
    action: str


SHAPES: Shapes = {
    "actions.action_added": Added,
    "actions.action_changed": Changed,
    "actions.action_withdrawn": Withdrawn,
    "actions.status_set": Moved,
    "actions.person_asked": OfPerson,
    "actions.person_declined": OfPerson,
    "actions.person_committed": OfPerson,
    "actions.person_released": OfPerson,
    "actions.helper_joined": OfPerson,
    "actions.helper_left": OfPerson,
}
