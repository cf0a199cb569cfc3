"""The hall's one database: a fact that ``transaction`` has accepted survives a power cut.

WAL with ``synchronous=FULL`` on a single writing connection (SQLite before 3.51.3 can corrupt a file
that two connections write). Writers that wait together share one commit, and so one fdatasync: each
runs its own act under a savepoint, and none returns before the shared commit is durable.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from gateway.errors import Refusal

GROUP_LIMIT = 256
"""At most so many acts share a commit, so that none waits long for the others."""


class Transaction:
    """One act in progress on the writing connection. Valid only inside its ``with`` block."""

    def __init__(self, db: Database) -> None:
        self.db = db
        """sqlite-utils' view of the same connection; it joins this transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement and return its cursor; rows are tuples."""
        return self.db.conn.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterator[Sequence[Any]] | Sequence[Sequence[Any]]) -> sqlite3.Cursor:
        """Run one statement for each row of parameters."""
        return self.db.conn.executemany(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query as dictionaries."""
        return self.db.query(sql, parameters)


class _Group:
    """The acts that share one commit."""

    def __init__(self) -> None:
        self.size = 0
        self.done = threading.Event()
        self.failure: BaseException | None = None


class Store:
    """The open database. ``announce`` is called after each commit, outside every lock."""

    def __init__(
        self, path: Path, announce: Callable[[], None] = lambda: None, *, at_close: Callable[[], None] = lambda: None
    ) -> None:
        self.path = path
        self.directory = path.parent
        self.recovery = ""
        self._at_close = at_close
        self.announce = announce
        self._db = Database(_connect(path), execute_plugins=False)
        self._turn = threading.Lock()
        self._count = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Run one act: durable when the block has ended, undone alone when it raises.

        Raises Refusal ``storage-full`` or ``storage-failed`` when the card does not take it.
        """
        with self._count:
            self._waiting += 1
        self._turn.acquire()
        with self._count:
            self._waiting -= 1
        group = self._group
        try:
            if group is None:
                self._db.conn.execute("BEGIN IMMEDIATE")
                group = self._group = _Group()
            self._db.conn.execute("SAVEPOINT act")
            try:
                yield Transaction(self._db)
            except BaseException:
                self._db.conn.execute("ROLLBACK TO act")
                self._db.conn.execute("RELEASE act")
                raise
            else:
                self._db.conn.execute("RELEASE act")
                group.size += 1
        finally:
            self._end_turn(group)
        if group is not None:
            group.done.wait()
            if group.failure is not None:
                raise Refusal("storage-failed") from group.failure

    def _end_turn(self, group: _Group | None) -> None:
        if group is not None and (self._waiting == 0 or group.size >= GROUP_LIMIT):
            self._group = None
            try:
                self._db.conn.execute("COMMIT")
            except sqlite3.Error as error:
                group.failure = error
            self._turn.release()
            group.done.set()
            if group.failure is None:
                self.announce()
        else:
            self._turn.release()

    @contextmanager
    def reader(self) -> Iterator[Database]:
        """Open a read-only view of what is durable, for one look."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None)
        try:
            yield Database(connection, execute_plugins=False)
        finally:
            connection.close()

    def close(self) -> None:
        """Checkpoint and close. Nothing may be under way."""
        self._db.conn.close()
        self._at_close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=512)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
