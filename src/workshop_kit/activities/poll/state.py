"""What a poll is at one moment, and what a viewer may see of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from pyrsistent import PMap, pmap

from workshop_kit.activities.poll.shown import Outcome, Reason, Sheet, wording
from workshop_kit.core.activity import Audience, Option, Viewer
from workshop_kit.core.errors import N_
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Localised, localised
from workshop_kit.voting.consent import Stances
from workshop_kit.voting.form import Form
from workshop_kit.voting.pairs import Offering, Pair, Pairs
from workshop_kit.voting.papers import Filled, Value
from workshop_kit.voting.profile import Ballot, Profile, RoomVotes
from workshop_kit.voting.rule import Rule
from workshop_kit.voting.tally import Tally
from workshop_kit.voting.ties import drawn, settled
from workshop_kit.voting.words import WordCount

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

SLIP = "slip:"

MOST_OPTIONS = 100
"""So many options a poll may have for another one to be added."""

OPENNESS = {
    "open": N_("Open: each name stands beside the vote."),
    "names-hidden": N_("Names hidden: votes count without names."),
    "secret": N_("Secret: who took part and what was voted are kept apart. Not for legally binding elections."),
}

PROMISES = {
    "open": N_("Open: in the minutes, what you chose stands beside your name, or beside your number if you gave none."),
    "names-hidden": N_(
        "Names hidden: result and minutes name nobody. Whoever has the session's files, as the facilitator has, "
        "can still look up what you chose."
    ),
    "secret": N_(
        "Secret: once the vote is closed, the session holds no longer what you chose, only that you took part. "
        "Until then, whoever has its files could look it up. If everybody chooses the same, the result tells it all "
        "the same. Not for legally binding elections."
    ),
}
"""What people are told before they vote."""

ONLY_ONE = N_("Only one secret ballot was cast. Its result would tell how that person voted, so it is not shown.")


class SlipPile(Struct, frozen=True):
    """A pile of paper ballots that was counted: how many slips, by how many people each was entered.

    `settled` tells on how many of them the two had not agreed at first.
    """

    slips: int
    people: int = 1
    settled: int = 0


class PollState(Struct, frozen=True, dict=True):
    """One round of a poll. `ballots` holds each voter's latest; `seats` is known once the poll was closed.

    In a secret poll `took_part` tells who voted and by which channel, and `ballots` is empty until the box is opened.
    `top` is the number of first places that people ask for most. With `shuffled` every voter sees the options in an
    order of their own, which `order_for` computes from `item`. It `collects` where the session may add what the agenda
    left open; nobody votes before there are options enough. `piles` are the piles of slips that were entered.
    `offering` tells who is to judge which pair next, where options are compared in pairs. `tie_break` is a key of
    `TIE_BREAKS`; the `seed` of its lot is the digest of the entry that closed the poll, so nobody knew it while voting.
    """

    rule: Rule
    options: tuple[Option, ...]
    openness: str
    item: str = ""
    ballots: PMap[str, Ballot] = pmap()
    room: RoomVotes = RoomVotes()
    superseded: int = 0
    seats: int | None = None
    took_part: PMap[str, Channel] = pmap()
    gives_receipts: bool = False
    shuffled: bool = False
    top: int = 3
    live: bool = False
    voting: bool = False
    tie_break: str = "none"
    seed: str = ""
    offering: Offering = Offering()
    collects: bool = False
    piles: tuple[SlipPile, ...] = ()

    @property
    def secret(self) -> bool:
        return self.openness == "secret"

    def came_by(self, voter: str) -> Channel | None:
        """Return the way by which somebody has voted, None who has not."""
        ballot = self.ballots.get(voter)
        return self.took_part.get(voter) if self.secret else ballot.channel if ballot else None

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    @property
    def voters(self) -> Collection[str]:
        """Who has voted, as seats and slips."""
        return self.took_part if self.secret else self.ballots

    @property
    def begun(self) -> bool:
        """Whether anybody has voted in this round, raised hands included."""
        return bool(self.voters or self.room.voters)

    @property
    def complete(self) -> bool:
        """Whether there are as many options as the rule takes, so that people can vote."""
        return not self.collects or len(self.options) >= self.rule.fewest

    @property
    def grows(self) -> bool:
        """Whether options can be added to this poll at all."""
        return self.rule.grows and not self.rule.options

    @property
    def eligible(self) -> int | None:
        """Who could have voted: the seats at closing, and those who voted without one."""
        if self.seats is None:
            return None
        return max(self.seats + self.without_seat, len(self.voters) + self.room.voters) + self.room.invalid

    @cached_property
    def without_seat(self) -> int:
        """How many have voted by a slip of paper or by raising a hand."""
        return sum(voter.startswith(SLIP) for voter in self.voters) + self.room.voters

    @cached_property
    def profile(self) -> Profile:
        came_by = Counter(self.took_part.values()) if self.secret else None
        return Profile(tuple(self.ballots.values()), self.room, self.eligible, came_by)

    @cached_property
    def tally(self) -> Tally:
        if self.rule.scale:
            return self.rule.count(self.profile, self.ids)
        by_lot = self.tie_break == "lot" and self.seed
        tally = self.rule.count(self.profile, drawn(self.ids, self.seed) if by_lot else self.ids)
        return settled(tally, "none" if self.tie_break == "lot" and not by_lot else self.tie_break, self.seed)

    @property
    def told(self) -> Tally | None:
        """The tally as it may be told: a single secret ballot is nobody's business, whatever raised hands add to it."""
        return None if self.secret and len(self.ballots) == 1 else self.tally

    @property
    def undecided(self) -> bool:
        """Whether a tie for the first place is left for the people to settle."""
        tally = self.tally
        matters = self.rule.decides and not self.rule.scale and not tally.elected
        return matters and self.tie_break == "none" and len(tally.first) > 1

    @cached_property
    def labels(self) -> Mapping[str, Localised]:
        """The wordings of options and of parts of them that a tally or a ballot may name."""
        named = {option.id: option.label for option in (*self.options, *self.rule.slots(self.options))}
        return {name: label for name, label in named.items() if label}

    def label(self, option: str) -> Localised:
        """Return the wording of what a line of the tally is about; a word that somebody gave is its own."""
        return self.labels.get(option) or localised(option)

    @cached_property
    def parts(self) -> Mapping[str, PollState]:
        """The questions of a form, each as a poll of its own, by id; empty for every other poll."""
        if not isinstance(self.rule, Form):
            return {}
        return {
            question.id: replace(
                self,
                rule=question.rule,
                options=question.options,
                item=f"{self.item}.{question.id}",
                ballots=pmap({ballot.voter: ballot for ballot in question.profile(self.profile).ballots}),
            )
            for question in self.rule.paper.questions
        }

    def offered(self, seat: str) -> Pair | tuple[()]:
        """Return the two options that this voter is asked about next, as (left, right), where pairs are compared."""
        paper = self.rule.paper
        if not isinstance(paper, Pairs):
            return ()
        mine = self.ballots[seat].value if seat in self.ballots else {}
        return self.offering.to(seat, self.item, self.ids, paper, mine)

    def with_ballot(self, ballot: Ballot) -> PollState:
        """Return the state with this ballot in the place of the voter's earlier one."""
        state = replace(self, ballots=self.ballots.set(ballot.voter, ballot))
        if not isinstance(self.rule.paper, Pairs):
            return state
        before = self.ballots[ballot.voter].value if ballot.voter in self.ballots else {}
        offering = self.offering.judged(ballot.voter, self.item, self.ids, self.rule.paper, before, ballot.value)
        return replace(state, offering=offering)

    def with_label(self, option_id: str, label: Localised) -> PollState:
        """Return the state with another wording of an option; a round with votes keeps what was voted on."""
        if self.voters:
            return self
        options = tuple(replace(option, label=label) if option.id == option_id else option for option in self.options)
        return replace(self, options=options)

    def with_option(self, option: Option) -> PollState:
        """Return the state with one more option, or as it is where it has that one or people have voted."""
        if self.begun or option.id in self.ids:
            return self
        return replace(self, options=self.rule.with_option(self.options, option))

    def order_for(self, seat: str) -> tuple[Option, ...]:
        """Return the options in the order in which this voter sees them.

        It follows from the step and the seat alone (SHA-256), so that the log tells it without recording it.
        """
        if not self.shuffled or not seat:
            return self.options
        return tuple(
            sorted(self.options, key=lambda option: sha256(f"{self.item}/{seat}/{option.id}".encode()).digest())
        )


class PollView(Struct, frozen=True):
    """What a viewer sees: the tally only with leave, the ballot only of one's own seat.

    `labels` are the wordings of options, and of whatever else the tally's lines name. `offered` is the pair to judge
    next, of `pairs` in all. `questions` are the views of a form's questions by id, each with its text as `prompt`.
    `merged` and `hidden` tell the facilitator which words are counted as others, and which are left out, and why.
    `before` holds the scores of the round before. `complete` tells that there are options enough to vote, `grows` that
    the facilitator can add one now.
    """

    rule: Rule
    options: Mapping[str, Option]
    labels: Mapping[str, Localised]
    promise: str
    tally: Tally | None
    mine: Value | None
    words: Mapping[str, str]
    took_part: bool
    on_paper: bool
    voted: int
    seats: int
    open: bool
    room: RoomVotes
    secret: bool = False
    untold: str = ""
    offered: tuple[str, ...] = ()
    pairs: int = 0
    questions: Mapping[str, PollView] = {}
    prompt: Localised = {}
    merged: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    reasons: tuple[Reason, ...] = ()
    before: Mapping[str, float] = {}
    complete: bool = True
    grows: bool = False

    @property
    def filled(self) -> Filled:
        """The viewer's own ballot with its words; `rule.paper.said` tells it in phrases."""
        return Filled(self.mine or {}, self.words)

    @property
    def written(self) -> dict[str, str]:
        """The viewer's own ballot as the fields of a form."""
        numbers = {f"value.{slot}": str(number) for slot, number in (self.mine or {}).items()}
        return numbers | {f"{kind}.{slot}": said for slot, said in self.words.items() for kind in ("word", "reason")}

    def own(self, text: Text) -> list[str]:
        """Return what the viewer's own ballot says, a phrase each."""
        return self.rule.paper.said(self.filled, {slot: text.pick(label) for slot, label in self.labels.items()}, text)

    def sheet(self, said: Mapping[str, str], question: str = "", *, slip: bool = False) -> Sheet:
        """Return the paper with what is said on it."""
        return Sheet(
            self.rule.paper,
            self.options,
            said,
            question,
            slip=slip,
            moves=not self.secret,
            offered=self.offered,
            pairs=self.pairs,
            parts=tuple(part.sheet(said, name, slip=slip) for name, part in self.questions.items()),
            prompt=self.prompt,
        )

    def listed(self, option: Option, text: Text) -> str:
        """Return an option's wording as the stage lists it."""
        return wording(option.label, text)

    def outcome(self, question: str = "") -> Outcome | None:
        """Return the result, where it may be seen."""
        if not self.tally:
            return None
        parts = [part.outcome(name) for name, part in self.questions.items()]
        shown = tuple(filter(None, parts))
        return Outcome(self.rule, self.labels, self.tally, question, shown, self.reasons, self.prompt, self.before)


def view_of(state: PollState, viewer: Viewer, prompt: Localised | None = None) -> PollView:
    """Return what `viewer` may see; `prompt` is the text of a question of a form."""
    prompts = {q.id: q.prompt for q in state.rule.paper.questions} if isinstance(state.rule, Form) else {}
    mine = state.ballots.get(viewer.seat) if viewer.seat else None
    tally = state.told if viewer.results else None
    before: PollState | None = viewer.before if viewer.before and viewer.before.begun else None
    facilitates = viewer.audience is Audience.FACILITATOR
    named = {line.option: state.label(line.option) for line in tally.lines} if tally else {}
    n = len(state.options)
    words = state.rule if facilitates and isinstance(state.rule, WordCount) else None
    spelled = words.spelled(state.profile) if words else {}
    return PollView(
        rule=state.rule,
        options={option.id: option for option in state.order_for(viewer.seat)},
        labels={**state.labels, **named},
        promise=PROMISES[state.openness],
        tally=tally,
        untold=ONLY_ONE if viewer.results and tally is None else "",
        mine=mine.value if mine else None,
        words=mine.words if mine else {},
        took_part=viewer.seat in state.voters,
        on_paper=state.came_by(viewer.seat) is Channel.PAPER,
        voted=len(state.voters) + state.room.voters,
        seats=viewer.seats + state.without_seat,
        open=viewer.open,
        room=state.room if facilitates else RoomVotes(),
        secret=state.secret,
        prompt=prompt or {},
        reasons=_reasons(state) if tally else (),
        offered=state.offered(viewer.seat),
        pairs=min(n * (n - 1) // 2, state.rule.paper.most or n * n) if isinstance(state.rule.paper, Pairs) else 0,
        questions={
            name: view_of(part, replace(viewer, before=before.parts.get(name) if before else None), prompts[name])
            for name, part in state.parts.items()
        },
        complete=state.complete,
        grows=facilitates and state.grows and not state.begun and len(state.options) < MOST_OPTIONS,
        before=_scores(before) if tally and before else {},
        merged=tuple((spelled[w], spelled[i]) for w, i in words.merged.items() if w in spelled) if words else (),
        hidden=tuple((spelled[w], why) for w, why in words.hidden.items() if w in spelled) if words else (),
    )


def _scores(state: PollState) -> dict[str, float]:
    """Return the scores that may be told, leaving out what nobody rated."""
    lines = state.told.lines if state.told else ()
    return {line.option: line.score for line in lines if not state.rule.unrated(line)}


def _reasons(state: PollState) -> tuple[Reason, ...]:
    """Return what people wrote beside their stances, in an order that says nothing about them."""
    if not isinstance(state.rule.paper, Stances):
        return ()
    return tuple(
        sorted(
            (option, ballot.value[option], reason)
            for ballot in state.ballots.values()
            for option, reason in ballot.words.items()
            if option in ballot.value
        )
    )
