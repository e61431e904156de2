"""The kinds of activity that come with the kit, one folder each; they enter by the same door as anybody's own."""

from __future__ import annotations

from importlib.metadata import entry_points

from workshop_kit.core.activity import Registry

ENTRY_POINTS = "workshop_kit.activities"
"""The entry-point group in which a package names its kinds of activity."""


def installed() -> Registry:
    """Return the registry of all activities that installed packages name, the kit's own among them."""
    return Registry(entry.load() for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name))
