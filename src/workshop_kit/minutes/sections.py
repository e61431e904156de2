"""From the log's state to the sections of the minutes, in the order in which people read them.

What belongs to one agenda item its activity says itself (`record`); here is what surrounds it. The minutes are a
function of the state and of the names kept apart from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from msgspec.structs import replace

from workshop_kit.__about__ import __version__
from workshop_kit.core.agenda import sources
from workshop_kit.core.document import AnyBlock, Bullets, Heading, Meta, Pairs, Paragraph, Section, Table, cleaned
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.core.session import SessionRules
from workshop_kit.core.state import Item, Phase, SessionState
from workshop_kit.core.text import Text
from workshop_kit.minutes.approved import approval
from workshop_kit.minutes.kinds import KINDS, Kind
from workshop_kit.people import NameList

EDITIONS = ("internal", "public")

CHANNELS = {
    Channel.PHONE: N_("Phones"),
    Channel.PAPER: N_("Paper"),
    Channel.HANDS: N_("Raised hands and guests without a phone"),
    Channel.NOTEBOOK: N_("Facilitator's notebook"),
}

PHASES = {
    Phase.PLANNED: N_("not held"),
    Phase.OPEN: N_("still open"),
    Phase.CLOSED: N_("held"),
}


_SAME = N_("The count is the same.")
_DIFFERENT = N_('The counts differ! Run "workshop verify" and look at the backups.')


def in_public(people: NameList, state: SessionState) -> NameList:
    """Return the people of the public edition: who agreed to it is named, everybody else is a number."""
    agreed = {seat.id for seat in state.seats.values() if seat.named and seat.public}
    return replace(people, names={seat: name for seat, name in people.names.items() if seat in agreed})


def _always(state: object) -> bool:
    del state
    return True


class Minutes:
    """The minutes of one session in one language, edition and kind."""

    def __init__(
        self,
        rules: SessionRules,
        state: SessionState,
        text: Text,
        people: NameList,
        *,
        edition: str = EDITIONS[0],
        kind: Kind = KINDS[0],
    ) -> None:
        self.edition = edition
        self.kind = kind
        self.rules = rules
        self.state = state
        self.text = text
        self.people = people

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────────────────────

    def meta(self) -> Meta:
        """Return what the document says about itself."""
        info, text = self.state.info, self.text
        created = self.state.ended_at.isoformat() if self.state.ended_at else ""
        return Meta(
            title=text(self.kind.title, title=info.title),
            lang=text.lang,
            created=created,
            subtitle=", ".join(part for part in (info.place, self._day()) if part),
            simulated=info.simulated,
            banner=text(N_("Simulation: no real people took part.")) if info.simulated else "",
            generator=f"workshop-kit {__version__}",
            kind=self.kind.name,
            edition=self.edition,
        )

    def sections(self) -> Iterator[Section]:
        """Return all sections in their order."""
        yield self.head()
        yield self.attendance()
        yield self.agenda()
        for spec in self.state.agenda.items:
            yield self.item(spec.id)
        yield self.open_points()
        if approved := self.approval():
            yield approved
        yield self.provenance()
        if receipts := self.receipts():
            yield receipts

    # ── what surrounds the items ──────────────────────────────────────────────────────────────────────────────────

    def head(self) -> Section:
        """Return who met where and when."""
        info, text, state = self.state.info, self.text, self.state
        span = ""
        if (start := self._start()) and state.ended_at:
            span = text(N_("{start} to {end}"), start=text.time(start), end=text.time(state.ended_at))
        pairs = (
            (text(N_("Topic")), info.title),
            (text(N_("Date")), self._day()),
            (text(N_("Time")), span),
            (text(N_("Place")), info.place),
            (text(N_("Facilitation")), info.facilitator),
            (text(N_("Agenda")), text.pick(state.agenda.title)),
        )
        return self._section("head", text(N_("Session")), [Pairs(tuple(pair for pair in pairs if pair[1]))])

    def attendance(self) -> Section:
        """Return how many people took part, and the names of those who gave one."""
        text, seats = self.text, sorted(self.state.seats.values(), key=lambda seat: seat.number)
        blocks: list[AnyBlock] = [Paragraph(text.plural("{n} person took part.", "{n} people took part.", len(seats)))]
        names = list(dict.fromkeys(self.people.names[seat.id] for seat in seats if seat.id in self.people.names))
        if names:
            blocks.append(Paragraph(text(N_("Named, as they wished: {names}."), names=", ".join(names))))
        return self._section("people", text(N_("People")), blocks)

    def agenda(self) -> Section:
        """Return the agenda as it was held."""
        text = self.text
        rows = tuple(
            (
                text.number(number),
                text.pick(item.spec.title),
                text.number(item.spec.minutes) if item.spec.minutes else "",
                self._held(item),
                ", ".join([text(PHASES[item.phase]), *([text(N_("opened again"))] if item.reopened else [])]),
            )
            for number, item in enumerate(self._items(), 1)
        )
        head = tuple(text(key) for key in (N_("No."), N_("Step"), N_("Planned minutes"), N_("Held"), N_("State")))
        table = Table((head[0], head[1], head[2], head[3], head[4]), rows, text(N_("Agenda as held")), numeric=(0, 2))
        return self._section("agenda", text(N_("Agenda")), [table])

    def open_points(self) -> Section:
        """Return what is left to do."""
        text = self.text
        points = [
            f"{text.pick(item.spec.title)}: {point}"
            for item in self._items()
            if not self._moved_to(item)
            for point in self.rules.activity(item).pending(item.state, text, self.people)
        ]
        points += [
            text(N_("{step}: was not held."), step=text.pick(item.spec.title))
            for item in self._items()
            if item.phase is Phase.PLANNED
        ]
        blocks: Iterable[AnyBlock] = [Bullets(tuple(points))] if points else [Paragraph(text(N_("None.")))]
        return self._section("open", text(N_("Open points")), blocks)

    def approval(self) -> Section | None:
        """Return how the room approved the minutes; nothing where it was never asked."""
        return approval(self.state, self.text)

    def provenance(self) -> Section:
        """Return where every figure comes from."""
        state, text = self.state, self.text
        pairs = [
            (text(N_("Log")), text.plural("{n} entry", "{n} entries", state.seq)),
            (text(N_("Digest of the last entry (SHA-256)")), state.digest),
            *(
                (text(title), text.plural("{n} entry", "{n} entries", state.channels[channel]))
                for channel, title in CHANNELS.items()
                if state.channels.get(channel)
            ),
            (text(N_("Software")), f"workshop-kit {__version__}"),
        ]
        note = text(N_('Every figure can be recomputed from the log; "workshop verify" checks that nobody altered it.'))
        return self._section("provenance", text(N_("Provenance")), [Pairs(tuple(pairs)), Paragraph(note, "note")])

    def receipts(self) -> Section | None:
        """Return the appendix with the receipt words of secret votes; nothing where there are none."""
        text = self.text
        blocks: list[AnyBlock] = []
        for item in self._items():
            for number, words in item.receipts.items():
                blocks += [Heading(self._round(item, number)), Paragraph(", ".join(words))]
        if not blocks:
            return None
        note = text(
            N_("Whoever kept a receipt word finds it here: that ballot was counted. It does not tell whose it is.")
        )
        return self._section("receipts", text(N_("Appendix: receipts")), [Paragraph(note, "note"), *blocks])

    def recount(self, counted: Mapping[tuple[str, int], Mapping[str, int]]) -> Section | None:
        """Return the appendix that compares the results of secret votes with a count made elsewhere.

        `counted` holds the sum of each option's numbers by item and round. Nothing where it is empty.
        """
        text = self.text
        blocks: list[AnyBlock] = []
        for (item_id, number), sums in counted.items():
            item = self.state.item(item_id)
            rows = list(self.rules.activity(item).rows((*item.past, item.state)[number - 1]))
            if not rows or not getattr(self.rules.activity(item), "adds_up", _always)(item.state):
                continue
            cells = tuple(
                (text.pick(row["label"]), text.number(row["score"]), text.number(sums.get(row["option"], 0)))
                for row in rows
            )
            same = {row["option"]: row["score"] for row in rows if row["score"]} == {o: n for o, n in sums.items() if n}
            head = (text(N_("Option")), text(N_("Result")), text(N_("Counted again")))
            blocks += [
                Table(head, cells, self._round(item, number), numeric=(1, 2)),
                Paragraph(text(_SAME if same else _DIFFERENT)),
            ]
        if not blocks:
            return None
        note = text(
            N_("The secret ballots in the log were counted again, by the few lines of Python in this notebook.")
        )
        return self._section("recount", text(N_("Appendix: secret ballots counted again")), [Paragraph(note), *blocks])

    # ── one item ──────────────────────────────────────────────────────────────────────────────────────────────────

    def item(self, item_id: str) -> Section:
        """Return an agenda item with all its rounds."""
        item, text = self.state.item(item_id), self.text
        return self._section(f"item-{item_id}", text.pick(item.spec.title), self._item_blocks(item))

    def _item_blocks(self, item: Item) -> Iterator[AnyBlock]:
        text = self.text
        if prompt := text.pick(item.spec.prompt):
            yield Paragraph(prompt, "lead")
        if item.phase is Phase.PLANNED and item.opened_at is None:
            yield Paragraph(text(N_("This step was not held.")), "note")
        elif item.phase is Phase.OPEN:
            yield Paragraph(text(N_("This step was still open when these minutes were written.")), "note")
        if later := self._moved_to(item):
            yield Paragraph(text(N_('The cards are listed under "{step}".'), step=text.pick(later.spec.title)))
            return
        for number, state in enumerate((*item.past, item.state), 1):
            if item.past:
                yield Heading(text(N_("Round {n}"), n=number))
            for again in item.reopened:
                if again.round == number:
                    said = text(N_("Opened again at {time}: {reason}"), time=text.time(again.at), reason=again.reason)
                    yield Paragraph(said)
            yield from self.rules.activity(item).record(state, text, self.people)
        compare = getattr(self.rules.activity(item), "compared", None)
        if item.past and compare and (blocks := tuple(compare((*item.past, item.state), text))):
            yield Heading(text(N_("All rounds")))
            yield from blocks

    def _moved_to(self, item: Item) -> Item | None:
        """Return the later item of the same kind that took over what was collected here, so that it is printed once."""
        for later in self._items():
            if (
                later.opened_at
                and later.spec.activity == item.spec.activity
                and item.spec.id in sources(later.spec).values()
            ):
                return later
        return None

    def _items(self) -> list[Item]:
        return [self.state.items[spec.id] for spec in self.state.agenda.items]

    def _held(self, item: Item) -> str:
        text = self.text
        if not item.opened_at:
            return ""
        end = text.time(item.closed_at) if item.closed_at else "…"
        return text(N_("{start} to {end}"), start=text.time(item.opened_at), end=end)

    def _round(self, item: Item, number: int) -> str:
        title = self.text.pick(item.spec.title)
        return f"{title}, {self.text(N_('Round {n}'), n=number)}" if item.past else title

    def _start(self) -> datetime | None:
        return min((item.opened_at for item in self._items() if item.opened_at), default=self.state.began_at)

    def _day(self) -> str:
        """Return the day that was announced, else the day on which the log begins."""
        written = self.state.info.date
        try:
            planned = date.fromisoformat(written)
        except ValueError:
            start = self._start()
            return written if written or not start else self.text.date(start)
        return self.text.date(datetime.combine(planned, time(12), self.text.zone))

    @staticmethod
    def _section(section_id: str, title: str, blocks: Iterable[Any]) -> Section:
        return cleaned(Section(section_id, title, tuple(blocks)))
