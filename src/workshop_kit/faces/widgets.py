"""The notebook's faces: stage, console and seat as widgets for JupyterLab and Voilà.

They show the same HTML as the server's pages and send the same forms. The kernel follows the log from a thread, so a
busy cell does not stop the stage, and it never trusts a trait that the front end could write: what people do comes as a
form and is decided like any other command.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workshop_kit import cofacilitation, privacy, slips
from workshop_kit.activities.poll.state import PollState
from workshop_kit.core.activity import Actor
from workshop_kit.core.cofacilitators import DISMISS, INVITE, WHO
from workshop_kit.core.errors import N_, Refused, Why, WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.core.state import SessionState
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.conducting import carry_out
from workshop_kit.faces.desk import LONG, Desk
from workshop_kit.faces.forms import read_command, read_form
from workshop_kit.faces.lab import address_in_lab
from workshop_kit.faces.pages import STATIC, Notice, Pages
from workshop_kit.faces.sharing import LINK, write_link
from workshop_kit.faces.speaker_notes import speaker_notes
from workshop_kit.library import voice
from workshop_kit.live import LiveSession, utc_now
from workshop_kit.store.files import free
from workshop_kit.tickets import LIST, LISTED, issue

INTERVAL = 0.25
"""Seconds between two updates of a widget; the first change after a pause shows at once."""

FORGET = "forget"
ISSUE = "issue-tickets"


class LiveWidget(anywidget.AnyWidget):
    """A part of a session that stays up to date. `frame` is its outer HTML, `regions` what changes in it."""

    _esm = STATIC / "live.js"
    _css = STATIC / "kit.css"

    frame = traitlets.Unicode().tag(sync=True)
    regions = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, live: LiveSession, lang: str = "") -> None:
        self.live = live
        self.lang = lang or live.state.info.lang
        self.pages = Pages(live)
        self._due = threading.Event()
        self._stopped = threading.Event()
        self._updating = threading.Lock()
        super().__init__(frame=self.make_frame(), regions=self.make_regions(), words=self.pages.words(self.lang))
        self._unsubscribe = live.subscribe(self._changed)
        threading.Thread(target=self._update_forever, name="workshop-widget", daemon=True).start()
        self.on_msg(self._hear)

    def make_frame(self) -> str:
        """Return the outer HTML, with a `data-region` element for each region."""
        raise NotImplementedError

    def make_regions(self) -> dict[str, str]:
        """Return the present HTML of each region."""
        raise NotImplementedError

    def take(self, fields: dict[str, str]) -> None:
        """Carry out a form that somebody sent from this widget. Raises `Refused`."""
        raise NotImplementedError

    def fallback(self) -> str:
        """Return HTML without controls, for where the widget cannot run: an export, or a notebook opened later."""
        return self.make_frame()

    def close(self) -> None:
        """Stop following the session."""
        self._stopped.set()
        self._due.set()
        self._unsubscribe()
        super().close()

    def _changed(self, state: SessionState) -> None:
        del state
        self._due.set()

    def _update_forever(self) -> None:
        while self._due.wait() and not self._stopped.is_set():
            self._due.clear()
            self._update()
            self._stopped.wait(INTERVAL)

    def _update(self) -> None:
        """Show what holds now. A form and the log may both ask for it; the later one must not be shown first."""
        with self._updating:
            regions, frame = self.make_regions(), self.make_frame()
            if regions != self.regions:
                self.regions = regions
            if frame != self.frame:
                self.frame = frame

    def _hear(self, widget: object, content: Any, buffers: object) -> None:
        del widget, buffers
        if not isinstance(content, dict) or not isinstance(content.get("form"), str):
            return
        sent_id = str(content.get("id", ""))[:80]
        try:
            self.take(read_form(content["form"].encode("utf-8", "surrogatepass")))
        except WorkshopError as error:
            code = str(error.why) if isinstance(error, Refused) else "store"
            self.send({"refused": sent_id, "code": code, "message": error.told(self.pages.voice(self.lang))})
        else:
            self.send({"ack": sent_id})
        self._update()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data["text/html"] = self.fallback()
            data["text/plain"] = self.live.state.info.title
        return bundle


class Stage(LiveWidget):
    """What the room sees, with a button for the whole screen."""

    def make_frame(self) -> str:
        return self.pages.screen(self.lang, self._join_address())

    def make_regions(self) -> dict[str, str]:
        return {"mine": self.pages.question(self.lang), "shared": self.pages.shared(self.lang)}

    def take(self, fields: dict[str, str]) -> None:
        del fields

    def fallback(self) -> str:
        return f"<div>{''.join(self.make_regions().values())}</div>"

    def _join_address(self) -> str:
        state = self.live.state
        return f"{state.address}/{state.info.code}" if state.address else ""


class Console(LiveWidget):
    """The facilitator's controls. `step` is the agenda item that its notebook leads through.

    Tickets that are issued here go into a file in `folder`, and never onto the screen, which may be projected.
    """

    template = "console.html"
    _expecting = False

    def __init__(self, live: LiveSession, lang: str = "", step: str = "", folder: Path = Path()) -> None:
        self.step = step
        self.folder = folder
        self.notice = Notice()
        self._asking = threading.Lock()
        info = live.state.info
        text = voice(lang if lang in LANGUAGES else info.lang, live.rules.registry.values(), info.timezone)
        self.desk = Desk(folder, text, lambda: self._changed(live.state))
        super().__init__(live, lang)
        self._expect_minutes(live.state)

    def make_frame(self) -> str:
        return self.pages.empty_frame(self.lang, ("console",))

    def make_regions(self) -> dict[str, str]:
        desk = self.desk
        folder = desk.folder  # a draft's files have the names of the internal ones; their folders tell them apart
        files = [
            (path.relative_to(folder.minutes).as_posix(), address_in_lab(path, folder.path)) for path in desk.files
        ]
        return {
            "console": self.pages.console(
                self.lang,
                self.step,
                self.notice,
                desk.notice,
                files,
                self.template,
                pile=self._pile(),
                notes=speaker_notes(self.folder, self.lang),
            ),
        }

    def fallback(self) -> str:
        return ""

    def _changed(self, state: SessionState) -> None:
        self._expect_minutes(state)
        super()._changed(state)

    def _expect_minutes(self, state: SessionState) -> None:
        """Have a kernel ready from the last step on, so that the minutes need not wait for it."""
        if state.agenda.items and state.current == state.agenda.items[-1].id:
            self._ask_for_kernel()

    def _ask_for_kernel(self) -> None:
        """Ask once; both a cell and the thread that follows the log may come here at the same moment."""
        with self._asking:
            if not self._expecting:
                self._expecting = True
                self.desk.expect()

    def take(self, fields: dict[str, str]) -> None:
        self.notice = Notice()
        if fields.get("command") in LONG:
            self.desk.take(fields["command"])
            return
        if fields.get("command") == ISSUE:
            self._issue(fields.get("count", ""))
            return
        if fields.get("command") == FORGET:
            self._forget(fields)
            return
        if fields.get("command") in slips.COMMANDS:
            slips.Pile(self.live, self.folder, fields.get("item", "")).take(fields)
            return
        if fields.get("command") == INVITE:
            self._invite(fields.get("name", ""))
            return
        if fields.get("command") == DISMISS:
            cofacilitation.dismiss(self.live, fields.get(WHO, ""))
            return
        carry_out(self.live, fields, self.lang)

    def _invite(self, name: str) -> None:
        path = write_link(self.live, name, free(self.folder / LINK), self.pages.voice(self.lang))
        told = N_("The link is in the file {path}. It works once; open the file where the room cannot see it.")
        self.notice = Notice(self.pages.voice(self.lang)(told, path=path.name))

    def _pile(self) -> slips.Look | None:
        """Return the pile of slips of the poll that is on, if one is."""
        slips.sweep(self.live.state, self.folder)
        item = self.live.state.current_item
        if item is None or not isinstance(item.state, PollState):
            return None
        return slips.Pile(self.live, self.folder, item.spec.id).look(self.pages.voice(self.lang))

    def _issue(self, count: str) -> None:
        path = free(self.folder / LIST)
        issued = issue(self.live, count, path)
        self.notice = Notice(self.pages.voice(self.lang).plural(*LISTED, len(issued), path=path.name))

    def _forget(self, fields: dict[str, str]) -> None:
        if not fields.get("sure"):
            raise Refused(Why.INVALID, N_("Please tick that you are sure."), field="sure")
        privacy.forget(self.live, privacy.seat_called(self.live, fields.get("seat", "")), privacy.IN_FRONT)
        privacy.purge(self.live, utc_now())


class MinutesDesk(Console):
    """The part of the console that is about the minutes, for the last cell of their notebook."""

    template = "desk.html"

    def _expect_minutes(self, state: SessionState) -> None:
        del state
        self._ask_for_kernel()


class Seat(LiveWidget):
    """A participant's page inside a notebook."""

    def __init__(self, live: LiveSession, lang: str = "", name: str = "") -> None:
        self.seat = live.join(lang, name, Channel.NOTEBOOK).result().seat
        super().__init__(live, lang)

    def make_frame(self) -> str:
        return self.pages.empty_frame(self.lang, ("mine", "shared"))

    def make_regions(self) -> dict[str, str]:
        return {"mine": self.pages.mine(self.lang, self.seat), "shared": self.pages.shared(self.lang)}

    def fallback(self) -> str:
        return ""

    def take(self, fields: dict[str, str]) -> None:
        sent = read_command(fields)
        actor = Actor(self.seat, Channel.NOTEBOOK)
        self.live.submit(sent.command, actor, name=sent.name or "").result()
