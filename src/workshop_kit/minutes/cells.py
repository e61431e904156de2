"""What the cells of the minutes notebook call: each method displays one section."""

from __future__ import annotations

from collections.abc import Mapping

from workshop_kit.core.document import Section
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.library import voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.display import SectionOutput
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.sections import EDITIONS, Minutes, in_public


class MinutesCells:
    """The minutes of a session in one language, edition and kind.

    The edition is "internal" (with names) or "public" (with the names of those who agreed); a kind is one of `KINDS`.
    """

    def __init__(self, live: LiveSession, lang: str = "", edition: str = "internal", kind: str = KINDS[0].name) -> None:
        if edition not in EDITIONS:
            raise WorkshopError(
                N_('There is no edition "{edition}". There are: {known}.'), edition=edition, known=", ".join(EDITIONS)
            )
        state = live.catch_up()
        info = state.info
        self._text = voice(lang or info.lang, live.rules.registry.values(), info.timezone)
        people = in_public(live.people, state) if edition == "public" else live.people
        self._minutes = Minutes(live.rules, state, self._text, people, edition=edition, kind=kind_named(kind))

    def head(self) -> SectionOutput:
        """Show who met where and when, and give the document its title."""
        return SectionOutput(self._minutes.head(), self._text, self._minutes.meta())

    def attendance(self) -> SectionOutput:
        """Show how many took part, and the names of those who gave one."""
        return SectionOutput(self._minutes.attendance(), self._text)

    def agenda(self) -> SectionOutput:
        """Show the agenda as it was held."""
        return SectionOutput(self._minutes.agenda(), self._text)

    def item(self, item_id: str) -> SectionOutput:
        """Show what one step of the agenda brought."""
        return SectionOutput(self._minutes.item(item_id), self._text)

    def open_points(self) -> SectionOutput:
        """Show what is left to do."""
        return SectionOutput(self._minutes.open_points(), self._text)

    def approval(self) -> SectionOutput | None:
        """Show how the room approved the minutes, if it was asked."""
        return self._shown(self._minutes.approval())

    def provenance(self) -> SectionOutput:
        """Show where every figure comes from."""
        return SectionOutput(self._minutes.provenance(), self._text)

    def receipts(self) -> SectionOutput | None:
        """Show the receipt words of secret votes, if there are any."""
        return self._shown(self._minutes.receipts())

    def recount(self, counted: Mapping[tuple[str, int], Mapping[str, int]]) -> SectionOutput | None:
        """Compare the results of secret votes with sums per option that a cell has counted, by item and round."""
        return self._shown(self._minutes.recount(counted))

    def _shown(self, section: Section | None) -> SectionOutput | None:
        return SectionOutput(section, self._text) if section else None
