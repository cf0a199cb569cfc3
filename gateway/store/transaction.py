"""One act in progress on the writing connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn

from sqlite_utils import Database

Parameters = Sequence[Any] | dict[str, Any]


class Transaction:
    """Reads and writes of one act; refuses to be used once the act has ended."""

    __slots__ = ("_db", "execute", "executemany")

    def __init__(self, db: Database) -> None:
        self._db: Database | None = db
        # The connection's own methods: an act's cost is mostly Python's, so nothing stands between.
        self.execute: Callable[..., sqlite3.Cursor] = db.conn.execute
        """Run one statement and return its cursor; rows are tuples."""
        self.executemany: Callable[..., sqlite3.Cursor] = db.conn.executemany
        """Run one statement for each row of parameters."""

    @property
    def db(self) -> Database:
        """sqlite-utils' view of the same connection; what it does joins this transaction."""
        if self._db is None:
            _ended()
        return self._db

    def rows(self, sql: str, parameters: Parameters = ()) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query as dictionaries."""
        cursor = self.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def end(self) -> None:
        """Refuse every further use."""
        self._db = None
        self.execute = _ended
        self.executemany = _ended


def _ended(_sql: str = "", _parameters: Parameters | Iterable[Any] = (), /) -> NoReturn:
    raise RuntimeError("this transaction has ended; a fact written now would belong to nobody's act")
