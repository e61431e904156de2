"""What a notebook calls: a session with its steps, each of which shows itself.

from workshop_kit import open_session

session = open_session(".")
session.stage()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workshop_kit.folder import locate
from workshop_kit.live import LiveSession

if TYPE_CHECKING:
    from typing import TypeVar

    import altair as alt
    import pandas as pd

    from workshop_kit.faces.widgets import Console, LiveWidget, Seat, Stage
    from workshop_kit.minutes.cells import MinutesCells

    Shown = TypeVar("Shown", bound=LiveWidget)

_open: dict[Path, Session] = {}


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

    def minutes(self, lang: str = "", edition: str = "internal") -> MinutesCells:
        """Return the minutes; each of their methods displays a section."""
        from workshop_kit.minutes.cells import MinutesCells

        return MinutesCells(self.live, lang, edition)

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

    def results(self, lang: str = "") -> pd.DataFrame:
        """Return the results as a tidy data frame, one row per option, card or place."""
        from workshop_kit.results.frames import frame_of

        return frame_of(self.session.live, self.id, lang)

    def chart(self, lang: str = "") -> alt.LayerChart:
        """Return the result as an Altair chart. Raises `WorkshopError` where there is none to draw."""
        import altair as alt

        from workshop_kit.results.frames import chart_of

        if alt.renderers.active == "default":
            alt.renderers.enable("svg")  # the default one fetches its scripts from the internet
        chart = chart_of(self.session.live, self.id, lang)
        chart.config.font = f"{chart.config.font}, system-ui, sans-serif"  # in a browser the kit's font may be missing
        return chart
