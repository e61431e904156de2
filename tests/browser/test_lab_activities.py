"""Every kind of activity in a notebook: stage, console and a seat show it, and what the seat sends is on the stage."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from rig import SEAT, Served, form, see, violations, with_a_seat

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPEATED = ("duplicate-id", "duplicate-id-active", "duplicate-id-aria", "landmark-unique")
ALONE = {rule: {"enabled": False} for rule in REPEATED}
"""Several widgets of one step have the same ids and parts; nothing refers to them from outside of its widget."""

WRITTEN = "Donaudampfschifffahrt <i>"
SETTINGS = {
    "ideas": "",
    "statements": "",
    "cards": 'format = "lessons"',
    "coffee": "",
    "market": "",
    "actions": "",
    "pairing": "",
    "queue": "",
    "roles": 'wishes = true\noptions = ["Host", "Money"]',
    "raci": 'options = ["Book a room"]',
    "ties": 'options = ["Library", "School"]',
    "hours": 'options = ["Book a room"]',
    "groups": "",
}
AGENDA = 'name = "all"\ntitle = "All"\n' + "".join(
    f'[[item]]\nid = "{kind}"\nactivity = "{kind}"\nprompt = "What about {kind}?"\n{settings}\n'
    for kind, settings in SETTINGS.items()
)
ON_THE_WALL = ("ideas", "cards", "coffee")
"""Where a text that somebody sends is on the stage at once."""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    place = tmp_path_factory.mktemp("kinds")
    (place / "all.toml").write_text(AGENDA, "utf-8")
    served = Served.new(place / "session", lang="en", title="All", agenda=str(place / "all.toml"))
    yield served
    served.close()


@pytest.fixture(scope="module")
def notebook(browser, session, tmp_path_factory):
    """The notebook of the first step, with a seat beside stage and console; they follow to every other step."""
    with with_a_seat(browser, session, tmp_path_factory.mktemp("jupyter"), "ideas") as page:
        yield page


@pytest.fixture(scope="module")
def seat(notebook):
    return notebook.locator(SEAT)


@pytest.mark.parametrize("kind", SETTINGS)
def test_stage_console_and_seat_show_it(session, notebook, seat, kind):
    session.do("open", kind)
    if kind == "groups":
        session.do("mix", kind)
    seat.locator(f"#question-{kind}").wait_for()
    see(notebook, kind)
    stage = notebook.locator(".wk-stage")
    expect(stage).to_contain_text(f"What about {kind}?")
    expect(notebook.locator(".wk-console")).to_be_visible()
    if kind in ON_THE_WALL:
        new = form(seat, "add")
        if kind == "cards":
            new.locator("[name=column]").first.check()
        new.locator("textarea").first.fill(f"{WRITTEN} {kind}")
        new.locator("button").first.click()
        expect(stage).to_contain_text(f"{WRITTEN} {kind}")
    expect(notebook.locator("[data-pending]")).to_have_count(0)
    assert violations(notebook, ".wk-widget", rules=ALONE) == []
