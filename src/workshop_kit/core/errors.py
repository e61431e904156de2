"""The errors of the kit: one small tree, each message says what was expected, what came, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workshop_kit.core.text import Text


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a message for the catalogs; it is translated where it is shown."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - as above, for a message with a plural
    """Mark the two forms of a message that counts something."""
    return one, many


class WorkshopError(Exception):
    """Base of everything the kit raises on purpose.

    `message` is a catalog key in English; `values` fill its placeholders. `str(error)` is English, `told(text)` speaks
    the reader's language.
    """

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values: Mapping[str, object] = values
        super().__init__(message.format_map(values) if values else message)

    def told(self, text: Text) -> str:
        """Return the message in the language of `text`."""
        return text(self.message, **self.values)

    def _render_traceback_(self) -> list[str]:
        """Show a notebook's reader the message alone; IPython asks for this."""
        return [str(self)]


class Why(StrEnum):
    """Why a command was refused; a face turns it into its own kind of answer (an HTTP status, an exit code)."""

    UNREADABLE = "unreadable"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    CLOSED = "closed"
    TAKEN = "taken"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    LOCKED = "locked"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"


class Refused(WorkshopError):
    """A command was refused and changed nothing. `field` names the form field to mend, where there is one."""

    def __init__(self, why: Why, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.why = why
        self.field = field


class AgendaError(WorkshopError):
    """An agenda cannot be used; the message names the place in the file.

    `number` says which item it is about, from 1, and 0 for none; `line` is set by who has read the file.
    """

    number = 0
    line = 0

    def told(self, text: Text) -> str:
        problem = super().told(text)
        return text(N_("Line {line}: {problem}"), line=self.line, problem=problem) if self.line else problem


class AgendaErrors(AgendaError):
    """Several things make an agenda unusable; each is an error of its own."""

    def __init__(self, problems: Sequence[AgendaError]) -> None:
        super().__init__("\n".join(map(str, problems)).replace("{", "{{").replace("}", "}}"))
        self.problems = tuple(problems)

    def told(self, text: Text) -> str:
        return "\n".join(problem.told(text) for problem in self.problems)


class StoreError(WorkshopError):
    """The log could not be read or written."""


class BrokenLog(StoreError):
    """The digest chain does not hold; `seq` is the first entry that fails."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            N_(
                'The log was altered: entry {seq} does not match its digest. Run "workshop repair" or restore a backup.'
            ),
            seq=seq,
        )
        self.seq = seq


class UnusableEntry(StoreError):
    """An entry cannot be used though its digest may hold: something else than the kit wrote it, or wrote it wrongly."""

    def __init__(self, seq: int, name: str, problem: Exception) -> None:
        super().__init__(
            N_('Entry {seq} ("{name}") of the log cannot be used: {problem}. Keep the file and restore a backup.'),
            seq=seq,
            name=name,
            problem=problem if str(problem) else type(problem).__name__,
        )
