"""Clusters: groups of cards that the room makes up, by the facilitator's hand or from what people propose.

Events about a cluster name cards by their ids. Which entry says what a cluster is called matters: a title that somebody
proposed stands in that proposal alone, so that it can be erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from workshop_kit.activities.ideas.state import ON_THE_WALL, Idea, IdeasState, Place, Proposal, Standing
from workshop_kit.core.activity import Option
from workshop_kit.core.document import clean, one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Fact
from workshop_kit.core.fields import free_id, one_of, only_the_facilitator, written
from workshop_kit.core.text import AS_WRITTEN

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command
    from workshop_kit.core.event import Event

replace = msgspec.structs.replace

CHOSEN = "card."
"""What the name of a card's checkbox begins with; the card's id follows."""

LONGEST_TITLE = 80
FEWEST_TOGETHER = 2
MOST_CLUSTERS = 60
MOST_PROPOSALS = 20
"""How many proposals a person may have open."""

MODERATED = frozenset({"make-cluster", "rename-cluster", "merge-clusters", "dissolve-cluster", "accept", "decline"})
PROPOSED = frozenset({"propose-cluster", "propose-place", "second", "withdraw-proposal"})
COMMANDS = MODERATED | PROPOSED


# ── decide ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(state: IdeasState, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Decide a command about clusters. Raises `Refused`."""
    if command.name in MODERATED and not actor.facilitates:
        raise only_the_facilitator()
    if command.name in PROPOSED and actor.facilitates:
        raise Refused(Why.NOT_ALLOWED, N_("Whoever moderates makes clusters directly; proposals come from phones."))
    return _DECIDED[command.name](state, command, actor.id)


def _make(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    del actor
    title = _title(command)
    if any(title in target.label.values() for target in state.targets):
        raise Refused(Why.INVALID, N_("There is a group with that title already."), field="title")
    return (Fact("ideas.cluster_made", {"cluster": _free(state), "title": title, "ideas": _chosen(state, command)}),)


def _rename(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    del actor
    cluster, title = _cluster(state, command), _title(command)
    if title in cluster.label.values():
        return ()
    return (Fact("ideas.cluster_renamed", {"cluster": cluster.id, "title": title}),)


def _merge(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    del actor
    cluster, into = _cluster(state, command), command.fields.get("into", "")
    if into == cluster.id:
        raise Refused(Why.INVALID, N_("A group cannot be merged with itself."), field="into")
    one_of(into, (target.id for target in state.targets), "into")
    return (Fact("ideas.clusters_merged", {"cluster": cluster.id, "into": into}),)


def _dissolve(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    del actor
    return (Fact("ideas.cluster_dissolved", {"cluster": _cluster(state, command).id}),)


def _propose_cluster(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    title, ideas = _title(command), _chosen(state, command)
    if len(ideas) < FEWEST_TOGETHER:
        raise Refused(Why.INVALID, N_("Choose at least two cards that belong together."), field="ideas")

    def same(one: Proposal) -> bool:
        titles = {label.casefold() for label in one.title.values()}
        return title.casefold() in titles and set(one.ideas) == set(ideas)

    return _proposed(state, actor, same, "ideas.cluster_proposed", {"ideas": ideas, "title": title})


def _propose_place(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    factor = one_of(command.fields.get("factor", ""), (target.id for target in state.targets), "factor")
    idea = state.ideas.get(command.fields.get("idea", ""))
    if idea is None or idea.place not in ON_THE_WALL:
        raise Refused(Why.INVALID, N_("There is no such card on the wall."), field="idea")
    if idea.factor == factor:
        raise Refused(Why.INVALID, N_("The card is there already."), field="factor")

    def same(one: Proposal) -> bool:
        return (one.ideas, one.factor) == ((idea.id,), factor)

    return _proposed(state, actor, same, "ideas.place_proposed", {"ideas": [idea.id], "factor": factor})


def _proposed(
    state: IdeasState, actor: str, same: Callable[[Proposal], bool], name: str, data: Mapping[str, Any]
) -> tuple[Fact, ...]:
    """Return the proposal as a fact; one that equals an open one has its id, and whoever made that adds nothing."""
    _asked_for(state)
    known = next((one for one in state.open_proposals() if same(one)), None)
    if known and actor in known.seats:
        return ()
    if sum(actor in one.seats for one in state.open_proposals()) >= MOST_PROPOSALS:
        raise Refused(Why.INVALID, N_("You have {most} proposals open. Take one back first."), most=MOST_PROPOSALS)
    proposal = known.id if known else free_id("p", state.proposals, len(state.proposals))
    return (Fact(name, {"proposal": proposal, **data}),)


def _second(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    proposal = _proposal(state, command)
    _asked_for(state)
    return () if actor in proposal.seats else (Fact("ideas.proposal_seconded", {"proposal": proposal.id}),)


def _withdraw(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    proposal = _proposal(state, command)
    return (Fact("ideas.proposal_withdrawn", {"proposal": proposal.id}),) if actor in proposal.seats else ()


def _accept(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    del actor
    proposal = _proposal(state, command)
    alike = (target.id for target in state.targets if set(target.label.values()) & set(proposal.title.values()))
    factor = proposal.factor or next(alike, "") or _free(state)
    ideas = [idea.id for idea in state.concerned(proposal)]
    return (Fact("ideas.proposal_accepted", {"proposal": proposal.id, "ideas": ideas, "factor": factor}),)


def _decline(state: IdeasState, command: Command, actor: str) -> tuple[Fact, ...]:
    del actor
    return (Fact("ideas.proposal_declined", {"proposal": _proposal(state, command).id}),)


_DECIDED: Mapping[str, Callable[[IdeasState, Command, str], tuple[Fact, ...]]] = {
    "make-cluster": _make,
    "rename-cluster": _rename,
    "merge-clusters": _merge,
    "dissolve-cluster": _dissolve,
    "propose-cluster": _propose_cluster,
    "propose-place": _propose_place,
    "second": _second,
    "withdraw-proposal": _withdraw,
    "accept": _accept,
    "decline": _decline,
}


def _asked_for(state: IdeasState) -> None:
    if not state.proposes:
        raise Refused(Why.CLOSED, N_("Proposals are not asked for in this step."))


def _title(command: Command) -> str:
    return written(one_line(clean(command.fields.get("title", ""))).strip(), "title", LONGEST_TITLE)


def _free(state: IdeasState) -> str:
    if len(state.clusters) >= MOST_CLUSTERS:
        raise Refused(Why.INVALID, N_("There are {most} groups already. Merge some first."), most=MOST_CLUSTERS)
    return free_id("c", {target.id for target in state.targets}, len(state.clusters))


def _chosen(state: IdeasState, command: Command) -> list[str]:
    """Return the cards that were ticked, in the order of writing."""
    ticked = {name.removeprefix(CHOSEN) for name in command.fields if name.startswith(CHOSEN)}
    known = [idea.id for idea in state.ordered(*ON_THE_WALL) if idea.id in ticked]
    if len(known) < len(ticked):
        raise Refused(Why.INVALID, N_("There is no such card on the wall."), field="ideas")
    return known


def _cluster(state: IdeasState, command: Command) -> Option:
    found = next((one for one in state.clusters if one.id == command.fields.get("cluster", "")), None)
    if found is None:
        raise Refused(Why.INVALID, N_("There is no such group."), field="cluster")
    return found


def _proposal(state: IdeasState, command: Command) -> Proposal:
    found = next((one for one in state.open_proposals() if one.id == command.fields.get("proposal", "")), None)
    if found is None:
        raise Refused(Why.INVALID, N_("This proposal is no longer open."), field="proposal")
    return found


# ── evolve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(state: IdeasState, event: Event) -> IdeasState:
    """Return the collection after an entry about clusters. Total: what it does not know changes nothing."""
    data = event.data
    match event.name:
        case "ideas.cluster_made":
            return _put_under(_with_cluster(state, data["cluster"], data["title"]), data["ideas"], data["cluster"])
        case "ideas.cluster_renamed":
            label = {AS_WRITTEN: data["title"]}
            renamed = (replace(one, label=label) if one.id == data["cluster"] else one for one in state.clusters)
            return replace(state, clusters=tuple(renamed))
        case "ideas.clusters_merged" if data["cluster"] != data["into"]:
            return _emptied(state, data["cluster"], data["into"])
        case "ideas.cluster_dissolved":
            return _emptied(state, data["cluster"], "")
        case "ideas.cluster_proposed":
            proposal = Proposal(data["proposal"], tuple(data["ideas"]), {AS_WRITTEN: data["title"]})
            return _with_seat(state, proposal, event.actor)
        case "ideas.place_proposed":
            proposal = Proposal(data["proposal"], tuple(data["ideas"]), factor=data["factor"])
            return _with_seat(state, proposal, event.actor)
        case "ideas.proposal_seconded" if known := state.proposals.get(data["proposal"]):
            return _with_seat(state, known, event.actor)
        case "ideas.proposal_withdrawn" if known := state.proposals.get(data["proposal"]):
            seats = known.seats - {event.actor}
            left = state.proposals.set(known.id, replace(known, seats=seats))
            return replace(state, proposals=left if seats else left.remove(known.id))
        case "ideas.proposal_accepted":
            titled = state.proposals.get(data["proposal"])
            title = titled.title.get(AS_WRITTEN, "") if titled else ""
            state = _put_under(_with_cluster(state, data["factor"], title), data["ideas"], data["factor"])
            return _standing(state, data["proposal"], Standing.ACCEPTED)
        case "ideas.proposal_declined":
            return _standing(state, data["proposal"], Standing.DECLINED)
    return state


def decided_again(state: IdeasState, proposal: str) -> IdeasState:
    """Return the collection with a proposal to be decided on again."""
    return _standing(state, proposal, Standing.OPEN)


def settled(state: IdeasState) -> IdeasState:
    """Return the collection with cards whose cluster is gone under nothing."""
    known = {"", *(target.id for target in state.targets)}
    for factor in {idea.factor for idea in state.ideas.values()} - known:
        state = _moved_on(state, factor, "")
    return state


def _with_cluster(state: IdeasState, cluster: str, title: str) -> IdeasState:
    if any(target.id == cluster for target in state.targets):
        return state
    label = {AS_WRITTEN: title} if title else {}
    return replace(state, clusters=(*state.clusters, Option(cluster, label)))


def _put_under(state: IdeasState, ideas: Iterable[str], factor: str) -> IdeasState:
    cards = state.ideas.evolver()
    for key in ideas:
        if (idea := state.ideas.get(key)) and idea.place in ON_THE_WALL:
            cards[key] = under(idea, factor)
    return replace(state, ideas=cards.persistent())


def under(idea: Idea, factor: str) -> Idea:
    """Return a card of the wall under another target, or under none."""
    return replace(idea, factor=factor, place=Place.ASSIGNED if factor else Place.UNASSIGNED)


def _emptied(state: IdeasState, cluster: str, into: str) -> IdeasState:
    """Take a cluster away; all its cards, those off the wall as well, go to another target or to none."""
    if all(one.id != cluster for one in state.clusters) or into not in {"", *(one.id for one in state.targets)}:
        return state
    clusters = tuple(one for one in state.clusters if one.id != cluster)
    return _moved_on(replace(state, clusters=clusters), cluster, into)


def _moved_on(state: IdeasState, factor: str, into: str) -> IdeasState:
    cards = state.ideas.evolver()
    for key, idea in state.ideas.items():
        if idea.factor == factor:
            cards[key] = under(idea, into) if idea.place in ON_THE_WALL else replace(idea, factor=into)
    return replace(state, ideas=cards.persistent())


def _with_seat(state: IdeasState, proposal: Proposal, seat: str) -> IdeasState:
    known = state.proposals.get(proposal.id, proposal)
    return replace(state, proposals=state.proposals.set(known.id, replace(known, seats=known.seats | {seat})))


def _standing(state: IdeasState, proposal: str, standing: Standing) -> IdeasState:
    known = state.proposals.get(proposal)
    if known is None:  # its only author has had it erased
        return state
    return replace(state, proposals=state.proposals.set(proposal, replace(known, standing=standing)))
