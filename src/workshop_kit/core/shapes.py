"""What the data of the session's own events must look like, so that an entry another program wrote cannot mislead.

Rules write these entries themselves, so they are checked only when they are read (`store.upcast`). A kind of activity
has the shapes of its own events in a mapping `shapes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from workshop_kit.core.agenda import Agenda
from workshop_kit.core.approval import COMMENTED, DIGEST, FILE_NAME, Answer
from workshop_kit.core.event import BOX_OPENED, FILLED, REDACTED, TICKETS_ISSUED
from workshop_kit.core.noted import NOTED
from workshop_kit.core.state import Info
from workshop_kit.core.steering import EXTENDED, UNDONE

Count = Annotated[int, Meta(ge=0, le=2**53)]
"""A number of people, dots or entries, or the number of a revision."""

Number = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""What a ballot gives to an option."""

Seconds = Annotated[int, Meta(ge=0, le=24 * 3600)]

Shapes = Mapping[str, Any]
"""A type by the name of the event whose data has it; of an event without one nothing is expected."""


class Created(TypedDict):
    info: Info
    agenda: Agenda


class Announced(TypedDict):
    url: str


class Spoken(TypedDict):
    lang: str


class Joined(TypedDict):
    lang: str
    ticket: NotRequired[bool]
    seat: NotRequired[str]


class Consented(TypedDict):
    use: str
    given: bool


class Kept(TypedDict):
    until: str


class Named(TypedDict):
    named: NotRequired[bool]
    seat: NotRequired[str]


class Seated(TypedDict):
    seat: str


class TicketsIssued(TypedDict):
    count: Count


class Redacted(TypedDict):
    entries: list[Count]


class Opened(TypedDict):
    seconds: NotRequired[Seconds]
    takes: NotRequired[dict[str, str]]
    reason: NotRequired[str]


class Undone(TypedDict):
    step: str
    entry: Count
    reason: NotRequired[str]


class Extended(TypedDict):
    seconds: Seconds


class OfCofacilitator(TypedDict):
    cofacilitator: str


class Filled(TypedDict):
    takes: dict[str, str]
    what: str


class Timed(TypedDict):
    seconds: NotRequired[Seconds]


class Closed(TypedDict):
    seats: Count


class Noted(TypedDict):
    field: str
    text: str
    item: NotRequired[str]


class Unsealed(TypedDict):
    value: dict[str, Number]
    receipt: NotRequired[str]


class BoxOpened(TypedDict):
    ballots: list[Unsealed]


Digest = Annotated[str, Meta(pattern=DIGEST)]
Files = dict[Annotated[str, Meta(pattern=FILE_NAME)], Digest]


class Drafted(TypedDict):
    version: Count
    seq: Count
    digest: Digest
    files: Files
    seats: NotRequired[Count]


class OfVersion(TypedDict):
    version: Count


class Voted(OfVersion):
    answer: Answer


class Commented(OfVersion):
    section: str
    text: str


class CommentDecided(TypedDict):
    comment: str
    reason: str


class Finalised(OfVersion):
    files: Files


SESSION_SHAPES: Shapes = {
    "session.created": Created,
    "session.address_announced": Announced,
    TICKETS_ISSUED: TicketsIssued,
    REDACTED: Redacted,
    "seat.joined": Joined,
    "seat.language_chosen": Spoken,
    "seat.named": Named,
    "seat.removed": Seated,
    "seat.consented": Consented,
    "session.retention_set": Kept,
    "item.opened": Opened,
    FILLED: Filled,
    "item.round_started": Timed,
    "item.timer_set": Timed,
    EXTENDED: Extended,
    UNDONE: Undone,
    "cofacilitator.invited": OfCofacilitator,
    "cofacilitator.entered": OfCofacilitator,
    "cofacilitator.dismissed": OfCofacilitator,
    "item.closed": Closed,
    BOX_OPENED: BoxOpened,
    NOTED: Noted,
    "minutes.drafted": Drafted,
    "minutes.voted": Voted,
    COMMENTED: Commented,
    "minutes.comment_accepted": CommentDecided,
    "minutes.comment_answered": CommentDecided,
    "minutes.approval_closed": OfVersion,
    "minutes.finalised": Finalised,
    "minutes.withdrawn": OfVersion,
    "minutes.shown": OfVersion,
}
