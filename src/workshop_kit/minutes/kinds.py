"""The kinds of minutes: which sections each has, in which order, and what it is called."""

from __future__ import annotations

from msgspec import Struct

from workshop_kit.core.errors import N_, WorkshopError

ITEM = "item"
"""The section that there is one of for each step of the agenda."""

PROOF = ("provenance", "receipts", "recount")
"""What comes last: where the figures are from."""

AFTER = ("open", "continues", "links", "next-meeting", "approval")


class Kind(Struct, frozen=True):
    """A kind of minutes. `title` is the title's pattern; `sections` are the ids of its sections, in order."""

    name: str
    title: str
    sections: tuple[str, ...]

    def place(self, section_id: str) -> int | None:
        """Return where a section stands, None where this kind has no such section."""
        name = ITEM if section_id.startswith(f"{ITEM}-") else section_id
        return self.sections.index(name) if name in self.sections else None


KINDS = (
    Kind(
        "results",
        N_("Minutes: {title}"),
        ("head", "people", "purpose", "agenda", "decisions", ITEM, *AFTER, *PROOF),
    ),
    Kind(
        "course",
        N_("Minutes of proceedings: {title}"),
        ("head", "people", "purpose", "agenda", "course", "decisions", ITEM, *AFTER, *PROOF),
    ),
    Kind(
        "card",
        "{title}",
        ("card",),
    ),
    Kind(
        "assembly",
        N_("Minutes of the assembly: {title}"),
        ("head", "people", "findings", "agenda", "decisions", ITEM, *AFTER, "signatures", *PROOF),
    ),
    Kind(
        "article",
        N_("Report: {title}"),
        ("report", "factors", "collection", "reader-questions", "call", "provenance"),
    ),
)


def kind_named(name: str) -> Kind:
    """Return the kind of minutes called `name`. Raises `WorkshopError` naming those that there are."""
    known = {kind.name: kind for kind in KINDS}
    if name not in known:
        raise WorkshopError(
            N_('There is no kind of minutes "{kind}". There are: {known}.'), kind=name, known=", ".join(known)
        )
    return known[name]


def file_stem(lang: str, edition: str, kind: str) -> str:
    """Return the name of the minutes' files without their extension: one of its own per kind, edition and language.

    >>> file_stem("de", "internal", "results"), file_stem("en", "public", "article")
    ('minutes.de', 'minutes-article-public.en')
    """
    parts = ["minutes", *([kind] if kind != KINDS[0].name else []), *([edition] if edition != "internal" else [])]
    return f"{'-'.join(parts)}.{lang}"
