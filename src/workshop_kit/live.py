"""A session in use: load it, decide commands, append, follow what others append.

The clock is here and nowhere else. Any number of processes may hold a `LiveSession` on the same store; they meet in the
log and nowhere else.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit import ballot_box, tickets
from workshop_kit.core import admission
from workshop_kit.core.activity import FACILITATOR, Actor, Command, Registry, Told, unheard
from workshop_kit.core.errors import N_, Refused, StoreError, Why, WorkshopError
from workshop_kit.core.event import REDACTED, TICKETS_ISSUED, Boxed, Channel, Event, Fact
from workshop_kit.core.session import SessionRules, created, fold
from workshop_kit.core.state import Info, SessionState
from workshop_kit.people import Admission, NameList, clean_name, new_seat, token_hash
from workshop_kit.request import Receipt, Request
from workshop_kit.store.codec import sealed, verified
from workshop_kit.store.upcast import Upcasts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workshop_kit.core.agenda import Agenda
    from workshop_kit.store.base import Store, Writing

MOST_PER_COMMIT = 500
FOLLOW_TIMEOUT = 1.0
logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class LiveSession:
    """One process's hold on a session. All methods may be called from any thread."""

    def __init__(self, store: Store, registry: Registry, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.rules = SessionRules(registry)
        self._upcasts = Upcasts.of(registry)
        self._clock = clock
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._subscribers: list[Callable[[SessionState], None]] = []
        self._threads: dict[str, threading.Thread] = {}
        self._closed = threading.Event()
        self._names: Mapping[str, str] = {}
        self._seats: dict[str, str] = {}
        self._state = SessionState()
        self.catch_up()

    @classmethod
    def create(
        cls, store: Store, registry: Registry, agenda: Agenda, info: Info, *, clock: Callable[[], datetime] = utc_now
    ) -> LiveSession:
        """Begin a session in an empty store."""
        live = cls(store, registry, clock=clock)
        with live._lock, store.writing() as tx:
            if tx.read(0):
                raise StoreError(N_("There is a session here already. Choose another name or folder."))
            fact = created(info, agenda)
            tx.append([live._stamp(fact, "create", Actor(FACILITATOR, Channel.NOTEBOOK), live.state)])
        live.catch_up()
        return live

    @property
    def state(self) -> SessionState:
        """The session as this process knows it; a frozen value."""
        return self._state

    @property
    def people(self) -> NameList:
        return NameList(self._names, {seat.id: seat.number for seat in self._state.seats.values()})

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def submit(
        self,
        command: Command,
        actor: Actor,
        *,
        name: str = "",
        token_hash: str = "",
        first: tuple[Command, ...] = (),
        also: Callable[[Writing], None] | None = None,
        told: Told = unheard,
    ) -> Future[Receipt]:
        """Queue a command; the future holds its receipt once it is durable, or raises `Refused` or `StoreError`.

        Commands that wait share one commit. A `name` is kept for the actor's seat, which from now on opens with the
        token of `token_hash`, if any; the commands in `first` are carried out with the command or not at all; `also`
        writes beside the log in the same transaction; `told` hears how far `SessionRules.prepared` is.
        """
        answer: Future[Receipt] = Future()
        answer.set_running_or_notify_cancel()  # what is queued will be decided, even if nobody waits for it any more
        if self.rules.prepares(self._state, command, actor):
            command = self.rules.prepared(self.catch_up(), command, told)
        with self._starting:
            self._start("writer", self._write_forever)
            self._requests.put(Request(command, actor, clean_name(name), token_hash, first, also, answer))
        return answer

    def do(self, name: str, item: str = "", /, channel: Channel = Channel.NOTEBOOK, **fields: str) -> Receipt:
        """Carry out a facilitator's command and wait until it is durable."""
        return self.submit(Command(name, item, fields), Actor(FACILITATOR, channel)).result()

    def tried(self, commands: Iterable[Command], actor: Actor) -> list[Refused | None]:
        """Return for each command, as if it came alone, why it would be refused just now; nothing is recorded."""
        with self._lock, self.store.writing() as tx:
            state = self._folded(tx.read)
            return [self._refusal(tx, state, command, actor) for command in commands]

    def _refusal(self, tx: Writing, state: SessionState, command: Command, actor: Actor) -> Refused | None:
        try:
            self.rules.decide(state, command, tickets.bearing(tx, state, command, actor))
        except Refused as why:
            return why
        return None

    def join(
        self, lang: str = "", name: str = "", channel: Channel = Channel.PHONE, ticket: str = ""
    ) -> Future[Admission]:
        """Give a new person a seat, or the bearer of a ticket the one it stands for, wherever that was open before."""
        seat, token = new_seat()
        command = Command("join", fields={"lang": lang, admission.TICKET: ticket})
        joined = self.submit(command, Actor(seat, channel), name=name, token_hash=token_hash(token))
        admitted: Future[Admission] = Future()
        admitted.set_running_or_notify_cancel()

        def admit(done: Future[Receipt]) -> None:
            if (error := done.exception()) is not None:
                admitted.set_exception(error)
            else:
                admitted.set_result(Admission(done.result().actor, token))

        joined.add_done_callback(admit)
        return admitted

    def rename(self, seat: str, name: str, channel: Channel = Channel.PHONE) -> Future[Receipt]:
        """Keep the name of the person on a seat, apart from the log; the log only tells that it changed."""
        cleaned = clean_name(name)
        command = Command("name", fields={"named": "yes"} if cleaned else {})
        return self.submit(command, Actor(seat, channel), also=lambda tx: tx.set_name(seat, cleaned))

    def speak(self, seat: str, lang: str) -> Future[Receipt]:
        """Change the language of the person on a seat."""
        return self.submit(Command("join", fields={"lang": lang}), Actor(seat, Channel.PHONE))

    def seat_of(self, token: str) -> str | None:
        """Return the seat that a secret token opens."""
        if not token or self._state.erased:
            return None
        key, known = token_hash(token), self._seats
        if key not in known and (seat := self.store.seat_of(key)):
            known[key] = seat
        return known.get(key)

    def _write_forever(self) -> None:
        while (request := self._requests.get()) is not None:
            batch = [request]
            with suppress(queue.Empty):
                while len(batch) < MOST_PER_COMMIT:
                    if (more := self._requests.get_nowait()) is None:
                        self._requests.put(None)
                        break
                    batch.append(more)
            self._write(batch)

    def _write(self, batch: list[Request]) -> None:
        try:
            with self._lock:
                outcomes, state = self._committed(batch)
                try:
                    self._advance(state)
                except StoreError as error:  # what was decided is recorded, so this is nobody's failure
                    logger.warning("the commands are recorded, but the store failed afterwards: %s", error)
        except Exception as error:  # noqa: BLE001 - whatever broke, everybody who waits must be told
            outcomes = [error] * len(batch)
        for request, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Receipt):
                request.answer.set_result(outcome)
            else:
                request.answer.set_exception(outcome)
        self._publish()

    def _committed(self, batch: list[Request]) -> tuple[list[Receipt | Exception], SessionState]:
        """Decide a batch in one commit; before a command that closes a secret poll, its ballot box is sealed.

        What came before that command is committed first, so that a ballot that arrived in time is in the box.
        """
        outcomes: list[Receipt | Exception] = []
        try:
            with self.store.writing() as tx:
                state = self._folded(tx.read)
                for request in batch:
                    outcome, state = self._decide(tx, state, request)
                    outcomes.append(outcome)
        except ballot_box.Unsealed as box:
            before = len(outcomes)
            earlier = self._committed(batch[:before])[0] if before else []
            ballot_box.seal(self.store, box.item)
            later, state = self._committed(batch[before:])
            return [*earlier, *later], state
        return outcomes, state

    def _decide(self, tx: Writing, state: SessionState, request: Request) -> tuple[Receipt | Exception, SessionState]:
        command, actor = request.command, request.actor
        try:
            request.check()
            if command.id and (known := tx.find(command.id)):
                if (known.actor, known.item) != (actor.signature, command.item):
                    raise Refused(Why.TAKEN, N_("This id was used by another command. Take a new one."), field="id")
                word = ballot_box.word(tx, command.item, actor.id)
                return Receipt(known.seq, repeated=True, actor=actor.id, word=word), state
            steps = request.steps(lambda step: tickets.bearing(tx, state, step, request.actor))
            actor = steps[-1][1]
            boxed, events, after = self._decided(tx, state, steps, command.id, actor)
        except ballot_box.Unsealed:
            raise
        except WorkshopError as refusal:
            return refusal, state
        except Exception as fault:  # noqa: BLE001 - an activity's fault is its caller's, not everybody's in the batch
            return fault, state
        tx.append(events)
        for event in events:
            if event.name == "item.closed":
                tx.destroy_box(event.item)
        words = [ballot_box.put(tx, command.item, ballot) for ballot in boxed]
        issued = [tickets.issued(tx, state, event) for event in events if event.name == TICKETS_ISSUED]
        if request.token_hash:
            tx.move_seat(actor.id, request.token_hash)
        if request.name:
            tx.set_name(actor.id, request.name)
        if request.also:
            request.also(tx)
        return Receipt(after.seq, actor=actor.id, word="".join(words), tickets=sum(issued, ())), after

    def _decided(
        self, tx: Writing, state: SessionState, steps: list[tuple[Command, Actor]], command_id: str, actor: Actor
    ) -> tuple[list[Boxed], list[Event], SessionState]:
        """Return the secret ballots and the entries that commands lead to together, and the state after them.

        Closing an item opens its ballot box.
        """
        command_id = command_id or secrets.token_hex(8)
        boxed: list[Boxed] = []
        planned: list[Fact] = []
        after = state
        for command, acting in steps:
            known = len(planned)
            for fact in self.rules.decide(after, command, acting):
                if isinstance(fact, Boxed):
                    ballot_box.must_take(tx, command.item)
                    boxed.append(fact)
                    continue
                planned.append(replace(fact, item=fact.item or command.item))
                if fact.name == "item.closed":
                    planned += ballot_box.opened(tx, fact.item)
            _, after = self._recorded(planned[known:], command_id, actor, after)
        events, after = self._recorded(planned, command_id, actor, state)  # now that it is known how many there are
        return boxed, events, after

    def _recorded(
        self, facts: list[Fact], command_id: str, actor: Actor, state: SessionState
    ) -> tuple[list[Event], SessionState]:
        """Return the entries for these facts; the last carries the command's id, those before it have a suffix."""
        events: list[Event] = []
        for left, fact in zip(range(len(facts) - 1, -1, -1), facts, strict=True):
            events.append(self._stamp(fact, f"{command_id}/{left}" if left else command_id, actor, state))
            state = self.rules.evolve(state, events[-1])
        return events, state

    def _stamp(self, fact: Fact, event_id: str, actor: Actor, before: SessionState) -> Event:
        event = Event(
            before.seq + 1,
            event_id,
            self._clock(),
            actor.signature,
            actor.channel,
            fact.item,
            fact.name,
            self._upcasts.schema(fact.name),
            fact.data,
        )
        return sealed(event, before.digest)

    # ── following ─────────────────────────────────────────────────────────────────────────────────────────────────

    def subscribe(self, callback: Callable[[SessionState], None]) -> Callable[[], None]:
        """Call `callback` with the state after every change, from a thread; returns the way to stop it."""
        with self._starting:
            self._subscribers.append(callback)
            self._start("follower", self._follow_forever)

        def unsubscribe() -> None:
            with self._starting, suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    def catch_up(self) -> SessionState:
        """Read what others appended and return the state."""
        with self._lock:
            self._advance(self._folded(self.store.read))
        return self._state

    def redact(self, entries: Iterable[int], actor: Actor) -> Receipt:
        """Empty the data of these entries for good; an entry of its own says so, and the chain still verifies."""
        wanted = sorted(set(entries))
        with self._lock:
            with self.store.writing() as tx:
                state = self._folded(tx.read)
                fact = Fact(REDACTED, {"entries": wanted})
                event = self._stamp(fact, secrets.token_hex(8), actor, state)
                tx.append([event])
                tx.redact(wanted)
            self.store.scrub()
            self.catch_up()
        self._publish()
        return Receipt(event.seq)

    def _folded(self, read: Callable[[int], list[Event]]) -> SessionState:
        """Return the state after what others appended; where something was redacted, after the whole log anew."""
        try:
            events, known = read(self._state.seq), self._state
            if any(event.name == REDACTED for event in events):
                events, known = read(0), SessionState()
            verified(events, known.seq, known.digest)
            return fold(self.rules, self._upcasts.lifted(events), known)
        except Exception:
            verified(read(0))  # an altered entry can break the fold anywhere; it is the one to be named
            raise

    def verify(self) -> tuple[int, str]:
        """Recompute the digest chain of the whole log; returns (entries, last digest) or raises `BrokenLog`."""
        return verified(self.store.read(0))

    def close(self) -> None:
        """Finish what is queued, stop following and close the store."""
        with self._starting:
            self._closed.set()
            self._requests.put(None)
        self.store.wake()
        for thread in tuple(self._threads.values()):
            if thread is not threading.current_thread():
                thread.join(timeout=5)
        self.store.close()

    def _follow_forever(self) -> None:
        behind = False
        while not self._closed.is_set():
            try:
                if self.store.wait(FOLLOW_TIMEOUT) or behind:
                    behind = True
                    self.catch_up()
                    behind = False
                    self._publish()
            except StoreError:
                if not self._closed.wait(FOLLOW_TIMEOUT):
                    continue
                return

    def _advance(self, state: SessionState) -> None:
        if state.naming != self._state.naming:
            self._names = self.store.names()
        if state.moves != self._state.moves:
            self._seats = {}  # a new one, so that who is looking a token up just now fills the old one
        self._state = state

    def _publish(self) -> None:
        state = self._state
        for callback in tuple(self._subscribers):
            try:
                callback(state)
            except Exception:
                logger.exception("a subscriber failed; the session goes on")

    def _start(self, name: str, target: Callable[[], None]) -> None:
        """Start a thread unless it runs already; the caller holds `_starting`."""
        if self._closed.is_set():
            raise StoreError(N_("This session has been closed."))
        if name not in self._threads:
            self._threads[name] = threading.Thread(target=target, name=f"workshop-{name}", daemon=True)
            self._threads[name].start()
