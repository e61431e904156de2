"""Who shares the facilitator's controls: each was let in by name, has a secret of their own and can be dismissed.

Their names are kept beside the log, as those of all people; the log has a pseudonym and what each of them did.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Event, Fact
from workshop_kit.core.fields import only_the_facilitator

replace = msgspec.structs.replace

INVITE, ENTER, DISMISS = "invite-cofacilitator", "enter-console", "dismiss-cofacilitator"
COMMANDS = frozenset({INVITE, ENTER, DISMISS})

MOST = 50
"""Links that a session may have given out in all."""

WHO = "cofacilitator"
"""The field that names one, by pseudonym."""


class Cofacilitator(Struct, frozen=True):
    """Somebody with a link to the console. `entered`: the link was used, and works no more; `dismissed`: nor do they.

    `entries` counts what they did, as the log has it.
    """

    id: str
    entered: bool = False
    dismissed: bool = False
    entries: int = 0

    @property
    def acts(self) -> bool:
        return self.entered and not self.dismissed


Cofacilitators = dict[str, Cofacilitator]


def check(known: Cofacilitators, command: Command, actor: Actor) -> None:
    """Refuse somebody who acts as a co-facilitator and is none (any more)."""
    if not actor.by:
        return
    one = known.get(actor.by)
    if one is None or one.dismissed or (command.name != ENTER and not one.entered):
        raise Refused(Why.NOT_ALLOWED, N_("This link to the controls is not valid any more. Ask for a new one."))


def decide(known: Cofacilitators, command: Command, actor: Actor) -> tuple[Fact, ...]:
    """Return the facts that a command about co-facilitators leads to. Raises `Refused`."""
    if not actor.facilitates or (command.name == ENTER) != bool(actor.by):
        raise only_the_facilitator()
    who = command.fields.get(WHO, "")
    if command.name == ENTER:
        if known[actor.by].entered:
            told = N_("This link was used already, and works once only. Ask for a new one.")
            raise Refused(Why.NOT_ALLOWED, told)
        return (Fact("cofacilitator.entered", {WHO: actor.by}),)
    if command.name == INVITE:
        if len(known) >= MOST:
            raise Refused(Why.TOO_MANY, N_("There are {most} links already, which is the most."), most=MOST)
        return (Fact("cofacilitator.invited", {WHO: who}),)
    if who not in known:
        raise Refused(Why.INVALID, N_("There is no such link to the controls."), field=WHO)
    return () if known[who].dismissed else (Fact("cofacilitator.dismissed", {WHO: who}),)


def counted(known: Cofacilitators, who: str) -> Cofacilitators:
    """Return the co-facilitators with one more entry of one of them."""
    return {**known, who: replace(known[who], entries=known[who].entries + 1)} if who in known else known


def evolve(known: Cofacilitators, event: Event) -> Cofacilitators:
    """Return the co-facilitators after an event. Total: any other event changes nothing."""
    who = event.data.get(WHO, "")
    match event.name:
        case "cofacilitator.invited":
            return {**known, who: Cofacilitator(who)}
        case "cofacilitator.entered" if who in known:
            return {**known, who: replace(known[who], entered=True)}
        case "cofacilitator.dismissed" if who in known:
            return {**known, who: replace(known[who], dismissed=True)}
    return known
