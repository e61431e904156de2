"""Raised hands, as the facilitator counts them: a number per option, and how many people took part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_kit.activities.poll.state import PollState
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.papers import Marks, numbers, whole

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command

MOST_HANDS = 10_000


def room_votes(state: PollState, command: Command) -> dict[str, object]:
    """Return what was counted, as the data of an event. Raises `Refused`."""
    counts = {option: n for option, n in numbers(command.fields, state.ids, 0, MOST_HANDS).items() if n}
    written = command.fields.get("voters", "").strip()
    voters = whole(written, "voters", 0, MOST_HANDS) if written else max(counts.values(), default=0)
    if isinstance(state.rule.paper, Marks) and state.rule.paper.single and not written:
        voters = sum(counts.values())
    if any(number > voters for number in counts.values()):
        raise Refused(
            Why.INVALID,
            N_("More hands were counted for one option than people took part ({voters})."),
            field="voters",
            voters=voters,
        )
    return {"counts": counts, "voters": voters}
