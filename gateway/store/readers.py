"""Looks at what is committed: a few read-only connections, used in turn.

One look sees one moment: what is committed meanwhile appears in the next look.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from gateway.errors import Refusal
from gateway.store.connection import connect_reading, is_storage_error, storage_refusal

IDLE_LIMIT = 4
"""So many connections wait for the next look; each holds some memory and a descriptor."""


class Readers:
    """The read-only connections to one database. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[Database] = []
        self._looking = 0
        self._closed = False
        self._change = threading.Condition()

    @contextmanager
    def look(self) -> Iterator[Database]:
        """Lend a connection for one look.

        Raises Refusal ``hall-stopping`` after ``close``, and ``storage-failed`` when the file cannot be read.
        """
        database = self._borrow()
        try:
            database.conn.execute("BEGIN")
            yield database
        except sqlite3.Error as error:
            if is_storage_error(error) and error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
                raise storage_refusal(error, self._path.parent) from error
            raise
        finally:
            self._give_back(database)

    def close(self, timeout_s: float = 5.0) -> None:
        """Refuse new looks, wait for those under way, and close every connection."""
        with self._change:
            self._closed = True
            self._change.wait_for(lambda: self._looking == 0, timeout_s)
            for database in self._idle:
                database.conn.close()
            self._idle.clear()

    def _borrow(self) -> Database:
        with self._change:
            if self._closed:
                raise Refusal("hall-stopping")
            self._looking += 1
            if self._idle:
                return self._idle.pop()
        try:
            return Database(connect_reading(self._path), execute_plugins=False)
        except sqlite3.Error as error:
            with self._change:
                self._looking -= 1
                self._change.notify_all()
            raise storage_refusal(error, self._path.parent) from error

    def _give_back(self, database: Database) -> None:
        try:
            database.conn.rollback()
            sound = True
        except sqlite3.Error:
            sound = False
        with self._change:
            self._looking -= 1
            if sound and not self._closed and len(self._idle) < IDLE_LIMIT:
                self._idle.append(database)
            else:
                database.conn.close()
            self._change.notify_all()
