"""What the note-taker adds: the last word holds, an empty one takes it back, and nobody but the front adds any."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.noted import FIELDS, LONGEST_NOTE, NOTED, Note, personal

EACH = next(field.name for field in FIELDS if field.each)


def texts(made):
    return {key: note.text for key, note in made.state.noted.items()}


def test_the_last_word_holds_and_an_empty_one_takes_it_back(room):
    made = room()
    (fact,) = made.do("note", field="goal", text="  A list\r\nthat holds ")
    assert (fact.name, fact.data) == (NOTED, {"field": "goal", "text": "A list\nthat holds"})
    made.do("note", field="goal", text="A list")
    made.do("note", field="decision", item="dots", text="We meet again.")
    assert texts(made) == {("", "goal"): "A list", ("dots", "decision"): "We meet again."}
    assert made.state.noted["", "goal"].seq == made.state.seq - 1
    assert made.do("note", field="goal", text="A list") == ()
    made.do("note", field="goal", text="")
    assert texts(made) == {("dots", "decision"): "We meet again."}


def test_only_the_front_notes_and_only_what_there_is_a_field_for(room, assert_refused):
    made = room()
    with assert_refused(Why.NOT_ALLOWED):
        made.do("note", by="ada", field="goal", text="Mine")
    for field, fields in (
        ("field", {"field": "weather"}),
        ("item", {"field": EACH}),
        ("item", {"field": EACH, "item": "lunch"}),
        ("item", {"field": "goal", "item": "dots"}),
        ("text", {"field": "goal", "text": "x" * (LONGEST_NOTE + 1)}),
    ):
        with assert_refused(Why.INVALID, field):
            made.do("note", **{"text": "x", **fields})


def test_after_the_names_were_erased_no_field_names_people(room, assert_refused):
    made = room()
    made.do("note", field="note-taker", text="Rosa")
    made.do("note", field="goal", text="A list")
    made.do("erase", why="approved")
    assert texts(made) == {("", "goal"): "A list"}
    with assert_refused(Why.LOCKED, "field"):
        made.do("note", field="note-taker", text="Rosa")
    made.do("note", field="goal", text="A better list")
    assert texts(made) == {("", "goal"): "A better list"}


def test_a_field_of_another_version_is_kept_and_taken_for_one_that_names_people(room):
    made = room()
    made.record(NOTED, field="mood", text="fine")
    assert texts(made) == {("", "mood"): "fine"}
    assert personal("mood")
    assert not personal("goal")


def test_the_lines_of_a_note_are_its_points():
    assert Note("- Bread\n\n* Salt \n– Water", 1).points == ("Bread", "Salt", "Water")


@given(
    notes=st.lists(
        st.tuples(
            st.sampled_from([field.name for field in FIELDS]),
            st.sampled_from(["", "dots", "board"]),
            st.text("ab \n\x00", max_size=6),
        ),
        max_size=8,
    )
)
def test_whatever_is_noted_the_log_tells_the_last_of_each(room, notes):
    made, expected = room(), {}
    for field, item, text in notes:
        try:
            made.do("note", field=field, item=item, text=text)
        except Refused:
            continue
        expected[item, field] = text.replace("\x00", "\N{REPLACEMENT CHARACTER}").strip()
    assert texts(made) == {key: text for key, text in expected.items() if text}
