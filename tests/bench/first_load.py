"""Measures what a phone waits for and receives until somebody can send a ballot, over a slow network on a slow phone.

    python tests/bench/first_load.py

Chromium is throttled over its DevTools protocol: by default 1.5 Mbit/s, 200 ms from a request to the first byte,
and a processor four times slower. The bytes are those that came over the wire, headers included, and frames of the
WebSocket as long as their text. Chromium does not slow down a WebSocket; the page before it is usable without.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click
from playwright.sync_api import Browser, Page
from rich.console import Console
from rich.table import Table
from server import ServerProcess, make_session

sys.path.insert(0, str(Path(__file__).parent.parent / "browser"))

from rig import HOST, PHONE, chromium


class Wire:
    """Counts what comes in from the network of one page, and slows it down."""

    def __init__(self, page: Page, megabits: float, latency: float, slower: float) -> None:
        self.received: dict[str, int] = {}
        self._address: dict[str, str] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceived", self._begun)
        session.on("Network.loadingFinished", self._finished)
        session.on(
            "Network.webSocketFrameReceived",
            lambda event: self._add("live", len(event["response"]["payloadData"].encode())),
        )
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": latency,
                "downloadThroughput": megabits * 1e6 / 8,
                "uploadThroughput": megabits * 1e6 / 8,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})

    def _add(self, name: str, size: int) -> None:
        self.received[name] = self.received.get(name, 0) + size

    def _sent(self, event: dict[str, Any]) -> None:
        if before := event.get("redirectResponse"):
            self._add("redirect", int(before["encodedDataLength"]))
        self._address[event["requestId"]] = event["request"]["url"]

    def _begun(self, event: dict[str, Any]) -> None:
        self._address[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        address = self._address.get(event["requestId"], "")
        name = address.split("?")[0].rsplit("/", 1)[-1] if "/static/" in address else "page"
        if address.startswith("http"):
            self._add(name, int(event["encodedDataLength"]))


def visit(browser: Browser, url: str, megabits: float, latency: float, slower: float) -> dict[str, Any]:
    """Open the link on a phone that was never here, join, and vote; returns seconds and bytes."""
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    page = context.new_page()
    wire = Wire(page, megabits, latency, slower)
    begun = perf_counter()
    page.goto(url, wait_until="commit")
    page.locator("main button[type=submit]").wait_for()
    form = perf_counter()
    page.locator("main button[type=submit]").click(no_wait_after=True)
    tapped = perf_counter()
    page.locator("form.wk-ballot button").last.wait_for()
    usable = perf_counter()
    page.wait_for_selector("[data-connected]")
    live = perf_counter()
    page.wait_for_timeout(300)  # for the first frames
    received = dict(wire.received)
    page.check("#dot-o1-1")
    page.locator("form.wk-ballot button").last.click()
    page.locator("#counted").wait_for()
    context.close()
    return {
        "join_page": form - begun,
        "ballot_after_tap": usable - tapped,
        "connected_after_tap": live - tapped,
        "ballot_in_all": form - begun + usable - tapped,
        "bytes": received,
    }


def measure(times: int, megabits: float, latency: float, slower: float) -> dict[str, Any]:
    """Return the medians of several phones, one after the other. Raises `RuntimeError` where there is no Chromium."""
    with tempfile.TemporaryDirectory() as place:
        folder = make_session(Path(place) / "session").path
        with ServerProcess(folder) as server, chromium() as browser:
            if browser is None:
                raise RuntimeError("no Chromium here")
            url = server.url.replace("127.0.0.1", HOST)
            visits = [visit(browser, url, megabits, latency, slower) for _ in range(times)]
    seconds = [name for name in visits[0] if name != "bytes"]
    parts = visits[0]["bytes"]
    return {name: round(median(one[name] for one in visits), 3) for name in seconds} | {
        "parts": parts,
        "bytes": round(median(sum(one["bytes"].values()) for one in visits)),
        "times": times,
        "megabits": megabits,
        "latency_ms": latency,
        "cpu_slower": slower,
    }


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table."""
    how = f"{figures['megabits']:g} Mbit/s, {figures['latency_ms']:g} ms, processor {figures['cpu_slower']:g}x slower"
    table = Table(title=f"A new phone, median of {figures['times']}: {how}")
    table.add_column("from … until")
    table.add_column("seconds", justify="right")
    for key, label in (
        ("join_page", "opening the link … the form to join"),
        ("ballot_after_tap", 'tap on "Join in" … a ballot that can be sent'),
        ("connected_after_tap", 'tap on "Join in" … kept up to date'),
        ("ballot_in_all", "both waits together, without reading and typing"),
    ):
        table.add_row(label, f"{figures[key]:.2f}")
    console = Console()
    console.print(table)
    parts = ", ".join(f"{name} {size}" for name, size in figures["parts"].items())
    console.print(f"received: {figures['bytes']} bytes ({parts})")


@click.command(help=__doc__)
@click.option("--times", type=click.IntRange(1), default=5, show_default=True)
@click.option("--megabits", type=click.FloatRange(0.01), default=1.5, show_default=True)
@click.option("--latency", type=click.FloatRange(0), default=200.0, show_default=True, help="Milliseconds.")
@click.option("--slower", type=click.FloatRange(1), default=4.0, show_default=True, help="Times.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(times: int, megabits: float, latency: float, slower: float, as_json: bool) -> None:
    figures = measure(times, megabits, latency, slower)
    if as_json:
        click.echo(json.dumps(figures))
    else:
        show(figures)


if __name__ == "__main__":
    main()
