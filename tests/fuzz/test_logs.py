"""Whatever a log holds, it is read, or refused with a reason; what is read can be shown and written into minutes."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.fuzz.strategies import NASTY, fuzzed, spoilt, texts, values

from workshop_kit.core.errors import AgendaError, StoreError
from workshop_kit.core.event import FIRST_DIGEST
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.pages import Pages
from workshop_kit.library import shipped, voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.sections import Minutes
from workshop_kit.store.address import read_address
from workshop_kit.store.codec import digest, sealed, verified
from workshop_kit.store.jsonl import import_jsonl
from workshop_kit.store.memory import MemoryStore
from workshop_kit.store.rows import event_of, row_of
from workshop_kit.store.salvage import examined

LINES = next(iter(sorted((shipped("data") / "sessions").glob("*.jsonl")))).read_text("utf-8").splitlines()
EVENTS = import_jsonl(LINES)
NAMES = sorted({event.name for event in EVENTS})


def chained(events):
    """Return the entries with digests that hold, as a program would write them that knows how."""
    last = FIRST_DIGEST
    for event in events:
        whole = replace(event, digest=digest(last, event)) if event.redacted else sealed(event, last)
        last = whole.digest
        yield whole


@pytest.fixture(scope="module")
def pages(registry):
    """Pages whose templates, which take long to compile, serve every session of this module."""
    return Pages(LiveSession(MemoryStore(), registry), "/KLMNP")


def shown(events, pages):
    """Open a log and show all there is to see; raises `StoreError` where it cannot be opened."""
    store = MemoryStore()
    with store.writing() as tx:
        tx.append(events)
    live = LiveSession(store, pages.live.rules.registry)
    pages.live = live
    seat = next(iter(live.state.seats), "")
    for lang in LANGUAGES:
        assert pages.enter(lang)
        assert pages.stage(lang, "http://10.0.0.1/KLMNP")
        assert pages.console(lang)
        assert list(Minutes(live.rules, live.state, voice(lang), live.people).sections())
        if seat:
            assert pages.phone(lang, seat)
    for item in live.state.items.values():
        assert list(live.rules.activity(item).rows(item.state)) is not None
    live.close()


class TestHostileLogs:
    """Logs whose digests hold, but that no rules of the kit would have written."""

    @fuzzed(60)
    @given(data=st.data(), name=st.sampled_from(NAMES))
    def test_a_log_with_other_data_is_shown_or_refused(self, pages, data, name):
        seq = data.draw(st.sampled_from([event.seq for event in EVENTS if event.name == name]))
        said = data.draw(spoilt(st.just(dict(EVENTS[seq - 1].data)), 3))
        self._read(pages, [replace(event, data=said) if event.seq == seq else event for event in EVENTS])

    @fuzzed(40)
    @given(data=st.data())
    def test_a_log_with_other_envelopes_is_shown_or_refused(self, pages, data):
        spoil = {
            "actor": texts,
            "item": st.sampled_from(["factors", "roles", "experiences", "sort", ""]) | texts,
            "name": st.sampled_from(NAMES) | texts,
            "schema": st.integers(-1, 3),
            "at": st.datetimes().map(lambda at: at.replace(tzinfo=EVENTS[0].at.tzinfo)),
        }
        events = list(EVENTS)
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(events) - 1))
            field = data.draw(st.sampled_from(list(spoil)))
            events[at] = replace(events[at], **{field: data.draw(spoil[field])})
        self._read(pages, events)

    @fuzzed(15)
    @given(order=st.permutations(range(len(EVENTS))), length=st.integers(1, len(EVENTS)))
    def test_a_log_in_another_order_is_shown_or_refused(self, pages, order, length):
        self._read(pages, [EVENTS[place] for place in order[:length]])

    @staticmethod
    def _read(pages, events):
        try:
            whole = [replace(event, seq=seq) for seq, event in enumerate(events, 1)]
            shown(chained(whole), pages)
        except (StoreError, AgendaError) as error:  # an agenda of another version may name what is not installed
            told = error
        except UnicodeEncodeError:
            return  # JSON cannot hold half a character, so no log can
        else:
            return
        assert len(str(told)) > 20

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("seat.joined", {}),
            ("seat.joined", {"lang": 5}),
            ("item.closed", {"seats": "many"}),
            ("item.timer_set", {"seconds": 2**60}),
            ("poll.ballot_cast", {"voter": "x", "value": {"o1": "many"}, "rev": 1}),
            ("poll.ballot_cast", {"voter": [], "value": {}, "rev": 1}),
            ("ideas.idea_added", {"idea": "i1", "text": ["a"]}),
            ("roles.role_taken", {"role": "r"}),
            ("session.created", {"info": {}, "agenda": {}}),
            ("minutes.noted", {"field": "goal"}),
            ("minutes.noted", {"field": ["goal"], "text": "x"}),
            ("session.entries_redacted", {"entries": 7}),
            ("session.entries_redacted", {"entries": [[]]}),
        ],
    )
    def test_the_entry_is_named(self, pages, name, data):
        item = {"poll": "factors", "ideas": "experiences", "roles": "roles", "item": "factors"}.get(
            name.split(".")[0], ""
        )
        odd = replace(EVENTS[0], name=name, item=item, data=data, data_digest="", id="odd")
        events = chained([replace(event, seq=seq) for seq, event in enumerate([*EVENTS, odd], 1)])
        with pytest.raises(StoreError, match=rf"{len(EVENTS) + 1}.*{name}"):
            shown(events, pages)


class TestReaders:
    @fuzzed(150)
    @given(data=st.data())
    def test_any_line_is_an_entry_or_is_refused(self, data):
        line = data.draw(st.sampled_from(LINES))
        start = data.draw(st.integers(0, len(line)))
        piece = data.draw(st.sampled_from(['"', "}", "[" * 5000, "1e999", "9" * 5000, '"\\ud800"', *NASTY]) | st.text())
        line = line[:start] + piece + line[start + data.draw(st.integers(0, 30)) :]
        try:
            events = import_jsonl([*LINES[:3], line])
            assert verified(events)[0] == len(events)
        except StoreError:
            pass

    @fuzzed(150)
    @given(data=st.data())
    @example(data=None)
    def test_any_row_is_an_entry_or_breaks_the_log(self, data):
        row = list(row_of(EVENTS[3]))
        if data is None:
            row[2] = "0001-01-01T00:00:00+23:59"
        else:
            odd = st.sampled_from(["[" * 5000, "{}", "null", "0001-01-01T00:00:00.000000Z", *NASTY]) | values
            row[data.draw(st.integers(1, len(row) - 1))] = data.draw(odd)
        try:
            event = event_of(tuple(row))
        except StoreError:
            return
        assert isinstance(event.at, datetime)

    @fuzzed(100)
    @given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"SQLite format 3\0"]))
    def test_any_file_is_a_log_or_is_refused(self, tmp_path_factory, content, start):
        path = tmp_path_factory.getbasetemp() / "any.db"
        path.write_bytes(start + content)
        with pytest.raises(StoreError):
            examined(path)

    @fuzzed(150)
    @given(
        text=st.text(max_size=60)
        | st.lists(
            st.sampled_from(["postgresql", "://", "@", ":", "/", "#", "?", "%", "%2", "%40", "[::1]", "a", "٣", *NASTY])
        ).map("".join)
    )
    def test_any_text_is_an_address_or_is_refused(self, text):
        try:
            address = read_address(text)
        except StoreError:
            return
        assert read_address(str(address)).same_place(address)
