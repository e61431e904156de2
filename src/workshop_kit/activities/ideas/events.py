"""The data of the events of a collection, as a log must hold it."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workshop_kit.core.shapes import Count, Shapes


class Added(TypedDict):
    idea: str
    text: str
    factor: NotRequired[str]
    kind: NotRequired[str]


class OfCard(TypedDict):
    idea: str


class Assigned(TypedDict):
    idea: str
    factor: str


class Hidden(TypedDict):
    idea: str
    reason: str


class Split(TypedDict):
    """`parts` are stretches of the card's text, from one character to before another, each with its new id.

    So no word is written twice, and what is erased is erased everywhere.
    """

    idea: str
    parts: list[tuple[str, int, int]]


class Undone(TypedDict):
    entry: int


class Merged(TypedDict):
    idea: str
    into: str


class Approved(TypedDict):
    ideas: list[str]


class ClusterMade(TypedDict):
    cluster: str
    title: str
    ideas: list[str]


class Renamed(TypedDict):
    cluster: str
    title: str


class ClustersMerged(TypedDict):
    """`into` may be a factor as well."""

    cluster: str
    into: str


class OfCluster(TypedDict):
    cluster: str


class ClusterProposed(TypedDict):
    proposal: str
    ideas: list[str]
    title: str


class PlaceProposed(TypedDict):
    proposal: str
    ideas: list[str]
    factor: str


class OfProposal(TypedDict):
    proposal: str


class Accepted(TypedDict):
    """`factor` is the target that the cards go under, a new cluster or one that there was.

    The title stays with the proposal, whose words can be erased; the cards are named, so that they stay together then.
    """

    proposal: str
    ideas: list[str]
    factor: str


class Turned(TypedDict):
    page: Count


SHAPES: Shapes = {
    "ideas.idea_added": Added,
    "ideas.idea_liked": OfCard,
    "ideas.idea_unliked": OfCard,
    "ideas.idea_withdrawn": OfCard,
    "ideas.idea_shown": OfCard,
    "ideas.idea_assigned": Assigned,
    "ideas.idea_hidden": Hidden,
    "ideas.idea_merged": Merged,
    "ideas.idea_split": Split,
    "ideas.idea_parked": OfCard,
    "ideas.ideas_approved": Approved,
    "ideas.cluster_made": ClusterMade,
    "ideas.cluster_renamed": Renamed,
    "ideas.clusters_merged": ClustersMerged,
    "ideas.cluster_dissolved": OfCluster,
    "ideas.cluster_proposed": ClusterProposed,
    "ideas.place_proposed": PlaceProposed,
    "ideas.proposal_seconded": OfProposal,
    "ideas.proposal_withdrawn": OfProposal,
    "ideas.proposal_accepted": Accepted,
    "ideas.proposal_declined": OfProposal,
    "ideas.page_turned": Turned,
    "ideas.move_undone": Undone,
}
