"""A series of sessions: what one leaves to do is found in the next, with names kept apart from both logs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit import privacy
from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.errors import WorkshopError
from workshop_kit.core.event import Channel
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes.sections import Minutes, in_public
from workshop_kit.prepare import new_session

AGENDA = """
name = "plan"
title = "Plan"

[[item]]
id = "hello"
activity = "info"
points = ["Hello"]

[[item]]
id = "plan"
activity = "actions"
"""
NOBODY = "somebody else"
OVER = ("done", "dropped")


@pytest.fixture
def agenda(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(AGENDA, "utf-8")
    return str(path)


@pytest.fixture
def first(tmp_path, agenda) -> SessionFolder:
    """A session in which ada took on one action, nobody another, and a third is done."""
    folder = new_session(tmp_path / "first", agenda=agenda, lang="en", title="First meeting", date="2026-05-04")
    with closing(folder.open()) as live:
        live.do("open", "plan")
        seat = live.join("en", "Ada Lovejoy").result().seat
        live.submit(
            Command("add", "plan", {"what": "Find a room", "who": "me", "until": "2026-10-01"}),
            Actor(seat, Channel.PHONE),
        ).result()
        live.do("add", "plan", what="Write to the mayor")
        live.do("add", "plan", what="Bake")
        live.do("status", "plan", action="a3", status="done")
    return folder


@pytest.fixture
def second(tmp_path, agenda, first) -> SessionFolder:
    return new_session(tmp_path / "second", agenda=agenda, lang="en", follows=str(first.path))


def plan_of(folder, *, public=False):
    with closing(folder.open()) as live:
        people = in_public(live.people, live.state) if public else live.people
        section = Minutes(live.rules, live.state, voice("en"), people).item("plan")
        return [row for block in section.blocks if hasattr(block, "rows") for row in block.rows]


def test_what_is_left_goes_on_with_its_person_and_day(first, second):
    assert [row[1:4] for row in plan_of(second)] == [
        ("Find a room", "last time: Ada Lovejoy", "2026-10-01"),
        ("Write to the mayor", "–", "–"),
    ]
    assert [row[1] for row in plan_of(first)][:2] == [row[1] for row in plan_of(second)]


@settings(max_examples=15, deadline=None)
@given(
    plans=st.lists(
        st.tuples(
            st.text("abc äß,;", min_size=1, max_size=12).filter(str.strip),
            st.sampled_from(["", "2026-10-01", "2027-02-28"]),
            st.sampled_from(["nobody", "ada", "ben"]),
            st.sampled_from(["planned", "under-way", "done", "dropped"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_minutes_of_both_sessions_agree_on_what_was_promised(plans):
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        (agenda := Path(place) / "plan.toml").write_text(AGENDA, "utf-8")
        first = new_session(Path(place) / "first", agenda=str(agenda), lang="en", date="2026-05-04")
        with closing(first.open()) as live:
            live.do("open", "plan")
            seats = {name: live.join("en", name).result().seat for name in ("ada", "ben")}
            for number, (what, until, who, status) in enumerate(plans, 1):
                live.do("add", "plan", what=what, until=until, who=seats.get(who, ""), sure="on")
                live.do("status", "plan", action=f"a{number}", status=status)
        second = new_session(Path(place) / "second", agenda=str(agenda), lang="en", follows=str(first.path))
        told = plan_of(first)
        promised = [row[1:4] for row, (*_, status) in zip(told, plans, strict=True) if status not in OVER]
        heard = [(what, who.removeprefix("last time: "), until) for _, what, who, until, *_ in plan_of(second)]
        assert heard == promised
        with closing(second.open()) as live:
            live.do("open", "plan")
            for number in range(1, len(promised) + 1):
                live.do("status", "plan", action=f"a{number}", status="done")
        assert [row[-1] for row in plan_of(second)] == ["done (agreed on 2026-05-04)"] * len(promised)
        assert plan_of(first) == told


def test_names_are_in_no_log_and_not_in_the_public_minutes(second):
    assert "Ada" not in str([event.data for event in second.open().store.read()])
    assert plan_of(second, public=True)[0][2] == f"last time: {NOBODY}"


def test_what_became_of_it_and_who_goes_on(second, tmp_path, agenda):
    with closing(second.open()) as live:
        live.do("open", "plan")
        seat = live.join("en", "Ben Lovejoy").result().seat
        live.submit(Command("take", "plan", {"action": "a1"}), Actor(seat, Channel.PHONE)).result()
        live.do("status", "plan", action="a2", status="dropped", note="She came by herself")
    assert [row[-1] for row in plan_of(second)] == [
        "agreed (agreed on 2026-05-04)",
        "no longer needed: She came by herself (agreed on 2026-05-04)",
    ]
    third = new_session(tmp_path / "third", agenda=agenda, lang="en", follows=str(second.path))
    assert [row[1:3] for row in plan_of(third)] == [("Find a room", "last time: Ben Lovejoy")]


def test_a_person_of_an_earlier_session_can_be_forgotten(second):
    with closing(second.open()) as live:
        assert privacy.held_of(live, "c1")["name"] == "Ada Lovejoy"
        privacy.forget(live, privacy.seat_called(live, "c1"), privacy.IN_FRONT)
        assert live.people.names == {}
    assert plan_of(second)[0][2] == f"last time: {NOBODY}"


def test_all_names_go_when_a_session_is_erased(second, tmp_path, agenda):
    with closing(second.open()) as live:
        privacy.erase(live, "asked")
        assert live.people.names == {}
    third = new_session(tmp_path / "third", agenda=agenda, lang="en", follows=str(second.path))
    assert plan_of(third)[0][2] == "–"


def test_what_no_step_is_for_stays_behind(tmp_path, first):
    folder = new_session(tmp_path / "other", agenda="success-factors", lang="en", follows=str(first.path))
    with closing(folder.open()) as live:
        assert "actions" not in {spec.activity for spec in live.state.agenda.items}
        assert live.people.names == {}


def test_an_earlier_session_must_be_there(tmp_path, agenda):
    with pytest.raises(WorkshopError, match="nowhere"):
        new_session(tmp_path / "second", agenda=agenda, follows=str(tmp_path / "nowhere"))
    assert not (tmp_path / "second").exists()
