"""Writes the document itself as JSON, for programs: every text exactly as it was, keys sorted, the shape named.

Two things differ from the tree in memory: pictures are pixels only, as in every format, and half of a surrogate pair,
which UTF-8 cannot hold, is the replacement character.
"""

from __future__ import annotations

import json
import re

import msgspec

from workshop_kit.core.document import MIME, Document
from workshop_kit.core.text import Text
from workshop_kit.minutes.writers.shape import presentable

_HALF = re.compile("[\ud800-\udfff]")


def write(document: Document, text: Text) -> bytes:
    """Return the document as JSON in UTF-8; `schema` names the media type of its sections."""
    del text
    told = {"schema": MIME, **msgspec.to_builtins(presentable(document))}
    written = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1)
    return (_HALF.sub("\N{REPLACEMENT CHARACTER}", written) + "\n").encode()
