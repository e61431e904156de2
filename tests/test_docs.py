"""What the documentation promises is there: files, commands, options, and the two commands that CI runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(page for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("facilitation/**/*.md")))
README = (ROOT / "README.md").read_text("utf-8")

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
RUN = re.compile(r"<!-- run: (\w+) -->\n```sh\n(.*?)\n```", re.DOTALL)
COMMAND = re.compile(
    r"(?:\.venv/bin/)?workshop ((?:demo|new|open|step|results|import|bundle|evidence|tickets|minutes|approve|verify"
    r"|backup|repair|held|forget|retain|erase|note|check|methods|agendas|do|doctor|print|share|enter|rehearse|start)\b[^`\n]*)"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_anchor_leads_to_a_heading(page):
    found = [
        (page.parent / target if target else page, anchor) for target, anchor in ANCHOR.findall(page.read_text("utf-8"))
    ]
    missing = [anchor for target, anchor in found if target.suffix == ".md" and anchor not in anchors(target)]
    assert not missing


def anchors(page):
    """Return the names by which the headings of a page are linked, as forges make them."""
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(page.read_text("utf-8"))
    }


def test_the_readme_sets_everything_up_with_two_commands():
    commands = dict(RUN.findall(README))
    assert commands.keys() == {"demo", "tests"}
    for command in commands.values():
        assert command.startswith("python3 -m venv .venv && .venv/bin/python -m pip install")
        assert "\n" not in command
    assert "workshop demo --headless" in commands["demo"]
    assert "-m pytest" in commands["tests"]


def test_ci_runs_what_the_readme_says():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "readme demo" in script
    assert "readme tests" in script


def documented():
    """Return the `workshop` commands that the documentation shows, each with its options."""
    found = {
        (words[0], tuple(word.split("=")[0] for word in words if word.startswith("--")))
        for page in PAGES
        for command in COMMAND.findall(page.read_text("utf-8"))
        if (words := shlex.split(command.split("&&")[0], comments=True))
    }
    return sorted(found)


@pytest.mark.parametrize(("name", "options"), documented(), ids=str)
def test_every_command_that_is_shown_exists_with_its_options(name, options):
    help_text = subprocess.run(
        [sys.executable, "-m", "workshop_kit", name, "--help"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    ).stdout
    assert not [option for option in options if option not in help_text]


def test_constraints_name_versions_and_no_addresses():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[1:]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^\s/]+", line) for line in lines)
