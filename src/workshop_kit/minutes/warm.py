"""A kernel that was started ahead, so that writing the minutes from a notebook does not wait for one.

It has imported the kit and knows nothing of any session; it is used once, and ended when nobody has used it for a
while. Where there is none, a cold one is started as ever.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from workshop_kit import quick
from workshop_kit.core.document import Bar, Chart
from workshop_kit.core.text import DEFAULT_LANGUAGE
from workshop_kit.minutes.kernel import OwnKernelManager
from workshop_kit.results.charts import draw

LONGEST = 30 * 60.0
"""Seconds for which a kernel waits to be used."""

READ = "import workshop_kit.minutes.warm as warm; warm.read()"
"""What a kernel runs while it waits."""

ARGUMENTS = [
    "--HistoryManager.hist_file=:memory:",
    f"--IPKernelApp.exec_lines={READ}",
]

_lock = threading.Lock()
_waiting: dict[Path, OwnKernelManager] = {}


def ready(folder: Path) -> threading.Thread:
    """Begin to start a kernel for the notebooks of a folder, unless one waits; returns the thread that does."""
    thread = threading.Thread(target=_start, args=(folder,), name="workshop-warm-kernel", daemon=True)
    thread.start()
    return thread


def read() -> None:
    """Import what cells of minutes and the writers need, in a kernel that waits or beside it."""
    for name in ("workshop_kit.faces.notebook", "workshop_kit.minutes.cells", "workshop_kit.activities"):
        import_module(name)
    draw(Chart("", (Bar("", 1),), ""), DEFAULT_LANGUAGE)  # the renderer takes a second for its first picture


def discard(folder: Path, only: OwnKernelManager | None = None) -> None:
    """End the kernel that waits for a folder, if there is one, or if it is `only` this one."""
    if only in {None, _waiting.get(folder)} and (warm := _take(folder)) is not None:
        _process(warm).kill()
        _process(warm).wait()
        warm.cleanup_connection_file()
        warm.cleanup_ipc_files()


def manager(folder: Path) -> type[OwnKernelManager]:
    """Return the kind of manager for papermill: one that takes over the kernel that waits, or starts a cold one."""
    warm = _take(folder)
    return OwnKernelManager if warm is None else type("WarmKernelManager", (_Adopting,), {"warm": warm})


class _Adopting(OwnKernelManager):
    """Takes over the kernel of another manager; what would start one finds it running."""

    warm: OwnKernelManager

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.load_connection_info(self.warm.get_connection_info())
        self.connection_file = self.warm.connection_file
        self.provisioner = self.warm.provisioner

    async def _async_start_kernel(self, **options: Any) -> None:
        del options
        self._connect_control_socket()

    start_kernel = _async_start_kernel


def _take(folder: Path) -> OwnKernelManager | None:
    with _lock:
        warm = _waiting.pop(folder, None)
    return warm if warm is not None and _process(warm).poll() is None else None


def _process(warm: OwnKernelManager) -> Any:
    provisioner: Any = warm.provisioner
    return provisioner.process


def _start(folder: Path) -> None:
    warm = OwnKernelManager(kernel_name="python3")
    with _lock:
        if folder in _waiting:
            return
        asyncio.run(warm.start_kernel(cwd=str(folder), extra_arguments=ARGUMENTS))
        _waiting[folder] = warm
    timer = threading.Timer(LONGEST, discard, (folder, warm))
    timer.daemon = True
    timer.start()
    quick.papermill()
    read()


@atexit.register
def _end() -> None:
    for folder in list(_waiting):
        discard(folder)
