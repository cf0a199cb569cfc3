"""The way into the hall's data: lock, check, migrate, and only then serve."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from random import Random, SystemRandom

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import epochs
from gateway.store.database import Store, Transaction
from gateway.store.schema import MIGRATIONS, Migration
from gateway.store.stamp import Stamp

DATABASE = "hall.db"
LOCK = "hall.lock"


def open_store(
    directory: Path,
    announce: Callable[[], None],
    clock: Clock,
    *,
    migrations: Sequence[Migration] = MIGRATIONS,
    zone: tzinfo = UTC,
    randomness: Random | None = None,
) -> Store:
    """Open the hall kept in ``directory``, making a new one if there is none."""
    directory.mkdir(parents=True, exist_ok=True)
    lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise Refusal("hall-running", directory=directory) from error
    store = Store(directory / DATABASE, announce, at_close=lambda: os.close(lock))
    stamp = Stamp.of(clock, zone)
    with store.transaction() as tx:
        _migrate(tx, migrations, stamp)
        if tx.execute("SELECT 1 FROM epoch WHERE state = 'open'").fetchone() is None:
            epochs.open_new(tx, stamp, randomness or SystemRandom(), "made")
    return store


def _migrate(tx: Transaction, migrations: Sequence[Migration], stamp: Stamp) -> None:
    tx.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) WITHOUT ROWID")
    applied = {name for (name,) in tx.execute("SELECT name FROM migration")}
    for name, step in migrations:
        if name not in applied:
            step(tx.db)
            tx.execute("INSERT INTO migration VALUES (?, ?)", (name, stamp.time))
