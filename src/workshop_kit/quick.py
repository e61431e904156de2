"""Imports papermill without a cost that nobody gains from."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any


def papermill() -> Any:
    """Return the papermill module.

    jsonschema, which it needs, would compile a grammar of internationalised addresses (1.5 s) for a check that
    notebooks never use; keeping that package out is legitimate in processes of our own, and only there.
    """
    blocked = "rfc3987_syntax" not in sys.modules
    if blocked:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import papermill  # noqa: PLC0415
            import papermill.exceptions  # noqa: PLC0415
    finally:
        if blocked:
            sys.modules.pop("rfc3987_syntax", None)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    return papermill
