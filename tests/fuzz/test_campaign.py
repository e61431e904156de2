"""A short campaign of hostile requests in every run of the tests; the long one is `python -m tests.fuzz`."""

from __future__ import annotations

from tests.fuzz.campaign import run
from tests.fuzz.hostile import Hostile
from tests.fuzz.strategies import EFFORT

REQUESTS = int(1200 * EFFORT)


def test_nothing_that_is_sent_breaks_the_server_or_the_session():
    figures = run(REQUESTS, seed=3)
    assert figures["failures"] == []
    assert figures["requests"] >= REQUESTS
    assert len(figures["kinds"]) == 10
    assert figures["honest_commands"] > 10


def test_the_same_seed_makes_the_same_requests():
    first, second = (Hostile(5).requests(lambda: "token") for _ in range(2))
    assert [next(first) for _ in range(300)] == [next(second) for _ in range(300)]
