"""A log as text: one canonical JSON object per line, to be kept, compared and replayed by whatever reads JSON.

The text holds the log and nothing beside it: no names of people, no secrets of seats, no open ballot box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.core.event import Event
from workshop_kit.store.codec import canonical, moment

_decoder = msgspec.json.Decoder(Event)


def export_jsonl(events: Iterable[Event]) -> Iterator[str]:
    """Yield each entry as one line, as it is stored: its digests and its schema included."""
    for event in events:
        yield canonical(msgspec.to_builtins(event) | {"at": moment(event.at)}).decode() + "\n"


def import_jsonl(lines: Iterable[str]) -> list[Event]:
    """Return the entries of an exported log; `codec.verified` tells whether they are whole. Raises `StoreError`."""
    events = []
    for number, line in enumerate(lines, 1):
        try:
            events.append(_decoder.decode(line))
            moment(events[-1].at)
        except (ValueError, RecursionError) as error:
            raise StoreError(
                N_("Line {number} of the exported log cannot be read: {problem}"), number=number, problem=str(error)
            ) from error
    return events
