"""What a kind of activity may have beside the methods of `Activity`: each for something the rest of the kit does.

A kind has what its object has; nothing is declared. Who asks does so by the name of the method or attribute.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command, Entry, People, Room, Spec
    from workshop_kit.core.document import AnyBlock
    from workshop_kit.core.event import Event, Fact
    from workshop_kit.core.text import Text


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


class OutlastsClosing(Protocol):
    """What a kind of activity may have beside: people can still send some commands when the step is closed.

    They can until the minutes are final; a draft that is before the room is withdrawn then, as it may tell otherwise.
    The page's macro `lasting` holds the forms for it, which a phone shows beside what is kept of the person.
    """

    lasting: frozenset[str]
    """The names of these commands."""

    def one_round(self, state: Any) -> bool:
        """Return whether a new round must not begin, since these commands would not reach what the last one holds."""


class CompletesSpecs(Protocol):
    """What a kind of activity may have beside: an agenda leaves out what goes without saying, and it is put in."""

    def completed(self, spec: Spec) -> Spec:
        """Return the item as the session is to hold it."""


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


class PreparesCommands(Protocol):
    """What a kind of activity may have beside: it works out a facilitator's command before that waits for the log.

    What takes long, needs a lot or asks who is here is done here, outside of the store's lock; `decide` checks it.
    """

    def prepared(self, state: Any, command: Command, room: Room) -> Command:
        """Return the command with what was worked out, or as it is. Raises `Refused`."""


class WelcomesLatecomers(Protocol):
    """What a kind of activity may have beside: somebody who joins while it is open gets a place in it at once."""

    def welcomes(self, state: Any, seat: str) -> Iterable[Fact]:
        """Return the facts that joining leads to in its step."""


class SetsItsTime(Protocol):
    """What a kind of activity may have beside: when it begins, another time runs than the whole step has."""

    def seconds(self, state: Any) -> int:
        """Return the seconds that run from the opening on, 0 for the step's own."""


class LeadsThroughParts(Protocol):
    """What a kind of activity may have beside: a rehearsal of it needs a facilitator within the step."""

    acts: Sequence[tuple[str, str]]
    """The facilitator's commands in their order, each with the id of what a phone shows after it."""


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
