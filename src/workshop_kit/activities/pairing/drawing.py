"""From stage to stage: pairs drawn by lot, fours made of pairs, and who comes late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.groups.counting import seed_of
from workshop_kit.activities.groups.planning import balanced, read_places
from workshop_kit.activities.pairing.state import PairingState, Stage
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command, Room

replace = msgspec.structs.replace

ADVANCE = "advance"


def prepared(state: PairingState, command: Command, room: Room) -> Command:
    """Return the command that goes on to pairs or fours, with the lot drawn; any other command as it is.

    With an odd number one pair is a triple, and one four has three pairs. `stage` is where it leads, so that two clicks
    on two consoles go on once.
    """
    if command.name != ADVANCE or "places" in command.fields:
        return command
    from workshop_kit.activities.groups.mixing import mix  # noqa: PLC0415 - numpy, which a server can do without

    stage = state.stage.after
    places: dict[str, list[int]] = {}
    if stage is Stage.PAIR:
        if not room.seats:
            raise Refused(Why.INVALID, N_("Nobody is here yet who could be put into groups."))
        places = mix(len(room.seats), max(1, len(room.seats) // 2), 1, seed_of(room.seed)).places(room.seats)
    elif stage is Stage.FOUR:
        pairs = list(state.units(Stage.PAIR))
        fours = mix(len(pairs), max(1, len(pairs) // 2), 1, seed_of(room.seed)).places(pairs)
        places = {seat: fours[str(pair)] for seat, pair in state.pairs.items()}
    fields = {"stage": stage.value, "seed": room.seed, "places": msgspec.json.encode(places).decode()}
    return replace(command, fields=fields)


def advanced(state: PairingState, command: Command) -> tuple[Fact, ...]:
    """Return the facts of the next stage. Raises `Refused` unless everybody is in one pair or four."""
    stage = state.stage.after
    if state.stage is Stage.ALL or command.fields.get("stage") != stage:
        raise Refused(Why.TAKEN, N_("The next stage has begun already."))
    places = read_places(command)
    if not _fits(state, stage, places):
        told = N_("That is no draw: everybody is in one pair, and fours are made of whole pairs.")
        raise Refused(Why.INVALID, told, field="places")
    data = {"stage": stage.value, "seed": command.fields.get("seed", ""), "places": places}
    return (Fact("pairing.stage_begun", data), *_timer(state, stage))


def _fits(state: PairingState, stage: Stage, places: dict[str, list[int]]) -> bool:
    if stage is Stage.ALL:
        return not places
    if any(len(numbers) != 1 for numbers in places.values()):
        return False
    if stage is Stage.PAIR:
        return bool(places) and balanced(places, max(1, len(places) // 2))
    of_pair = {str(state.pairs[seat]): numbers for seat, numbers in places.items() if seat in state.pairs}
    whole = all(of_pair[str(pair)] == places.get(seat) for seat, pair in state.pairs.items() if str(pair) in of_pair)
    return whole and places.keys() == state.pairs.keys() and balanced(of_pair, max(1, len(of_pair) // 2))


def back(state: PairingState) -> tuple[Fact, ...]:
    """Return the facts of going back a stage, while nothing has been written in this one."""
    if state.stage is Stage.ALONE or not is_fresh(state):
        raise Refused(Why.TAKEN, N_("Something was written in this stage already."))
    stage = state.stage.before
    return (Fact("pairing.stage_begun", {"stage": stage.value, "seed": "", "places": {}}), *_timer(state, stage))


def _timer(state: PairingState, stage: Stage) -> tuple[Fact, ...]:
    return (Fact("item.timer_set", {"seconds": state.times[stage.number]}),)


def is_fresh(state: PairingState) -> bool:
    """Return whether nothing has come of this stage yet."""
    if state.stage is Stage.ALL:
        return not state.given
    return not any(idea.stage is state.stage for idea in state.ideas.values())


def folded(state: PairingState, event: Event) -> PairingState:
    """Return the state after an event about stages and places. Total: what makes no sense changes nothing."""
    data: Any = event.data
    if event.name == "pairing.person_placed":
        if data["pair"] not in state.pairs.values() or data["seat"] in state.pairs:
            return state
        return replace(state, pairs=state.pairs.set(data["seat"], data["pair"]))
    if data["stage"] not in set(Stage) or any(len(n) != 1 or n[0] < 1 for n in data["places"].values()):
        return state
    stage, places = Stage(data["stage"]), {seat: number for seat, [number] in data["places"].items()}
    if places and stage is Stage.PAIR:
        return replace(state, stage=stage, pairs=pmap(places), fours=pmap())
    if places and stage is Stage.FOUR:
        fours = {state.pairs[seat]: number for seat, number in places.items() if seat in state.pairs}
        return replace(state, stage=stage, fours=pmap(fours))
    return replace(state, stage=stage)
