"""What people can still change after a step was closed, such as a consent: until the minutes are final.

A kind of activity names these commands in `lasting`. What was published meanwhile is withdrawn, since it may tell what
nobody agrees to any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workshop_kit.core.approval import Standing
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Boxed, Fact

if TYPE_CHECKING:
    from workshop_kit.core.state import SessionState


def must_not_be_final(state: SessionState) -> None:
    """Refuse what would change what minutes may tell, once they are final."""
    if (version := state.approval.current) and version.standing is Standing.FINAL:
        raise Refused(
            Why.CLOSED,
            N_("The minutes are final. You can still have all that you wrote deleted: under “My data” on your phone."),
        )


def withdrawing(state: SessionState, facts: Iterable[Fact | Boxed]) -> Iterator[Fact | Boxed]:
    """Yield the facts, and after them, if there are any, that the current version of the minutes is withdrawn."""
    version, changed = state.approval.current, False
    for fact in facts:
        changed = True
        yield fact
    if version and changed:
        yield Fact("minutes.withdrawn", {"version": version.number})
