"""Where features keep what is personal, and read it again.

Promises: nothing that is handed in is written unsealed; each version has a data key of its own; every act is an entry of the audit log
in the same transaction; what is erased the hall cannot open any more, and a key rotation makes that true for its backups too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import tzinfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy import audit, tables, wire
from gateway.privacy.audit import Entry
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.sealing import RandomBytes, bond_of, open_version, seal_version
from gateway.privacy.tables import CENTRE, HALL, RECOVERY, Kept
from gateway.relay.sealing import Bond, Unsealable, name_of, unwrap, wrap
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

REWRAP_AT_ONCE = 200
"""So many keys are wrapped anew in one transaction: nobody waits for more."""
RECOVERED_AT_ONCE = 100_000
"""More versions than a village makes in ten years."""
ITSELF = "hall"
"""Who did what the program does by itself."""

Readers = Callable[[Reads], Mapping[str, X25519PublicKey]]
"""The public keys outside of the hall, by ``centre`` and ``recovery``, as far as the database knows them."""


class Vault:
    """What is personal in one hall. Acts take the open transaction of whoever does them."""

    def __init__(
        self, store: Store, clock: Clock, zone: tzinfo, hall: str, key: DeviceKey, readers: Readers,
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:  # fmt: skip
        """``hall`` is the ten-digit village code."""
        self._store = store
        self._clock = clock
        self._zone = zone
        self._hall = hall
        self._key = key
        self._readers = readers
        self._random = random_bytes

    def put(self, tx: Transaction, kind: str, record: str, content: bytes, *, who: str, why: str, lane: str = "") -> int:
        """Seal ``content`` as the next version of a record; return its number. ``why`` names the basis or the consent.

        With a ``lane`` it goes up to the centre, now or once the centre's sealing key is known; else it never leaves the hall.
        """
        version = tables.last_version(tx, kind, record) + 1
        bond = self._bond(kind, record, version)
        data_key, ciphertext = seal_version(content, bond, self._random)
        sealed = tables.add(tx, kind, record, version, ciphertext, self._now(), lane)
        tables.keep_key(tx, sealed, HALL, self._key.current, self._key.wrap(data_key, bond))
        for whose, reader in self._readers(tx).items():
            tables.keep_key(tx, sealed, whose, name_of(reader), wrap(data_key, reader, bond))
            if whose == CENTRE:
                self._send(tx, sealed)
        self.note(tx, "seal", kind, record, version, who=who, why=why)
        return version

    def open(self, tx: Transaction, kind: str, record: str, version: int, *, who: str, why: str) -> bytes:
        """Return the content of one version, and note who has read it. Raises Refusal ``record-unknown`` or ``record-erased``."""
        kept = tables.find(tx, kind, record, version)
        if kept is None:
            raise Refusal("record-unknown")
        content = open_version(kept.ciphertext, self._data_key(tx, kept), self._bond(kind, record, version))
        self.note(tx, "open", kind, record, version, who=who, why=why)
        return content

    def erase(self, tx: Transaction, kind: str, record: str, *, who: str, why: str) -> None:
        """Let the hall never open any version of a record again; nothing happens when that is so already.

        The ciphertext stays for who holds another key of it, as the centre does.
        """
        if tables.drop_keys(tx, kind, record, HALL):
            self.note(tx, "erase", kind, record, 0, who=who, why=why)

    def rotate(self) -> None:
        """Wrap all that is not erased under a new generation of the hall's key, and destroy the former ones.

        A power cut anywhere leaves both generations, and the next call goes on. Afterwards an older backup opens nothing that was
        erased since, nor anything else: its records are opened with the recovery key, or asked of the centre.
        """
        if len(self._key.generations) == 1:
            self._key.begin_generation()
        while self._rewrap(HALL):
            pass
        self._key.destroy_former()
        with self._store.transaction() as tx:
            self.note(tx, "rotate", "", "", 0, who=ITSELF, why="")

    def wrap_for_readers(self) -> None:
        """Wrap what is open in this hall for readers whose keys came, or changed, since it was sealed."""
        with self._store.reader() as db:
            known = self._readers(db)
        for whose in known:
            while self._rewrap(whose):
                pass

    def recover(self, paper: X25519PrivateKey, *, who: str, why: str) -> int:
        """Wrap anew, for this device, what another device or a destroyed generation had locked; return how many versions.

        ``paper`` is the recovery key. What was erased stays erased. A version that was never wrapped for this key stays locked.
        """
        opened = 0
        with self._store.transaction() as tx:
            for kept in tables.locked(tx, self._key.generations, RECOVERED_AT_ONCE):
                found = tables.wrapped_for(tx, kept.id, RECOVERY)
                bond = self._bond(kept.kind, kept.record, kept.version)
                if found is not None and found[0] == name_of(paper.public_key()):
                    data_key = unwrap(found[1], paper, bond)
                    tables.keep_key(tx, kept.id, HALL, self._key.current, self._key.wrap(data_key, bond))
                    opened += 1
            self.note(tx, "recover", "", "", 0, who=who, why=why)
        return opened

    def note(self, tx: Transaction, act: str, kind: str, record: str, version: int, *, who: str, why: str) -> None:
        """Add an entry to the audit log."""
        seq, head = tables.newest(tx)
        entry = Entry(seq + 1, self._now(), who, act, kind, record, version, why)
        tables.write(tx, entry, audit.head_after(head, entry))

    def audited(self, db: Reads) -> str:
        """Read the whole audit log; return its head. Raises ``audit.Broken``."""
        return audit.verify(tables.log(db))

    def _rewrap(self, whose: str) -> bool:
        with self._store.transaction() as tx:
            reader = None if whose == HALL else self._readers(tx)[whose]
            key = self._key.current if reader is None else name_of(reader)
            late = tables.not_under(tx, whose, key, self._key.generations, REWRAP_AT_ONCE)
            for kept in late:
                bond = self._bond(kept.kind, kept.record, kept.version)
                data_key = self._data_key(tx, kept)
                wrapped = self._key.wrap(data_key, bond) if reader is None else wrap(data_key, reader, bond)
                tables.keep_key(tx, kept.id, whose, key, wrapped)
                if whose == CENTRE:
                    self._send(tx, kept.id)
        return bool(late)

    def _send(self, tx: Transaction, sealed: int) -> None:
        """Let a version go up, unless it is to stay here or has gone up already."""
        lane, kept, wrapped = tables.to_send(tx, sealed)
        if lane and wrapped:
            stamp = Stamp.of(self._clock, self._zone)
            for event in wire.sealed(lane, kept, wrapped, epochs.current(tx)):
                outbox.append(tx, stamp, event)
            tables.mark_sent(tx, sealed)

    def _data_key(self, db: Reads, kept: Kept) -> bytes:
        found = tables.wrapped_for(db, kept.id, HALL)
        if found is None:
            raise Refusal("record-erased")
        generation, wrapped = found
        try:
            return self._key.unwrap(wrapped, generation, self._bond(kept.kind, kept.record, kept.version))
        except Unsealable as error:  # a backup of another time or another device
            raise Refusal("record-locked") from error

    def _bond(self, kind: str, record: str, version: int) -> Bond:
        return bond_of(self._hall, kind, record, version)

    def _now(self) -> str:
        return Stamp.of(self._clock, self._zone).time
