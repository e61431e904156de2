"""What the facilitator of a rehearsal does within a step, for those kinds of activity that somebody has to lead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from workshop_kit.core.activity import Option
from workshop_kit.core.text import Text

if TYPE_CHECKING:
    from workshop_kit.faces.rehearsal import Rehearsal
    from workshop_kit.live import LiveSession

TAKEAWAYS = "rehearsal_takeaways"
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


async def ties(live: LiveSession, room: Rehearsal, item_id: str, text: Text) -> None:
    """Let everybody name some more ties."""
    del live, item_id, text
    for _ in range(MORE_TIES):
        await room.take_part()


PLAYED: Mapping[str, Callable[[LiveSession, Rehearsal, str, Text], Awaitable[None]]] = {
    "coffee": lean_coffee,
    "queue": speakers,
    "roles": wishes,
    "ties": ties,
}
"""By the kind of activity, what goes on between opening a step and closing it."""
