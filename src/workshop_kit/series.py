"""One session after another: what the earlier one left to do goes into the next one's agenda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.core.agenda import CARRIED, Agenda, with_settings

if TYPE_CHECKING:
    from workshop_kit.live import LiveSession


class LeftOver(Struct, frozen=True):
    """What a session leaves: per kind of activity what is left to do, and the names of those who had taken it on.

    Names are kept apart from the log here as there, under pseudonyms of their own.
    """

    items: Mapping[str, tuple[Mapping[str, str], ...]] = {}
    names: Mapping[str, str] = {}

    def put_into(self, agenda: Agenda) -> Agenda:
        """Return the agenda with what was left in the first item of each kind; what no item is for stays behind."""
        firsts = {spec.activity: spec.id for spec in reversed(agenda.items)}
        items = tuple(
            with_settings(spec, {CARRIED: list(left)})
            if firsts[spec.activity] == spec.id and (left := self.items.get(spec.activity))
            else spec
            for spec in agenda.items
        )
        return replace(agenda, items=items)

    @property
    def count(self) -> int:
        return sum(map(len, self.items.values()))


def left_over(live: LiveSession) -> LeftOver:
    """Return what a session leaves to do for the next one of its series."""
    state, known = live.state, live.people.names
    origin = {"session": state.info.title, "day": state.info.date}
    persons: dict[str, str] = {}
    items: dict[str, list[Mapping[str, str]]] = {}
    for spec in state.agenda.items:
        item = state.items[spec.id]
        carries = getattr(live.rules.activity(item), "carries", None)
        for left in carries(item.state) if carries else ():
            told = {key: value for key, value in left.items() if key != "person"}
            if (seat := left.get("person", "")) in known:
                told["person"] = persons.setdefault(seat, f"c{len(persons) + 1}")
            items.setdefault(spec.activity, []).append(origin | told)
    names = {pseudonym: known[seat] for seat, pseudonym in persons.items()}
    return LeftOver({kind: tuple(left) for kind, left in items.items()}, names)
