"""A session's folder: the log, the agenda, the notebooks made for it, and the minutes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workshop_kit import activities
from workshop_kit.core.errors import N_, StoreError
from workshop_kit.library import AGENDA_FILE, load_agenda
from workshop_kit.live import LiveSession
from workshop_kit.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from workshop_kit.core.activity import Registry
    from workshop_kit.core.state import Info

LOG = "session.db"
MINUTES = "minutes"
PUBLISHED = "published"


class SessionFolder:
    """The files of one session. Nothing in it is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

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
    def published(self) -> Path:
        return self.minutes / PUBLISHED

    @classmethod
    def create(cls, path: Path, agenda: str, info: Info, registry: Registry | None = None) -> SessionFolder:
        """Make a new session in `path` with the agenda of that name or file. Raises `AgendaError`, `StoreError`."""
        registry = registry or activities.installed()
        source = load_agenda(agenda, registry)
        folder = cls(path)
        if folder.log.exists():
            raise StoreError(
                N_('There is a session in "{path}" already. Choose another name, or open that one.'), path=str(path)
            )
        path.mkdir(parents=True, exist_ok=True)
        folder.agenda.write_text(source.toml, "utf-8")
        for beside in (*source.folder.glob("guide.*.md"), *source.folder.glob("*.csv")):
            (path / beside.name).write_bytes(beside.read_bytes())
        LiveSession.create(SqliteStore(folder.log, create=True), registry, source.agenda, info).close()
        return folder

    def open(self, registry: Registry | None = None) -> LiveSession:
        """Open the session. Raises `StoreError` where there is none."""
        if not self.log.is_file():
            raise StoreError(N_('There is no session in "{path}". Make one with "workshop new".'), path=str(self.path))
        return LiveSession(SqliteStore(self.log), registry or activities.installed())


def locate(session: str | Path) -> SessionFolder:
    """Return the folder of a session named by a path. Raises `StoreError` for what cannot be one."""
    if "://" in str(session):
        raise StoreError(
            N_('"{session}" is a database address; this version opens folders only.'), session=str(session)
        )
    path = Path(session).expanduser().resolve()
    return SessionFolder(path.parent if path.name == LOG else path)
