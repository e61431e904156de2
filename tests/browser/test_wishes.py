"""Roles by wishes on phones: without JavaScript, with it, by keyboard alone, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

pytestmark = pytest.mark.browser

BOARD = """
name = "board"
title = { de = "Rollen", en = "Roles" }
[[item]]
id = "board"
activity = "roles"
wishes = true
prompt = { de = "Welche Rolle magst du?", en = "Which role do you like?" }
options = [
    { id = "host", de = "Gastgeber*in 🏠", en = "Host 🏠" },
    { id = "notes", label = "مسؤول الملاحظات", places = 2, least = 2 },
    { id = "long", label = "LONG" },
]
""".replace("LONG", "Donaudampfschifffahrtsgesellschaft" * 7)


@pytest.fixture
def board(session):
    session.do("open", "board")
    return session


def wish(page, **wishes):
    for role, rank in wishes.items():
        page.locator(f"[name='wish.{role}']").select_option(rank)
    form(page, "wish").locator("button").click()


@pytest.mark.parametrize("session", [BOARD], indirect=True)
def test_without_javascript(board, phone):
    page = phone(java_script_enabled=False)
    wish(page, host="1", notes="no")
    expect(page.locator("#wished")).to_be_visible()
    expect(page.locator("[name='wish.notes']")).to_have_value("no")
    board.do("propose", "board")
    until(page, lambda: page.reload() and form(page, "confirm", role="host").count() == 1)
    confirm = form(page, "confirm", role="host")
    confirm.locator("[name=name]").fill("Ada")
    confirm.locator("button").click()
    expect(page.locator("#role-host")).to_contain_text("This is your role.")
    assert [standing for _, standing in board.inside("board").held("host")] == ["confirmed"]


@pytest.mark.parametrize("session", [BOARD], indirect=True)
def test_a_proposal_reaches_phones_and_stage_and_can_be_given_back(board, phone, page_of):
    ada, ben = phone("Ada"), phone("Ben")
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{board.url}/stage")
    see(stage, "board")
    for page in (ada, ben):
        wish(page, host="1", notes="no", long="no")
        expect(page.locator("#wished")).to_be_visible()
    expect(stage.locator("#wishes")).to_contain_text("2 people have named wishes")
    board.do("propose", "board")
    expect(stage.locator("#board-host")).to_contain_text("not confirmed yet")
    expect(stage.locator("#board-long")).to_contain_text("nobody was ready to take it")
    expect(stage.locator("#proposal")).to_contain_text("1 person named wishes and has no place.")
    (winner,) = [seat for seat, _ in board.inside("board").held("host")]
    names = board.live.people.names
    page, other = (ada, ben) if names[winner] == "Ada" else (ben, ada)
    expect(other.locator("#without")).to_be_visible()
    form(page, "release", role="host").locator("button").click()
    expect(stage.locator("#board-host")).to_contain_text("0/1")


@pytest.mark.parametrize("session", [BOARD], indirect=True)
def test_by_keyboard_alone(board, phone):
    page = phone("Ada")
    page.focus("[name='wish.host']")
    page.keyboard.press("ArrowDown")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: [dict(one) for one in board.inside("board").wishes.values()] == [{"host": 1}])


@pytest.mark.parametrize("session", [BOARD], indirect=True)
def test_for_everybody(board, phone, page_of):
    pages = {lang: phone("Ada 🌻", locale=lang) for lang in ("de", "en")}
    stages = {lang: page_of(viewport=PROJECTOR) for lang in pages}
    for lang, stage in stages.items():
        stage.goto(f"{board.url}/stage?lang={lang}")
        see(stage, "board")
    for proposed in (False, True):
        if proposed:
            board.do("propose", "board")
        for lang, page in pages.items():
            if proposed:
                expect(page.locator("#role-host")).to_be_visible()
                expect(stages[lang].locator("#proposal")).to_be_visible()
            else:
                wish(page, host="1", long="no")
                expect(page.locator("#wished")).to_be_visible()
            assert violations(page) == violations(stages[lang]) == []
            for size in (PHONE, {"width": 320, "height": 640}):
                page.set_viewport_size(size)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
