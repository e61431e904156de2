"""Ends a program in order when it is told to, so that what it has begun is put away as after Ctrl+C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told_to_end() -> Iterator[None]:
    """Let SIGTERM raise `SystemExit` in the block. Windows ends a program without asking it."""

    def end(*_: object) -> None:
        raise SystemExit

    if threading.current_thread() is not threading.main_thread():  # only this one may say what a signal does
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
