"""A logo drawn as SVG becomes pixels, so that nothing in it can act, load or name anything from outside.

Before it is drawn, the file is rebuilt from the elements and attributes that only draw.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from workshop_kit.core.errors import N_
from workshop_kit.minutes.pictures import PictureError
from workshop_kit.results.charts import drawn_pixels

_SVG = "{http://www.w3.org/2000/svg}"
_DRAWS = {
    "svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "style",
    "linearGradient", "radialGradient", "stop", "clipPath", "mask", "title", "desc",
}  # fmt: skip
_NOT_DRAWN_HERE = {"use", "image", "foreignObject", "feImage", "switch", "a"}
_OUTSIDE = re.compile(r"(?i)url\(\s*['\"]?(?!#)|@import|\\")
_LENGTH = re.compile(r"\s*([0-9.]+)\s*(?:px|pt|mm|cm|in)?\s*")
_SIDES = ("width", "height")
_LONGEST, _LARGEST_FILE = 1200.0, 500_000


def rasterised(svg: bytes) -> bytes:
    """Return a logo as PNG. Raises `PictureError` for a file that is no SVG, too large, or needs more than drawing."""
    if len(svg) > _LARGEST_FILE or b"<!ENTITY" in svg:
        raise PictureError(N_("The SVG is too large or too involved. Save the logo as PNG."))
    try:
        root = ET.fromstring(svg.decode("utf-8-sig"))  # noqa: S314 - without declared entities there is nothing to expand
    except (ET.ParseError, UnicodeDecodeError) as broken:
        raise PictureError(N_("This SVG cannot be read: {problem}. Save the logo as PNG."), problem=broken) from None
    names = {str(element.tag).removeprefix(_SVG) for element in root.iter()}
    if root.tag != f"{_SVG}svg" or (foreign := sorted(names & _NOT_DRAWN_HERE)):
        raise PictureError(
            N_("The SVG holds what a logo must not ({parts}). Save the logo as PNG."),
            parts=", ".join(foreign) if root.tag == f"{_SVG}svg" else str(root.tag),
        )
    plain = _drawing(root)
    plain.attrib |= _bounded(root)
    return drawn_pixels(ET.tostring(plain, "unicode"))


def _drawing(element: ET.Element) -> ET.Element:
    """Return the element with what only draws: known elements, no event, and addresses only within the file."""
    kept = ET.Element(element.tag)
    kept.attrib = {
        name: value
        for name, value in element.attrib.items()
        if not name.startswith(("{", "on")) and name != "href" and not _OUTSIDE.search(value)
    }
    own = "".join(element.itertext()) if element.tag == f"{_SVG}style" else ""
    if not _OUTSIDE.search(own):
        kept.text = element.text
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(_SVG) in _DRAWS:
            inner = _drawing(child)
            inner.tail = child.tail
            kept.append(inner)
    return kept


def _bounded(root: ET.Element) -> dict[str, str]:
    """Return a width, height and view box that keep the proportions within what can be drawn."""
    box = [float(number) for number in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", root.get("viewBox", ""))]
    sides = [match and float(match[1]) for match in (_LENGTH.fullmatch(root.get(side, "")) for side in _SIDES)]
    if len(box) != len("xywh"):
        box = [0.0, 0.0, *(side or 0.0 for side in sides)]
    width, height = box[2:]
    if width <= 0 or height <= 0 or not 1 / 20 <= width / height <= 20:
        raise PictureError(N_("The SVG does not say how large it is. Save the logo as PNG."))
    scale = _LONGEST / max(width, height)
    return {
        "viewBox": " ".join(f"{number:g}" for number in box),
        "width": f"{max(1.0, width * scale):.0f}",
        "height": f"{max(1.0, height * scale):.0f}",
    }
