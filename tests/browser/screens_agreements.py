"""Takes the pictures of what people agree on (plan, market, statements, cards, roles, responsibilities) for the docs.

The session is a German one.
python tests/browser/screens_agreements.py docs/images      all people are simulated
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser
from rig import PHONE, PROJECTOR, Served, chromium, join, see
from screens import ADDRESS, Camera

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.event import Channel

AGENDA = """
name = "agreements"
title = "Verabreden"

[[item]]
id = "plan"
activity = "actions"
title = "Wer macht was bis wann?"
prompt = "Was verabreden wir bis zum nächsten Treffen?"

[[item]]
id = "market"
activity = "market"
title = "Börse"
prompt = "Was sucht ihr, was könnt ihr geben?"

[[item]]
id = "say"
activity = "statements"
title = "Wo sind wir uns einig?"
prompt = "Stimmst du zu?"
statements = [
    "Wir treffen uns jeden Monat.",
    "Zu jedem Treffen gibt es etwas zu essen.",
    "Das Café soll auch sonntags öffnen.",
    "Wer mitmacht, zahlt einen Beitrag.",
]

[[item]]
id = "cards"
activity = "cards"
format = "start-stop-continue"
title = "Rückblick"
likes = true

[[item]]
id = "roles"
activity = "roles"
title = "Rollen"
prompt = "Was magst du übernehmen?"
wishes = true
options = [
    { id = "room", label = "Raum und Schlüssel", places = 2 },
    { id = "food", label = "Essen und Trinken", places = 3, least = 2 },
    { id = "press", label = "Kontakt zur Presse" },
    { id = "money", label = "Kasse" },
]

[[item]]
id = "who"
activity = "raci"
title = "Verantwortung"
prompt = "Wer verantwortet was?"
roles_from = "item:roles"
options = ["Raum buchen", "Genehmigung beantragen", "Einladung schreiben", "Spenden sammeln", "Kasse abrechnen"]
"""
NAMES = ("Ayşe", "Bernd", "Chiara", "Dilek", "Emre", "Frieda", "Goran", "Hanna", "Ines", "Jonas", "Karim", "Lena")
AGREE = {"o1": 12, "o2": 11, "o3": 6, "o4": 2}
"""How many of them agree with each statement; the others disagree."""


def main(folder: Path) -> None:
    with TemporaryDirectory() as temporary, chromium() as browser:
        assert browser is not None, "no Chromium here"
        agenda = Path(temporary) / "agreements.toml"
        agenda.write_text(AGENDA, "utf-8")
        served = Served.new(Path(temporary) / "session", lang="de", simulated=True, agenda=str(agenda))
        served.do("announce", url=ADDRESS)
        try:
            shoot(browser, served, Camera(folder))
        finally:
            served.close()


def shoot(browser: Browser, served: Served, camera: Camera) -> None:
    phone = browser.new_context(viewport=PHONE, device_scale_factor=1.5, locale="de-DE").new_page()
    stage = browser.new_context(viewport=PROJECTOR, locale="de-DE").new_page()
    join(phone, served)
    mine = next(iter(served.state.seats))
    served.live.rename(mine, "Mia").result()
    stage.goto(f"{served.url}/stage")
    seats = [served.live.join("de", name).result().seat for name in NAMES]
    for item, fill in (
        *(("plan", agree_on_actions), ("market", offer_and_seek), ("say", answer), ("cards", look_back)),
        *RESPONSIBLE,
    ):
        served.do("open", item)
        fill(served, seats, mine)
        for page in (phone, stage):
            see(page, item)
            page.reload()
            page.wait_for_timeout(700)
        above = "document.querySelector('#action-a1').offsetTop - 60" if item == "plan" else "0"
        phone.evaluate(f"scrollTo(0, {above})")
        camera.take(phone, f"agreements-{item}-phone")
        if item == "roles":
            served.do("propose", item)
            stage.wait_for_selector("#proposal")
        served.do("close", item)
        if item == "say":
            stage.wait_for_selector("#result")
        camera.take(stage, f"agreements-{item}-stage")


def act(served: Served, seat: str, command: str, item: str, **fields: str) -> None:
    served.live.submit(Command(command, item, fields), Actor(seat, Channel.PHONE)).result()


def agree_on_actions(served: Served, seats: list[str], mine: str) -> None:
    for seat, what, until in (
        (seats[0], "Den Raum in der Bibliothek buchen", "2026-12-04"),
        (seats[1], "Das Straßenfest bei der Stadt anmelden", "2027-01-15"),
        (seats[2], "Die neuen Adressen in die Liste aufnehmen", "2026-12-11"),
    ):
        act(served, seat, "add", "plan", what=what, until=until, who="me")
    act(served, seats[3], "join", "plan", action="a2")
    act(served, mine, "add", "plan", what="Ein Schild für den Eingang malen", until="2026-12-18")
    served.do("add", "plan", what="Im Sprachcafé nach Leuten fragen, die übersetzen", who=seats[4])


def offer_and_seek(served: Served, seats: list[str], mine: str) -> None:
    act(served, mine, "seek", "market", text="Wir suchen einen Raum für unser Sprachcafé am Abend")
    for kind, seat, text in (
        ("offer", seats[0], "Einen Raum für zwölf Leute, am Abend frei"),
        ("offer", seats[1], "Einen Lieferwagen am Wochenende"),
        ("seek", seats[2], "Jemanden mit Lieferwagen für den Umzug"),
        ("seek", seats[5], "Hilfe beim Antrag auf Fördermittel"),
        ("offer", seats[6], "Übersetzen ins Türkische und Arabische"),
    ):
        act(served, seat, kind, "market", text=text)
    for seat in (seats[1], seats[2]):
        act(served, seat, "agree", "market", match="e3-e4")
    act(served, seats[0], "agree", "market", match="e2-e1")


def answer(served: Served, seats: list[str], mine: str) -> None:
    del mine
    act(served, seats[0], "add", "say", text="Neue Leute bekommen eine Patin oder einen Paten.")
    for statement, agree in AGREE.items():
        for place, seat in enumerate(seats):
            act(served, seat, "vote", "say", statement=statement, value="1" if place < agree else "-1")


def look_back(served: Served, seats: list[str], mine: str) -> None:
    act(served, mine, "add", "cards", text="Neue Leute an der Tür begrüßen", column="start")
    for seat, column, text in (
        (seats[0], "start", "Den Raum zwei Monate vorher buchen"),
        (seats[1], "stop", "Alles an einer Person hängen lassen"),
        (seats[2], "continue", "Nach jedem Treffen zusammen essen"),
        (seats[3], "start", "Eine Liste führen, wer welche Sprache spricht"),
        (seats[4], "stop", "Einladungen erst in der Woche davor"),
        (seats[5], "continue", "In jeder Runde übersetzen"),
    ):
        act(served, seat, "add", "cards", text=text, column=column)
    for seat in seats[:7]:
        act(served, seat, "like", "cards", card="c4")


def wish(served: Served, seats: list[str], mine: str) -> None:
    del mine
    for number, seat in enumerate(seats):
        first, second = (("room", "food"), ("press", "room"), ("food", "press"))[number % 3]
        act(served, seat, "wish", "roles", **{f"wish.{first}": "1", f"wish.{second}": "2", "wish.money": "no"})


def take_parts(served: Served, seats: list[str], mine: str) -> None:
    act(served, mine, "take", "who", **{"part.o3": "R"})
    for seat, parts in zip(
        seats,
        (
            {"o1": "AR", "o4": "C"},
            {"o2": "A"},
            {"o2": "R"},
            {"o3": "A", "o1": "I"},
            {"o4": "R"},
            {"o5": "R", "o2": "C"},
        ),
        strict=False,
    ):
        act(served, seat, "take", "who", **{f"part.{task}": part for task, part in parts.items()})
    served.do("take", "who", holder="role/money", task="o5", part="A")


RESPONSIBLE = (("roles", wish), ("who", take_parts))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
