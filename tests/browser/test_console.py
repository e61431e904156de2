"""The console in a co-facilitator's browser, its keys, and what the stage shows on every projector."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form, see, until, violations

from workshop_kit.cofacilitation import dismiss, invite
from workshop_kit.core.text import LANGUAGES

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
PROJECTORS = tuple(
    {"width": width, "height": height} for width, height in ((1024, 768), (1280, 720), (1920, 1080), (3840, 2160))
)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DOWNWARDS = "document.documentElement.scrollHeight - innerHeight"
IN_VIEW = """element => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll(".wk-question, .wk-code-large")]
  .map(element => parseFloat(getComputedStyle(element).fontSize) / innerHeight))"""
COUNT_TONES = """() => {
  const make = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    window.tones = (window.tones ?? 0) + 1;
    return make.call(this);
  };
}"""
ANIMATIONS = "bars => bars.map(bar => getComputedStyle(bar).animationName)"
WAYS_IN = ".wk-screen-side .wk-qr, .wk-screen-side .wk-address, .wk-screen-side .wk-code-large"


@pytest.fixture
def lead(page_of, session):
    """Open the console by a link, in a browser of its own."""

    def led(lang="en", **options):
        page = page_of(**options)
        page.goto(f"{session.url}/console?lang={lang}#{invite(session.live, 'Ayşe')}")
        page.wait_for_selector("#controls")
        page.goto(f"{session.url}/console?lang={lang}")
        if options.get("java_script_enabled", True):
            page.wait_for_selector("[data-connected]")
        return page

    return led


class TestTheLink:
    def test_its_secret_leaves_the_address_and_the_history(self, page_of, session):
        page, secret = page_of(), invite(session.live, "Ayşe")
        page.goto(f"{session.url}/console#{secret}")
        page.wait_for_selector("[data-connected]")
        assert page.url == f"{session.url}/console"
        assert secret not in page.content()
        page.go_back()
        assert secret not in page.url
        page.goto(f"{session.url}/console")
        page.wait_for_selector("#controls")
        assert page.evaluate("document.cookie") == ""

    def test_without_javascript_the_code_is_typed(self, page_of, session):
        page, secret = page_of(java_script_enabled=False), invite(session.live, "Ayşe")
        page.goto(f"{session.url}/console")
        page.fill("[name=key]", secret.lower())
        page.click("main button[type=submit]")
        form(page, "open").first.locator("button").click()
        assert page.url == f"{session.url}/console"
        expect(page.locator("#now")).to_contain_text("Welcome")
        assert session.state.current == "welcome"

    def test_who_is_dismissed_is_back_at_the_door_at_once(self, lead, session, watch):
        watch.expected = ("status of 403",)
        page = lead()
        dismiss(session.live, "Ayşe")
        expect(page.locator("[name=key]")).to_be_visible()
        expect(page.locator("#controls")).to_have_count(0)


class TestKeys:
    def test_a_presenter_s_remote_presses_the_highlighted_button_and_only_once(self, lead, session):
        page = lead()
        page.keyboard.press("PageDown")
        page.keyboard.press("PageDown")
        until(page, lambda: session.state.current == "welcome")
        expect(page.locator("#primary")).to_have_text("Close this step")
        assert session.state.items["welcome"].phase == "open"

    def test_letters_pause_go_on_and_take_back(self, lead, session):
        session.do("open", "welcome")
        page = lead()
        for key, holds in (
            ("p", lambda: session.state.paused_at is not None),
            ("PageDown", lambda: session.state.paused_at is None),
            ("q", lambda: session.state.way_in),
            ("z", lambda: session.state.items["welcome"].phase == "planned"),
        ):
            page.wait_for_timeout(900)
            page.keyboard.press(key)
            until(page, holds)

    def test_not_in_a_text_field_and_not_once_they_are_off(self, lead, session):
        session.do("open", "welcome")
        page = lead()
        page.click("#more summary")
        page.focus("#more [name=seconds]")
        for key in ("p", "PageDown"):
            page.keyboard.press(key)
        page.click("#keys summary")
        page.uncheck("[data-keys]")
        page.reload()
        page.wait_for_selector("[data-connected]")
        page.keyboard.press("p")
        page.wait_for_timeout(500)
        assert (session.state.paused_at, session.state.items["welcome"].phase) == (None, "open")
        page.click("#keys summary")
        expect(page.locator("[data-keys]")).not_to_be_checked()

    def test_the_stage_leads_nothing_whatever_is_pressed(self, stage, session):
        session.do("open", "welcome")
        see(stage, "welcome")
        seq = session.state.seq
        for key in ("PageDown", "PageUp", "p", "q", "z", "+", "Enter"):
            stage.keyboard.press(key)
        stage.keyboard.press("f")
        stage.wait_for_function("document.fullscreenElement !== null")
        assert session.state.seq == seq


def test_the_pages_are_for_everybody(session, lead, page_of, crowd):
    people = crowd(5)
    findings = []
    door = page_of()
    consoles = {lang: lead(lang) for lang in LANGUAGES}
    for lang in LANGUAGES:
        door.goto(f"{session.url}/console?lang={lang}")
        findings += violations(door)
    for item, phase in (("experiences", "open"), ("factors", "open"), ("factors", "close")):
        session.do(phase, item)
        if phase == "open":
            people.act(item)
        for lang, page in consoles.items():
            page.reload()
            page.wait_for_selector("[data-connected]")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                findings += [f"{lang} {item} {phase} {scheme}: {found}" for found in violations(page)]
            for size in (NARROW, PHONE):
                page.set_viewport_size(size)
                assert page.evaluate(SIDEWAYS) <= 0, (lang, item, size)
    assert not findings, "\n".join(findings)


class TestTheStage:
    def test_fits_every_projector_with_the_way_in_always_there(self, session, stage, crowd):
        people = crowd(30)
        for item in ("welcome", "experiences", "factors", "roles", "closing"):
            for phase in ("open", "close"):
                session.do(phase, item)
                see(stage, item)
                if phase == "open":
                    people.act(item)
                stage.wait_for_timeout(400)
                for size in PROJECTORS:
                    stage.set_viewport_size(size)
                    where = (item, phase, size)
                    assert stage.evaluate(SIDEWAYS) <= 0, where
                    assert stage.evaluate(DOWNWARDS) <= 0, where
                    shown = stage.locator(WAYS_IN)
                    assert [shown.nth(number).evaluate(IN_VIEW) for number in range(3)] == [True] * 3, where
                    assert stage.evaluate(SMALLEST) > 0.03, where

    def test_the_way_in_can_be_shown_at_large(self, session, stage):
        session.do("open", "factors")
        session.do("show-way-in")
        expect(stage.locator("#question-way-in")).to_be_visible()
        for size in PROJECTORS:
            stage.set_viewport_size(size)
            assert stage.evaluate(DOWNWARDS) <= 0, size
            assert stage.locator("#way-in .wk-qr").evaluate(IN_VIEW), size
            assert stage.evaluate("document.querySelector('#way-in .wk-qr').clientHeight / innerHeight") > 0.4, size
        assert session.state.info.code in stage.inner_text("#way-in")
        session.do("hide-way-in")
        see(stage, "factors")

    def test_the_end_of_the_time_is_seen_said_and_heard_only_if_somebody_asked(self, session, stage):
        stage.evaluate(COUNT_TONES)
        session.do("open", "factors")
        for asked, tones in ((False, None), (True, 2)):
            if asked:
                stage.click("[data-tone]", force=True)
                expect(stage.locator("[data-tone]")).to_have_attribute("aria-pressed", "true")
            session.do("timer", "factors", seconds="3")
            expect(stage.locator(".wk-over")).to_have_count(0)
            expect(stage.locator(".wk-over")).to_be_visible()
            expect(stage.locator("[data-ended]")).to_have_text("Time is up")
            assert stage.evaluate("window.tones") == tones  # one when it is switched on, so that it is known

    def test_a_pause_stops_the_clock_on_stage_and_phone(self, session, stage, phone):
        session.do("open", "factors")
        person = phone()
        session.do("pause")
        for page in (stage, person):
            expect(page.locator(".wk-timer")).to_contain_text("Pause")
            first = page.inner_text(".wk-timer")
            page.wait_for_timeout(1500)
            assert page.inner_text(".wk-timer") == first
        person.check("#dot-place-1")
        person.click(".wk-ballot button")
        expect(person.locator("[data-status]")).to_contain_text("There is a pause just now")
        assert person.is_checked("#dot-place-1"), "what was begun stays"
        session.do("resume")
        person.click(".wk-ballot button")
        expect(person.locator("#counted")).to_be_visible()

    @pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
    def test_looks_that_a_projector_may_need(self, session, page_of, crowd, theme):
        people = crowd(5)
        session.do("open", "factors")
        people.act("factors")
        session.do("close", "factors")
        page = page_of(viewport=PROJECTOR, color_scheme="light" if theme == "dark" else "dark")
        for lang in LANGUAGES:
            page.goto(f"{session.url}/stage?lang={lang}&theme={theme}")
            page.wait_for_selector("[data-connected]")
            page.wait_for_timeout(900)
            assert not violations(page)
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor").strip("rgb()").split(", ")
            bright = sum(map(int, paper))
            assert (bright > 600) is (theme == "light")

    def test_a_result_appears_with_little_motion_or_none(self, session, stage, crowd):
        people = crowd(5)
        for motion, animated in (("no-preference", True), ("reduce", False)):
            stage.emulate_media(reduced_motion=motion)
            session.do("next-round", "factors")
            see(stage, "factors")
            people.act("factors")
            session.do("close", "factors")
            stage.wait_for_selector("#result")
            names = stage.locator("#result .wk-bar").evaluate_all(ANIMATIONS)
            assert names
            assert all((name != "none") is animated for name in names)
