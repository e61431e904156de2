"""Cards in named columns: retrospectives, lessons, thanks, stories and one word each, as the format says.

A card is never deleted from the record: each is on the wall, parked, withdrawn or hidden. A story stands in the public
minutes only as long as its author agrees to that; it can be taken back after the step too, until the minutes are final.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from workshop_kit.activities.cards.events import ADDED, EDITED, SHAPES, THANKED
from workshop_kit.activities.cards.formats import FORMATS, Column, Format, Naming, Shape, settings_of
from workshop_kit.activities.cards.record import pending, record, story_name
from workshop_kit.activities.cards.state import Card, CardsState, CardsView, Place
from workshop_kit.activities.cards.told import course, doubts, gist
from workshop_kit.core.activity import Audience, Entry, Option, Person, Row, Spec, Viewer
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, short, unknown, written
from workshop_kit.core.text import AS_WRITTEN, localised

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

replace = msgspec.structs.replace

MOST_COLUMNS = 4
"""More would not be readable side by side on a projected page."""

SHORTEST, LONGEST = 20, 2_000
"""Between which lengths an agenda may set how much a card holds."""

MOST_CARDS = 50
"""The largest number of cards per person that an agenda may set."""

LONGEST_LINE = 80
"""So much a title, a place and time, or the name of a group may hold."""

LONGEST_REASON = 280

PLACES = {
    "cards.card_withdrawn": Place.WITHDRAWN,
    "cards.card_hidden": Place.HIDDEN,
    "cards.card_parked": Place.PARKED,
    "cards.card_shown": Place.SHOWN,
}

FROM_FRONT = frozenset({"hide", "park", "show"})


class Cards:
    """The activity "cards"."""

    name = "cards"
    columns = ("id", "column", "title", "text", "whence", "author", "to", "public", "state", "likes", "channel")
    personal = frozenset({ADDED, THANKED, EDITED})
    lasting = frozenset({"consent"})
    shapes = SHAPES
    closed = N_("No more cards are written here.")
    said: Mapping[str, str] = {
        ADDED: N_("Wrote a card"),
        THANKED: N_("Thanked, or was thanked"),
        EDITED: N_("Changed a card"),
        "cards.card_moved": N_("Put a card into another column"),
        "cards.card_withdrawn": N_("Took a card back"),
        "cards.card_liked": N_("Agreed to a card"),
        "cards.card_unliked": N_("Took back agreement to a card"),
        "cards.consented": N_("A story in the public minutes: yes or no"),
    }
    record = staticmethod(record)
    pending = staticmethod(pending)
    gist = staticmethod(gist)
    course = staticmethod(course)
    doubts = staticmethod(doubts)

    # ── the agenda ────────────────────────────────────────────────────────────────────────────────────────────────

    def completed(self, spec: Spec) -> Spec:
        """Return the item with the columns and the question of its format, where it has none of its own."""
        found = FORMATS.get(str(spec.settings.get("format", "")))
        if found is None:
            return spec
        prompt = spec.prompt if any(spec.prompt.values()) else found.prompt
        return replace(spec, prompt=prompt, settings={**settings_of(found), **spec.settings})

    def initial(self, spec: Spec) -> CardsState:
        name = spec.setting("format", "", ("", *FORMATS))
        found = FORMATS.get(name, Format())
        return CardsState(
            columns=_columns(spec) or found.columns or _no_columns(spec),
            shape=found.shape,
            limit=spec.whole("limit", found.limit, most=MOST_CARDS),
            longest=spec.whole("longest", found.longest, least=SHORTEST, most=LONGEST),
            named=Naming(spec.setting("named", found.named.value, [naming.value for naming in Naming])),
            hidden=spec.setting("hidden_until_revealed", found.hidden),
            likable=spec.setting("likes", default=False),
        )

    # ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, state: CardsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        match command.name:
            case "add":
                return self._add(state, command, actor)
            case "edit":
                return self._edit(state, command, actor)
            case "move":
                column = one_of(command.fields.get("column", ""), (known.id for known in state.columns), "column")
                card = _own(_card(state, command), actor)
                return () if column == card.column else (Fact("cards.card_moved", {"card": card.id, "column": column}),)
            case "withdraw":
                card = _own(_card(state, command, Place.SHOWN, Place.PARKED), actor)
                return (Fact("cards.card_withdrawn", {"card": card.id}),)
            case "consent" if state.shape is Shape.STORY:
                return self._consent(state, command, actor)
            case "like" | "unlike" if state.likable:
                card = _card(state, command)
                known = (actor.id in card.likes) == (command.name == "like")
                return () if known else (Fact(f"cards.card_{command.name}d", {"card": card.id}),)
            case _ if command.name in FROM_FRONT:
                return self._sort(state, command, actor)
        raise unknown(command)

    @staticmethod
    def _add(state: CardsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        fields = command.fields
        data: dict[str, Any] = {
            "card": free_id("c", state.cards, len(state.cards)),
            "column": _column_of(state, command),
            **_words(state, command),
        }
        if not actor.facilitates:
            if not state.left(actor.id):
                told = N_("Everybody can write {limit} cards here. Withdraw one first.")
                raise Refused(Why.INVALID, told, limit=state.limit)
            if state.named is Naming.MUST or (state.named is Naming.MAY and fields.get("named")):
                if not actor.named:
                    raise Refused(Why.INVALID, N_("Please give your name, since it stands on the card."), field="name")
                data["named"] = True
        if state.shape is Shape.THANKS:
            return (Fact(THANKED, data | _recipient(command, actor)),)
        if state.shape is Shape.STORY and fields.get("public"):
            data["public"] = True
        return (Fact(ADDED, data),)

    @staticmethod
    def _edit(state: CardsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        words = _words(state, command)
        card = _card(state, command, Place.SHOWN, Place.PARKED)
        if card.seat != actor.id:
            raise Refused(Why.NOT_ALLOWED, N_("Only who wrote a card changes its words."), field="card")
        new = {"title": "", "whence": "", **words}
        if all(getattr(card, key) == value for key, value in new.items()):
            return ()
        return (Fact(EDITED, {"card": card.id, **words}),)

    @staticmethod
    def _consent(state: CardsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        card = _own(_card(state, command, Place.SHOWN, Place.PARKED, Place.HIDDEN), actor)
        given = bool(command.fields.get("given"))
        if given and card.seat != actor.id:
            raise Refused(Why.NOT_ALLOWED, N_("Only who wrote a story can agree to publish it."), field="card")
        return () if given == card.public else (Fact("cards.consented", {"card": card.id, "given": given}),)

    @staticmethod
    def _sort(state: CardsState, command: Command, actor: Actor) -> tuple[Fact, ...]:
        if not actor.facilitates:
            raise only_the_facilitator()
        match command.name:
            case "hide":
                card = _card(state, command, Place.SHOWN, Place.PARKED)
                reason = short(one_line(command.fields.get("reason", "")), "reason", LONGEST_REASON)
                return (Fact("cards.card_hidden", {"card": card.id, "reason": reason}),)
            case "park":
                return (Fact("cards.card_parked", {"card": _card(state, command).id}),)
        return (Fact("cards.card_shown", {"card": _card(state, command, Place.HIDDEN, Place.PARKED).id}),)

    # ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────

    def evolve(self, state: CardsState, event: Event) -> CardsState:
        if event.name not in SHAPES:
            return state
        if event.name in {ADDED, THANKED}:
            return _put(state, _written(state, event))
        data = event.data
        card = state.cards.get(data["card"])
        if card is None:  # its author has had it erased
            return state
        match event.name:
            case _ if event.name == EDITED:
                said = {"title": "", "whence": "", **data}
                return _put(state, replace(card, **{key: said[key] for key in ("text", "title", "whence")}))
            case "cards.card_moved":
                return _put(state, replace(card, column=data["column"]))
            case "cards.card_liked":
                return _put(state, replace(card, likes=card.likes | {event.actor}))
            case "cards.card_unliked":
                return _put(state, replace(card, likes=card.likes - {event.actor}))
            case "cards.consented":
                return _put(state, replace(card, public=data["given"]))
        return _put(state, replace(card, place=PLACES[event.name], reason=data.get("reason", "")))

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────

    def view(self, state: CardsState, viewer: Viewer) -> CardsView:
        seat, facilitates = viewer.seat, viewer.audience is Audience.FACILITATOR
        shown = state.ordered()
        visible = facilitates or not state.hidden or viewer.results
        wall = tuple(
            (column, tuple(card for card in shown if state.column_of(card) is column)) for column in state.columns
        )
        own = state.ordered(Place.SHOWN, Place.PARKED)
        return CardsView(
            columns=state.columns,
            shape=state.shape,
            naming=state.named,
            likable=state.likable,
            wall=wall if visible and viewer.audience is not Audience.SEAT else (),
            mine=tuple(card for card in own if seat and card.seat == seat),
            thanks=tuple(card for card in shown if visible and seat and card.thanked == seat),
            others=tuple(card for card in shown if visible and state.likable and seat and card.seat != seat),
            hidden=tuple(state.ordered(Place.HIDDEN)) if facilitates else (),
            parked=tuple(state.ordered(Place.PARKED)) if facilitates else (),
            visible=visible,
            count=len(shown),
            most=max((len(cards) for _, cards in wall), default=0),
            left=state.left(seat) if seat else state.limit,
            open=viewer.open,
            longest=state.longest,
            longest_title=LONGEST_LINE,
        )

    def choices(self, state: CardsState) -> Hashable:
        if not state.likable and state.shape is not Shape.THANKS:
            return ()
        return tuple((card.id, card.text, card.column) for card in state.ordered())

    def one_round(self, state: CardsState) -> bool:
        """Return whether cards must not be left behind in an earlier round, where no consent could be taken back."""
        return state.shape is Shape.STORY and bool(state.cards)

    def rows(self, state: CardsState) -> Iterable[Row]:
        for card in state.ordered(*Place):
            yield {
                "id": card.id,
                "column": card.column,
                "title": card.title,
                "text": {AS_WRITTEN: card.text},
                "whence": card.whence,
                "author": Person(card.seat) if card.named else None,
                "to": Person(card.thanked) if card.thanked else card.group,
                "public": card.public if state.shape is Shape.STORY else None,
                "state": card.place.value,
                "likes": len(card.likes),
                "channel": card.channel.value,
            }

    def offers(self, state: CardsState) -> Iterable[Option]:
        """Return the cards on the wall; a story by its number, since a later poll is told in public."""
        for card in state.ordered():
            label = story_name(card) if state.shape is Shape.STORY else {AS_WRITTEN: one_line(card.text)}
            yield Option(card.id, label)

    def entries(self, state: CardsState, rows: Sequence[Mapping[str, str]]) -> Iterable[Entry]:
        if rows and "text" not in rows[0]:
            told = N_('The table has no column "text". It takes text, and column, title and whence if you like.')
            raise Refused(Why.INVALID, told, field="text")
        ids = {name.casefold(): column.id for column in state.columns for name in (*column.label.values(), column.id)}
        for line, row in enumerate(rows, 2):
            fields = {key: row[key] for key in ("text", "title", "whence") if key in row}
            if column := row.get("column", "").strip():
                fields["column"] = ids.get(column.casefold(), column)
            yield Entry((line,), "add", fields)


def _columns(spec: Spec) -> tuple[Column, ...]:
    found = spec.options("columns")
    if len(found) > MOST_COLUMNS:
        raise AgendaError(
            N_('Item "{item}": there are {n} "columns", at most {most} fit side by side.'),
            item=spec.id,
            n=len(found),
            most=MOST_COLUMNS,
        )
    return tuple(Column(option.id, option.label, localised(option.extra.get("hint", {}))) for option in found)


def _no_columns(spec: Spec) -> tuple[Column, ...]:
    raise AgendaError(
        N_('Item "{item}" has no columns. Give it "columns", or one of these as "format": {known}.'),
        item=spec.id,
        known=", ".join(FORMATS),
    )


def _column_of(state: CardsState, command: Command) -> str:
    """Return the column that a new card is for; where there is one only it need not be named."""
    column = command.fields.get("column", "").strip()
    if not column and len(state.columns) == 1:
        return state.columns[0].id
    if not column:
        raise Refused(Why.INVALID, N_("Please choose a column."), field="column")
    return one_of(column, (known.id for known in state.columns), "column")


def _words(state: CardsState, command: Command) -> dict[str, str]:
    """Return what is written on a card."""
    said = {"text": written(clean(command.fields.get("text", "")).strip(), "text", state.longest)}
    if state.shape is Shape.STORY:
        lines = {key: _line(command, key) for key in ("title", "whence")}
        said |= {key: line for key, line in lines.items() if line}
    return said


def _recipient(command: Command, actor: Actor) -> dict[str, str]:
    """Return whom a card thanks; that a person is there the session has looked up."""
    if person := command.fields.get("person", "").strip():
        if person == actor.id:
            raise Refused(Why.INVALID, N_("That is you. Whom else would you like to thank?"), field="person")
        return {"seat": person}
    group = _line(command, "group")
    return {"group": group} if group else {}


def _line(command: Command, field: str) -> str:
    return short(one_line(command.fields.get(field, "")), field, LONGEST_LINE)


def _written(state: CardsState, event: Event) -> Card:
    data: Mapping[str, Any] = event.data
    said = {key: data[key] for key in ("title", "whence", "group", "named", "public") if key in data}
    return Card(
        data["card"],
        len(state.cards) + 1,
        data["column"],
        data["text"],
        event.actor,
        event.channel,
        thanked=data.get("seat", ""),
        **said,
    )


def _put(state: CardsState, card: Card) -> CardsState:
    return replace(state, cards=state.cards.set(card.id, card))


def _own(card: Card, actor: Actor) -> Card:
    if not actor.facilitates and card.seat != actor.id:
        raise Refused(Why.NOT_ALLOWED, N_("That card is somebody else's."), field="card")
    return card


def _card(state: CardsState, command: Command, *places: Place) -> Card:
    card = state.cards.get(command.fields.get("card", ""))
    if card is None or card.place not in (places or (Place.SHOWN,)):
        raise Refused(Why.INVALID, N_("There is no such card on the wall."), field="card")
    return card


ACTIVITY = Cards()
