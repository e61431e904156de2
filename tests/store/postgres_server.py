"""A private PostgreSQL server for tests: its own cluster in a temporary folder, on the loopback address only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

USER = "ada"
PASSWORD = "p@ss:w/rd %?#&'1"
DATABASE = "workshops"


class NoServerError(Exception):
    """No server can be run here."""


class Server:
    """A running cluster with a database and a user who has a password."""

    def __init__(self, binaries: Path, folder: Path, as_user: list[str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._binaries = binaries
        self._as_user = as_user
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        options = f"""
            port = {self.port}
            listen_addresses = '127.0.0.1'
            unix_socket_directories = '{folder}'
            max_connections = 150
        """
        self._run(
            "initdb", "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256"
        )
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(options)
        self.start()
        quoted = PASSWORD.replace("'", "''")
        self.sql(f"create role {USER} login password '{quoted}'", database="postgres")
        self.sql(f"create database {DATABASE} owner {USER} template template0", database="postgres")

    def url(self, session: str = "", *, password: str = PASSWORD, database: str = DATABASE) -> str:
        """Return the database's URL, with a session behind it if one is named."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{USER}{secret}@127.0.0.1:{self.port}/{database}{f'#{session}' if session else ''}"

    def sql(self, statement: str, *values: object, database: str = DATABASE) -> list[tuple]:
        """Carry out a statement as the database's administrator."""
        with self._administrator(database, autocommit=True) as connection:
            rows = connection.execute(statement, values or None)
            return rows.fetchall() if rows.description else []

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Hold a transaction of the administrator."""
        with self._administrator(DATABASE, autocommit=False) as connection:
            yield connection

    def _administrator(self, database: str, *, autocommit: bool) -> Any:
        import psycopg

        return psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname=database, autocommit=autocommit
        )

    def hang_up(self, query: str = "") -> int:
        """End the connections whose last statement contains `query`, as a network does that breaks."""
        ended = self.sql(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s and query like %s",
            USER,
            f"%{query}%",
        )
        return len(ended)

    def start(self) -> None:
        self._run("pg_ctl", "--wait", "--silent", f"--log={self.folder / 'log'}", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; "immediate" is a crash."""
        self._run("pg_ctl", "--wait", "--silent", f"--mode={mode}", "stop")

    def kill(self) -> None:
        """Kill the server with all its processes at once, as a machine does that loses its power."""
        import psutil

        head = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
        family = [head, *head.children(recursive=True)]
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=60)

    @contextmanager
    def outlived_by_nobody(self) -> Iterator[None]:
        """Stop the server when the block ends, even if this process is killed meanwhile: its end of a pipe closes."""
        stop = f"'{self._binaries / 'pg_ctl'}' --pgdata='{self.data}' --wait --silent --mode=immediate stop"
        command = [*self._as_user, "sh", "-c", f"read line; {stop}; rm -r '{self.data}'"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=self.folder, start_new_session=True):
            yield

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._binaries / program), f"--pgdata={self.data}", *arguments]
        subprocess.run(
            command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60
        )


@contextmanager
def running() -> Iterator[Server]:
    """Run a server while the block lasts. Raises `NoServerError` where there is none."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise NoServerError("psycopg is not installed: pip install 'workshop-kit[postgres]'") from None
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *filter(None, [shutil.which("initdb")])]
    if not found:
        raise NoServerError("there is no PostgreSQL server here: apt-get install postgresql")
    binaries = Path(max(found, key=lambda path: [int(part) for part in Path(path).parts if part.isdigit()])).parent
    as_user: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="kit-pg-"))
    if os.geteuid() == 0:
        import pwd

        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            raise NoServerError("PostgreSQL does not run as root, and there is no user postgres") from None
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    try:
        server = Server(binaries, folder, as_user)
        with server.outlived_by_nobody():
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)
