"""The pairs that a market proposes are the best that there are, by trying all on small markets."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.market.matching import best_together
from workshop_kit.activities.market.state import FITTING, Entry, Side, fit
from workshop_kit.core.event import Channel

WORDS = ("piano", "garden", "library", "trailer")


def entry(kind, number, drawn):
    words, factor, seat = drawn
    return Entry(f"e{number}", number, kind, " ".join(words), f"s{seat}", Channel.PHONE, factor)


drawn = st.tuples(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True), st.sampled_from(["", "a"]), st.integers(1, 3)
)


def worth(pairs):
    return sum(score for offer, need in pairs if (score := fit(offer, need)) >= FITTING)


@given(st.lists(drawn, max_size=4), st.lists(drawn, max_size=4))
def test_no_other_choice_of_pairs_is_worth_more(offered, sought):
    offers = [entry(Side.OFFER, number, each) for number, each in enumerate(offered, 1)]
    needs = [entry(Side.SEEK, number, each) for number, each in enumerate(sought, 11)]
    found = best_together(offers, needs)
    fewer, more = sorted((offers, needs), key=len)
    pairings = ([*zip(fewer, order, strict=True)] for order in permutations(more, len(fewer)))
    tried = (worth(pairs if fewer is offers else [(b, a) for a, b in pairs]) for pairs in pairings)
    assert worth(found) == max(tried)
    for side in zip(*found, strict=True):
        assert len({one.id for one in side}) == len(side), "nobody is promised twice"
    assert all(offer.seat != need.seat and fit(offer, need) >= FITTING for offer, need in found)


def test_what_suits_one_best_may_go_to_another_so_that_both_are_served():
    piano, both = entry(Side.OFFER, 1, (["piano"], "a", 1)), entry(Side.OFFER, 2, (["piano", "garden"], "", 2))
    wants_piano, wants_garden = entry(Side.SEEK, 3, (["piano"], "", 3)), entry(Side.SEEK, 4, (["garden"], "", 4))
    assert best_together([both, piano], [wants_piano, wants_garden]) == ((piano, wants_piano), (both, wants_garden))
