"""A facilitator's command that takes a while, with a bar that shows how far it is, in a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.people import new_seat

if TYPE_CHECKING:
    from workshop_kit.live import LiveSession


GUEST, CHANNEL = "guest", "channel"
"""Fields of the facilitator's forms that say for whom and how: a person without a phone, and a slip of paper."""


def in_front(command: str, fields: dict[str, str], lang: str) -> tuple[Actor, str, tuple[Command, ...]]:
    """Take from a form in front who acts, and return it with the name of a guest and what is to be done first."""
    guest = fields.pop(GUEST, "").strip()
    channel = Channel.PAPER if fields.pop(CHANNEL, "") == Channel.PAPER else Channel.NOTEBOOK
    if guest:
        return Actor(new_seat()[0], Channel.HANDS), guest, (Command("join", fields={"lang": lang}),)
    return Actor(FACILITATOR, Channel.HANDS if command == "room-votes" else channel), "", ()


def carried_out(
    live: LiveSession, item: str, command: str, fields: Mapping[str, str], console: Console | None = None
) -> None:
    """Carry out a command in an item and wait until it is durable; the bar goes away when it is done."""
    title = live.state.item(item).spec.title
    console = console or Console()
    said = dict(fields)
    actor, guest, first = in_front(command, said, live.state.info.lang)
    shown = console.is_terminal or console.is_jupyter
    with Progress(console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task(next(iter(title.values()), item), total=1.0)
        live.submit(
            Command(command, item, said),
            actor,
            name=guest,
            first=first,
            told=lambda share: bar.update(task, completed=share),
        ).result()
