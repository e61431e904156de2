"""A collection in sentences: what came together, and what people did with the cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.ideas.state import ON_THE_WALL, IdeasState
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

MOST_TOLD = 2

CARDS = NN_("{n} card.", "{n} cards.")

COURSE = (
    ("ideas.idea_added", NN_("{n} card was written.", "{n} cards were written.")),
    ("ideas.idea_assigned", NN_("{n} card was put under a factor.", "{n} cards were put under a factor.")),
    ("ideas.idea_merged", NN_("{n} card was merged with another.", "{n} cards were merged with others.")),
    ("ideas.idea_split", NN_("{n} card was split.", "{n} cards were split.")),
    ("ideas.idea_parked", NN_("{n} card was put on the topic list.", "{n} cards were put on the topic list.")),
    ("ideas.idea_withdrawn", NN_("{n} card was withdrawn.", "{n} cards were withdrawn.")),
    ("ideas.idea_hidden", NN_("{n} card was hidden by the facilitator.", "{n} cards were hidden by the facilitator.")),
)


def gist(state: IdeasState, text: Text) -> Iterator[str]:
    """Yield how many cards there are, and where most of them are."""
    shown = state.ordered(*ON_THE_WALL)
    if not shown:
        yield text(N_("No contributions."))
        return
    yield text.plural(*CARDS, len(shown))
    counts = Counter(idea.factor for idea in shown)
    known = [factor for factor in state.factors if counts[factor.id]]
    if known:
        most = sorted(known, key=lambda factor: -counts[factor.id])[:MOST_TOLD]
        names = ", ".join(f"{text.pick(factor.label)} ({text.number(counts[factor.id])})" for factor in most)
        yield text(N_("Most of them under: {names}."), names=names)


def course(events: Sequence[Event], text: Text) -> Iterator[str]:
    """Yield what was done with the cards, in entries of one round; each card counts once for each thing done."""
    for name, forms in COURSE:
        if count := len({event.data.get("idea") for event in events if event.name == name and event.data}):
            yield text.plural(*forms, count)
