"""Our counts against those of other libraries, on profiles drawn at random.

votelib counts defeats in winning votes as we do. pref-voting counts margins unless it is given another measure, which
names another winner in some profiles with unranked options or ties.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from itertools import permutations, product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.voting.kinds import OPTIONS, filled, made, profile
from tests.voting.published import GAPS, SCHULZE_7

from workshop_kit.voting.papers import Filled

some = settings(max_examples=60, deadline=None)  # pref-voting compiles while it is first used
rankings = st.lists(filled(made("ranking")[0].paper, OPTIONS), min_size=1, max_size=9)
approvals = st.lists(st.sets(st.sampled_from(OPTIONS), min_size=1), min_size=1, max_size=9)


def as_votelib(ballots):
    """Return votelib's ballots: places in order, options that share one as a frozen set, unranked ones left out."""
    votes = {}
    for ballot in ballots:
        groups = {}
        for option, place in sorted(ballot.value.items(), key=lambda pair: pair[1]):
            groups.setdefault(place, []).append(option)
        vote = tuple(frozenset(group) if len(group) > 1 else group[0] for group in groups.values())
        votes[vote] = votes.get(vote, 0) + 1
    return votes


@pytest.mark.parametrize(
    ("name", "evaluator"), [("schulze", "Schulze"), ("copeland", "Copeland"), ("minimax", "MinimaxCondorcet")]
)
@some
@given(ballots=rankings)
def test_a_single_winner_is_votelibs(name, evaluator, ballots):
    condorcet = pytest.importorskip("votelib.evaluate.condorcet")
    convert = pytest.importorskip("votelib.convert")
    everybody = [*ballots, *ballots, Filled(dict(zip(OPTIONS, range(1, 5), strict=True)))]
    pairs = convert.RankedToCondorcetVotes(unranked_at_bottom=True).convert(as_votelib(everybody))
    # Without these votelib's minimax forgets an option above which nobody puts another one.
    pairs = {**dict.fromkeys(permutations(OPTIONS, 2), 0), **pairs}
    ours = made(name)[0].count(profile(everybody), OPTIONS).first
    assume(len(ours) == 1)
    theirs = getattr(condorcet, evaluator)().evaluate(pairs, 1)
    assert ours == tuple(theirs)


@settings(some, suppress_health_check=[HealthCheck.filter_too_much])  # small rooms are often tied
@given(sets=approvals)
def test_sequential_pav_is_votelibs_where_nothing_is_tied(sets):
    approval = pytest.importorskip("votelib.evaluate.approval")
    tally = made("committee")[0].count(profile([Filled(dict.fromkeys(one, 1)) for one in sets]), OPTIONS)
    assume(not tally.ties)
    votes = {}
    for one in sets:
        votes[frozenset(one)] = votes.get(frozenset(one), 0) + 1
    assert list(tally.elected) == approval.SequentialProportionalApproval().evaluate(votes, 2)


def test_strengths_are_those_of_choix():
    choix = pytest.importorskip("choix")
    np = pytest.importorskip("numpy")
    from workshop_kit.voting.pairwise import strengths

    for seed in range(20):
        table = np.random.default_rng(seed).integers(1, 9, (7, 7)).astype(float)
        np.fill_diagonal(table, 0)
        ours, theirs = strengths(table), np.exp(choix.ilsr_pairwise_dense(table))
        assert np.abs(ours / ours.sum() - theirs / theirs.sum()).max() < 1e-8


@pytest.mark.parametrize("method", ["seqpav", "equal-shares"])
@some
@given(sets=approvals)
def test_a_committee_is_one_of_abcvotings(method, sets):
    abcrules = pytest.importorskip("abcvoting.abcrules", reason="extra oracles")
    from abcvoting.preferences import Profile as Theirs

    theirs = Theirs(len(OPTIONS))
    theirs.add_voters([{OPTIONS.index(option) for option in one} for one in sets])
    ours = made("committee", **({"method": method} if method != "seqpav" else {}))[0]
    elected = ours.count(profile([Filled(dict.fromkeys(one, 1)) for one in sets]), OPTIONS).elected
    assume(len(elected) == 2)
    compute = {"seqpav": abcrules.compute_seqpav, "equal-shares": abcrules.compute_equal_shares}[method]
    committees = compute(theirs, 2, algorithm="standard-fractions" if method != "seqpav" else "fastest", resolute=False)
    assert {OPTIONS.index(option) for option in elected} in [set(one) for one in committees]


@pytest.fixture(scope="module")
def pref_voting():
    """The package, which greets its first user with warnings of its compiler; skipped without the extra "oracles"."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = pytest.importorskip("pref_voting", reason="extra oracles")
        for module in ("c1_methods", "margin_based_methods", "scoring_methods", "profiles_with_ties"):
            import_module(f"pref_voting.{module}")
    return package


def as_pref_voting(package, ballots, options, unranked):
    """Return pref-voting's profile; "extended" preference puts what has no place below all that has one."""
    theirs = package.profiles_with_ties.ProfileWithTies(
        [{options.index(option): place for option, place in ballot.value.items()} for ballot in ballots],
        candidates=range(len(options)),
    )
    if unranked == "last":
        theirs.use_extended_strict_preference()
    return theirs


def winners(package, name, theirs, strength=None):
    """Return the first places of pref-voting; `strength` is how it measures a defeat, by default by its margin."""
    return {
        "schulze": lambda: package.margin_based_methods.beat_path(theirs, strength_function=strength),
        "minimax": lambda: package.margin_based_methods.minimax(theirs, strength_function=strength),
        "copeland": lambda: package.c1_methods.copeland(theirs),
        "borda": lambda: package.scoring_methods.borda_for_profile_with_ties(theirs),
    }[name]()


@pytest.mark.parametrize(
    ("name", "unranked"),
    [*product(("schulze", "minimax", "copeland"), ("last", "nothing")), ("borda", "last")],
)
@given(ballots=rankings)
@some
def test_first_places_are_those_of_pref_voting_with_gaps_and_ties(pref_voting, name, unranked, ballots):
    """Defeats measured by the votes for them (`support`). Its Borda count always puts what has no place last."""
    theirs = as_pref_voting(pref_voting, ballots, OPTIONS, unranked)
    expected = {OPTIONS[n] for n in winners(pref_voting, name, theirs, theirs.support)}
    assert set(made(name, unranked=unranked)[0].count(profile(ballots), OPTIONS).first) == expected


@pytest.mark.parametrize(
    ("name", "ballots", "unranked", "by_votes", "by_margin"),
    [("schulze", SCHULZE_7, "last", "D", "A"), ("minimax", GAPS, "nothing", "A", "B")],
)
def test_margins_put_another_option_first(pref_voting, name, ballots, unranked, by_votes, by_margin):
    """The published profiles in which the two measures differ, both sides of them.

    Where all rank all without ties, a defeat with more votes for it also has the larger margin, and both agree. With
    gaps or ties few may have an opinion on a pair: 30 to 10 has the margin of 60 to 40 and half its votes.
    """
    theirs = as_pref_voting(pref_voting, ballots, "ABCD", unranked)
    ours = made(name, unranked=unranked)[0].count(profile(ballots), tuple("ABCD")).first
    assert ours == tuple(by_votes)
    assert ["ABCD"[n] for n in winners(pref_voting, name, theirs, theirs.support)] == list(by_votes)
    assert ["ABCD"[n] for n in winners(pref_voting, name, theirs)] == list(by_margin)
