"""A real PostgreSQL for tests, from Debian's package: a cluster of its own on a socket of its own, never on the network.

PostgreSQL refuses to run as root, so root lends it to the user that the package made.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.support.waiting import until

USER = "postgres"
START_LIMIT_S = 30.0


class Postgres:
    """One server. Use as a context manager; ``database()`` makes a new, empty database and returns its address."""

    def __init__(self, *options: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.options = options
        """Settings of the server, each as ``name=value``."""
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._user = USER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        making = ("--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        self._run(program("initdb"), "--pgdata", str(self.folder / "data"), *making)

    def start(self) -> None:
        """Start (again); return once it answers."""
        assert self._process is None
        settings = (f"unix_socket_directories={self.folder}", "listen_addresses=", "fsync=on", *self.options)
        self._process = subprocess.Popen(
            [program("postgres"), "-D", str(self.folder / "data"), *(word for one in settings for word in ("-c", one))],
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd=self.folder,
        )
        assert until(self._answers, START_LIMIT_S), "PostgreSQL does not answer"

    def stop(self) -> None:
        """End it in order; who is connected is thrown out."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it as a crash does: what was not on the disk is lost."""
        self._end(signal.SIGQUIT)

    def database(self) -> str:
        """Make a new database and return its address."""
        self._made += 1
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE centre{self._made}".encode())
        return self._address(f"centre{self._made}")

    def _address(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, user=self._user, cwd=self.folder, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder)


def program(name: str) -> str:
    """Return the path of one of the server's programs, of the newest version that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    assert found, "install Debian's package postgresql"
    return str(found[-1])
