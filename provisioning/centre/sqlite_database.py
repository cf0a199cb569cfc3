"""The centre's database as one SQLite file: WAL with ``synchronous=FULL`` on one writing connection.

What a transaction has accepted survives a power cut of the centre. A second intake on the same file is
turned away, because SQLite before 3.51.3 can corrupt a file that two connections write.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import Refusal
from provisioning.centre.database import LaneView
from provisioning.centre.model import LaneKey, Standing
from provisioning.centre.sqlite_transaction import SqliteTransaction

SCHEMA_VERSION = 1
"""``user_version`` of the files this module writes."""

SCHEMA = """
CREATE TABLE centre (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    arrival INTEGER PRIMARY KEY,
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, seq INTEGER NOT NULL,
    id TEXT NOT NULL, was TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, time TEXT NOT NULL,
    clock TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL, data TEXT NOT NULL, rest TEXT NOT NULL,
    received_at TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, flags TEXT NOT NULL,
    head TEXT NOT NULL DEFAULT '',
    UNIQUE (hall, epoch, lane, seq)
);
CREATE INDEX rejects ON events (hall, epoch, lane, seq) WHERE verdict <> 'accepted';
CREATE TABLE lanes (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL,
    through INTEGER NOT NULL, head TEXT NOT NULL, closed_last INTEGER, gap_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch, lane)
) WITHOUT ROWID;
CREATE TABLE absences (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    kind TEXT NOT NULL, recorded_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch, lane, first)
) WITHOUT ROWID;
CREATE TABLE reissues (
    hall TEXT NOT NULL, first TEXT NOT NULL, time TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL,
    epoch TEXT NOT NULL, lane TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (hall, first, time, bootid, uptime)
) WITHOUT ROWID;
CREATE TABLE conflicts (
    hall TEXT NOT NULL, epoch TEXT NOT NULL, lane TEXT NOT NULL, seq INTEGER NOT NULL,
    first TEXT NOT NULL, time TEXT NOT NULL, bootid TEXT NOT NULL, uptime TEXT NOT NULL,
    type TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL, received_at TEXT NOT NULL,
    PRIMARY KEY (hall, epoch, lane, seq, first, time, bootid, uptime)
) WITHOUT ROWID;
CREATE TABLE refusals (
    hall TEXT NOT NULL, sha256 TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL,
    received_at TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (hall, sha256)
) WITHOUT ROWID;
CREATE TABLE halls (
    hall TEXT PRIMARY KEY, epoch TEXT NOT NULL, bootid TEXT NOT NULL, hello_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE VIEW facts AS
    SELECT arrival, hall, epoch, lane, seq, CASE WHEN was = '' THEN id ELSE was END AS first,
           type, subject, time, clock, bootid, uptime, data, received_at, flags
    FROM events WHERE verdict = 'accepted' AND flags NOT LIKE '%repeated%';
"""
"""``facts`` is what a regency's programs should read: each fact once, whatever was sent again."""


class SqliteIntakeDatabase:
    """The open file. Create with ``SqliteIntakeDatabase(path)``; the folder must exist."""

    def __init__(self, path: Path) -> None:
        """Open or create ``path``.

        Raises Refusal ``centre-running`` when another intake holds it, ``centre-newer`` when a later
        version made it, ``centre-unusable`` when it cannot be opened or is no database of a centre.
        """
        self.path = path
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
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Begin a group: durable when the block has ended, undone when it raises.

        Raises Refusal ``centre-storage`` when the disk does not take it; nothing of the group is kept.
        """
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield SqliteTransaction(connection)
            self._commit()
        except sqlite3.Error as error:
            _roll_back(connection)
            raise Refusal("centre-storage", path=self.path, reason=error) from error
        except BaseException:
            _roll_back(connection)
            raise

    @contextmanager
    def reading(self) -> Iterator[SqliteTransaction]:
        """Look at what is durable; nothing may be written."""
        yield SqliteTransaction(self._connection)

    def close(self) -> None:
        """Checkpoint, close and let another intake have the file. May be called twice."""
        if self._lock >= 0:
            self._connection.close()
            os.close(self._lock)
            self._lock = -1

    def _commit(self) -> None:
        self._connection.execute("COMMIT")


class CentreReader:
    """A look from beside a running intake: read-only, never in its way."""

    def __init__(self, path: Path) -> None:
        """Open ``path`` for reading. Raises Refusal ``centre-unusable`` when it is no database of a centre."""
        try:
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            self.centre: str = self._connection.execute("SELECT value FROM centre WHERE name = 'id'").fetchone()[0]
        except (sqlite3.Error, TypeError) as error:
            raise Refusal("centre-unusable", path=path, reason=error) from error

    def lanes(self) -> list[LaneView]:
        """Return every lane of every hall, in order."""
        found = self._connection.execute(
            "SELECT hall, epoch, lane, through, head, closed_last, gap_at,"
            " (SELECT max(seq) FROM events e WHERE (e.hall, e.epoch, e.lane) = (l.hall, l.epoch, l.lane)),"
            " (SELECT count(*) FROM events e WHERE (e.hall, e.epoch, e.lane) = (l.hall, l.epoch, l.lane)"
            "   AND verdict <> 'accepted'),"
            " (SELECT sum(last - first + 1) FROM absences a WHERE (a.hall, a.epoch, a.lane) = (l.hall, l.epoch, l.lane))"
            " FROM lanes l ORDER BY hall, epoch, lane"
        )
        return [LaneView(LaneKey(*row[:3]), Standing(*row[3:7]), row[7] or 0, row[8], row[9] or 0) for row in found]

    def events(self, after: int, limit: int) -> list[tuple[int, str, str, str, str, str, str]]:
        """Return up to ``limit`` rows above ``after``: (arrival, hall, id, type, subject, time, verdict)."""
        return self._connection.execute(
            "SELECT arrival, hall, id, type, subject, time, verdict FROM events WHERE arrival > ? ORDER BY arrival LIMIT ?",
            (after, limit),
        ).fetchall()

    def last_arrival(self) -> int:
        """Return the greatest arrival number, or 0."""
        return int(self._connection.execute("SELECT coalesce(max(arrival), 0) FROM events").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


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
        if _version(connection, path) == 0:
            _create(connection)
            _sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema's version, 0 of a new file. Raises Refusal ``centre-newer``."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise Refusal("centre-newer", path=path, version=version)
    return version


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables and the centre's name in one transaction: a crash leaves none or all."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute("INSERT INTO centre VALUES ('id', ?)", (secrets.token_hex(8),))
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
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
