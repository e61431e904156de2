"""How the events of a Lean Coffee change its state. The time that a topic takes runs from entry to entry of the log."""

from __future__ import annotations

from typing import Any

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.coffee.events import SHAPES
from workshop_kit.activities.coffee.state import CoffeeState, Gone, Proposal, Stage, Thumb, Thumbs, Topic
from workshop_kit.core.event import Event
from workshop_kit.core.text import AS_WRITTEN

replace = msgspec.structs.replace


def evolved(state: CoffeeState, event: Event) -> CoffeeState:
    """Return the state after a recorded event. Total: an event it does not know changes nothing."""
    data = event.data
    match event.name:
        case "item.closed" | "item.opened" if current := state.topics.get(state.current):
            paused = current.paused(event.at)  # while the step is closed, nobody talks
            return _put(state, replace(paused, since=event.at) if event.name == "item.opened" else paused)
        case "coffee.topic_added":
            number = len(state.topics) + 1
            topic = Topic(data["topic"], number, {AS_WRITTEN: data["text"]}, event.actor, event.channel)
            return _put(state, topic)
        case "coffee.stage_set" if data["stage"] in set(Stage):
            return replace(state, stage=Stage(data["stage"]))
        case "coffee.dots_given":
            return replace(state, ballots=state.ballots.set(event.actor, dict(data["dots"])))
        case name if name not in SHAPES or "topic" not in data:
            return state
    about = state.topics.get(data["topic"])
    if about is None:  # its author has had it erased
        return state
    if changed := _listed(about, event):
        return _put(state, changed)
    return _talked(state, about, event)


def _listed(topic: Topic, event: Event) -> Topic | None:
    """Return the topic after an event that puts it on the list or off it, or that is about its take-away."""
    data: Any = event.data
    match event.name:
        case "coffee.topic_withdrawn":
            return replace(topic, gone=Gone.WITHDRAWN)
        case "coffee.topic_hidden":
            return replace(topic, gone=Gone.HIDDEN, reason=data.get("reason", ""))
        case "coffee.topic_shown":
            return replace(topic, gone=None, reason="")
        case "coffee.topic_merged" if data["into"] != topic.id:
            return replace(topic, into=data["into"], reason=data.get("reason", ""))
        case "coffee.topic_split":
            return replace(topic, into="", reason="")
        case "coffee.takeaway_proposed":
            return replace(topic, proposals=(*topic.proposals, Proposal(data["proposal"], data["text"], event.actor)))
        case "coffee.takeaway_chosen":
            return replace(topic, chosen=data["proposal"], takeaway="")
        case "coffee.takeaway_written":
            return replace(topic, chosen="", takeaway=data["text"])
    return None


def _talked(state: CoffeeState, topic: Topic, event: Event) -> CoffeeState:
    """Return the state after an event of the conversation; the thumbs of one timebox do not count in the next."""
    data: Any = event.data
    fresh = replace(state, shown=pmap(), room_thumbs=Thumbs())
    match event.name:
        case "coffee.room_dots_set":
            return replace(state, room_dots=state.room_dots.set(topic.id, data["count"]))
        case "coffee.topic_started":
            if (other := state.topics.get(state.current)) and other is not topic:
                fresh = _put(fresh, other.paused(event.at))
            begun = replace(topic.paused(event.at), started=True, finished=False, since=event.at, boxes=1)
            return _put(replace(fresh, current=topic.id, done=_without(fresh.done, topic)), begun)
        case _ if topic.id != state.current:
            return state
        case "coffee.thumb_shown" if data["thumb"] in set(Thumb):
            return replace(state, shown=state.shown.set(event.actor, Thumb(data["thumb"])))
        case "coffee.room_thumbs_set":
            return replace(state, room_thumbs=Thumbs(data["on"], data["stop"], data["either"]))
        case "coffee.topic_continued":
            return _put(fresh, replace(topic, boxes=topic.boxes + 1, asked=(*topic.asked, state.thumbs)))
        case "coffee.topic_put_back":
            return _put(replace(fresh, current=""), topic.paused(event.at))
        case "coffee.topic_finished":
            ended = replace(topic.paused(event.at), finished=True, asked=(*topic.asked, state.thumbs))
            return _put(replace(fresh, current="", done=(*_without(fresh.done, topic), topic.id)), ended)
    return state


def _put(state: CoffeeState, topic: Topic) -> CoffeeState:
    return replace(state, topics=state.topics.set(topic.id, topic))


def _without(done: tuple[str, ...], topic: Topic) -> tuple[str, ...]:
    return tuple(one for one in done if one != topic.id)
