"""The activity "info": something to read, nothing to hand in."""

from __future__ import annotations

import pytest

from workshop_kit.core.activity import FACILITATOR
from workshop_kit.core.document import Bullets
from workshop_kit.core.errors import Why
from workshop_kit.core.text import Text

READ = {"id": "read", "activity": "info", "points": ["Plain.", {"de": "Zweisprachig.", "en": "Bilingual."}]}


@pytest.mark.parametrize("by", ["ada", FACILITATOR])
def test_nothing_can_be_handed_in(room, assert_refused, by):
    with assert_refused(Why.UNKNOWN):
        room(READ).do("add", "read", by=by, text="But…")


def test_everybody_sees_the_points(room):
    made = room(READ)
    view = made.view("read")
    assert view.points == ({"und": "Plain."}, {"de": "Zweisprachig.", "en": "Bilingual."})
    assert view.seats == 3


def test_rows_record_and_offers(room):
    made = room(READ)
    kind, state = made.activity("read"), made.inside("read")
    assert [row["point"] for row in kind.rows(state)] == list(state.points)
    assert set(kind.columns) == {"point"}
    assert list(kind.record(state, Text("de"), None)) == [Bullets(("Plain.", "Zweisprachig."))]
    assert list(kind.offers(state)) == list(kind.pending(state, Text("de"), None)) == []


def test_without_points_there_is_nothing_to_record(room):
    made = room({"id": "read", "activity": "info"})
    assert list(made.activity("read").record(made.inside("read"), Text("de"), None)) == []
