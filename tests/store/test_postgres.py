"""What is the PostgreSQL store's own: connections that break, notifications, secrets, and sessions side by side."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from statistics import median
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from tests.store import postgres_server
from tests.store.test_contract import PATIENCE, SharedStoreContract, race, write

from workshop_kit.core.errors import StoreError
from workshop_kit.store import postgres_connection, postgres_tables
from workshop_kit.store.address import read_address
from workshop_kit.store.postgres import PostgresStore

PASSWORD = postgres_server.PASSWORD


class TestPostgresStore(SharedStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, postgres):
        self.url = postgres.url()

    def session(self, folder):
        return sha256(str(folder).encode()).hexdigest()

    def opened(self, folder):
        return PostgresStore(self.url, self.session(folder), create=True)

    def opening(self, folder):
        return (
            "from workshop_kit.store.postgres import PostgresStore\n"
            f"store = PostgresStore({self.url!r}, {self.session(folder)!r}, create=True)"
        )


@pytest.fixture
def name(request):
    """A name for the session of this test."""
    return sha256(request.node.nodeid.encode()).hexdigest()[:20]


@pytest.fixture
def store(postgres, name):
    with closing(PostgresStore(postgres.url(), name, create=True)) as opened:
        yield opened


@pytest.fixture
def other(postgres, store, name):
    """Another connection to the same session."""
    with closing(PostgresStore(postgres.url(), name)) as opened:
        yield opened


@contextmanager
def stopped(server, mode="fast"):
    """Stop the server while the block lasts."""
    server.stop(mode)
    try:
        yield
    finally:
        server.start()


def settle(store):
    while store.wait(0.06):
        pass


# ── what is kept ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_that_is_not_there_is_not_made_by_looking(postgres, store, name):
    for _ in range(2):
        with pytest.raises(StoreError, match=r"nowhere.*workshop new"):
            PostgresStore(postgres.url(), "nowhere")


def test_an_empty_database_is_left_empty_by_looking(postgres):
    postgres.sql(f"create database empty owner {postgres_server.USER}")
    with pytest.raises(StoreError, match="workshop new"):
        PostgresStore(postgres.url(database="empty"), "spring")
    assert postgres.sql("select 1 from pg_namespace where nspname = 'workshop_kit'", database="empty") == []


def test_many_processes_may_begin_in_an_empty_database_at_once(postgres):
    postgres.sql(f"create database fresh owner {postgres_server.USER}")
    url = postgres.url(database="fresh")
    with ThreadPoolExecutor(8) as pool:
        for store in pool.map(lambda number: PostgresStore(url, f"s{number % 2}", create=True), range(8)):
            store.close()
    assert postgres.sql("select count(*) from workshop_kit.sessions", database="fresh") == [(2,)]


def test_tables_of_the_first_layout_are_brought_up_to_date_when_a_session_is_opened(postgres, entries):
    postgres.sql(f"create database older owner {postgres_server.USER}")
    url, log = postgres.url(database="older"), entries(3)
    with closing(PostgresStore(url, "spring", create=True)) as store, store.writing() as tx:
        tx.append(log)
        tx.add_seat("s1", "hash")
    postgres.sql("drop table workshop_kit.tickets", database="older")
    postgres.sql("update workshop_kit.layout set version = 1", database="older")
    with pytest.raises(StoreError, match="workshop new"):
        PostgresStore(url, "nowhere")
    assert postgres.sql("select version from workshop_kit.layout", database="older") == [(1,)]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda number: PostgresStore(url, "spring", create=number % 2 == 0), range(8)))
    for number, store in enumerate(opened):
        with closing(store), store.writing() as tx:
            assert (store.read(), store.seat_of("hash")) == (log, "s1")
            tx.add_tickets({f"ticket {number}": f"t{number}"})
            assert tx.ticket_seat("ticket 0") == "t0"
    assert postgres.sql("select version from workshop_kit.layout", database="older") == [(postgres_tables.LAYOUT,)]


def test_tables_of_a_newer_version_are_left_alone(postgres, store, name):
    postgres.sql("update workshop_kit.layout set version = %s", postgres_tables.LAYOUT + 1)
    try:
        for create in (False, True):
            with pytest.raises(StoreError, match="newer version"):
                PostgresStore(postgres.url(), name, create=create)
    finally:
        postgres.sql("update workshop_kit.layout set version = %s", postgres_tables.LAYOUT)


def test_a_database_that_cannot_hold_every_sign_is_refused(postgres):
    postgres.sql(f"create database latin owner {postgres_server.USER} encoding 'LATIN1' template template0")
    with pytest.raises(StoreError, match="UTF8"):
        PostgresStore(postgres.url(database="latin"), "spring", create=True)


def test_every_write_is_durable_even_where_the_database_would_not_wait(postgres, name):
    postgres.sql(f"alter role {postgres_server.USER} set synchronous_commit = off")
    try:
        with closing(PostgresStore(postgres.url(), name, create=True)) as store, store.writing() as tx:
            assert tx._do("select current_setting('synchronous_commit'), %s::integer") == [("on", store._number)]
    finally:
        postgres.sql(f"alter role {postgres_server.USER} reset synchronous_commit")


def test_sessions_in_one_database_know_nothing_of_each_other(postgres, store, name, entries):
    with closing(PostgresStore(postgres.url(), f"{name}-b", create=True)) as neighbour:
        settle(neighbour)
        log = entries(3)
        with store.writing() as tx:
            tx.append(log)
            tx.add_seat("s1", "hash")
            tx.set_name("s1", "Ada")
            tx.put_ballot("item", "voter", 1, "ballot")
            tx.add_tickets({"ticket": "s2"})
            with ThreadPoolExecutor(1) as pool:
                pool.submit(write, neighbour, log[0]).result(PATIENCE)
        assert neighbour.read() == log[:1]
        assert (neighbour.names(), neighbour.seat_of("hash")) == ({}, None)
        settle(neighbour)
        with store.writing() as tx:
            tx.set_name("s1", "Ben")
        assert not neighbour.wait(0.2)
        with neighbour.writing() as tx:
            assert tx.box("item") == []
            assert tx.ticket_seat("ticket") is None
            tx.redact([1])
            tx.destroy_box("item")
        assert store.read() == log


def test_a_session_is_deleted_by_its_row(postgres, store, name, entry):
    with store.writing() as tx:
        tx.append([entry()])
        tx.add_seat("s1", "hash")
        tx.set_name("s1", "Ada")
        tx.box_key("item", "key")
        tx.put_ballot("item", "voter", 1, "ballot")
        tx.add_tickets({"ticket": "s2"})
    postgres.sql("delete from workshop_kit.sessions where name = %s", name)
    for table in ("events", "seats", "tickets", "names", "boxes", "ballots"):
        assert postgres.sql(f"select 1 from workshop_kit.{table} where session = %s", store._number) == []


def test_a_seat_has_one_token(store):
    with store.writing() as tx:
        tx.add_seat("s1", "one")
    with pytest.raises(StoreError) as caught, store.writing() as tx:
        tx.add_seat("s1", "two")
    assert "two" not in str(caught.value), "the server's details quote what was to be written"
    assert (store.seat_of("one"), store.seat_of("two")) == ("s1", None)


def test_a_box_keeps_one_key_and_the_newest_ballot_of_each_voter(store, other):
    with store.writing() as tx:
        assert (tx.box_key("dots", "first"), tx.box_key("dots", "second")) == ("first", "first")
        tx.put_ballot("dots", "v2", 1, "a")
        tx.put_ballot("dots", "v1", 1, "b")
    with other.writing() as tx:
        tx.put_ballot("dots", "v2", 2, "c")
        assert (tx.ballot("dots", "v2"), tx.ballot("dots", "v3")) == ((2, "c"), None)
        assert tx.box("dots") == ["b", "c"]
        tx.destroy_box("dots")
        assert (tx.box("dots"), tx.box_key("dots", "third")) == ([], "third")


def test_erased_names_and_counted_ballots_are_nowhere_in_the_tables(postgres, store, entries):
    log = entries(40)
    with store.writing() as tx:
        tx.append(log)
        for number in range(3):
            tx.set_name(f"s{number}", f"Rumpelstiltskin {number}")
            tx.put_ballot("dots", f"v{number}", 1, "Rumpelstiltskin's ballot")
    with store.writing() as tx:
        tx.set_name("s1", "")
        tx.set_name("s2", "")
        tx.set_name("s0", "Ada")
        tx.destroy_box("dots")
    store.scrub()
    postgres.sql("checkpoint")
    files = [file for file in (postgres.data / "base").rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if b"Rumpelstiltskin" in file.read_bytes()]


def test_scrubbing_waits_for_nobody_long(postgres, store, monkeypatch):
    monkeypatch.setattr(postgres_tables, "SCRUB_WAIT", 0.1)
    with store.writing() as tx:
        tx.set_name("s1", "Ada")
    with postgres.transaction() as reader:
        reader.execute("select * from workshop_kit.names")
        began = monotonic()
        store.scrub()
        assert monotonic() - began < PATIENCE / 2
    assert store.names() == {"s1": "Ada"}


# ── who writes, and who is told ───────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_store_says_so(store):
    store.close()
    for use in (store.read, store.names, store.scrub, lambda: store.wait(0.1), lambda: store.seat_of("x")):
        with pytest.raises(StoreError, match="closed"):
            use()
    with pytest.raises(StoreError, match="closed"), store.writing():
        pass
    store.wake()


def test_a_session_that_somebody_else_writes_for_too_long_is_told(store, postgres, name, monkeypatch):
    monkeypatch.setattr(postgres_connection, "_SETTINGS", "set lock_timeout = '50ms'")
    with closing(PostgresStore(postgres.url(), name)) as hasty:
        with store.writing(), pytest.raises(StoreError, match="Somebody else"), hasty.writing():
            pass
        with hasty.writing() as tx:
            tx.set_name("s1", "Ada")
    assert store.names() == {"s1": "Ada"}


def test_who_stops_in_the_middle_of_a_write_does_not_stop_the_others(store, other, postgres, name, monkeypatch):
    monkeypatch.setattr(
        postgres_connection, "_SETTINGS", "set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '100ms'"
    )
    with closing(PostgresStore(postgres.url(), name)) as asleep:
        with pytest.raises(StoreError), asleep.writing() as tx:  # noqa: PT012 - a write in progress is the point
            tx.set_name("s1", "Ada")
            with other.writing() as awake:
                awake.set_name("s2", "Ben")
        assert store.names() == {"s2": "Ben"}
        with asleep.writing() as tx:
            tx.set_name("s1", "Ada")
    assert store.names() == {"s1": "Ada", "s2": "Ben"}


def test_followers_are_told_within_milliseconds(store, other, entries):
    settle(store)
    delays, log = [], entries(20)
    with ThreadPoolExecutor(1) as pool:
        for event in log:
            waiting = pool.submit(lambda: (store.wait(PATIENCE), monotonic()))
            sleep(0.02)
            write(other, event)
            committed = monotonic()
            told, at = waiting.result(PATIENCE)
            assert told
            delays.append(at - committed)
    assert median(delays) < 0.02
    assert store.read() == log


def test_who_writes_nothing_tells_nobody(store, other):
    settle(store)
    write(other)
    assert not store.wait(0.1)


def test_a_follower_whose_notification_got_lost_notices_by_itself(store, other, entry, monkeypatch):
    settle(store)
    monkeypatch.setattr(other, "_channel", "elsewhere")
    write(other, entry())
    assert store.wait(0.1)
    assert not store.wait(0.1)


def test_a_follower_has_no_limit_of_open_files(store, other, entry):
    """A server of a thousand phones has numbers of files that `select` cannot take."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2000:
        pytest.skip("this system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    held = []
    try:
        held = [open("/dev/null", "rb") for _ in range(1100)]  # noqa: SIM115, PTH123 - only their numbers matter
        settle(store)
        write(other, entry())
        assert store.wait(PATIENCE)
    finally:
        for file in held:
            file.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# ── connections that break ────────────────────────────────────────────────────────────────────────────────────────────


def test_connections_that_broke_meanwhile_are_made_anew(postgres, store, other, entries):
    log = entries(3)
    settle(store)
    write(store, log[0])
    assert store.wait(PATIENCE)
    assert postgres.hang_up() >= 3
    assert store.read() == log[:1]
    write(store, log[1])
    assert store.wait(PATIENCE)
    settle(store)
    write(other, log[2])
    assert store.wait(PATIENCE)
    assert store.read() == log


@pytest.mark.parametrize("step", ["append", "read", "find", "commit"])
def test_a_connection_that_breaks_in_the_middle_of_a_write_leaves_nothing(postgres, store, entries, step):
    log = entries(2)
    write(store, log[0])
    with pytest.raises(StoreError, match="could not be used"), store.writing() as tx:  # noqa: PT012 - as above
        if step == "commit":
            tx.append(log[1:])
        postgres.hang_up("pg_advisory" if step != "commit" else "insert into")
        {"append": lambda: tx.append(log[1:]), "read": lambda: tx.read(0), "find": lambda: tx.find("c1")}.get(
            step, lambda: None
        )()
    assert store.read() == log[:1]
    write(store, log[1])
    assert store.read() == log


def test_a_write_that_failed_inside_is_not_committed(store, entries):
    """A caller that goes on after a failed statement must not be told that all is well."""
    log = entries(2)
    with pytest.raises(StoreError), store.writing() as tx:  # noqa: PT012 - as above
        tx.append(log)
        with pytest.raises(StoreError):
            tx.append(log)
    assert store.read() == []


def test_a_write_waits_for_a_database_that_is_restarted(postgres, store, entry):
    write(store)
    with ThreadPoolExecutor(1) as pool:
        with stopped(postgres):
            writing = pool.submit(write, store, entry())
            sleep(0.3)
        writing.result(PATIENCE)
    assert len(store.read()) == 1


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_follower_finds_back_to_a_database_that_was_restarted(postgres, store, other, entries, mode):
    log = entries(2)
    settle(store)
    with ThreadPoolExecutor(1) as pool:
        with stopped(postgres, mode):
            waiting = pool.submit(store.wait, PATIENCE * 2)
            sleep(0.3)
        write(other, log[0])
        assert waiting.result(PATIENCE * 2)
    settle(store)
    write(other, log[1])
    began = monotonic()
    assert store.wait(PATIENCE)
    assert monotonic() - began < 0.5, "it is told again, and need not look by itself"
    assert store.read() == log


def test_without_a_database_every_use_fails_in_its_time(postgres, store, monkeypatch):
    monkeypatch.setattr("workshop_kit.store.postgres.RECOVERY", 0.2)
    with stopped(postgres):
        for use, longest in (
            (store.read, 1),
            (store.names, 1),
            (lambda: store.wait(0.3), 2),
            (lambda: write(store), 2),
        ):
            began = monotonic()
            with pytest.raises(StoreError, match="Check that it runs"):
                use()
            assert monotonic() - began < longest
        with pytest.raises(StoreError):
            PostgresStore(postgres.url(), "spring")
    assert store.read() == []


def test_a_store_that_waits_for_its_database_can_be_closed(postgres, store, entry):
    with stopped(postgres), ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(store.wait, PATIENCE), pool.submit(write, store, entry())]
        sleep(0.3)
        began = monotonic()
        store.close()
        assert monotonic() - began < 2
        for future in waiting:
            with pytest.raises(StoreError):
                future.result(PATIENCE)


def test_writers_in_the_midst_of_broken_connections_lose_nothing(postgres, store, other):
    """What was acknowledged is there once; what failed may or may not be."""
    acknowledged, ended = [], threading.Event()

    def writer(opened, prefix):
        number = 0
        while not ended.is_set():
            with suppress(StoreError):
                race(opened, f"{prefix}{number}", 1)
                acknowledged.append(f"{prefix}{number}-0")
            number += 1

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(writer, store, "a"), pool.submit(writer, other, "b")]
        for _ in range(8):
            sleep(0.1)
            postgres.hang_up()
        ended.set()
        for each in writers:
            each.result(PATIENCE)
    ids = [event.id for event in store.read()]
    assert len(ids) == len(set(ids))
    assert set(acknowledged) <= set(ids)
    assert len(acknowledged) > 10


# ── addresses and secrets ─────────────────────────────────────────────────────────────────────────────────────────────


def unreadable(password):
    """Return addresses in which somebody forgot to escape a password or to name a part."""
    return [
        f"postgresql://ada:{password}@127.0.0.1/db#spring",
        f"postgresql://ada:{password}",
        f"postgresql://127.0.0.1/db?password={password}#spring",
        f"postgresql://127.0.0.1/db?x=1&sslpassword={password}#spring",
        f"postgresql:/ada:{password}@127.0.0.1/db#spring",
        f"mysql://ada:{password}@127.0.0.1/db#spring",
        f"postgresql+psycopg://ada:{password}@127.0.0.1/db#spring",
        f"postgresql://ada:{password}@127.0.0.1:port/db#spring",
        f"postgresql://127.0.0.1/db#{password}@",
    ]


@pytest.mark.parametrize("address", unreadable("p@ss:w/rd") + unreadable("se#cret") + unreadable("a b"))
def test_an_address_that_cannot_be_read_is_not_quoted(address):
    with pytest.raises(StoreError) as caught:
        read_address(address)
    shown = "".join(traceback.format_exception(caught.value))
    message = shown.rpartition("StoreError: ")[2]
    assert "postgresql://" in message
    for part in ("ss:w", "w/rd", "cret", "a b"):
        assert part not in message


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("postgres://h/d#spring", "postgresql://h/d#spring"),
        ("postgresql://ada:se%40cret@h:5433/d#spring", "postgresql://ada@h:5433/d#spring"),
        ("postgresql://:secret@h/d#spring", "postgresql://h/d#spring"),
        (
            "postgresql://[::1]:5433,other/d?sslmode=require#a%20b",
            "postgresql://[::1]:5433,other/d?sslmode=require#a%20b",
        ),
        ("postgresql:///d?host=/run/pg#Frühling", "postgresql:///d?host=/run/pg#Frühling"),
        ("postgresql://#spring", "postgresql://#spring"),
    ],
)
def test_an_address_is_shown_without_its_password(text, public):
    address = read_address(text)
    assert str(address) == public
    assert "cret" not in repr(address)
    assert read_address(str(address)).same_place(address)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a" * 81, " a", "a ", "a\n", "-a", "%2e%2e"])
def test_a_session_has_a_name_that_is_one(name):
    with pytest.raises(StoreError):
        read_address(f"postgresql://h/d#{quote(name)}" if name else "postgresql://h/d")


def test_the_driver_reads_what_was_read(postgres, name):
    from psycopg.conninfo import conninfo_to_dict

    known = conninfo_to_dict(read_address(postgres.url("spring")).url)
    assert (known["user"], known["password"], known["dbname"]) == (
        postgres_server.USER,
        PASSWORD,
        postgres_server.DATABASE,
    )


@pytest.fixture
def shown(caplog, capfd):
    """Fail if anything of the password is in what was said or logged."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("psycopg").setLevel(logging.DEBUG)
    said = []
    yield said.append
    logging.getLogger("psycopg").setLevel(logging.WARNING)
    everything = "\n".join([*said, caplog.text, *capfd.readouterr()])
    for secret in (PASSWORD, quote(PASSWORD, safe=""), "w/rd", "wrong-secret", "ss:w"):
        assert secret not in everything, everything


def test_no_failure_shows_the_password(postgres, store, shown):
    failures = {
        "wrong password": postgres.url("x", password="wrong-secret"),
        "no such database": postgres.url("x", database="nowhere"),
        "no such option": postgres.url(database=f"{postgres_server.DATABASE}?sslnode=prefer") + "#x",
        "bad value": postgres.url(database=f"{postgres_server.DATABASE}?sslmode=sometimes") + "#x",
        "no server": postgres.url("x").replace(str(postgres.port), "1"),
        "no host": postgres.url("x").replace("127.0.0.1", "nowhere.invalid"),
        "no session": postgres.url("nobody"),
    }
    for why, text in failures.items():
        address = read_address(text)
        with pytest.raises(StoreError) as caught:
            PostgresStore(address.url, address.session)
        shown(f"{why}: " + "".join(traceback.format_exception(caught.value, chain=True)).rpartition("StoreError: ")[2])
        assert postgres_server.USER in str(caught.value)
        assert caught.value.__cause__ is None
    with stopped(postgres), pytest.raises(StoreError) as caught:
        store.read()
    shown(f"{caught.value} {caught.value!r} {caught.value.values} {store!r} {store.address!r} {store.address}")


def test_the_password_may_come_from_the_environment(postgres, store, name, monkeypatch):
    bare = postgres.url(password="")
    with pytest.raises(StoreError, match="password"):
        PostgresStore(bare, name)
    for variable, other in (("PGPASSWORD", ""), ("WORKSHOP_STORE_PASSWORD", "PGPASSWORD")):
        with monkeypatch.context() as patch:
            patch.setenv(variable, PASSWORD)
            if other:
                patch.setenv(other, "wrong-secret")
            PostgresStore(bare, name).close()
    monkeypatch.setenv("WORKSHOP_STORE_PASSWORD", "wrong-secret")
    PostgresStore(postgres.url(), name).close()


def test_without_the_driver_people_learn_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'workshop-kit\[postgres\]'"):
        PostgresStore("postgresql://h/d", "spring")
