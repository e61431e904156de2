"""Information: a question or a few points to read; nothing to hand in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from workshop_kit.core.activity import Option, Row, Spec, Viewer
from workshop_kit.core.document import AnyBlock, Bullets
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.text import Localised, localised

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.event import Event, Fact
    from workshop_kit.core.text import Text


class InfoState(Struct, frozen=True):
    """The points to read."""

    points: tuple[Localised, ...]


class InfoView(Struct, frozen=True):
    """The points, and how many people are in the room."""

    points: tuple[Localised, ...]
    seats: int


class Info:
    """The activity "info"."""

    name = "info"
    columns = ("point",)
    personal: frozenset[str] = frozenset()
    closed = N_("There is nothing to hand in here.")

    def initial(self, spec: Spec) -> InfoState:
        points: list[Any] = spec.setting("points", [])
        if not all(isinstance(point, str | Mapping) for point in points):
            raise AgendaError(
                N_('Item "{item}": "points" must be a list of texts, or of tables with a text per language.'),
                item=spec.id,
            )
        return InfoState(tuple(localised(point) for point in points))

    def decide(self, state: InfoState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        raise Refused(Why.UNKNOWN, self.closed)

    def evolve(self, state: InfoState, event: Event) -> InfoState:
        return state

    def view(self, state: InfoState, viewer: Viewer) -> InfoView:
        return InfoView(state.points, viewer.seats)

    def rows(self, state: InfoState) -> Iterable[Row]:
        return ({"point": point} for point in state.points)

    def record(self, state: InfoState, text: Text, people: People) -> Iterable[AnyBlock]:
        if state.points:
            yield Bullets(tuple(text.pick(point) for point in state.points))

    def pending(self, state: InfoState, text: Text, people: People) -> Iterable[str]:
        return ()

    def offers(self, state: InfoState) -> Iterable[Option]:
        return ()


ACTIVITY = Info()
