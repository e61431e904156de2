"""Measures how long one waits for the command's help and for a server that listens, beside Python doing nothing.

python tests/bench/startup.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import click
from rich.console import Console
from rich.table import Table
from server import ServerProcess, make_session


def run_seconds(*arguments: str) -> float:
    """Return how long Python takes with these arguments, from start to end."""
    begun = perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - begun


def listening_seconds(folder: Path) -> float:
    """Return how long it takes until phones can connect."""
    begun = perf_counter()
    with ServerProcess(folder):
        return perf_counter() - begun


def measure(times: int) -> dict[str, float]:
    """Return the medians in milliseconds; the three are taken in turn, so that a busy moment hits all of them."""
    with tempfile.TemporaryDirectory() as place:
        folder = make_session(Path(place) / "session").path
        taken = {
            "python -c pass": lambda: run_seconds("-c", "pass"),
            "workshop --help": lambda: run_seconds("-m", "workshop_kit", "--help"),
            "workshop open, until it listens": lambda: listening_seconds(folder),
        }
        seconds = [{name: take() for name, take in taken.items()} for _ in range(times)]
    return {name: round(median(row[name] for row in seconds) * 1000, 1) for name in taken}


@click.command(help=__doc__)
@click.option("--times", type=click.IntRange(1), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(times: int, as_json: bool) -> None:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    figures = measure(times)
    if as_json:
        click.echo(json.dumps(figures))
        return
    table = Table(title=f"Median of {times}, load {load:.2f} before the start")
    table.add_column("what")
    table.add_column("milliseconds", justify="right")
    for name, milliseconds in figures.items():
        table.add_row(name, f"{milliseconds:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
