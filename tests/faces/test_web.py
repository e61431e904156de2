"""The participants' server over HTTP: what it promises to phones, to programs and to the facilitator."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from tests.faces.hosting import JSON, hosted, published, steady

from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces import web
from workshop_kit.faces.limits import Limit
from workshop_kit.faces.page_forms import forms_in
from workshop_kit.faces.pages import STATIC
from workshop_kit.library import voice

each_language = pytest.mark.parametrize("lang", list(LANGUAGES))
FORM = {"content-type": "application/x-www-form-urlencoded"}
OTHER_SITE = {"origin": "https://elsewhere.example"}
FOREIGN = {
    "another site": OTHER_SITE,
    "another port": {"origin": "http://127.0.0.1:1"},
    "no origin that may be told": {"origin": "null"},
    "not an origin": {"origin": "http://["},
    "what the browser says": {"sec-fetch-site": "cross-site"},
    "a neighbouring site": {"sec-fetch-site": "same-site"},
}
foreign = pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)


class Page(HTMLParser):
    """What a page refers to, and its alerts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.alert = ""
        self._alerting = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        referring = ("src", "href", "action", "formaction", "srcset", "poster", "data", "cite", "xlink:href", "ping")
        self.addresses += [given[name] for name in referring if name in given]
        self.addresses += re.findall(r"url\(\s*['\"]?([^'\")]+)", given.get("style", ""))
        self._alerting = given.get("role") == "alert"

    def handle_data(self, data):
        if self._alerting:
            self.alert += data

    def handle_endtag(self, tag):
        self._alerting = False

    def all(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.tags if name == tag]


# ── entering and joining ──────────────────────────────────────────────────────────────────────────────────────────────


class TestEnter:
    def test_the_first_page_asks_for_the_code(self, server):
        answer = server.api.get(f"{server.base}/")
        assert answer.status_code == 200
        assert [field["name"] for field in Page(answer.text).all("input")] == ["lang", "code"]

    @pytest.mark.parametrize("written", ["KLMNP", "klmnp", " klmnp "])
    def test_a_code_leads_to_the_session(self, server, written):
        answer = server.api.get(f"{server.base}/", params={"code": written})
        assert (answer.status_code, answer.headers["location"]) == (303, "/KLMNP")

    def test_an_address_in_small_letters_leads_there_too(self, server):
        answer = server.api.get(f"{server.base}/klmnp")
        assert (answer.status_code, answer.headers["location"]) == (303, "/KLMNP")

    @each_language
    def test_a_wrong_code_is_told_in_the_language_of_the_browser(self, server, lang):
        told = voice(lang)("There is no session with this code. Please check the letters.")
        answer = server.api.get(f"{server.base}/", params={"code": "XXXXX"}, headers={"accept-language": lang})
        assert (answer.status_code, Page(answer.text).alert) == (404, told)

    @pytest.mark.parametrize("path", ["XXXXX", "XXXXX/stage", "XXXXX/minutes"])
    def test_there_is_no_other_session(self, server, path):
        assert server.api.get(f"{server.base}/{path}").status_code == 404
        assert server.api.get(f"{server.base}/{path}", headers=JSON).json()["error"]["code"] == "unknown"

    @pytest.mark.parametrize(
        ("method", "path", "status"), [("GET", "/a/b/c", 404), ("PUT", "/KLMNP", 405), ("GET", "/static/nothing", 404)]
    )
    def test_where_there_is_nothing_it_is_told(self, server, method, path, status):
        answer = server.api.request(method, server.base + path, headers=JSON)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, "unknown")
        answer = server.api.request(method, server.base + path, headers={"accept-language": "de"})
        assert Page(answer.text).alert == voice("de")("There is nothing at this address. Please check it.")

    def test_the_server_tells_that_it_lives(self, server):
        assert server.api.get(f"{server.base}/healthz").text == "ok"

    def test_no_answer_waits_for_the_network_to_acknowledge_its_first_half(self, server):
        """Without TCP_NODELAY each answer on a connection that is kept open takes 40 ms longer."""
        took = [server.api.get(f"{server.base}/healthz").elapsed.total_seconds() for _ in range(21)]
        assert median(took) < 0.02


class TestJoin:
    def test_a_phone_without_a_seat_sees_the_form_to_join(self, server):
        page = Page(server.api.get(server.url).text)
        assert {field["name"] for field in page.all("input") + page.all("select")} == {
            "name", "lang", "public-minutes",
        }  # fmt: skip
        assert page.all("script") == []

    def test_the_form_gives_a_seat_and_leads_to_the_page(self, server):
        with server.browser() as browser:
            answer = browser.post("/KLMNP/join", data={"name": "", "lang": "en"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/KLMNP")
            assert browser.cookies["seat"]
            assert Page(browser.get("/KLMNP").text).all("body")[0]["data-view"] == "phone"

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, server):
        answer = server.api.post(f"{server.url}/join", data={"lang": "en"})
        value, *flags = answer.headers["set-cookie"].lower().split("; ")
        assert value.startswith("seat=")
        assert {"httponly", "samesite=lax", "path=/klmnp"} <= set(flags)
        assert "secure" not in flags, "a room's network has no certificate"

    def test_the_cookie_stays_on_https_where_there_is_https(self, server):
        answer = server.api.post(f"{server.url}/join", headers={"x-forwarded-proto": "https"})
        assert "secure" in answer.headers["set-cookie"].lower().split("; ")

    def test_a_program_gets_seat_and_token(self, server):
        answer = server.api.post(f"{server.url}/join", data={"lang": "en"}, headers=JSON)
        assert answer.status_code == 200
        assert set(answer.json()) == {"seat", "token"}
        assert answer.json()["seat"] in server.live.state.seats

    def test_everybody_gets_a_seat_of_their_own(self, server):
        phones = [server.join() for _ in range(5)]
        assert len({phone.seat for phone in phones}) == len({phone.token for phone in phones}) == 5

    @each_language
    def test_the_page_speaks_the_chosen_language(self, server, lang):
        assert f'<html lang="{lang}"' in server.join(lang).page()

    @pytest.mark.parametrize("wanted", ["tr", "", "xx-piglatin", "../../etc"])
    def test_without_a_language_of_ours_the_browsers_holds(self, server, wanted):
        data, headers = {"lang": wanted}, {**JSON, "accept-language": "fr, en;q=0.5"}
        seat = server.api.post(f"{server.url}/join", data=data, headers=headers).json()["seat"]
        assert server.live.state.seats[seat].lang == "en"

    def test_joining_again_keeps_the_seat_and_changes_name_and_language(self, server, phone):
        again = server.api.post(
            f"{server.url}/join", data={"lang": "de", "name": "Grace"}, headers={**JSON, **phone.bearer}
        )
        assert again.json() == {"seat": phone.seat, "token": phone.token}
        assert server.live.state.seats[phone.seat].lang == "de"
        assert server.live.store.names()[phone.seat] == "Grace"

    @foreign
    def test_other_sites_cannot_let_a_browser_join(self, server, headers):
        with server.untouched():
            answer = server.api.post(f"{server.url}/join", data={"lang": "en"}, headers=headers)
        assert answer.status_code == 403

    def test_a_name_is_kept_clean_and_short(self, server):
        phone = server.join(name="  Ada\x00\u202e\nLovelace " + "x" * 200)
        name = server.live.store.names()[phone.seat]
        assert name.startswith("Ada")
        assert len(name) <= 60
        assert not set("\x00\u202e\n") & set(name)


# ── the phone page and the stage ──────────────────────────────────────────────────────────────────────────────────────


class TestPhoneWithoutScripts:
    def test_a_ballot_goes_in_by_the_form_alone(self, server, opened):
        opened("dots")
        with server.browser() as browser:
            browser.post("/KLMNP/join", data={"lang": "en"})
            (form,) = [form for form in forms_in(browser.get("/KLMNP").text) if form.command == "cast"]
            assert form.radios.keys() == {"value.o1", "value.o2", "value.o3"}
            answer = browser.post("/KLMNP/items/dots", data={**form.hidden, "value.o1": "2", "value.o3": "1"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/KLMNP")
            page = Page(browser.get("/KLMNP").text)
        chosen = [given["id"] for given in page.all("input") if "checked" in given]
        assert sorted(chosen) == ["dot-o1-2", "dot-o2-0", "dot-o3-1"], "each person has an order of their own"
        assert server.log[-1].data["value"] == {"o1": 2, "o3": 1}

    def test_a_card_and_a_role_go_in_by_the_form_alone(self, server, opened):
        with server.browser() as browser:
            browser.post("/KLMNP/join", data={"lang": "en"})
            for item, command, fields in (
                ("cards", "add", {"text": "<b>A kitchen</b> & time", "factor": "o1"}),
                ("board", "take", {}),
                ("board", "release", {}),
            ):
                opened(item)
                form = next(form for form in forms_in(browser.get("/KLMNP").text) if form.command == command)
                assert browser.post(f"/KLMNP/items/{item}", data={**form.hidden, **fields}).status_code == 303
                if item == "cards":
                    assert "&lt;b&gt;A kitchen&lt;/b&gt; &amp; time" in browser.get("/KLMNP").text

    def test_the_forms_of_one_page_have_ids_of_their_own(self, opened, phone):
        opened("cards")
        phone.send("cards", "add", text="A card to withdraw or to assign")
        ids = [form.hidden["id"] for form in forms_in(phone.page())]
        assert len(ids) > 1
        assert len(set(ids)) == len(ids)

    def test_a_refusal_shows_the_reason_and_what_was_written(self, server, opened, phone):
        opened("cards")
        answer = server.api.post(
            f"{server.url}/items/cards",
            data={"command": "add", "text": "much " * 100, "factor": "o2"},
            headers=phone.bearer,
        )
        page = Page(answer.text)
        assert answer.status_code == 422
        assert page.alert.startswith("That is 499 characters long")
        assert "much much" in answer.text
        assert [given["value"] for given in page.all("option") if "selected" in given and given["value"] == "o2"]

    @pytest.mark.parametrize("path", ["join", "items/cards"])
    def test_who_reloads_the_answer_to_a_form_is_led_back_to_the_page(self, server, phone, path):
        answer = server.api.get(f"{server.url}/{path}", headers=phone.bearer)
        assert (answer.status_code, answer.headers["location"]) == (303, "/KLMNP")

    def test_after_closing_the_page_says_what_to_do(self, server, opened, phone):
        opened("welcome")
        server.live.do("close", "welcome")
        assert "This step is closed." in phone.page()


class TestStage:
    def test_it_shows_the_question_the_code_and_the_way_in(self, server, opened):
        opened("dots")
        answer = server.api.get(f"{server.url}/stage")
        page = Page(answer.text)
        assert answer.status_code == 200
        assert page.all("body")[0]["data-view"] == "stage"
        assert "KLMNP" in answer.text
        assert f'aria-label="QR code for {server.url}"' in answer.text
        assert page.all("form") == []

    @each_language
    def test_it_speaks_the_language_asked_for(self, server, lang):
        assert f'<html lang="{lang}"' in server.api.get(f"{server.url}/stage", params={"lang": lang}).text

    def test_an_unknown_language_falls_back_to_the_sessions(self, server):
        assert '<html lang="en"' in server.api.get(f"{server.url}/stage", params={"lang": "../x"}).text


class TestHiddenResults:
    def test_nobody_can_tell_from_any_page_how_others_vote_before_closing(self, server, opened):
        opened("dots")
        voter, other = server.join(), server.join()

        def seen():
            return steady(other.page()), server.api.get(f"{server.url}/stage").text

        voter.cast("dots", o1=3)
        first = seen()
        voter.cast("dots", o3=3)
        assert seen() == first
        assert "wk-bars" not in "".join(first)
        server.live.do("close", "dots")
        assert all("wk-bars" in page for page in seen())

    def test_ones_own_vote_is_shown_to_oneself_alone(self, server, opened):
        opened("mood")
        voter, other = server.join(), server.join()
        assert voter.send("mood", "cast", choice="m4").status_code == 200
        assert re.search(r'id="choice-m4" checked', voter.page())
        assert "checked" not in other.page()


class TestMinutes:
    def test_they_are_unknown_until_they_are_published(self, server):
        answer = server.api.get(f"{server.url}/minutes", headers=JSON)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown"

    def test_published_ones_are_shown_in_the_readers_language(self, server):
        german, phone = server.join("de"), server.join("en")
        published(server, {f"minutes.{lang}.html": f"<main><p>In {lang}</main>" for lang in LANGUAGES})
        for reader, lang in ((german, "de"), (phone, "en")):
            answer = server.api.get(f"{server.url}/minutes", headers=reader.bearer)
            assert answer.status_code == 200
            assert f'<article class="wk-minutes" lang="{lang}" dir="ltr"><p>In {lang}</article>' in answer.text


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestCommands:
    def test_an_accepted_one_is_in_the_log_when_the_answer_comes(self, server, opened, phone):
        opened("dots")
        answer = phone.cast("dots", o2=1)
        assert (answer.status_code, answer.json()) == (200, {"ok": True, "seq": len(server.log)})
        last = server.log[-1]
        assert (last.actor, last.channel, last.item, last.name) == (phone.seat, "phone", "dots", "poll.ballot_cast")

    def test_the_cookie_is_as_good_as_the_token(self, server, opened):
        opened("dots")
        with server.browser(**JSON) as browser:
            seat = browser.post("/KLMNP/join").json()["seat"]
            assert browser.post("/KLMNP/items/dots", data={"command": "cast", "value.o1": "1"}).json()["ok"]
        assert server.log[-1].actor == seat

    def test_the_same_id_twice_counts_once_and_tells_the_same_entry(self, server, opened, phone):
        opened("cards")
        first = phone.send("cards", "add", text="Once", id="card-1")
        with server.untouched():
            again = phone.send("cards", "add", text="Once", id="card-1")
        assert first.json() == again.json() == {"ok": True, "seq": first.json()["seq"]}
        assert phone.page().count('<p dir="auto">Once</p>') == 2, "once among one's own, once on the wall"

    def test_the_same_id_still_counts_once_after_the_step_has_closed(self, server, opened, phone):
        opened("cards")
        first = phone.send("cards", "add", text="In time", id="card-in-time")
        server.live.do("close", "cards")
        assert phone.send("cards", "add", text="In time", id="card-in-time").json() == first.json()

    def test_a_repeated_field_keeps_its_last_value(self, server, opened, phone):
        opened("dots")
        body = "command=cast&value.o1=1&value.o1=3"
        answer = server.api.post(f"{server.url}/items/dots", content=body, headers={**FORM, **JSON, **phone.bearer})
        assert answer.status_code == 200
        assert server.log[-1].data["value"] == {"o1": 3}

    def test_control_characters_do_not_reach_the_log(self, server, opened, phone):
        opened("cards")
        assert phone.send("cards", "add", text="A\x00 quiet\x1b\u202e card").status_code == 200
        assert not set("\x00\x1b\u202e") & set(server.log[-1].data["text"])

    def test_a_late_ballot_of_an_earlier_revision_does_not_replace_the_newer(self, server, opened, phone):
        opened("dots")
        assert phone.send("dots", "cast", {"value.o1": "1"}, rev="20").status_code == 200
        assert phone.send("dots", "cast", {"value.o2": "1"}, rev="10").status_code == 200
        assert server.live.state.items["dots"].state.ballots[phone.seat].value == {"o1": 1}

    @pytest.mark.parametrize("headers", [{"origin": ""}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}])
    def test_the_sessions_own_page_may_send(self, server, opened, phone, headers):
        opened("dots")
        own = {name: value or server.base for name, value in headers.items()}
        answer = server.api.post(
            f"{server.url}/items/dots", data={"command": "cast"}, headers={**JSON, **phone.bearer, **own}
        )
        assert answer.status_code == 200


class Refusal(NamedTuple):
    """A request that must be refused. `step`: the item that is open then; `body`: fields, or the raw body."""

    status: int
    code: str
    body: dict[str, str] | bytes
    field: str | None = None
    item: str = "dots"
    step: str = "dots"
    code_of_session: str = "KLMNP"


CAST = {"command": "cast", "value.o1": "1"}
LARGE = b"command=add&text=" + b"x" * 40_000
REFUSALS = {
    "not a form": Refusal(400, "unreadable", b"hello"),
    "not UTF-8": Refusal(400, "unreadable", b"command=add&text=%ff%fe", item="cards", step="cards"),
    "not even ASCII": Refusal(400, "unreadable", "command=add&text=ä".encode("latin-1"), item="cards", step="cards"),
    "no command": Refusal(400, "unreadable", {"value.o1": "1"}, "command"),
    "an empty body": Refusal(400, "unreadable", b"", "command"),
    "1000 fields": Refusal(400, "unreadable", {**CAST, **{f"value.x{n}": "1" for n in range(1000)}}),
    "somebody else's card": Refusal(
        403, "not_allowed", {"command": "withdraw", "idea": "i1"}, "idea", "cards", "cards"
    ),
    "what only the facilitator does": Refusal(403, "not_allowed", {"command": "close"}),
    "an unknown session": Refusal(404, "unknown", CAST, code_of_session="XXXXX"),
    "an unknown step": Refusal(404, "unknown", CAST, item="nowhere"),
    "an unknown command": Refusal(404, "unknown", {"command": "explode"}),
    "a command with a null byte": Refusal(404, "unknown", {"command": "cast\x00"}),
    "raised hands by phone": Refusal(404, "unknown", {"command": "room-votes", "value.o1": "9"}),
    "a step to come": Refusal(409, "closed", {"command": "cast", "choice": "m1"}, item="later"),
    "a step that is over": Refusal(409, "closed", CAST, step="cards"),
    "a taken role": Refusal(409, "taken", {"command": "take", "role": "o2"}, "role", "board", "board"),
    "somebody else's id": Refusal(409, "taken", {**CAST, "id": "taken-id"}, "id"),
    "the first entry's id": Refusal(409, "taken", {**CAST, "id": "create"}, "id"),
    "too large": Refusal(413, "too_large", LARGE, item="cards", step="cards"),
    "more dots on one option than allowed": Refusal(422, "invalid", {**CAST, "value.o1": "4"}, "value.o1"),
    "more dots than there are": Refusal(422, "invalid", {**CAST, "value.o2": "3"}, "value"),
    "an unknown option": Refusal(422, "invalid", {"command": "cast", "value.o9": "1"}, "value.o9"),
    "a negative number": Refusal(422, "invalid", {"command": "cast", "value.o1": "-1"}, "value.o1"),
    "a broken number": Refusal(422, "invalid", {"command": "cast", "value.o1": "1.5"}, "value.o1"),
    "an enormous number": Refusal(422, "invalid", {"command": "cast", "value.o1": "9" * 5000}, "value.o1"),
    "digits of another script": Refusal(422, "invalid", {"command": "cast", "value.o1": "٣"}, "value.o1"),
    "a bad revision": Refusal(422, "invalid", {**CAST, "rev": "soon"}, "rev"),
    "an empty card": Refusal(422, "invalid", {"command": "add", "text": " \n "}, "text", "cards", "cards"),
    "a card that is too long": Refusal(422, "invalid", {"command": "add", "text": "x" * 281}, "text", "cards", "cards"),
    "an unknown factor": Refusal(
        422, "invalid", {"command": "add", "text": "A card", "factor": "o9"}, "factor", "cards", "cards"
    ),
    "no such role": Refusal(422, "invalid", {"command": "take", "role": "king"}, "role", "board", "board"),
    "an id that is too long": Refusal(422, "invalid", {**CAST, "id": "x" * 81}, "id"),
    "an id like that of a second entry": Refusal(422, "invalid", {**CAST, "id": "x/1"}, "id"),
}
each_refusal = pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)


class TestRefusals:
    def post(self, server, refusal, phone, **headers):
        """Send the request while the browser prefers the other language than the seat's."""
        body = refusal.body if isinstance(refusal.body, bytes) else urlencode(refusal.body).encode()
        url = f"{server.base}/{refusal.code_of_session}/items/{refusal.item}"
        server.live.do("open", refusal.step, reason="The next test")
        other = "en" if server.live.state.seats[phone.seat].lang == "de" else "de"
        with server.untouched():
            return server.api.post(
                url, content=body, headers={**FORM, **phone.bearer, "accept-language": other, **headers}
            )

    @each_refusal
    def test_a_program_is_told_in_the_language_of_the_seat(self, server, refusal):
        told = {}
        for lang in LANGUAGES:
            answer = self.post(server, refusal, server.join(lang), **JSON)
            error = answer.json()["error"]
            assert (answer.status_code, error["code"], error.get("field")) == (
                refusal.status, refusal.code, refusal.field,
            )  # fmt: skip
            assert set(answer.json()) == {"error"}
            told[lang] = error["message"]
        assert told["de"] != told["en"]
        assert all(message.strip() and "{" not in message for message in told.values())

    @each_refusal
    def test_a_page_without_scripts_shows_the_same_reason(self, server, refusal):
        phone = server.join("de")
        told = self.post(server, refusal, phone, **JSON).json()["error"]["message"]
        answer = self.post(server, refusal, phone)
        assert answer.status_code == refusal.status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert '<html lang="de"' in answer.text
        assert Page(answer.text).alert == told

    @foreign
    def test_what_comes_from_another_site(self, server, phone, headers):
        answer = self.post(server, Refusal(403, "not_allowed", CAST), phone, **JSON, **headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")

    @each_language
    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nobody"}, {"cookie": "seat=nobody"}])
    def test_whoever_has_no_seat(self, server, opened, lang, headers):
        opened("dots")
        with server.untouched():
            answer = server.api.post(
                f"{server.url}/items/dots", data=CAST, headers={**JSON, "accept-language": lang, **headers}
            )
        told = voice(lang)("You have no seat in this session. Please join again.")
        assert answer.status_code == 403
        assert answer.json() == {"error": {"code": "not_allowed", "message": told}}

    @pytest.mark.parametrize("path", ["join", "items/cards"])
    def test_a_large_body_whose_size_is_not_announced(self, server, phone, path):
        chunks = (LARGE[at : at + 1000] for at in range(0, len(LARGE), 1000))
        with server.untouched():
            answer = server.api.post(f"{server.url}/{path}", content=chunks, headers={**FORM, **JSON, **phone.bearer})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")

    def test_the_places_of_a_role_are_not_given_twice(self, server, opened):
        opened("board")
        answers = [server.join().send("board", "take", role="host").status_code for _ in range(3)]
        assert answers == [200, 200, 409]

    def test_more_cards_than_everybody_may_write(self, server, opened, phone):
        opened("cards")
        answers = [phone.send("cards", "add", text=f"Card {n}").status_code for n in range(4)]
        assert answers == [200, 200, 200, 422]

    def test_a_name_that_comes_with_a_refused_command(self, server, opened):
        """The name is kept with the command or not at all."""
        opened("board")
        phone = server.join()
        with server.untouched():
            answer = phone.send("board", "confirm", role="king", name="Ada")
        assert answer.status_code == 422
        assert phone.seat not in server.live.store.names()

    def test_a_repeated_command_that_carries_a_name_counts_once(self, server, opened):
        opened("board")
        server.live.do("next-round", "board")
        phone = server.join()
        phone.send("board", "take", role="host")
        first = phone.send("board", "confirm", role="host", name="Ada", id="confirm-1")
        with server.untouched():
            again = phone.send("board", "confirm", role="host", name="Ada", id="confirm-1")
        assert first.json() == again.json()

    @pytest.mark.parametrize("method", ["put", "delete"])
    def test_other_methods(self, server, phone, method):
        with server.untouched():
            answer = server.api.request(method, f"{server.url}/items/dots", headers={**JSON, **phone.bearer})
        assert answer.status_code == 405

    def test_an_unknown_address(self, server):
        assert server.api.get(f"{server.base}/a/b/c").status_code == 404


class TestDoor:
    """What the facilitator does about who takes part, as phones see it."""

    @pytest.fixture
    def locked(self, server):
        server.live.do("lock")
        yield
        server.live.do("unlock")

    @each_language
    def test_a_locked_room_takes_no_newcomers(self, server, locked, lang):
        with server.untouched():
            answer = server.api.post(f"{server.url}/join", headers={**JSON, "accept-language": lang})
        told = voice(lang)("The room is closed for newcomers just now. Please ask in front.")
        assert answer.status_code == 423
        assert answer.json() == {"error": {"code": "locked", "message": told}}

    def test_who_is_in_a_locked_room_goes_on(self, server, opened, phone, locked):
        opened("dots")
        assert phone.cast("dots", o1=1).status_code == 200

    def test_whoever_was_removed_cannot_send_any_more(self, server, opened, phone):
        opened("dots")
        server.live.do("remove", seat=phone.seat)
        with server.untouched():
            answer = phone.cast("dots", o1=1)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")

    @each_language
    def test_a_phone_that_sends_too_much_is_asked_to_wait_and_nobody_else_is(self, server, opened, lang):
        opened("dots")
        flooding, calm = server.join(lang), server.join()
        answers = (flooding.send("dots", "cast", id=f"flood-{flooding.seat}") for _ in range(300))
        refused = next(answer for answer in answers if answer.status_code != 200)
        told = voice(lang)("That was too much at once. Please wait a moment and try again.")
        assert refused.status_code == 429
        assert refused.json() == {"error": {"code": "too_many", "message": told}}
        assert calm.cast("dots", o1=1).status_code == 200
        assert sum(event.id == f"flood-{flooding.seat}" for event in server.log) == 1

    def test_a_flood_of_joins_is_slowed_down(self, registry, agenda, tmp_path, monkeypatch):
        monkeypatch.setattr(web, "JOINS_PER_ROOM", Limit(burst=3, rate=0.01))
        with hosted(tmp_path, agenda(), registry) as small:
            codes = [small.api.post(f"{small.url}/join").status_code for _ in range(5)]
            assert codes == [303, 303, 303, 429, 429]
            assert len(small.live.state.seats) == 3


# ── what every answer has, and what none has ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def every_page(server):
    """Every kind of page: entering, joining, the phone in each activity open and closed, the stage, a refusal."""
    phone = server.join(name="Ada")
    pages = [server.api.get(url).text for url in (f"{server.base}/", f"{server.base}/XXXXX", server.url)]
    for item in server.live.state.agenda.items:
        if item.id == "later":
            continue
        for step in ("open", "close"):
            server.live.do(step, item.id, reason="The next test")
            pages += [phone.page(), server.api.get(f"{server.url}/stage").text]
    return pages


class TestPages:
    def test_nothing_refers_to_another_host(self, every_page):
        for html in every_page:
            outside = [a for a in Page(html).addresses if not re.match(r"(/(?!/)|data:|#|$)", a)]
            assert outside == []

    @pytest.mark.parametrize("name", ["kit.css", "live.js"])
    def test_the_static_files_refer_to_nothing(self, name):
        text = (STATIC / name).read_text("utf-8")
        assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}|@import|\bimport\b|url\(", text) == []

    def test_scripts_come_from_files_alone(self, every_page):
        for html in every_page:
            page = Page(html)
            assert all(script.get("src", "").startswith("/static/") for script in page.all("script"))
            assert [given for _, given in page.tags if any(name.startswith("on") for name in given)] == []
            assert page.all("style") == []

    def test_every_control_has_a_label_and_every_page_a_heading(self, every_page):
        for html in every_page:
            page = Page(html)
            assert len(page.all("h1")) == 1
            assert "<label" in html or not [i for i in page.all("input") if i.get("type") != "hidden"]

    def test_every_answer_carries_the_security_headers(self, server, phone):
        answers = [
            server.api.get(f"{server.base}/"),
            server.api.get(server.url),
            server.api.get(server.url, headers=phone.bearer),
            server.api.get(f"{server.url}/stage"),
            server.api.get(f"{server.base}/XXXXX"),
            server.api.get(f"{server.base}/static/kit.css"),
            phone.send("dots", "explode"),
            server.api.get(f"{server.base}/a/b/c"),
        ]
        for answer in answers:
            policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == "'self'"
            assert policy["style-src"] == "'self'"
            assert policy["form-action"] == "'self'"
            assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
            assert "unsafe-eval" not in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "server" not in answer.headers

    def test_pages_are_not_kept_and_static_files_for_good(self, server, phone):
        for url in (f"{server.base}/", server.url, f"{server.url}/stage"):
            assert server.api.get(url, headers=phone.bearer).headers["cache-control"] == "no-store"
        for address in Page(phone.page()).addresses:
            if address.startswith("/static/"):
                assert "immutable" in server.api.get(server.base + address).headers["cache-control"]

    def test_a_static_file_that_is_missing_is_not_missing_for_good(self, server):
        answer = server.api.get(f"{server.base}/static/nothing.css")
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")

    @pytest.mark.parametrize("path", ["../web.py", "%2e%2e/web.py", "..%2fweb.py", "....//web.py"])
    def test_static_files_are_all_that_can_be_fetched(self, server, path):
        assert server.api.get(f"{server.base}/static/{path}").status_code == 404


class TestNames:
    def test_the_names_of_people_are_never_in_the_log(self, server, opened):
        opened("board")
        server.live.do("next-round", "board")
        phone = server.join(name="Zenobia One")
        phone.send("board", "take", role="host")
        assert phone.send("board", "confirm", role="host", name="Zenobia Two").status_code == 200
        server.api.post(f"{server.url}/join", data={"name": "Zenobia Three"}, headers=phone.bearer)
        assert "Zenobia Three" in server.api.get(f"{server.url}/stage").text
        written = json.dumps([[str(getattr(event, f)) for f in event.__struct_fields__] for event in server.log])
        assert "Zenobia" not in written
        assert phone.token not in written

    def test_only_the_hash_of_a_token_is_kept(self, server, phone):
        raw = b"".join(path.read_bytes() for path in Path(server.folder.path).glob("session.db*"))
        assert phone.token.encode() not in raw
