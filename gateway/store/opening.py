"""The way into the hall's data: lock, examine, mend, migrate, and only then serve.

Promises: a folder has one holder; a hall that once was here never starts silently empty or silently
older; what was damaged is kept as evidence; each migration is done whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random, SystemRandom

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import epochs, snapshots
from gateway.store.connection import is_storage_error, storage_refusal
from gateway.store.database import Store, Transaction
from gateway.store.epochs import put
from gateway.store.examination import Damage, examine
from gateway.store.files import PART, copy_whole, move_into, next_folder, sync_folder
from gateway.store.life import Life, read_life, write_life
from gateway.store.lock import FolderLock
from gateway.store.schema import MIGRATIONS, Migration
from gateway.store.stamp import Stamp

DATABASE = "hall.db"
RECOVERY_SHOWN = timedelta(days=14)
"""So long the health page tells of a recovery."""


def open_store(
    directory: Path,
    announce: Callable[[], None],
    clock: Clock,
    *,
    migrations: Sequence[Migration] = MIGRATIONS,
    zone: tzinfo = UTC,
    randomness: Random | None = None,
    machine: str = "",
) -> Store:
    """Open the hall kept in ``directory``, making a new one if there never was one; ``close`` gives the folder back.

    ``machine`` names the board it runs on, empty when that is not known: in another one a new epoch begins, because
    the first may still be running with the card that this one was copied from.

    Raises Refusal ``hall-running``, ``folder-unwritable``, ``database-newer``, ``database-corrupt``,
    ``restore-unfinished``, ``storage-full`` or ``storage-failed``.
    """
    lock = FolderLock(directory)
    opening = _Opening(directory, clock, tuple(migrations), zone, randomness or SystemRandom(), machine)
    try:
        return opening.open(announce, at_close=lock.release)
    except BaseException as error:
        lock.release()
        if is_storage_error(error):
            raise storage_refusal(error, directory) from error
        if isinstance(error, OSError):
            raise Refusal("folder-unwritable", directory=directory, reason=error.strerror) from error
        raise


@dataclass(frozen=True, slots=True)
class _Opening:
    directory: Path
    clock: Clock
    migrations: tuple[Migration, ...]
    zone: tzinfo
    randomness: Random
    machine: str

    @property
    def path(self) -> Path:
        return self.directory / DATABASE

    @property
    def stamp(self) -> Stamp:
        return Stamp.of(self.clock, self.zone)

    def open(self, announce: Callable[[], None], at_close: Callable[[], None]) -> Store:
        life = read_life(self.directory)
        if life is Life.RESTORING:
            raise Refusal("restore-unfinished", directory=self.directory)
        if life is Life.NEW and not self.path.exists():
            self._make()
        damage = examine(self.path, life)
        mended = self._mend(damage) if damage is not None else ""
        store = Store(self.path, announce, at_rest=lambda: write_life(self.directory, Life.STOPPED), at_close=at_close)
        try:
            self._migrate(store)
            self._begin(store, damage, mended)
            # From here the write-ahead log exists and is named durably: without it, facts would be missing.
            write_life(self.directory, Life.RUNNING)
        except BaseException:
            store.close()
            raise
        return store

    def _make(self) -> None:
        """Make a new hall beside its place, whole, and put it there."""
        part = self.path.with_name(DATABASE + PART)
        for leftover in self.directory.glob(f"{DATABASE}{PART}*"):
            leftover.unlink()
        store = Store(part)
        with store.transaction() as tx:
            tx.execute("CREATE TABLE migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) WITHOUT ROWID")
            for name, step in self.migrations:
                _apply(tx, name, step, self.stamp)
            epochs.open_new(tx, self.stamp, self.randomness, "made")
        store.close()
        part.rename(self.path)
        sync_folder(self.directory)

    def _mend(self, damage: Damage) -> str:
        """Put what is damaged aside and the newest good snapshot in its place; return how, for people."""
        if damage is Damage.LOG_LOST:
            return "Catatan terakhir sebelum listrik padam hilang (hall.db-wal tidak ada); data sampai saat itu dipakai."
        evidence = self._set_aside()
        snapshot = snapshots.newest_good(self.directory)
        if snapshot is None:
            raise Refusal("database-corrupt", evidence=evidence)
        copy_whole(snapshot, self.path)
        write_life(self.directory, Life.STOPPED)
        return f"{damage.sentence} Salinan {snapshot.name} dipakai; bukti ada di {evidence.name}."

    def _set_aside(self) -> Path:
        """Move the damaged files into a folder of their own and return it; the last such folder if they are there already."""
        damaged = [path for suffix in ("", "-wal", "-shm") if (path := self.path.with_name(DATABASE + suffix)).exists()]
        former = sorted(self.directory.glob("evidence-*"), key=lambda folder: folder.stat().st_mtime)
        if not damaged and former:
            return former[-1]
        evidence = next_folder(self.directory, "evidence")
        move_into(evidence, damaged)
        return evidence

    def _migrate(self, store: Store) -> None:
        with store.reader() as db:
            applied = [str(name) for (name,) in db.execute("SELECT name FROM migration ORDER BY name")]
        known = {name for name, _ in self.migrations}
        for name in applied:
            if name not in known:
                raise Refusal("database-newer", migration=name)
        pending = [(name, step) for name, step in self.migrations if name not in applied]
        if pending:
            snapshots.take(self.path)
        for name, step in pending:
            with store.transaction() as tx:
                _apply(tx, name, step, self.stamp)

    def _begin(self, store: Store, damage: Damage | None, mended: str) -> None:
        """Open a new epoch if this is a copy, has lost something or was moved, before any fact, and learn what to tell."""
        now = self.clock.now()
        with store.transaction() as tx:
            found = tx.execute("DELETE FROM meta WHERE key = 'closed' RETURNING value").fetchall()
            if found or damage is not None:
                reason = "restored" if damage is None and found[0][0] == "backup" else "recovered"
                epochs.open_new(tx, self.stamp, self.randomness, reason)
                epochs.ask_for_jump(tx)
                told = mended or ("Balai dipulihkan dari cadangan." if reason == "restored" else "Salinan di kartu dipakai.")
                put(tx, "recovery", json.dumps({"sentence": told, "at": now.isoformat()}))
            elif self._has_moved(tx):
                epochs.leave(tx, self.stamp, self.randomness, "moved")
            if self.machine:
                put(tx, "machine", self.machine)
            put(tx, "started_at", self.stamp.time)
            kept = tx.execute("SELECT value FROM meta WHERE key = 'recovery'").fetchone()
        if kept is not None:
            recovery = json.loads(kept[0])
            if abs(now - datetime.fromisoformat(recovery["at"])) < RECOVERY_SHOWN:
                store.recovery = str(recovery["sentence"])

    def _has_moved(self, tx: Transaction) -> bool:
        known = tx.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone()
        return bool(self.machine) and known is not None and known[0] != self.machine


def _apply(tx: Transaction, name: str, step: Callable[..., None], stamp: Stamp) -> None:
    step(tx.db)
    tx.execute("INSERT INTO migration VALUES (?, ?)", (name, stamp.time))
