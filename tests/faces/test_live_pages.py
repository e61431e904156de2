"""The WebSocket: hello, commands, who is shown what and when, and what that costs."""

from __future__ import annotations

import socket
from collections import Counter, defaultdict
from contextlib import ExitStack
from itertools import pairwise
from time import monotonic, sleep

import pytest
from tests.faces.hosting import PATIENCE, Line, open_line
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from workshop_kit.core.errors import N_, StoreError
from workshop_kit.faces.broadcast import INTERVAL
from workshop_kit.faces.pages import Pages

PEOPLE = 48


def regions(frames):
    """Return which regions were shown, in order."""
    return [frame["region"] for frame in frames if "region" in frame]


def settled(*lines):
    """Wait until no broadcast is under way any more, and read what came."""
    sleep(3 * INTERVAL)
    return [line.arrived() for line in lines]


def shown(line):
    """Return what a page shows in the end, by region."""
    return {frame["region"]: frame["html"] for frame in line.frames if "region" in frame}


class TestHello:
    def test_with_a_token(self, server, opened, phone):
        opened("dots")
        with server.socket() as socket:
            line = Line(socket)
            line.send(hello=phone.token)
            hello, *first = [line.next() for _ in range(3)]
        assert hello["hello"] == "phone"
        assert set(regions(first)) == {"shared", "mine"}
        assert all(frame["seq"] == server.live.state.seq and frame["html"] for frame in first)

    def test_by_the_cookie_of_a_browser(self, server, phone):
        with server.socket(cookie=f"seat={phone.token}", origin=server.base) as socket:
            line = Line(socket)
            line.send(hello="", view="phone")
            assert line.next()["hello"] == "phone"

    def test_the_stage_needs_no_seat_and_can_send_nothing(self, server, opened):
        opened("dots")
        with open_line(server, view="stage", lang="de") as line:
            assert next(f for f in line.frames if "hello" in f)["hello"] == "stage"
            question = next(f for f in line.frames if f.get("region") == "mine")
            assert 'id="question-dots"' in question["html"]
            assert "<form" not in "".join(line.raw)
            with server.untouched():
                line.send(id="x", item="dots", command="cast")
                assert line.next(refused="x")["code"] == "not_allowed"

    @pytest.mark.parametrize(
        "hello", ["hello=nobody", "hello=", "view=phone", "", "=&=%ff", "ä", "\x00", "x" * 60_000, b"\x00\xff"],
        ids=["unknown", "none", "view", "empty", "broken", "umlaut", "null", "long", "bytes"],
    )  # fmt: skip
    def test_without_a_seat_it_is_closed_for_good(self, server, hello):
        with server.socket() as socket:
            socket.send(hello)
            with pytest.raises(ConnectionClosedError) as closed:
                socket.recv(PATIENCE)
        assert closed.value.rcvd.code == 1008

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1", "http://["])
    def test_a_page_of_another_site_gets_no_connection(self, server, phone, origin):
        with pytest.raises(InvalidStatus) as refused:
            server.socket(origin=origin, cookie=f"seat={phone.token}")
        assert refused.value.response.status_code == 403

    def test_nor_does_one_that_the_browser_says_is_of_another_site(self, server, phone):
        with pytest.raises(InvalidStatus) as refused:
            server.socket(sec_fetch_site="cross-site", cookie=f"seat={phone.token}")
        assert refused.value.response.status_code == 403

    def test_frames_are_not_compressed(self, server):
        """Compression would cost each connection its own memory, and its share of time for each frame."""
        with server.socket() as socket:
            assert "permessage-deflate" in socket.request.headers["sec-websocket-extensions"]
            assert "sec-websocket-extensions" not in socket.response.headers
            assert socket.protocol.extensions == []


class TestCommands:
    def test_an_accepted_one_is_acknowledged_and_then_shown(self, server, opened, phone):
        opened("dots")
        with phone.line() as line:
            before = len(line.frames)
            line.send(id="vote-1", item="dots", command="cast", value__o1="2")
            assert line.next(ack="vote-1")["seq"] == server.log[-1].seq
            assert server.log[-1].id == "vote-1"
            mine = line.next(region="mine")
        assert 'id="dot-o1-2" checked' in mine["html"]
        after = [frame for frame in line.frames[before:] if frame.get("region") != "shared"]
        assert ["ack" in frame for frame in after] == [True, False]

    def test_the_same_id_again_is_acknowledged_with_the_same_entry(self, server, opened, phone):
        opened("cards")
        fields = {"id": "card-ws", "item": "cards", "command": "add", "text": "Once"}
        with phone.line() as line:
            line.send(**fields)
            first = line.next(ack="card-ws")
            with server.untouched():
                line.send(**fields)
                assert line.next(ack="card-ws") == first
        assert phone.send("cards", "add", text="Once", id="card-ws").json()["seq"] == first["seq"]

    @pytest.mark.parametrize(
        ("frame", "code", "field", "told"),
        [
            ("id=r1&item=dots&command=cast&value.o1=4", "invalid", "value.o1", '"4" is not a whole number'),
            ("id=r1&item=nowhere&command=cast", "unknown", None, 'There is no item "nowhere"'),
            ("id=r1&item=later&command=cast", "closed", None, "This step has not been opened yet."),
            ("id=r1&item=dots", "unreadable", "command", "The command is missing."),
            ("id=r1&command=name&named=yes", "unreadable", "item", "The command names no step."),
            ("id=r1&command=announce&url=x", "unreadable", "item", "The command names no step."),
        ],
    )
    def test_a_refused_one_is_answered_in_the_language_of_the_seat(self, server, opened, frame, code, field, told):
        opened("dots")
        messages = {}
        for lang in ("de", "en"):
            with server.join(lang).line() as line, server.untouched():
                line.socket.send(frame)
                answer = line.next(refused="r1")
                assert (answer["code"], answer.get("field")) == (code, field)
                messages[lang] = answer["message"]
        assert messages["en"].startswith(told)
        assert messages["de"] != messages["en"]

    @pytest.mark.parametrize(
        ("frame", "code"),
        [("no form", "unreadable"), ("", "unreadable"), ("text=%ff", "unreadable"), ("ä=1", "unreadable"),
         ("item=dots&text=" + "x" * 33_000, "too_large"), ("&".join(["a=1"] * 1000), "unreadable")],
        ids=["no form", "empty", "not UTF-8", "not ASCII", "too large", "1000 fields"],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused_and_the_line_goes_on(self, server, opened, phone, frame, code):
        opened("dots")
        with phone.line() as line:
            with server.untouched():
                line.socket.send(frame)
                assert line.next(refused="")["code"] == code
            line.send(id=f"after-{phone.seat}", item="dots", command="cast")
            assert line.next(ack=f"after-{phone.seat}")

    def test_a_log_that_cannot_be_written_is_told_as_that(self, server, opened, phone, monkeypatch):
        def broken():
            raise StoreError(N_("The disk is full."))

        opened("dots")
        with phone.line() as line:
            with server.untouched():
                monkeypatch.setattr(server.live.store, "writing", broken)
                line.send(id="kept", item="dots", command="cast")
                answer = line.next(refused="kept")
                http = phone.send("dots", "cast")
                monkeypatch.undo()
            line.send(id="kept", item="dots", command="cast")
            assert line.next(ack="kept")
        assert answer["code"] == http.json()["error"]["code"] == "store"
        assert http.status_code == 503
        assert "Nothing was saved" in answer["message"]

    def test_what_waited_in_a_phone_is_slowed_down_but_never_refused(self, server, opened, phone):
        """A phone that comes back from a dead spot sends all that it has kept at once."""
        opened("dots")
        with phone.line() as line:
            for number in range(65):
                line.send(id=f"kept-{phone.seat}-{number}", item="dots", command="cast", value__o1="1")
            line.next(ack=f"kept-{phone.seat}-64")
            assert sum("ack" in frame for frame in line.frames) == 65
            assert not [frame for frame in line.frames if "refused" in frame]

    def test_whoever_is_removed_can_send_no_more(self, server, opened, phone):
        opened("dots")
        with phone.line() as line:
            server.live.do("remove", seat=phone.seat)
            with server.untouched():
                line.send(id="removed", item="dots", command="cast", value__o1="1")
                assert line.next(refused="removed")["code"] == "not_allowed"


class TestShown:
    def test_two_who_read_the_same_language_get_the_same_bytes(self, server, opened, phone):
        opened("dots")
        with server.join("en").line() as one, server.join("en").line() as two, server.join("de").line() as german:
            settled(one, two, german)
            for line in (one, two, german):
                line.raw.clear()
            assert phone.cast("dots", o1=1).status_code == 200
            settled(one, two, german)
            assert regions(one.frames) == regions(german.frames) == ["shared"]
            assert one.raw == two.raw
            assert german.raw != one.raw

    def test_ones_own_vote_is_shown_in_all_ones_own_tabs_and_to_nobody_else(self, server, opened, phone):
        opened("dots")
        with phone.line() as tab, phone.line() as other_tab, server.join().line() as other:
            settled(tab, other_tab, other)
            tab.send(id=f"tabs-{phone.seat}", item="dots", command="cast", value__o2="1")
            own, again, others = (regions(frames) for frames in settled(tab, other_tab, other))
        assert sorted(own) == sorted(again) == ["mine", "shared"]
        assert others == ["shared"]

    def test_a_vote_by_form_is_shown_in_the_open_tab_too(self, opened, phone):
        opened("dots")
        with phone.line() as tab:
            phone.cast("dots", o3=2)
            assert 'id="dot-o3-2" checked' in tab.next(region="mine")["html"]

    def test_when_the_step_changes_everybody_gets_the_new_question_and_form(self, server, opened, phone):
        opened("dots")
        with phone.line() as line, server.join("de").line() as german, open_line(server, view="stage") as stage:
            for item in ("cards", "board"):
                opened(item)
                settled(line, german, stage)
                for each in (line, german, stage):
                    assert f'id="question-{item}"' in shown(each)["mine"]
                    assert f'id="shared-{item}-' in shown(each)["shared"]

    @pytest.mark.parametrize("step", ["close", "reveal", "next-round"])
    def test_when_a_step_closes_opens_or_begins_anew_the_forms_follow(self, server, opened, phone, step):
        opened("dots")
        with phone.line() as line:
            server.live.do(step, "dots")
            settled(line)
        assert ("<form" in shown(line)["mine"]) == (step == "next-round")

    def test_a_timer_reaches_phones_and_stage(self, server, opened, phone):
        opened("dots")
        with phone.line() as line, open_line(server, view="stage") as stage:
            server.live.do("timer", "dots", seconds="90")
            for each in (line, stage):
                assert "data-until" in each.next(region="mine")["html"]

    def test_what_another_process_appends_is_shown_as_well(self, server, opened):
        opened("dots")
        elsewhere = server.folder.open(server.live.rules.registry)
        try:
            with open_line(server, view="stage") as stage:
                elsewhere.do("open", "cards")
                assert 'id="question-cards"' in stage.next(region="mine")["html"]
        finally:
            elsewhere.close()

    def test_results_are_hidden_from_every_frame_until_the_vote_closes(self, server, opened, phone):
        opened("dots")
        server.live.do("next-round", "dots")
        with open_line(server, view="stage") as stage, server.join().line() as other:
            phone.cast("dots", o1=3)
            settled(stage, other)
            assert not any("wk-bars" in frame for frame in (*stage.raw, *other.raw))
            server.live.do("close", "dots")
            settled(stage, other)
            assert "wk-bars" in shown(stage)["shared"]
            assert "wk-bars" in shown(other)["shared"]

    def test_a_page_that_came_late_is_told_when_things_are_as_they_were(self, server, opened, phone):
        """What a page last saw counts, not what was last sent to others of its language."""
        opened("cards")
        with server.join("de").line() as german:
            settled(german)
        with server.join("en").line() as other:
            phone.send("cards", "add", text="A card for a moment")
            settled(other)
            with server.join("de").line() as late:
                assert "A card for a moment" in shown(late)["shared"]
                card = next(event.data["idea"] for event in reversed(server.log) if event.actor == phone.seat)
                assert phone.send("cards", "withdraw", idea=card).status_code == 200
                settled(late)
                assert "A card for a moment" not in shown(late)["shared"]

    def test_a_step_that_was_open_for_a_moment_only_leaves_no_form_behind(self, server, opened, phone):
        opened("dots")
        server.live.do("close", "dots")
        with server.join().line() as other:
            settled(other)
            opened("dots")
            with phone.line() as line:
                assert "<form" in shown(line)["mine"]
                server.live.do("close", "dots")
                settled(line)
                assert "<form" not in shown(line)["mine"]


class Renderings:
    """Counts what is rendered while it is watched."""

    def __init__(self, monkeypatch) -> None:
        self.mine: Counter[str] = Counter()
        self.shared: defaultdict[str, list[float]] = defaultdict(list)
        mine, shared = Pages.mine, Pages.shared

        def counted_mine(pages, lang, seat, *rest):
            self.mine[seat] += 1
            return mine(pages, lang, seat, *rest)

        def timed_shared(pages, lang):
            self.shared[lang].append(monotonic())
            return shared(pages, lang)

        monkeypatch.setattr(Pages, "mine", counted_mine)
        monkeypatch.setattr(Pages, "shared", timed_shared)


class TestCost:
    """The cost of a vote must not grow with the number of people in the room."""

    @pytest.fixture
    def crowd(self, server, opened):
        """48 people with their pages open, half of them reading German."""
        opened("dots")
        with ExitStack() as stack:
            lines = [stack.enter_context(server.join(lang).line()) for _ in range(PEOPLE // 2) for lang in ("de", "en")]
            settled(*lines)
            yield lines

    def test_one_vote_renders_one_page_and_one_wall_per_language(self, crowd, phone, monkeypatch):
        with phone.line() as tab, phone.line() as other_tab:
            settled(tab, other_tab, *crowd)
            counted = Renderings(monkeypatch)
            tab.send(id=f"cost-{phone.seat}", item="dots", command="cast", value__o1="1")
            own, other, *others = settled(tab, other_tab, *crowd)
        assert counted.mine == {phone.seat: 1}
        assert regions(own).count("mine") == regions(other).count("mine") == 1
        assert [regions(frames) for frames in others] == [["shared"]] * PEOPLE
        assert counted.shared.keys() == {"de", "en"}
        self.at_most_once_per_interval(counted)

    def test_many_votes_at_once_are_shown_a_few_times_a_second(self, server, crowd, monkeypatch):
        counted = Renderings(monkeypatch)
        for line in crowd:
            line.raw.clear()
        begun = monotonic()
        for number, line in enumerate(crowd):
            line.send(id=f"rush-{number}", item="dots", command="cast", value__o2="1")
        for number, line in enumerate(crowd):
            line.next(ack=f"rush-{number}")
        settled(*crowd)
        intervals = (monotonic() - begun) / INTERVAL
        assert sum(counted.mine.values()) == PEOPLE
        assert all(regions(line.frames).count("shared") <= intervals + 2 for line in crowd)
        self.at_most_once_per_interval(counted)

    def test_a_new_question_is_rendered_once_per_page_and_not_again(self, crowd, server, monkeypatch):
        counted = Renderings(monkeypatch)
        server.live.do("close", "dots")
        begun = monotonic()
        while len(counted.mine) < PEOPLE and monotonic() < begun + 20:
            sleep(INTERVAL)
        settled(*crowd)
        assert set(counted.mine.values()) == {1}
        assert len(counted.mine) == PEOPLE
        self.at_most_once_per_interval(counted)

    @staticmethod
    def at_most_once_per_interval(counted):
        for moments in counted.shared.values():
            assert all(later - earlier > INTERVAL * 0.9 for earlier, later in pairwise(moments))


def test_a_page_that_reads_slowly_holds_nobody_up(server, opened, phone):
    """A phone in a lift takes nothing in; the others are served, and the server keeps only the newest for it."""
    opened("cards")
    slow = server.join()
    with socket.create_connection(server.base.removeprefix("http://").split(":")) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        stuck.sendall(
            f"GET /{server.live.state.info.code}/live HTTP/1.1\r\nHost: {server.base[7:]}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        assert b"101" in stuck.recv(1024)
        hello = f"hello={slow.token}".encode()
        stuck.sendall(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
        with phone.line() as line:
            for number in range(3):
                begun = monotonic()
                line.send(id=f"lift-{number}", item="cards", command="add", text=f"Lift {number} {'x' * 200}")
                line.next(ack=f"lift-{number}")
                assert monotonic() - begun < 1
            line.until("Lift 2", "shared")
