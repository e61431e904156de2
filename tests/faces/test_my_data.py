"""What a person can do about the own data on the phone by plain forms, in each language, and what the console can."""

from __future__ import annotations

import html
import json
import re
from contextlib import ExitStack

import pytest
from tests.faces.hosting import JSON, hosted

from workshop_kit import privacy
from workshop_kit.core.personal import PUBLIC_MINUTES
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.held import EVENTS
from workshop_kit.faces.widgets import Console
from workshop_kit.library import voice
from workshop_kit.store.backup import back_up

each_language = pytest.mark.parametrize("lang", list(LANGUAGES))
AS_A_BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
CHECKBOX = re.compile(rf'<input type="checkbox" name="{PUBLIC_MINUTES}" value="yes"( checked)?>')


def words(page: str) -> str:
    """Return the text of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def joined():
    """Let a person join by the form alone; returns the browser."""
    with ExitStack() as opened:

        def join(server, lang, **fields):
            browser = opened.enter_context(server.browser(**AS_A_BROWSER, **{"accept-language": lang}))
            answer = browser.post(
                f"/{server.live.state.info.code}/join", data={"lang": lang, PUBLIC_MINUTES: "no", **fields}
            )
            assert answer.status_code == 303
            return browser

        yield join


def seat_named(server, name):
    return next(seat for seat, known in server.live.store.names().items() if known == name)


def public(server, name):
    server.live.catch_up()
    return server.live.state.seats[seat_named(server, name)].public


# ── before joining ────────────────────────────────────────────────────────────────────────────────────────────────────


@each_language
def test_two_sentences_tell_what_happens_with_the_data(server, lang):
    server.live.do("retain", until="2027-01-22")
    page = server.api.get(server.url, headers={**AS_A_BROWSER, "accept-language": lang}).text
    told = html.unescape(re.search(r'id="privacy">(.*?)</p>', page, re.DOTALL)[1])
    assert {"de": "22.01.2027", "en": "2027-01-22"}[lang] in told
    assert len(re.findall(r"\.(?:\s|$)", told)) == 2
    assert CHECKBOX.search(page)[1] is None, "nobody has agreed beforehand"
    server.live.do("retain", until="")
    page = server.api.get(server.url, headers={**AS_A_BROWSER, "accept-language": lang}).text
    assert "2027" not in words(page)


# ── consent ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@each_language
def test_consent_is_given_when_joining_and_taken_back_by_the_form(server, lang, joined):
    name, path = f"Ada {lang}", f"/{server.live.state.info.code}"
    browser = joined(server, lang, name=name, **{PUBLIC_MINUTES: "yes"})
    assert public(server, name)
    assert CHECKBOX.search(browser.get(path).text)[1] == " checked"
    browser.post(f"{path}/join", data={"name": name, "lang": lang, PUBLIC_MINUTES: "no"})
    assert not public(server, name)
    assert CHECKBOX.search(browser.get(path).text)[1] is None
    given = [entry["data"]["given"] for entry in held(browser, path) if entry["name"] == "seat.consented"]
    assert given == [True, False]


def held(browser, path):
    return browser.get(f"{path}/held?format=json").json()["entries"]


@each_language
def test_without_a_tick_there_is_no_consent(server, lang, joined):
    joined(server, lang, name=f"Ben {lang}")
    assert not public(server, f"Ben {lang}")


def test_a_form_without_the_question_changes_no_consent(server, joined):
    browser = joined(server, "en", name="Cem", **{PUBLIC_MINUTES: "yes"})
    browser.post(f"/{server.live.state.info.code}/join", data={"name": "Cem", "lang": "de"})
    assert public(server, "Cem")


# ── what is kept ──────────────────────────────────────────────────────────────────────────────────────────────────────


@each_language
def test_a_table_tells_people_and_json_tells_programs(server, opened, lang, joined):
    opened("cards")
    browser = joined(server, lang, name=f"Dee <b> {lang}")
    path = f"/{server.live.state.info.code}"
    browser.post(f"{path}/items/cards", data={"command": "add", "text": "My own <i>words</i>", "factor": "o1"})
    answer = browser.get(f"{path}/held")
    page, told = words(answer.text), voice(lang)
    assert answer.headers["content-type"].startswith("text/html")
    assert f"Dee <b> {lang}" in page
    assert "My own <i>words</i>" in page
    assert "Place" in page.partition("My own")[0].rpartition(":")[2], "the factor by its name"
    for key in ("Joined", "Wrote a card", "Gave, changed or deleted a name", "What is kept of me"):
        assert told(key) in page
    assert "<script" not in answer.text
    program = browser.get(f"{path}/held", headers={"accept": "*/*"})
    assert program.headers["content-type"] == "application/json"
    assert program.json() == browser.get(f"{path}/held?format=json").json()
    assert program.json()["name"] == f"Dee <b> {lang}"


def test_the_table_knows_every_entry_that_a_person_can_cause(server, opened, phone):
    for item, command, fields in (
        ("cards", "add", {"text": "A card"}),
        ("dots", "cast", {"value.o1": "1"}),
        ("board", "take", {"role": "host"}),
        ("board", "confirm", {"role": "host", "name": "Eve"}),
        ("board", "release", {"role": "host"}),
    ):
        opened(item)
        assert phone.send(item, command, fields).status_code == 200
    entries = privacy.held_of(server.live, phone.seat)["entries"]
    known = {name for kind in server.live.rules.registry.values() for name in getattr(kind, "said", ())}
    assert {entry["name"] for entry in entries} <= {*EVENTS, *known}
    page = words(server.api.get(f"{server.url}/held", headers={**AS_A_BROWSER, **phone.bearer}).text)
    assert "Voted ( dots ): Place: 1" in page
    assert "Wrote a card ( cards ): A card" in page
    assert "Took a role ( board ): Host" in page


def test_whoever_has_no_seat_sees_nothing(server):
    assert server.api.get(f"{server.url}/held", headers=AS_A_BROWSER).status_code == 403


# ── to be forgotten ───────────────────────────────────────────────────────────────────────────────────────────────────


@each_language
def test_name_and_cards_go_by_the_form_alone_from_backups_too(server, opened, lang, joined):
    opened("cards")
    path = f"/{server.live.state.info.code}"
    browser = joined(server, lang, name=f"Fay {lang}")
    browser.post(f"{path}/items/cards", data={"command": "add", "text": f"Fay's secret {lang}"})
    backup = back_up(server.folder.log, now=server.live.state.ended_at).path
    answer = browser.post(f"{path}/forget", data={"sure": "on"})
    assert answer.status_code == 200
    assert voice(lang)("Your name and your cards were deleted for good.") in html.unescape(answer.text)
    assert not backup.exists()
    kept = b"".join(file.read_bytes() for file in server.folder.path.rglob("*") if file.is_file())
    assert b"Fay" not in kept
    server.live.verify()


def test_where_backups_cannot_be_cleaned_the_person_is_told(server, monkeypatch, joined):
    from workshop_kit.core.errors import StoreError

    def fails(*arguments):
        raise StoreError("no space left")

    browser = joined(server, "en", name="Gil")
    monkeypatch.setattr(privacy, "purge", fails)
    page = browser.post(f"/{server.live.state.info.code}/forget", data={"sure": "on"}).text
    assert "not yet from the backups" in page
    assert "Gil" not in server.live.store.names().values()


# ── from the console ──────────────────────────────────────────────────────────────────────────────────────────────────


class TestConsole:
    @pytest.fixture
    def console(self, server):
        made = Console(server.live, "en")
        yield made
        made.close()

    @staticmethod
    def press(console, monkeypatch, form):
        answers = []
        monkeypatch.setattr(console, "send", answers.append)
        console._hear(None, {"form": form, "id": "f1"}, None)
        return answers[-1]

    def test_one_person_is_erased_beside_the_seat(self, server, console, monkeypatch, joined):
        joined(server, "en", name="Hal")
        seat = seat_named(server, "Hal")
        server.live.catch_up()
        console._update()
        assert f'id="forget-{seat}"' in console.regions["console"]
        refused = self.press(console, monkeypatch, f"command=forget&item=welcome&seat={seat}&id=f1")
        assert (refused["code"], "Hal" in server.live.store.names().values()) == ("invalid", True)
        done = self.press(console, monkeypatch, f"command=forget&item=welcome&seat={seat}&sure=on&id=f1")
        assert done == {"ack": "f1"}
        assert "Hal" not in server.live.store.names().values()
        assert "Hal" not in console.regions["console"]


# ── when it is over ───────────────────────────────────────────────────────────────────────────────────────────────────


@each_language
def test_when_all_is_erased_pages_say_so_and_ask_for_nothing(registry, agenda, tmp_path, lang, joined):
    with hosted(tmp_path, agenda(), registry) as server:
        browser = joined(server, lang, name="Ada Lovejoy")
        path = f"/{server.live.state.info.code}"
        with browser.stream("GET", path):
            privacy.erase(server.live, "asked")
        answer = browser.get(path)
        assert answer.status_code == 200
        told = voice(lang)("This session is over, and the names were erased. Nobody can join any more.")
        assert told in words(answer.text)
        assert "<form" not in answer.text
        for target, body in (
            ("join", {"name": "Zoe"}),
            ("items/cards", {"command": "add"}),
            ("forget", {"sure": "on"}),
        ):
            late = browser.post(f"{path}/{target}", data=body, headers=JSON)
            assert late.status_code == 423
            assert json.loads(late.text)["error"] == {"code": "locked", "message": told}
        assert server.live.store.names() == {}
