"""Takes the pictures of polls for the documentation, from a German session with simulated people.

python tests/browser/screens_polls.py docs/images      the telling ones
python tests/browser/screens_polls.py FOLDER all       every kind of poll, on phone and stage, open and counted
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from ballots import AGENDA, FILLED, fill
from playwright.sync_api import Browser, Page
from rig import PHONE, PROJECTOR, Crowd, Served, chromium, join, see
from screens import ADDRESS, PEOPLE, Camera

TELLING = frozenset(
    {
        "poll-ranking-phone",
        "poll-ranking-result-stage",
        "poll-likert-result-stage",
        "poll-resistance-phone",
        "poll-resistance-result-stage",
        "poll-consent-result-stage",
        "poll-matrix-result-stage",
        "poll-words-result-stage",
    }
)
REASON = "Im Winter kommen weniger Leute."
WORDS = ("Vertrauen", "Zeit", "Offenheit", "Nachbarschaft", "Humor", "Verlässlichkeit", "Ideen", "Kaffee", "Geduld")
SPOKEN = {
    "words": [
        {f"word.{place}": WORDS[step] for place, step in enumerate((n * n % 9, n % 3, n % 5), 1)} for n in range(1, 19)
    ],
    "consent": [
        *([{"value.a": "1"}] * 12),
        {"value.a": "0", "reason.a": "Gern, wenn das Café auch sonntags öffnet."},
        {"value.a": "0", "reason.a": "Ich wünsche mir ein Protokoll für alle, die fehlen."},
        {"value.a": "-1", "reason.a": "Mit dem Rollstuhl komme ich dort nicht hinein."},
        {"value.a": "2"},
    ],
}
STEPS = ("office", "needs", "place")


def main(folder: Path, everything: bool = False) -> None:
    with TemporaryDirectory() as temporary, chromium() as browser:
        assert browser is not None, "no Chromium here"
        served = Served.new(Path(temporary) / "session", lang="de", simulated=True, agenda=str(AGENDA))
        served.do("announce", url=ADDRESS)
        crowd = Crowd(served, PEOPLE - 1, "de")
        try:
            shoot(browser, served, crowd, Camera(folder), None if everything else TELLING)
        finally:
            crowd.close()
            served.close()


def shoot(browser: Browser, served: Served, crowd: Crowd, camera: Camera, wanted: frozenset[str] | None) -> None:
    phone = browser.new_context(viewport=PHONE, device_scale_factor=1.5, locale="de-DE").new_page()
    stage = browser.new_context(viewport=PROJECTOR, locale="de-DE").new_page()
    join(phone, served)
    stage.goto(f"{served.url}/stage")

    def take(page: Page, name: str) -> None:
        if wanted is None or name in wanted:
            camera.take(page, name)

    for spec in served.state.agenda.items:
        item = spec.id
        if wanted is not None and not any(name.startswith(f"poll-{item}-") for name in wanted):
            continue
        served.do("open", item)
        for page in (phone, stage):
            see(page, item)
        if item in SPOKEN:
            speak(served, item)
        else:
            crowd.act(item)
        vote(phone, item)
        stage.reload()
        phone.wait_for_timeout(700)
        phone.evaluate("scrollTo(0, 0)")
        take(phone, f"poll-{item}-phone")
        take(stage, f"poll-{item}-stage")
        served.do("close", item)
        for page in (phone, stage):
            page.wait_for_selector("#result")
        phone.evaluate("scrollTo(0, document.querySelector('#result').offsetTop - 40)")
        take(phone, f"poll-{item}-result-phone")
        take(stage, f"poll-{item}-result-stage")


def vote(phone: Page, item: str) -> None:
    """Fill in the paper, and leave it unsent; an order is sent with every change."""
    if item == "ranking":
        for option in STEPS:
            phone.click(f"#up-{option}")
            phone.wait_for_selector(f"#ranked #rank-{option}")
    elif item == "consent":
        fill(phone, {"#stance-a--1": "", "#reason-a": REASON})
    elif item == "words":
        fill(phone, {f"#word-{number}": word for number, word in enumerate(WORDS[:2], 1)})
    elif item in FILLED:
        fill(phone, FILLED[item][0])


def speak(served: Served, item: str) -> None:
    """Let slips of paper say what simulated people have no words for."""
    for number, slip in enumerate(SPOKEN[item], 1):
        served.do("cast", item, ballot=str(number), **slip)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"), everything="all" in sys.argv[2:])
