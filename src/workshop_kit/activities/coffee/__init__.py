"""Lean Coffee: people write what they want to talk about, give dots, and talk in timeboxes, the topic with most first.

When the time is up, thumbs say whether to go on; the facilitator decides and closes a topic with a take-away. The
original is from Jim Benson and Jeremy Lightsmith (2009, leancoffee.org). How long a topic took comes from the times in
the log: the activity has no clock of its own, and its timeboxes are the timer of the agenda item.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from workshop_kit.activities.coffee.events import SHAPES
from workshop_kit.activities.coffee.fold import evolved
from workshop_kit.activities.coffee.record import pending, record
from workshop_kit.activities.coffee.state import (
    MOST_PROPOSALS,
    SIGNS,
    THUMBS,
    CoffeeState,
    CoffeeView,
    Gone,
    Stage,
    Thumb,
    Thumbs,
    Topic,
    begun,
)
from workshop_kit.activities.coffee.told import course, doubts, gist
from workshop_kit.core.activity import MOST, Audience, Entry, Option, Row, Viewer
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, short, unknown, written

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

LONGEST = 140
LONGEST_TAKEAWAY = 280

VALUE = "value."
"""What the field of a ballot begins with; the id of a topic follows."""

_BY_ALL = frozenset({"add", "withdraw", "dots", "thumb", "propose"})


class Coffee:
    """The activity "coffee"."""

    name = "coffee"
    columns = ("id", "topic", "dots", "place", "state", "minutes", "on", "stop", "either", "takeaway")
    personal = frozenset({"coffee.topic_added", "coffee.takeaway_proposed"})
    shapes = SHAPES
    closed = N_("The Lean Coffee is over.")
    said: Mapping[str, str] = {
        "coffee.topic_added": N_("Wrote a topic"),
        "coffee.topic_withdrawn": N_("Took a topic back"),
        "coffee.dots_given": N_("Gave dots to topics"),
        "coffee.thumb_shown": N_("Showed a thumb: go on, stop or either"),
        "coffee.takeaway_proposed": N_("Proposed a take-away"),
    }
    initial = staticmethod(begun)
    evolve = staticmethod(evolved)
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        decide = {
            "add": self._add,
            "withdraw": self._withdraw,
            "dots": self._give,
            "thumb": self._show_thumb,
            "propose": self._propose,
            "hide": self._hide,
            "show": self._show,
            "merge": self._merge,
            "split": self._split,
            "stage": self._stage,
            "room-dots": self._room_dots,
            "start": self._start,
            "room-thumbs": self._room_thumbs,
            "go-on": self._go_on,
            "put-back": self._put_back,
            "finish": self._finish,
            "takeaway": self._take_away,
        }.get(command.name)
        if decide is None:
            raise unknown(command)
        if command.name not in _BY_ALL and not actor.facilitates:
            raise only_the_facilitator()
        return decide(state, command, actor)

    @staticmethod
    def _add(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        text = written(one_line(clean(command.fields.get("text", ""))), "text", LONGEST)
        if not actor.facilitates:
            _must_be(state, Stage.COLLECTING, N_("Topics are not collected any more. Tell the facilitator yours."))
            if not state.left(actor.id):
                raise Refused(
                    Why.INVALID, N_("Everybody can write {limit} topics here. Withdraw one first."), limit=state.limit
                )
        topic_id = free_id("t", state.topics, len(state.topics))
        return (Fact("coffee.topic_added", {"topic": topic_id, "text": text}),)

    @staticmethod
    def _withdraw(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        topic = _topic(state, command)
        if topic.seat != actor.id:
            raise Refused(Why.NOT_ALLOWED, N_("Somebody else wrote that topic."), field="topic")
        _must_be(state, Stage.COLLECTING, N_("The list of topics is settled. Tell the facilitator."))
        return (Fact("coffee.topic_withdrawn", {"topic": topic.id}),)

    @staticmethod
    def _hide(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        topic = _not_current(state, _topic(state, command))
        return (Fact("coffee.topic_hidden", {"topic": topic.id, **_reason(command)}),)

    @staticmethod
    def _show(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        topic = state.topics.get(command.fields.get("topic", ""))
        if topic is None or topic.gone is not Gone.HIDDEN:
            raise _no_such_topic()
        return (Fact("coffee.topic_shown", {"topic": topic.id}),)

    @staticmethod
    def _merge(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        """Merge a topic, with those merged into it before, into another one."""
        del actor
        topic, into = _not_current(state, _topic(state, command)), _topic(state, command, "into")
        if topic is into:
            raise Refused(Why.INVALID, N_("Choose another topic to merge it into."), field="into")
        if topic.started:
            raise Refused(Why.INVALID, N_("That was talked about already, so it stays on its own."), field="topic")
        said = {"into": into.id, **_reason(command)}
        return tuple(Fact("coffee.topic_merged", {"topic": one.id, **said}) for one in (topic, *state.merged(topic)))

    @staticmethod
    def _split(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        topic = state.topics.get(command.fields.get("topic", ""))
        if topic is None or topic.gone or not topic.into:
            raise _no_such_topic()
        return (Fact("coffee.topic_split", {"topic": topic.id}),)

    @staticmethod
    def _stage(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        stage = Stage(one_of(command.fields.get("stage", ""), Stage, "stage"))
        if stage is state.stage:
            return ()
        if any(topic.started for topic in state.topics.values()):
            raise Refused(Why.CLOSED, N_("Topics were talked about already. Start a new round to give dots once more."))
        if not state.on_list():
            raise Refused(Why.INVALID, N_("There is no topic yet."), field="stage")
        return (Fact("coffee.stage_set", {"stage": stage.value}),)

    @staticmethod
    def _give(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        _must_be(state, Stage.DOTS, N_("Dots cannot be given just now."))
        if actor.facilitates:
            raise Refused(Why.INVALID, N_("Enter the dots of people without a phone by topic."), field="topic")
        given = {
            key.removeprefix(VALUE): text for key, text in command.fields.items() if key.startswith(VALUE) and text
        }
        known = {topic.id for topic in state.on_list()}
        dots = {one_of(topic, known, "topic"): _count(text, "topic", state.cap) for topic, text in given.items()}
        dots = {topic: n for topic, n in sorted(dots.items()) if n}
        if (total := sum(dots.values())) > state.dots:
            raise Refused(Why.INVALID, N_("You have {dots} dots, and gave away {given}."), dots=state.dots, given=total)
        return () if dots == state.ballots.get(actor.id) else (Fact("coffee.dots_given", {"dots": dots}),)

    @staticmethod
    def _room_dots(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        _must_be(state, Stage.DOTS, N_("Dots cannot be given just now."))
        topic, count = _topic(state, command), _count(command.fields.get("count", ""), "count", MOST)
        if count == state.room_dots.get(topic.id, 0):
            return ()
        return (Fact("coffee.room_dots_set", {"topic": topic.id, "count": count}),)

    # ── talking ───────────────────────────────────────────────────────────────────────────────────────────────────

    @staticmethod
    def _start(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        """Start a topic: the one named, or the first that waits."""
        del actor
        _must_be(state, Stage.TALKING, N_("Show the order of the topics first."))
        if state.current:
            raise Refused(Why.TAKEN, N_("Another topic is talked about. Close it or put it back first."), field="topic")
        if command.fields.get("topic"):
            topic = _topic(state, command)
        elif waiting := state.waiting():
            topic = waiting[0].topic
        else:
            raise Refused(Why.INVALID, N_("No topic is left."), field="topic")
        return (Fact("coffee.topic_started", {"topic": topic.id}), _timer(state.timebox(0)))

    @staticmethod
    def _show_thumb(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        topic = _current(state)
        if actor.facilitates:
            raise Refused(Why.INVALID, N_("Enter the thumbs of people without a phone as numbers."), field="value")
        if command.fields.get("topic", topic.id) != topic.id:  # sent late, from a phone that had no connection
            raise Refused(Why.CLOSED, N_("Another topic is talked about by now."), field="topic")
        thumb = one_of(command.fields.get("value", ""), Thumb, "value")
        if state.shown.get(actor.id) == thumb:
            return ()
        return (Fact("coffee.thumb_shown", {"topic": topic.id, "thumb": str(thumb)}),)

    @staticmethod
    def _room_thumbs(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        topic = _current(state)
        thumbs = Thumbs(*(_count(command.fields.get(thumb, "") or "0", thumb, MOST) for thumb in Thumb))
        if thumbs == state.room_thumbs:
            return ()
        return (Fact("coffee.room_thumbs_set", {"topic": topic.id, **thumbs._asdict()}),)

    @staticmethod
    def _go_on(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del command, actor
        topic = _current(state)
        return (Fact("coffee.topic_continued", {"topic": topic.id}), _timer(state.timebox(topic.boxes)))

    @staticmethod
    def _put_back(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del command, actor
        return (Fact("coffee.topic_put_back", {"topic": _current(state).id}), _timer(0))

    @staticmethod
    def _finish(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        topic = _current(state)
        return (*_lesson(topic, command), Fact("coffee.topic_finished", {"topic": topic.id}), _timer(0))

    @staticmethod
    def _take_away(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        del actor
        return _lesson(_topic(state, command), command)

    @staticmethod
    def _propose(state: CoffeeState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        topic = _current(state)
        if command.fields.get("topic", topic.id) != topic.id:
            raise Refused(Why.CLOSED, N_("Another topic is talked about by now."), field="topic")
        text = written(one_line(clean(command.fields.get("text", ""))), "text", LONGEST_TAKEAWAY)
        if not actor.facilitates and not _proposals_left(topic, actor.id):
            raise Refused(
                Why.INVALID, N_("Everybody can propose {limit} take-aways for a topic."), limit=MOST_PROPOSALS
            )
        proposal = free_id("p", {one.id for one in topic.proposals}, len(topic.proposals))
        return (Fact("coffee.takeaway_proposed", {"topic": topic.id, "proposal": proposal, "text": text}),)

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: CoffeeState, viewer: Viewer) -> CoffeeView:
        facilitates = viewer.audience is Audience.FACILITATOR
        topics = tuple(state.on_list())
        current = state.topics.get(state.current)
        told = facilitates or (state.stage is Stage.TALKING and viewer.audience is Audience.ROOM)
        ranked = tuple(state.ranked()) if told else ()
        away = (one for one in state.topics.values() if one.gone is Gone.HIDDEN or (one.into and not one.gone))
        return CoffeeView(
            stage=state.stage,
            topics=topics,
            ranked=ranked,
            waiting=tuple(one for one in ranked if not one.topic.finished and one.topic is not current),
            done=tuple(state.topics[one] for one in state.done if not state.topics[one].gone),
            current=current,
            merged={topic.id: tuple(merged) for topic in topics if (merged := state.merged(topic))},
            away=tuple(sorted(away, key=lambda one: one.number)) if facilitates else (),
            mine=tuple(topic for topic in topics if viewer.seat and topic.seat == viewer.seat),
            given=state.ballots.get(viewer.seat, {}),
            room_dots=state.room_dots,
            voters=len(state.ballots),
            dots=state.dots,
            cap=state.cap,
            left=state.left(viewer.seat) if viewer.seat else state.limit,
            proposals_left=_proposals_left(current, viewer.seat) if current else 0,
            box=state.timebox(current.boxes if current else 0),
            thumb=state.shown.get(viewer.seat),
            thumbs=state.thumbs,
            words=THUMBS,
            signs=SIGNS,
            open=viewer.open,
            longest=LONGEST_TAKEAWAY if current else LONGEST,
        )

    def choices(self, state: CoffeeState) -> Hashable:
        current = state.topics.get(state.current)
        listed = tuple(topic.id for topic in state.on_list()) if state.stage is Stage.DOTS else ()
        return state.stage, listed, state.current, current.boxes if current else 0

    def rows(self, state: CoffeeState) -> Iterable[Row]:
        ranked = {one.topic.id: one for one in state.ranked()}
        for topic in sorted(state.topics.values(), key=lambda topic: topic.number):
            one, thumbs = ranked.get(topic.id), topic.asked[-1] if topic.asked else Thumbs()
            standing = "finished" if topic.finished else "started" if topic.started else "open"
            yield {
                "id": topic.id,
                "topic": topic.label,
                "dots": one.dots if one else 0,
                "place": one.place if one else None,
                "state": topic.gone.value if topic.gone else standing if one else "merged",
                "minutes": round(topic.seconds / 60, 1),
                **thumbs._asdict(),
                "takeaway": topic.lesson,
            }

    def offers(self, state: CoffeeState) -> Iterable[Option]:
        """Yield the topics that are left, first the one that was broken off."""
        current = state.topics.get(state.current)
        left = [*([current] if current else []), *(one.topic for one in state.waiting())]
        return (Option(topic.id, topic.label) for topic in left)

    def entries(self, state: CoffeeState, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
        del state
        if rows and "text" not in rows[0]:
            raise Refused(Why.INVALID, N_('The table has no column "text", which holds the topics.'), field="text")
        for line, row in enumerate(rows, 2):
            yield Entry((line,), "add", {"text": row["text"]})


def _topic(state: CoffeeState, command: Command, field: str = "topic") -> Topic:
    topic = state.topics.get(command.fields.get(field, ""))
    if topic is None or topic.gone or state.target(topic) is not topic:
        raise _no_such_topic(field)
    return topic


def _no_such_topic(field: str = "topic") -> Refused:
    return Refused(Why.INVALID, N_("There is no such topic on the list."), field=field)


def _current(state: CoffeeState) -> Topic:
    topic = state.topics.get(state.current)
    if topic is None:
        raise Refused(Why.CLOSED, N_("No topic is talked about just now."))
    return topic


def _not_current(state: CoffeeState, topic: Topic) -> Topic:
    if topic.id == state.current:
        raise Refused(
            Why.INVALID, N_("That is what the room talks about. Close it or put it back first."), field="topic"
        )
    return topic


def _must_be(state: CoffeeState, stage: Stage, otherwise: str) -> None:
    if state.stage is not stage:
        raise Refused(Why.CLOSED, otherwise)


def _reason(command: Command) -> dict[str, str]:
    reason = short(one_line(command.fields.get("reason", "")), "reason", LONGEST_TAKEAWAY)
    return {"reason": reason} if reason else {}


def _lesson(topic: Topic, command: Command) -> tuple[Fact, ...]:
    """Return what makes a topic's take-away: a proposal that was chosen, or else what the facilitator wrote."""
    if chosen := command.fields.get("proposal", ""):
        one_of(chosen, (one.id for one in topic.proposals), "proposal")
        same = chosen == topic.chosen
        return () if same else (Fact("coffee.takeaway_chosen", {"topic": topic.id, "proposal": chosen}),)
    text = short(one_line(clean(command.fields.get("text", ""))), "text", LONGEST_TAKEAWAY)
    if not text or text == topic.lesson:
        return ()
    return (Fact("coffee.takeaway_written", {"topic": topic.id, "text": text}),)


def _proposals_left(topic: Topic, seat: str) -> int:
    return max(0, MOST_PROPOSALS - sum(one.seat == seat for one in topic.proposals))


def _count(text: str, field: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > most:
        raise Refused(Why.INVALID, N_("Expected: a whole number from 0 to {most}."), field=field, most=most)
    return int(text)


def _timer(minutes: int) -> Fact:
    return Fact("item.timer_set", {"seconds": minutes * 60})


ACTIVITY = Coffee()
