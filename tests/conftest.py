"""What every test needs: the kinds of activity, a clock that stands still, builders of agendas and sessions."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from pkgutil import iter_modules

import pytest
from hypothesis import HealthCheck, settings

from workshop_kit import activities
from workshop_kit.core.activity import FACILITATOR, Actor, Audience, Command, Registry
from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.errors import Refused
from workshop_kit.core.event import Channel, Event
from workshop_kit.core.session import SessionRules, created
from workshop_kit.core.state import Info, SessionState
from workshop_kit.live import LiveSession
from workshop_kit.store.codec import sealed
from workshop_kit.store.memory import MemoryStore

settings.register_profile("kit", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
SESSION = Info("A first meeting", "KLMNP", place="Library", lang="en")

WELCOME = {"id": "welcome", "activity": "info", "points": ["Nobody needs an account."], "minutes": 5}
CARDS = {"id": "cards", "activity": "ideas", "factors": ["Place", "People"], "limit": 3}
DOTS = {"id": "dots", "activity": "poll", "rule": "dots", "options": ["Place", "People", "Money"]}
MOOD = {"id": "mood", "activity": "poll", "rule": "mood"}
BOARD = {"id": "board", "activity": "roles", "options": [{"id": "host", "label": "Host", "places": 2}, "Note-taker"]}
ONE_OF_EACH = (WELCOME, CARDS, DOTS, BOARD, MOOD)


class FrozenClock:
    """Shows the same moment until somebody moves it on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Room:
    """A session without store and threads: what commands lead to is recorded in `log` and folded into `state`."""

    def __init__(self, rules: SessionRules, agenda, seats=("ada", "ben", "cem")) -> None:
        self.rules = rules
        self.clock = FrozenClock()
        self.log: list[Event] = []
        self.state = SessionState()
        self._ids = count(1)
        self._record(created(SESSION, agenda), Command("create"), Actor(FACILITATOR, Channel.NOTEBOOK))
        self.join(*seats)

    def join(self, *seats: str) -> None:
        for seat in seats:
            self.do("join", by=seat)

    def do(self, name, item="", /, *, by=FACILITATOR, channel=None, bearer="", **fields):
        """Carry out a command and return the facts that it led to; raises `Refused`."""
        channel = channel or (Channel.NOTEBOOK if by == FACILITATOR else Channel.PHONE)
        command, actor = Command(name, item, fields), Actor(by, channel, bearer=bearer)
        if self.rules.prepares(self.state, command, actor):
            command = self.rules.prepared(self.state, command)
        facts = self.rules.decide(self.state, command, actor)
        for fact in facts:
            self._record(fact, command, actor)
        return facts

    def cast(self, item, by=FACILITATOR, /, channel=None, *, rev=None, slip=None, **numbers):
        """Hand in a ballot: `numbers` per option; `slip` numbers one on paper."""
        fields = {f"value.{option}": str(number) for option, number in numbers.items()}
        fields |= {key: str(value) for key, value in (("rev", rev), ("ballot", slip)) if value is not None}
        return self.do("cast", item, by=by, channel=channel, **fields)

    def record(self, name, item="", /, actor=FACILITATOR, **data) -> None:
        """Put an event into the log as another version of the kit might have written it."""
        self._append(Event(0, "", self.clock(), actor, Channel.NOTEBOOK, item, name, 1, data, ""))

    def inside(self, item):
        """Return the state of an item's activity."""
        return self.state.items[item].state

    def view(self, item, audience=Audience.ROOM, seat=""):
        """Return what somebody sees of an item."""
        viewer = self.rules.viewer(self.state, self.state.items[item], audience, seat)
        return self.activity(item).view(self.inside(item), viewer)

    def activity(self, item):
        return self.rules.activity(self.state.items[item])

    def _record(self, fact, command, actor) -> None:
        item = fact.item or command.item
        self._append(Event(0, "", self.clock(), actor.id, actor.channel, item, fact.name, 1, fact.data, ""))

    def _append(self, event: Event) -> None:
        event = Event(
            self.state.seq + 1, f"c{next(self._ids)}", *(getattr(event, f) for f in event.__struct_fields__[2:])
        )
        self.log.append(sealed(event, self.state.digest))
        self.state = self.rules.evolve(self.state, self.log[-1])


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Return all kinds of activity that the kit has, also where the package was installed before they came."""
    kinds = [module.name for module in iter_modules(activities.__path__)]
    return Registry(import_module(f"workshop_kit.activities.{name}").ACTIVITY for name in kinds)


@pytest.fixture(scope="session")
def rules(registry) -> SessionRules:
    return SessionRules(registry)


@pytest.fixture(scope="session")
def agenda(registry):
    """Build an agenda of the given items, or with one item of each kind; `data` holds the data sets it may name."""

    def build(*items, data=None, kinds=registry, **head):
        return read_agenda({**head, "item": list(items or ONE_OF_EACH)}, kinds, (data or {}).__getitem__)

    return build


@pytest.fixture(scope="session")
def room(rules, agenda):
    """Build a `Room` in which ada, ben and cem sit, and open its first item."""

    def build(*items, opened=True, seats=("ada", "ben", "cem"), **agenda_options):
        made = Room(rules, agenda(*items, **agenda_options), seats)
        if opened:
            made.do("open", made.state.agenda.items[0].id)
        return made

    return build


@pytest.fixture(scope="session")
def assert_refused():
    """Expect a refusal for this reason, blaming this field."""

    @contextmanager
    def expect(why, field=None):
        with pytest.raises(Refused) as caught:
            yield caught
        assert (caught.value.why, caught.value.field) == (why, field)
        assert str(caught.value), "a refusal says what to do"

    return expect


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def live(registry, agenda, clock):
    """Begin sessions in a store (in memory unless given) and close them after the test."""
    begun: list[LiveSession] = []

    def begin(*items, store=None, kinds=registry):
        session = LiveSession.create(store or MemoryStore(), kinds, agenda(*items, kinds=kinds), SESSION, clock=clock)
        begun.append(session)
        return session

    yield begin
    for session in begun:
        session.close()
