"""How hall.db is opened, and what its errors mean.

The writing connection keeps WAL with ``synchronous=FULL``: replayed crash images lost rows with anything
less. ``secure_delete`` overwrites what is deleted. Everybody else opens ``mode=ro``: SQLite before 3.51.3
can corrupt a file that two connections write or checkpoint.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from gateway.errors import Refusal

FULL_BELOW_BYTES = 1024 * 1024
"""With less than this left, a failed write is told as a full card."""

_STORAGE_CODES = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL,
})  # fmt: skip


def connect_writing(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes and checkpoints; makes the file if there is none."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=512)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open a connection that can only look."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False, isolation_level=None, cached_statements=256
    )
    connection.execute("PRAGMA query_only=ON").fetchall()
    return connection


def is_storage_error(error: BaseException) -> bool:
    """Return whether ``error`` came from the card or the file, not from the statement."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF in _STORAGE_CODES


def storage_refusal(error: BaseException, directory: Path) -> Refusal:
    """Return how a storage error is told: ``storage-full`` or ``storage-failed``."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _nearly_full(directory)):
        return Refusal("storage-full")
    return Refusal("storage-failed")


def _nearly_full(directory: Path) -> bool:
    try:
        return shutil.disk_usage(directory).free < FULL_BELOW_BYTES
    except OSError:
        return False


def refuse_full_card(error: OSError) -> Refusal:
    """Return how an error of the file system is told: ``storage-full`` or ``storage-failed``."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return Refusal("storage-full" if full else "storage-failed")
