"""Ties of rules over scales, worked by hand, beside the examples of the literature in `published`."""

from __future__ import annotations

from tests.voting.kinds import made, profile

from workshop_kit.voting.papers import Filled
from workshop_kit.voting.scales import majority_value

MEMPHIS, NASHVILLE, CHATTANOOGA, KNOXVILLE = CITIES = tuple("MNCK")

POOR, FAIR, GOOD, EXCELLENT = range(4)
GRADES = (
    (42, (EXCELLENT, FAIR, POOR, POOR)),
    (26, (POOR, EXCELLENT, FAIR, FAIR)),
    (15, (POOR, FAIR, EXCELLENT, GOOD)),
    (17, (POOR, FAIR, GOOD, EXCELLENT)),
)
"""Grades of 100 voters for the capital of Tennessee, made so that what Wikipedia tells of its own holds."""


def counted(name, groups, options=CITIES, **settings):
    rule, _ = made(name, **settings)
    cast = [Filled(dict(zip(options, numbers, strict=True))) for people, numbers in groups for _ in range(people)]
    return rule.count(profile(cast), options)


def scores(tally):
    return {line.option: line.score for line in tally.lines}


def test_tennessee_by_majority_judgment():
    """Three cities have the median "fair"; Nashville keeps it longest as one median after another is taken away.

    Wikipedia, "Majority judgment": since Nashville, Chattanooga and Knoxville tie, "fair" is removed from all three
    until their medians differ.
    """
    tally = counted("majority-judgment", GRADES, high=EXCELLENT)
    assert scores(tally) == {NASHVILLE: FAIR, CHATTANOOGA: FAIR, KNOXVILLE: FAIR, MEMPHIS: POOR}
    assert tally.first == (NASHVILLE,)
    assert tally.lines[-1].option == MEMPHIS
    fair = {line.option: majority_value(line.spread) for line in tally.lines}
    assert fair[CHATTANOOGA][:17] == fair[KNOXVILLE][:17] == (FAIR,) * 16 + (POOR,)
    assert fair[NASHVILLE][:17] == (FAIR,) * 17


def test_the_next_grade_breaks_a_tie_of_majority_judgment():
    """M. Balinski, R. Laraki: Majority Judgment, 2010, ch. 1, on three grades done by hand.

    Both have the median "good"; without it a has {excellent, good} and b {good, fair}, of which the lower one counts.
    """
    tally = counted(
        "majority-judgment", ((1, (EXCELLENT, GOOD)), (1, (GOOD, GOOD)), (1, (GOOD, FAIR))), ("a", "b"), high=EXCELLENT
    )
    assert scores(tally) == {"a": GOOD, "b": GOOD}
    assert tally.first == ("a",)
    assert tally.tied == ()


def test_the_run_off_of_star_can_put_the_second_first():
    """S. Wolk, J. Quinn, M. Ogren: STAR Voting, 2023: the majority of the run-off counts; the figures are ours.

    By sums a leads with 2 · 5 + 3 · 3 = 19 to 3 · 5 = 15, but three of five voters prefer b.
    """
    groups = ((2, (5, 0, 0)), (3, (3, 5, 0)))
    tally = counted("star", groups, ("a", "b", "c"))
    assert scores(tally) == {"b": 15, "a": 19, "c": 0}
    assert [line.option for line in tally.lines] == ["b", "a", "c"]
    assert counted("range", groups, ("a", "b", "c")).first == ("a",)


def test_what_nobody_rated_has_no_score_and_stands_after_a_real_zero():
    for name in ("score", "range", "majority-judgment", "star"):
        rule, _ = made(name)
        tally = rule.count(
            profile([Filled({"real": 0, "best": 5}), Filled({"real": 0, "best": 4})]), ("none", "real", "best")
        )
        assert [(line.option, line.rank) for line in tally.lines] == [("best", 1), ("real", 2), ("none", 3)], name
        assert [rule.unrated(line) for line in tally.lines] == [False, False, True]
