"""The JSON schema of agendas, for editors that complete and check what one writes.

It is made by letting every kind of activity read settings that are not there, and noting what it asks for; where one
setting decides which others there are (the rule of a poll), each of its values is tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, ValidationError
from msgspec.structs import replace

from workshop_kit.core.activity import MOST, Activity, Option, Registry, Spec
from workshop_kit.core.agenda import ITEM_ID, LONGEST_ITEM
from workshop_kit.core.errors import N_, AgendaError
from workshop_kit.core.settings import REHEARSAL, REHEARSED, REVEAL, TAKEAWAYS, TAKES_FROM, Setting, WatchedSpec
from workshop_kit.core.text import Text

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that the editors' plug-ins for TOML know."""

Schema = dict[str, Any]

MEANING = {
    "id": N_("Short name of the step: small letters, digits and hyphens. Other steps refer to it."),
    "activity": N_("What people do in this step."),
    "title": N_("The step's title."),
    "prompt": N_("The question that everybody reads."),
    "minutes": N_("How long the step is planned to last."),
    "reveal": N_("When the result is shown: on closing, by the facilitator's button, or live."),
    REHEARSAL: N_("Texts that the simulated people of a rehearsal hand in."),
    TAKEAWAYS: N_("What they take away from a topic."),
    "options": N_("What can be chosen."),
    "rule": N_("How people vote, and how the votes are counted."),
    "limit": N_("How many each person may hand in."),
    "factors": N_("The factors that something can be sorted under."),
    "kinds": N_("The kinds of cards that people choose from."),
    "ideas": N_("Cards that are there from the start, or come from an earlier step."),
    "statements": N_("Statements that are there from the start."),
    "collects": N_("Whether people can add to it."),
    "approve": N_("Whether a card waits until the facilitator lets it onto the wall."),
    "likes": N_("Whether people can say which cards they like; the figures are shown as reveal has it."),
    "proposals": N_("Whether phones may propose which cards belong together."),
    "offers": N_("What a later step takes over: the cards, or the groups that they were put into."),
    "turn": N_("After how many seconds the stage turns to the next page of cards by itself; 0 for never."),
    "most_hours": N_("How many hours a month one person may give to one task."),
    "estimates": N_("Whether people estimate how many hours a task takes."),
    "points": N_("What stands on the page, point by point."),
    "openness": N_("Whether ballots are shown with names, without, or are secret."),
    "receipts": N_("Whether each secret ballot gets a receipt that its voter finds in the minutes."),
    "live_options": N_("Whether options are added during the session."),
    "top": N_("How many first places are asked for."),
    "shuffle": N_("Whether each person sees the options in an order of their own."),
    "tie_break": N_("What decides between equals, where a decision is needed."),
    "budget": N_("How many dots or points each person has."),
    "cap": N_("How many dots one option may get from one person."),
    "least": N_("The fewest options that a ballot may mark."),
    "most": N_("The most that a ballot may mark or write; 0 for no limit where a poll can do without one."),
    "base": N_("What 100 % are."),
    "seats": N_("How many options are to be chosen."),
    "method": N_("By which method the winners are found."),
    "full": N_("Whether a ballot must rank every option."),
    "unranked": N_("What it means to leave an option out."),
    "low": N_("The lowest step of the scale."),
    "high": N_("The highest step of the scale."),
    "labels": N_("What the ends of the scale, or all its steps, are called."),
    "axes": N_("What the two axes are called."),
    "money": N_("How much there is to spend."),
    "currency": N_("The currency of all amounts."),
    "ballot": N_("What people write: which proposals they want, or how much each should get."),
    "skip": N_("Whether a proposal that is too dear is skipped for the next one that can be paid."),
    "questions": N_("The questions of the form, each with its own rule."),
    "format": N_("Which kind of cards: brings its columns, its question and its behaviour."),
    "columns": N_("The columns that cards are put into."),
    "longest": N_("How many characters a card may have."),
    "named": N_("Whether the names of authors stand on cards: never, if they tick it, always."),
    "hidden_until_revealed": N_("Whether cards of others are seen only once the step is closed or revealed."),
    "topics": N_("Topics that are there from the start, or come from an earlier step."),
    "dots": N_("How many dots each person has."),
    "several": N_("Whether a person may give one topic several dots."),
    "timeboxes": N_("Minutes for a topic, then for each time that the room goes on with it."),
    "order": N_("In which order people speak: as they asked, or those first who have spoken less."),
    "direct": N_("Whether people can ask to speak directly to the point."),
    "seconds": N_("Speaking time in seconds; 0 for no limit."),
    "roles": N_("Roles that take part in responsibility beside people, or instead of them."),
    "people": N_("Whether people enter themselves, or roles alone do."),
    "wishes": N_("Whether people first name wishes, and an assignment is proposed."),
    "choices": N_("How many wishes a person can name."),
    "most_per_person": N_("How many roles one person may have."),
    "size": N_("How many people a group has."),
    "groups": N_("How many groups there are, instead of their size; 0 for as many as the size makes."),
    "rounds": N_("How many rounds of groups there are, with few people who meet twice."),
    "round_minutes": N_("How many minutes a round lasts; 0 for the whole step."),
    "places": N_("Where the groups meet, one place after the other."),
    "groups.points": N_("How many points a group reports; 0 for no limit."),
    "stage_minutes": N_("Minutes alone, as a pair, as a four and together."),
    "carried": N_("What an earlier session of the same series left to do; filled in by workshop new --follows."),
}
"""What a setting is for, in a sentence; where it means something else in one kind of activity, by both names."""

SAMPLES: Mapping[str, Any] = {
    "questions": [{"id": "first", "options": ["A", "B"]}],
    "points": ["A"],
    "timeboxes": [8, 4, 2],
}
"""What stands in for lists that a kind cannot do without."""

_COUNT = "how many options"
_COUNTS = (99, 3, 0)
"""How many options there may be: some kinds want many, some take few, some have their own."""

TEXT: Schema = {
    "anyOf": [
        {"type": "string"},
        {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
    ]
}
OPTIONS: Schema = {
    "type": "array",
    "items": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"id": {"type": "string"}}}]},
}


class _Probe(WatchedSpec, frozen=True):
    """An item that lacks nothing: its numbers are large enough, and so are its lists if there are any."""

    def options(self, key: str = "options") -> tuple[Option, ...]:
        super().options(key)
        return tuple(Option(f"o{number}", {}, {"cost": 1}) for number in range(1, self.settings.get(_COUNT, 3) + 1))

    def whole(self, key: str, default: int, least: int = 1, most: int = MOST) -> int:
        self.read[key] = Setting(key, default, least=least, most=most)
        return max(default, least)


class _Variant(Struct, frozen=True):
    """What a kind reads when its deciding settings have one of these values."""

    read: Mapping[str, Setting]
    given: Mapping[str, tuple[Any, ...]] = {}


def agenda_schema(registry: Registry, *voices: Text) -> Schema:
    """Return the schema of an agenda file; each setting says in every voice what it is for."""
    items = [_item(name, variant, voices) for name, kind in sorted(registry.items()) for variant in _variants(kind)]
    head = {
        "name": {"type": "string"},
        "title": _ref("text"),
        "item": {"type": "array", "minItems": 1, "items": {"oneOf": items}},
    }
    definitions = {"text": TEXT, "options": OPTIONS, "source": {"type": "string", "pattern": "^(data|item):"}}
    return {"$schema": DRAFT, "title": "workshop-kit", "definitions": definitions, **_object(head, ["item"])}


def _item(name: str, variant: _Variant, voices: tuple[Text, ...]) -> Schema:
    """Return the schema of the items of a kind."""
    read = dict(sorted(variant.read.items()))
    properties: Schema = {
        "id": {"type": "string", "pattern": f"^{ITEM_ID.pattern}$"},
        "activity": {"const": name},
        "title": _ref("text"),
        "prompt": _ref("text"),
        "minutes": {"type": "integer", "minimum": 0, "maximum": LONGEST_ITEM},
        **{key: _value(setting) for key, setting in read.items()},
        **{key + TAKES_FROM: _ref("source") for key, setting in read.items() if setting.options},
        "reveal": {"enum": list(REVEAL)},
        **{key: _ref("options") for key in REHEARSED},
        **{key + TAKES_FROM: _ref("source") for key in REHEARSED},
        **{key: {"enum": list(values)} for key, values in variant.given.items()},
    }
    for key in properties.keys() & MEANING.keys():
        schema, meaning = properties[key], MEANING.get(f"{name}.{key}", MEANING[key])
        told = {"description": "\n\n".join(voice(meaning) for voice in voices)}
        properties[key] = {**told, **({"allOf": [schema]} if "$ref" in schema else schema)}
    deciding = [key for key, values in variant.given.items() if read[key].default not in values]
    return _object(properties, ["id", "activity", *deciding])


def _variants(kind: Activity[Any]) -> list[_Variant]:
    """Return what a kind may read: one variant, or one per group of choices where its first choice decides."""
    whole = _read_by(kind, {})
    deciding = next((setting for setting in whole.values() if setting.allowed), None)
    if deciding is None:
        return [_Variant(whole)]
    groups: dict[str, _Variant] = {}
    for value in deciding.allowed:
        read = _narrowed(kind, {deciding.key: value})
        known = groups.get(shape := repr(sorted(read.items())), _Variant(read))
        groups[shape] = _Variant(read, {deciding.key: (*known.given.get(deciding.key, ()), value)})
    return list(groups.values()) if len(groups) > 1 else [_Variant(whole)]


def _narrowed(kind: Activity[Any], given: Mapping[str, Any]) -> Mapping[str, Setting]:
    """Return what a kind reads beside what is given, without the values that it refuses."""
    read = _read_by(kind, given)
    kept = {
        key: replace(setting, allowed=tuple(value for value in setting.allowed if _works(kind, {**given, key: value})))
        for key, setting in read.items()
        if key not in given and setting.allowed
    }
    return {**read, **kept}


def _works(kind: Activity[Any], given: Mapping[str, Any]) -> bool:
    return any(_tried(kind, given, count)[1] for count in _COUNTS)


def _read_by(kind: Activity[Any], given: Mapping[str, Any]) -> Mapping[str, Setting]:
    read: Mapping[str, Setting] = {}
    for count in _COUNTS:
        found, whole = _tried(kind, given, count)
        if whole:
            return found
        read = {**read, **found}
    return read


def _tried(kind: Activity[Any], given: Mapping[str, Any], count: int) -> tuple[Mapping[str, Setting], bool]:
    """Return what a kind asked for, and whether nothing was missing or wrong."""
    probe = _Probe.of(Spec("item", kind.name, {}, settings={**SAMPLES, **given, _COUNT: count}))
    try:
        kind.initial(probe)
    except (AgendaError, ValidationError):
        return _asked(probe), False
    return _asked(probe), True


def _asked(probe: WatchedSpec) -> Mapping[str, Setting]:
    return {key: setting for key, setting in probe.read.items() if key != _COUNT and not key.endswith(TAKES_FROM)}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _value(setting: Setting) -> Schema:
    if setting.options:
        return _ref("options")
    if setting.allowed:
        return {"enum": list(setting.allowed), "default": setting.default}
    match setting.default:
        case bool(default):
            return {"type": "boolean", "default": default}
        case int(default):
            return {"type": "integer", "minimum": setting.least, "maximum": setting.most, "default": default}
        case str(default):
            return {"type": "string", "default": default}
        case list():
            return {"type": "array"}
    return {}


def written(schema: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def undescribed(registry: Registry) -> set[str]:
    """Return the settings of these kinds that `MEANING` says nothing about."""
    read = {key for kind in registry.values() for variant in _variants(kind) for key in variant.read}
    return read - MEANING.keys()
