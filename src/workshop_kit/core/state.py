"""What a session is at one moment: a frozen value, made from its events by `core.session`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Spec
from workshop_kit.core.agenda import Agenda
from workshop_kit.core.approval import Approval
from workshop_kit.core.cofacilitators import Cofacilitators
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import FIRST_DIGEST, Channel, Span
from workshop_kit.core.noted import NO_NOTES, Notes
from workshop_kit.core.text import DEFAULT_LANGUAGE


class Phase(StrEnum):
    """Where an agenda item stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Info(Struct, frozen=True):
    """What is known about a session from the start; the head of its minutes.

    `keep_until` is the last day (ISO 8601) on which names are kept; empty where nobody promised one.
    """

    title: str
    code: str
    place: str = ""
    date: str = ""
    facilitator: str = ""
    lang: str = DEFAULT_LANGUAGE
    timezone: str = "Europe/Berlin"
    simulated: bool = False
    keep_until: str = ""


class Reopening(Struct, frozen=True):
    """When and why a closed round was opened again."""

    round: int
    at: datetime
    reason: str


class Item(Struct, frozen=True):
    """An agenda item as it stands: its activity's state, its phase, and the states of earlier rounds.

    `counted` tells that the ballot box of this round was opened, after which nobody can vote in it any more. `receipts`
    are the words that lay in the boxes, by round and in alphabetical order. `filled` tells that it took over in the
    room what another item had brought. `reopened` holds the reopenings for which a reason was given. `entries` says
    where in the log each round stands, the first round first.
    """

    spec: Spec
    state: Any
    phase: Phase = Phase.PLANNED
    revealed: bool = False
    counted: bool = False
    filled: bool = False
    receipts: Mapping[int, tuple[str, ...]] = {}
    past: tuple[Any, ...] = ()
    reopened: tuple[Reopening, ...] = ()
    entries: tuple[Span, ...] = (Span(),)
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    until: datetime | None = None

    @property
    def round(self) -> int:
        return len(self.past) + 1


class Step(Struct, frozen=True):
    """The facilitator's last step, as far as it can be taken back: what there was before it, and after.

    `command` is what its entries have in common, `entry` the last of them, `name` and `item` say what it was.
    """

    command: str
    name: str
    item: str
    entry: int
    items: PMap[str, Item]
    current: str
    paused_at: datetime | None
    way_in: bool
    after: PMap[str, Item]

    @property
    def changed(self) -> list[str]:
        """The items that it changed."""
        return [item for item in self.after if self.items[item] is not self.after[item]]


class Seat(Struct, frozen=True):
    """A participant's place. `number` counts from 1 in the order of joining; the name, if any, is not in the log.

    A `removed` seat may not send anything more; what it sent before stays until somebody hides it. `ticket` tells that
    there is a ticket for it, `moves` how often that has opened it on another phone. `public` tells that the name may
    stand in the public minutes. `entry` is where in the log the person joined.
    """

    id: str
    number: int
    lang: str
    channel: Channel
    named: bool = False
    removed: bool = False
    ticket: bool = False
    moves: int = 0
    public: bool = False
    entry: int = 0


class SessionState(Struct, frozen=True):
    """A session after `seq` events.

    `locked`: nobody new may join. `tickets`: how many were issued; if any, joining by phone takes one. `naming` counts
    how often a name was given, changed or erased, `moves` how often any seat went to another phone. `keep_until`: the
    last day on which names are kept, if any. `erased`: all personal data are gone, and no seat can be used any more.
    `noted`: what the note-taker added for the minutes. `approval`: what the room was shown of its minutes, and what it
    said. `paused_at`: since when there is a pause. `way_in`: the stage shows the way in at large. `last`: the step
    that can be taken back.
    """

    info: Info = Info("", "")
    agenda: Agenda = Agenda("", {}, ())
    items: PMap[str, Item] = pmap()
    seats: PMap[str, Seat] = pmap()
    current: str = ""
    address: str = ""
    locked: bool = False
    tickets: int = 0
    naming: int = 0
    moves: int = 0
    keep_until: str = ""
    erased: bool = False
    seq: int = 0
    digest: str = FIRST_DIGEST
    began_at: datetime | None = None
    ended_at: datetime | None = None
    channels: PMap[str, int] = pmap()
    noted: Notes = NO_NOTES
    approval: Approval = Approval()
    cofacilitators: Cofacilitators = {}
    paused_at: datetime | None = None
    way_in: bool = False
    last: Step | None = None

    @property
    def current_item(self) -> Item | None:
        return self.items.get(self.current)

    @property
    def attending(self) -> list[Seat]:
        """Who took part, in the order of joining; who came in only to read the finished minutes did not."""
        last = self.approval.attended
        seats = sorted(self.seats.values(), key=lambda seat: seat.number)
        return [seat for seat in seats if last is None or seat.number <= last]

    @property
    def tickets_used(self) -> int:
        return sum(seat.ticket for seat in self.seats.values())

    @property
    def without_ticket(self) -> int:
        """How many phones came in before tickets were issued, and may still take part."""
        return sum(
            seat.channel is Channel.PHONE and not seat.ticket and not seat.removed for seat in self.seats.values()
        )

    def item(self, item_id: str) -> Item:
        """Return an item of the agenda, refusing an unknown one."""
        try:
            return self.items[item_id]
        except KeyError:
            raise Refused(
                Why.UNKNOWN,
                N_('There is no item "{item}" in this session. There are: {known}.'),
                item=item_id,
                known=", ".join(spec.id for spec in self.agenda.items),
            ) from None
