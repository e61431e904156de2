"""The network picture on phones: without JavaScript, with it, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

NET = """
name = "net"
title = { de = "Unser Netz", en = "Our network" }
[[item]]
id = "net"
activity = "ties"
options = [
    { id = "library", de = "Bücherei", en = "Library" },
    { id = "sing", label = "الغناء معا 🎶" },
    { id = "long", label = "LONG" },
]
""".replace("LONG", "Donaudampfschifffahrtsgesellschaft" * 7)


@pytest.fixture
def net(session):
    session.do("open", "net")
    return session


def name(page, one, other, kind="online", *, missing=False):
    sheet = form(page, "tie")
    sheet.locator("[name=one]").select_option(one)
    sheet.locator("[name=other]").select_option(other)
    if missing:
        sheet.locator("[name=state][value=missing]").check()
    else:
        sheet.locator(f"[name='kind.{kind}']").check()
    sheet.locator("button").click()


def ties(session):
    return [(tie.one.id, tie.other.id, tie.named, tie.missed) for tie in session.inside("net").ties()]


@pytest.mark.parametrize("session", [NET], indirect=True)
def test_without_javascript(net, phone):
    page = phone(java_script_enabled=False)
    name(page, "library", "sing")
    expect(page.locator("#mine-library-sing")).to_be_visible()
    page.locator("#add-node summary").click()
    form(page, "add").locator("[name=label]").fill("Chor")
    form(page, "add").locator("button").click()
    expect(page.locator("select[name=one] option")).to_have_count(5)
    form(page, "untie").locator("button").click()
    expect(page.locator("#mine-library-sing")).to_have_count(0)
    assert ties(net) == []


@pytest.mark.parametrize("session", [NET], indirect=True)
def test_the_stage_shows_a_table_and_then_the_picture(net, phone, page_of):
    ada, ben = phone("Ada"), phone("Ben")
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{net.url}/stage")
    see(stage, "net")
    expect(stage.locator("#node-library")).to_be_visible()
    name(ada, "library", "sing")
    expect(stage.locator("#tie-library-sing")).to_contain_text("online")
    name(ben, "sing", "library", "beyond")
    expect(stage.locator("#tie-library-sing td").last).to_have_text("2")
    name(ben, "sing", "long", missing=True)
    expect(stage.locator("#tie-sing-long")).to_be_visible()
    net.do("close", "net")
    picture = stage.locator("#result svg[role=img]")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["height"] > 200
    expect(stage.locator("#loose")).to_contain_text("Donau")
    expect(stage.locator("#ties")).to_be_hidden()
    expect(ada.locator("#ties")).to_be_visible()
    expect(ada.locator("#result")).to_be_hidden()


@pytest.mark.parametrize("session", [NET], indirect=True)
def test_by_keyboard_alone(net, phone):
    page = phone("Ada")
    form(page, "tie").locator("[name=one]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: ties(net) == [("library", "sing", 1, 0)])


@pytest.mark.parametrize("session", [NET], indirect=True)
def test_for_everybody(net, phone, page_of):
    for lang in ("de", "en"):
        page = phone("Ada 🌻", locale=lang, viewport={"width": 320, "height": 640})
        name(page, "long", "sing")
        expect(page.locator("#mine-long-sing")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        stage = page_of(viewport=PROJECTOR)
        stage.goto(f"{net.url}/stage?lang={lang}")
        see(stage, "net")
        assert violations(page) == violations(stage) == []
    net.do("close", "net")
    expect(stage.locator("#result svg")).to_be_visible()
    assert violations(page) == violations(stage) == []
