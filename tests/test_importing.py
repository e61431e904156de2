"""Tables of ballots and cards, as people make them, go into a step as a whole or not at all."""

from __future__ import annotations

import csv

import pytest
from openpyxl import Workbook

from workshop_kit.core.errors import Refused
from workshop_kit.core.event import Channel
from workshop_kit.importing import LARGEST_FILE, UnusableTable, import_table
from workshop_kit.library import voice

DOTS = {
    "id": "dots",
    "activity": "poll",
    "rule": "dots",
    "options": [{"id": "place", "de": "Ort", "en": "Place"}, {"id": "staff", "de": "Personal", "en": "Staff"}],
}
ORDER = {"id": "order", "activity": "poll", "rule": "ranking", "options": ["Ort", "Büro", "Ziel"]}
SECRET = {**DOTS, "id": "secret", "openness": "secret"}
CARDS = {"id": "cards", "activity": "ideas", "factors": ["Place", "People"]}

LONG = "ballot,option,value\n1,place,2\n1,staff,1\n2,Personal,3\n3,,\n"


@pytest.fixture
def session(live):
    return live(DOTS, ORDER, SECRET, CARDS, {"id": "hello", "activity": "info"})


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8", name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def scores(session, item="dots"):
    return {line.option: line.score for line in session.state.items[item].state.tally.lines}


def test_long_form_has_a_row_per_ballot_and_option(session, table):
    done = import_table(session, "dots", table("ballot,option,value\n1,place,2\n1,staff,1\n2,Personal,3\n"))
    assert (done.count, done.refused, done.repeated) == (2, (), False)
    assert scores(session) == {"staff": 4, "place": 2}
    assert session.state.items["dots"].state.tally.channels == {Channel.PAPER: 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_wide_form_has_a_column_per_option_however_a_spreadsheet_writes_it(session, table, encoding, mark):
    text = "Ballot,ORT,Büro,o3\r\n7,1,2,\r\n8,,1,1\r\n\r\n".replace(",", mark)
    assert import_table(session, "order", table(text, encoding), Channel.HANDS).count == 2
    ballots = session.state.items["order"].state.ballots
    assert {voter: dict(ballot.value) for voter, ballot in ballots.items()} == {
        "slip:7": {"o1": 1, "o2": 2},
        "slip:8": {"o2": 1, "o3": 1},
    }
    assert {ballot.channel for ballot in ballots.values()} == {Channel.HANDS}


def test_a_sheet_of_a_spreadsheet_program(session, tmp_path):
    book = Workbook()
    for row in (("ballot", "Place", "Staff"), (1, 2.0, None), (2, 1, 1), (None, None, None)):
        book.active.append(row)
    book.save(tmp_path / "slips.xlsx")
    assert import_table(session, "dots", tmp_path / "slips.xlsx").count == 2
    assert scores(session) == {"place": 3, "staff": 1}


def test_a_choice_needs_no_column_of_values(session, table):
    assert import_table(session, "dots", table("ballot;option\n1;Ort\n2;Personal\n3;Ort\n")).count == 3
    assert scores(session) == {"place": 2, "staff": 1}


def test_an_empty_row_of_cells_is_an_abstention(session, table):
    import_table(session, "dots", table("ballot,place,staff\n1,,\n2,3,\n"))
    tally = session.state.items["dots"].state.tally
    assert (tally.voters, tally.abstained) == (1, 1)


def test_every_refused_row_is_named_and_nothing_goes_in(session, table):
    path = table("ballot,option,value\n1,place,2\n2,nowhere,1\n3,place,9\n4,place,2\n4,staff,2\n,place,1\n")
    before = session.state.seq
    done = import_table(session, "dots", path)
    assert (done.count, session.state.seq) == (0, before)
    assert [(row.lines, row.why.field) for row in done.refused] == [
        ((3,), "value.nowhere"),
        ((4,), "value.place"),
        ((5, 6), "value"),
        ((7,), "ballot"),
    ]


def test_the_others_go_in_if_that_is_wanted(session, table):
    path = table("ballot,option,value\n1,place,2\n2,nowhere,1\n")
    done = import_table(session, "dots", path, partial=True)
    assert (done.count, [row.lines for row in done.refused]) == (1, [(3,)])
    assert scores(session) == {"place": 2, "staff": 0}


@pytest.mark.parametrize("partial", [False, True])
def test_a_ballot_that_names_an_option_twice_is_refused_with_its_lines(session, table, partial):
    path = table("ballot,option,value\n1,place,2\n2,staff,1\n1,Ort,1\n3,place,\n3,place,1\n")
    done = import_table(session, "dots", path, partial=partial)
    assert [(row.lines, row.why.field) for row in done.refused] == [((2, 4), "value.place"), ((5, 6), "value.place")]
    assert "on lines 2, 4" in str(done.refused[0].why)
    assert "in den Zeilen 2, 4" in done.refused[0].why.told(voice("de"))
    assert scores(session) == {"place": 0, "staff": int(partial)}


def test_two_rows_of_one_ballot_may_fill_different_columns_but_not_the_same(session, table):
    path = table("ballot,place,staff\n1,2,\n1,,1\n2,1,\n2,1,\n")
    assert [row.lines for row in import_table(session, "dots", path, partial=True).refused] == [(4, 5)]
    assert scores(session) == {"place": 2, "staff": 1}


@pytest.mark.parametrize("partial", [False, True])
def test_an_unknown_option_without_a_value_is_no_abstention(session, table, partial):
    done = import_table(session, "dots", table("ballot,option,value\n1,place,2\n2,nowhere,\n"), partial=partial)
    assert [(row.lines, row.why.field) for row in done.refused] == [((3,), "value.nowhere")]
    assert session.state.items["dots"].state.tally.abstained == 0


def test_in_the_long_form_too_an_empty_ballot_abstains(session, table):
    assert import_table(session, "dots", table(LONG)).count == 3
    assert session.state.items["dots"].state.tally.abstained == 1


def test_the_same_table_counts_once(session, table):
    path = table("ballot,place\n1,2\n2,1\n")
    import_table(session, "dots", path)
    before = session.state.seq
    done = import_table(session, "dots", path)
    assert (done.repeated, session.state.seq) == (True, before)


def test_a_mended_slip_takes_the_place_of_the_earlier_one(session, table):
    import_table(session, "dots", table("ballot,place\n1,2\n2,1\n"))
    import_table(session, "dots", table("ballot,place\n1,3\n"))
    assert scores(session) == {"place": 4, "staff": 0}


def test_cards_come_with_their_factor_by_name(session, table):
    path = table('text;factor\n"Ein Raum; mit ""Küche""";Place\n=1+1;\nZeit;o2\n')
    assert import_table(session, "cards", path).count == 3
    ideas = session.state.items["cards"].state.ideas.values()
    assert sorted((idea.label["und"], idea.factor, idea.channel) for idea in ideas) == [
        ("=1+1", "", Channel.PAPER),
        ('Ein Raum; mit "Küche"', "o1", Channel.PAPER),
        ("Zeit", "o2", Channel.PAPER),
    ]


def test_where_there_are_tickets_a_slip_is_one_of_them(session, table):
    one, two = session.do("issue-tickets", count="2").tickets
    path = table(f"ballot,place\n{one.lower()},2\n{two},1\n7,3\n")
    assert [row.lines for row in import_table(session, "dots", path).refused] == [(4,)]
    assert import_table(session, "dots", path, partial=True).count == 2
    voters = session.state.items["dots"].state.ballots
    assert set(voters) == set(session.state.seats), "each slip is the ballot of its ticket's seat"
    assert scores(session) == {"place": 3, "staff": 0}


def test_slips_of_a_secret_vote_lie_in_the_box(session, table):
    session.do("open", "secret")
    import_table(session, "secret", table("ballot,place\n1,2\n2,1\n"))
    assert scores(session, "secret") == {"place": 0, "staff": 0}
    session.do("close", "secret")
    assert scores(session, "secret") == {"place": 3, "staff": 0}


def test_many_ballots_go_in_as_one_and_the_log_verifies(session, table, tmp_path):
    with (tmp_path / "many.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("ballot", "place"), *((number, number % 4) for number in range(500))])
    assert import_table(session, "dots", tmp_path / "many.csv").count == 500
    assert session.verify()[0] == session.state.seq == 501


@pytest.mark.parametrize(
    ("item", "text", "told"),
    [
        ("dots", "", "no rows"),
        ("dots", "ballot,place\n", "no rows"),
        ("dots", "ballot,,\n1,2,3\n", "needs a name of its own"),
        ("dots", "ballot,place,place\n1,2,3\n", "needs a name of its own"),
        ("dots", 'ballot,place\n1,"2\n', "not a readable table"),
        ("dots", "PK\x03\x04 no sheet", "not a readable table"),
        ("hello", "text\nx\n", "takes no table"),
    ],
)
def test_a_file_that_is_no_table(session, table, item, text, told):
    with pytest.raises(UnusableTable, match=told):
        import_table(session, item, table(text))


@pytest.mark.parametrize(
    ("item", "text", "told"),
    [
        ("dots", "slip,place\n1,2\n", 'no column "ballot"'),
        ("dots", "ballot,place,pläce\n1,2,3\n", '"pläce" is not one of the options. There are: place, staff'),
        ("dots", "ballot,place,Ort\n1,2,3\n", '"place" and "ort" are the same option'),
        ("cards", "idea\nx\n", 'no column "text"'),
        ("nowhere", "ballot,place\n1,2\n", "no item"),
    ],
)
def test_columns_that_are_not_known(session, table, item, text, told):
    with pytest.raises(Refused, match=told):
        import_table(session, item, table(text))


def test_a_file_that_is_missing_or_too_large(session, table, tmp_path):
    with pytest.raises(UnusableTable, match="cannot be read"):
        import_table(session, "dots", tmp_path / "nowhere.csv")
    with pytest.raises(UnusableTable, match="too large"):
        import_table(session, "dots", table("x" * (LARGEST_FILE + 1)))
