"""What a person can ask of a session: what it holds of them, who may read their name, and that all of it be erased.

Names are erased from their table, a person's own words from the log's entries, whose digests stay. Votes and roles stay
as those of a seat that nobody can put a name to any more; the log's entry about the redaction is the record of it. When
the time of a whole session is over, all names go, and the secrets that open seats with them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workshop_kit.core import approval
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import ASSIGNED, ERASED, PLACES, WITHOUT, Channel, Event
from workshop_kit.core.noted import COMMAND, NOTED, personal
from workshop_kit.core.personal import PUBLIC_MINUTES, REASONS
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.people import NameList, word
from workshop_kit.request import Receipt
from workshop_kit.store.codec import moment
from workshop_kit.store.copies import Purged, purged
from workshop_kit.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from concurrent.futures import Future

IN_FRONT = Actor(FACILITATOR, Channel.NOTEBOOK)
"""The facilitator, who erases on behalf of a person that asks for it."""


def held_of(live: LiveSession, seat: str) -> dict[str, Any]:
    """Return all that the session holds of the person on a seat, as plain data."""
    state = live.catch_up()
    known = state.seats.get(seat)
    name = live.people.names.get(seat, "")
    return {
        "seat": seat,
        "number": known.number if known else 0,
        "name": name,
        "language": known.lang if known else "",
        "name_used_for": {
            "room": bool(name),
            "internal-minutes": bool(name),
            PUBLIC_MINUTES: bool(name and known and known.public),
        },
        "name_kept_until": state.keep_until,
        "entries": [
            {"at": moment(event.at), "item": event.item, "name": event.name, "data": _of_seat(event, seat)}
            for event in live.store.read()
            if seat in _people_in(event)
            or (name and event.name == NOTED and word(name).search(event.data.get("text", "")))
        ],
    }


def _people_in(event: Event) -> set[str | None]:
    """Return the seats that an entry is by or about."""
    data = event.data
    many = {*data.get(PLACES, ()), *data.get(WITHOUT, ()), *(one["seat"] for one in data.get(ASSIGNED, ()))}
    return {event.actor, data.get("seat"), data.get("voter"), *many}


def _of_seat(event: Event, seat: str) -> dict[str, Any]:
    """Return what an entry says; of what it says of many people only the person's own."""
    data = dict(event.data)
    if PLACES in data:
        data[PLACES] = {seat: data[PLACES].get(seat, [])}
    if ASSIGNED in data:
        data[ASSIGNED] = [one for one in data[ASSIGNED] if one["seat"] == seat]
    if WITHOUT in data:
        data[WITHOUT] = [one for one in data[WITHOUT] if one == seat]
    return data


def seat_called(live: LiveSession, who: str) -> str:
    """Return the seat with this pseudonym, or of the person with this number in the room. Raises `Refused`.

    A pseudonym may also be that of somebody who took on something in an earlier session.
    """
    seats = live.catch_up().seats
    if who.strip() in live.people.names:
        return who.strip()
    found = [seat.id for seat in seats.values() if who.strip() in {seat.id, str(seat.number)}]
    if not found:
        raise Refused(
            Why.UNKNOWN,
            N_('There is no person "{who}". Name a pseudonym, or a number from 1 to {most}.'),
            who=who,
            most=len(seats),
        )
    return found[0]


def consent(live: LiveSession, seat: str, *, given: bool) -> Future[Receipt]:
    """Record whether the name of the person on a seat may stand in the public minutes."""
    fields = {"use": PUBLIC_MINUTES} | ({"given": "yes"} if given else {})
    return live.submit(Command("consent", fields=fields), Actor(seat, Channel.PHONE))


def forget(live: LiveSession, seat: str, by: Actor | None = None) -> int:
    """Erase the name and the own words of the person on a seat for good; returns how many entries were emptied.

    In the note-taker's fields the person becomes a number. The minutes that are on the phones may tell what was erased,
    so they are withdrawn. `by` is who does it, if not that person. What was erased before is scrubbed again, so who was
    interrupted starts anew. Copies of the log are `purge`'s.
    """
    by = by or Actor(seat, Channel.PHONE)
    live.catch_up()
    if name := live.people.names.get(seat):
        _forget_in_notes(live, seat, name)
        command = Command("name", fields={"seat": seat} if by.facilitates else {})
        live.submit(command, by, also=lambda tx: tx.set_name(seat, "")).result()
    entries = [event.seq for event in live.store.read() if event.actor == seat and _holds_words(live, event)]
    if entries:
        live.redact(entries, by)
    else:
        live.store.scrub()
    _withdraw_minutes(live)
    return len(entries)


def overdue(live: LiveSession, now: datetime) -> bool:
    """Tell whether names are kept still, though their last day is over where the session takes place."""
    state = live.state
    if state.erased or not state.keep_until:
        return False
    return now.astimezone(ZoneInfo(state.info.timezone or "UTC")).date().isoformat() > state.keep_until


def erase(live: LiveSession, why: str) -> int:
    """Erase the names of all, and what opens their seats; returns how many names there were.

    The note-taker's fields that name people are emptied first. The rest is one transaction: it is done as a whole or
    not at all, whoever else writes. Doing it again changes nothing in the log, but scrubs again. Raises `Refused` for
    a reason that is none of `REASONS`.
    """
    if why in REASONS:  # before the record, so that a run that breaks off is done again
        _empty(live, [event for event in _notes(live) if personal(event.data["field"])], IN_FRONT)
    command = Command("erase", fields={"why": why})
    live.submit(command, IN_FRONT, also=lambda tx: tx.erase_people()).result()
    live.store.scrub()
    _withdraw_minutes(live)
    [record] = [event for event in live.store.read() if event.name == ERASED]
    names: int = record.data["names"]
    return names


def purge(live: LiveSession, now: datetime) -> Purged:
    """Remove the log's own copies that hold what was erased; a log in a database has none. Raises `StoreError`."""
    return purged(live.store.path, now=now) if isinstance(live.store, SqliteStore) else Purged()


def _forget_in_notes(live: LiveSession, seat: str, name: str) -> None:
    """Put the person's number into notes that name the person, and empty the entries that held the name."""
    people = NameList({}, live.people.numbers)
    number = people(seat, voice(live.state.info.lang, zone=live.state.info.timezone))
    pattern = word(name)
    found = [event for event in _notes(live) if pattern.search(event.data["text"])]
    for (item, field), note in live.state.noted.items():
        if note.seq in {event.seq for event in found}:
            said = {"field": field, "item": item, "text": pattern.sub(lambda _name: number, note.text)}
            live.submit(Command(COMMAND, fields=said), IN_FRONT).result()
    _empty(live, found, IN_FRONT)


def _notes(live: LiveSession) -> list[Event]:
    return [event for event in live.store.read() if event.name == NOTED and not event.redacted]


def _empty(live: LiveSession, events: list[Event], by: Actor) -> None:
    if events:
        live.redact([event.seq for event in events], by)


def _withdraw_minutes(live: LiveSession) -> None:
    if live.catch_up().approval.current:
        live.do("withdraw-minutes")


def _holds_words(live: LiveSession, event: Event) -> bool:
    item = live.state.items.get(event.item)
    personal = live.rules.activity(item).personal if item else approval.PERSONAL
    return not event.redacted and event.name in personal
