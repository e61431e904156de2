"""One language's voice: catalogs, the wordings of an agenda, numbers and dates.

Texts of the kit are English message keys translated by gettext catalogs. Texts of an agenda carry their own
translations: a `Localised` maps a language to a wording, and "und" holds what people wrote themselves.
"""

from __future__ import annotations

import gettext
from collections.abc import Container, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache, cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from workshop_kit.core.errors import N_

if TYPE_CHECKING:
    from pathlib import Path

Localised = Mapping[str, str]
"""A wording per language tag, for example {"de": "Ort", "en": "place"}."""

LANGUAGES = {"de": "Deutsch", "en": "English"}
"""The languages of facilitation (stage, console, paper, command line) and of the minutes; the first is the default.

Phones may speak more, one for each catalog that is there: `library.phone_languages`.
"""

DEFAULT_LANGUAGE = "de"
AS_WRITTEN = "und"
"""The language tag (BCP 47, undetermined) of a text that somebody wrote during the session."""

DOMAIN = "workshop_kit"
PLAIN = "plain"
"""The catalog of short sentences that is laid over a language's own, where it has one and somebody asks for it."""

SIMPLE = "-simple"
"""Ends the language tag (BCP 47) of a wording in short sentences: an agenda may say "de-simple" beside "de"."""


def localised(wording: object) -> dict[str, str]:
    """Return a wording per language; a plain string is the same in all. Raises `msgspec.ValidationError`."""
    return {AS_WRITTEN: wording} if isinstance(wording, str) else msgspec.convert(wording, dict[str, str])


def preferred(header: str, spoken: Container[str] = LANGUAGES) -> str:
    """Return the first language of an `Accept-Language` header that is spoken, else the default.

    >>> preferred("tr, en-GB;q=0.8, de;q=0.5")
    'en'
    """
    ranked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = (piece.strip() for piece in part.partition(";"))
        try:
            quality = float(weight.removeprefix("q=")) if weight else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0:
            ranked.append((-quality, tag.lower().split("-")[0]))
    return next((tag for _, tag in sorted(ranked, key=lambda pair: pair[0]) if tag in spoken), DEFAULT_LANGUAGE)


@cache
def direction(lang: str) -> str:
    """Return the direction of a language's script, as HTML's `dir` wants it.

    What is no language is written from left to right.

    >>> direction("ar"), direction("tr"), direction("")
    ('rtl', 'ltr', 'ltr')
    """
    from babel.core import Locale, UnknownLocaleError  # noqa: PLC0415 - only a page asks for it

    try:
        return Locale.parse(lang, sep="-").text_direction if lang else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"


class Text:
    """Speaks one language. Call it with a message key; placeholders are `{name}`."""

    def __init__(
        self,
        lang: str,
        catalogs: tuple[gettext.NullTranslations, ...] = (),
        zone: tzinfo | None = None,
        *,
        plain: bool = False,
        fallback: str = DEFAULT_LANGUAGE,
    ) -> None:
        self.lang = lang
        self.plain = plain
        self.fallback = fallback
        self.zone: tzinfo = zone or UTC
        self._catalogs = catalogs or (gettext.NullTranslations(),)

    @classmethod
    def load(
        cls,
        lang: str,
        folders: tuple[Path, ...],
        zone: str = "UTC",
        *,
        plain: bool = False,
        fallback: str = DEFAULT_LANGUAGE,
    ) -> Text:
        """Read the catalogs of `lang` from several `locale` folders; the first that knows a message wins.

        With `plain` those of short sentences come first. A wording that does not exist in `lang` is in `fallback`.
        """
        domains = (PLAIN, DOMAIN) if plain else (DOMAIN,)
        found = tuple(gettext.translation(d, folder, [lang], fallback=True) for d in domains for folder in folders)
        return cls(lang, found, ZoneInfo(zone), plain=plain, fallback=fallback)

    def __call__(self, message: str, /, **values: object) -> str:
        """Return the translated message with its placeholders filled."""
        if not message:
            return ""
        told = next((told for cat in self._catalogs if (told := cat.gettext(message)) != message), message)
        return _filled(told, values)

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the form of the message for `n` things; `{n}` is filled with the number as people write it."""
        fallback = one if n == 1 else many
        told = next((t for cat in self._catalogs if (t := cat.ngettext(one, many, n)) != fallback), fallback)
        return _filled(told, {"n": self.number(n), **values})

    def pick(self, wording: Localised) -> str:
        """Return the wording in this language, else as written, else in the fallback, else any."""
        return wording.get(self.picked(wording), "")

    def picked(self, wording: Localised) -> str:
        """Return the language tag of what `pick` returns, empty where there is no wording."""
        wanted = (*((f"{self.lang}{SIMPLE}",) if self.plain else ()), self.lang, AS_WRITTEN, self.fallback)
        return next((lang for lang in (*wanted, DEFAULT_LANGUAGE) if lang in wording), next(iter(wording), ""))

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number as people write it: 1.234,5 in German, 1,234.5 in English."""
        written = f"{value:,.{digits}f}"
        return written.translate(_GERMAN_MARKS) if self.lang == "de" else written

    def percent(self, share: float) -> str:
        """Return a share between 0 and 1 in whole percent, since decimals promise more than a workshop can hold."""
        return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"

    def date(self, moment: datetime) -> str:
        """Return the day in the session's time zone, as in "23. November 2026"."""
        from babel.dates import format_date  # noqa: PLC0415 - Babel's dates cost 0.1 s that the server can do without

        return format_date(moment.astimezone(self.zone), format="long", locale=self.lang)

    def month(self, month: str) -> str:
        """Return a month given in ISO 8601 ("2026-11") in words, as in "November 2026"."""
        from babel.dates import format_skeleton  # noqa: PLC0415 - see `date`

        return format_skeleton("yMMMM", date.fromisoformat(f"{month}-01"), locale=self.lang)

    def day(self, day: str) -> str:
        """Return a day given in ISO 8601 in figures; unlike `date` it needs no Babel."""
        year, month, number = (int(part) for part in day.split("-"))
        return self(N_("{year}-{month:02}-{day:02}"), year=year, month=month, day=number)

    def time(self, moment: datetime) -> str:
        """Return the time of day in the session's time zone, 24 hours, as in "14:05"."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    @cached_property
    def direction(self) -> str:
        """The direction of script, as HTML's `dir` wants it."""
        return direction(self.lang)


def _filled(told: str, values: Mapping[str, object]) -> str:
    """Fill the placeholders; what already ends as a sentence ends it, so that none ends in "?."."""
    for key, value in values.items():
        if isinstance(value, str) and value.endswith(_ENDS):
            told = told.replace(f"{{{key}}}.", f"{{{key}}}")
    return told.format_map(values) if values else told


_ENDS = (".", "!", "?", "…")
_GERMAN_MARKS = str.maketrans(",.", ".,")
