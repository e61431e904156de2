"""Which messages a participant's phone can show, read from the code: templates and rules, without what only others see.

A template's macros count where one of the phone's reaches them. A module of rules counts as a whole, but for what the
facilitator alone is told (a case that is guarded by `facilitates`), what an agenda's author is told, and what only the
minutes print. So there may be a few too many, and none is missing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

SOURCE = Path(__file__).resolve().parent.parent / "src" / "workshop_kit"

NO_PHONE_TEMPLATES = {
    *("console.html", "console-minutes.html", "desk.html", "moderation.html"),
    *("stage.html", "stage-inside.html", "stage-widget.html", "frame.html"),
    *("console-door.html", "console-page.html", "console-share.html", "controls.html", "keys.html", "pile.html"),
    "stage-tools.html",
}
"""Templates of the facilitator, the stage and the notebook."""

FIRST_MACROS = ("mine", "shared", "lasting")
"""What a phone shows of an activity's page; `console` is the facilitator's."""

NO_PHONE_MODULES = {
    "record": "writes the minutes",
    "told": "writes the minutes",
    "rounds": "writes the minutes",
    "resource_map": "writes the minutes",
    "noted": "what the note-taker adds",
    "agenda": "reads an agenda",
    "settings": "reads an agenda",
    "table": "imports a table",
    "typed": "reads what the facilitator types",
    "slips": "is the facilitator's",
    "cofacilitators": "is the facilitator's",
    "errors": "tells the command line of a broken log",
    "filling": "is the facilitator's",
    "moderation": "is the facilitator's",
    "hands": "is the facilitator's",
    "planning": "is the facilitator's",
    "drawing": "is the facilitator's",
}

FACES = (
    *("asked", "broadcast", "connections", "forms", "guards", "held", "limits", "pages", "published", "turns", "web"),
    *("../people", "../ballot_box"),
)
"""The modules that speak to phones outside of `core`, `activities` and `voting`."""

OF_TICKETS = ("This code is mistyped",)
"""The refusals of `tickets.py` that a phone shows; the others are told on the command line."""

MARKS = {"N_": 1, "NN_": 2, "_": 1, "text": 1, "plural": 2}
NOT_SHOWN = {"title", "explanation"}
"""What a voting rule says of itself in the minutes."""

Message = str | tuple[str, str]


def phone_messages() -> set[Message]:
    """Return every message that a phone can show; one that counts something is a pair."""
    found: set[Message] = set()
    for path in SOURCE.rglob("*.html"):
        if path.name not in NO_PHONE_TEMPLATES:
            found |= set(in_template(path))
    for group in ("core", "activities", "voting"):
        for path in (SOURCE / group).rglob("*.py"):
            if path.stem not in NO_PHONE_MODULES:
                found |= set(in_module(path))
    for name in FACES:
        found |= set(in_module(SOURCE / "faces" / f"{name}.py"))
    found |= {told for told in in_module(SOURCE / "tickets.py") if str(told).startswith(OF_TICKETS)}
    return found


def in_template(path: Path) -> Iterator[Message]:
    """Yield the messages of a template that its own macros for phones, or all where it has none of these, show."""
    tree = Environment().parse(path.read_text("utf-8"))
    macros = {macro.name: macro for macro in tree.find_all(nodes.Macro)}
    waiting = [name for name in FIRST_MACROS if name in macros] or list(macros)
    reached: set[str] = set()
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting += [used.name for used in macros[name].find_all(nodes.Name) if used.name in macros]
    hidden = {id(call) for name in set(macros) - reached for call in macros[name].find_all(nodes.Call)}
    for call in tree.find_all(nodes.Call):
        mark = getattr(call.node, "name", getattr(call.node, "attr", ""))
        if id(call) not in hidden and mark in MARKS:
            strings = [node.value for arg in call.args[: MARKS[mark]] for node in _constants(arg)]
            yield from _messages(MARKS[mark], [told for told in strings if isinstance(told, str)])


def _constants(node: nodes.Node) -> Iterator[nodes.Const]:
    yield from [node] if isinstance(node, nodes.Const) else node.find_all(nodes.Const)


def in_module(path: Path) -> Iterator[Message]:
    """Yield the messages that a module marks and that phones may show."""
    tree = ast.parse(path.read_text("utf-8"))
    hidden = {id(inner) for node in ast.walk(tree) for part in _not_for_phones(node) for inner in ast.walk(part)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and id(call) not in hidden and (mark := _name(call.func)) in MARKS:
            strings = [arg.value for arg in call.args[: MARKS[mark]] if isinstance(arg, ast.Constant)]
            yield from _messages(MARKS[mark], [told for told in strings if isinstance(told, str)])


def _not_for_phones(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.match_case(guard=guard, body=body) if guard is not None and _facilitates(guard):
            return list(body)
        case ast.If(test=test, body=body) if _facilitates(test):
            return list(body)
        case ast.Call(func=func) if _name(func) == "AgendaError":
            return [node]
        case ast.keyword(arg=arg, value=value) if arg in NOT_SHOWN:
            return [value]
    return []


def _facilitates(test: ast.AST) -> bool:
    """Tell whether a test holds for the facilitator alone."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_facilitates(value) for value in test.values)
    return isinstance(test, ast.Attribute) and test.attr == "facilitates"


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _messages(parts: int, strings: list[str]) -> Iterator[Message]:
    if parts == 1:
        yield from filter(None, strings)
    elif len(strings) == parts:
        yield (strings[0], strings[1])
