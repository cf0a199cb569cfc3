"""A card that fails when told: a real SQLite connection whose statements can be made to fail as a worn card makes them.

Simulated at the edge between our code and SQLite; what SQLite itself does on a full disk is tested with
``max_page_count`` and with a file size limit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.store.connection import connect_writing


class FailingConnection(sqlite3.Connection):
    """Fails the statements that its card names."""

    card: WornCard

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run the statement, unless the card fails it."""
        self.card.strike(sql)
        return super().execute(sql, *parameters)


class WornCard:
    """Decides which statements fail. ``fail(beginning, code, times)`` breaks it, time mends it."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, int]] = {}

    def fail(self, beginning: str, code: int = sqlite3.SQLITE_IOERR, times: int = 1) -> None:
        """Let the next ``times`` statements that begin so fail with SQLite's ``code``."""
        self._failures[beginning] = (code, times)

    def strike(self, sql: str) -> None:
        """Raise if the statement shall fail."""
        for beginning, (code, times) in self._failures.items():
            if times and sql.startswith(beginning):
                self._failures[beginning] = (code, times - 1)
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = code
                raise error

    @property
    def connect(self) -> Callable[[Path], sqlite3.Connection]:
        """Open connections for a Store on this card."""

        def open_connection(path: Path) -> sqlite3.Connection:
            connect_writing(path).close()
            connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, factory=FailingConnection)
            connection.card = self
            connection.execute("PRAGMA synchronous=FULL")
            return connection

        return open_connection
