"""What changed between two versions: in plain words, section by section, and nothing that always changes."""

from __future__ import annotations

from workshop_kit.core.document import Document, Meta, Pairs, Paragraph, Section, Table
from workshop_kit.library import voice
from workshop_kit.minutes import changes, versions
from workshop_kit.minutes.writers import format_named

TEXT = voice("de")


def minutes(*sections, standing="Entwurf 1"):
    return Document(Meta("Protokoll", "de", "", standing=standing), sections)


def people(said, entries="2 bis 9"):
    return Section("people", "Personen", (Paragraph(said), Paragraph(f"Einträge {entries}", "source")))


BEFORE = minutes(
    people("9 Personen_haben teilgenommen."),
    Section("old", "Altes", (Paragraph("x"),)),
    Section("provenance", "Herkunft", (Pairs((("Prüfsumme", "ab"),)),)),
)
NOW = minutes(
    people("10 Personen_haben teilgenommen."),
    Section("new", "Neues", (Paragraph("y"),)),
    Section("approval", "Genehmigung", (Paragraph("Genehmigt."),)),
    Section("provenance", "Herkunft", (Pairs((("Prüfsumme", "cd"),)),)),
    standing="Fassung 1, endgültig",
)


def test_a_section_that_changed_is_a_table_and_one_that_came_or_went_a_sentence():
    table, new, gone = changes.blocks(list(changes.compared(BEFORE, NOW, TEXT)), TEXT)
    rows = (("9 Personen_haben teilgenommen.", "10 Personen_haben teilgenommen."),)
    assert table == Table(("Vorher", "Jetzt"), rows, "Personen")
    assert new == Paragraph("Neuer Abschnitt: „Neues“.")
    assert gone == Paragraph("Abschnitt weggefallen: „Altes“.")


def test_what_always_changes_is_no_change():
    one, other = (minutes(people("Neun.", entries), standing=entries) for entries in ("2 bis 9", "2 bis 12"))
    assert list(changes.compared(one, other, TEXT)) == []


def test_on_a_terminal_it_is_lines_in_one_language(tmp_path):
    for name, document in (("01-draft", BEFORE), ("01", NOW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "minutes.de.json").write_bytes(format_named("json").write(document, TEXT))
    assert versions.difference(tmp_path / "01-draft", tmp_path / "01", TEXT) == [
        "Personen",
        "  Vorher: 9 Personen_haben teilgenommen.",
        "  Jetzt: 10 Personen_haben teilgenommen.",
        "Neuer Abschnitt: „Neues“.",
        "Abschnitt weggefallen: „Altes“.",
    ]
    assert versions.difference(tmp_path / "01-draft", tmp_path / "nowhere", TEXT) == []
