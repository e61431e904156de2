"""A pile of paper ballots: each slip as it is typed, two people's entries compared, and the record of the whole pile.

A slip is known by its mark: the code of its ticket where tickets are in use, else the number that stands on it
(`#7 …`), or its place in the pile. An unclear slip is typed as `x`: it counts as invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.activities.poll.state import PollState, SlipPile
from workshop_kit.core.errors import N_, NN_, Refused, Why
from workshop_kit.core.small_groups import is_public, is_small
from workshop_kit.voting.papers import Filled, whole
from workshop_kit.voting.typed import LINE, read_typed

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command, People
    from workshop_kit.core.event import Event
    from workshop_kit.core.text import Text

ENTERED = "poll.slips_entered"
"""The event that tells that a pile was counted: how many slips, by how many people they were entered."""

INVALID_COUNTED = "poll.invalid_slips_counted"
SLIPS_COUNTED = frozenset({ENTERED, INVALID_COUNTED})

COMMAND = "slips-entered"
INVALID = "x"
MOST_SLIPS = 10_000
MOST_PEOPLE = 2

_TICKET = re.compile(r"([A-Za-z]{5})[-\s]?([A-Za-z]{5})(?:[\s:,]+(.*))?")
_NUMBERED = re.compile(r"#\s*([0-9A-Za-z-]{1,20})[\s:,]+(.*)")

ONE = NN_("{n} slip, entered by one person and not compared", "{n} slips, entered by one person and not compared")
TWO = NN_("{n} slip, entered by two people and compared", "{n} slips, entered by two people and compared")
SETTLED = NN_("{n} difference settled", "{n} differences settled")


class Slip(Struct, frozen=True):
    """What is typed of one slip. `forms` are cast one after the other; an `invalid` one has none."""

    mark: str
    filled: Filled = Filled()
    forms: tuple[Mapping[str, str], ...] = ()
    invalid: bool = False

    def same(self, other: Slip | None) -> bool:
        """Whether another entry of this slip says the same."""
        return bool(other) and (self.filled, self.invalid) == (other.filled, other.invalid)  # type: ignore[union-attr]


class Difference(Struct, frozen=True):
    """A slip of which two people typed different things, or which only one of them typed."""

    mark: str
    first: Slip | None
    second: Slip | None


def marked(state: PollState, line: str, place: int, *, ticketed: bool = False) -> tuple[str, str]:
    """Return a slip's mark and what is typed behind it; `place` is its place in the pile, from 1. Raises `Refused`."""
    said = line.strip()
    if ticketed:
        if not (found := _TICKET.fullmatch(said)):
            told = N_("Begin with the ten letters of the slip's ticket, then type what is marked.")
            raise Refused(Why.INVALID, told, field=LINE)
        return f"{found[1]}-{found[2]}".upper(), (found[3] or "").strip()
    if numbered := _NUMBERED.fullmatch(said):
        return numbered[1], numbered[2].strip()
    return f"{len(state.piles) + 1}-{place}", said


def read_slip(state: PollState, line: str, place: int, *, ticketed: bool = False) -> Slip:
    """Return the slip that a typed line stands for. Raises `Refused`."""
    mark, said = marked(state, line, place, ticketed=ticketed)
    if said.casefold() == INVALID:
        return Slip(mark, invalid=True)
    filled, forms = read_typed(state.rule.paper, said, state.ids)
    return Slip(mark, filled, forms)


def differences(first: Sequence[Slip], second: Sequence[Slip]) -> Iterator[Difference]:
    """Yield the slips on which two entries of a pile do not agree, in the order of the first."""
    ones, others = ({slip.mark: slip for slip in entry} for entry in (first, second))
    for mark in dict.fromkeys((*ones, *others)):
        one, other = ones.get(mark), others.get(mark)
        if one is None or not one.same(other):
            yield Difference(mark, one, other)


def entered(command: Command) -> dict[str, int]:
    """Return what the record of a pile says, as the data of an event. Raises `Refused`."""
    fields = command.fields
    slips = whole(fields.get("slips", ""), "slips", 0, MOST_SLIPS)
    return {
        "slips": slips,
        "people": whole(fields.get("people", "1"), "people", 1, MOST_PEOPLE),
        "settled": whole(fields.get("settled", "0"), "settled", 0, MOST_SLIPS),
        "invalid": whole(fields.get("invalid", "0"), "invalid", 0, slips),
    }


def with_slips(state: PollState, event: Event) -> PollState:
    """Return the state after a pile, or what is invalid of all slips, was counted."""
    data = event.data
    if event.name == INVALID_COUNTED:
        return replace(state, room=replace(state.room, invalid=data["count"]))
    pile = SlipPile(data["slips"], data["people"], data["settled"])
    room = replace(state.room, invalid=state.room.invalid + data["invalid"])
    return replace(state, piles=(*state.piles, pile), room=room)


def told(piles: Sequence[SlipPile], text: Text, people: People | None, *, secret: bool) -> str:
    """Return how the piles of a round were entered, "" where few slips would tell of people."""
    slips, settled = {1: 0, 2: 0}, 0
    for pile in piles:
        slips[pile.people] += pile.slips
        settled += pile.settled
    if not piles or ((secret or is_public(people)) and any(is_small(n) for n in slips.values() if n)):
        return ""
    parts = [text.plural(*said, slips[n]) for n, said in ((2, TWO), (1, ONE)) if slips[n]]
    return "; ".join([*parts, *([text.plural(*SETTLED, settled)] if settled else [])])
