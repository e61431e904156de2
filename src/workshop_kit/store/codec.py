"""The log's canonical form and its digest chain.

An entry's digest is the SHA-256 over the digest before it and the entry's canonical JSON, in which `data` is replaced
by its own SHA-256. So nobody can alter, drop, insert or reorder an entry without breaking every digest after it, and
yet `data` can be emptied where a person wants it erased: a later entry then says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from workshop_kit.core.errors import BrokenLog
from workshop_kit.core.event import FIRST_DIGEST, REDACTED, Data, Event

_encoder = msgspec.json.Encoder(order="deterministic")


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: keys sorted, no white space, UTF-8."""
    return _encoder.encode(value)


def moment(at: datetime) -> str:
    """Return a time as the log writes it: UTC, microseconds, "Z". Raises `ValueError` for one that UTC cannot tell."""
    try:
        at = at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(data: Data) -> str:
    """Return the SHA-256 of an event's data."""
    return sha256(canonical(data)).hexdigest()


def digest(previous: str, event: Event) -> str:
    """Return the digest of `event`, which knows its data's, after an entry with the digest `previous`."""
    entry = (
        event.seq,
        event.id,
        moment(event.at),
        event.actor,
        str(event.channel),
        event.item,
        event.name,
        event.schema,
        event.data_digest,
    )
    return sha256(previous.encode() + canonical(entry)).hexdigest()


def sealed(event: Event, previous: str) -> Event:
    """Return the event with its digests."""
    event = msgspec.structs.replace(event, data_digest=digest_of(event.data))
    return msgspec.structs.replace(event, digest=digest(previous, event))


def verified(events: Iterable[Event], seq: int = 0, last: str = FIRST_DIGEST) -> tuple[int, str]:
    """Walk a log, from its beginning or on from an entry, and return (number of the last entry, its digest).

    Raises `BrokenLog` at the first that fails.
    """
    suspect: list[int] = []
    redacted: set[int] = set()
    for event in events:
        if event.seq != seq + 1 or digest(last, event) != event.digest:
            raise BrokenLog(min((*(entry for entry in suspect if entry not in redacted), seq + 1)))
        if digest_of(event.data) != event.data_digest:
            if event.data:
                raise BrokenLog(event.seq)
            suspect.append(event.seq)
        if event.name == REDACTED:
            redacted.update(owned_up(event))
        seq, last = event.seq, event.digest
    for entry in suspect:
        if entry not in redacted:
            raise BrokenLog(entry)
    return seq, last


def owned_up(event: Event) -> Iterable[int]:
    """Return the numbers of the entries that an entry `REDACTED` says were emptied; none where it says nothing usable.

    >>> from workshop_kit.core.event import Channel
    >>> at = datetime(2026, 11, 24, tzinfo=UTC)
    >>> owned_up(Event(3, "a", at, "facilitator", Channel.PHONE, "", REDACTED, 1, {"entries": [1, 2, "3", []]}))
    [1, 2]
    """
    entries = event.data.get("entries")
    return [entry for entry in entries if type(entry) is int] if isinstance(entries, list) else []


def data_text(data: Data) -> str:
    """Return an event's data as a store writes it."""
    return canonical(data).decode()


def data_of(text: str) -> Data:
    """Return an event's data as a store read it."""
    found: Data = msgspec.json.decode(text)
    return found
