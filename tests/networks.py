"""Networks of one's own for tests: where they can be made, and a command inside one."""

from __future__ import annotations

import shutil
import subprocess
import sys


def no_network() -> str:
    """Say why no network of one's own can be made here, or ""."""
    if not sys.platform.startswith("linux") or shutil.which("ip") is None or shutil.which("unshare") is None:
        return "networks of one's own need Linux with unshare and iproute2"
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return f"no network of one's own may be made here: {tried.stderr.decode().strip()}" if tried.returncode else ""


def run_inside(script: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a network that has nothing but the loopback, and for so many seconds at most."""
    return subprocess.run(
        ["unshare", "--net", "sh", "-c", f"set -e; ip link set lo up; {script}"],
        capture_output=True,
        text=True,
        timeout=timeout,
        encoding="utf-8",
        check=False,
    )
