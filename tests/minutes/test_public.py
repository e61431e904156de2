"""The public edition names who agreed to it and nobody else: in the sections, and in every file that is written."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.faces.speaking import speak_english

from workshop_kit import privacy
from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.core.text import LANGUAGES
from workshop_kit.faces import cli
from workshop_kit.library import voice
from workshop_kit.minutes.discretion import named, without_consent
from workshop_kit.minutes.run import write_minutes
from workshop_kit.minutes.sections import Minutes, in_public
from workshop_kit.minutes.writers import format_named
from workshop_kit.people import NameList
from workshop_kit.prepare import new_session

AGENDA = """
name = "small"
title = "Small"

[[item]]
id = "cards"
activity = "ideas"

[[item]]
id = "pick"
activity = "poll"
rule = "choice"
openness = "open"
options = ["Place", "People"]

[[item]]
id = "board"
activity = "roles"
options = [{ id = "host", label = "Host", places = 9 }]
"""
PEOPLE = {"Ada Lovejoy": True, "Ben Lovejoy": False, "Cem Lovejoy": None}
"""Whether people agreed to be named in public; None: agreed, and took it back."""

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")


def act(live, seat, name, item, **fields):
    live.submit(Command(name, item, fields), Actor(seat, Channel.PHONE)).result()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Everybody wrote a card, voted under their name and took a role; a role was only reserved."""
    base = tmp_path_factory.mktemp("public")
    (base / "small.toml").write_text(AGENDA, "utf-8")
    made = new_session(base / "session", agenda=str(base / "small.toml"), lang="en", title="A small one")
    live = made.open()
    seats = {name: live.join(name=name).result().seat for name in PEOPLE}
    for name, agreed in PEOPLE.items():
        if agreed is not False:
            privacy.consent(live, seats[name], given=True).result()
        if agreed is None:
            privacy.consent(live, seats[name], given=False).result()
    for item, command, fields in (
        ("cards", "add", {"text": "Bread"}),
        ("pick", "cast", {"value.o1": "1"}),
        ("board", "take", {"role": "host"}),
    ):
        live.do("open", item)
        for seat in seats.values():
            act(live, seat, command, item, **fields)
    act(live, seats["Ada Lovejoy"], "confirm", "board", role="host")
    live.do("close", "board")
    live.close()
    return made


def text_of(path):
    if path.suffix == ".pdf":
        return subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
    return path.read_text("utf-8")


@needs_pdftotext
@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_no_file_of_the_public_edition_names_who_did_not_agree(folder, tmp_path, lang):
    found = []
    files = write_minutes(folder, lang, edition="public", out=tmp_path, found=found.append)
    assert {path.suffix for path in files} == {".ipynb", ".html", ".pdf", ".md"}
    for path in files:
        told = text_of(path)
        assert "Ada Lovejoy" in told, path.name
        assert "Ben" not in told, path.name
        assert "Cem" not in told, path.name
    assert found == []


@needs_pdftotext
def test_the_internal_edition_names_all(folder, tmp_path):
    for path in write_minutes(folder, "en", out=tmp_path):
        assert all(name in text_of(path) for name in PEOPLE), path.name


def test_a_name_in_what_others_wrote_is_told_before_it_is_published(folder, tmp_path, monkeypatch, capsys):
    copy = shutil.copytree(folder.path, tmp_path / "copy")
    live = folder.__class__(copy).open()
    live.do("open", "cards")
    live.do("add", "cards", text="Ask BEN LOVEJOY for bread, or Ada Lovejoy")
    live.close()
    speak_english(monkeypatch)
    cli.main(["minutes", str(copy), "--format", "md", "--publish", "--out", str(tmp_path / "out")])
    assert capsys.readouterr().err == (
        'Read before you publish: a text names "Ben Lovejoy", who did not agree to it.\n'
    )


# ── pure ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

NAMES = st.text("abcdefgABCDEFG ", min_size=1, max_size=9).map(lambda name: f"#{name.strip()}#")
"""Names with signs that nothing else in the minutes has."""


@settings(max_examples=40)
@given(people=st.lists(st.tuples(NAMES, st.booleans()), max_size=5))
@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_whoever_is_there_only_names_with_consent_are_told(room, rules, people, lang):
    seats = tuple(f"s{number}" for number in range(len(people)))
    made = room(seats=seats)
    for seat, (_name, agreed) in zip(seats, people, strict=True):
        made.do("name", by=seat, named="yes")
        if agreed:
            made.do("consent", by=seat, use=privacy.PUBLIC_MINUTES, given="yes")
    made.do("open", "board")
    for seat in seats[:2]:
        made.do("take", "board", by=seat, role="host")
    known = NameList(
        {seat: name for seat, (name, _) in zip(seats, people, strict=True)},
        {seat.id: seat.number for seat in made.state.seats.values()},
    )
    told = str(list(Minutes(rules, made.state, voice(lang), in_public(known, made.state)).sections()))
    agreed = {name for name, yes in people if yes}
    assert all(name in told for name in agreed)
    assert not [name for name, _ in people if name not in agreed and name in told]
    assert without_consent(known, made.state) == {name for name, _ in people} - agreed


def test_names_are_found_as_whole_words_whatever_their_capitals():
    from workshop_kit.core.document import Document, Meta, Section, Table

    table = Table(("Who",), (("ROSA will host",), ("annabel",)))
    document = Document(Meta("Minutes", "en", ""), (Section("a", "A", (table,)),))
    assert named(document, ["Rosa", "Anna", "Bel", "(x"]) == ["Rosa"]
    assert format_named("md").write(document, voice("en"))
