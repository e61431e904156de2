"""Reads the numbers that a form of a poll holds: a ballot, or the hands that were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_kit.core.errors import N_, Refused, Why

if TYPE_CHECKING:
    from workshop_kit.activities.poll import PollState
    from workshop_kit.core.activity import Command

VALUE = "value."
MOST_HANDS = 10_000
LARGEST_REV = 2**53


def values(state: PollState, command: Command, most: int = MOST_HANDS) -> dict[str, int]:
    """Return the number per option, each `most` at most. Raises `Refused`."""
    known = {option.id for option in state.options}
    found: dict[str, int] = {}
    for field, written in command.fields.items():
        if field == "choice" and state.rule.single:
            field, written = VALUE + written, "1"  # noqa: PLW2901 - radio buttons send the option as their value
        if not field.startswith(VALUE):
            continue
        option = field.removeprefix(VALUE)
        if option not in known:
            raise Refused(
                Why.INVALID, N_('"{option}" is not one of the options.'), field=field[:80], option=option[:60]
            )
        found[option] = whole(written or "0", field, most)
    return found


def whole(written: str, field: str, most: int) -> int:
    """Return a whole number from 0 to `most`. Raises `Refused`."""
    text = written.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > most:
        raise Refused(
            Why.INVALID,
            N_('"{value}" is not a whole number from 0 to {most}.'),
            field=field,
            value=text[:20],
            most=most,
        )
    return int(text)


def room_votes(state: PollState, command: Command) -> dict[str, object]:
    """Return what raised hands were counted. Raises `Refused`."""
    counts = {option: number for option, number in values(state, command).items() if number}
    written = command.fields.get("voters", "").strip()
    voters = whole(written, "voters", MOST_HANDS) if written else max(counts.values(), default=0)
    if state.rule.single and not written:
        voters = sum(counts.values())
    if any(number > voters for number in counts.values()):
        raise Refused(
            Why.INVALID,
            N_("More hands were counted for one option than people took part ({voters})."),
            field="voters",
            voters=voters,
        )
    return {"counts": counts, "voters": voters}
