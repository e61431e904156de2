"""The market on phones: two people agree, with scripts on one phone and by plain forms on the other."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

MARKET = """
name = "market"
title = { de = "Börse", en = "Market" }
[[item]]
id = "market"
activity = "market"
prompt = { de = "Was sucht ihr, was bietet ihr?", en = "What do you need, what can you give?" }
factors_from = "data:success_factors"
"""


@pytest.fixture
def market(session):
    session.do("open", "market")
    return session


def put(page, kind, text):
    new = form(page, "add")
    new.locator(f"[name=kind][value={kind}]").check()
    new.locator("textarea").fill(text)
    new.locator("button").click()
    expect(page.locator(".wk-roles > li").first).to_contain_text(text)


def agreed(session):
    return [match.id for match in session.inside("market").matches(agreed=True)]


@pytest.mark.parametrize("session", [MARKET], indirect=True)
def test_two_people_agree_one_of_them_without_javascript(market, phone, page_of):
    ada, ben = phone("Ada"), phone(java_script_enabled=False)
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{market.url}/stage")
    see(stage, "market")
    put(ada, "offer", "A room in the evening <i>")
    put(ben, "seek", "A room for our evenings")
    expect(stage.locator("#entry-e1")).to_contain_text("A room in the evening <i>")
    expect(ada.locator("#match-e1-e2")).to_contain_text("This may fit.")
    form(ada, "agree", match="e1-e2").locator("button").click()
    until(ada, lambda: market.inside("market").matches(agreed=False) != [])
    ben.click("noscript a")
    expect(ben.locator("#match-e1-e2")).to_contain_text("The other side has said yes.")
    form(ben, "agree", match="e1-e2").locator("[name=name]").fill("Ben")
    form(ben, "agree", match="e1-e2").locator("button").click()
    assert agreed(market) == ["e1-e2"]
    expect(ada.locator("#match-e1-e2")).to_contain_text("Agreed.")
    expect(stage.locator("#entry-e2")).to_contain_text("agreed")
    expect(stage.locator("#entry-e2")).to_contain_text("Ben")


@pytest.mark.parametrize("session", [MARKET], indirect=True)
def test_by_keyboard_alone(market, phone):
    page = phone("Ada")
    form(page, "add").locator("[name=kind]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("A van on Saturdays")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: [one.text for one in market.inside("market").on_board()] == ["A van on Saturdays"])


@pytest.mark.parametrize("session", [MARKET], indirect=True)
def test_for_everybody(market, page_of, phone):
    for kind, text in (
        ("offer", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3),
        ("seek", "مكان في الحي"),
    ):
        market.do(kind, "market", text=text)
    for lang in ("de", "en"):
        page = phone("Ada", locale=lang)
        put(page, "seek", "A room")
        page.click(
            "#others-" + page.locator(".wk-roles > li").first.get_attribute("id").removeprefix("mine-") + " summary"
        )
        assert violations(page) == []
        for size in (PHONE, {"width": 320, "height": 640}):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        stage = page_of(viewport=PROJECTOR)
        stage.goto(f"{market.url}/stage?lang={lang}")
        see(stage, "market")
        assert violations(stage) == []
