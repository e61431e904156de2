"""Hours in words: the part of the minutes with table and chart, what is missing, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.hours.state import PAY, HoursState, Task
from workshop_kit.core.document import AnyBlock, Bar, Chart, Paragraph, Table, one_line
from workshop_kit.core.errors import N_, NN_

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

SUMMARY = N_("{needed} hours a month are needed, {given} are promised, {gap} are missing.")
UNKNOWN = NN_(
    "For {n} task nobody said how many hours it takes.", "For {n} tasks nobody said how many hours they take."
)
SOURCE = N_("Needed is the median of what people estimated, or what the facilitator entered.")
GIVERS = NN_("{n} person gives hours.", "{n} people give hours.")
NO_TASKS = N_("No tasks were listed.")


def record(state: HoursState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the sums, hours needed and given by task as a chart with its table, and where the numbers come from."""
    del people
    if not state.tasks:
        yield Paragraph(text(NO_TASKS), "note")
        return
    yield Paragraph(_summary(state, text))
    yield Chart(
        title=text(N_("Hours a month by task")),
        bars=tuple(
            Bar(f"{wording(task, text)}: {word}", hours, amount(hours, text))
            for task in state.tasks
            for word, hours in ((text(N_("hours needed")), task.needed), (text(N_("hours given")), task.given))
            if hours is not None
        ),
        alt=text(
            N_("Bar chart of {n} tasks: the hours that each takes a month, and those given. {summary}"),
            n=len(state.tasks),
            summary=_summary(state, text),
        ),
        unit=text(N_("hours a month")),
        ordered=False,
        table=table(state, text),
    )
    yield Paragraph(text(SOURCE), "note")
    yield Paragraph(text.plural(*GIVERS, state.givers), "note")


def table(state: HoursState, text: Text) -> Table:
    """Return needed, given and missing hours by task, and their sums."""
    heads = (N_("Task"), N_("Paid or voluntary"), N_("Hours needed"), N_("Hours given"), N_("Gap"))
    rows = [
        (
            wording(task, text),
            text(PAY[task.pay]) if task.pay else "–",
            *(amount(hours, text) for hours in (task.needed, task.given, task.gap)),
        )
        for task in state.tasks
    ]
    sums = (text(N_("Together")), "", *(amount(hours, text) for hours in state.totals))
    return Table(tuple(text(head) for head in heads), (*rows, sums), numeric=(2, 3, 4))


def pending(state: HoursState, text: Text, people: People) -> Iterator[str]:
    """Yield a sentence for each task that lacks hours."""
    del people
    for task in state.tasks:
        if task.gap:
            yield text(
                N_("{task}: {gap} hours a month are missing."), task=wording(task, text), gap=amount(task.gap, text)
            )


def gist(state: HoursState, text: Text, people: People) -> Iterator[str]:
    """Yield the sums over all tasks."""
    del people
    yield _summary(state, text) if state.tasks else text(NO_TASKS)


def doubts(state: HoursState, text: Text) -> Iterator[str]:
    """Yield whether there are tasks, and for how many nobody knows what they take."""
    if not state.tasks:
        yield text(NO_TASKS)
    if unknown := sum(task.needed is None for task in state.tasks):
        yield text.plural(*UNKNOWN, unknown)


def _summary(state: HoursState, text: Text) -> str:
    needed, given, gap = (amount(hours, text) for hours in state.totals)
    return text(SUMMARY, needed=needed, given=given, gap=gap)


def amount(hours: float | None, text: Text) -> str:
    """Return hours in words; a half where the median lies between two."""
    return "–" if hours is None else text.number(hours, 0 if hours == int(hours) else 1)


def wording(task: Task, text: Text) -> str:
    """Return what a task is called."""
    return one_line(text.pick(task.label))
