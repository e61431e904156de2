"""An entry as a row of a table, and back: what cannot have been an entry is a broken log, never a crash."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from workshop_kit.core.errors import BrokenLog
from workshop_kit.core.event import Channel, Event
from workshop_kit.store.codec import data_of, data_text, moment

Row: TypeAlias = tuple[int, str, str, str, str, str, str, int, str, str, str]

COLUMNS = "seq, id, at, actor, channel, item, name, schema, data, digest, data_digest"


def row_of(event: Event) -> Row:
    """Return the entry as a row of `COLUMNS`."""
    return (
        event.seq,
        event.id,
        moment(event.at),
        event.actor,
        str(event.channel),
        event.item,
        event.name,
        event.schema,
        data_text(event.data),
        event.digest,
        event.data_digest,
    )


def event_of(row: Row) -> Event:
    """Return the entry that a row of `COLUMNS` holds. Raises `BrokenLog` where it cannot be one."""
    seq, event_id, at, actor, channel, item, name, schema, data, *digests = row
    try:
        time, said = datetime.fromisoformat(at), data_of(data)
        if moment(time) == at and isinstance(said, dict):
            return Event(seq, event_id, time, actor, Channel(channel), item, name, schema, said, *digests)
    except (ValueError, TypeError, RecursionError):
        pass
    raise BrokenLog(seq)
