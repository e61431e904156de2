"""`workshop demo`: a whole session with simulated people on the real server, from joining to the minutes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.agenda import sources
from workshop_kit.core.errors import N_, Refused, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.core.settings import REHEARSAL
from workshop_kit.core.state import Item
from workshop_kit.core.text import LANGUAGES, Text
from workshop_kit.faces.played import lead
from workshop_kit.faces.rehearsal import Rehearsal
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.run import write_minutes
from workshop_kit.prepare import simulated_session

FOUNDING = "founding-session"
SUCCESS_FACTORS = "success-factors"

TYPED_IN = {
    "poll": ("add-option", N_("Simulated option {n}")),
    "raci": ("add-task", N_("Simulated task {n}")),
    "hours": ("add-task", N_("Simulated task {n}")),
    "ties": ("add", N_("Simulated group {n}")),
}
"""Kinds of activity whose facilitator may type in what there is to choose, with the command."""


def run_demo(
    *, headless: bool, directory: Path, agenda: str, participants: int, lang: str, seed: int, port: int, text: Text
) -> None:
    """Run the demo session to the end and say where everything lies."""
    console = Console()
    folder = _new_folder(directory, agenda, lang)
    told = voice(lang)
    console.print(text(N_("This is a simulation: all {n} people are made up by the program."), n=participants))
    with (
        _server(folder, port, headless=headless) as address,
        Progress(
            TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), console=console, transient=False
        ) as bar,
    ):
        live = folder.open()
        room = Rehearsal(address["url"], participants, seed, told(N_("Simulated person")), lang)
        try:
            asyncio.run(_play(live, room, participants, told, bar))
        finally:
            live.close()
        for refusal in sorted(set(room.refusals)):
            console.print(text(N_("Refused, as it should be: {message}"), message=refusal))
        files = _minutes(folder, lang, text, bar)
        live = folder.open()
        count, digest = live.verify()
        live.close()
        bar.stop()
        whole = text(N_("The log is whole: {count} entries, digest {digest}"), count=count, digest=digest)
        console.print(whole, soft_wrap=True)
        console.print(text(N_("Session: {path}"), path=folder.path), soft_wrap=True)
        for path in files:
            console.print(f"  {path}", soft_wrap=True)
        if not headless:
            _stay(folder, address, lang, console, text)


async def _play(live: LiveSession, room: Rehearsal, people: int, text: Text, bar: Progress) -> None:
    joining = bar.add_task(text(N_("Joining")), total=people)
    await room.join(lambda: bar.advance(joining))
    for spec in live.state.agenda.items:
        live.do("open", spec.id)
        rows = [Option.read(value, number) for number, value in enumerate(spec.settings.get(REHEARSAL, ()), 1)]
        if _waits_for_options(spec):
            _add_options(live, live.state.items[spec.id], rows, text)
            rows = []
        await room.see(spec.id)
        item = live.state.items[spec.id]
        task = bar.add_task(text.pick(spec.title), total=(len(rows) or people))
        done = _advance(bar, task)
        if sources(spec) and rows:
            _sort(live, item, rows, text, done)
        elif rows:
            await room.share([text.pick(row.label) for row in rows], done, [row.extra for row in rows])
            if await room.asked_further():
                await room.take_part()
        else:
            await room.take_part(done)
            _without_phones(live, item)
        await lead(live, room, item, text)
        live.do("close", spec.id)
    await room.close()


def _advance(bar: Progress, task: Any) -> Any:
    return lambda: bar.advance(task)


def _sort(live: LiveSession, item: Item, rows: list[Option], text: Text, done: Any) -> None:
    """Let the facilitator put each card where the data say it belongs; a row without a factor stays unassigned."""
    factors = {text.pick(row.label): row.extra.get("factor", "") for row in rows}
    for row in live.rules.activity(item).rows(item.state):
        if factor := factors.get(text.pick(row["text"])):
            live.do("assign", item.spec.id, idea=row["id"], factor=factor)
        done()


def _waits_for_options(spec: Spec) -> bool:
    if spec.activity == "poll":
        return bool(spec.settings.get("live_options"))
    return spec.activity in TYPED_IN and not spec.options() and not sources(spec)


def _add_options(live: LiveSession, item: Item, rows: list[Option], text: Text) -> None:
    """Let the facilitator type in the options that came up in the room: what the agenda rehearses, else any."""
    labels = [text.pick(row.label) for row in rows]
    command, simulated = TYPED_IN[item.spec.activity]
    if not labels and not item.spec.options():
        labels = [text(simulated, n=number) for number in range(1, 4)]
    for label in labels:
        live.do(command, item.spec.id, label=label)


def _without_phones(live: LiveSession, item: Item) -> None:
    """Let simulated people without a phone vote by raised hand and on paper, so that one tally has all channels.

    Some kinds of paper cannot be counted by hand, or say more than one mark per option; those are left to the phones.
    """
    options = [option.id for option in item.spec.options()]
    if item.spec.activity != "poll" or len(options) < 2:
        return
    hands = {f"value.{options[0]}": "2", f"value.{options[1]}": "1", "voters": "3"}
    with suppress(Refused):
        live.do("room-votes", item.spec.id, channel=Channel.HANDS, **hands)
    with suppress(Refused):
        for number, option in enumerate(options[:2], 1):
            live.do("cast", item.spec.id, channel=Channel.PAPER, ballot=str(number), **{f"value.{option}": "1"})


def _minutes(folder: SessionFolder, lang: str, text: Text, bar: Progress) -> list[Path]:
    task = bar.add_task(text(N_("Minutes")), total=4 * len(LANGUAGES))
    files: list[Path] = []
    for written in dict.fromkeys((lang, *LANGUAGES)):
        files += write_minutes(folder, written, progress=lambda _step: bar.advance(task))
    return files


def _new_folder(directory: Path, agenda: str, lang: str) -> SessionFolder:
    path = directory.expanduser().resolve() / (Path(agenda).stem if agenda else FOUNDING)
    return simulated_session(path, agenda=agenda or SUCCESS_FACTORS, lang=lang, **_founding(agenda, lang))


def _founding(agenda: str, lang: str) -> dict[str, str]:
    if agenda:
        return {}
    text = voice(lang)
    return {"title": text(N_("What makes local networks strong")), "place": text(N_("Cologne (replayed)"))}


@contextmanager
def _server(folder: SessionFolder, port: int, *, headless: bool) -> Iterator[Mapping[str, Any]]:
    """Run the participants' server as a process of its own, as in a real session."""
    command = [sys.executable, "-m", "workshop_kit", "open", str(folder.path), "--no-lab", "--json", f"--port={port}"]
    process = subprocess.Popen(
        [*command, *(["--host=127.0.0.1"] if headless else [])], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise WorkshopError(N_("The participants' server did not start. Run the command: workshop open"))
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield json.loads(line)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        if process.poll() is None:
            process.kill()


def _stay(folder: SessionFolder, address: Mapping[str, Any], lang: str, console: Console, text: Text) -> None:
    from workshop_kit.faces.lab import start_lab  # noqa: PLC0415 - a headless demo needs no JupyterLab

    console.print(text(N_("Phones:  {url}\nCode:    {code}\nStage:   {stage}\nStop with Ctrl+C."), **address))
    lab = start_lab(folder.path, lang=lang)
    webbrowser.open(address["stage"])
    try:
        lab.wait()
    except KeyboardInterrupt:
        lab.terminate()
