"""Judges this machine: where the session lies, clock, browser, JupyterLab, fonts, screens, memory, power."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path, PurePath

from workshop_kit.core.errors import N_
from workshop_kit.faces.doctor.finding import Finding, Said, attention, fault, ok, said

MEGABYTE = 10**6
GIGABYTE = 10**9
LEAST_SPACE = 200 * MEGABYTE
GOOD_SPACE = 2 * GIGABYTE
GOOD_MEMORY = GIGABYTE
"""What JupyterLab, a kernel, the server and a browser window need together, in bytes."""

LONG_BATTERY = 80
"""Percent; an old battery may lose the rest within a session."""

SYNCED = (
    "onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents", "cloudstorage", "nextcloud",
    "owncloud", "seafile", "syncthing", "pcloud", "magentacloud", "hidrive", "tresorit",
)  # fmt: skip
"""How the folders begin that a program copies to a server; it may copy or lock a database while it is written."""

NETWORK_DRIVES = ("nfs", "cifs", "smb", "afpfs", "webdav", "davfs", "9p", "fuse.sshfs", "fuse.rclone", "fuse.gvfsd")
"""How the file systems begin that lie on another machine, where the locks of a database cannot be relied on."""

SCREENS = {
    "Windows": N_("Connect the projector, press Windows+P and choose to extend the screen."),
    "Darwin": N_('Connect the projector; in "System Settings", "Displays", choose to extend the screen.'),
    "Linux": N_("Connect the projector, and in the settings for displays choose to join or extend them."),
}
"""How a second screen is set up, by `platform.system()`."""


def synced(path: PurePath) -> str:
    """Return the part of a path that a program synchronises, or ""."""
    return next((part for part in path.parts if part.lower().startswith(SYNCED)), "")


def folder(path: Path, *, free: int, problem: str, filesystem: str) -> Finding:
    """Judge the place of the session: `free` bytes, why nothing can be written there or "", the kind of file system."""
    if problem:
        return fault(
            "folder",
            said(N_("Nothing can be written in {path}: {problem}"), path=path, problem=problem),
            said(N_("Take a folder of your own, for example in your home folder.")),
        )
    if free < LEAST_SPACE:
        return fault(
            "folder",
            said(N_("The disk is full: {free} MB are left in {path}."), free=free // MEGABYTE, path=path),
            said(N_("Make room before the session: at least {good} GB."), good=GOOD_SPACE // GIGABYTE),
        )
    local = said(N_("Put the session in a folder on this computer's own disk, and copy it elsewhere afterwards."))
    if sync := synced(path):
        what = N_('{path} lies in "{sync}", which a program synchronises. It may lock or double the session\'s log.')
        return attention("folder", said(what, path=path, sync=sync), local)
    if filesystem.startswith(NETWORK_DRIVES):
        what = N_("{path} is on a network drive ({filesystem}). If the network fails, so does the log.")
        return attention("folder", said(what, path=path, filesystem=filesystem), local)
    if free < GOOD_SPACE:
        return attention(
            "folder",
            said(N_("Only {free} GB are free in {path}."), free=free / GIGABYTE, path=path),
            said(N_("That is enough for the session. Photos in the minutes may need more: make room.")),
        )
    return ok("folder", said(N_("{path} can be written to, {free} GB are free."), path=path, free=free / GIGABYTE))


def clock(now: datetime, released: date, zone: str) -> Finding:
    """Judge the machine's time and zone; `now` is in local time."""
    if now.date() < released:
        return fault(
            "clock",
            said(N_("The clock shows {day}, which is before this program was released."), day=now.date()),
            said(N_("Set date and time in the system's settings; the times in the minutes depend on it.")),
        )
    shown = f"{now:%H:%M}"
    if not zone:
        return attention(
            "clock",
            said(N_("It is {time}, but this computer does not know its time zone."), time=shown),
            said(N_("Set the time zone in the system's settings, and compare the time with your phone.")),
        )
    return ok("clock", said(N_("It is {time} ({zone}). Compare it with your phone."), time=shown, zone=zone))


def browser(name: str) -> Finding:
    """Judge whether there is a browser to show stage and notebooks; `name` is "" where none was found."""
    if name:
        return ok("browser", said(N_("A browser is there.")))
    return attention(
        "browser",
        said(N_("No browser was found on this computer.")),
        said(N_("Install Firefox or Chrome, or open the stage in the browser of another computer.")),
    )


def jupyter(version: str) -> Finding:
    """Judge whether JupyterLab can be started; `version` is "" where it is not there."""
    if version:
        return ok("jupyter", said(N_("JupyterLab {version} is there."), version=version))
    return attention(
        "jupyter",
        said(N_("JupyterLab is not there.")),
        said(N_("Install workshop-kit anew as the README says, or go without: workshop open SESSION --no-lab")),
    )


def pdf(missing: str) -> Finding:
    """Judge whether minutes can be set as PDF; `missing` names what is not there, or is ""."""
    if not missing:
        return ok("pdf", said(N_("Fonts for the minutes as PDF are there.")))
    return attention(
        "pdf",
        said(N_("For minutes as PDF this is missing: {missing}"), missing=missing),
        said(N_("Install workshop-kit anew as the README says. Minutes as web page and Word file need nothing.")),
    )


def screen(count: int | None, system: str) -> Finding:
    """Judge whether a projector is seen; None where it could not be told."""
    if count is not None and count > 1:
        return ok("screen", said(N_("{count} screens. Drag the stage onto the projector and press F11."), count=count))
    step = said(SCREENS.get(system, SCREENS["Linux"]))
    if count is None:
        return attention("screen", said(N_("Whether there is a second screen cannot be told here. Please look.")), step)
    return attention("screen", said(N_("Only this computer's own screen is seen.")), step)


def memory(free: int, cores: int) -> Finding:
    """Judge the free memory in bytes and the number of processor cores."""
    if free < GOOD_MEMORY:
        return attention(
            "computer",
            said(N_("Only {free} GB of memory are free."), free=free / GIGABYTE),
            said(N_("Close programs and browser windows that you do not need.")),
        )
    values = {"free": free / GIGABYTE, "cores": cores}
    if cores < 2:
        what = Said(N_("{free} GB of memory are free, but the processor has one core only."), values)
        return attention("computer", what, said(N_("Close all other programs; the minutes will take a while.")))
    return ok("computer", Said(N_("{free} GB of memory are free, {cores} processor cores: enough."), values))


def power(percent: float | None) -> Finding:
    """Judge the charge of the battery that the machine runs on; None where it runs on none that can be seen."""
    if percent is None:
        return ok("power", said(N_("This computer does not run on battery, as far as it can tell.")))
    what = said(N_("This computer runs on battery: {percent} %."), percent=round(percent))
    level = attention if percent < LONG_BATTERY else ok
    return level("power", what, said(N_("Plug it in, and keep it from going to sleep.")))
