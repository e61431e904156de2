"""Slips that are typed in a terminal: one person, two people, tickets, and a pile that was left half typed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from workshop_kit.core.event import Channel
from workshop_kit.core.state import Info
from workshop_kit.faces.cli import cli
from workshop_kit.folder import SessionFolder
from workshop_kit.slips import Pile

ITEM = "closing"


@pytest.fixture
def folder(tmp_path):
    made = SessionFolder.create(tmp_path / "session", "success-factors", Info("Neighbours", "KLMNP", lang="en"))
    live = made.open()
    live.do("open", ITEM)
    live.close()
    return made


@pytest.fixture
def session(folder):
    live = folder.open()
    yield live
    live.close()


@pytest.fixture
def enter(folder):
    """Type lines at the prompts of `workshop enter`; "" is Enter alone."""

    def typed(*lines, item=ITEM):
        return CliRunner().invoke(cli, ["enter", str(folder.path), item], input="".join(f"{line}\n" for line in lines))

    return typed


def counted(session, item=ITEM):
    tally = session.catch_up().items[item].state.tally
    return {line.option: line.score for line in tally.lines if line.score}


def test_one_person_types_and_is_told_what_was_understood(enter, session):
    done = enter("1", "9", "<", "1", "2", "-", "x", "", "n")
    assert done.exit_code == 0
    assert "  very good\n" in done.output
    assert 'Slip 2: "9" is none of the options 1 to 5.' in done.output
    assert "0 slips typed" in done.output
    assert done.output.endswith("4 slips were counted.\n")
    assert counted(session) == {"m5": 1, "m4": 1}
    assert {event.channel for event in session.store.read(0) if event.name == "poll.ballot_cast"} == {Channel.PAPER}


def test_a_second_person_settles_with_the_first_what_differs(enter, session):
    done = enter("1", "2", "3", "", "y", "1", "3", "", "2", "9", "=9", "=4")
    assert done.exit_code == 0
    assert "Second person: please type the same 3 slips again, in the same order." in done.output
    assert "Slip 1-2\n  1  good\n  2  so-so\n" in done.output
    assert "Slip 1-3\n  1  so-so\n  2  not typed\n" in done.output
    assert '"9" is none of the options' in done.output
    assert done.output.endswith("Both typed the same: 3 slips.\n3 slips were counted.\n")
    assert counted(session) == {"m5": 1, "m3": 1, "m2": 1}
    assert session.store.read(0)[-1].data == {"slips": 3, "people": 2, "settled": 2, "invalid": 0}


def test_what_was_left_half_typed_goes_on(enter, session):
    left = enter("1", "2")
    assert left.exit_code == 1
    assert "2 slips are kept. Go on with the same command." in left.output
    assert counted(session) == {}
    done = enter("3", "", "n")
    assert ("Slip 3" in done.output, "Slip 1:" in done.output) == (True, False)
    assert counted(session) == {"m5": 1, "m4": 1, "m3": 1}


def test_the_terminal_goes_on_with_what_the_console_began(enter, session, folder):
    pile = Pile(session, folder.path, ITEM)
    for line in ("1", "9"):
        pile.add(line, keep=True)
    done = enter("", "8", "2", "n")
    assert done.output.count("is none of the options 1 to 5.") == 2
    assert counted(session) == {"m5": 1, "m4": 1}


def test_tickets_are_typed_with_the_slips(enter, session):
    codes = session.do("issue-tickets", count="2").tickets
    done = enter(f"{codes[0]} 1", f"{codes[0]} 2", f"{codes[1].lower()} 2", "", "n")
    assert f"Slip {codes[0]} is on this pile already." in done.output
    assert counted(session) == {"m5": 1, "m4": 1}


def test_nothing_typed_changes_nothing(enter, session):
    before = session.state.seq
    assert enter("").exit_code == 0
    assert session.catch_up().seq == before


@pytest.mark.parametrize(("item", "told"), [("welcome", "is no vote"), ("nowhere", "There is no item")])
def test_what_is_no_vote_is_refused(enter, item, told):
    done = enter(item=item)
    assert done.exit_code == 1
    assert told in str(done.exception)
