"""Whatever is done to a log's file is found, and all that can be kept is kept; a backup is whole at any moment."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from random import Random

import pytest

from workshop_kit.core.errors import BrokenLog, StoreError
from workshop_kit.core.event import FIRST_DIGEST, REDACTED, Channel, Event
from workshop_kit.store import salvage
from workshop_kit.store.backup import BACKUPS, back_up, check
from workshop_kit.store.codec import sealed, verified
from workshop_kit.store.recovery import repair
from workshop_kit.store.rows import COLUMNS
from workshop_kit.store.salvage import examined
from workshop_kit.store.sqlite import LAYOUT, SqliteStore

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ENTRIES = 120
SEATS = 5
PAGE = 4096


def event(last, name="cards.done", **data):
    seq, digest = (last.seq + 1, last.digest) if last else (1, FIRST_DIGEST)
    seat = f"s{seq % SEATS}"
    return sealed(Event(seq, f"c{seq}", NOW, seat, Channel.PHONE, "cards", name, 1, data or {"n": seq}, ""), digest)


def chain(number, last=None):
    made = [last]
    for _ in range(number):
        made.append(event(made[-1], text="abcdefghij" * 15, n=len(made)))
    return made[1:]


def written(path, events):
    with closing(SqliteStore(path, create=True)) as store, store.writing() as tx:
        tx.append(events)
        for seat in range(SEATS):
            tx.add_seat(f"s{seat}", f"hash {seat}")
            tx.set_name(f"s{seat}", f"Name {seat}")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "session.db"
    written(path, chain(ENTRIES))
    return path


@pytest.fixture
def path(template, tmp_path):
    return shutil.copy(template, tmp_path / "session.db")


@pytest.fixture
def original(template):
    return read(template)


def read(path):
    with closing(SqliteStore(path)) as store:
        return store.read()


@contextmanager
def tampering(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def run(path, *statements):
    with tampering(path) as connection:
        for statement in statements:
            connection.execute(statement)


def copy_of(seq, to):
    columns = COLUMNS.removeprefix("seq, id, ")
    return f"insert into events select {to}, 'x', {columns} from events where seq = {seq}"


def first_broken(path):
    with pytest.raises(BrokenLog) as caught:
        examined(path)
    return caught.value.seq


def others(path):
    """Return what lies beside the log."""
    return sorted(file.name for file in path.parent.iterdir() if file != path)


def loose(path):
    """Take the types and the conditions from the table of entries, as somebody with a database tool can."""
    run(path, "create table loose as select * from events", "drop table events", "alter table loose rename to events")


# ── verify ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestVerify:
    def test_a_log_that_nobody_touched_is_whole(self, path, original):
        assert examined(path) == check(path) == (ENTRIES, original[-1].digest)

    @pytest.mark.parametrize(
        ("where", "statement"),
        [
            *(
                (40, f"update events set {column} = {value} where seq = 40")
                for column, value in {
                    "id": "'forged'",
                    "at": "'2026-11-23T14:00:01.000000Z'",
                    "actor": "'s9'",
                    "channel": "'paper'",
                    "item": "'other'",
                    "name": "'cards.undone'",
                    "schema": "2",
                    "data": "'{\"n\":1}'",
                    "digest": "printf('%064d', 1)",
                    "data_digest": "printf('%064d', 1)",
                }.items()
            ),
            (40, "update events set at = '2026-11-23T14:00:00.000000' where seq = 40"),
            (40, "update events set at = '2026-11-23T15:00:00.000000+01:00' where seq = 40"),
            (40, "update events set at = 'yesterday' where seq = 40"),
            (40, "update events set channel = 'pigeon' where seq = 40"),
            *(
                (40, f"update events set data = {data} where seq = 40")
                for data in ("''", "'{'", "'null'", "'[]'", "'0'", "'{}'", "cast(x'7bff7d' as text)", "char(0)")
            ),
            (40, "update events set data = replace(printf('%050000d', 0), '0', '[') where seq = 40"),
            (40, f"update events set data = '[]', name = '{REDACTED}' where seq = 40"),
            (40, "delete from events where seq = 40"),
            (1, "delete from events where seq = 1"),
            (1, "delete from events where seq < 40"),
            (1, "delete from events"),
            (1, "update events set seq = 0 where seq = 1"),
            (ENTRIES, f"update events set seq = {2**40} where seq = {ENTRIES}"),
            (1, copy_of(7, to=0)),
            (1, copy_of(7, to=-5)),
            (ENTRIES + 1, copy_of(ENTRIES, to=ENTRIES + 1)),
        ],
    )  # fmt: skip
    def test_the_first_entry_that_was_tampered_with_is_named(self, path, where, statement):
        run(path, statement)
        assert first_broken(path) == where

    def test_two_entries_that_changed_places_are_found(self, path):
        run(
            path,
            "update events set seq = 10000 where seq = 40",
            "update events set seq = 40 where seq = 41",
            "update events set seq = 41 where seq = 10000",
        )
        assert first_broken(path) == 40

    def test_an_entry_put_between_two_is_found(self, path):
        run(
            path,
            "update events set seq = seq + 1000 where seq > 40",
            copy_of(40, to=41),
            "update events set seq = seq - 999 where seq > 1000",
        )
        assert first_broken(path) == 41

    @pytest.mark.parametrize("value", ["null", "17", "1.5", "x'00ff'"])
    @pytest.mark.parametrize("column", ["id", "at", "actor", "channel", "schema", "data", "digest", "data_digest"])
    def test_values_of_a_wrong_type_are_found(self, path, column, value):
        loose(path)
        run(path, f"update events set {column} = {value} where seq = 40")
        assert first_broken(path) == 40

    def test_a_copy_of_an_entry_in_a_table_without_conditions_is_found(self, path):
        loose(path)
        run(path, "insert into events select * from events where seq = 40")
        assert first_broken(path) == 41

    def test_damage_that_no_entry_shows_is_found(self, path):
        with tampering(path) as connection:
            page = connection.execute("select rootpage from sqlite_schema where name = 'sqlite_autoindex_events_1'")
            number = page.fetchone()[0]
        overwrite(path, (number - 1) * PAGE + 8, b"\xff" * 200)
        with pytest.raises(StoreError, match="damaged"):
            examined(path)

    @pytest.mark.parametrize("content", [b"", b"\0" * PAGE, b"Dear diary, " * 1000, b"SQLite format 3\0" + b"x" * 9000])
    def test_a_file_that_is_no_log_is_told_and_left_alone(self, path, content):
        path.write_bytes(content)
        with pytest.raises(StoreError, match=r"session\.db"):
            check(path)
        with pytest.raises(StoreError, match=r"session\.db"):
            SqliteStore(path)
        assert path.read_bytes() == content

    def test_a_database_without_a_log_is_told_and_not_made_into_one(self, path):
        path.unlink()
        run(path, "create table diary (dear text)")
        for attempt in (examined, SqliteStore):
            with pytest.raises(StoreError, match="--from"):
                attempt(path)
        with tampering(path) as connection:
            assert connection.execute("select name from sqlite_schema").fetchall() == [("diary",)]

    def test_a_file_that_is_not_there_is_told_and_not_made(self, tmp_path):
        with pytest.raises(StoreError, match="workshop new"):
            check(tmp_path / "session.db")
        assert not list(tmp_path.iterdir())

    def test_a_log_of_a_newer_layout_is_told(self, path):
        run(path, f"pragma user_version = {LAYOUT + 1}")
        for attempt in (examined, lambda path: repair(path, now=NOW)):
            with pytest.raises(StoreError, match="newer version"):
                attempt(path)


# ── backup ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestBackup:
    def test_it_is_one_file_with_the_date_that_only_its_owner_reads(self, path, original):
        made = back_up(path, now=NOW)
        assert made.path == path.parent / BACKUPS / "session-2026-11-23T140000Z.db"
        assert (made.count, made.digest) == (ENTRIES, original[-1].digest)
        assert [file.name for file in made.path.parent.iterdir()] == [made.path.name]
        if os.name == "posix":
            assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
        assert examined(made.path) == (made.count, made.digest)

    def test_it_holds_names_and_seats(self, path):
        with closing(SqliteStore(back_up(path, now=NOW).path)) as store:
            assert store.names() == {f"s{seat}": f"Name {seat}" for seat in range(SEATS)}
            assert store.seat_of("hash 3") == "s3"

    def test_two_in_the_same_second_do_not_meet(self, path):
        assert back_up(path, now=NOW).path != back_up(path, now=NOW).path

    @pytest.mark.parametrize("there", ["copy.db", "session.db"])
    def test_no_file_is_overwritten(self, path, there):
        out = path.with_name(there)
        if out != path:
            out.write_text("mine")
        before = out.read_bytes()
        with pytest.raises(StoreError, match="--out"):
            back_up(path, out, now=NOW)
        assert out.read_bytes() == before

    def test_of_a_broken_log_there_is_none(self, path):
        run(path, "update events set actor = 'x' where seq = 40")
        with pytest.raises(BrokenLog):
            back_up(path, path.with_name("copy.db"), now=NOW)
        assert others(path) == []

    def test_it_holds_no_ballots_of_an_open_secret_vote(self, path):
        secret = "key of the ballot box"
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.box_key("board", secret)
            tx.put_ballot("board", "keyed digest of a voter", 1, "{}")
        copy = back_up(path, now=NOW).path.read_bytes()
        assert secret.encode() not in copy
        assert b"keyed digest" not in copy

    def test_a_backup_that_is_killed_leaves_no_ballots_of_an_open_secret_vote(self, path, tmp_path):
        secret = "key of the ballot box"
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.box_key("board", secret)
            for number in range(2000):
                tx.put_ballot("board", f"voter {number}", 1, f"ballot {number} {'x' * 200}")
        seen, done = [], threading.Event()

        def watch():
            while not done.is_set():
                for file in (path.parent / BACKUPS).glob("*"):
                    with suppress(FileNotFoundError):
                        seen.append(file.read_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            back_up(path, now=NOW)
        finally:
            done.set()
            watcher.join()
        assert any(b"abcdefghij" in content for content in seen), "it was watched while it was made"
        assert not any(b"ballot 1" in content or secret.encode() in content for content in seen)

    def test_while_others_write_it_is_one_moment(self, path, original):
        done = threading.Event()

        def keep_writing():
            last = original[-1]
            with closing(SqliteStore(path)) as store:
                while not done.is_set():
                    with store.writing() as tx:
                        more = chain(3, last)
                        tx.append(more)
                        last = more[-1]

        writer = threading.Thread(target=keep_writing)
        writer.start()
        try:
            made = [back_up(path, path.with_name(f"copy{number}.db"), now=NOW) for number in range(8)]
        finally:
            done.set()
            writer.join()
        assert all(backup.count % 3 == 0 for backup in made)
        assert sorted(backup.count for backup in made) == [backup.count for backup in made]
        final = read(path)
        assert all(read(backup.path) == final[: backup.count] for backup in made)

    def test_a_log_that_lost_its_end_is_found_by_its_backup(self, path):
        kept = back_up(path, now=NOW)
        assert check(path) == (ENTRIES, kept.digest)
        run(path, "delete from events where seq > 100")
        assert examined(path)[0] == 100
        with pytest.raises(StoreError, match=kept.path.name):
            check(path)

    def test_a_log_written_anew_from_somewhere_on_is_found_by_its_backup(self, path, original):
        back_up(path, now=NOW)
        run(path, "delete from events where seq > 100")
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.append([event(original[99], forged=True), *chain(30, event(original[99], forged=True))])
        assert examined(path)[0] == 131
        with pytest.raises(StoreError, match="lacks"):
            check(path)

    def test_a_log_that_went_on_and_other_files_are_no_trouble(self, path, original):
        folder = back_up(path, now=NOW).path.parent
        (folder / "notes.db").write_text("no backup")
        written(folder / "other.db", chain(ENTRIES + 50, event(None, other=True)))
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.append(chain(2, original[-1]))
        assert check(path)[0] == ENTRIES + 2


# ── repair ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def overwrite(path, at, content):
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def assert_repaired(path, original, kept):
    """Everything up to `kept` is there, nothing else, and the log can be written again."""
    assert examined(path) == (kept, original[kept - 1].digest)
    assert read(path) == original[:kept]
    with closing(SqliteStore(path)) as store:
        assert store.names() == {f"s{seat}": f"Name {seat}" for seat in range(SEATS)}
        assert store.seat_of("hash 3") == "s3"
        with store.writing() as tx:
            tx.append(chain(1, original[kept - 1]))
    assert others(path) == others(path)


class TestRepair:
    def test_a_whole_log_is_left_alone(self, path):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=f"whole: {ENTRIES} entries"):
            repair(path, now=NOW)
        assert (path.read_bytes(), others(path)) == (before, [])

    def test_all_up_to_an_altered_entry_is_kept(self, path, original):
        run(path, "update events set actor = 'x' where seq = 101")
        damaged = path.read_bytes()
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped, done.unreadable, done.emptied) == (100, 20, (), ())
        assert done.damaged.name == "session.db.damaged-2026-11-23T140000Z"
        assert done.damaged.read_bytes() == damaged
        assert others(path) == [done.damaged.name]
        assert_repaired(path, original, 100)

    def test_a_row_that_cannot_be_decoded_is_named(self, path, original):
        run(path, "update events set data = cast(x'7bff7d' as text) where seq in (101, 102, 110)")
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped, done.unreadable) == (100, 20, (101, 102, 110))
        assert_repaired(path, original, 100)

    def test_an_entry_that_is_gone_ends_what_is_kept(self, path, original):
        run(path, "delete from events where seq = 101")
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped, done.unreadable) == (100, 19, ())
        assert_repaired(path, original, 100)

    def test_what_was_inserted_before_the_first_entry_hides_nothing(self, path):
        run(path, copy_of(7, to=0))
        with pytest.raises(StoreError, match="first entry"):
            repair(path, now=NOW)

    def test_an_index_can_be_made_anew_without_loss(self, path, original):
        with tampering(path) as connection:
            sql = "select rootpage from sqlite_schema where name = 'sqlite_autoindex_events_1'"
            number = connection.execute(sql).fetchone()[0]
        overwrite(path, (number - 1) * PAGE, b"\0" * PAGE)
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped) == (ENTRIES, 0)
        assert_repaired(path, original, ENTRIES)

    def test_entries_behind_an_unreadable_page_are_counted(self, path, original):
        page = next(number for number, leaf in leaves(path) if leaf[0] > 20)
        first, last = dict(leaves(path))[page]
        overwrite(path, (page - 1) * PAGE, b"\xff" * PAGE)
        assert first_broken(path) == first
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped) == (first - 1, ENTRIES - first + 1)
        assert done.unreadable == tuple(range(first, last + 1))
        assert_repaired(path, original, first - 1)

    def test_a_session_in_use_is_not_repaired_under_its_server(self, path):
        run(path, "update events set actor = 'x' where seq = 101")
        before = path.read_bytes()
        with closing(SqliteStore(path)) as store:
            store.read(110)
            with pytest.raises(StoreError, match="in use"):
                repair(path, now=NOW)
        assert path.read_bytes() == before
        assert not [name for name in others(path) if "damaged" in name or "part" in name]
        assert repair(path, now=NOW).kept == 100

    def test_seats_whose_joining_was_dropped_join_again(self, path, original):
        late = sealed(
            Event(ENTRIES + 1, "late", NOW, "late", Channel.PHONE, "", "seat.joined", 1, {"lang": "en"}),
            original[-1].digest,
        )
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.append([late])
            tx.add_seat("late", "hash of the late one")
            tx.set_name("late", "Late")
        run(path, "update events set actor = 'x' where seq = 101")
        repair(path, now=NOW)
        with closing(SqliteStore(path)) as store:
            assert (store.seat_of("hash of the late one"), store.seat_of("hash 1")) == (None, "s1")
            assert "late" not in store.names()

    @pytest.mark.parametrize("from_backup", [True, False])
    def test_tickets_are_kept_used_or_not(self, path, tmp_path, from_backup):
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.add_tickets({"used": "s1", "unused": "nobody yet"})
        backup = back_up(path, tmp_path / "backup.db", now=NOW).path if from_backup else None
        run(path, "update events set actor = 'x' where seq = 101")
        if from_backup:
            run(path, "delete from tickets")
        repair(path, backup, now=NOW)
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            assert (tx.ticket_seat("used"), tx.ticket_seat("unused")) == ("s1", "nobody yet")

    @pytest.mark.parametrize("from_backup", [True, False])
    def test_a_file_of_the_first_layout_is_repaired_into_one_of_todays(self, path, tmp_path, original, from_backup):
        run(path, "drop table tickets", "pragma user_version = 1")
        backup = back_up(path, tmp_path / "backup.db", now=NOW).path if from_backup else None
        run(path, "update events set actor = 'x' where seq = 101")
        assert repair(path, backup, now=NOW).kept == (len(original) if from_backup else 100)
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.add_tickets({"ticket": "s1"})
            assert store.seat_of("hash 1") == "s1"

    @pytest.mark.parametrize("content", [b"", b"Dear diary, " * 1000, None])
    def test_where_nothing_can_be_kept_nothing_is_changed(self, path, content):
        if content is None:
            run(path, "update events set actor = 'x' where seq = 1")
        else:
            path.write_bytes(content)
        before = path.read_bytes()
        with pytest.raises(StoreError, match="--from"):
            repair(path, now=NOW)
        assert (path.read_bytes(), others(path)) == (before, [])

    def test_ballots_of_an_open_secret_vote_are_left_out_and_told_of(self, path):
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.box_key("board", "key")
            tx.put_ballot("board", "voter", 1, "{}")
        run(path, "update events set actor = 'x' where seq = 101")
        assert repair(path, now=NOW).votes
        with tampering(path) as connection:
            assert connection.execute("select count(*) from ballots").fetchone() == (0,)


class TestEmptiedEntries:
    def redacted(self, path, original, seq, owned=True):
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            if owned:
                tx.append([event(original[-1], REDACTED, entries=[seq])])
            tx.redact([seq])

    def test_one_that_the_log_owns_up_to_is_no_damage(self, path, original):
        self.redacted(path, original, 50)
        assert examined(path)[0] == ENTRIES + 1
        with pytest.raises(StoreError, match="whole"):
            repair(path, now=NOW)

    def test_it_does_not_cost_the_entries_behind_it_when_the_end_is_lost(self, path, original):
        self.redacted(path, original, 50)
        run(path, "update events set actor = 'x' where seq = 101")
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped, done.emptied) == (100, 21, (50,))
        log = read(path)
        assert (log[-1].name, dict(log[-1].data), log[-1].at) == (REDACTED, {"entries": [50]}, NOW)
        assert verified(log) == examined(path) == (101, done.digest)

    def test_one_that_nobody_owned_up_to_is_owned_up_to_by_the_repair(self, path, original):
        self.redacted(path, original, 50, owned=False)
        assert first_broken(path) == 50
        done = repair(path, now=NOW)
        assert (done.kept, done.dropped, done.emptied) == (ENTRIES, 0, (50,))
        assert examined(path)[0] == ENTRIES + 1


class TestRepairFromABackup:
    @pytest.mark.parametrize("damage", ["gone", "empty", "diary", "altered", "cut", "end"])
    def test_a_backup_takes_the_place_of_a_damaged_log(self, path, original, damage):
        kept = back_up(path, now=NOW).path
        match damage:
            case "gone":
                path.unlink()
            case "empty":
                path.write_bytes(b"")
            case "diary":
                path.write_bytes(b"Dear diary, " * 1000)
            case "altered":
                run(path, "update events set actor = 'x' where seq = 2")
            case "cut":
                os.truncate(path, path.stat().st_size // 2)
            case "end":
                run(path, "delete from events where seq > 100")
        done = repair(path, kept, now=NOW)
        assert done.kept == ENTRIES
        assert done.damaged.exists() == (damage != "gone")
        assert_repaired(path, original, ENTRIES)
        assert check(path)[0] == ENTRIES + 1

    def test_a_whole_log_that_went_on_is_left_alone(self, path, original):
        kept = back_up(path, now=NOW).path
        with closing(SqliteStore(path)) as store, store.writing() as tx:
            tx.append(chain(2, original[-1]))
        with pytest.raises(StoreError, match=f"whole: {ENTRIES + 2} entries"):
            repair(path, kept, now=NOW)

    @pytest.mark.parametrize("broken", ["altered", "other", "missing"])
    def test_what_is_no_backup_of_the_session_is_refused(self, path, broken):
        kept = back_up(path, now=NOW).path
        run(path, "update events set actor = 'x' where seq = 101")
        match broken:
            case "altered":
                run(kept, "update events set actor = 'x' where seq = 50")
            case "other":
                kept.unlink()
                written(kept, chain(130, event(None, other=True)))
            case "missing":
                kept.unlink()
        before = path.read_bytes()
        with pytest.raises(StoreError):
            repair(path, kept, now=NOW)
        assert path.read_bytes() == before
        assert others(path) == [BACKUPS]


# ── files that were cut, overwritten or torn ──────────────────────────────────────────────────────────────────────────


def leaves(path):
    """Yield (page, (first seq, last seq)) of the pages that hold entries, in their order."""
    raw = path.read_bytes()
    with tampering(path) as connection:
        root = connection.execute("select rootpage from sqlite_schema where name = 'events'").fetchone()[0]
    page = raw[(root - 1) * PAGE : root * PAGE]
    assert page[0] == 5, "the table has more than one page, and one level above them"
    cells = int.from_bytes(page[3:5], "big")
    start = 1
    for number in range(cells):
        at = int.from_bytes(page[12 + 2 * number : 14 + 2 * number], "big")
        child = int.from_bytes(page[at : at + 4], "big")
        key, shift = 0, at + 4
        while page[shift] & 0x80:
            key, shift = (key << 7) | (page[shift] & 0x7F), shift + 1
        key = (key << 7) | page[shift]
        yield child, (start, key)
        start = key + 1
    yield int.from_bytes(page[8:12], "big"), (start, ENTRIES)


def assert_defined(path, original):
    """Either the log is whole as far as it goes, or it is told; then a repair keeps a part that verifies, or refuses.

    Returns how many entries there are in the end.
    """
    try:
        count, _digest = examined(path)
    except StoreError:
        before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
        try:
            done = repair(path, now=NOW)
        except StoreError as error:
            assert "--from" in str(error)  # noqa: PT017 - it may also have been repaired
            assert path.read_bytes() == before[path.name] or "session.db-wal" in before
            assert not [name for name in others(path) if "damaged" in name or "part" in name]
            return 0
        assert done.damaged.read_bytes() == before[path.name]
        assert others(path) == sorted(
            done.damaged.name + name.removeprefix("session.db") for name in before if not name.endswith("-shm")
        ) or any(name.endswith("-shm") for name in before)
        count = done.kept
    log = read(path)
    assert log == original[:count]
    assert verified(log)[0] == count == examined(path)[0]
    return count


class TestFiles:
    def test_a_file_that_was_cut_anywhere(self, template, tmp_path, original):
        kept = []
        size = template.stat().st_size
        for left in [*range(0, size, PAGE), *range(700, size, 3 * PAGE), size - 1]:
            path = tmp_path / str(left) / "session.db"
            path.parent.mkdir()
            path.write_bytes(template.read_bytes()[:left])
            kept.append((left, assert_defined(path, original)))
        assert kept[0] == (0, 0)
        assert kept[-1][1] > ENTRIES // 2
        assert len({count for _, count in kept}) > 4, "the longer the rest, the more is kept"

    @pytest.mark.parametrize("with_what", [b"\0", b"\xff", b"noise"])
    def test_a_page_that_was_overwritten(self, template, tmp_path, original, with_what):
        raw = template.read_bytes()
        with tampering(template) as connection:
            root = connection.execute("select rootpage from sqlite_schema where name = 'events'").fetchone()[0]
        vital = {0, root - 1, next(leaves(template))[0] - 1}
        for page in range(len(raw) // PAGE):
            path = tmp_path / str(page) / "session.db"
            path.parent.mkdir()
            noise = Random(page).randbytes(PAGE) if with_what == b"noise" else with_what * PAGE
            path.write_bytes(raw[: page * PAGE] + noise + raw[(page + 1) * PAGE :])
            count = assert_defined(path, original)
            assert count or page in vital

    def test_single_bits_that_fell_over(self, template, tmp_path, original):
        raw = template.read_bytes()
        chance = Random(7)
        for number in range(60):
            path = tmp_path / str(number) / "session.db"
            path.parent.mkdir()
            bit = chance.randrange(len(raw) * 8)
            content = bytearray(raw)
            content[bit // 8] ^= 1 << bit % 8
            path.write_bytes(content)
            assert_defined(path, original)

    @pytest.mark.parametrize("garbage", [b"x", b"\0" * 5000, b"noise " * 2000])
    def test_garbage_at_the_end_costs_nothing(self, path, original, garbage):
        path.write_bytes(path.read_bytes() + garbage)
        assert assert_defined(path, original) == ENTRIES


@pytest.fixture
def in_use(tmp_path, original):
    """Copies of the files of a log as a killed process leaves them: half of it is in the write-ahead log."""
    path = tmp_path / "used" / "session.db"
    path.parent.mkdir()
    written(path, original[:60])
    with closing(SqliteStore(path)) as store:
        for number in range(60, ENTRIES, 2):
            with store.writing() as tx:
                tx.append(original[number : number + 2])
        copy = tmp_path / "session.db"
        for end in ("", "-wal", "-shm"):
            shutil.copy(path.with_name(path.name + end), copy.with_name(copy.name + end))
    shutil.rmtree(path.parent)
    return copy


class TestWriteAheadLog:
    def end(self, path, suffix):
        return path.with_name(path.name + suffix)

    def test_what_a_killed_process_left_is_whole(self, in_use, original):
        assert assert_defined(in_use, original) == ENTRIES

    @pytest.mark.parametrize("missing", [["-shm"], ["-wal"], ["-wal", "-shm"]])
    def test_without_the_write_ahead_log_the_part_before_it_is_whole(self, in_use, original, missing):
        for suffix in missing:
            self.end(in_use, suffix).unlink()
        assert assert_defined(in_use, original) == (60 if "-wal" in missing else ENTRIES)

    def test_a_backup_knows_of_a_write_ahead_log_that_is_missing(self, in_use):
        back_up(in_use, now=NOW)
        shutil.copy(in_use, in_use.with_name("whole.db"))
        with closing(SqliteStore(in_use)) as store:
            store.scrub()
        run(in_use, "delete from events where seq > 60")
        with pytest.raises(StoreError, match="lacks"):
            check(in_use)

    def test_a_write_ahead_log_that_was_cut_loses_whole_commits_only(self, in_use, original):
        wal, counts = self.end(in_use, "-wal"), set()
        raw, database = wal.read_bytes(), in_use.read_bytes()
        for left in range(0, len(raw), len(raw) // 40):
            in_use.write_bytes(database)
            wal.write_bytes(raw[:left])
            self.end(in_use, "-shm").unlink(missing_ok=True)
            counts.add(assert_defined(in_use, original))
        assert all(count % 2 == 0 for count in counts)
        assert min(counts) == 60
        assert len(counts) > 10

    def test_garbage_at_its_end_costs_nothing(self, in_use, original):
        with self.end(in_use, "-wal").open("ab") as wal:
            wal.write(b"noise " * 3000)
        assert assert_defined(in_use, original) == ENTRIES

    def test_noise_in_it_loses_what_comes_after(self, in_use, original):
        wal = self.end(in_use, "-wal")
        overwrite(wal, wal.stat().st_size // 2, b"noise " * 100)
        assert 60 < assert_defined(in_use, original) < ENTRIES

    def test_the_wrong_index_of_it_is_made_anew(self, in_use, original):
        self.end(in_use, "-shm").write_bytes(Random(1).randbytes(32768))
        assert assert_defined(in_use, original) == ENTRIES

    def test_a_repair_keeps_it_beside_the_damaged_file(self, in_use, original):
        with tampering(in_use) as connection:
            connection.execute("update events set actor = 'x' where seq = 101")
            raw = {end: self.end(in_use, end).read_bytes() for end in ("", "-wal")}
            copy = in_use.parent / "again" / in_use.name
            copy.parent.mkdir()
            for end, content in raw.items():
                self.end(copy, end).write_bytes(content)
        done = repair(copy, now=NOW)
        assert done.kept == 100
        assert {end: self.end(done.damaged, end).read_bytes() for end in raw} == raw
        assert sorted(others(copy)) == sorted(done.damaged.name + end for end in raw)


def test_a_log_that_nobody_can_tell_the_end_of_is_not_searched_for_ever(path, monkeypatch, original):
    monkeypatch.setattr(salvage, "MOST_UNREADABLE", 50)
    monkeypatch.setattr(salvage, "_last", lambda connection: 0)
    run(path, "update events set data = cast(x'7bff7d' as text) where seq > 100")
    done = repair(path, now=NOW)
    assert (done.kept, done.unreadable[0]) == (100, 101)
