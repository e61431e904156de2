"""`workshop demo` from the first command to the minutes, in both languages."""

from __future__ import annotations

import csv
import json
import re
from contextlib import closing

import pikepdf
import pytest
from tests.bench.server import kit

from workshop_kit.activities import installed
from workshop_kit.core.settings import REHEARSAL
from workshop_kit.core.state import Phase
from workshop_kit.folder import SessionFolder
from workshop_kit.library import load_agenda, shipped, voice

pytestmark = pytest.mark.slow

PEOPLE = 5
_NUMBER = re.compile(r"[0-9a-f]{64}|\d+(?:[.,:]\d+)*")


def data(name):
    with (shipped("data") / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


FACTORS, ITEMS = data("success_factors"), data("raw_collection")


def play(place):
    """Run the demo in a folder, to the end."""
    arguments = ("--headless", "--participants", str(PEOPLE), "--dir", place, "--lang", "de", "--seed", "7")
    ran = kit("demo", *arguments)
    assert ran.returncode == 0, ran.stderr
    return ran


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Run the demo once; returns what it said and the session's folder."""
    place = tmp_path_factory.mktemp("demo")
    return play(place), place / "founding-session"


@pytest.fixture(scope="session")
def minutes(demo):
    """The minutes as Markdown per language, with the escapes taken away."""
    _, folder = demo
    return {
        lang: re.sub(r"\\([^\w\s])", r"\1", (folder / "minutes" / f"minutes.{lang}.md").read_text("utf-8"))
        for lang in ("de", "en")
    }


def section(text, title):
    """Return a section of a Markdown document."""
    _, found, rest = text.partition(f"\n## {title}\n")
    assert found, f"there is no section {title!r}"
    return rest.partition("\n## ")[0]


def figures(text):
    """Return all numbers in their order, whatever marks a language puts into them."""
    for row in ITEMS:
        text = text.replace(row["de"], "")
    return [re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", number) for number in _NUMBER.findall(text)]


def test_it_says_that_it_is_a_simulation_and_where_everything_lies(demo):
    ran, folder = demo
    assert ran.stderr == ""
    for name in (f"minutes.{lang}.{ext}" for lang in ("de", "en") for ext in ("html", "pdf", "md")):
        assert str(folder / "minutes" / name) in ran.stdout
        assert (folder / "minutes" / name).stat().st_size > 1000


def test_its_log_is_whole_and_every_person_in_it_made_up(demo, minutes):
    _, folder = demo
    verified = kit("verify", folder)
    assert (verified.returncode, verified.stderr) == (0, "")
    for lang, text in minutes.items():
        assert voice(lang)("Simulation: no real people took part.") in text


def test_every_simulated_phone_was_let_in_and_none_was_refused(demo):
    ran, folder = demo
    assert "Refused" not in ran.stdout
    voted = json.loads(kit("results", folder, "factors", "--format", "json").stdout)
    assert {row["voters"] for row in voted} == {PEOPLE + 3 + 2}, "phones, three raised hands, two slips"
    assert [row["option"] for row in sorted(voted, key=lambda row: row["option"])] == sorted(f["id"] for f in FACTORS)


def test_both_languages_hold_the_same_figures_in_the_same_order(minutes):
    german, english = (figures(minutes[lang]) for lang in ("de", "en"))
    assert len(german) > 100
    assert german == english


@pytest.mark.parametrize("lang", ["de", "en"])
def test_all_twelve_factors_are_there_in_the_readers_language(minutes, lang):
    table = section(minutes[lang], {"de": "Faktoren gewichten", "en": "Weighing the factors"}[lang])
    assert len(FACTORS) == 12
    assert all(f"| {factor[lang]} |" in table for factor in FACTORS)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_raw_item_stands_there_exactly_once_under_its_factor(minutes, lang):
    cards = section(minutes[lang], {"de": "Karten ordnen", "en": "Sorting the cards"}[lang])
    lines = minutes[lang].splitlines()
    assert len(ITEMS) == 21
    assert {row["de"]: lines.count(f"- {row['de']}") for row in ITEMS} == {row["de"]: 1 for row in ITEMS}
    under = dict(part.split("\n", 1) for part in cards.split("\n### ")[1:])
    names = {factor["id"]: f"{factor['number']}. {factor[lang]}" for factor in FACTORS}
    names[""] = voice(lang)("Not assigned")
    for row in ITEMS:
        assert f"- {row['de']}" in under[names[row["factor"]]].splitlines()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_exactly_one_raw_item_is_not_assigned(minutes, lang):
    cards = section(minutes[lang], {"de": "Karten ordnen", "en": "Sorting the cards"}[lang])
    left = cards.partition(f"\n### {voice(lang)('Not assigned')}\n")[2].partition("\n### ")[0]
    assert [line for line in left.splitlines() if line.startswith("- ")] == [
        f"- {row['de']}" for row in ITEMS if not row["factor"]
    ]
    assert left.count("\n- ") == 1


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_pdf_is_tagged_and_says_its_language(demo, lang):
    _, folder = demo
    with pikepdf.open(folder / "minutes" / f"minutes.{lang}.pdf") as pdf:
        assert str(pdf.Root.Lang).split("-")[0] == lang
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root


def test_it_can_be_played_again_and_the_same_seed_leads_to_the_same_result(demo):
    _, folder = demo
    before = kit("results", folder, "factors", "--format", "csv").stdout
    again = kit(
        "demo", "--headless", "--participants", str(PEOPLE), "--dir", folder.parent, "--lang", "de", "--seed", "7"
    )
    assert again.returncode == 0, again.stderr
    assert kit("results", folder, "factors", "--format", "csv").stdout == before


def test_it_leaves_a_real_session_alone(tmp_path):
    assert kit("new", "founding-session", "--dir", tmp_path).returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    ran = kit("demo", "--headless", "--participants", "1", "--dir", tmp_path)
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "--dir" in ran.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


ADVISED = {
    "founding-meeting": ("assembly", "Damit besteht Konsent."),
    "open-space-session": ("card", "Aufräumen ist eine Rolle und kein Zufall"),
    "hub-workshop": ("course", "Station 12: Geschichten, die Mut machen"),
}
"""Per agenda the kind of minutes that its guide advises, or that suits it, and something that it tells."""


@pytest.mark.parametrize("name", ADVISED)
def test_an_agenda_is_played_to_minutes_of_the_kind_that_suits_it(tmp_path, name):
    ran = kit("demo", "--headless", "--participants", "8", "--dir", tmp_path, "--lang", "de", "--agenda", name)
    assert (ran.returncode, ran.stderr) == (0, "")
    folder = tmp_path / name
    assert not list(folder.rglob("*.failed.ipynb"))
    for lang in ("de", "en"):
        text = (folder / "minutes" / f"minutes.{lang}.md").read_text("utf-8")
        for spec in load_agenda(name, installed()).agenda.items:
            told = re.sub(r"\\([^\w\s])", r"\1", section(text, spec.title[lang]))
            assert spec.prompt[lang] in told
            assert all(row["de"] in told for row in spec.settings.get(REHEARSAL, ())), spec.id
    with closing(SessionFolder(folder).open()) as live:
        assert {item.phase for item in live.state.items.values()} == {Phase.CLOSED}
    kind, wanted = ADVISED[name]
    written = kit("minutes", folder, "--lang", "de", "--kind", kind, "--format", "pdf,md", "--edition", "public")
    assert (written.returncode, written.stderr) == (0, "")
    text = (folder / "minutes" / f"minutes-{kind}-public.de.md").read_text("utf-8")
    assert wanted in re.sub(r"\\([^\w\s])", r"\1", text)
    assert ".." not in text
    with pikepdf.open(folder / "minutes" / f"minutes-{kind}-public.de.pdf") as pdf:
        assert kind != "card" or len(pdf.pages) == 1


EVERY_PAPER = """
name = "papers"
title = "Papers"
""" + "".join(
    f'[[item]]\nid = "{rule}"\nactivity = "poll"\nrule = "{rule}"\noptions = ["One", "Two", "Three"]\n'
    for rule in ("majority-judgment", "ranking", "consent", "resistance")
)


def test_polls_that_hands_cannot_answer_are_played_too(tmp_path):
    (tmp_path / "papers.toml").write_text(EVERY_PAPER, "utf-8")
    ran = kit("demo", "--headless", "--participants", "4", "--dir", tmp_path, "--agenda", tmp_path / "papers.toml")
    assert ran.returncode == 0, ran.stderr
    with closing(SessionFolder(tmp_path / "papers").open()) as live:
        assert {item.phase for item in live.state.items.values()} == {Phase.CLOSED}


LED = """
name = "led"
title = "Led"
[[item]]
id = "talk"
activity = "coffee"
several = false
dots = 2
rehearsal_texts = ["One", "Two", "Three", "Four"]
rehearsal_takeaways = ["We try it.", "We ask.", "We wait."]
[[item]]
id = "floor"
activity = "queue"
order = "balanced"
"""


def test_steps_that_somebody_has_to_lead_are_played(tmp_path):
    (tmp_path / "led.toml").write_text(LED, "utf-8")
    ran = kit("demo", "--headless", "--participants", "8", "--dir", tmp_path, "--agenda", tmp_path / "led.toml")
    assert ran.returncode == 0, ran.stderr
    with closing(SessionFolder(tmp_path / "led").open()) as live:
        talk, floor = (live.state.items[item].state for item in ("talk", "floor"))
    talked = [one.topic for one in talk.ranked() if one.topic.finished]
    assert len(talked) == 3
    assert [len(topic.asked) for topic in talked] == [2, 1, 1]
    assert all(topic.lesson for topic in talked)
    assert talk.ballots
    assert floor.spoken()
    assert not floor.current


def test_the_agenda_for_lean_coffee_leads_to_minutes(tmp_path):
    ran = kit("demo", "--headless", "--participants", "4", "--dir", tmp_path, "--agenda", "lean-coffee", "--lang", "de")
    assert ran.returncode == 0, ran.stderr
    told = (tmp_path / "lean-coffee" / "minutes" / "minutes.de.md").read_text("utf-8")
    assert "Was wir mitnehmen" in section(told, "Lean Coffee")
    assert "Nicht drangekommen, für ein andermal" in section(told, "Lean Coffee")


def test_steps_of_several_parts_are_led_through(tmp_path):
    """People are mixed and write in their groups, and go from one to two to four to all."""
    agenda = tmp_path / "parts.toml"
    steps = "".join(f'[[item]]\nid = "{kind}"\nactivity = "{kind}"\n' for kind in ("groups", "pairing"))
    agenda.write_text(f'name = "parts"\ntitle = "Parts"\n{steps}', "utf-8")
    ran = kit("demo", "--headless", "--participants", "8", "--dir", tmp_path, "--agenda", agenda, "--seed", "3")
    assert ran.returncode == 0, ran.stderr
    with closing(SessionFolder(tmp_path / "parts").open()) as live:
        talk, step = (live.state.items[kind].state for kind in ("groups", "pairing"))
    assert len(talk.people) == 8
    assert talk.reports
    assert step.stage == "all"
    assert step.results
    assert any(idea.sources for idea in step.ideas.values())
