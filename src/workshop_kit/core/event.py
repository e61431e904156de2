"""The shape of a stored event, and of the fact that a decision yields before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

Data = Mapping[str, Any]
"""What an event says: a JSON object of strings, integers, booleans, lists and objects."""

FIRST_DIGEST = "0" * 64
"""The digest before the first entry of a log."""


ERASED = "session.personal_data_erased"
"""The record of an erasure: how many names and seats there were, and why; never whose."""

REDACTED = "session.entries_redacted"
"""The event that names the entries whose data was emptied; without it an emptied entry counts as altered."""


_DIGEST_OF_NO_DATA = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


class Channel(StrEnum):
    """The way by which something came into the log."""

    PHONE = "phone"
    PAPER = "paper"
    HANDS = "hands"
    NOTEBOOK = "notebook"


class Fact(Struct, frozen=True):
    """What was decided: a wire name in the past tense ("poll.ballot_cast") and its data.

    `item` is set only where a command touches another agenda item than its own.
    """

    name: str
    data: Data = {}
    item: str = ""


class Boxed(Struct, frozen=True):
    """A secret ballot: it goes into the ballot box of its item and not into the log.

    Until the item closes a voter's later ballot replaces the earlier one, if its `rev` is higher or not given. At
    closing the box is shuffled, recorded as one event `BOX_OPENED` without any voter, and destroyed. With `receipt` the
    voter gets a word by which to find the ballot in the minutes.
    """

    voter: str
    data: Data
    rev: int | None = None
    receipt: bool = False


OPTION_REWORDED = "item.option_reworded"
"""The event that gives an option of an item another wording: {"option": id, "label": text}; later rounds keep it."""

OPTION_ADDED = "item.option_added"
"""The event that gives an item one more option: {"id": option, "label": text}; later rounds keep it."""

FILLED = "item.filled"
"""The event by which a planned item takes over what another one brought: {"takes": {setting: item}, "what": …}.

It names the item only; the ids of what is taken over stay what they were, and what is erased there is erased here.
"""

BOX_OPENED = "item.box_opened"
"""The event that holds the shuffled contents of a ballot box: {"ballots": [{"value": …, "receipt": …}, …]}."""


PLACES = "places"
"""The key under which an event says where each of many people is: a value by seat."""

ASSIGNED = "assigned"
"""The key under which an event says what each of many people gets: tables that have a `seat`."""

WITHOUT = "without"
"""The key under which it names the seats of those who get nothing."""

TICKETS_ISSUED = "session.tickets_issued"
"""The event that tells how many tickets were issued: {"count": …}. Their codes are nowhere in the log."""


class Event(Struct, frozen=True):
    """One entry of the log.

    `seq` counts from 1 without gaps within a session. `id` is the idempotency key of the command (further entries of
    one command carry a suffix). `actor` is a seat's pseudonym or "facilitator". `item` is empty for what concerns the
    whole session. `schema` is the version of `data`'s form. `data_digest` and `digest` chain the entry to the one
    before (see `store.codec`), so that `data` can be emptied later without breaking the chain.
    """

    seq: int
    id: str
    at: datetime
    actor: str
    channel: Channel
    item: str
    name: str
    schema: int
    data: Data
    digest: str = ""
    data_digest: str = ""

    @property
    def redacted(self) -> bool:
        """Whether the data was emptied after it had been recorded."""
        return not self.data and self.data_digest not in {"", _DIGEST_OF_NO_DATA}


class Span(Struct, frozen=True):
    """Entries of the log that belong together: the first and the last number, and how many of those between."""

    first: int = 0
    last: int = 0
    count: int = 0

    def with_entry(self, seq: int) -> Span:
        """Return the span with one more entry, which is later than all in it."""
        return Span(self.first or seq, seq, self.count + 1)
