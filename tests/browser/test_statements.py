"""Statements on phones: without JavaScript, with it, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

SAY = """
name = "say"
title = { de = "Aussagen", en = "Statements" }
[[item]]
id = "say"
activity = "statements"
prompt = { de = "Was ist richtig?", en = "What is right?" }
statements = [
    "Meet monthly",
    { de = "Beitrag zahlen", en = "Pay a fee" },
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
]
"""


@pytest.fixture
def say(session):
    session.do("open", "say")
    return session


def answers(session):
    return sorted(value for one in session.inside("say").answerable() for value in one.answers.values())


@pytest.mark.parametrize("session", [SAY], indirect=True)
def test_without_javascript(say, phone):
    page = phone(java_script_enabled=False)
    for word in ("I agree", "I disagree", "Pass"):
        form(page, "vote").get_by_role("button", name=word).click()
    expect(page.locator("#all-done")).to_be_visible()
    assert answers(say) == [-1, 0, 1]
    page.fill("#statement-text", "Sing <b>more</b>")
    form(page, "add").locator("button").click()
    expect(page.locator(".wk-own")).to_contain_text("Sing <b>more</b>")
    expect(page.locator(".wk-said")).to_contain_text("Sing <b>more</b>")


@pytest.mark.parametrize("session", [SAY], indirect=True)
def test_what_is_being_read_stays_while_others_answer_and_write(say, phone):
    ada, ben = phone("Ada"), phone("Ben")
    said = ada.locator(".wk-said").inner_text()
    form(ben, "vote").get_by_role("button", name="I agree").click()
    ben.fill("#statement-text", "Sing more")
    form(ben, "add").locator("button").click()
    expect(ben.locator(".wk-own")).to_contain_text("Sing more")
    assert ada.locator(".wk-said").inner_text() == said
    for _ in range(4):
        before = ada.locator(".wk-said").inner_text()
        form(ada, "vote").get_by_role("button", name="Pass").click()
        ada.wait_for_function("before => document.querySelector('.wk-said')?.innerText !== before", arg=before)
    expect(ada.locator("#all-done")).to_be_visible()


@pytest.mark.parametrize("session", [SAY], indirect=True)
def test_by_keyboard_alone(say, phone):
    page = phone("Ada")
    form(page, "vote").get_by_role("button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: answers(say) == [-1])


@pytest.mark.parametrize("session", [SAY], indirect=True)
def test_for_everybody(say, phone, page_of, crowd):
    crowd(12).act("say")
    pages = {lang: phone("Ada", locale=lang) for lang in ("de", "en")}
    stages = {lang: page_of(viewport=PROJECTOR) for lang in pages}
    for lang, stage in stages.items():
        stage.goto(f"{say.url}/stage?lang={lang}")
        see(stage, "say")
    for phase in ("open", "close"):
        say.do(phase, "say")
        for lang, page in pages.items():
            if phase == "close":
                expect(page.locator("#closed")).to_be_visible()
                expect(stages[lang].locator("#result")).to_be_visible()
            assert violations(page) == violations(stages[lang]) == []
            for size in (PHONE, {"width": 320, "height": 640}):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
