"""Copies of hall.db on the card itself, for the morning on which it turns out to be damaged.

Not a backup: it dies with the card. One is taken before each migration, and now and then besides.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.clock import Clock
from gateway.store import outbox
from gateway.store.copying import check_copy, copy_closed
from gateway.store.database import Store
from gateway.store.files import PART, put_in_place

FOLDER = "snapshots"
KEPT = 2
"""So many snapshots stay; the older one serves when the newest is on the bad spot of the card."""
EVENTS_BETWEEN = 1000
"""After so many events the next snapshot is due: each writes the whole database, and cards wear."""
DAY_S = 86_400.0
LOOK_S = 600.0
"""How often a running hall looks whether one is due, however often it is woken."""


def newest_first(directory: Path) -> list[Path]:
    """Return the hall's snapshots, newest first."""
    return sorted((directory / FOLDER).glob("snapshot-*.db"), reverse=True)


def newest_good(directory: Path) -> Path | None:
    """Return the newest snapshot that is whole, or None."""
    return next((path for path in newest_first(directory) if not check_copy(path)), None)


def take(database: Path) -> Path:
    """Take a snapshot of the open ``database``, forget all but the newest two, and return its path.

    Raises sqlite3.Error and OSError; the former snapshots are then untouched.
    """
    folder = database.parent / FOLDER
    folder.mkdir(exist_ok=True)
    former = newest_first(database.parent)
    number = int(former[0].stem.removeprefix("snapshot-")) + 1 if former else 1
    path = folder / f"snapshot-{number:06d}.db"
    part = path.with_name(path.name + PART)
    copy_closed(database, part, "snapshot")
    put_in_place(part, path)
    for old in former[KEPT - 1 :]:
        old.unlink()
    return path


def progress_of(path: Path) -> dict[tuple[str, str], int]:
    """Return the last sequence of each (epoch, lane) in a database that is not being written, or {} if unreadable."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as reading:
            return {(state.epoch, state.lane): state.last for state in outbox.lanes(reading)}
    except sqlite3.Error:
        return {}


class Snapshots:
    """Takes a snapshot of a running hall when one is due, whatever the wall clock says. ``step`` belongs to one loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        former = newest_first(store.directory)
        self._taken_at_events = sum(progress_of(former[0]).values()) if former else 0
        self._taken_at_s = clock.monotonic_s()
        self._look_at_s = self._taken_at_s

    def step(self) -> float:
        """Take a snapshot if it is time to look and one is due; return the seconds to the next look."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_S
            self.snapshot_if_due()
        return self._look_at_s - now_s

    def snapshot_if_due(self) -> bool:
        """Take a snapshot after 1000 new events, or after a day with any; return whether one was taken."""
        with self._store.reader() as db:
            events = sum(state.last for state in outbox.lanes(db))
        fresh = events - self._taken_at_events
        if fresh < EVENTS_BETWEEN and not (fresh and self._clock.monotonic_s() - self._taken_at_s >= DAY_S):
            return False
        take(self._store.path)
        self._taken_at_events = events
        self._taken_at_s = self._clock.monotonic_s()
        return True
