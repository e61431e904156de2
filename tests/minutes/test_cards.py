"""Cards in columns in minutes: in public no story without its author's consent, in whatever format it is written."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from contextlib import closing
from itertools import pairwise

import pytest

from workshop_kit import privacy
from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.document import Document
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import KINDS, kind_named
from workshop_kit.minutes.lint import findings
from workshop_kit.minutes.run import write_minutes
from workshop_kit.minutes.sections import EDITIONS, Minutes
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.people import NameList
from workshop_kit.prepare import new_session
from workshop_kit.privacy import forget, purge

AGENDA = """
name = "told"
title = "Told"

[[item]]
id = "stories"
activity = "cards"
format = "stories"

[[item]]
id = "pick"
activity = "poll"
rule = "dots"
options_from = "item:stories"

[[item]]
id = "thanks"
activity = "cards"
format = "thanks"
"""
KEPT, KEPT_TITLE, KEPT_PLACE = "Quincequeue", "Zymurgist", "Ouagadougou"
OPEN = "Kumquatlight"
NAMES = ("Ada Lovejoy", "Ben Lovejoy")
"""Words and names that nothing else in the minutes has."""

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")


def act(live, seat, name, item, **fields):
    live.submit(Command(name, item, fields), Actor(seat, Channel.PHONE)).result()


@pytest.fixture
def folder(tmp_path):
    """Ada told a story for the room and one for all, Ben voted on them; Ben was thanked, who is not named in public."""
    (tmp_path / "told.toml").write_text(AGENDA, "utf-8")
    made = new_session(tmp_path / "session", agenda=str(tmp_path / "told.toml"), lang="en", title="Told")
    with closing(made.open()) as live:
        ada, ben = (live.join(name=name).result().seat for name in NAMES)
        live.do("open", "stories")
        act(live, ada, "add", "stories", text=KEPT, title=KEPT_TITLE, whence=KEPT_PLACE, named="yes")
        act(live, ada, "add", "stories", text=OPEN, public="yes")
        live.do("open", "pick")
        act(live, ben, "cast", "pick", **{"value.c1": "2"})
        live.do("open", "thanks")
        act(live, ada, "add", "thanks", text="For the soup", person=ben, named="yes")
        live.do("close", "thanks")
    return made


def seats_of(live):
    return [seat.id for seat in sorted(live.catch_up().seats.values(), key=lambda seat: seat.number)]


def content(path):
    """Return all that a file says, whatever its format."""
    if path.suffix == ".pdf":
        return subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
    if path.suffix in {".docx", ".odt", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_text("utf-8-sig")


TABLES_ONLY = {".csv", ".xlsx"}
"""Formats that hold no running text, as a story is."""

FORMATS = tuple(each.name for each in BUILT_IN)


@needs_pdftotext
@pytest.mark.parametrize("kind", ["results", "assembly"])
def test_without_consent_a_story_stands_in_no_public_file(folder, tmp_path, kind):
    for edition, told in (("internal", True), ("public", False)):
        files = write_minutes(folder, "en", FORMATS, edition, kind, tmp_path / edition)
        assert {path.suffix for path in files} == {each.extension for each in BUILT_IN} | {".ipynb"}
        for path in files:
            words = content(path)
            assert (OPEN in words) is (path.suffix not in TABLES_ONLY), path.name
            for kept in (KEPT, KEPT_TITLE, KEPT_PLACE):
                assert (kept in words) is (told and path.suffix not in TABLES_ONLY), (path.name, kept)
            assert [name for name in NAMES if name in words and not told] == [], path.name
            assert "For the soup" in words or path.suffix in TABLES_ONLY, path.name


@needs_pdftotext
def test_consent_taken_back_reaches_the_published_minutes(folder):
    write_minutes(folder, "en", ("md",), publish=True)
    with closing(folder.open()) as live:
        ada, _ben = seats_of(live)
        assert live.state.approval.current is not None
        act(live, ada, "consent", "stories", card="c2")
        assert live.state.approval.current is None
    files = write_minutes(folder, "en", ("md",), publish=True)
    public = [path for path in files if path.parent != folder.minutes]
    assert len(public) == len(LANGUAGES) * len(BUILT_IN)
    assert [path.name for path in public if OPEN in content(path)] == []


def test_who_is_forgotten_takes_the_cards_along(folder, clock):
    with closing(folder.open()) as live:
        ada, _ben = seats_of(live)
        assert forget(live, ada) == 3
        purge(live, clock())
        assert live.state.items["stories"].state.ordered() == []
        assert live.state.items["thanks"].state.ordered() == []
        live.verify()
    left = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    assert [word for word in (KEPT, KEPT_TITLE, OPEN, "For the soup", NAMES[0]) if word.encode() in left] == []
    for path in write_minutes(folder, "en", ("md", "json")):
        assert OPEN not in content(path)


def test_who_was_thanked_finds_it_among_what_is_kept_without_who_wrote_it(folder):
    with closing(folder.open()) as live:
        ada, ben = seats_of(live)
        held = privacy.held_of(live, ben)
        assert "For the soup" in json.dumps(held)
        assert ada not in json.dumps(held)


# ── pure ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

SEATS = tuple(f"s{number:02d}" for number in range(1, 8))
RETRO = {"id": "retro", "activity": "cards", "format": "lessons", "named": "may", "likes": True}
STORIES = {"id": "stories", "activity": "cards", "format": "stories"}
THANKS = {"id": "thanks", "activity": "cards", "format": "thanks"}


@pytest.fixture(scope="module")
def made(room):
    made = room(RETRO, STORIES, THANKS, seats=SEATS)
    for seat in SEATS:
        made.do("name", by=seat, named="yes")
    made.do("consent", by=SEATS[0], use=privacy.PUBLIC_MINUTES, given="yes")
    for number, seat in enumerate(SEATS):
        column = ("worked", "failed", "learned")[number % 3]
        made.do("add", "retro", by=seat, text=f"Lesson {number}", column=column, named="yes")
    made.do("open", "stories")
    for number, seat in enumerate(SEATS):
        said = {"public": "yes"} if number > 4 else {}
        made.do("add", "stories", by=seat, text=f"Told {number}.", title=f"Title {number}.", named="yes", **said)
    made.do("open", "thanks")
    for seat, other in pairwise(SEATS):
        made.do("add", "thanks", by=seat, text="Thank you", person=other, named="yes")
    made.do("close", "thanks")
    return made


def told(made, *which, edition="internal", kind="results", lang="en"):
    people = NameList({seat: f"#{seat}#" for seat in SEATS}, {s.id: s.number for s in made.state.seats.values()})
    minutes = Minutes(
        made.rules, made.state, voice(lang), people, edition=edition, kind=kind_named(kind), events=made.log
    )
    sections = Document(minutes.meta(), tuple(minutes.sections())).sections
    return str([section for section in sections if not which or section.id in which])


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_tells_cards_and_none_a_story_without_consent_in_public(made, kind, edition, lang):
    whole = told(made, edition=edition, kind=kind, lang=lang)
    steps = ("Lesson 0", "Told 6.", "Title 6.", "Thank you")
    sums = (voice(lang).plural("{n} story.", "{n} stories.", 2 if edition == "public" else 7),)
    assert [words for words in (steps if kind not in {"card", "article"} else sums) if words not in whole] == []
    if edition == "public":
        assert [n for n in range(5) if f"Told {n}." in whole or f"Title {n}." in whole] == []
        assert [seat for seat in SEATS[1:] if f"#{seat}#" in whole] == []


def test_five_kept_back_are_counted_and_the_check_asks_about_them(made):
    assert "5 more stories were told for the room only" in told(made, "item-stories", edition="public")
    people = NameList({}, {}, True)
    found = findings(Minutes(made.rules, made.state, voice("en"), people, edition="public", events=made.log))
    assert "5 stories may not be published" in str(found)


def test_the_course_tells_what_was_done(made):
    course = told(made, "course", kind="course")
    assert "7 cards were written." in course
    assert "6 cards with thanks were written." in course
