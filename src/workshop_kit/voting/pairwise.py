"""Rules over comparisons in pairs: the share of wins, and Bradley and Terry's strengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from workshop_kit.core.activity import Spec
from workshop_kit.core.errors import N_
from workshop_kit.voting.pairs import EQUAL, FIRST, SECOND, SKIPPED, Pair, Pairs, slot_of
from workshop_kit.voting.papers import Value
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, tallied
from workshop_kit.voting.tally import Line, Note, Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray


class WinShare(Rule, frozen=True, kw_only=True):
    """Ranks by the share of its comparisons that an option won, a tie being half a win. Skipped pairs do not count.

    `spread` of a line tells how many comparisons were won, equal and lost. Source: H. A. David: The Method of Paired
    Comparisons, 1963.
    """

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        won, equal = _judgements(profile, options)
        spreads = {
            option: {
                FIRST: sum(won[option, other] for other in options),
                EQUAL: sum(equal[option, other] for other in options),
                SECOND: sum(won[other, option] for other in options),
            }
            for option in options
        }
        shares = {option: _share(spread) for option, spread in spreads.items()}
        scores = self.scores(won, equal, options, shares)
        people = Counter(option for ballot in profile.cast for option in _preferred(ballot.value, options))
        lines = [
            Line(
                option,
                rank,
                scores[option],
                people[option],
                share=shares[option],
                spread={number: n for number, n in spreads[option].items() if n},
            )
            for option, rank in ranked_by(scores, options)
        ]
        duels = {one: {other: won[one, other] for other in options if other != one} for one in options}
        notes = (*_gaps(spreads), *_apart({*won, *equal}, options)) if profile.cast else ()
        return tallied(self, profile, lines, duels=duels, notes=notes)

    def scores(
        self, won: Counter[Pair], equal: Counter[Pair], options: Sequence[str], shares: Mapping[str, float | None]
    ) -> dict[str, float]:
        """Return what each option is ranked by, in percent."""
        del won, equal
        return {option: round(100 * (shares[option] or 0), 4) for option in options}

    def alternatives(self) -> tuple[Rule, ...]:
        return tuple(rule for kind in (_bradley_terry, _win_share) if (rule := kind(self.paper)).name != self.name)


class BradleyTerry(WinShare, frozen=True, kw_only=True):
    """Ranks by Bradley and Terry's strengths; the score is how often, in percent, an option is expected to win.

    That is against all others equally, whichever it did meet. In a small room something has always won or lost
    everything, so each pair starts with wins either way: `ALPHA` times the number of judgements that a judged pair got
    on average, which makes the result the same however often all ballots are copied. Source: R. A. Bradley, M. E.
    Terry, Biometrika 39 (1952); computed as in D. R. Hunter, Annals of Statistics 32 (2004).
    """

    def scores(
        self, won: Counter[Pair], equal: Counter[Pair], options: Sequence[str], shares: Mapping[str, float | None]
    ) -> dict[str, float]:
        import numpy as np  # noqa: PLC0415 - only sessions that compare in pairs need it

        del shares
        table = np.array([[won[one, other] + equal[one, other] / 2 for other in options] for one in options], float)
        met = len({slot_of(pair) for pair in (*won, *equal)})
        table += ALPHA * (table.sum() / met if met else 1) * (1 - np.eye(len(options)))
        strength = strengths(table)
        expected = strength[:, None] / (strength[:, None] + strength[None, :])
        mean = (expected.sum(axis=1) - 0.5) / (len(options) - 1)
        return {option: round(100 * float(share), 4) for option, share in zip(options, mean, strict=True)}


ALPHA = 0.1
CLOSE_ENOUGH = 1e-12
MOST_ITERATIONS = 10_000


def strengths(table: NDArray[Any]) -> NDArray[Any]:
    """Return the strengths under which these wins are most likely; `table[i, j]` is how often i beat j, above 0.

    They add up to the number of options. Source: D. R. Hunter: MM algorithms for generalized Bradley-Terry models,
    Annals of Statistics 32 (2004).
    """
    import numpy as np  # noqa: PLC0415 - see above

    strength = np.ones(len(table))
    meetings, wins = table + table.T, table.sum(axis=1)
    for _ in range(MOST_ITERATIONS):
        new = wins / (meetings / (strength[:, None] + strength[None, :])).sum(axis=1)
        new *= len(table) / new.sum()
        if np.abs(new - strength).max() < CLOSE_ENOUGH:
            break
        strength = new
    return strength


def _judgements(profile: Profile, options: Sequence[str]) -> tuple[Counter[Pair], Counter[Pair]]:
    """Return how often the first of a pair beat the second, and how often both were equal (under both orders)."""
    known = {slot_of(pair): tuple(sorted(pair)) for pair in combinations(options, 2)}
    won: Counter[Pair] = Counter()
    equal: Counter[Pair] = Counter()
    for ballot in profile.cast:
        for slot, number in ballot.value.items():
            if slot not in known or number == SKIPPED:
                continue
            one, other = known[slot]
            if number == EQUAL:
                equal.update([(one, other), (other, one)])
            else:
                won[(one, other) if number == FIRST else (other, one)] += 1
    return won, equal


def _preferred(value: Value, options: Sequence[str]) -> set[str]:
    """Return the options that won any comparison on a ballot."""
    pairs = [(slot_of(pair), sorted(pair)) for pair in combinations(options, 2)]
    return {pair[value[slot] - 1] for slot, pair in pairs if value.get(slot) in {FIRST, SECOND}}


def _share(spread: Mapping[int, int]) -> float | None:
    compared = sum(spread.values())
    return (spread[FIRST] + spread[EQUAL] / 2) / compared if compared else None


def _gaps(spreads: Mapping[str, Mapping[int, int]]) -> tuple[Note, ...]:
    """Return the notes about options that were compared seldom or not at all."""
    compared = {option: sum(spread.values()) for option, spread in spreads.items()}
    never = tuple(option for option, n in compared.items() if not n)
    values = {"least": min(compared.values()), "most": max(compared.values())}
    notes: tuple[Note, ...] = (Note(N_("Each option was compared {least} to {most} times."), values=values),)
    if never:
        notes += (Note(N_("Never compared: {options}."), {"options": never}),)
    return notes


def _apart(met: Collection[Pair], options: Sequence[str]) -> tuple[Note, ...]:
    """Return a note for each group of options that met each other and nobody else, the largest group left out."""
    groups: dict[str, set[str]] = {option: {option} for option in options}
    for one, other in met:
        if groups[one] is not groups[other]:
            groups[one] |= groups[other]
            groups.update(dict.fromkeys(groups[other], groups[one]))
    linked = dict.fromkeys(tuple(o for o in options if o in groups[option]) for option in options)
    smaller = sorted((group for group in linked if len(group) > 1), key=len, reverse=True)[1:]
    told = N_(
        "Compared only among themselves, never with the others: {options}. How they stand against those nobody said, "
        "so their places beside those are a guess."
    )
    return tuple(Note(told, {"options": group}) for group in smaller)


# ── from an agenda ────────────────────────────────────────────────────────────────────────────────────────────────────


def _win_share(paper: object) -> Rule:
    assert isinstance(paper, Pairs)
    return WinShare(
        name="win-share",
        title=N_("Pairwise comparison, share of wins"),
        explanation=N_("Everybody compares two options at a time; the share of comparisons won counts."),
        source="H. A. David: The Method of Paired Comparisons, 1963",
        unit=N_("% won"),
        paper=paper,
    )


def _bradley_terry(paper: object) -> Rule:
    assert isinstance(paper, Pairs)
    return BradleyTerry(
        name="pairwise",
        title=N_("Pairwise comparison (Bradley-Terry)"),
        explanation=N_("Everybody compares two options at a time; a win over a strong option counts for more."),
        source="R. A. Bradley, M. E. Terry, Biometrika 39 (1952)",
        unit=N_("% expected wins"),
        paper=paper,
    )


RULES: Mapping[str, Callable[[Spec], Rule]] = {
    "pairwise": lambda spec: _bradley_terry(Pairs(spec.whole("most", 0, least=0))),
    "win-share": lambda spec: _win_share(Pairs(spec.whole("most", 0, least=0))),
}
