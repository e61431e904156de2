"""The shape of an activity, and the registry that holds the kinds that there are.

Nothing here knows any one kind. A kind is an object with the methods of `Activity`; its page template `page.html` (and,
for a plug-in, its `locale` folder) lies beside the module that defines it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
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
            expected = ", ".join(map(str, choices)) if choices is not None else type(default).__name__
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
    bearer, and the facilitator enters a ballot on paper for the bearer of its slip.
    """

    id: str
    channel: Channel
    named: bool = False
    bearer: str = ""

    @property
    def facilitates(self) -> bool:
        return self.id == FACILITATOR


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


class ReadsTables(Protocol):
    """What a kind of activity may have beside: it can be filled from a table (`workshop import`)."""

    def entries(self, state: Any, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
        """Return the commands that a table's rows stand for. Raises `Refused` where its columns are not known."""


class TakesAnswers(Protocol):
    """What a kind of activity may have beside: where people have answered, opening a step again takes a reason."""

    def answered(self, state: Any) -> bool:
        """Return whether somebody has answered in this round."""


class ComparesRounds(Protocol):
    """What a kind of activity may have beside: its rounds are put side by side in the minutes."""

    def compared(self, states: Sequence[Any], text: Text, people: People) -> Iterable[AnyBlock]:
        """Return what the rounds, the last one included, say when they are compared; nothing if they cannot be."""


class TellsEntries(Protocol):
    """What a kind of activity may have beside: what its entries mean to the person whom they are about."""

    said: Mapping[str, str]
    """A few words (a message key) per name of an event."""


class OffersChoices(Protocol):
    """What a kind of activity may have beside: what people can act upon changes with what others do.

    Their own part of the page is made anew then, less often the more pages there are.
    """

    def choices(self, state: Any) -> Hashable:
        """Return what everybody's own part depends on, beside what that person did."""


class TakesOver(Protocol):
    """What a kind of activity may have beside: in the room it can take over what another step brought."""

    def takes(self, state: Any) -> str:
        """Return the setting that this would fill ("options"), empty where this item takes nothing."""


class OffersKinds(Protocol):
    """What a kind of activity may have beside: it can pass on one thing or another; `offers` takes a key of these."""

    offered: Mapping[str, str]
    """A few words (a message key) for each, the first being what it passes on to a step of its own kind."""


class LeavesSomething(Protocol):
    """What a kind of activity may have beside: not all that it has goes on to a step of its own kind."""

    def stayed(self, state: Any, text: Text, people: People) -> Iterable[AnyBlock]:
        """Return the part of `record` that no later step tells."""


class CarriesOver(Protocol):
    """What a kind of activity may have beside: what is left to do goes on in the next session of a series.

    An item of that kind finds it there in its setting `carried`, each mapping with `session` (a title) and `day` added.
    """

    def carries(self, state: Any) -> Iterable[Mapping[str, str]]:
        """Return what is left, as the setting takes it; the value of `person` is the seat of somebody."""


class SumsUp(Protocol):
    """What a kind of activity may have beside: it says in a sentence or two what came of a round."""

    def gist(self, state: Any, text: Text, people: People) -> Iterable[str]:
        """Return sentences, the most important first; nothing where nothing came of it."""


class TellsItsCourse(Protocol):
    """What a kind of activity may have beside: it tells what people did, for minutes that tell the course."""

    def course(self, events: Sequence[Event], state: Any, text: Text, people: People) -> Iterable[str]:
        """Return sentences about its own entries among these, which belong to one round and stand close together.

        `state` is that of the round as it was left, so that wordings can be told.
        """


class RaisesDoubts(Protocol):
    """What a kind of activity may have beside: what a careful reader would ask about a round, before minutes go out."""

    def doubts(self, state: Any, text: Text) -> Iterable[str]:
        """Return a sentence for each thing that is missing or odd; they never stand in the minutes."""


class KeepsBack(Protocol):
    """What a kind of activity may have beside: a result that must not be told to these readers."""

    def withheld(self, state: Any, people: People) -> bool:
        """Return whether the result of a round is kept back, since so few people stand behind it."""


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
