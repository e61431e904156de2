"""Many sessions on the same list: which factors hold up everywhere, which differ from place to place, what is new.

Only what had the same wording and was voted on in the same way is put together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from workshop_kit.core.text import Localised
from workshop_kit.results.bundle import Bundle, Poll, merged
from workshop_kit.results.pooling import Pooled, pooled
from workshop_kit.voting.intervals import wilson


class Site(Struct, frozen=True):
    """One workshop's figure for one factor: `people` of `voters`, with the share's interval at 95 %."""

    session: str
    place: str
    people: int
    voters: int
    share: float
    low: float | None
    high: float | None


class Factor(Struct, frozen=True):
    """A factor in one wording, over all workshops that voted on it."""

    id: str
    label: Localised
    sites: tuple[Site, ...]
    pooled: Pooled | None

    @property
    def share(self) -> float:
        """What factors are ordered by: the pooled share, else the mean of the workshops' shares."""
        return self.pooled.share if self.pooled else sum(site.share for site in self.sites) / len(self.sites)


class Comparison(Struct, frozen=True):
    """Workshops that voted on one list in one way. `factors` come by share, the highest first."""

    way: str
    rule: Localised
    workshops: int
    people: int
    simulated: int
    factors: tuple[Factor, ...]


class Evidence(Struct, frozen=True):
    """All that many bundles say. `alone` counts polls that no other workshop had in the same way and wording."""

    bundles: tuple[Bundle, ...]
    comparisons: tuple[Comparison, ...]
    proposed: tuple[tuple[str, int], ...]
    alone: int


def evidence_of(bundles: Iterable[Bundle]) -> Evidence:
    """Return what these bundles say together, whatever their order and however often one of them comes."""
    known = merged(bundles)
    by_way: dict[str, list[tuple[Bundle, Poll]]] = {}
    for bundle in known:
        for poll in bundle.polls:
            by_way.setdefault(poll.way, []).append((bundle, poll))
    comparisons: list[Comparison] = []
    alone = 0
    for way, polls in sorted(by_way.items()):
        for group in _same_list(polls):
            if len(group) < 2:
                alone += len(group)
            else:
                comparisons.append(_compared(way, group))
    proposed = Counter(card.strip() for bundle in known for card in set(bundle.proposed))
    listed = sorted(proposed.items(), key=lambda pair: (-pair[1], pair[0]))
    return Evidence(known, tuple(comparisons), tuple(listed), alone)


def _same_list(polls: Sequence[tuple[Bundle, Poll]]) -> Iterator[list[tuple[Bundle, Poll]]]:
    """Yield groups of polls that share factors with each other; one session's poll counts once per group."""
    left = list(polls)
    while left:
        group = [left.pop(0)]
        factors = _factors(group[0][1])
        while more := [entry for entry in left if factors & _factors(entry[1])]:
            group += more
            left = [entry for entry in left if entry not in more]
            factors = factors.union(*(_factors(poll) for _, poll in more))
        yield list({bundle.session: (bundle, poll) for bundle, poll in group}.values())


def _factors(poll: Poll) -> set[tuple[str, str]]:
    return {(option.id, option.wording) for option in poll.options}


def _compared(way: str, group: Sequence[tuple[Bundle, Poll]]) -> Comparison:
    sites: dict[tuple[str, str], list[Site]] = {}
    labels: dict[tuple[str, str], Localised] = {}
    for bundle, poll in sorted(group, key=lambda entry: (entry[0].place, entry[0].session)):
        for option in poll.options:
            key = (option.id, option.wording)
            labels[key] = option.label
            low, high = wilson(option.people, poll.voters)
            site = Site(
                bundle.session, bundle.place, option.people, poll.voters, option.people / poll.voters, low, high
            )
            sites.setdefault(key, []).append(site)
    factors = [
        Factor(
            key[0],
            labels[key],
            tuple(found),
            pooled([site.people for site in found], [site.voters for site in found]),
        )
        for key, found in sites.items()
    ]
    return Comparison(
        way=way,
        rule=group[0][1].rule,
        workshops=len(group),
        people=sum(poll.voters for _, poll in group),
        simulated=sum(bundle.simulated for bundle, _ in group),
        factors=tuple(sorted(factors, key=lambda factor: (-factor.share, factor.id))),
    )
