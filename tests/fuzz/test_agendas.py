"""Any agenda and any data set is used or refused with a reason; one that is used can be played to its minutes."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.fuzz.strategies import NASTY, fuzzed, spoilt, texts

from workshop_kit.core.agenda import read_agenda
from workshop_kit.core.errors import AgendaError
from workshop_kit.core.state import Info
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.pages import Pages
from workshop_kit.library import agenda_names, data_rows, load_agenda, shipped, voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.sections import Minutes
from workshop_kit.store.memory import MemoryStore

wordings = st.text(max_size=10) | st.dictionaries(st.sampled_from(["de", "en", "tr"]), st.text(max_size=10), min_size=1)
options = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcdefgh"), "label": wordings}, optional={"places": st.integers(1, 3)}
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda option: option["id"],
)
head = {"title": wordings, "prompt": wordings, "minutes": st.integers(0, 60)}
reveal = st.sampled_from(["on_close", "manual", "live"])
rules = st.sampled_from(["dots", "approval", "choice"])
openness = st.sampled_from(["open", "names-hidden", "secret"])
kinds = (
    ({}, {"points": st.lists(wordings, max_size=3)}),
    ({}, {"factors": options, "kinds": options, "ideas": options, "limit": st.integers(0, 3)}),
    ({"rule": rules, "options": options}, {"budget": st.integers(1, 5), "reveal": reveal}),
    ({"rule": st.just("mood")}, {"openness": openness, "receipts": st.booleans()}),
    ({"options": options}, {}),
)  # fmt: skip
later = (
    ({"factors_from": st.just("item:one")}, {"ideas_from": st.just("data:rows")}),
    ({"options_from": st.just("data:rows")}, {}),
)
names = ("info", "ideas", "poll", "poll", "roles", "ideas", "roles")


def an_item(item_id):
    """Return a strategy for a well-formed item of any kind."""
    every = [*kinds, *(later if item_id != "one" else ())]
    return st.one_of(
        st.fixed_dictionaries({"id": st.just(item_id), "activity": st.just(name), **needed}, optional=head | allowed)
        for name, (needed, allowed) in zip(names, every, strict=False)
    )


agendas = st.fixed_dictionaries(
    {"item": st.tuples(an_item("one"), an_item("two")).map(list)},
    optional={"name": st.text(max_size=9), "title": wordings},
)
rows = spoilt(
    st.lists(
        st.fixed_dictionaries({"id": st.sampled_from("abcdefgh"), "de": st.text(max_size=9)}),
        min_size=2, max_size=3, unique_by=lambda row: row["id"],
    ),
    most=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(registry):
    """Pages whose templates, which take long to compile, serve every session of this module."""
    return Pages(LiveSession(MemoryStore(), registry), "/KLMNP")


def played(agenda, pages):
    """Play an agenda: open, show, close and record every item."""
    live = LiveSession.create(MemoryStore(), pages.live.rules.registry, agenda, Info("Played", "KLMNP"))
    pages.live = live
    try:
        seat = live.join("en", "Ada").result().seat
        for spec in agenda.items:
            live.do("open", spec.id)
            for lang in LANGUAGES:
                assert pages.phone(lang, seat)
                assert pages.stage(lang, "http://10.0.0.1/KLMNP")
                assert pages.console(lang)
            live.do("close", spec.id)
            live.do("reveal", spec.id)
            assert pages.phone("en", seat)
            item = live.state.items[spec.id]
            list(live.rules.activity(item).rows(item.state))
        for lang in LANGUAGES:
            assert list(Minutes(live.rules, live.state, voice(lang), live.people).sections())
        assert live.verify()[0] == live.state.seq
    finally:
        live.close()


@fuzzed(60)
@given(document=spoilt(agendas), found=rows)
def test_an_agenda_is_refused_or_can_be_played(registry, pages, document, found):
    assume(isinstance(found, list) and all(isinstance(row, dict) for row in found))
    try:
        agenda = read_agenda(document, registry, lambda name: found)
    except AgendaError:
        return
    played(agenda, pages)


shipped_texts = st.sampled_from(
    [(shipped("facilitation") / name / "agenda.toml").read_text("utf-8") for name in agenda_names()]
)
pieces = st.sampled_from(
    [*NASTY, "[[item]]\n", "x = [[[[", "= 9" * 3, "id = 1979-05-27T07:32:00Z\n", "minutes = 1e400\n", '"""', "\\ud800"]
)


@st.composite
def damaged(draw, whole=shipped_texts):
    """Return a text that was fine until somebody edited it in a few places."""
    text = draw(whole)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 40))
        text = text[:start] + draw(pieces | texts) + text[end:]
    return text


DEEP = "x = " + "[" * 5000
LONG_NUMBER = '[[item]]\nid = "a"\nactivity = "info"\nminutes = ' + "9" * 5000


@fuzzed(50)
@given(text=damaged() | st.text(max_size=200))
@example(text=DEEP)
@example(text=LONG_NUMBER)
def test_any_text_is_an_agenda_or_is_refused(registry, pages, tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "agenda.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        agenda = load_agenda(str(path), registry).agenda
    except AgendaError:
        return
    played(agenda, pages)


@pytest.mark.parametrize("name", ["\0", "a\0b", "x" * 5000, "\ud800", "."])
def test_a_path_that_cannot_be_one_is_no_agenda(registry, name):
    with pytest.raises(AgendaError):
        load_agenda(name, registry)


cells = st.sampled_from([*NASTY, '"', "\r", "\n", ",", ";", "id", "label", "de", "places"]) | st.text(max_size=10)


@fuzzed(100)
@given(
    content=st.lists(st.lists(cells, max_size=4).map(",".join), max_size=5)
    .map("\n".join)
    .map(lambda t: t.encode("utf-8", "surrogatepass"))
    | st.binary(max_size=60)
)
@example(content=b"id,label\n" + b"x" * 140_000)
@example(content=b"id,label\na,b,c,d\n")
@example(content=b"id,label\na\n")
@example(content=b"\xef\xbb\xbfid,label\na,b\nc,d\n")
def test_any_data_set_gives_options_or_is_refused(registry, pages, tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    (folder / "anything.csv").write_bytes(content)
    try:
        found = data_rows("anything", folder)
        assert all(isinstance(key, str) and isinstance(value, str) for row in found for key, value in row.items())
        item = {"id": "a", "activity": "poll", "options_from": "data:anything"}
        agenda = read_agenda({"item": [item]}, registry, lambda name: found)
    except AgendaError:
        return
    played(agenda, pages)
