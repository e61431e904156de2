"""All kinds of minutes of the recorded session: at any moment, in both languages and editions, with their sources."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from itertools import cycle, islice, product

import pikepdf
import pytest
from msgspec.structs import replace

from workshop_kit import activities
from workshop_kit.__about__ import __version__
from workshop_kit.core.document import Bullets, Chart, Heading, Pairs, Paragraph, Table
from workshop_kit.core.errors import WorkshopError
from workshop_kit.core.event import Channel, Event
from workshop_kit.core.noted import FIELDS, NOTED
from workshop_kit.core.session import SessionRules, fold
from workshop_kit.core.state import SessionState
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import shipped, voice
from workshop_kit.minutes.contents.course import stretches
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.minutes.writers import format_named
from workshop_kit.people import NameList
from workshop_kit.store.jsonl import import_jsonl

RULES = SessionRules(activities.installed())
RECORDED = sorted((shipped("data") / "sessions").glob("*.jsonl"))
LOGS = {path.stem: import_jsonl(path.read_text("utf-8").splitlines()) for path in RECORDED}
FOUNDING = LOGS["founding-v1"]
EVERY = tuple(product(KINDS, EDITIONS, LANGUAGES))

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
each_edition = pytest.mark.parametrize("edition", EDITIONS)
each_language = pytest.mark.parametrize("lang", list(LANGUAGES))


def noted(events, **fields):
    """Return the log with notes at its end; a field about a step is about the vote on the factors."""
    each = {field.name for field in FIELDS if field.each}
    made = list(events)
    for field, text in fields.items():
        name = field.replace("_", "-")
        data = {"field": name, "text": text} | ({"item": "factors"} if name in each else {})
        last = made[-1]
        made.append(Event(last.seq + 1, f"n{last.seq}", last.at, "facilitator", Channel.NOTEBOOK, "", NOTED, 1, data))
    return made


EVERYTHING = noted(FOUNDING, **{field.name.replace("-", "_"): f"About {field.name}." for field in FIELDS})
"""The recorded session with a note in every field."""


def minutes(events, kind=KINDS[0], edition="internal", lang="de", names=None, state=None, **options):
    state = state or fold(RULES, events)
    people = NameList(names or {}, {seat.id: seat.number for seat in state.seats.values()})
    text = voice(lang, RULES.registry.values(), state.info.timezone)
    return Minutes(RULES, state, text, people, edition=edition, kind=kind, events=events, **options)


def leaves(block):
    """Yield all that a block prints, in the order of reading; a chart's bars are in its table."""
    match block:
        case Heading(text=text) | Paragraph(text=text):
            yield text
        case Bullets(items=items):
            yield from items
        case Pairs(pairs=pairs):
            for pair in pairs:
                yield from pair
        case Table(head=head, rows=rows, caption=caption):
            yield from (caption, *head)
            for row in rows:
                yield from row
        case Chart(title=title, alt=alt, table=table, bars=bars):
            yield from (title, alt)
            yield from leaves(table) if table else (f"{bar.label} {bar.note}" for bar in bars)


def is_source(block):
    return isinstance(block, Paragraph) and block.tone == "source"


# ── at any moment ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("log", list(LOGS))
def test_minutes_are_made_of_a_log_that_ends_anywhere(log):
    """Some of all kinds, editions and languages in turn at each entry, from the first to the last."""
    state, events, turns = SessionState(), LOGS[log], cycle(EVERY)
    for number, event in enumerate(events, 1):
        state = fold(RULES, [event], state)
        running = any(item.phase == "open" for item in state.items.values())
        begun = any(item.opened_at for item in state.items.values())
        for kind, edition, lang in islice(turns, 3):
            document = minutes(events[:number], kind, edition, lang, state=state).document()
            assert document.sections
            assert all(section.title and section.blocks for section in document.sections)
            assert (" · " in document.meta.standing) == (running or not begun), document.meta.standing
            assert len({section.id for section in document.sections}) == len(document.sections)


def test_what_is_missing_from_a_session_that_runs_is_said():
    events = FOUNDING[:100]
    document = minutes(events, lang="en").document()
    assert "The session is not over" in document.meta.standing
    told = {section.id: [leaf for block in section.blocks for leaf in leaves(block)] for section in document.sections}
    state = fold(RULES, events)
    (running,) = [item for item in state.items.values() if item.phase == "open"]
    title = voice("en").pick(running.spec.title)
    assert f"{title}: is not closed yet." in told["open"]
    assert "This step was still open when these minutes were written." in told[f"item-{running.spec.id}"]
    assert "This step was not held." in told["item-later"]
    assert any(leaf.endswith("to …") or "–" in leaf or ":" in leaf for leaf in told["agenda"])


def test_a_note_taken_afterwards_does_not_move_the_end_of_the_session():
    late = noted(FOUNDING, goal="A list")
    late[-1] = replace(late[-1], at=FOUNDING[-1].at.replace(hour=23))
    assert minutes(late).meta().created == minutes(FOUNDING).meta().created
    head = dict(minutes(late).section("head").blocks[0].pairs)
    assert head["Uhrzeit"] == dict(minutes(FOUNDING).section("head").blocks[0].pairs)["Uhrzeit"]


# ── sources and figures ───────────────────────────────────────────────────────────────────────────────────────────────


@each_kind
@each_edition
@each_language
def test_every_section_with_a_figure_says_which_entries_it_rests_on(kind, edition, lang):
    """The provenance names the log itself; questions to the reader and lines to sign rest on nothing."""
    for section in minutes(EVERYTHING, kind, edition, lang).sections():
        told = " ".join(leaf for block in section.blocks if not is_source(block) for leaf in leaves(block))
        if re.search(r"\d", told) and section.id != "provenance":
            assert any(map(is_source, section.blocks)), section.id


def test_a_source_counts_the_entries_of_its_round():
    state = fold(RULES, FOUNDING)
    sections = {section.id: section for section in minutes(FOUNDING, lang="en").sections()}
    for item in state.items.values():
        own = [event.seq for event in FOUNDING if event.item == item.spec.id]
        if not own or item.spec.id == "experiences":
            continue
        sources = [block.text for block in sections[f"item-{item.spec.id}"].blocks if is_source(block)]
        assert f"{own[0]} to " in sources[0]
        rounds = sources[: len(item.entries)]
        counts = [int(re.findall(r"(\d+) of them|$", source)[0] or 0) for source in rounds]
        spans = list(item.entries)
        for counted, span, source in zip(counts, spans, rounds, strict=True):
            assert f"{span.first} to {span.last}" in source
            assert counted in {0, span.count}
        assert sum(span.count for span in spans) == len(own)


def figures(made, lang):
    """Return the numbers of a document in the order of reading, in one notation; without the kit's own version."""
    found = []
    for section in made.sections():
        for block in section.blocks:
            for leaf in leaves(block):
                for number in re.findall(r"\d[\d.,]*\d|\d", leaf.removeprefix(f"workshop-kit {__version__}")):
                    thousands, decimal = (".", ",") if lang == "de" else (",", ".")
                    found.append(number.replace(thousands, "").replace(decimal, "."))
    return found


@each_kind
@each_edition
def test_german_and_english_have_the_same_figures_in_the_same_order(kind, edition):
    """Dates are written in words and figures of another order, so each figure of theirs is looked at apart."""
    german, english = (figures(minutes(EVERYTHING, kind, edition, lang), lang) for lang in ("de", "en"))
    assert len(german) > 10
    assert Counter(german) == Counter(english)
    day = {"23", "2026"}
    assert [one for one in german if one not in day] == [one for one in english if one not in day]


# ── what each kind has ────────────────────────────────────────────────────────────────────────────────────────────────


@each_kind
@each_language
def test_a_kind_has_its_sections_and_no_other(kind, lang):
    made = minutes(EVERYTHING, kind, lang=lang)
    ids = [section.id for section in made.sections()]
    assert ids == [one for one in made.ids() if one in ids]
    assert set(made.ids()) - set(ids) <= {"recount"}
    assert made.meta().title.endswith("Was Netzwerke vor Ort stark macht")
    assert made.section("nonsense") is None


def test_sections_are_left_out_where_somebody_says_so():
    ids = {section.id for section in minutes(FOUNDING, without=["receipts", "item-welcome"]).sections()}
    assert {"item-factors", "provenance"} <= ids
    assert not ids & {"receipts", "item-welcome"}
    assert not any(one.id.startswith("item-") for one in minutes(FOUNDING, without=["item"]).sections())
    with pytest.raises(WorkshopError, match="Receipts"):
        minutes(FOUNDING, without=["Receipts"])


def test_the_course_is_told_in_order_and_of_every_step_that_was_held():
    (table, _) = minutes(FOUNDING, kind_named("course"), lang="en").section("course").blocks
    times = [row[0][:5] for row in table.rows]
    assert times == sorted(times)
    steps = [row[1] for row in table.rows]
    assert steps[0] == "Arriving"
    assert "Closing, Round 2" in steps
    voted = next(row[2] for row in table.rows if row[1] == "Weighing the factors")
    ballots = {
        event.data["voter"] for event in FOUNDING if event.name == "poll.ballot_cast" and event.item == "factors"
    }
    assert f"{len(ballots)} people handed in a vote." in voted
    assert "Not reached" not in steps
    assert steps.count("Speaker") == 1
    assert "The secret ballots were shuffled and counted." in table.rows[-1][2]


@pytest.mark.parametrize("log", list(LOGS))
def test_the_stretches_hold_every_entry_once_and_in_order(log):
    found = stretches(LOGS[log])
    assert [event.seq for stretch in found for event in stretch.events] == [event.seq for event in LOGS[log]]
    assert all(stretch.events for stretch in found)
    assert all({event.item for event in stretch.events} <= {stretch.item, ""} for stretch in found)


def test_the_article_lists_the_factors_in_the_order_of_the_result_and_every_card():
    made = minutes(FOUNDING, kind_named("article"), lang="en")
    sections = {section.id: section for section in made.sections()}
    assert list(sections) == ["report", "factors", "collection", "reader-questions", "call", "provenance"]
    assert sections["factors"].title == "12 factors"
    (listed,) = [block for block in sections["factors"].blocks if isinstance(block, Bullets)]
    state = made.material.state
    voted = state.items["factors"]
    order = [voice("en").pick(option.label) for option in RULES.activity(voted).offers(voted.state)]
    assert listed.ordered
    assert list(listed.items) == order
    cards = [item for block in sections["collection"].blocks if isinstance(block, Bullets) for item in block.items]
    shown = [
        row for item in ("sort", "missing") for row in RULES.activity(state.items[item]).rows(state.items[item].state)
    ]
    expected = [voice("en").pick(row["text"]) for row in shown if row["state"] in {"assigned", "unassigned", "merged"}]
    assert sorted(cards) == sorted(expected)
    headings = [block.text for block in sections["collection"].blocks if isinstance(block, Heading)]
    assert headings[-1] == "Not assigned"
    assert len(sections["reader-questions"].blocks[0].items) == 4


def test_an_article_without_factors_tells_step_by_step(room):
    made = room({"id": "cards", "activity": "ideas"}, {"id": "mood", "activity": "poll", "rule": "mood"})
    made.do("add", "cards", by="ada", text="Bread")
    told = minutes(made.log, kind_named("article"), lang="en", state=made.state)
    sections = {section.id: section for section in told.sections()}
    assert sections["factors"].title == "What came of it"
    assert [block.text for block in sections["factors"].blocks if isinstance(block, Heading)] == ["cards"]
    assert ("Bread",) in [block.items for block in sections["collection"].blocks if isinstance(block, Bullets)]
    assert len(sections["reader-questions"].blocks[0].items) == 3


def test_an_assembly_has_findings_numbered_items_decisions_and_lines_to_sign():
    made = minutes(
        noted(FOUNDING, quorum="12 of 20, enough", decision="We meet again."), kind_named("assembly"), lang="en"
    )
    sections = {section.id: section for section in made.sections()}
    assert dict(sections["findings"].blocks[0].pairs)["Quorum"] == "12 of 20, enough"
    assert dict(sections["findings"].blocks[0].pairs)["Invitation"] == "not noted"
    assert sections["item-factors"].title == "Item 3: Weighing the factors"
    (row,) = sections["decisions"].blocks[0].rows
    assert row[:2] == ("1", "We meet again.")
    assert "In front: " in row[2]
    assert sections["signatures"].blocks


@each_language
def test_the_card_fits_on_one_page(lang):
    long = "A sentence of the length that a note-taker writes in a hurry, with a second half. And one more."
    full = noted(
        FOUNDING,
        session_giver="Rosa Klein and Cem Aydin",
        occasion="openTransfer CAMP",
        purpose=long,
        key_points="\n".join(["A place alone does not do."] * 5),
        continues="Rosa Klein, rosa@example.org\nCem Aydin",
        links="https://opentransfer.de",
        next_meeting="12 January, 7 pm",
    )
    made = minutes(full, kind_named("card"), lang=lang)
    with pikepdf.open(BytesIO(format_named("pdf").write(made.document(), made.text))) as pdf:
        assert len(pdf.pages) == 1
