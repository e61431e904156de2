"""Every page for everybody: axe finds nothing, nothing needs sideways scrolling, large text fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, join, see, violations

from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import phone_languages

pytestmark = pytest.mark.browser

OTHER_POLLS = """
name = "polls"
title = { de = "Umfragen", en = "Polls" }
[[item]]
id = "approval"
activity = "poll"
rule = "approval"
openness = "open"
options = ["Place", "People", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", "مكان ثابت في الحي"]
[[item]]
id = "choice"
activity = "poll"
rule = "choice"
reveal = "live"
options = ["Place", "People"]
[[item]]
id = "points"
activity = "poll"
rule = "dots"
budget = 10
options = ["Place", "People", "Money"]
"""
TEXTS = ("A place", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3, "مكان ثابت في الحي", "Time")
NARROW = {"width": 320, "height": 640}
STAGES = (PROJECTOR, {"width": 1280, "height": 720}, {"width": 1024, "height": 768})
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOWNWARDS = "document.documentElement.scrollHeight - innerHeight"
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


class Audit:
    """Looks at pages and notes what is wrong with them."""

    def __init__(self) -> None:
        self.findings: list[str] = []

    def told(self) -> str:
        return "\n".join(["", *self.findings])

    def look(self, page, where: str) -> None:
        """Let axe look at the whole page at once, so that a bar that sticks to the window covers none of its text."""
        size = page.viewport_size
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({**size, "height": max(size["height"], whole)})
        for scheme, options in (("light", {}), ("dark", CONTRAST)):
            page.emulate_media(color_scheme=scheme)
            self.findings += [f"{where}, {scheme}: {found}" for found in violations(page, **options)]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)

    def measure(self, page, where: str, *sizes) -> None:
        for size in sizes:
            page.set_viewport_size(size)
            if (over := page.evaluate(SIDEWAYS)) > 0:
                self.findings.append(f"{where}, {size['width']} px wide: {over} px too wide")

    def fit(self, page, where: str) -> None:
        """A result is seen at once or not at all: nobody scrolls a projector."""
        for size in STAGES:
            page.set_viewport_size(size)
            if page.locator("#result").count() and (over := page.evaluate(DOWNWARDS)) > 0:
                self.findings.append(f"{where}, {size['width']}x{size['height']}: {over} px too high")

    def enlarge(self, page, where: str) -> None:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        self.measure(page, f"{where}, text 200 %", PHONE)
        page.evaluate("document.documentElement.style.fontSize = ''")


def test_the_way_in(session, page_of, watch):
    watch.expected = ("status of 404",)
    audit = Audit()
    for lang in phone_languages():
        page = page_of(locale=lang)
        for path in ("", "?code=WRONG", session.url.rsplit("/", 1)[1]):
            page.goto(f"{session.url.rsplit('/', 1)[0]}/{path}")
            assert page.get_attribute("html", "lang") == lang
            audit.look(page, f"{lang} /{path}")
            audit.enlarge(page, f"{lang} /{path}")
            audit.measure(page, f"{lang} /{path}", NARROW, PHONE)
    assert not audit.findings, audit.told()


def test_the_way_in_with_a_ticket(session, page_of, watch):
    watch.expected = ("status of 422",)
    audit = Audit()
    session.do("open", "factors")
    for lang, ticket in zip(LANGUAGES, session.live.do("issue-tickets", count="2").tickets, strict=True):
        page = page_of(locale=lang)
        for typed in ("", "ABCDE", ticket):
            page.goto(session.url)
            page.fill("main [name=ticket]", typed or " ")
            if typed:
                with page.expect_navigation():
                    page.click("main button[type=submit]")
            audit.look(page, f"{lang} ticket {typed}")
            audit.enlarge(page, f"{lang} ticket {typed}")
            audit.measure(page, f"{lang} ticket {typed}", NARROW, PHONE)
        join(page_of(locale=lang), session, ticket=ticket)
        expect(page.locator("#moved")).to_be_visible()
        audit.look(page, f"{lang} moved")
    assert not audit.findings, audit.told()


LOOKED_AT = ("success-factors",)
"""Agendas whose every step is looked at; the kinds of step that others have are looked at by tests of their own."""


@pytest.mark.parametrize("session", [*LOOKED_AT, OTHER_POLLS], ids=[*LOOKED_AT, "other-polls"], indirect=True)
def test_every_step(session, page_of, crowd):
    audit, people = Audit(), crowd(6)
    first = session.state.agenda.name == "success-factors"  # in all languages of phones; the others in two
    phones = {lang: join(page_of(locale=lang), session) for lang in (phone_languages() if first else LANGUAGES)}
    stages = {lang: page_of(viewport=PROJECTOR) for lang in LANGUAGES}
    for lang, stage in stages.items():
        stage.goto(f"{session.url}/stage?lang={lang}")
    for spec in session.state.agenda.items:
        for phase in ("open", "close"):
            session.do(phase, spec.id)
            for lang, page in phones.items():
                where = f"{lang} {spec.id} {phase}"
                see(page, spec.id)
                if phase == "open":
                    people.act(spec.id, TEXTS)
                else:
                    expect(page.locator("#closed")).to_be_visible()
                audit.look(page, f"{where}, phone")
                audit.enlarge(page, f"{where}, phone")
                audit.measure(page, f"{where}, phone", NARROW, PHONE)
                if lang not in stages:
                    continue
                see(stages[lang], spec.id)
                audit.look(stages[lang], f"{where}, stage")
                audit.measure(stages[lang], f"{where}, stage", *STAGES)
                audit.fit(stages[lang], f"{where}, stage")
    assert not audit.findings, audit.told()


def test_a_refused_page(session, page_of, watch):
    watch.expected = ("status of 422", "ERR_FAILED")
    session.do("open", "factors")
    audit = Audit()
    for lang in LANGUAGES:
        page = page_of(locale=lang)
        page.route("**/live.js*", lambda route: route.abort())
        join(page, session)
        page.check("#dot-place-3")
        page.check("#dot-goal-3")
        page.click(".wk-ballot button")
        expect(page.locator("#notice")).to_be_visible()
        audit.look(page, f"{lang} refused")
    assert not audit.findings, audit.told()


def test_what_is_kept_of_me(session, page_of):
    session.do("open", "experiences")
    audit = Audit()
    for lang in phone_languages():
        page = join(page_of(locale=lang), session)
        page.fill("textarea", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3)
        page.click("main form button[type=submit]")
        expect(page.locator("[data-pending]")).to_have_count(0)
        page.click("#settings summary")
        page.click("#my-data summary")
        audit.look(page, f"{lang} settings and my data")
        audit.enlarge(page, f"{lang} settings and my data")
        expect(page.locator("[data-region=shared] .wk-card").first).to_be_visible()
        page.click("#my-data a")
        expect(page.locator("table.wk-held").first).to_be_visible()
        audit.look(page, f"{lang} held")
        audit.enlarge(page, f"{lang} held")
        audit.measure(page, f"{lang} held", NARROW, PHONE)
    assert not audit.findings, audit.told()


@pytest.mark.parametrize("size", ["large", "larger"])
def test_large_text_fits_the_narrowest_phone(session, page_of, crowd, size):
    """Chosen on the phone, without scripts."""
    audit, people = Audit(), crowd(6)
    for lang in ("de", "ar"):
        page = join(page_of(locale=lang, viewport=NARROW, java_script_enabled=False), session)
        page.click("#settings summary")
        before = page.locator("h1").evaluate("heading => parseFloat(getComputedStyle(heading).fontSize)")
        page.locator("#settings [name=size]").select_option(size)
        page.click("#settings button")
        after = page.locator("h1").evaluate("heading => parseFloat(getComputedStyle(heading).fontSize)")
        assert after > before * 1.2
        for spec in session.state.agenda.items:
            session.do("open", spec.id, reason="To look at it again")
            people.act(spec.id, TEXTS)
            page.goto(session.url)
            audit.measure(page, f"{lang} {spec.id}, {size}", NARROW)
        page.goto(f"{session.url}/held")
        audit.measure(page, f"{lang} held, {size}", NARROW)
    assert not audit.findings, audit.told()
