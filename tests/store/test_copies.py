"""No copy of a log outlives what was erased from it, and none is removed that is still needed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from workshop_kit.core.errors import StoreError
from workshop_kit.core.event import REDACTED
from workshop_kit.store.backup import BACKUPS, back_up
from workshop_kit.store.codec import sealed, verified
from workshop_kit.store.copies import purged
from workshop_kit.store.salvage import examined
from workshop_kit.store.sqlite import SqliteStore

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path, entries):
    """A log with five entries, two names and a token."""
    with closing(SqliteStore(tmp_path / "session.db", create=True)) as opened:
        with opened.writing() as tx:
            tx.append(entries(5))
            tx.add_seat("s1", "hash")
            tx.set_name("s1", "Ada Lovejoy")
            tx.set_name("s2", "Ben Lovejoy")
        yield opened


def kept(folder):
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def erase(store, *seats):
    with store.writing() as tx:
        for seat in seats:
            tx.set_name(seat, "")
    store.scrub()


def test_without_copies_there_is_nothing_to_do(store):
    done = purged(store.path, now=NOW)
    assert (done.removed, done.fresh, done.left) == ((), None, ())


def test_a_backup_without_what_was_erased_is_left_alone(store):
    made = back_up(store.path, now=NOW).path
    with store.writing() as tx:
        tx.set_name("s3", "Cem")
    done = purged(store.path, now=NOW)
    assert (done.removed, done.fresh) == ((), None)
    assert made.is_file()


def test_a_backup_with_an_erased_name_is_replaced_by_a_fresh_one(store):
    old = back_up(store.path, now=NOW).path
    erase(store, "s1")
    assert b"Ada" in old.read_bytes()
    done = purged(store.path, now=NOW)
    assert done.removed == (old,)
    assert done.fresh.is_file()
    assert examined(done.fresh) == verified(store.read())
    assert b"Ada" not in kept(store.path.parent)
    assert b"Ben Lovejoy" in done.fresh.read_bytes()
    assert purged(store.path, now=NOW).removed == (), "a second time there is nothing to do"


def test_a_backup_with_words_that_were_redacted_since_goes(store, entry):
    old = back_up(store.path, now=NOW).path
    last = store.read()[-1]
    with store.writing() as tx:
        tx.append([sealed(replace(entry(last, entries=[2]), item="", name=REDACTED), last.digest)])
        tx.redact([2])
    verified(store.read())
    assert purged(store.path, now=NOW).removed == (old,)


def test_a_backup_with_the_key_of_a_seat_that_was_voided_goes(store):
    old = back_up(store.path, now=NOW).path
    with store.writing() as tx:
        tx.erase_people()
    assert purged(store.path, now=NOW).removed == (old,)


def test_damaged_copies_go_since_nobody_can_tell_what_they_hold(store):
    damaged = store.path.with_name("session.db.damaged-2026-11-23T140000Z")
    shutil.copyfile(store.path, damaged)
    beside = damaged.with_name(damaged.name + "-wal")
    beside.write_bytes(b"Ada Lovejoy")
    done = purged(store.path, now=NOW)
    assert done.removed == (damaged,)
    assert done.fresh is None
    assert not damaged.exists()
    assert not beside.exists()


def test_an_unreadable_backup_of_ours_goes_and_anothers_stays(store, tmp_path, entry):
    folder = tmp_path / BACKUPS
    back_up(store.path, now=NOW)
    broken = folder / "session-old.db"
    broken.write_bytes(b"Ada Lovejoy" * 1000)
    unknown = folder / "holiday.db"
    unknown.write_bytes(b"no log at all")
    other = folder / "session-other.db"
    with closing(SqliteStore(other, create=True)) as another, another.writing() as tx:
        tx.append([entry(event_id="another", n=7)])
        tx.set_name("s9", "Zoe")
    done = purged(store.path, now=NOW)
    assert done.removed == (broken,)
    assert set(done.left) == {unknown, other}
    assert unknown.is_file()
    assert other.is_file()


def test_while_the_log_is_damaged_nothing_is_removed(store):
    old = back_up(store.path, now=NOW).path
    erase(store, "s1")
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("update events set actor = 'x' where seq = 2")
    with pytest.raises(StoreError):
        purged(store.path, now=NOW)
    assert old.is_file()


def test_while_the_log_lacks_what_a_backup_holds_nothing_is_removed(store):
    old = back_up(store.path, now=NOW).path
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("delete from events where seq = 5")
        connection.execute("delete from names")
    with pytest.raises(StoreError, match="lacks what the backup"):
        purged(store.path, now=NOW)
    assert old.is_file()
