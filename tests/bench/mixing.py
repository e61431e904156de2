"""Measures how long it takes to mix a room into groups over several rounds, and how many pairs meet twice.

    python tests/bench/mixing.py --people 300 --size 6 --rounds 3

The first line is the search alone; the second the facilitator's command on a session's log, and how long other writers
waited for the store's lock meanwhile, since the search must not hold it. The people are simulated.
"""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from time import perf_counter

import click
from server import make_session

from workshop_kit.activities.groups.counting import groups_for, met_again
from workshop_kit.activities.groups.mixing import mix
from workshop_kit.core.event import Channel
from workshop_kit.faces.waiting import carried_out
from workshop_kit.folder import SessionFolder

AGENDA = """
name = "mixing"
title = "Mixing"

[[item]]
id = "talk"
activity = "groups"
"""


@click.command()
@click.option("--people", default=300, show_default=True, type=click.IntRange(1))
@click.option("--size", default=6, show_default=True, type=click.IntRange(2))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 12))
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def main(people: int, size: int, rounds: int, seed: int, as_json: bool) -> None:
    """Mix, and tell how long it took."""
    groups = groups_for(people, size)
    began = perf_counter()
    made = mix(people, groups, rounds, seed)
    again = met_again(dict(enumerate(places)) for places in made.rounds)
    searched = perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        took, waited = command(make_session(Path(folder), AGENDA, "talk"), people, size, rounds)
    if as_json:
        click.echo(json.dumps({"search": searched, "pairs_twice": again, "command": took, "waited": waited}))
        return
    click.echo(f"{people} people, {groups} groups, {rounds} rounds: {searched:.2f} s, {again} pairs meet twice")
    click.echo(f"as a command: {took:.2f} s; another writer waited {waited * 1000:.0f} ms at most")


def command(folder: SessionFolder, people: int, size: int, rounds: int) -> tuple[float, float]:
    """Return the seconds of the whole command, and the longest that a join took while it ran."""
    live, other = folder.open(), folder.open()
    for waiting in [live.join(channel=Channel.HANDS) for _ in range(people)]:
        waiting.result()
    done, longest = threading.Event(), 0.0

    def keep_joining() -> None:
        nonlocal longest
        while not done.wait(0.01):
            began = perf_counter()
            other.join(channel=Channel.HANDS).result()
            longest = max(longest, perf_counter() - began)

    writer = threading.Thread(target=keep_joining)
    writer.start()
    began = perf_counter()
    carried_out(live, "talk", "mix", {"size": str(size), "rounds": str(rounds)})
    took = perf_counter() - began
    done.set()
    writer.join()
    live.close()
    other.close()
    return took, longest


if __name__ == "__main__":
    main()
