"""The agenda of a retrospective: its guides lead through it, and simulated people play it to the minutes."""

from __future__ import annotations

import re
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from tests.bench.server import kit

from workshop_kit.activities import installed
from workshop_kit.core.text import LANGUAGES
from workshop_kit.folder import SessionFolder
from workshop_kit.library import load_agenda

GUIDES = Path(__file__).parents[1] / "facilitation" / "retrospective"
SECTION = re.compile(r"^## (?P<title>.+) \{#(?P<id>[a-z-]+)\}$", re.MULTILINE)
TIMES = re.compile(r"^\*\*Minute (\d+) (?:bis|to) (\d+)\*\*$", re.MULTILINE)


@pytest.fixture(scope="module")
def agenda():
    return load_agenda("retrospective", installed()).agenda


def guide(lang):
    return (GUIDES / f"guide.{lang}.md").read_text("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_leads_through_the_agenda_step_by_step(agenda, lang):
    first, *found = [(match["id"], match["title"]) for match in SECTION.finditer(guide(lang))]
    assert first[0] == "start"
    assert found == [(spec.id, spec.title[lang]) for spec in agenda.items]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_tells_the_time_as_the_agenda_plans_it(agenda, lang):
    starts = [sum(spec.minutes for spec in agenda.items[:number]) for number in range(len(agenda.items) + 1)]
    assert starts[-1] == 60
    assert [(int(start), int(end)) for start, end in TIMES.findall(guide(lang))] == list(pairwise(starts))


@pytest.mark.slow
def test_simulated_people_play_it_to_the_minutes(tmp_path):
    options = ("--participants", "12", "--lang", "de", "--seed", "3")
    ran = kit("demo", "--headless", "--agenda", "retrospective", "--dir", tmp_path, *options)
    assert ran.returncode == 0, ran.stderr
    folder = SessionFolder(tmp_path / "retrospective")
    with closing(folder.open()) as live:
        live.verify()
        items = live.state.items
        columns = {item: {card.column for card in items[item].state.ordered()} for item in ("lessons", "changes")}
        assert columns == {"lessons": {"worked", "failed", "learned"}, "changes": {"start", "stop", "continue"}}
        assert len(items["opening"].state.ordered()) == 4
        assert len(items["focus"].spec.options()) == 6
        assert any(card.likes for card in items["changes"].state.ordered())
        thanked = [card for card in items["thanks"].state.ordered() if card.thanked]
        assert [card.thanked in live.people.names for card in thanked] == [True, True]
    told = (folder.minutes / "minutes.de.md").read_text("utf-8")
    for words in ("Neugierig", "Der Raum war zu klein", "Stadtbibliothek", "Für die Suppe und die gute Laune"):
        assert words in told
