"""Statements: people write sentences and answer each other's with agree, disagree or pass.

What comes out is what the room agrees on and what divides it; nobody sees how the others answer before it is closed.
The method is known from Polis.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from pyrsistent import pmap

from workshop_kit.activities.statements.events import SHAPES
from workshop_kit.activities.statements.record import pending, record, withheld
from workshop_kit.activities.statements.state import (
    ANSWERS,
    DEFAULT_LIMIT,
    VERDICTS,
    Gone,
    Statement,
    StatementsState,
    StatementsView,
    Verdict,
    prepared,
)
from workshop_kit.activities.statements.told import compared, course, doubts, gist
from workshop_kit.core.activity import Audience, Entry, Option, Row, Spec, Viewer
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, only_the_facilitator, unknown, written
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace

LONGEST = 200


class Statements:
    """The activity "statements"."""

    name = "statements"
    columns = ("id", "text", "agree", "disagree", "passed", "share", "verdict", "state", "channel")
    personal = frozenset({"statements.statement_added"})
    shapes = SHAPES
    closed = N_("The statements are closed.")
    said: Mapping[str, str] = {
        "statements.statement_added": N_("Wrote a statement"),
        "statements.statement_withdrawn": N_("Took a statement back"),
        "statements.answer_given": N_("Answered a statement"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)
    compared = staticmethod(compared)
    withheld = staticmethod(withheld)

    def initial(self, spec: Spec) -> StatementsState:
        known = {option.id: prepared(number, option) for number, option in enumerate(spec.options("statements"), 1)}
        return StatementsState(spec.whole("limit", DEFAULT_LIMIT), spec.setting("collects", default=True), pmap(known))

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: StatementsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "add":
                return self._add(state, command, actor)
            case "vote":
                return self._vote(state, command, actor)
            case "look":  # the page is made anew after every command, and shows what others wrote meanwhile
                return ()
            case "withdraw":
                statement = _statement(state, command)
                if not actor.facilitates and statement.seat != actor.id:
                    raise Refused(Why.NOT_ALLOWED, N_("Somebody else wrote that."), field="statement")
                return (Fact("statements.statement_withdrawn", {"statement": statement.id}),)
            case "hide" | "show" if not actor.facilitates:
                raise only_the_facilitator()
            case "hide":
                reason = one_line(command.fields.get("reason", ""))[:LONGEST]
                data = {"statement": _statement(state, command).id, "reason": reason}
                return (Fact("statements.statement_hidden", data),)
            case "show":
                return (Fact("statements.statement_shown", {"statement": _statement(state, command, Gone.HIDDEN).id}),)
        raise unknown(command)

    @staticmethod
    def _add(state: StatementsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if not state.collects and not actor.facilitates:
            raise Refused(Why.CLOSED, N_("No new statements are collected here; the ones at hand are answered."))
        text = written(one_line(clean(command.fields.get("text", ""))).strip(), "text", LONGEST)
        if not actor.facilitates and not state.left(actor.id):
            raise Refused(
                Why.INVALID, N_("Everybody can write {limit} statements here. Withdraw one first."), limit=state.limit
            )
        return (
            Fact(
                "statements.statement_added",
                {"statement": free_id("s", state.statements, len(state.statements)), "text": text},
            ),
        )

    @staticmethod
    def _vote(state: StatementsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        statement = _statement(state, command)
        written = command.fields.get("value", "").strip()
        values = {str(answer): answer for answer in ANSWERS}
        if written not in values:
            raise Refused(Why.INVALID, N_('"{option}" is not one of the options.'), field="value", option=written[:60])
        if actor.facilitates:
            raise Refused(Why.NOT_ALLOWED, N_("The facilitator does not answer statements; take a seat to take part."))
        if statement.answers.get(actor.id) == values[written]:
            return ()
        return (Fact("statements.answer_given", {"statement": statement.id, "value": values[written]}),)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: StatementsState, event: Event) -> StatementsState:
        if event.name not in SHAPES:
            return state
        data = event.data
        if event.name == "statements.statement_added":
            number, label = len(state.statements) + 1, {AS_WRITTEN: data["text"]}
            return _put(state, Statement(data["statement"], number, label, event.actor, event.channel))
        known = state.statements.get(data["statement"])
        if known is None:  # its author has had it erased
            return state
        match event.name:
            case "statements.answer_given" if data["value"] in ANSWERS:
                return _put(state, replace(known, answers=known.answers.set(event.actor, data["value"])))
            case "statements.statement_withdrawn":
                return _put(state, replace(known, gone=Gone.WITHDRAWN))
            case "statements.statement_hidden":
                return _put(state, replace(known, gone=Gone.HIDDEN))
            case "statements.statement_shown":
                return _put(state, replace(known, gone=None))
        return state

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: StatementsState, viewer: Viewer) -> StatementsView:
        known = state.answerable()
        seat = viewer.seat
        facilitates = viewer.audience is Audience.FACILITATOR
        results = viewer.results and viewer.audience is not Audience.SEAT
        return StatementsView(
            next=state.next_for(seat) if seat and viewer.open else None,
            answered=sum(seat in one.answers for one in known),
            total=len(known),
            mine=tuple(one for one in known if seat and one.seat == seat),
            groups=tuple((verdict, tuple(state.by_verdict(verdict))) for verdict in Verdict) if results else (),
            all=tuple(known) if facilitates else (),
            hidden=tuple(one for one in state.statements.values() if facilitates and one.gone is Gone.HIDDEN),
            people=len(state.people),
            results=results,
            left=state.left(seat) if seat else 0,
            open=viewer.open,
            answers=ANSWERS,
            verdicts=VERDICTS,
            longest=LONGEST,
        )

    def choices(self, state: StatementsState) -> Hashable:
        return bool(state.answerable())  # later ones come one by one, and never while somebody reads another

    def rows(self, state: StatementsState) -> Iterable[Row]:
        for one in sorted(state.statements.values(), key=lambda one: one.number):
            yield {
                "id": one.id,
                "text": one.label,
                "agree": one.agree,
                "disagree": one.disagree,
                "passed": one.passed,
                "share": round(one.agree / said, 4) if (said := one.agree + one.disagree) else None,
                "verdict": one.verdict.value,
                "state": one.gone.value if one.gone else "shown",
                "channel": one.channel.value,
            }

    def takes(self, state: StatementsState) -> str:
        return "statements"

    def offers(self, state: StatementsState) -> Iterable[Option]:
        return (Option(one.id, one.label) for one in state.answerable())

    def entries(self, state: StatementsState, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
        del state
        if rows and "text" not in rows[0]:
            raise Refused(
                Why.INVALID, N_('The table has no column "text". It takes one statement a row.'), field="text"
            )
        for line, row in enumerate(rows, 2):
            yield Entry((line,), "add", {"text": row["text"]})


def _put(state: StatementsState, statement: Statement) -> StatementsState:
    return replace(state, statements=state.statements.set(statement.id, statement))


def _statement(state: StatementsState, command: Command, gone: Gone | None = None) -> Statement:
    statement = state.statements.get(command.fields.get("statement", ""))
    if statement is None or statement.gone is not gone:
        raise Refused(Why.INVALID, N_("There is no such statement here."), field="statement")
    return statement


ACTIVITY = Statements()
