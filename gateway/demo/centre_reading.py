"""What has arrived at the centre, read from its database without ever writing to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as the centre has it."""

    lane: str
    seq: int
    type: str
    subject: str
    received_at: str


@dataclass(frozen=True, slots=True)
class CentreReading:
    """How many events the centre has, and the latest of them, newest first."""

    count: int
    latest: tuple[Arrival, ...]


def read_centre(database: Path, limit: int = 6) -> CentreReading:
    """Read the table ``events``. Raises sqlite3.Error while there is no such database."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as db:
        # Arrivals are never deleted, so the greatest is their count.
        (count,) = db.execute("SELECT coalesce(max(arrival), 0) FROM events").fetchone()
        rows = db.execute("SELECT lane, seq, type, subject, received_at FROM events ORDER BY arrival DESC LIMIT ?", (limit,))
        return CentreReading(count, tuple(Arrival(*row) for row in rows))
