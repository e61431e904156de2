"""The shape of an activity, and the registry that holds the kinds that there are.

Nothing here knows any one kind. A kind is an object with the methods of `Activity` and any of `abilities.py`;
its page template `page.html` (and, for a plug-in, its `locale` folder) lies beside the module that defines it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.core.errors import N_, AgendaError, Refused
from workshop_kit.core.text import Localised, localised

if TYPE_CHECKING:
    from workshop_kit.core.document import AnyBlock
    from workshop_kit.core.event import Boxed, Channel, Event, Fact
    from workshop_kit.core.text import Text

FACILITATOR = "facilitator"
"""The actor of everything that is done with access to the log rather than with a seat."""

SIGNED = "/"
"""What stands between `FACILITATOR` and the pseudonym of a co-facilitator who acted as one."""

MOST = 10_000
"""The largest number that an agenda may set: dots, cards, places."""


class Option(Struct, frozen=True):
    """Something to choose: a factor, a role, an answer. `extra` is what the kind of activity makes of it."""

    id: str
    label: Localised
    extra: Mapping[str, Any] = {}

    @classmethod
    def read(cls, value: str | Mapping[str, Any], number: int) -> Option:
        """Read an option from an agenda: a plain string, or a table with `id` and the label per language."""
        if isinstance(value, str):
            return cls(f"o{number}", localised(value))
        label = value.get("label") or {lang: value[lang] for lang in ("de", "en") if lang in value}
        extra = {key: inner for key, inner in value.items() if key not in {"id", "label", "de", "en"}}
        return cls(str(value.get("id") or f"o{number}"), localised(label), extra)

    def wire(self) -> dict[str, Any]:
        """Return the option as plain data that `read` understands."""
        return {**self.extra, "id": self.id, "label": dict(self.label)}


class Spec(Struct, frozen=True):
    """One agenda item as planned. `minutes` is its timebox; `settings` is what its kind of activity reads."""

    id: str
    activity: str
    title: Localised
    prompt: Localised = {}
    minutes: int = 0
    settings: Mapping[str, Any] = {}

    def options(self, key: str = "options") -> tuple[Option, ...]:
        """Return the options listed under `key`, in their order, refusing a repeated id."""
        values = self.settings.get(key, ())
        if not isinstance(values, list | tuple) or not all(isinstance(value, str | Mapping) for value in values):
            raise AgendaError(
                N_('Item "{item}": "{key}" must be a list of texts, or of tables with id and a text per language.'),
                item=self.id,
                key=key,
            )
        found = tuple(Option.read(value, number) for number, value in enumerate(values, 1))
        ids = [option.id for option in found]
        for option_id in ids:
            if ids.count(option_id) > 1:
                raise AgendaError(
                    N_('Item "{item}": the id "{id}" stands twice under "{key}". Give each its own.'),
                    item=self.id,
                    id=option_id,
                    key=key,
                )
        return found

    def reworded(self, option_id: str, label: Localised) -> Spec:
        """Return the item with another wording of one of its options."""
        options = [
            (replace(option, label=label) if option.id == option_id else option).wire() for option in self.options()
        ]
        return replace(self, settings={**self.settings, "options": options}) if options else self

    def extended(self, option: Option) -> Spec:
        """Return the item with one more option, or as it is where it has that one."""
        options = self.options()
        if any(option.id == known.id for known in options):
            return self
        return replace(self, settings={**self.settings, "options": [known.wire() for known in (*options, option)]})

    def inner(self, spec_id: str, settings: Mapping[str, Any]) -> Spec:
        """Return an item that is a part of this one, with settings of its own: a question of a form."""
        return replace(self, id=spec_id, settings=settings)

    def whole(self, key: str, default: int, least: int = 1, most: int = MOST) -> int:
        """Return a setting that is a whole number from `least` to `most`, refusing anything else."""
        value: int = self.setting(key, default)
        if not least <= value <= most:
            raise AgendaError(
                N_('Item "{item}": "{key}" is {value}, expected: a whole number from {least} to {most}.'),
                item=self.id,
                key=key,
                value=value,
                least=least,
                most=most,
            )
        return value

    def setting(self, key: str, default: Any, allowed: Iterable[Any] | None = None) -> Any:
        """Return a setting, refusing a value of another type than the default's or one that is not allowed."""
        value = self.settings.get(key, default)
        choices = None if allowed is None else tuple(allowed)
        if (default is not None and type(value) is not type(default)) or (choices is not None and value not in choices):
            expected = ", ".join(filter(None, map(str, choices))) if choices is not None else type(default).__name__
            raise AgendaError(
                N_('Item "{item}": "{key}" is {value!r}, expected: {expected}.'),
                item=self.id,
                key=key,
                value=value,
                expected=expected,
            )
        return value


class Command(Struct, frozen=True):
    """A request that may be refused. `fields` are a form's, all strings; `id` is its idempotency key."""

    name: str
    item: str = ""
    fields: Mapping[str, str] = {}
    id: str = ""


class Entry(Struct, frozen=True):
    """A command read from a table; `lines` are the table's rows that it was made of, the head being line 1.

    `why` is set where the rows contradict each other, so that no command could say what they mean.
    """

    lines: tuple[int, ...]
    name: str
    fields: Mapping[str, str]
    why: Refused | None = None


class Actor(Struct, frozen=True):
    """Who asks: a seat's pseudonym or `FACILITATOR`. `named`, set by the session, tells whether a name is known.

    `bearer` is the seat of the ticket that came with the command, empty where none did: who joins with a ticket is its
    bearer, and the facilitator enters a ballot on paper for the bearer of its slip. `by` is the co-facilitator who acts
    as the facilitator, empty where it is the facilitator.
    """

    id: str
    channel: Channel
    named: bool = False
    bearer: str = ""
    by: str = ""

    @property
    def facilitates(self) -> bool:
        return self.id == FACILITATOR

    @property
    def signature(self) -> str:
        """The actor of the entries that this one's commands lead to."""
        return f"{self.id}{SIGNED}{self.by}" if self.by else self.id


class Audience(StrEnum):
    """For whom a view is made: everybody in the room at once, one seat, or the facilitator."""

    ROOM = "room"
    SEAT = "seat"
    FACILITATOR = "facilitator"


class Viewer(Struct, frozen=True):
    """Who looks. `results` tells whether results may be shown; `seats` is the number of people who joined.

    `before` is the state of the round before, where its result may be shown as well.
    """

    audience: Audience
    seat: str = ""
    results: bool = False
    open: bool = False
    seats: int = 0
    before: Any = None


class People(Protocol):
    """Names by seat; a seat without a name is shown by its number in the room.

    With an attribute `public` that is true, anybody may read what is written (`core.small_groups`).
    """

    def __call__(self, seat: str, text: Text) -> str: ...


class Person(Struct, frozen=True):
    """Stands in a row for the person on a seat; a face puts the name there."""

    seat: str


Row = Mapping[str, Any]
"""One tidy row: column to a number, a string, None, a `Person` or a `Localised` wording."""

State = TypeVar("State")


Told = Callable[[float], None]
"""Hears how much of some long work is done, from 0 to 1."""


def unheard(share: float) -> None:
    """Let nobody hear how far some work is."""


class Room(Struct, frozen=True):
    """Who is here (seats in the order of joining), and words from which a lot can be drawn and drawn again."""

    seats: tuple[str, ...]
    seed: str
    told: Told = unheard


class Activity(Protocol[State]):
    """A kind of work in a session. All methods are pure; the state is a frozen value."""

    name: str
    """The wire name, also the name in an agenda (`activity = "poll"`)."""

    columns: tuple[str, ...]
    """The columns of `rows`, in their order."""

    personal: frozenset[str]
    """The names of its events that hold a person's own words, which that person can have erased."""

    closed: str
    """What somebody who comes too late is told; a message key."""

    def initial(self, spec: Spec) -> State:
        """Return the state before anything happened. Raises `AgendaError` where the settings make no sense."""

    def decide(self, state: State, command: Command, actor: Actor) -> tuple[Fact | Boxed, ...]:
        """Return the facts that the command leads to (none if it changes nothing), or a secret ballot.

        Raises `Refused`.
        """

    def evolve(self, state: State, event: Event) -> State:
        """Return the state after a recorded event. Total: an event it does not know changes nothing."""

    def view(self, state: State, viewer: Viewer) -> object:
        """Return what this viewer may see, already redacted; the page template reads it as `view`."""

    def rows(self, state: State) -> Iterable[Row]:
        """Return the results as tidy rows."""

    def record(self, state: State, text: Text, people: People) -> Iterable[AnyBlock]:
        """Return its part of the minutes in the language of `text`."""

    def pending(self, state: State, text: Text, people: People) -> Iterable[str]:
        """Return what is left to do, one sentence each, for the open points of the minutes."""

    def offers(self, state: State) -> Iterable[Option]:
        """Return what a later item may take over (`options_from = "item:…"`), for example the ideas collected."""


class Registry(Mapping[str, "Activity[Any]"]):
    """The kinds of activity at hand, by name. A value that is passed along, never a global."""

    def __init__(self, activities: Iterable[Activity[Any]]) -> None:
        self._kinds = {kind.name: kind for kind in activities}

    def __getitem__(self, name: str) -> Activity[Any]:
        try:
            return self._kinds[name]
        except KeyError:
            raise AgendaError(
                N_('There is no activity "{name}". There are: {known}.'),
                name=name,
                known=", ".join(sorted(self._kinds)),
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __contains__(self, name: object) -> bool:
        return name in self._kinds
