"""The network picture in minutes: the same bytes every time, in every format, with a table and in both languages."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from itertools import combinations
from random import Random

import pytest

from workshop_kit.core.document import Document, Edge, Network, Node, Table
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.sections import Minutes
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.people import NameList
from workshop_kit.results import figures, networks
from workshop_kit.results.charts import drawn_pixels

NET = {"id": "net", "activity": "ties", "options": ["Library", "School", "Choir", "Fire brigade"]}
NAMES = (
    "Stadtbücherei",
    "Grundschule am Park",
    "Freiwillige Feuerwehr",
    "Chor",
    "Donaudampfschifffahrtsverein",
    "مركز",
)


@pytest.fixture(scope="module")
def made(room):
    made = room(NET)
    made.do("tie", "net", by="ada", one="o1", other="o2", strength="close", **{"kind.online": "yes"})
    made.do("tie", "net", by="ben", one="o1", other="o2", **{"kind.in-person": "yes"})
    made.do("tie", "net", by="ben", one="o2", other="o3", state="missing")
    made.do("close", "net")
    return made


def minutes(made, kind="results", lang="en"):
    people = NameList({}, {seat.id: seat.number for seat in made.state.seats.values()})
    whole = Minutes(
        made.rules, made.state, voice(lang), people, edition="internal", kind=kind_named(kind), events=made.log
    )
    return Document(whole.meta(), tuple(whole.sections()))


def network(nodes, seed=1):
    """Return a network of so many nodes, a tenth of them without a tie."""
    random = Random(seed)
    named = tuple(Node(f"n{n}", f"{NAMES[n % len(NAMES)]} {n}") for n in range(nodes))
    pairs = random.sample(list(combinations(range(max(2, nodes * 9 // 10)), 2)), nodes * 14 // 10 if nodes > 5 else 1)
    styles = [("solid",), ("dotted",), ("solid", "double"), ("dashed",)]
    edges = tuple(Edge(f"n{a}", f"n{b}", random.choice(styles), random.randint(1, 3)) for a, b in sorted(pairs))
    return Network("", named, edges, (("solid", "in person"), ("dashed", "missing")), f"{nodes} nodes", Table((), ()))


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_of_minutes_tells_the_network(made, kind, lang):
    assert voice(lang).plural("{n} missing tie", "{n} missing ties", 1) in str(minutes(made, kind, lang).sections)


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("writer", BUILT_IN, ids=lambda writer: writer.name)
def test_every_format_writes_the_same_bytes_twice(made, writer, lang):
    document, text = minutes(made, lang=lang), voice(lang)
    written = writer.write(document, text)
    assert written == writer.write(document, text)
    if isinstance(written, bytes) and writer.name in {"html", "md", "json"}:
        told = written.decode()
        assert all(label in told for label in ("Library", "School", text("missing")))


@pytest.mark.parametrize("nodes", [2, 12, 30, 60])
@pytest.mark.parametrize("broad", [False, True])
def test_names_do_not_cover_each_other(nodes, broad):
    drawn = network(nodes)
    places = networks.layout(drawn, networks.stage(nodes) if broad else networks.PAGE)
    boxes = {node.id: networks._box(networks._wrapped(node.label)) for node in drawn.nodes}
    for one, other in combinations(places, 2):
        (x, y), (u, v) = places[one], places[other]
        upper, lower = (one, other) if y <= v else (other, one)
        beside = abs(x - u) >= boxes[one].side + boxes[other].side
        assert beside or abs(y - v) >= boxes[upper].below + boxes[lower].above, (one, other)
    assert len(places) == nodes


def test_the_picture_is_the_same_in_another_process():
    told = (
        "import sys; sys.path.insert(0, '.'); from hashlib import sha256;"
        "from tests.minutes.test_ties import network; from workshop_kit.results import networks;"
        "print(sha256(networks.picture(network(30)).encode()).hexdigest())"
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == sha256(networks.picture(network(30)).encode()).hexdigest()


def test_the_picture_carries_names_legend_and_its_words_without_colour(made):
    (block,) = (block for section in minutes(made).sections for block in section.blocks if isinstance(block, Network))
    picture = figures.draw(block, "en")
    assert 'role="img"' in picture.svg
    assert f'aria-label="{block.alt}"' in picture.svg
    assert picture.svg.count("stroke-dasharray") == 4, "one dotted and one dashed tie, and each in the legend"
    assert drawn_pixels(picture.svg).startswith(b"\x89PNG")


def test_hostile_names_are_drawn_as_text():
    nodes = (Node("a", "<script>alert(1)</script>"), Node("b", "\ufffe]]>&\"'"))
    drawn = Network("", nodes, (Edge("a", "b"),), (), "<b>", Table((), ()))
    svg = networks.picture(drawn)
    assert "<script" not in svg
    assert drawn_pixels(svg).startswith(b"\x89PNG")
