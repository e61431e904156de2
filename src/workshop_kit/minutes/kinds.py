"""The kinds of minutes: which sections each has, in which order, and what it is called."""

from __future__ import annotations

from msgspec import Struct

from workshop_kit.core.errors import N_, WorkshopError


class Kind(Struct, frozen=True):
    """A kind of minutes. `title` is the title's pattern; `sections` are the methods of `Minutes` it calls, in order."""

    name: str
    title: str
    sections: tuple[str, ...]


KINDS = (
    Kind(
        "results",
        N_("Minutes: {title}"),
        ("head", "attendance", "agenda", "item", "open_points", "approval", "provenance", "receipts", "recount"),
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
