"""What a network picture is at one moment: the nodes, who named which tie, and what that comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from pyrsistent import PMap, pmap

from workshop_kit.core.document import Network
from workshop_kit.core.errors import N_
from workshop_kit.core.text import Localised, Text

MOST_NODES = 100
MOST_TIES = 40
"""How many ties one person may name."""


class Kind(StrEnum):
    """How two nodes work together."""

    IN_PERSON = "in-person"
    ONLINE = "online"
    BEYOND = "beyond"


class Strength(StrEnum):
    """How closely two nodes work together."""

    OCCASIONAL = "occasional"
    REGULAR = "regular"
    CLOSE = "close"

    @property
    def weight(self) -> int:
        """From 1, the weakest, to 3."""
        return tuple(Strength).index(self) + 1


KINDS = {
    Kind.IN_PERSON: N_("in person"),
    Kind.ONLINE: N_("online"),
    Kind.BEYOND: N_("beyond the region"),
}
STRENGTHS = {
    Strength.OCCASIONAL: N_("now and then"),
    Strength.REGULAR: N_("regularly"),
    Strength.CLOSE: N_("closely"),
}


class Pair(NamedTuple):
    """The ids of two nodes; a tie has no direction."""

    one: str
    other: str

    @classmethod
    def of(cls, one: str, other: str) -> Pair:
        """Return the pair in the one order in which it is written."""
        return cls(*sorted((one, other)))


class Node(Struct, frozen=True):
    """An organisation or a group. `into` is the node that it was merged into, `reason` why it is hidden."""

    id: str
    number: int
    label: Localised
    seat: str = ""
    into: str = ""
    hidden: bool = False
    reason: str = ""


class Claim(Struct, frozen=True):
    """What one person says of a tie: it exists, of these kinds and so close, or it is missing."""

    kinds: frozenset[Kind]
    strength: Strength
    missing: bool = False


class Tie(Struct, frozen=True):
    """A tie as the room names it. `named` people say that it exists, `missed` that it is missing.

    `kinds` are all that somebody named; `strength` is the median of what people say (the closer of two in the middle).
    """

    one: Node
    other: Node
    kinds: tuple[Kind, ...]
    strength: Strength
    named: int
    missed: int

    @property
    def missing(self) -> bool:
        """Whether nobody says that it exists."""
        return not self.named

    @property
    def id(self) -> str:
        return f"{self.one.id}-{self.other.id}"


class Own(Struct, frozen=True):
    """A tie as one person named it."""

    one: Node
    other: Node
    claim: Claim


class TiesState(Struct, frozen=True):
    """All nodes ever added, by id in their order, and what each seat says of which pair."""

    limit: int
    collects: bool
    nodes: PMap[str, Node] = pmap()
    claims: PMap[Pair, PMap[str, Claim]] = pmap()

    @property
    def shown(self) -> tuple[Node, ...]:
        """The nodes of the picture in their order."""
        return tuple(node for node in self.ordered() if not node.hidden and not node.into)

    def ordered(self) -> list[Node]:
        return sorted(self.nodes.values(), key=lambda node: node.number)

    def root(self, node_id: str) -> Node | None:
        """Return the node that one stands for now; none where it is hidden or gone.

        >>> merged = Node("b", 2, {}, into="a")
        >>> TiesState(0, True, pmap({"a": Node("a", 1, {}), "b": merged})).root("b").id
        'a'
        """
        node = self.nodes.get(node_id)
        while node is not None and node.into:
            node = self.nodes.get(node.into)
        return None if node is None or node.hidden else node

    def merged_into(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that were merged into this one."""
        return tuple(other for other in self.ordered() if other.into == node.id)

    def left(self, seat: str) -> int:
        """Return how many more nodes a person may add."""
        if not self.collects:
            return 0
        own = sum(node.seat == seat for node in self.nodes.values())
        return max(0, min(self.limit - own, MOST_NODES - len(self.nodes)))

    def own(self, seat: str) -> tuple[tuple[Pair, Claim], ...]:
        """Return what a person says of which pair, in the order of the nodes."""
        said = ((pair, claims[seat]) for pair, claims in self.claims.items() if seat in claims)
        return tuple(sorted(said, key=lambda one: self._place(one[0])))

    def ties(self) -> tuple[Tie, ...]:
        """Return the ties of the picture, in the order of their nodes; those of merged nodes are one.

        Somebody who named both is counted once; who says that it exists does not miss it.
        """
        said: dict[Pair, dict[str, list[Claim]]] = {}
        for pair, claims in self.claims.items():
            one, other = map(self.root, pair)
            if one is None or other is None or one.id == other.id:
                continue
            for seat, claim in claims.items():
                said.setdefault(Pair.of(one.id, other.id), {}).setdefault(seat, []).append(claim)
        return tuple(self._tie(pair, said[pair]) for pair in sorted(said, key=self._place))

    def _tie(self, pair: Pair, said: Mapping[str, Iterable[Claim]]) -> Tie:
        one, other = sorted((self.nodes[end] for end in pair), key=lambda node: node.number)
        real = {seat: found for seat, claims in said.items() if (found := [c for c in claims if not c.missing])}
        chosen = [claim for claims in (real or said).values() for claim in claims]
        kinds = frozenset[Kind]().union(*(claim.kinds for claim in chosen))
        weights = sorted(max(claim.strength.weight for claim in claims) for claims in real.values()) or [1]
        strength = tuple(Strength)[weights[len(weights) // 2] - 1]
        return Tie(
            one, other, tuple(kind for kind in Kind if kind in kinds), strength, len(real), len(said) - len(real)
        )

    def _place(self, pair: Pair) -> tuple[int, ...]:
        return tuple(sorted(self.nodes[end].number for end in pair))

    def with_node(self, node: Node) -> TiesState:
        return replace(self, nodes=self.nodes.set(node.id, node))

    def with_claim(self, pair: Pair, seat: str, claim: Claim | None) -> TiesState:
        """Return the state with what a person says of a pair; `None` takes it back."""
        known: PMap[str, Claim] = self.claims.get(pair, pmap())
        after = known.discard(seat) if claim is None else known.set(seat, claim)
        return replace(self, claims=self.claims.set(pair, after) if after else self.claims.discard(pair))


class TiesView(Struct, frozen=True):
    """The network as one viewer sees it.

    `most` are the nodes with most ties, each with how many it has; `figure` makes the picture in a language.
    """

    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    most: tuple[tuple[Node, int], ...]
    loose: tuple[Node, ...]
    mine: tuple[Own, ...]
    merged: tuple[Node, ...]
    hidden: tuple[Node, ...]
    kinds: Mapping[Kind, str]
    strengths: Mapping[Strength, str]
    people: int
    figure: Callable[[Text], Network]
    left: int
    results: bool
    open: bool
    longest: int
