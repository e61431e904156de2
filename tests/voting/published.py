"""Worked examples of every rule with what their sources print; a source that begins with "by hand" was not published.

Ballots and outcomes were compared with the text of the source, or of a copy where one is named, when they were entered;
sums that a source leaves to its reader were added up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, repeat

from msgspec import Struct

from workshop_kit.voting.pairs import EQUAL, FIRST, SECOND, slot_of
from workshop_kit.voting.papers import Filled

BY_HAND = "by hand"


class Example(Struct, frozen=True, kw_only=True):
    """One rule, the ballots of an example, and what must come out.

    `order` are the options from the first place on, as far as the source tells, those that share a place joined by "=".
    `scores` and `shares` are compared to two decimals; `elected` are those chosen together, in any order; `said` is a
    note's message.
    """

    rule: str
    source: str
    ballots: tuple[Filled, ...]
    options: tuple[str, ...]
    settings: Mapping[str, object] = {}
    order: str = ""
    scores: Mapping[str, float] = {}
    shares: Mapping[str, float] = {}
    elected: frozenset[str] | None = None
    said: str = ""


def times(groups: Iterable[tuple[int, Filled]]) -> tuple[Filled, ...]:
    """Return each ballot as often as it was cast."""
    return tuple(chain.from_iterable(repeat(ballot, people) for people, ballot in groups))


def ranking(written: str) -> Filled:
    """Return a ranking as the literature writes it, the best first: "A>B=C"."""
    groups = [group.split("=") for group in written.split(">")]
    return Filled({option.strip(): place for place, group in enumerate(groups, 1) for option in group})


def ticks(options: Iterable[str]) -> Filled:
    return Filled(dict.fromkeys(options, 1))


def rated(options: Iterable[str], *numbers: int) -> Filled:
    return Filled(dict(zip(options, numbers, strict=True)))


def named(options: Iterable[str], **costs: int) -> list[dict[str, object]]:
    """Return options as an agenda lists them."""
    return [{"id": id_, "label": id_} | ({"cost": costs[id_]} if costs else {}) for id_ in options]


# ── the capital of Tennessee ──────────────────────────────────────────────────────────────────────────────────────────

CITIES = ("Memphis", "Nashville", "Chattanooga", "Knoxville")
CROWDS = (42, 26, 15, 17)
ORDERS = (
    "Memphis>Nashville>Chattanooga>Knoxville",
    "Nashville>Chattanooga>Knoxville>Memphis",
    "Chattanooga>Knoxville>Nashville>Memphis",
    "Knoxville>Chattanooga>Nashville>Memphis",
)
"""Electowiki, "Effects of different voting systems under similar circumstances": 100 voters in four groups."""

TENNESSEE = times(zip(CROWDS, map(ranking, ORDERS), strict=True))
STARS = ((5, 2, 1, 0), (0, 5, 2, 1), (0, 3, 5, 3), (0, 2, 4, 5))
WIKIPEDIA_STAR = 'Wikipedia and Electowiki, "STAR voting", section "Example" (as in Equal-Vote/starpy, test_tennessee)'


def of_each_city(count: int) -> tuple[Filled, ...]:
    """Return the ballots of voters who mark their first cities."""
    return times((n, ticks(order.split(">")[:count])) for n, order in zip(CROWDS, ORDERS, strict=True))


# ── others that several rules share ───────────────────────────────────────────────────────────────────────────────────

GAPS = times(
    (n, ranking(order))
    for n, order in (
        (30, "A>C>B>D"), (15, "D>B>A>C"), (14, "D>B>C>A"), (6, "B>C>A>D"), (4, "D>C>A=B"), (16, "C>A=B"), (14, "B>C"),
        (3, "C>A"),
    )
)  # fmt: skip
FIVE = times((n, ranking(order)) for n, order in ((31, "A>E>C>D>B"), (30, "B>A>E"), (29, "C>D>B"), (10, "D>A>E")))
SCHULZE_1 = times(
    (n, ranking(">".join(order)))
    for n, order in (
        (5, "ACBED"), (5, "ADECB"), (8, "BEDAC"), (3, "CABED"), (7, "CAEBD"), (2, "CBADE"), (7, "DCEBA"), (8, "EBADC"),
    )
)  # fmt: skip
SCHULZE_7 = times(
    (n, ranking(order))
    for n, order in (
        (6, "A>B>C>D"), (8, "A=B"), (8, "A=C"), (18, "A=C>D"), (8, "A=C=D"), (40, "B"), (4, "C>B>D"), (9, "C>D>A"),
        (8, "C=D"), (14, "D>A>B"), (11, "D>B>C"), (4, "D>C>A"),
    )
)  # fmt: skip
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
GAMES = (
    "--- 4-3 4-2 4-3 6-1 4-2 6-0",
    "3-3 --- 4-2 4-3 6-0 6-1 4-3",
    "2-5 4-3 --- 2-4 4-3 4-2 6-0",
    "3-3 5-1 2-5 --- 4-3 4-2 6-1",
    "5-1 2-5 3-3 4-2 --- 5-2 6-0",
    "2-5 3-3 3-4 4-3 4-2 --- 2-4",
    "2-5 1-5 1-6 2-4 1-6 3-4 ---",
)
"""Baseball, American League East, 1987: a row per team at home, games won and lost against each of TEAMS."""
AGRESTI = "A. Agresti: Categorical Data Analysis, 2nd ed. 2002, section 10.6 (data and fit as in BradleyTerry2)"
ABILITIES = (1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0)
"""The log strengths of TEAMS above Baltimore's, without an advantage of playing at home."""


def games() -> list[tuple[str, str]]:
    """Return each game as (winner, loser)."""
    found: list[tuple[str, str]] = []
    for home, row in zip(TEAMS, GAMES, strict=True):
        for away, result in zip(TEAMS, row.split(), strict=True):
            won, lost = (int(n) for n in result.replace("---", "0-0").split("-"))
            found += [(home, away)] * won + [(away, home)] * lost
    return found


def judged(winner: str, loser: str) -> Filled:
    return Filled({slot_of((winner, loser)): FIRST if winner < loser else SECOND})


ABC = tuple("abc")
ABCD = tuple("ABCD")
POLL_36 = (18, 16, 14, 6, 4, 4, 3, 3, 3)
"""Votes of 21 people; who voted for what was not printed and makes no difference."""
MANGIAFICO = (
    "S. Mangiafico: Summary and Analysis of Extension Program Evaluation in R, "
    '"Descriptive Statistics for Likert Item Data"'
)
PABUTOOLS = "pabutools, tests/test_rule.py, approval example {n} (costs times a hundred)"
LACKNER = "M. Lackner, P. Skowron: Multi-Winner Voting with Approval Preferences, 2023, example {n} (as in abcvoting)"
SK = (
    "G. Paulus, S. Schrotta, E. Visotschnig: Systemisches Konsensieren, first example, "
    "as printed by finding-marbles.com, 2012-01-12"
)
COLOURS = ("dark blue", "silver", "red", "black")

EXAMPLES: tuple[Example, ...] = (
    Example(
        rule="choice",
        source='Wikipedia, "STAR voting", section "Example": by plurality Memphis wins with 42 %',
        ballots=of_each_city(1),
        options=CITIES,
        order="Memphis>Nashville>Knoxville>Chattanooga",
        scores={"Memphis": 42},
        shares={"Memphis": 0.42},
    ),
    Example(
        rule="multiple",
        source=f"{BY_HAND}: three people with two choices each, and one with one",
        ballots=(*map(ticks, ("ab", "ab", "bc")), ticks("b")),
        options=ABC,
        settings={"most": 2},
        order="b>a>c",
        scores={"b": 4, "a": 2, "c": 1},
        shares={"b": 1, "a": 0.5, "c": 0.25},
    ),
    Example(
        rule="approval",
        source='Wikipedia, "STAR voting", section "Example": by approval of two cities each Nashville wins',
        ballots=of_each_city(2),
        options=CITIES,
        order="Nashville>Chattanooga>Memphis>Knoxville",
        scores={"Nashville": 68, "Chattanooga": 58, "Memphis": 42, "Knoxville": 32},
    ),
    Example(
        rule="approval",
        source="Center for Election Science, vote.electionscience.org, poll 36: votes and percentages of 21 ballots",
        ballots=tuple(
            ticks(
                o
                for o, n, first in zip("abcdefghi", POLL_36, (0, 18, *[0] * 7), strict=True)
                if (voter - first) % 21 < n
            )
            for voter in range(21)
        ),
        options=tuple("abcdefghi"),
        order="a>b>c>d>e=f>g=h=i",
        scores=dict(zip("abcdefghi", POLL_36, strict=True)),
        shares={"a": 0.86, "b": 0.76, "c": 0.67, "d": 0.29, "e": 0.19, "f": 0.19, "g": 0.14},
    ),
    Example(
        rule="dots",
        source=f"{BY_HAND}: four people with three dots each, one of whom gives only two",
        ballots=(Filled({"a": 3}), Filled({"a": 1, "b": 2}), Filled({"b": 1, "c": 2}), Filled({"b": 1, "c": 1})),
        options=ABC,
        order="a=b>c",
        scores={"a": 4, "b": 4, "c": 3},
        shares={"a": 0.5, "b": 0.75, "c": 0.5},
    ),
    Example(
        rule="split",
        source='QuestionPro, "Constant Sum Question": one person\'s 100 points over four expenses',
        ballots=(Filled({"groceries": 40, "entertainment": 20, "utilities": 30, "other": 10}),),
        options=("groceries", "entertainment", "utilities", "other"),
        order="groceries>utilities>entertainment>other",
        scores={"groceries": 40, "utilities": 30},
    ),
    Example(
        rule="yes-no",
        source="University of Washington on Robert's Rules: 23 yes, 21 no and 345 abstentions are a majority "
        "(as quoted in Google Answers 309253, 2004)",
        ballots=times(((23, ticks(["yes"])), (21, ticks(["no"])), (345, ticks(["abstain"])))),
        options=("yes", "no", "abstain"),
        said="More than half of {base} said yes.",
    ),
    Example(
        rule="yes-no",
        source="a ruling at the IEEE: 3 yes, 2 no and 2 abstentions are no majority of all ballots "
        "(as quoted in Google Answers 309253, 2004)",
        ballots=times(((3, ticks(["yes"])), (2, ticks(["no"])), (2, ticks(["abstain"])))),
        options=("yes", "no", "abstain"),
        settings={"base": "cast"},
        said="Not more than half of {base} said yes.",
    ),
    Example(
        rule="mood",
        source=f"{BY_HAND}: seven people, one dot each",
        ballots=times(((4, ticks(["m4"])), (2, ticks(["m3"])), (1, ticks(["m1"])))),
        options=("m5", "m4", "m3", "m2", "m1"),
        scores={"m5": 0, "m4": 4, "m3": 2, "m2": 0, "m1": 1},
    ),
    Example(
        rule="score",
        source=MANGIAFICO,
        ballots=tuple(Filled({"a": n}) for n in (1, 2, 3, 4, 5, 5, 5)),
        options=("a", "b"),
        scores={"a": 4},
    ),
    Example(
        rule="likert",
        source=MANGIAFICO,
        ballots=tuple(Filled({"a": n}) for n in (1, 2, 3, 4, 5, 5, 5)),
        options=("a", "b"),
        scores={"a": 4},
    ),
    Example(
        rule="range",
        source="starvote, sample_poll_automatic_runoff_breakable_tie: the averages of the score round",
        ballots=(rated(ABC, 1, 2, 5), rated(ABC, 1, 5, 3), rated(ABC, 1, 3, 3)),
        options=ABC,
        settings={"high": 5},
        order="c>b>a",
        scores={"c": 3.67, "b": 3.33, "a": 1.00},
    ),
    Example(
        rule="majority-judgment",
        source='Wikipedia, "Condorcet criterion", majority judgment: C has the median "good", A and B "fair"',
        ballots=times(((35, rated("ABC", 3, 1, 0)), (34, rated("ABC", 0, 1, 3)), (31, rated("ABC", 1, 3, 2)))),
        options=tuple("ABC"),
        settings={"high": 3},
        order="C",
        scores={"C": 2, "B": 1, "A": 1},
    ),
    Example(
        rule="star",
        source=WIKIPEDIA_STAR,
        ballots=times((n, rated(CITIES, *stars)) for n, stars in zip(CROWDS, STARS, strict=True)),
        options=CITIES,
        order="Nashville>Chattanooga>Memphis>Knoxville",
        scores={"Nashville": 293, "Chattanooga": 237, "Memphis": 210, "Knoxville": 156},
    ),
    Example(
        rule="star",
        source="starvote, sample_poll_automatic_runoff_breakable_tie: the run-off ties, so that the higher sum wins",
        ballots=(rated(ABC, 1, 2, 5), rated(ABC, 1, 5, 3), rated(ABC, 1, 3, 3)),
        options=ABC,
        order="c>b>a",
        scores={"c": 11, "b": 10, "a": 3},
    ),
    Example(
        rule="fist",
        source=f"{BY_HAND}: five people show 5, 4, 4, 3 and a fist, and another proposal 2, 2, 1, 3, 3",
        ballots=tuple(rated("ab", a, b) for a, b in ((5, 2), (4, 2), (4, 1), (3, 3), (0, 3))),
        options=("a", "b"),
        order="a>b",
        scores={"a": 4, "b": 2},
    ),
    Example(
        rule="resistance",
        source=SK,
        ballots=tuple(
            rated((*COLOURS, "status-quo"), *row, 10)
            for row in zip((0, 2, 4, 3), (5, 0, 8, 5), (7, 4, 0, 6), (3, 7, 8, 0), strict=True)
        ),
        options=(*COLOURS, "status-quo"),
        settings={"options": named(COLOURS)},
        order="dark blue>red>black=silver",
        scores={"dark blue": 9, "silver": 18, "red": 17, "black": 18},
    ),
    *(
        Example(
            rule=rule,
            source="M. Schulze, Social Choice and Welfare 36 (2011), 45 voters (as in Electowiki): E, A, C, B, D",
            ballots=SCHULZE_1,
            options=tuple("ABCDE"),
            order="E>A>C>B>D",
        )
        for rule in ("ranking", "schulze")
    ),
    Example(
        rule="schulze",
        source="M. Schulze: The Schulze Method of Voting, example 7 (as in Condorcet PHP): D, and A by margins",
        ballots=SCHULZE_7,
        options=ABCD,
        order="D",
    ),
    Example(
        rule="copeland",
        source='Wikipedia, "Copeland\'s method" (as in Condorcet PHP, CopelandTest): wins minus defeats',
        ballots=TENNESSEE,
        options=CITIES,
        order="Nashville>Chattanooga>Knoxville>Memphis",
        scores={"Nashville": 3, "Chattanooga": 1, "Knoxville": -1, "Memphis": -3},
    ),
    Example(
        rule="copeland",
        source='Wikipedia, "Copeland\'s method", without a Condorcet winner (as in Condorcet PHP and votelib)',
        ballots=FIVE,
        options=tuple("ABCDE"),
        order="A>B=C=E>D",
    ),
    Example(
        rule="minimax",
        source='Wikipedia, "Minimax Condorcet method" (as in Condorcet PHP): worst defeats in winning votes',
        ballots=TENNESSEE,
        options=CITIES,
        order="Nashville>Memphis>Chattanooga>Knoxville",
        scores={"Nashville": 0, "Memphis": -58, "Chattanooga": -68, "Knoxville": -83},
    ),
    Example(
        rule="minimax",
        source='Wikipedia, "Minimax Condorcet method", with gaps that say nothing (as in Condorcet PHP and votelib): '
        "A by winning votes, B by margins",
        ballots=GAPS,
        options=ABCD,
        settings={"unranked": "nothing"},
        order="A>D>C>B",
        scores={"A": -35, "D": -36, "C": -45, "B": -50},
    ),
    Example(
        rule="borda",
        source='Wikipedia, "Borda count", section "Example" (as printed by liquisearch.com): all points',
        ballots=TENNESSEE,
        options=CITIES,
        order="Nashville>Chattanooga>Memphis>Knoxville",
        scores={"Nashville": 194, "Chattanooga": 173, "Memphis": 126, "Knoxville": 107},
    ),
    Example(
        rule="irv",
        source='French Wikipedia, "Vote alternatif" (as in Condorcet PHP, InstantRunoffTest): all rounds',
        ballots=TENNESSEE,
        options=CITIES,
        order="Knoxville>Memphis>Nashville>Chattanooga",
        scores={"Chattanooga": 15, "Nashville": 26, "Memphis": 42, "Knoxville": 58},
    ),
    Example(
        rule="pairwise",
        source=AGRESTI,
        ballots=tuple(judged(*game) for game in games()),
        options=tuple(sorted(TEAMS)),
        order=">".join(TEAMS),
    ),
    Example(
        rule="win-share",
        source='ratingtheory.com, table 1a, "Round Robin with Additional Result": percentages, a tie being half',
        ballots=(
            *(judged(*game) for game in ("AB", "AC", "BC", "BD", "DA", "EA")),
            Filled({"C,D": EQUAL}),
        ),
        options=tuple("ABCDE"),
        order="E>B>A=D>C",
        scores={"A": 50, "B": 66.67, "C": 16.67, "D": 50, "E": 100},
    ),
    Example(
        rule="committee",
        source=LACKNER.format(n=5),
        ballots=times(((3, ticks("ab")), (6, ticks("ad")), (4, ticks("b")), (5, ticks("c")), (5, ticks("cd")))),
        options=tuple("abcd"),
        settings={"seats": 2},
        elected=frozenset("cd"),
    ),
    Example(
        rule="committee",
        source=LACKNER.format(n=11),
        ballots=tuple(ticks(s) for s in ["ab"] * 3 + ["ac"] * 3 + ["ad"] * 2 + ["bcf", "e", "f", "g"]),
        options=tuple("abcdefg"),
        settings={"seats": 4, "method": "equal-shares", "options": named("abcdefg")},
        elected=frozenset("abcd"),
    ),
    Example(
        rule="committee",
        source=LACKNER.format(n=12),
        ballots=times(((3, ticks("cd")), (2, ticks("ab")), (2, ticks("ac")), (1, ticks("bd")))),
        options=tuple("abcd"),
        settings={"seats": 3, "method": "equal-shares"},
        elected=frozenset("acd"),
    ),
    Example(
        rule="budget",
        source=PABUTOOLS.format(n=1) + ": one of the outcomes that are equal there, by votes",
        ballots=(ticks("abcd"), ticks("abcd")),
        options=tuple("abcd"),
        settings={"money": 300, "options": named("abcd", a=100, b=300, c=200, d=100)},
        elected=frozenset("ad"),
    ),
    Example(
        rule="budget",
        source=PABUTOOLS.format(n=2) + ": equal shares by cost, with the completion",
        ballots=(ticks("a"), ticks("bcd"), ticks("bcd"), ticks("c")),
        options=tuple("abcd"),
        settings={"money": 400, "method": "equal-shares", "options": named("abcd", a=100, b=90, c=200, d=109)},
        elected=frozenset("abc"),
    ),
    Example(
        rule="consent",
        source=f"{BY_HAND}, after the consent round of D. L. Christian, Communities 163 and following, 2014: it is "
        "repeated until there are no more objections",
        ballots=(*[Filled({"a": 1, "b": 1, "c": 2})] * 9, Filled({"a": -1, "b": 0, "c": 2}, {"a": "Too dear"})),
        options=ABC,
        order="b>c>a",
        scores={"a": 1, "b": 0, "c": 0},
        elected=frozenset("b"),
    ),
    Example(
        rule="matrix",
        source='Retrospective Lab, "Impact/Effort Matrix", section "Example": five ideas and their quadrants',
        ballots=(
            Filled(
                {
                    f"{idea}.{axis}": number
                    for idea, xy in {"a": (2, 8), "b": (9, 9), "c": (2, 3), "d": (8, 2), "e": (4, 7)}.items()
                    for axis, number in zip("xy", xy, strict=True)
                }
            ),
        ),
        options=tuple("abcde"),
        settings={"low": 1, "high": 10, "options": named("abcde")},
        scores={"a.x": 2, "a.y": 8, "d.x": 8, "d.y": 2},
        said="{x} low, {y} high: {options}.",
    ),
    Example(
        rule="words",
        source=f"{BY_HAND}: capitals make no difference, ß and ss do",
        ballots=tuple(Filled({"1": 1}, {"1": w}) for w in ("Maße", "maße", "Masse", "Übung", "ÜBUNG", "Übung")),
        options=(),
        order="Übung>Maße>Masse",
        scores={"Übung": 3, "Maße": 2, "Masse": 1},
    ),
    Example(
        rule="form",
        source=f"{BY_HAND}: two questions, each counted by its own rule",
        ballots=(Filled({"q1.a": 1, "q2.a": 4}), Filled({"q1.a": 1, "q1.b": 1, "q2.a": 5}), Filled({"q1.b": 1})),
        options=(),
        scores={"q1.a": 2, "q1.b": 2, "q2.a": 4.5, "q2.b": 0},
    ),
)
