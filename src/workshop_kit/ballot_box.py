"""The ballot box of a secret poll: who took part is in the log, what was voted is in the box, and nothing joins them.

While a poll is open each voter's ballot lies in the store under a digest that only the box's random key can make, so
that it can still be changed. At closing the ballots are shuffled and recorded as one event without voters, and the box
is destroyed with its key. Until then, whoever can read the store can link ballot and seat; afterwards nobody can, as
far as the store reaches: a PostgreSQL server keeps its own write-ahead log, archives and backups for a while. This is
secrecy for a workshop, not for a legally binding election.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from workshop_kit.core.event import BOX_OPENED, Boxed, Fact

if TYPE_CHECKING:
    from workshop_kit.store.base import Writing

_CONSONANTS = "bdfgklmnprstvw"
_VOWELS = "aeiou"
_SYLLABLES = 4


def put(tx: Writing, item: str, ballot: Boxed) -> str:
    """Put a ballot into the box of `item` unless a newer one of the same voter lies there; returns its receipt word.

    The word stays the same when a voter changes the ballot. It is empty where the poll gives no receipts.
    """
    key = tx.box_key(item, secrets.token_hex(32))
    voter = hmac.new(bytes.fromhex(key), ballot.voter.encode(), sha256).hexdigest()
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


def opened(tx: Writing, item: str) -> tuple[Fact, ...]:
    """Return the fact that holds the shuffled ballots of `item`, or nothing where there is no box."""
    ballots = [msgspec.json.decode(ballot) for ballot in tx.box(item)]
    if not ballots:
        return ()
    secrets.SystemRandom().shuffle(ballots)
    return (Fact(BOX_OPENED, {"ballots": ballots}, item=item),)


def _word() -> str:
    """Return a word that can be spoken and written down; 24 bits are plenty for one poll."""
    return "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(_SYLLABLES))
