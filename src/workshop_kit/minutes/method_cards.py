"""Cards of methods, one printed page each: how a facilitator does it with the kit, and where it goes wrong.

A card is a Markdown file `methods/NAME.LANGUAGE.md` of one fixed shape, read as a note-taker's cell is read and written
by the writers of the minutes. Whoever works in a folder with a `facilitation/methods` may add cards there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from workshop_kit.__about__ import __version__
from workshop_kit.core.document import AnyBlock, Document, Heading, Meta, Paragraph, Section, Table
from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.text import DEFAULT_LANGUAGE, Text
from workshop_kit.library import shipped, voice
from workshop_kit.minutes.notes import Part, parts

HEADINGS = (N_("How it goes"), N_("Watch out for"), N_("In the agenda"), N_("In the minutes"), N_("Source"))
"""What a card tells, in this order, below its title, one sentence what it is for, and a line of what it takes."""


class CardError(WorkshopError):
    """A card cannot be used; the message says which, and what it should look like."""


class Card(Struct, frozen=True):
    """A method in one language: what it is for, a line of time, group size and material, and the parts that tell it."""

    name: str
    title: str
    purpose: str
    takes: str
    parts: tuple[Part, ...]


def names() -> list[str]:
    """Return the names of all methods that there is a card of."""
    return sorted({path.name.split(".")[0] for folder in _folders() for path in folder.glob("*.*.md")})


def cards(wanted: Iterable[str], text: Text) -> list[Card]:
    """Return the cards of these methods in the language of `text`, by their titles. Raises `CardError`."""
    return sorted((card(name, text) for name in wanted), key=lambda one: one.title.casefold())


def card(name: str, text: Text) -> Card:
    """Return a method's card in the language of `text`, or in one that there is. Raises `CardError`."""
    path = file_of(name, text.lang)
    return read(name, path.read_text("utf-8-sig"), voice(path.name.split(".")[1]))


def file_of(name: str, lang: str) -> Path:
    """Return the file of a method's card in a language, or in one that there is. Raises `CardError`."""
    found = [path for folder in _folders() for path in sorted(folder.glob("*.*.md")) if path.name.split(".")[0] == name]
    if not found:
        known = ", ".join(names())
        raise CardError(N_('There is no method "{name}". There are: {known}.'), name=name[:60], known=known)
    spoken = (path for each in (lang, DEFAULT_LANGUAGE) for path in found if path.name == f"{name}.{each}.md")
    return next(spoken, found[0])


def read(name: str, markdown: str, text: Text) -> Card:
    """Return the card that a Markdown file holds. Raises `CardError` where its shape is another."""
    match [*parts(markdown)]:
        case [Part(str(title), (Paragraph(text=purpose), Paragraph(text=takes))), *told] if _titles(told) == [
            text(heading) for heading in HEADINGS
        ]:
            return Card(name, title, purpose, takes, tuple(told))
    raise CardError(
        N_(
            'The card "{name}" has not the shape of a card: a title, a sentence, a line of what it takes, then: '
            "{headings}."
        ),
        name=name,
        headings=", ".join(map(text, HEADINGS)),
    )


def page(one: Card, text: Text) -> Document:
    """Return a card as a document of one page, whose section is called what the method is for."""
    return Document(_meta(text, one.title, one.takes), (Section(one.name, one.purpose, tuple(_told(one))),))


def booklet(all_of_them: Sequence[Card], text: Text) -> Document:
    """Return the cards as one document: a page of what each is for, then a page per card."""
    head = (text(N_("Methods")), text(N_("What it is for")), text(N_("Name")))
    rows = tuple((one.title, one.purpose, one.name) for one in all_of_them)
    overview = Section("overview", text(N_("Which method for what?")), (Table(head, rows),))
    pages = (Section(one.name, one.title, (*_opening(one), *_told(one))) for one in all_of_them)
    meta = _meta(text, text(N_("Methods")), text(N_("One card per method")), apart=True)
    return Document(meta, (overview, *pages))


def _opening(one: Card) -> tuple[AnyBlock, ...]:
    return Paragraph(one.purpose, "lead"), Paragraph(one.takes, "note")


def _told(one: Card) -> Iterator[AnyBlock]:
    for part in one.parts:
        yield Heading(_title(part))
        yield from part.blocks


def _meta(text: Text, title: str, subtitle: str, *, apart: bool = False) -> Meta:
    return Meta(
        title=title,
        lang=text.lang,
        created="",
        subtitle=subtitle,
        generator=f"workshop-kit {__version__}",
        kind="methods",
        apart=apart,
    )


def _title(part: Part) -> str:
    return part.title or ""


def _titles(told: Iterable[Part]) -> list[str]:
    return [_title(part) for part in told]


def _folders() -> tuple[Path, ...]:
    return (Path("facilitation") / "methods", shipped("facilitation") / "methods")
