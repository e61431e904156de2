"""The agendas in the handbook's page about activities can be used as they stand there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "handbook" / "activities.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_make_one_agenda(agenda, registry):
    items = [item for example in EXAMPLES for item in tomllib.loads(example)["item"]]
    assert len(items) >= len(EXAMPLES) > 0
    made = agenda(*items)
    assert all(f"(`{spec.activity}`)" in PAGE for spec in made.items if spec.activity != "poll")


def test_settings_stand_in_the_tables():
    for name in ("wishes", "choices", "most_per_person", "least", "people", "roles_from"):
        assert f"`{name}" in PAGE
