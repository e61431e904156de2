"""Entries of an earlier schema are lifted before they are folded; what was stored and its digests stay as they are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from workshop_kit.activities.info import Info as ReadingKind
from workshop_kit.core.activity import FACILITATOR, Actor, Command, Registry
from workshop_kit.core.errors import BrokenLog, StoreError
from workshop_kit.core.event import REDACTED, Channel, Event, Fact
from workshop_kit.live import LiveSession
from workshop_kit.store.codec import sealed, verified
from workshop_kit.store.memory import MemoryStore
from workshop_kit.store.upcast import Upcasts

PATIENCE = 5.0
HOST = Actor(FACILITATOR, Channel.NOTEBOOK)


class Bell(ReadingKind):
    """An activity of somebody else, whose event once said how often in words, then as "n", and today as "times"."""

    name = "bell"

    @property
    def upcasts(self):
        return {
            ("bell.rung", 1): lambda event: {"n": {"once": 1, "twice": 2}[event.data["how_often"]]},
            ("bell.rung", 2): lambda event: {"times": event.data["n"]},
        }

    def initial(self, spec):
        return ()

    def decide(self, state, command, actor):
        return (Fact("bell.rung", {"times": 3}),)

    def evolve(self, state, event):
        return (*state, event.data["times"]) if event.name == "bell.rung" else state


@pytest.fixture
def kinds(registry):
    return Registry([*registry.values(), Bell()])


@pytest.fixture
def store(live, kinds):
    """The log of a session in which an earlier version rang the bell, twice in its first form and once in its next."""
    session = live({"id": "bell", "activity": "bell"}, kinds=kinds)
    session.do("open", "bell")
    append(session.store, ("bell.rung", 1, {"how_often": "twice"}), ("bell.rung", 1, {"how_often": "once"}))
    append(session.store, ("bell.rung", 2, {"n": 7}))
    return session.store


def append(store, *facts):
    with store.writing() as tx:
        for name, schema, data in facts:
            last = tx.read(0)[-1]
            event = Event(last.seq + 1, f"{last.seq}", last.at, "s1", Channel.PHONE, "bell", name, schema, data, "")
            tx.append([sealed(event, last.digest)])


def rung(session):
    return session.state.items["bell"].state


def test_entries_of_every_earlier_schema_are_lifted_before_the_fold(store, kinds):
    session = LiveSession(store, kinds)
    assert rung(session) == (2, 1, 7)
    assert session.verify() == (session.state.seq, session.state.digest)


def test_what_is_stored_stays_as_it_was_written(store, kinds):
    before = store.read()
    LiveSession(store, kinds)
    assert store.read() == before
    assert [event.schema for event in before if event.name == "bell.rung"] == [1, 1, 2]
    verified(before)


def test_what_is_written_today_has_the_newest_schema(store, kinds):
    session = LiveSession(store, kinds)
    session.submit(Command("ring", "bell"), HOST).result(PATIENCE)
    last = store.read()[-1]
    assert (last.schema, dict(last.data)) == (3, {"times": 3})
    assert rung(session) == (2, 1, 7, 3)
    session.close()


def test_what_another_process_appends_is_lifted_too(store, kinds):
    session = LiveSession(store, kinds)
    append(store, ("bell.rung", 1, {"how_often": "once"}))
    session.catch_up()
    assert rung(session) == (2, 1, 7, 1)


def test_an_emptied_entry_is_not_lifted(store, kinds):
    session = LiveSession(store, kinds)
    (first, *_others) = (event.seq for event in store.read() if event.name == "bell.rung")
    session.redact([first], HOST)
    assert rung(LiveSession(store, kinds)) == (1, 7)
    assert session.verify()[0] == session.state.seq


@pytest.mark.parametrize(("name", "schema"), [("bell.rung", 4), ("seat.joined", 2), ("session.locked", 9)])
def test_an_entry_of_a_newer_version_says_to_update_and_still_verifies(store, kinds, name, schema):
    append(store, (name, schema, {"what": "nobody knows yet"}))
    with pytest.raises(StoreError, match=rf"{name}.*newer version of workshop-kit\. Update"):
        LiveSession(store, kinds)
    assert verified(store.read())[0] == len(store.read())


def test_while_a_newer_version_writes_an_older_one_says_so_and_loses_nothing(store, kinds):
    session = LiveSession(store, kinds)
    append(store, ("bell.rung", 4, {"what": "nobody knows yet"}))
    before = store.read()
    with pytest.raises(StoreError, match="newer version"):
        session.submit(Command("ring", "bell"), HOST).result(PATIENCE)
    assert store.read() == before
    session.close()


def test_an_altered_entry_that_breaks_the_fold_is_named(store, kinds):
    altered = MemoryStore()
    log = store.read()
    at = next(index for index, event in enumerate(log) if event.name == "bell.rung")
    log[at] = replace(log[at], data={"how_often": "for ever"})
    with altered.writing() as tx:
        tx.append(log)
    with pytest.raises(BrokenLog) as caught:
        LiveSession(altered, kinds)
    assert caught.value.seq == log[at].seq


def test_the_kits_own_events_are_all_of_the_first_schema_today(registry):
    upcasts = Upcasts.of(registry)
    assert {upcasts.schema(name) for name in ("session.created", "poll.ballot_cast", REDACTED, "of.somebody_else")} == {
        1
    }


def test_a_step_changes_the_data_and_nothing_else():
    event = Event(1, "a", None, "s1", Channel.PHONE, "x", "a.done", 1, {"old": 1}, "digest", "data digest")
    (lifted,) = Upcasts({("a.done", 1): lambda event: {"new": event.data["old"]}}).lifted([event])
    assert lifted == replace(event, data={"new": 1}, schema=2)


def test_kinds_of_activity_without_steps_are_no_trouble():
    plain = SimpleNamespace(values=lambda: [object()])
    assert Upcasts.of(plain).schema("a.done") == 1
