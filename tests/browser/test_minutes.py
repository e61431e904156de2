"""The minutes on the phones: read and answered with and without JavaScript and by keyboard, and for everybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from rig import PHONE, PROJECTOR, form
from test_access import NARROW, Audit

from workshop_kit.core.approval import Counts
from workshop_kit.core.text import LANGUAGES
from workshop_kit.minutes.run import finalise, write_minutes

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("WORKSHOP_PICTURES", "")
"""Where to put pictures of the pages, if anywhere."""


@pytest.fixture
def held(session, crowd):
    """A session that was held; phones join before its minutes are published."""
    people = crowd(6)
    for item in ("experiences", "factors", "roles"):
        session.do("open", item)
        people.act(item, ("A place", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", "مكان ثابت في الحي"))
    session.do("close", "roles")
    return session


def publish(session, *pages):
    """Put the minutes before the room, and load these pages anew, which may be without scripts, until they know."""
    write_minutes(session.folder, "en", ("md",), publish=True)
    for page in pages:
        page.reload()
        while page.locator("#minutes a").count() == 0:  # the server follows the log a moment behind
            page.reload()


def counts(session):
    return session.state.approval.versions[-1].counts


def picture(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_they_are_read_answered_and_corrected(held, phone, scripts):
    page = phone(java_script_enabled=scripts)
    publish(held, page)
    page.click("#minutes a")
    expect(page.locator("article.wk-minutes h1")).to_have_count(1)
    page.check("input[value=yes]")
    form(page, "approve").locator("button").click()
    expect(page.locator("#notice")).to_have_text("Saved.")
    assert counts(held) == Counts(yes=1)
    page.check("input[value=abstain]")
    form(page, "approve").locator("button").click()
    expect(page.locator("input[value=abstain]")).to_be_checked()
    assert counts(held) == Counts(abstain=1)
    page.select_option("select[name=section]", label="People")
    page.fill("textarea[name=text]", "We were seven.")
    form(page, "comment").locator("button").click()
    expect(page.locator("#correct li")).to_contain_text("We were seven.")
    [comment] = held.state.approval.corrections
    assert (comment.section, comment.text) == ("People", "We were seven.")
    with page.expect_download() as download:
        page.click("a[href$='minutes.en.pdf']")
    assert download.value.suggested_filename == "minutes.en.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_by_keyboard_alone(held, phone):
    page = phone()
    publish(held, page)
    page.focus("#minutes a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#approve")
    page.focus("input[value=yes]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=no]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_be_visible()
    assert counts(held) == Counts(no=1)


def test_an_open_phone_and_the_stage_learn_of_them(held, phone, page_of):
    page, stage = phone(), page_of(viewport=PROJECTOR)
    publish(held)
    stage.goto(f"{held.url}/stage")
    stage.wait_for_selector("[data-connected]")
    held.do("show-minutes")
    expect(stage.locator("#to-minutes svg")).to_be_visible()
    picture(stage, "stage-minutes")
    held.do("close-approval")
    expect(page.locator("#minutes")).to_contain_text("Version 1")
    held.do("open", "closing")
    expect(stage.locator("#to-minutes")).to_have_count(0)


def test_for_everybody_in_both_languages(held, page_of, phone):
    audit = Audit()
    pages = [(lang, phone(locale=lang)) for lang in LANGUAGES]
    publish(held, *(page for _, page in pages))
    for lang, page in pages:
        picture(page, f"phone-{lang}")
        for path in ("/minutes", "/minutes#approve", "/minutes#downloads"):
            page.goto(held.url + path)
            picture(page, f"minutes-{lang}-{path.rpartition('#')[2].strip('/')}")
        page.goto(f"{held.url}/minutes")
        audit.look(page, f"{lang} minutes")
        audit.enlarge(page, f"{lang} minutes")
        audit.measure(page, f"{lang} minutes", NARROW, PHONE)
        stage = page_of(viewport=PROJECTOR)
        held.do("show-minutes")
        stage.goto(f"{held.url}/stage?lang={lang}")
        audit.look(stage, f"{lang} stage")
    form(page, "approve").locator("input[value=yes]").check()
    form(page, "approve").locator("button").click()
    held.do("close-approval")
    finalise(held.folder)
    page.goto(f"{held.url}/minutes")
    expect(page.locator("#standing")).to_contain_text("1")
    expect(page.locator("#approve")).to_have_count(0)
    audit.look(page, "final")
    picture(page, "final")
    assert not audit.findings, audit.told()
