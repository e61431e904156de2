"""Polls: everybody has one ballot that can be changed until closing; a rule of `voting.rules` counts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.poll.events import SHAPES
from workshop_kit.activities.poll.hands import MOST_HANDS, room_votes
from workshop_kit.activities.poll.moderation import MODERATION, added, moderated, moderation, reworded
from workshop_kit.activities.poll.record import record, withheld
from workshop_kit.activities.poll.rounds import compared
from workshop_kit.activities.poll.shown import wording
from workshop_kit.activities.poll.slips import COMMAND as SLIPS_COMMAND
from workshop_kit.activities.poll.slips import ENTERED, SLIPS_COUNTED, entered, with_slips
from workshop_kit.activities.poll.state import OPENNESS, SLIP, PollState, PollView, view_of
from workshop_kit.activities.poll.table import entries
from workshop_kit.activities.poll.told import course, doubts, gist
from workshop_kit.core.activity import Entry, Option, Row, Spec, Viewer
from workshop_kit.core.agenda import sources
from workshop_kit.core.document import AnyBlock
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import BOX_OPENED, OPTION_ADDED, OPTION_REWORDED, Boxed, Channel, Event, Fact
from workshop_kit.core.text import localised
from workshop_kit.voting.pairs import Pairs
from workshop_kit.voting.papers import Filled, whole
from workshop_kit.voting.profile import Ballot
from workshop_kit.voting.rules import RULES
from workshop_kit.voting.ties import TIE_BREAKS

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command, People
    from workshop_kit.core.text import Text

replace = msgspec.structs.replace

LARGEST_REV = 2**53


class Poll:
    """The activity "poll"."""

    name = "poll"
    columns = ("option", "label", "rank", "score", "share", "low", "high", "voters")
    personal: frozenset[str] = frozenset({"poll.words_given"})
    shapes = SHAPES
    said: Mapping[str, str] = {
        "poll.ballot_cast": N_("Voted"),
        "poll.ballot_superseded": N_("A vote that came too late"),
        "poll.took_part": N_("Took part in a secret vote"),
    }
    closed = N_("Voting is closed.")

    def initial(self, spec: Spec) -> PollState:
        rule = RULES[spec.setting("rule", "choice", RULES)](spec)
        spec.setting("reveal", "on_close", ("on_close", "manual", "live"))
        options = rule.options_of(spec)
        live_options = spec.setting("live_options", default=False)
        if live_options and (rule.options or not rule.grows):
            raise AgendaError(
                N_('Item "{item}": the options of this rule are fixed. Leave live_options away.'), item=spec.id
            )
        if len(options) < rule.fewest and "options" not in sources(spec) and not live_options:
            raise AgendaError(
                N_(
                    'Item "{item}": a poll needs at least two options. Add options = ["…", "…"] or options_from, or '
                    "live_options = true to add them in the session."
                ),
                item=spec.id,
            )
        openness = spec.setting("openness", "names-hidden", OPENNESS)
        if openness == "secret" and spec.settings.get("reveal") == "live":
            raise AgendaError(
                N_('Item "{item}": a secret vote has no live result. Leave reveal = "live" away.'), item=spec.id
            )
        if openness == "secret" and (why := rule.paper.never_secret):
            raise AgendaError(why, item=spec.id)
        return PollState(
            rule,
            options,
            openness,
            spec.id,
            gives_receipts=spec.setting("receipts", default=False),
            top=spec.whole("top", 3),
            shuffled=spec.setting("shuffle", default=not rule.scale),
            live=spec.settings.get("reveal") == "live",
            tie_break=spec.setting("tie_break", "none", TIE_BREAKS),
            collects=live_options,
        )

    def decide(self, state: PollState, command: Command, actor: Actor) -> tuple[Fact | Boxed, ...]:
        match command.name:
            case "cast":
                return self._cast(state, command, actor)
            case "room-votes" if actor.facilitates and state.rule.hands:
                _complete(state)
                return (Fact("poll.room_votes_counted", room_votes(state, command)),)
            case "invalid-slips" if actor.facilitates:
                count = whole(command.fields.get("count", ""), "count", 0, MOST_HANDS)
                return (Fact("poll.invalid_slips_counted", {"count": count}),)
            case name if name == SLIPS_COMMAND and actor.facilitates:
                return (Fact(ENTERED, entered(command)),)
            case "reword" if actor.facilitates:
                return reworded(state, command)
            case "add-option" if actor.facilitates:
                return added(state, command)
            case name if name in MODERATION and actor.facilitates:
                return moderation(state, command)
        raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])

    def _cast(self, state: PollState, command: Command, actor: Actor) -> tuple[Fact | Boxed, ...]:
        _complete(state)
        voter = actor.id
        if actor.facilitates:
            slip = command.fields.get("ballot", "").strip()
            if not slip:
                raise Refused(Why.INVALID, N_("A ballot on paper needs the number of its slip."), field="ballot")
            voter = actor.bearer or SLIP + slip[:60]
        _one_way(state.came_by(voter), actor)
        earlier = state.ballots.get(voter)
        before = earlier.filled if earlier else Filled()
        on_offer = state.offered(voter) if isinstance(state.rule.paper, Pairs) and not actor.facilitates else state.ids
        filled = state.rule.paper.read(command.fields, on_offer, before)
        if state.secret:
            return self._box(state, command, voter, filled)
        known = earlier.rev if earlier else 0
        rev = whole(command.fields.get("rev", str(known + 1)), "rev", 0, LARGEST_REV)
        said = {"voter": voter, "value": dict(filled.value), "rev": rev}
        if earlier and rev <= known:
            return (Fact("poll.ballot_superseded", said),)
        words = (Fact("poll.words_given", {"voter": voter, "words": dict(filled.words)}),) if filled.words else ()
        return (Fact("poll.ballot_cast", said), *words)

    @staticmethod
    def _box(state: PollState, command: Command, voter: str, filled: Filled) -> tuple[Fact | Boxed, ...]:
        if state.ballots:
            raise Refused(Why.CLOSED, N_("This secret vote was counted already. A new round is needed."))
        if state.seats is not None and not state.voting:  # nobody would open the box, and the next round would find it
            raise Refused(Why.CLOSED, Poll.closed)
        written = command.fields.get("rev")
        rev = None if written is None else whole(written, "rev", 0, LARGEST_REV)
        ballot = Boxed(voter, filled.value, rev, state.gives_receipts)
        return (ballot,) if voter in state.took_part else (ballot, Fact("poll.took_part", {"voter": voter}))

    def evolve(self, state: PollState, event: Event) -> PollState:
        data = event.data
        match event.name:
            case "poll.took_part":
                return replace(state, took_part=state.took_part.set(data["voter"], event.channel))
            case _ if event.name == BOX_OPENED:
                ballots = [
                    Ballot(f"box:{number:05d}", ballot["value"], Channel.NOTEBOOK)
                    for number, ballot in enumerate(data["ballots"], 1)
                ]
                return replace(state, ballots=pmap({ballot.voter: ballot for ballot in ballots}))
            case "poll.ballot_cast":
                return state.with_ballot(Ballot(data["voter"], data["value"], event.channel, data["rev"]))
            case "poll.words_given" if known := state.ballots.get(data["voter"]):
                return replace(state, ballots=state.ballots.set(known.voter, replace(known, words=data["words"])))
            case "poll.ballot_superseded":
                return replace(state, superseded=state.superseded + 1)
            case "poll.room_votes_counted":
                return replace(state, room=replace(state.room, counts=data["counts"], voters=data["voters"]))
            case _ if event.name in SLIPS_COUNTED:
                return with_slips(state, event)
            case _ if event.name == OPTION_REWORDED:
                return state.with_label(data["option"], localised(data["label"]))
            case _ if event.name == OPTION_ADDED:
                return state.with_option(Option(data["id"], localised(data["label"])))
            case _ if event.name in MODERATION.values():
                return replace(state, rule=moderated(state.rule, event))
            case "item.opened" | "item.round_started":
                return replace(state, voting=True)
            case "item.closed":
                return replace(state, seats=data["seats"], voting=False, seed=event.digest)
        return state

    def view(self, state: PollState, viewer: Viewer) -> PollView:
        return view_of(state, viewer)

    def rows(self, state: PollState) -> Iterable[Row]:
        if state.parts:
            for question, part in state.parts.items():
                yield from ({**row, "option": f"{question}.{row['option']}"} for row in self.rows(part))
            return
        if (tally := state.told) is None:
            return
        for line in tally.lines:
            rated = not state.rule.unrated(line)
            yield {
                "option": line.option,
                "label": state.label(line.option),
                "rank": line.rank if rated else None,
                "score": _score(line.score) if rated else None,
                "share": _rounded(line.share),
                "low": _rounded(line.low),
                "high": _rounded(line.high),
                "voters": tally.voters,
            }

    def record(self, state: PollState, text: Text, people: People) -> Iterable[AnyBlock]:
        return record(state, text, people)

    def pending(self, state: PollState, text: Text, people: People) -> Iterable[str]:
        for part in state.parts.values():
            yield from self.pending(part, text, people)
        if state.undecided and (tally := state.told) and not withheld(state, people):
            names = ", ".join(wording(option.label, text) for option in state.options if option.id in tally.first)
            yield text(N_("the first place is tied: {names}."), names=names)

    def takes(self, state: PollState) -> str:
        return "options" if state.grows else ""

    def answered(self, state: PollState) -> bool:
        """Return whether somebody has voted in this round, by whatever way."""
        return state.begun

    def compared(self, states: Sequence[PollState], text: Text, people: People) -> Iterable[AnyBlock]:
        return compared(states, text, people)

    def gist(self, state: PollState, text: Text, people: People) -> Iterable[str]:
        return gist(state, text, people)

    def course(self, events: Sequence[Event], state: PollState, text: Text, people: People) -> Iterable[str]:
        return course(events, state, text, people)

    def doubts(self, state: PollState, text: Text) -> Iterable[str]:
        return doubts(state, text)

    def withheld(self, state: PollState, people: People) -> bool:
        return withheld(state, people)

    def adds_up(self, state: PollState) -> bool:
        """Whether a result is the sum of what is on the ballots, so that adding them up counts it again."""
        return state.rule.hands

    def entries(self, state: PollState, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
        return entries(state, rows)

    def offers(self, state: PollState) -> Iterable[Option]:
        """Return the options in the order of the result, those that were chosen together first.

        Where the result may not be told, they come in the order of the agenda.
        """
        if (tally := state.told) is None:
            return state.options
        by_id = {option.id: option for option in state.options}
        order = dict.fromkeys((*tally.elected, *(line.option for line in tally.lines)))
        return (by_id[option] for option in order if option in by_id)


def _complete(state: PollState) -> None:
    """Refuse votes on too few options, after which none could be added."""
    if not state.complete:
        raise Refused(Why.CLOSED, N_("The options are still being collected. Please wait a moment."))


def _one_way(came_by: Channel | None, actor: Actor) -> None:
    """Refuse a ballot on paper of who has voted by phone, and one by phone of who has voted otherwise."""
    if actor.facilitates and came_by is Channel.PHONE:
        told = N_("This person has voted by phone already. That vote can only be changed on the phone.")
        raise Refused(Why.TAKEN, told, field="ballot")
    if actor.channel is Channel.PHONE and came_by not in {None, Channel.PHONE}:
        raise Refused(Why.TAKEN, N_("Your ballot on paper was entered already, and it counts. Please ask in front."))


def _score(score: float) -> float:
    return int(score) if score == int(score) else round(score, 4)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


ACTIVITY = Poll()
