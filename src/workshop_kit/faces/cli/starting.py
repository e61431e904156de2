"""Where somebody begins who knows no command: JupyterLab on the start notebook, and a dress rehearsal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from workshop_kit.core.text import DEFAULT_LANGUAGE
from workshop_kit.faces.cli.terminal import _, command, lang_option, say_where, terminal_language
from workshop_kit.faces.ending import told_to_end

START_NOTEBOOK = "start.ipynb"


@command(help=_("Open JupyterLab on a notebook that makes, opens and rehearses sessions; so does workshop alone."))
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), default=Path(), help=_("Where the sessions' folders are.")
)
def start(directory: Path) -> None:
    from workshop_kit.faces.lab import start_lab
    from workshop_kit.library import shipped

    directory = directory.expanduser().resolve()
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / START_NOTEBOOK).exists():
        shutil.copy(shipped("notebooks") / START_NOTEBOOK, directory / START_NOTEBOOK)
    click.echo(_("JupyterLab opens in the browser, with sessions in {path}. Stop with Ctrl+C.", path=directory))
    lab = start_lab(directory, START_NOTEBOOK, terminal_language())
    try:
        with told_to_end():
            lab.wait()
    finally:
        lab.terminate()
        lab.wait()


@command(help=_("Lead a session with simulated people, as in the room; nothing of it is kept."))
@click.option("--agenda", default="success-factors", help=_("Name of an agenda, or the path of a TOML file."))
@click.option(
    "--participants", type=click.IntRange(1, 300), default=12, show_default=True, help=_("How many simulated people.")
)
@lang_option
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path(), help=_("Where to put the folder."))
@click.option("--host", default="0.0.0.0", show_default=True, help=_("Address to listen on."))  # noqa: S104 - the room
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=_("Port to listen on; any free one if left out.")
)
@click.option("--no-lab", is_flag=True, help=_("Do not start JupyterLab."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one line of JSON when phones can connect."))
def rehearse(
    agenda: str, participants: int, lang: str | None, directory: Path, host: str, port: int, no_lab: bool, as_json: bool
) -> None:
    from workshop_kit.faces import companions
    from workshop_kit.faces.lab import start_lab
    from workshop_kit.faces.serve import Address

    lab: list[Any] = []
    with companions.rehearsed(directory, agenda, lang or DEFAULT_LANGUAGE) as folder:

        def ready(address: Address) -> None:
            if not as_json:
                click.echo(_("This is a rehearsal: all {n} people are made up by the program.", n=participants))
            say_where(address, as_json=as_json)
            if not no_lab:
                lab.append(start_lab(folder.path, lang=lang or DEFAULT_LANGUAGE))

        try:
            companions.rehearse(folder, participants, host, port, ready)
        finally:
            for process in lab:
                process.terminate()
                process.wait()
