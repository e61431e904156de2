"""An agenda: the planned steps of a session, read from plain data (a TOML file's) and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from workshop_kit.core.activity import Registry, Spec
from workshop_kit.core.errors import N_, AgendaError, AgendaErrors
from workshop_kit.core.settings import REVEAL, TAKES_FROM, WatchedSpec
from workshop_kit.core.text import Localised, localised

if TYPE_CHECKING:
    from collections.abc import Iterable

ITEM_ID = re.compile(r"[a-z][a-z0-9-]{0,40}")
_AT_TOP = ("name", "title", "item")
_KNOWN_AT_TOP = "name, title, [[item]]"
_OWN_KEYS = frozenset({"id", "activity", "title", "prompt", "minutes"})

LONGEST_ITEM = 24 * 60
"""Minutes that an item may last."""

FROM_DATA = "data:"
FROM_ITEM = "item:"
CARRIED = "carried"
"""The setting of an item in which it finds what an earlier session of the same series left to do."""

DataSource = Callable[[str], "Iterable[Mapping[str, Any]]"]
"""Finds the rows of a named data set ("success_factors"); raises `AgendaError` if there is none."""


class Agenda(Struct, frozen=True):
    """The planned steps in their order."""

    name: str
    title: Localised
    items: tuple[Spec, ...]

    def item(self, item_id: str) -> Spec:
        """Return the step with this id; raises `KeyError`."""
        return next(spec for spec in self.items if spec.id == item_id)


def read_agenda(document: Mapping[str, Any], registry: Registry, data: DataSource) -> Agenda:
    """Check a parsed agenda file and return it with everything from data sets filled in.

    A key that ends in `_from` names where a list comes from: "data:NAME" is filled in here, "item:ID" when the item
    opens. Raises `AgendaError` naming the item and what is allowed, or `AgendaErrors` where several items have one.
    """
    entries = document.get("item")
    if not isinstance(entries, list) or not entries:
        raise AgendaError(N_("The agenda has no items. Add at least one [[item]] with id and activity."))
    items: list[Spec] = []
    problems: list[AgendaError] = [
        AgendaError(
            N_('There is no setting "{key}" at the top of an agenda. There are: {known}.'), key=key, known=_KNOWN_AT_TOP
        )
        for key in document
        if key not in _AT_TOP
    ]
    for number, entry in enumerate(entries, 1):
        try:
            items.append(_checked_item(entry, number, _ids(entries[: number - 1]), registry, data))
        except AgendaError as error:
            for problem in error.problems if isinstance(error, AgendaErrors) else (error,):
                problem.number = number
                problems.append(problem)
    if problems:
        raise problems[0] if len(problems) == 1 else AgendaErrors(problems)
    name = str(document.get("name", "agenda"))
    try:
        return Agenda(name, localised(document.get("title", name)), tuple(items))
    except msgspec.ValidationError as error:
        raise AgendaError(N_("The title of the agenda is not usable: {problem}"), problem=str(error)) from None


def _ids(entries: list[object]) -> list[object]:
    return [entry.get("id") for entry in entries if isinstance(entry, Mapping)]


def _checked_item(entry: object, number: int, earlier: list[object], registry: Registry, data: DataSource) -> Spec:
    """Return an item of an agenda file; `earlier` are the ids of those before it."""
    spec = _read_item(entry, number, data)
    if spec.id in earlier:
        raise AgendaError(N_('Item {number}: the id "{id}" is taken already.'), number=number, id=spec.id)
    for key, source in sources(spec).items():
        if source not in earlier:
            raise AgendaError(
                N_('Item "{item}": "{key}" names the item "{source}", which must come earlier in the agenda.'),
                item=spec.id,
                key=key + TAKES_FROM,
                source=source,
            )
    return _checked_by_activity(spec, registry)


def sources(spec: Spec) -> dict[str, str]:
    """Return which setting of an item comes from which earlier item, for example {"ideas": "experiences"}."""
    return {
        key.removesuffix(TAKES_FROM): value.removeprefix(FROM_ITEM)
        for key, value in spec.settings.items()
        if key.endswith(TAKES_FROM) and isinstance(value, str) and value.startswith(FROM_ITEM)
    }


def carried_persons(agenda: Agenda) -> set[str]:
    """Return the pseudonyms of those who took on in an earlier session what is carried into this one."""
    left = (left for spec in agenda.items for left in spec.settings.get(CARRIED, ()) if isinstance(left, Mapping))
    return {person for one in left if (person := one.get("person"))}


def with_settings(spec: Spec, settings: Mapping[str, Any]) -> Spec:
    """Return the item with more settings."""
    return msgspec.structs.replace(spec, settings={**spec.settings, **settings})


def _checked_by_activity(spec: Spec, registry: Registry) -> Spec:
    """Let the kind of activity complete and read its settings once, so that a mistake shows now and not in the room."""
    if spec.activity not in registry:
        raise AgendaError(
            N_('Item "{item}": there is no activity "{name}". There are: {known}.'),
            item=spec.id,
            name=spec.activity,
            known=", ".join(sorted(registry)),
        )
    try:
        kind = registry[spec.activity]
        completed = getattr(kind, "completed", None)
        spec = completed(spec) if completed else spec
        spec.setting("reveal", REVEAL[0], REVEAL)
        watched = WatchedSpec.of(spec)
        kind.initial(watched)
    except AgendaError:
        raise
    except (msgspec.ValidationError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise AgendaError(N_('Item "{item}": {problem}'), item=spec.id, problem=str(error)) from error
    if unknown := list(watched.unknown()):
        raise AgendaErrors(unknown)
    return spec


def _read_item(entry: object, number: int, data: DataSource) -> Spec:
    if not isinstance(entry, Mapping):
        raise AgendaError(N_("Item {number} is not a table. Write [[item]] above its lines."), number=number)
    item_id, activity = entry.get("id"), entry.get("activity")
    if not isinstance(item_id, str) or not ITEM_ID.fullmatch(item_id):
        raise AgendaError(
            N_('Item {number}: the id {id!r} is not usable. Use small letters, digits and "-", a letter first.'),
            number=number,
            id=item_id,
        )
    if not isinstance(activity, str):
        raise AgendaError(N_('Item "{item}" names no activity. Add a line like activity = "poll".'), item=item_id)
    settings: dict[str, Any] = {key: value for key, value in entry.items() if key not in _OWN_KEYS}
    for key, value in tuple(settings.items()):
        if key.endswith(TAKES_FROM):
            if not isinstance(value, str) or not value.startswith((FROM_DATA, FROM_ITEM)):
                raise AgendaError(
                    N_('Item "{item}": "{key}" must start with "data:" or "item:", not {value!r}.'),
                    item=item_id,
                    key=key,
                    value=value,
                )
            if value.startswith(FROM_DATA):
                settings[key.removesuffix(TAKES_FROM)] = list(data(value.removeprefix(FROM_DATA)))
    try:
        return Spec(
            id=item_id,
            activity=activity,
            title=localised(entry.get("title", item_id)),
            prompt=localised(entry.get("prompt", "")),
            minutes=_whole_minutes(item_id, entry.get("minutes", 0)),
            settings=msgspec.json.decode(msgspec.json.encode(settings)),  # what is checked is what the log will hold
        )
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise AgendaError(N_('Item "{item}": {problem}'), item=item_id, problem=str(error)) from None


def _whole_minutes(item_id: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= LONGEST_ITEM:
        raise AgendaError(
            N_('Item "{item}": "{key}" is {value}, expected: a whole number from {least} to {most}.'),
            item=item_id,
            key="minutes",
            value=repr(value),
            least=0,
            most=LONGEST_ITEM,
        )
    return value
