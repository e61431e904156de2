"""A session in use: durable answers, repeated and racing commands, two processes on one log, names and tokens apart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from queue import Queue
from time import monotonic, sleep

import pytest

from workshop_kit.activities.info import Info as ReadingKind
from workshop_kit.core.activity import FACILITATOR, Actor, Command, Registry
from workshop_kit.core.errors import BrokenLog, Refused, StoreError, Why
from workshop_kit.core.event import Channel, Fact
from workshop_kit.core.session import fold
from workshop_kit.core.state import Info, Phase
from workshop_kit.core.text import Text
from workshop_kit.live import LiveSession
from workshop_kit.people import CODE_LENGTH, CODE_LETTERS, LONGEST_NAME, clean_name, new_code
from workshop_kit.request import LONGEST_ID
from workshop_kit.store.memory import MemoryStore
from workshop_kit.store.sqlite import SqliteStore

PATIENCE = 5.0
"""Seconds after which something that should happen at once has failed."""

HOST = Actor(FACILITATOR, Channel.NOTEBOOK)


def phone(seat):
    return Actor(seat, Channel.PHONE)


def cast(command_id="", **numbers):
    fields = {f"value.{option}": str(number) for option, number in numbers.items()}
    return Command("cast", "dots", fields, command_id)


def refusal(answer):
    error = answer.exception(PATIENCE)
    assert isinstance(error, Refused), error
    return error.why


def scores(session):
    return {line.option: line.score for line in session.state.items["dots"].state.tally.lines if line.score}


@contextmanager
def held_store(session):
    """Hold the write lock as another process would, at most a second; yields an event that lets it go."""
    inside, release = threading.Event(), threading.Event()

    def hold():
        with session.store.writing():
            inside.set()
            release.wait(1)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        inside.wait(PATIENCE)
        try:
            yield release
        finally:
            release.set()


@contextmanager
def one_batch(session):
    """Let all commands that are submitted in the block wait for the same commit."""
    with held_store(session):
        first = session.submit(Command("announce", fields={"url": "http://192.0.2.1"}), HOST)
        while not session._requests.empty():
            sleep(0.001)
        yield
    first.result(PATIENCE)


class Seen:
    """A subscriber that can wait for a state."""

    def __init__(self) -> None:
        self.states = []
        self._changed = threading.Condition()

    def __call__(self, state) -> None:
        with self._changed:
            self.states.append(state)
            self._changed.notify_all()

    def wait_for(self, condition) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: any(map(condition, self.states)), PATIENCE)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.db"


@pytest.fixture
def voting(live):
    """A session in memory in which the poll is open and ada and ben have a seat."""
    return prepared(live())


@pytest.fixture
def on_disk(live, path):
    """The same in a file."""
    return prepared(live(store=SqliteStore(path, create=True)))


@pytest.fixture
def second(on_disk, registry, path, clock):
    """Another process's hold on the session on disk."""
    session = LiveSession(SqliteStore(path), registry, clock=clock)
    yield session
    session.close()


def prepared(session):
    session.do("open", "dots")
    for seat in ("ada", "ben"):
        session.submit(Command("join"), phone(seat)).result(PATIENCE)
    return session


class TestSubmit:
    def test_an_answer_tells_the_entry_that_holds_it(self, voting, clock):
        receipt = voting.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        event = voting.store.read()[-1]
        assert (receipt.seq, receipt.repeated) == (event.seq, False)
        assert (event.id, event.at, event.actor, event.channel, event.item, event.name) == (
            "a1",
            clock.now,
            "ada",
            Channel.PHONE,
            "dots",
            "poll.ballot_cast",
        )
        assert scores(voting) == {"o1": 2}

    def test_every_entry_has_an_id_of_its_own(self, voting):
        voting.submit(cast(o1=2), phone("ada")).result(PATIENCE)
        voting.do("reveal", "dots")
        ids = [event.id for event in voting.store.read()]
        assert all(ids)
        assert len(set(ids)) == len(ids)

    def test_a_refused_command_leaves_no_trace(self, voting):
        before, log = voting.state, voting.store.read()
        assert refusal(voting.submit(cast("a1", o1=9), phone("ada"))) is Why.INVALID
        assert refusal(voting.submit(cast("a2", o1=1), phone("stranger"))) is Why.NOT_ALLOWED
        assert refusal(voting.submit(Command("close", "dots"), phone("ada"))) is Why.NOT_ALLOWED
        assert (voting.state, voting.store.read()) == (before, log)
        assert voting.submit(cast("a1", o1=1), phone("ada")).result(PATIENCE).seq == before.seq + 1

    def test_a_refused_command_writes_nothing_beside_the_log(self, voting):
        answer = voting.submit(Command("dance"), phone("ada"), also=lambda tx: tx.set_name("ada", "Ada"))
        assert refusal(answer) is Why.UNKNOWN
        assert voting.store.names() == {}

    def test_to_submit_does_not_wait_for_the_disk(self, voting):
        with one_batch(voting):
            sleep(0.05)
            began = monotonic()
            answers = [voting.submit(cast(o1=number), phone("ada")) for number in (1, 2, 3)]
            took = monotonic() - began
        assert all(answer.result(PATIENCE) for answer in answers)
        assert took < 0.5

    def test_commands_that_wait_together_are_decided_one_after_the_other(self, live):
        session = live()
        session.do("open", "board")
        with one_batch(session):
            answers = []
            for seat in ("ada", "ben", "cem"):
                session.submit(Command("join"), phone(seat))
                answers.append(session.submit(Command("take", "board", {"role": "o2"}), phone(seat)))
        assert answers[0].result(PATIENCE)
        assert [refusal(answer) for answer in answers[1:]] == [Why.TAKEN, Why.TAKEN]
        assert session.verify()[0] == session.state.seq

    def test_many_threads_at_once(self, on_disk):
        seats = [f"s{number}" for number in range(40)]

        def take_part(seat):
            on_disk.submit(Command("join"), phone(seat)).result(PATIENCE)
            return [on_disk.submit(cast(f"{seat}-{n}", o1=n), phone(seat)).result(PATIENCE).seq for n in (1, 2)]

        with ThreadPoolExecutor(16) as pool:
            receipts = [seq for pair in pool.map(take_part, seats) for seq in pair]
        assert len(set(receipts)) == 80
        assert scores(on_disk) == {"o1": 80}
        assert [event.seq for event in on_disk.store.read()] == list(range(1, on_disk.state.seq + 1))
        on_disk.verify()

    def test_the_state_is_the_fold_of_the_log(self, on_disk):
        on_disk.submit(cast(o1=2), phone("ada")).result(PATIENCE)
        on_disk.do("next-round", "dots")
        assert fold(on_disk.rules, on_disk.store.read()) == on_disk.state


class TestRepeats:
    def test_the_same_command_twice_counts_once(self, voting):
        first = voting.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        again = voting.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        assert (again.seq, again.repeated) == (first.seq, True)
        assert voting.state.seq == first.seq

    def test_a_repeat_in_the_same_batch_counts_once(self, voting):
        with one_batch(voting):
            answers = [voting.submit(cast("a1", o1=2), phone("ada")) for _ in range(3)]
        assert len({answer.result(PATIENCE).seq for answer in answers}) == 1
        assert [answer.result().repeated for answer in answers] == [False, True, True]

    def test_what_was_accepted_stays_accepted_after_closing(self, voting):
        voting.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        voting.do("close", "dots")
        assert voting.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE).repeated
        assert refusal(voting.submit(cast("a2", o1=1), phone("ada"))) is Why.CLOSED

    def test_the_id_of_another_seat_or_item_is_refused(self, voting):
        voting.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        assert refusal(voting.submit(cast("a1", o2=2), phone("ben"))) is Why.TAKEN
        assert refusal(voting.submit(Command("add", "cards", {"text": "x"}, "a1"), phone("ada"))) is Why.TAKEN
        assert scores(voting) == {"o1": 2}

    def test_the_id_of_a_repeat_is_known_to_another_process(self, on_disk, second):
        first = on_disk.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        again = second.submit(cast("a1", o1=2), phone("ada")).result(PATIENCE)
        assert (again.seq, again.repeated) == (first.seq, True)

    @pytest.mark.parametrize("command", [Command("open", "cards", id="h1"), Command("reveal", "dots", id="h1")])
    def test_a_command_of_several_entries_can_be_repeated(self, voting, command):
        first = voting.submit(command, HOST).result(PATIENCE)
        again = voting.submit(command, HOST).result(PATIENCE)
        assert (again.seq, again.repeated) == (first.seq, True)

    @pytest.mark.parametrize("command_id", ["x" * (LONGEST_ID + 1), "a\ud800"])
    def test_an_id_that_cannot_be_kept_is_refused(self, voting, command_id):
        assert refusal(voting.submit(cast(command_id, o1=1), phone("ada"))) is Why.INVALID


class TestFaults:
    @pytest.fixture
    def faulty(self, live, registry):
        """A session with an activity that breaks when asked to."""

        class Faulty(ReadingKind):
            name = "faulty"

            def decide(self, state, command, actor):
                match command.name:
                    case "break":
                        raise ZeroDivisionError
                    case "unwritable":
                        return (Fact("faulty.done", {"x": object()}),)
                return (Fact("faulty.done"),)

        session = live({"id": "test", "activity": "faulty"}, kinds=Registry([*registry.values(), Faulty()]))
        session.do("open", "test")
        return session

    @pytest.mark.parametrize(("broken", "error"), [("break", ZeroDivisionError), ("unwritable", TypeError)])
    def test_a_fault_is_told_to_its_caller_and_spoils_nothing_else(self, faulty, broken, error):
        with one_batch(faulty):
            before = faulty.submit(Command("work", "test"), HOST)
            fault = faulty.submit(Command(broken, "test"), HOST)
            after = faulty.submit(Command("work", "test"), HOST)
        assert isinstance(fault.exception(PATIENCE), error)
        assert after.result(PATIENCE).seq == before.result(PATIENCE).seq + 1
        faulty.verify()

    def test_what_cannot_be_written_beside_the_log_leaves_nothing_in_it(self, voting):
        def broken(tx):
            tx.set_name("ben", "Ben")
            raise ZeroDivisionError

        answer = voting.submit(Command("name"), phone("ben"), also=broken)
        assert isinstance(answer.exception(PATIENCE), ZeroDivisionError)
        assert (voting.state.naming, voting.store.names()) == (0, {})
        assert voting.submit(cast(o1=1), phone("ada")).result(PATIENCE).seq == voting.verify()[0]

    def test_an_id_made_to_collide_fails_for_its_caller_only(self, live, path):
        """The entries of one command have ids like "x", "x/1", so somebody might use "x/1" before."""
        session = live(store=SqliteStore(path, create=True))
        session.do("open", "board")
        for seat in ("ada", "ben"):
            session.submit(Command("join"), phone(seat)).result(PATIENCE)
        session.rename("ben", "Ben").result(PATIENCE)
        session.submit(Command("take", "board", {"role": "o2"}, "x/1"), phone("ben")).exception(PATIENCE)
        with one_batch(session):
            good = session.submit(Command("take", "board", {"role": "host"}), phone("ada"))
            session.submit(Command("take", "board", {"role": "host", "confirm": "yes"}, "x"), phone("ben"))
        assert good.result(PATIENCE)

    def test_one_who_no_longer_waits_for_an_answer_stops_nobody(self, voting):
        with one_batch(voting):
            voting.submit(cast(o1=1), phone("ada")).cancel()
        assert voting.submit(cast(o2=1), phone("ben")).result(PATIENCE)

    def test_a_broken_subscriber_stops_nobody(self, voting):
        def broken(state):
            raise ZeroDivisionError

        seen = Seen()
        voting.subscribe(broken)
        voting.subscribe(seen)
        for number in (1, 2):
            assert voting.submit(cast(o1=number), phone("ada")).result(PATIENCE)
        assert seen.wait_for(lambda state: state.seq == voting.state.seq)

    def test_a_store_that_fails_is_told_and_can_be_tried_again(self, live):
        class FullDisk(MemoryStore):
            full = False

            @contextmanager
            def writing(self):
                with super().writing() as tx:
                    yield tx
                    if self.full:
                        raise StoreError("The disk is full.")

        session = prepared(live(store=FullDisk()))
        before = session.state
        session.store.full = True
        assert isinstance(session.submit(cast("a1", o1=1), phone("ada")).exception(PATIENCE), StoreError)
        assert session.state == before
        session.store.full = False
        assert not session.submit(cast("a1", o1=1), phone("ada")).result(PATIENCE).repeated

    def test_an_altered_log_is_noticed(self, on_disk):
        on_disk.verify()
        on_disk.store._writer.execute("update events set actor = 'ben' where seq = 3")
        with pytest.raises(BrokenLog) as caught:
            on_disk.verify()
        assert caught.value.seq == 3


class TestTwoProcesses:
    def test_a_session_is_loaded_as_it_stands(self, on_disk, second):
        assert second.state == on_disk.state

    def test_each_follows_what_the_other_writes(self, on_disk, second):
        here, there = Seen(), Seen()
        on_disk.subscribe(here)
        second.subscribe(there)
        on_disk.submit(cast(o1=2), phone("ada")).result(PATIENCE)
        assert there.wait_for(lambda state: state.items["dots"].state.ballots.get("ada"))
        second.do("close", "dots")
        assert here.wait_for(lambda state: state.items["dots"].phase is Phase.CLOSED)
        assert on_disk.catch_up() == second.catch_up()

    def test_limits_hold_across_both(self, on_disk, second):
        on_disk.do("open", "board")
        second.submit(Command("take", "board", {"role": "o2"}), phone("ada")).result(PATIENCE)
        assert refusal(on_disk.submit(Command("take", "board", {"role": "o2"}), phone("ben"))) is Why.TAKEN

    def test_both_write_at_once(self, on_disk, second):
        def vote(number):
            session = (on_disk, second)[number % 2]
            session.submit(Command("join"), phone(f"s{number}")).result(PATIENCE)
            session.submit(cast(o1=1), phone(f"s{number}")).result(PATIENCE)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(vote, range(24)))
        assert on_disk.catch_up() == second.catch_up()
        assert scores(second) == {"o1": 24}
        assert second.verify() == (on_disk.state.seq, on_disk.state.digest)

    def test_names_given_in_one_are_known_in_the_other(self, on_disk, second):
        on_disk.rename("ada", "Ada").result(PATIENCE)
        second.catch_up()
        assert second.people.names == {"ada": "Ada"}

    def test_a_session_is_begun_only_once(self, on_disk, registry, agenda, path):
        store = SqliteStore(path)
        with pytest.raises(StoreError, match="a session here already"):
            LiveSession.create(store, registry, agenda(), Info("Again", "ABCDE"))
        store.close()
        assert on_disk.state.info.title != "Again"


class TestPeople:
    def test_who_joins_gets_a_seat_and_a_secret(self, voting):
        admission = voting.join("en", "Ada").result(PATIENCE)
        assert admission.seat in voting.state.seats
        assert voting.seat_of(admission.token) == admission.seat
        assert voting.people.names == {admission.seat: "Ada"}
        assert [
            voting.seat_of(wrong)
            for wrong in ("", "wrong", admission.seat, sha256(admission.token.encode()).hexdigest())
        ] == [None] * 4

    def test_two_people_never_share_a_seat_or_a_secret(self, voting):
        admissions = [voting.join() for _ in range(20)]
        assert len({admission.result(PATIENCE).seat for admission in admissions}) == 20
        assert len({admission.result(PATIENCE).token for admission in admissions}) == 20

    def test_of_a_secret_only_the_hash_is_kept(self, on_disk, path):
        admission = on_disk.join(name="Ada").result(PATIENCE)
        assert on_disk.seat_of(admission.token) == admission.seat
        files = [file.read_bytes() for file in path.parent.iterdir()]
        assert not any(admission.token.encode() in content for content in files)
        assert any(sha256(admission.token.encode()).hexdigest().encode() in content for content in files)

    def test_names_are_not_in_the_log(self, on_disk):
        admission = on_disk.join(name="Rumpelstiltskin").result(PATIENCE)
        on_disk.rename(admission.seat, "Rumpelstiltskin II").result(PATIENCE)
        on_disk.do("open", "board")
        on_disk.submit(Command("take", "board", {"role": "o2", "confirm": "yes"}), phone(admission.seat)).result(
            PATIENCE
        )
        assert "Rumpelstiltskin" not in str(on_disk.store.read())
        assert "Rumpelstiltskin" not in str(on_disk.state)
        assert on_disk.people.names[admission.seat] == "Rumpelstiltskin II"

    def test_a_name_is_what_makes_a_role_confirmed(self, voting):
        voting.do("open", "board")
        take = Command("take", "board", {"role": "host", "confirm": "yes"})
        voting.rename("ada", "Ada").result(PATIENCE)
        for seat in ("ada", "ben"):
            voting.submit(take, phone(seat)).result(PATIENCE)
        assert voting.state.items["board"].state.held("host") == [("ada", "confirmed"), ("ben", "reserved")]

    def test_a_name_can_be_erased(self, voting):
        text = Text("en")
        voting.rename("ben", "Ben").result(PATIENCE)
        assert voting.people("ben", text) == "Ben"
        voting.rename("ben", "  ").result(PATIENCE)
        assert voting.people("ben", text) == "Person 2"
        assert not voting.state.seats["ben"].named

    def test_the_language_of_a_seat_can_be_changed(self, voting):
        voting.speak("ada", "de").result(PATIENCE)
        assert voting.state.seats["ada"].lang == "de"

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("  Ada \n Lovelace ", "Ada / Lovelace"),
            ("O\u0308zil", "Özil"),
            ("x" * 200, "x" * LONGEST_NAME),
            ("\u202eadA", "\N{REPLACEMENT CHARACTER}adA"),
            (" \n", ""),
        ],
    )
    def test_a_name_is_kept_on_one_line(self, written, kept):
        assert clean_name(written) == kept

    def test_codes_are_easy_to_read_out(self):
        codes = {new_code() for _ in range(50)}
        assert len(codes) == 50
        assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) for code in codes)
        assert not set("ILO01") & set(CODE_LETTERS)


class TestSubscribe:
    def test_a_subscriber_sees_each_change_until_it_leaves(self, voting):
        seen = Seen()
        leave = voting.subscribe(seen)
        voting.submit(cast(o1=1), phone("ada")).result(PATIENCE)
        assert seen.wait_for(lambda state: scores(voting) == {"o1": 1} and state.seq == voting.state.seq)
        leave()
        leave()
        voting.submit(cast(o1=2), phone("ada")).result(PATIENCE)
        assert not any(state.seq == voting.state.seq for state in seen.states)

    def test_states_never_go_back(self, on_disk, second):
        seen = Seen()
        second.subscribe(seen)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: on_disk.submit(cast(o1=n % 3), phone("ada")).result(PATIENCE), range(30)))
        last = on_disk.state.seq
        assert seen.wait_for(lambda state: state.seq == last)
        passed = [state.seq for state in seen.states]
        assert passed == sorted(passed)


class TestClose:
    def test_to_close_ends_its_threads(self, live):
        before = set(threading.enumerate())
        session = prepared(live())
        session.subscribe(Seen())
        own = set(threading.enumerate()) - before
        assert len(own) == 2
        session.close()
        assert not any(thread.is_alive() for thread in own)

    def test_what_is_queued_is_still_written(self, on_disk, path):
        answers = [on_disk.submit(cast(f"a{number}", o1=1), phone("ada")) for number in range(50)]
        on_disk.close()
        assert all(answer.result(PATIENCE) for answer in answers)
        assert {f"a{number}" for number in range(50)} <= {event.id for event in SqliteStore(path).read()}

    def test_a_closed_session_says_so(self, voting):
        voting.close()
        for attempt in (lambda: voting.submit(cast(o1=1), phone("ada")), lambda: voting.subscribe(Seen()), voting.join):
            with pytest.raises(StoreError, match="closed"):
                attempt()
        voting.close()

    def test_nobody_who_submits_while_it_closes_waits_for_ever(self, live):
        class ClosedJustBefore(Queue):
            """Lets the session be closed between the decision to queue a command and the queueing."""

            def put(self, request):
                if request is not None:
                    closing = threading.Thread(target=session.close)
                    closing.start()
                    closing.join(0.3)
                super().put(request)

        session = live()
        session._requests = ClosedJustBefore()
        try:
            answer = session.submit(Command("join"), phone("ada"))
        except StoreError:
            return
        assert answer.exception(1) is None or isinstance(answer.exception(), StoreError)


class TestRedaction:
    def test_what_is_redacted_is_gone_everywhere_and_the_log_still_verifies(self, on_disk, second):
        kept = on_disk.submit(cast("kept", o1=1), phone("ada")).result(PATIENCE)
        second.catch_up()
        assert scores(second) == {"o1": 1}
        on_disk.redact([kept.seq], HOST)
        second.catch_up()
        assert scores(on_disk) == scores(second) == {}
        assert second.verify()[0] == on_disk.state.seq
        assert on_disk.store.read(kept.seq - 1)[0].redacted


def test_an_altered_log_is_not_opened(tmp_path, live, registry):
    path = tmp_path / "session.db"
    session = live(store=SqliteStore(path, create=True))
    session.join("de").result(PATIENCE)
    session.store._writer.execute(
        "update events set data = replace(data, '\"de\"', '\"en\"') where name = 'seat.joined'"
    )
    with closing(SqliteStore(path)) as store, pytest.raises(BrokenLog):
        LiveSession(store, registry)


def test_what_another_program_appends_without_its_digest_stops_the_session(tmp_path, live):
    session = live(store=SqliteStore(tmp_path / "session.db", create=True))
    session.join("de").result(PATIENCE)
    session.store._writer.execute(
        "insert into events select seq + 1, 'forged', at, actor, channel, item, name, schema, data, digest, "
        "data_digest from events order by seq desc limit 1"
    )
    with pytest.raises(BrokenLog):
        session.catch_up()
