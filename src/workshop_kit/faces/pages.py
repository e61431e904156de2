"""Turns a session into HTML: the two live regions of an activity, and the pages around them.

`shared` is the same for everybody who reads the same language; `mine` belongs to one viewer. Both are made of the
activity's own `page.html`, whose macros `shared`, `mine` and `console` hold native form controls only.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import segno
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct, structs

from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.approval import LATE, LONGEST_COMMENT, Standing
from workshop_kit.core.document import Network
from workshop_kit.core.personal import PUBLIC_MINUTES
from workshop_kit.core.state import Item, Phase, SessionState
from workshop_kit.core.steering import reopens, undoable
from workshop_kit.core.text import AS_WRITTEN, SIMPLE, Localised, Text, direction
from workshop_kit.faces.asked import SIZES
from workshop_kit.faces.conducting import DONE
from workshop_kit.faces.held import kept
from workshop_kit.faces.published import Published
from workshop_kit.library import PACKAGE, folder_of, phone_languages, plain_languages, voice
from workshop_kit.live import LiveSession
from workshop_kit.results import networks
from workshop_kit.slips import Look

STATIC = PACKAGE / "faces" / "static"


THEMES = frozenset({"light", "dark", "contrast"})


class Presence(Struct, frozen=True):
    """How many seats have a page open just now, and how many had one before."""

    connected: int = 0
    lost: int = 0


class Notice(Struct, frozen=True):
    """What a page tells its reader about what was just sent; `sent` fills the form again after a refusal."""

    text: str = ""
    refused: bool = False
    field: str = ""
    sent: Mapping[str, str] = {}


class Pages:
    """Renders one session. `base` is the address under which forms post, empty inside a notebook."""

    def __init__(self, live: LiveSession, base: str = "") -> None:
        self.live = live
        self.base = base
        self._voices: dict[tuple[str, str], Text] = {}
        self._same: dict[tuple[str, str], str] = {}
        self._same_in: SessionState | None = None
        registry = live.rules.registry
        self._environment = Environment(
            loader=ChoiceLoader(
                [
                    FileSystemLoader(PACKAGE / "faces" / "templates"),
                    PrefixLoader({name: FileSystemLoader(folder_of(kind)) for name, kind in registry.items()}),
                ]
            ),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def voice(self, lang: str) -> Text:
        """Return the voice for a language (see `spoken`) in this session's time zone."""
        info = self.live.state.info
        zone, lang = info.timezone or "UTC", self.spoken(lang)
        if (lang, zone) not in self._voices:
            kinds, plain = self.live.rules.registry.values(), lang.endswith(SIMPLE)
            self._voices[lang, zone] = voice(lang.removesuffix(SIMPLE), kinds, zone, plain=plain, fallback=info.lang)
        return self._voices[lang, zone]

    def spoken(self, lang: str) -> str:
        """Return `lang` if there are pages in it, else the session's language; it may end in "-simple"."""
        plain = lang.endswith(SIMPLE)
        lang = lang.removesuffix(SIMPLE)
        lang = lang if lang in phone_languages() else self.live.state.info.lang
        return f"{lang}{SIMPLE}" if plain else lang

    def has_plain(self, lang: str) -> bool:
        """Tell whether kit or agenda say anything in short sentences in this language."""
        return lang in plain_languages() or _has_key(self.live.state.agenda, f"{lang}{SIMPLE}")

    # ── regions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def shared(self, lang: str) -> str:
        """Return what everybody sees below the question: progress, results, the wall of cards."""
        return self._once("shared.html", lang)

    def question(self, lang: str) -> str:
        """Return what stands above it on the stage: the step, the question, the countdown."""
        return self._once("question.html", lang)

    def mine(self, lang: str, seat: str, notice: Notice = Notice(), at: str = "") -> str:  # noqa: B008 - a frozen value
        """Return what one person sees on the phone: the question, and the form to answer it.

        `at` is the id of the control to go on at, where a whole page takes the place of the one it was pressed on.
        """
        return self._region("mine.html", lang, Audience.SEAT, seat, notice=notice, at=at)

    def minutes(
        self,
        lang: str,
        seat: str,
        published: Published,
        notice: Notice = Notice(),  # noqa: B008 - a frozen value
        size: str = "",
    ) -> str:
        """Return the minutes that are before the room, with the form to answer where `seat` may. Raises `Refused`."""
        article, article_lang = published.article(self.voice(lang).lang)
        approval, sitting = self.live.state.approval, self.live.state.seats.get(seat)
        asked = sitting and approval.current and approval.current.standing is Standing.DRAFT
        late = sitting and approval.current and not approval.current.asks(sitting.number)
        return self._render(
            "minutes.html",
            lang,
            seat=seat,
            notice=notice,
            article=Markup(article),
            article_lang=article_lang,
            sections=[Markup(title) for title in published.sections(article)],
            downloads=published.downloads(),
            answering=asked and not late,
            late=LATE if asked and late else "",
            comments=[comment for comment in approval.corrections if comment.seat == seat],
            longest=LONGEST_COMMENT,
            size=size,
        )

    def console(
        self,
        lang: str,
        focus: str = "",
        notice: Notice = Notice(),  # noqa: B008 - a frozen value
        writing: Notice = Notice(),  # noqa: B008 - a frozen value
        files: Sequence[tuple[str, str]] = (),
        template: str = "console.html",
        *,
        pile: Look | None = None,
        notes: Mapping[str, str] = {},
        presence: Presence | None = None,
    ) -> str:
        """Return the facilitator's controls; `focus` is the item that comes next where they stand.

        `writing` tells how far the minutes are, and `files` names those that were written, with the way to each. `pile`
        is the pile of slips that is being entered, `notes` are the speaker's notes by item. `presence` is known on a
        co-facilitator's page alone, which does without what belongs to the laptop.
        """
        values: dict[str, Any] = {"focus": focus, "notice": notice, "writing": writing, "files": files, "pile": pile}
        values |= {"notes": notes, "presence": presence, "names": self.live.people.names}
        step, rules = undoable(self.live.state), self.live.rules
        values |= {"undo": step, "undo_reason": bool(step and reopens(step, rules.takes_reason)), "done": DONE}
        if presence is not None:
            values["base"] = f"{self.base}/console"
        return self._region(template, lang, Audience.FACILITATOR, **values)

    def controls(self, lang: str, item_id: str) -> str:
        """Return the facilitator's forms in one item, whether it is on or not. Raises `Refused`."""
        state, rules = self.live.state, self.live.rules
        item, audience = state.item(item_id), Audience.FACILITATOR
        view = rules.activity(item).view(item.state, rules.viewer(state, item, audience))
        return self._render("controls.html", lang, item=item, view=view, audience=audience)

    def head_key(self) -> tuple[object, object]:
        """Return what `mine` of everybody depends on: what all must see at once, and what others' doings offer."""
        item, approval = self.live.state.current_item, self.live.state.approval
        version = approval.current
        minutes = (version.number, version.standing, version.counts.all if approval.on_stage else 0) if version else ()
        course = (self.live.state.paused_at, self.live.state.way_in)
        if item is None:
            return (approval.on_stage, *minutes, *course), ()
        choices = getattr(self.live.rules.activity(item), "choices", None)
        head = (item.spec, item.phase, item.revealed, item.round, item.until, approval.on_stage, *minutes, *course)
        return head, choices(item.state) if choices else ()

    # ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def enter(self, lang: str, notice: Notice = Notice()) -> str:  # noqa: B008 - a frozen value
        """Return the page that asks for a session's code."""
        return self._render("enter.html", lang, notice=notice)

    def join(self, lang: str, notice: Notice = Notice()) -> str:  # noqa: B008 - a frozen value
        """Return the page that a phone sees first."""
        return self._render("join.html", lang, notice=notice)

    def moved(self, lang: str) -> str:
        """Return what a phone shows in place of its part when its ticket has opened the seat on another one."""
        return self._render("moved.html", lang)

    def phone(
        self,
        lang: str,
        seat: str,
        notice: Notice = Notice(),  # noqa: B008 - a frozen value
        at: str = "",
        size: str = "",
    ) -> str:
        """Return a participant's whole page; it works without JavaScript. `size` is that of its text."""
        return self._render(
            "phone.html",
            lang,
            seat=seat,
            mine=Markup(self.mine(lang, seat, notice, at)),
            shared=Markup(self.shared(lang)),
            notice=notice,
            size=size,
            has_plain=self.has_plain(self.voice(lang).lang),
        )

    def held(self, lang: str, seat: str, held: Mapping[str, Any], size: str = "") -> str:
        """Return the page that tells a person what is kept of them; `held` as `privacy.held_of` gives it."""
        entries = list(kept(self.live.state, held, self.voice(lang), self.live.rules.registry))
        lasting = self._lasting(lang, seat)
        return self._render("held.html", lang, seat=seat, held=held, entries=entries, lasting=lasting, size=size)

    def _lasting(self, lang: str, seat: str) -> list[Markup]:
        """Return the forms of steps in which this person can still change something, wherever the session stands."""
        state, rules = self.live.state, self.live.rules
        if seat not in state.seats:
            return []
        items = [state.items[spec.id] for spec in state.agenda.items]
        made = []
        for item in items:
            if item.opened_at and hasattr(rules.activity(item), "lasting"):
                view = rules.activity(item).view(item.state, rules.viewer(state, item, Audience.SEAT, seat))
                made.append(Markup(self._render("lasting.html", lang, item=item, view=view, seat=seat)))
        return [one for one in made if one.strip()]

    def console_page(self, lang: str, presence: Presence, **values: Any) -> str:
        """Return a co-facilitator's whole page; it works without JavaScript. `values` as `console` takes them."""
        console = Markup(self.console(lang, presence=presence, **values))
        return self._render("console-page.html", lang, console=console)

    def console_door(self, lang: str, notice: Notice = Notice()) -> str:  # noqa: B008 - a frozen value
        """Return the page that a link to the console opens first, and that asks for its code without JavaScript."""
        return self._render("console-door.html", lang, notice=notice)

    def stage(self, lang: str, address: str, theme: str = "") -> str:
        """Return the projected page. `address` is what the QR code leads to, `theme` a look that a projector needs."""
        regions = {"mine": Markup(self.question(lang)), "shared": Markup(self.shared(lang))}
        theme = theme if theme in THEMES else ""
        return self._render("stage.html", lang, regions=regions, address=address, qr=qr_svg(address), theme=theme)

    def screen(self, lang: str, address: str = "") -> str:
        """Return the stage without a page around it and with empty regions, for a notebook."""
        regions = {"mine": "", "shared": ""}
        qr = qr_svg(address) if address else ""
        return self._render("stage-widget.html", lang, regions=regions, address=address, qr=qr)

    def empty_frame(self, lang: str, regions: tuple[str, ...]) -> str:
        """Return the outside of a widget with these regions, still empty."""
        return self._render("frame.html", lang, regions=regions)

    def words(self, lang: str) -> dict[str, str]:
        """Return the few texts that `live.js` shows by itself."""
        text = self.voice(lang)
        return {
            "sending": text("Sending …"),
            "saved": text("Saved."),
            "waiting": text("No connection. What you sent is kept and goes out by itself: {n} waiting."),
            "offline": text("No connection. Trying again …"),
            "online": text("Connected again."),
            "left": text("{n} left"),
            "over": text("{n} too many"),
            "time_up": text("Time is up"),
            "sound_on": text("Tone at the end: on"),
            "sound_off": text("Tone at the end: off"),
        }

    def _once(self, template: str, lang: str) -> str:
        """Render what is the same for everybody once as long as the session stays as it is."""
        state = self.live.state
        if state is not self._same_in:
            self._same_in, self._same = state, {}
        if (template, lang) not in self._same:
            self._same[template, lang] = self._region(template, lang, Audience.ROOM)
        return self._same[template, lang]

    # ── the context of templates ──────────────────────────────────────────────────────────────────────────────────

    def _region(
        self,
        template: str,
        lang: str,
        audience: Audience,
        seat: str = "",
        **values: Any,
    ) -> str:
        state, rules = self.live.state, self.live.rules
        values |= {"state": state, "audience": audience, "seat": seat}
        if item := state.current_item:
            view = rules.activity(item).view(item.state, rules.viewer(state, item, audience, seat))
            values |= {"item": item, "view": view}
        return self._render(template, lang, **values)

    def _render(self, template: str, lang: str, **values: Any) -> str:
        state: SessionState = values.get("state", self.live.state)
        text = self.voice(lang)
        item: Item | None = values.get("item")
        context: dict[str, Any] = {
            "_": text,
            "plural": text.plural,
            "pick": text.pick,
            "text": text,
            "languages": phone_languages(),
            "sizes": SIZES,
            "size": "",
            "tongue": lambda wording: tongue(wording, text),
            "info": state.info,
            "state": state,
            "steps": [spec.id for spec in state.agenda.items],
            "item": item,
            "view": None,
            "page": f"{item.spec.activity}/page.html" if item else "",
            "phase": Phase,
            "base": self.base,
            "address": state.address,
            "minutes_address": f"{state.address}/{state.info.code}/minutes",
            "qr": qr_svg,
            "direction": direction,
            "drawn": drawn,
            "room": Audience.ROOM,
            "nonce": lambda: secrets.token_hex(8),
            "person": lambda seat: self.live.people(seat, text),
            "facilitator": FACILITATOR,
            "takers": self.live.rules.takers,
            "takes_reason": self.live.rules.takes_reason,
            "public_use": PUBLIC_MINUTES,
            "kept_until": text.day(state.keep_until) if state.keep_until else "",
            "notice": Notice(),
            "audience": None,
            "seat": "",
            "focus": "",
            "opened": False,
            "writing": Notice(),
            "pile": None,
            "files": (),
            "at": "",
            "theme": "",
            "assets": self.assets,
            "words": self.words(lang),
        }
        return self._environment.get_template(template).render(context | values)

    @cached_property
    def assets(self) -> Mapping[str, str]:
        """The addresses of the two static files; the version in them lets phones keep them for good."""
        return {name: f"/static/{name}?v={(STATIC / name).stat().st_mtime_ns:x}" for name in ("kit.css", "live.js")}


def tongue(wording: Localised, text: Text) -> Markup:
    """Return the attributes of an element that holds a wording: its direction, and its language if not the page's."""
    lang = text.picked(wording)
    same = lang in {"", AS_WRITTEN, text.lang}
    return Markup('dir="auto"') if same else Markup('lang="{}" dir="auto"').format(lang)


def _has_key(value: object, key: str) -> bool:
    match value:
        case Mapping():
            return key in value or any(_has_key(inner, key) for inner in value.values())
        case Struct():
            return any(_has_key(inner, key) for inner in structs.astuple(value))
        case list() | tuple():
            return any(_has_key(inner, key) for inner in value)
    return False


def drawn(network: Network) -> Markup:
    """Return a network as a broad picture for the stage; the same ties are drawn once."""
    return Markup(networks.picture(network, networks.stage(len(network.nodes))))


@lru_cache(maxsize=8)
def qr_svg(address: str) -> Markup:
    """Return a QR code of an address as inline SVG."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(scale=1, border=2, omitsize=True, dark="#000", light="#fff", svgclass="wk-qr-code"))
