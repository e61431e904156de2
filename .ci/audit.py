"""Asks whether a version in constraints.txt has a known vulnerability, by pip-audit in an environment of its own.

Fails on findings that `accepted-vulnerabilities.txt` does not name with a reason. Where the service that knows of
vulnerabilities cannot be reached, it says so and does not fail: the tests do not depend on the network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent
SECONDS = 600


def accepted(text: str) -> dict[str, str]:
    """Return the reasons by the name of the vulnerability. Raises `ValueError` for a line without a reason."""
    reasons = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            if not reason.strip():
                message = f"{name}: every accepted vulnerability needs a reason"
                raise ValueError(message)
            reasons[name] = reason.strip()
    return reasons


def judged(report: str, reasons: dict[str, str]) -> tuple[list[str], int]:
    """Return what to say about pip-audit's report (JSON, or anything else where it failed), and the exit code."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        return ["The audit COULD NOT RUN: the service that knows of vulnerabilities did not answer."], 0
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    lines, found = [], 0
    for package in packages:
        for vulnerability in package.get("vulns", ()):
            names = {vulnerability["id"], *vulnerability.get("aliases", ())}
            reason = next((reasons[name] for name in sorted(names) if name in reasons), "")
            found += not reason
            mended = ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"
            verdict = f"accepted: {reason}" if reason else f"mended in {mended}"
            lines.append(f"{package['name']} {package['version']}: {vulnerability['id']}, {verdict}")
    if len(unknown) == len(packages):
        lines.append("The audit COULD NOT RUN: the service that knows of vulnerabilities knows none of the packages.")
    else:
        lines.append(f"Audited {len(packages) - len(unknown)} packages: {found} vulnerabilities to mend.")
        if unknown:
            lines.append(f"NOT audited: {', '.join(unknown)}")
    return lines, int(found > 0)


def report() -> str:
    """Run pip-audit on constraints.txt and return what it says, or "" where it cannot run."""
    with tempfile.TemporaryDirectory() as place:
        venv.create(place, with_pip=True)
        python = next(
            path for path in (Path(place) / "bin" / "python", Path(place) / "Scripts" / "python.exe") if path.exists()
        )
        try:
            install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "pip-audit"]
            subprocess.run(install, check=True, timeout=SECONDS)
            audit = [python, "-m", "pip_audit", "-r", HERE.parent / "constraints.txt", "--no-deps", "--disable-pip"]
            return subprocess.run(
                [*audit, "-f", "json", "--progress-spinner", "off"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, encoding="utf-8", timeout=SECONDS, check=False,
            ).stdout  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return ""


if __name__ == "__main__":
    told, code = judged(report(), accepted((HERE / "accepted-vulnerabilities.txt").read_text("utf-8")))
    print("\n".join(told))
    sys.exit(code)
