"""A Lean Coffee's part of the minutes: what was talked about, how long, and what is taken away; then what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.activities.coffee.state import UNDER_A_MINUTE, CoffeeState, Gone, Ranked, Thumbs, Topic
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, Table, one_line
from workshop_kit.core.errors import N_, NN_
from workshop_kit.core.small_groups import SMALLEST_GROUP, is_public, is_small

if TYPE_CHECKING:
    from workshop_kit.core.activity import People
    from workshop_kit.core.text import Text

DOTS = NN_("{n} dot", "{n} dots")
ORDER = N_("Topics with equal dots share a place; the one that was written first came first.")


def record(state: CoffeeState, text: Text, people: People) -> Iterator[AnyBlock]:
    """Yield the topics that were talked about as a table, what is left, and what was hidden or merged."""
    ranked = state.ranked()
    if not ranked:
        yield Paragraph(text(N_("No topics were written.")), "note")
        return
    public, few = is_public(people), is_public(people) and is_small(state.voters)
    talked = [one for one in ranked if one.topic.started]
    if talked:
        yield _table(talked, text, public=public, few=few)
        yield Paragraph(text(N_("Thumbs at each decision: go on / stop / either.")), "note")
    else:
        yield Paragraph(text(N_("No topic was talked about.")), "note")
    if left := [one for one in ranked if not one.topic.started]:
        yield Heading(text(N_("Not reached, for another time")))
        yield Bullets(tuple(_with_dots(one, state, text, few=few) for one in left))
    if few or (public and any(is_small(thumbs.all) for one in talked for thumbs in one.topic.asked)):
        yield Paragraph(text(N_("A dash stands where fewer than {n} people have answered."), n=SMALLEST_GROUP), "note")
    if any(one.tied and one.dots for one in ranked):
        yield Paragraph(text(ORDER), "note")
    if put_aside := list(_put_aside(state, text)):
        yield Heading(text(N_("Hidden or merged")))
        yield Bullets(tuple(put_aside))


def pending(state: CoffeeState, text: Text, people: People) -> Iterable[str]:
    """Yield a sentence for each topic that is left."""
    del people
    for one in state.ranked():
        if not one.topic.finished:
            words = N_("Not finished: {topic}.") if one.topic.started else N_("Not reached: {topic}.")
            yield text(words, topic=wording(one.topic, text))


def wording(topic: Topic, text: Text) -> str:
    """Return what a topic is called, on one line."""
    return one_line(text.pick(topic.label))


def duration(seconds: float, text: Text) -> str:
    """Return a time in whole minutes."""
    return text(N_("less than 1")) if seconds < UNDER_A_MINUTE else text.number(round(seconds / 60))


def place(one: Ranked, text: Text) -> str:
    """Return a place on the list, with a word where others share it."""
    return text(N_("{n} (tied)"), n=one.place) if one.tied else text.number(one.place)


def _table(talked: list[Ranked], text: Text, *, public: bool, few: bool) -> Table:
    heads = (N_("Rank"), N_("Topic"), N_("Dots"), N_("Time in minutes"), N_("Thumbs"), N_("What we take away"))
    return Table(
        tuple(text(head) for head in heads),
        tuple(
            (
                place(one, text),
                wording(one.topic, text) + ("" if one.topic.finished else f" ({text(N_('not finished'))})"),
                "–" if few else text.number(one.dots),
                duration(one.topic.seconds, text),
                "; ".join(_thumbs(thumbs, public=public) for thumbs in one.topic.asked if thumbs.all) or "–",
                one_line(one.topic.lesson) or "–",
            )
            for one in talked
        ),
        text(N_("What was talked about")),
        numeric=(2, 3),
    )


def _thumbs(thumbs: Thumbs, *, public: bool) -> str:
    return "–" if public and is_small(thumbs.all) else " / ".join(map(str, thumbs))


def _with_dots(one: Ranked, state: CoffeeState, text: Text, *, few: bool) -> str:
    told = wording(one.topic, text) + ("" if few else f" ({text.plural(*DOTS, one.dots)})")
    merged = [wording(other, text) for other in state.merged(one.topic)]
    return f"{told}: {'; '.join(merged)}" if merged else told


def _put_aside(state: CoffeeState, text: Text) -> Iterator[str]:
    """Yield what was merged into what, and why topics were hidden; what these said stays hidden."""
    for topic in sorted(state.topics.values(), key=lambda topic: topic.number):
        into = state.target(topic)
        because = f" ({one_line(topic.reason)})" if topic.reason else ""
        if topic.gone is Gone.HIDDEN:
            yield text(N_("A topic was hidden by the facilitator.")) + because
        elif not topic.gone and into is not topic:
            yield text(N_("{topic} → {into}"), topic=wording(topic, text), into=wording(into, text)) + because
