"""A first evening as a newcomer has it: `workshop`, the form, a notebook on the wall, twelve phones, slips, minutes.

With WORKSHOP_PICTURES=FOLDER it leaves a picture of every step there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import expect
from rig import HOST, PATIENCE, form, private_jupyter, see, until

from workshop_kit.folder import SessionFolder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONES = 12
LAPTOP = {"width": 1366, "height": 1600}
PHONE = {"width": 360, "height": 640}
RUN = "Ausführen"
TITLE = "Was unser Viertel stark macht"
PICTURES = os.environ.get("WORKSHOP_PICTURES", "")
GERMAN = {"LC_ALL": "", "LANG": "de_DE.UTF-8"}
IDLE = "#jp-main-statusbar >> text=/[|] Leerlauf/"


@pytest.fixture
def evening(tmp_path):
    """What `workshop` alone starts in an empty folder, away from everybody's settings; returns folder and address."""
    place, private = tmp_path / "Abend", tmp_path / "jupyter"
    place.mkdir()
    running = subprocess.Popen(
        [sys.executable, "-m", "workshop_kit"],
        cwd=place,
        env=private_jupyter(private) | GERMAN,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield place, _lab_address(private, running)
    finally:
        running.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.wait(timeout=20)
        running.kill()
    if sys.platform != "win32":
        assert not list((private / "runtime").glob("jpserver-*.json")), "JupyterLab has ended with it"


def _lab_address(private, running):
    """Wait for JupyterLab and return where it opens the browser."""
    deadline = monotonic() + PATIENCE
    while not (found := list((private / "runtime").glob("jpserver-*.json"))):
        assert running.poll() is None, "workshop has ended"
        assert monotonic() < deadline, "JupyterLab does not start"
        sleep(0.1)
    about = json.loads(found[0].read_text("utf-8"))
    return f"{about['url']}lab/tree/start.ipynb?token={about['token']}"


@pytest.fixture
def picture():
    taken = []

    def take(page, name):
        if PICTURES:
            taken.append(name)
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"{len(taken):02d}-{name}.png")

    return take


def run_cell(page, heading):
    """Run the code cell below a heading with Shift+Enter, as the guide tells."""
    page.locator(".jp-Notebook .jp-MarkdownCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(".jp-CodeCell.jp-mod-selected")
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(heading)


def next_step(page, item):
    """Press the console's button that leads on, and wait until console and stage are there."""
    before = page.locator("#now h2").inner_text()
    page.locator("#controls form:has(input[value=open]) button").click()
    page.locator(f".wk-stage #question-{item}").wait_for()
    expect(page.locator("#now h2")).not_to_have_text(before)


def make_session(page, place, picture):
    """Fill in the form; returns the session's folder and the address for phones."""
    page.wait_for_selector(IDLE)
    picture(page, "start")
    run_cell(page, ".widget-button.mod-primary")
    for field, text in enumerate((TITLE, "Gemeindesaal", "Ada (erfunden)")):
        page.locator(".widget-text input[type=text]").nth(field).fill(text)
    picture(page, "form")
    page.locator(".widget-button.mod-primary").click()
    page.locator(".widget-html a:not([target])").wait_for()
    picture(page, "made")
    [folder] = [path.parent for path in place.glob("*/session.db")]
    told = page.locator(".widget-html", has=page.locator("h3")).last.inner_text()
    return folder, re.sub(r"//[^:]+:", f"//{HOST}:", re.search(r"http://\S+", told)[0])


def open_first_notebook(page, folder, address, picture):
    page.goto(address.replace("start.ipynb", f"{folder.name}/01-welcome.ipynb"))
    page.wait_for_selector(IDLE)
    page.click(f".lm-MenuBar-itemLabel:text-is('{RUN}')")
    page.click(".lm-Menu-item[data-command='runmenu:run-all']")
    page.wait_for_selector(".wk-console")
    picture(page, "first-notebook")


def join_all(pages, address, picture):
    for number, page in enumerate(pages, 1):
        page.goto(address)
        if number == 1:
            picture(page, "join")
        page.fill("main [name=name]", f"Erfunden {number}" if number % 3 else "")
        page.click("main button[type=submit]")
        page.wait_for_selector("[data-region=mine]")


def write_ideas(pages):
    for number, page in enumerate(pages, 1):
        see(page, "experiences")
        add = form(page, "add")
        add.locator("textarea").fill(f"Ein fester Ort, Idee {number}")
        add.locator("button").first.click()


def give_dots(pages, options):
    for number, page in enumerate(pages):
        see(page, "factors")
        page.check(f"#dot-{options[number % 4]}-2")
        page.check(f"#dot-{options[4]}-1")
        page.click(".wk-ballot button")


def count_hands(room):
    hands = room.locator("#room-votes")
    hands.evaluate("panel => panel.open = true")
    hands.locator("input[type=number]").first.fill("3")
    hands.locator("[name=voters]").fill("3")
    hands.locator("button").click()


def type_slips(room, picture):
    """Type three slips, and the same once more as a second person."""
    room.locator("#pile").evaluate("panel => panel.open = true")
    line = room.locator("#pile-line")
    for done in ("slips-second", "slips-compare"):
        for number, slip in enumerate(("1 1 2", "1 2 3", "1 2 3"), 1):
            line.fill(slip)
            line.press("Enter")
            expect(room.locator("#pile-typed")).to_contain_text(re.compile(rf"\b{number} "))
        form(room, done).locator("button").click()
    picture(room, "slips")
    form(room, "slips-count").locator("button").click()


def write_minutes(room, folder, picture):
    """Put the minutes before the room and open one of the files that the console names."""
    room.locator("#minutes-desk").evaluate("panel => panel.open = true")
    form(room, "publish-minutes").locator("button").click()
    expect(room.locator("#minutes-files a")).not_to_have_count(0, timeout=60_000)
    picture(room, "minutes")
    written = (folder / "minutes" / "minutes.de.html").read_text("utf-8")
    assert "3 Zettel, von zwei Personen eingegeben und verglichen" in written
    with room.context.expect_page() as page:
        room.locator("#minutes-files a", has_text=re.compile("^minutes.de.html$")).click()
    expect(page.value.locator("h1")).to_contain_text(TITLE)


def read_minutes(phone, picture):
    """Read the minutes on a phone and download them."""
    phone.locator("#minutes a").click()
    expect(phone.locator("article.wk-minutes")).to_contain_text("18 Personen haben abgestimmt")
    picture(phone, "minutes-phone")
    with phone.expect_download() as download:
        phone.locator("#downloads a[href$='.pdf']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


@pytest.fixture
def opened(browser):
    """Open pages in browsers of their own; none may have an error of a script."""
    problems, contexts = [], []

    def open_page(**options):
        contexts.append(context := browser.new_context(locale="de-DE", **options))
        context.set_default_timeout(30_000)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def test_a_first_evening(evening, opened, picture):
    place, address = evening
    start = opened(viewport=LAPTOP)
    start.goto(address)
    folder, session = make_session(start, place, picture)
    room = start.context.new_page()
    open_first_notebook(room, folder, start.url, picture)
    phones = [opened(viewport=PHONE) for _ in range(PHONES)]
    join_all(phones, session, picture)
    expect(room.locator(".wk-console")).to_contain_text(f"{PHONES} Personen sind da")

    with closing(SessionFolder(folder).open()) as live:
        inside = lambda item: live.catch_up().items[item].state  # noqa: E731
        next_step(room, "welcome")
        next_step(room, "experiences")
        write_ideas(phones)
        until(room, lambda: len(inside("experiences").ideas) == PHONES)
        expect(room.locator(".wk-stage")).to_contain_text(f"Idee {PHONES}")
        picture(room, "ideas-notebook")
        picture(phones[0], "ideas-phone")

        next_step(room, "factors")
        give_dots(phones, [option.id for option in inside("factors").options])
        until(room, lambda: len(inside("factors").ballots) == PHONES)
        picture(phones[0], "vote-phone")
        count_hands(room)
        until(room, lambda: inside("factors").room.voters == 3)
        picture(room, "hands")
        type_slips(room, picture)
        until(room, lambda: [(pile.slips, pile.people) for pile in inside("factors").piles] == [(3, 2)])
        room.locator("#controls form:has(input[value=close]) button").click()
        expect(room.locator(".wk-stage #result")).to_be_visible()
        picture(room, "result")
        picture(phones[0], "result-phone")

        for step in ("missing", "sort", "roles"):
            next_step(room, step)
        see(phones[0], "roles")
        form(phones[0], "take").first.locator("button").click()
        form(phones[0], "confirm").first.locator("button").click()
        until(room, lambda: any(inside("roles").holders.values()))
        picture(phones[0], "role-phone")

    write_minutes(room, folder, picture)
    read_minutes(phones[0], picture)
