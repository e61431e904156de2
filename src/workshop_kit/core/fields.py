"""What kinds of activity do alike when they read the fields of a command; what is wrong is a `Refused`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Container, Iterable
from typing import TYPE_CHECKING

from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import OPTION_ADDED, Fact

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command
    from workshop_kit.core.text import Localised

INVISIBLE = "CZ"
"""First letters of the Unicode categories of what nobody sees: control and format characters, and spaces."""

LONGEST_QUOTE = 60
"""How much of what somebody sent a refusal repeats."""


def unknown(command: Command) -> Refused:
    """Return the refusal of a command that this kind of activity does not have."""
    return Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])


def one_of(chosen: str, known: Iterable[str], field: str) -> str:
    """Return what was chosen, if it is one of those that there are."""
    if chosen not in set(known):
        raise Refused(
            Why.INVALID, N_('"{option}" is not one of the options.'), field=field, option=chosen[:LONGEST_QUOTE]
        )
    return chosen


def short(text: str, field: str, longest: int) -> str:
    """Return a text, if it has no more characters than may be."""
    if len(text) > longest:
        raise Refused(
            Why.INVALID,
            N_("That is {length} characters long, {most} at most. Please shorten it."),
            field=field,
            length=len(text),
            most=longest,
        )
    return text


def written(text: str, field: str, longest: int) -> str:
    """Return a text, if there is one that can be seen and it is short enough."""
    if all(unicodedata.category(character)[0] in INVISIBLE for character in text):
        raise Refused(Why.INVALID, N_("Please write something first."), field=field)
    return short(text, field, longest)


def only_the_facilitator() -> Refused:
    """Return the refusal of a command that takes the facilitator."""
    return Refused(Why.NOT_ALLOWED, N_("Only the facilitator can do that."))


def free_id(letter: str, known: Container[str], count: int) -> str:
    """Return an id that none of the `count` known ones has; it goes on from their number.

    >>> free_id("i", {"i1", "i3"}, 2)
    'i4'
    """
    number = count + 1
    while f"{letter}{number}" in known:
        number += 1
    return f"{letter}{number}"


def typed_task(command: Command, known: Collection[str], labels: Iterable[Localised], most: int, longest: int) -> Fact:
    """Return the entry of a task that the facilitator types in; `known` are all ids, `labels` those that are shown."""
    label = written(one_line(clean(command.fields.get("label", ""))).strip(), "label", longest)
    if len(known) >= most:
        raise Refused(Why.INVALID, N_("There is room for {most} tasks."), field="label", most=most)
    if any(label in wordings.values() for wordings in labels):
        raise Refused(Why.INVALID, N_("This task is listed already."), field="label")
    return Fact(OPTION_ADDED, {"id": free_id("t", known, len(known)), "label": label})
