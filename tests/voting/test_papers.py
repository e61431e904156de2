"""What a ballot may say: forms that are read as papers, and those that are refused with the field to mend."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import Spec
from workshop_kit.core.errors import Refused, Why
from workshop_kit.voting.papers import Filled, moved, without_gaps
from workshop_kit.voting.rules import RULES

OPTIONS = ("a", "b", "c", "d")


def rule(name, **settings):
    return RULES[name](Spec("vote", "poll", {}, settings=settings))


def read(name, fields, **settings):
    return rule(name, **settings).paper.read(fields, OPTIONS, Filled()).value


def form(**numbers):
    return {f"value.{option}": str(number) for option, number in numbers.items()}


@pytest.mark.parametrize(
    ("name", "settings", "fields", "value"),
    [
        ("dots", {}, form(a=3), {"a": 3}),
        ("dots", {}, form(a=1, b=1, c=1, d=0), {"a": 1, "b": 1, "c": 1}),
        ("dots", {"budget": 5, "cap": 2}, form(a=2, b=2, c=1), {"a": 2, "b": 2, "c": 1}),
        ("split", {}, form(a=60, b=40), {"a": 60, "b": 40}),
        ("split", {}, form(a=0, b=0), {}),
        ("approval", {}, form(a=1, b=1, c=1, d=1), dict.fromkeys(OPTIONS, 1)),
        ("multiple", {"least": 2, "most": 2}, form(a=1, b=1), {"a": 1, "b": 1}),
        ("multiple", {"least": 2, "most": 2}, {}, {}),
        ("choice", {}, {"choice": "b"}, {"b": 1}),
        ("mood", {}, {}, {}),
        ("score", {}, {"value.a": "0", "value.b": "10", "value.c": ""}, {"a": 0, "b": 10}),
        ("resistance", {}, form(a=0, b=10, c=5, d=7), {"a": 0, "b": 10, "c": 5, "d": 7}),
        ("ranking", {}, form(a=3, b=3, d=1), {"d": 1, "a": 2, "b": 2}),
        ("ranking", {}, form(a=1) | {"move": "c:up"}, {"a": 1, "c": 2}),
        ("ranking", {"full": True}, form(a=1, b=2, c=3, d=3), {"a": 1, "b": 2, "c": 3, "d": 3}),
    ],
)
def test_forms_that_keep_to_the_rule(name, settings, fields, value):
    assert read(name, fields, **settings) == value


@pytest.mark.parametrize(
    ("name", "settings", "fields", "field", "told"),
    [
        ("dots", {}, form(a=2, b=2), "value", "You have 3 dots, and you gave 4"),
        ("dots", {}, form(a=4), "value.a", "from 0 to 3"),
        ("dots", {}, form(a=-1, b=3), "value.a", "from 0 to 3"),
        ("dots", {"budget": 5, "cap": 2}, form(b=3), "value.b", "from 0 to 2"),
        ("split", {}, form(a=60, b=30), "value", "give all 100; you gave 90"),
        ("split", {}, form(a=60, b=50), "value", "You have 100 points, and you gave 110"),
        ("approval", {}, form(a=2), "value.a", "from 0 to 1"),
        ("approval", {"most": 2}, form(a=1, b=1, c=1), "value", "choose 2 at most, and you chose 3"),
        ("multiple", {"least": 2}, form(a=1), "value", "choose 2 at least; you chose 1"),
        ("choice", {}, form(a=1, b=1), "value", "one answer only"),
        ("choice", {}, {"choice": "z"}, "value.z", "not one of the options"),
        ("mood", {}, form(a=2), "value.a", "from 0 to 1"),
        ("score", {}, form(a=11), "value.a", "from 0 to 10"),
        ("score", {}, {"value.a": "NaN"}, "value.a", '"NaN" is not a whole number'),
        ("score", {}, {"value.a": "1e3"}, "value.a", "not a whole number"),
        ("likert", {}, form(a=0), "value.a", "from 1 to 5"),
        ("resistance", {}, form(a=0, b=1, c=2), "value.d", "Every option needs a number from 0 to 10"),
        ("ranking", {}, form(a=0), "value.a", "from 1 to 4"),
        ("ranking", {}, form(a=5), "value.a", "from 1 to 4"),
        ("ranking", {"full": True}, form(a=1, b=2, c=3), "value.d", "give every option a place"),
        ("ranking", {}, {"move": "z:up"}, "move", "no such button"),
        ("ranking", {}, {"move": "a:away"}, "move", "no such button"),
    ],
)
def test_forms_that_break_the_rule(name, settings, fields, field, told):
    with pytest.raises(Refused, match=told) as caught:
        read(name, fields, **settings)
    assert (caught.value.why, caught.value.field) == (Why.INVALID, field)


places = st.dictionaries(st.sampled_from(OPTIONS), st.integers(1, 9))


@given(places)
def test_places_without_gaps_keep_the_order(given_places):
    dense = without_gaps(given_places)
    assert sorted(set(dense.values())) == list(range(1, len(set(given_places.values())) + 1))
    for one in given_places:
        for other in given_places:
            assert (given_places[one] < given_places[other]) == (dense[one] < dense[other])


@given(places, st.sampled_from(OPTIONS), st.sampled_from(["up", "down"]))
def test_a_button_moves_one_option_and_leaves_the_order_of_the_others(given_places, option, way):
    before = without_gaps(given_places)
    after = moved(before, f"{option}:{way}", OPTIONS)
    others = [other for other in before if other != option]
    for one in others:
        for other in others:
            assert (before[one] < before[other]) == (after[one] < after[other])
    assert option in after


@given(places, st.sampled_from(OPTIONS))
def test_pressing_up_long_enough_makes_an_option_the_only_first(given_places, option):
    now = without_gaps(given_places)
    for _ in range(2 * len(OPTIONS)):
        now = moved(now, f"{option}:up", OPTIONS)
    assert [other for other, place in now.items() if place == 1] == [option]
