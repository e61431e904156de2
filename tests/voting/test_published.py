"""Every rule against worked examples of the literature; a rule without one fails."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from tests.voting.kinds import made, profile
from tests.voting.published import (
    ABILITIES,
    BY_HAND,
    CITIES,
    EXAMPLES,
    SCHULZE_1,
    TEAMS,
    TENNESSEE,
    games,
)

from workshop_kit.voting.irv import rounds
from workshop_kit.voting.pairwise import strengths
from workshop_kit.voting.ranked import strongest_paths, wins
from workshop_kit.voting.rules import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "handbook" / "voting.md").read_text("utf-8")


def as_written(lines):
    """Return the lines of a tally as the literature writes an order."""
    places = {}
    for line in lines:
        places.setdefault(line.rank, []).append(line.option)
    return ">".join("=".join(sorted(options)) for _, options in sorted(places.items()))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.rule}: {example.source[:50]}")
def test_the_count_is_the_one_in_the_source(example):
    rule, _ = made(example.rule, **example.settings)
    tally = rule.count(profile(example.ballots), example.options)
    assert as_written(tally.lines).startswith(example.order)
    by_option = {line.option: line for line in tally.lines}
    assert {option: by_option[option].score for option in example.scores} == pytest.approx(example.scores, abs=0.005)
    assert {option: by_option[option].share for option in example.shares} == pytest.approx(example.shares, abs=0.005)
    if example.elected is not None:
        assert set(tally.elected) == example.elected
    assert not example.said or example.said in [note.message for note in tally.notes]


def test_every_rule_has_an_example_with_its_source():
    assert {example.rule for example in EXAMPLES} == RULES.keys()
    assert all(example.source.strip() for example in EXAMPLES)


@pytest.mark.parametrize(
    ("heading", "by_hand"),
    [("Woran die Zählung geprüft ist", "von Hand"), ("What the counting is checked against", BY_HAND)],
)
def test_the_handbook_tells_which_rules_have_a_published_example(heading, by_hand):
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+) \| (`.+`) \|$", section, re.MULTILINE)
    told = {rule: by_hand in source for source, rules in rows for rule in re.findall("`([a-z-]+)`", rules)}
    assert told == {rule: all(e.source.startswith(BY_HAND) for e in EXAMPLES if e.rule == rule) for rule in RULES}


def test_the_rounds_of_tennessee():
    """French Wikipedia, "Vote alternatif": 42, 26, 15, 17; then 42, 26, 32; then 42, 58."""
    counted = [list(map(int, one.votes.values())) for one in rounds([ballot.value for ballot in TENNESSEE], CITIES)]
    assert counted[:3] == [[42, 26, 15, 17], [42, 26, 32], [42, 58]]


def test_the_strongest_paths_of_schulzes_45_voters():
    """Electowiki, "Schulze method", example 1, prints all twenty."""
    paths = strongest_paths(wins(profile(SCHULZE_1), "ABCDE"))
    assert paths.tolist() == [
        [0, 28, 28, 30, 24],
        [25, 0, 28, 33, 24],
        [25, 29, 0, 29, 24],
        [25, 28, 28, 0, 24],
        [25, 28, 28, 31, 0],
    ]


def test_the_strengths_of_seven_teams_are_agrestis():
    table = np.zeros((len(TEAMS), len(TEAMS)))
    for winner, loser in games():
        table[TEAMS.index(winner), TEAMS.index(loser)] += 1
    logs = np.log(strengths(table))
    assert list(logs - logs[-1]) == pytest.approx(ABILITIES, abs=5e-5)


def test_the_strengths_of_four_teams_are_wikipedias():
    """Wikipedia, "Bradley–Terry model", worked example: 0.139, 0.226, 0.143, 0.492 after twenty steps."""
    found = strengths(np.array([[0, 2, 0, 1], [3, 0, 5, 0], [0, 3, 0, 1], [4, 0, 3, 0]], float))
    assert list(found / found.sum()) == pytest.approx([0.139, 0.226, 0.143, 0.492], abs=0.001)


def test_the_quadrants_of_five_ideas():
    """Retrospective Lab, "Impact/Effort Matrix": two quick wins, a big bet, a fill-in and a time sink."""
    (example,) = (one for one in EXAMPLES if one.rule == "matrix")
    rule, ids = made("matrix", **example.settings)
    notes = rule.count(profile(example.ballots), ids).notes
    assert [note.options["options"] for note in notes] == [("a", "e"), ("b",), ("c",), ("d",)]
