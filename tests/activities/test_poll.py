"""The activity "poll": ballots that can be changed, hands and paper, and what is hidden from whom."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import FACILITATOR, Audience
from workshop_kit.core.document import Chart, Pairs, Paragraph, Table
from workshop_kit.core.errors import Why
from workshop_kit.core.event import Channel
from workshop_kit.core.text import Text

DOTS = {
    "id": "dots",
    "activity": "poll",
    "rule": "dots",
    "options": [{"id": "place", "de": "Ort", "en": "Place"}, {"id": "staff", "de": "Personal", "en": "Staff"}, "Money"],
}
CHOICE = {**DOTS, "id": "choice", "rule": "choice"}
MOOD = {"id": "mood", "activity": "poll", "rule": "mood"}
ENGLISH = Text("en")


def scores(room, item="dots"):
    return {line.option: line.score for line in room.inside(item).tally.lines if line.score}


def by_seat(seat, text):
    return seat.title()


class TestCast:
    def test_a_ballot_is_kept_as_cast(self, room):
        made = room(DOTS)
        (fact,) = made.cast("dots", "ada", place=2, staff=1, o3=0)
        assert fact.name == "poll.ballot_cast"
        assert fact.data == {"voter": "ada", "value": {"place": 2, "staff": 1}, "rev": 1}

    def test_the_last_ballot_replaces_the_earlier_one_as_a_whole(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=2, staff=1)
        made.cast("dots", "ada", o3=1)
        assert scores(made) == {"o3": 1}
        assert made.inside("dots").tally.voters == 1

    def test_an_older_ballot_that_arrives_late_is_recorded_and_not_counted(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", rev=5, place=3)
        (fact,) = made.cast("dots", "ada", rev=4, staff=3)
        assert fact.name == "poll.ballot_superseded"
        assert made.cast("dots", "ada", rev=5, staff=1)[0].name == "poll.ballot_superseded"
        assert scores(made) == {"place": 3}
        assert made.inside("dots").superseded == 2

    def test_a_ballot_without_rev_is_the_newest(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", rev=5, place=3)
        made.cast("dots", "ada", staff=3)
        assert scores(made) == {"staff": 3}

    def test_an_empty_ballot_is_an_abstention(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=0)
        tally = made.inside("dots").tally
        assert (tally.voters, tally.abstained) == (0, 1)

    def test_a_choice_comes_as_radio_buttons_send_it(self, room):
        made = room(CHOICE)
        made.do("cast", "choice", by="ada", choice="staff")
        assert scores(made, "choice") == {"staff": 1}

    def test_a_mood_has_its_own_scale(self, room):
        made = room(MOOD)
        made.do("cast", "mood", by="ada", choice="m2")
        assert [line.option for line in made.inside("mood").tally.lines] == ["m5", "m4", "m3", "m2", "m1"]
        assert scores(made, "mood") == {"m2": 1}


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"value.nowhere": "1"}, "value.nowhere"),
            ({"value.": "1"}, "value."),
            ({"value." + "x" * 200: "1"}, ("value." + "x" * 200)[:80]),
            ({"value.place": "4"}, "value.place"),
            ({"value.place": "-1"}, "value.place"),
            ({"value.place": "1.5"}, "value.place"),
            ({"value.place": "two"}, "value.place"),
            ({"value.place": "²"}, "value.place"),
            ({"value.place": "9" * 5000}, "value.place"),
            ({"value.place": "2", "value.staff": "2"}, "value"),
            ({"value.place": "1", "rev": "new"}, "rev"),
            ({"value.place": "1", "rev": "-1"}, "rev"),
            ({"value.place": "1", "rev": str(2**53 + 1)}, "rev"),
        ],
        ids=lambda fields: str(fields)[:40],
    )
    def test_a_ballot_that_breaks_the_rule(self, room, assert_refused, fields, field):
        made = room(DOTS)
        with assert_refused(Why.INVALID, field):
            made.do("cast", "dots", by="ada", **fields)
        assert not made.inside("dots").ballots

    @pytest.mark.parametrize("choice", ["", "nowhere"])
    def test_a_choice_that_is_none(self, room, assert_refused, choice):
        with assert_refused(Why.INVALID, f"value.{choice}"):
            room(CHOICE).do("cast", "choice", by="ada", choice=choice)

    def test_two_answers_to_a_single_choice(self, room, assert_refused):
        with assert_refused(Why.INVALID, "value"):
            room(CHOICE).cast("choice", "ada", place=1, staff=1)

    def test_a_slip_without_its_number(self, room, assert_refused):
        made = room(DOTS)
        for slip in (None, "  "):
            with assert_refused(Why.INVALID, "ballot"):
                made.cast("dots", slip=slip, place=1)

    @pytest.mark.parametrize(("by", "name"), [("ada", "dance"), (FACILITATOR, "dance"), ("ada", "room-votes")])
    def test_an_unknown_command(self, room, assert_refused, by, name):
        with assert_refused(Why.UNKNOWN):
            room(DOTS).do(name, "dots", by=by, voters="3")

    def test_a_ballot_after_closing(self, room, assert_refused):
        made = room(DOTS)
        made.do("close", "dots")
        with assert_refused(Why.CLOSED):
            made.cast("dots", "ada", place=1)

    @pytest.mark.parametrize(
        ("counts", "voters", "field"),
        [
            ({"place": "3"}, "2", "voters"),
            ({"place": "many"}, "", "value.place"),
            ({"place": "10001"}, "", "value.place"),
            ({"place": "1"}, "some", "voters"),
            ({"nowhere": "1"}, "", "value.nowhere"),
        ],
    )
    def test_hands_that_cannot_be(self, room, assert_refused, counts, voters, field):
        fields = {f"value.{option}": number for option, number in counts.items()}
        with assert_refused(Why.INVALID, field):
            room(DOTS).do("room-votes", "dots", voters=voters, **fields)


class TestPaperAndHands:
    def test_slips_count_once_each_beside_the_phones(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=3)
        made.cast("dots", slip=1, channel=Channel.PAPER, place=1)
        made.cast("dots", slip=2, channel=Channel.PAPER, staff=1)
        made.cast("dots", slip=2, channel=Channel.PAPER, staff=2)
        tally = made.inside("dots").tally
        assert scores(made) == {"place": 4, "staff": 2}
        assert (tally.voters, tally.channels) == (3, {Channel.PHONE: 1, Channel.PAPER: 2})

    def test_a_slip_cannot_stand_for_a_seat(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=3)
        made.cast("dots", slip="ada", staff=1)
        assert scores(made) == {"place": 3, "staff": 1}

    def test_hands_are_counted_with_their_number_of_people(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=3)
        made.do("room-votes", "dots", channel=Channel.HANDS, **{"value.place": "4", "value.staff": "2", "voters": "5"})
        tally = made.inside("dots").tally
        assert (tally.voters, tally.channels) == (6, {Channel.PHONE: 1, Channel.HANDS: 5})
        assert scores(made) == {"place": 7, "staff": 2}

    @pytest.mark.parametrize(("item", "voters"), [(DOTS, 4), (CHOICE, 6)])
    def test_without_a_number_of_people_it_is_the_least_that_the_hands_allow(self, room, item, voters):
        made = room(item)
        made.do("room-votes", item["id"], **{"value.place": "4", "value.staff": "2"})
        assert made.inside(item["id"]).room.voters == voters

    def test_a_new_count_of_hands_replaces_the_old_one(self, room):
        made = room(DOTS)
        made.do("room-votes", "dots", **{"value.place": "4"})
        made.do("room-votes", "dots", **{"value.staff": "3"})
        assert scores(made) == {"staff": 3}

    def test_invalid_slips_are_told_and_count_for_nothing(self, room, assert_refused):
        made = room(DOTS)
        made.cast("dots", "ada", place=3)
        made.do("room-votes", "dots", **{"value.place": "1"})
        made.do("invalid-slips", "dots", count="2")
        made.do("room-votes", "dots", **{"value.staff": "1"})
        made.do("close", "dots")
        tally = made.inside("dots").tally
        assert (tally.voters, tally.invalid, tally.eligible) == (2, 2, 3 + 1 + 2)
        votes = dict(next(iter(made.activity("dots").record(made.inside("dots"), ENGLISH, by_seat))).pairs)["Votes"]
        assert "2 invalid slips" in votes
        for count in ("", "-1", "many", "10001"):
            with assert_refused(Why.INVALID, "count"):
                made.do("invalid-slips", "dots", count=count)
        with assert_refused(Why.UNKNOWN):
            room(DOTS).do("invalid-slips", "dots", by="ada", count="1")

    def test_closing_fixes_how_many_could_have_voted(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=3)
        made.cast("dots", slip=1, place=1)
        made.do("room-votes", "dots", **{"value.place": "4"})
        assert made.inside("dots").tally.eligible is None
        made.do("close", "dots")
        assert made.inside("dots").tally.eligible == 3 + 1 + 4

    def test_votes_that_are_entered_after_closing_count_among_those_who_could_have_voted(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=3)
        made.do("close", "dots")
        for slip in range(1, 6):
            made.cast("dots", slip=slip, channel=Channel.PAPER, place=1)
        made.do("room-votes", "dots", **{"value.place": "4"})
        tally = made.inside("dots").tally
        assert tally.voters == 10
        assert tally.eligible == 3 + 5 + 4
        assert tally.lines[0].low is not None, "two of those who could have voted did not"


class TestView:
    @pytest.fixture
    def voted(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", place=2, staff=1)
        made.do("room-votes", "dots", **{"value.staff": "4"})
        return made

    @pytest.mark.parametrize("audience", [Audience.ROOM, Audience.SEAT])
    def test_before_the_reveal_nobody_sees_a_result(self, voted, audience):
        view = voted.view("dots", audience, "ben")
        assert (view.tally, view.mine, view.outcome(), view.room.counts) == (None, None, None, {})
        assert (view.voted, view.seats, view.open) == (5, 3 + 4, True)

    def test_before_the_reveal_one_sees_ones_own_ballot(self, voted):
        view = voted.view("dots", Audience.SEAT, "ada")
        assert (view.mine, view.tally) == ({"place": 2, "staff": 1}, None)

    def test_nothing_of_others_is_in_what_a_seat_sees_before_the_reveal(self, room):
        def seen(*ballots):
            made = room(DOTS)
            made.cast("dots", "ada", place=1)
            for seat, value in zip(("ben", "cem"), ballots, strict=True):
                made.cast("dots", seat, **value)
            return [
                msgspec.json.encode(made.view("dots", audience, "ada")) for audience in (Audience.ROOM, Audience.SEAT)
            ]

        assert seen({"place": 3}, {"staff": 1}) == seen({"o3": 2}, {"place": 1, "o3": 2})

    def test_after_the_reveal_everybody_sees_it(self, voted):
        voted.do("close", "dots")
        view = voted.view("dots")
        assert (view.tally.lines[0].option, view.outcome().best, view.open) == ("staff", 5, False)

    def test_a_new_round_hides_again(self, voted):
        voted.do("next-round", "dots")
        view = voted.view("dots", Audience.SEAT, "ada")
        assert (view.tally, view.mine) == (None, None)

    def test_the_facilitator_sees_the_count(self, voted):
        view = voted.view("dots", Audience.FACILITATOR)
        assert view.tally.voters == 5
        assert view.room.counts == {"staff": 4}


class TestRecord:
    def blocks(self, room, **item):
        made = room({**DOTS, **item})
        made.cast("dots", "ada", place=2, staff=1)
        made.cast("dots", "ben")
        made.do("room-votes", "dots", **{"value.place": "2"})
        made.do("close", "dots")
        return list(made.activity("dots").record(made.inside("dots"), ENGLISH, by_seat))

    def test_it_tells_method_openness_and_where_the_votes_came_from(self, room):
        pairs = dict(self.blocks(room)[0].pairs)
        assert pairs["Method"].startswith("Dot voting (cumulative voting). Everybody spreads up to 3 dots")
        assert pairs["Openness"].startswith("Names hidden")
        assert pairs["Votes"] == (
            "3 people voted (1 by phone, 2 by raised hand), 1 abstained, 5 could have voted "
            "(with those on paper and by raised hand)"
        )

    def test_it_shows_the_result_as_a_picture_and_as_a_table(self, room):
        pairs, chart, others, note, interval = self.blocks(room)
        assert (type(pairs), type(chart), type(others), type(note)) == (Pairs, Chart, Table, Paragraph)
        assert "all 5 who could have voted" in interval.text
        assert [(bar.label, bar.value) for bar in chart.bars] == [("Place", 4.0), ("Staff", 1.0), ("Money", 0.0)]
        assert "Place with 4" in chart.alt
        assert chart.table.rows == (
            ("1.", "Place", "4", "3 of 3", "61\N{NO-BREAK SPACE}% to 100\N{NO-BREAK SPACE}%"),
            ("2.", "Staff", "1", "1 of 3", "20\N{NO-BREAK SPACE}% to 60\N{NO-BREAK SPACE}%"),
            ("3.", "Money", "0", "0 of 3", "0\N{NO-BREAK SPACE}% to 39\N{NO-BREAK SPACE}%"),
        )

    def test_it_tells_whether_another_rule_would_have_decided_otherwise(self, room):
        (table,) = [block for block in self.blocks(room) if isinstance(block, Table)]
        assert table.rows == (
            ("Dot voting (cumulative voting)", "Place", "this vote"),
            ("Number of people (approval)", "Place", "the same"),
        )

    def test_a_picture_of_a_scale_keeps_its_order_and_has_no_places(self, room):
        made = room(MOOD)
        for seat in ("ada", "ben", "cem"):
            made.do("cast", "mood", by=seat, choice="m2")
        made.do("close", "mood")
        chart = list(made.activity("mood").record(made.inside("mood"), ENGLISH, by_seat))[1]
        assert [bar.label for bar in chart.bars] == ["very good", "good", "so-so", "not so good", "bad"]
        assert chart.table.rows[3] == ("not so good", "3"), "all voted, so there is no interval"

    def test_a_tie_for_the_first_place_is_an_open_point(self, room):
        made = room(DOTS)

        def open_points():
            return list(made.activity("dots").pending(made.inside("dots"), ENGLISH, by_seat))

        assert open_points() == []
        made.cast("dots", "ada", staff=1, place=1)
        assert open_points() == ["the first place is tied: Place, Staff."]
        made.cast("dots", "ben", staff=1)
        made.cast("dots", "cem", staff=1)
        assert open_points() == []

    def test_it_tells_how_firm_the_order_is_where_enough_people_voted(self, room):
        seats = [f"p{number}" for number in range(20)]
        made = room({**DOTS, "rule": "approval", "top": 1}, seats=seats)
        for seat in seats:
            made.cast("dots", seat, place=1)
        made.do("close", "dots")
        blocks = list(made.activity("dots").record(made.inside("dots"), ENGLISH, by_seat))
        (table,) = [block for block in blocks if isinstance(block, Table)]
        assert table.caption == "How firm is this order?"
        assert [row[-1] for row in table.rows] == ["clearly in", "clearly out", "clearly out"]
        assert not any(word in str(blocks) for word in ("significant", "representative", "valid"))

    def test_agreement_is_told_for_numbers_and_places(self, room):
        made = room({**DOTS, "rule": "ranking"})
        for seat in ("ada", "ben", "cem"):
            made.cast("dots", seat, place=1, staff=2, o3=3)
        made.do("close", "dots")
        blocks = list(made.activity("dots").record(made.inside("dots"), ENGLISH, by_seat))
        assert any("Agreement among the voters: 1.00" in block.text for block in blocks if isinstance(block, Paragraph))

    def test_names_stand_beside_votes_only_in_an_open_poll(self, room):
        assert self.blocks(room, openness="open")[-1].rows == (("Ada", "Place: 2, Staff: 1"), ("Ben", ""))
        assert "Ada" not in str(self.blocks(room, openness="names-hidden"))

    def test_while_a_vote_is_open_the_minutes_keep_its_result_to_themselves(self, room):
        made = room(DOTS)
        made.cast("dots", "ada", staff=1)
        (block,) = made.activity("dots").record(made.inside("dots"), ENGLISH, by_seat)
        assert "still open" in block.text

    def test_a_poll_without_votes_says_so(self, room):
        made = room(DOTS)
        made.do("close", "dots")
        blocks = list(made.activity("dots").record(made.inside("dots"), ENGLISH, by_seat))
        assert blocks[-1] == Paragraph("Nobody voted.", "note")


def test_rows_are_tidy(room):
    made = room(DOTS)
    made.cast("dots", "ada", staff=2)
    made.cast("dots", "ben", staff=1, place=1)
    kind = made.activity("dots")
    rows = list(kind.rows(made.inside("dots")))
    assert all(tuple(row) == kind.columns for row in rows)
    assert [(row["option"], row["rank"], row["score"], row["share"], row["voters"]) for row in rows] == [
        ("staff", 1, 3, 1.0, 2),
        ("place", 2, 1, 0.5, 2),
        ("o3", 3, 0, 0.0, 2),
    ]
    assert rows[0]["label"] == {"de": "Personal", "en": "Staff"}
    assert rows[1]["low"] < 0.5 < rows[1]["high"]


def test_the_options_are_handed_over_in_the_order_of_the_result(room):
    final = {"id": "final", "activity": "poll", "rule": "choice", "options_from": "item:dots"}
    made = room(DOTS, final)
    made.cast("dots", "ada", o3=2, staff=1)
    made.do("open", "final")
    assert [(option.id, option.label) for option in made.inside("final").options] == [
        ("o3", {"und": "Money"}),
        ("staff", {"de": "Personal", "en": "Staff"}),
        ("place", {"de": "Ort", "en": "Place"}),
    ]


ballot = st.dictionaries(st.sampled_from(["place", "staff", "o3"]), st.integers(1, 1))
casts = st.lists(st.tuples(st.sampled_from(["ada", "ben", "cem"]), st.integers(1, 6), ballot), max_size=15)


@given(casts)
def test_a_recount_equals_a_fresh_count_of_each_voters_newest_ballot(room, sequence):
    made = room(DOTS)
    newest = {}
    for seat, rev, value in sequence:
        made.cast("dots", seat, rev=rev, **value)
        if seat not in newest or rev > newest[seat][0]:
            newest[seat] = rev, value
    fresh = room(DOTS)
    for seat, (rev, value) in newest.items():
        fresh.cast("dots", seat, rev=rev, **value)
    assert made.inside("dots").tally == fresh.inside("dots").tally
    assert made.inside("dots").superseded == len(sequence) - sum(fact.name == "poll.ballot_cast" for fact in made.log)


class TestTheRoundBefore:
    def rounds(self, room, audience=Audience.ROOM, **settings):
        made = room({**DOTS, **settings})
        made.cast("dots", "ada", staff=2)
        made.do("close", "dots")
        made.do("next-round", "dots")
        made.cast("dots", "ada", place=1)
        before_closing = made.view("dots", audience).before
        made.do("reveal", "dots")
        return before_closing, made.view("dots", audience)

    def test_its_scores_stand_beside_the_result_once_that_is_shown(self, room):
        hidden, view = self.rounds(room)
        assert hidden == {}
        assert view.before == view.outcome().before == {"staff": 2, "place": 0, "o3": 0}

    def test_they_do_not_where_it_may_never_have_been_revealed(self, room):
        _hidden, view = self.rounds(room, reveal="manual")
        assert view.tally.voters == 1
        assert view.before == {}

    def test_a_first_round_has_none_before(self, room):
        made = room(DOTS)
        made.do("close", "dots")
        assert made.view("dots").before == {}
