"""The threat model holds in both languages, and each of its lines names tests that there are."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "handbook" / "threat-model.md"
LINE = re.compile(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", re.DOTALL | re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LIMIT = {"de": "*Grenze", "en": "*Limit"}


def pages():
    """Return number, text and tests of each line, by language."""
    german, english = PAGE.read_text("utf-8").split("\n---\n")
    return {
        lang: [(int(number), TEST.sub("", body), TEST.findall(body)) for number, body in LINE.findall(page)]
        for lang, page in (("de", german), ("en", english))
    }


@cache
def names_in(file):
    """Return the names of the tests in a file, those in classes included."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_both_languages_have_the_same_lines_limits_and_tests():
    german, english = (
        [(number, LIMIT[lang] in text, tests) for number, text, tests in lines] for lang, lines in pages().items()
    )
    assert german == english
    assert [number for number, _, _ in german] == list(range(1, len(german) + 1))
    assert {limited for _, limited, _ in german} == {True, False}


@pytest.mark.parametrize("lang", ["de", "en"])
def test_each_line_says_something_and_names_a_test(lang):
    for number, text, tests in pages()[lang]:
        assert len(text.split()) > 10, number
        assert tests, f"line {number} shows nothing"


@pytest.mark.parametrize(("file", "name"), sorted({test for _, _, tests in pages()["en"] for test in tests}))
def test_each_test_that_is_named_is_there(file, name):
    assert name.startswith("test_")
    assert (ROOT / file).is_file(), f"{file} is named in the threat model"
    assert name in names_in(file)
