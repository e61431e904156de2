"""Hours on phones: without JavaScript, with it, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

EFFORT = """
name = "effort"
title = { de = "Wer macht wie viel?", en = "Who does how much?" }
[[item]]
id = "effort"
activity = "hours"
options = [
    { id = "room", de = "Raum", en = "Room" },
    { id = "sing", label = "الغناء معا 🎶" },
    { id = "long", label = "LONG" },
]
""".replace("LONG", "Donaudampfschifffahrtsgesellschaft" * 7)


@pytest.fixture
def effort(session):
    session.do("open", "effort")
    return session


def save(page, **hours):
    for field, number in hours.items():
        kind, _, task = field.partition("_")
        page.locator(f"[name='{kind}.{task}']").fill(str(number))
    form(page, "save").locator("button").click()


@pytest.mark.parametrize("session", [EFFORT], indirect=True)
def test_without_javascript(effort, phone):
    page = phone(java_script_enabled=False)
    save(page, given_room=3, needed_room=8)
    expect(page.locator("[name='given.room']")).to_have_value("3")
    expect(page.locator("#row-room")).to_contain_text("5")
    save(page, given_room="")
    assert effort.inside("effort").task("room").given == 0


@pytest.mark.parametrize("session", [EFFORT], indirect=True)
def test_the_stage_shows_needed_given_and_gap(effort, phone, page_of):
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{effort.url}/stage")
    see(stage, "effort")
    save(phone("Ada"), given_room=3, needed_room=8)
    save(phone("Ben"), given_room=1, given_sing=2)
    expect(stage.locator("#row-room td")).to_contain_text(["8", "4", "4"])
    effort.do("describe", "effort", task="room", hours="20")
    expect(stage.locator("#row-room td").last).to_contain_text("16")


@pytest.mark.parametrize("session", [EFFORT], indirect=True)
def test_by_keyboard_alone(effort, phone):
    page = phone("Ada")
    page.locator("[name='given.room']").focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    until(page, lambda: effort.inside("effort").task("room").given == 7)


@pytest.mark.parametrize("session", [EFFORT], indirect=True)
def test_for_everybody(effort, phone, page_of):
    for lang, given in (("de", 4), ("en", 4 + 4)):
        page = phone("Ada 🌻", locale=lang, viewport={"width": 320, "height": 640})
        save(page, given_long=4, needed_sing=5)
        expect(page.locator("#row-long")).to_contain_text(str(given))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        stage = page_of(viewport=PROJECTOR)
        stage.goto(f"{effort.url}/stage?lang={lang}")
        see(stage, "effort")
        assert stage.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert violations(page) == violations(stage) == []
