"""The formats of cards that are known by name: their columns, what they ask, and how they behave.

Start, Stop, Continue and Plus/Delta are formats of retrospectives (Derby and Larsen, "Agile Retrospectives", 2006);
one word each is known in German facilitation as the Blitzlicht.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from workshop_kit.core.text import Localised


class Naming(StrEnum):
    """Whether the author's name stands on a card."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class Shape(StrEnum):
    """What is written on a card."""

    CARD = "card"
    THANKS = "thanks"
    STORY = "story"


class Column(Struct, frozen=True):
    """A named column. `hint` says in a few words what belongs there."""

    id: str
    label: Localised
    hint: Localised = {}


class Format(Struct, frozen=True):
    """A way to use cards; `limit` is how many a person may write, `longest` how many characters a card holds."""

    columns: tuple[Column, ...] = ()
    prompt: Localised = {}
    shape: Shape = Shape.CARD
    limit: int = 10
    longest: int = 280
    named: Naming = Naming.NEVER
    hidden: bool = False


def _column(column: str, de: str, en: str, hint_de: str = "", hint_en: str = "") -> Column:
    return Column(column, {"de": de, "en": en}, {"de": hint_de, "en": hint_en} if hint_de else {})


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "plus-delta": Format(
            (
                _column("plus", "Plus", "Plus", "Das war gut, das behalten wir.", "This was good, let us keep it."),
                _column("delta", "Delta", "Delta", "Das machen wir anders.", "This we would change."),
            ),
            {"de": "Was war gut, was machen wir anders?", "en": "What was good, what would we change?"},
        ),
        "start-stop-continue": Format(
            (
                _column("start", "Anfangen", "Start", "Das sollten wir neu tun.", "This we should begin to do."),
                _column("stop", "Aufhören", "Stop", "Das lassen wir künftig.", "This we leave from now on."),
                _column("continue", "Weitermachen", "Continue", "Das behalten wir bei.", "This we go on with."),
            ),
            {
                "de": "Womit fangen wir an, womit hören wir auf, was machen wir weiter?",
                "en": "What do we start, what do we stop, what do we continue?",
            },
        ),
        "lessons": Format(
            (
                _column("worked", "Das hat geklappt", "What worked"),
                _column("failed", "Das hat nicht geklappt", "What failed"),
                _column("learned", "Das haben wir gelernt", "What we learned"),
            ),
            {
                "de": "Was hat geklappt, was nicht, und was haben wir daraus gelernt?",
                "en": "What worked, what failed, and what did we learn from it?",
            },
        ),
        "thanks": Format(
            (_column("thanks", "Danke", "Thanks"),),
            {"de": "Wem möchtest du danken, und wofür?", "en": "Whom would you like to thank, and for what?"},
            shape=Shape.THANKS,
            named=Naming.MAY,
        ),
        "stories": Format(
            (_column("stories", "Geschichten", "Stories"),),
            {"de": "Erzähl uns eine Geschichte, die du erlebt hast.", "en": "Tell us a story of something you lived."},
            shape=Shape.STORY,
            limit=3,
            longest=800,
            named=Naming.MAY,
        ),
        "one-word": Format(
            (_column("word", "Blitzlicht", "One word"),),
            {
                "de": "Ein Wort oder ein Satz: Wie bist du gerade da?",
                "en": "In one word or sentence: how are you here?",
            },
            limit=1,
            longest=120,
            hidden=True,
        ),
    }
)


def settings_of(found: Format) -> dict[str, Any]:
    """Return a format's columns as an agenda has them."""
    return {
        "columns": [
            {"id": column.id, "label": dict(column.label)} | ({"hint": dict(column.hint)} if column.hint else {})
            for column in found.columns
        ]
    }
