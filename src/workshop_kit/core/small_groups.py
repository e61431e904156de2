"""What is told of few people. In a public edition a number of people below `SMALLEST_GROUP` is not printed.

Who knows the room would know who they are: "two abstained" among twelve neighbours is nearly a name. What an option got
is no such group, since everybody had the same choice and the vote was held to tell it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_kit.core.errors import N_

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

SMALLEST_GROUP = 5
"""So many people a group must have for its size to be told where anybody may read it."""


def is_public(people: People | None) -> bool:
    """Return whether anybody may read what is written with these names; people who do not say so are for the room."""
    return bool(getattr(people, "public", False))


def is_small(n: int) -> bool:
    """Return whether there is somebody, and too few to tell how many."""
    return 0 < n < SMALLEST_GROUP


def headcount(n: int, text: Text, people: People | None) -> str:
    """Return a number of people; in public a small group is "fewer than 5"."""
    masked = is_public(people) and is_small(n)
    return text(N_("fewer than {n}"), n=SMALLEST_GROUP) if masked else text.number(n)


def crowd(forms: tuple[str, str], n: int, text: Text, people: People | None) -> str:
    """Return a message that counts people (`NN_`), as `headcount` tells their number."""
    told = headcount(n, text, people)
    return text.plural(*forms, n if told == text.number(n) else SMALLEST_GROUP, n=told)
