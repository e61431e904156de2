"""The notebooks in a real JupyterLab: the room's votes arrive, the console leads, and nothing gets in the way."""

from __future__ import annotations

import re
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from rig import TALL, form, join, lab_and_server, see, until, violations

from workshop_kit.library import shipped

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOON = 2.0
"""Seconds after which the room should have seen a vote."""

BUSY = 8
START = "start.ipynb"
ALONE = {rule: {"enabled": False} for rule in ("duplicate-id", "duplicate-id-active", "duplicate-id-aria")}
"""Two widgets of one step have the same ids; nothing refers to them from outside of its widget."""

SHOWN = """([voted, patience]) => new Promise((done) => {
  const end = performance.now() + patience;
  const look = () => {
    const shown = document.querySelector("#meter")?.value === voted;
    if (shown || performance.now() > end) done(shown);
    else requestAnimationFrame(look);
  };
  look();
})"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with lab_and_server(tmp_path_factory.mktemp("lab"), shipped("notebooks") / START) as running:
        yield running


@pytest.fixture
def session(lab):
    return lab.session


@pytest.fixture(scope="module")
def open_notebook(browser, lab):
    """Open a notebook; no page of it may fail or ask another host for anything."""
    problems = []
    context = browser.new_context(viewport=TALL, locale="en-GB")
    context.set_default_timeout(30_000)

    def request(url):
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != f"127.0.0.1:{lab.port}":
            problems.append(f"request: {url}")

    def opened(name):
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", lambda sent: request(sent.url))
        return lab.open(page, name)

    yield opened
    context.close()
    assert problems == []


@pytest.fixture(scope="module")
def notebook(open_notebook, lab):
    """The notebook of the poll, with all its cells run."""
    page = open_notebook("03-factors.ipynb")
    lab.run_all(page)
    page.wait_for_selector(".wk-stage")
    page.wait_for_selector(".wk-console")
    return page


def vote(page, *dots):
    """Vote on a phone and return the moment of pressing the button."""
    for dot in dots:
        page.check(f"#dot-{dot}")
    pressed = monotonic()
    page.click(".wk-ballot button", no_wait_after=True)
    return pressed


def told(what, pressed, voted, **pages):
    """Wait until the pages show that so many have voted; say how long after the button was pressed."""
    for name, page in pages.items():
        assert page.evaluate(SHOWN, [voted, SOON * 1000]), f"{name} does not show {voted} votes"
        print(f"{what}: {name} after {1000 * (monotonic() - pressed):.0f} ms")
    assert monotonic() - pressed < SOON


def cells(page):
    return page.locator(".jp-Notebook .jp-Cell").count()


def test_a_notebook_shows_widgets_not_code(notebook):
    code = notebook.locator(".jp-CodeCell")
    assert notebook.locator(".jp-CodeCell .jp-InputCollapser").count() == code.count()
    assert notebook.locator(".jp-CodeCell .jp-InputPlaceholder").count() == code.count()
    assert notebook.locator(".jp-toast-button").count() == 0, "JupyterLab asks for nothing"
    assert notebook.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() <= 1, "no chart yet"


def test_votes_reach_the_notebook_even_while_a_cell_is_busy(session, lab, notebook, stage, page_of):
    people = [join(page_of(java_script_enabled=False), session) for _ in range(3)]
    notebook.locator("#controls button").last.click()
    for page in (notebook, stage):
        see(page, "factors")
    for page in people:
        page.click("noscript a")

    pressed = vote(people[0], "place-2", "needs-1")
    told("idle kernel", pressed, 1, notebook=notebook, stage=stage)

    lab.run_new(notebook, f"import time; time.sleep({BUSY})")
    expect(notebook.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "busy")
    began = monotonic()
    for voted, page in enumerate(people[1:], 2):
        pressed = vote(page, "place-3")
        told("busy kernel", pressed, voted, notebook=notebook, stage=stage)
    assert monotonic() - began < BUSY, "the cell was still busy"
    expect(notebook.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle", timeout=15_000)

    notebook.locator("#controls button.wk-primary").click()
    for page in (notebook, stage):
        expect(page.locator("#bar-place .wk-score")).to_have_text("8")
    people[0].click("noscript a")
    expect(people[0].locator("#bar-place .wk-score")).to_have_text("8")


def test_typing_in_the_console_is_left_alone(session, notebook):
    session.do("open", "factors", reason="Once more")
    expect(notebook.locator("#controls")).to_be_visible()
    before = cells(notebook)
    notebook.click("#more summary")
    seconds = form(notebook, "timer").locator("input[name=seconds]")
    seconds.fill("")
    seconds.press_sequentially("90")
    seconds.press("Enter")
    expect(notebook.locator("#now time")).to_have_text(re.compile("^1:[23]"))
    notebook.click("#slip summary")
    slip = notebook.locator("#slip [name=ballot]")
    slip.press_sequentially("ddxabm")
    session.do("timer", "factors", seconds="300")
    expect(notebook.locator("#now time")).to_have_text(re.compile("^[45]:"))
    expect(slip).to_be_focused()
    assert slip.input_value() == "ddxabm"
    assert notebook.locator("#slip").get_attribute("open") is not None
    notebook.locator("#slip [name='value.place']").fill("1")
    slip.press("Enter")
    expect(slip).to_have_value("")
    until(notebook, lambda: "slip:ddxabm" in session.inside("factors").ballots)
    session.do("open", "experiences", reason="Once more")
    see(notebook, "experiences")
    notebook.click("#slips summary")
    card = notebook.locator("#slips textarea")
    card.press_sequentially("One line")
    card.press("Enter")
    card.press_sequentially("and one more")
    assert card.input_value() == "One line\nand one more"
    assert cells(notebook) == before


def test_keys_lead_while_the_focus_is_in_the_console_and_not_elsewhere(session, notebook):
    session.do("open", "factors", reason="Once more")
    see(notebook, "factors")
    before = cells(notebook)
    notebook.locator("#primary").focus()
    notebook.keyboard.press("p")
    until(notebook, lambda: session.state.paused_at is not None)
    notebook.locator("#keys summary").focus()
    notebook.wait_for_timeout(1000)
    notebook.keyboard.press("PageDown")
    until(notebook, lambda: session.state.paused_at is None)
    notebook.locator(".jp-MarkdownCell").first.click()
    for key in ("PageDown", "p", "q"):
        notebook.keyboard.press(key)
    notebook.wait_for_timeout(500)
    assert (session.state.paused_at, session.state.way_in) == (None, False)
    assert session.state.items["factors"].phase == "open"
    assert cells(notebook) == before


def test_a_seat_in_the_notebook_votes(session, lab, notebook):
    session.do("next-round", "factors")
    see(notebook, "factors")
    lab.run_new(notebook, "session.seat()")
    seat = notebook.locator(".wk-widget:has(.wk-ballot)")
    seat.locator("#dot-place-2").check()
    seat.locator("#dot-needs-2").check()
    seat.locator("button[type=submit]").click()
    expect(seat.locator("[data-status].wk-refused")).to_contain_text("4")
    expect(seat.locator("#dot-place-2")).to_be_checked()
    seat.locator("#dot-needs-1").check()
    seat.locator("button[type=submit]").click()
    expect(seat.locator("#counted")).to_be_visible()
    ballots = session.inside("factors").ballots.values()
    assert [(ballot.channel, dict(ballot.value)) for ballot in ballots] == [("notebook", {"place": 2, "needs": 1})]


def test_widgets_are_accessible(session, notebook):
    for item in session.state.agenda.items:
        session.do("open", item.id, reason="Once more")
        notebook.wait_for_selector(f"#more #step-{item.id}:not(:has(button))", state="attached")
        notebook.evaluate("document.querySelectorAll('.wk-widget details').forEach(one => one.open = true)")
        for scheme in ("light", "dark"):
            notebook.emulate_media(color_scheme=scheme)
            assert violations(notebook, ".wk-widget", rules=ALONE) == []
    notebook.emulate_media(color_scheme="light")


def test_the_stage_fills_the_screen_and_stays_live(session, notebook):
    session.do("open", "welcome", reason="Once more")
    see(notebook, "welcome")
    notebook.click("[data-fullscreen]")
    notebook.wait_for_function("document.fullscreenElement?.classList.contains('wk-stage')")
    session.do("open", "experiences", reason="Once more")
    see(notebook, "experiences")
    notebook.evaluate("document.exitFullscreen()")


def test_the_start_form_makes_a_session(session, lab, open_notebook):
    page = open_notebook(START)
    lab.run_all(page)
    page.wait_for_selector(".jupyter-widgets.widget-button")
    page.locator(".widget-text input").first.fill("Ein Abend im Café")
    page.locator(".widget-button.mod-primary").click()
    stage = page.locator(".widget-html a[target=_blank]")
    expect(stage).to_be_visible(timeout=30_000)
    made = session.folder.path / "ein-abend-im-café"
    assert (made / "01-welcome.ipynb").is_file()
    address = stage.get_attribute("href")
    assert httpx.get(address).status_code == 200
    page.locator(".widget-button.mod-danger").click()
    expect(stage).to_have_count(0)
    with pytest.raises(httpx.TransportError):
        httpx.get(address)
