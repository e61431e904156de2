"""How people are called: by name, apart from those of the same name, and by number where they gave none."""

from __future__ import annotations

import pytest

from workshop_kit.core.text import Text
from workshop_kit.people import NameList

ENGLISH = Text("en")
NUMBERS = {"s1": 1, "s2": 2, "s3": 3, "s4": 4}


@pytest.mark.parametrize(
    ("seat", "called"),
    [
        ("s1", "Ada (1)"),
        ("s2", "Ben"),
        ("s3", "ada (3)"),
        ("s4", "Person 4"),
        ("c1", "Cem"),
        ("c2", "somebody else"),
    ],
)
def test_two_of_one_name_are_told_apart(seat, called):
    people = NameList({"s1": "Ada", "s2": "Ben", "s3": "ada", "c1": "Cem"}, NUMBERS)
    assert people(seat, ENGLISH) == called


def test_whose_namesake_is_hidden_needs_no_number():
    assert NameList({"s1": "Ada"}, NUMBERS, public=True)("s1", ENGLISH) == "Ada"
