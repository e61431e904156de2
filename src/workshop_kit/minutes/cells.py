"""What the cells of the minutes notebook call: each method displays one section.

One notebook serves every kind of minutes. Where a kind lacks a section, or there is nothing to say, the cell shows
nothing; what the note-taker writes below it is printed all the same, under the section's title.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.core.document import Meta, Section
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.collect import written
from workshop_kit.minutes.discretion import without_consent
from workshop_kit.minutes.display import CheckOutput, SectionOutput
from workshop_kit.minutes.kinds import ITEM, KINDS, kind_named
from workshop_kit.minutes.lint import findings
from workshop_kit.minutes.look import LookError, look_of
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.prepare import MINUTES_NOTEBOOK

if TYPE_CHECKING:
    from workshop_kit.minutes.form import NoteForm

TITLES = {
    "head": N_("Session"),
    "people": N_("People"),
    "purpose": N_("Occasion and goal"),
    "findings": N_("Formal findings"),
    "agenda": N_("Agenda"),
    "course": N_("Course"),
    "decisions": N_("Decisions"),
    "open": N_("Open points"),
    "continues": N_("Who continues"),
    "links": N_("Recommendations and links"),
    "next-meeting": N_("Next meeting"),
    "approval": N_("Approval of the minutes"),
    "signatures": N_("Signatures"),
    "provenance": N_("Provenance"),
    "receipts": N_("Appendix: receipts"),
    "recount": N_("Appendix: secret ballots counted again"),
}
"""What a note is called that stands below a cell that shows nothing."""


def minutes_of(
    live: LiveSession,
    lang: str = "",
    edition: str = "internal",
    kind: str = KINDS[0].name,
    without: Iterable[str] = (),
    *,
    plain: bool = False,
) -> Minutes:
    """Return the minutes of a session as it stands now. Raises `WorkshopError` for an unknown edition or kind."""
    if edition not in EDITIONS:
        raise WorkshopError(
            N_('There is no edition "{edition}". There are: {known}.'), edition=edition, known=", ".join(EDITIONS)
        )
    state = live.catch_up()
    text = voice(lang or state.info.lang, live.rules.registry.values(), state.info.timezone, plain=plain)
    return Minutes(
        live.rules,
        state,
        text,
        live.people,
        edition=edition,
        kind=kind_named(kind),
        without=without,
        events=live.store.read(),
        plain=plain,
    )


def checked(live: LiveSession, minutes: Minutes, folder: Path) -> CheckOutput:
    """Return what to mend before these minutes go out, their notebook in `folder` included."""
    try:
        notebook = json.loads((folder / MINUTES_NOTEBOOK).read_text("utf-8"))
    except (OSError, ValueError):  # before the notebook was made, or while it is being saved
        notebook = {}
    cells = [(markdown, replace(album, folder=folder)) for markdown, album in written(notebook)]
    private = without_consent(live.people, live.state)
    return CheckOutput(findings(minutes, cells, private), minutes.text)


class MinutesCells:
    """The minutes of a session in one language, edition and kind, without the sections named in `without`.

    The edition is "internal" (with names) or "public" (with the names of those who agreed); a kind is one of `KINDS`.
    `folder` is where the session's notebooks and the look of its organisation are. With `plain` the fixed texts are
    short sentences, in German.
    """

    def __init__(
        self,
        live: LiveSession,
        lang: str = "",
        edition: str = "internal",
        kind: str = KINDS[0].name,
        without: Iterable[str] = (),
        folder: Path = Path(),
        *,
        plain: bool = False,
    ) -> None:
        self._live = live
        self._folder = folder
        self._minutes = minutes_of(live, lang, edition, kind, without, plain=plain)
        self._text = self._minutes.text

    # ── before them ───────────────────────────────────────────────────────────────────────────────────────────────

    def form(self) -> NoteForm | None:
        """Show the form that asks what no log can know; none in the public edition, which must not hold its answers."""
        from workshop_kit.minutes.form import NoteForm  # noqa: PLC0415 - widgets are dear, and only a notebook has them

        return None if self._minutes.material.public else NoteForm(self._live, self._text)

    def check(self) -> CheckOutput:
        """Show what to mend before the minutes go out. Text cells are read from the notebook as it was saved last."""
        return checked(self._live, self._minutes, self._folder)

    # ── sections ──────────────────────────────────────────────────────────────────────────────────────────────────

    def head(self) -> SectionOutput:
        """Show who met where and when, and give the document its title."""
        return self.section("head")

    def attendance(self) -> SectionOutput:
        """Show how many took part, and the names of those who gave one."""
        return self.section("people")

    def agenda(self) -> SectionOutput:
        """Show the agenda as it was held."""
        return self.section("agenda")

    def item(self, item_id: str) -> SectionOutput:
        """Show what one step of the agenda brought."""
        self._minutes.material.state.item(item_id)
        return self.section(f"{ITEM}-{item_id}")

    def open_points(self) -> SectionOutput:
        """Show what is left to do."""
        return self.section("open")

    def provenance(self) -> SectionOutput:
        """Show where every figure comes from."""
        return self.section("provenance")

    def receipts(self) -> SectionOutput:
        """Show the receipt words of secret votes, if there are any."""
        return self.section("receipts")

    def recount(self, counted: Mapping[tuple[str, int], Mapping[str, int]]) -> SectionOutput:
        """Compare the results of secret votes with sums per option that a cell has counted, by item and round."""
        return self._shown("recount", self._minutes.recount(counted))

    def section(self, section_id: str) -> SectionOutput:
        """Show any section by its id; what ids there are, `Kind.sections` of the kinds of minutes tells."""
        return self._shown(section_id, self._minutes.section(section_id))

    def sections(self, *section_ids: str) -> list[SectionOutput]:
        """Return several sections, for `display(*minutes.sections(…))`."""
        return [self.section(section_id) for section_id in section_ids]

    def _shown(self, section_id: str, section: Section | None) -> SectionOutput:
        told = self._minutes.material
        if section is None:
            item = told.state.items.get(section_id.removeprefix(f"{ITEM}-"))
            title = told.title(item) if item else self._text(TITLES.get(section_id, ""))
            section = Section(section_id, title, ())
        return SectionOutput(section, self._text, self._meta() if section_id == "head" else None)

    def _meta(self) -> Meta:
        return replace(self._minutes.meta(), look=look_of(self._folder, self._note))

    def _note(self, note: LookError) -> None:
        """Tell whoever runs the notebook; what a cell prints never reaches the minutes."""
        sys.stderr.write(f"{note.told(self._text)}\n")
