"""The tables of sessions in PostgreSQL: made when first needed, and cleaned of what was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.store.address import Address
from workshop_kit.store.postgres_connection import LOCK_WAIT, driver

if TYPE_CHECKING:
    import psycopg

    from workshop_kit.store.postgres_connection import Db

LAYOUT = 2
"""The version of the tables, in `workshop_kit.layout`."""

SCRUB_WAIT = 1
"""Seconds for which scrubbing may hold up other sessions while it waits for its turn."""

_LAYOUT_LOCK = 0x776F726B73686F70

_TABLES = """
create schema workshop_kit;
create table workshop_kit.layout (version integer not null);
create table workshop_kit.sessions (
    number integer generated always as identity primary key, name text collate "C" not null unique,
    begun timestamptz not null default now()
);
create table workshop_kit.events (
    session integer not null references workshop_kit.sessions on delete cascade, seq integer not null,
    id text collate "C" not null, at text not null, actor text not null, channel text not null, item text not null,
    name text not null, schema integer not null, data text not null, digest text not null, data_digest text not null,
    primary key (session, seq), unique (session, id)
);
create table workshop_kit.seats (
    session integer not null references workshop_kit.sessions on delete cascade, token_hash text not null,
    seat text not null, primary key (session, token_hash), unique (session, seat)
);
create table workshop_kit.boxes (
    session integer not null references workshop_kit.sessions on delete cascade, item text not null,
    box_key text not null, primary key (session, item)
);
create table workshop_kit.ballots (
    session integer not null references workshop_kit.sessions on delete cascade, item text not null,
    voter text not null, rev integer not null, ballot text not null, primary key (session, item, voter)
);
alter table workshop_kit.boxes alter column box_key set statistics 0;
alter table workshop_kit.ballots alter column voter set statistics 0, alter column ballot set statistics 0;
create table workshop_kit.names (
    session integer not null references workshop_kit.sessions on delete cascade, seat text not null,
    name text not null, primary key (session, seat)
);
"""

_TICKETS = """
create table workshop_kit.tickets (
    session integer not null references workshop_kit.sessions on delete cascade, ticket_hash text not null,
    seat text not null, primary key (session, ticket_hash), unique (session, seat)
);
"""

_STEPS = (f"{_TABLES} insert into workshop_kit.layout values (0);", _TICKETS)
"""What leads from each layout to the next, the first from an empty database."""


def session_number(db: Db, address: Address, *, create: bool) -> int:
    """Return the session's number in the database, after making what is missing if `create`. Raises `StoreError`."""
    number: int | None = None
    with db.transaction():
        if create:
            db.execute(f"select pg_advisory_xact_lock({_LAYOUT_LOCK})")
        layout = _layout(db)
        if 0 < layout < LAYOUT:
            db.execute(f"select pg_advisory_xact_lock({_LAYOUT_LOCK})")
            layout = _layout(db)
        if layout > LAYOUT:
            raise StoreError(
                N_('"{path}" was written by a newer version of workshop-kit. Update it and try again.'),
                path=str(address),
            )
        if layout < LAYOUT and (create or layout):
            db.execute("".join(_STEPS[layout:]))
            db.execute(f"update workshop_kit.layout set version = {LAYOUT}")
        if create:
            add = "insert into workshop_kit.sessions (name) values (%s) on conflict do nothing"
            db.execute(add, (address.session,))
        if create or layout:
            find = "select number from workshop_kit.sessions where name = %s"
            number = value(db.execute(find, (address.session,)))
        if number is None:  # inside, so that to look for a session changes nothing where it is not
            raise StoreError(N_('There is no session at "{path}". Make one with "workshop new".'), path=str(address))
    return number


def _layout(db: Db) -> int:
    """Return the version of the tables that are there, 0 if there are none."""
    there = value(db.execute("select to_regclass('workshop_kit.layout') is not null"))
    version: int = value(db.execute("select version from workshop_kit.layout")) if there else 0
    return version


def vacuum(db: Db) -> bool:
    """Vacuum the log, and write the small tables anew; returns False where somebody else reads one for long."""
    db.execute("vacuum workshop_kit.events")
    anew = True
    for table in ("ballots", "boxes", "names"):
        db.execute(f"set lock_timeout = '{SCRUB_WAIT}s'")
        try:
            db.execute(f"vacuum full workshop_kit.{table}")
        except driver().errors.LockNotAvailable:
            db.execute(f"vacuum workshop_kit.{table}")
            anew = False
        finally:
            db.execute(f"set lock_timeout = '{LOCK_WAIT}s'")
    return anew


def value(rows: psycopg.Cursor[tuple[Any, ...]]) -> Any:
    """Return the first value of the first row, None where there is no row."""
    row = rows.fetchone()
    return row[0] if row else None
