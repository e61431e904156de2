"""Rules over rankings: options are compared in pairs by how many voters place one above the other.

Defeats are measured in winning votes. An option without a place counts as last unless the agenda says that leaving it
out says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workshop_kit.core.activity import Spec
from workshop_kit.core.errors import N_
from workshop_kit.voting.irv import rounds
from workshop_kit.voting.papers import Ranking
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, tallied
from workshop_kit.voting.tally import Line, Note, Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

Duels = Mapping[str, Mapping[str, int]]
"""How many voters place the first option above the second."""

UNRANKED = {
    "last": N_("An option without a place counts as last."),
    "nothing": N_("Leaving an option out says nothing about it."),
}


class Ranked(Rule, frozen=True, kw_only=True):
    """What rules over rankings share; subclasses give each option a score, more being better.

    Copeland's own count, wins minus defeats, is the one here.
    """

    unranked: str = "last"

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        table = wins(profile, options, last=self.unranked == "last")
        scores = dict(zip(options, map(float, self.scores(table, len(profile.cast))), strict=True))
        firsts = Counter(option for ballot in profile.cast for option, place in ballot.value.items() if place == 1)
        lines = [Line(option, rank, scores[option], firsts[option]) for option, rank in ranked_by(scores, options)]
        duels = {
            one: {other: n for other, n in zip(options, row, strict=True) if other != one}
            for one, row in zip(options, table.tolist(), strict=True)
        }
        notes = (Note(UNRANKED[self.unranked]), _condorcet(duels)) if profile.cast else ()
        return tallied(self, profile, lines, duels=duels, notes=notes)

    def scores(self, table: NDArray[Any], cast: int) -> NDArray[Any]:
        """Return a score per option. `table[i, j]` of `cast` voters place option i above option j."""
        del cast
        return (table > table.T).sum(axis=1) - (table < table.T).sum(axis=1)  # type: ignore[no-any-return, unused-ignore]

    def alternatives(self) -> tuple[Rule, ...]:
        rules = (make(self.paper, self.unranked) for make in (_schulze, _copeland, _minimax, _borda, _irv))
        return tuple(rule for rule in rules if rule.name != self.name)


class Schulze(Ranked, frozen=True, kw_only=True):
    """Ranks by the strongest chains of defeats, in winning votes. The score counts the options with no stronger chain.

    Source: M. Schulze: A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
    election method, Social Choice and Welfare 36 (2011).
    """

    def scores(self, table: NDArray[Any], cast: int) -> NDArray[Any]:
        del cast
        strength = strongest_paths(table)
        return len(table) - 1 - (strength < strength.T).sum(axis=1)  # type: ignore[no-any-return, unused-ignore]


class Minimax(Ranked, frozen=True, kw_only=True):
    """Ranks by the greatest defeat, in winning votes; the score is that defeat as a negative number."""

    def scores(self, table: NDArray[Any], cast: int) -> NDArray[Any]:
        del cast
        return -(table.T * (table < table.T)).max(axis=1)  # type: ignore[no-any-return, unused-ignore]


class Borda(Ranked, frozen=True, kw_only=True):
    """A point for each option below, half a point for each at the same place.

    Where leaving out says nothing, only pairs that both have a place are compared.
    """

    def scores(self, table: NDArray[Any], cast: int) -> NDArray[Any]:
        below = table.sum(axis=1)
        if self.unranked != "last":
            return below  # type: ignore[no-any-return, unused-ignore]
        equal = cast * (len(table) - 1) - below - table.sum(axis=0)
        return below + equal / 2  # type: ignore[no-any-return, unused-ignore]


class InstantRunoff(Ranked, frozen=True, kw_only=True):
    """Ranks by how long an option stays in an instant run-off; the score is its votes when it was last counted."""

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        tally = super().count(profile, options)
        found = rounds([ballot.value for ballot in profile.cast], options)
        stays = {option: number for number, one in enumerate(found) for option in one.votes}
        # With one left over, the round before tells more than the one that it is alone in.
        last = [one for one in found if len(one.votes) > 1] or found
        votes = {option: n for one in last for option, n in one.votes.items()}
        firsts = {line.option: line.supporters for line in tally.lines}
        lines = [
            Line(option, rank, round(float(votes[option]), 4), firsts[option])
            for option, rank in ranked_by(stays, options)
        ]
        told = tuple(
            Note(
                N_("Round {n}, out with {votes} votes: {options}."),
                {"options": one.out},
                {"n": number, "votes": round(float(one.votes[one.out[0]]), 2)},
            )
            for number, one in enumerate(found, 1)
            if one.out and profile.cast
        )
        return tallied(self, profile, lines, duels=tally.duels, notes=(*told, *tally.notes[1:]))


def wins(profile: Profile, options: Sequence[str], *, last: bool = True) -> NDArray[Any]:
    """Return the table of duels: how many voters place option i above option j, as integers."""
    import numpy as np  # noqa: PLC0415 - only sessions with rankings need it

    places, worst = _places(profile, options)
    table = np.zeros((len(options), len(options)), dtype=np.int64)
    for number in range(len(options)):
        above = places[:, number : number + 1] < places
        table[number] = (above if last else above & (places < worst)).sum(axis=0)
    return table


def duels_by_ballot(profile: Profile, options: Sequence[str], *, last: bool = True) -> NDArray[Any]:
    """Return for each ballot (first axis) whether it places option i above option j."""
    places, worst = _places(profile, options)
    above = places[:, :, None] < places[:, None, :]
    return above if last else above & (places < worst)[:, None, :]  # type: ignore[no-any-return, unused-ignore]


def _places(profile: Profile, options: Sequence[str]) -> tuple[NDArray[Any], int]:
    """Return places (ballots × options), and the number that stands for none."""
    import numpy as np  # noqa: PLC0415 - see `wins`

    worst = len(options) + 1
    cells = [ballot.value.get(option, worst) for ballot in profile.cast for option in options]
    return np.array(cells, dtype=np.int16).reshape(len(profile.cast), len(options)), worst


def strongest_paths(table: NDArray[Any]) -> NDArray[Any]:
    """Return the strength of the strongest path from each option to each other (Floyd and Warshall's algorithm)."""
    import numpy as np  # noqa: PLC0415 - see `wins`

    strength = np.where(table > table.T, table, 0)
    for middle in range(len(strength)):
        strength = np.maximum(strength, np.minimum(strength[:, middle : middle + 1], strength[middle : middle + 1, :]))
    np.fill_diagonal(strength, 0)
    return strength


def _condorcet(duels: Duels) -> Note:
    """Return the note that tells whether one option wins every duel."""
    for one, against in duels.items():
        if all(n > duels[other][one] for other, n in against.items()):
            return Note(N_("{option} wins against every other option in a direct comparison."), {"option": (one,)})
    return Note(N_("No option wins against every other one: a direct comparison goes round in a circle or ties."))


# ── from an agenda ────────────────────────────────────────────────────────────────────────────────────────────────────


def _schulze(paper: object, unranked: str) -> Rule:
    assert isinstance(paper, Ranking)
    return Schulze(
        name="schulze",
        title=N_("Ranking, Schulze method (winning votes)"),
        explanation=N_("Options are compared in pairs; who wins directly or over a stronger chain comes first."),
        source="M. Schulze, Social Choice and Welfare 36 (2011)",
        unit=N_("unbeaten against"),
        paper=paper,
        unranked=unranked,
    )


def _copeland(paper: object, unranked: str) -> Rule:
    assert isinstance(paper, Ranking)
    return Ranked(
        name="copeland",
        title=N_("Ranking, Copeland method"),
        explanation=N_("Options are compared in pairs; wins minus defeats count."),
        source="A. H. Copeland: A reasonable social welfare function, 1951",
        unit=N_("wins minus defeats"),
        paper=paper,
        unranked=unranked,
    )


def _minimax(paper: object, unranked: str) -> Rule:
    assert isinstance(paper, Ranking)
    return Minimax(
        name="minimax",
        title=N_("Ranking, minimax method (winning votes)"),
        explanation=N_("Options are compared in pairs; the one whose worst defeat is the smallest comes first."),
        source="P. B. Simpson, Quarterly Journal of Economics 83 (1969); G. H. Kramer, 1977",
        unit=N_("worst defeat"),
        paper=paper,
        unranked=unranked,
    )


def _borda(paper: object, unranked: str) -> Rule:
    assert isinstance(paper, Ranking)
    return Borda(
        name="borda",
        title=N_("Ranking, Borda count"),
        explanation=N_("Each option gets a point for every option placed below it, half a point for equals."),
        source="J.-C. de Borda: Mémoire sur les élections au scrutin, 1781",
        unit=N_("points"),
        paper=paper,
        unranked=unranked,
    )


def _irv(paper: object, unranked: str) -> Rule:
    assert isinstance(paper, Ranking)
    return InstantRunoff(
        name="irv",
        title=N_("Ranking, instant run-off"),
        explanation=N_("The option with the fewest first places drops out and its votes move on, until one is left."),
        source="H. M. Robert: Robert's Rules of Order, 12th ed. 2020, § 45",
        unit=N_("votes"),
        paper=paper,
        unranked=unranked,
    )


def _reader(make: Callable[[object, str], Rule]) -> Callable[[Spec], Rule]:
    return lambda spec: make(Ranking(spec.setting("full", default=False)), spec.setting("unranked", "last", UNRANKED))


RULES: Mapping[str, Callable[[Spec], Rule]] = {
    "ranking": _reader(_schulze),
    "schulze": _reader(_schulze),
    "copeland": _reader(_copeland),
    "minimax": _reader(_minimax),
    "borda": _reader(_borda),
    "irv": _reader(_irv),
}
