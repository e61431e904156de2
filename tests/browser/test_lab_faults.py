"""JupyterLab, the participants' server and the phones when something fails: all of it goes on by itself."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import offline
import psutil
import pytest
from playwright.sync_api import expect
from rig import TALL, form, join, lab_and_server, see, until
from tests.networks import no_network, run_inside

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOST = ("WebSocket connection", "ERR_CONNECTION")
ASLEEP = float(os.environ.get("WORKSHOP_ASLEEP", "10"))
"""Seconds of sleep: longer than the eight after which a phone that waits for an answer takes a connection for dead."""

COUNTDOWN = 3600
NEAR = 3
"""Seconds by which a countdown may be off here, as a page is read a moment after the clock."""


def test_without_any_network_lab_stage_and_phone_work_and_ask_nobody(tmp_path):
    if reason := no_network():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    script = Path(offline.__file__)
    ran = run_inside(f'"{sys.executable}" "{script}" "{tmp_path}"', 240)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["seen"] == [*offline.ON_STAGE, *offline.IN_LAB, "a vote"]
    assert told["problems"] == []
    assert told["lost_packets"] == 0, "server and JupyterLab ask for another host"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with lab_and_server(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def session(lab):
    return lab.session


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """The notebook of the poll, with all its cells run."""
    page = browser.new_page(viewport=TALL, locale="en-GB")
    page.set_default_timeout(30_000)
    lab.open(page, "03-factors.ipynb")
    lab.run_all(page)
    page.wait_for_selector(".wk-console")
    yield page
    page.close()


@pytest.fixture
def begun(session):
    """A new round of the poll is open, with an hour on the clock; returns when that hour ends."""
    session.do("open", "factors", reason="Once more")
    session.do("next-round", "factors")
    session.do("timer", "factors", seconds=str(COUNTDOWN))
    return monotonic() + COUNTDOWN


def vote(page, dot, **options):
    page.check(f"#dot-{dot}")
    page.click(".wk-ballot button", **options)


def ballots(session):
    return sorted((dict(ballot.value) for ballot in session.inside("factors").ballots.values()), key=str)


def cast(session):
    """Return how many ballots the log has of the round that is open."""
    names = [event.name for event in session.live.store.read(0)]
    rounds = [place for place, name in enumerate(names) if name == "item.round_started"]
    return names[rounds[-1] :].count("poll.ballot_cast")


def off_by(page, ends, countdown="time[data-until]"):
    minutes, seconds = page.locator(countdown).first.inner_text().split(":")
    return abs(int(minutes) * 60 + int(seconds) - (ends - monotonic()))


def command(page, menu, name):
    page.click(f".lm-MenuBar-itemLabel:text-is('{menu}')")
    page.click(f".lm-Menu-item[data-command='{name}']")


def test_a_notebook_that_was_saved_is_live_again_after_loading_it_again(session, begun, notebook, page_of):
    vote(join(page_of(), session), "place-2")
    expect(notebook.locator("#meter")).to_have_attribute("value", "1")
    command(notebook, "File", "docmanager:save")
    expect(notebook.locator(".jp-mod-dirty")).to_have_count(0)
    notebook.reload()
    see(notebook, "factors")
    expect(notebook.locator(".wk-stage")).to_be_visible()
    expect(notebook.locator("#meter")).to_have_attribute("value", "1")
    notebook.locator(".wk-console #controls .wk-primary").click()
    until(notebook, lambda: session.state.items["factors"].phase == "closed")


def test_a_kernel_that_is_restarted_shows_the_same_session(session, lab, begun, notebook, page_of):
    phone = join(page_of(), session)
    vote(phone, "place-2")
    expect(notebook.locator("#meter")).to_have_attribute("value", "1")
    before = [event.digest for event in session.live.store.read(0)]
    below = psutil.Process(lab.process.pid).children(recursive=True)
    kernels = [process for process in below if "ipykernel_launcher" in process.cmdline()]
    assert kernels
    command(notebook, "Kernel", "kernelmenu:restart")
    notebook.click(".jp-Dialog .jp-mod-accept")
    until(notebook, lambda: not any(kernel.is_running() for kernel in kernels))
    notebook.wait_for_selector("#jp-main-statusbar >> text=/[|] Idle/")
    lab.run_all(notebook)
    see(notebook, "factors")
    expect(notebook.locator("#meter")).to_have_attribute("value", "1")
    assert off_by(notebook, begun) < NEAR
    assert [event.digest for event in session.live.store.read(0)] == before
    vote(phone, "place-1")
    notebook.locator(".wk-console #controls .wk-primary").click()
    expect(notebook.locator("#bar-place .wk-score")).to_have_text(re.compile("^1\\b"))
    assert ballots(session) == [{"place": 1}]


def test_a_server_that_is_killed_and_started_again(session, begun, notebook, stage, page_of, watch):
    watch.expected = LOST
    phone, idle = join(page_of(), session), join(page_of(), session)
    for page in (phone, idle):
        page.wait_for_selector("[data-connected]")
    session.kill()
    expect(idle.locator("[data-status]")).to_contain_text("No connection. Trying again")
    vote(phone, "place-2")
    expect(phone.locator("[data-status]")).to_contain_text("No connection. What you sent is kept")
    expect(phone.locator("[data-status]")).to_contain_text("1 waiting")
    notebook.click("#more summary")
    seconds = form(notebook, "timer").locator("input[name=seconds]")
    seconds.fill("600")
    seconds.press("Enter")
    expect(notebook.locator("#now time")).to_have_text(re.compile("^(9:5|10:0)"))
    session.start()
    expect(idle.locator("[data-status]")).to_have_text("Connected again.")
    expect(phone.locator("#counted")).to_be_visible()
    for page in (stage, notebook):
        expect(page.locator("#meter")).to_have_attribute("value", "1")
    for page in (stage, idle, phone):
        expect(page.locator("time[data-until]")).to_have_text(re.compile("^9:"))
    assert ballots(session) == [{"place": 2}]
    assert cast(session) == 1
    notebook.click("#more summary")


@contextmanager
def asleep(session, lab):
    """The laptop is shut: its server, JupyterLab and the kernel stand still for some seconds, and go on."""
    programs = [psutil.Process(session.process.pid), psutil.Process(lab.process.pid)]
    programs += [child for program in programs for child in program.children(recursive=True)]
    wakes = monotonic() + ASLEEP
    for program in programs:
        program.suspend()
    try:
        yield wakes
    finally:
        for program in programs:
            with suppress(psutil.NoSuchProcess):
                program.resume()


def test_a_laptop_that_was_asleep(session, lab, begun, notebook, stage, page_of, watch):
    watch.expected = LOST
    phone, idle = join(page_of(), session), join(page_of(), session)
    plain = join(page_of(java_script_enabled=False), session)
    for page in (phone, idle):
        page.wait_for_selector("[data-connected]")
    with asleep(session, lab) as wakes:
        vote(phone, "place-2")
        vote(plain, "needs-1", no_wait_after=True)
        expect(phone.locator("[data-status]")).to_contain_text("1 waiting")
        phone.wait_for_timeout(max(0, 1000 * (wakes - monotonic())))
    for page in (phone, plain):
        expect(page.locator("#counted")).to_be_visible()
    for page in (stage, notebook):
        expect(page.locator("#meter")).to_have_attribute("value", "2")
    for page in (stage, phone, idle, notebook):
        page.wait_for_timeout(1100)
        assert off_by(page, begun) < NEAR
    assert ballots(session) == [{"needs": 1}, {"place": 2}]
    assert cast(session) == 2
    notebook.locator(".wk-console #controls .wk-primary").click()
    for page in (stage, idle, notebook):
        expect(page.locator("#result tbody tr").first).to_have_attribute("id", "bar-place")
