"""Anybody's own kind of activity works on every face, by lying in a folder of its own and touching nothing else."""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from textwrap import dedent
from urllib.parse import urlencode

import httpx
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
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
GERMAN = {
    "Thumb up": "Daumen hoch",
    "Take the thumb back": "Daumen zurücknehmen",
    "Clear all thumbs": "Alle Daumen löschen",
    "Thumbs are closed.": "Für Daumen ist es zu spät.",
    "Your thumb is up already.": "Dein Daumen ist schon oben.",
    ("{n} thumb is up", "{n} thumbs are up"): ("{n} Daumen ist oben", "{n} Daumen sind oben"),
}

RULES = '''
    """Thumbs: everybody can put one up."""

    from msgspec import Struct, structs

    from workshop_kit.core.activity import Option
    from workshop_kit.core.document import Paragraph
    from workshop_kit.core.errors import Refused, Why
    from workshop_kit.core.event import Fact


    class Up(Struct, frozen=True):
        seats: frozenset[str] = frozenset()


    class View(Struct, frozen=True):
        count: int
        mine: bool
        open: bool


    class Thumbs:
        name = "thumbs"
        columns = ("thumbs",)
        closed = "Thumbs are closed."

        def initial(self, spec):
            return Up()

        def decide(self, state, command, actor):
            match command.name:
                case "up" if actor.id in state.seats:
                    raise Refused(Why.INVALID, "Your thumb is up already.", field="thumb")
                case "up":
                    return (Fact("thumbs.raised"),)
                case "down":
                    return (Fact("thumbs.lowered"),) if actor.id in state.seats else ()
                case "clear" if actor.facilitates:
                    return (Fact("thumbs.cleared"),)
            raise Refused(Why.UNKNOWN, 'There is no command "{name}" here.', name=command.name)

        def evolve(self, state, event):
            match event.name:
                case "thumbs.raised":
                    return structs.replace(state, seats=state.seats | {event.actor})
                case "thumbs.lowered":
                    return structs.replace(state, seats=state.seats - {event.actor})
                case "thumbs.cleared":
                    return Up()
            return state

        def view(self, state, viewer):
            return View(len(state.seats), viewer.seat in state.seats, viewer.open)

        def rows(self, state):
            return ({"thumbs": len(state.seats)},)

        def record(self, state, text, people):
            yield Paragraph(text.plural("{n} thumb is up", "{n} thumbs are up", len(state.seats)))

        def pending(self, state, text, people):
            return ()

        def offers(self, state):
            return (Option("up", {"en": "up"}),)


    ACTIVITY = Thumbs()
'''

PAGE = """
    {% from "parts.html" import form with context %}
    {% macro mine() %}
    {% if view.open %}{% if view.mine %}{% call form("down", _("Take the thumb back")) %}{% endcall %}
    {% else %}{% call form("up", _("Thumb up")) %}{% endcall %}{% endif %}{% endif %}
    {% endmacro %}
    {% macro shared() %}
    <p id="thumbs">{{ plural("{n} thumb is up", "{n} thumbs are up", view.count) }}</p>
    {% endmacro %}
    {% macro console() %}{% call form("clear", _("Clear all thumbs")) %}{% endcall %}{% endmacro %}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Make the plug-in: a package of a module, a page and a catalog. Returns the folder that holds it."""
    place = tmp_path_factory.mktemp("site")
    package = place / PACKAGE
    catalog = package / "locale" / "de" / "LC_MESSAGES" / "workshop_kit.mo"
    catalog.parent.mkdir(parents=True)
    (package / "__init__.py").write_text(dedent(RULES), "utf-8")
    (package / "page.html").write_text(dedent(PAGE), "utf-8")
    messages = Catalog(locale="de", domain="workshop_kit")
    for message, told in GERMAN.items():
        messages.add(message, told)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    catalog.write_bytes(compiled.getvalue())
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
    info = site / f"{PACKAGE}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[{activities.ENTRY_POINTS}]\nthumbs = {PACKAGE}:ACTIVITY\n", "utf-8")
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
        agenda = tmp_path / "thumbs.toml"
        agenda.write_text('[[item]]\nid = "mood"\nactivity = "thumbs"\ntitle = "How is the room?"\n', "utf-8")
        folder = tmp_path / "session"

        def run(*arguments):
            ran = kit(*arguments, env=environment)
            assert (ran.returncode, ran.stderr) == (0, "")
            return ran.stdout

        run("new", "session", "--dir", tmp_path, "--agenda", agenda, "--lang", "en")
        assert (folder / "01-mood.ipynb").is_file()
        run("step", folder, "mood")
        with ServerProcess(folder, env=environment) as server, httpx.Client() as phone:
            phone.post(f"{server.url}/join", data={"lang": "en"})
            assert phone.post(f"{server.url}/items/mood", data={"command": "up"}).status_code == 303
            assert "Take the thumb back" in phone.get(server.url).text
        assert json.loads(run("results", folder, "mood", "--format", "json")) == [{"thumbs": 1}]
        run("minutes", folder, "--format", "md", "--lang", "de")
        assert "1 Daumen ist oben" in (folder / "minutes" / "minutes.de.md").read_text("utf-8")
