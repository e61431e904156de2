"""The address of a session in a database: a URL of PostgreSQL with the session's name behind a "#".

>>> address = read_address("postgresql://ada:secret@db.example:5433/workshops#spring")
>>> print(address)
postgresql://ada@db.example:5433/workshops#spring
>>> address.session
'spring'

The password shows in `url` alone. What cannot be read is never quoted in an error, because a password may be in it.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from msgspec import Struct

from workshop_kit.core.errors import N_, StoreError

PASSWORD = "WORKSHOP_STORE_PASSWORD"  # noqa: S105 - the name of the environment variable that holds one
"""Where the password is looked for when the address has none; behind it come PGPASSWORD and ~/.pgpass."""

_ADDRESS = re.compile(r"[a-z][a-z+.-]+:/", re.IGNORECASE)
_HOST = r"(?:\[[\w:.%]+\]|[\w.%-]*)(?::\d+)?"
_URL = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[\w.%+~!$*-]*)(?::(?P<password>[^\s\"\\@/?#]*))?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)(?:/(?P<database>[\w.%+~!$*-]*))?(?:\?(?P<options>[^\s\"\\@#]+))?"
    r"(?:#(?P<session>[^#@/?]*))?"
)
_SESSION = re.compile(r"\w(?:[\w .-]{0,78}\w)?")
_SECRET = re.compile(r"(?:^|&)\w*(?:password|secret|_key)=")


class Address(Struct, frozen=True, kw_only=True):
    """Where a session is kept. As text it has no password."""

    user: str = ""
    password: str = ""
    hosts: str = ""
    database: str = ""
    options: str = ""
    session: str

    @property
    def url(self) -> str:
        """The database's URL for its driver, with the password if one was given."""
        return self._url(f":{self.password}" if self.password else "")

    def same_place(self, other: Address) -> bool:
        """Tell whether both mean the same session, whoever asks for it."""
        return (self.hosts, self.database, self.options, self.session) == (
            other.hosts,
            other.database,
            other.options,
            other.session,
        )

    def _url(self, secret: str = "") -> str:
        who = f"{self.user}{secret}@" if self.user or secret else ""
        database = f"/{self.database}" if self.database or self.options else ""
        return f"postgresql://{who}{self.hosts}{database}{f'?{self.options}' if self.options else ''}"

    def __str__(self) -> str:
        return f"{self._url()}#{self.session.replace(' ', '%20')}"

    def __repr__(self) -> str:
        return f"<{self}>"


def is_address(text: str) -> bool:
    """Tell whether a text is meant as an address and not as a path."""
    return _ADDRESS.match(text) is not None


def read_address(text: str, session: str = "") -> Address:
    """Read an address; `session` is the name where it has none. Raises `StoreError`."""
    parts = _URL.fullmatch(text.strip())
    if parts is None or _SECRET.search(parts["options"] or ""):
        raise StoreError(
            N_(
                "The address of the database cannot be read. It should look like "
                "postgresql://USER:PASSWORD@HOST/DATABASE#SESSION; in a password, write signs as %XX (@ is %40)."
            )
        )
    known = {key: value for key, value in parts.groupdict().items() if value and key != "session"}
    name = session_name(unquote(parts["session"] or "") or session)
    return Address(**known, session=name)


def session_name(name: str) -> str:
    """Return the name of a session as the database keeps it. Raises `StoreError` for what cannot be one."""
    name = unicodedata.normalize("NFC", name)
    if not name:
        raise StoreError(
            N_('The address names no session. Put "#" and its name behind it: postgresql://HOST/DATABASE#SESSION')
        )
    if not _SESSION.fullmatch(name):
        raise StoreError(
            N_('In a database the name of a session has up to 80 letters, digits, spaces and "-", "_", ".".')
        )
    return name
