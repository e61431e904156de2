"""A widget is updated from two threads, one for the log and one for what is pressed; the later state is what stays."""

from __future__ import annotations

import threading

from tests.conftest import DOTS

SOON = 0.2


def test_what_was_read_earlier_is_never_shown_last(open_console, monkeypatch):
    console = open_console(DOTS)
    reading, go_on = threading.Event(), threading.Event()

    def slowly():
        reading.set()
        assert go_on.wait(10)
        return {"console": "as it was"}

    monkeypatch.setattr(console, "make_regions", slowly)
    first = threading.Thread(target=console._update)
    first.start()
    assert reading.wait(10)
    monkeypatch.setattr(console, "make_regions", lambda: {"console": "as it is"})
    second = threading.Thread(target=console._update)
    second.start()
    second.join(SOON)
    go_on.set()
    for thread in (first, second):
        thread.join(10)
    assert console.regions == {"console": "as it is"}
