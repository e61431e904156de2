"""The facilitator's desk in a notebook: write the minutes, put them before the room, and make them final.

What takes long runs in a thread of its own, so that the notebook stays usable; how far it is stands in the panel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from jupyter_core.utils import ensure_event_loop

from workshop_kit.core.errors import N_, Refused, Why, WorkshopError
from workshop_kit.core.text import Text
from workshop_kit.faces.pages import Notice
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes import run, warm
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.prepare import MINUTES_NOTEBOOK

WRITE, PUBLISH, FINALISE = "write-minutes", "publish-minutes", "finalise-minutes"
LONG = frozenset({WRITE, PUBLISH, FINALISE})


class Desk:
    """Writes minutes for a widget. `changed` is called whenever what it tells has changed."""

    def __init__(self, folder: Path, text: Text, changed: Callable[[], None]) -> None:
        self.folder = SessionFolder(folder.resolve())
        self.text = text
        self.changed = changed
        self.notice = Notice()
        self.files: list[Path] = []
        self._working: threading.Thread | None = None

    def expect(self) -> None:
        """Start a kernel ahead, since the minutes will be written soon."""
        if (self.folder.path / MINUTES_NOTEBOOK).is_file():
            warm.ready(self.folder.path)

    def take(self, command: str) -> None:
        """Begin a long work. Raises `Refused` while another one runs."""
        if self._working and self._working.is_alive():
            raise Refused(Why.TAKEN, N_("The minutes are being written just now. Please wait a moment."))
        self._working = threading.Thread(target=self._run, args=(command,), name="workshop-minutes", daemon=True)
        self._working.start()

    def wait(self) -> list[Path]:
        """Wait until the work is done and return the files."""
        if self._working:
            self._working.join()
        return self.files

    def _run(self, command: str) -> None:
        """Work, and close the event loop that papermill makes for each thread and leaves open."""
        try:
            self._work(command)
        finally:
            ensure_event_loop().close()

    def _work(self, command: str) -> None:
        warned: list[str] = []

        def step(name: str) -> None:
            self._tell(self.text(N_("Writing {file} …"), file=name))

        try:
            if command == FINALISE:
                files = run.finalise(self.folder, progress=step, found=warned.append)
            else:
                formats = tuple(format_.name for format_ in BUILT_IN)
                publish = command == PUBLISH
                files = run.write_minutes(
                    self.folder, self.text.lang, formats, publish=publish, progress=step, found=warned.append
                )
        except WorkshopError as error:
            self._tell(error.told(self.text), refused=True)
            return
        except Exception as error:  # noqa: BLE001 - nobody else would tell the person who waits
            self._tell(f"{type(error).__name__}: {error}", refused=True)
            return
        self.files = files
        told = [self.text(N_("The minutes are written."))]
        known = N_('Read before you publish: a text names "{name}", who did not agree to it.')
        told += [self.text(known, name=name) for name in warned]
        self._tell(" ".join(told))
        self.expect()

    def _tell(self, said: str, *, refused: bool = False) -> None:
        self.notice = Notice(said, refused)
        self.changed()
