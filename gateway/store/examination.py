"""Whether the database that lies here is whole, and the newest one this hall had.

A write-ahead log that is cut short at its end looks like a power cut and is one; a log that is gone, a
page that is wrong, and a file older than its own snapshot are damage.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from enum import Enum
from pathlib import Path

from gateway.store import snapshots
from gateway.store.connection import connect_reading
from gateway.store.copying import check_copy
from gateway.store.life import Life

_DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Damage(Enum):
    """What is wrong, and its sentence for people."""

    LOST = "hall.db hilang."
    CORRUPT = "hall.db rusak."
    OLDER = "hall.db lebih lama daripada salinannya."
    LOG_LOST = "hall.db-wal hilang."

    @property
    def sentence(self) -> str:
        """What happened, in Indonesian."""
        return str(self.value)


def examine(path: Path, life: Life) -> Damage | None:
    """Return what is wrong with the database in ``path``, or None.

    An error of the card itself (sqlite3.OperationalError) is raised: it says nothing about the file.
    """
    if not path.exists() or path.stat().st_size == 0:
        return Damage.LOST
    log_lost = life is Life.RUNNING and not path.with_name(path.name + "-wal").exists()
    try:
        # Read-only: the last writing connection to close would checkpoint, and evidence must stay as it was.
        with closing(connect_reading(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return Damage.CORRUPT
            connection.execute("SELECT name FROM migration").fetchall()
            present = {
                (epoch, lane): last
                for epoch, lane, last in connection.execute(
                    "SELECT epoch.epoch, lane.lane, lane.last FROM lane JOIN epoch ON epoch.number = lane.number"
                )
            }
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _DAMAGE_CODES or "no such table" in str(error):
            return Damage.CORRUPT
        raise
    if any(_is_behind(present, snapshot) for snapshot in snapshots.newest_first(path.parent)[:1]):
        return Damage.OLDER
    return Damage.LOG_LOST if log_lost else None


def _is_behind(present: dict[tuple[str, str], int], snapshot: Path) -> bool:
    behind = any(present.get(lane, -1) < last for lane, last in snapshots.progress_of(snapshot).items())
    return behind and not check_copy(snapshot)
