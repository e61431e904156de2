"""The activity "statements": agree, disagree, pass; what is agreed, what divides; groups only where they are firm."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.activities.statements import groups
from workshop_kit.activities.statements.groups import grouping
from workshop_kit.activities.statements.state import Verdict
from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Chart, Heading, Paragraph, Table
from workshop_kit.core.errors import Refused, Why
from workshop_kit.core.text import Text

SAY = {"id": "say", "activity": "statements", "limit": 2}
READY = {
    **SAY,
    "collects": False,
    "statements": ["Meet monthly", {"id": "x", "de": "Beitrag zahlen", "en": "Pay a fee"}],
}
ENGLISH = Text("en")
MANY = tuple(f"p{number}" for number in range(12))


@pytest.fixture
def say(room):
    return room(SAY)


def write(made, text="Meet monthly", by="ada"):
    made.do("add", "say", by=by, text=text)


def vote(made, value, by="ben", statement="s1"):
    return made.do("vote", "say", by=by, statement=statement, value=str(value))


def one(made, statement="s1"):
    return made.inside("say").statements[statement]


class TestWriting:
    def test_on_one_line_and_with_a_limit(self, say, assert_refused):
        write(say, " Meet\nmonthly ")
        assert one(say).label["und"] == "Meet / monthly"
        write(say)
        with assert_refused(Why.INVALID):
            write(say)
        say.do("withdraw", "say", by="ada", statement="s1")
        write(say)

    @pytest.mark.parametrize("text", ["", " \n", "x" * 201])
    def test_too_little_or_too_much(self, say, assert_refused, text):
        with assert_refused(Why.INVALID, "text"):
            write(say, text)

    def test_prepared_ones_only(self, room, assert_refused):
        made = room(READY)
        with assert_refused(Why.CLOSED):
            write(made)
        write(made, by=FACILITATOR)
        assert [statement.id for statement in made.inside("say").answerable()] == ["o1", "x", "s3"]

    def test_who_may_take_it_away(self, say, assert_refused):
        write(say)
        with assert_refused(Why.NOT_ALLOWED, "statement"):
            say.do("withdraw", "say", by="ben", statement="s1")
        for name in ("hide", "show"):
            with assert_refused(Why.NOT_ALLOWED):
                say.do(name, "say", by="ben", statement="s1")
        say.do("hide", "say", statement="s1", reason="Names somebody")
        with assert_refused(Why.INVALID, "statement"):
            vote(say, 1)
        say.do("show", "say", statement="s1")
        vote(say, 1)


class TestAnswering:
    def test_an_answer_can_be_changed(self, say):
        write(say)
        vote(say, 1)
        assert vote(say, 1) == ()
        vote(say, -1)
        assert (one(say).agree, one(say).disagree) == (0, 1)

    @pytest.mark.parametrize("value", ["", "2", "yes", "1.0", "+1"])
    def test_three_answers_only(self, say, assert_refused, value):
        write(say)
        with assert_refused(Why.INVALID, "value"):
            vote(say, value)

    def test_the_facilitator_answers_nothing(self, say, assert_refused):
        write(say)
        with assert_refused(Why.NOT_ALLOWED):
            vote(say, 1, by=FACILITATOR)
        with assert_refused(Why.UNKNOWN):
            say.do("shout", "say", by="ada")

    def test_what_fewest_have_answered_comes_first_and_each_once(self, room):
        made = room(SAY, seats=MANY)
        for number in range(6):
            write(made, f"Statement {number}", by=MANY[number])
        for seat in MANY:
            for _ in range(3):
                vote(made, 1, by=seat, statement=made.inside("say").next_for(seat).id)
        counts = [len(statement.answers) for statement in made.inside("say").answerable()]
        assert counts == [6] * 6
        for seat in MANY:
            for _ in range(3):
                vote(made, 0, by=seat, statement=made.inside("say").next_for(seat).id)
            assert made.inside("say").next_for(seat) is None

    def test_to_look_changes_nothing(self, say):
        assert say.do("look", "say", by="ada") == ()

    def test_nobody_sees_results_while_it_is_open(self, room):
        made = room(SAY, seats=MANY)
        write(made, by=MANY[0])
        for seat in MANY:
            vote(made, 1, by=seat)
        assert made.view("say").groups == ()
        made.do("close", "say")
        assert dict(made.view("say").groups)[Verdict.AGREED]
        assert made.view("say", Audience.SEAT, MANY[0]).next is None


@pytest.mark.parametrize(
    ("agree", "disagree", "verdict"),
    [
        (4, 0, Verdict.OPEN),
        (5, 0, Verdict.AGREED),
        (0, 5, Verdict.REJECTED),
        (3, 3, Verdict.DIVIDED),
        (8, 4, Verdict.DIVIDED),
        (9, 3, Verdict.AGREED),
        (3, 9, Verdict.REJECTED),
    ],
)
def test_verdicts(room, agree, disagree, verdict):
    made = room(SAY, seats=MANY)
    write(made, by=MANY[0])
    for number, seat in enumerate(MANY[: agree + disagree]):
        vote(made, 1 if number < agree else -1, by=seat)
    assert one(made).verdict is verdict


class TestShown:
    @pytest.fixture
    def answered(self, room):
        made = room(SAY, seats=MANY)
        for number, text in enumerate(("Meet monthly", "Pay a fee", "Meet on Sundays")):
            write(made, text, by=MANY[number])
        for number, seat in enumerate(MANY):
            vote(made, 1, by=seat)
            vote(made, 1 if number % 2 else -1, by=seat, statement="s2")
        vote(made, 0, by=MANY[0], statement="s3")
        made.do("close", "say")
        return made

    def test_rows(self, answered):
        kind = answered.activity("say")
        rows = list(kind.rows(answered.inside("say")))
        assert all(tuple(row) == kind.columns for row in rows)
        assert [(row["agree"], row["disagree"], row["passed"], row["share"], row["verdict"]) for row in rows] == [
            (12, 0, 0, 1.0, "agreed"),
            (6, 6, 0, 0.5, "divided"),
            (0, 0, 1, None, "open"),
        ]

    def test_the_record(self, answered):
        blocks = list(answered.activity("say").record(answered.inside("say"), ENGLISH, str))
        assert [block.text for block in blocks if isinstance(block, Heading)] == [
            "Widely agreed",
            "Opinions differ",
            "Too few answers",
            "Groups of opinion",
        ]
        first = next(block for block in blocks if isinstance(block, Chart))
        assert (first.bars[0].label, first.bars[0].value, first.bars[0].note) == ("Meet monthly", 100, "12 of 12")
        assert next(block for block in blocks if isinstance(block, Table)).rows == (("Meet on Sundays", "0", "0", "1"),)
        assert blocks[0].text == "3 statements, 25 answers. 12 people have answered."
        assert any(isinstance(block, Paragraph) and "here there are 3" in block.text for block in blocks)

    def test_what_divides_is_pending(self, answered):
        told = answered.activity("say").pending(answered.inside("say"), ENGLISH, str)
        assert list(told) == ["Opinions differ: Pay a fee"]

    def test_statements_become_options(self, room):
        made = room(SAY, {"id": "poll", "activity": "poll", "options_from": "item:say"})
        write(made, "Meet monthly")
        write(made, "Pay a fee")
        made.do("open", "poll")
        assert [option.id for option in made.inside("poll").options] == ["s1", "s2"]


class TestGroups:
    """Simulated answers: two camps that differ on most statements, or one cloud of people."""

    @staticmethod
    def camps(people, apart, statements=12, seed=3):
        draw = random.Random(seed)
        camp = {f"p{number:03d}": number % 3 == 0 for number in range(people)}
        likes = {f"s{number}": draw.random() for number in range(statements)}
        answers = {}
        for number, (statement, likely) in enumerate(likes.items()):
            answers[statement] = {}
            for seat, minority in camp.items():
                chance = (0.95 if minority == (number % 2 == 0) else 0.05) if draw.random() < apart else likely
                if draw.random() < 0.8:
                    answers[statement][seat] = 1 if draw.random() < chance else -1
        return camp, answers

    def test_two_camps_are_found(self):
        camp, answers = self.camps(90, 0.9)
        found = grouping(answers).groups
        assert [len(group) for group in found] == [60, 30]
        assert {camp[seat] for seat in found[0]} == {False}

    def test_it_does_not_depend_on_the_order_of_people_and_statements(self):
        _, answers = self.camps(60, 0.9)
        turned = {statement: dict(reversed(given.items())) for statement, given in answers.items()}
        assert grouping(answers) == grouping(turned)

    @pytest.mark.parametrize("seed", range(4))
    def test_a_cloud_has_no_groups_and_it_is_said_why(self, seed):
        _, answers = self.camps(120, 0.0, seed=seed)
        assert grouping(answers).groups == ()
        assert grouping(answers).why in {groups.NOT_STABLE, groups.NOT_APART}

    def test_too_few_people_or_statements(self):
        assert grouping(self.camps(49, 0.9)[1]).why == groups.TOO_FEW
        assert grouping(self.camps(90, 0.9, statements=4)[1]).why == groups.NO_STATEMENTS
        assert grouping({}).why == groups.NO_STATEMENTS

    def test_everybody_alike(self):
        alike = {f"s{number}": {f"p{n}": 1 for n in range(60)} for number in range(6)}
        assert grouping(alike).groups == ()

    def test_the_record_tells_groups_by_their_shares_and_no_few(self, room):
        _, answers = self.camps(60, 0.95)
        made = room({**SAY, "limit": 12}, seats=[f"p{number:03d}" for number in range(60)])
        for number in range(12):
            write(made, f"Statement {number}", by=f"p{number:03d}")
        for number, answered in enumerate(answers.values()):
            for seat, value in answered.items():
                vote(made, value, by=seat, statement=f"s{number + 1}")
        blocks = list(made.activity("say").record(made.inside("say"), ENGLISH, str))
        table = next(block for block in blocks if isinstance(block, Table) and block.caption == "Who agrees, by group")
        assert table.head[1:] == ("Group 1 (40 people)", "Group 2 (20 people)")


class TestInSentences:
    def told(self, made, method, *before):
        return list(getattr(made.activity("say"), method)(*before, made.inside("say"), ENGLISH, None))

    def doubts(self, made):
        return list(made.activity("say").doubts(made.inside("say"), ENGLISH))

    def test_nothing_to_answer_and_nobody_who_answered(self, say):
        assert self.told(say, "gist") == self.doubts(say) == ["No statements were written."]
        write(say)
        assert self.told(say, "gist") == self.doubts(say) == ["Nobody answered."]
        write(say, "Pay a fee")
        vote(say, 1)
        assert self.told(say, "gist") == ["No statement has enough answers to say what the room thinks."]
        assert self.doubts(say) == ["1 statement was answered by nobody."]

    def test_what_is_agreed_and_what_divides(self, room):
        made = room({**SAY, "limit": 9}, seats=MANY)
        for number, (text, agree) in enumerate({"Meet.": 12, "Eat": 11, "Sing": 10, "Pay": 6, "Leave": 0}.items(), 1):
            write(made, text, by=MANY[0])
            for place, seat in enumerate(MANY):
                vote(made, 1 if place < agree else -1, seat, f"s{number}")
        assert self.told(made, "gist") == [
            "Widely agreed: Meet; Eat.", "Widely rejected: Leave.", "Opinions differ: Pay.",
        ]  # fmt: skip

    def test_what_people_did(self, say):
        write(say)
        write(say, "Pay a fee", by="ben")
        for value in (1, -1):
            vote(say, value)
        say.do("hide", "say", statement="s2")
        say.do("withdraw", "say", by="ada", statement="s1")
        assert self.told(say, "course", say.log) == [
            "2 statements were written.",
            "1 person answered statements.",
            "1 statement was withdrawn.",
            "1 statement was hidden by the facilitator.",
        ]


def test_a_log_of_another_hand_does_not_break_it(say):
    write(say)
    say.record("statements.answer_given", "say", actor="ben", statement="s1", value=7)
    say.record("statements.answer_given", "say", actor="ben", statement="s9", value=1)
    assert not one(say).answers


moves = st.tuples(
    st.sampled_from(["add", "vote", "withdraw", "hide", "show"]),
    st.sampled_from(["ada", "ben", FACILITATOR]),
    st.sampled_from(["s1", "s2", "s3"]),
    st.sampled_from(["1", "0", "-1"]),
)


@given(st.lists(moves, max_size=30))
def test_every_answer_counts_once(room, sequence):
    made = room(SAY)
    for name, by, statement, value in sequence:
        try:
            made.do(name, "say", by=by, statement=statement, value=value, text=name)
        except Refused as refusal:
            assert refusal.why in {Why.INVALID, Why.NOT_ALLOWED}  # noqa: PT017 - most are not refused
    for statement in made.inside("say").statements.values():
        assert statement.agree + statement.disagree + statement.passed == len(statement.answers) <= 2
