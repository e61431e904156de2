"""A pile of paper ballots on its way into a poll: typed slip by slip, entered again by a second person, then counted.

What is typed lies in a draft beside the log, for its owner only, until the pile is counted in one commit or thrown
away: nothing of it is in the log before, and a secret ballot's slip never is. The draft holds the lines as they were
typed; what they mean is read anew each time, by the paper that phones fill in.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from workshop_kit.activities.poll.shown import wording
from workshop_kit.activities.poll.slips import COMMAND, Difference, Slip, differences, marked, read_slip
from workshop_kit.activities.poll.state import PollState
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import N_, Refused, StoreError, Why
from workshop_kit.core.event import Channel
from workshop_kit.store.files import made
from workshop_kit.voting.typed import hint

if TYPE_CHECKING:
    from workshop_kit.core.state import Item, SessionState
    from workshop_kit.core.text import Text
    from workshop_kit.live import LiveSession

FIRST, SECOND, COMPARED = "first", "second", "compared"
"""Where a pile stands: one person types it, a second one does, or both have and it is compared."""

RECENT = 3
"""So many slips are told back while somebody types."""

ON_PAPER = Actor(FACILITATOR, Channel.PAPER)


class RefusedSlip(Refused):
    """A slip cannot be used; the message names it and says why."""

    def __init__(self, slip: str, problem: Refused) -> None:
        super().__init__(problem.why, N_("Slip {slip}: {problem}"), field="line", slip=slip, problem=problem)
        self.slip = slip
        self.problem = problem

    def told(self, text: Text) -> str:
        return text(self.message, slip=self.slip, problem=self.problem.told(text))


class Draft(Struct, frozen=True):
    """A pile that is not counted yet. `entries` are the lines that one person typed, or two; `settled` are marks.

    The `id` is that of the command that will count it, so that it counts once, whenever a process dies.
    """

    id: str
    entries: tuple[tuple[str, ...], ...] = ((),)
    compared: bool = False
    settled: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        return COMPARED if self.compared else SECOND if len(self.entries) > 1 else FIRST

    @property
    def typed(self) -> tuple[str, ...]:
        """The lines of who types just now."""
        return self.entries[-1]

    def having(self, lines: tuple[str, ...]) -> Draft:
        """Return the draft with these lines of who types just now."""
        return replace(self, entries=(*self.entries[:-1], lines))


class Told(Struct, frozen=True):
    """A slip in words, by its place in the pile. `problem` says why it cannot be used, "" where it can."""

    place: int
    mark: str
    said: str
    problem: str = ""


class Look(Struct, frozen=True):
    """What is shown of a pile: how far it is, the slips typed last, and what is to be mended or settled.

    `typed` is how many slips this person typed, `first` how many the first one did. `differences` are a mark and what
    each of the two typed.
    """

    stage: str
    ticketed: bool
    typed: int
    first: int
    hint: str
    recent: tuple[Told, ...]
    problems: tuple[Told, ...]
    differences: tuple[tuple[str, str, str], ...] = ()


class Pile:
    """The pile of a poll in its present round; the draft is read and written by each call."""

    def __init__(self, live: LiveSession, folder: Path, item_id: str) -> None:
        item = live.state.item(item_id)
        if not isinstance(item.state, PollState):
            raise Refused(Why.INVALID, N_('"{item}" is no vote, so there are no slips to enter.'), item=item_id)
        self.live = live
        self.item: Item = item
        self.poll: PollState = item.state
        self.path = _path(folder, item_id, item.round)
        sweep(live.state, folder)
        self.ticketed = bool(live.state.tickets)

    @property
    def draft(self) -> Draft:
        """What was typed so far. Raises `StoreError` for a file that is no draft."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Draft)
        except FileNotFoundError:
            return Draft(secrets.token_hex(16))
        except (OSError, msgspec.DecodeError) as error:
            told = N_('The slips in "{path}" cannot be read: {problem}. Move the file away and type them again.')
            raise StoreError(told, path=self.path.name, problem=error) from error

    def add(self, line: str, *, keep: bool = False) -> None:
        """Put one more slip on the pile. With `keep` one that cannot be read keeps its place, to be mended later.

        Raises `Refused`, also for a slip that would not count, as its ticket has voted by phone.
        """
        draft = self._typing()
        try:
            slip = self._read(line, len(draft.typed) + 1)
        except Refused:
            if not keep or not line.strip():
                raise
        else:
            self._must_be_new(slip, draft.typed)
            self._must_count([slip])
        self._save(draft.having((*draft.typed, line.strip())))

    def take_back(self) -> None:
        """Take the last slip from the pile."""
        draft = self._typing()
        if not draft.typed:
            raise Refused(Why.INVALID, N_("There is no slip to take back."))
        self._save(draft.having(draft.typed[:-1]))

    def mend(self, place: str, line: str) -> None:
        """Type a slip anew, or lay it aside where the line is empty. Raises `Refused`."""
        draft = self._typing()
        number = int(place) if place.isdecimal() else 0
        if not 1 <= number <= len(draft.typed):
            told = N_("There is no slip {place}; there are 1 to {n}.")
            raise Refused(Why.INVALID, told, field="place", place=place[:20], n=len(draft.typed))
        before, after = draft.typed[: number - 1], draft.typed[number:]
        if line.strip():
            slip = self._read(line, number)
            self._must_be_new(slip, (*before, "", *after))
            self._must_count([slip])
        self._save(draft.having((*before, *([line.strip()] if line.strip() else []), *after)))

    def second(self) -> None:
        """Have a second person enter the pile again, who does not see what the first one typed. Raises `Refused`."""
        draft = self._typing()
        if draft.stage == FIRST:
            self._must_be_readable(draft.typed)
            self._save(replace(draft, entries=(draft.typed, ())))

    def compare(self) -> None:
        """Finish the second entry. Raises `Refused`."""
        draft = self._typing()
        if draft.stage != SECOND:
            raise Refused(Why.CLOSED, N_("Only one person has entered this pile."))
        for lines in draft.entries:
            self._must_be_readable(lines)
        fixed = tuple(tuple(self._fixed(line, n) for n, line in enumerate(lines, 1)) for lines in draft.entries)
        self._save(replace(draft, entries=fixed, compared=True))

    def settle(self, mark: str, which: str, line: str = "") -> None:
        """Say what holds of a slip that differs: what the `first` or `second` typed, a new `line`, or `none`."""
        draft = self.draft
        found = next((one for one in self._differences(draft) if one.mark == mark), None)
        if found is None:
            raise Refused(Why.INVALID, N_("Both agree on this slip."), field="mark")
        if which in {FIRST, SECOND}:
            wanted = self._line(draft.entries[which == SECOND], mark)
        elif which == "none":
            wanted = ""
        else:
            wanted = f"{mark} {line}" if self.ticketed else f"#{mark} {line}"
            self._must_count([self._read(wanted, 1)])
        entries = tuple(tuple(self._with(lines, mark, wanted)) for lines in draft.entries)
        self._save(replace(draft, entries=entries, settled=(*draft.settled, mark)))

    def count(self) -> int:
        """Count the pile: all its slips in one commit, or none; returns how many. Raises `Refused`.

        A pile that two people have begun to enter counts only once they agree on every slip.
        """
        draft = self.draft
        if draft.stage == SECOND:
            raise Refused(Why.CLOSED, N_("The second entry is not finished. Compare first."))
        if next(self._differences(draft), None):
            raise Refused(Why.CLOSED, N_("Two people typed different things. Settle the differences first."))
        slips = self._must_be_readable(draft.entries[0])
        said = {
            "slips": str(len(slips)),
            "people": str(len(draft.entries)),
            "settled": str(len(draft.settled)),
            "invalid": str(sum(slip.invalid for slip in slips)),
        }
        first = tuple(command for slip in slips for command in self._commands(slip))
        counted = Command(COMMAND, self.item.spec.id, said, f"slips-{draft.id}")
        try:
            self.live.submit(counted, ON_PAPER, first=first).result()
        except Refused:
            self._must_count(slips)  # which names the slip
            raise
        self.discard()
        return len(slips)

    def discard(self) -> None:
        """Throw away what was typed."""
        self.path.unlink(missing_ok=True)

    def take(self, fields: Mapping[str, str]) -> None:
        """Carry out a form of the console. Raises `Refused`."""
        match fields.get("command"):
            case "slip-add":
                self.add(fields.get("line", ""), keep=True)
            case "slip-back":
                self.take_back()
            case "slip-mend":
                self.mend(fields.get("place", ""), fields.get("line", ""))
            case "slip-settle":
                if not fields.get("both"):
                    raise Refused(
                        Why.INVALID, N_("Please look at the slip together, and tick that you agree."), field="both"
                    )
                self.settle(fields.get("mark", ""), fields.get("which", ""), fields.get("line", ""))
            case "slips-second":
                self.second()
            case "slips-compare":
                self.compare()
            case "slips-count":
                self.count()
            case "slips-discard":
                self.discard()

    def look(self, text: Text) -> Look:
        """Return what is shown of the pile."""
        draft = self.draft
        told = [self._told(line, place, text) for place, line in enumerate(draft.typed, 1)]
        said = hint(self.poll.rule.paper, len(self.poll.options))
        return Look(
            draft.stage,
            self.ticketed,
            len(draft.typed),
            len(draft.entries[0]),
            text(said.message, **said.values),
            tuple(told[-RECENT:]),
            tuple(one for one in told if one.problem),
            tuple(
                (one.mark, self._in_words(one.first, text), self._in_words(one.second, text))
                for one in self._differences(draft)
            ),
        )

    def _typing(self) -> Draft:
        draft = self.draft
        if draft.compared:
            raise Refused(Why.CLOSED, N_("Both have entered this pile. Settle what differs, then count it."))
        if self.item.counted:
            told = N_("A secret vote that was counted takes no more slips. Start a new round instead.")
            raise Refused(Why.CLOSED, told)
        return draft

    def _read(self, line: str, place: int) -> Slip:
        try:
            return read_slip(self.poll, line, place, ticketed=self.ticketed)
        except Refused as problem:
            raise RefusedSlip(str(place), problem) from None

    def _slips(self, lines: tuple[str, ...]) -> Iterator[Slip]:
        return (self._read(line, place) for place, line in enumerate(lines, 1))

    def _mark(self, line: str, place: int) -> str:
        try:
            return marked(self.poll, line, place, ticketed=self.ticketed)[0]
        except Refused:
            return ""

    def _fixed(self, line: str, place: int) -> str:
        """Return the line with its mark, so that its place does not matter any more."""
        mark, said = marked(self.poll, line, place, ticketed=self.ticketed)
        return f"{mark} {said}" if self.ticketed else f"#{mark} {said}"

    def _line(self, lines: tuple[str, ...], mark: str) -> str:
        return next((line for n, line in enumerate(lines, 1) if self._mark(line, n) == mark), "")

    def _with(self, lines: tuple[str, ...], mark: str, wanted: str) -> Iterator[str]:
        """Yield the lines with this one for the slip of that mark, or without any where it is empty."""
        found = False
        for place, line in enumerate(lines, 1):
            if self._mark(line, place) != mark:
                yield line
            elif wanted and not found:
                yield wanted
                found = True
        if wanted and not found:
            yield wanted

    def _differences(self, draft: Draft) -> Iterator[Difference]:
        return differences(*(tuple(self._slips(lines)) for lines in draft.entries)) if draft.compared else iter(())

    def _must_be_new(self, slip: Slip, lines: tuple[str, ...]) -> None:
        if slip.mark in {self._mark(line, place) for place, line in enumerate(lines, 1) if line}:
            told = N_("Slip {slip} is on this pile already. Take back or mend that one.")
            raise Refused(Why.TAKEN, told, field="line", slip=slip.mark)

    def _must_be_readable(self, lines: tuple[str, ...]) -> list[Slip]:
        if not lines:
            raise Refused(Why.INVALID, N_("No slip was typed yet."), field="line")
        return list(self._slips(lines))

    def _must_count(self, slips: list[Slip]) -> None:
        """Refuse slips of which the poll would refuse one just now."""
        commands = [(slip, command) for slip in slips for command in self._commands(slip)]
        refused = self.live.tried([command for _, command in commands], ON_PAPER)
        for (slip, _), problem in zip(commands, refused, strict=True):
            if problem:
                raise RefusedSlip(slip.mark, problem)

    def _commands(self, slip: Slip) -> Iterator[Command]:
        return (Command("cast", self.item.spec.id, {**form, "ballot": slip.mark}) for form in slip.forms)

    def _told(self, line: str, place: int, text: Text) -> Told:
        try:
            slip = self._read(line, place)
        except RefusedSlip as error:
            return Told(place, "", line, error.problem.told(text))
        return Told(place, slip.mark, self._in_words(slip, text))

    def _in_words(self, slip: Slip | None, text: Text) -> str:
        if slip is None:
            return text(N_("not typed"))
        if slip.invalid:
            return text(N_("invalid"))
        labels = {name: wording(label, text) for name, label in self.poll.labels.items()}
        return " · ".join(self.poll.rule.paper.said(slip.filled, labels, text)) or text(N_("empty"))

    def _save(self, draft: Draft) -> None:
        with made(self.path) as part, part.open("wb") as file:
            file.write(msgspec.json.encode(draft))
            file.flush()
            os.fsync(file.fileno())


def _path(folder: Path, item_id: str, number: int) -> Path:
    return folder / f"slips-{item_id}-{number}.json"


def sweep(state: SessionState, folder: Path) -> None:
    """Throw away the drafts of secret rounds that are over, and all of a session whose personal data were erased.

    Their slips cannot count any more, and with tickets they tell who chose what.
    """
    for item in state.items.values():
        last = item.round if item.counted or state.erased else item.round - 1
        if last and isinstance(item.state, PollState) and (item.state.secret or state.erased):
            for number in range(1, last + 1):
                _path(folder, item.spec.id, number).unlink(missing_ok=True)


COMMANDS = frozenset(
    {
        "slip-add",
        "slip-back",
        "slip-mend",
        "slip-settle",
        "slips-second",
        "slips-compare",
        "slips-count",
        "slips-discard",
    }
)
"""The console's commands about a pile; none of them but the counting reaches the log."""
