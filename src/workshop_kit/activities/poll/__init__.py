"""Polls: everybody has one ballot that can be changed until closing; a rule of `voting.rules` counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.activities.poll.record import ONLY_ONE, OPENNESS, PROMISES, SLIP, blocks
from workshop_kit.core.activity import Audience, Option, Row, Spec, Viewer
from workshop_kit.core.agenda import sources
from workshop_kit.core.document import AnyBlock, Paragraph
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import BOX_OPENED, Boxed, Channel, Event, Fact
from workshop_kit.voting.profile import Ballot, Profile, RoomVotes, Tally, Value
from workshop_kit.voting.rules import RULES, Rule

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.text import Text

replace = msgspec.structs.replace

VALUE = "value."
MOST_HANDS = 10_000
LARGEST_REV = 2**53

MOODS = (
    Option("m5", {"de": "sehr gut", "en": "very good"}),
    Option("m4", {"de": "gut", "en": "good"}),
    Option("m3", {"de": "geht so", "en": "so-so"}),
    Option("m2", {"de": "nicht so gut", "en": "not so good"}),
    Option("m1", {"de": "schlecht", "en": "bad"}),
)


class PollState(Struct, frozen=True):
    """One round of a poll. `ballots` holds each voter's latest; `seats` is known once the poll was closed.

    In a secret poll `took_part` tells who voted and by which channel, and `ballots` is empty until the box is opened.
    """

    rule: Rule
    options: tuple[Option, ...]
    openness: str
    ballots: PMap[str, Ballot] = pmap()
    room: RoomVotes = RoomVotes()
    superseded: int = 0
    seats: int | None = None
    took_part: PMap[str, Channel] = pmap()
    gives_receipts: bool = False
    live: bool = False
    voting: bool = False

    @property
    def secret(self) -> bool:
        return self.openness == "secret"

    @property
    def told(self) -> Tally | None:
        """The tally as it may be told: a single secret ballot is nobody's business, whatever raised hands add to it."""
        return None if self.secret and len(self.ballots) == 1 else self.tally

    @property
    def voters(self) -> Iterable[str]:
        """Who has voted, as seats and slips."""
        return self.took_part if self.secret else self.ballots

    @property
    def eligible(self) -> int | None:
        """Who could have voted: the seats at closing, and those who voted without one."""
        if self.seats is None:
            return None
        slips = sum(voter.startswith(SLIP) for voter in self.voters)
        return max(self.seats + slips, len(list(self.voters))) + self.room.voters

    @property
    def profile(self) -> Profile:
        came_by = Counter(self.took_part.values()) if self.secret else None
        return Profile(tuple(self.ballots.values()), self.room, self.eligible, came_by)

    @property
    def tally(self) -> Tally:
        return self.rule.tally(self.profile, [option.id for option in self.options])


class PollView(Struct, frozen=True):
    """What a viewer sees: the tally only with leave, the ballot only of one's own seat."""

    rule: Rule
    options: Mapping[str, Option]
    promise: str
    secret: bool
    tally: Tally | None
    untold: str
    mine: Mapping[str, int] | None
    took_part: bool
    voted: int
    seats: int
    open: bool
    room: RoomVotes
    best: int

    @property
    def left(self) -> int:
        """How much of the budget is not spent yet."""
        return self.rule.budget - sum((self.mine or {}).values())


class Poll:
    """The activity "poll"."""

    name = "poll"
    columns = ("option", "label", "rank", "score", "share", "low", "high", "voters")
    personal: frozenset[str] = frozenset()
    closed = N_("Voting is closed.")

    def initial(self, spec: Spec) -> PollState:
        rule = RULES[spec.setting("rule", "choice", RULES)](spec)
        spec.setting("reveal", "on_close", ("on_close", "manual", "live"))
        options = spec.options() or (MOODS if rule.scale else ())
        if len(options) < 2 and "options" not in sources(spec):
            raise AgendaError(
                N_('Item "{item}": a poll needs at least two options. Add options = ["…", "…"] or options_from.'),
                item=spec.id,
            )
        openness = spec.setting("openness", "names-hidden", OPENNESS)
        if openness == "secret" and spec.settings.get("reveal") == "live":
            raise AgendaError(
                N_('Item "{item}": a secret vote has no live result. Leave reveal = "live" away.'), item=spec.id
            )
        receipts = spec.setting("receipts", default=False)
        live = spec.settings.get("reveal") == "live"
        return PollState(rule, options, openness, gives_receipts=receipts, live=live)

    def decide(self, state: PollState, command: Command, actor: Actor) -> tuple[Fact | Boxed, ...]:
        match command.name:
            case "cast":
                return self._cast(state, command, actor)
            case "room-votes" if actor.facilitates:
                return (Fact("poll.room_votes_counted", _room_votes(state, command)),)
        raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])

    def _cast(self, state: PollState, command: Command, actor: Actor) -> tuple[Fact | Boxed, ...]:
        value = {option: number for option, number in _values(state, command, state.rule.cap).items() if number}
        state.rule.check(value)
        voter = actor.id
        if actor.facilitates:
            slip = command.fields.get("ballot", "").strip()
            if not slip:
                raise Refused(Why.INVALID, N_("A ballot on paper needs the number of its slip."), field="ballot")
            voter = SLIP + slip[:60]
        if state.secret:
            return self._box(state, command, voter, value)
        earlier = state.ballots.get(voter)
        known = earlier.rev if earlier else 0
        rev = _whole(command.fields.get("rev", str(known + 1)), "rev", LARGEST_REV)
        if earlier and rev <= known:
            return (Fact("poll.ballot_superseded", {"voter": voter, "value": value, "rev": rev}),)
        return (Fact("poll.ballot_cast", {"voter": voter, "value": value, "rev": rev}),)

    @staticmethod
    def _box(state: PollState, command: Command, voter: str, value: Value) -> tuple[Fact | Boxed, ...]:
        if state.ballots:
            raise Refused(Why.CLOSED, N_("This secret vote was counted already. A new round is needed."))
        written = command.fields.get("rev")
        rev = None if written is None else _whole(written, "rev", LARGEST_REV)
        ballot = Boxed(voter, value, rev, state.gives_receipts)
        return (ballot,) if voter in state.took_part else (ballot, Fact("poll.took_part", {"voter": voter}))

    def evolve(self, state: PollState, event: Event) -> PollState:
        match event.name:
            case "poll.took_part":
                return replace(state, took_part=state.took_part.set(event.data["voter"], event.channel))
            case _ if event.name == BOX_OPENED:
                ballots = [
                    Ballot(f"box:{number:05d}", ballot["value"], Channel.NOTEBOOK)
                    for number, ballot in enumerate(event.data["ballots"], 1)
                ]
                return replace(state, ballots=pmap({ballot.voter: ballot for ballot in ballots}))
            case "poll.ballot_cast":
                voter = event.data["voter"]
                ballot = Ballot(voter, event.data["value"], event.channel, event.data["rev"])
                return replace(state, ballots=state.ballots.set(voter, ballot))
            case "poll.ballot_superseded":
                return replace(state, superseded=state.superseded + 1)
            case "poll.room_votes_counted":
                return replace(state, room=RoomVotes(event.data["counts"], event.data["voters"]))
            case "item.opened" | "item.round_started":
                return replace(state, voting=True)
            case "item.closed":
                return replace(state, seats=event.data["seats"], voting=False)
        return state

    def view(self, state: PollState, viewer: Viewer) -> PollView:
        mine = state.ballots.get(viewer.seat) if viewer.seat else None
        tally = state.told if viewer.results else None
        return PollView(
            rule=state.rule,
            options={option.id: option for option in state.options},
            promise=PROMISES[state.openness],
            secret=state.secret,
            tally=tally,
            untold=ONLY_ONE if viewer.results and tally is None else "",
            mine=mine.value if mine else None,
            took_part=viewer.seat in state.voters,
            voted=len(list(state.voters)) + state.room.voters,
            seats=viewer.seats,
            open=viewer.open,
            room=state.room if viewer.audience is Audience.FACILITATOR else RoomVotes(),
            best=max((line.score for line in tally.lines), default=0) if tally else 0,
        )

    def rows(self, state: PollState) -> Iterable[Row]:
        if (tally := state.told) is None:
            return
        labels = {option.id: option.label for option in state.options}
        for line in tally.lines:
            yield {
                "option": line.option,
                "label": labels[line.option],
                "rank": line.rank,
                "score": line.score,
                "share": _rounded(line.share),
                "low": _rounded(line.low),
                "high": _rounded(line.high),
                "voters": tally.voters,
            }

    def record(self, state: PollState, text: Text, people: People) -> Iterable[AnyBlock]:
        if state.voting and not state.live:
            yield Paragraph(text(N_("The vote is still open; its result shows when it closes.")), "note")
            return
        yield from blocks(state, text, people)

    def pending(self, state: PollState, text: Text, people: People) -> Iterable[str]:
        if (tally := state.told) and tally.voters and not state.rule.scale:
            for group in tally.tied:
                if group[0] == tally.lines[0].option:
                    names = ", ".join(text.pick(option.label) for option in state.options if option.id in group)
                    yield text(N_("the first place is tied: {names}."), names=names)

    def offers(self, state: PollState) -> Iterable[Option]:
        """Return the options in the order of the result, or of the agenda where the result may not be told."""
        if (tally := state.told) is None:
            return state.options
        by_id = {option.id: option for option in state.options}
        return (by_id[line.option] for line in tally.lines)


def _values(state: PollState, command: Command, most: int = MOST_HANDS) -> dict[str, int]:
    known = {option.id for option in state.options}
    values: dict[str, int] = {}
    for field, written in command.fields.items():
        if field == "choice" and state.rule.single:
            field, written = VALUE + written, "1"  # noqa: PLW2901 - radio buttons send the option as their value
        if not field.startswith(VALUE):
            continue
        option = field.removeprefix(VALUE)
        if option not in known:
            raise Refused(
                Why.INVALID, N_('"{option}" is not one of the options.'), field=field[:80], option=option[:60]
            )
        values[option] = _whole(written or "0", field, most)
    return values


def _whole(written: str, field: str, most: int) -> int:
    text = written.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > most:
        raise Refused(
            Why.INVALID,
            N_('"{value}" is not a whole number from 0 to {most}.'),
            field=field,
            value=text[:20],
            most=most,
        )
    return int(text)


def _room_votes(state: PollState, command: Command) -> dict[str, object]:
    counts = {option: number for option, number in _values(state, command).items() if number}
    written = command.fields.get("voters", "").strip()
    voters = _whole(written, "voters", MOST_HANDS) if written else max(counts.values(), default=0)
    if state.rule.single and not written:
        voters = sum(counts.values())
    if any(number > voters for number in counts.values()):
        raise Refused(
            Why.INVALID,
            N_("More hands were counted for one option than people took part ({voters})."),
            field="voters",
            voters=voters,
        )
    return {"counts": counts, "voters": voters}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


ACTIVITY = Poll()
