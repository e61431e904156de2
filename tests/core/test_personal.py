"""What the log tells of personal data: consent per use, the last day for keeping names, and that all were erased."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.errors import Why
from workshop_kit.core.personal import ERASED, PUBLIC_MINUTES

AGREES = {"use": PUBLIC_MINUTES, "given": "yes"}
TAKES_BACK = {"use": PUBLIC_MINUTES}


def says(made, name, by, **fields):
    return [(fact.name, dict(fact.data)) for fact in made.do(name, by=by, **fields)]


def test_nobody_has_agreed_before_saying_so(room):
    assert not any(seat.public for seat in room().state.seats.values())


def test_consent_is_given_and_taken_back(room):
    made = room()
    assert says(made, "consent", "ada", **AGREES) == [("seat.consented", {"use": PUBLIC_MINUTES, "given": True})]
    assert [seat.id for seat in made.state.seats.values() if seat.public] == ["ada"]
    assert says(made, "consent", "ada", **AGREES) == []
    assert says(made, "consent", "ada", **TAKES_BACK) == [("seat.consented", {"use": PUBLIC_MINUTES, "given": False})]
    assert not made.state.seats["ada"].public


def test_consent_ends_with_the_name_it_was_given_for(room):
    made = room()
    made.do("name", by="ada", named="yes")
    made.do("consent", by="ada", **AGREES)
    made.do("name", by="ada", named="yes")
    assert made.state.seats["ada"].public, "a name that is corrected is still this person's"
    made.do("name", by="ada")
    made.do("name", by="ada", named="yes")
    assert not made.state.seats["ada"].public


def test_nobody_agrees_for_another(room, assert_refused):
    made = room()
    with assert_refused(Why.NOT_ALLOWED):
        made.do("consent", seat="ada", **AGREES)
    with assert_refused(Why.INVALID, "use"):
        made.do("consent", by="ada", use="advertising", given="yes")


def test_the_facilitator_erases_a_name_and_gives_none(room, assert_refused):
    made = room()
    made.do("name", by="ada", named="yes")
    assert says(made, "name", "facilitator", seat="ada", named="yes") == [
        ("seat.named", {"named": False, "seat": "ada"})
    ]
    assert not made.state.seats["ada"].named
    assert made.do("name", seat="ada") == ()
    with assert_refused(Why.INVALID, "seat"):
        made.do("name", seat="dee")


def test_whoever_was_removed_may_still_erase_the_own_name_and_nothing_else(room, assert_refused):
    made = room()
    made.do("name", by="ada", named="yes")
    made.do("remove", seat="ada")
    with assert_refused(Why.NOT_ALLOWED):
        made.do("name", by="ada", named="yes")
    made.do("name", by="ada")
    assert not made.state.seats["ada"].named


def test_the_last_day_is_set_changed_and_lifted(room, assert_refused):
    made = room()
    assert made.state.keep_until == ""
    for day in ("2027-01-22", "2027-02-01", ""):
        assert says(made, "retain", "facilitator", until=day) == [("session.retention_set", {"until": day})]
        assert made.state.keep_until == day
        assert made.do("retain", until=day) == ()
    for wrong in ("tomorrow", "1.2.2027", "2027-02-30", "20270201"):
        with assert_refused(Why.INVALID, "until"):
            made.do("retain", until=wrong)
    with assert_refused(Why.NOT_ALLOWED):
        made.do("retain", by="ada", until="2030-01-01")


def test_the_record_of_an_erasure_counts_and_names_nobody(room, assert_refused):
    made = room()
    made.do("name", by="ada", named="yes")
    with assert_refused(Why.NOT_ALLOWED):
        made.do("erase", by="ada", why="asked")
    with assert_refused(Why.INVALID, "why"):
        made.do("erase", why="boredom")
    said = {"names": 1, "seats": 3, "why": "retention"}
    assert says(made, "erase", "facilitator", why="retention") == [(ERASED, said)]
    assert made.do("erase", why="asked") == ()
    assert made.state.erased
    assert not any(seat.named or seat.public for seat in made.state.seats.values())


@pytest.mark.parametrize("by", ["ada", "dee"])
@pytest.mark.parametrize(("name", "item"), [("join", ""), ("name", ""), ("consent", ""), ("add", "cards")])
def test_nobody_acts_or_joins_after_it(room, assert_refused, by, name, item):
    made = room()
    made.do("open", "cards")
    made.do("erase", why="approved")
    with assert_refused(Why.LOCKED):
        made.do(name, item, by=by, text="too late", named="yes", **AGREES)
    with assert_refused(Why.LOCKED):
        made.do("retain", until="2030-01-01")
    assert made.do("close", "cards"), "the facilitator can still put the session in order"


COMMANDS = st.tuples(
    st.sampled_from(["join", "name", "named", "consent", "withdraw", "remove", "erase"]),
    st.sampled_from(["ada", "ben", "cem"]),
)


@given(commands=st.lists(COMMANDS, max_size=12))
def test_who_may_be_named_in_public_said_so_last_and_has_a_name(room, commands):
    from workshop_kit.core.errors import Refused

    made = room()
    agreed: dict[str, bool] = {}
    for name, seat in commands:
        try:
            match name:
                case "named":
                    made.do("name", by=seat, named="yes")
                case "name":
                    made.do("name", by=seat)
                    agreed[seat] = False
                case "consent" | "withdraw":
                    made.do("consent", by=seat, **(AGREES if name == "consent" else TAKES_BACK))
                    agreed[seat] = name == "consent"
                case "remove":
                    made.do("remove", seat=seat)
                case "erase":
                    made.do("erase", why="asked")
                    agreed = {}
                case _:
                    made.do(name, by=seat)
        except Refused:
            continue
    assert {seat.id: seat.public for seat in made.state.seats.values()} == {
        seat: agreed.get(seat, False) for seat in ("ada", "ben", "cem")
    }
