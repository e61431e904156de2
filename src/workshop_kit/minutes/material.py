"""What sections are made of: a session at one moment, the names that may be told, and a voice to tell it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.core import noted
from workshop_kit.core.agenda import sources
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Paragraph, Section, cleaned
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Event, Span
from workshop_kit.core.noted import Note
from workshop_kit.core.session import SessionRules
from workshop_kit.core.small_groups import is_public
from workshop_kit.core.state import Item, Phase, SessionState
from workshop_kit.core.text import Text
from workshop_kit.people import NameList


class Material(Struct, frozen=True):
    """All that the minutes of one session may use. `events` is the log, of which only the course needs the entries."""

    rules: SessionRules
    state: SessionState
    text: Text
    people: NameList
    events: tuple[Event, ...] = ()

    @property
    def public(self) -> bool:
        return is_public(self.people)

    # ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def items(self) -> list[Item]:
        """Return the steps in the order of the agenda."""
        return [self.state.items[spec.id] for spec in self.state.agenda.items]

    def title(self, item: Item) -> str:
        """Return the title of a step."""
        return self.text.pick(item.spec.title)

    def round(self, item: Item, number: int) -> str:
        """Return the title of a step, with the round where there were several."""
        title = self.title(item)
        return f"{title}, {self.text(N_('Round {n}'), n=number)}" if item.past else title

    def moved_to(self, item: Item) -> Item | None:
        """Return the later item of the same kind that took over what was collected here, so that it is printed once."""
        for later in self.items():
            if (
                later.opened_at
                and later.spec.activity == item.spec.activity
                and item.spec.id in sources(later.spec).values()
            ):
                return later
        return None

    def told(self, method: str, item: Item, *before: Any) -> Iterator[str]:
        """Yield the sentences of an optional method of a kind of activity; none where the kind lacks it."""
        if tell := getattr(self.rules.activity(item), method, None):
            yield from tell(*before, self.text, self.people)

    def withheld(self, item: Item, state: Any) -> bool:
        """Return whether the result of a round is kept back from these readers."""
        keeps = getattr(self.rules.activity(item), "withheld", None)
        return bool(keeps and keeps(state, self.people))

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def running(self) -> bool:
        """Whether a step is open still."""
        return any(item.phase is Phase.OPEN for item in self.items())

    @property
    def began(self) -> datetime | None:
        """When the first step was opened, else when the log begins."""
        return min((item.opened_at for item in self.items() if item.opened_at), default=self.state.began_at)

    @property
    def ended(self) -> datetime | None:
        """When the last step was closed; while one is open, when the log was last written to."""
        closed = [item.closed_at for item in self.items() if item.closed_at]
        return self.state.ended_at if self.running or not closed else max(closed)

    def day(self) -> str:
        """Return the day that was announced, else the day on which the log begins."""
        written, began = self.state.info.date, self.began
        try:
            planned = date.fromisoformat(written)
        except ValueError:
            return written if written or not began else self.text.date(began)
        return self.text.date(datetime.combine(planned, time(12), self.text.zone))

    def span(self, start: datetime | None, end: datetime | None) -> str:
        """Return from when to when, in hours and minutes; one time where it began and ended within a minute."""
        if not start:
            return ""
        began, ended = self.text.time(start), self.text.time(end) if end else "…"
        return began if began == ended else self.text(N_("{start} to {end}"), start=began, end=ended)

    # ── the note-taker's fields ───────────────────────────────────────────────────────────────────────────────────

    def note(self, field: str, item: str = "") -> Note | None:
        """Return what the note-taker wrote; in public nothing of a field that names people."""
        return None if self.public and noted.personal(field) else self.state.noted.get((item, field))

    def noted(self, field: str, item: str = "") -> str:
        """Return the words of a note, empty where there are none."""
        note = self.note(field, item)
        return note.text if note else ""

    def note_blocks(self, field: str, item: str = "", *, heading: bool = True) -> Iterator[AnyBlock]:
        """Yield a field with its name as the heading; several lines become a list."""
        if not (note := self.note(field, item)):
            return
        if heading:
            yield Heading(self.text(noted.BY_NAME[field].label))
        points = note.points
        yield Bullets(points) if len(points) > 1 else Paragraph("\n".join(points))

    def of_notes(self, *fields: str, item: str = "") -> list[Span]:
        """Return where in the log these notes stand."""
        return [Span(note.seq, note.seq, 1) for field in fields if (note := self.note(field, item))]

    # ── sections ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def whole(self) -> Span:
        """The whole log."""
        return Span(1, self.state.seq, self.state.seq) if self.state.seq else Span()

    @property
    def joins(self) -> list[Span]:
        """Where in the log those who took part came in; the whole log where there is nobody."""
        return [Span(seat.entry, seat.entry, 1) for seat in self.state.attending] or [self.whole]

    def source(self, *spans: Span) -> Iterator[Paragraph]:
        """Yield the line that says on which entries of the log something rests; nothing where there are none."""
        held = [span for span in spans if span.count]
        if not held:
            return
        first, last = min(span.first for span in held), max(span.last for span in held)
        count = min(sum(span.count for span in held), last - first + 1)
        numbers = {"first": self.text.number(first), "last": self.text.number(last), "count": self.text.number(count)}
        if first == last:
            told = self.text(N_("Entry {first} of the log."), **numbers)
        elif count == last - first + 1:
            told = self.text(N_("Entries {first} to {last} of the log."), **numbers)
        else:
            told = self.text(N_("Entries {first} to {last} of the log, {count} of them."), **numbers)
        yield Paragraph(told, "source")

    def section(self, section_id: str, title: str, blocks: Iterable[AnyBlock]) -> Section | None:
        """Return a section, or none where there is nothing to say but where it would come from."""
        made = tuple(blocks)
        if not any(not (isinstance(block, Paragraph) and block.tone == "source") for block in made):
            return None
        return cleaned(Section(section_id, title, made))


def in_public(people: NameList, state: SessionState) -> NameList:
    """Return the people of the public edition: who agreed to it is named, everybody else is a number."""
    agreed = {seat.id for seat in state.seats.values() if seat.named and seat.public}
    return replace(people, names={seat: name for seat, name in people.names.items() if seat in agreed}, public=True)
