"""1-2-4-All in the minutes: what was given to all and what it grew from, and what was left on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.pairing.state import STAGES, Idea, PairingState, Stage
from workshop_kit.core.document import AnyBlock, Paragraph, Table, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

NO_IDEAS = N_("No ideas were written.")
WRITTEN = {
    Stage.ALONE: NN_("{n} idea was written alone.", "{n} ideas were written alone."),
    Stage.PAIR: NN_("{n} idea came from pairs.", "{n} ideas came from pairs."),
    Stage.FOUR: NN_("{n} idea came from fours.", "{n} ideas came from fours."),
}
GIVEN = NN_("{n} idea was given to all.", "{n} ideas were given to all.")
LEFT_AT = {
    Stage.PAIR: N_("not taken up by the pair"),
    Stage.FOUR: N_("not taken up by the four"),
    Stage.ALL: N_("not given to all by the four"),
}
METHOD = N_(
    "1-2-4-All: everybody wrote alone, then pairs drawn by lot took these ideas further, then two pairs together; "
    "in the end each four gave one idea to all."
)
ENDED_EARLY = N_("It ended at the stage “{stage}”, so nothing was given to all.")


def record(state: PairingState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield how many ideas there were, the results with what each grew from, then what was left."""
    del people
    if not state.of(Stage.ALONE) and not state.results:
        yield Paragraph(text(NO_IDEAS), "note")
        return
    yield Paragraph(" ".join(_counted(state, text)))
    yield Paragraph(text(METHOD), "note")
    if state.stage is not Stage.ALL:
        yield Paragraph(text(ENDED_EARLY, stage=text(STAGES[state.stage])), "note")
    if results := state.results:
        yield Table(
            (text(N_("Idea")), text(N_("It grew from"))),
            tuple((_told(idea), _grew_from(state, idea, text)) for idea in results),
            text(N_("What was given to all") if state.stage is Stage.ALL else N_("What came of it")),
        )
    if left := list(left_on_the_way(state)):
        yield Table(
            (text(N_("Idea")), text(N_("What became of it"))),
            tuple((_told(idea), _became(state, idea, text)) for idea in left),
            text(N_("What was left on the way")),
        )


def left_on_the_way(state: PairingState) -> Iterator[Idea]:
    """Yield the first ideas that none of the results grew from, in the order of writing."""
    ideas = sorted(state.ideas.values(), key=lambda idea: idea.number)
    return (idea for idea in ideas if not idea.gone and not state.sources(idea) and state.fate(idea).left)


def _told(idea: Idea) -> str:
    return f"{one_line(idea.text)} ({idea.id})"


def _grew_from(state: PairingState, idea: Idea, text: Text) -> str:
    roots = [root for root in state.roots(idea) if root is not idea]
    return "; ".join(map(_told, roots)) if roots else text(N_("it stands by itself"))


def _became(state: PairingState, idea: Idea, text: Text) -> str:
    fate = state.fate(idea)
    assert fate.left is not None
    where = text(LEFT_AT[fate.left])
    return where if fate.end is idea else text(N_("grew into “{idea}”, {where}"), idea=_told(fate.end), where=where)


def _counted(state: PairingState, text: Text) -> Iterator[str]:
    for stage, forms in WRITTEN.items():
        if count := len(state.of(stage)):
            yield text.plural(*forms, count)
    if state.stage is Stage.ALL:
        yield text.plural(*GIVEN, len(state.results))


def gist(state: PairingState, text: Text, people: People) -> Iterator[str]:
    """Yield how many ideas there were at each stage."""
    del people
    yield from _counted(state, text) if state.of(Stage.ALONE) or state.results else iter([text(NO_IDEAS)])


def pending(state: PairingState, text: Text, people: People) -> Iterable[str]:
    """Yield how many fours have not given an idea."""
    del people
    silent = len(state.units(Stage.FOUR)) - len(state.results)
    if state.stage is Stage.ALL and silent > 0:
        yield text.plural("{n} four has not given an idea.", "{n} fours have not given an idea.", silent)


def course(events: Sequence[Event], state: PairingState, text: Text, people: People) -> Iterator[str]:
    """Yield which stages began, and what was written in each."""
    del people, state
    for stage in Stage:
        named = [event for event in events if event.data.get("stage") == stage]
        if any(event.name == "pairing.stage_begun" for event in named):
            yield text(N_("The stage “{stage}” began."), stage=text(STAGES[stage]))
        if stage in WRITTEN and (count := sum(event.name == "pairing.idea_added" for event in named)):
            yield text.plural(*WRITTEN[stage], count)
    if count := len({event.data["four"] for event in events if event.name == "pairing.idea_given"}):
        yield text.plural(*GIVEN, count)


def doubts(state: PairingState, text: Text) -> Iterator[str]:
    """Yield that there were no ideas, that it ended early, and how many ideas nobody took up."""
    if not state.of(Stage.ALONE):
        yield text(NO_IDEAS)
    elif state.stage is not Stage.ALL:
        yield text(ENDED_EARLY, stage=text(STAGES[state.stage]))
