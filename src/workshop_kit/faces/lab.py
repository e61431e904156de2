"""Starts JupyterLab for the facilitator: on this machine only, with its own token, in the session's folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def start_lab(folder: Path, first: str = "") -> subprocess.Popen[bytes]:
    """Start JupyterLab in `folder` as its own process, opening the browser at the file `first` if named."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.root_dir={folder}",
            f"--LabApp.default_url=/lab{f'/tree/{first}' if first else ''}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ],
    )
