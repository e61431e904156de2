"""`workshop` alone: JupyterLab on the start notebook, in German where somebody speaks it."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from workshop_kit.faces import lab
from workshop_kit.faces.cli import cli


class Ended:
    def wait(self, timeout=None):
        return 0

    def terminate(self):
        pass


@pytest.fixture
def started(monkeypatch, tmp_path):
    """Where JupyterLab would have been started: folder, file and language."""
    calls = []
    monkeypatch.setattr(lab, "start_lab", lambda folder, first, lang: calls.append((folder, first, lang)) or Ended())
    monkeypatch.chdir(tmp_path)
    return calls


@pytest.mark.parametrize("arguments", [[], ["start"], ["start", "--dir", "."]])
def test_it_opens_the_start_notebook_here(started, tmp_path, arguments):
    told = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert told.exit_code == 0
    assert str(tmp_path) in told.output
    assert [(folder, first) for folder, first, _ in started] == [(tmp_path, "start.ipynb")]
    assert json.loads((tmp_path / "start.ipynb").read_text("utf-8"))["nbformat"] == 4


def test_a_start_notebook_that_is_there_is_left_alone(started, tmp_path):
    (tmp_path / "start.ipynb").write_text("{}", "utf-8")
    CliRunner().invoke(cli, [], catch_exceptions=False)
    assert (tmp_path / "start.ipynb").read_text("utf-8") == "{}"
    assert len(started) == 1


def test_the_menus_are_german_where_the_session_is(monkeypatch):
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    paths = {lang: lab.lab_environment(lang)["JUPYTER_CONFIG_PATH"] for lang in ("de", "en")}
    assert paths["de"].endswith(paths["en"])
    settings = json.loads((lab.SETTINGS / "de" / "labconfig" / "default_setting_overrides.json").read_text("utf-8"))
    assert settings["@jupyterlab/translation-extension:plugin"]["locale"] == "de_DE"
    assert find_spec("jupyterlab_language_pack_de_DE")


@pytest.mark.parametrize(
    ("root", "address"),
    [("", "/files/minutes/a%23.pdf"), ("here", "/files/evening/minutes/a%23.pdf"), ("else", "/files/minutes/a%23.pdf")],
)
def test_files_are_found_in_the_folder_that_jupyterlab_shows(monkeypatch, tmp_path, root, address):
    session = tmp_path / "here" / "evening"
    monkeypatch.delenv(lab.ROOT, raising=False)
    if root:
        monkeypatch.setenv(lab.ROOT, str(tmp_path / root))
    assert lab.address_in_lab(session / "minutes" / "a#.pdf", session) == address
