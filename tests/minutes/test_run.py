"""Writing the minutes: whole or not at all, once per language and edition, and the same bytes wherever it is done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.approval import Standing
from workshop_kit.core.event import Channel
from workshop_kit.faces import cli
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes import execute, run, warm
from workshop_kit.minutes.collect import NotebookError
from workshop_kit.minutes.run import steps, write_minutes
from workshop_kit.minutes.staging import staged
from workshop_kit.prepare import new_session

ALWAYS_THE_SAME = ("html", "pdf", "md", "json", "docx", "odt", "xlsx", "csv")
WRITE = """
import sys
from pathlib import Path
from workshop_kit.folder import SessionFolder
from workshop_kit.minutes.run import write_minutes
write_minutes(SessionFolder(Path(sys.argv[1])), "de", tuple(sys.argv[3].split(",")), out=Path(sys.argv[2]))
"""
AGENDA = """
name = "small"
title = "Small"

[[item]]
id = "cards"
activity = "ideas"

[[item]]
id = "pick"
activity = "poll"
rule = "dots"
options = ["Place", "People"]
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Two people wrote a card each and voted."""
    base = tmp_path_factory.mktemp("run")
    (base / "small.toml").write_text(AGENDA, "utf-8")
    folder = new_session(base / "session", agenda=str(base / "small.toml"), lang="en", title="A small one")
    with closing(folder.open()) as live:
        seats = [live.join(name=name).result().seat for name in ("Ada", "Ben")]
        for item, command, fields in (("cards", "add", {"text": "Bread"}), ("pick", "cast", {"value.o1": "2"})):
            live.do("open", item)
            for seat in seats:
                live.submit(Command(command, item, fields), Actor(seat, Channel.PHONE)).result()
        live.do("close", "pick")
    return folder.path


@pytest.fixture
def folder(template, tmp_path):
    return SessionFolder(shutil.copytree(template, tmp_path / "session"))


def files_in(path: Path) -> set[str]:
    return {str(found.relative_to(path)) for found in path.rglob("*") if found.is_file()}


def test_two_processes_at_two_places_write_the_same_bytes(template, tmp_path):
    elsewhere = shutil.copytree(template, tmp_path / "another place" / "and name")
    written = []
    for number, (place, zone) in enumerate(((template, "Pacific/Auckland"), (elsewhere, "UTC"))):
        out = tmp_path / f"out {number}"
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(number)}
        command = [sys.executable, "-c", WRITE, str(place), str(out), ",".join(ALWAYS_THE_SAME)]
        subprocess.run(command, env=environment, check=True)
        written.append({path.name: path.read_bytes() for path in out.iterdir() if path.suffix != ".ipynb"})
    assert {Path(name).suffix for name in written[0]} == {f".{end}" for end in ALWAYS_THE_SAME}
    assert written[0] == written[1]
    for name, content in written[0].items():
        assert str(template).encode() not in content, name


def test_a_cell_that_fails_replaces_nothing(folder):
    write_minutes(folder, "en", ("md",))
    before = {name: (folder.minutes / name).read_bytes() for name in files_in(folder.minutes)}
    notebook = folder.path / "minutes.ipynb"
    content = json.loads(notebook.read_text("utf-8"))
    cells = [cell for cell in content["cells"] if "minutes.agenda()" in "".join(cell["source"])]
    cells[0]["source"] = "raise LookupError('gone')"
    notebook.write_text(json.dumps(content), "utf-8")
    with pytest.raises(NotebookError, match="LookupError"):
        write_minutes(folder, "en", ("md",), publish=True)
    assert files_in(folder.minutes) == {*before, "minutes.en.failed.ipynb"}
    assert {name: (folder.minutes / name).read_bytes() for name in before} == before
    with closing(folder.open()) as live:
        assert live.state.approval.versions == ()


def test_the_command_leaves_sections_out_and_writes_short_sentences(folder, capsys):
    command = ["minutes", str(folder.path), "--lang", "de", "--format", "md"]
    cli.main([*command, "--without", "agenda", "--without", "item-pick", "--plain"])
    short = (folder.minutes / "minutes.de.md").read_text("utf-8")
    assert "2 Menschen waren da." in short
    assert "In kurzen Sätzen, die niemand geprüft hat" in short
    cli.main(command)
    usual = (folder.minutes / "minutes.de.md").read_text("utf-8")
    assert "2 Menschen waren da." not in usual
    headings = {line for line in usual.splitlines() if line.startswith("## ")}
    gone = headings - set(short.splitlines())
    assert {"## Ablauf", "## pick"} <= gone
    for refused, code in ((["--without", "weather"], 1), (["--kind", "novel"], 2), (["--publish", "--plain"], 2)):
        with pytest.raises(SystemExit) as stopped:
            cli.main([*command, *refused])
        assert stopped.value.code == code
    assert "weather" in capsys.readouterr().err
    assert (folder.minutes / "minutes.de.md").read_text("utf-8") == usual


def test_the_notebook_runs_once_per_language_and_edition_and_each_step_is_told(folder, monkeypatch):
    ran, told = Counter(), []

    def counted(*arguments):
        ran[arguments[3:5]] += 1
        return execute.executed(*arguments)

    monkeypatch.setattr(run, "executed", counted)
    write_minutes(folder, "en", ("md", "html"), "public", publish=True, progress=told.append)
    assert ran == {("en", "public"): 1, ("de", "public"): 1}
    assert len(told) == steps(("md", "html"), "public", publish=True)


def test_the_session_that_goes_on_meanwhile_is_written_anew(folder, monkeypatch):
    ran = Counter()

    def meanwhile(*arguments):
        ran[arguments[3:5]] += 1
        if sum(ran.values()) == 2:
            with closing(folder.open()) as live:
                live.join().result()
        return execute.executed(*arguments)

    monkeypatch.setattr(run, "executed", meanwhile)
    write_minutes(folder, "en", ("md",), "public", publish=True)
    with closing(folder.open()) as live:
        version = live.state.approval.current
        assert (version.standing, version.seq) == (Standing.DRAFT, live.state.seq - 1)
    assert ran == {("en", "public"): 2, ("de", "public"): 2}


def half_done(place):
    with staged(place) as stage:
        (stage / "minutes.de.md").write_text("half", "utf-8")
        raise ZeroDivisionError


def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path):
    left = tmp_path / ".writing-killed"
    left.mkdir()
    (left / "minutes.de.html").write_text("Ada Lovejoy", "utf-8")
    with staged(tmp_path) as stage:
        (stage / "minutes.de.md").write_text("new", "utf-8")
        assert not (tmp_path / "minutes.de.md").exists()
    assert files_in(tmp_path) == {"minutes.de.md"}
    with pytest.raises(ZeroDivisionError):
        half_done(tmp_path)
    assert (tmp_path / "minutes.de.md").read_text("utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["minutes.de.md"]


class TestWarmKernel:
    def test_it_is_used_once_and_gives_the_same_minutes(self, folder, tmp_path):
        cold = write_minutes(folder, "en", ("md",), out=tmp_path / "cold")[1]
        warm.ready(folder.path).join()
        [waiting] = [kernel for place, kernel in warm._waiting.items() if place == folder.path]
        process = waiting.provisioner.process
        taken = write_minutes(folder, "en", ("md",), out=tmp_path / "warm")[1]
        assert folder.path not in warm._waiting
        assert process.poll() is not None, "it ends with the work"
        assert cold.read_bytes() == taken.read_bytes()

    def test_one_that_died_or_was_discarded_is_not_used(self, folder, tmp_path):
        warm.ready(folder.path).join()
        warm._waiting[folder.path].provisioner.process.kill()
        warm._waiting[folder.path].provisioner.process.wait()
        assert write_minutes(folder, "en", ("md",), out=tmp_path / "out")
        warm.ready(folder.path).join()
        process = warm._waiting[folder.path].provisioner.process
        warm.discard(folder.path)
        assert process.poll() is not None
        assert folder.path not in warm._waiting
