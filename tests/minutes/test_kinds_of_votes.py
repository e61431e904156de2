"""What the minutes say of votes that are more than a row of bars: as finished documents, in both languages."""

from __future__ import annotations

import re
import subprocess

import pytest

from workshop_kit.activities.poll import ACTIVITY
from workshop_kit.core.activity import Audience, Viewer
from workshop_kit.core.document import Chart, Document, Meta
from workshop_kit.core.event import Channel
from workshop_kit.library import voice
from workshop_kit.minutes.sections import Minutes
from workshop_kit.minutes.writers import format_named
from workshop_kit.people import NameList

BAKERY = {"id": "a", "de": "Backstube", "en": "Bakery"}
GARDEN = {"id": "b", "de": "Garten", "en": "Garden"}
AGREED = [
    {
        "id": "good",
        "prompt": {"de": "Stimmt das?", "en": "Is that true?"},
        "rule": "likert",
        "options": [BAKERY, GARDEN],
    },
    {
        "id": "first",
        "prompt": {"de": "Was zuerst?", "en": "What first?"},
        "rule": "ranking",
        "options": [BAKERY, GARDEN],
    },
    {"id": "go", "prompt": {"de": "Machen wir das?", "en": "Shall we?"}, "rule": "consent", "options": [BAKERY]},
]


def poll(rule, *options, **more):
    return {"id": "vote", "activity": "poll", "rule": rule, "options": list(options), **more}


@pytest.fixture
def page(room, rules):
    """Return how the minutes of one vote read, as plain lines of a format, tags and markup of tables taken away."""

    def read(item, ballots, lang, name="html"):
        made = room(item)
        for number, fields in enumerate(ballots):
            made.do("cast", "vote", channel=Channel.PAPER, ballot=str(number), **fields)
        made.do("close", "vote")
        text = voice(lang, rules.registry.values())
        section = Minutes(rules, made.state, text, NameList({}, {})).item("vote")
        content = format_named(name).write(Document(Meta("Test", lang, "2026-11-23"), (section,)), text)
        if name == "pdf":
            done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
            return " ".join(done.stdout.decode().split())
        body = content.decode().partition("<main")[2]
        return " ".join(re.sub("<[^>]+>", " ", re.sub("(?s)<(style|svg).*?</\\1>", " ", body)).split())

    return read


def assert_told(page, *phrases):
    assert [phrase for phrase in phrases if phrase not in page] == []


MATRIX = (
    {"value.a.x": "1", "value.a.y": "5", "value.b.x": "3", "value.b.y": "2"},
    {"value.a.x": "2", "value.a.y": "4", "value.b.x": "3", "value.b.y": "2"},
)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "de",
            [
                "Aufwand niedrig, Wirkung hoch: Backstube.",
                "Genau auf der Mitte einer Achse: Garten.",
                "Backstube: Wirkung 4,5 2 von 2",
            ],
        ),
        (
            "en",
            ["effort low, impact high: Bakery.", "Just in the middle of an axis: Garden.", "Bakery: impact 4.5 2 of 2"],
        ),
    ],
)
@pytest.mark.parametrize("name", ["html", "pdf"])
def test_a_matrix_tells_the_quadrants_and_the_median_on_each_axis(page, lang, told, name):
    assert_told(page(poll("matrix", BAKERY, GARDEN), MATRIX, lang, name), *told)


ROUND = (
    {"value.a": "1", "value.b": "1"},
    {"value.a": "-1", "reason.a": "Kein Platz <b>dort</b>", "value.b": "0", "reason.b": "Nur bis Mai"},
    {"value.a": "2"},
)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "de",
            [
                "Kein schwerwiegender Einwand: Garten. Damit besteht Konsent.",
                "Schwerwiegende Einwände gibt es gegen: Backstube.",
                "Backstube schwerwiegender Einwand Kein Platz",
                "Garten Zustimmung mit leichtem Einwand Nur bis Mai",
            ],
        ),
        (
            "en",
            [
                "No objection: Garden. There is consent.",
                "Objections stand against: Bakery.",
                "Bakery objection Kein Platz",
                "Garden consent with a reservation Nur bis Mai",
            ],
        ),
    ],
)
def test_a_consent_round_tells_what_holds_and_why_something_does_not(page, lang, told):
    said = page(poll("consent", BAKERY, GARDEN), ROUND, lang)
    assert_told(said, *told, "&lt;b&gt;dort")


@pytest.mark.parametrize(("lang", "told"), [("de", "Mut 2 2 von 3"), ("en", "Mut 2 2 of 3")])
def test_a_word_cloud_tells_how_many_people_gave_each_word(page, lang, told):
    ballots = ({"word.1": "Mut", "word.2": "Zeit"}, {"word.1": "mut"}, {"word.1": "Mut", "word.2": "mut"})
    said = page(poll("words"), (*ballots[:2], {"word.1": "Geduld"}), lang)
    assert_told(said, told, "Geduld 1", "Zeit 1")
    assert "Mut 3 3" in page(poll("words"), ballots, lang)


FORMS = (
    {"value.good.a": "5", "value.good.b": "2", "value.first.a": "1", "value.first.b": "2", "value.go.a": "1"},
    {"value.good.a": "4", "value.first.a": "1", "value.go.a": "-1", "reason.go.a": "Zu laut"},
)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "de",
            [
                "Stimmt das?",
                "Backstube 4,5 2 von 2",
                "Was zuerst?",
                "1. Backstube",
                "Machen wir das?",
                "Einwand Zu laut",
            ],
        ),
        ("en", ["Is that true?", "Bakery 4.5 2 of 2", "What first?", "1. Bakery", "Shall we?", "objection Zu laut"]),
    ],
)
@pytest.mark.parametrize("name", ["html", "pdf"])
def test_a_form_tells_each_question_by_its_own_rule(page, lang, told, name):
    said = page(poll("form", questions=AGREED), FORMS, lang, name)
    assert_told(said, *told)
    assert [said.index(told[n]) for n in (0, 2, 4)] == sorted(said.index(told[n]) for n in (0, 2, 4))


@pytest.mark.parametrize("rule", ["pairwise", "win-share"])
@pytest.mark.parametrize(
    ("lang", "told"), [("de", "nie mit den übrigen: C, D."), ("en", "never with the others: C, D.")]
)
def test_groups_that_never_met_are_told(page, rule, lang, told):
    """A and B, C and D were compared, and E with A; nobody said how C and D stand to the rest, until D meets E."""
    item = poll(rule, *({"id": id_, "label": id_.upper()} for id_ in "abcde"))
    apart = [{"pair": pair, "choice": pair[0]} for pair in ("a,b", "c,d", "a,e")]
    assert_told(page(item, apart, lang), told)
    assert told not in page(item, [*apart, {"pair": "d,e", "choice": "tie"}], lang)
    assert told in page(item, [*apart, {"pair": "d,e", "choice": "skip"}], lang)


@pytest.mark.parametrize(
    ("answers", "base", "told"),
    [
        ("yynya", "valid", "Angenommen mit 3 Ja, 1 Nein, 1 Enthaltung (nötig: mehr als die Hälfte; 100 % sind"),
        ("yna", "valid", "Stimmengleichheit, also abgelehnt, mit 1 Ja, 1 Nein, 1 Enthaltung"),
        ("ynn", "valid", "Abgelehnt mit 1 Ja, 2 Nein, 0 Enthaltungen (nötig"),
        ("yyaan", "cast", "Abgelehnt mit 2 Ja, 1 Nein, 2 Enthaltungen (nötig"),
    ],
)
def test_a_motion_is_told_as_carried_or_rejected(room, rules, answers, base, told):
    made = room({"id": "vote", "activity": "poll", "rule": "yes-no", "base": base})
    for number, answer in enumerate(answers):
        choice = {"y": "yes", "n": "no", "a": "abstain"}[answer]
        made.do("cast", "vote", channel=Channel.PAPER, ballot=str(number), choice=choice)
    made.do("close", "vote")
    (said,) = ACTIVITY.gist(made.state.items["vote"].state, voice("de", rules.registry.values()), NameList({}, {}))
    assert said.startswith(told)


def test_a_label_with_line_breaks_is_one_line_in_table_picture_and_on_the_stage(room, rules):
    made = room(poll("choice", {"id": "a", "label": "An oven\n for us"}, GARDEN))
    made.do("cast", "vote", channel=Channel.PAPER, ballot="1", choice="a")
    made.do("close", "vote")
    state = made.state.items["vote"].state
    text = voice("en", rules.registry.values())
    chart = next(block for block in ACTIVITY.record(state, text, NameList({}, {})) if isinstance(block, Chart))
    view = ACTIVITY.view(state, Viewer(Audience.ROOM, results=True, seats=1))
    found = {chart.bars[0].label, chart.table.rows[0][1], view.outcome().label("a", text)}
    assert found == {view.listed(view.options["a"], text)} == {"An oven / for us"}


@pytest.mark.parametrize(("lang", "told"), [("de", "niemand hat es bewertet"), ("en", "nobody rated it")])
def test_an_option_that_nobody_rated_has_no_score_anywhere(room, rules, lang, told):
    """A real zero beside it keeps its own."""
    made = room(poll("score", BAKERY, GARDEN))
    made.do("cast", "vote", channel=Channel.PAPER, ballot="1", **{"value.b": "0"})
    made.do("close", "vote")
    state = made.state.items["vote"].state
    assert [(row["option"], row["rank"], row["score"]) for row in ACTIVITY.rows(state)] == [
        ("b", 1, 0),
        ("a", None, None),
    ]
    text = voice(lang, rules.registry.values())
    chart = next(block for block in ACTIVITY.record(state, text, NameList({}, {})) if isinstance(block, Chart))
    assert [bar.note for bar in chart.bars] == ["0", told]
    garden, bakery = chart.table.rows
    assert (garden[0], garden[2]) == ("1.", "0")
    assert (bakery[0], bakery[2]) == ("–", "–")
    viewer = Viewer(Audience.ROOM, results=True, seats=1)
    assert ACTIVITY.view(state, viewer).outcome().unrated == {"a"}
