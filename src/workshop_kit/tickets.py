"""Tickets: the codes that are printed, how they are read when somebody types them, and the list of them in a file.

A code is nine random letters (40 bits) and a check letter, such that the sum of all letters' numbers, weighted from ten
down to one, is divisible by 23. As 23 is prime, one wrong letter, or two that changed places, always show; this is the
method of ISBN-10. Only a code's hash is kept.
"""

from __future__ import annotations

import csv
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.core import admission
from workshop_kit.core.errors import N_, NN_, Refused, StoreError, Why
from workshop_kit.people import CODE_LETTERS, new_seat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from workshop_kit.core.activity import Actor, Command
    from workshop_kit.core.event import Event
    from workshop_kit.core.state import SessionState
    from workshop_kit.live import LiveSession
    from workshop_kit.store.base import Writing

LENGTH = 10
GROUP = 5

LIST = "tickets.csv"

LISTED = NN_(
    "{n} ticket is in the file {path}. Print it: it cannot be shown again.",
    "{n} tickets are in the file {path}. Print it: they cannot be shown again.",
)
"""What is told of a list once it is written."""

COLUMN = "ticket"
"""The head of the only column of a list of tickets."""


def new_ticket() -> str:
    """Return a random code as it is printed, for example "ABCDE-FGHJF"."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(LENGTH - 1))
    code = letters + CODE_LETTERS[-_weighted(letters) % len(CODE_LETTERS)]
    return f"{code[:GROUP]}-{code[GROUP:]}"


def read_ticket(written: str, field: str) -> str:
    """Return the letters of a code that somebody typed; case, spaces and dashes do not matter. Raises `Refused`.

    >>> read_ticket(" abcde fghjf", "ticket")
    'ABCDEFGHJF'
    """
    code = "".join(letter for letter in written.upper() if letter.isalnum())
    known = len(code) == LENGTH and set(code) <= set(CODE_LETTERS)
    if not known or _weighted(code) % len(CODE_LETTERS):
        raise Refused(
            Why.INVALID,
            N_("This code is mistyped: a ticket has ten letters, as in ABCDE-FGHJF. Please compare each of them."),
            field=field,
        )
    return code


def ticket_hash(code: str, session: str) -> str:
    """Return what is kept of a ticket; `session` is the session's code, so that no two sessions share a hash."""
    return sha256(f"{session} {code}".encode()).hexdigest()


def bearing(tx: Writing, state: SessionState, command: Command, actor: Actor) -> Actor:
    """Return the actor with the seat of the ticket that the command carries. Raises `Refused` for a mistyped one."""
    field = admission.ticket_field(command, actor)
    written = command.fields.get(field, "").strip() if field else ""
    if not (state.tickets and written):
        return actor
    seat = tx.ticket_seat(ticket_hash(read_ticket(written, field), state.info.code)) or ""
    return replace(actor, id=actor.id if actor.facilitates else seat or actor.id, bearer=seat)


def issued(tx: Writing, state: SessionState, event: Event) -> tuple[str, ...]:
    """Return as many new codes as the event tells; the store keeps their hashes, and the seats that they stand for."""
    codes: set[str] = set()
    while len(codes) < event.data["count"]:
        codes.add(new_ticket())
    tx.add_tickets({ticket_hash(read_ticket(code, ""), state.info.code): new_seat()[0] for code in codes})
    return tuple(codes)


def issue(live: LiveSession, count: str, out: Path | None = None) -> tuple[str, ...]:
    """Issue as many tickets as `count` says and return their codes, kept nowhere but in the file `out`, if it is named.

    Raises `Refused`, and `StoreError` where there is such a file already or it cannot be written.
    """
    if out is None:
        return live.do("issue-tickets", count=count).tickets
    try:
        out.touch(0o600, exist_ok=False)
        try:
            codes = live.do("issue-tickets", count=count).tickets
            _write(out, codes)
        except BaseException:
            out.unlink()
            raise
    except FileExistsError:
        raise StoreError(N_('There is a file "{path}" already. Name another one with --out.'), path=str(out)) from None
    except OSError as error:
        raise StoreError(
            N_('The tickets could not be written to "{path}": {problem}. Name another file, and issue them anew.'),
            path=str(out),
            problem=error.strerror or error,
        ) from error
    return codes


def _write(out: Path, codes: Iterable[str]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([(COLUMN,), *((code,) for code in codes)])


def _weighted(letters: str) -> int:
    return sum((LENGTH - place) * CODE_LETTERS.index(letter) for place, letter in enumerate(letters))
