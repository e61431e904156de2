"""The ballot box of a secret poll: who took part is in the log, what was voted is in the box, and nothing joins them.

While a poll is open each voter's ballot lies in the store under a digest that only the box's random key can make, so
that it can still be changed. Closing takes two commits. The first seals the box: the ballots are shuffled, voters and
key are destroyed, and the store's files are cleaned. Only then the second records that the poll is closed, with the
ballots as one event without voters. So whenever the log says "closed", no file of the store joins ballot and seat, even
if the process died in between; and at every moment each acknowledged ballot is on the disk. How far a store's cleaning
reaches says its `scrub`. This is secrecy for a workshop, not for a legally binding election.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from workshop_kit.core.errors import N_, Refused, StoreError, Why
from workshop_kit.core.event import BOX_OPENED, Boxed, Fact

if TYPE_CHECKING:
    from workshop_kit.store.base import Store, Writing

PARTED, SEALED = "parted", "sealed"
"""Stand in the place of the key of a box that takes no more ballots: before the store was cleaned, and after."""

_CONSONANTS = "bdfgklmnprstvw"
_VOWELS = "aeiou"
_SYLLABLES = 4


class Unsealed(Exception):
    """A poll is to be closed, and the box of `item` must be sealed first."""

    def __init__(self, item: str) -> None:
        super().__init__(item)
        self.item = item


def must_take(tx: Writing, item: str) -> None:
    """Raise `Refused` where the box of `item` is sealed."""
    if _key(tx, item) in {PARTED, SEALED}:
        raise Refused(Why.CLOSED, N_("Voting is closed."))


def put(tx: Writing, item: str, ballot: Boxed) -> str:
    """Put a ballot into the box of `item` unless a newer one of the same voter lies there; returns its receipt word.

    The word stays the same when a voter changes the ballot. It is empty where the poll gives no receipts.
    """
    voter = _digest(_key(tx, item), ballot.voter)
    earlier = tx.ballot(item, voter)
    known = earlier[0] if earlier else 0
    receipt = msgspec.json.decode(earlier[1]).get("receipt", "") if earlier else ""
    if ballot.receipt and not receipt:
        receipt = _word()
    rev = known + 1 if ballot.rev is None else ballot.rev
    if rev > known:
        content = {"value": dict(ballot.data), **({"receipt": receipt} if receipt else {})}
        tx.put_ballot(item, voter, rev, msgspec.json.encode(content, order="deterministic").decode())
    return receipt


def word(tx: Writing, item: str, voter: str) -> str:
    """Return the receipt word of a voter whose ballot lies in the box of `item`, or nothing."""
    key = _key(tx, item) if tx.box(item) else SEALED
    mine = None if key in {PARTED, SEALED} else tx.ballot(item, _digest(key, voter))
    return str(msgspec.json.decode(mine[1]).get("receipt", "")) if mine else ""


def seal(store: Store, item: str) -> None:
    """Part the ballots of `item` from their voters for good, in the files as well; may be done again.

    Raises `StoreError` where the files could not be cleaned. No ballot is taken from then on, and none is lost.
    """
    with store.writing() as tx:
        _shuffle(tx, item, PARTED)
    if not store.scrub():
        raise StoreError(
            N_(
                "The secret ballots cannot be parted from their voters yet, because another program is reading the "
                "session's log. The vote stays open until then. Close that program (a database tool, a copy in "
                "progress), then close the vote again."
            )
        )
    with store.writing() as tx:
        _shuffle(tx, item, SEALED)


def opened(tx: Writing, item: str) -> tuple[Fact, ...]:
    """Return the fact that holds the ballots of `item`, or nothing where its box is empty. Raises `Unsealed`."""
    ballots = tx.box(item)
    if not ballots:
        return ()
    if _key(tx, item) != SEALED:
        raise Unsealed(item)
    return (Fact(BOX_OPENED, {"ballots": [msgspec.json.decode(ballot) for ballot in ballots]}, item=item),)


def _shuffle(tx: Writing, item: str, mark: str) -> None:
    """Put the ballots into a new box in a random order, with a mark in the place of the key."""
    ballots = tx.box(item)
    secrets.SystemRandom().shuffle(ballots)
    tx.destroy_box(item)
    tx.box_key(item, mark)
    for number, ballot in enumerate(ballots):
        tx.put_ballot(item, f"{number:06d}", 0, ballot)


def _key(tx: Writing, item: str) -> str:
    return tx.box_key(item, secrets.token_hex(32))


def _digest(key: str, voter: str) -> str:
    return hmac.new(bytes.fromhex(key), voter.encode(), sha256).hexdigest()


def _word() -> str:
    """Return a word that can be spoken and written down; 24 bits are plenty for one poll."""
    return "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(_SYLLABLES))
