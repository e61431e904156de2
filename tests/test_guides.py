"""Every agenda that comes with the kit can be led by its guides, in both languages, and says what it says in both."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from workshop_kit import activities
from workshop_kit.core.settings import REHEARSAL
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import agenda_names, load_agenda, shipped

SECTION = re.compile(r"^## (?P<title>.+?) \{#(?P<id>[a-z0-9-]+)\}$", re.MULTILINE)
TIME = re.compile(r"^\*\*Minute (\d+) (?:bis|to) (\d+)\*\*$", re.MULTILINE)
NOTE = re.compile(r"workshop note \S+ .*?--item ([a-z0-9-]+)")
AROUND = {"de": ("Vorbereitung", "Danach"), "en": ("Preparation", "Afterwards")}
WORDED = ("points", "options", "factors", REHEARSAL)


@pytest.fixture(params=agenda_names())
def source(request):
    return load_agenda(request.param, activities.installed())


@pytest.fixture(params=LANGUAGES)
def lang(request):
    return request.param


@pytest.fixture
def guide(source, lang):
    return (shipped("facilitation") / source.agenda.name / f"guide.{lang}.md").read_text("utf-8")


def test_an_agenda_is_called_as_its_folder(source):
    assert source.folder.name == source.agenda.name


def test_the_guide_has_a_section_for_each_step_under_its_title(source, lang, guide):
    found = [(match["id"], match["title"]) for match in SECTION.finditer(guide)]
    before, after = AROUND[lang]
    steps = [(spec.id, spec.title[lang]) for spec in source.agenda.items]
    assert found in ([("start", before), *steps], [("start", before), *steps, ("minutes", after)])


def test_the_guide_tells_the_time_as_the_agenda_plans_it(source, guide):
    told = [(int(begin), int(end)) for begin, end in TIME.findall(guide)]
    items = source.agenda.items
    assert told == list(pairwise(sum(spec.minutes for spec in items[:n]) for n in range(len(items) + 1)))


def test_the_guide_notes_things_about_steps_that_there_are(source, guide):
    assert set(NOTE.findall(guide)) <= {spec.id for spec in source.agenda.items}


def test_every_wording_is_there_in_both_languages(source):
    wordings = [source.agenda.title]
    for spec in source.agenda.items:
        wordings += [spec.title, spec.prompt]
        wordings += [
            row for key in WORDED for row in spec.settings.get(key, ()) if not spec.settings.get(f"{key}_from")
        ]
    for wording in wordings:
        assert all(wording[lang].strip() for lang in LANGUAGES), wording
