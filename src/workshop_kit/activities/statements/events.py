"""The data of the events of statements, as a log must hold it."""

from __future__ import annotations

from typing import TypedDict

from workshop_kit.core.shapes import Shapes


class Added(TypedDict):
    statement: str
    text: str


class OfStatement(TypedDict):
    statement: str


class Hidden(TypedDict):
    statement: str
    reason: str


class Answered(TypedDict):
    statement: str
    value: int


SHAPES: Shapes = {
    "statements.statement_added": Added,
    "statements.statement_withdrawn": OfStatement,
    "statements.statement_hidden": Hidden,
    "statements.statement_shown": OfStatement,
    "statements.answer_given": Answered,
}
