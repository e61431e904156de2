"""The data of a poll's events, as a log must hold it."""

from __future__ import annotations

from typing import TypedDict

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


class RoomVotesCounted(TypedDict):
    counts: dict[str, Count]
    voters: Count


SHAPES: Shapes = {
    "poll.took_part": TookPart,
    "poll.ballot_cast": BallotCast,
    "poll.words_given": WordsGiven,
    "poll.ballot_superseded": BallotCast,
    "poll.room_votes_counted": RoomVotesCounted,
}
