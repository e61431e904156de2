"""The statements' part of the minutes: what the room agrees on, what divides it, and whether there are groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.statements.groups import grouping
from workshop_kit.activities.statements.state import FEWEST, MAJORITY, VERDICTS, Statement, StatementsState, Verdict
from workshop_kit.core.document import AnyBlock, Bar, Bullets, Chart, Heading, Paragraph, Table, one_line
from workshop_kit.core.errors import N_
from workshop_kit.core.small_groups import SMALLEST_GROUP, headcount, is_public, is_small

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

METHOD = N_(
    "People answered statements with agree, disagree or pass, without seeing how others did. A statement counts as "
    "agreed or rejected from {most} on of those for and against, and from {least} of them on."
)

ABOUT_GROUPS = N_(
    "Groups are people who answered alike, not parties. A dash stands for fewer than {least} answers for or against."
)

TOO_FEW = N_(
    "Fewer than {n} people answered. In the public edition the result is left out, since it would tell of them."
)
MASKED = N_("A dash stands where fewer than {n} people have answered a statement.")


def record(state: StatementsState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield how many took part, a table for each verdict, and what is to be said of groups."""
    known = state.answerable()
    if not known:
        yield Paragraph(text(N_("No statements were written.")), "note")
        return
    if withheld(state, people):
        yield Bullets(tuple(one_line(text.pick(one.label)) for one in known))
        yield Paragraph(text(TOO_FEW, n=SMALLEST_GROUP), "note")
        return
    answers = text.number(sum(len(one.answers) for one in known))
    people_told = text.plural("{n} person has answered", "{n} people have answered", len(state.people))
    said = text.plural(
        "{n} statement, {answers} answers.", "{n} statements, {answers} answers.", len(known), answers=answers
    )
    yield Paragraph(f"{said} {people_told}.")
    yield Paragraph(text(METHOD, most=text.percent(MAJORITY), least=FEWEST), "note")
    for verdict, title in VERDICTS.items():
        if found := state.by_verdict(verdict):
            yield Heading(text(title))
            many = verdict is not Verdict.OPEN
            yield _chart(found, text(title), text, people) if many else _table(found, text, people)
    if any(is_masked(one, people) for one in known):
        yield Paragraph(text(MASKED, n=SMALLEST_GROUP), "note")
    yield from _groups(state, text, people)
    yield Paragraph(text(N_("This holds for the people who answered here; others may judge differently.")), "note")


def pending(state: StatementsState, text: Text, people: People) -> Iterable[str]:
    """Yield a sentence for what divides the room, since it was not settled here."""
    del people
    for one in state.by_verdict(Verdict.DIVIDED):
        yield text(N_("Opinions differ: {statement}"), statement=one_line(text.pick(one.label)))


def withheld(state: StatementsState, people: People | None) -> bool:
    """Return whether the result is kept back: in public, where few answered, since nobody saw how the others did."""
    return is_public(people) and is_small(len(state.people))


def is_masked(one: Statement, people: People | None) -> bool:
    """Return whether so few answered a statement that in public their answers are not told."""
    return is_public(people) and is_small(len(one.answers))


def _chart(found: list[Statement], title: str, text: Text, people: People) -> Chart:
    bars = tuple(
        Bar(
            one_line(text.pick(one.label)),
            round(100 * one.agree / max(1, one.agree + one.disagree)),
            text(N_("{agree} of {said}"), agree=one.agree, said=one.agree + one.disagree),
            *((None, None) if low is None or high is None else (100 * low, 100 * high)),
        )
        for one in found
        for low, high in (one.interval,)
    )
    alt = text(N_("Bar chart of {n} statements with the share of those who agree, in percent."), n=len(found))
    unit, table = text(N_("agree, in %")), _table(found, text, people)
    return Chart("", bars, f"{title}. {alt}", unit, ordered=False, table=table, most=100)


def _table(found: list[Statement], text: Text, people: People) -> Table:
    head = (text(N_("Statement")), text(N_("agree")), text(N_("disagree")), text(N_("passed")))
    rows = tuple((one_line(text.pick(one.label)), *_counts(one, text, people)) for one in found)
    return Table(head, rows, numeric=(1, 2, 3))


def _counts(one: Statement, text: Text, people: People) -> tuple[str, str, str]:
    """Return how many agree, disagree and pass; those who pass are like those who abstain from a vote."""
    if is_masked(one, people):
        return "–", "–", "–"
    return text.number(one.agree), text.number(one.disagree), headcount(one.passed, text, people)


def _groups(state: StatementsState, text: Text, people: People) -> Iterator[AnyBlock]:
    known = state.answerable()
    found = grouping({one.id: one.answers for one in known})
    yield Heading(text(N_("Groups of opinion")))
    if not found.groups:
        yield Paragraph(text(found.why, **found.values), "note")
        return
    names = [
        text(N_("Group {n} ({people} people)"), n=n, people=headcount(len(group), text, people))
        for n, group in enumerate(found.groups, 1)
    ]
    rows = tuple(
        (one_line(text.pick(one.label)), *(_share(one, group, text) for group in found.groups)) for one in known
    )
    caption = text(N_("Who agrees, by group"))
    yield Table((text(N_("Statement")), *names), rows, caption, numeric=tuple(range(1, len(names) + 1)))
    yield Paragraph(text(ABOUT_GROUPS, least=FEWEST), "note")


def _share(one: Statement, group: frozenset[str], text: Text) -> str:
    """Return the share of a group that agrees, of those for and against; a dash where that would tell of a few."""
    given = [answer for seat, answer in one.answers.items() if seat in group and answer]
    return text.percent(sum(answer > 0 for answer in given) / len(given)) if len(given) >= FEWEST else "–"
