"""A session's folder: the log (or where in a database it is), the agenda, the notebooks, and the minutes."""

from __future__ import annotations

import os
import shutil
import tomllib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from workshop_kit import activities
from workshop_kit.core.errors import N_, StoreError
from workshop_kit.library import AGENDA_FILE, Source, load_agenda
from workshop_kit.live import LiveSession, utc_now
from workshop_kit.privacy import erase, overdue
from workshop_kit.series import LeftOver
from workshop_kit.slips import sweep
from workshop_kit.store.address import PASSWORD, Address, is_address, read_address
from workshop_kit.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from workshop_kit.core.activity import Registry
    from workshop_kit.core.state import Info
    from workshop_kit.store.base import Store

LOG = "session.db"
STORE = "store.toml"
MINUTES = "minutes"
VERSIONS = "versions"

WRITING = ".writing-"
"""How the name of a folder begins in which minutes are being written."""


_REMEMBERED = """\
# The log of this session is in a database. Its password is not kept here: it is taken from the environment
# (WORKSHOP_STORE_PASSWORD or PGPASSWORD) or from the file ~/.pgpass.
url = "{address}"
"""


class SessionFolder:
    """The files of one session. Nothing in it is read before it is asked for.

    `named` is the address by which a session in a database was named, if it was not named by its folder.
    """

    def __init__(self, path: Path, named: Address | None = None) -> None:
        self.path = path
        self._named = named

    @property
    def address(self) -> Address | None:
        """Where the log is, if it is in a database. Raises `StoreError` where the folder's note cannot be read."""
        return self._named or self._remembered()

    @property
    def log(self) -> Path:
        return self.path / LOG

    @property
    def agenda(self) -> Path:
        return self.path / AGENDA_FILE

    @property
    def minutes(self) -> Path:
        return self.path / MINUTES

    @property
    def versions(self) -> Path:
        """Where each version lies that was put before the room."""
        return self.minutes / VERSIONS

    def withdraw(self) -> list[Path]:
        """Take the published minutes from the phones; returns the files that were deleted."""
        return withdrawn(self.versions)

    @classmethod
    def create(
        cls,
        path: Path,
        agenda: str,
        info: Info,
        registry: Registry | None = None,
        *,
        store: str = "",
        left: LeftOver | None = None,
    ) -> SessionFolder:
        """Make a new session in `path` with the agenda of that name or file; its log in the database at `store`.

        `left` is what an earlier session left to do. Raises `AgendaError` or `StoreError`.
        """
        registry = registry or activities.installed()
        source = load_agenda(agenda, registry)
        address = read_address(store, path.name) if store else None
        folder = cls(path, address)
        if folder.log.exists() or (path / STORE).exists():
            raise StoreError(
                N_('There is a session in "{path}" already. Choose another name, or open that one.'), path=str(path)
            )
        if folder.agenda.exists() and folder.agenda.read_text("utf-8") != source.toml:
            raise StoreError(
                N_('There is another agenda in "{path}". Choose another name, or take that one with --agenda.'),
                path=str(folder.agenda),
            )
        if address is None:
            folder._fill(source)
        with closing(folder._store(create=True)) as opened:
            left = left or LeftOver()
            LiveSession.create(opened, registry, left.put_into(source.agenda), info)
            with opened.writing() as tx:
                for pseudonym, name in left.names.items():
                    tx.set_name(pseudonym, name)
        if address is not None:
            folder._fill(source)
            folder.lend()
        return folder

    def open(self, registry: Registry | None = None) -> LiveSession:
        """Open the session; names whose last day is over are erased before anybody can see them.

        Raises `StoreError` where there is none.
        """
        store = self._store()
        try:
            live = LiveSession(store, registry or activities.installed())
        except BaseException:
            store.close()
            raise
        try:
            if overdue(live, utc_now()):
                erase(live, "retention")
            sweep(live.state, self.path)
        except BaseException:
            live.close()
            raise
        return live

    def lend(self) -> None:
        """Let programs that start in the folder open the session, even where it was named by its address.

        The folder is made if need be. A password that was part of the address goes into the environment.
        """
        if self._named is None:
            return
        if not (self.path / STORE).exists():
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / STORE).touch(0o600)
            (self.path / STORE).write_text(_REMEMBERED.format(address=self._named), "utf-8")
        if self._named.password:
            os.environ[PASSWORD] = unquote(self._named.password)

    def must_be_file(self) -> None:
        """Raise `StoreError` where the log is in a database, whose own tools take care of it."""
        if self.address is not None:
            raise StoreError(
                N_("This session is in a database. For backups use the database's own tools, for example pg_dump.")
            )

    def _store(self, *, create: bool = False) -> Store:
        if (address := self.address) is not None:
            from workshop_kit.store.postgres import PostgresStore  # noqa: PLC0415 - sessions in a folder do without

            return PostgresStore(address.url, address.session, create=create)
        if not create and not self.log.is_file():
            raise StoreError(N_('There is no session in "{path}". Make one with "workshop new".'), path=str(self.path))
        return SqliteStore(self.log, create=create)

    def _fill(self, source: Source) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.agenda.write_text(source.toml, "utf-8")
        for beside in (*source.folder.glob("guide.*.md"), *source.folder.glob("*.csv"), *_look(source.folder)):
            (self.path / beside.name).write_bytes(beside.read_bytes())

    def _remembered(self) -> Address | None:
        path = self.path / STORE
        try:
            return read_address(str(tomllib.loads(path.read_text("utf-8")).get("url", "")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StoreError(
                N_('"{path}" is not a readable TOML file: {problem}'), path=str(path), problem=error
            ) from None


def _look(folder: Path) -> list[Path]:
    """Return the files beside an agenda that say how its minutes look."""
    return [path for path in (folder / "workshop.toml", *folder.glob("logo.*")) if path.is_file()]


def withdrawn(versions: Path) -> list[Path]:
    """Delete the minutes that are or were on the phones, since they tell what was erased; returns the files."""
    files = sorted(path for path in versions.glob("*/**/*.*") if path.is_file())
    shutil.rmtree(versions, ignore_errors=True)
    return files


def locate(session: str | Path) -> SessionFolder:
    """Return the folder of a session named by a path, or by its address in a database. Raises `StoreError`.

    The folder that belongs to an address is the one with the session's name, where the program runs; it need not exist.
    """
    if is_address(str(session)):
        address = read_address(str(session))
        folder = SessionFolder(Path.cwd() / address.session)
        known = folder.address
        if folder.log.exists() or (known and not known.same_place(address)):
            raise StoreError(
                N_('The folder "{path}" belongs to another session. Run the command in another place.'),
                path=str(folder.path),
            )
        return SessionFolder(folder.path, address)
    path = Path(session).expanduser().resolve()
    return SessionFolder(path.parent if path.name in {LOG, STORE} else path)
