"""The speakers' queue on phones and stage: with and without JavaScript, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

FLOOR = """
name = "floor"
title = { de = "Aussprache", en = "Discussion" }
[[item]]
id = "floor"
activity = "queue"
prompt = { de = "Wer möchte etwas sagen?", en = "Who wants to say something?" }
order = "balanced"
seconds = 90
"""
floor_only = pytest.mark.parametrize("session", [FLOOR], indirect=True)


@pytest.fixture
def floor(session):
    session.do("open", "floor")
    return session


def kinds(session):
    return [str(request.kind) for request in session.inside("floor").line()]


def ask(page, word, name=""):
    if name:
        form(page, "ask").locator("[name=name]").fill(name)
    form(page, "ask").get_by_role("button", name=word).click()


@floor_only
def test_without_javascript(floor, phone):
    page = phone(java_script_enabled=False)
    ask(page, "I want to speak", "Ada <b>")
    ask(page, "Point of order")
    expect(page.locator(".wk-role")).to_have_count(2)
    assert kinds(floor) == ["order", "speak"]
    form(page, "withdraw").first.locator("button").click()
    expect(page.locator(".wk-role")).to_have_count(1)
    floor.do("call", "floor")
    page.wait_for_timeout(300)
    page.reload()
    expect(page.locator("#speaking")).to_be_visible()
    form(page, "end").locator("button").click()
    expect(page.locator("#speaking")).to_have_count(0)
    assert floor.inside("floor").spoken().total() == 1


@floor_only
def test_the_stage_shows_names_only_where_they_were_given_and_who_comes_next(floor, phone, page_of):
    ada, ben = phone("Ada"), phone()
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{floor.url}/stage")
    see(stage, "floor")
    ask(ben, "I want to speak")
    expect(stage.locator("#line li")).to_contain_text(["Person 2"])
    ask(ada, "Directly to this point")
    expect(stage.locator("#line li")).to_contain_text(["Ada", "Person 2"])
    expect(ben.locator(".wk-role")).to_contain_text("at place 2")
    expect(stage.locator("#rule")).to_contain_text("spoken least often")
    floor.do("call", "floor")
    expect(stage.locator("#floor")).to_contain_text("Ada")
    expect(stage.locator("#until time")).to_contain_text("1:")
    expect(ada.locator("#speaking")).to_be_visible()
    expect(ben.locator(".wk-role")).to_contain_text("at place 1")
    floor.do("close", "floor")
    expect(ben.locator("#closed")).to_be_visible()
    floor.do("open", "floor")
    expect(stage.locator("#line li")).to_contain_text(["Person 2"])


@floor_only
def test_by_keyboard_alone(floor, phone):
    page = phone("Ada")
    form(page, "ask").get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    until(page, lambda: kinds(floor) == ["speak"])
    form(page, "withdraw").locator("button").focus()
    page.keyboard.press("Space")
    until(page, lambda: kinds(floor) == [])


@floor_only
def test_for_everybody(floor, phone, page_of):
    pages = {lang: phone("W" * 60 if lang == "de" else "مرحبا ☕", locale=lang) for lang in ("de", "en")}
    stages = {lang: page_of(viewport=PROJECTOR) for lang in pages}
    for lang, stage in stages.items():
        stage.goto(f"{floor.url}/stage?lang={lang}")
        see(stage, "floor")
    for page in pages.values():
        for _ in range(3):
            asked = page.locator(".wk-role").count()
            form(page, "ask").get_by_role("button").first.click()
            expect(page.locator(".wk-role")).to_have_count(asked + 1)
    for command in ("open", "call", "close"):
        floor.do(command, "floor")
        for lang, page in pages.items():
            if command == "close":
                expect(page.locator("#closed")).to_be_visible()
            expect(stages[lang].locator("#floor")).to_have_count(int(command == "call"))
            assert violations(page) == violations(stages[lang]) == []
            for size in (PHONE, {"width": 320, "height": 640}):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
