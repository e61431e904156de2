"""Takes the pictures for the documentation, from a German session with simulated people.

python tests/browser/screens.py docs/images
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page
from rig import PHONE, PROJECTOR, Crowd, Lab, Served, chromium, form, join, see

from workshop_kit.cofacilitation import invite
from workshop_kit.core.activity import Option
from workshop_kit.core.agenda import sources
from workshop_kit.library import voice

COLOURS = 128
ADDRESS = "http://192.168.178.20:8480"
"""What the pictures show as the address in the room's network."""

IN_ARABIC = """
name = "carries"
title = { de = "Nachbarschaft", ar = "الجيران" }

[[item]]
id = "carries"
activity = "ideas"
title = { de = "Sammeln", ar = "جمع الأفكار" }
prompt = { de = "Was trägt euch?", ar = "ما الذي يقوّيكم؟" }
minutes = 5
limit = 5
"""

LAPTOP = {"width": 1440, "height": 900}
PEOPLE = 24
SLIPS = ("1 1 3", "2 5 12", "7:2 4", "-")
UNFINISHED = "3 3 9"
"""What stands on paper ballots, in the notation of the handbook's page on paper."""

GERMAN = voice("de")


class Camera:
    """Saves pictures of pages as small PNG files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str) -> None:
        page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
        path = self.folder / f"{name}.png"
        page.screenshot(path=path)
        try:
            from PIL import Image
        except ImportError:
            return
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main(folder: Path) -> None:
    with TemporaryDirectory() as temporary, chromium() as browser:
        assert browser is not None, "no Chromium here"
        served = Served.new(Path(temporary) / "session", lang="de", place="Köln", simulated=True)
        served.do("announce", url=ADDRESS)
        lab = Lab(served.folder.path, Path(temporary) / "jupyter", lang="de")
        try:
            shoot(browser, served, lab, Camera(folder))
        finally:
            lab.close()
            served.close()
        agenda = Path(temporary) / "arabic.toml"
        agenda.write_text(IN_ARABIC, "utf-8")
        served = Served.new(Path(temporary) / "arabic", lang="de", simulated=True, agenda=str(agenda))
        try:
            show_arabic(browser, served, Camera(folder))
        finally:
            served.close()


def shoot(browser: Browser, served: Served, lab: Lab, camera: Camera) -> None:
    phone = page_of(browser, PHONE)
    stage = page_of(browser, PROJECTOR)
    phone.goto(served.url)
    camera.take(phone, "join-phone")
    join(phone, served)
    stage.goto(f"{served.url}/stage")
    crowd = Crowd(served, PEOPLE - 1, "de")
    try:
        for number, spec in enumerate(served.state.agenda.items, 1):
            name = f"{number}-{spec.id}"
            served.do("open", spec.id)
            see(phone, spec.id)
            see(stage, spec.id)
            take_part(phone, spec.id)
            if sources(spec):
                sort(served, spec.id)
            else:
                crowd.act(spec.id, texts_of(spec))
            settle(phone, stage)
            camera.take(phone, f"{name}-phone")
            camera.take(stage, f"{name}-stage")
            if spec.id == "factors":
                show_console(browser, served, camera)
                show_notebook(page_of(browser, LAPTOP), served, lab, camera, f"{number:02d}-{spec.id}.ipynb")
                show_dark_stage(browser, served, camera)
            else:
                served.do("close", spec.id)
            if spec.activity == "poll":
                phone.wait_for_selector("#result")
                stage.wait_for_selector("#result")
                phone.evaluate("scrollTo(0, document.querySelector('#result').offsetTop - 40)")
                camera.take(phone, f"{name}-result-phone")
                camera.take(stage, f"{name}-result-stage")
                phone.evaluate("scrollTo(0, 0)")
    finally:
        crowd.close()


def page_of(browser: Browser, viewport: dict[str, int], lang: str = "de-DE") -> Page:
    """Open a page in a browser of its own; a phone's are finer."""
    scale = 1.5 if viewport == PHONE else 1.0
    return browser.new_context(viewport=viewport, device_scale_factor=scale, locale=lang).new_page()


def show_console(browser: Browser, served: Served, camera: Camera) -> None:
    """Open the shared console by a link, with the guide to the step."""
    page = page_of(browser, PHONE)
    page.goto(f"{served.url}/console?lang=de#{invite(served.live, 'Ayşe')}")
    page.wait_for_selector("#controls")
    page.goto(f"{served.url}/console?lang=de")
    page.wait_for_selector("[data-connected]")
    page.locator("#notes > summary").click()
    camera.take(page, "console-phone")
    page.context.close()


def show_notebook(page: Page, served: Served, lab: Lab, camera: Camera, name: str) -> None:
    """Show guide, stage, console and results of an open step, which is closed in between."""
    lab.open(page, name)
    camera.take(page, "notebook-guide")
    lab.run_all(page)
    page.wait_for_selector(".wk-console")
    show_cell(page, ".wk-stage")
    camera.take(page, "notebook-stage")
    show_cell(page, ".wk-console")
    page.locator("#notes > summary").click()
    camera.take(page, "notebook-console")
    page.locator("#notes > summary").click()
    type_slips(page)
    camera.take(page, "notebook-slips")
    page.locator("#pile-discard > summary").click()
    form(page, "slips-discard").locator("button").click()
    page.wait_for_selector("#typed-1", state="detached")
    served.do("close", served.state.current)
    lab.run_all(page)
    page.locator(".jp-Notebook .jp-Cell").last.locator(".jp-OutputArea-output :is(svg, img, canvas)").last.wait_for()
    show_cell(page, ".jp-OutputArea-output .dataframe")
    camera.take(page, "notebook-results")


def show_cell(notebook: Page, inside: str) -> None:
    notebook.locator(inside).first.evaluate("part => part.closest('.jp-Cell').scrollIntoView()")


def type_slips(notebook: Page) -> None:
    """Type the beginning of a pile of slips."""
    notebook.locator("#pile > summary").click()
    for number, line in enumerate(SLIPS, 1):
        notebook.fill("#pile-line", line)
        notebook.press("#pile-line", "Enter")
        notebook.wait_for_selector(f"#typed-{number}")
    notebook.fill("#pile-line", UNFINISHED)
    notebook.locator("#pile").evaluate("pile => pile.scrollIntoView({ block: 'center' })")


def show_dark_stage(browser: Browser, served: Served, camera: Camera) -> None:
    page = page_of(browser, PROJECTOR)
    page.goto(f"{served.url}/stage?theme=dark")
    page.wait_for_selector("#result")
    camera.take(page, "dark-stage")
    page.context.close()


def show_arabic(browser: Browser, served: Served, camera: Camera) -> None:
    """Show a phone in Arabic, of a session whose agenda says its question in that language too."""
    served.do("announce", url=ADDRESS)
    page = page_of(browser, PHONE, "ar")
    join(page, served)
    served.do("open", "carries")
    see(page, "carries")
    page.fill("#idea-text", "بيت مفتوح للجميع")
    camera.take(page, "arabic-phone")


def take_part(phone: Page, item: str) -> None:
    """Begin what the step asks of a person, as far as it looks good in a picture."""
    match item:
        case "experiences":
            phone.fill("#idea-text", "Ein offenes Café, in dem sich alle treffen")
        case "factors":
            phone.locator("main input[value='2']").nth(0).check()
            phone.locator("main input[value='1']").nth(1).check()
        case "missing":
            phone.fill("#idea-text", "Zeit, damit Vertrauen wachsen kann")
        case "roles":
            form(phone, "take", role="room").locator("button").click()
            form(phone, "confirm", role="room").locator("[name=name]").fill("Ayşe")
        case "closing":
            phone.check("#choice-m5")


def rows_of(spec) -> Iterator[Option]:
    return (Option.read(row, number) for number, row in enumerate(spec.settings.get("rehearsal_texts", ()), 1))


def texts_of(spec) -> list[str]:
    return [GERMAN.pick(row.label) for row in rows_of(spec)]


def sort(served: Served, item: str) -> None:
    """Put each card where the data say it belongs."""
    state = served.state.items[item]
    factors = {GERMAN.pick(row.label): row.extra.get("factor", "") for row in rows_of(state.spec)}
    for row in served.live.rules.activity(state).rows(state.state):
        if factor := factors.get(GERMAN.pick(row["text"])):
            served.do("assign", item, idea=row["id"], factor=factor)


def settle(phone: Page, stage: Page) -> None:
    """Let both pages show what everybody did, from its beginning; the phone keeps what was not sent."""
    stage.reload()
    stage.wait_for_selector("[data-connected]")
    phone.wait_for_timeout(700)
    if stage.locator("#page-1:not([data-shown])").count():
        stage.keyboard.press("PageUp")
    phone.evaluate("scrollTo(0, 0)")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
