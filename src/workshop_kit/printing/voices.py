"""What a sheet says, in one language or in several below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workshop_kit.core.document import clean, one_line
from workshop_kit.core.text import Localised, Text

Said = list[dict[str, str]]
"""The same in each language of a sheet, as the template reads it: {"lang": …, "text": …}; equal ones stand once."""


SHORT = 60
"""So many letters a wording has in small print."""


class Voices:
    """Speaks the languages of a sheet, the first of which is the sheet's own."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = tuple(texts)

    @property
    def first(self) -> Text:
        return self.texts[0]

    def __call__(self, message: str, /, **values: object) -> Said:
        """Return a message of the catalog; a `Localised` value is said in the language of each."""
        return self._each(
            lambda text: text(
                message, **{name: text.pick(v) if isinstance(v, dict) else v for name, v in values.items()}
            )
        )

    def plural(self, one: str, many: str, n: int, /) -> Said:
        """Return the form of a message for `n` things."""
        return self._each(lambda text: text.plural(one, many, n))

    def pick(self, wording: Localised) -> Said:
        """Return a wording of the agenda, or what people wrote."""
        return self._each(lambda text: clean(text.pick(wording)).strip())

    def line(self, wording: Localised) -> Said:
        """Return a wording on one line, as an option's label stands in lists."""
        return self._each(lambda text: one_line(text.pick(wording)))

    def short(self, wording: Localised) -> Said:
        """Return a wording on one line that is cut where it is long, for the small print above a sheet."""
        return self._each(lambda text: cut(text.pick(wording), SHORT))

    def made(self, make: Callable[[Text], str]) -> Said:
        """Return what `make` says in each language."""
        return self._each(make)

    def _each(self, make: Callable[[Text], str]) -> Said:
        said = {make(text): text.lang for text in reversed(self.texts)}
        return [{"lang": lang, "text": told} for told, lang in reversed(said.items()) if told]


def cut(written: str, most: int) -> str:
    """Return a text on one line that is cut after `most` letters.

    >>> cut("Neighbours", 6)
    'Neigh…'
    """
    line = one_line(written)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
