"""The audit of dependencies fails on what is known and not accepted, and says plainly when it could not run."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

CI = Path(__file__).parents[1] / ".ci"


@pytest.fixture(scope="module")
def audit():
    return runpy.run_path(str(CI / "audit.py"))


def report(*packages):
    return json.dumps({"dependencies": packages, "fixes": []})


FINE = {"name": "fine", "version": "1.0", "vulns": []}
SKIPPED = {"name": "unknown", "skip_reason": "Dependency not found"}
FOUND = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}]}


def test_a_known_vulnerability_fails_and_names_the_version_that_mends_it(audit):
    lines, code = audit["judged"](report(FINE, FOUND), {})
    assert code == 1
    assert lines[0] == "old 1.0: PYSEC-1, mended in 1.1"


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_an_accepted_one_passes_and_tells_why(audit, name):
    lines, code = audit["judged"](report(FINE, FOUND), {name: "not reachable from the kit"})
    assert code == 0
    assert "accepted: not reachable from the kit" in lines[0]


def test_what_was_not_audited_is_named(audit):
    lines, code = audit["judged"](report(FINE, SKIPPED), {})
    assert (code, lines[-1]) == (0, "NOT audited: unknown")


@pytest.mark.parametrize("told", ["", "no network", "{}", report(SKIPPED)])
def test_an_audit_that_could_not_run_says_so_and_does_not_fail(audit, told):
    lines, code = audit["judged"](told, {})
    assert code == 0
    assert "COULD NOT RUN" in lines[-1]


def test_every_accepted_vulnerability_has_a_reason(audit):
    audit["accepted"]((CI / "accepted-vulnerabilities.txt").read_text("utf-8"))
    with pytest.raises(ValueError, match="needs a reason"):
        audit["accepted"]("CVE-2026-1\n")


def test_ci_runs_the_audit_after_the_tests():
    script = (CI / "run").read_text("utf-8")
    assert script.index("readme tests") < script.index(".ci/audit.py")
