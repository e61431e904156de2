"""Several processes on one log do what a few dictionaries predict, whatever is sent twice, late, at once or to whom.

`WORKSHOP_MODEL=300` runs that many random examples instead of the few fixed ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from copy import deepcopy
from itertools import count, permutations
from pathlib import Path
from time import sleep

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.faults import worker
from tests.faults.model import AGENDA, CARDS_EACH, FACTORS, HOST, PLACES, POLLS, Model
from tests.store import postgres_server

import workshop_kit
from workshop_kit.activities import ideas, info, poll, roles, statements
from workshop_kit.core.activity import Registry
from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.session import fold
from workshop_kit.core.state import Info
from workshop_kit.live import LiveSession
from workshop_kit.store.codec import verified
from workshop_kit.store.postgres import PostgresStore
from workshop_kit.store.sqlite import SqliteStore

LONG = int(os.environ.get("WORKSHOP_MODEL", "0"))
pytestmark = pytest.mark.timeout(0 if LONG else 300)
SOURCE = str(Path(workshop_kit.__file__).parent.parent)
WORKERS = 2
SEATS = ("s1", "s2", "s3", "s4")
REGISTRY = Registry([info.ACTIVITY, poll.ACTIVITY, ideas.ACTIVITY, roles.ACTIVITY, statements.ACTIVITY])


class Worker:
    """A process that holds the session; it is started when it is needed, and may be killed."""

    def __init__(self) -> None:
        self.place = ""
        self.process: subprocess.Popen | None = None

    def open(self, place):
        self.place = place
        if self.process is not None:
            self.ask("open", place)

    def ask(self, task, value=None):
        self.send(task, value)
        assert self.process is not None
        line = self.process.stdout.readline()
        assert line, "the process has ended"
        return json.loads(line)

    def send(self, task, value):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("worker.py"))],
                env={**os.environ, "PYTHONPATH": SOURCE, "PYTHONUTF8": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            if task != "open":
                self.ask("open", self.place)
        self.process.stdin.write(json.dumps([task, value]) + "\n")
        self.process.stdin.flush()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                with suppress(OSError):
                    stream.close()
            self.process = None


def fields(**values):
    return st.fixed_dictionaries(values)


def numbers(options, most):
    values = {f"value.{option}": st.sampled_from([str(number) for number in range(most + 1)]) for option in options}
    return st.fixed_dictionaries({}, optional={**values, "rev": st.sampled_from("012345")})


seats = st.sampled_from(SEATS)
cards = st.sampled_from([f"i{number}" for number in range(1, 7)])
people = {
    **{("cast", name): numbers(options, cap) for name, (options, _, cap) in POLLS.items()},
    ("add", "cards"): fields(text=st.sampled_from(["", "Tea", "Keys"]), factor=st.sampled_from(["", *FACTORS, "o9"])),
    **{(name, "cards"): fields(idea=cards) for name in ("like", "unlike", "withdraw", "show", "hide")},
    ("assign", "cards"): fields(idea=cards, factor=st.sampled_from(["", *FACTORS, "o9"])),
    ("merge", "cards"): fields(idea=cards, into=cards),
    **{(name, "board"): fields(role=st.sampled_from([*PLACES, "x"])) for name in ("confirm", "release")},
    ("take", "board"): st.fixed_dictionaries(
        {"role": st.sampled_from(list(PLACES))}, optional={"confirm": st.just("yes")}
    ),
    ("vote", "say"): fields(
        statement=st.sampled_from(["o1", "o2", "o9"]), value=st.sampled_from(["1", "0", "-1", "2"])
    ),
    ("join", ""): st.just({}),
    ("open", "dots"): st.just({}),
    ("lock", ""): st.just({}),
    ("note", ""): fields(
        field=st.sampled_from(["goal", "decision", "weather"]),
        item=st.sampled_from(["", "dots"]),
        text=st.sampled_from(["", "A list", "Two lists"]),
    ),
}
"""What anybody may try; some of it is refused."""

slips = st.fixed_dictionaries({}, optional={"ballot": st.sampled_from("12")})
host = {
    **{("cast", name): st.builds(dict.__or__, people["cast", name], slips) for name in POLLS},
    ("room-votes", "dots"): fields(**{"value.o1": st.sampled_from("024"), "value.o2": st.sampled_from("013")}),
    **{key: people[key] for key in people if key[1] == "cards"},
    **{
        (name, "board"): fields(role=st.sampled_from(list(PLACES)), seat=seats)
        for name in ("take", "confirm", "release")
    },
    **{(name, spec["id"]): st.just({}) for spec in AGENDA for name in ("close", "reveal", "next-round")},
    **{
        ("open", spec["id"]): st.fixed_dictionaries({}, optional={"reason": st.just("Somebody came late")})
        for spec in AGENDA
    },
    ("vote", "say"): people["vote", "say"],
    ("timer", "dots"): fields(seconds=st.just("60")),
    **{(name, ""): st.just({}) for name in ("lock", "unlock")},
    ("remove", ""): fields(seat=seats),
    ("note", ""): people["note", ""],
}
steps = [key for key in host if key[0] in {"open", "next-round"}]


def one_of(actors, ways, keys=None):
    return st.sampled_from(sorted(keys or ways)).flatmap(
        lambda key: fields(actor=actors, name=st.just(key[0]), item=st.just(key[1]), fields=ways[key])
    )


commands = st.one_of(one_of(seats, people), one_of(seats, people), one_of(st.just(HOST), host))
steps_of_the_host = one_of(st.just(HOST), host, steps)


class Processes(RuleBasedStateMachine):
    """Two processes and this one hold the same session; the model knows what must come of it."""

    workers: tuple[Worker, ...] = ()
    places: Iterator[tuple[str, object]]

    @initialize(joined=st.integers(1, len(SEATS)), first=st.sampled_from([spec["id"] for spec in AGENDA]))
    def begin(self, joined, first):
        self.place, store = next(self.places)
        agenda = read_agenda({"item": [dict(spec) for spec in AGENDA]}, REGISTRY, {}.__getitem__)
        self.live = LiveSession.create(store, REGISTRY, agenda, Info("Modelled", "KLMNP", lang="en"))
        self.ids = count(1)
        self.model = Model()
        self.sent: list[dict] = []
        for each in self.workers:
            each.open(self.place)
        for seat in SEATS[:joined]:
            self.one({"actor": seat, "name": "join", "item": "", "fields": {}}, 2)
        self.one({"actor": HOST, "name": "open", "item": first, "fields": {}}, 2)

    def to(self, number, batch):
        """Let one of the processes carry commands out."""
        if number < len(self.workers):
            return self.workers[number].ask("commands", batch)
        return worker.carry_out(self.live, batch)

    def new(self, command):
        made = {**command, "id": f"m{next(self.ids)}"}
        self.sent.append(made)
        return made

    @rule(command=st.one_of(commands, steps_of_the_host), process=st.integers(0, WORKERS))
    def one(self, command, process):
        command = self.new(command)
        assert self.to(process, [command]) == [self.model.take(command)], command

    @rule(batch=st.lists(commands, min_size=2, max_size=8), process=st.integers(0, WORKERS))
    def many_in_one_commit(self, batch, process):
        batch = [self.new(command) for command in batch]
        assert self.to(process, batch) == [self.model.take(command) for command in batch], batch

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 1000), process=st.integers(0, WORKERS), thief=st.sampled_from(["", "", "", *SEATS]))
    def again(self, which, process, thief):
        """What was sent before comes once more, to any process; or somebody else uses its id."""
        command = self.sent[which % len(self.sent)]
        command = {**command, "actor": thief or command["actor"]}
        assert self.to(process, [command]) == [self.model.take(command)], command

    @rule(batch=st.lists(commands, min_size=WORKERS, max_size=WORKERS), mine=commands)
    def at_once(self, batch, mine):
        """What is sent to all processes at the same time comes to the same as one after the other, in some order."""
        together = [self.new(command) for command in (*batch, mine)]
        for each, command in zip(self.workers, together, strict=False):
            each.send("commands", [command])
        answers = [*worker.carry_out(self.live, together[WORKERS:])]
        answers = [json.loads(each.process.stdout.readline())[0] for each in self.workers] + answers
        for order in permutations(range(len(together))):
            model = deepcopy(self.model)
            told = {place: model.take(together[place]) for place in order}
            if [told[place] for place in range(len(together))] == answers and self.explains(model):
                self.model = model
                return
        pytest.fail(f"no order explains {answers} for {together}")

    @rule(
        batch=st.lists(commands, min_size=1, max_size=8), process=st.integers(0, WORKERS - 1), after=st.integers(0, 6)
    )
    def killed(self, batch, process, after):
        """A process is killed while it works: the first of its commands are done, the others not, none by half."""
        batch = [self.new(command) for command in batch]
        self.workers[process].send("commands", batch)
        sleep(after / 1000)
        self.workers[process].kill()
        model = deepcopy(self.model)
        for command in (None, *batch):
            if command is not None:
                model.take(command)
            if self.explains(model):
                self.model = model
                return
        pytest.fail(f"the log holds neither all nor some of {batch}")

    @rule(seat=seats, name=st.sampled_from(["", "Ada", "Zoë"]), process=st.integers(0, WORKERS))
    def named(self, seat, name, process):
        known = self.model.seats.get(seat)
        if known is None or known["removed"]:
            return
        wanted = self.model.rename(seat, name)
        if process < len(self.workers):
            assert self.workers[process].ask("rename", [seat, name]) == wanted
        else:
            assert self.live.rename(seat, name).result().seq == wanted

    @rule(seat=seats, process=st.integers(0, WORKERS - 1))
    def forgotten(self, seat, process):
        if seat in self.model.seats:
            assert self.workers[process].ask("forget", seat) == self.model.forget(seat)

    @rule()
    def everybody_knows_the_same(self):
        """Every process, one that has just come, and a fold from the first entry: all know the same."""
        known = {worker.fingerprint(self.live)}
        known |= {each.ask("known") for each in self.workers}
        with closing(worker.opened(self.place)) as fresh:
            known.add(worker.fingerprint(fresh))
        assert len(known) == 1
        log = self.live.store.read()
        assert fold(self.live.rules, log) == self.live.state
        assert verified(log) == (self.model.seq, self.live.state.digest)
        assert max(Counter(event.id for event in log).values()) == 1
        by_id = {event.id: event for event in log}
        for command_id, (actor, item, seq) in self.model.done.items():
            assert (by_id[command_id].seq, by_id[command_id].actor, by_id[command_id].item) == (seq, actor, item)

    @invariant()
    def log_and_model_agree(self):
        if hasattr(self, "model"):
            assert seen(self.live) == expected(self.model)

    def explains(self, model):
        """Whether a model that took some more commands explains the log: which it holds, and what came of them."""
        new = {event.id for event in self.live.store.read(self.model.seq) if "/" not in event.id}
        return new == model.done.keys() - self.model.done.keys() and seen(self.live) == expected(model)

    def teardown(self):
        if hasattr(self, "model"):
            self.everybody_knows_the_same()
            self.live.close()


def seen(live):
    """Return what the session says, as plain data."""
    state = live.catch_up()
    with live.store.writing() as tx:
        box = Counter(json.dumps(json.loads(ballot)["value"], sort_keys=True) for ballot in tx.box("secret"))
    inside = {spec["id"]: state.items[spec["id"]].state for spec in AGENDA}
    return {
        "seq": state.seq,
        "seats": {seat.id: (seat.number, seat.named, seat.removed) for seat in state.seats.values()},
        "names": dict(live.people.names),
        "room": (state.locked, state.current),
        "written": {key: note.text for key, note in state.noted.items()},
        "items": {name: (str(item.phase), item.revealed) for name, item in state.items.items()},
        "rounds": {name: [told(each) for each in (*state.items[name].past, inside[name])] for name in POLLS},
        "ballots": {ballot.voter: (ballot.rev, dict(ballot.value)) for ballot in inside["dots"].ballots.values()},
        "late": inside["dots"].superseded,
        "secret": (set(inside["secret"].took_part), state.items["secret"].counted),
        "box": box,
        "cards": {
            card.id: (card.seat, *card.label.values(), card.factor, str(card.place), card.into, set(card.likes))
            for card in inside["cards"].ideas.values()
        },
        "left": {seat: inside["cards"].left(seat) for seat in SEATS},
        "board": {role: inside["board"].held(role) for role in PLACES},
        "say": {one.id: dict(one.answers) for one in inside["say"].answerable()},
    }


def told(poll_state):
    """Return the result of a round as the kit counts it."""
    tally = poll_state.tally
    return {
        "voters": tally.voters,
        "scores": {line.option: (line.score, line.supporters) for line in tally.lines},
        "ranks": {line.option: line.rank for line in tally.lines},
    }


def expected(model):
    """Return what the model says, in the same form."""
    dots, secret, held = model.rounds["dots"][-1], model.rounds["secret"][-1], model.cards
    return {
        "seq": model.seq,
        "seats": {seat: (known["number"], known["named"], known["removed"]) for seat, known in model.seats.items()},
        "names": model.names,
        "room": (model.locked, model.current),
        "written": {key: text for key, text in model.written.items() if text},
        "items": {name: (at["phase"], at["revealed"]) for name, at in model.items.items()},
        "rounds": {name: [model.score(name, number) for number in range(len(model.rounds[name]))] for name in POLLS},
        "ballots": dots["ballots"],
        "late": dots["late"],
        "secret": (secret["took_part"], secret["counted"]),
        "box": Counter(json.dumps(value, sort_keys=True) for _, value in model.box.values()),
        "cards": {
            name: (card["seat"], card["text"], card["factor"], card["place"], card["into"], card["likes"])
            for name, card in held.items()
        },
        "left": {
            seat: max(0, CARDS_EACH - sum(c["seat"] == seat and c["place"] != "withdrawn" for c in held.values()))
            for seat in SEATS
        },
        "board": {role: list(holders.items()) for role, holders in model.held.items()},
        "say": model.answers,
    }


def play(places, examples, steps_each):
    """Run the machine, with processes that serve one example after the other."""
    working = tuple(Worker() for _ in range(WORKERS))
    machine = type("Machine", (Processes,), {"workers": working, "places": places})
    profile = settings(
        max_examples=LONG or examples,
        stateful_step_count=steps_each,
        derandomize=not LONG,
        print_blob=False,
        phases=[Phase.generate],  # to make an example smaller takes minutes, and where processes race it misleads
    )
    try:
        run_state_machine_as_test(machine, settings=profile)
    finally:
        for each in working:
            each.kill()


def test_processes_on_one_file_do_what_the_model_predicts():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        paths = (Path(folder) / f"{number}.db" for number in count())
        play(((str(path), SqliteStore(path, create=True)) for path in paths), 15, 40)


def test_processes_on_one_database_do_what_the_model_predicts(missing):
    try:
        with postgres_server.running() as server:
            names = (f"m{number}" for number in count())
            play(((f"{server.url()} {name}", PostgresStore(server.url(), name, create=True)) for name in names), 4, 25)
    except postgres_server.NoServerError as error:
        missing(str(error))
