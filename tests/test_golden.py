"""A session that was recorded once must verify, fold and make the same minutes with every later version of the kit.

`data/sessions/founding-v1.jsonl` is a simulated founding session with every kind of event of its time. It is never
changed; what later versions record differently goes into a file of its own. It was made by

    python -m tests.test_golden data/sessions/founding-v1.jsonl

when tickets could be issued but nobody had to show one; they came first then, and come last now.
"""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from workshop_kit import activities
from workshop_kit.activities.ideas.state import Place
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.errors import BrokenLog, StoreError
from workshop_kit.core.event import Channel
from workshop_kit.core.session import fold
from workshop_kit.core.state import Info, Phase, SessionState
from workshop_kit.library import data_rows, shipped, voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.sections import Minutes, in_public
from workshop_kit.store.codec import verified
from workshop_kit.store.jsonl import export_jsonl, import_jsonl
from workshop_kit.store.memory import MemoryStore
from workshop_kit.store.upcast import Upcasts

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "data" / "sessions" / "founding-v1.jsonl"
BEGAN = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
SEATS = tuple(f"s{number:02d}" for number in range(1, 13))
HOST = Actor(FACILITATOR, Channel.NOTEBOOK)

EVENTS = {
    "session.created", "session.address_announced", "session.entries_redacted", "session.locked", "session.unlocked",
    "session.tickets_issued", "seat.joined", "seat.language_chosen", "seat.named", "seat.removed", "item.opened",
    "item.closed", "item.revealed", "item.round_started", "item.timer_set", "item.box_opened", "ideas.idea_added",
    "ideas.idea_liked", "ideas.idea_unliked", "ideas.idea_withdrawn", "ideas.idea_hidden", "ideas.idea_shown",
    "ideas.idea_assigned", "ideas.idea_merged", "poll.ballot_cast", "poll.ballot_superseded",
    "poll.room_votes_counted", "poll.took_part", "roles.role_taken", "roles.role_confirmed", "roles.role_released",
}  # fmt: skip
"""Every kind of event there was when the session was recorded."""


# ── the recording ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Recorder:
    """Plays the session in memory: twelve simulated people, and a clock that moves on four seconds at each command."""

    def __init__(self) -> None:
        registry = activities.installed()
        document = tomllib.loads((shipped("facilitation") / "success-factors" / "agenda.toml").read_text("utf-8"))
        document["item"] += [
            {
                "id": "speaker",
                "activity": "poll",
                "rule": "choice",
                "openness": "secret",
                "receipts": True,
                "title": {"de": "Sprecherin oder Sprecher", "en": "Speaker"},
                "options": [{"id": "one", "de": "Vorschlag A", "en": "Proposal A"}, {"id": "two", "label": "B"}],
            },
            {"id": "later", "activity": "info", "title": {"de": "Nicht mehr geschafft", "en": "Not reached"}},
        ]
        info = Info("Was Netzwerke vor Ort stark macht", "KLMNP", "Köln (Simulation)", lang="de", simulated=True)
        self._ids, self._seconds = count(1), count(0, 4)
        agenda = read_agenda(document, registry, data_rows)
        self.live = LiveSession.create(MemoryStore(), registry, agenda, info, clock=self._clock)

    def _clock(self) -> datetime:
        return BEGAN + timedelta(seconds=next(self._seconds))

    def act(self, actor, name, item="", **fields):
        written = {key.replace("__", "."): str(value) for key, value in fields.items()}
        return self.live.submit(Command(name, item, written, f"c{next(self._ids)}"), actor).result()

    def host(self, name, item="", channel=Channel.NOTEBOOK, **fields):
        return self.act(Actor(FACILITATOR, channel), name, item, **fields)

    def person(self, number, name, item="", **fields):
        return self.act(Actor(SEATS[number], Channel.PHONE), name, item, **fields)

    def play(self) -> None:
        self.host("announce", url="http://192.0.2.7:8480")
        for number in range(12):
            self.person(number, "join", lang="en" if number == 4 else "de")
        self.person(5, "join", lang="en")
        self.host("lock")
        self.host("unlock")
        for number in (0, 2, 3):
            self.person(number, "name", named="yes")
        self.host("open", "welcome")
        self._collect()
        self._weigh()
        self._find_gaps()
        self._sort()
        self._take_roles()
        self._close()

    def _collect(self) -> None:
        self.host("open", "experiences")
        self.host("timer", "experiences", seconds=300)
        for number, row in enumerate(data_rows("raw_collection")):
            self.person(number % 12, "add", "experiences", text=row["de"])
        unkind = self.person(11, "add", "experiences", text="Etwas, das hier nicht stehen bleiben soll")
        self.person(11, "add", "experiences", text="Doppelt geschrieben")
        self.person(11, "withdraw", "experiences", idea="i23")
        for number in range(1, 5):
            self.person(number, "like", "experiences", idea="i3")
        self.person(4, "unlike", "experiences", idea="i3")
        self.host("hide", "experiences", idea="i22", reason="Gehört nicht hierher")
        self.host("hide", "experiences", idea="i5", reason="Aus Versehen")
        self.host("show", "experiences", idea="i5")
        self.live.redact([unkind.seq], HOST)
        self.host("close", "experiences")

    def _weigh(self) -> None:
        self.host("open", "factors")
        factors = [option.id for option in self.live.state.items["factors"].spec.options()]
        for number in range(10):
            first, second = factors[number % 4], factors[(number * 5 + 2) % 12]
            spread = {f"value__{first}": 3} if first == second else {f"value__{first}": 2, f"value__{second}": 1}
            self.person(number, "cast", "factors", **spread)
        self.person(3, "cast", "factors", value__office=3, rev=7)
        self.person(3, "cast", "factors", value__place=3, rev=6)
        self.host("cast", "factors", Channel.PAPER, ballot=1, value__needs=2, value__place=1)
        self.host("cast", "factors", Channel.PAPER, ballot=2, value__recognition=3)
        self.host("room-votes", "factors", Channel.HANDS, value__place=3, value__goal=2, voters=4)
        self.host("reveal", "factors")

    def _find_gaps(self) -> None:
        self.host("open", "missing")
        self.person(6, "add", "missing", text="Zeit, damit Vertrauen wachsen kann", factor="ties")
        self.host("add", "missing", Channel.PAPER, text="Junge Leute von Anfang an beteiligen")
        self.host("close", "missing")

    def _sort(self) -> None:
        self.host("open", "sort")
        factors = {row["de"]: row["factor"] for row in data_rows("raw_collection")}
        for idea in self.live.state.items["sort"].state.ordered(*Place):
            if factor := factors.get(next(iter(idea.label.values()))):
                self.host("assign", "sort", idea=idea.id, factor=factor)
        self.host("assign", "sort", idea="i1", factor="")
        self.host("merge", "sort", idea="i7", into="i6")
        self.host("close", "sort")

    def _take_roles(self) -> None:
        self.host("open", "roles")
        self.person(0, "take", "roles", role="coordination", confirm="yes")
        self.person(1, "take", "roles", role="room")
        self.person(2, "take", "roles", role="room")
        self.person(2, "confirm", "roles", role="room")
        self.person(3, "take", "roles", role="minutes")
        self.person(3, "release", "roles", role="minutes")
        self.person(7, "take", "roles", role="outreach")
        self.host("close", "roles")

    def _close(self) -> None:
        self.host("open", "closing")
        for number in range(8):
            self.person(number, "cast", "closing", choice=f"m{1 + number % 3}")
        self.host("next-round", "closing")
        for number in range(6):
            self.person(number, "cast", "closing", choice="m1")
        self.host("close", "closing")
        self.host("open", "speaker")
        for number in range(7):
            self.person(number, "cast", "speaker", choice="one" if number % 3 else "two")
        self.person(11, "cast", "speaker", choice="one")
        self.host("remove", seat=SEATS[11])
        self.host("close", "speaker")
        self.host("issue-tickets", count=20)


# ── the replay ────────────────────────────────────────────────────────────────────────────────────────────────────────


def lines():
    return GOLDEN.read_text("utf-8").splitlines(keepends=True)


@pytest.fixture(scope="module")
def log():
    return import_jsonl(lines())


@pytest.fixture(scope="module")
def golden(log):
    """The recorded session, opened as any other."""
    store = MemoryStore()
    with store.writing() as tx:
        tx.append(log)
    session = LiveSession(store, activities.installed())
    yield session
    session.close()


def test_the_recording_verifies(log):
    assert verified(log) == (145, "0a2b07182cb14767c488922822e87f6db164f588195a33f8873262583e9ecc42")


def test_it_holds_every_kind_of_event_of_its_time(log):
    assert {event.name for event in log} == EVENTS
    assert {event.channel for event in log} == set(Channel)


def test_it_folds_to_the_recorded_session(golden, log):
    state = golden.state
    assert state == fold(golden.rules, Upcasts.of(golden.rules.registry).lifted(log), SessionState())
    assert (state.info.simulated, state.info.code, state.address) == (True, "KLMNP", "http://192.0.2.7:8480")
    assert (len(state.seats), state.tickets, state.locked) == (12, 20, False)
    assert (state.seats["s12"].removed, state.seats["s06"].lang, state.seats["s01"].named) == (True, "en", True)
    assert state.began_at == BEGAN
    assert {item.spec.id: (item.phase, item.round) for item in state.items.values()} == {
        "welcome": (Phase.CLOSED, 1),
        "experiences": (Phase.CLOSED, 1),
        "factors": (Phase.CLOSED, 1),
        "missing": (Phase.CLOSED, 1),
        "sort": (Phase.CLOSED, 1),
        "roles": (Phase.CLOSED, 1),
        "closing": (Phase.CLOSED, 2),
        "speaker": (Phase.CLOSED, 1),
        "later": (Phase.PLANNED, 1),
    }


def tally(golden, item):
    found = golden.state.items[item].state.tally
    return {line.option: line.score for line in found.lines if line.score}, found.voters


def places(golden, item):
    ideas = golden.state.items[item].state.ideas.values()
    return {idea.id: (idea.place.value, idea.into or idea.factor) for idea in ideas}


def test_the_votes_are_counted_as_recorded(golden):
    dots = {"place": 11, "office": 10, "ties": 5, "recognition": 4, "staff": 3, "goal": 2, "needs": 2}
    assert tally(golden, "factors") == (dots | dict.fromkeys(("structure", "funding", "lessons", "stories"), 1), 16)
    assert tally(golden, "closing") == ({"m1": 6}, 6)
    assert tally(golden, "speaker") == ({"one": 5, "two": 3}, 8)
    (first_round,) = golden.state.items["closing"].past
    assert {line.option: line.score for line in first_round.tally.lines if line.score} == {"m1": 3, "m2": 3, "m3": 2}
    assert golden.state.items["factors"].state.superseded == 1
    assert len(golden.state.items["speaker"].receipts[1]) == 8


def test_the_cards_are_in_the_recorded_places(golden):
    wall = {f"i{number}": ("unassigned", "") for number in range(1, 22)}
    assert places(golden, "experiences") == wall | {"i23": ("withdrawn", "")}, "i22 was emptied for good"
    assert places(golden, "missing") == {"i1": ("assigned", "ties"), "i2": ("unassigned", "")}
    sorted_to = {
        2: "place", 3: "funding", 4: "office", 5: "goal", 6: "staff", 8: "structure", 9: "structure", 11: "needs",
        12: "ties", 13: "recognition", 14: "field", 15: "ties", 16: "needs", 17: "needs", 18: "lessons", 19: "lessons",
        20: "recognition", 21: "stories",
    }  # fmt: skip
    assigned = {f"i{number}": ("assigned", factor) for number, factor in sorted_to.items()}
    assert places(golden, "sort") == wall | assigned | {"i7": ("merged", "i6")}
    assert sorted(golden.state.items["experiences"].state.ideas["i3"].likes) == ["s02", "s03", "s04"]


def test_the_roles_are_with_the_recorded_people(golden):
    roles = golden.state.items["roles"].state
    assert {role.id: roles.held(role.id) for role in roles.roles} == {
        "coordination": [("s01", "confirmed")],
        "room": [("s02", "reserved"), ("s03", "confirmed")],
        "minutes": [],
        "outreach": [("s08", "reserved")],
        "list": [],
    }


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("public", [True, False])
def test_the_minutes_of_the_recording_are_made(golden, lang, public):
    people = in_public(golden.people, golden.state) if public else golden.people
    minutes = Minutes(golden.rules, golden.state, voice(lang, golden.rules.registry.values()), people)
    sections = {section.id: section for section in minutes.sections()}
    assert {f"item-{item}" for item in golden.state.items} < set(sections)
    assert all(section.blocks for section in sections.values())
    assert golden.state.digest in str(sections["provenance"])
    assert minutes.meta().simulated
    assert "nicht stehen bleiben" not in str(sections)


# ── text and log ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_log_is_written_as_it_was_read(log):
    assert list(export_jsonl(log)) == lines()
    assert import_jsonl(export_jsonl(log)) == log


def test_a_line_is_canonical_json(log):
    line = lines()[1]
    assert line.startswith('{"actor":"facilitator","at":"2026-11-23T13:00:04.000000Z","channel":"notebook","data":{')
    assert line.endswith("}\n")


@pytest.mark.parametrize("line", ["", "{", "[]", "{}", '{"seq":1}', "null", "\ud800"])
def test_a_line_that_is_no_entry_is_told(line):
    with pytest.raises(StoreError, match="Line 3 "):
        import_jsonl([*lines()[:2], line])


@pytest.mark.parametrize("number", [0, 40, -2])
def test_an_altered_line_is_found(number):
    altered = lines()
    altered[number] = altered[number].replace('"actor":"', '"actor":"x')
    with pytest.raises(BrokenLog):
        verified(import_jsonl(altered))


def test_the_session_can_be_played_again_today():
    recorder = Recorder()
    recorder.play()
    again = recorder.live.store.read()
    recorder.live.close()
    assert verified(again)[0] == len(again)
    assert {event.name for event in again} >= EVENTS


if __name__ == "__main__":
    recording = Recorder()
    recording.play()
    with Path(sys.argv[1]).open("x", encoding="utf-8", newline="\n") as file:
        file.writelines(export_jsonl(recording.live.store.read()))
    recording.live.close()
