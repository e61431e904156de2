"""The JSON schema of agendas says the same as the reader of agendas."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from workshop_kit import activities
from workshop_kit.agenda_schema import agenda_schema, undescribed, written
from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.errors import AgendaError
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import shipped, voice

FACILITATION = shipped("facilitation")
SHIPPED = FACILITATION / "agenda.schema.json"
POLL = {"id": "vote", "activity": "poll", "options": ["A", "B"]}


@pytest.fixture(scope="module")
def kinds():
    return activities.installed()


@pytest.fixture(scope="module")
def schema(kinds):
    return agenda_schema(kinds, *(voice(lang) for lang in LANGUAGES))


@pytest.fixture(scope="module")
def problems(schema):
    """Return what the schema finds wrong in an agenda."""
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    return lambda document: [error.message for error in validator.iter_errors(document)]


def test_the_shipped_file_is_the_schema_of_what_is_installed(schema):
    assert SHIPPED.read_text("utf-8") == written(schema), "workshop agendas --schema > facilitation/agenda.schema.json"


def test_every_setting_says_what_it_is_for(kinds):
    assert undescribed(kinds) == set()


@pytest.mark.parametrize(
    "path",
    [*sorted(FACILITATION.glob("*/agenda.toml")), Path(__file__).parent / "browser" / "polls.toml"],
    ids=lambda path: path.parent.name,
)
def test_agendas_that_work_are_valid(path, problems):
    assert problems(tomllib.loads(path.read_text("utf-8"))) == []


def test_an_agenda_names_its_schema():
    for path in FACILITATION.glob("*/agenda.toml"):
        assert path.read_text("utf-8").startswith("#:schema ../agenda.schema.json\n"), path


@pytest.mark.parametrize(
    "entry",
    [
        {"activity": "dance"},
        {"minutes": "ten"},
        {"minutes": -1},
        {"rule": "lottery"},
        {"budgett": 3, "rule": "dots"},
        {"budget": 3},
        {"rule": "dots", "budget": "3"},
        {"rule": "dots", "budget": 0},
        {"rule": "pairwise", "openness": "secret"},
        {"openness": "secret-ish"},
        {"options": "Place"},
        {"options_from": "factors"},
        {"title": 5},
        {"id": "Vote"},
        {"activity": "ideas", "options": ["A"]},
        {"activity": "market", "limit": 0},
    ],
    ids=str,
)
def test_what_the_reader_refuses_is_not_valid(entry, kinds, problems):
    document = {"item": [{**POLL, **entry}]}
    assert problems(document) != []
    with pytest.raises(AgendaError):
        read_agenda(document, kinds, {}.__getitem__)


@pytest.mark.parametrize(
    "entry",
    [{}, {"rule": "dots", "budget": 5, "cap": 2}, {"rule": "ranking", "unranked": "nothing"}, {"openness": "secret"}],
    ids=str,
)
def test_what_the_reader_takes_is_valid(entry, kinds, problems):
    document = {"item": [{**POLL, **entry}]}
    assert problems(document) == []
    assert read_agenda(document, kinds, {}.__getitem__).item("vote")
