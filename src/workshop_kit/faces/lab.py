"""Starts JupyterLab for the facilitator: on this machine only, with its own token, in the session's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

SETTINGS = Path(__file__).parent / "jupyter"
"""Defaults of JupyterLab's settings for a projector, which give way to what somebody has set: no questions about news,
and cells out of sight stay as they are, since a stage goes on below the window's edge and the notebooks are short."""

ROOT = "JUPYTER_WORKSHOP_ROOT"
"""Tells kernels which folder the JupyterLab that `start_lab` started shows, as nothing of Jupyter does."""


def lab_command(folder: Path, first: str = "") -> list[str]:
    """Return the command that runs JupyterLab in `folder`, at the file `first` or else at the first notebook."""
    first = first or min((path.name for path in folder.glob("[0-9]*.ipynb")), default="")
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab{f'/tree/{first}' if first else ''}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def lab_environment(lang: str = "") -> dict[str, str]:
    """Return the environment for JupyterLab in a language; its kernels are the Python that the kit is installed in."""
    spoken = str(SETTINGS / lang) if (SETTINGS / lang).is_dir() else ""
    paths = filter(None, (spoken, str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")))
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(paths), "JUPYTER_PREFER_ENV_PATH": "1"}


def outside_jupyter() -> dict[str, str]:
    """Return the environment without what leads to a Jupyter server or a kernel, for the participants' server."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("JPY_", "JUPYTER_"))}


def start_lab(folder: Path, first: str = "", lang: str = "") -> subprocess.Popen[bytes]:
    """Start JupyterLab in `folder` as its own process, opening the browser at the file `first` if named."""
    return subprocess.Popen(lab_command(folder, first), env=lab_environment(lang) | {ROOT: str(folder)})


def address_in_lab(path: Path, folder: Path) -> str:
    """Return the address of a session's file in the JupyterLab that shows this notebook.

    A JupyterLab that the kit has not started is taken to show `folder`, the session's own.
    """
    root = Path(os.environ.get(ROOT, folder))
    return quote(f"/files/{path.relative_to(root if path.is_relative_to(root) else folder).as_posix()}")
