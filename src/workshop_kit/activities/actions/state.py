"""What an action plan is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel


class Status(StrEnum):
    """How far the work itself is."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    DONE = "done"
    DROPPED = "dropped"


STATUSES = {
    Status.PLANNED: N_("planned"),
    Status.UNDER_WAY: N_("under way"),
    Status.DONE: N_("done"),
    Status.DROPPED: N_("no longer needed"),
}


class Earlier(Struct, frozen=True, omit_defaults=True):
    """Where an action was first agreed: the session's title and day (ISO 8601), and the action's id there.

    `person` is the pseudonym under which the name of who took it on is kept here, empty where nobody had.
    """

    session: str
    day: str = ""
    id: str = ""
    person: str = ""


class Action(Struct, frozen=True):
    """Something to be done. `seat` is the one person who said yes to it, `asked` who was asked and has not answered.

    `until` is a day (ISO 8601), `sign` how one notices that it is done, `partners` who is to be involved that was not
    in the room, `helpers` the seats of those who join in. `dated_at` is when `until` was said here.
    """

    id: str
    number: int
    what: str
    author: str
    channel: Channel
    until: str = ""
    dated_at: datetime | None = None
    sign: str = ""
    partners: str = ""
    seat: str = ""
    asked: str = ""
    helpers: tuple[str, ...] = ()
    status: Status = Status.PLANNED
    note: str = ""
    earlier: Earlier | None = None
    withdrawn: bool = False

    @property
    def going(self) -> bool:
        """Whether it is still to be done."""
        return not self.withdrawn and self.status not in {Status.DONE, Status.DROPPED}

    @property
    def standing(self) -> str:
        """One word for where it stands: what an agreed action lacks comes before how far the work is."""
        if self.withdrawn:
            return "withdrawn"
        if self.status is not Status.PLANNED:
            return self.status.value
        if self.seat:
            return "agreed" if self.until else "undated"
        return "asked" if self.asked else "open"


STANDINGS = {
    "open": N_("nobody yet"),
    "asked": N_("asked, not agreed yet"),
    "undated": N_("agreed, without a day"),
    "agreed": N_("agreed"),
    "withdrawn": N_("withdrawn"),
    **{status.value: word for status, word in STATUSES.items() if status is not Status.PLANNED},
}


class ActionsState(Struct, frozen=True):
    """All actions ever put down here, by id. `limit` is how many one person may put down."""

    limit: int
    actions: PMap[str, Action] = pmap()

    def ordered(self) -> list[Action]:
        """Return what was not withdrawn: what comes from an earlier session first, then in the order of writing."""
        kept = [action for action in self.actions.values() if not action.withdrawn]
        return sorted(kept, key=lambda action: (action.earlier is None, action.number))

    def left(self, seat: str) -> int:
        """Return how many more actions a person may put down."""
        own = sum(action.author == seat and not action.withdrawn for action in self.actions.values())
        return max(0, self.limit - own)


def day(written: object) -> str:
    """Return a day in ISO 8601, or nothing for what is none."""
    try:
        return date.fromisoformat(str(written)).isoformat()
    except ValueError:
        return ""


def carried(number: int, item: Mapping[str, Any]) -> Action:
    """Return an action that an earlier session left over, as an agenda's setting `carried` holds it."""
    return Action(
        id=f"a{number}",
        number=number,
        what=str(item["what"]),
        author="",
        channel=Channel.NOTEBOOK,
        until=day(item.get("until", "")),
        sign=str(item.get("sign", "")),
        partners=str(item.get("partners", "")),
        status=Status(item.get("status", Status.PLANNED)),
        earlier=Earlier(
            str(item.get("session", "")), day(item.get("day", "")), str(item.get("id", "")), str(item.get("person", ""))
        ),
    )


class ActionsView(Struct, frozen=True):
    """The whole plan as one viewer sees it; `mine` are the ids that this viewer put down or took on."""

    actions: tuple[Action, ...]
    mine: frozenset[str]
    going: int
    lacking: int
    left: int
    open: bool
    statuses: Mapping[Status, str]
    standings: Mapping[str, str]
    longest: int

    @property
    def carried(self) -> bool:
        """Whether an earlier session left something over, which comes before anything new."""
        return any(action.earlier for action in self.actions)
