"""An action plan in sentences: what was agreed, what people did with the plan, and what is odd in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.actions.state import Action, ActionsState, Status
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

ACTIONS = NN_("{n} action is to be done", "{n} actions are to be done")

COURSE = (
    ("actions.action_added", NN_("{n} action was put down.", "{n} actions were put down.")),
    ("actions.person_committed", NN_("{n} action was taken on.", "{n} actions were taken on.")),
    ("actions.person_declined", NN_("{n} action was declined.", "{n} actions were declined.")),
    ("actions.person_released", NN_("{n} action was given back.", "{n} actions were given back.")),
    ("actions.status_set", NN_("For {n} action it was said where it stands.", "For {n} it was said where they stand.")),
    ("actions.action_withdrawn", NN_("{n} action was withdrawn.", "{n} actions were withdrawn.")),
)


def gist(state: ActionsState, text: Text, people: People) -> Iterator[str]:
    """Yield how much is to be done and how much of it is agreed, and what became of what came from earlier."""
    del people
    actions = state.ordered()
    going = [action for action in actions if action.going]
    if going:
        agreed = sum(bool(action.seat and action.until) for action in going)
        told = text.plural(*ACTIONS, len(going))
        yield text(N_("{actions}, {agreed} of them with a person and a day."), actions=told, agreed=text.number(agreed))
    elif not actions:
        yield text(N_("No action was agreed."))
    if earlier := [action for action in actions if action.earlier]:
        done = sum(action.status is Status.DONE for action in earlier)
        yield text(N_("Earlier agreements: {done} of {n} done."), done=text.number(done), n=text.number(len(earlier)))


def course(events: Sequence[Event], state: ActionsState, text: Text, people: People) -> Iterator[str]:
    """Yield what was done with the plan; each action counts once for each thing done."""
    del state, people
    for name, forms in COURSE:
        if count := len({event.data.get("action") for event in events if event.name == name and event.data}):
            yield text.plural(*forms, count)


def doubts(state: ActionsState, text: Text) -> Iterator[str]:
    """Yield what actions lack, by their numbers in the plan, so that no person's words are repeated."""
    going = [action for action in state.ordered() if action.going]
    for said, found in (
        (N_("Nobody is responsible (number in the plan): {numbers}."), _those(going, lacks_person)),
        (N_("Somebody was asked and has not answered (number in the plan): {numbers}."), _those(going, waits)),
        (N_("There is no day (number in the plan): {numbers}."), _those(going, lambda one: not one.until)),
        (
            N_("The day is before the one on which it was put down (number in the plan): {numbers}."),
            _those(going, lambda one: is_past(one, text)),
        ),
    ):
        if found:
            yield text(said, numbers=", ".join(text.number(action.number) for action in found))
    if not state.ordered():
        yield text(N_("No action was agreed."))


def _those(actions: list[Action], true_of: Callable[[Action], bool]) -> list[Action]:
    return [action for action in actions if true_of(action)]


def lacks_person(action: Action) -> bool:
    return not (action.seat or action.asked)


def waits(action: Action) -> bool:
    """Return whether somebody was asked who has not answered."""
    return bool(action.asked) and not action.seat


def is_past(action: Action, text: Text) -> bool:
    """Return whether its day lies before the day, in the session's time zone, on which it was set."""
    return action.dated_at is not None and action.until < f"{action.dated_at.astimezone(text.zone):%Y-%m-%d}"
