"""A speakers' queue in the minutes: how many spoke how often and how long. Nobody is named, in no edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

from workshop_kit.activities.queue.state import Kind, QueueState, Standing
from workshop_kit.core.document import AnyBlock, Bar, Chart, Paragraph, Table
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.event import Event
from workshop_kit.core.small_groups import SMALLEST_GROUP, crowd, headcount, is_public, is_small

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

SPOKE = NN_("{n} person spoke.", "{n} people spoke.")
CONTRIBUTIONS = NN_("{n} contribution", "{n} contributions")
ORDERS = NN_("{n} point of order was made.", "{n} points of order were made.")
WAITING = NN_("{n} person was still on the list of speakers.", "{n} people were still on the list of speakers.")
ASKED = NN_("{n} person asked for the floor.", "{n} people asked for the floor.")
WITHDREW = NN_("{n} wish to speak was taken back.", "{n} wishes to speak were taken back.")
TIMES = NN_("{n} time", "{n} times")
NOBODY = N_("Nobody spoke on the matter.")


def record(state: QueueState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield how many people spoke how often, as a picture with a table, and the spread in a sentence."""
    spoken = state.spoken()
    if not spoken:
        yield Paragraph(text(NOBODY), "note")
    else:
        yield _chart(spoken, state.present, text, people)
        yield Paragraph(_spread(state, spoken, text, people))
    if orders := _points_of_order(state):
        yield Paragraph(text.plural(*ORDERS, orders), "note")
    if spoken:
        yield Paragraph(text(state.sentence), "note")


def gist(state: QueueState, text: Text, people: People) -> Iterator[str]:
    """Yield how many people spoke how often in all."""
    spoken = state.spoken()
    if not spoken:
        yield text(NOBODY)
        if orders := _points_of_order(state):
            yield text.plural(*ORDERS, orders)
        return
    yield crowd(SPOKE, len(spoken), text, people)
    yield text(N_("{contributions} in all."), contributions=text.plural(*CONTRIBUTIONS, spoken.total()))


def course(events: Sequence[Event], state: QueueState, text: Text, people: People) -> Iterator[str]:
    """Yield how many asked for the floor, how much was said, and what was taken back."""
    seats = {event.data.get("seat", event.actor) for event in events if event.name == "queue.floor_asked"}
    if seats:
        yield crowd(ASKED, len(seats), text, people)
    called = {event.data["request"] for event in events if event.name == "queue.speaker_called"}
    heard = [request for request in state.all() if request.id in called and request.standing is Standing.SPOKEN]
    if count := sum(request.contribution for request in heard):
        yield text(N_("{contributions} in all."), contributions=text.plural(*CONTRIBUTIONS, count))
    if count := len(heard) - count:
        yield text.plural(*ORDERS, count)
    if count := sum(event.name == "queue.request_withdrawn" for event in events):
        yield text.plural(*WITHDREW, count)


def doubts(state: QueueState, text: Text) -> Iterator[str]:
    """Yield that nobody spoke, or that people were left waiting."""
    if not state.spoken():
        yield text(NOBODY)
    if waiting := {request.seat for request in state.line()}:
        yield text.plural(*WAITING, len(waiting))


def pending(state: QueueState, text: Text, people: People) -> Iterator[str]:
    """Yield how many people were still on the list."""
    if waiting := {request.seat for request in state.line()}:
        yield crowd(WAITING, len(waiting), text, people)


def _chart(spoken: Counter[str], present: int, text: Text, people: People) -> Chart:
    """Return how many people spoke how often; those who did not speak stand first, where it is known how many came.

    In public the bars of few people are all of one length, since it would tell what the number hides.
    """
    counts = Counter(spoken.values())
    if silent := max(0, present - len(spoken)):
        counts[0] = silent
    masked = {times for times, n in counts.items() if is_public(people) and is_small(n)}
    rows = tuple((text.plural(*TIMES, times), headcount(n, text, people)) for times, n in sorted(counts.items()))
    return Chart(
        title=text(N_("How often people spoke")),
        bars=tuple(
            Bar(label, SMALLEST_GROUP - 1 if times in masked else counts[times], told)
            for times, (label, told) in zip(sorted(counts), rows, strict=True)
        ),
        alt=text(N_("Bar chart: how many people spoke how often; the table has the numbers.")),
        unit=text(N_("people")),
        ordered=False,
        table=Table((text(N_("Spoke")), text(N_("People"))), rows, numeric=(1,)),
    )


def _spread(state: QueueState, spoken: Counter[str], text: Text, people: People) -> str:
    """Return the spread in sentences: total and length, the middle person, and the one who spoke most often."""
    total = spoken.total()
    seconds = sum(request.seconds for request in state.requests.values() if request.contribution)
    sentences = [
        text(
            N_("{contributions}, {seconds} seconds each on average."),
            contributions=text.plural(*CONTRIBUTIONS, total),
            seconds=text.number(round(seconds / total)),
        )
    ]
    if len(spoken) > 1 and not (is_public(people) and is_small(len(spoken))):
        middle = median(spoken.values())
        told = text(
            N_("The middle person (median) spoke {middle}×, nobody more than {most}×."),
            middle=text.number(middle, 0 if middle == int(middle) else 1),
            most=text.number(max(spoken.values())),
        )
        sentences.append(told)
    return " ".join(sentences)


def _points_of_order(state: QueueState) -> int:
    return sum(
        request.kind is Kind.POINT_OF_ORDER and request.standing is Standing.SPOKEN
        for request in state.requests.values()
    )
