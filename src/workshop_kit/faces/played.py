"""What the facilitator of a rehearsal does within a step, for those kinds of activity that somebody has to lead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from workshop_kit.core.activity import Option
from workshop_kit.core.errors import N_
from workshop_kit.core.settings import REHEARSAL, TAKEAWAYS
from workshop_kit.core.text import Text

if TYPE_CHECKING:
    from workshop_kit.core.state import Item
    from workshop_kit.faces.rehearsal import Rehearsal
    from workshop_kit.live import LiveSession

TOPICS = 3
SPEECHES = 6
MORE_TIES = 2


async def lean_coffee(live: LiveSession, room: Rehearsal, item_id: str, text: Text) -> None:
    """Let everybody give dots, and talk about the first topics; the room wants more time for the first one."""
    settings = live.state.items[item_id].spec.settings
    lessons = [Option.read(value, number) for number, value in enumerate(settings.get(TAKEAWAYS, ()), 1)]
    live.do("stage", item_id, stage="dots")
    await room.shows('id="dots"')
    await room.take_part()
    live.do("stage", item_id, stage="talking")
    for number in range(min(TOPICS, len(live.state.items[item_id].state.waiting()))):
        live.do("start", item_id)
        room.texts.extend(text.pick(lesson.label) for lesson in lessons[number : number + 1])
        for box in (1, 2) if number == 0 else (1,):
            if box > 1:
                live.do("go-on", item_id)
            await room.shows(f'id="thumb-{live.state.items[item_id].state.current}-{box}"')
            await room.take_part()
        state = live.catch_up().items[item_id].state
        proposed = state.topics[state.current].proposals
        chosen = {"proposal": proposed[0].id} if proposed else {"text": room.texts.popleft()} if room.texts else {}
        room.texts.clear()
        live.do("finish", item_id, **chosen)


async def speakers(live: LiveSession, room: Rehearsal, item_id: str, text: Text) -> None:
    """Call those who have asked for the floor, one after the other; the last ones do not get their turn."""
    del room, text
    for _ in range(min(SPEECHES, len(live.catch_up().items[item_id].state.line()))):
        live.do("call", item_id)
    if live.state.items[item_id].state.current:
        live.do("end", item_id)


async def wishes(live: LiveSession, room: Rehearsal, item_id: str, text: Text) -> None:
    """Where people have named wishes, propose who gets which role, and let those who got one confirm it."""
    del text
    if live.state.items[item_id].spec.settings.get("wishes"):
        live.do("propose", item_id)
        await room.shows('id="proposal"')
        await room.take_part()


async def market(live: LiveSession, room: Rehearsal, item_id: str, text: Text) -> None:
    """Let those answer to whom others have said yes."""
    del live, item_id, text
    await room.take_part()


async def ties(live: LiveSession, room: Rehearsal, item_id: str, text: Text) -> None:
    """Let everybody name some more ties."""
    del live, item_id, text
    for _ in range(MORE_TIES):
        await room.take_part()


PLAYED: Mapping[str, Callable[[LiveSession, Rehearsal, str, Text], Awaitable[None]]] = {
    "coffee": lean_coffee,
    "market": market,
    "queue": speakers,
    "roles": wishes,
    "ties": ties,
}
"""By the kind of activity, what goes on between opening a step and closing it."""


async def lead(live: LiveSession, room: Rehearsal, item: Item, text: Text) -> None:
    """Do what the facilitator does between opening a step and closing it, with everybody taking part in between."""
    if play := PLAYED.get(item.spec.activity):
        await play(live, room, item.spec.id, text)
    elif acts := getattr(live.rules.activity(item), "acts", ()):
        await _from_part_to_part(live, room, item, acts, text)


async def _from_part_to_part(
    live: LiveSession, room: Rehearsal, item: Item, acts: Sequence[tuple[str, str]], text: Text
) -> None:
    """Carry out one command after the other; where the agenda has texts for the first part, they are in already."""
    first = () if item.spec.settings.get(REHEARSAL) else (("", f"question-{item.spec.id}"),)
    for number, (name, shown) in enumerate((*first, *acts), 1):
        if name:
            live.do(name, item.spec.id)
        await room.shows(f'id="{shown}"')
        room.texts.extend(text(N_("Simulated words {n}"), n=f"{number}.{one}") for one in range(1, 2 * room.people))
        await room.take_part()
        room.texts.clear()
