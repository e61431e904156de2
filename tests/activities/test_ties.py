"""The activity "ties": who works with whom, counted and never doubled, and what holds the network together."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.ties.figures import bridges, most_tied, untied
from workshop_kit.activities.ties.state import MOST_NODES, MOST_TIES, Kind, Strength
from workshop_kit.core.activity import Audience
from workshop_kit.core.document import Network, Pairs
from workshop_kit.core.errors import AgendaError, Refused, Why
from workshop_kit.core.text import Text

NODES = [
    {"id": name, "de": name.title(), "en": name.title()} for name in ("library", "school", "choir", "club", "church")
]
NET = {"id": "net", "activity": "ties", "options": NODES}
ENGLISH = Text("en")


@pytest.fixture
def net(room):
    return room(NET)


def tie(made, seat, one, other, *kinds, strength="occasional", state="exists"):
    fields = {f"kind.{kind}": "yes" for kind in kinds or (() if state == "missing" else ("in-person",))}
    return made.do("tie", "net", by=seat, one=one, other=other, strength=strength, state=state, **fields)


def ties(made):
    return {tuple(sorted((one.one.id, one.other.id))): one for one in made.inside("net").ties()}


def people(seat, _):
    return seat.title()


def test_a_tie_that_several_name_is_counted_and_not_doubled(net):
    tie(net, "ada", "library", "school", "online")
    tie(net, "ben", "school", "library", "in-person", "beyond", strength="close")
    tie(net, "cem", "library", "school", state="missing")
    (found,) = net.inside("net").ties()
    assert (found.named, found.missed, found.missing) == (2, 1, False)
    assert found.kinds == (Kind.IN_PERSON, Kind.ONLINE, Kind.BEYOND)
    assert found.strength is Strength.CLOSE


def test_naming_again_changes_ones_own_and_withdrawing_leaves_the_others(net, assert_refused):
    tie(net, "ada", "library", "school")
    assert tie(net, "ada", "school", "library") == ()
    tie(net, "ada", "library", "school", "online", strength="regular")
    tie(net, "ben", "library", "school")
    assert ties(net)["library", "school"].named == 2
    net.do("untie", "net", by="ada", one="school", other="library")
    assert ties(net)["library", "school"].kinds == (Kind.IN_PERSON,)
    with assert_refused(Why.INVALID, "other"):
        net.do("untie", "net", by="ada", one="school", other="library")
    net.do("untie", "net", by="ben", one="library", other="school")
    assert ties(net) == {}


def test_a_missing_tie_needs_no_kind_and_ties_nothing(net):
    tie(net, "ada", "library", "school", state="missing")
    assert ties(net)["library", "school"].missing
    assert len(untied(net.inside("net"))) == len(NODES)


def test_nodes_are_added_up_to_a_bound(net, assert_refused):
    net.do("add", "net", by="ada", label=" Fire brigade ")
    assert net.inside("net").shown[-1].label == {"und": "Fire brigade"}
    for label in ("", " ", "x" * 81, "fire BRIGADE", "Library"):
        with assert_refused(Why.INVALID, "label"):
            net.do("add", "net", by="ben", label=label)
    for number in range(4):
        net.do("add", "net", by="ada", label=f"Group {number}")
    with assert_refused(Why.INVALID, "label"):
        net.do("add", "net", by="ada", label="One more")
    for number in range(MOST_NODES - len(net.inside("net").nodes)):
        net.do("add", "net", label=f"More {number}")
    with assert_refused(Why.INVALID, "label"):
        net.do("add", "net", label="Too many")


def test_merging_adds_up_and_can_be_undone(net, assert_refused):
    tie(net, "ada", "library", "choir", "online")
    tie(net, "ada", "school", "choir", "beyond", strength="regular")
    tie(net, "ben", "choir", "school", state="missing")
    tie(net, "ben", "library", "school")
    before = net.inside("net")
    net.do("merge", "net", node="school", into="library")
    (found,) = net.inside("net").ties()
    assert (found.named, found.missed, found.kinds) == (1, 1, (Kind.ONLINE, Kind.BEYOND))
    with assert_refused(Why.INVALID, "one"):
        tie(net, "cem", "school", "choir")
    net.do("unmerge", "net", node="school")
    assert net.inside("net") == before
    with assert_refused(Why.INVALID, "node"):
        net.do("unmerge", "net", node="school")


def test_a_hidden_node_takes_what_was_merged_into_it_along(net, assert_refused):
    tie(net, "ada", "school", "choir")
    net.do("merge", "net", node="school", into="library")
    net.do("hide", "net", node="library", reason="a private person")
    assert ties(net) == {}
    assert [node.id for node in net.view("net", Audience.FACILITATOR).hidden] == ["library"]
    assert net.view("net").hidden == ()
    with assert_refused(Why.INVALID, "node"):
        net.do("hide", "net", node="library")
    net.do("show", "net", node="library")
    assert set(ties(net)) == {("choir", "library")}
    with assert_refused(Why.INVALID, "node"):
        net.do("show", "net", node="library")


def test_figures(net):
    for one, other in (("library", "school"), ("school", "choir"), ("school", "club")):
        tie(net, "ada", one, other)
    state = net.inside("net")
    assert next((node.id, n) for node, n in most_tied(state)) == ("school", 3)
    assert [node.id for node in untied(state)] == ["church"]
    assert [node.id for node in bridges(state.shown, state.ties())] == ["school"]
    tie(net, "ada", "library", "choir")
    tie(net, "ada", "club", "choir")
    state = net.inside("net")
    assert bridges(state.shown, state.ties()) == ()


class TestRefusals:
    def test_a_tie_has_two_known_ends_and_a_kind(self, net, assert_refused):
        for one, other, field in (("x", "school", "one"), ("library", "", "other"), ("library", "library", "other")):
            with assert_refused(Why.INVALID, field):
                tie(net, "ada", one, other)
        with assert_refused(Why.INVALID, "kind"):
            net.do("tie", "net", by="ada", one="library", other="school", strength="close")
        with assert_refused(Why.INVALID, "strength"):
            tie(net, "ada", "library", "school", strength="tight")
        with assert_refused(Why.INVALID, "state"):
            tie(net, "ada", "library", "school", state="perhaps")

    def test_only_the_facilitator_merges_and_hides(self, net, assert_refused):
        for command in ("merge", "unmerge", "hide", "show"):
            with assert_refused(Why.NOT_ALLOWED):
                net.do(command, "net", by="ada", node="library", into="school")
        with assert_refused(Why.INVALID, "into"):
            net.do("merge", "net", node="library", into="library")

    def test_a_person_names_so_many_ties(self, room, assert_refused):
        made = room(NET | {"options": [f"Group {n}" for n in range(MOST_TIES + 2)]})
        for number in range(2, MOST_TIES + 2):
            tie(made, "ada", "o1", f"o{number}")
        with assert_refused(Why.INVALID, "one"):
            tie(made, "ada", "o2", "o3")
        tie(made, "ada", "o1", "o2", "online")

    def test_where_nodes_are_given(self, room, assert_refused):
        made = room(NET | {"collects": False})
        with assert_refused(Why.NOT_ALLOWED):
            made.do("add", "net", by="ada", label="Club")
        assert made.view("net", Audience.SEAT, "ada").left == 0

    def test_unknown_and_late(self, net, assert_refused):
        with assert_refused(Why.UNKNOWN):
            net.do("draw", "net", by="ada")
        net.do("close", "net")
        with assert_refused(Why.CLOSED):
            tie(net, "ada", "library", "school")

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"options": ["x"] * 101}, "100"),
            ({"collects": "no"}, "collects"),
            ({"limit": 0}, "limit"),
            ({"most": 1}, "most"),
        ],
    )
    def test_an_agenda_that_makes_no_sense(self, agenda, changed, told):
        with pytest.raises(AgendaError, match=told):
            agenda(NET | changed)


def test_rows_are_tidy_and_nodes_are_handed_over(net):
    tie(net, "ada", "library", "school", "online", "beyond")
    tie(net, "ada", "library", "club", state="missing")
    kind = net.activity("net")
    rows = list(kind.rows(net.inside("net")))
    assert all(tuple(row) == kind.columns for row in rows)
    assert [(row["state"], row["kinds"], row["named"]) for row in rows] == [
        ("exists", "online beyond", 1),
        ("missing", "", 0),
    ]
    assert [option.id for option in kind.offers(net.inside("net"))] == [node["id"] for node in NODES]


def test_the_minutes_have_picture_table_figures_and_the_honest_sentence(net):
    tie(net, "ada", "library", "school", "online")
    tie(net, "ben", "school", "choir", strength="close")
    tie(net, "ben", "library", "club", state="missing")
    kind, state = net.activity("net"), net.inside("net")
    drawn, figures, *notes = kind.record(state, ENGLISH, people)
    assert isinstance(drawn, Network)
    assert drawn.alt == (
        "Network picture: 5 organisations and groups, 2 ties, 1 missing tie. Most ties: School (2 ties), "
        "Library (1 tie), Choir (1 tie). Without a tie: Club, Church."
    )
    assert [(edge.styles, edge.weight) for edge in drawn.edges] == [(("dotted",), 1), (("dashed",), 1), (("solid",), 3)]
    assert dict(drawn.legend) == {"solid": "in person", "dotted": "online", "dashed": "missing, wished for"}
    assert drawn.table.rows[1] == ("Library", "Club", "missing", "–", "0", "1")
    assert isinstance(figures, Pairs)
    assert figures.pairs[2][1] == "School"
    assert "not the whole network" in notes[-1].text
    assert list(kind.pending(state, ENGLISH, people)) == ["A tie is missing between Library and Club."]
    assert list(kind.gist(state, ENGLISH, people)) == [
        "5 organisations and groups, 2 ties, 1 missing tie.",
        "Most ties: School.",
    ]
    assert list(kind.course(net.log, state, ENGLISH, people)) == ["3 ties were named."]
    assert list(kind.doubts(state, ENGLISH)) == ["2 organisations and groups have no tie."]


def test_without_ties_and_without_nodes(net, room):
    assert "No ties were named." in str(list(net.activity("net").record(net.inside("net"), ENGLISH, people)))
    empty = room({"id": "net", "activity": "ties"})
    empty.do("add", "net", by="ada", label="Choir")
    assert [node.label for node in empty.inside("net").shown] == [{"und": "Choir"}]


def test_an_entry_about_a_node_that_is_gone_changes_nothing(net):
    before = net.inside("net")
    said = {"kinds": ["online"], "strength": "close", "missing": False}
    net.record("ties.tie_named", "net", one="gone", other="school", **said)
    net.record("ties.tie_named", "net", one="library", other="school", **(said | {"strength": "x"}))
    net.record("ties.node_merged", "net", node="library", into="gone")
    net.record("ties.node_hidden", "net", node="gone", reason="")
    assert net.inside("net") == before


def test_the_server_starts_without_what_draws():
    told = "import sys, workshop_kit.faces.serve, workshop_kit.activities.ties; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert {"networkx", "numpy", "altair"} & set(ran.stdout.split()) == set()


ends = st.sampled_from([node["id"] for node in NODES])
acts = st.one_of(
    st.tuples(st.just("tie"), st.sampled_from(["ada", "ben"]), ends, ends),
    st.tuples(st.just("untie"), st.sampled_from(["ada", "ben"]), ends, ends),
    st.tuples(st.sampled_from(["merge", "unmerge", "hide", "show"]), st.none(), ends, ends),
)


@given(st.lists(acts, max_size=25))
def test_nobody_counts_twice_and_every_tie_has_two_shown_ends(room, sequence):
    made = room(NET)
    for name, seat, one, other in sequence:
        try:
            if seat is None:
                made.do(name, "net", node=one, into=other)
            elif name == "tie":
                tie(made, seat, one, other)
            else:
                made.do(name, "net", by=seat, one=one, other=other)
        except Refused as refusal:
            assert refusal.why is Why.INVALID  # noqa: PT017 - many are not refused
        state = made.inside("net")
        shown = {node.id for node in state.shown}
        pairs = [frozenset((found.one.id, found.other.id)) for found in state.ties()]
        assert len(set(pairs)) == len(pairs)
        assert all(len(pair) == 2 and pair <= shown for pair in pairs)
        assert all(1 <= found.named + found.missed <= 2 for found in state.ties())
