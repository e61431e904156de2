"""How an organisation's minutes look: a `workshop.toml` with its name, logo, colour and letterhead.

The file lies in a session's folder, or in a folder above it for all sessions there. The nearest one counts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from workshop_kit.core.document import Look
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.minutes import pictures, vector
from workshop_kit.minutes.colour import readable

FILE = "workshop.toml"
LARGEST_LOGO = 5_000_000

_COLOUR = re.compile("#[0-9a-fA-F]{6}")


class LookError(WorkshopError):
    """`workshop.toml` cannot be used; the message says where and why."""


class _Written(Struct, forbid_unknown_fields=True):
    """What may stand in the file; all of it is optional."""

    organisation: str = ""
    logo: str = ""
    colour: str = ""
    letterhead: list[str] = []


def look_of(folder: Path, told: Callable[[LookError], None] = lambda _note: None) -> Look:
    """Return the look of the minutes of the session in `folder`; the plain one where there is no `workshop.toml`.

    `told` is handed what there is to know without being an error: a colour that is darkened to stay readable. Raises
    `LookError`.
    """
    places = (folder.resolve(), *folder.resolve().parents)
    found = next((path for place in places if (path := place / FILE).is_file()), None)
    if found is None:
        return Look()
    written = _read(found)
    logo = _logo(found, written.logo) if written.logo else None
    return Look(
        organisation=written.organisation,
        logo=logo.content if logo else b"",
        logo_type=logo.media_type if logo else "",
        colour=_colour(found, written.colour, told) if written.colour else "",
        letterhead=tuple(line for line in written.letterhead if line.strip()),
    )


def _read(path: Path) -> _Written:
    try:
        plain: dict[str, Any] = tomllib.loads(path.read_text("utf-8-sig"))
        return msgspec.convert(plain, _Written)
    except (OSError, ValueError) as wrong:  # msgspec's and tomllib's errors are ValueErrors
        raise LookError(
            N_('"{path}" cannot be used: {problem}. It may hold: {known}.'),
            path=path,
            problem=str(wrong).rstrip("."),
            known=", ".join(_Written.__struct_fields__),
        ) from None


def _logo(path: Path, name: str) -> pictures.Pixels:
    file = (path.parent / name).resolve()
    if not file.is_relative_to(path.parent.resolve()) or not file.is_file():
        raise LookError(
            N_('"{path}" names the logo "{logo}", but there is no such file beside it.'), path=path, logo=name
        )
    try:
        if file.stat().st_size > LARGEST_LOGO:
            raise pictures.PictureError(N_("The file is larger than {n} megabytes."), n=LARGEST_LOGO // 10**6)
        content = file.read_bytes()
        return pictures.pixels_only(vector.rasterised(content) if file.suffix.lower() == ".svg" else content)
    except (OSError, pictures.PictureError) as wrong:
        raise LookError(N_('The logo "{path}" cannot be used: {problem}'), path=file, problem=wrong) from wrong


def _colour(path: Path, colour: str, told: Callable[[LookError], None]) -> str:
    if not _COLOUR.fullmatch(colour):
        raise LookError(
            N_('"{path}" names the colour "{colour}". Write six hexadecimal digits, as in "#1f4e6b".'),
            path=path,
            colour=colour,
        )
    dark = readable(colour)
    if dark != colour.lower():
        told(
            LookError(
                N_('"{path}": the colour {colour} is too light to be read on paper. The minutes use {dark} instead.'),
                path=path,
                colour=colour,
                dark=dark,
            )
        )
    return dark
