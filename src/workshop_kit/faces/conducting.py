"""Carries out the forms of the console, be they sent from a notebook or by a co-facilitator's browser."""

from __future__ import annotations

from workshop_kit.core import steering
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.approval import FROM_FRONT
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.faces.forms import read_command
from workshop_kit.live import LiveSession
from workshop_kit.people import new_seat

GUEST = "guest"
CHANNEL = "channel"

ABOUT_THE_ROOM = frozenset({"lock", "unlock", "remove"}) | FROM_FRONT | steering.COMMANDS
"""Commands of the console that concern the session and no item of its agenda; all others name an item."""


AT_THE_LAPTOP = frozenset({"draft-minutes", "finalise-minutes"})
"""Commands that belong to files on the facilitator's laptop, which a co-facilitator's browser does not reach."""


def carry_out(live: LiveSession, fields: dict[str, str], lang: str, by: str = "") -> None:
    """Carry out a form of the console and wait until it is durable; `by` is the co-facilitator who sent it.

    Raises `Refused` or `StoreError`.
    """
    fields = dict(fields)
    if by and fields.get("command") in AT_THE_LAPTOP:
        raise Refused(Why.NOT_ALLOWED, N_("Only the facilitator can do that."))
    guest = fields.pop(GUEST, "").strip()
    channel = Channel.PAPER if fields.pop(CHANNEL, "") == Channel.PAPER else Channel.NOTEBOOK
    if fields.get("command") == "room-votes":
        channel = Channel.HANDS
    actor = Actor(FACILITATOR, channel, by=by)
    first: tuple[Command, ...] = ()
    if guest:
        actor = Actor(new_seat()[0], Channel.HANDS)
        first = (Command("join", fields={"lang": lang}),)
    if fields.get("command") in ABOUT_THE_ROOM:
        fields["item"] = ""
    elif not fields.get("item"):
        raise Refused(Why.UNREADABLE, N_("The command names no step. Please reload the page."), field="item")
    live.submit(read_command(fields).command, actor, name=guest, first=first).result()
