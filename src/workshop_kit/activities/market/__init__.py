"""The market: people write what they need and what they can give, and agree with each other. No money is involved.

The paper original is known in Germany as Kooperationsbörse or "Marktplatz Gute Geschäfte". An agreement takes a yes of
both sides; what finds nobody stays on the board and is told in the minutes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from workshop_kit.activities.market.events import SHAPES
from workshop_kit.activities.market.matching import best_together
from workshop_kit.activities.market.record import pending, record
from workshop_kit.activities.market.state import (
    CHOOSABLE,
    DEFAULT_LIMIT,
    FITTING,
    KINDS,
    SUGGESTED,
    Counterpart,
    Entry,
    Gone,
    MarketState,
    MarketView,
    Match,
    Own,
    Side,
    fitting,
    match_of,
)
from workshop_kit.activities.market.told import course, doubts, gist
from workshop_kit.core import activity as shape
from workshop_kit.core.activity import Audience, Option, Row, Spec, Viewer
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, unknown, written
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace

LONGEST = 280


class Market:
    """The activity "market"."""

    name = "market"
    columns = ("id", "kind", "text", "factor", "match", "state")
    personal = frozenset({"market.entry_added"})
    shapes = SHAPES
    closed = N_("The market is closed.")
    said: Mapping[str, str] = {
        "market.entry_added": N_("Offered or sought something"),
        "market.entry_withdrawn": N_("Took a need or an offer back"),
        "market.side_agreed": N_("Agreed to a match"),
        "market.side_withdrew": N_("Took back a yes to a match"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)

    def initial(self, spec: Spec) -> MarketState:
        return MarketState(spec.options("factors"), spec.whole("limit", DEFAULT_LIMIT))

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: MarketState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "offer" | "seek":
                return self._add(state, Side(command.name), command, actor)
            case "add":  # the form of a page, on which the kind is a field
                kind = one_of(command.fields.get("kind", ""), Side, "kind")
                return self._add(state, Side(kind), command, actor)
            case "agree" | "disagree":
                return self._answer(state, command, actor)
            case "withdraw":
                entry = _entry(state, command)
                if not actor.facilitates and entry.seat != actor.id:
                    raise Refused(Why.NOT_ALLOWED, N_("Somebody else wrote that."), field="entry")
                return (Fact("market.entry_withdrawn", {"entry": entry.id}),)
            case "hide" | "show" if not actor.facilitates:
                raise only_the_facilitator()
            case "hide":
                reason = one_line(command.fields.get("reason", ""))[:LONGEST]
                return (Fact("market.entry_hidden", {"entry": _entry(state, command).id, "reason": reason}),)
            case "show":
                return (Fact("market.entry_shown", {"entry": _entry(state, command, Gone.HIDDEN).id}),)
        raise unknown(command)

    @staticmethod
    def _add(state: MarketState, kind: Side, command: Command, actor: Actor) -> tuple[Fact, ...]:
        text = written(clean(command.fields.get("text", "")).strip(), "text", LONGEST)
        if not actor.facilitates and not state.left(actor.id):
            raise Refused(
                Why.INVALID, N_("Everybody can make {limit} entries here. Withdraw one first."), limit=state.limit
            )
        data = {"entry": free_id("e", state.entries, len(state.entries)), "kind": kind.value, "text": text}
        if factor := command.fields.get("factor", "").strip():
            data["factor"] = one_of(factor, (option.id for option in state.factors), "factor")
        return (Fact("market.entry_added", data),)

    @staticmethod
    def _answer(state: MarketState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        offer, _, seek = command.fields.get("match", "").partition("-")
        entries = [state.entries.get(offer), state.entries.get(seek)]
        kinds = [entry.kind for entry in entries if entry and not entry.gone]
        if kinds != [Side.OFFER, Side.SEEK]:
            raise Refused(Why.INVALID, N_("There is no such match on the board."), field="match")
        sides = _sides(state, Match(offer, seek), command, actor)
        known = state.said.get(Match(offer, seek), frozenset())
        name = "market.side_agreed" if command.name == "agree" else "market.side_withdrew"
        new = [side for side in sides if (side in known) is (command.name != "agree")]
        if new and command.name == "agree" and not (actor.named or actor.facilitates):
            raise Refused(Why.INVALID, N_("Please give your name, so that the other side finds you."), field="name")
        return tuple(Fact(name, {"offer": offer, "seek": seek, "side": side.value}) for side in new)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: MarketState, event: Event) -> MarketState:
        if event.name not in SHAPES:
            return state
        data = event.data
        if event.name == "market.entry_added":
            return _put(state, _written(state, event)) if data["kind"] in set(Side) else state
        if event.name in {"market.side_agreed", "market.side_withdrew"}:
            return _answered(state, event)
        entry = state.entries.get(data["entry"])
        if entry is None:  # its author has had it erased
            return state
        gone = {"market.entry_withdrawn": Gone.WITHDRAWN, "market.entry_hidden": Gone.HIDDEN}.get(event.name)
        return _put(state, replace(entry, gone=gone))

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: MarketState, viewer: Viewer) -> MarketView:
        agreed = state.matches(agreed=True)
        facilitates = viewer.audience is Audience.FACILITATOR
        mine = [entry for entry in state.on_board() if viewer.seat and entry.seat == viewer.seat]
        return MarketView(
            factors=state.factors,
            kinds=KINDS,
            board=tuple((kind, tuple(state.on_board(kind))) for kind in (Side.SEEK, Side.OFFER)),
            agreed=tuple((state.entries[match.offer], state.entries[match.seek]) for match in agreed),
            waiting=tuple(
                (state.entries[match.offer], state.entries[match.seek]) for match in state.matches(agreed=False)
            ),
            fits=best_together(state.unmatched(Side.OFFER), state.unmatched(Side.SEEK)) if facilitates else (),
            taken=frozenset(one for match in agreed for one in match),
            mine=tuple(map(partial(_own, state), state.on_board() if facilitates else mine)),
            hidden=tuple(entry for entry in state.entries.values() if facilitates and entry.gone is Gone.HIDDEN),
            left=state.left(viewer.seat) if viewer.seat else state.limit,
            open=viewer.open,
            longest=LONGEST,
        )

    def choices(self, state: MarketState) -> Hashable:
        return state.entries, state.said

    def rows(self, state: MarketState) -> Iterable[Row]:
        waiting = {one for match in state.matches(agreed=False) for one in match}
        for entry in sorted(state.entries.values(), key=lambda entry: entry.number):
            agreed = [] if entry.gone else state.agreed_with(entry)
            standing = "agreed" if agreed else "asked" if entry.id in waiting else "open"
            yield {
                "id": entry.id,
                "kind": entry.kind.value,
                "text": {AS_WRITTEN: entry.text},
                "factor": entry.factor,
                "match": " ".join(other.id for other in agreed),
                "state": entry.gone.value if entry.gone else standing,
            }

    def offers(self, state: MarketState) -> Iterable[Option]:
        return (Option(entry.id, {AS_WRITTEN: entry.text}) for entry in state.on_board())

    def entries(self, state: MarketState, rows: Sequence[Mapping[str, str]]) -> Iterable[shape.Entry]:
        del state
        if rows and not {"kind", "text"} <= rows[0].keys():
            raise Refused(
                Why.INVALID,
                N_('The table needs the columns "kind" (offer or seek) and "text", and factor if you like.'),
                field="kind",
            )
        for line, row in enumerate(rows, 2):
            yield shape.Entry((line,), "add", {key: row[key] for key in ("kind", "text", "factor") if key in row})


def _own(state: MarketState, entry: Entry) -> Own:
    others = fitting(entry, state.on_board(entry.kind.other))
    asked = [pair for pair in others if state.said.get(match_of(entry, pair[1]))]
    suggested = [pair for pair in others if pair[0] >= FITTING and pair not in asked][:SUGGESTED]
    shown = [other for _, other in (*asked, *suggested)]
    counterparts = []
    for other in shown:
        match = match_of(entry, other)
        said = state.said.get(match, frozenset())
        counterparts.append(Counterpart(match.id, other, entry.kind in said, other.kind in said))
    rest = tuple(other for _, other in others if other not in shown)[:CHOOSABLE]
    return Own(entry, tuple(counterparts), rest)


def _sides(state: MarketState, match: Match, command: Command, actor: Actor) -> list[Side]:
    """Return the sides for which somebody speaks: those whose entry it is, or which the facilitator names."""
    if actor.facilitates:
        named = command.fields.get("side", "")
        return list(Side) if named == "both" else [Side(one_of(named, Side, "side"))]
    own = [side for side in Side if state.entries[match.of(side)].seat == actor.id]
    if not own:
        raise Refused(Why.NOT_ALLOWED, N_("That is between the two who wrote it."), field="match")
    return own


def _written(state: MarketState, event: Event) -> Entry:
    data: Mapping[str, Any] = event.data
    number = len(state.entries) + 1
    factor = data.get("factor", "")
    return Entry(data["entry"], number, Side(data["kind"]), data["text"], event.actor, event.channel, factor)


def _answered(state: MarketState, event: Event) -> MarketState:
    match, side = Match(event.data["offer"], event.data["seek"]), event.data["side"]
    if side not in set(Side) or not all(one in state.entries for one in match):
        return state
    known = state.said.get(match, frozenset())
    sides = known | {Side(side)} if event.name == "market.side_agreed" else known - {Side(side)}
    return replace(state, said=state.said.set(match, sides) if sides else state.said.discard(match))


def _put(state: MarketState, entry: Entry) -> MarketState:
    return replace(state, entries=state.entries.set(entry.id, entry))


def _entry(state: MarketState, command: Command, gone: Gone | None = None) -> Entry:
    entry = state.entries.get(command.fields.get("entry", ""))
    if entry is None or entry.gone is not gone:
        raise Refused(Why.INVALID, N_("There is no such entry on the board."), field="entry")
    return entry


ACTIVITY = Market()
