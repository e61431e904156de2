"""The word cloud: a few words from each person, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from workshop_kit.core.activity import Spec
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.papers import Filled, Paper
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, supported, tallied
from workshop_kit.voting.tally import Line, Note, Tally

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

WORD = "word."
LONGEST_WORD = 60


class Words(Paper, frozen=True):
    """Up to `most` words, or short phrases, in a person's own writing; there are no options.

    The form has `word.1` to `word.<most>`. A word that is written twice counts once. The ballot's value is {"1": 1, …},
    which tells how many words there were when they themselves were erased.
    """

    kind: ClassVar[str] = "words"
    longest: ClassVar[int] = LONGEST_WORD

    most: int = 3

    @property
    def never_secret(self) -> str:
        return N_('Item "{item}": a word cloud cannot be secret, since it keeps people\'s own words.')

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del options, earlier
        found: dict[str, str] = {}
        for number in range(1, self.most + 1):
            field = f"{WORD}{number}"
            word = " ".join(one_line(fields.get(field, "")).split())
            if len(word) > LONGEST_WORD:
                raise Refused(
                    Why.INVALID,
                    N_("Please be shorter: {most} characters at most, you wrote {given}."),
                    field=field,
                    most=LONGEST_WORD,
                    given=len(word),
                )
            if word:
                found.setdefault(folded(word), word)
        allowed = {f"{WORD}{number}" for number in range(1, self.most + 1)}
        if surplus := [field for field in fields if field.startswith(WORD) and field not in allowed]:
            raise Refused(Why.INVALID, N_("You can give {most} words at most."), field=surplus[0][:80], most=self.most)
        words = {str(number): word for number, word in enumerate(found.values(), 1)}
        return Filled(dict.fromkeys(words, 1), words)

    def said(self, filled: Filled, labels: Mapping[str, str], text: Text) -> list[str]:
        del labels, text
        return list(filled.words.values())


def folded(word: str) -> str:
    """Return a word as it is counted: without regard to capitals. ß and ss stay different words, as do ü and ue.

    >>> folded("MASSE") == folded("Masse"), folded("Maße") == folded("Masse")
    (True, False)
    """
    return word.lower()


def mark_of(word: str) -> str:
    """Return the mark by which the log speaks of a word, so that it does not keep what its author has erased."""
    return sha256(folded(word).encode()).hexdigest()[:16]


class WordCount(Rule, frozen=True, kw_only=True):
    """Counts by how many people each word was given. The lines are about words in their most frequent spelling.

    `merged` tells which word is counted as which other one, `hidden` which ones are left out and why; both know words
    by `mark_of`.
    """

    fewest: ClassVar[int] = 0
    grows: ClassVar[bool] = False
    decides: ClassVar[bool] = False

    merged: Mapping[str, str] = {}
    hidden: Mapping[str, str] = {}

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        del options
        people: Counter[str] = Counter()
        for ballot in profile.cast:
            people.update({self.counted_as(mark_of(word)) for word in ballot.words.values()})
        spelled = self.spelled(profile)
        shown = {spelled[mark]: n for mark, n in people.items() if mark not in self.hidden}
        lines = [
            Line(word, rank, shown[word], shown[word], *supported(profile, shown[word]))
            for word, rank in ranked_by(shown, sorted(shown))
        ]
        erased = sum(len(ballot.value) - len(ballot.words) for ballot in profile.cast)
        told = {
            N_("Words left out by the facilitator: {n}."): len(people.keys() & self.hidden.keys()),
            N_("Words that were erased at the wish of their authors: {n}."): erased,
        }
        notes = tuple(Note(message, values={"n": n}) for message, n in told.items() if n)
        return tallied(self, profile, lines, notes=notes)

    def counted_as(self, mark: str) -> str:
        """Return the mark as which a word is counted, following merges to their end."""
        while mark in self.merged:
            mark = self.merged[mark]
        return mark

    def spelled(self, profile: Profile) -> dict[str, str]:
        """Return each word that somebody gave, and each that others are counted as, in its most frequent spelling."""
        own: dict[str, Counter[str]] = {}
        joined: dict[str, Counter[str]] = {}
        for ballot in profile.cast:
            for word in ballot.words.values():
                mark = mark_of(word)
                own.setdefault(mark, Counter())[word] += 1
                joined.setdefault(self.counted_as(mark), Counter())[word] += 1
        return {mark: min(said, key=lambda word: (-said[word], word)) for mark, said in (joined | own).items()}


def _words(spec: Spec) -> Rule:
    most = spec.whole("most", 3)
    return WordCount(
        name="words",
        title=N_("Word cloud"),
        explanation=N_("Everybody gives up to {most} words; capitals make no difference, and each person counts once."),
        values={"most": most},
        source="F. B. Viégas, M. Wattenberg: Tag clouds, interactions 15 (2008)",
        unit=N_("people"),
        paper=Words(most),
    )


RULES: Mapping[str, Callable[[Spec], Rule]] = {"words": _words}
