"""The form of the start notebook: make a session or open one, and start the server, without reading code."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.text import DEFAULT_LANGUAGE, LANGUAGES
from workshop_kit.faces.companions import FOLDER
from workshop_kit.faces.lab import outside_jupyter
from workshop_kit.folder import LOG, SessionFolder, locate
from workshop_kit.library import agenda_names, voice
from workshop_kit.prepare import new_session

SLUG_LENGTH = 40
_LINK = "font-weight: bold; text-decoration: underline"
"""JupyterLab shows links in a widget as plain text."""


def start_form(directory: str | Path = ".", lang: str = DEFAULT_LANGUAGE) -> StartForm:
    """Show the form. Sessions are made in `directory`, which is the notebook's own folder if left out."""
    return StartForm(Path(directory).resolve(), lang)


class StartForm(ipywidgets.VBox):  # type: ignore[misc]
    """The form as a widget. `server` is the running server, if this form started one."""

    def __init__(self, directory: Path, lang: str) -> None:
        self.directory = directory
        self.server: subprocess.Popen[str] | None = None
        self.folder: SessionFolder | None = None
        self.message = ipywidgets.HTML()
        self.language = ipywidgets.Dropdown(options=[(name, tag) for tag, name in LANGUAGES.items()], value=lang)
        self.language.observe(lambda change: self._draw(change["new"]), names="value")
        self.name, self.place, self.facilitator = ipywidgets.Text(), ipywidgets.Text(), ipywidgets.Text()
        self.day = ipywidgets.DatePicker(value=date.today())  # noqa: DTZ011 - the facilitator's calendar
        self.agenda = ipywidgets.Dropdown(options=agenda_names(), value="success-factors")
        self.known = ipywidgets.Dropdown(options=self._sessions())
        self.people = ipywidgets.BoundedIntText(value=12, min=1, max=300)
        self.make = ipywidgets.Button(button_style="primary")
        self.rehearse = ipywidgets.Button()
        self.open_known = ipywidgets.Button()
        self.end = ipywidgets.Button(button_style="danger")
        self.make.on_click(lambda button: self._try(self._make, button))
        self.rehearse.on_click(lambda button: self._try(self._rehearse, button))
        self.open_known.on_click(lambda button: self._try(self._open, button))
        self.end.on_click(lambda button: self._try(self._end, button))
        atexit.register(self.stop)
        super().__init__()
        self._draw(lang)

    def _draw(self, lang: str) -> None:
        text = self.text = voice(lang)
        self.make.description = text(N_("Make the session"))
        self.open_known.description = text(N_("Open"))
        self.rehearse.description = text(N_("Rehearse"))
        self.end.description = text(N_("Stop the server"))
        rows = (
            (N_("Language"), self.language),
            (N_("Title"), self.name),
            (N_("Place"), self.place),
            (N_("Day"), self.day),
            (N_("Facilitation"), self.facilitator),
            (N_("Agenda"), self.agenda),
        )
        hint = text(N_("Lead the agenda above with simulated people. Nothing of it is kept."))
        self.children = (
            _heading(text(N_("A new session"))),
            *(_row(text(label), control) for label, control in rows),
            self.make,
            self.message,
            *((self.end,) if self.server else ()),
            *(
                (_heading(text(N_("Open a session"))), _row(text(N_("Session")), self.known), self.open_known)
                if self.known.options
                else ()
            ),
            _heading(text(N_("Rehearse"))),
            ipywidgets.HTML(f"<p>{escape(hint)}</p>"),
            _row(text(N_("People")), self.people),
            self.rehearse,
        )

    def _make(self) -> None:
        title = self.name.value.strip()
        if not title:
            raise WorkshopError(N_("Please give the session a title."))
        folder = new_session(
            self.directory / _slug(title),
            agenda=self.agenda.value,
            lang=self.language.value,
            title=title,
            place=self.place.value.strip(),
            date=self.day.value.isoformat() if self.day.value else "",
            facilitator=self.facilitator.value.strip(),
        )
        self._start(folder)

    def _rehearse(self) -> None:
        agenda, lang, people = self.agenda.value, self.language.value, str(self.people.value)
        options = ["--agenda", agenda, "--lang", lang, "--participants", people, "--dir", str(self.directory)]
        self._run(SessionFolder(self.directory / FOLDER), "rehearse", *options)

    def _open(self) -> None:
        self._start(locate(self.directory / self.known.value))

    def _end(self) -> None:
        self.stop()
        stopped = self.text(N_("The server has been stopped. Nothing is lost."))
        self.message.value = f"<p>{escape(stopped)}</p>"
        self._draw(self.language.value)

    def _start(self, folder: SessionFolder) -> None:
        self._run(folder, "open", str(folder.path))

    def _run(self, folder: SessionFolder, command: str, *arguments: str) -> None:
        """Start a server of the kit for a session, and say where it is found."""
        self.stop()
        self.folder = folder
        self.server = subprocess.Popen(
            [sys.executable, "-m", "workshop_kit", command, *arguments, "--no-lab", "--json"],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=outside_jupyter(),
        )
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        if not line:
            raise WorkshopError(N_("The participants' server did not start. Run the command: workshop open"))
        threading.Thread(target=self.server.stdout.read, daemon=True).start()
        self.known.options = self._sessions()
        self.known.value = folder.path.name if folder.path.name in self.known.options else None
        self._draw(self.language.value)
        self._tell(folder, json.loads(line))

    def _tell(self, folder: SessionFolder, address: dict[str, Any]) -> None:
        text = self.text
        stage = text(N_("Stage for a second screen"))
        first = min(folder.path.glob("[0-9]*.ipynb"))
        link = escape(first.relative_to(self.directory).as_posix() if first.is_relative_to(self.directory) else "")
        running = text(N_("The session is running."))
        phones = text(N_("Phones open {url}"), url=address["url"])
        onward = text(N_("Go on with the first notebook"))
        self.message.value = (
            f"<h3>{escape(running)}</h3><p>{escape(phones)}</p>"
            f'<p><a href="{link}" style="{_LINK}">{escape(onward)}</a> ({link})</p>'
            f'<p><a href="{escape(address["stage"])}" target="_blank" style="{_LINK}">{escape(stage)}</a></p>'
        )

    def stop(self) -> None:
        """Stop the server that this form started."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=10)
            self.server = None

    def _try(self, action: Any, button: ipywidgets.Button) -> None:
        button.disabled = True
        try:
            action()
        except WorkshopError as error:
            self.message.value = f'<p role="alert"><b>{escape(error.told(self.text))}</b></p>'
        finally:
            button.disabled = False

    def _sessions(self) -> list[str]:
        return sorted(path.parent.name for path in self.directory.glob(f"*/{LOG}"))


def _row(label: str, control: ipywidgets.DOMWidget) -> ipywidgets.HBox:
    control.description = label
    control.style = {"description_width": "8em"}
    control.layout = ipywidgets.Layout(width="34em")
    return control


def _heading(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(f"<h2>{escape(text)}</h2>")


def _slug(title: str) -> str:
    """Return a folder's name for a title: letters, digits and "-", so that no title leads out of the folder."""
    letters = "".join(letter if letter.isalnum() else "-" for letter in title.lower())
    return "-".join(part for part in letters.split("-") if part)[:SLUG_LENGTH] or "session"
