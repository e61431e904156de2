"""Anybody's own kind of activity works on every face, by lying in a folder of its own and touching nothing else.

The kind is the one that the handbook shows.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from tests.bench.server import ServerProcess, kit
from tests.faces.hosting import hosted, open_line

from workshop_kit import activities
from workshop_kit.core.activity import Registry
from workshop_kit.core.event import Channel
from workshop_kit.faces.widgets import Console, Seat, Stage
from workshop_kit.library import voice
from workshop_kit.minutes.sections import Minutes
from workshop_kit.results import tidy

PACKAGE = "thumbs_activity"
ITEM = {"id": "mood", "activity": "thumbs", "title": "How is the room?"}
BESIDE = {"id": "dots", "activity": "poll", "rule": "dots", "options": ["Place", "People"]}
GUIDE = Path(__file__).parents[1] / "docs" / "handbook" / "own-activity.md"
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
"""The plug-in, by the paths that the handbook gives its files."""

AGENDA = "agenda.toml"
PROJECT = "pyproject.toml"
CATALOG = f"{PACKAGE}/locale/de/LC_MESSAGES/workshop_kit.po"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Make the plug-in of the handbook, its catalog compiled. Returns the folder that holds its package."""
    place = tmp_path_factory.mktemp("site")
    for name, content in FILES.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    catalog = place / CATALOG
    with catalog.open("rb") as written, catalog.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, read_po(written, locale="de"))
    return place


@pytest.fixture(scope="module")
def thumbs(site):
    """The plug-in's activity, imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        module = importlib.import_module(PACKAGE)
    yield module.ACTIVITY
    sys.modules.pop(PACKAGE)


@pytest.fixture(scope="module")
def installed(site):
    """The folder again, with what an installer writes beside a package: its entry point."""
    project = tomllib.loads(FILES[PROJECT])["project"]
    info = site / f"{PACKAGE}-{project['version']}.dist-info"
    info.mkdir()
    metadata = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".format_map(project)
    (info / "METADATA").write_text(metadata, "utf-8")
    points = project["entry-points"][activities.ENTRY_POINTS].items()
    lines = [f"[{activities.ENTRY_POINTS}]", *(f"{name} = {where}" for name, where in points), ""]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return site


@pytest.fixture(scope="module")
def kinds(registry, thumbs):
    """The kit's own kinds, and the plug-in's."""
    return Registry([*registry.values(), thumbs])


@pytest.fixture
def session(live, kinds):
    """A session in memory in which the plug-in's item is open and one person has a thumb up."""
    session = live(ITEM, BESIDE, kinds=kinds)
    session.do("open", "mood")
    session.do("up", "mood", channel=Channel.HANDS)
    return session


@pytest.fixture
def shown():
    """Close the widgets that a test makes."""
    widgets = []

    def show(widget):
        widgets.append(widget)
        return widget

    yield show
    for widget in widgets:
        widget.close()


def press(widget, monkeypatch, /, **form):
    """Send a form as the widget's front end does, and return its answer."""
    answers = []
    monkeypatch.setattr(widget, "send", answers.append)
    widget._hear(widget, {"form": urlencode({"item": "mood", **form}), "id": "f1"}, [])
    (answer,) = answers
    return answer


class TestPassedInARegistry:
    def test_phone_and_stage_over_http_and_websocket(self, agenda, kinds, tmp_path):
        with hosted(tmp_path, agenda(ITEM, BESIDE, kinds=kinds), kinds) as server:
            server.live.do("open", "mood")
            english, german = server.join("en"), server.join("de")
            assert "Thumb up" in english.page()
            assert "Daumen hoch" in german.page()
            with open_line(server, view="stage") as stage:
                assert english.send("mood", "up", id="t1").json()["ok"]
                stage.until("1 thumb is up", "shared")
            assert "Take the thumb back" in english.page()
            assert "1 Daumen ist oben" in german.page()
            german.send("mood", "up")
            assert "2 thumbs are up" in server.api.get(f"{server.url}/stage").text
            error = german.send("mood", "up").json()["error"]
            assert error == {"code": "invalid", "message": "Dein Daumen ist schon oben.", "field": "thumb"}
            server.live.do("close", "mood")
            assert english.send("mood", "down").json()["error"]["message"] == "Thumbs are closed."

    def test_the_stage_in_a_notebook(self, session, shown):
        for lang, told in (("en", "1 thumb is up"), ("de", "1 Daumen ist oben")):
            stage = shown(Stage(session, lang))
            assert told in stage.regions["shared"]
            assert "How is the room?" in stage.regions["mine"]

    def test_the_console_in_a_notebook(self, session, shown, monkeypatch):
        console = shown(Console(session, "de"))
        assert "Alle Daumen löschen" in console.regions["console"]
        assert press(console, monkeypatch, command="clear") == {"ack": "f1"}
        assert session.state.items["mood"].state.seats == frozenset()
        answer = press(console, monkeypatch, command="explode")
        assert (answer["refused"], answer["code"]) == ("f1", "unknown")

    def test_a_seat_in_a_notebook(self, session, shown, monkeypatch):
        seat = shown(Seat(session, "de"))
        assert "Daumen hoch" in seat.regions["mine"]
        assert press(seat, monkeypatch, command="up") == {"ack": "f1"}
        assert "Daumen zurücknehmen" in seat.regions["mine"]
        assert "2 Daumen sind oben" in seat.regions["shared"]
        assert press(seat, monkeypatch, command="up")["message"] == "Dein Daumen ist schon oben."

    def test_its_section_of_the_minutes(self, session, kinds):
        for lang, told in (("en", "1 thumb is up"), ("de", "1 Daumen ist oben")):
            section = Minutes(session.rules, session.state, voice(lang, kinds.values()), session.people).item("mood")
            assert section.title == "How is the room?"
            assert told in [block.text for block in section.blocks]

    def test_its_results(self, session):
        table = tidy.rows_of(session, "mood")
        assert tidy.as_csv(table) == "thumbs\n1\n"

    def test_what_it_offers_to_a_later_item(self, live, kinds):
        session = live(ITEM, {"id": "next", "activity": "roles", "options_from": "item:mood"}, kinds=kinds)
        session.do("open", "mood")
        session.do("open", "next")
        assert [role.id for role in session.state.items["next"].state.roles] == ["up"]


class TestInstalled:
    def test_an_entry_point_is_all_it_takes_to_be_known(self, installed, monkeypatch):
        assert "thumbs" not in activities.installed()
        monkeypatch.syspath_prepend(installed)
        monkeypatch.setitem(sys.modules, PACKAGE, importlib.import_module(PACKAGE))
        assert set(activities.installed()) >= {"thumbs", "poll", "ideas", "info", "roles"}

    def test_the_command_the_server_and_the_minutes_know_it_too(self, installed, tmp_path):
        environment = {**os.environ, "PYTHONPATH": str(installed), "LC_ALL": "en_GB.UTF-8"}
        folder = tmp_path / "session"

        def run(*arguments):
            ran = kit(*arguments, env=environment)
            assert (ran.returncode, ran.stderr) == (0, "")
            return ran.stdout

        run("new", "session", "--dir", tmp_path, "--agenda", installed / AGENDA, "--lang", "en")
        assert (folder / "01-mood.ipynb").is_file()
        run("step", folder, "mood")
        with ServerProcess(folder, env=environment) as server, httpx.Client() as phone:
            phone.post(f"{server.url}/join", data={"lang": "en"})
            assert phone.post(f"{server.url}/items/mood", data={"command": "up"}).status_code == 303
            assert "Take the thumb back" in phone.get(server.url).text
        assert json.loads(run("results", folder, "mood", "--format", "json")) == [{"thumbs": 1}]
        run("minutes", folder, "--format", "md", "--lang", "de")
        assert "1 Daumen ist oben" in (folder / "minutes" / "minutes.de.md").read_text("utf-8")
        assert "The name was erased" in run("forget", folder, "1", "--yes")
