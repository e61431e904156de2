"""What the browser tests write on a paper of each kind, by mouse, by keyboard and as a slip in the console."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

AGENDA = Path(__file__).with_name("polls.toml")
MOST_KEYS = 200

Paper = list[str] | dict[str, str]
"""Controls to check, or to fill."""

FILLED: dict[str, tuple[Paper, dict[str, int]]] = {
    "choice": (["#choice-b"], {"b": 1}),
    "multiple": (["#choice-a", "#choice-c"], {"a": 1, "c": 1}),
    "approval": (["#choice-a"], {"a": 1}),
    "motion": (["#choice-yes"], {"yes": 1}),
    "dots": (["#dot-a-2", "#dot-b-1"], {"a": 2, "b": 1}),
    "split": ({"#number-a": "70", "#number-b": "30"}, {"a": 70, "b": 30}),
    "likert": (["#dot-a-5", "#dot-b-none"], {"a": 5}),
    "fist": (["#dot-a-3", "#dot-b-0"], {"a": 3, "b": 0}),
    "resistance": (["#dot-a-0", "#dot-b-9", "#dot-status-quo-4"], {"a": 0, "b": 9, "status-quo": 4}),
    "mood": (["#choice-m4"], {"m4": 1}),
    "consent": ({"#stance-a--1": "", "#reason-a": "Not in winter."}, {"a": -1}),
    "matrix": (["[id='dot-a.x-2']", "[id='dot-a.y-5']"], {"a.x": 2, "a.y": 5}),
    "words": ({"#word-1": "Trust", "#word-2": "time"}, {"1": 1, "2": 1}),
    "form": (["[id='choice-again.yes']", "[id='dot-how.place-4']"], {"again.yes": 1, "how.place": 4}),
    "committee": (["#choice-a", "#choice-b"], {"a": 1, "b": 1}),
    "budget": (["#choice-b"], {"b": 1}),
}
"""What is done on each paper, and what the log says then. Rankings and pairs are not filled in, but answered."""

REACHED = """selector => {
  const wanted = document.querySelector(selector), now = document.activeElement;
  return now === wanted || (wanted.type === "radio" && now.type === "radio" && now.name === wanted.name);
}"""
FOCUSED = "selector => document.activeElement === document.querySelector(selector)"


def controls(paper: Paper) -> Mapping[str, str]:
    return paper if isinstance(paper, dict) else dict.fromkeys(paper, "")


def fill(page: Page | Locator, paper: Paper) -> None:
    for control, text in controls(paper).items():
        if text:
            page.locator(control).fill(text)
        else:
            page.locator(control).check()


def tab_to(page: Page, control: str) -> None:
    """Press Tab until a control, or another radio button of its group, has the focus."""
    for _ in range(MOST_KEYS):
        if page.evaluate(REACHED, control):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{control} is not reached by Tab")


def press(page: Page, control: str) -> None:
    """Go to a button and press Enter."""
    tab_to(page, control)
    page.keyboard.press("Enter")


def type_in(page: Page, paper: Paper) -> None:
    """Fill in a paper by Tab, arrow keys, Space and letters."""
    for control, text in controls(paper).items():
        tab_to(page, control)
        if text:
            page.keyboard.press("Control+a")
            page.keyboard.type(text)
            continue
        if page.evaluate(FOCUSED, control):
            page.keyboard.press("Space")
        for _ in range(MOST_KEYS):
            if page.evaluate(FOCUSED, control):
                break
            page.keyboard.press("ArrowDown")
        assert page.is_checked(control), f"{control} is not checked by keys"


def as_slip(paper: Paper) -> dict[str, str]:
    """Return what the facilitator fills in to copy a paper: numbers take the place of rows of buttons."""
    slip = {}
    for control, written in controls(paper).items():
        text = written
        name = control.removeprefix("#").removeprefix("[id='").removesuffix("']")
        kind, _, rest = name.partition("-")
        if kind == "dot":
            key, _, text = rest.rpartition("-")
            name = f"number-{key}"
        if text != "none":
            slip[f"[id='slip-{name}']"] = text
    return slip


def ballots(session: Any, item: str) -> list[dict[str, int]]:
    return sorted((dict(ballot.value) for ballot in session.inside(item).ballots.values()), key=str)
