"""Imports what is dear to import without the part of the cost that nobody gains from."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def imports() -> Iterator[None]:
    """Import papermill or Altair in this block.

    jsonschema, which both need, would compile a grammar of internationalised addresses (1.5 s, on a busy machine 5) for
    a check that notebooks and charts never use; the package is kept out while the block lasts.
    """
    blocked = "rfc3987_syntax" not in sys.modules
    if blocked:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if blocked:
            sys.modules.pop("rfc3987_syntax", None)


def literal(path: Path) -> str:
    """Return a path as papermill takes it, which fills braces in a path with parameters of the notebook.

    >>> literal(Path("of {us}"))
    'of {{us}}'
    """
    return str(path).replace("{", "{{").replace("}", "}}")


def papermill() -> Any:
    """Return the papermill module."""
    with imports(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import papermill  # noqa: PLC0415
        import papermill.exceptions  # noqa: PLC0415
    logging.getLogger("papermill").setLevel(logging.ERROR)
    return papermill
