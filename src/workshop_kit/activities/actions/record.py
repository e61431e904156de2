"""An action plan's part of the minutes: the plan as a table, what came from earlier, and what is still lacking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.actions.state import STANDINGS, Action, ActionsState
from workshop_kit.core.document import AnyBlock, Paragraph, Table
from workshop_kit.core.errors import N_

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text


def record(state: ActionsState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the plan: what was carried over first, then what was agreed here."""
    actions = state.ordered()
    new = [action for action in actions if action.earlier is None]
    old = [action for action in actions if action.earlier is not None]
    if old:
        yield _table(old, text(N_("What became of earlier agreements")), text, people)
    if new:
        yield _table(new, text(N_("Who does what until when")), text, people)
    if any(action.going for action in actions):
        stand = N_("As of this session. What becomes of it is told in the minutes of later ones.")
        yield Paragraph(text(stand), "note")
    if not actions:
        yield Paragraph(text(N_("No action was agreed.")), "note")
    withdrawn = sum(action.withdrawn for action in state.actions.values())
    if withdrawn:
        yield Paragraph(text.plural("{n} action was withdrawn.", "{n} actions were withdrawn.", withdrawn), "note")


def pending(state: ActionsState, text: Text, people: People) -> Iterable[str]:
    """Yield a sentence for each action that lacks its person or its day."""
    for action in state.ordered():
        if not action.going:
            continue
        if action.asked and not action.seat:
            person = people(action.asked, text)
            yield text(N_("{action}: {person} was asked and has not answered yet."), action=action.what, person=person)
        elif not action.seat:
            yield text(N_("{action}: nobody has taken that on yet."), action=action.what)
        if not action.until:
            yield text(N_("{action}: without a day."), action=action.what)


def who(action: Action, text: Text, people: People) -> str:
    """Return the person who is responsible, else who had it before, else a dash."""
    if action.seat:
        return people(action.seat, text)
    if action.earlier and action.earlier.person:
        return text(N_("last time: {person}"), person=people(action.earlier.person, text))
    return "–"


def _table(actions: list[Action], caption: str, text: Text, people: People) -> Table:
    columns: list[tuple[str, list[str]]] = [
        (text(N_("No.")), [text.number(action.number) for action in actions]),
        (text(N_("What")), [action.what for action in actions]),
        (text(N_("Who")), [who(action, text, people) for action in actions]),
        (text(N_("With whom")), [_partners(action, text, people) for action in actions]),
        (text(N_("Until")), [text.day(action.until) if action.until else "–" for action in actions]),
        (text(N_("How we notice")), [action.sign for action in actions]),
        (text(N_("Where it stands")), [_standing(action, text) for action in actions]),
    ]
    shown = [(head, cells) for head, cells in columns if any(cells)]
    return Table(
        tuple(head for head, _ in shown),
        tuple(zip(*(cells for _, cells in shown), strict=True)),
        caption,
        numeric=(0,),
    )


def _partners(action: Action, text: Text, people: People) -> str:
    return ", ".join(filter(None, (*(people(seat, text) for seat in action.helpers), action.partners)))


def _standing(action: Action, text: Text) -> str:
    told = text(STANDINGS[action.standing])
    told = f"{told}: {action.note}" if action.note else told
    if action.earlier and action.earlier.day:
        return text(N_("{standing} (agreed on {day})"), standing=told, day=text.day(action.earlier.day))
    return told
