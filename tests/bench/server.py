"""A participants' server as a process of its own, for measurements and for tests that kill it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from workshop_kit import activities
from workshop_kit.core.state import Info
from workshop_kit.folder import SessionFolder

SECONDS = 240

DOTS_ONLY = """
name = "dots-only"
title = "Dots only"

[[item]]
id = "dots"
activity = "poll"
rule = "dots"
budget = 3
options = ["Place", "People", "Money", "Time", "Trust", "Luck"]
"""


def kit(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command `workshop` to its end."""
    command = [sys.executable, "-m", "workshop_kit", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False, **options
    )


def make_session(path: Path, agenda: str = DOTS_ONLY, first: str = "dots", store: str = "") -> SessionFolder:
    """Make a session without notebooks from the text of an agenda (or the name of a shipped one) and open an item.

    Its log is in the folder, or in the database at `store`.
    """
    if "\n" in agenda:
        path.mkdir(parents=True, exist_ok=True)
        source = path / "agenda.toml"
        source.write_text(agenda, "utf-8")
        agenda = str(source)
    folder = SessionFolder.create(path, agenda, Info("Measured", "KLMNP", lang="en"), store=store)
    live = folder.open(activities.installed())
    if first:
        live.do("open", first)
    live.close()
    return folder


class ServerProcess:
    """`workshop open` as a process; it listens once this object exists."""

    def __init__(self, folder: Path, *python_options: str, port: int = 0, env: Mapping[str, str] | None = None) -> None:
        arguments = ["open", str(folder), "--no-lab", "--json", "--host=127.0.0.1", f"--port={port}"]
        self.process = subprocess.Popen(
            [sys.executable, *python_options, "-m", "workshop_kit", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **(env or {})},
        )
        self._errors: list[str] = []
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(self.errors)
        self.address: dict[str, Any] = json.loads(line)
        self.url: str = self.address["url"]

    @property
    def errors(self) -> str:
        """What the server has said on stderr, complete once it has ended."""
        return "".join(self._errors)

    def kill(self) -> None:
        """End the process without warning, as a failing laptop would."""
        self.process.kill()
        self._end()

    def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        self._end()

    def _end(self) -> None:
        self.process.wait(timeout=SECONDS)
        self._reader.join(timeout=SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.append(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.returncode is None:
            self.stop()


def transferred(url: str, token: str = "") -> bytes:
    """Fetch an address as a phone's browser does and return every byte that came, status line and headers included."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", "Accept-Encoding: gzip", "Connection: close"]
    lines += [f"Cookie: seat={token}"] if token else []
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))
