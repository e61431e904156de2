"""The facilitator's console in tests: what it shows, and pressing one of its buttons."""

from __future__ import annotations


def shown(console):
    """Return the HTML of the console."""
    return console.make_regions()["console"]


def press(console, command, item, **fields):
    """Send a form of the console."""
    console.take({"command": command, "item": item, **fields})
