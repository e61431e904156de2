"""Lean Coffee on phones and stage: with and without JavaScript, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

TALK = """
name = "talk"
title = { de = "Lean Coffee", en = "Lean Coffee" }
[[item]]
id = "talk"
activity = "coffee"
prompt = { de = "Worüber sprechen wir?", en = "What do we talk about?" }
topics = [
    "Newcomers",
    { de = "Ein Raum ohne Stufen", en = "A room without steps" },
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "مكان في الحي ☕",
]
"""
WHOLE = {"width": 390, "height": 2400}
"""A phone so tall that no button lies over a text."""

talk_only = pytest.mark.parametrize("session", [TALK], indirect=True)


@pytest.fixture
def talk(session):
    session.do("open", "talk")
    return session


def state(session):
    return session.inside("talk")


def stage_of(session, page_of, **options):
    page = page_of(viewport=PROJECTOR)
    page.goto(f"{session.url}/stage")
    see(page, "talk")
    return page


@talk_only
def test_without_javascript_from_topic_to_thumb(talk, phone):
    page = phone(java_script_enabled=False)
    page.fill("#topic-text", "Meet <b>outside</b>")
    form(page, "add").locator("button").click()
    expect(page.locator("#mine-t5")).to_contain_text("Meet <b>outside</b>")
    talk.do("stage", "talk", stage="dots")
    page.wait_for_timeout(300)
    page.reload()
    page.locator("[name='value.o1'][value='2']").check(force=True)
    page.locator("[name='value.t5'][value='1']").check(force=True)
    form(page, "dots").locator("button").click()
    expect(page.locator("#given")).to_be_visible()
    talk.do("stage", "talk", stage="talking")
    talk.do("start", "talk")
    page.wait_for_timeout(300)
    page.reload()
    form(page, "thumb").get_by_role("button", name="Go on").click()
    expect(page.locator("#thumb")).to_contain_text("Go on")
    page.locator("#propose-o1 summary").click()
    page.locator("#propose-o1 textarea").fill("Call them")
    form(page, "propose").locator("button").click()
    until(page, lambda: [one.text for one in state(talk).topics["o1"].proposals] == ["Call them"])
    assert state(talk).thumbs == (1, 0, 0)


@talk_only
def test_phones_ask_when_the_time_is_up_and_the_stage_counts(talk, phone, page_of):
    page, stage = phone("Ada"), stage_of(talk, page_of)
    talk.do("stage", "talk", stage="talking")
    expect(stage.locator("#order tbody tr")).to_have_count(4)
    expect(stage.locator("#ties")).to_be_visible()
    talk.do("start", "talk")
    expect(stage.locator("#current")).to_contain_text("Newcomers")
    expect(page.locator("#propose-o1")).to_be_visible()
    expect(form(page, "thumb")).to_be_hidden()
    talk.do("timer", "talk", seconds="2")
    expect(form(page, "thumb")).to_be_visible()
    form(page, "thumb").get_by_role("button", name="Stop here").click()
    expect(stage.locator("#thumbs-stop b")).to_have_text("1")
    talk.do("go-on", "talk")
    expect(stage.locator("#thumbs")).to_have_count(0)
    expect(form(page, "thumb")).to_be_hidden()
    talk.do("finish", "talk", text="Call them in their first week")
    expect(stage.locator("#done-o1")).to_contain_text("Call them in their first week")
    expect(page.locator("#listen")).to_be_visible()


@talk_only
def test_dots_that_are_typed_in_stay_while_others_give_theirs(talk, phone):
    talk.do("stage", "talk", stage="dots")
    ada, ben = phone("Ada"), phone("Ben")
    ada.locator("[name='value.o1'][value='3']").check(force=True)
    expect(ada.locator("[data-left]")).to_have_text("0 left")
    ben.locator("[name='value.o2'][value='1']").check(force=True)
    form(ben, "dots").locator("button").click()
    until(ben, lambda: len(state(talk).ballots) == 1)
    assert ada.locator("[name='value.o1'][value='3']").is_checked()
    form(ada, "dots").locator("button").click()
    until(ada, lambda: sorted(map(dict, state(talk).ballots.values()), key=str) == [{"o1": 3}, {"o2": 1}])


@talk_only
def test_by_keyboard_alone(talk, phone):
    page = phone("Ada")
    page.locator("#topic-text").focus()
    page.keyboard.type("Meet outside")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: "t5" in state(talk).topics)
    talk.do("stage", "talk", stage="dots")
    page.locator("[name='value.o1']").first.focus()
    page.keyboard.press("ArrowRight")
    form(page, "dots").locator("button").focus()
    page.keyboard.press("Enter")
    until(page, lambda: [dict(one) for one in state(talk).ballots.values()] == [{"o1": 1}])
    talk.do("stage", "talk", stage="talking")
    talk.do("start", "talk")
    talk.do("timer", "talk", seconds="0")
    expect(form(page, "thumb")).to_be_visible()
    form(page, "thumb").get_by_role("button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: state(talk).thumbs == (0, 1, 0))


@talk_only
def test_for_everybody(talk, phone, page_of):
    talk.do("add", "talk", text="W" * 140)
    pages = {lang: phone("Ada", locale=lang) for lang in ("de", "en")}
    stages = {lang: page_of(viewport=PROJECTOR) for lang in pages}
    for lang, stage in stages.items():
        stage.goto(f"{talk.url}/stage?lang={lang}")
        see(stage, "talk")
    steps = (
        ("#topic-text", "#wall", ()),
        ("#dots", "#wall", (("stage", {"stage": "dots"}),)),
        ("#listen", "#order", (("stage", {"stage": "talking"}),)),
        ("[id^=thumb-]", "#thumbs", (("start", {}), ("timer", {"seconds": "0"}), ("room-thumbs", {"on": "3"}))),
        ("#listen", "#done", (("finish", {"text": "Wir probieren es aus"}),)),
        ("#closed", "#done", (("close", {}),)),
    )
    for on_phone, on_stage, commands in steps:
        for name, fields in commands:
            talk.do(name, "talk", **fields)
        for lang, page in pages.items():
            expect(page.locator(on_phone)).to_be_visible()
            expect(stages[lang].locator(on_stage)).to_be_visible()
            page.set_viewport_size(WHOLE)
            assert violations(page) == violations(stages[lang]) == []
            for size in (PHONE, {"width": 320, "height": 640}):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            small = (
                "[...document.querySelectorAll('main .wk-button')].filter(b => b.offsetHeight && b.offsetHeight < 44)"
            )
            assert page.evaluate(f"{small}.map(button => button.textContent)") == []
