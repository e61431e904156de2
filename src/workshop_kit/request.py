"""What waits to be written, with all that belongs to it, and what it gets when it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from msgspec import Struct

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.errors import N_, Refused, Why

if TYPE_CHECKING:
    from workshop_kit.store.base import Writing

LONGEST_ID = 80

_ID = re.compile(rf"[!-.0-~]{{1,{LONGEST_ID}}}")


class Receipt(Struct, frozen=True):
    """What an accepted command gets: the entry it led to. `repeated` tells that it had been sent before.

    `actor` is whose entry it is. `word` is the receipt of a secret ballot, where the poll gives receipts; it is nowhere
    else but in the box. `tickets` are the codes of tickets that were issued; they are nowhere else at all.
    """

    seq: int
    repeated: bool = False
    actor: str = ""
    word: str = ""
    tickets: tuple[str, ...] = ()


class Request(Struct):
    """A command on its way into the log; `LiveSession.submit` tells what its parts mean."""

    command: Command
    actor: Actor
    name: str
    token_hash: str
    first: tuple[Command, ...]
    also: Callable[[Writing], None] | None
    answer: Future[Receipt]

    def check(self) -> None:
        """Refuse an id that cannot be kept."""
        if self.command.id and not _ID.fullmatch(self.command.id):
            raise Refused(
                Why.INVALID,
                N_('The id of a command may have up to {most} letters, digits and signs, but no "/".'),
                field="id",
                most=LONGEST_ID,
            )

    def steps(self, bearing: Callable[[Command], Actor]) -> list[tuple[Command, Actor]]:
        """Return what is carried out for whom: a name needs a seat, and what is on paper the seat of its bearer.

        `bearing` returns the actor with the seat of the ticket that a command carries.
        """
        actor = bearing(self.command)
        naming = [(Command("name", fields={"named": "yes"}), actor)] if self.name else []
        first = [step for command in self.first for step in _admitted(command, bearing(command))]
        if self.command.name == "join" and not self.command.item:
            return [*first, (self.command, actor), *naming]
        return [*first, *naming, *_admitted(self.command, actor)]


def _admitted(command: Command, actor: Actor) -> list[tuple[Command, Actor]]:
    """Return a command after the one that gives its bearer a seat, where it has one."""
    return [*([(Command("admit"), actor)] if actor.bearer else []), (command, actor)]
