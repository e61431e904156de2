"""Disk, machine or clock fail: each fault has one outcome, and nothing that was acknowledged is lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.faults import disk
from tests.faults.disk import KINDS, ROOT, filled, mounted

import workshop_kit
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import StoreError
from workshop_kit.core.event import Channel
from workshop_kit.core.state import Phase
from workshop_kit.folder import SessionFolder, locate
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.sections import Minutes
from workshop_kit.prepare import new_session
from workshop_kit.store.backup import back_up
from workshop_kit.store.codec import verified
from workshop_kit.store.recovery import repair
from workshop_kit.store.salvage import examined
from workshop_kit.store.sqlite import SqliteStore

PATIENCE = 20.0
HOST = Actor(FACILITATOR, Channel.NOTEBOOK)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SOURCE = str(Path(workshop_kit.__file__).parent.parent)


def card(number, text="A card that somebody wrote, of a usual length, as people do."):
    return Command("add", "cards", {"text": f"{number} {text}"}, f"card-{number}")


def python(script, *arguments, **options):
    """Start a process of the kit's own Python that runs `script`."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": SOURCE, "PYTHONUTF8": "1"},
        text=True,
        **options,
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "session"


@pytest.fixture
def on_disk(live, folder):
    """A session in a file, whose collection of cards is open."""
    return begun(live, folder)


def begun(live, folder):
    folder.mkdir(exist_ok=True)
    session = live(store=SqliteStore(folder / "session.db", create=True))
    session.do("open", "cards")
    return session


def cards(session):
    return len(session.state.items["cards"].state.ideas)


# ── the process is killed ─────────────────────────────────────────────────────────────────────────────────────────────

WRITES_FOR_EVER = """
import sys
from pathlib import Path
from workshop_kit import activities
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.live import LiveSession
from workshop_kit.store.sqlite import SqliteStore
live = LiveSession(SqliteStore(Path(sys.argv[1])), activities.installed())
host, number = Actor(FACILITATOR, Channel.NOTEBOOK), int(sys.argv[2])
while True:
    number += 3
    commands = [Command("add", "cards", {"text": f"card {n}"}, f"c{n}") for n in range(number, number + 3)]
    for answer in [live.submit(command, host) for command in commands]:
        print(answer.result().seq, flush=True)
"""


def test_a_process_that_is_killed_at_any_instant_loses_nothing_it_acknowledged(on_disk, folder):
    on_disk.close()
    path = folder / "session.db"
    for attempt in range(6):
        with python(WRITES_FOR_EVER, path, attempt * 100_000, stdout=subprocess.PIPE) as process:
            acknowledged = [int(process.stdout.readline()) for _ in range(1 + attempt)]
            sleep(0.007 * attempt)
            process.kill()
            acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
        count, _digest = examined(path)
        assert count >= max(acknowledged)
        with closing(SqliteStore(path)) as store:
            assert {event.seq for event in store.read()} == set(range(1, count + 1))


# ── the disk is full ──────────────────────────────────────────────────────────────────────────────────────────────────

FILLS_ITS_QUOTA = """
import json, resource, sys
from pathlib import Path
from workshop_kit import activities
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import StoreError
from workshop_kit.core.event import Channel
from workshop_kit.live import LiveSession
from workshop_kit.store.sqlite import SqliteStore
path = Path(sys.argv[1])
live = LiveSession(SqliteStore(path), activities.installed())
host, most = Actor(FACILITATOR, Channel.NOTEBOOK), resource.getrlimit(resource.RLIMIT_FSIZE)[1]
def add(number):
    return live.submit(Command("add", "cards", {"text": f"{number} " + "x" * 200}, f"c{number}"), host).result()
largest = max(file.stat().st_size for file in path.parent.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 50_000, most))
number, before, failures = 0, live.state, []
while len(failures) < 3:
    before = live.state
    try:
        add(number)
        number += 1
    except StoreError as error:
        failures.append(str(error))
        assert live.state == before, "nothing half-recorded"
        assert live.store.read()[-1].seq == live.verify()[0] == before.seq
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
again = add(number)
live.close()
print(json.dumps({"added": number, "failures": failures, "again": [again.seq, again.repeated], "before": before.seq}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
def test_where_no_more_can_be_written_commands_fail_whole_and_the_process_goes_on(on_disk, folder):
    on_disk.close()
    with python(FILLS_ITS_QUOTA, folder / "session.db", stdout=subprocess.PIPE) as process:
        out, _ = process.communicate(timeout=PATIENCE)
    told = json.loads(out)
    assert told["added"] > 5
    assert all("session.db" in message for message in told["failures"])
    assert told["again"] == [told["before"] + 1, False]
    assert examined(folder / "session.db")[0] == told["before"] + 1


@pytest.fixture(params=KINDS)
def small_disk(request, tmp_path):
    """A disk of a megabyte; only an administrator may make one."""
    try:
        with disk.small_disk(tmp_path / "disk", 2**20, request.param) as where:
            yield where
    except disk.NoDiskError as error:
        pytest.skip(f"no small disk can be made here: {error}")


class TestFullDisk:
    @pytest.fixture
    def session(self, live, small_disk):
        return begun(live, small_disk / "session")

    def test_commands_fail_whole_and_the_same_process_goes_on_with_space(self, session, small_disk):
        path = small_disk / "session" / "session.db"
        with filled(small_disk):
            written, failed = [], []
            for number in range(200):
                try:
                    written.append(session.submit(card(number), HOST).result(PATIENCE).seq)
                except StoreError as error:
                    failed.append(str(error))
                    if len(failed) == 5:
                        break
            assert all("no space" in message for message in failed)
            assert len(failed) == 5
            assert session.store.read()[-1].seq == session.state.seq == session.verify()[0]
        receipt = session.submit(card(number), HOST).result(PATIENCE)
        assert (receipt.seq, receipt.repeated) == (session.state.seq, False)
        assert cards(session) == len(written) + 1
        session.close()
        assert examined(path)[0] == receipt.seq

    def test_a_session_that_cannot_be_opened_for_lack_of_space_opens_later(self, session, small_disk, registry):
        session.close()
        path = small_disk / "session" / "session.db"
        with filled(small_disk), pytest.raises(StoreError, match=r"session\.db"):
            SqliteStore(path)
        again = LiveSession(SqliteStore(path), registry)
        assert again.state == session.state
        again.close()

    def test_a_backup_without_space_leaves_no_half_of_one(self, session, small_disk):
        path = small_disk / "session" / "session.db"
        with filled(small_disk):
            with pytest.raises(StoreError):
                back_up(path, now=NOW)
            assert not list((path.parent / "backups").glob("*"))
        assert back_up(path, now=NOW).count == session.state.seq

    def test_a_repair_without_space_changes_nothing(self, session, small_disk):
        path = small_disk / "session" / "session.db"
        session.close()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("update events set actor = 'x' where seq = 2")
        before = path.read_bytes()
        with filled(small_disk), pytest.raises(StoreError):
            repair(path, now=NOW)
        assert path.read_bytes() == before
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        assert repair(path, now=NOW).kept == 1


# ── the folder is write-protected ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform == "win32", reason="a folder's write protection means something else on Windows")
class TestWriteProtection:
    @pytest.fixture
    def protect(self, tmp_path):
        """Take the right to write from a folder; an administrator has it always, so the disk is made read-only."""
        undo = []

        def protect(folder):
            if ROOT:
                if not (shutil.which("mount") and mounted(folder, "--bind", folder)):
                    pytest.skip("an administrator may write everywhere, and nothing can be mounted here")
                undo.append(lambda: subprocess.run(["umount", "-l", str(folder)], check=True))
                assert mounted(folder, "-o", "remount,ro,bind")
            else:
                folder.chmod(0o500)
                undo.append(lambda: folder.chmod(0o700))

        yield protect
        for step in undo:
            step()

    def test_it_is_told_and_nothing_changes(self, on_disk, folder, protect, registry):
        on_disk.close()
        before = {file.name: file.read_bytes() for file in folder.iterdir()}
        protect(folder)
        with pytest.raises(StoreError, match=r"write-protected|cannot be opened") as caught:
            LiveSession(SqliteStore(folder / "session.db"), registry)
        assert "write" in str(caught.value)
        with pytest.raises(StoreError):
            back_up(folder / "session.db", now=NOW)
        with pytest.raises(StoreError):
            repair(folder / "session.db", now=NOW)
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == before

    def test_a_copy_elsewhere_can_be_used(self, on_disk, folder, protect, registry, tmp_path):
        on_disk.close()
        protect(folder)
        copy = shutil.copytree(folder, tmp_path / "copy")
        copy.chmod(0o700)
        session = LiveSession(SqliteStore(copy / "session.db"), registry)
        session.do("close", "cards")
        assert session.state.items["cards"].phase is Phase.CLOSED
        session.close()

    def test_a_new_session_there_is_refused(self, tmp_path, protect):
        folder = tmp_path / "protected"
        folder.mkdir()
        protect(folder)
        with pytest.raises(StoreError, match="cannot be opened"):
            SqliteStore(folder / "session.db", create=True)


# ── another program holds the log ─────────────────────────────────────────────────────────────────────────────────────

HOLDS_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("begin immediate")
print("held", flush=True)
sys.stdin.readline()
connection.execute("rollback")
"""


def test_a_log_that_another_program_holds_too_long_is_told_and_recovers(live, folder, monkeypatch):
    monkeypatch.setattr("workshop_kit.store.sqlite.LOCK_WAIT", 0.2)
    session = begun(live, folder)
    with python(HOLDS_THE_LOCK, folder / "session.db", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "held\n"
        before, began = session.state, monotonic()
        with pytest.raises(StoreError, match="locked by another program"):
            session.submit(card(1), HOST).result(PATIENCE)
        assert monotonic() - began < 5
        assert (session.catch_up(), session.verify()[0]) == (before, before.seq), "reading goes on meanwhile"
        assert back_up(folder / "session.db", now=NOW).count == before.seq
        process.communicate("go\n", timeout=PATIENCE)
    assert session.submit(card(1), HOST).result(PATIENCE).seq == before.seq + 1


def test_a_log_that_could_not_be_read_for_a_moment_is_caught_up_with(on_disk, folder, registry, monkeypatch):
    monkeypatch.setattr("workshop_kit.live.FOLLOW_TIMEOUT", 0.05)
    other = LiveSession(SqliteStore(folder / "session.db"), registry)
    failing, seen = threading.Event(), []
    reads = other.store.read

    def unreadable(after=0):
        if failing.is_set():
            failing.clear()
            raise StoreError("The disk did not answer.")
        return reads(after)

    monkeypatch.setattr(other.store, "read", unreadable)
    other.subscribe(seen.append)
    failing.set()
    written = on_disk.submit(card(1), HOST).result(PATIENCE).seq
    deadline = monotonic() + PATIENCE
    while not any(state.seq == written for state in seen) and monotonic() < deadline:
        sleep(0.01)
    other.close()
    assert seen[-1].seq == written
    assert not failing.is_set()


def test_what_was_committed_is_acknowledged_even_if_the_store_fails_right_after(on_disk, monkeypatch):
    on_disk.submit(Command("join"), Actor("ada", Channel.PHONE)).result(PATIENCE)

    def broken():
        raise StoreError("The disk did not answer.")

    monkeypatch.setattr(on_disk.store, "names", broken)
    receipt = on_disk.rename("ada", "Ada").result(PATIENCE)
    monkeypatch.undo()
    assert on_disk.catch_up().seq == receipt.seq == on_disk.verify()[0]
    assert on_disk.people.names == {"ada": "Ada"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let go of a file that is in use")
@pytest.mark.parametrize("fate", ["removed", "replaced"])
def test_a_log_that_is_taken_away_while_it_is_in_use_acknowledges_nothing_more(on_disk, folder, fate):
    path = folder / "session.db"
    on_disk.submit(card(1), HOST).result(PATIENCE)
    kept = back_up(path, now=NOW)
    path.unlink()
    if fate == "replaced":
        shutil.copy(kept.path, path)
    with pytest.raises(StoreError, match="moved or replaced"):
        on_disk.submit(card(2), HOST).result(PATIENCE)


# ── the clock goes backwards ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "step", [timedelta(seconds=-1), timedelta(hours=-3), timedelta(days=-9000), timedelta(days=9000)]
)
def test_a_clock_that_jumps_changes_neither_order_nor_minutes(on_disk, folder, clock, registry, step):
    on_disk.submit(card(1), HOST).result(PATIENCE)
    clock.advance(step.total_seconds())
    on_disk.submit(card(2), HOST).result(PATIENCE)
    on_disk.do("open", "dots")
    on_disk.do("timer", "dots", seconds="90")
    assert on_disk.state.items["dots"].until == clock.now + timedelta(seconds=90)
    on_disk.do("reveal", "dots")
    clock.advance(-2 * step.total_seconds())
    on_disk.do("next-round", "dots")
    on_disk.do("close", "dots")
    log = on_disk.store.read()
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert verified(log) == examined(folder / "session.db")
    again = LiveSession(SqliteStore(folder / "session.db"), registry)
    assert again.state == on_disk.state
    again.close()
    for lang in ("de", "en"):
        sections = list(
            Minutes(on_disk.rules, on_disk.state, voice(lang, registry.values()), on_disk.people).sections()
        )
        assert {"head", "agenda", "item-cards", "item-dots"} <= {section.id for section in sections}


# ── copies and moves ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not copy a file while it is locked")
@pytest.mark.parametrize("order", [("", "-wal", "-shm"), ("-wal", "-shm", ""), ("-shm", "", "-wal"), ("",)])
def test_a_folder_copied_while_it_is_written_is_whole_or_can_be_repaired(on_disk, folder, tmp_path, order):
    done = threading.Event()

    def keep_writing():
        number = 0
        while not done.is_set():
            for _ in range(5):
                number += 1
                on_disk.submit(card(number), HOST).result(PATIENCE)
            on_disk.store.scrub()  # moves everything from the write-ahead log into the database

    on_disk.store.scrub()
    writer = threading.Thread(target=keep_writing)
    writer.start()
    copies = []
    try:
        for number in range(12):
            copy = tmp_path / f"copy{number}" / "session.db"
            copy.parent.mkdir()
            for end in order:
                shutil.copy(folder / f"session.db{end}", copy.with_name(f"session.db{end}"))
                sleep(0.002 * number)
            copies.append(copy)
    finally:
        done.set()
        writer.join()
    log = on_disk.store.read()
    for copy in copies:
        try:
            count, _digest = examined(copy)
        except StoreError:
            count = repair(copy, now=NOW).kept
        with closing(SqliteStore(copy)) as store:
            assert store.read() == log[:count]
        assert count >= 2


def test_a_folder_that_was_moved_to_another_place_goes_on(tmp_path):
    made = new_session(tmp_path / "here" / "first", lang="de", title="Vor dem Umzug")
    session = made.open()
    seat = session.join("de", "Ada").result(PATIENCE)
    session.do("open", "experiences")
    session.close()
    before = examined(made.log)
    there = tmp_path / "another machine, ä ö ü" / "d'accord"
    there.parent.mkdir()
    shutil.move(made.path, there)
    folder = locate(there)
    assert isinstance(folder, SessionFolder)
    assert examined(folder.log) == before
    session = folder.open()
    assert session.seat_of(seat.token) == seat.seat
    session.do("close", "experiences")
    assert back_up(folder.log, now=NOW).count == session.state.seq
    session.close()
