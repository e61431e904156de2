"""What is printed for a session: every kind of paper, sizes that hands can mark, hostile texts, and tickets."""

from __future__ import annotations

import io
import re
import shutil
import stat
import subprocess
import sys

import pikepdf
import pytest
from click.testing import CliRunner
from tests.minutes import hostile as texts

from workshop_kit.core.activity import Actor, Command, Spec
from workshop_kit.core.errors import Refused, StoreError, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.state import Info
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces.cli import cli, paper
from workshop_kit.folder import SessionFolder
from workshop_kit.importing import import_table
from workshop_kit.library import voice
from workshop_kit.minutes.writers import typesetting
from workshop_kit.printing import joining, papers, run
from workshop_kit.printing.joining import NotPrintable, Wifi, wifi_of
from workshop_kit.printing.run import Order
from workshop_kit.printing.voices import Voices
from workshop_kit.tickets import new_ticket
from workshop_kit.voting.pairs import Pairs
from workshop_kit.voting.papers import Paper
from workshop_kit.voting.rules import RULES

HOSTILE = texts.HOSTILE.replace("\ud800", "")  # no agenda can hold it
ADDRESS = "http://192.168.178.23:8480"
WIFI = Wifi("Library; west", "not:so;secret")
MILLIMETRE = 72 / 25.4
SMALLEST = 8  # millimetres
A4 = (595, 842)
OPTIONS = ["Place", "People", "Money"]
PROJECTS = [{"id": name, "label": name, "cost": 100} for name in ("benches", "beds")]
NEEDED = {
    "budget": {"money": 500, "options": PROJECTS},
    "committee": {"seats": 2},
    "form": {"questions": [{"id": "q", "prompt": "Why?", "rule": "approval", "options": OPTIONS}]},
}
OWN = {"yes-no", "mood", "words", "form", "budget"}
"""The rules that have options of their own, or none."""

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")


def poll(rule, **settings):
    options = {} if rule in OWN else {"options": OPTIONS}
    return {"id": rule, "activity": "poll", "rule": rule, "title": rule, **options, **NEEDED.get(rule, {}), **settings}


def kinds(of=Paper):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def made(session, sheet, tmp_path, lang="en", count=3, codes=(), wifi=WIFI):
    """Return the PDF of one sheet, set in this process."""
    order = Order((sheet,), lang, count, len(codes), ADDRESS, wifi)
    job = run.job(session, tmp_path, sheet, order, run.voices_of(session, order), ADDRESS, codes)
    job.page = typesetting.each_leaf(job.page, typesetting.fonts.displayable)
    return typesetting.set_here(job)


def opened(pdf):
    return pikepdf.open(io.BytesIO(pdf))


def words(pdf, *options):
    return subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def boxes(pdf):
    """Yield width and height in millimetres of every shape that is drawn with a line around it."""
    with opened(pdf) as document:
        for page in document.pages:
            points = []
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in {"m", "l", "c"}:
                    numbers = [float(number) for number in operands]
                    points += zip(numbers[::2], numbers[1::2], strict=True)
                elif str(operator) in {"S", "s", "f", "n"} and points:
                    width, height = (max(axis) - min(axis) for axis in zip(*points, strict=True))
                    if str(operator) in {"S", "s"} and width > 1 and height > 1:
                        yield width / MILLIMETRE, height / MILLIMETRE
                    points = []


# ── papers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_is_a_slip_of_every_kind_of_paper():
    abstract = {kind for kind in kinds() if not hasattr(kind, "kind")}
    assert {kind.kind for kind in kinds() if kind not in abstract} <= papers.known()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_has_a_slip_with_options_and_boxes_that_shaky_hands_can_mark(rule, live, tmp_path):
    session = live(poll(rule))
    pdf = made(session, "ballots", tmp_path)
    sizes = list(boxes(pdf))
    assert all(min(size) >= SMALLEST for size in sizes)
    assert sizes or rule == "words"
    if shutil.which("pdftotext"):
        said = words(pdf)
        labels = [option.label.get("en") or option.label["und"] for option in session.state.items[rule].state.options]
        assert all(label in said for label in labels)


def test_options_bear_the_numbers_by_which_slips_are_typed():
    voices = Voices([voice("en")])
    for rule in sorted(set(RULES) - {"words", "form"}):
        spec = Spec("p", "poll", {}, {}, 0, {key: said for key, said in poll(rule).items() if key != "id"})
        made_rule = RULES[rule](spec)
        options = made_rule.options_of(spec)
        parts = papers.parts_of(made_rule.paper, options, voices)
        rows = [row for part in parts for row in part.get("rows", [part])]
        rows = [side for row in rows for side in (row.get("left", row), row.get("right", row))]
        numbers = {row["n"]: row["label"] for row in rows if "n" in row and "label" in row}
        assert numbers == {str(n): voices.line(option.label) for n, option in enumerate(options, 1)}, rule


def test_the_slips_of_a_comparison_hold_all_pairs_equally_often():
    options = RULES["pairwise"](Spec("p", "poll", {}, {}, 0, {})).options_of(
        Spec("p", "poll", {}, {}, 0, {"options": list("abcdefg")})
    )
    paper = Pairs(most=7)
    voices = Voices([voice("en")])
    rows = [
        (row["left"]["label"][0]["text"], row["right"]["label"][0]["text"])
        for turn in range(papers.variants(paper, options))
        for row in papers.parts_of(paper, options, voices, turn)[1]["rows"]
    ]
    assert len(rows) == len(set(rows)) == 21


def test_options_that_come_up_in_the_room_have_rows_to_be_written_in():
    (_told, ticks) = papers.parts_of(
        RULES["approval"](Spec("p", "poll", {}, {}, 0, {})).paper, (), Voices([voice("en")]), empty=6
    )
    assert ticks["rows"] == [{"label": None}] * 6


def test_four_short_slips_stand_on_a_page_and_two_long_ones(live, tmp_path):
    assert len(opened(made(live(poll("yes-no")), "ballots", tmp_path, count=8)).pages) == 2
    assert len(opened(made(live(poll("score")), "ballots", tmp_path, count=8)).pages) == 4
    many = poll("approval", options=[f"Option {n}" for n in range(90)])
    assert len(opened(made(live(many), "ballots", tmp_path, count=2)).pages) > 2


# ── all sheets ────────────────────────────────────────────────────────────────────────────────────────────────────────


def hostile_items():
    rules = ("choice", "dots", "score", "schulze", "pairwise", "consent", "matrix", "split")
    ideas = {"id": "ideas", "activity": "ideas", "title": HOSTILE, "prompt": HOSTILE, "factors": [HOSTILE]}
    board = {"id": "board", "activity": "roles", "title": HOSTILE, "options": [HOSTILE]}
    long = [
        "x" * 240,
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
        "\N{PARTY POPPER} yes",
    ]
    return [ideas, board, *(poll(rule, title=HOSTILE, prompt=HOSTILE, options=[HOSTILE, *long]) for rule in rules)]


@pytest.fixture
def hostile(live):
    return live(*hostile_items())


@pytest.mark.parametrize("lang", ["de", "both"])
@pytest.mark.parametrize("sheet", list(run.SHEETS))
def test_hostile_texts_stay_on_the_page(sheet, lang, hostile, tmp_path):
    (tmp_path / "workshop.toml").write_text('organisation = "Neighbours & <b>friends</b>"', "utf-8")
    pdf = made(hostile, sheet, tmp_path, lang, count=1, codes=[new_ticket()])
    assert opened(pdf).pages
    if shutil.which("pdftotext"):
        found = words(pdf, "-bbox")
        assert max(map(float, re.findall(r'xMax="([\d.]+)"', found))) < A4[0]


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("sheet", list(run.SHEETS))
def test_a_sheet_is_tagged_speaks_its_language_and_comes_out_the_same_twice(sheet, lang, live, tmp_path):
    session = live(
        poll("yes-no"), {"id": "i", "activity": "ideas"}, {"id": "b", "activity": "roles", "options": ["Host"]}
    )
    codes = ["ABCDE-FGHJF"]
    pdf = made(session, sheet, tmp_path, lang, codes=codes)
    assert pdf == made(session, sheet, tmp_path, lang, codes=codes)
    with opened(pdf) as document, document.open_metadata() as meta:
        assert str(document.Root.Lang).startswith(lang)
        assert document.Root.MarkInfo.Marked
        assert document.Root.StructTreeRoot
        assert meta["dc:title"].startswith(voice(lang)(run.SHEETS[sheet]))
        assert meta["pdfuaid:part"] == "1"


@needs_poppler
def test_both_languages_stand_on_one_slip(live, tmp_path):
    said = words(made(live(poll("yes-no")), "ballots", tmp_path, "both"))
    assert {"Ja", "Yes", "Enthaltung", "Abstention"} <= set(said.split())


@pytest.mark.parametrize("lang", [*LANGUAGES, "both"])
def test_the_poster_is_one_page(lang, live, tmp_path):
    assert len(opened(made(live(poll("yes-no")), "poster", tmp_path, lang)).pages) == 1
    assert len(opened(made(live(poll("yes-no")), "poster", tmp_path, lang, wifi=None)).pages) == 1


@needs_poppler
def test_the_poster_tells_how_to_join_and_the_wifi(live, tmp_path):
    session = live(poll("yes-no"))
    said = words(made(session, "poster", tmp_path))
    assert "192.168.178.23:8480" in said
    assert session.state.info.code in said
    assert WIFI.password in said
    assert WIFI.password not in words(made(session, "poster", tmp_path, wifi=None))


def test_the_codes_lead_to_the_session_and_no_code_holds_a_ticket(live, tmp_path):
    session = live(poll("yes-no"))
    order = Order(("tickets",), "en", 0, 1, ADDRESS, WIFI)
    job = run.job(session, tmp_path, "tickets", order, run.voices_of(session, order), ADDRESS, ["ABCDE-FGHJF"])
    assert job.pictures == {"join.svg": joining.qr(f"{ADDRESS}/{session.state.info.code}")}


# ── Wi-Fi and address ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "password", "written"),
    [
        ("Library", "12345678", "WIFI:T:WPA;S:Library;P:12345678;;"),
        ('a;b:c\\d"', "x;y:z\\w,1", 'WIFI:T:WPA;S:a\\;b\\:c\\\\d\\";P:x\\;y\\:z\\\\w,1;;'),
        ("Open", "", "WIFI:T:nopass;S:Open;;"),
    ],
)
def test_the_code_of_the_wifi_is_escaped_as_cameras_read_it(name, password, written):
    assert wifi_of(name, password).written == written
    assert not password or password not in repr(wifi_of(name, password))


@pytest.mark.parametrize(
    ("name", "password"), [("", ""), ("x" * 33, ""), ("a\nb", ""), ("a", "short"), ("a", "x" * 64)]
)
def test_a_wifi_that_no_phone_can_join_is_refused(name, password):
    with pytest.raises(NotPrintable) as refused:
        wifi_of(name, password)
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["192.168.1.5:8480", "ftp://a", "http://", "http://a b", "http://a:99999", "http://u@a"]
)
def test_an_address_that_no_phone_finds_is_refused(address, live):
    with pytest.raises(NotPrintable):
        joining.address_of(live(poll("yes-no")).state, address)


def test_the_address_may_end_with_the_code(live):
    state = live(poll("yes-no")).state
    assert (
        joining.address_of(state, f"{ADDRESS}/{state.info.code}") == joining.address_of(state, f"{ADDRESS}/") == ADDRESS
    )


# ── a session's folder ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path):
    return SessionFolder.create(tmp_path / "session", "success-factors", Info("Neighbours", "KLMNP", lang="en"))


@pytest.fixture
def session(folder):
    made = folder.open()
    yield made
    made.close()


def test_all_that_the_session_needs_is_written(folder, monkeypatch):
    monkeypatch.setenv(joining.PASSWORD, "not-so-secret")
    options = ["--address", ADDRESS, "--wifi-name", "Library", "--count", "2"]
    done = CliRunner().invoke(cli, ["print", str(folder.path), *options], catch_exceptions=False)
    files = {path.name for path in (folder.path / "print").iterdir()}
    assert files == {f"{sheet}.en.pdf" for sheet in ("poster", "ballots", "roles", "stations", "cards")}
    assert "not-so-secret" not in done.output
    for name in files:
        count = len(pikepdf.open(folder.path / "print" / name).pages)
        assert f"{name} · {count} page{'s' if count > 1 else ''}\n" in done.output
    stations = pikepdf.open(folder.path / "print" / "stations.en.pdf")
    opened_again = folder.open()
    assert len(stations.pages) == len(opened_again.state.agenda.items)
    opened_again.close()
    if sys.platform != "win32":
        assert stat.S_IMODE((folder.path / "print" / "poster.en.pdf").stat().st_mode) == 0o600


def test_the_command_knows_every_sheet():
    assert tuple(run.SHEETS) == paper.SHEETS


def test_what_cannot_be_printed_says_why(folder, session):
    for sheet in ("poster", "wifi", "tickets", "dance"):
        with pytest.raises(NotPrintable) as refused:
            run.print_sheets(session, folder.path, Order((sheet,)))
        assert str(refused.value)
    assert run.missing(session, Order())


@needs_poppler
def test_a_printed_ticket_and_a_slip_with_it_are_one_vote(live, tmp_path):
    session = live(poll("yes-no"))
    files = run.print_sheets(session, tmp_path, Order(("tickets", "ballots"), "en", 0, 2, ADDRESS))
    ballots, tickets = (re.findall(r"\b[A-Z]{5}-[A-Z]{5}\b", words(path.read_bytes())) for path in files)
    assert set(ballots) == set(tickets)
    one, other = tickets
    session.do("open", "yes-no")
    session.do("cast", "yes-no", channel=Channel.PAPER, ballot=one, choice="yes")
    seats = [session.join(ticket=code).result(10).seat for code in (one, other)]

    def by_phone(seat):
        return session.submit(Command("cast", "yes-no", {"choice": "no"}), Actor(seat, Channel.PHONE)).result(10)

    with pytest.raises(Refused) as refused:
        by_phone(seats[0])
    assert refused.value.why is Why.TAKEN
    by_phone(seats[1])
    with pytest.raises(Refused) as refused:
        session.do("cast", "yes-no", channel=Channel.PAPER, ballot=other, choice="yes")
    assert refused.value.why is Why.TAKEN


def test_printed_tickets_are_never_overwritten_and_none_are_issued_then(folder, session):
    order = Order(("tickets",), "en", 0, 2, ADDRESS)
    (file,) = run.print_sheets(session, folder.path, order)
    before = file.read_bytes()
    with pytest.raises(StoreError):
        run.print_sheets(session, folder.path, order)
    assert file.read_bytes() == before
    assert session.state.tickets == 2
    assert sys.platform == "win32" or stat.S_IMODE(file.stat().st_mode) == 0o600


def test_where_a_sheet_cannot_be_set_no_ticket_is_issued(folder, session, monkeypatch):
    def fails(_made):
        raise typesetting.WritingError("Typst is ill.")

    monkeypatch.setattr(run, "typeset", fails)
    with pytest.raises(typesetting.WritingError):
        run.print_sheets(session, folder.path, Order(("tickets", "ballots"), "en", 0, 2, ADDRESS))
    assert session.state.tickets == 0
    assert not list((folder.path / "print").iterdir())


def test_twenty_slips_are_entered_by_one_table_and_a_slip_again_replaces_itself(live, tmp_path):
    session = live(poll("ranking"), poll("matrix"))
    session.do("open", "ranking")
    table = tmp_path / "slips.csv"
    table.write_text("ballot,o1,o2,o3\n" + "".join(f"{n},1,2,3\n" for n in range(1, 21)), "utf-8")
    assert import_table(session, "ranking", table).count == 20
    session.do("cast", "ranking", channel=Channel.PAPER, ballot="7", **{"value.o2": "1"})
    assert len(session.state.items["ranking"].state.ballots) == 20
    session.do("close", "ranking")
    session.do("open", "matrix")
    table.write_text("ballot,option,value\n1,o1.x,2\n1,o1.y,5\n", "utf-8")
    assert import_table(session, "matrix", table).count == 1


def test_a_notebook_prints_the_same(folder):
    from workshop_kit.faces.notebook import Session

    shown = Session(folder.open(), folder.path)
    (file,) = shown.print_sheets("stations", lang="de")
    shown.close()
    assert file == folder.path / "print" / "stations.de.pdf"
    assert file.read_bytes().startswith(b"%PDF")
