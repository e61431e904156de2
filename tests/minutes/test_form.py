"""The note-taker's form in the notebook, and the same by command."""

from __future__ import annotations

import json

import ipywidgets
import pytest
from tests.faces.speaking import speak_english

from workshop_kit.core.event import Channel
from workshop_kit.core.noted import FIELDS, LONGEST_NOTE
from workshop_kit.faces import cli
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes.cells import MinutesCells
from workshop_kit.minutes.form import NoteForm
from workshop_kit.prepare import new_session


def shown(widget):
    """Yield all inputs of a form by their labels."""
    if isinstance(widget, ipywidgets.Text | ipywidgets.Textarea):
        yield widget.description, widget
    for child in getattr(widget, "children", ()):
        yield from shown(child)


class TestForm:
    @pytest.mark.parametrize("lang", ["de", "en"])
    def test_every_field_has_a_label_and_each_step_its_own(self, live, lang):
        session = live()
        form = NoteForm(session, voice(lang))
        once, each = (sum(field.each is wanted for field in FIELDS) for wanted in (False, True))
        found = list(shown(form))
        assert len(found) == once + each * len(session.state.agenda.items)
        assert all(label for label, _ in found)
        assert all(title for title, _ in form.about.options)
        assert len(form.about.options) == len(form.pages)

    def test_one_page_of_it_is_shown_at_a_time(self, live):
        form = NoteForm(live(), voice("en"))
        for number in range(len(form.pages)):
            form.about.value = number
            displayed = [place for place, page in enumerate(form.pages) if page.layout.display != "none"]
            assert displayed == [number]

    def test_what_changed_goes_into_the_log_and_is_there_again(self, live):
        session = live()
        form = NoteForm(session, voice("en"))
        dict(shown(form))["Note-taker"].value = "Rosa <Klein>"
        seq = session.state.seq
        form.save.click()
        assert session.state.seq == seq + 1
        assert session.state.noted["", "note-taker"].text == "Rosa <Klein>"
        assert "1 field was saved." in form.message.value
        again = NoteForm(session, voice("en"))
        assert dict(shown(again))["Note-taker"].value == "Rosa <Klein>"
        again.save.click()
        assert session.state.seq == seq + 1

    def test_a_refusal_is_told_and_nothing_else_is_lost(self, live):
        session = live()
        form = NoteForm(session, voice("en"))
        fields = dict(shown(form))
        fields["Occasion"].value = "A camp"
        fields["Goal"].value = "x" * (LONGEST_NOTE + 1)
        form.save.click()
        assert "Please shorten it" in form.message.value
        assert session.state.noted["", "occasion"].text == "A camp"

    def test_there_is_none_in_the_public_edition(self, live):
        session = live()
        assert MinutesCells(session, "en", "public").form() is None
        assert isinstance(MinutesCells(session, "en").form(), NoteForm)


@pytest.fixture
def folder(tmp_path) -> SessionFolder:
    return new_session(tmp_path / "session", lang="en", title="A small one")


@pytest.fixture
def run(monkeypatch, capsys):
    speak_english(monkeypatch)

    def command(*arguments):
        try:
            cli.main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as stopped:
            code = stopped.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


class TestCommands:
    def test_notes_are_taken_shown_and_taken_back(self, run, folder):
        assert run("note", folder.path, "goal", "A list that holds") == (0, "Noted.\n", "")
        assert run("note", folder.path, "decision", "We meet.", "--item", "factors") == (0, "Noted.\n", "")
        code, out, err = run("note", folder.path)
        assert (code, err) == (0, "")
        assert out.startswith("goal: A list that holds\ndecision (factors): We meet.\nNothing yet for:\n")
        assert "  note-taker – Note-taker\n" in out
        assert "  goal – " not in out
        assert run("note", folder.path, "decision") == (0, "decision (factors): We meet.\n", "")
        assert run("note", folder.path, "goal", "") == (0, "Taken back.\n", "")
        assert run("note", folder.path, "goal") == (0, "", "")

    def test_what_is_no_field_or_no_step_is_refused(self, run, folder):
        code, _, err = run("note", folder.path, "weather", "fine")
        assert code == 1
        assert 'no field "weather"' in err
        code, _, err = run("note", folder.path, "decision", "We meet.")
        assert code == 1
        assert "Say which step" in err

    def test_a_check_says_what_to_mend_and_where(self, run, folder):
        notebook = json.loads((folder.path / "minutes.ipynb").read_text("utf-8"))
        notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "![](nowhere.png)"})
        (folder.path / "minutes.ipynb").write_text(json.dumps(notebook), "utf-8")
        code, out, err = run("check", folder.path, "--lang", "en")
        assert (code, err) == (0, "")
        assert out.splitlines()[0].startswith('To mend: The picture "nowhere.png" is not shown')
        assert "To look at: It does not say who took the minutes. [in the form, or: workshop note" in out
        assert "quorum" in run("check", folder.path, "--kind", "assembly", "--lang", "en")[1]
        assert run("check", folder.path, "--kind", "novel")[0] == 2

    def test_a_strict_check_fails_where_something_is_to_mend(self, run, folder):
        code, out, _ = run("check", folder.path, "--lang", "en", "--strict")
        assert (code, "To mend" in out) == (0, False)
        code, out, _ = run("check", folder.path, "--kind", "assembly", "--lang", "en", "--strict")
        assert (code, "To mend" in out) == (1, True)

    def test_a_note_counts_as_done_in_front(self, run, folder):
        run("note", folder.path, "goal", "A list")
        live = folder.open()
        last = live.store.read()[-1]
        live.close()
        assert (last.name, last.channel, last.item) == ("minutes.noted", Channel.NOTEBOOK, "")
