"""Lifts entries that an earlier version of the kit wrote to the form that today's rules read, and checks that form.

A stored entry never changes. When the data of an event is to have another form, its schema rises by one and a step
from the schema before is added here, or in the activity whose event it is. A log is lifted after it was read and before
it is folded; digests are computed over what was stored, so every log still verifies.

>>> steps = Upcasts({("seat.joined", 1): lambda event: {"lang": event.data["language"]}})
>>> steps.schema("seat.joined"), steps.schema("seat.named")
(2, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from workshop_kit.core.activity import Registry
from workshop_kit.core.errors import N_, StoreError, UnusableEntry
from workshop_kit.core.event import Data, Event
from workshop_kit.core.shapes import SESSION_SHAPES, Shapes

FIRST_SCHEMA = 1
"""The schema with which every event's data began."""

Step = Callable[[Event], Data]
"""Returns the data of the next schema for an entry; pure, and never empty for an entry that says something."""

Steps = Mapping[tuple[str, int], Step]
"""Steps by the name of the event and the schema they start from."""

SESSION_STEPS: Steps = {}
"""The steps of the session's own events. There are none yet: every event is of its first schema."""


class Upcasts:
    """Knows the newest schema of every event, the way there, and the shape of its data."""

    def __init__(self, steps: Steps, shapes: Shapes | None = None) -> None:
        self._steps = steps
        self._shapes = shapes or {}
        self._newest = dict.fromkeys((name for name, _ in steps), FIRST_SCHEMA)
        for name, schema in steps:
            self._newest[name] = max(self._newest[name], schema + 1)

    @classmethod
    def of(cls, registry: Registry) -> Upcasts:
        """Return the session's own steps and shapes with those of the kinds that have `upcasts` or `shapes`."""
        steps, shapes = dict(SESSION_STEPS), dict(SESSION_SHAPES)
        for kind in registry.values():
            steps |= getattr(kind, "upcasts", {})
            shapes |= getattr(kind, "shapes", {})
        return cls(steps, shapes)

    def schema(self, name: str) -> int:
        """Return the schema in which an event of this name is written today."""
        return self._newest.get(name, FIRST_SCHEMA)

    def lifted(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield the entries in today's form.

        Raises `StoreError` at one of a schema that is not known yet, or whose data has not the shape of its schema.
        """
        for event in events:
            lifted = event if event.schema == self.schema(event.name) else self._lift(event)
            self._check(lifted)
            yield lifted

    def _check(self, event: Event) -> None:
        shape = self._shapes.get(event.name)
        if shape is None or event.redacted:
            return
        try:
            msgspec.convert(event.data, shape)
        except msgspec.ValidationError as error:
            raise UnusableEntry(event.seq, event.name, error) from error

    def _lift(self, event: Event) -> Event:
        if event.schema > self.schema(event.name):
            raise StoreError(
                N_('Entry {seq} ("{name}") was written by a newer version of workshop-kit. Update it and try again.'),
                seq=event.seq,
                name=event.name,
            )
        while not event.redacted and (step := self._steps.get((event.name, event.schema))):
            event = replace(event, data=step(event), schema=event.schema + 1)
        return event
