"""Slips as they are typed: every paper has a notation, and whatever stands on a slip can be typed and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.voting.kinds import VARIANTS, filled, made

from workshop_kit.core.errors import Refused
from workshop_kit.library import voice
from workshop_kit.voting.consent import STANCES
from workshop_kit.voting.matrix import slots
from workshop_kit.voting.pairs import EQUAL, FIRST, SKIPPED
from workshop_kit.voting.papers import Marks, Paper
from workshop_kit.voting.typed import hint, known, read_typed


def kinds(of=Paper):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def number(options, option):
    return str(options.index(option) + 1)


def pair(options, slot, judged):
    one, other = slot.split(",")
    sign = {EQUAL: "=", FIRST: ">"}.get(judged, "<")
    return f"{number(options, one)}{sign}{number(options, other)}"


def typed(paper, ballot, options):
    """Return the line that somebody types who has this slip in front of them."""
    value = ballot.value
    match paper.kind:
        case "marks" if paper.cap == 1:
            return " ".join(number(options, option) for option in value)
        case "marks" | "budget" if getattr(paper, "amounts", True):
            return " ".join(f"{number(options, option)}:{n}" for option, n in value.items())
        case "budget":
            return " ".join(number(options, option) for option in value)
        case "scale":
            return " ".join(str(value.get(option, "-")) for option in options)
        case "ranking":
            places = sorted(set(value.values()))
            return " ".join("=".join(number(options, o) for o, n in value.items() if n == place) for place in places)
        case "consent":
            boxes = {stance: str(box) for box, stance in enumerate(STANCES, 1)}
            reasons = {option: f" ({ballot.words[option]})" for option in ballot.words}
            return ", ".join(boxes.get(value.get(option), "-") + reasons.get(option, "") for option in options)
        case "matrix":
            both = ([value.get(slot) for slot in slots(option)] for option in options)
            return " ".join("-" if x is None else f"{x}/{y}" for x, y in both)
        case "pairwise":
            return " ".join(pair(options, slot, n) for slot, n in value.items())
        case "words":
            return ", ".join(ballot.words.values())
        case "form":
            parts = ((q, q.filled(ballot)) for q in paper.questions)
            return "; ".join("" if part.empty else typed(q.rule.paper, part, q.ids) for q, part in parts)
    raise AssertionError(paper.kind)


def test_every_kind_of_paper_can_be_typed():
    assert {kind.kind for kind in kinds() if hasattr(kind, "kind")} <= known()


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=lambda each: str(each) if each else "")
@given(data=st.data())
def test_what_stands_on_a_slip_is_read_again(name, settings, data):
    rule, options = made(name, **settings)
    ballot = data.draw(filled(rule.paper, options))
    clean = not any(sign in word for word in ballot.words.values() for sign in ",;()")
    judged = rule.paper.kind != "pairwise" or SKIPPED not in ballot.value.values()
    typeable = clean and judged and "-" not in ballot.words.values()
    if typeable and list(ballot.words.values()) == [" ".join(word.split()) for word in ballot.words.values()]:
        read, _ = read_typed(rule.paper, typed(rule.paper, ballot, options), options)
        assert (dict(read.value), dict(read.words)) == (dict(ballot.value), dict(ballot.words))


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=lambda each: str(each) if each else "")
@given(line=st.text(alphabet="0123456789-:;,/<>=()x \u00e4", max_size=30))
def test_whatever_is_typed_is_read_or_refused(name, settings, line):
    rule, options = made(name, **settings)
    try:
        read, forms = read_typed(rule.paper, line, options)
    except Refused:
        return
    earlier = type(read)()
    for form in forms:
        earlier = rule.paper.read(form, options, earlier)
    assert earlier == read


@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=lambda each: str(each) if each else "")
def test_a_hint_is_told_in_both_languages_and_a_blank_slip_can_be_typed(name, settings):
    rule, options = made(name, **settings)
    said = hint(rule.paper, len(options))
    assert voice("de")(said.message, **said.values) != voice("en")(said.message, **said.values)
    assert read_typed(rule.paper, " - ", options)[0].empty


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("choice", "", "Nothing was typed. An empty slip is typed as -."),
        ("choice", "5", '"5" is none of the options 1 to 4.'),
        ("choice", "1 2", "Please choose one answer only."),
        ("approval", "1 1", "Option 1 is typed twice."),
        ("dots", "1 1 2 3", "You have 3 dots, and you gave 4. Take some back."),
        ("score", "1 2", "The slip has 4 rows, and 2 were typed. Type - for a row that is empty."),
        ("score", "1 2 3 11", '"11" is not a whole number from 0 to 10.'),
        ("ranking", "1 2 1", "Option 1 is typed twice."),
        ("consent", "1 1 1 3", "An objection needs its reason, so that the proposal can be changed."),
        ("consent", "1 5 1 1", '"5" is not a whole number from 1 to 4.'),
        ("matrix", "1/2 3 - -", '"3" is not two numbers with a slash between, as in 3/4.'),
        ("pairwise", "1>2 2-3", '"2-3" is no comparison, as in 1>2 or 1=2.'),
        ("pairwise", "1>2 2<1", "You have judged this pair already. Here is the next one."),
        ("words", "a,b,c,d", "You can give 3 words at most."),
        ("form", "1", "The slip has 2 questions, and 1 answers were typed. Part them with ; and type - for none."),
    ],
)
def test_an_error_says_what_is_allowed(name, line, problem):
    rule, options = made(name)
    with pytest.raises(Refused) as caught:
        read_typed(rule.paper, line, options)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("name", "line", "value"),
    [
        ("choice", "3", {"c": 1}),
        ("approval", "1,3", {"a": 1, "c": 1}),
        ("dots", "1 1 3", {"a": 2, "c": 1}),
        ("ranking", "3,1,2", {"c": 1, "a": 2, "b": 3}),
        ("ranking", "3 > 1 = 2", {"c": 1, "a": 2, "b": 2}),
        ("matrix", "1 / 2 - - 5/5", {"a.x": 1, "a.y": 2, "d.x": 5, "d.y": 5}),
    ],
)
def test_spaces_and_commas_part_what_is_typed(name, line, value):
    rule, options = made(name)
    assert dict(read_typed(rule.paper, line, options)[0].value) == value


@pytest.mark.parametrize("name", ["choice", "yes-no", "mood"])
def test_a_single_choice_takes_one_key(name):
    rule, options = made(name)
    assert isinstance(rule.paper, Marks)
    assert len(options) < 10
    for place, option in enumerate(options, 1):
        assert dict(read_typed(rule.paper, str(place), options)[0].value) == {option: 1}
