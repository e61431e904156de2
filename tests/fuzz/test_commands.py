"""Whatever a form holds, it is read or refused; whatever a command says, rules lead it to facts or refuse it."""

from __future__ import annotations

from tomllib import loads as read_toml

from hypothesis import example, given
from hypothesis import strategies as st
from tests.fuzz.campaign import AGENDA
from tests.fuzz.hostile import COMMANDS, FIELDS, ITEMS, LIKELY, RAW
from tests.fuzz.strategies import NASTY, fuzzed

from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.errors import Refused
from workshop_kit.core.event import Boxed, Channel
from workshop_kit.core.text import preferred
from workshop_kit.faces.forms import read_command, read_form
from workshop_kit.people import clean_name, token_hash
from workshop_kit.store.codec import canonical
from workshop_kit.store.upcast import Upcasts

bodies = st.binary(max_size=100) | st.lists(
    st.sampled_from([*RAW, *FIELDS, *LIKELY, b"=", b"&", b"=", b"&", b"command="])
).map(b"".join)
words = st.sampled_from([*NASTY, *(piece.decode() for piece in LIKELY)]) | st.text(max_size=20)
fields = st.dictionaries(st.sampled_from([piece.decode() for piece in FIELDS]) | words, words, max_size=6)
names = st.sampled_from([piece.decode() for piece in COMMANDS])


@fuzzed(500)
@given(body=bodies)
@example(body=b"&".join(b"a=1" for _ in range(10_000)))
@example(body=b"a" + b"[b]" * 8_000 + b"=1")
@example(body=b"a" * 40_000)
def test_any_body_is_a_form_or_is_refused(body):
    try:
        form = read_form(body)
        sent = read_command(form, "item")
    except Refused:
        return
    assert all(isinstance(text, str) for pair in form.items() for text in pair)
    assert sent.command.name
    assert set(sent.command.fields) <= set(form) - {"name", "command", "id", "item"}
    "".join(value for pair in form.items() for value in pair).encode()


@fuzzed(500)
@given(text=words | st.lists(st.sampled_from(["de", "en", ",", ";", "q=", "nan", "1e999", "-1", *NASTY])).map("".join))
def test_any_text_is_a_name_a_secret_and_a_choice_of_language(text):
    assert len(clean_name(text)) <= 60
    assert "\n" not in clean_name(text)
    assert preferred(text) in {"de", "en"}
    assert token_hash(text.encode("utf-8", "replace").decode())


@fuzzed(60)
@given(data=st.data())
def test_any_command_leads_to_facts_or_is_refused(room, rules, registry, data):
    taken = room(*read_toml(AGENDA)["item"])
    for spec in taken.state.agenda.items:
        taken.do("open", spec.id, reason="Again")
        for _ in range(data.draw(st.integers(1, 6))):
            host = data.draw(st.booleans())
            actor = Actor(FACILITATOR if host else "ada", Channel.NOTEBOOK if host else Channel.PHONE)
            command = Command(
                data.draw(names), data.draw(st.sampled_from([spec.id, spec.id, "", *ITEMS])), data.draw(fields)
            )
            try:
                facts = rules.decide(taken.state, command, actor)
            except Refused as refusal:
                assert len(str(refusal)) > 5  # noqa: PT017 - most are refused, some are not
                continue
            for fact in facts:
                assert canonical(fact.data)
                if not isinstance(fact, Boxed):
                    taken._record(fact, command, actor)
    lifted = list(Upcasts.of(registry).lifted(taken.log))
    assert lifted == taken.log, "what rules write has the shape that is read"
