"""The console in a co-facilitator's browser: the way in, its forms, and everybody who must not get there."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from tests.conftest import BOARD, CARDS, DOTS, WELCOME
from tests.faces.hosting import JSON, PATIENCE, Line, hosted, steady
from websockets.exceptions import ConnectionClosed

from workshop_kit.cofacilitation import dismiss, entered_by, invite
from workshop_kit.faces.widgets import Console

APPROVED_CARDS = {**CARDS, "id": "waiting", "approve": True}
GUIDE = "# Leitfaden\n\n## Dots {#dots}\n\nSay it *slowly*. <script>alert(1)</script> [a](javascript:alert(1))\n"


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    """A session in which Ayşe may be let in, with a guide in its folder."""
    path = tmp_path_factory.mktemp("shared")
    (path / "guide.en.md").write_text(GUIDE, "utf-8")
    with hosted(path, agenda(WELCOME, DOTS, APPROVED_CARDS, BOARD), registry) as running:
        running.live.do("open", "welcome")
        yield running


@pytest.fixture
def secret(server):
    return invite(server.live, "Ayşe")


@pytest.fixture
def ayse(server, secret):
    """A browser that has used a link."""
    with server.browser(origin=server.base) as browser:
        answer = browser.post(f"{server.url}/console", data={"key": secret})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{server.address.code}/console")
        yield browser


@pytest.fixture
def who(server, ayse):
    return entered_by(server.live, ayse.cookies["console"])


def read_to_the_end(socket):
    while True:
        socket.recv(PATIENCE)


def page(server, browser, **options):
    return browser.get(f"{server.url}/console", **options)


def send(server, browser, item, command, /, **fields):
    return browser.post(f"{server.url}/console/items/{item}", data={"command": command, **fields})


class TestTheWayIn:
    def test_the_cookie_is_another_secret_out_of_reach_of_scripts(self, server, secret):
        answer = server.api.post(f"{server.url}/console", data={"key": secret})
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=lax", f"Path=/{server.address.code}"} <= set(cookie.split("; "))
        assert secret.replace("-", "") not in cookie
        assert secret not in answer.text + str(answer.headers)

    def test_without_a_link_there_is_a_form_for_it_and_nothing_else(self, server):
        answer = page(server, server.api)
        assert answer.status_code == 200
        assert 'name="key"' in answer.text
        assert "wk-console" not in answer.text

    def test_a_used_link_is_refused_and_says_so(self, server, ayse, secret):
        answer = server.api.post(f"{server.url}/console", data={"key": secret})
        assert answer.status_code == 403
        assert "used already, was ended, or is mistyped" in answer.text

    def test_guessing_ends_soon_and_nobody_who_leads_is_kept_out(self, registry, agenda, tmp_path):
        with hosted(tmp_path / "guessed", agenda(WELCOME), registry) as server:
            token = server.api.post(
                f"{server.url}/console", data={"key": invite(server.live, "Ayşe")}, headers=JSON
            ).json()["token"]
            tried = [server.api.post(f"{server.url}/console", data={"key": "A" * 30}).status_code for _ in range(130)]
            assert set(tried[:100]) == {403}
            assert tried[-1] == 429
            bearer = {"authorization": f"Bearer {token}"}
            assert server.api.get(f"{server.url}/console", headers=bearer).status_code == 200

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
    def test_no_other_site_lets_a_browser_in_or_sends_its_forms(self, server, secret, ayse, origin):
        with server.untouched():
            answer = ayse.post(f"{server.url}/console", data={"key": secret}, headers={"origin": origin})
            assert answer.status_code == 403
            for headers in ({"origin": origin}, {"sec-fetch-site": "cross-site"}):
                sent = ayse.post(f"{server.url}/console/items/dots", data={"command": "open"}, headers=headers)
                assert sent.status_code == 403


class TestLeading:
    def test_a_form_is_carried_out_signed_and_leads_back(self, server, ayse, who):
        answer = send(server, ayse, "dots", "open")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{server.address.code}/console")
        assert (server.log[-1].name, server.log[-1].actor) == ("item.opened", f"facilitator/{who.id}")

    def test_all_forms_of_the_page_work_without_javascript(self, server, ayse):
        send(server, ayse, "dots", "open")
        shown = page(server, ayse).text
        actions = set(re.findall(r'<form method="post" action="([^"]+)"', shown))
        assert actions
        assert all(action.startswith(f"/{server.address.code}/console/items/") for action in actions)
        for command in ("extend", "pause", "resume", "show-way-in", "hide-way-in", "lock", "unlock", "close"):
            assert send(server, ayse, "dots", command, seconds="60").status_code == 303, command

    def test_what_is_refused_is_told_on_the_page_and_in_json(self, server, ayse):
        send(server, ayse, "dots", "open", reason="Again")
        with server.untouched():
            answer = send(server, ayse, "dots", "timer", seconds="much")
            assert answer.status_code == 422
            assert 'role="alert"' in answer.text
            told = ayse.post(f"{server.url}/console/items/dots", data={"command": "timer"}, headers=JSON)
            assert told.json()["error"]["field"] == "seconds"

    def test_the_guide_is_shown_and_nothing_active_in_it(self, server, ayse):
        send(server, ayse, "dots", "open", reason="Again")
        shown = page(server, ayse).text
        assert "Say it <em>slowly</em>." in shown
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown

    @pytest.mark.parametrize(
        "command",
        ["announce", "erase", "retain", "issue-tickets", "forget", "draft-minutes", "finalise-minutes", "write-minutes",
         "invite-cofacilitator", "dismiss-cofacilitator", "name", "note"],
    )  # fmt: skip
    def test_what_belongs_to_the_laptop_is_refused(self, server, ayse, who, command):
        fields = {"url": "http://evil.example", "why": "asked", "count": "3", "cofacilitator": who.id, "sure": "on"}
        with server.untouched():
            assert send(server, ayse, "welcome", command, **fields).status_code in {403, 404}
        assert "evil" not in server.live.state.address

    def test_over_the_line_all_is_shown_at_once(self, server, ayse, who):
        with server.socket(cookie=f"console={ayse.cookies['console']}", origin=server.base) as socket:
            line = Line(socket)
            line.send(hello="", view="console")
            assert 'id="controls"' in line.next(region="console")["html"]
            line.send(id="k1", item="board", command="open")
            assert line.next(ack="k1")
            line.until("Now: board", "console")
            assert server.log[-1].actor == f"facilitator/{who.id}"
            with server.untouched():
                line.send(id="k2", command="announce", url="http://evil.example")
                assert line.next(refused="k2")["code"] == "unreadable"
            phone = server.join()
            with phone.line():
                line.until("1 connected", "console")
            line.until("1 lost", "console")


class TestEnding:
    def test_an_open_page_is_closed_and_forms_are_refused(self, server, ayse, who):
        with server.socket(cookie=f"console={ayse.cookies['console']}", origin=server.base) as socket:
            line = Line(socket)
            line.send(hello="", view="console")
            line.next(region="console")
            dismiss(server.live, who.id)
            with pytest.raises(ConnectionClosed) as closed:
                read_to_the_end(socket)
            assert closed.value.rcvd.code == 1008
        with server.untouched():
            assert send(server, ayse, "dots", "close").status_code == 403
            assert page(server, ayse).status_code == 403
        with server.socket(cookie=f"console={ayse.cookies['console']}", origin=server.base) as socket:
            Line(socket).send(hello="", view="console")
            with pytest.raises(ConnectionClosed):
                socket.recv(PATIENCE)


class TestParticipants:
    def test_their_secret_is_refused_on_every_route(self, server, phone):
        with server.untouched():
            for headers in (phone.bearer, {"cookie": f"console={phone.token}"}, {"cookie": f"seat={phone.token}"}):
                assert page(server, server.api, headers=headers).status_code == 403
                url = f"{server.url}/console/items/dots"
                assert server.api.post(url, data={"command": "open"}, headers=headers).status_code == 403
            answer = server.api.post(f"{server.url}/console", data={"key": phone.token}, headers=phone.bearer)
            assert answer.status_code == 403

    @pytest.mark.parametrize("hello", ["", "phone"])
    def test_nor_does_the_line_show_them_the_console(self, server, phone, hello):
        with server.socket(cookie=f"seat={phone.token}; console={phone.token}") as socket:
            Line(socket).send(hello=phone.token if hello else "", view="console")
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(PATIENCE)
        assert closed.value.rcvd.code == 1008

    def test_a_console_s_secret_opens_no_seat(self, server, ayse):
        bearer = {"authorization": f"Bearer {ayse.cookies['console']}"}
        with server.untouched():
            for url in (f"{server.url}/items/dots", f"{server.url}/forget"):
                assert server.api.post(url, data={"command": "cast"}, headers=bearer).status_code == 403

    def test_nothing_of_the_console_is_on_phones_or_stage(self, server, phone, ayse, secret):
        server.live.do("open", "waiting")
        writer = server.join(name="Zacharias")
        assert writer.send("waiting", "add", text="Wait for moderation").status_code == 200
        assert "Wait for moderation" in page(server, ayse).text
        with phone.line() as line:
            send(server, ayse, "waiting", "timer", seconds="90")
            line.next(region="mine")
            pages = [phone.page(), server.api.get(f"{server.url}/stage").text, *line.raw]
        hidden = ["Wait for moderation", "Zacharias", "slowly", "Ayşe", "wk-console", "/console", secret]
        assert not [word for word in (*hidden, ayse.cookies["console"]) for text in pages if word in text]


class TestTheNotebook:
    @pytest.fixture
    def console(self, server, tmp_path):
        made = Console(server.live, "en", folder=tmp_path)
        yield made
        made.close()

    def test_a_link_goes_into_a_file_and_not_onto_the_screen(self, server, console, tmp_path):
        console.take({"command": "invite-cofacilitator", "item": "welcome", "name": "Bob <b>"})
        [path] = tmp_path.glob("*.html")
        written = path.read_text("utf-8")
        assert path.stat().st_mode & 0o077 == 0
        assert "Bob &lt;b&gt;" in written
        [link] = re.findall(r'href="([^"]+)"', written)
        shown = console.make_regions()["console"]
        assert link.split("#")[1] not in shown
        assert path.name in shown
        answer = server.api.post(link.split("#")[0], data={"key": link.split("#")[1]}, headers=JSON)
        assert entered_by(server.live, answer.json()["token"])

    def test_and_can_be_ended(self, server, console, who):
        console.take({"command": "dismiss-cofacilitator", "item": "welcome", "cofacilitator": who.id})
        assert not server.live.state.cofacilitators[who.id].acts

    def test_what_belongs_to_the_laptop_is_there_alone(self, server, console, ayse):
        for words in ("Issue tickets", "Write the minutes", "Share the controls"):
            assert words in console.make_regions()["console"]
            assert words not in page(server, ayse).text


def test_neither_files_nor_output_hold_a_secret(server, ayse, secret, capfd):
    send(server, ayse, "board", "open")
    server.api.post(f"{server.url}/console", data={"key": secret + "X"})
    with closing(sqlite3.connect(server.folder.log)) as database:
        told = "\n".join(database.iterdump()) + "".join(capfd.readouterr())
    assert not [word for word in (secret, secret.replace("-", ""), ayse.cookies["console"]) if word in told]


def test_the_pages_of_participants_are_as_before(server, phone):
    assert steady(phone.page()) == steady(phone.page())
    assert "data-key" not in phone.page()
