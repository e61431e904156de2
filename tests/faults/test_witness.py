"""A harness that finds nothing proves nothing: each kind of damage to a log is found and named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests.faults.trial import Figures
from tests.faults.witness import Audit, Witness

from workshop_kit.core.event import FIRST_DIGEST, Channel, Event
from workshop_kit.store.codec import sealed

AT = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


class Desk:
    """Three ballots are sent, of which the second is not acknowledged, and a server writes the log."""

    def __init__(self) -> None:
        self.witness = Witness()
        self.log: list[Event] = []
        self.write("session.created", event_id="create")
        self.audit = Audit(self.witness, lambda after: self.log[after:])
        for _ in range(3):
            self.witness.ballot("ada")
        self.witness.hear("c1", 2)
        self.witness.hear("c3", 4)

    def write(self, name="poll.ballot_cast", *, event_id, actor="ada", dots=0):
        value = {"voter": actor, "value": {"o1": dots}}
        event = Event(len(self.log) + 1, event_id, AT, actor, Channel.PHONE, "dots", name, 1, value)
        self.log.append(sealed(event, self.log[-1].digest if self.log else FIRST_DIGEST))

    def ballots(self, *numbers):
        for number in numbers:
            self.write(event_id=f"c{number}", dots=number)


@pytest.fixture
def desk():
    return Desk()


def test_a_log_with_all_that_was_acknowledged_is_fine(desk):
    desk.ballots(1, 2, 3)
    desk.audit.check()
    desk.audit.check(whole=True)
    assert desk.audit.faults == []
    assert desk.audit.recorded == {"c1": 2, "c2": 3, "c3": 4}


def test_what_was_not_acknowledged_may_be_missing(desk):
    desk.witness.acknowledged["c3"] = 3
    desk.ballots(1, 3)
    desk.audit.check()
    assert desk.audit.faults == []


@pytest.mark.parametrize(
    ("numbers", "lost"), [((1, 2), {"c3"}), ((), {"c1", "c3"}), ((1, 3), {"c3"})], ids=["end", "all", "moved"]
)
def test_what_was_acknowledged_and_is_not_where_it_was_told_is_lost(desk, numbers, lost):
    desk.ballots(*numbers)
    desk.audit.check()
    assert desk.audit.lost == lost
    assert "acknowledged" in desk.audit.faults[0]


def test_what_nobody_sent_is_invented(desk):
    desk.ballots(1, 2, 3)
    desk.write(event_id="c4", dots=1)
    desk.write(event_id="c1", dots=1)
    desk.write("item.closed", event_id="x", actor="facilitator")
    desk.audit.check()
    assert desk.audit.invented == {"c4", "c1", "x"}


@pytest.mark.parametrize("change", [{"actor": "ben"}, {"dots": 3}, {"name": "poll.ballot_superseded"}])
def test_a_ballot_of_somebody_else_or_with_another_value_is_invented(desk, change):
    desk.ballots(1)
    desk.write(**{"event_id": "c2", "dots": 2} | change)
    desk.ballots(3)
    desk.audit.check()
    assert desk.audit.invented == {"c2"}


def test_what_was_refused_must_not_be_there(desk):
    desk.witness.refuse("c2")
    desk.ballots(1, 2, 3)
    desk.audit.check()
    assert "refused" in desk.audit.faults[0]


def test_a_command_must_be_there_whole_and_in_one_piece(desk):
    desk.ballots(1, 2, 3)
    desk.write(event_id="c4/1", actor="facilitator")
    desk.audit.check()
    assert "by half" in desk.audit.faults[0]
    desk.witness.ballot("ada")
    desk.ballots(5)
    desk.audit.check()
    assert any("stands between" in fault for fault in desk.audit.faults)


def test_a_broken_chain_a_gap_and_another_past_are_found(desk):
    desk.ballots(1, 2, 3)
    desk.audit.check()
    desk.log[2] = replace(desk.log[2], digest="f" * 64)
    desk.audit.check(whole=True)
    assert "other entries" in desk.audit.faults[0]
    fresh = Desk()
    fresh.ballots(1, 2)
    fresh.log[1:] = [replace(fresh.log[1], seq=3), fresh.log[2]]
    fresh.audit.check()
    assert {"chain", "after"} <= {word for fault in fresh.audit.faults for word in fault.split()}


def test_a_step_without_an_id_of_ours_is_known_by_what_it_is(desk):
    desk.ballots(1, 2, 3)
    order = desk.witness.order("dots", "item.closed")
    desk.write("item.closed", event_id="9f", actor="facilitator")
    desk.write("item.closed", event_id="a0", actor="facilitator")
    desk.audit.check()
    assert desk.audit.recorded[order] == 5
    assert desk.audit.invented == {"a0"}, "once only"


def test_figures_tell_median_and_longest_recovery():
    told = Figures("server", recoveries=[1.0, 3.0, 2.0]).wire()
    assert (told["recovery_median"], told["recovery_max"]) == (2.0, 3.0)
    assert Figures("cli").wire()["recovery_median"] is None
