"""Small groups and 1-2-4-All on phones: with scripts and by plain forms, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

from workshop_kit.activities.pairing.state import Stage

pytestmark = pytest.mark.browser

AGENDA = """
name = "talk"
title = { de = "Kleingruppen", en = "Small groups" }
[[item]]
id = "talk"
activity = "groups"
size = 2
rounds = 2
prompt = { de = "Was macht ein gutes Netzwerk aus?", en = "What makes a good network?" }
places = [{ de = "Tisch am Fenster", en = "Table at the window" }, { de = "Küche", en = "Kitchen" }]
[[item]]
id = "step"
activity = "pairing"
prompt = { de = "Was tun wir zuerst?", en = "What do we do first?" }
"""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4
CONFLICT = "error: Failed to load resource: the server responded with a status of 409 (Conflict)"
ARABIC = "مكان في الحي 🏡👩‍👩‍👧"

agenda = pytest.mark.parametrize("session", [AGENDA], indirect=True)


@pytest.fixture
def talk(session):
    session.do("open", "talk")
    return session


def write(page, command, text):
    new = form(page, command)
    new.locator("textarea").fill(text)
    new.locator("button").click()


def points(session):
    return [report.points for report in session.inside("talk").reports.values()]


@agenda
def test_a_group_writes_cards_and_a_report_one_of_them_without_javascript(talk, phone, page_of, watch):
    ada, ben = phone("Ada"), phone(java_script_enabled=False)
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{talk.url}/stage")
    see(stage, "talk")
    expect(ada.locator("#no-group")).to_contain_text("The groups are made in a moment.")
    talk.do("mix", "talk", groups="1")
    expect(ada.locator("#my-group")).to_contain_text("Group 1 · Table at the window")
    expect(stage.locator("#group-1")).to_contain_text("Ada")
    ben.click("noscript a")
    expect(ben.locator("#my-group")).to_contain_text("Group 1")
    write(ben, "add", "A house <b>")
    expect(ben.locator("#wall")).to_contain_text("A house <b>")
    expect(ada.locator("#wall")).to_contain_text("A house <b>")
    write(ada, "report", "We want a house")
    until(ada, lambda: points(talk) == [("We want a house",)])
    write(ben, "report", "Something else")
    expect(ben.locator("#notice")).to_contain_text("Somebody in your group has written meanwhile.")
    expect(ben.locator("[name=text]").last).to_have_value("We want a house")
    write(ben, "report", "We want a house\nand a garden")
    watch.problems.remove(CONFLICT)
    assert points(talk) == [("We want a house", "and a garden")]
    expect(ada.locator("#report")).to_contain_text("and a garden")
    talk.do("present", "talk", group="1")
    expect(stage.locator("#presented-1")).to_contain_text("and a garden")
    expect(stage.locator("#presented-1")).to_contain_text("A house <b>")


@agenda
@pytest.mark.parametrize("again", [False, True], ids=["on the page", "loaded again"])
def test_what_somebody_is_writing_does_not_overwrite_what_another_sent_meanwhile(talk, phone, again):
    ada, ben = phone("Ada"), phone("Ben")
    talk.do("mix", "talk", groups="1")
    for page in (ada, ben):
        expect(page.locator("#my-group")).to_be_visible()
    form(ada, "report").locator("textarea").fill("Ada's point")
    write(ben, "report", "Ben's point")
    expect(ada.locator("#report")).to_contain_text("Ben's point")
    if again:
        ada.reload()
        ada.wait_for_selector("[data-connected]")
    form(ada, "report").locator("button").click()
    expect(ada.locator("[data-status]")).to_contain_text("Somebody in your group has written meanwhile.")
    assert points(talk) == [("Ben's point",)]
    expect(form(ada, "report").locator("textarea")).to_have_value("Ada's point")
    write(ada, "report", "Ben's point\nAda's point")
    until(ada, lambda: points(talk) == [("Ben's point", "Ada's point")])


@agenda
def test_who_comes_late_has_a_group_at_once(talk, phone):
    phone("Ada")
    talk.do("mix", "talk")
    late = phone("Ben", java_script_enabled=False)
    expect(late.locator("#my-group")).to_contain_text("Group 1")


@agenda
def test_from_one_to_two_to_four_to_all(talk, phone, page_of):
    ada, ben = phone("Ada"), phone(java_script_enabled=False)
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{talk.url}/stage")
    talk.do("open", "step")
    see(ada, "step")
    ben.click("noscript a")
    write(ada, "add", "Sing")
    until(ada, lambda: len(talk.inside("step").ideas) == 1)
    write(ben, "add", "Dance")
    talk.do("advance", "step")
    expect(ada.locator("#before")).to_contain_text("Dance")
    expect(stage.locator("#unit-1")).to_contain_text("Ada")
    ben.click("noscript a")
    merging = form(ben, "add").last
    for box in merging.locator("[type=checkbox]").all():
        box.check()
    merging.locator("textarea").fill("Sing and dance")
    merging.locator("button").click()
    expect(ada.locator("#own")).to_contain_text("Sing and dance")
    expect(ada.locator("#own")).to_contain_text("grew from 2 ideas")
    talk.do("advance", "step")
    expect(ada.locator("#before")).to_contain_text("Sing and dance")
    ada.get_by_role("button", name="Keep it as it is: Sing and dance").click()
    until(ada, lambda: len(talk.inside("step").of(Stage.FOUR)) == 1)
    talk.do("advance", "step")
    ada.get_by_role("button", name="Give this one").click()
    expect(stage.locator("#results")).to_contain_text("Sing and dance")
    expect(stage.locator("#results")).to_contain_text("grew from 2 ideas")
    [result] = talk.inside("step").results
    assert {root.text for root in talk.inside("step").roots(result)} == {"Sing", "Dance"}


@agenda
def test_by_keyboard_alone(talk, phone):
    page = phone("Ada")
    talk.do("mix", "talk")
    expect(page.locator("#my-group")).to_be_visible()
    form(page, "add").locator("textarea").focus()
    page.keyboard.type("A garden")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: [card.text for card in talk.inside("talk").cards.values()] == ["A garden"])


@agenda
def test_for_everybody(talk, page_of, phone):
    pages = {lang: phone("Ada", locale=lang) for lang in ("de", "en")}
    talk.do("mix", "talk", groups="1", extra="3")
    for text in (LONG[:240], ARABIC):
        talk.do("add", "talk", text=text, group="1")
    for page in pages.values():
        expect(page.locator("#wall")).to_contain_text(ARABIC)
    write(pages["de"], "report", f"{LONG[:240]}\n{ARABIC}")
    until(pages["de"], lambda: len(points(talk)) == 1)
    stages = {}
    for lang in pages:
        stages[lang] = page_of(viewport=PROJECTOR)
        stages[lang].goto(f"{talk.url}/stage?lang={lang}")
        see(stages[lang], "talk")

    def look(shown):
        for lang, page in pages.items():
            expect(page.locator(shown).first).to_be_visible()
            assert violations(page) == []
            for size in ({"width": 320, "height": 640}, PHONE):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert violations(stages[lang]) == []

    look("#report")
    talk.do("present", "talk", group="1")
    look("#presented-1")
    talk.do("open", "step")
    for lang, page in pages.items():
        see(page, "step")
        write(page, "add", LONG[:240] if lang == "de" else ARABIC)
        expect(page.locator("#own")).to_be_visible()
    look("#own")
    talk.do("advance", "step")
    look("#before")
