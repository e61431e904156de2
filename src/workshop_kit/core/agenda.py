"""An agenda: the planned steps of a session, read from plain data (a TOML file's) and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from workshop_kit.core.activity import Activity, Registry, Spec
from workshop_kit.core.errors import N_, AgendaError, AgendaErrors
from workshop_kit.core.settings import DECIDING, REVEAL, TAKES_FROM, WatchedSpec
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
    """Return an item of an agenda file; `earlier` are the ids of those before it. Raises all that is wrong with it."""
    if not isinstance(entry, Mapping):
        raise AgendaError(N_("Item {number} is not a table. Write [[item]] above its lines."), number=number)
    problems: list[AgendaError] = []
    spec = _read_item(entry, number, earlier, data, problems)
    if spec.activity:
        spec = _checked_by_activity(spec, registry, problems)
    if problems:
        raise problems[0] if len(problems) == 1 else AgendaErrors(problems)
    return spec


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


def without_setting(spec: Spec, key: str) -> Spec:
    """Return the item without one of its settings."""
    return msgspec.structs.replace(spec, settings={name: value for name, value in spec.settings.items() if name != key})


def with_settings(spec: Spec, settings: Mapping[str, Any]) -> Spec:
    """Return the item with more settings."""
    return msgspec.structs.replace(spec, settings={**spec.settings, **settings})


def _checked_by_activity(spec: Spec, registry: Registry, problems: list[AgendaError]) -> Spec:
    """Let the kind of activity complete and read its settings once, so that a mistake shows now and not in the room.

    A setting with a mistake is left out and the others are read again, so that all mistakes are told. What nobody asked
    for is only known where all was read.
    """
    if spec.activity not in registry:
        problem = N_('Item "{item}": there is no activity "{name}". There are: {known}.')
        problems.append(AgendaError(problem, item=spec.id, name=spec.activity, known=", ".join(sorted(registry))))
        return spec
    kind, reading = registry[spec.activity], spec
    found: list[AgendaError] = []
    while True:
        try:
            completed = _completed(kind, reading)
            watched = WatchedSpec.of(completed)
            kind.initial(watched)
        except AgendaError as error:
            key = str(error.values.get("key", ""))
            if not found or key in reading.settings:
                found += error.problems if isinstance(error, AgendaErrors) else [error]
            if key not in reading.settings or key in DECIDING:
                break
            reading = without_setting(reading, key)
        except (msgspec.ValidationError, TypeError, ValueError, AttributeError, KeyError) as error:
            if not found:
                found.append(AgendaError(N_('Item "{item}": {problem}'), item=spec.id, problem=str(error)))
            break
        else:
            problems += found or watched.unknown()
            return completed
    problems += found
    return spec


def _completed(kind: Activity[Any], spec: Spec) -> Spec:
    spec.setting("reveal", REVEAL[0], REVEAL)
    completed = getattr(kind, "completed", None)
    return completed(spec) if completed else spec


def _read_item(
    entry: Mapping[str, Any], number: int, earlier: list[object], data: DataSource, problems: list[AgendaError]
) -> Spec:
    """Return an item as it is written, with something harmless in the place of each mistake, which `problems` gets."""
    given = entry.get("id")
    item_id = given if isinstance(given, str) else str(number)
    if not isinstance(given, str) or not ITEM_ID.fullmatch(given):
        told = N_('Item {number}: the id {id!r} is not usable. Use small letters, digits and "-", a letter first.')
        problems.append(AgendaError(told, number=number, id=given, key="id"))
    elif given in earlier:
        problems.append(
            AgendaError(N_('Item {number}: the id "{id}" is taken already.'), number=number, id=given, key="id")
        )
    activity = entry.get("activity")
    if not isinstance(activity, str):
        told = N_('Item "{item}" names no activity. Add a line like activity = "poll".')
        problems.append(AgendaError(told, item=item_id))
        activity = ""
    settings: dict[str, Any] = {key: value for key, value in entry.items() if key not in _OWN_KEYS}
    for key, value in tuple(settings.items()):
        if key.endswith(TAKES_FROM):
            try:
                settings |= _taken_from(item_id, key, value, earlier, data)
            except AgendaError as error:
                problems.append(error)
                settings[key] = FROM_ITEM + item_id
    try:
        return Spec(
            id=item_id,
            activity=activity,
            title=localised(entry.get("title", item_id)),
            prompt=localised(entry.get("prompt", "")),
            minutes=_whole_minutes(item_id, entry.get("minutes", 0), problems),
            settings=msgspec.json.decode(msgspec.json.encode(settings)),  # what is checked is what the log will hold
        )
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        problems.append(AgendaError(N_('Item "{item}": {problem}'), item=item_id, problem=str(error)))
        return Spec(id=item_id, activity="", title=localised(item_id), prompt=localised(""))


def _taken_from(item_id: str, key: str, value: object, earlier: list[object], data: DataSource) -> Mapping[str, Any]:
    """Return what a setting that ends in `_from` adds to the others. Raises `AgendaError`."""
    if not isinstance(value, str) or not value.startswith((FROM_DATA, FROM_ITEM)):
        told = N_('Item "{item}": "{key}" must start with "data:" or "item:", not {value!r}.')
        raise AgendaError(told, item=item_id, key=key, value=value)
    if value.startswith(FROM_DATA):
        return {key.removesuffix(TAKES_FROM): list(data(value.removeprefix(FROM_DATA)))}
    if (source := value.removeprefix(FROM_ITEM)) not in earlier:
        told = N_('Item "{item}": "{key}" names the item "{source}", which must come earlier in the agenda.')
        raise AgendaError(told, item=item_id, key=key, source=source)
    return {}


def _whole_minutes(item_id: str, value: object, problems: list[AgendaError]) -> int:
    if type(value) is int and 0 <= value <= LONGEST_ITEM:
        return value
    told = N_('Item "{item}": "{key}" is {value}, expected: a whole number from {least} to {most}.')
    problems.append(AgendaError(told, item=item_id, key="minutes", value=repr(value), least=0, most=LONGEST_ITEM))
    return 0
