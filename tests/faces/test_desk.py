"""The facilitator's desk in a notebook: minutes written, put before the room and made final, beside a running cell."""

from __future__ import annotations

from contextlib import closing

import pytest

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.approval import Standing
from workshop_kit.core.errors import Refused
from workshop_kit.core.event import Channel
from workshop_kit.faces import desk
from workshop_kit.faces.notebook import Session
from workshop_kit.minutes import IN_THE_MAKING
from workshop_kit.prepare import new_session

AGENDA = """
name = "small"
title = "Small"

[[item]]
id = "cards"
activity = "ideas"

[[item]]
id = "end"
activity = "info"
points = ["Thank you"]
"""


@pytest.fixture
def expected(monkeypatch):
    """The folders for which a kernel was asked ahead."""
    asked = []
    monkeypatch.setattr(desk.warm, "ready", asked.append)
    return asked


@pytest.fixture
def session(tmp_path, expected):
    (tmp_path / "small.toml").write_text(AGENDA, "utf-8")
    folder = new_session(tmp_path / "session", agenda=str(tmp_path / "small.toml"), lang="en", title="A small one")
    with closing(Session(folder.open(), folder.path)) as opened:
        opened.live.do("open", "cards")
        yield opened


def test_a_kernel_is_expected_from_the_last_step_on_and_once(session, expected):
    console = session.console()
    assert expected == []
    session.live.do("open", "end")
    console._changed(session.live.state)
    console._changed(session.live.state)
    assert expected == [session.folder]


def test_from_draft_to_final_by_buttons_alone(session):
    seat = session.live.join().result().seat
    shown = session.desk()
    shown.take({"command": "publish-minutes"})
    with pytest.raises(Refused, match="being written"):
        shown.take({"command": "write-minutes"})
    assert {path.suffix for path in shown.desk.wait()} >= {".html", ".pdf", ".md", ".ipynb"}
    region = shown.make_regions()["console"]
    assert "The minutes are written." in region
    assert 'href="/files/minutes/minutes.en.html"' in region
    for command, fields in (("approve", {"answer": "yes"}), ("comment", {"text": "<b>Four</b> people"})):
        session.live.submit(Command(command, fields={"version": "1", **fields}), Actor(seat, Channel.PHONE)).result()
    region = shown.make_regions()["console"]
    assert "&lt;b&gt;Four&lt;/b&gt; people" in region
    assert "<b>Four" not in region
    [comment] = session.live.state.approval.corrections
    shown.take({"command": "accept-comment", "comment": comment.id})
    shown.take({"command": "show-minutes"})
    assert session.live.state.approval.on_stage
    shown.take({"command": "close-approval"})
    shown.take({"command": "finalise-minutes"})
    shown.desk.wait()
    assert session.live.catch_up().approval.current.standing is Standing.FINAL


def test_what_cannot_be_done_is_told_in_the_panel(session):
    shown = session.desk()
    shown.take({"command": "finalise-minutes"})
    shown.desk.wait()
    assert shown.desk.notice.refused
    assert "not been published" in shown.make_regions()["console"]


def test_where_the_minutes_are_in_the_making_there_is_no_button(session, monkeypatch):
    monkeypatch.setenv(IN_THE_MAKING, "1")
    assert session.desk() is None
