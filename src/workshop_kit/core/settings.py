"""Which settings an item of an agenda may have: those that its kind of activity reads.

Nothing is declared twice: a kind is watched while it reads its settings, and what it never asked for is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct, field

from workshop_kit.core.activity import MOST, Option, Spec
from workshop_kit.core.errors import N_, AgendaError

TAKES_FROM = "_from"

REHEARSAL = "rehearsal_texts"
TAKEAWAYS = "rehearsal_takeaways"
REHEARSED = (REHEARSAL, TAKEAWAYS)
"""What simulated people say in a rehearsal; without effect in a real session."""

REVEAL = ("on_close", "manual", "live")

DECIDING = frozenset({"rule", "format"})
"""Settings on whose value it depends what the others of an item may be."""

OF_EVERY_ITEM = ("reveal", *REHEARSED)
"""Settings that the session and its rehearsal read, whatever the kind of activity."""


class Setting(Struct, frozen=True):
    """A setting as its reader asked for it: its default, and what it allows where that is known."""

    key: str
    default: Any = None
    allowed: tuple[Any, ...] = ()
    least: int | None = None
    most: int | None = None
    options: bool = False

    @property
    def known(self) -> bool:
        """Whether its reader said what may stand there."""
        return self.options or self.default is not None


Read = dict[str, Setting]


class WatchedSettings(Mapping[str, Any]):
    """The settings of an item, which note what is asked of them in `read`; going through all of them notes nothing."""

    def __init__(self, settings: Mapping[str, Any], read: Read) -> None:
        self._settings = settings
        self._read = read

    def __getitem__(self, key: str) -> Any:
        self._read.setdefault(key, Setting(key))
        return self._settings[key]

    def __contains__(self, key: object) -> bool:
        self._read.setdefault(str(key), Setting(str(key)))
        return key in self._settings

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def items(self) -> Any:
        """Return all settings without noting that they were read."""
        return self._settings.items()


class WatchedSpec(Spec, frozen=True):
    """An item that notes in `read` which settings were asked for, and in `inside` the items that it was split into."""

    read: Read = field(default_factory=dict)
    inside: list[WatchedSpec] = field(default_factory=list)

    @classmethod
    def of(cls, spec: Spec) -> WatchedSpec:
        """Return an item to be watched."""
        read: Read = {}
        settings = WatchedSettings(spec.settings, read)
        return cls(spec.id, spec.activity, spec.title, spec.prompt, spec.minutes, settings, read, [])

    def inner(self, spec_id: str, settings: Mapping[str, Any]) -> WatchedSpec:
        self.inside.append(self.of(super().inner(spec_id, settings)))
        return self.inside[-1]

    def options(self, key: str = "options") -> tuple[Option, ...]:
        self.read[key] = Setting(key, options=True)
        return super().options(key)

    def whole(self, key: str, default: int, least: int = 1, most: int = MOST) -> int:
        self.read[key] = Setting(key, default, least=least, most=most)
        return super().whole(key, default, least, most)

    def setting(self, key: str, default: Any, allowed: Iterable[Any] | None = None) -> Any:
        allowed = None if allowed is None else tuple(allowed)
        if not self.read.get(key, Setting(key)).known:
            self.read[key] = Setting(key, default, allowed or ())
        return super().setting(key, default, allowed)

    def unknown(self, also: tuple[str, ...] = OF_EVERY_ITEM) -> Iterator[AgendaError]:
        """Yield an error for each setting that nobody asked for, once the kind of activity has read the item."""
        wanted = {*self.read, *(key + TAKES_FROM for key in (*self.read, *also)), *also}
        for key in self.settings:
            if key not in wanted:
                near = get_close_matches(key, wanted, 1)
                hint = N_('Item "{item}": there is no setting "{key}" here. Did you mean "{near}"?')
                listed = N_('Item "{item}": there is no setting "{key}" here. There are: {known}.')
                yield AgendaError(
                    hint if near else listed,
                    item=self.id,
                    key=key,
                    near="".join(near),
                    known=", ".join(sorted({*self.read, *also})),
                )
        for inner in self.inside:
            yield from inner.unknown(also=())
