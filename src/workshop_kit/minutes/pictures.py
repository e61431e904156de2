"""Photos and logos, made fit to be handed on: read whole, upright, of bounded size, and without what a camera noted.

A photo of a flipchart carries more than the flipchart: the place, the time, the phone, at times a name. So a picture is
never passed on as it came. It is decoded and encoded anew, and only its pixels go along.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from workshop_kit.core.errors import N_, WorkshopError

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST = 1600
"""The most pixels on a side: enough to read a flipchart on a whole page of paper."""

_QUALITY = 85
_SMALL_PNG = 250_000
_KINDS = ("JPEG", "PNG")
_KEPT = 16


class PictureError(WorkshopError):
    """The file is no picture that can be shown."""


class Pixels(Struct, frozen=True):
    """A picture that holds nothing but pixels."""

    content: bytes
    media_type: Literal["image/jpeg", "image/png"]


@lru_cache(maxsize=_KEPT)
def pixels_only(content: bytes) -> Pixels:
    """Return a JPEG or PNG encoded anew, at most `LONGEST` pixels a side. Raises `PictureError`."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - minutes without a picture need no Pillow

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture too large to unpack is a warning there
            with Image.open(BytesIO(content), formats=_KINDS) as opened:
                opened.thumbnail((LONGEST, LONGEST))
                upright = ImageOps.exif_transpose(opened)
                plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Exception as broken:  # a decoder may fail in any way on a file that is made to break it
        raise PictureError(
            N_("This is not a picture that can be read: {problem}. Give a JPEG or PNG file."),
            problem=str(broken).rstrip(".") or type(broken).__name__,
        ) from broken
    plain.info.clear()
    return _encoded(plain)


def size(content: bytes) -> tuple[int, int]:
    """Return the width and height in pixels of a picture that can be read."""
    from PIL import Image  # noqa: PLC0415 - see `pixels_only`

    with Image.open(BytesIO(content), formats=_KINDS) as opened:
        return opened.size


def _encoded(plain: Image) -> Pixels:
    """Return the picture as PNG; as JPEG where that is much smaller, as it is for photos."""
    drawing = _saved(plain, "PNG", optimize=True)
    if plain.mode == "RGB" and len(drawing) > _SMALL_PNG:
        photo = _saved(plain, "JPEG", quality=_QUALITY, optimize=True)
        if len(photo) * 2 < len(drawing):
            return Pixels(photo, "image/jpeg")
    return Pixels(drawing, "image/png")


def _saved(plain: Image, kind: str, **options: int) -> bytes:
    written = BytesIO()
    plain.save(written, kind, **options)
    return written.getvalue()
