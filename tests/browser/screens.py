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

from workshop_kit.core.activity import Option
from workshop_kit.core.agenda import sources
from workshop_kit.library import voice

COLOURS = 128
ADDRESS = "http://192.168.178.20:8480"
"""What the pictures show as the address in the room's network."""

LAPTOP = {"width": 1440, "height": 900}
PEOPLE = 24
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
        lab = Lab(served.folder.path, Path(temporary) / "jupyter")
        try:
            shoot(browser, served, lab, Camera(folder))
        finally:
            lab.close()
            served.close()


def shoot(browser: Browser, served: Served, lab: Lab, camera: Camera) -> None:
    phone = browser.new_context(viewport=PHONE, device_scale_factor=1.5, locale="de-DE").new_page()
    stage = browser.new_context(viewport=PROJECTOR, locale="de-DE").new_page()
    notebook = browser.new_context(viewport=LAPTOP, locale="de-DE").new_page()
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
            if spec.id == "factors":
                lab.open(notebook, f"{number:02d}-{spec.id}.ipynb")
                camera.take(notebook, "notebook-guide")
                lab.run_all(notebook)
                notebook.wait_for_selector(".wk-console")
            take_part(phone, spec.id)
            if sources(spec):
                sort(served, spec.id)
            else:
                crowd.act(spec.id, texts_of(spec))
            settle(phone, stage)
            camera.take(phone, f"{name}-phone")
            camera.take(stage, f"{name}-stage")
            if spec.id == "factors":
                notebook.locator(".wk-stage").evaluate("stage => stage.closest('.jp-Cell').scrollIntoView()")
                camera.take(notebook, "notebook-stage")
            served.do("close", spec.id)
            if spec.id == "factors":
                lab.run_all(notebook)
                notebook.wait_for_selector(".jp-OutputArea-output svg, .jp-OutputArea-output img")
                notebook.locator(".wk-console").evaluate("controls => controls.closest('.jp-Cell').scrollIntoView()")
                camera.take(notebook, "notebook-console")
            if spec.activity == "poll":
                phone.wait_for_selector("#result")
                stage.wait_for_selector("#result")
                phone.evaluate("scrollTo(0, document.querySelector('#result').offsetTop - 40)")
                camera.take(phone, f"{name}-result-phone")
                camera.take(stage, f"{name}-result-stage")
                phone.evaluate("scrollTo(0, 0)")
    finally:
        crowd.close()


def take_part(phone: Page, item: str) -> None:
    """Begin what the step asks of a person, as far as it looks good in a picture."""
    match item:
        case "experiences":
            phone.fill("#idea-text", "Ein offenes Café, in dem sich alle treffen")
        case "factors":
            phone.check("#dot-place-2")
            phone.check("#dot-office-1")
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
    """Let both pages show what everybody did; the phone keeps what was not sent."""
    stage.reload()
    phone.wait_for_timeout(700)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
