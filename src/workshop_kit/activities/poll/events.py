"""The data of a poll's events, as a log must hold it."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from workshop_kit.core.event import OPTION_ADDED, OPTION_REWORDED
from workshop_kit.core.shapes import Count, Number, Shapes


class TookPart(TypedDict):
    voter: str


class BallotCast(TypedDict):
    voter: str
    value: dict[str, Number]
    rev: Count


class WordsGiven(TypedDict):
    voter: str
    words: dict[str, str]


class SlipsCounted(TypedDict):
    count: Count


class SlipsEntered(TypedDict):
    slips: Count
    people: Annotated[int, Meta(ge=1, le=2)]
    settled: Count
    invalid: Count


class RoomVotesCounted(TypedDict):
    counts: dict[str, Count]
    voters: Count


class WordMoved(TypedDict):
    word: str
    into: NotRequired[str]
    reason: NotRequired[str]


class OptionReworded(TypedDict):
    option: str
    label: str | dict[str, str]


class OptionAdded(TypedDict):
    id: str
    label: str | dict[str, str]


SHAPES: Shapes = {
    "poll.took_part": TookPart,
    "poll.ballot_cast": BallotCast,
    "poll.words_given": WordsGiven,
    "poll.ballot_superseded": BallotCast,
    "poll.words_merged": WordMoved,
    "poll.words_unmerged": WordMoved,
    "poll.word_hidden": WordMoved,
    "poll.word_shown": WordMoved,
    OPTION_REWORDED: OptionReworded,
    "poll.invalid_slips_counted": SlipsCounted,
    OPTION_ADDED: OptionAdded,
    "poll.room_votes_counted": RoomVotesCounted,
    "poll.slips_entered": SlipsEntered,
}
