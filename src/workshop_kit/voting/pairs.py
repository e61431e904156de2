"""Pairs: a paper that asks which of two options is the better one, and which pair each voter is asked next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec.structs import replace
from pyrsistent import PMap, pmap

from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.papers import CHOICE, Filled, Paper, Value

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

PAIR = "pair"
EQUAL, FIRST, SECOND, SKIPPED = 0, 1, 2, -1
TIE, SKIP = "tie", "skip"

Pair = tuple[str, str]


class Pairs(Paper, frozen=True):
    """Two options side by side; each form adds one judgement to those that the voter gave before.

    The form has `pair=<left>,<right>`, as it was offered, and `choice=<left>`, `<right>`, `tie` or `skip`. What is read
    keeps each judgement under both ids in alphabetical order: {"<one>,<other>": 1} where the one is better, 2 the
    other, 0 equal, -1 skipped. `options` are the pair that is on offer to this voter, or all where any pair may be
    judged. A voter judges at most `most` pairs (0: all).
    """

    kind: ClassVar[str] = "pairwise"

    most: int = 0

    @property
    def never_secret(self) -> str:
        return N_('Item "{item}": pairs cannot be compared in secret, since each judgement is added to earlier ones.')

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        pair = _named(fields.get(PAIR, ""), options, earlier)
        chosen = fields.get(CHOICE, "")
        slot = slot_of(pair)
        one, other = sorted(pair)
        numbers = {SKIP: SKIPPED, TIE: EQUAL, one: FIRST, other: SECOND}
        if chosen not in numbers:
            raise Refused(Why.INVALID, N_("Please choose one of the two, or skip them."), field=CHOICE)
        return Filled({**earlier.value, slot: numbers[chosen]})

    def done(self, mine: Value) -> bool:
        """Whether a voter has judged as many pairs as anybody is asked to."""
        return bool(self.most) and len(mine) >= self.most

    def step(self, number: int, text: Text) -> str:
        return text({FIRST: N_("won"), EQUAL: N_("equal"), SECOND: N_("lost")}.get(number, N_("skipped")))

    def said(self, filled: Filled, labels: Mapping[str, str], text: Text) -> list[str]:
        known = {slot_of(pair): sorted(pair) for pair in combinations(labels, 2)}
        told = {
            EQUAL: N_("{one} and {other} are equal"),
            FIRST: N_("{one} rather than {other}"),
            SECOND: N_("{other} rather than {one}"),
            SKIPPED: N_("{one} or {other}: skipped"),
        }
        return [
            text(told[number], one=labels[known[slot][0]], other=labels[known[slot][1]])
            for slot, number in filled.value.items()
            if slot in known
        ]


def slot_of(pair: Pair) -> str:
    """Return the key of a pair on a ballot, the same whichever stands left.

    >>> slot_of(("b", "a"))
    'a,b'
    """
    return ",".join(sorted(pair))


def _named(written: str, options: Sequence[str], earlier: Filled) -> Pair:
    """Return the pair that a form names, refusing one that is not on offer or was judged already."""
    for pair in combinations(options, 2):
        if slot_of(pair) in earlier.value:
            continue
        if written in {",".join(pair), ",".join(reversed(pair))}:
            return pair
    if ",".join(sorted(written.split(","))) in earlier.value:
        raise Refused(Why.INVALID, N_("You have judged this pair already. Here is the next one."), field=PAIR)
    raise Refused(Why.INVALID, N_("This is not the pair that you were offered. Please reload the page."), field=PAIR)


# ── which pair comes next ─────────────────────────────────────────────────────────────────────────────────────────────


class Offering(Struct, frozen=True):
    """Which pair each voter is to judge next, balanced over the room.

    A voter's next pair is settled when the last one is judged, so that it stays the same while others judge. It takes
    an option that the room saw least, and the partner that it met least; equals are drawn by digest, a voter's first
    pair as well. `pairs` and `seen` count what was offered, by pair and by option.
    """

    next: PMap[str, Pair] = pmap()
    pairs: PMap[str, int] = pmap()
    seen: PMap[str, int] = pmap()

    def to(self, seat: str, item: str, options: Sequence[str], paper: Pairs, mine: Value) -> Pair | tuple[()]:
        """Return the pair on offer to a voter, left and right by digest, or nothing where all is judged."""
        if not seat or paper.done(mine):
            return ()
        pair = self.next.get(seat) or Offering().rarest(f"{item}/{seat}", options, mine)
        if not pair or slot_of(pair) in mine:
            return ()
        left, right = sorted(pair, key=lambda option: _drawn(item, seat, slot_of(pair), option))
        return left, right

    def judged(
        self, seat: str, item: str, options: Sequence[str], paper: Pairs, before: Value, mine: Value
    ) -> Offering:
        """Return the offering after a voter's judgements changed from `before` to `mine`."""
        known = {slot_of(pair): pair for pair in combinations(options, 2)}
        planned = self.next.get(seat)
        new = [known[slot] for slot in mine if slot not in before and slot in known]
        unplanned = [pair for pair in new if planned is None or slot_of(pair) != slot_of(planned)]
        offering = self
        for pair in unplanned:
            offering = offering.counted(pair)
        following = None if paper.done(mine) else offering.rarest(f"{item}/{seat}", options, mine)
        if not following:
            return replace(offering, next=offering.next.discard(seat))
        return replace(offering.counted(following), next=offering.next.set(seat, following))

    def counted(self, pair: Pair) -> Offering:
        """Return the offering with this pair counted as offered once more."""
        slot, (one, other) = slot_of(pair), pair
        seen = self.seen.set(one, self.seen.get(one, 0) + 1)
        return replace(
            self, pairs=self.pairs.set(slot, self.pairs.get(slot, 0) + 1), seen=seen.set(other, seen.get(other, 0) + 1)
        )

    def rarest(self, voter: str, options: Sequence[str], mine: Value) -> Pair | None:
        partners = {
            one: [other for other in options if other != one and slot_of((one, other)) not in mine] for one in options
        }
        times = Counter(option for pair in combinations(options, 2) if slot_of(pair) in mine for option in pair)

        def rarely(option: str) -> tuple[int, int, bytes]:
            return self.seen.get(option, 0), times[option], _drawn(voter, option)

        able = [option for option in options if partners[option]]
        if not able:
            return None
        one = min(able, key=rarely)
        other = min(partners[one], key=lambda option: (self.pairs.get(slot_of((one, option)), 0), *rarely(option)))
        return one, other


def _drawn(*parts: str) -> bytes:
    return sha256("/".join(parts).encode()).digest()
