"""Who gets which role, compared with all ways there are in small rooms."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.roles.assignment import HIGHEST_RANK, LOT_BITS, MOST_PEOPLE, Post, _lot, assigned

ROLES = ("host", "notes", "money", "press")
SEATS = ("ada", "ben", "cem", "dan", "eve")


@st.composite
def rooms(draw):
    """Wishes with ties and bans (a role left out), and roles of which some need people."""
    roles = ROLES[: draw(st.integers(1, 4))]
    seats = SEATS[: draw(st.integers(1, 5))]
    wishes = {
        seat: draw(st.dictionaries(st.sampled_from(roles), st.integers(1, 4), max_size=len(roles))) for seat in seats
    }
    posts = []
    for role in roles:
        places = draw(st.integers(1, 3))
        posts.append(Post(role, places, draw(st.integers(0, places))))
    return wishes, posts, draw(st.text("abcdef0123456789", min_size=1, max_size=8))


def judged(pairs, wishes, posts, seed):
    """Return how bad an assignment is: needs unmet, people left out, worst rank, cost, lots; None if not allowed."""
    counts = Counter(role for _, role in pairs)
    if any(counts[post.id] > post.places for post in posts) or any(role not in wishes[seat] for seat, role in pairs):
        return None
    ranks = [wishes[seat][role] for seat, role in pairs]
    unmet = sum(max(0, post.least - counts[post.id]) for post in posts)
    lots = sum(_lot(seed, seat, role) for seat, role in pairs)
    return unmet, -len(pairs), max(ranks, default=0), sum(rank**2 for rank in ranks), lots


def every_way(wishes, posts, seed):
    seats = sorted(wishes)
    for chosen in product((None, *(post.id for post in posts)), repeat=len(seats)):
        pairs = [(seat, role) for seat, role in zip(seats, chosen, strict=True) if role]
        if (badness := judged(pairs, wishes, posts, seed)) is not None:
            yield badness


@given(rooms())
def test_no_way_is_better(made):
    wishes, posts, seed = made
    found = assigned(wishes, posts, dict.fromkeys(wishes, 1), seed)
    pairs = [(one.seat, one.role) for one in found]
    assert len({seat for seat, _ in pairs}) == len(pairs)
    assert all(wishes[one.seat][one.role] == one.rank for one in found)
    badness = judged(pairs, wishes, posts, seed)
    assert badness == min(every_way(wishes, posts, seed))


@given(rooms())
def test_who_is_asked_first_does_not_matter(made):
    wishes, posts, seed = made
    quotas = dict.fromkeys(wishes, 1)
    turned = dict(reversed([(seat, dict(reversed(ranks.items()))) for seat, ranks in wishes.items()]))
    assert assigned(turned, posts, quotas, seed) == assigned(wishes, posts, quotas, seed)


@given(rooms())
def test_nobody_has_two_roles_while_somebody_without_could_have_one(made):
    wishes, posts, seed = made
    found = assigned(wishes, posts, dict.fromkeys(wishes, 2), seed)
    pairs = {(one.seat, one.role) for one in found}
    assert len(pairs) == len(found)
    counts, has = Counter(role for _, role in pairs), Counter(seat for seat, _ in pairs)
    assert all(counts[post.id] <= post.places for post in posts)
    assert max(has.values(), default=0) <= 2
    placed = {one.seat for one in assigned(wishes, posts, dict.fromkeys(wishes, 1), seed)}
    assert placed <= set(has)
    free = {post.id for post in posts if counts[post.id] < post.places}
    for seat, ranks in wishes.items():
        assert has[seat] == 2 or not {role for role in ranks if (seat, role) not in pairs} & free


def test_the_worst_rank_comes_before_the_sum():
    wishes = {"ada": {"host": 1, "notes": 3}, "ben": {"host": 2, "notes": 3}, "cem": {"notes": 1, "host": 3}}
    posts = [Post("host", 1), Post("notes", 2)]
    assert max(one.rank for one in assigned(wishes, posts, dict.fromkeys(wishes, 1), "x")) == 3
    wishes = {"ada": {"host": 1, "notes": 2}, "ben": {"host": 2, "notes": 4}}
    found = assigned(wishes, posts, dict.fromkeys(wishes, 1), "x")
    assert [(one.role, one.seat, one.rank) for one in found] == [("host", "ben", 2), ("notes", "ada", 2)]


def test_what_is_equal_is_drawn_by_the_seed():
    wishes = {"ada": {"host": 1}, "ben": {"host": 1}}
    won = Counter(assigned(wishes, [Post("host", 1)], dict.fromkeys(wishes, 1), str(n))[0].seat for n in range(400))
    assert min(won.values()) > 150
    assert sum(won.values()) == 400


def test_a_no_is_kept_even_where_the_role_stays_open():
    found = assigned({"ada": {}, "ben": {"host": 1}}, [Post("host", 1), Post("money", 1, 1)], {"ada": 1, "ben": 1}, "x")
    assert [(one.role, one.seat) for one in found] == [("host", "ben")]


def test_a_need_is_met_before_a_wish():
    wishes = {"ada": {"host": 1, "money": 3}, "ben": {"host": 1, "money": 3}}
    found = assigned(wishes, [Post("host", 2), Post("money", 1, 1)], dict.fromkeys(wishes, 1), "x")
    assert Counter(one.role for one in found) == {"host": 1, "money": 1}


@pytest.mark.parametrize("people", [60, 300])
def test_a_large_room_gets_whole_answers(people):
    wishes = {f"s{n:04d}": {role: 1 + (n * k) % 4 for k, role in enumerate(ROLES, 1)} for n in range(people)}
    found = assigned(wishes, [Post(role, people // 5, 3) for role in ROLES], dict.fromkeys(wishes, 1), "x")
    assert len(found) == people // 5 * 4


def test_costs_are_whole_numbers_that_floats_hold():
    step = MOST_PEOPLE << LOT_BITS
    place = MOST_PEOPLE * HIGHEST_RANK**2 * step + step
    assert 2 * place * MOST_PEOPLE < 2**53


def test_the_solver_is_imported_only_when_it_is_needed():
    code = "import sys; import workshop_kit.activities.roles; print('scipy' in sys.modules or 'numpy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
