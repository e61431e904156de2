"""Links by which somebody shares the console: made, exchanged once for a secret of the browser's own, and ended.

A link's secret is 30 random letters (135 bits), so that it can be typed where a browser has no JavaScript. Using it
puts the hash of another secret in its place; so a link that somebody else has read is of no use any more, and one that
somebody else has used is missed at once.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from workshop_kit.core import cofacilitators
from workshop_kit.core.activity import FACILITATOR, Actor, Command
from workshop_kit.core.cofacilitators import WHO, Cofacilitator
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import Channel
from workshop_kit.people import CODE_LETTERS, clean_name, token_hash

if TYPE_CHECKING:
    from workshop_kit.live import LiveSession
    from workshop_kit.store.base import Writing

LENGTH = 30
GROUP = 5


def new_secret() -> str:
    """Return the secret of a link as it is shown, in groups of five letters."""
    letters = [secrets.choice(CODE_LETTERS) for _ in range(LENGTH)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, LENGTH, GROUP))


def read_secret(written: str) -> str:
    """Return a secret as it was made; case, spaces and dashes do not matter.

    >>> read_secret("abcde fghjk")
    'ABCDEFGHJK'
    """
    return "".join(letter for letter in written.upper() if letter.isalnum())


def invite(live: LiveSession, name: str) -> str:
    """Let somebody share the console and return the secret of the link, which is kept nowhere. Raises `Refused`."""
    name = clean_name(name)
    if not name:
        raise Refused(Why.INVALID, N_("Please say whom the link is for."), field="name")
    who, secret = "c" + secrets.token_hex(5), new_secret()

    def keep(tx: Writing) -> None:
        tx.add_seat(who, token_hash(read_secret(secret)))
        tx.set_name(who, name)

    command = Command(cofacilitators.INVITE, fields={WHO: who})
    live.submit(command, Actor(FACILITATOR, Channel.NOTEBOOK), also=keep).result()
    live.catch_up()
    return secret


def enter(live: LiveSession, written: str) -> str:
    """Exchange the secret of a link for one of the browser's own, and return that. Raises `Refused`."""
    who = live.seat_of(read_secret(written)) or ""
    if who not in live.catch_up().cofacilitators:
        told = N_("This link does not work: it was used already, was ended, or is mistyped. Ask for a new one.")
        raise Refused(Why.NOT_ALLOWED, told, field="key")
    token = secrets.token_urlsafe(24)
    actor = Actor(FACILITATOR, Channel.NOTEBOOK, by=who)
    live.submit(Command(cofacilitators.ENTER), actor, also=lambda tx: tx.move_seat(who, token_hash(token))).result()
    return token


def entered_by(live: LiveSession, token: str) -> Cofacilitator | None:
    """Return the co-facilitator whose browser has this secret, if they may still act."""
    who = live.seat_of(token)
    if who and who not in live.state.cofacilitators and who not in live.state.seats:
        live.catch_up()  # another process may have let them in a moment ago
    one = live.state.cofacilitators.get(who or "")
    return one if one and one.acts else None


def called(live: LiveSession, who: str) -> list[Cofacilitator]:
    """Return those who are not dismissed and have this name or pseudonym. Raises `Refused` where there is none."""
    names = live.people.names
    found = [
        one
        for one in live.catch_up().cofacilitators.values()
        if not one.dismissed and who.strip() in {one.id, names.get(one.id)}
    ]
    if not found:
        raise Refused(Why.UNKNOWN, N_('Nobody called "{who}" has a link to the controls.'), who=who[:60])
    return found


def dismiss(live: LiveSession, who: str) -> int:
    """End all links of a person, given by name or pseudonym, and return how many there were. Raises `Refused`."""
    found = called(live, who)
    for one in found:
        live.do(cofacilitators.DISMISS, cofacilitator=one.id)
    return len(found)
