"""Tickets as phones and the console see them: the form to join, its refusals, seats that move, and guessing."""

from __future__ import annotations

import re
import stat

import pytest
from tests.conftest import DOTS, MOOD
from tests.faces.hosting import JSON, hosted
from tests.faces.test_web import Page
from websockets.exceptions import ConnectionClosed

from workshop_kit.core.errors import Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces import limits
from workshop_kit.faces.limits import Buckets, Guesses, Limit
from workshop_kit.faces.widgets import Console, Seat
from workshop_kit.library import voice
from workshop_kit.tickets import new_ticket

each_language = pytest.mark.parametrize("lang", list(LANGUAGES))

NONE = "Joining takes a ticket. Please enter the code that is printed on yours."
UNKNOWN = "There is no such ticket for this session. Please check it, or ask in front."
MISTYPED = "This code is mistyped: a ticket has ten letters, as in ABCDE-FGHJF. Please compare each of them."
REFUSALS = [
    ("", 403, "not_allowed", NONE),
    (new_ticket(), 403, "not_allowed", UNKNOWN),
    ("ABCDE-FGHJE", 422, "invalid", MISTYPED),
    ("<script>", 422, "invalid", MISTYPED),
]
refusals = pytest.mark.parametrize(
    ("ticket", "status", "code", "told"), REFUSALS, ids=["none", "unknown", "typo", "tag"]
)


@pytest.fixture(scope="module")
def server(registry, agenda, tmp_path_factory):
    """A session for which tickets were issued; its item "dots" is open."""
    with hosted(tmp_path_factory.mktemp("session"), agenda(DOTS, MOOD), registry) as running:
        running.live.do("open", "dots")
        running.live.do("issue-tickets", count="1")
        yield running


@pytest.fixture
def ticket(server):
    return server.live.do("issue-tickets", count="1").tickets[0]


class TestJoin:
    @each_language
    def test_the_form_asks_for_a_ticket_and_says_where_it_is(self, server, lang):
        html = server.api.get(server.url, headers={"accept-language": lang}).text
        (field,) = [given for given in Page(html).all("input") if given["name"] == "ticket"]
        assert "required" in field
        assert f'id="{field["aria-describedby"]}"' in html
        assert voice(lang)("Your ticket") in html

    def test_without_tickets_it_does_not(self, registry, agenda, tmp_path):
        with hosted(tmp_path, agenda(MOOD), registry) as plain:
            assert 'name="ticket"' not in plain.api.get(plain.url).text
            assert plain.join(ticket="whatever").seat in plain.live.state.seats

    def test_a_ticket_typed_in_small_letters_opens_a_seat_by_the_form_alone(self, server, ticket):
        with server.browser() as browser:
            written = ticket.lower().replace("-", " ")
            answer = browser.post("/KLMNP/join", data={"name": "Ada", "lang": "en", "ticket": written})
            assert (answer.status_code, answer.headers["location"]) == (303, "/KLMNP")
            page = browser.get("/KLMNP").text
        assert 'data-view="phone"' in page
        assert ticket not in page

    @each_language
    @refusals
    def test_a_program_is_told_which_field_and_why(self, server, lang, ticket, status, code, told):
        with server.untouched():
            answer = server.api.post(
                f"{server.url}/join", data={"lang": lang, "ticket": ticket}, headers={**JSON, "accept-language": lang}
            )
        assert answer.status_code == status
        assert answer.json() == {"error": {"code": code, "message": voice(lang)(told), "field": "ticket"}}

    @each_language
    @refusals
    def test_a_person_gets_the_form_again_with_what_they_wrote(self, server, lang, ticket, status, code, told):
        data = {"lang": lang, "ticket": ticket, "name": "Ada <3"}
        answer = server.api.post(f"{server.url}/join", data=data)
        page = Page(answer.text)
        written = {given["name"]: given for given in page.all("input")}
        assert (answer.status_code, page.alert) == (status, voice(lang)(told))
        assert (written["ticket"]["value"], written["name"]["value"]) == (ticket, "Ada <3")
        assert written["ticket"]["aria-invalid"] == "true"
        assert "set-cookie" not in answer.headers
        assert "<script>" not in answer.text

    @pytest.mark.parametrize("path", ["", "/stage"])
    def test_no_page_takes_a_ticket_from_an_address_or_shows_one(self, server, ticket, path):
        answer = server.api.get(f"{server.url}{path}", params={"ticket": ticket})
        assert answer.status_code == 200
        assert ticket not in answer.text


class TestMovedSeat:
    def test_the_second_phone_goes_on_and_the_first_is_asked_to_join(self, server, ticket):
        first = server.join(ticket=ticket)
        assert first.cast("dots", o1=3).status_code == 200
        second = server.join(ticket=ticket)
        assert second.seat == first.seat
        answer = first.cast("dots", o3=1)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
        assert 'name="ticket"' in first.page()
        assert re.search(r'id="dot-o1-3" checked', second.page())
        assert second.cast("dots", o2=1).status_code == 200
        mine = [
            ballot for ballot in server.live.state.items["dots"].state.ballots.values() if ballot.voter == first.seat
        ]
        assert [dict(ballot.value) for ballot in mine] == [{"o2": 1}]

    @each_language
    def test_the_open_page_of_the_first_says_so_and_sends_nothing_more(self, server, ticket, lang):
        first = server.join(lang, ticket=ticket)
        with first.line() as line:
            second = server.join(ticket=ticket)
            line.until('id="moved"', "mine")
            with server.untouched():
                line.send(id="late", item="dots", command="cast", value__o1="1")
                assert line.next(refused="late")["code"] == "not_allowed"
            server.live.do("timer", "dots", seconds="60")
            with second.line() as other:
                other.send(id=f"fine-{lang}", item="dots", command="cast", value__o1="1")
                other.next(ack=f"fine-{lang}")
            assert not [frame for frame in line.arrived() if frame.get("region")]
        with pytest.raises(ConnectionClosed), first.line():
            pass

    def test_a_phone_that_is_in_may_take_the_seat_of_a_ticket(self, server, ticket):
        phone = server.join(ticket=server.live.do("issue-tickets", count="1").tickets[0])
        answer = server.api.post(f"{server.url}/join", data={"ticket": ticket}, headers={**JSON, **phone.bearer})
        assert answer.json()["seat"] not in {"", phone.seat}
        refused = server.api.post(f"{server.url}/join", data={"ticket": "x"}, headers={**JSON, **phone.bearer})
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "ticket")

    def test_name_and_language_are_changed_without_a_ticket(self, server, ticket):
        phone = server.join(ticket=ticket)
        answer = server.api.post(
            f"{server.url}/join", data={"lang": "de", "name": "Ada"}, headers={**JSON, **phone.bearer}
        )
        assert answer.json() == {"seat": phone.seat, "token": phone.token}


class TestPaper:
    @each_language
    def test_whose_ballot_on_paper_was_entered_sees_that_and_cannot_vote(self, server, ticket, lang):
        server.live.do("cast", "dots", channel=Channel.PAPER, ballot=ticket, **{"value.o2": "3"})
        phone = server.join(lang, ticket=ticket)
        page = phone.page()
        assert voice(lang)("Your ballot on paper was entered, and it counts.") in page
        assert 'name="command" value="cast"' not in page
        answer = phone.cast("dots", o1=3)
        told = voice(lang)("Your ballot on paper was entered already, and it counts. Please ask in front.")
        assert answer.status_code == 409
        assert answer.json()["error"] == {"code": "taken", "message": told}


# ── guessing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class TestGuessing:
    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch):
        monkeypatch.setattr(limits, "WRONG_TICKETS_PER_ROOM", Limit(burst=5, rate=0.001))
        monkeypatch.setattr(limits, "WRONG_TICKETS_PER_ADDRESS", Limit(burst=2, rate=0.001))

    @each_language
    def test_it_ends_soon_and_neither_typos_nor_right_ones_count(self, registry, agenda, tmp_path, lang):
        with hosted(tmp_path, agenda(MOOD), registry) as small:
            codes = small.live.do("issue-tickets", count="12").tickets

            def post(ticket):
                data, headers = {"ticket": ticket, "lang": lang}, {**JSON, "accept-language": lang}
                return small.api.post(f"{small.url}/join", data=data, headers=headers)

            assert {post("typo").status_code for _ in range(20)} == {422}
            assert {post("").status_code for _ in range(20)} == {403}
            assert {post(code).status_code for code in codes[:10]} == {200}
            assert [post(new_ticket()).status_code for _ in range(10)] == [403] * 7 + [429] * 3
            last = post(codes[10]).json()["error"]
            told = voice(lang)("Many wrong tickets were tried just now. Please try again in a moment, or ask in front.")
            assert last == {"code": "too_many", "message": told, "field": "ticket"}

    def test_who_guesses_does_not_lock_out_others(self):
        guesses = Guesses()
        for _ in range(50):
            guesses.wrong("guesser")
        assert guesses.used_up("guesser")
        assert not guesses.used_up("somebody else")
        guesses.wrong("somebody else")
        assert not guesses.used_up("somebody else")

    def test_the_room_gets_its_tries_back_after_a_while(self):
        now = [0.0]
        buckets = Buckets(Limit(burst=2, rate=0.5), clock=lambda: now[0])
        assert [buckets.delay("a") > 0 for _ in range(3)] == [False, False, True]
        assert buckets.empty("a")
        assert not buckets.empty("b")
        now[0] = 2.0
        assert not buckets.empty("a")


# ── the notebook ──────────────────────────────────────────────────────────────────────────────────────────────────────


class TestConsole:
    @pytest.fixture
    def console(self, live, tmp_path):
        session = live(DOTS)
        session.do("open", "dots")
        made = Console(session, "en", folder=tmp_path)
        yield made
        made.close()

    def shown(self, console):
        return console.make_regions()["console"]

    def test_it_issues_them_into_a_file_and_tells_how_many_are_used(self, console, tmp_path):
        assert "Everybody may join." in self.shown(console)
        for number, name in ((3, "tickets.csv"), (1, "tickets-2.csv")):
            console.take({"command": "issue-tickets", "item": "dots", "count": str(number)})
            codes = (tmp_path / name).read_text("utf-8").splitlines()[1:]
            assert len(codes) == number
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
            shown = self.shown(console)
            assert f"in the file {name}" in shown
            assert not [code for code in codes if code in shown], "the notebook may be projected"
        console.live.join(ticket=codes[0]).result()
        assert "Joining by phone takes a ticket: 1 of 4 are in use." in self.shown(console)

    def test_what_it_told_goes_with_the_next_command(self, console):
        console.take({"command": "issue-tickets", "item": "dots", "count": "1"})
        console.take({"command": "close", "item": "dots"})
        assert "tickets.csv" not in self.shown(console)

    def test_it_tells_who_came_in_before(self, console):
        console.live.join().result()
        console.take({"command": "issue-tickets", "item": "dots", "count": "1"})
        assert "1 person came in before without a ticket." in self.shown(console)

    def test_a_number_that_makes_no_sense_is_refused_and_leaves_no_file(self, console, tmp_path, assert_refused):
        with assert_refused(Why.INVALID, "count"):
            console.take({"command": "issue-tickets", "item": "dots", "count": "0"})
        assert not list(tmp_path.glob("tickets*"))

    def test_the_paper_form_takes_a_ticket_as_the_number_of_the_slip(self, console, assert_refused, tmp_path):
        console.take({"command": "issue-tickets", "item": "dots", "count": "1"})
        code = (tmp_path / "tickets.csv").read_text("utf-8").split()[1]
        assert "It is the code of the person" in self.shown(console)
        form = {"command": "cast", "item": "dots", "channel": "paper", "value.o1": "1"}
        with assert_refused(Why.INVALID, "ballot"):
            console.take({**form, "ballot": "17"})
        console.take({**form, "ballot": code})
        assert console.live.state.items["dots"].state.tally.voters == 1

    def test_a_seat_in_the_notebook_needs_none(self, console):
        console.take({"command": "issue-tickets", "item": "dots", "count": "1"})
        seat = Seat(console.live, "en")
        seat.take({"command": "cast", "item": "dots", "value.o1": "1"})
        seat.take({"command": "cast", "item": "dots", "value.o1": "2"})
        seat.close()
        assert console.live.state.items["dots"].state.tally.voters == 1
