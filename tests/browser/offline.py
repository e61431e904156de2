"""The facilitator's computer with no network but its own: a vote in JupyterLab, stage and phone, and what they ask for.

`test_lab_faults.py` runs it in such a network, with the folder for all it writes. It prints JSON: which requests failed
or went elsewhere (`problems`), what was to be seen (`seen`), and the packets that found no way out before Chromium,
which tries by itself, was started (`lost_packets`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from playwright.sync_api import Page
from rig import PHONE, PROJECTOR, Lab, Served, Watch, chromium, join, see

TALL = {"width": 1440, "height": 2400}
IN_LAB = {
    "stage in the notebook": ".wk-stage h1",
    "QR code in the notebook": ".wk-stage .wk-qr svg",
    "console in the notebook": ".wk-console #primary",
}
ON_STAGE = {"stage": ".wk-stage h1", "QR code": ".wk-stage .wk-qr svg"}


def lost_packets() -> int:
    """Return how many packets of this network's processes found no way out."""
    lines = Path("/proc/self/net/snmp").read_text("ascii").splitlines()
    names, numbers = (line.split() for line in lines if line.startswith("Ip:"))
    return int(dict(zip(names, numbers, strict=True))["OutNoRoutes"])


class Listening(Watch):
    """Notes requests that failed too, and what was to be seen; JupyterLab warns where a machine is slow."""

    def __init__(self, served: Served, lab: Lab) -> None:
        super().__init__(served)
        self.home.add(f"127.0.0.1:{lab.port}")
        self.seen: list[str] = []

    def over(self, page: Page) -> Page:
        page.set_default_timeout(60_000)
        page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url} {request.failure}"))
        page.on("response", lambda answer: self._answer(answer.url, answer.status))
        return super().over(page)

    def _console(self, kind: str, text: str) -> None:
        if kind != "warning":
            super()._console(kind, text)

    def _answer(self, url: str, status: int) -> None:
        if status >= 400:
            self.problems.append(f"{status}: {url}")

    def look(self, page: Page, parts: dict[str, str]) -> None:
        for name, selector in parts.items():
            page.locator(selector).wait_for()
            self.seen.append(name)


def held(served: Served, lab: Lab) -> Listening:
    """Open the notebook of the poll, the stage and a phone; a vote is led in the notebook and arrives in it."""
    watch = Listening(served, lab)
    with chromium() as browser:
        assert browser is not None
        page, stage, phone = (
            watch.over(browser.new_page(viewport=size, locale="de-DE")) for size in (TALL, PROJECTOR, PHONE)
        )
        stage.goto(f"{served.url}/stage")
        watch.look(stage, ON_STAGE)
        lab.open(page, "03-factors.ipynb")
        lab.run_all(page)
        watch.look(page, IN_LAB)
        page.locator(".wk-console #controls button:has-text('gewichten')").click()
        see(join(phone, served), "factors")
        phone.check("#dot-place-3")
        phone.click(".wk-ballot button")
        for face in (page, stage):
            face.locator("#meter[value='1']").wait_for()
        watch.seen.append("a vote")
    return watch


def main(folder: Path) -> None:
    served = Served.new(folder / "session", lang="de", title="Ohne Netz")
    lab = Lab(served.folder.path, folder / "jupyter")
    try:
        lost = lost_packets()
        watch = held(served, lab)
    finally:
        lab.close()
        served.close()
    print(json.dumps({"problems": watch.problems, "seen": watch.seen, "lost_packets": lost}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
