"""A responsibility matrix in words: its part of the minutes, what breaks its rules, and what people did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.raci.state import COLUMNS, FLAWS, PARTS, Holder, Part, RaciState, Task
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, Table, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import OPTION_ADDED, Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

MOST_ACROSS = 8
"""With more people than these the grid is left out; the first table says the same and stays readable."""

COMPLETE = NN_(
    "For {n} of {all} task it is settled who answers for it and who does it.",
    "For {n} of {all} tasks it is settled who answers for it and who does it.",
)
COURSE = (
    (OPTION_ADDED, NN_("{n} task was added.", "{n} tasks were added.")),
    ("raci.part_taken", NN_("A part in {n} task was taken.", "Parts in {n} tasks were taken.")),
    (
        "raci.accountability_moved",
        NN_("For {n} task somebody else became accountable.", "For {n} tasks somebody else became accountable."),
    ),
    ("raci.task_dropped", NN_("{n} task was taken out.", "{n} tasks were taken out.")),
)
RULES = N_("The rule: exactly one person or role is accountable for a task, and at least one is responsible.")


def record(state: RaciState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield who is what by task, what breaks the rules, the grid where it is narrow enough, and what words mean."""
    if not state.shown:
        yield Paragraph(text(N_("No tasks were listed.")), "note")
        return
    head = (text(N_("Task")), *(text(column) for column in COLUMNS.values()))
    rows = tuple(
        (wording(task, text), *(_names(state, task.column(part), text, people) for part in COLUMNS))
        for task in state.shown
    )
    yield Table(head, rows, text(N_("Who answers for what, who does it, who is asked, who is told")))
    if broken := list(pending(state, text, people)):
        yield Heading(text(N_("Not settled yet")))
        yield Bullets(tuple(broken))
    if 0 < len(state.holders) <= MOST_ACROSS:
        yield _grid(state, text, people)
    legend = "; ".join(f"{part.value}: {text(PARTS[part])}" for part in COLUMNS)
    yield Paragraph(text(N_("What the letters mean: {legend}."), legend=legend), "note")
    yield Paragraph(text(RULES), "note")


def _grid(state: RaciState, text: Text, people: People) -> Table:
    head = (text(N_("Task")), *(named(state, holder, text, people) for holder in state.holders))
    rows = tuple(
        (wording(task, text), *(_letters(task.parts.get(holder)) for holder in state.holders)) for task in state.shown
    )
    return Table(head, rows, text(N_("The same at a glance")))


def _letters(part: Part | None) -> str:
    return "" if part is None else " + ".join(part.value)


def wording(task: Task, text: Text) -> str:
    """Return what a task is called."""
    return one_line(text.pick(task.label))


def named(state: RaciState, holder: Holder, text: Text, people: People) -> str:
    """Return the name of a person or a role."""
    return one_line(text.pick(state.role_label(holder.role))) if holder.role else people(holder.seat, text)


def _names(state: RaciState, holders: Sequence[Holder], text: Text, people: People) -> str:
    return ", ".join(named(state, holder, text, people) for holder in holders) or "–"


def pending(state: RaciState, text: Text, people: People) -> Iterator[str]:
    """Yield a sentence for each task that breaks a rule."""
    del people
    for task in state.shown:
        if task.flaws:
            flaws = " ".join(text(FLAWS[flaw]) for flaw in task.flaws)
            yield text(N_("{task}: {flaws}"), task=wording(task, text), flaws=flaws)


def doubts(state: RaciState, text: Text) -> Iterator[str]:
    """Yield whether there are tasks at all, and which break a rule."""
    if not state.shown:
        yield text(N_("No tasks were listed."))
    for task in state.shown:
        for flaw in task.flaws:
            yield text(N_("{task}: {flaws}"), task=wording(task, text), flaws=text(FLAWS[flaw]))


def gist(state: RaciState, text: Text, people: People) -> Iterator[str]:
    """Yield for how many tasks the rules hold."""
    del people
    if not state.shown:
        yield text(N_("No tasks were listed."))
        return
    settled = sum(not task.flaws for task in state.shown)
    yield text.plural(*COMPLETE, len(state.shown), n=text.number(settled), all=text.number(len(state.shown)))


def course(events: Sequence[Event], state: RaciState, text: Text, people: People) -> Iterator[str]:
    """Yield in how many tasks people took a part, which were added and taken out, and what went to somebody else."""
    del state, people
    for name, forms in COURSE:
        if count := len({event.data.get("task", event.data.get("id")) for event in events if event.name == name}):
            yield text.plural(*forms, count)
