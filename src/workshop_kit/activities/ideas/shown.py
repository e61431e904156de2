"""What a viewer may see of a collection: the wall in groups and pages, one's own cards, the facilitator's lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from msgspec import Struct

from workshop_kit.activities.ideas.pages import pages
from workshop_kit.activities.ideas.state import ON_THE_WALL, Idea, IdeasState, Place, Proposal
from workshop_kit.core.activity import Audience, Option, Viewer
from workshop_kit.core.errors import N_
from workshop_kit.core.likeness import likeness
from workshop_kit.core.text import Localised

ALIKE = 60.0
"""From which likeness on two cards are suggested as the same, and how many pairs are."""
MOST_ALIKE = 10

MOST_COMPARED = 200
"""With more cards than that only the first ones are compared; the rest would hold up the console."""

OFFERS: Mapping[str, str] = {"cards": N_("The cards"), "clusters": N_("The groups")}
"""What a collection passes on, and what that is called."""


class Card(Struct, frozen=True):
    """A card as shown. `others` are the texts merged into it; `likes` is 0 as long as they are not shown."""

    id: str
    number: int
    label: Localised
    factor: str
    likes: int
    liked: bool
    others: tuple[Localised, ...]
    waiting: bool = False


class Group(Struct, frozen=True):
    """Cards under a target's title in a column of the wall; `count` is how many the target has in all."""

    target: Option | None
    cards: tuple[Card, ...]
    count: int
    more: bool


class Proposed(Struct, frozen=True):
    """A proposal as shown: its cards, the target that they would go under or the title, and how many want it."""

    id: str
    cards: tuple[Card, ...]
    target: Option | None
    title: Localised
    count: int
    mine: bool


class IdeasView(Struct, frozen=True):
    """The wall by target (None: not assigned) and in pages, or one's own cards; `left` is how many more one may write.

    `others` are the cards of the wall to a phone that is asked what it likes or what belongs together.
    """

    targets: tuple[Option, ...]
    factors: tuple[Option, ...]
    clusters: tuple[Option, ...]
    kinds: tuple[Option, ...]
    wall: tuple[tuple[Option | None, tuple[Card, ...]], ...]
    pages: tuple[tuple[tuple[Group, ...], ...], ...]
    page: int
    turns: int
    mine: tuple[Card, ...]
    others: tuple[Card, ...]
    hidden: tuple[Card, ...]
    parked: tuple[Card, ...]
    waiting: tuple[Card, ...]
    waits: int
    alike: tuple[tuple[Card, Card], ...]
    proposals: tuple[Proposed, ...]
    undoable: bool
    count: int
    left: int
    open: bool
    collects: bool
    approves: bool
    proposes: bool
    asks_likes: bool
    offers: str
    longest: int


def view_of(state: IdeasState, viewer: Viewer, longest: int) -> IdeasView:
    """Return what `viewer` may see."""
    shown = state.ordered(*ON_THE_WALL)
    groups = state.grouped(shown)
    seat, facilitates = viewer.audience is Audience.SEAT, viewer.audience is Audience.FACILITATOR
    held = state.holding()
    cards = {idea.id: _card(idea, held.get(idea.id, ()), viewer) for idea in state.ideas.values()}

    def listed(*places: Place) -> tuple[Card, ...]:
        return tuple(cards[idea.id] for idea in state.ordered(*places))

    def told(proposal: Proposal) -> Proposed:
        target = next((one for one in state.targets if one.id == proposal.factor), None)
        concerned = tuple(cards[idea.id] for idea in state.concerned(proposal))
        mine = viewer.seat in proposal.seats
        return Proposed(proposal.id, concerned, target, proposal.title, len(proposal.seats), mine)

    counts = {target and target.id: len(ideas) for target, ideas in groups}
    leaves = () if seat else pages(state, groups)
    own = [idea for idea in state.ordered(*ON_THE_WALL, Place.MERGED, Place.WAITING) if idea.seat == viewer.seat]
    return IdeasView(
        targets=state.targets,
        factors=state.factors,
        clusters=state.clusters,
        kinds=state.kinds,
        wall=() if seat else tuple((target, tuple(cards[i.id] for i in ideas)) for target, ideas in groups),
        pages=tuple(
            tuple(
                tuple(
                    Group(
                        one.target,
                        tuple(cards[card.idea.id] for card in one.cards),
                        counts[one.target and one.target.id],
                        one.more,
                    )
                    for one in column
                )
                for column in page
            )
            for page in leaves
        ),
        page=page_shown(state, len(leaves), opened=viewer.open),
        turns=state.turns,
        mine=tuple(cards[idea.id] for idea in own) if seat else (),
        others=listed(*ON_THE_WALL) if seat and (state.asks_likes or state.proposes) else (),
        hidden=listed(Place.HIDDEN) if facilitates else (),
        parked=listed(Place.PARKED) if facilitates else (),
        waiting=listed(Place.WAITING) if facilitates else (),
        waits=len(state.ordered(Place.WAITING)),
        alike=tuple((cards[one.id], cards[other.id]) for one, other in _alike(shown if facilitates else [])),
        proposals=() if viewer.audience is Audience.ROOM else tuple(map(told, state.open_proposals())),
        undoable=bool(state.moves),
        count=len(shown),
        left=state.left(viewer.seat),
        open=viewer.open,
        collects=state.collects,
        approves=state.approves,
        proposes=state.proposes,
        asks_likes=state.asks_likes,
        offers=state.offers,
        longest=longest,
    )


def page_shown(state: IdeasState, count: int, *, opened: bool) -> int:
    """Return the page to show: the one turned to; before that the newest cards while they come in, else the first."""
    follows = opened and state.collects and not state.targets
    return min(state.page or (count if follows else 1), count)


def _card(idea: Idea, held: Iterable[Idea], viewer: Viewer) -> Card:
    others = tuple(other.label for other in held)
    liked = bool(viewer.seat) and viewer.seat in idea.likes
    likes = len(idea.likes) if viewer.results else 0
    waiting = idea.place is Place.WAITING
    return Card(idea.id, idea.number, idea.label, idea.factor, likes, liked, others, waiting)


def _alike(ideas: list[Idea]) -> list[tuple[Idea, Idea]]:
    """Return pairs of cards that may say the same, the most alike first."""
    scored = [
        (likeness(next(iter(one.label.values()), ""), next(iter(other.label.values()), "")), one, other)
        for one, other in combinations(ideas[:MOST_COMPARED], 2)
    ]
    found = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].number))
    return [(one, other) for _, one, other in found[:MOST_ALIKE]]
