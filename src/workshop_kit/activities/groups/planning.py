"""How people come into groups: mixed all at once, late into the smallest, or moved by the facilitator."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.groups.counting import groups_for, seed_of
from workshop_kit.activities.groups.state import MOST_TURNS, WITHOUT_PHONE, GroupsState, Wish
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import one_of

if TYPE_CHECKING:
    from workshop_kit.core.activity import Command, Room

replace = msgspec.structs.replace

MIX = "mix"
MOST_WITHOUT_PHONE = 500


def prepared(state: GroupsState, command: Command, room: Room) -> Command:
    """Return the command that mixes those who are here, with everybody's place; any other command as it is.

    Its fields `size` or `groups`, `rounds` and `extra` (people without a phone) are as the agenda has them if empty.
    """
    if command.name != MIX or "places" in command.fields:
        return command
    plan = state.plan
    rounds = _number(command, "rounds", plan.turns, 1, MOST_TURNS)
    extra = _number(command, "extra", 0, 0, MOST_WITHOUT_PHONE)
    people = [*room.seats, *(f"{WITHOUT_PHONE}{number}" for number in range(1, extra + 1))]
    if not people:
        raise Refused(Why.INVALID, N_("Nobody is here yet who could be put into groups."))
    size = _number(command, "size", 0, 0, len(people))
    groups = _number(command, "groups", 0 if size else plan.groups, 0, len(people))
    groups = min(groups or groups_for(len(people), size or plan.size), len(people))
    number = {person: n for n, person in enumerate(people)}
    wishes: dict[Wish, list[tuple[int, int]]] = {wish: [] for wish in Wish}
    for pair, wish in state.wishes.items():
        if len(found := [number[person] for person in sorted(pair) if person in number]) == 2:
            wishes[wish].append((found[0], found[1]))
    from workshop_kit.activities.groups.mixing import mix  # noqa: PLC0415 - numpy, which a server can do without

    made = mix(
        len(people),
        groups,
        rounds,
        seed_of(room.seed),
        together=wishes[Wish.TOGETHER],
        apart=wishes[Wish.APART],
        told=room.told,
    )
    places = msgspec.json.encode(made.places(people)).decode()
    return replace(command, fields={"seed": room.seed, "groups": str(groups), "places": places})


def mixed(state: GroupsState, command: Command) -> tuple[Fact, ...]:
    """Return the fact of a mix. Raises `Refused` unless it is one and nobody has written yet."""
    if state.begun:
        told = N_("The groups have begun to write. Move single people, or start a new round of this step.")
        raise Refused(Why.TAKEN, told)
    groups = _number(command, "groups", 0, 1, MOST_WITHOUT_PHONE * 20)
    places = read_places(command)
    rounds = {len(numbers) for numbers in places.values()}
    if len(rounds) != 1 or not 1 <= min(rounds) <= MOST_TURNS or not balanced(places, groups):
        told = N_("That is no mix: everybody has one group in each round, and their sizes differ by one at most.")
        raise Refused(Why.INVALID, told, field="places")
    return (Fact("groups.mixed", {"seed": command.fields.get("seed", ""), "groups": groups, "places": places}),)


def read_places(command: Command) -> dict[str, list[int]]:
    """Return everybody's place as a prepared command holds it; nothing where it holds none."""
    try:
        return msgspec.json.decode(command.fields.get("places", ""), type=dict[str, list[int]])
    except msgspec.DecodeError:
        return {}


def balanced(places: dict[str, list[int]], groups: int) -> bool:
    """Return whether in each round all groups from 1 on have members, and their sizes differ by one at most."""
    for members in zip(*places.values(), strict=True):
        sizes = Counter(members)
        if set(sizes) != set(range(1, groups + 1)) or max(sizes.values()) - min(sizes.values()) > 1:
            return False
    return True


def moved(state: GroupsState, command: Command) -> tuple[Fact, ...]:
    """Return the fact that somebody goes to another group, from this round on."""
    member = one_of(command.fields.get("member", ""), state.people, "member")
    group = int(one_of(command.fields.get("group", ""), map(str, range(1, state.count + 1)), "group"))
    at = state.now(member)
    if at and at.group == group:
        return ()
    return (Fact("groups.member_placed", {"seat": member, "group": group}),)


def wish(state: GroupsState, command: Command) -> tuple[Fact, ...]:
    """Return the fact that two people shall share groups, or not; it counts from the next mix on."""
    pair = [command.fields.get(key, "").strip() for key in ("seat", "other")]
    if not all(pair) or pair[0] == pair[1]:
        raise Refused(Why.INVALID, N_("Choose two different people."), field="other")
    wanted = Wish(one_of(command.fields.get("wish", ""), Wish, "wish"))
    if state.wishes.get(frozenset(pair), Wish.NONE) is wanted:
        return ()
    return (Fact("groups.wish_noted", {"seat": pair[0], "other": pair[1], "wish": wanted.value}),)


def folded(state: GroupsState, event: Event) -> GroupsState:
    """Return the state after an event about who is where. Total: what makes no sense changes nothing."""
    data: Any = event.data
    if event.name == "groups.mixed":
        rounds = {len(numbers) for numbers in data["places"].values()}
        if len(rounds) != 1 or not all(0 < n <= data["groups"] for numbers in data["places"].values() for n in numbers):
            return state
        turns = tuple(
            pmap({person: numbers[turn] for person, numbers in data["places"].items()}) for turn in range(max(rounds))
        )
        if not turns or state.begun:
            return state
        return replace(state, seed=data["seed"], count=data["groups"], rounds=turns, turn=1, presented=0)
    if event.name == "groups.wish_noted":
        pair, wanted = frozenset({data["seat"], data["other"]}), data["wish"]
        if len(pair) != 2 or wanted not in set(Wish):
            return state
        wishes = state.wishes.discard(pair) if wanted == Wish.NONE else state.wishes.set(pair, Wish(wanted))
        return replace(state, wishes=wishes)
    if not state.turn or not 1 <= data["group"] <= state.count:
        return state
    return _placed(state, data["seat"], data["group"])


def _placed(state: GroupsState, person: str, group: int) -> GroupsState:
    """Return the state with a person in a group of this round; who is new gets the smallest group of each later one."""
    new = state.now(person) is None
    rounds = list(state.rounds)
    rounds[state.turn - 1] = rounds[state.turn - 1].set(person, group)
    for turn in range(state.turn + 1, len(rounds) + 1):
        if new and person not in rounds[turn - 1]:
            rounds[turn - 1] = rounds[turn - 1].set(person, state.smallest(turn))
    return replace(state, rounds=tuple(rounds))


def _number(command: Command, field: str, default: int, least: int, most: int) -> int:
    """Return a whole number that a form may hold, `default` where it is left empty."""
    given = command.fields.get(field, "").strip()
    if not given:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", given) or not least <= int(given) <= most:
        told = N_("Expected here: a whole number from {least} to {most}.")
        raise Refused(Why.INVALID, told, field=field, least=least, most=most)
    return int(given)
