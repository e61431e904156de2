"""What a notebook calls: a session with its steps, each of which shows itself.

from workshop_kit import open_session

session = open_session(".")
session.stage()

Many sessions are compared by `open_evidence(["one", "another", "bundle-third.json"])`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.text import DEFAULT_LANGUAGE
from workshop_kit.folder import SessionFolder, locate
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes import IN_THE_MAKING
from workshop_kit.minutes.writers import USUAL
from workshop_kit.results.bundle import SMALLEST_GROUP

if TYPE_CHECKING:
    from typing import TypeVar

    import altair as alt
    import pandas as pd

    from workshop_kit.core.document import Meta
    from workshop_kit.faces.widgets import Console, LiveWidget, MinutesDesk, Seat, Stage
    from workshop_kit.minutes.cells import MinutesCells
    from workshop_kit.minutes.display import SectionOutput
    from workshop_kit.results.evidence import Evidence

    Shown = TypeVar("Shown", bound=LiveWidget)

_open: dict[Path, Session] = {}

SPARE = 72
"""Pixels beside a chart in a notebook: its words were measured in the kit's font, and a browser's may be wider."""


def open_session(session: str | Path = ".") -> Session:
    """Open the session in a folder. A notebook that asks twice gets the same one. Raises `StoreError`."""
    folder = locate(session)
    if folder.path not in _open:
        _open[folder.path] = Session(folder.open(), folder.path)
    return _open[folder.path]


class Session:
    """A session in a notebook. `live` is the hold on its log, `folder` where its files are."""

    def __init__(self, live: LiveSession, folder: Path = Path()) -> None:
        self.live = live
        self.folder = folder
        self._shown: dict[str, LiveWidget] = {}

    def item(self, item_id: str) -> Step:
        """Return a step of the agenda. Raises `Refused` for an unknown id."""
        self.live.state.item(item_id)
        return Step(self, item_id)

    def stage(self, lang: str = "") -> Stage:
        """Show what the room sees; the button in it fills the whole screen."""
        from workshop_kit.faces.widgets import Stage

        return self._show("stage", Stage(self.live, lang))

    def console(self, lang: str = "", step: str = "") -> Console:
        """Show the facilitator's controls."""
        from workshop_kit.faces.widgets import Console

        return self._show("console", Console(self.live, lang, step, self.folder))

    def seat(self, name: str = "", lang: str = "") -> Seat:
        """Take a seat and show its page, to take part from the notebook."""
        from workshop_kit.faces.widgets import Seat

        seat = Seat(self.live, lang, name)
        return self._show(f"seat {seat.seat}", seat)

    def minutes(
        self,
        lang: str = "",
        edition: str = "internal",
        kind: str = "results",
        without: Iterable[str] = (),
        *,
        plain: bool = False,
    ) -> MinutesCells:
        """Return the minutes; each of their methods displays a section. `without` names sections to leave out.

        With `plain` the fixed texts are short sentences, in German.
        """
        from workshop_kit.minutes.cells import MinutesCells

        return MinutesCells(self.live, lang, edition, kind, without, self.folder, plain=plain)

    def desk(self, lang: str = "") -> MinutesDesk | None:
        """Show the controls of the minutes: write them, put them before the room, make them final.

        Nothing where the minutes' own kernel runs this cell, since nobody is there to press a button.
        """
        if os.environ.get(IN_THE_MAKING):
            return None
        from workshop_kit.faces.widgets import MinutesDesk

        return self._show("desk", MinutesDesk(self.live, lang, "", self.folder))

    def write(self, formats: Iterable[str] = USUAL, *, publish: bool = False, lang: str = "") -> list[Path]:
        """Write the minutes and return the files; with `publish` they are put before the room too."""
        from workshop_kit.minutes.run import write_minutes

        return write_minutes(SessionFolder(self.folder), lang, tuple(formats), publish=publish)

    def print_sheets(
        self, *sheets: str, lang: str = "", count: int = 0, tickets: int = 0, address: str = "", wifi_name: str = ""
    ) -> list[Path]:
        """Write what the session needs on paper, as `workshop print` does, and return the files.

        The password of the Wi-Fi is taken from the environment (`WORKSHOP_WIFI_PASSWORD`) or asked for, since a
        notebook would keep it.
        """
        from workshop_kit.printing.joining import PASSWORD, wifi_of
        from workshop_kit.printing.run import Order, print_sheets

        password = os.environ.get(PASSWORD) if wifi_name else ""
        wifi = wifi_of(wifi_name, getpass() if password is None else password) if wifi_name else None
        return print_sheets(self.live, self.folder, Order(sheets, lang, count, tickets, address, wifi))

    def close(self) -> None:
        """Close the widgets and let go of the log."""
        for widget in self._shown.values():
            widget.close()
        self._shown.clear()
        self.live.close()

    def _show(self, key: str, widget: Shown) -> Shown:
        """Keep one widget of each kind: running a cell again closes the one before."""
        if earlier := self._shown.pop(key, None):
            earlier.close()
        self._shown[key] = widget
        return widget

    def __repr__(self) -> str:
        info = self.live.state.info
        return f"<Session {info.code}: {info.title}>"


class Step:
    """A step of the agenda in a notebook."""

    def __init__(self, session: Session, item_id: str) -> None:
        self.session = session
        self.id = item_id

    def stage(self, lang: str = "") -> Stage:
        """Show what the room sees."""
        return self.session.stage(lang)

    def console(self, lang: str = "") -> Console:
        """Show the controls, with this step as the next."""
        return self.session.console(lang, step=self.id)

    def do(self, command: str, **fields: object) -> None:
        """Carry out a facilitator's command in this step, as in `do("mix", size=4)`; shows how far long work is."""
        from workshop_kit.faces.waiting import carried_out

        carried_out(self.session.live, self.id, command, {name: str(value) for name, value in fields.items()})

    def results(self, lang: str = "") -> pd.DataFrame:
        """Return the results as a tidy data frame, one row per option, card or place."""
        from workshop_kit.results.frames import frame_of

        return frame_of(self.session.live, self.id, lang)

    def chart(self, lang: str = "") -> alt.LayerChart:
        """Return the result as an Altair chart. Raises `WorkshopError` where there is none to draw."""
        from workshop_kit.results.frames import chart_of

        return _shown_in_a_browser(chart_of(self.session.live, self.id, lang))


def open_evidence(sessions: Iterable[str | Path], lang: str = "", fewest: int = SMALLEST_GROUP) -> Compared:
    """Compare many sessions, given by their folders, addresses or bundles (JSON files). Raises `WorkshopError`.

    Polls in which fewer than `fewest` people voted are left out.
    """
    from workshop_kit.faces.comparing import gather

    return Compared(gather(map(str, sessions), fewest), lang)


class Compared:
    """Many sessions compared, in a notebook. `evidence` is what they say together."""

    def __init__(self, evidence: Evidence, lang: str = "") -> None:
        from workshop_kit.minutes.evidence import report

        self.evidence = evidence
        self._text = voice(lang or DEFAULT_LANGUAGE)
        self._report = report(evidence, self._text)

    def workshops(self) -> SectionOutput:
        """Show which workshops are compared, and give the document its title."""
        return self._section("workshops", self._report.meta)

    def lists(self) -> list[SectionOutput]:
        """Return what is shown per list: all factors in a table, then a picture of each."""
        ids = [section.id for section in self._report.sections]
        return [self._section(name) for name in ids if name.startswith(("list-", "factors-"))]

    def proposed(self) -> SectionOutput:
        """Show the cards that nobody has put under a factor."""
        return self._section("proposed")

    def method(self) -> SectionOutput:
        """Show how to read the figures and how they are computed."""
        return self._section("method")

    def frame(self) -> pd.DataFrame:
        """Return all figures as a tidy data frame, one row per list, factor and workshop."""
        from workshop_kit.results.frames import evidence_frame

        return evidence_frame(self.evidence, self._text)

    def chart(self, factor: str = "") -> alt.LayerChart | None:
        """Return the picture of a factor by its id, or of the most supported one; None where nothing is compared.

        Raises `WorkshopError` for an id that there is not.
        """
        from workshop_kit.minutes.evidence import picture
        from workshop_kit.results.charts import altair_chart

        known = [each for comparison in self.evidence.comparisons for each in comparison.factors]
        found = next((each for each in known if factor in {"", each.id}), None)
        if found is None and not known:
            return None
        if found is None:
            raise WorkshopError(
                N_('There is no factor "{factor}" here. There are: {known}.'),
                factor=factor,
                known=", ".join(dict.fromkeys(each.id for each in known)),
            )
        chart = replace(picture(found, self._text), title=self._text.pick(found.label))
        return _shown_in_a_browser(altair_chart(chart, self._text.lang))

    def _section(self, section_id: str, meta: Meta | None = None) -> SectionOutput:
        from workshop_kit.minutes.display import SectionOutput

        section = next(section for section in self._report.sections if section.id == section_id)
        return SectionOutput(section, self._text, meta)


def _shown_in_a_browser(chart: alt.LayerChart) -> alt.LayerChart:
    import altair as alt

    if alt.renderers.active == "default":
        alt.renderers.enable("svg")  # the default one fetches its scripts from the internet
    chart.config.font = f"{chart.config.font}, system-ui, sans-serif"  # in a browser the kit's font may be missing
    chart.padding = {"left": SPARE, "right": SPARE, "top": 4, "bottom": 4}
    return chart
