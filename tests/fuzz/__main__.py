"""Sends hostile requests to a participants' server on this machine and tells how it fared.

python -m tests.fuzz --requests 100000
"""

from __future__ import annotations

import json
import sys

import click
from tests.fuzz.campaign import run


@click.command(help=__doc__)
@click.option("--requests", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--connections", type=click.IntRange(1, 15), default=12, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed sends the same requests.")
def main(requests: int, connections: int, seed: int) -> None:
    figures = run(requests, connections, seed)
    print(json.dumps(figures, indent=1))
    sys.exit(1 if figures["failures"] else 0)


if __name__ == "__main__":
    main()
