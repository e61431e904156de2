"""How papermill runs the minutes: as ever, but the notebook is written once at the end, or where a cell failed.

papermill writes it before and after every cell, which for the minutes of a large session is most of the time.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine, papermill_engines

ENGINE = "workshop-kit"


class WritesOnce(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """papermill's own engine, whose manager has no place to write to while cells run."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute the notebook; papermill writes it when it is complete."""
        place, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            nb_man.output_path = place


papermill_engines.register(ENGINE, WritesOnce)
