"""Asks this machine what the checks judge. Nothing here decides; only `internet` asks anything outside."""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import webbrowser
from contextlib import closing, suppress
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from workshop_kit.faces import addresses
from workshop_kit.faces.doctor.network import Internet
from workshop_kit.faces.serve import announced, answers, listen
from workshop_kit.minutes.fonts import folders

PATIENCE = 2.0
"""Seconds that one question to a network or a program may take."""

OUTSIDE = "http://detectportal.firefox.com/success.txt"
"""What browsers ask to see a login page: always plain http, and it answers with one word."""

EXPECTED = b"success"
WITHOUT_WINDOWS = {"links", "elinks", "lynx", "w3m", "www-browser"}
"""Browsers that write into the terminal; they show neither stage nor notebooks."""

CONNECTORS = Path("/sys/class/drm")
WINDOWS_COUNT_OF_MONITORS = 80  # SM_CMONITORS


class Machine:
    """The machine that the check runs on. A test puts another in its place."""

    def __init__(self) -> None:
        self.system = platform.system()

    def networks(self) -> tuple[addresses.Network, ...]:
        return addresses.networks()

    def answered(self, host: str, port: int) -> bool:
        """Tell whether a server on this machine answers a request to that address in time."""
        with closing(HTTPConnection(host, port, timeout=PATIENCE)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse()
            except (OSError, HTTPException):
                return False
        return True

    def internet(self, url: str = OUTSIDE) -> Internet:
        """Ask a site outside, as browsers do, whether it or a login page answers."""
        parts = urlsplit(url)
        with closing(HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)) as connection:
            try:
                connection.request("GET", parts.path)
                answer = connection.getresponse()
                body = answer.read(len(EXPECTED))
            except (OSError, HTTPException):
                return Internet.NONE
        through = answer.status == HTTPStatus.OK and body == EXPECTED
        return Internet.THERE if through else Internet.LOGIN_PAGE

    def free(self, path: Path) -> int:
        """Return the free bytes where a folder is or will be."""
        return shutil.disk_usage(_there(path)).free

    def write_problem(self, path: Path) -> str:
        """Return why nothing can be written in a folder, or ""."""
        try:
            with tempfile.NamedTemporaryFile(dir=_there(path)) as file:
                file.write(b"0" * 4096)
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def filesystem(self, path: Path) -> str:
        """Return the kind of file system that a folder is on, "cifs" for a share of Windows, "" if it is not known."""
        place = _there(path)
        if place.drive.startswith("\\\\"):
            return "cifs"
        parts = [part for part in psutil.disk_partitions(all=True) if place.is_relative_to(part.mountpoint)]
        nearest = max(parts, key=lambda part: len(Path(part.mountpoint).parts), default=None)
        if nearest is None:
            return ""
        return "cifs" if "remote" in nearest.opts.split(",") else str(nearest.fstype)

    def now(self) -> datetime:
        return datetime.now().astimezone()

    def zone(self) -> str:
        """Return the name of the local time zone, "" where the system fell back on UTC without being told to."""
        told = bool(os.environ.get("TZ")) or self.system != "Linux" or Path("/etc/localtime").exists()
        return (self.now().tzname() or "") if told else ""

    def browser(self) -> str:
        """Return the name of the browser that would open a page, or ""."""
        try:
            name = getattr(webbrowser.get(), "name", "default")
        except webbrowser.Error:
            return ""
        return "" if Path(str(name)).name in WITHOUT_WINDOWS else str(name) or "default"

    def jupyter(self) -> str:
        try:
            return version("jupyterlab") if find_spec("jupyterlab") else ""
        except PackageNotFoundError:
            return ""

    def missing_for_pdf(self) -> str:
        missing = [] if find_spec("typst") else ["typst"]
        if not any(folder.is_dir() and any(folder.iterdir()) for folder in folders()):
            missing.append("fontpkg-atkinson-hyperlegible")
        return ", ".join(missing)

    def screens(self) -> int | None:
        """Return how many screens are connected, None where it cannot be told."""
        with suppress(Exception):  # a screen that cannot be counted must not end the check
            match self.system:
                case "Linux":
                    states = [path.read_text("utf-8").strip() for path in CONNECTORS.glob("*/status")]
                    return states.count("connected") or None
                case "Darwin":
                    command = ["/usr/sbin/system_profiler", "SPDisplaysDataType", "-json"]
                    told = subprocess.run(command, capture_output=True, timeout=PATIENCE * 1.5, check=True).stdout
                    cards = json.loads(told)["SPDisplaysDataType"]
                    return sum(len(card.get("spdisplays_ndrvs", ())) for card in cards) or None
                case "Windows":
                    if sys.platform == "win32":
                        import ctypes  # noqa: PLC0415 - only Windows has what it is for

                        return ctypes.windll.user32.GetSystemMetrics(WINDOWS_COUNT_OF_MONITORS) or None
        return None

    def memory(self) -> int:
        return int(psutil.virtual_memory().available)

    def cores(self) -> int:
        return os.cpu_count() or 1

    def battery(self) -> float | None:
        """Return the charge in percent of the battery that this machine runs on, None where it runs on none."""
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
        return None if battery is None or battery.power_plugged is not False else float(battery.percent)

    def told(self, host: str) -> str:
        """Return the address that phones are told of a server that listens on `host`."""
        return announced(host)

    def listen(self, host: str, port: int) -> socket.socket:
        """Return a listening socket as the session's server would get it. Raises `WorkshopError`."""
        return listen(host, port)

    def ours(self, port: int) -> bool:
        """Tell whether a server of the kit is on a port of this machine."""
        return answers(f"http://{addresses.LOOPBACK}:{port}")


def _there(path: Path) -> Path:
    """Return the folder itself, or the nearest above it that exists."""
    path = path.resolve()
    return next((each for each in (path, *path.parents) if each.is_dir()), path)
