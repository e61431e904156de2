"""What minutes tell of a session made in a test, as one string to look into."""

from __future__ import annotations

from workshop_kit.core.document import Document
from workshop_kit.library import voice
from workshop_kit.minutes.kinds import kind_named
from workshop_kit.minutes.sections import Minutes
from workshop_kit.people import NameList

SEATS = tuple(f"s{number:02d}" for number in range(1, 9))
AGREED = SEATS[0]
"""Who has agreed to be named in public."""

NAMES = {seat: f"#{seat}#" for seat in SEATS} | {"c1": "#c1#"}
"""Names that can be found nowhere by chance; one comes from an earlier session."""


def minutes(made, edition="internal", kind="results", lang="en"):
    people = NameList(NAMES, {seat.id: seat.number for seat in made.state.seats.values()})
    return Minutes(made.rules, made.state, voice(lang), people, edition=edition, kind=kind_named(kind), events=made.log)


def told(made, *which, **options):
    """Return the sections, or those of these ids."""
    sections = Document(minutes(made).meta(), tuple(minutes(made, **options).sections())).sections
    return str([section for section in sections if not which or section.id in which])
