"""The people of a session, apart from its log: their names, and the secrets that open their seats."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 5
LONGEST_NAME = 60


class Admission(Struct, frozen=True):
    """A new seat and its secret; only the secret's hash is kept."""

    seat: str
    token: str


class NameList(Struct, frozen=True, dict=True):
    """The names of people as known now; without a name a seat is "Person 7", and of two called Ada one is "Ada (7)".

    `public`: these are for readers outside the room, and hold the names of those alone who agreed to that.
    """

    names: Mapping[str, str]
    numbers: Mapping[str, int]
    public: bool = False

    def __call__(self, seat: str, text: Text) -> str:
        if seat in self.names:
            name = self.names[seat]
            shared = self._often[name.casefold()] > 1 and seat in self.numbers
            return f"{name} ({self.numbers[seat]})" if shared else name
        if seat not in self.numbers:  # who took something on in an earlier session, and whose name is not known here
            return text(N_("somebody else"))
        return text(N_("Person {number}"), number=self.numbers[seat])

    @cached_property
    def _often(self) -> Counter[str]:
        """How many seats have each name, whatever its capitals."""
        return Counter(name.casefold() for name in self.names.values())


def new_code() -> str:
    """Return a random code for a session, of letters that cannot be mistaken for others."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def token_hash(token: str) -> str:
    """Return what is kept of a seat's token. The token has 128 random bits, so one round of SHA-256 is enough."""
    return sha256(token.encode()).hexdigest()


def clean_name(name: str) -> str:
    """Return a person's name on one line, cleaned and not too long."""
    return unicodedata.normalize("NFC", one_line(name))[:LONGEST_NAME].strip()


def word(name: str) -> re.Pattern[str]:
    """Return the pattern that finds a name as whole words in a text, whatever its capitals."""
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def new_seat() -> tuple[str, str]:
    """Return a random pseudonym for a seat and the secret of 128 random bits that opens it."""
    return "s" + secrets.token_hex(5), secrets.token_urlsafe(16)
