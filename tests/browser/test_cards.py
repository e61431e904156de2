"""Cards in columns on phones: with scripts and by plain forms, thanks, stories with consent, and what is hidden."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

RETRO = """
name = "retro"
title = { de = "Rückblick", en = "Looking back" }
[[item]]
id = "retro"
activity = "cards"
format = "start-stop-continue"
likes = true
[[item]]
id = "word"
activity = "cards"
format = "one-word"
[[item]]
id = "thanks"
activity = "cards"
format = "thanks"
[[item]]
id = "stories"
activity = "cards"
format = "stories"
"""
each = pytest.mark.parametrize("session", [RETRO], indirect=True)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4


def opened(session, item):
    session.do("open", item)
    return session


def texts(session, item):
    return [card.text for card in session.inside(item).ordered()]


def staged(session, page_of, item, lang="en"):
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{session.url}/stage?lang={lang}")
    see(stage, item)
    return stage


@each
def test_two_people_write_and_agree_one_of_them_without_javascript(session, phone, page_of):
    opened(session, "retro")
    ada, ben = phone("Ada"), phone(java_script_enabled=False)
    stage = staged(session, page_of, "retro")
    for page, column, text in ((ada, "start", "Meet earlier <i>"), (ben, "stop", "Long talks")):
        new = form(page, "add")
        new.locator(f"[name=column][value={column}]").check()
        new.locator("textarea").fill(text)
        new.locator("button").click()
        expect(page.locator(".wk-own > li").first).to_contain_text(text)
    expect(stage.locator("#column-start #card-c1")).to_contain_text("Meet earlier <i>")
    expect(stage.locator("#column-stop #card-c2")).to_contain_text("Long talks")
    ben.locator("#others summary").click()
    form(ben, "like", card="c1").locator("button").click()
    expect(stage.locator("#card-c1")).to_contain_text("1 like")
    ben.locator("#edit-c2 summary").click()
    form(ben, "edit", card="c2").locator("textarea").fill("Very long talks")
    form(ben, "edit", card="c2").locator("button").click()
    expect(stage.locator("#card-c2")).to_contain_text("Very long talks")
    ada.locator("#mine-c1 [name=column]").select_option("continue")
    expect(stage.locator("#column-continue #card-c1")).to_be_visible()
    form(ada, "withdraw", card="c1").locator("button").click()
    expect(stage.locator("#card-c1")).to_have_count(0)


@each
def test_by_keyboard_alone(session, phone):
    opened(session, "retro")
    page = phone("Ada")
    form(page, "add").locator("[name=column]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Meet earlier")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: texts(session, "retro") == ["Meet earlier"])


@each
def test_nobody_sees_a_word_before_the_facilitator_shows_them(session, phone, page_of):
    opened(session, "word")
    ada, ben = phone("Ada"), phone("Ben")
    stage = staged(session, page_of, "word")
    form(ada, "add").locator("textarea").fill("Curious")
    form(ada, "add").locator("button").click()
    expect(stage.locator("#count")).to_contain_text("1 card")
    expect(form(ada, "add")).to_have_count(0)
    assert "Curious" not in stage.content()
    assert "Curious" not in ben.content()
    session.do("reveal", "word")
    expect(stage.locator("#card-c1")).to_contain_text("Curious")


@each
def test_who_is_thanked_sees_it_on_the_phone(session, phone):
    opened(session, "thanks")
    ada, ben, cem = phone("Ada"), phone("Ben"), phone("Cem", java_script_enabled=False)
    cem.reload()
    new = form(cem, "add")
    assert new.locator("[name=person] option").all_inner_texts()[1:] == ["Ada", "Ben"]
    new.locator("[name=person]").select_option(label="Ben")
    new.locator("textarea").fill("For the soup")
    new.locator("[name=named]").check()
    new.locator("button").click()
    expect(ben.locator("#thanks")).to_contain_text("For the soup")
    expect(ben.locator("#thanks")).to_contain_text("from Cem")
    expect(ada.locator("#thanks")).to_have_count(0)


@each
def test_a_story_is_published_only_with_consent_that_can_be_taken_back_later(session, phone):
    opened(session, "stories")
    page = phone("Ada")
    new = form(page, "add")
    expect(new.locator("[name=public]")).not_to_be_checked()
    new.locator("[name=title]").fill("The key")
    new.locator("textarea").fill("We stood before a locked door.")
    new.locator("[name=public]").check()
    new.locator("button").click()
    expect(page.locator("#mine-c1")).to_contain_text("You have agreed")
    session.do("close", "stories")
    session.do("open", "retro")
    see(page, "retro")
    page.click("#my-data summary")
    page.click("#my-data a")
    expect(page.locator("#lasting-c1")).to_contain_text("You have agreed")
    assert violations(page) == []
    form(page, "consent", card="c1").locator("button").click()
    see(page, "retro")
    assert not session.inside("stories").cards["c1"].public


@each
def test_for_everybody(session, page_of, phone):
    opened(session, "retro")
    for column, text in (("start", LONG), ("stop", "مكان في الحي"), ("continue", "Weiter so 🎉👩🏽‍🤝‍👩🏿")):
        session.do("add", "retro", column=column, text=text)
    for lang in ("de", "en"):
        page = phone("Ada", locale=lang)
        for item in ("retro", "thanks", "stories"):
            session.do("open", item)
            see(page, item)
            new = form(page, "add")
            if item == "retro":
                new.locator("[name=column]").first.check()
            new.locator("textarea").fill(LONG[:200])
            new.locator("button[type=submit]").click()
            expect(page.locator("[id^=mine-c]").first).to_be_visible()
            for summary in page.locator("[data-region=mine] summary").all():
                summary.click()
            assert violations(page) == []
            for size in (PHONE, {"width": 320, "height": 640}):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            stage = staged(session, page_of, item, lang)
            assert violations(stage) == []
            assert stage.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@each
def test_many_cards_keep_their_headings_when_the_stage_is_scrolled(session, page_of):
    opened(session, "retro")
    for number in range(60):
        column = ("start", "stop", "continue")[number % 3]
        session.do("add", "retro", column=column, text=f"A card with a number, which is {number}")
    stage = staged(session, page_of, "retro")
    expect(stage.locator("#card-c60")).to_be_attached()
    size = stage.eval_on_selector("#card-c60 .wk-words", "words => parseFloat(getComputedStyle(words).fontSize)")
    assert size >= PROJECTOR["height"] / 55
    stage.locator("#card-c60").scroll_into_view_if_needed()
    for column in ("start", "stop", "continue"):
        box = stage.locator(f"#head-{column}").bounding_box()
        assert 0 <= box["y"] < 100
