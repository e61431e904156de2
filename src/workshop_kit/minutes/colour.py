"""Colours that can be read: contrast as WCAG 2 reckons it, and the nearest shade that has enough of it."""

from __future__ import annotations

ACCENT = "#1f4e6b"
"""The colour of headings and rules where an organisation names none."""

PAPER, NIGHT = "#ffffff", "#16181a"
READABLE = 4.5
"""The contrast of text that WCAG 2 asks for (level AA)."""

_STEPS = 100
_DARK_FROM = 0.03928


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (`#rrggbb`), from 1 to 21.

    >>> round(contrast("#000000", "#ffffff")), round(contrast("#ffd500", "#ffffff"), 1)
    (21, 1.4)
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, ground: str = PAPER) -> str:
    """Return the colour, mixed with as little black (on a dark ground: white) as it takes to be read on `ground`.

    >>> readable("#1F4E6B"), readable("#ffd500")
    ('#1f4e6b', '#8c7500')
    """
    pole = "#000000" if _luminance(ground) > 0.5 else "#ffffff"
    shades = (_mixed(colour, pole, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if contrast(shade, ground) >= READABLE), pole)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _mixed(colour: str, pole: str, share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(_parts(colour), _parts(pole), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= _DARK_FROM else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
