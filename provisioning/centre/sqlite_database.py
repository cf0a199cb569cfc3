"""The centre's database as one SQLite file: WAL with ``synchronous=FULL`` on one writing connection.

What a transaction has accepted survives a power cut of the centre. A second intake on the same file is
turned away, because SQLite before 3.51.3 can corrupt a file that two connections write.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path

from gateway.errors import Refusal
from provisioning.centre.asked_folder import AskedFolder
from provisioning.centre.database import Untakeable
from provisioning.centre.reader import CentreReader, look
from provisioning.centre.schema import MIGRATIONS, migrate
from provisioning.centre.sql import Dialect, Rows
from provisioning.centre.transaction import SqlTransaction

DIALECT = Dialect(
    arrival="INTEGER PRIMARY KEY",
    octets="BLOB",
    compact=" WITHOUT ROWID",
    corrected="strftime('%Y-%m-%dT%H:%M:%fZ', time, (offset_ms / 1000.0) || ' seconds')",
    number="INTEGER PRIMARY KEY",
    forget_views="DROP VIEW facts;\nDROP VIEW dead_letters",
    received_at="strftime('%Y-%m-%dT%H:%M:%f', received_ms / 1000.0, 'unixepoch') || '+00:00'",
    received_ms="CAST(round((julianday(received_at) - 2440587.5) * 86400000) AS INTEGER)",
)

PORTIONS = (100, 20, 5, 1)
"""So many rows are inserted by one statement."""


class SqliteSql:
    """Implements ``Sql`` on an open file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> Rows:
        """Run a statement."""
        return self.connection.execute(statement, parameters)

    def insert(self, into: str, rows: Sequence[Sequence[object]], otherwise: str) -> int:
        """Insert rows and return how many were kept."""
        if not rows:
            return 0
        places = ",".join("?" * len(rows[0]))
        return self.connection.executemany(f"INSERT INTO {into} VALUES ({places}) {otherwise}", rows).rowcount  # noqa: S608 - our own words

    def insert_columns(
        self, into: str, shared: Mapping[str, object], columns: Mapping[str, Sequence[object]], otherwise: str
    ) -> int:
        """Insert rows that are given in columns, many by one statement: each statement costs as much as half a row."""
        rows, same, names, kept = list(zip(*columns.values(), strict=True)), tuple(shared.values()), (*shared, *columns), 0
        for first, count in _portions(len(rows)):
            statement = _inserting(into, names, len(same), count, otherwise)
            kept += self.connection.execute(statement, (*same, *chain.from_iterable(rows[first : first + count]))).rowcount
        return kept


def _portions(rows: int) -> Iterator[tuple[int, int]]:
    """Yield where to begin and how many rows to take at once: few different numbers, as each is a statement that stays prepared."""
    first = 0
    for count in PORTIONS:
        while rows - first >= count:
            yield first, count
            first += count


@cache
def _inserting(into: str, names: tuple[str, ...], shared: int, rows: int, otherwise: str) -> str:
    same, own = range(1, shared + 1), len(names) - shared
    numbers = [(*same, *range(first, first + own)) for first in range(shared + 1, shared + 1 + rows * own, own)]
    places = ",".join(f"({','.join(f'?{number}' for number in of_one)})" for of_one in numbers)
    return f"INSERT INTO {into} ({','.join(names)}) VALUES {places} {otherwise}"  # noqa: S608 - our own words


class SqliteIntakeDatabase:
    """The open file. Create with ``SqliteIntakeDatabase(path)``; the folder must exist."""

    def __init__(self, path: Path) -> None:
        """Open or create ``path``.

        Raises Refusal ``centre-running`` when another intake holds it, ``centre-newer`` when a later
        version made it, ``centre-unusable`` when it cannot be opened or is no database of a centre.
        """
        self.path = path
        self._asked = AskedFolder(path)
        self._lock = _lock(path)
        try:
            self._connection = _open(path)
            self.centre: str = self._connection.execute("SELECT value FROM centre WHERE name = 'id'").fetchone()[0]
        except (sqlite3.Error, TypeError) as error:
            os.close(self._lock)
            raise Refusal("centre-unusable", path=path, reason=error) from error
        except BaseException:
            os.close(self._lock)
            raise

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Begin a group: durable when the block has ended, undone when it raises.

        Raises Refusal ``centre-storage`` when the disk does not take it, or Untakeable; nothing of the group is kept.
        """
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield SqlTransaction(SqliteSql(connection))
            self._commit()
        except (UnicodeError, OverflowError) as error:
            _roll_back(connection)
            raise Untakeable from error
        except sqlite3.Error as error:
            _roll_back(connection)
            raise Refusal("centre-storage", path=self.path, reason=error) from error
        except BaseException:
            _roll_back(connection)
            raise

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Look at what is durable; nothing may be written. Raises Refusal ``centre-storage``: a full disk stops readers too."""
        try:
            yield SqlTransaction(SqliteSql(self._connection))
        except sqlite3.Error as error:
            raise Refusal("centre-storage", path=self.path, reason=error) from error

    def collect_orders(self) -> None:
        """Take in what ``provision centre ask`` has left beside the file. Raises Refusal ``centre-storage``."""
        found = self._asked.left()
        if not found:
            return
        with self.transaction() as tx:
            for _, order in found:
                tx.keep_order(order)
        for path, _ in found:
            self._asked.taken(path)

    def close(self) -> None:
        """Checkpoint, close and let another intake have the file. May be called twice."""
        if self._lock >= 0:
            self._connection.close()
            os.close(self._lock)
            self._lock = -1

    def _commit(self) -> None:
        self._connection.execute("COMMIT")


def open_reader(path: Path) -> CentreReader:
    """Look from beside a running intake.

    Raises Refusal ``centre-unusable`` when ``path`` is no database of a centre, ``centre-older`` or ``centre-newer``.
    """
    with ExitStack() as opened:
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            opened.callback(connection.close)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            reader = look(SqliteSql(connection), connection.close, version, path)
        except (sqlite3.Error, TypeError) as error:
            raise Refusal("centre-unusable", path=path, reason=error) from error
        opened.pop_all()
        return reader


def _lock(path: Path) -> int:
    """Hold ``path.lock`` until it is closed or this process dies, however it dies."""
    try:
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Refusal("centre-unusable", path=path, reason=error.strerror) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise Refusal("centre-running", path=path) from error
    return lock


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        version = _version(connection, path)
        if version < len(MIGRATIONS):
            _migrate(connection, version)
            _sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema's version, 0 of a new file. Raises Refusal ``centre-newer``."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise Refusal("centre-newer", path=path, version=version)
    return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Make or add the tables, and of a new file its name, in one transaction: a crash leaves none or all."""
    connection.execute("BEGIN IMMEDIATE")
    migrate(SqliteSql(connection), DIALECT, version)
    if version == 0:
        connection.execute("INSERT INTO centre VALUES ('id', ?)", (secrets.token_hex(8),))
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.execute("COMMIT")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
