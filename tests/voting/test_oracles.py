"""Our counts against those of other libraries, on profiles drawn at random.

votelib counts defeats in winning votes as we do; pref-voting counts margins by default, which names another winner in
some profiles with unranked options or ties, so it is compared on complete strict rankings, where both agree.
"""

from __future__ import annotations

import warnings
from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.voting.kinds import OPTIONS, filled, made, profile

from workshop_kit.voting.papers import Filled

some = settings(max_examples=60, deadline=None)  # pref-voting compiles while it is first used
rankings = st.lists(filled(made("ranking")[0].paper, OPTIONS), min_size=1, max_size=9)
strict = st.lists(st.permutations(OPTIONS), min_size=1, max_size=9)
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


@some
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


@pytest.mark.parametrize("name", ["schulze", "copeland", "minimax", "borda"])
@some
@given(orders=strict)
def test_the_first_places_are_those_of_pref_voting(name, orders):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pref_voting", reason="extra oracles")
        from pref_voting import c1_methods, margin_based_methods, scoring_methods
        from pref_voting.profiles import Profile as Theirs
    compute = {
        "schulze": margin_based_methods.beat_path,
        "minimax": margin_based_methods.minimax,
        "copeland": c1_methods.copeland,
        "borda": scoring_methods.borda,
    }[name]
    theirs = compute(Theirs([[OPTIONS.index(option) for option in order] for order in orders]))
    cast = profile([Filled({o: n for n, o in enumerate(order, 1)}) for order in orders])
    assert {OPTIONS.index(option) for option in made(name)[0].count(cast, OPTIONS).first} == set(theirs)
