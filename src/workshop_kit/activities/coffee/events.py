"""The data of the events of a Lean Coffee, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Count, Shapes


class Added(TypedDict):
    topic: str
    text: str


class OfTopic(TypedDict):
    topic: str


class Hidden(OfTopic):
    reason: NotRequired[str]


class Merged(OfTopic):
    into: str
    reason: NotRequired[str]


class Staged(TypedDict):
    stage: str


class Given(TypedDict):
    dots: dict[str, Count]


class RoomDots(OfTopic):
    count: Count


class Shown(OfTopic):
    thumb: str


class RoomThumbs(OfTopic):
    on: Count
    stop: Count
    either: Count


class Proposed(OfTopic):
    proposal: str
    text: str


class Chosen(OfTopic):
    proposal: str


SHAPES: Shapes = {
    "coffee.topic_added": Added,
    "coffee.topic_withdrawn": OfTopic,
    "coffee.topic_hidden": Hidden,
    "coffee.topic_shown": OfTopic,
    "coffee.topic_merged": Merged,
    "coffee.topic_split": OfTopic,
    "coffee.stage_set": Staged,
    "coffee.dots_given": Given,
    "coffee.room_dots_set": RoomDots,
    "coffee.topic_started": OfTopic,
    "coffee.thumb_shown": Shown,
    "coffee.room_thumbs_set": RoomThumbs,
    "coffee.topic_continued": OfTopic,
    "coffee.topic_put_back": OfTopic,
    "coffee.topic_finished": OfTopic,
    "coffee.takeaway_proposed": Proposed,
    "coffee.takeaway_chosen": Chosen,
    "coffee.takeaway_written": Added,
}
