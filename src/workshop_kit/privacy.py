"""What a person can ask of a session: what it holds of them, and that it be erased.

Names are erased from their table, a person's own words from the log's entries, whose digests stay. Votes and roles stay
as those of a seat that nobody can put a name to any more; the log's entry about the redaction is the record of it.
"""

from __future__ import annotations

from typing import Any

from workshop_kit.core.activity import Actor
from workshop_kit.core.event import Channel, Event
from workshop_kit.live import LiveSession
from workshop_kit.store.codec import moment


def held_of(live: LiveSession, seat: str) -> dict[str, Any]:
    """Return all that the session holds of the person on a seat, as plain data."""
    known = live.catch_up().seats.get(seat)
    return {
        "seat": seat,
        "name": live.people.names.get(seat, ""),
        "language": known.lang if known else "",
        "entries": [
            {"at": moment(event.at), "item": event.item, "name": event.name, "data": dict(event.data)}
            for event in live.store.read()
            if seat in {event.actor, event.data.get("voter")}
        ],
    }


def forget(live: LiveSession, seat: str) -> int:
    """Erase the name and the own words of the person on a seat for good; returns how many entries were emptied."""
    live.catch_up()
    if live.people.names.get(seat):
        live.rename(seat, "").result()
    entries = [event.seq for event in live.store.read() if event.actor == seat and _holds_words(live, event)]
    if entries:
        live.redact(entries, Actor(seat, Channel.PHONE))
    return len(entries)


def _holds_words(live: LiveSession, event: Event) -> bool:
    item = live.state.items.get(event.item)
    return item is not None and not event.redacted and event.name in live.rules.activity(item).personal
