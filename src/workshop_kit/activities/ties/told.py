"""A network picture in sentences: what came of it, what people did, and what a careful reader would ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.ties.figures import most_tied, untied
from workshop_kit.activities.ties.record import LACKING, NODES, TIES, wording
from workshop_kit.activities.ties.state import TiesState
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

LOOSE = NN_("{n} organisation or group has no tie.", "{n} organisations and groups have no tie.")
COURSE = (
    (
        "ties.node_added",
        NN_("{n} organisation or group was added.", "{n} organisations and groups were added."),
    ),
    ("ties.tie_named", NN_("{n} tie was named.", "{n} ties were named.")),
    ("ties.tie_withdrawn", NN_("{n} tie was taken back.", "{n} ties were taken back.")),
    (
        "ties.node_merged",
        NN_("{n} that was listed twice was merged.", "{n} that were listed twice were merged."),
    ),
    (
        "ties.node_hidden",
        NN_(
            "{n} organisation or group was hidden by the facilitator.",
            "{n} organisations and groups were hidden by the facilitator.",
        ),
    ),
)


def gist(state: TiesState, text: Text, people: People) -> Iterator[str]:
    """Yield how many ties there are and are missing, and who has most."""
    del people
    ties = state.ties()
    if not ties:
        yield text(N_("No ties were named."))
        return
    lacking = sum(tie.missing for tie in ties)
    yield text(
        N_("{nodes}, {ties}, {missing}."),
        nodes=text.plural(*NODES, len(state.shown)),
        ties=text.plural(*TIES, len(ties) - lacking),
        missing=text.plural(*LACKING, lacking),
    )
    if most := most_tied(state):
        names = ", ".join(wording(node, text) for node, n in most if n == most[0][1])
        yield text(N_("Most ties: {names}."), names=names)


def course(events: Sequence[Event], state: TiesState, text: Text, people: People) -> Iterator[str]:
    """Yield what was added, named, taken back, merged and hidden."""
    del state, people
    for name, forms in COURSE:
        keys = ("node",) if ".node_" in name else ("one", "other")
        if count := len({tuple(event.data[key] for key in keys) for event in events if event.name == name}):
            yield text.plural(*forms, count)


def doubts(state: TiesState, text: Text) -> Iterator[str]:
    """Yield whether there is a picture at all, and how many stand in it without a tie."""
    if not state.ties():
        yield text(N_("No ties were named."))
    elif loose := untied(state):
        yield text.plural(*LOOSE, len(loose))
