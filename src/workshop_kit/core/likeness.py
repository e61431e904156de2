"""How alike two short texts are, by the words that tell something; good enough to suggest, never to decide."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_FILLER = 3
"""Words up to this length ("ein", "for", "der") tell little and are not compared."""

SAME_WORD = 80.0
"""From which similarity on (RapidFuzz's ratio, 0 to 100) two words are the same, as "room" and "rooms"."""


def overlap(one: str, other: str) -> float:
    """Return the share of telling words of the shorter text that the longer one has too, in percent."""
    shared, fewer, _ = _compared(*sorted((one, other)))
    return 100 * shared / fewer if fewer else 0.0


def likeness(one: str, other: str) -> float:
    """Return the share of telling words of the longer text that the shorter one has too, in percent.

    >>> likeness("A room in the library", "Rooms in our library"), likeness("A room", "A room with a piano")
    (100.0, 33.333333333333336)
    """
    shared, _, more = _compared(*sorted((one, other)))
    return 100 * shared / more if more else 0.0


@lru_cache(maxsize=1 << 16)
def _compared(one: str, other: str) -> tuple[int, int, int]:
    """Return how many words two texts share, and how many the shorter and the longer have."""
    fewer, more = sorted((_telling(one), _telling(other)), key=len)
    return sum(any(_same(word, known) for known in more) for word in fewer), len(fewer), len(more)


def _telling(text: str) -> list[str]:
    """Return the words of a text that tell something, without accents; all of them where there is no other."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"\w+", letters)
    return [word for word in words if len(word) > LONGEST_FILLER] or words


def _same(one: str, other: str) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415 - a tenth of a second that sessions without suggestions do without

    return fuzz.ratio(one, other) >= SAME_WORD
