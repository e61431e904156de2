"""A connection to PostgreSQL that is made when first needed, and anew after it was lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.store.address import PASSWORD, Address

if TYPE_CHECKING:
    import psycopg

Db: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
Found = TypeVar("Found")

LOCK_WAIT = 10
"""Seconds to wait for another process that is writing. The server ends one that stops in the middle for as long."""

FIRST_PAUSE = 0.1
"""Seconds between the first two attempts to reach a database that went away; each pause is twice the one before."""

_PATIENT = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "fallback_application_name": "workshop-kit",
}
"""What an address may set otherwise: after how long a server that says nothing counts as gone."""

_SETTINGS = f"""
set lock_timeout = '{LOCK_WAIT}s';
set idle_in_transaction_session_timeout = '{LOCK_WAIT}s';
select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off';
"""

_LOST_CLASSES = ("08", "57P", "25P03", "25006")
"""Starts of the SQL states after which a connection is of no more use; the last is a server that was demoted."""


def driver() -> ModuleType:
    """Return psycopg. Raises `StoreError` where it is not installed."""
    try:
        import psycopg  # noqa: PLC0415 - an extra, which sessions in a folder do without
    except ImportError:
        raise StoreError(
            N_("Sessions in a database need a part that is missing. Install it: pip install 'workshop-kit[postgres]'")
        ) from None
    return psycopg


def dial(address: Address) -> Db:
    """Connect to the database. Raises `StoreError` for an address that the driver cannot read."""
    psycopg = driver()
    try:
        named = psycopg.conninfo.conninfo_to_dict(address.url)
    except psycopg.ProgrammingError:
        raise StoreError(
            N_('The database\'s driver cannot read the address "{address}". Check what stands behind "?".'),
            address=str(address),
        ) from None
    if not named.get("password") and (password := os.environ.get(PASSWORD)):
        named["password"] = password
    db: Db = psycopg.connect(**_PATIENT | named, client_encoding="utf8", autocommit=True)
    try:
        if db.info.parameter_status("server_encoding") != "UTF8":
            raise StoreError(
                N_('The database at "{address}" must have the encoding UTF8. Make another one.'), address=str(address)
            )
        db.execute(_SETTINGS)
    except BaseException:
        db.close()
        raise
    return db


class Line:
    """One connection, whose `lock` its user holds."""

    def __init__(self, connect: Callable[[], Db], closed: threading.Event) -> None:
        self.lock = threading.Lock()
        self._connect = connect
        self._closed = closed
        self._db: Db | None = None

    def reached(self, step: Callable[[Db], Found], patience: float = 0.0) -> Found:
        """Carry out `step`, which may be repeated: on another connection if this one turns out to be lost.

        While no connection can be made, try again for `patience` seconds.
        """
        error_of = driver().Error
        deadline, pause = monotonic() + patience, FIRST_PAUSE
        while not self._closed.is_set():
            fresh = self._db is None
            try:
                self._db = self._db or self._connect()
                return step(self._db)
            except error_of as error:
                if not self._lost(error):
                    raise
                self.hang_up()
                if fresh and monotonic() + pause > deadline:
                    raise
            if fresh:
                self._closed.wait(pause)
                pause *= 2
        raise StoreError(N_("This session has been closed."))

    def undo(self) -> None:
        """Roll back what was begun; without an answer the server does it by itself."""
        if self._db is not None:
            try:
                self._db.execute("rollback")
            except driver().Error:
                self.hang_up()

    def hang_up(self) -> None:
        """Close the connection."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _lost(self, error: Any) -> bool:
        return self._db is None or self._db.closed or (error.sqlstate or "").startswith(_LOST_CLASSES)


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Say in the user's words what the driver says in its own, without the values that a server's details quote."""
    errors = driver()
    try:
        yield
    except errors.errors.LockNotAvailable:
        raise StoreError(
            N_('Somebody else has been writing to "{address}" for too long. Wait a moment, then try again.'),
            address=str(address),
        ) from None
    except errors.Error as error:
        raise StoreError(
            N_(
                'The database at "{address}" could not be used: {problem}. '
                "Check that it runs and lets you in, then try again."
            ),
            address=str(address),
            problem=_in_short(error.diag.message_primary or str(error)),
        ) from None


def _in_short(problem: str) -> str:
    """Return an error's text on one line, without the hints that the driver puts on lines of their own."""
    return " ".join(line.strip() for line in problem.splitlines() if not line.startswith("\t")).rstrip(".")
