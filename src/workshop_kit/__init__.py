"""Run a workshop from Jupyter: phones join by QR code, everybody takes part, the minutes write themselves.

The public names are `open_session`, `Session` and `open_evidence`; they are imported when first used, so that the
command line and the server start quickly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workshop_kit.__about__ import __version__

if TYPE_CHECKING:
    from workshop_kit.faces.notebook import Session, open_evidence, open_session

__all__ = ["Session", "__version__", "open_evidence", "open_session"]


def __getattr__(name: str) -> Any:
    if name in {"Session", "open_evidence", "open_session"}:
        from workshop_kit.faces import notebook  # noqa: PLC0415

        return getattr(notebook, name)
    raise AttributeError(name)
