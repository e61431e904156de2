"""What the minutes tell about a vote that was opened again or held in several rounds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tests.conftest import DOTS, WELCOME

from workshop_kit.core.document import Chart, Heading, Paragraph
from workshop_kit.core.errors import Refused
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.sections import Minutes
from workshop_kit.people import NameList
from workshop_kit.voting.rules import RULES

PLACES = {"value.a": "1", "value.b": "2", "value.c": "3"}
BALLOTS = (
    {"value.b": "1"},
    PLACES,
    {**PLACES, "value.status-quo": "4"},
    {"value.a": "40", "value.b": "60"},
    {"value.a": "0", "value.b": "4", "value.c": "6"},
    {f"value.{slot}.{axis}": "2" for slot in "abc" for axis in "xy"},
)
"""Ballots of every kind that a rule of three options a, b and c may take."""


def vote(made):
    """Cast the first of the ballots that the rule takes."""
    pair = made.inside("vote").offered("ada")
    for fields in (*BALLOTS, {"pair": ",".join(pair), "choice": "".join(pair[:1])}):
        with suppress(Refused):
            return made.do("cast", "vote", by="ada", **fields)
    raise AssertionError("the rule takes none of these ballots")


@pytest.fixture
def minutes(rules):
    def of(made, lang="en"):
        return Minutes(rules, made.state, voice(lang, rules.registry.values()), NameList({}, {}))

    return of


class TestReopening:
    @pytest.fixture
    def reopened(self, room):
        made = room(DOTS, WELCOME)
        made.cast("dots", "ada", o1=1)
        made.do("close", "dots")
        made.clock.advance(300)
        made.do("open", "dots", reason="Ben came late")
        made.do("close", "dots")
        return made

    def test_time_and_reason_stand_under_the_step_and_in_the_agenda(self, minutes, reopened):
        told = minutes(reopened, "de")
        at = told.text.time(reopened.state.items["dots"].reopened[0].at)
        assert told.item("dots").blocks[0] == Paragraph(f"Wieder geöffnet um {at}: Ben came late")
        agenda, _source = told.section("agenda").blocks
        assert [row[-1] for row in agenda.rows] == ["durchgeführt, wieder geöffnet", "nicht durchgeführt"]

    @pytest.mark.parametrize("lang", list(LANGUAGES))
    def test_a_new_round_does_not_repeat_it(self, minutes, reopened, lang):
        reopened.do("next-round", "dots")
        reopened.do("close", "dots")
        assert str(minutes(reopened, lang).item("dots")).count("Ben came late") == 1


class TestComparing:
    def again(self, made, *ballots, item="dots"):
        made.do("next-round", item)
        for seat, value in zip(("ada", "ben", "cem"), ballots, strict=False):
            made.cast(item, seat, **value)
        made.do("close", item)

    @pytest.fixture
    def two(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", o1=2)
        self.again(made, {"o2": 3}, {"o1": 1, "o2": 1})
        return made

    def charts(self, section):
        return [block for block in section.blocks if isinstance(block, Chart)]

    def test_score_and_place_of_each_option_in_each_round_stand_side_by_side(self, minutes, two):
        section = minutes(two).item("dots")
        headings = [block.text for block in section.blocks if isinstance(block, Heading)]
        assert headings == ["Round 1", "Round 2", "All rounds"]
        chart = self.charts(section)[-1]
        assert chart.table.head == ("Option", "Round 1", "Round 2")
        assert chart.table.rows == (
            ("People", "0 (place 2)", "4 (place 1)"),
            ("Place", "2 (place 1)", "1 (place 2)"),
            ("Money", "0 (place 2)", "0 (place 3)"),
        )
        assert chart.title == "Rounds compared"
        assert [(bar.label, bar.value) for bar in chart.bars[:2]] == [("People – Round 1", 0), ("People – Round 2", 4)]
        assert "People with 4" in chart.alt

    def test_one_round_is_not_compared_nor_one_without_votes(self, minutes, room):
        made = room(DOTS)
        made.cast("dots", "ada", o1=2)
        made.do("close", "dots")
        assert len(self.charts(minutes(made).item("dots"))) == 1
        self.again(made)
        assert len(self.charts(minutes(made).item("dots"))) == 1

    def test_an_open_round_keeps_its_result_to_itself(self, minutes, two):
        two.do("next-round", "dots")
        two.cast("dots", "cem", o3=3)
        assert self.charts(minutes(two).item("dots"))[-1].table.head == ("Option", "Round 1", "Round 2")

    def test_a_round_with_a_single_secret_ballot_is_left_out(self, minutes, live):
        session = live({**DOTS, "openness": "secret"})
        session.do("open", "dots")
        for voters in (1, 2, 2):
            session.do("next-round", "dots") if session.state.items["dots"].closed_at else None
            for slip in range(voters):
                session.do("cast", "dots", ballot=str(slip), **{"value.o1": "1"})
            session.do("close", "dots")
        assert self.charts(minutes(session).item("dots"))[-1].table.head == ("Option", "Round 2", "Round 3")

    def test_other_wordings_are_told(self, minutes, two):
        two.do("reword", "dots", **{"label.o1": "A better place"})
        self.again(two, {"o1": 1})
        section = minutes(two).item("dots")
        assert self.charts(section)[-1].table.rows[0][0] == "A better place"
        assert section.blocks[-2] == Paragraph("Worded differently in earlier rounds: A better place.", "note")

    def test_a_long_vote_is_drawn_in_part_and_listed_whole(self, minutes, room):
        made = room({**DOTS, "options": [f"Option {n}" for n in range(30)]})
        made.cast("dots", "ada", o1=1)
        self.again(made, {"o2": 1})
        section = minutes(made).item("dots")
        chart = self.charts(section)[-1]
        assert (len(chart.bars), len(chart.table.rows)) == (40, 30)
        assert section.blocks[-2].text == "The picture shows the first 20 options; the table shows all."

    def test_each_question_of_a_form_is_compared_by_itself(self, minutes, room):
        questions = [{"id": name, "prompt": name.title(), "rule": "choice", "options": ["A", "B"]} for name in "pq"]
        made = room({"id": "form", "activity": "poll", "rule": "form", "questions": questions})
        for choice in ("o1", "o2"):
            for seat in ("ada", "ben"):
                made.do("cast", "form", by=seat, **{"choice.p": choice, "choice.q": "o1"})
            made.do("close", "form")
            made.do("next-round", "form")
        section = minutes(made).item("form")
        assert [block.text for block in section.blocks if isinstance(block, Heading)][-3:] == ["All rounds", "P", "Q"]
        of_p, of_q = self.charts(section)[-2:]
        assert of_p.table.rows == (("B", "0 (place 2)", "2 (place 1)"), ("A", "2 (place 1)", "0 (place 2)"))
        assert of_q.table.rows[0] == ("A", "2 (place 1)", "2 (place 1)")

    @pytest.mark.parametrize("rule", [name for name in RULES if name not in {"form", "words", "yes-no", "mood"}])
    def test_every_rule_can_be_compared(self, minutes, room, rule):
        options = [{"id": name, "label": name, "cost": 2} for name in "abc"]
        more = {"budget": {"money": 5}, "committee": {"seats": 1}}.get(rule, {})
        made = room({"id": "vote", "activity": "poll", "rule": rule, "options": options, **more})
        for _ in range(2):
            vote(made)
            made.do("close", "vote")
            made.do("next-round", "vote")
        assert self.charts(minutes(made).item("vote"))[-1].title == "Rounds compared"
