"""The responsibility matrix on phones: without JavaScript, with it, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

WHO = """
name = "who"
title = { de = "Wer verantwortet was?", en = "Who answers for what?" }
[[item]]
id = "who"
activity = "raci"
roles = [{ de = "Vorstand", en = "Board" }]
options = [
    { id = "room", de = "Raum buchen", en = "Book a room" },
    { id = "sing", label = "الغناء معا 🎶" },
    { id = "long", label = "LONG" },
]
""".replace("LONG", "Donaudampfschifffahrtsgesellschaft" * 7)


@pytest.fixture
def who(session):
    session.do("open", "who")
    return session


def choose(page, **parts):
    for task, part in parts.items():
        page.locator(f"[name='part.{task}']").select_option(part)
    form(page, "take").locator("button").click()


def parts(session, task="room"):
    return sorted(part.value for part in session.inside("who").task(task).parts.values())


@pytest.mark.parametrize("session", [WHO], indirect=True)
def test_without_javascript(who, phone):
    page = phone(java_script_enabled=False)
    form(page, "take").locator("[name=name]").fill("Ada")
    choose(page, room="AR", sing="C")
    expect(page.locator("[name='part.room']")).to_have_value("AR")
    expect(page.locator("#task-room")).to_contain_text("Accountable (A): Ada")
    assert (parts(who), parts(who, "sing")) == (["AR"], ["C"])


@pytest.mark.parametrize("session", [WHO], indirect=True)
def test_the_accountability_is_offered_once_and_moves_on_purpose(who, phone, page_of):
    ada, ben = phone("Ada"), phone("Ben")
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{who.url}/stage")
    see(stage, "who")
    expect(stage.locator("#row-room")).to_contain_text("nobody")
    choose(ada, room="A")
    expect(stage.locator("#row-room")).to_contain_text("Ada")
    expect(stage.locator("#row-room .wk-warning")).to_have_count(1)
    expect(ben.locator("#task-room")).to_contain_text("Nobody is responsible.")
    expect(ben.locator("[name='part.room'] option[value=A]")).to_have_count(0)
    choose(ben, room="R")
    expect(stage.locator("#row-room .wk-warning")).to_have_count(0)
    who.do("move", "who", task="room", holder="role/o1")
    expect(stage.locator("#row-room")).to_contain_text("Board")
    expect(stage.locator("#row-room")).not_to_contain_text("Ada")


@pytest.mark.parametrize("session", [WHO], indirect=True)
def test_by_keyboard_alone(who, phone):
    page = phone("Ada")
    page.focus("[name='part.room']")
    page.keyboard.press("ArrowDown")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: parts(who) == ["R"])


@pytest.mark.parametrize("session", [WHO], indirect=True)
def test_for_everybody(who, phone, page_of):
    for lang in ("de", "en"):
        page = phone("Ada 🌻", locale=lang)
        choose(page, room="I", long="C")
        expect(page.locator("#task-long .wk-hint")).to_contain_text("Ada")
        stage = page_of(viewport=PROJECTOR)
        stage.goto(f"{who.url}/stage?lang={lang}")
        see(stage, "who")
        assert violations(page) == violations(stage) == []
        for size in (PHONE, {"width": 320, "height": 640}):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert stage.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
