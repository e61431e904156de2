"""The action plan on phones: by plain forms, with scripts, and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PROJECTOR, form, see, until

pytestmark = pytest.mark.browser

PLAN = """
name = "plan"
title = { de = "Plan", en = "Plan" }
[[item]]
id = "plan"
activity = "actions"
prompt = { de = "Wer macht was bis wann?", en = "Who does what until when?" }
"""


@pytest.fixture
def plan(session):
    session.do("open", "plan")
    return session


def actions(session):
    return {one.what: one for one in session.inside("plan").ordered()}


def of(page, command, action):
    return form(page, command, action=action)


@pytest.mark.parametrize("session", [PLAN], indirect=True)
def test_without_javascript(plan, phone, watch):
    watch.expected = ("status of 422",)
    page = phone(java_script_enabled=False)
    new = form(page, "add")
    page.fill("#action-what", "Book the <b>room</b>")
    new.locator("[name=until]").fill("2027-02-15")
    new.locator("[name=who][value=me]").check()
    new.locator("button").click()
    expect(page.locator("#notice")).to_contain_text("name")
    expect(page.locator("#action-what")).to_have_value("Book the <b>room</b>")

    form(page, "add").locator("[name=who][value=me]").check()
    form(page, "add").locator("[name=name]").fill("Ada")
    form(page, "add").locator("button").click()
    expect(page.locator("#action-a1")).to_contain_text("Book the <b>room</b>")
    assert actions(plan)["Book the <b>room</b>"].standing == "agreed"

    page.click("#status-a1 summary")
    of(page, "status", "a1").locator("select").select_option("done")
    of(page, "status", "a1").locator("button").click()
    assert actions(plan)["Book the <b>room</b>"].standing == "done"


@pytest.mark.parametrize("session", [PLAN], indirect=True)
def test_one_takes_it_on_others_join_in_and_all_see_it(plan, phone, page_of):
    ada, ben = phone("Ada"), phone("Ben")
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{plan.url}/stage")
    see(stage, "plan")
    ada.fill("#action-what", "Bake")
    form(ada, "add").locator("button").click()
    expect(stage.locator("#plan-a1")).to_contain_text("nobody yet")
    of(ada, "take", "a1").locator("button").click()
    expect(stage.locator("#plan-a1")).to_contain_text("Ada")
    of(ben, "join", "a1").locator("button").click()
    expect(stage.locator("#plan-a1")).to_contain_text("Ben")
    of(ada, "release", "a1").locator("button").click()
    expect(stage.locator("#plan-a1")).not_to_contain_text("Ada")


@pytest.mark.parametrize("session", [PLAN], indirect=True)
def test_by_keyboard_alone(plan, phone):
    page = phone("Ada")
    page.focus("#action-what")
    page.keyboard.type("Bake")
    while page.evaluate("document.activeElement.name") != "sign":  # the day has several parts
        page.keyboard.press("Tab")
    page.keyboard.type("It smells")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(page, lambda: "Bake" in actions(plan))
    assert (actions(plan)["Bake"].sign, actions(plan)["Bake"].standing) == ("It smells", "undated")


@pytest.mark.parametrize("session", [PLAN], indirect=True)
def test_who_is_asked_can_say_no(plan, phone):
    page = phone("Ada")
    [seat] = plan.state.seats
    plan.do("add", "plan", what="Bake", who=seat)
    expect(page.locator("#action-a1")).to_contain_text("You are asked")
    of(page, "decline", "a1").locator("button").click()
    until(page, lambda: not actions(plan)["Bake"].asked)
