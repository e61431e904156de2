"""Participatory budgeting: projects with costs, a sum of money, and which of the projects it is spent on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import ClassVar

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.agenda import sources
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.voting.equal_shares import equal_shares
from workshop_kit.voting.papers import Filled, Paper, numbers
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, supported, tallied
from workshop_kit.voting.tally import Line, Note, Tally

COST = "cost"
STEPS = 100
"""Into how many steps the money of one person is divided when equal shares are raised."""


class Projects(Paper, frozen=True):
    """Projects with what each costs, of `money` in all; both in whole units of `currency`.

    The form has `value.<option>=1` for each project that the voter supports; with `amounts` it has
    `value.<option>=<amount>`, how much of the money the voter would give to it, up to the project's cost and all
    together up to `money`.
    """

    kind: ClassVar[str] = "budget"

    money: int
    costs: Mapping[str, int]
    currency: str = "€"
    amounts: bool = False

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del earlier
        read = numbers(fields, options, 0, self.money if self.amounts else 1)
        value = {option: number for option, number in read.items() if number}
        given = sum(value.values())
        if self.amounts and given > self.money:
            raise Refused(
                Why.INVALID,
                N_("There are {money} {currency}, and you spent {given}. Take some back."),
                field="value",
                money=self.money,
                currency=self.currency,
                given=given,
            )
        for option, number in value.items() if self.amounts else ():
            if number > self.costs[option]:
                raise Refused(
                    Why.INVALID,
                    N_("This project costs {cost} {currency}; you gave it {given}."),
                    field=f"value.{option}",
                    cost=self.costs[option],
                    currency=self.currency,
                    given=number,
                )
        return Filled(value)


class Funding(Rule, frozen=True, kw_only=True):
    """Ranks projects by votes (or by the amounts given) and funds some of them; `elected` are those.

    Here they are funded in the order of their votes, the cheaper one first among equals. A project that does not fit
    is left out; with `skip` the next ones are still tried, else nothing more is funded.
    Source: H. Aziz, N. Shah: Participatory Budgeting: Models and Approaches, 2021 (greedy approval).
    """

    grows: ClassVar[bool] = False

    paper: Projects
    skip: bool = True

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        votes, supporters, costs = profile.sums(), profile.supporters(), self.paper.costs
        lines = [
            Line(option, rank, votes[option], supporters[option], *supported(profile, supporters[option]))
            for option, rank in ranked_by({option: votes[option] for option in options}, options)
        ]
        order = sorted(options, key=lambda option: (-votes[option], costs[option]))
        wanted = [option for option in order if votes[option]]
        funded, ties = self.fund(profile, wanted, votes)
        notes = self.told(wanted, funded) if profile.cast else ()
        return tallied(self, profile, lines, elected=funded, ties=ties, notes=notes)

    def fund(
        self, profile: Profile, wanted: Sequence[str], votes: Counter[str]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return what is funded of the projects that anybody wants, best first, and the ties on the way."""
        del profile
        left = self.paper.money
        funded: list[str] = []
        ties: list[tuple[str, ...]] = []
        for _, group in groupby(wanted, key=lambda option: (votes[option], self.paper.costs[option])):
            equals = tuple(group)
            for option in equals:
                if self.paper.costs[option] <= left:
                    funded.append(option)
                    left -= self.paper.costs[option]
                elif not self.skip:
                    break
            fitted = set(equals).intersection(funded)
            if fitted and len(fitted) < len(equals):
                ties.append(equals)
            if len(fitted) < len(equals) and not self.skip:
                break
        return tuple(funded), tuple(ties)

    def told(self, wanted: Sequence[str], funded: Sequence[str]) -> tuple[Note, ...]:
        """Return what can be paid, what is left, and which project just missed."""
        costs = self.paper.costs
        left = self.paper.money - sum(costs[option] for option in funded)
        money = {"money": self.paper.money, "left": left, "currency": self.paper.currency}
        notes = [Note(N_("Of {money} {currency}, {left} {currency} are left."), values=money)]
        if funded:
            notes.insert(0, Note(N_("Funded, in this order: {options}."), {"options": tuple(funded)}))
        missed = next((option for option in wanted if option not in funded), None)
        if missed is not None and costs[missed] > left:
            short = {"missing": costs[missed] - left, "currency": self.paper.currency}
            notes.append(Note(N_("Just missed: {option}, {missing} {currency} short."), {"option": (missed,)}, short))
        return tuple(notes)

    def alternatives(self) -> tuple[Rule, ...]:
        rules = (make(self.paper, self.skip) for make in METHODS.values())
        return tuple(rule for rule in rules if rule.name != self.name)


class EqualShares(Funding, frozen=True, kw_only=True):
    """Funds by equal shares; what an approved project is worth to somebody is its cost, or the amount given to it.

    While money is left for a project that somebody wants, everybody's share is raised by a hundredth and all is bought
    anew, until that would cost more than there is (the completion "add one", with a step that grows with the money).
    """

    def fund(
        self, profile: Profile, wanted: Sequence[str], votes: Counter[str]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        costs, money = self.paper.costs, self.paper.money
        utility = {
            option: {
                voter: number if self.paper.amounts else costs[option]
                for voter, ballot in enumerate(profile.cast)
                if (number := ballot.value.get(option, 0)) > 0
            }
            for option in wanted
        }
        standing = {option: (votes[option], -costs[option]) for option in wanted}
        share = Fraction(money, max(len(profile.cast), 1))
        step = share / STEPS
        bought = equal_shares(costs, utility, share, wanted, standing)
        while (
            bought.spent(costs) + min((costs[o] for o in wanted if o not in bought.options), default=money + 1) <= money
        ):
            share += step
            more = equal_shares(costs, utility, share, wanted, standing)
            if more.spent(costs) > money:
                break
            bought = more
        return bought.options, bought.ties


# ── from an agenda ────────────────────────────────────────────────────────────────────────────────────────────────────


def _greedy(paper: Projects, skip: bool) -> Rule:
    return Funding(
        name="budget-greedy",
        title=N_("Projects by votes"),
        explanation=N_("{money} {currency} go to the projects with the most votes; one that does not fit is skipped.")
        if skip
        else N_("{money} {currency} go to the projects with the most votes, until the next one does not fit."),
        values={"money": paper.money, "currency": paper.currency},
        source="H. Aziz, N. Shah: Participatory Budgeting: Models and Approaches, 2021",
        unit=paper.currency if paper.amounts else N_("votes"),
        paper=paper,
        skip=skip,
    )


def _equal_shares(paper: Projects, skip: bool) -> Rule:
    return EqualShares(
        name="budget-shares",
        title=N_("Projects by equal shares"),
        explanation=N_("Everybody has an equal share of {money} {currency} and pays with others for what they want."),
        values={"money": paper.money, "currency": paper.currency},
        source="D. Peters, G. Pierczyński, P. Skowron: Proportional Participatory Budgeting, 2021",
        unit=paper.currency if paper.amounts else N_("votes"),
        paper=paper,
        skip=skip,
    )


METHODS: Mapping[str, Callable[[Projects, bool], Rule]] = {"greedy": _greedy, "equal-shares": _equal_shares}
"""What an agenda may write as `method`."""

BALLOTS = ("approval", "amounts")


def _budget(spec: Spec) -> Rule:
    method = spec.setting("method", "greedy", METHODS)
    if "options" in sources(spec):
        raise AgendaError(
            N_('Item "{item}": projects need costs, which an earlier step does not collect. List them as options.'),
            item=spec.id,
        )
    paper = Projects(
        money=spec.whole("money", 0),
        costs={option.id: _cost(option, spec) for option in spec.options()},
        currency=spec.setting("currency", "€") or "€",
        amounts=spec.setting("ballot", "approval", BALLOTS) == "amounts",
    )
    return METHODS[method](paper, spec.setting("skip", default=True))


def _cost(option: Option, spec: Spec) -> int:
    cost = option.extra.get(COST)
    if type(cost) is not int or cost < 1:
        raise AgendaError(
            N_('Item "{item}": the option "{option}" needs cost = a whole number from 1 up, found: {found!r}.'),
            item=spec.id,
            option=option.id,
            found=cost,
        )
    return cost


RULES: Mapping[str, Callable[[Spec], Rule]] = {"budget": _budget}
