"""Whole copies of hall.db, made while the hall writes, and closed: nobody goes on in their epoch.

The first opening of a copy makes a new epoch before any fact, whoever put the copy in place and however.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gateway.store.connection import connect_reading
from gateway.store.files import sync_file

PAGES_AT_ONCE = 256
"""1 MiB between two reports of progress."""

Progress = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""


def copy_closed(source: Path, target: Path, closed_as: str, progress: Progress = lambda _share: None) -> None:
    """Copy the open database ``source`` to the new file ``target``, as one moment of it, synced and closed.

    ``closed_as`` is why it is a copy: ``backup`` or ``snapshot``. Raises sqlite3.Error and OSError.
    """
    target.unlink(missing_ok=True)
    with closing(connect_reading(source)) as reading, closing(sqlite3.connect(target, isolation_level=None)) as writing:
        # While this look is open its moment stays, so the copy need not begin anew at each commit.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        writing.execute("PRAGMA synchronous=OFF")
        reading.backup(
            writing, pages=PAGES_AT_ONCE, progress=lambda _status, left, total: progress(1 - left / total if total else 1.0)
        )
        writing.execute("PRAGMA journal_mode=DELETE").fetchall()
        writing.execute(
            "INSERT INTO meta (key, value) VALUES ('closed', ?) ON CONFLICT DO UPDATE SET value = excluded.value", (closed_as,)
        )
    sync_file(target)


def check_copy(path: Path) -> str:
    """Return what is wrong with the database in ``path``, or an empty string."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as reading:
            answer = str(reading.execute("PRAGMA integrity_check(1)").fetchone()[0])
            if answer != "ok":
                return answer
            reading.execute("SELECT epoch FROM epoch").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return ""
