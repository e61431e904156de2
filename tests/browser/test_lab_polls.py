"""Polls of every kind in a notebook: a seat votes, and the facilitator copies a slip of paper."""

from __future__ import annotations

from time import perf_counter

import pytest
from ballots import AGENDA, FILLED, as_slip, ballots, fill
from playwright.sync_api import expect
from rig import SEAT, Served, see, until, with_a_seat

from workshop_kit.core.event import Channel

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    served = Served.new(tmp_path_factory.mktemp("polls") / "session", lang="en", title="Polls", agenda=str(AGENDA))
    yield served
    served.close()


@pytest.fixture(scope="module")
def notebook(browser, session, tmp_path_factory):
    """The notebook of the first poll, with a seat beside stage and console."""
    with with_a_seat(browser, session, tmp_path_factory.mktemp("jupyter"), "choice") as page:
        yield page


@pytest.fixture(scope="module")
def seat(notebook):
    return notebook.locator(SEAT)


def by_channel(session, item):
    return {ballot.channel: dict(ballot.value) for ballot in session.inside(item).ballots.values()}


def save_slip(session, notebook, item, number, paper):
    notebook.locator("#slip:not([open]) > summary").click()
    slip = notebook.locator("#slip")
    slip.locator("[name=ballot]").fill(number)
    fill(slip, paper)
    before = len(ballots(session, item))
    slip.locator(".wk-primary").click()
    until(notebook, lambda: len(ballots(session, item)) > before)
    expect(slip.locator("[name=ballot]")).to_have_value("")
    slip.locator("summary").first.click()


@pytest.mark.parametrize("item", FILLED)
def test_a_seat_votes_and_a_slip_is_copied(session, notebook, seat, item):
    paper, expected = FILLED[item]
    session.do("open", item)
    seat.locator(f"#question-{item}").wait_for()
    fill(seat, paper)
    seat.locator(".wk-ballot > .wk-primary").click()
    expect(seat.locator("#counted")).to_be_visible()
    see(notebook, item)
    save_slip(session, notebook, item, "1", as_slip(paper))
    assert by_channel(session, item) == {Channel.NOTEBOOK: expected, Channel.PAPER: expected}


def test_a_seat_ranks(session, notebook, seat):
    session.do("open", "ranking")
    seat.locator("#question-ranking").wait_for()
    for option in ("needs", "place"):
        seat.locator(f"#up-{option}").click()
        expect(seat.locator(f"#ranked #rank-{option}")).to_be_visible()
    seat.locator("#up-place").click()
    expect(seat.locator("#ranked .wk-rank").first).to_have_id("rank-place")
    save_slip(session, notebook, "ranking", "1", {"#slip-number-needs": "1", "#slip-number-place": "2"})
    wanted = {Channel.NOTEBOOK: {"place": 1, "needs": 2}, Channel.PAPER: {"needs": 1, "place": 2}}
    assert by_channel(session, "ranking") == wanted


def test_a_seat_compares(session, notebook, seat):
    session.do("open", "pairwise")
    seat.locator("#question-pairwise").wait_for()
    for judged in ("2", "3"):
        seat.locator(".wk-side").first.click()
        expect(seat.locator("#judged")).to_contain_text(judged)
    seat.locator("#pick-tie").click()
    expect(seat.locator("#all-judged")).to_be_visible()
    notebook.locator("#slip > summary").click()
    slip = notebook.locator("#slip")
    slip.locator("[name=ballot]").fill("1")
    slip.locator("[name=pair]").select_option("a,b")
    slip.locator("[name=choice]").select_option("b")
    slip.locator(".wk-primary").click()
    until(notebook, lambda: len(ballots(session, "pairwise")) == 2)
    cast = by_channel(session, "pairwise")
    assert len(cast[Channel.NOTEBOOK]) == 3
    assert len(cast[Channel.PAPER]) == 1


def test_twenty_slips_are_typed_with_the_keyboard_alone(session, notebook):
    """Two keys a slip; what is measured is the time until all of them are on the pile, and counted."""
    session.do("open", "choice", reason="slips on paper")
    see(notebook, "choice")
    before = len(ballots(session, "choice"))
    notebook.locator("#pile:not([open]) > summary").click()
    field = notebook.locator("#pile-line")
    field.focus()
    begun = perf_counter()
    for number in range(20):
        notebook.keyboard.press(str(number % 3 + 1))
        notebook.keyboard.press("Enter")
    expect(notebook.locator("#pile-typed")).to_have_text("20 slips typed")
    typed = perf_counter() - begun
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    assert len(ballots(session, "choice")) == before
    notebook.locator("#pile-done").get_by_role("button", name="Count without a comparison").press("Enter")
    until(notebook, lambda: len(ballots(session, "choice")) == before + 20)
    print(f"twenty slips typed in {typed:.1f} s")
    assert typed < 30
