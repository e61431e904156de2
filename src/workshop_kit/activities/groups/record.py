"""The groups' part of the minutes: who was in which, and what each wrote and reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.groups.state import WITHOUT_PHONE, At, GroupsState
from workshop_kit.activities.groups.told import NO_GROUPS, PEOPLE, SILENT, repeats, sentence, silent
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, Table, one_line
from workshop_kit.core.errors import N_
from workshop_kit.core.small_groups import is_public

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

BY_LOT = N_("The groups were drawn by lot so that few meet twice; the lot can be drawn again from “{seed}”.")


def record(state: GroupsState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield how the room was split, then per round the groups with their size, and what each said.

    The size of a group tells nothing of its members, since it follows from the number of people; so it is told in
    public too. Who was in it is told among those who were there.
    """
    if not state.turn:
        yield Paragraph(text(NO_GROUPS), "note")
        return
    yield Paragraph(" ".join(filter(None, (sentence(state, text), repeats(state, text)))))
    yield Paragraph(text(BY_LOT, seed=state.seed), "note")
    for turn in range(1, state.turn + 1):
        if len(state.rounds) > 1:
            yield Heading(text(N_("Round {n}"), n=turn))
        yield _who(state, turn, text, people)
        for at in state.groups(turn):
            yield from _said(state, at, text)


def _who(state: GroupsState, turn: int, text: Text, people: People) -> Table:
    head: tuple[str, ...] = (text(N_("Group")), text(N_("People")))
    named = not is_public(people)
    rows: list[tuple[str, ...]] = []
    for at in state.groups(turn):
        members = state.members(at)
        names = ", ".join(_name(member, text, people) for member in members)
        rows.append((title(state, at, text), text.number(len(members)), *((names,) if named else ())))
    return Table((*head, text(N_("Who"))) if named else head, tuple(rows), text(N_("The groups")), numeric=(1,))


def _name(member: str, text: Text, people: People) -> str:
    if member.startswith(WITHOUT_PHONE):
        return text(N_("without a phone {n}"), n=member.removeprefix(WITHOUT_PHONE))
    return people(member, text)


def title(state: GroupsState, at: At, text: Text) -> str:
    """Return what a group is called, with its place if it has one."""
    name = text(N_("Group {n}"), n=at.group)
    place = text.pick(state.place(at.group))
    return f"{name} ({one_line(place)})" if place else name


def _said(state: GroupsState, at: At, text: Text) -> Iterator[AnyBlock]:
    report, cards = state.reports.get(at), state.wall(at)
    if not report and not cards:
        return
    yield Heading(
        f"{title(state, at, text)}: {text.plural(*PEOPLE, len(state.members(at)))}", 4 if len(state.rounds) > 1 else 3
    )
    if report:
        yield Paragraph(text(N_("The group reports:")))
        yield Bullets(tuple(map(one_line, report.points)))
    if cards:
        yield Paragraph(text(N_("Its cards:")))
        yield Bullets(tuple(one_line(card.text) for card in cards))


def pending(state: GroupsState, text: Text, people: People) -> Iterable[str]:
    """Yield how many groups have not reported."""
    del people
    if state.reports and (count := silent(state)):
        yield text.plural(*SILENT, count)
