"""The backup that the centre has asked for: made beside the running hall, sealed for the centre alone, and sent in pieces.

Whoever finds it on the card, at the broker or in the centre's database reads nothing of it. A cut at any moment makes it
anew; the command is done in the transaction that lets the pieces go.
"""

from __future__ import annotations

import base64
import logging
import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.relay.sealing import Bond, make_lock, seal
from gateway.store import backup, centre_keys, jobs, parcels
from gateway.store.blobs import Blobs
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Command
from gateway.store.jobs import Job
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

BACKUP = "backup"
"""The kind of the job and of the parcel."""
LOOK_S = 60.0
RETRY_S = 600.0
"""After a backup that did not fit on the card: somebody may make room."""
BACKUP_LIMIT_S = 1800.0
"""The backup of a full card, copied, checked and sealed, takes no longer."""
_MAKING = ".backup-"
"""Begins the name of the folder in which one is made; left over, it was cut off."""
_READ_BYTES = 1 << 20


class Backups:
    """Makes and sends them. ``step`` belongs to one loop, ``ask`` to the downlink's; ``pinned`` is the key that the settings name."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hall: str,
        zone: tzinfo,
        pinned: str,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._store = store
        self._clock = clock
        self._hall = hall
        self._zone = zone
        self._pinned = pinned
        self._random_bytes = random_bytes
        self._blobs = Blobs(store.directory, parcels.FOLDER)

    def ask(self, tx: Transaction, command: Command) -> None:
        """Note that the centre wants a backup. Raises Refusal ``sealing-key-missing`` or ``backup-under-way``."""
        if not centre_keys.current(tx, centre_keys.SEALING, self._pinned):
            raise Refusal("sealing-key-missing")
        if jobs.oldest(tx, BACKUP) or parcels.needed(tx, BACKUP):
            raise Refusal("backup-under-way")
        jobs.make(tx, Job(command.id, BACKUP, {}), self._clock.now())

    def step(self) -> float:
        """Delete what the centre has by now, then make what it has asked for; return how long to rest, in seconds."""
        self._tidy()
        with self._store.reader() as db:
            job = jobs.oldest(db, BACKUP)
            key = centre_keys.current(db, centre_keys.SEALING, self._pinned)
        if job is None:
            return LOOK_S
        try:
            self._send(f"{BACKUP}/{job.command}", job, X25519PublicKey.from_public_bytes(base64.b64decode(key)))
        except Refusal as refusal:
            log.warning("event=backup-failed code=%s", refusal.code)
            return RETRY_S
        log.info("event=backup-sent command=%s", job.command)
        return LOOK_S

    def _send(self, subject: str, job: Job, reader: X25519PublicKey) -> None:
        bond = Bond(self._hall, BACKUP, subject)
        lock = make_lock(reader, bond, self._random_bytes)
        with TemporaryDirectory(dir=self._store.directory, prefix=_MAKING) as folder:
            path = Path(folder) / "hall.backup"
            backup.write(self._store, path)
            told = {"reader": lock.reader, "wrapped": base64.b64encode(lock.wrapped).decode()}
            pieces = seal(_parts(path), lock.data_key, bond)
            parcel = parcels.keep(self._blobs, pieces, kind=BACKUP, subject=subject, seal=told)
        with self._store.transaction() as tx:
            parcels.send(tx, Stamp.of(self._clock, self._zone), parcel)
            jobs.finish(tx, job.command)

    def _tidy(self) -> None:
        """Delete the blobs that the centre has, and what a cut has left over."""
        for leftover in self._store.directory.glob(f"{_MAKING}*"):
            shutil.rmtree(leftover)
        with self._store.reader() as db:
            needed = parcels.needed(db)
        for name in self._blobs.names():
            if name not in needed:
                self._blobs.delete(name)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            yield part
