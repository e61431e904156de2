"""The data of the events of a speakers' queue, as a log must hold it. `seat` is for whom somebody else acts."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Shapes


class Asked(TypedDict):
    request: str
    kind: str
    seat: NotRequired[str]


class OfRequest(TypedDict):
    request: str
    seat: NotRequired[str]


SHAPES: Shapes = {
    "queue.floor_asked": Asked,
    "queue.request_withdrawn": OfRequest,
    "queue.speaker_called": OfRequest,
    "queue.speaker_put_back": OfRequest,
    "queue.speech_ended": OfRequest,
}
