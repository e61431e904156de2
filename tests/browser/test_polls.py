"""Polls of every kind: filled in without JavaScript and with it, and shown to everybody."""

from __future__ import annotations

import pytest
from ballots import AGENDA, FILLED, ballots, fill, press, tab_to, type_in
from playwright.sync_api import expect
from rig import PROJECTOR, Served, Watch, join, see, until, violations

from workshop_kit.core.text import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW = {"width": 320, "height": 640}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOWNWARDS = "document.documentElement.scrollHeight - innerHeight"
SCREENS = ((1024, 768), (1280, 720), (1920, 1080), (3840, 2160))
MANY = """
name = "many"
[[item]]
id = "marks"
activity = "poll"
prompt = "What matters most for the success of a network in a neighbourhood?"
rule = "dots"
options = [{options}]
[[item]]
id = "scale"
activity = "poll"
prompt = "How far do these things help a network in a neighbourhood?"
rule = "likert"
options = [{options}]
"""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    served = Served.new(tmp_path_factory.mktemp("polls") / "session", lang="en", title="Polls", agenda=str(AGENDA))
    yield served
    served.close()


@pytest.fixture(scope="module")
def pages(browser, session):
    """A phone without JavaScript, and a phone and a stage in each language."""
    watching = Watch(session)
    contexts = []

    def opened(**options):
        contexts.append(browser.new_context(**{"viewport": {"width": 390, "height": 844}} | options))
        contexts[-1].set_default_timeout(10_000)
        return watching.over(contexts[-1].new_page())

    plain = join(opened(locale="en", java_script_enabled=False), session)
    phones = {lang: join(opened(locale=lang), session) for lang in LANGUAGES}
    stages = {lang: opened(viewport=PROJECTOR, locale=lang) for lang in LANGUAGES}
    for lang, stage in stages.items():
        stage.goto(f"{session.url}/stage?lang={lang}")
    yield plain, phones, stages
    for context in contexts:
        context.close()
    assert watching.problems == []


def look(page, item):
    """Look at the page again, as people without JavaScript do, until it shows the item."""
    page.click("noscript a")
    while page.locator(f"#question-{item}").count() == 0:
        page.click("noscript a")


def audit(where, phones, stages):
    """Return what is wrong with the pages of an item."""
    found = []
    for lang, page in [*phones.items(), *stages.items()]:
        for scheme, options in (("light", {}), ("dark", CONTRAST)):
            page.emulate_media(color_scheme=scheme)
            found += [f"{where}, {lang}, {scheme}: {problem}" for problem in violations(page, **options)]
    for lang, page in phones.items():
        size = page.viewport_size
        page.set_viewport_size(NARROW)
        if (over := page.evaluate(SIDEWAYS)) > 0:
            found.append(f"{where}, {lang}: {over} px too wide")
        page.set_viewport_size(size)
    return found


@pytest.mark.parametrize("item", FILLED)
def test_a_poll_is_voted_and_shown(session, pages, item):
    plain, phones, stages = pages
    paper, expected = FILLED[item]
    session.do("open", item)
    look(plain, item)
    fill(plain, paper)
    plain.click(".wk-ballot > .wk-primary")
    expect(plain.locator("#counted")).to_be_visible()
    page = phones["en"]
    see(page, item)
    fill(page, paper)
    page.click(".wk-ballot > .wk-primary")
    expect(page.locator("#counted")).to_be_visible()
    page = phones["de"]
    see(page, item)
    type_in(page, paper)
    press(page, ".wk-ballot > .wk-primary")
    expect(page.locator("#counted")).to_be_visible()
    assert ballots(session, item) == [expected] * 3
    for other in (*phones.values(), *stages.values()):
        see(other, item)
    found = audit(f"{item} open", phones, stages)
    session.do("close", item)
    for other in (*phones.values(), *stages.values()):
        other.wait_for_selector("#result")
    found += audit(f"{item} closed", phones, stages)
    found += [f"{item}: {over} px too high" for stage in stages.values() if (over := stage.evaluate(DOWNWARDS)) > 0]
    assert not found, "\n".join(found)


def test_a_ranking_is_made_by_buttons(session, pages):
    plain, phones, stages = pages
    session.do("open", "ranking")
    look(plain, "ranking")
    first, second = plain.locator(".wk-rest .wk-rank").evaluate_all("rows => rows.map(row => row.id.slice(5))")[:2]
    for option in (first, second):
        plain.click(f"#up-{option}")
        assert plain.evaluate("document.activeElement.id") == f"up-{option}"
    plain.click(f"#up-{second}")
    expect(plain.locator("#moved")).to_contain_text("place 1 of 2")
    assert ballots(session, "ranking") == [{second: 1, first: 2}]

    page = phones["en"]
    see(page, "ranking")
    for option in (first, second):
        page.focus(f"#up-{option}")
        page.keyboard.press("Enter")
        expect(page.locator(f"#ranked #rank-{option}")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_contain_text("place 1 of 2")
    expect(page.locator(f"#up-{second}")).to_be_focused()
    page.click(f"#out-{first}")
    expect(page.locator(f"#unranked #rank-{first}")).to_be_visible()
    expect(page.locator(f"#up-{first}")).to_be_focused()
    page.select_option(f"#place-{first}", "1")
    expect(page.locator(f"#ranked #rank-{first}")).to_be_visible()
    cast = ballots(session, "ranking")
    assert {second: 1, first: 2} in cast
    assert {second: 1, first: 1} in cast

    page = phones["de"]
    see(page, "ranking")
    for option in (second, first):
        press(page, f"#up-{option}")
        expect(page.locator(f"#ranked #rank-{option}")).to_be_visible()
    tab_to(page, f"#place-{first}")
    page.keyboard.press("ArrowUp")
    until(page, lambda: ballots(session, "ranking").count({second: 1, first: 1}) == 2)
    press(page, f"#out-{first}")
    expect(page.locator(f"#unranked #rank-{first}")).to_be_visible()
    assert {second: 1} in ballots(session, "ranking")
    for other in (*phones.values(), *stages.values()):
        see(other, "ranking")
    found = audit("ranking open", phones, stages)
    session.do("close", "ranking")
    for other in (*phones.values(), *stages.values()):
        other.wait_for_selector("#result")
    found += audit("ranking closed", phones, stages)
    assert not found, "\n".join(found)


def test_pairs_are_judged_one_after_the_other(session, pages):
    plain, phones, stages = pages
    session.do("open", "pairwise")
    look(plain, "pairwise")
    for _ in range(3):
        plain.click(".wk-side >> nth=0")
    expect(plain.locator("#all-judged")).to_be_visible()
    page = phones["en"]
    see(page, "pairwise")
    page.click("#pick-tie")
    expect(page.locator("#judged")).to_contain_text("2")
    assert [len(ballot) for ballot in ballots(session, "pairwise")] in ([1, 3], [3, 1])
    page = phones["de"]
    see(page, "pairwise")
    press(page, ".wk-side")
    expect(page.locator("#judged")).to_contain_text("2")
    press(page, "#pick-skip")
    expect(page.locator("#judged")).to_contain_text("3")
    press(page, "#pick-tie")
    expect(page.locator("#all-judged")).to_be_visible()
    assert sorted(len(ballot) for ballot in ballots(session, "pairwise")) == [1, 3, 3]
    found = audit("pairwise open", {"en": page}, {})
    session.do("close", "pairwise")
    for other in (*phones.values(), *stages.values()):
        other.wait_for_selector("#result tbody tr")
    found += audit("pairwise closed", phones, stages)
    assert not found, "\n".join(found)


def test_sixty_options_fit_the_stage(browser, serve, tmp_path):
    agenda = tmp_path / "agenda.toml"
    options = ", ".join(f'"{n}. A place where everybody likes to meet and talk"' for n in range(1, 61))
    agenda.write_text(MANY.format(options=options), "utf-8")
    served = serve(agenda=str(agenda))
    page = browser.new_page(viewport=PROJECTOR)
    page.goto(f"{served.url}/stage")
    found = []
    for item in ("marks", "scale"):
        served.do("open", item)
        served.do("cast", item, ballot="1", **{"value.o1": "2", "value.o2": "1"})
        page.wait_for_selector(f"#question-{item}")
        for phase in ("open", "close"):
            served.do(phase, item)
            page.wait_for_selector("#progress" if phase == "open" else "#result tbody tr")
            for width, height in SCREENS:
                page.set_viewport_size({"width": width, "height": height})
                if (over := page.evaluate(DOWNWARDS)) > 0:
                    found.append(f"{item} {phase}, {width}x{height}: {over} px too high")
    page.close()
    assert not found, "\n".join(found)
