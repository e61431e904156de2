"""What is the SQLite store's own: its file, and what it says when the file cannot be used."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest

from workshop_kit.core.errors import StoreError
from workshop_kit.store.backup import back_up
from workshop_kit.store.salvage import examined
from workshop_kit.store.sqlite import LAYOUT, SqliteStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.db"


def test_a_session_that_is_not_there_is_not_made_by_looking(path):
    with pytest.raises(StoreError, match="workshop new"):
        SqliteStore(path)
    assert not path.exists()


def test_the_file_is_for_its_owner_only(path):
    with closing(SqliteStore(path, create=True)):
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes
    assert set(modes.values()) == {0o600}


def test_every_write_is_on_the_disk_before_it_is_acknowledged(path):
    with closing(SqliteStore(path, create=True)) as store:
        pragmas = [store._writer.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


@pytest.fixture
def first_layout(path, entries):
    """A session as the first layout kept it, before there were tickets."""
    log = entries(3)
    with closing(SqliteStore(path, create=True)) as store, store.writing() as tx:
        tx.append(log)
        tx.add_seat("s1", "hash")
        tx.set_name("s1", "Ada")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("drop table tickets")
        connection.execute("pragma user_version = 1")
    return log


def layout(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("pragma user_version").fetchone()[0]


def test_a_file_of_the_first_layout_is_brought_up_to_date_when_it_is_opened(path, first_layout):
    for time in range(2):
        with closing(SqliteStore(path)) as store:
            assert (store.read(), store.names(), store.seat_of("hash")) == (first_layout, {"s1": "Ada"}, "s1")
            with store.writing() as tx:
                tx.add_tickets({f"ticket {time}": f"t{time}"})
                assert tx.ticket_seat("ticket 0") == "t0"
    assert layout(path) == LAYOUT


def test_many_may_open_a_file_of_the_first_layout_at_once(path, first_layout):
    with ThreadPoolExecutor(8) as pool:
        for store in pool.map(lambda _: SqliteStore(path), range(8)):
            assert store.read() == first_layout
            store.close()
    assert layout(path) == LAYOUT


def test_only_to_look_at_a_file_of_the_first_layout_leaves_it_as_it_is(path, first_layout, tmp_path):
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert examined(path)[0] == len(first_layout)
    copy = back_up(path, tmp_path / "copy.db", now=now)
    assert (layout(path), layout(copy.path), copy.count) == (1, 1, 3)
    with closing(SqliteStore(copy.path)) as store:
        assert store.read() == first_layout


def test_a_file_of_a_newer_version_is_left_alone(path):
    SqliteStore(path, create=True).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"pragma user_version = {LAYOUT + 1}")
    with pytest.raises(StoreError, match="newer version"):
        SqliteStore(path)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreError, match=r"session\.db"):
        SqliteStore(path)
    assert path.read_text().startswith("Dear diary")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match="nowhere"):
        SqliteStore(tmp_path / "nowhere" / "session.db", create=True)


def test_a_closed_store_says_so(path):
    store = SqliteStore(path, create=True)
    store.close()
    with pytest.raises(StoreError):
        store.read()
    with pytest.raises(StoreError), store.writing():
        pass


def test_a_file_that_somebody_else_holds_is_told(path, monkeypatch):
    monkeypatch.setattr("workshop_kit.store.sqlite.LOCK_WAIT", 0.05)
    with closing(SqliteStore(path, create=True)) as store, closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="locked"), store.writing():
            pass
        other.execute("rollback")
        with store.writing() as tx:
            tx.set_name("s1", "Ada")
        assert store.names() == {"s1": "Ada"}


def test_a_seat_has_one_token(path):
    with closing(SqliteStore(path, create=True)) as store:
        with store.writing() as tx:
            tx.add_seat("s1", "one")
        with pytest.raises(StoreError), store.writing() as tx:
            tx.add_seat("s1", "two")
        assert (store.seat_of("one"), store.seat_of("two")) == ("s1", None)


def test_an_erased_name_is_nowhere_in_the_file(path):
    with closing(SqliteStore(path, create=True)) as store:
        for name in ("Rumpelstiltskin", ""):
            with store.writing() as tx:
                tx.set_name("s1", name)
    assert not [file for file in path.parent.iterdir() if b"Rumpelstiltskin" in file.read_bytes()]
