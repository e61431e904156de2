"""What the note-taker adds to the log, field by field: what no machine can know, and what shall stand in the minutes.

A note is the facilitator's command. The last one about a field holds; an empty one takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from pyrsistent import PMap, pmap

from workshop_kit.core.document import clean
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import ERASED, Event, Fact
from workshop_kit.core.fields import only_the_facilitator, short

if TYPE_CHECKING:
    from workshop_kit.core.activity import Actor, Command

COMMAND = "note"
NOTED = "minutes.noted"
"""The event: {"field": …, "text": …} and, where it is about a step, {"item": …}. It belongs to the whole session."""

LONGEST_NOTE = 4_000


class Field(Struct, frozen=True):
    """Something to ask the note-taker. `group` is the heading of the form under which it stands.

    A `personal` field names people: it stays out of the public edition, and is erased with the names. `each` tells that
    it is asked about each step; `long` that it takes several lines, each of them a point. `hint` says what to write.
    """

    name: str
    label: str
    group: str
    personal: bool = False
    each: bool = False
    long: bool = False
    hint: str = ""


class Note(Struct, frozen=True):
    """What stands in a field, and the number of the entry that says so."""

    text: str
    seq: int

    @property
    def points(self) -> tuple[str, ...]:
        """The lines, without the signs that people put before a point."""
        lines = (line.strip(" -*\N{BULLET}\N{EN DASH}") for line in self.text.split("\n"))
        return tuple(line for line in lines if line)


Notes = PMap[tuple[str, str], Note]
"""Notes by step (empty: the whole session) and field."""

NO_NOTES: Notes = pmap()

PEOPLE, MEETING, FINDINGS, STEP, AFTERWARDS = (
    N_("People"),
    N_("Occasion and goal"),
    N_("Formal findings"),
    N_("What the step brought"),
    N_("How it goes on"),
)

FIELDS = (
    Field("note-taker", N_("Note-taker"), PEOPLE, personal=True),
    Field("chair", N_("Chair"), PEOPLE, personal=True),
    Field("session-giver", N_("Session given by"), PEOPLE, personal=True),
    Field("excused", N_("Excused"), PEOPLE, personal=True),
    Field("guests", N_("Guests"), PEOPLE, personal=True),
    Field("distribution", N_("Distribution"), PEOPLE, personal=True, hint=N_("Who gets these minutes.")),
    Field("occasion", N_("Occasion"), MEETING),
    Field("organiser", N_("Organiser"), MEETING, hint=N_("An organisation, not a person.")),
    Field("series", N_("Series"), MEETING),
    Field("number", N_("Number of the meeting"), MEETING),
    Field("format", N_("Form of the meeting"), MEETING, hint=N_("For example: in person, or some by video.")),
    Field("purpose", N_("Starting point"), MEETING, long=True, hint=N_("What was it about, and why now?")),
    Field("goal", N_("Goal"), MEETING, long=True, hint=N_("What was to be there in the end?")),
    Field("invitation", N_("Invitation"), FINDINGS, hint=N_("When and how it was sent, and whether in time.")),
    Field("quorum", N_("Quorum"), FINDINGS, hint=N_("How many may vote, how many are there, whether that is enough.")),
    Field("last-minutes", N_("Last minutes"), FINDINGS, hint=N_("Approved, or with which changes.")),
    Field("agenda-changes", N_("Changes of the agenda"), FINDINGS, hint=N_("Motions, and what became of them.")),
    Field("key-points", N_("Key points"), STEP, each=True, long=True, hint=N_("What was said, one point a line.")),
    Field("decision", N_("Decision"), STEP, each=True, long=True, hint=N_("The exact wording.")),
    Field("review", N_("Holds from, looked at again"), STEP, each=True, hint=N_("Days, or what it depends on.")),
    Field("objections", N_("Objections and other views"), STEP, each=True, long=True, hint=N_("Without names.")),
    Field("acceptance", N_("Acceptance of an election"), STEP, personal=True, each=True),
    Field(
        "continues",
        N_("Who continues"),
        AFTERWARDS,
        personal=True,
        long=True,
        hint=N_("Name and how to reach them, only of those who agreed to it."),
    ),
    Field("links", N_("Recommendations and links"), AFTERWARDS, long=True),
    Field("next-meeting", N_("Next meeting"), AFTERWARDS, hint=N_("Day, place, who invites.")),
    Field("approval", N_("Approval of the minutes"), AFTERWARDS, hint=N_("By whom and until when one may object.")),
)
"""All fields, in the order in which they are asked."""

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}


def decide(notes: Notes, items: Sequence[str], command: Command, actor: Actor, *, erased: bool) -> tuple[Fact, ...]:
    """Return the fact that a note leads to, none if nothing changes. Raises `Refused`."""
    if not actor.facilitates:
        raise only_the_facilitator()
    name, item, text = (command.fields.get(key, "") for key in ("field", "item", "text"))
    field = BY_NAME.get(name)
    if field is None:
        told = N_('There is no field "{name}" in the minutes. There are: {known}.')
        raise Refused(Why.INVALID, told, field="field", name=name[:40], known=", ".join(BY_NAME))
    if field.each and item not in items:
        told = N_('Say which step "{name}" is about. There are: {known}.')
        raise Refused(Why.INVALID, told, field="item", name=name, known=", ".join(items))
    if item and not field.each:
        raise Refused(
            Why.INVALID, N_('"{name}" is about the whole session, not about a step.'), field="item", name=name
        )
    text = short(clean(text).strip(), "text", LONGEST_NOTE)
    if erased and field.personal and text:
        told = N_("The names of this session were erased. A field that names people stays empty.")
        raise Refused(Why.LOCKED, told, field="field")
    known = notes.get((item, name))
    if text == (known.text if known else ""):
        return ()
    return (Fact(NOTED, {"field": name, "text": text} | ({"item": item} if item else {})),)


def evolve(notes: Notes, event: Event) -> Notes:
    """Return the notes after an event. Total: any other event changes nothing."""
    if event.name == ERASED:
        return pmap({key: note for key, note in notes.items() if not personal(key[1])})
    if event.name != NOTED:
        return notes
    key = (str(event.data.get("item", "")), str(event.data["field"]))
    text = str(event.data["text"])
    return notes.set(key, Note(text, event.seq)) if text else notes.discard(key)


def personal(field: str) -> bool:
    """Return whether a field names people; one that this version does not know is taken for one that does."""
    return field not in BY_NAME or BY_NAME[field].personal
