"""Kills servers, kernels, commands and databases under load, and counts what is lost.

    python -m tests.faults --kills 300

Exit code 1 says that something was lost, invented or broken; the sessions are then kept. A part that cannot run here
(no PostgreSQL, no right to mount a disk) says so.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from tests.faults import commands, disk, kernel, postgres, server
from tests.faults.trial import Figures, repeat
from tests.store.postgres_server import NoServerError

PARTS = {
    "server": server.part,
    "kernel": kernel.part,
    "cli": commands.part,
    "disk": disk.part,
    "postgres": postgres.part,
}


@click.command(help=__doc__)
@click.argument("parts", nargs=-1, type=click.Choice(tuple(PARTS)))
@click.option("--kills", default=20, show_default=True, type=click.IntRange(1), help="How often, for each part.")
@click.option("--seed", default=1, show_default=True, help="Choose other moments.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, one line for each part.")
def main(parts: tuple[str, ...], kills: int, seed: int, *, as_json: bool) -> None:
    place = Path(tempfile.mkdtemp(prefix="kit-faults-"))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    found: list[Figures] = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in parts or PARTS:
            task = progress.add_task(name, total=kills)
            try:
                figures = asyncio.run(
                    repeat(name, PARTS[name], kills, place, seed=seed, advance=lambda: progress.advance(task))  # noqa: B023 - called within this turn only
                )
            except (disk.NoDiskError, NoServerError) as missing:
                progress.update(task, description=f"{name}: not run, {missing}")
                continue
            found.append(figures)
            if as_json:
                click.echo(json.dumps(figures.wire()))
    if not as_json:
        Console().print(table_of(found))
    if any(figures.faults for figures in found):
        click.echo(f"The sessions are kept in {place}", err=True)
        sys.exit(1)
    shutil.rmtree(place)


def table_of(found: list[Figures]) -> Table:
    """Return the figures as a table, one part in each column."""
    table = Table("", *(figures.part for figures in found))
    for name in Figures("").wire():
        if name not in {"part", "faults"}:
            table.add_row(name.replace("_", " "), *(str(figures.wire()[name]) for figures in found))
    table.add_row("faults", *("\n".join(figures.faults) or "none" for figures in found))
    return table


if __name__ == "__main__":
    main()
