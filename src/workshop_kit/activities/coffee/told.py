"""A Lean Coffee in sentences: what was talked about and taken away, what people did, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.coffee.record import duration, wording
from workshop_kit.activities.coffee.state import CoffeeState
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event
from workshop_kit.core.small_groups import crowd

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

WRITTEN = NN_("{n} topic was written.", "{n} topics were written.")
GAVE = NN_("{n} person gave dots.", "{n} people gave dots.")
ON = NN_("It was decided {n} time to go on with a topic.", "It was decided {n} times to go on with a topic.")
MERGED = NN_("{n} topic was merged into another one.", "{n} topics were merged into others.")
HIDDEN = NN_("{n} topic was hidden by the facilitator.", "{n} topics were hidden by the facilitator.")
TALKED = NN_("{n} topic was talked about, of {all} on the list.", "{n} topics were talked about, of {all} on the list.")
NO_LESSON = NN_("{n} topic was closed without a take-away.", "{n} topics were closed without a take-away.")


def gist(state: CoffeeState, text: Text, people: People) -> Iterator[str]:
    """Yield how many topics were talked about, and what was taken away from each."""
    del people
    ranked = state.ranked()
    talked = [one.topic for one in ranked if one.topic.started]
    if not ranked:
        yield text(N_("No topics were written."))
    elif not talked:
        yield text(N_("No topic was talked about."))
    else:
        yield text.plural(*TALKED, len(talked), all=len(ranked))
    for topic in talked:
        if topic.lesson:
            yield text(N_("{topic}: {takeaway}"), topic=wording(topic, text), takeaway=one_line(topic.lesson))


def course(events: Sequence[Event], state: CoffeeState, text: Text, people: People) -> Iterator[str]:
    """Yield what was written, how many gave dots, and what was talked about for how long, in its order."""
    names = Counter(event.name for event in events)
    if count := names["coffee.topic_added"]:
        yield text.plural(*WRITTEN, count)
    for name, forms in (("coffee.topic_merged", MERGED), ("coffee.topic_hidden", HIDDEN)):
        if count := len({event.data["topic"] for event in events if event.name == name}):
            yield text.plural(*forms, count)
    if voters := {event.actor for event in events if event.name == "coffee.dots_given"}:
        yield crowd(GAVE, len(voters), text, people)
    started = dict.fromkeys(event.data["topic"] for event in events if event.name == "coffee.topic_started")
    for topic_id in started:
        if topic := state.topics.get(topic_id):
            yield text(
                N_("“{topic}” was talked about for {minutes} min."),
                topic=wording(topic, text),
                minutes=duration(topic.seconds, text),
            )
    if count := names["coffee.topic_continued"]:
        yield text.plural(*ON, count)


def doubts(state: CoffeeState, text: Text) -> Iterator[str]:
    """Yield what a reader would miss: topics, dots, an end, a take-away."""
    ranked = state.ranked()
    if not ranked:
        yield text(N_("No topics were written."))
        return
    if not any(one.dots for one in ranked):
        yield text(N_("Nobody gave a dot, so the order is that of writing."))
    if not any(one.topic.started for one in ranked):
        yield text(N_("No topic was talked about."))
    if current := state.topics.get(state.current):
        yield text(N_("“{topic}” was not closed."), topic=wording(current, text))
    if count := sum(one.topic.finished and not one.topic.lesson for one in ranked):
        yield text.plural(*NO_LESSON, count)
