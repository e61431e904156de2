"""What every store must do. A backend passes by a small subclass that says how to open it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

import workshop_kit
from workshop_kit.core.errors import BrokenLog, Refused, StoreError, Why
from workshop_kit.store.codec import verified
from workshop_kit.store.memory import MemoryStore
from workshop_kit.store.sqlite import SqliteStore

PATIENCE = 10.0
"""Seconds after which something that should happen at once has failed."""

AWKWARD = "Ä\u0000 'quoted\" \N{ROCKET} \u2028 {brace} %s\n"


def write(store, *events):
    with store.writing() as tx:
        tx.append(events)


def race(store, prefix, times):
    """Append `times` entries one by one, each after whatever came last."""
    from workshop_kit.core.event import FIRST_DIGEST, Channel, Event
    from workshop_kit.live import utc_now
    from workshop_kit.store.codec import sealed

    for number in range(times):
        with store.writing() as tx:
            log = tx.read(0)
            seq, digest = (log[-1].seq, log[-1].digest) if log else (0, FIRST_DIGEST)
            event = Event(seq + 1, f"{prefix}-{number}", utc_now(), prefix, Channel.PHONE, "", "raced", 1, {}, "")
            tx.append([sealed(event, digest)])


class StoreContract:
    """What a store must do within one process. `opened` returns a connection to the session at `folder`."""

    def opened(self, folder):
        raise NotImplementedError

    @pytest.fixture
    def connect(self, tmp_path):
        """Open connections to one session; they are closed after the test."""
        connections = []

        def opened():
            connections.append(self.opened(tmp_path))
            return connections[-1]

        yield opened
        for connection in connections:
            connection.close()

    @pytest.fixture
    def store(self, connect):
        return connect()

    def test_an_empty_log(self, store):
        assert store.read() == []
        assert store.read(7) == []
        assert store.names() == {}
        assert store.seat_of("no such hash") is None

    def test_entries_come_back_in_order_and_as_they_were(self, store, entries):
        log = entries(5)
        write(store, *log[:2])
        write(store, *log[2:])
        assert store.read() == log
        assert store.read(3) == log[3:]
        assert store.read(5) == []
        assert verified(store.read()) == (5, log[-1].digest)

    def test_any_data_survives(self, store, entry):
        data = {"text": AWKWARD, AWKWARD: [1, -(2**53), True, False, None, "", [], {}], "nested": {"a": {"b": ["c"]}}}
        event = entry(event_id=AWKWARD, **data)
        write(store, event)
        assert store.read() == [event]
        verified(store.read())

    def test_entries_are_found_by_id(self, store, entries):
        log = entries(3)
        write(store, *log)
        with store.writing() as tx:
            assert tx.find("c2") == log[1]
            assert tx.find("c9") is None
            assert tx.find("C2") is None

    def test_a_write_sees_itself(self, store, entry):
        first = entry()
        second = entry(first)
        with store.writing() as tx:
            tx.append([first])
            tx.append(iter([second]))
            assert tx.read(0) == [first, second]
            assert tx.read(1) == [second]
            assert tx.find("c2") == second

    def test_all_people_are_erased_at_once(self, store, connect):
        with store.writing() as tx:
            for seat, name in (("s1", "Ada"), ("s2", "Ben")):
                tx.add_seat(seat, f"hash of {seat}")
                tx.set_name(seat, name)
        with store.writing() as tx:
            tx.erase_people()
        assert store.names() == {}
        assert store.seat_of("hash of s1") is store.seat_of("hash of s2") is None
        assert connect().names() == {}

    def test_people_stay_where_their_erasure_was_not_finished(self, store):
        with store.writing() as tx:
            tx.add_seat("s1", "hash")
            tx.set_name("s1", "Ada")

        def breaks():
            with store.writing() as tx:
                tx.erase_people()
                raise LookupError

        with pytest.raises(LookupError):
            breaks()
        assert (store.names(), store.seat_of("hash")) == ({"s1": "Ada"}, "s1")

    def test_a_write_of_nothing_is_no_write(self, store):
        write(store)
        assert store.read() == []

    def test_names_are_kept_changed_and_erased(self, store):
        with store.writing() as tx:
            tx.set_name("s1", "Ada")
            tx.set_name("s2", AWKWARD)
        assert store.names() == {"s1": "Ada", "s2": AWKWARD}
        with store.writing() as tx:
            tx.set_name("s1", "Ada L.")
            tx.set_name("s2", "")
            tx.set_name("s3", "")
        assert store.names() == {"s1": "Ada L."}

    def test_seats_are_found_by_the_hash_of_their_token(self, store):
        with store.writing() as tx:
            tx.add_seat("s1", "hash of a token")
            tx.add_seat("s2", "another")
        assert (store.seat_of("hash of a token"), store.seat_of("another"), store.seat_of("")) == ("s1", "s2", None)

    def test_a_seat_moves_to_another_token(self, store):
        for token in ("one", "two", "two"):
            with store.writing() as tx:
                tx.move_seat("s1", token)
        assert (store.seat_of("one"), store.seat_of("two")) == (None, "s1")
        with store.writing() as tx:
            tx.add_seat("s2", "one")
        assert (store.seat_of("one"), store.seat_of("two")) == ("s2", "s1")

    def test_tickets_are_found_by_their_hash(self, store):
        with store.writing() as tx:
            tx.add_tickets({"first": "s1", "second": "s2"})
            assert tx.ticket_seat("first") == "s1"
        with store.writing() as tx:
            tx.add_tickets({"third": "s3"})
            tx.add_tickets({})
            assert [tx.ticket_seat(name) for name in ("first", "second", "third", "")] == ["s1", "s2", "s3", None]
        assert store.seat_of("first") is None

    @pytest.mark.parametrize(
        "error", [RuntimeError("broken"), Refused(Why.CLOSED, "Too late."), BrokenLog(3), KeyboardInterrupt()]
    )
    def test_a_block_that_raises_leaves_nothing(self, store, entries, error):
        log = entries(3)
        write(store, log[0])
        with pytest.raises(type(error)) as caught, store.writing() as tx:  # noqa: PT012 - a write in progress is the point
            tx.append(log[1:])
            tx.set_name("s1", "Ada")
            tx.add_seat("s1", "hash")
            tx.add_tickets({"ticket": "s1"})
            raise error
        assert caught.value is error
        assert (store.read(), store.names(), store.seat_of("hash")) == (log[:1], {}, None)
        with store.writing() as tx:
            assert tx.find("c2") is None
            assert tx.ticket_seat("ticket") is None
        write(store, *log[1:])
        assert store.read() == log

    @pytest.mark.parametrize("again", ["id", "seq"])
    def test_an_entry_is_not_written_twice(self, store, entries, entry, again):
        log = entries(2)
        write(store, *log)
        repeated = entry(log[-1], "c1") if again == "id" else entry(log[0], "c9")
        with pytest.raises(StoreError), store.writing() as tx:
            tx.append([repeated])
        assert store.read() == log

    def test_nobody_reads_what_is_not_kept(self, store, connect, entry):
        other = connect()
        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(RuntimeError, match="broken"), store.writing() as tx:  # noqa: PT012 - as above
                tx.append([entry()])
                read = pool.submit(other.read)
                raise RuntimeError("broken")
            assert read.result(PATIENCE) == []

    def test_writes_do_not_overlap(self, store, connect, entry):
        other, order = connect(), []
        inside = threading.Event()

        def second():
            inside.wait(PATIENCE)
            with other.writing() as tx:
                order.append(len(tx.read(0)))

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second)
            with store.writing() as tx:
                inside.set()
                tx.append([entry()])
                order.append("first")
            waiting.result(PATIENCE)
        assert order == ["first", 1]

    def test_wait_ends_when_somebody_writes(self, store, connect, entry):
        other = connect()
        self.settle(store)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(store.wait, PATIENCE)
            write(other, entry())
            assert waiting.result(PATIENCE)
        assert len(store.read()) == 1

    def test_wait_ends_for_a_write_that_came_before_it(self, store, connect, entry):
        other = connect()
        self.settle(store)
        write(other, entry())
        assert store.wait(PATIENCE)

    def test_wait_ends_without_a_write_when_its_time_is_over(self, store):
        self.settle(store)
        began = monotonic()
        assert not store.wait(0.1)
        assert 0.09 <= monotonic() - began < PATIENCE / 2

    def test_wait_can_be_woken(self, store):
        self.settle(store)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(store.wait, PATIENCE)
            store.wake()
            began = monotonic()
            waiting.result(PATIENCE)
        assert monotonic() - began < PATIENCE / 2

    def test_racing_threads_leave_no_gap(self, connect):
        connections = [connect() for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            racing = [pool.submit(race, store, f"t{number}", 15) for number, store in enumerate(connections)]
            for writer in racing:
                writer.result(PATIENCE * 2)
        self.assert_complete(connections[0].read(), [f"t{number}" for number in range(4)], 15)

    def test_threads_that_share_a_connection_leave_no_gap(self, store):
        with ThreadPoolExecutor(4) as pool:
            racing = [pool.submit(race, store, f"t{number}", 15) for number in range(4)]
            for writer in racing:
                writer.result(PATIENCE * 2)
        self.assert_complete(store.read(), [f"t{number}" for number in range(4)], 15)

    def test_to_close_twice_does_no_harm(self, store):
        store.close()
        store.close()

    @staticmethod
    def settle(store):
        """Wait until the store has told of everything that was written so far."""
        while store.wait(0.06):
            pass

    @staticmethod
    def assert_complete(log, writers, times):
        assert [event.seq for event in log] == list(range(1, len(writers) * times + 1))
        assert {event.id for event in log} == {f"{writer}-{number}" for writer in writers for number in range(times)}
        assert verified(log)[0] == len(log)


class SharedStoreContract(StoreContract):
    """What a store must do that others share. `opening` is Python text that opens `store` in another process."""

    def opening(self, folder):
        raise NotImplementedError

    def run(self, folder, then):
        """Start a process that opens the session at `folder` and does `then`."""
        source = str(Path(workshop_kit.__file__).parent.parent)
        script = f"from pathlib import Path\n{self.opening(folder)}\n{then}\nstore.close()"
        return subprocess.Popen(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": source}, cwd=Path(__file__).parent
        )

    def test_what_was_written_is_there_after_reopening(self, connect, entries):
        log = entries(3)
        store = connect()
        write(store, *log)
        with store.writing() as tx:
            tx.set_name("s1", "Ada")
            tx.add_seat("s1", "hash")
            tx.add_tickets({"ticket": "s1"})
        store.close()
        again = connect()
        assert (again.read(), again.names(), again.seat_of("hash")) == (log, {"s1": "Ada"}, "s1")
        with again.writing() as tx:
            assert tx.ticket_seat("ticket") == "s1"

    def test_what_was_written_survives_the_death_of_the_process(self, connect, tmp_path):
        store = connect()
        ended = self.run(tmp_path, "from test_contract import race\nrace(store, 'p', 3)\nimport os; os._exit(9)")
        assert ended.wait(PATIENCE) == 9
        self.assert_complete(store.read(), ["p"], 3)

    def test_what_was_not_finished_when_the_process_died_is_gone(self, connect, tmp_path):
        store = connect()
        dying = "writing = store.writing()\ntx = writing.__enter__()\ntx.set_name('s1', 'Ada')\nimport os; os._exit(9)"
        assert self.run(tmp_path, dying).wait(PATIENCE) == 9
        assert store.names() == {}
        with store.writing() as tx:
            tx.set_name("s2", "Ben")
        assert store.names() == {"s2": "Ben"}

    def test_wait_ends_when_another_process_writes(self, store, tmp_path):
        self.settle(store)
        with self.run(tmp_path, "from test_contract import race\nrace(store, 'p', 1)") as process:
            assert store.wait(PATIENCE)
            assert process.wait(PATIENCE) == 0
        assert len(store.read()) == 1

    def test_racing_processes_leave_no_gap(self, connect, tmp_path):
        processes = [
            self.run(tmp_path, f"from test_contract import race\nrace(store, 'p{number}', 10)") for number in range(3)
        ]
        race(connect(), "own", 10)
        assert [process.wait(PATIENCE * 2) for process in processes] == [0, 0, 0]
        self.assert_complete(connect().read(), ["own", "p0", "p1", "p2"], 10)


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def connect(self):
        store = MemoryStore()
        return lambda: store


class TestSqliteStore(SharedStoreContract):
    def opened(self, folder):
        return SqliteStore(folder / "session.db", create=True)

    def opening(self, folder):
        return (
            "from workshop_kit.store.sqlite import SqliteStore\n"
            f"store = SqliteStore(Path({str(folder / 'session.db')!r}), create=True)"
        )
