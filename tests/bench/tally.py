"""Measures how long a large poll takes from its last ballot to its tally, and to the stage's HTML that shows it.

    python tests/bench/tally.py --ballots 5000 --options 60

The ballots (simulated) come in as paper slips, the result is live, so that each further ballot changes what the stage
shows. The clock runs once a ballot is in the log and folded: first until there is a tally, then until the stage's HTML
is rendered. Beside it stands the processor time, which other programs do not lengthen. At the end another process
counts again from the log alone.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from server import SECONDS, make_session

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.faces.pages import Pages
from workshop_kit.folder import SessionFolder
from workshop_kit.live import LiveSession

ITEM = "vote"
Ballot = dict[str, int]


def agenda(rule: str, options: int) -> str:
    """Return an agenda with one poll by this rule, whose result is live."""
    labels = ", ".join(f'"Option {number}"' for number in range(1, options + 1))
    return f"""
name = "tally"
title = "Tally"

[[item]]
id = "{ITEM}"
activity = "poll"
rule = "{rule}"
reveal = "live"
options = [{labels}]
"""


def _dots(ids: tuple[str, ...], chance: random.Random) -> Ballot:
    drawn = chance.choices(ids, range(len(ids), 0, -1), k=3)
    return {option: drawn.count(option) for option in drawn}


def _ticks(ids: tuple[str, ...], chance: random.Random) -> Ballot:
    return dict.fromkeys(chance.sample(ids, chance.randint(1, len(ids) // 2)), 1)


def _numbers(ids: tuple[str, ...], chance: random.Random) -> Ballot:
    return {option: chance.randint(0, 10) for option in ids}


def _places(ids: tuple[str, ...], chance: random.Random) -> Ballot:
    return {option: place for place, option in enumerate(chance.sample(ids, len(ids)), 1)}


RULES: dict[str, Callable[[tuple[str, ...], random.Random], Ballot]] = {
    "dots": _dots,
    "approval": _ticks,
    "score": _numbers,
    "ranking": _places,
    "resistance": _numbers,
}


def cast(slip: int, ballot: Ballot) -> Command:
    """Return the command that enters a slip."""
    return Command("cast", ITEM, {"ballot": str(slip), **{f"value.{option}": str(n) for option, n in ballot.items()}})


def digest_of(live: LiveSession) -> str:
    """Return a digest of the whole tally."""
    tally = live.state.items[ITEM].state.tally
    written = json.dumps(msgspec.to_builtins(tally, str_keys=True), sort_keys=True)
    return sha256(written.encode()).hexdigest()


def timed(live: LiveSession, pages: Pages) -> dict[str, float]:
    """Return the seconds to the tally and to the HTML, by the clock and by the processor."""
    clock, processor = perf_counter(), process_time()
    voters = live.state.items[ITEM].state.tally.voters
    tally, tally_processor = perf_counter() - clock, process_time() - processor
    page = pages.shared("en")
    taken = {
        "tally": tally,
        "tally_cpu": tally_processor,
        "html": perf_counter() - clock,
        "html_cpu": process_time() - processor,
    }
    assert voters
    assert "wk-" in page
    return taken


def measure(rule: str, ballots: int, options: int, times: int) -> dict[str, Any]:
    """Return the medians in milliseconds, and whether another process counts the same."""
    chance = random.Random(1)
    by_hand = Actor(FACILITATOR, Channel.PAPER)
    with tempfile.TemporaryDirectory() as place:
        folder = make_session(Path(place) / "session", agenda(rule, options), ITEM)
        live = folder.open()
        ids = live.state.items[ITEM].state.ids
        make = RULES[rule]
        waiting = [live.submit(cast(slip, make(ids, chance)), by_hand) for slip in range(1, ballots)]
        for future in waiting:
            future.result()
        pages = Pages(live)
        rows = []
        for _ in range(times + 1):
            live.submit(cast(ballots, make(ids, chance)), by_hand).result()
            rows.append(timed(live, pages))
        told = digest_of(live)
        live.close()
        command = [sys.executable, __file__, "--recount", str(folder.path)]
        counted = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True).stdout.strip()
    figures = {name: round(median(row[name] for row in rows[1:]) * 1000, 1) for name in rows[0]}
    return {**figures, "first": round(rows[0]["html"] * 1000, 1), "same_recount": told == counted}


def recounted(folder: Path) -> str:
    """Return the digest of the tally that the log alone gives."""
    live = SessionFolder(folder).open()
    try:
        return digest_of(live)
    finally:
        live.close()


@click.command(help=__doc__)
@click.option("--ballots", type=click.IntRange(2), default=5000, show_default=True)
@click.option("--options", type=click.IntRange(2, 60), default=60, show_default=True)
@click.option("--rule", "rules", type=click.Choice(list(RULES)), multiple=True, help="Rules; all if left out.")
@click.option("--times", type=click.IntRange(1), default=5, show_default=True, help="How many last ballots to time.")
@click.option("--recount", type=click.Path(path_type=Path), hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(ballots: int, options: int, rules: tuple[str, ...], times: int, recount: Path | None, as_json: bool) -> None:
    if recount:
        click.echo(recounted(recount))
        return
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    figures = {rule: measure(rule, ballots, options, times) for rule in rules or RULES}
    if as_json:
        click.echo(json.dumps(figures))
        return
    table = Table(title=f"{ballots} ballots over {options} options, milliseconds, load {load:.2f} before the start")
    columns = ("tally", "tally_cpu", "html", "html_cpu", "first", "same_recount")
    for column in ("rule", *columns):
        table.add_column(column.replace("_", " "), justify="left" if column == "rule" else "right")
    for rule, row in figures.items():
        table.add_row(rule, *(str(row[column]) for column in columns))
    Console().print(table)


if __name__ == "__main__":
    main()
