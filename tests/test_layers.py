"""The map of the package holds: arrows point down, there are no cycles, the core is pure, no module is long."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = "workshop_kit"
SOURCE = Path(__file__).resolve().parent.parent / "src" / PACKAGE
LONGEST_MODULE = 400

BOTTOM_UP = (
    {"__about__", "locale"},
    {"core"},
    {"voting"},
    {"activities"},
    {"store"},
    {
        *("live", "library", "folder", "importing", "ballot_box", "people", "prepare", "privacy", "quick"),
        *("erasure", "request", "series", "slips", "tickets", "agenda_schema", "cofacilitation"),
    },
    {"results"},
    {"minutes"},
    {"printing"},
    {"faces"},
    {"__init__", "__main__"},
)
PURE = {"core", "voting", "activities"}
IMPURE_MODULES = {
    "time", "random", "secrets", "os", "sqlite3", "socket", "threading", "pathlib", "pandas", "altair",
}  # fmt: skip
APART = {"web", "widgets", "rehearsal"}
"""Faces that never reach each other, neither inside a function nor by way of another face."""


class Import(NamedTuple):
    """One imported name. `late`: inside a function; `typing_only`: under `if TYPE_CHECKING`."""

    target: str
    line: int
    late: bool
    typing_only: bool


class Module(NamedTuple):
    """A module of the package by its dotted name, and what it imports."""

    name: str
    path: Path
    imports: tuple[Import, ...]

    @property
    def group(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "__init__"


def dotted(path: Path) -> str:
    parts = (PACKAGE, *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).split(".")[-1] == "TYPE_CHECKING"


def imports_of(node: ast.AST, package: str, *, late: bool = False, typing_only: bool = False):
    """Yield the imports in a syntax tree; `from a import b` yields both `a` and `a.b`."""
    match node:
        case ast.Import():
            for alias in node.names:
                yield Import(alias.name, node.lineno, late, typing_only)
        case ast.ImportFrom():
            base = package.rsplit(".", node.level - 1)[0] + "." if node.level else ""
            origin = (base + (node.module or "")).strip(".")
            yield Import(origin, node.lineno, late, typing_only)
            for alias in node.names:
                yield Import(f"{origin}.{alias.name}", node.lineno, late, typing_only)
        case ast.If() if is_type_checking(node):
            for child in node.body:
                yield from imports_of(child, package, late=late, typing_only=True)
            for child in node.orelse:
                yield from imports_of(child, package, late=late, typing_only=typing_only)
        case _:
            inside = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                yield from imports_of(child, package, late=inside, typing_only=typing_only)


def read_module(path: Path) -> Module:
    name = dotted(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return Module(name, path, tuple(imports_of(tree, package)))


MODULES = tuple(read_module(path) for path in sorted(SOURCE.rglob("*.py")))
NAMES = {module.name for module in MODULES}
LEVEL = {group: level for level, groups in enumerate(BOTTOM_UP) for group in groups}

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


def group_of(target: str) -> str | None:
    """Return the group of the package that an import reaches into, None for other packages and the package itself."""
    package, _, rest = target.partition(".")
    if package != PACKAGE or not rest:
        return None
    group = rest.split(".")[0]
    return group if group in LEVEL or f"{PACKAGE}.{group}" in NAMES else "__init__"


def where(module: Module, imported: Import) -> str:
    return f"{module.path.name}:{imported.line} imports {imported.target}"


def test_the_walk_sees_the_package():
    assert f"{PACKAGE}.core.session" in NAMES
    assert any(imported.target == f"{PACKAGE}.core.agenda" for m in MODULES for imported in m.imports)


@each_module
def test_a_module_belongs_to_a_group_and_imports_downwards(module):
    assert module.group in LEVEL, f"{module.group} has no place in the layers"
    wrong = [
        where(module, imported)
        for imported in module.imports
        if (group := group_of(imported.target)) in LEVEL and LEVEL[group] > LEVEL[module.group]
    ]
    assert not wrong


@pytest.mark.parametrize("module", [m for m in MODULES if m.group in PURE], ids=lambda module: module.name)
def test_the_core_has_no_clock_no_randomness_and_no_files(module):
    wrong = [
        where(module, imported)
        for imported in module.imports
        if not imported.typing_only and imported.target.split(".")[0] in IMPURE_MODULES
    ]
    assert not wrong


def test_there_are_no_import_cycles():
    graph = {
        module.name: {i.target for i in module.imports if not i.late and not i.typing_only and i.target in NAMES}
        - {module.name}
        for module in MODULES
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail("import cycle: " + " <- ".join(error.args[1]))


def face_of(target: str) -> str | None:
    return target.split(".")[2] if target.startswith(f"{PACKAGE}.faces.") else None


FACES = {face_of(f"{module.name}."): module for module in MODULES if module.group == "faces"}


def faces_reached_from(face: str) -> set[str]:
    """Return the faces that a face imports, directly or by way of others."""
    reached, waiting = set(), [face]
    while waiting:
        near = {face_of(i.target) for i in FACES[waiting.pop()].imports if not i.typing_only} & FACES.keys() - reached
        reached |= near
        waiting += near
    return reached - {face}


@pytest.mark.parametrize("face", sorted(APART & FACES.keys()))
def test_faces_that_people_touch_do_not_reach_each_other(face):
    assert not faces_reached_from(face) & APART


@pytest.mark.parametrize("face", sorted(FACES.keys() - {"cli"}))
def test_no_face_knows_the_command_line(face):
    assert "cli" not in faces_reached_from(face)


def test_the_command_line_imports_faces_only_where_it_uses_them():
    early = [
        where(FACES["cli"], i) for i in FACES["cli"].imports if face_of(i.target) and not (i.late or i.typing_only)
    ]
    assert not early


@each_module
def test_no_module_is_too_long(module):
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os.path", {("os.path", False, False)}),
        ("from a import b", {("a", False, False), ("a.b", False, False)}),
        ("def f():\n    import a", {("a", True, False)}),
        ("if TYPE_CHECKING:\n    import a\nelse:\n    import b", {("a", False, True), ("b", False, False)}),
        ("class C:\n    import a", {("a", False, False)}),
        ("from . import x", {("p.q", False, False), ("p.q.x", False, False)}),
        ("from ..r import x", {("p.r", False, False), ("p.r.x", False, False)}),
    ],
)
def test_the_walk_reads_every_form_of_import(source, expected):
    found = chain(imports_of(ast.parse(source), "p.q"))
    assert {(i.target, i.late, i.typing_only) for i in found} == expected
