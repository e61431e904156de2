"""What is kept of a person, in words for that person: a line per entry of the log."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from workshop_kit.core.activity import Registry
from workshop_kit.core.errors import N_
from workshop_kit.core.state import Item, SessionState
from workshop_kit.core.text import Text

EVENTS = {
    "seat.joined": N_("Joined"),
    "seat.named": N_("Gave, changed or deleted a name"),
    "seat.language_chosen": N_("Chose a language"),
    "seat.consented": N_("Name in the public minutes: yes or no"),
    "seat.removed": N_("Was removed by the facilitator"),
    "session.entries_redacted": N_("Had own words deleted"),
    "minutes.voted": N_("Answered whether the minutes are right"),
    "minutes.commented": N_("Asked for a correction of the minutes"),
}
"""What entries about a seat mean; an activity says so of its own (`said`), and others show their wire name."""

UNSAID = frozenset(
    {
        *("seat", "voter", "rev", "use", "entries", "idea", "ideas", "card", "proposal", "version"),
        *("seed", "sources", "unit", "stage", "groups", "without", "wished"),
    }
)
"""What an entry says of the person, who is reading this, or for the log's own use."""


class Kept(Struct, frozen=True):
    """One entry of the log as its author reads it."""

    day: str
    time: str
    step: str
    what: str
    said: str


def kept(state: SessionState, held: Mapping[str, Any], text: Text, registry: Registry) -> Iterator[Kept]:
    """Yield the entries that are held of a person."""
    meanings = ChainMap(EVENTS, *(getattr(kind, "said", {}) for kind in registry.values()))
    for entry in held["entries"]:
        item = state.items.get(entry["item"])
        at = datetime.fromisoformat(entry["at"])
        local = at.astimezone(text.zone).date().isoformat()
        step = text.pick(item.spec.title) if item else ""
        known = meanings.get(entry["name"], "")
        what, said = text(known) or entry["name"], _said(entry["data"], _labels(item, text), text)
        yield Kept(text.day(local), text.time(at), step, what, said)


def _labels(item: Item | None, text: Text) -> dict[str, str]:
    """Return what an item's ids stand for in this language: its options, factors and roles."""
    if item is None:
        return {}
    return {
        option.id: text.pick(option.label)
        for key in ("options", "factors", "columns", "roles")
        if key in item.spec.settings
        for option in item.spec.options(key)
    }


def _said(value: Any, labels: Mapping[str, str], text: Text) -> str:
    match value:
        case bool():
            return text(N_("yes")) if value else text(N_("no"))
        case dict():
            parts = {key: _said(inner, labels, text) for key, inner in value.items() if key not in UNSAID}
            return ", ".join(f"{labels[key]}: {told}" if key in labels else told for key, told in parts.items() if told)
        case list() | tuple():
            return ", ".join(_said(inner, labels, text) for inner in value)
    return labels.get(str(value), str(value))
