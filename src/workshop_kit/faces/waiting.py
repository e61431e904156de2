"""A facilitator's command that takes a while, with a bar that shows how far it is, in a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from workshop_kit.core.activity import Command
from workshop_kit.faces.conducting import in_front

if TYPE_CHECKING:
    from workshop_kit.live import LiveSession


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
