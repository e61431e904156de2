"""The fonts that a PDF is set in, and which characters they can show.

Every installed `fontpkg` package counts, so that who needs another script installs its font and changes no code. The
system's own fonts are never used: the minutes look the same on every machine. In PDF/UA a character without a glyph is
an error, so one that no font has is written as its code point.
"""

from __future__ import annotations

import importlib.resources
import unicodedata
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

FAMILIES = ("Atkinson Hyperlegible", "Noto Sans Arabic", "Libertinus Serif", "DejaVu Sans Mono")
"""In order of preference; the last two come with Typst itself."""

_CARRIED_BY_TYPST = (
    (0x00A1, 0x02FF),
    (0x0370, 0x0482),
    (0x048A, 0x04FF),
    (0x05D0, 0x05EA),
    (0x1E00, 0x1EFF),
    (0x2000, 0x200A),
    (0x2010, 0x2027),
    (0x202F, 0x2040),
    (0x20A0, 0x20BF),
    (0x2190, 0x22FF),
    (0x2500, 0x25FF),
    (0x2610, 0x2612),
    (0x2713, 0x2714),
)
"""Latin, Greek, Cyrillic, Hebrew and the common signs: ranges that Typst's own fonts cover without a gap."""


_NOT_ALONE = {"Cc", "Cf", "Mn", "Me", "Mc"}
_NEVER_SHOWN = {"Cc", "Cn", "Co", "Cs"}


def folders() -> tuple[Path, ...]:
    """Return the folders of the installed font packages, always in the same order."""
    modules = sorted({entry.module for entry in entry_points(group="fontpkg.family")})
    return tuple(Path(str(importlib.resources.files(module) / "files")) for module in modules)


@cache
def covered() -> frozenset[int]:
    """Return the code points that some font can show."""
    carried = (range(low, high + 1) for low, high in _CARRIED_BY_TYPST)
    installed = (_points(file) for folder in folders() for file in sorted(folder.glob("*.[ot]tf")))
    return frozenset().union(*carried, *installed)


def plain(text: str) -> bool:
    """Return whether the first of the families has every character of the text, with none stacked on another."""
    return text.isascii() or all(map(_is_plain, text))


def plainly(text: str) -> str:
    """Return the text with every character that is not `plain` written as its code point: what can always be set."""
    return "".join(c if _is_plain(c) else f"[U+{ord(c):04X}]" for c in text)


def _is_plain(character: str) -> bool:
    return character == "\n" or (
        ord(character) in _first_family() and unicodedata.category(character) not in _NOT_ALONE
    )


@cache
def _first_family() -> frozenset[int]:
    wanted = FAMILIES[0].replace(" ", "") + "-Regular.ttf"
    return next(_points(folder / wanted) for folder in folders() if (folder / wanted).exists())


def _points(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only who writes a PDF reads font files

    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def displayable(text: str) -> str:
    """Return the text with every character that no font has written as its code point.

    >>> displayable("Grüße \N{PARTY POPPER}")
    'Grüße [U+1F389]'
    """
    if text.isascii():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    """Return the character, nothing for one that only steers others, or its code point."""
    known = covered()
    kind = unicodedata.category(character)
    parts = unicodedata.normalize("NFD", character)
    if character == "\n" or (kind not in _NEVER_SHOWN and all(ord(part) in known for part in {character, *parts})):
        return character
    return "" if kind == "Cf" or "\ufe00" <= character <= "\ufe0f" else f"[U+{ord(character):04X}]"
