"""The minutes of a session: the sections of a kind in their order, made from the log's state.

What belongs to one step its kind of activity says itself (`record`); what surrounds it is in `contents`. The minutes
are a function of the log and of the names that are kept apart from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from workshop_kit.__about__ import __version__
from workshop_kit.core.document import Document, Meta, Section
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.event import Event
from workshop_kit.core.session import SessionRules
from workshop_kit.core.state import SessionState
from workshop_kit.core.text import Text
from workshop_kit.minutes.contents import article, card, course, frame, outlook, proof, steps
from workshop_kit.minutes.kinds import ITEM, KINDS, Kind
from workshop_kit.minutes.material import Material, in_public
from workshop_kit.people import NameList

__all__ = ["EDITIONS", "SECTIONS", "Minutes", "in_public"]

EDITIONS = ("internal", "public")

STANDING = {
    "internal": N_("Internal edition – contains names"),
    "public": N_("Public edition"),
}

Contents = Callable[[Material], Section | None]

SECTIONS: Mapping[str, Contents] = {
    "head": frame.head,
    "card": card.card,
    "report": article.report,
    "people": frame.people,
    "findings": frame.findings,
    "purpose": frame.purpose,
    "agenda": frame.agenda,
    "course": course.course,
    "decisions": outlook.decisions,
    "factors": article.factors,
    "open": outlook.open_points,
    "continues": outlook.continues,
    "links": outlook.links,
    "next-meeting": outlook.next_meeting,
    "reader-questions": article.reader_questions,
    "call": article.call,
    "collection": article.collection,
    "approval": outlook.approval,
    "signatures": outlook.signatures,
    "provenance": proof.provenance,
    "receipts": proof.receipts,
}
"""All sections by id, but those of the steps and the recount, which take something beside the session."""


class Minutes:
    """The minutes of one session in one language, edition and kind. `without` names sections to leave out."""

    def __init__(
        self,
        rules: SessionRules,
        state: SessionState,
        text: Text,
        people: NameList,
        *,
        edition: str = EDITIONS[0],
        kind: Kind = KINDS[0],
        without: Iterable[str] = (),
        events: Iterable[Event] = (),
        plain: bool = False,
    ) -> None:
        if edition == "public" and not people.public:
            people = in_public(people, state)
        self.edition = edition
        self.kind = kind
        self.plain = plain
        self.without = frozenset(without)
        self.material = Material(rules, state, text, people, tuple(events))
        known = {*SECTIONS, *kind.sections, *(f"{ITEM}-{spec.id}" for spec in state.agenda.items)}
        if unknown := sorted(self.without - known):
            raise WorkshopError(
                N_('There is no section "{section}" in the minutes. There are: {known}.'),
                section=unknown[0],
                known=", ".join(sorted(known)),
            )

    @property
    def text(self) -> Text:
        return self.material.text

    def meta(self) -> Meta:
        """Return what the document says about itself."""
        told, text = self.material, self.text
        info = told.state.info
        return Meta(
            title=text(self.kind.title, title=info.title),
            lang=text.lang,
            created=told.ended.isoformat() if told.ended else "",
            subtitle=", ".join(part for part in (info.place, told.day()) if part),
            simulated=info.simulated,
            banner=text(N_("Simulation: no real people took part.")) if info.simulated else "",
            generator=f"workshop-kit {__version__}",
            kind=self.kind.name,
            edition=self.edition,
            standing=" · ".join((text(STANDING[self.edition]), *self._unfinished())),
        )

    def _unfinished(self) -> Iterator[str]:
        """Yield what a reader must know of minutes that were written before the end, or in words nobody checked."""
        told, text = self.material, self.text
        if self.plain:
            yield text(N_("In short sentences, which nobody has checked"))
        if told.running and told.state.ended_at:
            at = text.time(told.state.ended_at)
            yield text(N_("The session is not over: as it stood at {time}"), time=at)
        elif not any(item.opened_at for item in told.items()):
            yield text(N_("The session has not begun yet"))

    def section(self, section_id: str) -> Section | None:
        """Return a section by its id (`item-factors` for a step); none where the kind lacks it or it is empty.

        The recount takes something beside; see `recount`.
        """
        if self._left_out(section_id):
            return None
        name = section_id.removeprefix(f"{ITEM}-")
        if name != section_id:
            return (steps.agenda_point if self.kind.name == "assembly" else steps.step)(self.material, name)
        contents = SECTIONS.get(section_id)
        return contents(self.material) if contents else None

    def item(self, item_id: str) -> Section | None:
        """Return what one step of the agenda brought. Raises `Refused` for an unknown id."""
        return self.section(f"{ITEM}-{self.material.state.item(item_id).spec.id}")

    def recount(self, counted: Mapping[tuple[str, int], Mapping[str, int]]) -> Section | None:
        """Return the appendix that compares the results of secret votes with a count made elsewhere.

        `counted` holds the sum of each option's numbers by item and round. Nothing where it is empty.
        """
        return None if self._left_out("recount") else proof.recount(self.material, counted)

    def ids(self) -> list[str]:
        """Return the ids of all sections of the kind in their order, those of the steps by the agenda."""
        found: list[str] = []
        for name in self.kind.sections:
            found += [f"{ITEM}-{spec.id}" for spec in self.material.state.agenda.items] if name == ITEM else [name]
        return found

    def sections(self) -> Iterator[Section]:
        """Yield all sections that have something to say, in the order of the kind."""
        for section_id in self.ids():
            if section := self.section(section_id):
                yield section

    def document(self) -> Document:
        """Return the minutes as the log alone tells them, without the note-taker's cells."""
        return Document(self.meta(), tuple(self.sections()))

    def _left_out(self, section_id: str) -> bool:
        name = ITEM if section_id.startswith(f"{ITEM}-") else section_id
        return self.kind.place(section_id) is None or bool({name, section_id} & self.without)
