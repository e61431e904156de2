"""Carries out the forms of the console, be they sent from a notebook or by a co-facilitator's browser."""

from __future__ import annotations

from workshop_kit.core import steering
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.approval import FROM_FRONT
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.core.fields import only_the_facilitator
from workshop_kit.faces.forms import read_command
from workshop_kit.live import LiveSession
from workshop_kit.people import new_seat

GUEST, CHANNEL = "guest", "channel"
"""Fields of the facilitator's forms that say for whom and how: a person without a phone, and a slip of paper."""

ABOUT_THE_ROOM = frozenset({"lock", "unlock", "remove"}) | FROM_FRONT | steering.COMMANDS
"""Commands of the console that concern the session and no item of its agenda; all others name an item."""


AT_THE_LAPTOP = frozenset({"draft-minutes", "finalise-minutes"})
"""Commands that belong to files on the facilitator's laptop, which a co-facilitator's browser does not reach."""


DONE = {
    "item.opened": N_("opened"),
    "item.closed": N_("closed"),
    "item.revealed": N_("result shown"),
    "item.round_started": N_("new round"),
    "item.timer_set": N_("timer set"),
    "item.timer_extended": N_("more time"),
}
"""What the step was that can be taken back, in words."""


def carry_out(live: LiveSession, fields: dict[str, str], lang: str, by: str = "") -> None:
    """Carry out a form of the console and wait until it is durable; `by` is the co-facilitator who sent it.

    Raises `Refused` or `StoreError`.
    """
    fields = dict(fields)
    command = fields.get("command", "")
    if by and command in AT_THE_LAPTOP:
        raise only_the_facilitator()
    actor, guest, first = in_front(command, fields, lang, by)
    if command in ABOUT_THE_ROOM:
        fields["item"] = ""
    elif not fields.get("item"):
        raise Refused(Why.UNREADABLE, N_("The command names no step. Please reload the page."), field="item")
    live.submit(read_command(fields).command, actor, name=guest, first=first).result()


def in_front(command: str, fields: dict[str, str], lang: str, by: str = "") -> tuple[Actor, str, tuple[Command, ...]]:
    """Take from a form in front who acts, and return it with the name of a guest and what is to be done first."""
    guest = fields.pop(GUEST, "").strip()
    channel = Channel.PAPER if fields.pop(CHANNEL, "") == Channel.PAPER else Channel.NOTEBOOK
    if guest:
        return Actor(new_seat()[0], Channel.HANDS), guest, (Command("join", fields={"lang": lang}),)
    return Actor(FACILITATOR, Channel.HANDS if command == "room-votes" else channel, by=by), "", ()
