"""Small groups: those present are mixed into groups, over one or several rounds; each has a wall and reports back.

Who sits with whom is worked out before the command waits for the log, by `prepared`; `decide` checks it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from workshop_kit.activities.groups import planning
from workshop_kit.activities.groups.events import SHAPES
from workshop_kit.activities.groups.record import pending, record
from workshop_kit.activities.groups.state import (
    DEFAULT_LIMIT,
    DEFAULT_POINTS,
    DEFAULT_SIZE,
    MOST_TURNS,
    WISHES,
    At,
    Card,
    Gone,
    GroupsState,
    GroupsView,
    GroupView,
    Plan,
    Report,
)
from workshop_kit.activities.groups.told import course, doubts, gist
from workshop_kit.core.activity import Audience, Option, Person, Row, Spec, Viewer
from workshop_kit.core.document import clean
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, unknown, written
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace

LONGEST = 280
LONGEST_REPORT = 1_000

FOR_THE_FACILITATOR = frozenset({planning.MIX, "wish", "move", "turn", "present", "hide", "show"})


class Groups:
    """The activity "groups"."""

    name = "groups"
    columns = ("turn", "group", "kind", "id", "text", "person", "state")
    personal = frozenset({"groups.card_added", "groups.report_written"})
    shapes = SHAPES
    closed = N_("The groups have finished.")
    acts = ((planning.MIX, "my-group"),)
    said: Mapping[str, str] = {
        "groups.mixed": N_("Was put into groups"),
        "groups.member_placed": N_("Was put into a group"),
        "groups.card_added": N_("Wrote a card in a group"),
        "groups.card_withdrawn": N_("Took a group's card back"),
        "groups.report_written": N_("Wrote a group's report"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)
    prepared = staticmethod(planning.prepared)

    def initial(self, spec: Spec) -> GroupsState:
        return GroupsState(
            Plan(
                size=spec.whole("size", DEFAULT_SIZE, 2),
                groups=spec.whole("groups", 0, 0),
                turns=spec.whole("rounds", 1, 1, MOST_TURNS),
                limit=spec.whole("limit", DEFAULT_LIMIT),
                points=spec.whole("points", DEFAULT_POINTS, 0, 20),
                seconds=60 * spec.whole("round_minutes", 0, 0, 24 * 60),
                places=spec.options("places"),
            )
        )

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: GroupsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if command.name in FOR_THE_FACILITATOR and not actor.facilitates:
            raise only_the_facilitator()
        match command.name:
            case planning.MIX:
                return planning.mixed(state, command)
            case "wish":
                return planning.wish(state, command)
            case "move":
                return planning.moved(state, command)
            case "come":
                return self.welcomes(state, actor.id)
            case "turn":
                turn = int(one_of(command.fields.get("turn", ""), map(str, range(1, len(state.rounds) + 1)), "turn"))
                timer = (Fact("item.timer_set", {"seconds": state.plan.seconds}),) if state.plan.seconds else ()
                return () if turn == state.turn else (Fact("groups.turn_begun", {"turn": turn}), *timer)
            case "present":
                known = map(str, range(state.count + 1)) if state.turn else ()
                group = int(one_of(command.fields.get("group", ""), known, "group"))
                return () if group == state.presented else (Fact("groups.group_presented", {"group": group}),)
            case "add":
                return self._add(state, command, actor)
            case "report":
                return self._report(state, command, actor)
            case "withdraw" | "hide" | "show":
                return self._take_off(state, command, actor)
        raise unknown(command)

    def welcomes(self, state: GroupsState, seat: str) -> tuple[Fact, ...]:
        """Return who comes late into the smallest group; nothing where nobody was mixed yet, or who has a group."""
        if not state.turn or state.now(seat):
            return ()
        return (Fact("groups.member_placed", {"seat": seat, "group": state.smallest(state.turn)}),)

    @staticmethod
    def _add(state: GroupsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        text = written(clean(command.fields.get("text", "")).strip(), "text", LONGEST)
        at = _group(state, command, actor)
        if not actor.facilitates and not state.left(actor.id):
            limit = state.plan.limit
            raise Refused(Why.INVALID, N_("Everybody can write {limit} cards here. Withdraw one first."), limit=limit)
        card = free_id("c", state.cards, len(state.cards))
        return (Fact("groups.card_added", {"card": card, "turn": at.turn, "group": at.group, "text": text}),)

    @staticmethod
    def _report(state: GroupsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        text = written(clean(command.fields.get("text", "")).strip(), "text", LONGEST_REPORT)
        at = _group(state, command, actor)
        known = state.reports.get(at)
        new = Report("\n".join(Report(text, 0).points), 0)
        if not state.plan.points or len(new.points) > state.plan.points:
            told = N_("The report takes {most} points, a line each; you wrote {given}.")
            raise Refused(Why.INVALID, told, field="text", most=state.plan.points, given=len(new.points))
        if known and known.text == new.text:
            return ()
        if known and command.fields.get("rev", "") != str(known.rev):
            told = N_(
                "Somebody in your group has written meanwhile. See what the report says now, add yours and send again."
            )
            raise Refused(Why.TAKEN, told, field="text")
        return (Fact("groups.report_written", {"turn": at.turn, "group": at.group, "text": new.text}),)

    @staticmethod
    def _take_off(state: GroupsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        card = state.cards.get(command.fields.get("card", ""))
        if card is None or card.gone is not (Gone.HIDDEN if command.name == "show" else None):
            raise Refused(Why.INVALID, N_("There is no such card here."), field="card")
        if command.name == "withdraw" and not actor.facilitates and card.seat != actor.id:
            raise Refused(Why.NOT_ALLOWED, N_("Somebody else wrote that."), field="card")
        done = {"withdraw": "withdrawn", "hide": "hidden", "show": "shown"}[command.name]
        return (Fact(f"groups.card_{done}", {"card": card.id}),)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: GroupsState, event: Event) -> GroupsState:
        if event.name not in SHAPES:
            return state
        data = event.data
        match event.name:
            case "groups.mixed" | "groups.wish_noted" | "groups.member_placed":
                return planning.folded(state, event)
            case "groups.turn_begun" if data["turn"] <= len(state.rounds):
                return replace(state, turn=data["turn"], presented=0)
            case "groups.group_presented" if data["group"] <= state.count:
                return replace(state, presented=data["group"])
            case "groups.card_added" if _is_there(state, at := At(data["turn"], data["group"])):
                number = len(state.cards) + 1
                card = Card(data["card"], number, at, data["text"], event.actor, event.channel)
                return replace(state, cards=state.cards.set(card.id, card))
            case "groups.report_written" if _is_there(state, at := At(data["turn"], data["group"])):
                rev = state.reports[at].rev + 1 if at in state.reports else 1
                return replace(state, reports=state.reports.set(at, Report(data["text"], rev)))
            case "groups.card_withdrawn" | "groups.card_hidden" | "groups.card_shown" if data["card"] in state.cards:
                gone = {"groups.card_withdrawn": Gone.WITHDRAWN, "groups.card_hidden": Gone.HIDDEN}.get(event.name)
                return replace(
                    state, cards=state.cards.set(data["card"], replace(state.cards[data["card"]], gone=gone))
                )
        return state

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: GroupsState, viewer: Viewer) -> GroupsView:
        facilitates = viewer.audience is Audience.FACILITATOR
        at = state.now(viewer.seat) if viewer.seat else None
        shown = At(state.turn, state.presented) if state.presented else None
        cards = [card for card in state.cards.values() if facilitates and card.gone is Gone.HIDDEN]
        return GroupsView(
            groups=tuple(_shown(state, one, whole=facilitates) for one in state.groups(state.turn) if state.turn),
            own=_shown(state, at) if at else None,
            presented=_shown(state, shown) if shown else None,
            turn=state.turn,
            turns=len(state.rounds) or state.plan.turns,
            met_again=state.met_again,
            plan=state.plan,
            mine=frozenset(card.id for card in state.cards.values() if viewer.seat and card.seat == viewer.seat),
            hidden=tuple(cards),
            wishes=tuple((tuple(sorted(pair)), WISHES[wish]) for pair, wish in state.wishes.items() if facilitates),
            words=WISHES,
            left=state.left(viewer.seat) if viewer.seat else 0,
            begun=state.begun,
            open=viewer.open,
            facilitates=facilitates,
            longest=LONGEST,
            longest_report=LONGEST_REPORT,
        )

    def choices(self, state: GroupsState) -> Hashable:
        return state.rounds, state.turn, state.cards, state.reports

    def rows(self, state: GroupsState) -> Iterable[Row]:
        for at in (at for turn in range(1, len(state.rounds) + 1) for at in state.groups(turn)):
            where = {"turn": at.turn, "group": at.group}
            for member in state.members(at):
                yield {**where, "kind": "member", "id": "", "text": None, "person": Person(member), "state": ""}
            for card in sorted(state.cards.values(), key=lambda card: card.number):
                if card.at == at:
                    standing = card.gone.value if card.gone else "shown"
                    text = {AS_WRITTEN: card.text}
                    yield {**where, "kind": "card", "id": card.id, "text": text, "person": None, "state": standing}
            for option in _points(state, at):
                yield {**where, "kind": "report", "id": option.id, "text": option.label, "person": None, "state": ""}

    def offers(self, state: GroupsState) -> Iterable[Option]:
        for at in (at for turn in range(1, len(state.rounds) + 1) for at in state.groups(turn)):
            yield from _points(state, at)
            yield from (Option(card.id, {AS_WRITTEN: card.text}) for card in state.wall(at))


def _points(state: GroupsState, at: At) -> list[Option]:
    points = state.reports[at].points if at in state.reports else ()
    return [Option(f"r{at.turn}-{at.group}-{n}", {AS_WRITTEN: point}) for n, point in enumerate(points, 1)]


def _shown(state: GroupsState, at: At, *, whole: bool = True) -> GroupView:
    report = state.reports.get(at)
    members, cards = state.members(at), state.wall(at) if whole else ()
    points = report.points if report and whole else ()
    return GroupView(at.group, state.place(at.group), members, cards, points, report.rev if report else 0)


def _is_there(state: GroupsState, at: At) -> bool:
    return at.turn <= len(state.rounds) and 1 <= at.group <= state.count


def _group(state: GroupsState, command: Command, actor: Actor) -> At:
    """Return the group for which somebody writes: one's own, or the one that the facilitator names."""
    if actor.facilitates and state.turn:
        known = map(str, range(1, state.count + 1))
        return At(state.turn, int(one_of(command.fields.get("group", ""), known, "group")))
    if at := state.now(actor.id):
        return at
    told = N_("You are in no group yet.") if state.turn else N_("The groups have not been made yet.")
    raise Refused(Why.NOT_ALLOWED, told)


ACTIVITY = Groups()
