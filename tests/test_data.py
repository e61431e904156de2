"""The founding session's data, its agenda and its guides fit together."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from workshop_kit.core.activity import Registry, Spec
from workshop_kit.core.agenda import Agenda, read_agenda, sources

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "facilitation" / "success-factors"
LANGUAGES = ("de", "en")

FACTORS = [
    "place", "office", "ties", "staff", "goal", "needs",
    "structure", "recognition", "funding", "field", "lessons", "stories",
]  # fmt: skip
RAW_PER_FACTOR = {
    "place": 2, "office": 1, "ties": 2, "staff": 1, "goal": 1, "needs": 3,
    "structure": 2, "recognition": 3, "funding": 1, "field": 1, "lessons": 2, "stories": 1,
}  # fmt: skip
STEPS = {
    "welcome": "info",
    "experiences": "ideas",
    "factors": "poll",
    "missing": "ideas",
    "sort": "ideas",
    "roles": "roles",
    "closing": "poll",
}
SECTION = re.compile(r"^## (?P<title>.+) \{#(?P<id>[a-z-]+)\}$", re.MULTILINE)


class AnyKind:
    """Stands for a kind of activity; reading an agenda only asks it to read the item."""

    def __init__(self, name: str) -> None:
        self.name = name

    def initial(self, spec: Spec) -> object:
        return [spec.settings[key] for key in spec.settings], spec.options()


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(text: str) -> int:
    return len(text.split())


@pytest.fixture(scope="module")
def factors() -> list[dict[str, str]]:
    return table("success_factors")


@pytest.fixture(scope="module")
def raw() -> list[dict[str, str]]:
    return table("raw_collection")


@pytest.fixture(scope="module")
def agenda() -> Agenda:
    document = tomllib.loads((FOLDER / "agenda.toml").read_text(encoding="utf-8"))
    kinds: list[Any] = [AnyKind(name) for name in sorted(set(STEPS.values()))]
    return read_agenda(document, Registry(kinds), table)


# ── the two lists ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_twelve_factors_stand_in_their_order(factors: list[dict[str, str]]) -> None:
    assert [row["id"] for row in factors] == FACTORS
    assert [row["number"] for row in factors] == [str(number) for number in range(1, 13)]
    assert all(int(row["version"]) >= 1 for row in factors)


def test_the_raw_collection_has_21_numbered_items(raw: list[dict[str, str]]) -> None:
    assert [row["number"] for row in raw] == [str(number) for number in range(1, 22)]


def test_only_raw_item_10_belongs_to_no_factor(raw: list[dict[str, str]]) -> None:
    assert [row["number"] for row in raw if not row["factor"]] == ["10"]


def test_each_factor_holds_as_many_raw_items_as_in_the_founding_session(raw: list[dict[str, str]]) -> None:
    assert Counter(row["factor"] for row in raw if row["factor"]) == RAW_PER_FACTOR
    assert set(RAW_PER_FACTOR) == set(FACTORS)


def test_no_text_is_empty_and_every_source_is_named(factors: list[dict[str, str]], raw: list[dict[str, str]]) -> None:
    for row in factors:
        assert all(value == value.strip() != "" for value in row.values()), row["id"]
    for row in raw:
        assert all(value == value.strip() != "" for key, value in row.items() if key != "factor"), row["number"]
    for row in (*factors, *raw):
        assert "opentransfer.de" in row["source"]
        assert "Stefan Zollondz" in row["source"]
        assert "Brigitte Reiser" in row["source"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_short_and_distinct(factors: list[dict[str, str]], raw: list[dict[str, str]], lang: str) -> None:
    assert len({row[lang].casefold() for row in (*factors, *raw)}) == len(factors) + len(raw)
    assert [row[lang] for row in factors if not 3 <= words(row[lang]) <= 9] == []
    assert [row[lang] for row in raw if not 3 <= words(row[lang]) <= 8] == []


def test_plain_german_is_one_full_sentence(factors: list[dict[str, str]]) -> None:
    for row in factors:
        assert row["de_plain"].count(".") == 1, row["id"]
        assert row["de_plain"].endswith("."), row["id"]
        assert row["de_plain"] != row["de"]


# ── the agenda ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_agenda_has_the_fixed_steps_in_45_minutes(agenda: Agenda) -> None:
    assert agenda.name == FOLDER.name
    assert {spec.id: spec.activity for spec in agenda.items} == STEPS
    assert [spec.id for spec in agenda.items] == list(STEPS)
    assert sum(spec.minutes for spec in agenda.items) == 45
    assert all(spec.minutes > 0 for spec in agenda.items)


def test_every_wording_of_the_agenda_is_there_in_both_languages(agenda: Agenda) -> None:
    wordings = [agenda.title]
    for spec in agenda.items:
        wordings += [spec.title, spec.prompt]
        wordings += [option.label for key in ("options", "factors") for option in spec.options(key)]
        wordings += [
            {lang: row[lang] for lang in LANGUAGES}
            for key in ("points", "rehearsal_texts")
            for row in spec.settings.get(key, ())
        ]
    for wording in wordings:
        assert set(wording) == set(LANGUAGES), wording
        assert all(text.strip() for text in wording.values()), wording


def test_lists_come_from_the_data_and_from_earlier_steps(agenda: Agenda) -> None:
    assert [option.id for option in agenda.item("factors").options()] == FACTORS
    for step in ("missing", "sort"):
        assert [option.id for option in agenda.item(step).options("factors")] == FACTORS
    assert sources(agenda.item("sort")) == {"ideas": "experiences"}
    for step in ("experiences", "sort"):
        assert len(agenda.item(step).settings["rehearsal_texts"]) == 21


def test_rules_and_roles_are_set(agenda: Agenda) -> None:
    factors, closing, roles = agenda.item("factors"), agenda.item("closing"), agenda.item("roles")
    assert (factors.settings["rule"], factors.settings["budget"]) == ("dots", 3)
    assert closing.settings["rule"] == "mood"
    assert 4 <= len(roles.options()) <= 5
    assert all(role.extra["places"] >= 1 for role in roles.options())


# ── the guides ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_leads_through_the_agenda_step_by_step(agenda: Agenda, lang: str) -> None:
    guide = (FOLDER / f"guide.{lang}.md").read_text(encoding="utf-8")
    found = [(match["id"], match["title"]) for match in SECTION.finditer(guide)]
    around = {"de": ("Vorbereitung", "Danach"), "en": ("Preparation", "Afterwards")}[lang]
    steps = [(spec.id, spec.title[lang]) for spec in agenda.items]
    assert found == [("start", around[0]), *steps, ("minutes", around[1])]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_section_is_short_enough_to_read_and_says_what_to_say(lang: str) -> None:
    guide = (FOLDER / f"guide.{lang}.md").read_text(encoding="utf-8")
    matches = list(SECTION.finditer(guide))
    ends = [match.start() for match in matches[1:]] + [len(guide)]
    for match, end in zip(matches, ends, strict=True):
        body = guide[match.end() : end]
        assert 120 <= words(body) <= 220, (match["id"], words(body))
        assert "\n1. " in body, match["id"]
        if match["id"] != "start":
            assert "\n> " in body, match["id"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_tells_the_time_as_the_agenda_plans_it(agenda: Agenda, lang: str) -> None:
    guide = (FOLDER / f"guide.{lang}.md").read_text(encoding="utf-8")
    told = [(int(a), int(b)) for a, b in re.findall(r"^\*\*Minute (\d+) (?:bis|to) (\d+)\*\*$", guide, re.MULTILINE)]
    starts = [sum(spec.minutes for spec in agenda.items[:number]) for number in range(len(agenda.items) + 1)]
    assert told == list(pairwise(starts))


def test_the_readme_example_is_an_agenda() -> None:
    readme = (ROOT / "facilitation" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", readme, re.DOTALL)
    assert example
    kinds: list[Any] = [AnyKind("ideas"), AnyKind("poll")]
    agenda = read_agenda(tomllib.loads(example[1]), Registry(kinds), table)
    assert sources(agenda.item("choice")) == {"options": "wishes"}
