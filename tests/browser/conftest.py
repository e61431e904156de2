"""Fixtures of the browser tests. They are skipped without Chromium, except where CI promises one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parent))

from rig import PHONE, PROJECTOR, Crowd, Served, Watch, chromium, join

NO_CHROMIUM = "no Chromium here: install one, or name it in the environment variable CHROMIUM"


expect.set_options(timeout=20_000)  # a busy machine takes its time; what fails is told all the same


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        if running is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
        yield running


@pytest.fixture
def serve(tmp_path):
    """Make sessions and serve each from a process of its own."""
    served: list[Served] = []

    def begin(name="session", **about):
        served.append(Served.new(tmp_path / name, **{"lang": "en", "title": "A first meeting"} | about))
        return served[-1]

    yield begin
    for each in served:
        each.close()


@pytest.fixture
def session(serve, request, tmp_path):
    """A session of the founding agenda, or of the one that a test gives by name or as TOML."""
    agenda = getattr(request, "param", "")
    if "\n" in agenda:
        path = tmp_path / "agenda.toml"
        path.write_text(agenda, "utf-8")
        agenda = str(path)
    return serve(**({"agenda": agenda} if agenda else {}))


@pytest.fixture
def watch(session):
    """Watch pages; the test fails where one of them did what it must not."""
    watching = Watch(session)
    yield watching
    assert watching.problems == []


@pytest.fixture
def page_of(browser, watch):
    """Open pages, each in a browser of its own as on different phones, with the page watched."""
    contexts = []

    def open_page(**options):
        contexts.append(browser.new_context(**{"viewport": PHONE, "locale": "en-GB"} | options))
        contexts[-1].set_default_timeout(10_000)
        return watch.over(contexts[-1].new_page())

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def stage(page_of, session):
    """The page for the projector, connected."""
    page = page_of(viewport=PROJECTOR)
    page.goto(f"{session.url}/stage")
    page.wait_for_selector("[data-connected]")
    return page


@pytest.fixture
def phone(page_of, session):
    """Open phones that have joined; those with scripts once they are connected."""

    def joined(name="", **options):
        page = join(page_of(**options), session, name)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("[data-connected]")
        return page

    return joined


@pytest.fixture
def crowd(session):
    """Let simulated people join."""
    crowds = []

    def joined(people):
        crowds.append(Crowd(session, people))
        return crowds[-1]

    yield joined
    for each in crowds:
        each.close()
