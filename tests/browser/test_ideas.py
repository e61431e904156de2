"""Cards on phones, console and stage: approved, liked, put into groups by what people propose, shown page by page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

from workshop_kit.activities.ideas.state import ON_THE_WALL, Place
from workshop_kit.faces.pages import STATIC, Pages

pytestmark = pytest.mark.browser

WALL = """
name = "wall"
title = { de = "Wand", en = "Wall" }
[[item]]
id = "wall"
activity = "ideas"
prompt = { de = "Was brauchen lokale Netzwerke, damit sie gelingen?", en = "What do local networks need to succeed?" }
limit = 0
approve = true
likes = true
proposals = true
turn = 2
[[item]]
id = "vote"
activity = "poll"
rule = "dots"
live_options = true
"""
LONG = "Donaudampfschifffahrtsgesellschaft" * 7
HARD = (LONG, "مكان في الحي مفتوح للجميع في المساء", "🎉 A feast with 🥁 drums and 🍲 soup for all of us")

LETTERS = "parseFloat(getComputedStyle(document.querySelector('[data-shown] .wk-card')).fontSize)"
SMALLEST = 18
"""Pixels of the letters on a screen of 1024 by 768."""

on_the_wall = pytest.mark.parametrize("session", [WALL], indirect=True)


@pytest.fixture
def wall(session):
    """Three cards that the facilitator has entered."""
    session.do("open", "wall")
    for text in ("A room in the library", "One contact person", "A kitchen <i>"):
        session.do("add", "wall", text=text)
    return session


def fill_wall(session, count=120):
    for number in range(count):
        session.do(
            "add",
            "wall",
            text=f"{HARD[number % 3] if number % 20 < 3 else 'Regular meetings that all can plan'} {number}",
        )


def write(page, text):
    form(page, "add").locator("textarea").fill(text)
    form(page, "add").locator("button").click()
    expect(page.locator(".wk-own > .wk-card", has_text=text)).to_be_visible()


def propose(page, title, *cards):
    if page.locator("#together").get_attribute("open") is None:
        page.click("#together summary")
    for card in cards:
        page.locator(f"#together [name='card.{card}']").check()
    page.fill("#together [name=title]", title)
    page.click("#together button")


@on_the_wall
def test_a_card_waits_until_the_facilitator_has_seen_it(wall, phone, page_of):
    ada, ben = phone("Ada"), phone(java_script_enabled=False)
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{wall.url}/stage?lang=en")
    see(stage, "wall")
    write(ada, "Time for each other")
    expect(ada.locator("#mine-i4")).to_contain_text("Waits for the moderation.")
    expect(stage.locator("#count")).to_contain_text("3 cards · 1 card waits for the moderation")
    expect(stage.locator("body")).not_to_contain_text("Time for each other")
    wall.do("approve", "wall", idea="i4")
    expect(stage.locator("#card-i4")).to_contain_text("Time for each other")
    expect(ada.locator("#mine-i4")).not_to_contain_text("Waits")
    write(ben, "Written without scripts")
    expect(ben.locator("#mine-i5")).to_contain_text("Waits for the moderation.")


@on_the_wall
def test_two_phones_propose_the_same_one_of_them_without_javascript(wall, phone, page_of):
    ada, ben = phone("Ada"), phone(java_script_enabled=False)
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{wall.url}/stage?lang=en")
    see(stage, "wall")
    propose(ada, "Places", "i1", "i3")
    until(ada, lambda: "p1" in wall.inside("wall").proposals)
    propose(ben, "places", "i1", "i3")
    assert len(wall.inside("wall").proposals["p1"].seats) == 2
    wall.do("accept", "wall", proposal="p1")
    expect(stage.locator("#group-c1 h2")).to_contain_text("Places (2)")
    expect(stage.locator("#group-c1 .wk-card")).to_have_count(2)
    expect(stage.locator("#group-none #card-i2")).to_be_visible()
    ada.click("#belongs summary")
    form(ada, "propose-place").locator("[name=idea]").select_option("i2")
    form(ada, "propose-place").locator("button").click()
    until(ada, lambda: "p2" in wall.inside("wall").proposals)
    ben.click("noscript a")
    ben.click("#proposals summary")
    expect(ben.locator("#proposal-p2")).to_contain_text("Put under: Places")
    form(ben, "second", proposal="p2").locator("button").click()
    assert len(wall.inside("wall").proposals["p2"].seats) == 2


@on_the_wall
def test_likes_are_counted_on_the_stage_once_the_step_is_closed(wall, phone, page_of):
    ada, stage = phone("Ada"), page_of(viewport=PROJECTOR)
    stage.goto(f"{wall.url}/stage?lang=en")
    see(stage, "wall")
    ada.click("#likes summary")
    form(ada, "like", idea="i2").locator("button").click()
    expect(form(ada, "unlike", idea="i2").locator("button")).to_have_attribute("aria-pressed", "true")
    expect(stage.locator("#card-i2")).not_to_contain_text("like")
    wall.do("close", "wall")
    expect(stage.locator("#card-i2")).to_contain_text("1 like")


@on_the_wall
def test_by_keyboard_alone(wall, phone):
    page = phone("Ada")
    page.locator("#together summary").focus()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Places")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, lambda: [one.ideas for one in wall.inside("wall").proposals.values()] == [("i1", "i2")])


@on_the_wall
def test_the_stage_turns_by_itself_by_keys_and_from_the_console(wall, page_of):
    wall.do("make-cluster", "wall", title="Places", **{"card.i1": "1", "card.i3": "1"})
    fill_wall(wall, 60)
    stage = page_of(viewport=PROJECTOR)
    stage.goto(f"{wall.url}/stage?lang=en")
    see(stage, "wall")
    stage.wait_for_selector("[data-connected]")
    shown = stage.locator(".wk-page[data-shown] .wk-leaf")
    count = stage.locator(".wk-page").count()
    expect(shown).to_have_text(f"Page 1 of {count}")
    expect(shown).to_have_text(f"Page 2 of {count}")
    stage.locator("[data-pause]").focus()
    stage.keyboard.press("Enter")
    expect(stage.locator("[data-pause]")).to_have_attribute("aria-pressed", "true")
    at = shown.text_content()
    stage.wait_for_timeout(2500)
    expect(shown).to_have_text(at)
    wall.do("turn", "wall", page="3")
    expect(shown).to_have_text(f"Page 3 of {count}")
    stage.keyboard.press("PageDown")
    expect(shown).to_have_text(f"Page 4 of {count}")
    stage.keyboard.press("PageUp")
    stage.get_by_role("button", name="Previous page").click()
    expect(shown).to_have_text(f"Page 2 of {count}")
    wall.do("add", "wall", text="One more card, which changes the page that is shown nowhere")
    stage.wait_for_timeout(500)
    expect(shown).to_have_text(f"Page 2 of {stage.locator('.wk-page').count()}")


@on_the_wall
def test_nothing_turns_where_somebody_wants_less_motion(wall, page_of):
    fill_wall(wall, 40)
    wall.do("turn", "wall", page="1")
    stage = page_of(viewport=PROJECTOR, reduced_motion="reduce")
    stage.goto(f"{wall.url}/stage?lang=en")
    see(stage, "wall")
    stage.wait_for_timeout(3000)
    expect(stage.locator(".wk-page[data-shown] .wk-leaf")).to_contain_text("Page 1 of")


@on_the_wall
@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080)], ids=str)
def test_every_page_fits_the_screen_in_large_letters(wall, page_of, size):
    wall.do("make-cluster", "wall", title="Places", **{"card.i1": "1", "card.i3": "1"})
    fill_wall(wall)
    stage = page_of(viewport={"width": size[0], "height": size[1]})
    stage.goto(f"{wall.url}/stage?lang=en")
    see(stage, "wall")
    stage.wait_for_selector("[data-connected]")
    stage.click("[data-pause]")
    seen = 0
    for _ in range(stage.locator(".wk-page").count()):
        page = stage.locator(".wk-page[data-shown]")
        seen += page.locator(".wk-card").count()
        assert stage.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
        assert stage.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        for pillar in page.locator(".wk-pillar").all():
            assert pillar.locator("h2").first.bounding_box()["y"] < pillar.locator(".wk-card").first.bounding_box()["y"]
        assert (
            stage.evaluate("parseFloat(getComputedStyle(document.querySelector('[data-shown] .wk-card')).fontSize)")
            >= 18
        )
        stage.keyboard.press("PageDown")
    assert seen == len(wall.inside("wall").ordered(*ON_THE_WALL))
    assert violations(stage) == []


@on_the_wall
def test_what_was_decided_in_the_room_is_what_people_vote_on(wall, phone):
    ada = phone("Ada")
    wall.do("fill", "vote", **{"from": "wall", "what": "cards"})
    wall.do("open", "vote")
    see(ada, "vote")
    for text in ("A room in the library", "A kitchen <i>"):
        expect(ada.locator("[data-region=mine]")).to_contain_text(text)


@on_the_wall
def test_for_everybody(wall, page_of, phone):
    for text in HARD:
        wall.do("add", "wall", text=text)
    wall.do("make-cluster", "wall", title=LONG[:80], **{"card.i4": "1"})
    for lang in ("de", "en"):
        page = phone("Ada", locale=lang)
        write(page, f"Eine Karte {lang}")
        propose(page, f"{lang} {LONG[:60]}", "i4", "i5")
        page.wait_for_selector("#proposals")
        for panel in ("likes", "belongs", "proposals"):
            page.click(f"#{panel} > summary")
        assert violations(page) == []
        for size in (PHONE, {"width": 320, "height": 640}):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main select, main summary, main .wk-choice')]"
            ".filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44).length"
        )
        assert small == 0
        stage = page_of(viewport=PROJECTOR)
        stage.goto(f"{wall.url}/stage?lang={lang}")
        see(stage, "wall")
        assert violations(stage) == []
    assert len(wall.inside("wall").ordered(Place.WAITING)) == 2


@on_the_wall
def test_the_console_for_everybody(wall, phone, page_of):
    ada = phone("Ada")
    write(ada, HARD[1])
    propose(ada, LONG[:70], "i1", "i2")
    until(ada, lambda: "p1" in wall.inside("wall").proposals)
    wall.do("make-cluster", "wall", title=LONG[:80], **{"card.i3": "1"})
    fill_wall(wall, 40)
    style, pages = (STATIC / "kit.css").read_text("utf-8"), Pages(wall.live)
    page = page_of(viewport={"width": 700, "height": 900})
    for lang in ("de", "en"):
        page.set_content(
            f"<!doctype html><html lang={lang}><title>Console</title><style>{style}</style>"
            f"<body class='wk wk-widget'>{pages.console(lang)}"
        )
        for panel in ("clusters", "passing"):
            page.click(f"#{panel} > summary")
        for panel in ("turning", "waiting", "proposed", "clusters", "passing"):
            assert violations(page, f"#{panel}") == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@on_the_wall
def test_simulated_people_write_like_and_propose(wall, crowd):
    people = crowd(12)
    people.act("wall", [f"Card {number}" for number in range(12)])
    wall.do("approve", "wall")
    people.act("wall")
    state = wall.inside("wall")
    assert len(state.ordered(*ON_THE_WALL)) >= 15
    assert state.proposals or any(idea.likes for idea in state.ideas.values())
