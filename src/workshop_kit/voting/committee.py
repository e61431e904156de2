"""A committee: several options that together represent the room, chosen from approvals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from workshop_kit.core.activity import Spec
from workshop_kit.core.agenda import sources
from workshop_kit.core.errors import N_, AgendaError
from workshop_kit.voting.equal_shares import equal_shares
from workshop_kit.voting.papers import Marks
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, supported, tallied
from workshop_kit.voting.tally import Line, Note, Tally

Chosen = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""The options in the order of choice, and groups of equals of which the first was taken."""


class Committee(Rule, frozen=True, kw_only=True):
    """Chooses `seats` options by `choose`; lines are ranked by the number of people who approve."""

    seats: int
    choose: Callable[[Profile, Sequence[str], int], Chosen]

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        supporters = profile.supporters()
        lines = [
            Line(option, rank, supporters[option], supporters[option], *supported(profile, supporters[option]))
            for option, rank in ranked_by({option: supporters[option] for option in options}, options)
        ]
        elected, ties = self.choose(profile, options, self.seats)
        notes: tuple[Note, ...] = ()
        if elected:
            notes += (Note(N_("Chosen together, in this order: {options}."), {"options": elected}),)
        if profile.cast and len(elected) < min(self.seats, len(options)):
            notes += (Note(N_("Nobody supports any of the others, so that places stay empty.")),)
        return tallied(self, profile, lines, elected=elected, ties=ties, notes=notes)

    def alternatives(self) -> tuple[Rule, ...]:
        rules = (make(self.seats, self.paper) for make in METHODS.values())
        return tuple(rule for rule in rules if rule.name != self.name)


def sequential_pav(profile: Profile, options: Sequence[str], seats: int) -> Chosen:
    """Choose one option after another; a ballot with n options chosen already weighs 1/(n + 1).

    Source: T. N. Thiele, 1895; M. Lackner, P. Skowron: Multi-Winner Voting with Approval Preferences, 2023, ch. 2.
    """
    elected: list[str] = []
    ties: list[tuple[str, ...]] = []
    ballots = [frozenset(option for option, n in ballot.value.items() if n > 0) for ballot in profile.cast]
    while len(elected) < min(seats, len(options)):
        weight = dict.fromkeys((option for option in options if option not in elected), Fraction(0))
        for approved in ballots:
            for option in approved & weight.keys():
                weight[option] += Fraction(1, 1 + len(approved.intersection(elected)))
        best = max(weight.values())
        if not best:
            break
        equals = tuple(option for option, n in weight.items() if n == best)
        if len(equals) > 1:
            ties.append(equals)
        elected.append(equals[0])
    return tuple(elected), tuple(ties)


def shared_equally(profile: Profile, options: Sequence[str], seats: int) -> Chosen:
    """Choose by equal shares; places that cannot be paid are filled by Phragmén's sequential method from what is left.

    Source: D. Peters, P. Skowron: Proportionality and the Limits of Welfarism, 2020 ("Rule X").
    """
    approved: dict[str, dict[int, int]] = {option: {} for option in options}
    for voter, ballot in enumerate(profile.cast):
        for option, number in ballot.value.items():
            if number > 0 and option in approved:
                approved[option][voter] = 1
    costs, standing = dict.fromkeys(options, 1), dict.fromkeys(options, 0)
    bought = equal_shares(costs, approved, Fraction(seats, max(len(profile.cast), 1)), options, standing)
    elected, ties = list(bought.options), list(bought.ties)
    load = {voter: -left for voter, left in bought.left.items()}
    while len(elected) < seats:
        loads = {
            option: (1 + sum((load[voter] for voter in voters), Fraction(0))) / len(voters)
            for option, voters in approved.items()
            if voters and option not in elected
        }
        if not loads:
            break
        equals = tuple(option for option in options if loads.get(option) == min(loads.values()))
        if len(equals) > 1:
            ties.append(equals)
        elected.append(equals[0])
        load |= dict.fromkeys(approved[equals[0]], loads[equals[0]])
    return tuple(elected), tuple(ties)


# ── from an agenda ────────────────────────────────────────────────────────────────────────────────────────────────────


def _sequential_pav(seats: int, paper: object) -> Rule:
    assert isinstance(paper, Marks)
    return Committee(
        name="committee-pav",
        title=N_("Sequential proportional approval"),
        explanation=N_("{seats} options that represent the room; who already got one counts half, a third and so on."),
        values={"seats": seats},
        source="M. Lackner, P. Skowron: Multi-Winner Voting with Approval Preferences, 2023, ch. 2",
        unit=N_("votes"),
        paper=paper,
        seats=seats,
        choose=sequential_pav,
    )


def _equal_shares(seats: int, paper: object) -> Rule:
    assert isinstance(paper, Marks)
    return Committee(
        name="committee-shares",
        title=N_("Method of equal shares"),
        explanation=N_("{seats} options that represent the room; everybody has an equal share to pay for them with."),
        values={"seats": seats},
        source="D. Peters, P. Skowron: Proportionality and the Limits of Welfarism, 2020",
        unit=N_("votes"),
        paper=paper,
        seats=seats,
        choose=shared_equally,
    )


METHODS: Mapping[str, Callable[[int, object], Rule]] = {"pav": _sequential_pav, "equal-shares": _equal_shares}
"""What an agenda may write as `method`."""


def _committee(spec: Spec) -> Rule:
    method, seats = spec.setting("method", "pav", METHODS), spec.whole("seats", 3)
    more_may_come = "options" in sources(spec) or spec.setting("live_options", default=False)
    if seats >= len(spec.options()) and not more_may_come and spec.options():
        raise AgendaError(
            N_('Item "{item}": {seats} of {options} options are to be chosen. "seats" must be smaller.'),
            item=spec.id,
            seats=seats,
            options=len(spec.options()),
        )
    return METHODS[method](seats, Marks(budget=spec.whole("most", 0, least=0)))


RULES: Mapping[str, Callable[[Spec], Rule]] = {"committee": _committee}
