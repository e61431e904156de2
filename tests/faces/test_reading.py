"""How somebody reads on a phone: the language, chosen before joining too, the size of text, short sentences."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from tests.faces.hosting import hosted

from workshop_kit.library import phone_languages, voice

PLACE = {"de": "Ein fester Ort, an dem sich alle treffen", "de-simple": "Ein Ort für alle", "en": "A place to meet"}
MONEY = {"tr": "Para", "en": "Money"}
VOTE = {
    "id": "vote",
    "activity": "poll",
    "rule": "choice",
    "prompt": {"de": "Was trägt euch?", "de-simple": "Was hilft euch?", "en": "What carries you?"},
    "options": [{"id": "place", "label": PLACE}, {"id": "money", "label": MONEY}],
}
DATA = "What you send is kept by the facilitator and goes into the minutes"


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    with hosted(tmp_path_factory.mktemp("reading"), agenda(VOTE), registry) as running:
        running.live.do("open", "vote")
        yield running


@pytest.fixture
def joined(server):
    """Let phones join, each with cookies of its own."""
    with ExitStack() as open_browsers:

        def join(**fields):
            browser = open_browsers.enter_context(server.browser())
            assert browser.post("/KLMNP/join", data={"lang": "en"} | fields).status_code == 303
            return browser

        yield join


def html_of(page):
    return re.search("<html[^>]*>", page)[0]


@pytest.mark.parametrize("lang", list(phone_languages()))
def test_the_page_to_join_offers_every_language_and_tells_what_happens_with_data(server, lang):
    asked = server.api.get(server.url, headers={"accept-language": lang}).text
    chosen = server.api.get(server.url, params={"lang": lang}, headers={"accept-language": "tlh"}).text
    assert asked == chosen
    for tag, name in phone_languages().items():
        assert re.search(rf'<a href="/KLMNP\?lang={tag}"[^>]*>{name}</a>', asked)
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in asked
    assert f'name="lang" value="{lang}"' in asked
    [told] = re.findall(r'id="privacy">(.*?)</p>', asked, re.DOTALL)
    first = next(key for key in voice_keys() if key.startswith(DATA))
    assert voice(lang)(first) in told.replace("&#34;", '"')
    assert len(re.findall(r"[.؟!](?:\s|$)", told.strip())) == 2, "two sentences"


def voice_keys():
    from tests.phone_messages import phone_messages

    return [message for message in phone_messages() if isinstance(message, str)]


def test_a_language_chosen_where_the_code_is_asked_for_leads_on(server):
    answer = server.api.get(f"{server.base}/", params={"code": "klmnp", "lang": "ar"})
    assert answer.headers["location"] == "/KLMNP?lang=ar"


def test_a_seat_keeps_its_language_and_refusals_speak_it(server, joined):
    phone = joined(lang="ar")
    assert html_of(phone.get("/KLMNP", headers={"accept-language": "en"}).text) == '<html lang="ar" dir="rtl">'
    refused = phone.post("/KLMNP/items/vote", data={"command": "cast", "value.nowhere": "1"})
    assert refused.status_code == 422
    assert re.search(r'role="alert"[^>]*>[^<]*[\u0600-\u06ff]', refused.text)
    alone = phone.post("/KLMNP/forget", data={}, headers={"accept": "application/json"}).json()["error"]["message"]
    assert alone == voice("ar")("Please tick that you are sure.")


def test_what_the_agenda_says_in_another_language_is_marked_as_such(server, joined):
    page = joined(lang="ar").get("/KLMNP").text
    assert re.search(r'<h1[^>]* lang="en" dir="auto">What carries you\?</h1>', page), "the session's language first"
    german = joined(lang="de").get("/KLMNP").text
    assert re.search(r'<h1[^>]* dir="auto">Was trägt euch\?</h1>', german)
    assert 'lang="en" dir="auto">Money' in german, "no German wording: the session's language"


def test_a_language_without_pages_becomes_the_sessions(server, joined):
    phone = joined(lang="tlh")
    assert html_of(phone.get("/KLMNP").text).startswith('<html lang="de"'), (
        "the browser's or else German, where one joins"
    )
    seat = max(server.live.state.seats.values(), key=lambda one: one.number).id
    server.live.speak(seat, "tlh").result()
    assert html_of(phone.get("/KLMNP").text) == '<html lang="en" dir="ltr">', "a catalog that was taken away"


def test_the_stage_stays_in_a_language_of_facilitation(server):
    stage = server.api.get(f"{server.url}/stage", params={"lang": "ar"}).text
    assert html_of(stage) == '<html lang="en" dir="ltr">'


@pytest.mark.parametrize(("size", "shown"), [("", ""), ("large", "wk-large"), ("larger", "wk-larger"), ("<b>", "")])
def test_the_size_of_text_is_kept_by_the_phone_and_not_by_the_log(server, joined, size, shown):
    phone = joined()
    before = len(server.log)
    phone.post("/KLMNP/join", data={"lang": "en", "size": size})
    for path in ("/KLMNP", "/KLMNP/held"):
        page = phone.get(path, headers={"accept": "text/html"}).text
        assert (f'class="{shown}"' in html_of(page)) == bool(shown)
    assert len(server.log) == before
    phone.post("/KLMNP/join", data={"lang": "en"})
    assert (f'class="{shown}"' in html_of(phone.get("/KLMNP").text)) == bool(shown), "kept where it is not asked for"


def test_short_sentences_are_those_of_the_agenda_and_of_the_kit(server, joined):
    phone = joined(lang="de")
    assert "Was trägt euch?" in phone.get("/KLMNP").text
    phone.post("/KLMNP/join", data={"lang": "de", "size": "", "simple": "yes"})
    page = phone.get("/KLMNP").text
    assert "Was hilft euch?" in page
    assert "Ein Ort für alle" in page
    assert html_of(page) == '<html lang="de" dir="ltr">', "it is German all the same"
    plain = voice("de", plain=True)("Names hidden: votes count without names.")
    assert plain != voice("de")("Names hidden: votes count without names.")
    assert not [event for event in server.log[1:] if "simple" in str(event.data)]
    phone.post("/KLMNP/join", data={"lang": "de", "size": ""})
    assert "Was trägt euch?" in phone.get("/KLMNP").text


def test_short_sentences_are_offered_where_there_are_any(server, joined):
    assert 'name="simple"' in joined(lang="de").get("/KLMNP").text
    assert 'name="simple"' not in joined(lang="en").get("/KLMNP").text


def test_a_catalog_that_is_dropped_in_is_a_language_of_phones(tmp_path, monkeypatch):
    """Nothing else is needed, and what it does not say is English."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    from workshop_kit import library

    for folder in ("fa", "no language"):
        catalog = Catalog(locale="fa")
        catalog.add("Join in", "پیوستن")
        place = tmp_path / "locale" / folder / "LC_MESSAGES"
        place.mkdir(parents=True)
        with (place / "workshop_kit.mo").open("wb") as file:
            write_mo(file, catalog)
    monkeypatch.setattr(library, "PACKAGE", tmp_path)
    for remembered in (library.phone_languages, library._voice):
        remembered.cache_clear()
    try:
        assert library.phone_languages() == {"de": "Deutsch", "en": "English", "fa": "فارسی"}
        text = library.voice("fa")
        assert (text("Join in"), text("Save"), text.direction) == ("پیوستن", "Save", "rtl")
    finally:
        for remembered in (library.phone_languages, library._voice):
            remembered.cache_clear()
