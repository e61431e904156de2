"""A collection in sentences: what came together, and what people did with the cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.ideas.state import ON_THE_WALL, IdeasState
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import Option
    from workshop_kit.core.text import Text

MOST_TOLD = 2

CARDS = NN_("{n} card.", "{n} cards.")

TOLD_OF = ("idea", "cluster", "proposal")
"""What an entry is about."""

COURSE = (
    ("ideas.idea_added", NN_("{n} card was written.", "{n} cards were written.")),
    ("ideas.idea_assigned", NN_("{n} card was put under a factor.", "{n} cards were put under a factor.")),
    ("ideas.idea_merged", NN_("{n} card was merged with another.", "{n} cards were merged with others.")),
    ("ideas.idea_split", NN_("{n} card was split.", "{n} cards were split.")),
    ("ideas.idea_parked", NN_("{n} card was put on the topic list.", "{n} cards were put on the topic list.")),
    ("ideas.idea_withdrawn", NN_("{n} card was withdrawn.", "{n} cards were withdrawn.")),
    ("ideas.cluster_made", NN_("{n} group was made.", "{n} groups were made.")),
    ("ideas.proposal_accepted", NN_("{n} proposal was accepted.", "{n} proposals were accepted.")),
    ("ideas.idea_hidden", NN_("{n} card was hidden by the facilitator.", "{n} cards were hidden by the facilitator.")),
)


def titled(target: Option | None, text: Text) -> str:
    """Return what a group of cards is called; a cluster whose title was erased by its number."""
    if target is None:
        return text(N_("Not assigned"))
    return one_line(text.pick(target.label)) or text(N_("Group {n}"), n=target.id.strip("c"))


def gist(state: IdeasState, text: Text) -> Iterator[str]:
    """Yield how many cards there are, and where most of them are."""
    shown = state.ordered(*ON_THE_WALL)
    if not shown:
        yield text(N_("No contributions."))
        return
    yield text.plural(*CARDS, len(shown))
    counts = Counter(idea.factor for idea in shown)
    known = [target for target in state.targets if counts[target.id]]
    if known:
        most = sorted(known, key=lambda target: -counts[target.id])[:MOST_TOLD]
        names = ", ".join(f"{titled(target, text)} ({text.number(counts[target.id])})" for target in most)
        yield text(N_("Most of them under: {names}."), names=names)


def course(events: Sequence[Event], text: Text) -> Iterator[str]:
    """Yield what was done with the cards, in entries of one round; each card counts once for each thing done."""
    for name, forms in COURSE:
        about = (event.data for event in events if event.name == name and event.data)
        if count := len({next((data[key] for key in TOLD_OF if key in data), "") for data in about}):
            yield text.plural(*forms, count)
