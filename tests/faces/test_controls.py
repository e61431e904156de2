"""What `workshop do` lists when it is told no command: the console's forms, with their fields and what these take."""

from __future__ import annotations

from importlib import import_module

import pytest
from click.testing import CliRunner
from tests.conftest import ONE_OF_EACH, SESSION

from workshop_kit.core.event import Channel
from workshop_kit.core.state import Info
from workshop_kit.faces.cli import cli
from workshop_kit.faces.controls import listed, offered
from workshop_kit.faces.pages import Pages
from workshop_kit.folder import SessionFolder
from workshop_kit.library import agendas_here, load_agenda, voice
from workshop_kit.live import LiveSession
from workshop_kit.store.memory import MemoryStore

EN, DE = voice("en"), voice("de")


@pytest.fixture
def can(live):
    """Return what can be done in an item, by command."""

    def told(item, *items, text=EN):
        page = Pages(live(*(items or ONE_OF_EACH))).controls(text.lang, item)
        return {command.name: command for command in offered(page, text)}

    return told


def test_a_poll_lists_its_commands_with_what_their_fields_take(can):
    commands = can("dots")
    hands = commands["room-votes"]
    assert hands.titles == ["Save the hands"]
    assert (hands.fields["value.o1"].label, hands.fields["value.o1"].allowed) == ("Place", "a whole number from 0")
    assert commands["cast"].fields["value.o2"].allowed == "a whole number from 0 to 3"
    assert commands["cast"].fields["ballot"].required
    assert not commands.keys() & {"slip-add", "slips-count"}, "those never reach the log"


def test_answers_are_listed_by_what_they_mean(can):
    assert can("mood")["cast"].fields["choice"].values["m5"] == "very good"
    assert can("mood", text=DE)["cast"].fields["choice"].values["m5"] == "sehr gut"


def test_a_step_without_forms_of_its_own_offers_nothing(can):
    assert can("welcome") == {}


@pytest.mark.parametrize("agenda", agendas_here())
@pytest.mark.parametrize("text", [EN, DE], ids=lambda text: text.lang)
def test_of_every_field_it_says_what_it_takes(agenda, text, registry, clock):
    session = LiveSession.create(MemoryStore(), registry, load_agenda(agenda, registry).agenda, SESSION, clock=clock)
    found = 0
    for spec in session.state.agenda.items:
        for command in offered(Pages(session).controls(text.lang, spec.id), text):
            assert command.titles or any(field.values for field in command.fields.values()), command.name
            assert [name for name, field in command.fields.items() if not field.allowed and not field.values] == []
            found += 1
    session.close()
    assert found


def test_a_list_has_a_line_for_each_command_field_and_value(can):
    lines = list(listed(list(can("mood").values()), EN))
    assert lines[: lines.index("cast  Save the slip")][-1].startswith("    voters=  How many people")
    assert "    ballot= (required)  Number of the slip; text of up to 60 characters" in lines
    assert "        m5  very good" in lines


class TestCommandLine:
    @pytest.fixture
    def folder(self, tmp_path):
        made = SessionFolder.create(tmp_path / "session", "success-factors", Info("Neighbours", "KLMNP", lang="de"))
        live = made.open()
        live.do("open", "closing")
        live.close()
        return made

    def test_without_a_command_it_lists_what_can_be_done(self, folder, monkeypatch):
        for lang, first, last in (
            ("en", "In “Closing” (open) the facilitator can:", "Open, close, show and repeat it with: workshop step"),
            ("de", "In „Abschluss“ (offen) kann die Moderation:", "Öffnen, schließen, zeigen und wiederholen geht mit"),
        ):
            for module in ("sessions", "terminal"):
                monkeypatch.setattr(import_module(f"workshop_kit.faces.cli.{module}"), "_", voice(lang))
            lines = (
                CliRunner().invoke(cli, ["do", str(folder.path), "closing"], catch_exceptions=False).output.splitlines()
            )
            assert (lines[0], lines[-1][: len(last)]) == (first, last)
            assert "    channel=paper" in lines

    def test_what_is_listed_can_be_done(self, folder):
        runner = CliRunner()
        for command in (
            ["cast", "channel=paper", "ballot=7", "choice=m4"],
            ["room-votes", "value.m5=3"],
        ):
            done = runner.invoke(cli, ["do", str(folder.path), "closing", *command], catch_exceptions=False)
            assert done.exit_code == 0
        live = folder.open()
        channels = {event.name: event.channel for event in live.store.read(0)}
        tally = live.state.items["closing"].state.tally
        live.close()
        assert (channels["poll.ballot_cast"], channels["poll.room_votes_counted"]) == (Channel.PAPER, Channel.HANDS)
        assert {line.option: line.score for line in tally.lines if line.score} == {"m5": 3, "m4": 1}

    def test_a_guest_without_a_phone_takes_a_role(self, folder):
        runner = CliRunner()
        live = folder.open()
        live.do("open", "roles")
        named = ["guest=Ada", "role=room", "confirm=yes"]
        done = runner.invoke(cli, ["do", str(folder.path), "roles", "take", *named], catch_exceptions=False)
        assert done.exit_code == 0
        live.catch_up()
        assert list(live.people.names.values()) == ["Ada"]
        live.close()

    def test_an_unknown_step_is_refused(self, folder):
        done = CliRunner().invoke(cli, ["do", str(folder.path), "nowhere"])
        assert done.exit_code == 1
