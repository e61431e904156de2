"""What a Lean Coffee is at one moment: topics, the dots on them, the one that is talked about, and its thumbs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec
from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.errors import N_, AgendaError
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Localised

replace = msgspec.structs.replace

DEFAULT_LIMIT = 3
DEFAULT_DOTS = 3
MOST_DOTS = 20
DEFAULT_TIMEBOXES = (8, 4, 2)
"""Minutes for a topic at first, and each time when people want to go on; the last of them counts for all further."""

LONGEST_TIMEBOX = 240
MOST_TIMEBOXES = 10
MOST_PROPOSALS = 3
"""How many take-aways one person may propose for one topic."""

UNDER_A_MINUTE = 30.0
"""Fewer seconds than these are told as less than a minute."""


class Stage(StrEnum):
    """What the room is doing: writing topics, giving dots, talking."""

    COLLECTING = "collecting"
    DOTS = "dots"
    TALKING = "talking"


class Thumb(StrEnum):
    """What somebody wants when the time is up."""

    ON = "on"
    STOP = "stop"
    EITHER = "either"


THUMBS = {Thumb.ON: N_("Go on"), Thumb.STOP: N_("Stop here"), Thumb.EITHER: N_("Either is fine")}
SIGNS = {Thumb.ON: "👍", Thumb.STOP: "👎", Thumb.EITHER: "👉"}


class Gone(StrEnum):
    """Why a topic is not on the list."""

    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class Thumbs(NamedTuple):
    """How many thumbs showed what."""

    on: int = 0
    stop: int = 0
    either: int = 0

    @property
    def all(self) -> int:
        return sum(self)


class Proposal(Struct, frozen=True):
    """A sentence that somebody proposes as what is taken away from a topic."""

    id: str
    text: str
    seat: str


class Topic(Struct, frozen=True):
    """Something to talk about.

    `into` is the topic that it was merged into. `seconds` is how long it was talked about before `since`, which is when
    the clock last began to run. `asked` holds the thumbs at each decision to go on, the last one those at its end.
    `takeaway` is a text, `chosen` the proposal that became the take-away instead.
    """

    id: str
    number: int
    label: Localised
    seat: str
    channel: Channel
    gone: Gone | None = None
    into: str = ""
    reason: str = ""
    started: bool = False
    finished: bool = False
    since: datetime | None = None
    seconds: float = 0.0
    boxes: int = 0
    asked: tuple[Thumbs, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    takeaway: str = ""
    chosen: str = ""

    @property
    def lesson(self) -> str:
        """What is taken away; nothing where a proposal that was chosen has been erased."""
        if self.chosen:
            return next((one.text for one in self.proposals if one.id == self.chosen), "")
        return self.takeaway

    def paused(self, at: datetime) -> Topic:
        """Return the topic with its clock stopped at a moment."""
        run = (at - self.since).total_seconds() if self.since else 0.0
        return replace(self, seconds=self.seconds + max(0.0, run), since=None)


class Ranked(Struct, frozen=True):
    """A topic on the list with its dots. Topics with equal dots share a place, and are told to be tied."""

    topic: Topic
    dots: int
    place: int
    tied: bool


class CoffeeState(Struct, frozen=True):
    """All topics ever written, by id, the dots by seat, and what the people without a phone gave by topic.

    `done` are the topics that were closed, in the order of closing.
    """

    limit: int
    dots: int
    several: bool
    timeboxes: tuple[int, ...]
    stage: Stage = Stage.COLLECTING
    topics: PMap[str, Topic] = pmap()
    ballots: PMap[str, Mapping[str, int]] = pmap()
    room_dots: PMap[str, int] = pmap()
    current: str = ""
    done: tuple[str, ...] = ()
    shown: PMap[str, Thumb] = pmap()
    room_thumbs: Thumbs = Thumbs()

    @property
    def cap(self) -> int:
        """How many dots one person may put on one topic."""
        return self.dots if self.several else 1

    @property
    def voters(self) -> int:
        """How many people gave dots at least; of those without a phone only the dots are known."""
        return len(self.ballots) + -(-sum(self.room_dots.values()) // self.dots)

    @property
    def thumbs(self) -> Thumbs:
        """All thumbs that are shown just now, those without a phone included."""
        shown = list(self.shown.values())
        return Thumbs(*(shown.count(thumb) + more for thumb, more in zip(Thumb, self.room_thumbs, strict=True)))

    def on_list(self) -> list[Topic]:
        """Return the topics that can be talked about, in the order of writing."""
        known = (topic for topic in self.topics.values() if not topic.gone and self.target(topic) is topic)
        return sorted(known, key=lambda topic: topic.number)

    def target(self, topic: Topic) -> Topic:
        """Return the topic that stands for this one; itself if it was merged into none that is there."""
        return self.topics.get(topic.into, topic) if topic.into else topic

    def merged(self, topic: Topic) -> list[Topic]:
        """Return the topics that were merged into this one."""
        known = (one for one in self.topics.values() if one.into == topic.id and not one.gone)
        return sorted(known, key=lambda one: one.number)

    def totals(self) -> Counter[str]:
        """Return the dots by topic, those on topics merged into it included; a person gives one no more than `cap`."""
        totals: Counter[str] = Counter()
        for ballot in self.ballots.values():
            given: Counter[str] = Counter()
            for topic_id, dots in ballot.items():
                if topic := self.topics.get(topic_id):
                    given[self.target(topic).id] += dots
            totals.update({topic_id: min(self.cap, dots) for topic_id, dots in given.items()})
        for topic_id, dots in self.room_dots.items():
            if topic := self.topics.get(topic_id):
                totals[self.target(topic).id] += dots
        return totals

    def ranked(self) -> list[Ranked]:
        """Return the list by dots, most first; of equal ones, which share a place, the one written first."""
        totals = self.totals()
        counted = [(totals[topic.id], topic) for topic in self.on_list()]
        counted.sort(key=lambda pair: (-pair[0], pair[1].number))
        dots = [n for n, _ in counted]
        return [Ranked(topic, n, dots.index(n) + 1, dots.count(n) > 1) for n, topic in counted]

    def waiting(self) -> list[Ranked]:
        """Return what is still to be talked about, in its order."""
        return [one for one in self.ranked() if not one.topic.finished and one.topic.id != self.current]

    def left(self, seat: str) -> int:
        """Return how many more topics a person may write."""
        return max(0, self.limit - sum(topic.seat == seat and not topic.gone for topic in self.topics.values()))

    def timebox(self, boxes: int) -> int:
        """Return how many minutes the next timebox has after so many."""
        return self.timeboxes[min(boxes, len(self.timeboxes) - 1)]


class CoffeeView(Struct, frozen=True):
    """A Lean Coffee as one viewer sees it. `ranked` and `waiting` are empty for the room until the dots are shown.

    `away` are the topics that the facilitator hid or merged and may bring back;
    `box` is how many minutes the next timebox has, for the current topic or for the next one.
    """

    stage: Stage
    topics: tuple[Topic, ...]
    ranked: tuple[Ranked, ...]
    waiting: tuple[Ranked, ...]
    done: tuple[Topic, ...]
    current: Topic | None
    merged: Mapping[str, tuple[Topic, ...]]
    away: tuple[Topic, ...]
    mine: tuple[Topic, ...]
    given: Mapping[str, int]
    room_dots: Mapping[str, int]
    voters: int
    dots: int
    cap: int
    left: int
    proposals_left: int
    box: int
    thumb: Thumb | None
    thumbs: Thumbs
    words: Mapping[Thumb, str]
    signs: Mapping[Thumb, str]
    open: bool
    longest: int


def begun(spec: Spec) -> CoffeeState:
    """Return how an item begins. Raises `AgendaError`."""
    boxes = spec.settings.get("timeboxes", list(DEFAULT_TIMEBOXES))
    if not _are_timeboxes(boxes):
        raise AgendaError(
            N_('Item "{item}": "{key}" is {value!r}, expected: 1 to {n} whole numbers of minutes from 1 to {most}.'),
            item=spec.id,
            key="timeboxes",
            value=boxes,
            n=MOST_TIMEBOXES,
            most=LONGEST_TIMEBOX,
        )
    return CoffeeState(
        limit=spec.whole("limit", DEFAULT_LIMIT),
        dots=spec.whole("dots", DEFAULT_DOTS, most=MOST_DOTS),
        several=spec.setting("several", True),
        timeboxes=tuple(boxes),
        topics=pmap({topic.id: topic for topic in _brought_along(spec.options("topics"))}),
    )


def _brought_along(options: Iterable[Option]) -> Iterable[Topic]:
    for number, option in enumerate(options, 1):
        yield Topic(option.id, number, option.label, "", Channel.NOTEBOOK)


def _are_timeboxes(boxes: object) -> bool:
    if not isinstance(boxes, list | tuple) or not 0 < len(boxes) <= MOST_TIMEBOXES:
        return False
    return all(type(minutes) is int and 0 < minutes <= LONGEST_TIMEBOX for minutes in boxes)
