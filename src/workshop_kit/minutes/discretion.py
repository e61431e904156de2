"""Finds names of people who did not agree to be named, in what others wrote: cards, options, the note-taker's cells.

The kit names nobody in public who did not agree to it. What people write about each other it prints as it is; here it
is found, so that somebody can read it before it is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from workshop_kit.core.document import Document
from workshop_kit.core.state import SessionState
from workshop_kit.people import NameList, word


def without_consent(people: NameList, state: SessionState) -> set[str]:
    """Return the names of those who did not agree to be named in public, and that nobody else agreed to."""
    agreed = {people.names.get(seat.id) for seat in state.seats.values() if seat.public}
    return {name for name in people.names.values() if name not in agreed}


def named(document: Document, names: Iterable[str]) -> list[str]:
    """Return which of these names stand somewhere in a document as whole words, whatever their capitals."""
    written = "\n".join(_leaves(msgspec.to_builtins(document))).casefold()
    return sorted(name for name in names if word(name.casefold()).search(written))


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list() | tuple():
            for inner in value:
                yield from _leaves(inner)
