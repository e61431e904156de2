"""The page on voting: its examples are agendas, and its tables name every rule with the defaults that hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.voting.kinds import made, spec

from workshop_kit.core.activity import Spec
from workshop_kit.core.agenda import read_agenda
from workshop_kit.library import data_rows
from workshop_kit.voting.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "handbook" / "voting.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
GERMAN, ENGLISH = PAGE.split("\n# Voting\n")
ROW = re.compile(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|.*\|([^|]*)\|$", re.MULTILINE)


def table(part):
    """Return the settings that a table gives to each rule."""
    return {rule: row[1] for row in ROW.findall(part)[1:] for rule in re.findall(r"`([a-z-]+)`", row[0])}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: tomllib.loads(text)["name"])
def test_every_example_is_a_whole_agenda(example, registry):
    agenda = read_agenda(tomllib.loads(example), registry, data_rows)
    for item in agenda.items:
        rule = RULES[item.settings["rule"]](item)
        assert len(rule.options_of(item)) >= rule.fewest


def test_each_family_has_its_example(registry):
    shown = {
        RULES[item.settings["rule"]](item).paper.kind
        for example in EXAMPLES
        for item in read_agenda(tomllib.loads(example), registry, data_rows).items
    }
    assert shown == {made(name)[0].paper.kind for name in RULES}


@pytest.mark.parametrize("part", [GERMAN, ENGLISH], ids=["de", "en"])
def test_the_table_names_every_rule(part):
    assert table(part).keys() == RULES.keys()


def test_both_tables_give_the_same_settings():
    german, english = (
        {rule: re.findall(r"`([^`]+)`", told) for rule, told in table(p).items()} for p in (GERMAN, ENGLISH)
    )
    assert german == english


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_defaults_in_the_table_are_those_that_hold(name):
    given = tomllib.loads("\n".join(s for s in re.findall(r"`([^`]+)`", table(ENGLISH)[name]) if " = " in s))
    bare = {key: value for key, value in spec(name).settings.items() if key not in given}
    assert RULES[name](Spec("vote", "poll", {}, settings=bare)) == made(name, **given)[0]
