"""A whole session in German, from joining to the minutes, on two kinds of phone: one has no scripts, one only keys."""

from __future__ import annotations

from time import monotonic

import pytest
from ballots import fill, press, tab_to, type_in
from playwright.sync_api import Page, expect
from rig import PATIENCE, PHONE, Served, Watch

from workshop_kit.core.approval import Counts
from workshop_kit.minutes.run import write_minutes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARDS = {
    "Ada": "Wir treffen uns jeden Monat – auch wenn nichts drängt.",
    "Bo": "Niemand wusste, wen man fragt.",
}
GAPS = {"Ada": "Zeit, damit Vertrauen wächst", "Bo": "Räume ohne Stufen"}
NEEDS = 6
"""The factor "needs" in the list to choose from."""


def sends(command: str, **hidden: str) -> str:
    """Return the selector of a command's form."""
    fields = {"command": command, **hidden}
    return "form" + "".join(f":has([type=hidden][name={name}][value={value}])" for name, value in fields.items())


class Touch:
    """A phone without JavaScript: its person taps, and looks again after a while."""

    scripts = False

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name

    def write(self, control: str, text: str) -> None:
        self.page.fill(control, text)

    def choose(self, *controls: str) -> None:
        fill(self.page, list(controls))

    def select(self, control: str, number: int) -> None:
        """Choose the entry with this number."""
        self.page.locator(control).select_option(index=number)

    def press(self, control: str) -> None:
        self.page.click(control)

    def assign(self, form: str, number: int) -> None:
        self.select(f"{form} select", number)
        self.press(f"{form} button")

    def await_there(self, selector: str) -> None:
        deadline = monotonic() + PATIENCE
        while not self.page.locator(selector).count():
            assert monotonic() < deadline, f"{selector} does not come"
            self.page.click("noscript a")


class Keys(Touch):
    """A phone with JavaScript and a keyboard: its person never touches the screen."""

    scripts = True

    def write(self, control: str, text: str) -> None:
        type_in(self.page, {control: text})

    def choose(self, *controls: str) -> None:
        type_in(self.page, list(controls))

    def select(self, control: str, number: int) -> None:
        tab_to(self.page, control)
        self.page.keyboard.type(str(number))

    def press(self, control: str) -> None:
        press(self.page, control)

    def assign(self, form: str, number: int) -> None:
        self.select(f"{form} select", number)  # saves itself

    def await_there(self, selector: str) -> None:
        self.page.wait_for_selector(selector)


class Room:
    """The facilitator, who leads through the log, and the people."""

    def __init__(self, session: Served, *people: Touch) -> None:
        self.session = session
        self.people = people

    def lead(self, item: str) -> None:
        self.session.do("open", item)
        self.all_see(f"#question-{item}")

    def close(self, item: str) -> None:
        self.session.do("close", item)
        self.all_see("#closed")

    def all_see(self, selector: str, text: str = "") -> None:
        for person in self.people:
            person.await_there(selector)
            expect(person.page.locator(selector)).to_contain_text(text)


@pytest.fixture
def room(serve, browser):
    session = serve(lang="de", title="Netzwerke im Viertel")
    watch = Watch(session)
    contexts = [
        browser.new_context(viewport=PHONE, locale="de-DE", java_script_enabled=kind.scripts) for kind in (Touch, Keys)
    ]
    yield Room(
        session,
        *(
            kind(watch.over(context.new_page()), name)
            for kind, context, name in zip((Touch, Keys), contexts, CARDS, strict=True)
        ),
    )
    for context in contexts:
        context.close()
    assert watch.problems == []


def test_from_joining_to_the_minutes(room):
    session = room.session
    for one in room.people:
        one.page.goto(session.url)
        expect(one.page.locator("html")).to_have_attribute("lang", "de")
        one.write("main [name=name]", one.name)
        one.choose("main [type=checkbox]")  # the name may stand in the public minutes
        one.press("main button[type=submit]")
    room.lead("welcome")
    room.all_see("h1", "Schön, dass du da bist!")

    room.lead("experiences")
    for one in room.people:
        one.write("#idea-text", CARDS[one.name])
        one.press(f"{sends('add')} button")
        expect(one.page.locator(".wk-own .wk-card")).to_contain_text(CARDS[one.name])

    room.lead("factors")
    for one in room.people:
        one.choose("#dot-place-2", "#dot-needs-1")
        one.press(f"{sends('cast')} button")
        expect(one.page.locator("#counted")).to_contain_text("Deine Stimme ist da")
    room.close("factors")
    room.all_see("#bar-place .wk-score", "4")

    room.lead("missing")
    for one in room.people:
        one.write("#idea-text", GAPS[one.name])
        one.select(f"{sends('add')} select", NEEDS)
        one.press(f"{sends('add')} button")
        expect(one.page.locator(".wk-own .wk-card")).to_contain_text(GAPS[one.name])
        expect(one.page.locator("#group-needs")).to_contain_text(GAPS[one.name])

    room.lead("sort")
    for one in room.people:
        one.assign(sends("assign"), NEEDS)
        expect(one.page.locator("#group-needs")).to_contain_text(CARDS[one.name])

    room.lead("roles")
    for one in room.people:
        one.press(f"{sends('take', role='room')} button")
        expect(one.page.locator("#role-room")).to_contain_text("Bestätige")
        one.press(f"{sends('confirm', role='room')} button")
        expect(one.page.locator("#role-room")).to_contain_text("Das ist deine Rolle")
        expect(one.page.locator("#board-room")).to_contain_text(one.name)

    room.lead("closing")
    for one in room.people:
        one.choose("#choice-m4")
        one.press(f"{sends('cast')} button")
        expect(one.page.locator("#counted")).to_be_visible()
    room.close("closing")

    write_minutes(session.folder, "de", ("md",), publish=True)
    room.all_see("#minutes a")
    for one in room.people:
        one.press("#minutes a")
        for text in (*CARDS, *CARDS.values(), *GAPS.values()):
            expect(one.page.locator("article.wk-minutes")).to_contain_text(text)
        one.choose("#approve input[value=yes]")
        one.press("#approve button")
        expect(one.page.locator("#notice")).to_have_text("Gespeichert.")
    assert session.state.approval.versions[-1].counts == Counts(yes=2)
