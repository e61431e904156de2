"""Measures what each format of long minutes costs: 500 cards, 12 polls of 12 options each, a photo and a logo.

python tests/bench/formats.py

Each format is written in a process of its own, and a format with pictures after one chart has been drawn, since the
first one imports Altair. Processor time is that of the PDF's own process, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO
from time import perf_counter, process_time

import click
from PIL import Image
from rich.console import Console
from rich.table import Table as Shown

from workshop_kit.core.document import Bar, Bullets, Chart, Document, Heading, Look, Meta, Paragraph, Picture, Section
from workshop_kit.core.document import Table as Rows
from workshop_kit.library import voice
from workshop_kit.minutes.writers import BUILT_IN, format_named
from workshop_kit.results.charts import draw

OPTIONS = 12
DRAWN = {"html", "pdf", "docx", "odt"}


def picture(kind: str, width: int, height: int) -> bytes:
    written = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(written, kind)
    return written.getvalue()


def long_minutes(ideas: int, polls: int) -> Document:
    """Return made-up minutes; every text differs, so that nothing is drawn or read once for all."""
    logo = Look("A network", picture("PNG", 600, 200), "image/png", "#7a1f4e", ("A street 1", "A town"))
    meta = Meta("A long workshop", "en", "2026-11-23T14:00:00+00:00", "A place", generator="a measurement", look=logo)
    cards = tuple(f"Card {n}: what neighbours do together when nobody asks them to, number {n}" for n in range(ideas))
    blocks = [Bullets(cards[: ideas // 2], ordered=True)]
    for start in range(ideas // 2, ideas, 25):
        blocks += [Heading(f"Factor {start}"), Bullets(cards[start : start + 25])]
    sections = [
        Section("cards", "Cards", (*blocks, Picture(picture("JPEG", 3000, 2000), "image/jpeg", "A wall", "Wall")))
    ]
    for poll in range(polls):
        bars = tuple(Bar(f"Option {n} of poll {poll}", (n * 7 + poll) % 19, "", n / 2, n + 3) for n in range(OPTIONS))
        rows = tuple((f"{n}.", f"Option {n} of poll {poll}", str(n * 3)) for n in range(OPTIONS))
        chart = Chart("Result", bars, f"Poll {poll} in words", "points", table=Rows(("Rank", "Option", "Points"), rows))
        sections.append(Section(f"poll-{poll}", f"Poll {poll}", (Paragraph("What counts?", "lead"), chart)))
    return Document(meta, tuple(sections))


def spent() -> float:
    """Return the seconds of processor time of this process and of those that it has waited for."""
    children = os.times()
    return process_time() + children.children_user + children.children_system


def one(name: str, ideas: int, polls: int) -> dict[str, float]:
    """Return what one format costs in this process."""
    document, text = long_minutes(ideas, polls), voice("en")
    if name in DRAWN:
        draw(Chart("", (Bar("a", 1),), "a"), "en")
    begun, wall = spent(), perf_counter()
    size = len(format_named(name).write(document, text))
    return {
        "cpu_seconds": round(spent() - begun, 2),
        "seconds": round(perf_counter() - wall, 2),
        "megabytes": round(peak_megabytes(), 1),
        "kilobytes_written": round(size / 1000, 1),
    }


def peak_megabytes() -> float:
    """Return the most memory that this process and those it waited for have held, NaN where nobody counts it."""
    try:
        import resource
    except ImportError:
        return float("nan")
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most / (1_048_576 if sys.platform == "darwin" else 1024)


def measure(ideas: int, polls: int) -> dict[str, dict[str, float]]:
    """Return the figures by format, each from a process of its own."""
    told = {}
    for known in BUILT_IN:
        command = [sys.executable, __file__, "--only", known.name, "--ideas", str(ideas), "--polls", str(polls)]
        told[known.name] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return told


@click.command(help=__doc__)
@click.option("--ideas", type=click.IntRange(2), default=500, show_default=True)
@click.option("--polls", type=click.IntRange(1), default=12, show_default=True)
@click.option("--only", hidden=True, default="")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(ideas: int, polls: int, only: str, as_json: bool) -> None:
    if only:
        click.echo(json.dumps(one(only, ideas, polls)))
        return
    figures = measure(ideas, polls)
    if as_json:
        click.echo(json.dumps(figures))
        return
    table = Shown("format", *next(iter(figures.values())), title=f"{ideas} cards, {polls} polls")
    for name, row in figures.items():
        table.add_row(name, *(f"{value:g}" for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
