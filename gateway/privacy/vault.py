"""Where features keep what is personal, and read it again.

Promises: nothing that is handed in is written unsealed; each version has a data key of its own; every act is an entry of the audit log
in the same transaction; what is erased neither hall nor paper opens any more, and a key rotation makes that true for its backups too.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy import audit, tables, wire
from gateway.privacy.audit import Entry
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.sealing import Ahead, RandomBytes, bond_of, open_version, seal_version
from gateway.privacy.tables import CENTRE, HALL, RECOVERY, Kept
from gateway.relay.sealing import KEY_BYTES, Bond, Unsealable, name_of, unwrap, wrap
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Event, Reads
from gateway.store.stamp import Stamp

REWRAP_AT_ONCE = 50
"""So many keys are wrapped anew in one transaction: a press waits for no more, on a slow Pi too."""
RECOVERED_AT_ONCE = 100_000
"""More versions than a village makes in ten years."""
ITSELF = "hall"
"""Who did what the program does by itself."""

OWN = "own-key"
"""The kind of the hall's own secrets, such as the one by which a resident is looked up."""

Readers = Callable[[Reads], Mapping[str, X25519PublicKey]]
"""The public keys outside of the hall, by ``centre`` and ``recovery``, as far as the database knows them."""


class Vault:
    """What is personal in one hall. Acts take the open transaction of whoever does them."""

    def __init__(
        self, store: Store, clock: Clock, zone: tzinfo, hall: str, key: DeviceKey, readers: Readers,
        random_bytes: RandomBytes = secrets.token_bytes, at_home: Collection[str] = (),
    ) -> None:  # fmt: skip
        """``hall`` is the ten-digit village code. Kinds ``at_home`` never leave the hall: the centre is given no key of them."""
        self._store = store
        self._clock = clock
        self._zone = zone
        self._hall = hall
        self._key = key
        self._readers = readers
        self._random = random_bytes
        self._at_home = frozenset({OWN, *at_home})
        self._own: dict[str, bytes] = {}

    @property
    def mode(self) -> str:
        """Where the hall's key is: ``tpm``, ``otp`` or ``file``."""
        return self._key.mode

    def put(
        self, tx: Transaction, kind: str, record: str, content: bytes, *, who: str, why: str, lane: str = "", by_day: bool = False
    ) -> int:
        """Seal ``content`` as the next version of a record; return its number. ``why`` names the basis or the consent.

        With a ``lane`` it goes up to the centre, now or once the centre's sealing key is known; else it stays until ``send``.
        ``by_day`` keeps the day and no time of it, for somebody without a name.
        """
        ahead = self.seal_ahead(tx, kind, record, tables.last_version(tx, kind, record) + 1, content)
        self.keep(tx, ahead, lane, by_day=by_day)
        self._note(tx, Entry(0, self._stamp(by_day=by_day).time, who, "seal", kind, record, ahead.version, why))
        return ahead.version

    def send(self, tx: Transaction, kind: str, record: str, version: int, lane: str, *, by_day: bool = False) -> None:
        """Let a version that stayed go up in ``lane``, now or once the centre's sealing key is known; one that went up goes no more."""
        kept = tables.find(tx, kind, record, version)
        if kept is not None:
            tables.choose_lane(tx, kept.id, lane)
            self._send(tx, kept.id, by_day=by_day)

    def seal_ahead(self, db: Reads, kind: str, record: str, version: int, content: bytes) -> Ahead:
        """Seal a version that nobody keeps yet: ``keep`` does. For much at once; the number must be free when it is kept."""
        bond = self._bond(kind, record, version)
        data_key, ciphertext = seal_version(content, bond, self._random)
        readers = {whose: reader for whose, reader in self._readers(db).items() if whose != CENTRE or kind not in self._at_home}
        keys = [(whose, name_of(reader), wrap(data_key, reader, bond)) for whose, reader in readers.items()]
        return Ahead(kind, record, version, ciphertext, data_key, keys)

    def keep(self, tx: Transaction, ahead: Ahead, lane: str = "", *, by_day: bool = False) -> None:
        """Keep what was sealed ahead; whoever does it notes the act, once for all."""
        sealed = tables.add(tx, ahead.kind, ahead.record, ahead.version, ahead.ciphertext, self._stamp(by_day=by_day).time, lane)
        # Wrapped for the hall only now: a rotation that ran meanwhile has destroyed what was current then.
        wrapped = self._key.wrap(ahead.data_key, self._bond(ahead.kind, ahead.record, ahead.version))
        tables.keep_key(tx, sealed, HALL, self._key.current, wrapped)
        for whose, key, one in ahead.keys:
            tables.keep_key(tx, sealed, whose, key, one)
            if whose == CENTRE:
                self._send(tx, sealed, by_day=by_day)

    def open(self, tx: Transaction, kind: str, record: str, version: int, *, who: str, why: str) -> bytes:
        """Return the content of one version, and note who has read it. Raises Refusal ``record-unknown`` or ``record-erased``."""
        content = self.read(tx, kind, record, version)
        self.note(tx, "open", kind, record, version, who=who, why=why)
        return content

    def read(self, db: Reads, kind: str, record: str, version: int = 0) -> bytes:
        """Return the content of a version, 0 for the newest, without a note: whoever reads much at once notes that once.

        Nor is it noted when somebody without a name reads, by a secret of their own, what they wrote: it would keep when they were here.

        Raises Refusal ``record-unknown``, ``record-erased`` or ``record-locked``.
        """
        version = version or tables.last_version(db, kind, record)
        kept = tables.find(db, kind, record, version)
        if kept is None:
            raise Refusal("record-unknown")
        return open_version(kept.ciphertext, self._data_key(db, kept), self._bond(kind, record, version))

    def newest(self, db: Reads, kind: str, record: str) -> int:
        """Return the number of a record's newest version; 0 for none."""
        return tables.last_version(db, kind, record)

    def own_key(self, tx: Transaction, name: str, *, afresh: bool = False) -> bytes:
        """Return a secret of the hall's own, made at the first asking: sealed like a record, it follows every rotation and recovery.

        ``afresh`` lets another take the place of one that is locked, for who replaces whatever was made with it. Raises Refusal ``record-locked``.
        """
        if name not in self._own:
            if tables.is_open(tx, OWN, name) and not (afresh and self._is_locked(tx, name)):
                self._own[name] = self.read(tx, OWN, name)
            else:
                self.forget(tx, OWN, name)
                self.put(tx, OWN, name, secret := self._random(KEY_BYTES), who=ITSELF, why="")
                return secret  # remembered once it is read back: this transaction may still fail
        return self._own[name]

    def _is_locked(self, db: Reads, name: str) -> bool:
        try:
            self.read(db, OWN, name)
        except Refusal as refusal:
            return refusal.code == "record-locked"
        return False

    def erase(self, tx: Transaction, kind: str, record: str, *, who: str, why: str) -> None:
        """Let the hall never open any version of a record again; nothing happens when that is so already.

        Nor does the paper. The ciphertext stays only for the centre, where that holds a key of it.
        """
        if self.forget(tx, kind, record):
            self.note(tx, "erase", kind, record, 0, who=who, why=why)

    def forget(self, tx: Transaction, kind: str, record: str) -> bool:
        """Erase without a note, for much at once; return whether there was anything."""
        return tables.drop_keys(tx, kind, record, HALL, RECOVERY) > 0

    def rotate(self) -> None:
        """Wrap all that is not erased under a new generation of the hall's key, and destroy the former ones.

        A power cut anywhere leaves both generations, and the next call goes on. Afterwards an older backup opens nothing that was
        erased since, nor anything else: its records are opened with the recovery key, or asked of the centre.
        """
        if len(self._key.generations) == 1:
            self._key.begin_generation()
        self._end_rotation()

    def settle(self) -> None:
        """At the start: end a rotation that was cut off, and leave a weaker place for a key once there is a stronger one."""
        if len(self._key.generations) > 1:
            self._end_rotation()

    def _end_rotation(self) -> None:
        while self._rewrap(HALL):
            pass
        with self._store.reader() as db:
            needed = tables.generations(db)  # what is out of reach now may be needed by who finds its secret again
        self._key.destroy_all_but(needed)
        with self._store.transaction() as tx:
            self.note(tx, "rotate", "", "", 0, who=ITSELF, why=self._key.mode)

    def wrap_for_readers(self) -> None:
        """Wrap what is open in this hall for readers whose keys came, or changed, since it was sealed."""
        with self._store.reader() as db:
            known = self._readers(db)
        for whose in known:
            while self._rewrap(whose):
                pass

    def keep_paper(self, public: X25519PublicKey, *, who: str) -> None:
        """Let the key on a new paper be the one that opens, in place of a former; all that is open is wrapped for it."""
        with self._store.transaction() as tx:
            tables.keep_paper(tx, base64.b64encode(public.public_bytes_raw()).decode(), self._now(), who)
            self.note(tx, "paper", "", "", 0, who=who, why=name_of(public))
        while self._rewrap(RECOVERY):
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
            self.note(tx, "recover", "", "", 0, who=who, why=f"{why} ({opened})")
        return opened

    def locked(self, db: Reads) -> int:
        """Return how many versions another device, or a secret that is out of reach, has locked."""
        return len(tables.locked(db, self._key.generations, RECOVERED_AT_ONCE))

    def note(self, tx: Transaction, act: str, kind: str, record: str, version: int, *, who: str, why: str) -> None:
        """Add an entry to the audit log."""
        self._note(tx, Entry(0, self._now(), who, act, kind, record, version, why))

    def head(self, db: Reads) -> str:
        """Return the newest entry's number and the head over all of them, as ``hello`` carries it: ``17-<sha256>``; empty before the first."""
        seq, head = tables.newest(db)
        return f"{seq}-{head}" if seq else ""

    def audited(self, db: Reads) -> str:
        """Read the whole audit log; return its head. Raises ``audit.Broken``."""
        return audit.verify(tables.log(db))

    def _note(self, tx: Transaction, entry: Entry) -> None:
        """Add an entry as the next."""
        seq, head = tables.newest(tx)
        entry = replace(entry, seq=seq + 1)
        tables.write(tx, entry, audit.head_after(head, entry))

    def _rewrap(self, whose: str) -> bool:
        not_of = tuple(self._at_home) if whose == CENTRE else ()
        with self._store.transaction() as tx:
            reader = None if whose == HALL else self._readers(tx)[whose]
            key = self._key.current if reader is None else name_of(reader)
            late = tables.not_under(tx, whose, key, self._key.generations, not_of, REWRAP_AT_ONCE)
            again: list[tuple[Kept, bytes]] = []
            for kept in late:
                bond = self._bond(kept.kind, kept.record, kept.version)
                data_key = self._data_key(tx, kept)
                wrapped = self._key.wrap(data_key, bond) if reader is None else wrap(data_key, reader, bond)
                tables.keep_key(tx, kept.id, whose, key, wrapped)
                if whose == CENTRE and tables.was_sent(tx, kept.id):
                    again.append((kept, wrapped))
                elif whose == CENTRE:
                    self._send(tx, kept.id)
            if again:
                self._tell(tx, wire.rewrapped(key, again, epochs.current(tx)))
        return bool(late)

    def _send(self, tx: Transaction, sealed: int, *, by_day: bool = False) -> None:
        """Let a version go up, unless it is to stay here or has gone up already."""
        lane, kept, wrapped = tables.to_send(tx, sealed)
        if lane and wrapped:
            self._tell(tx, wire.sealed(lane, kept, wrapped, epochs.current(tx)), by_day=by_day)
            tables.mark_sent(tx, sealed)

    def _tell(self, tx: Transaction, events: Sequence[Event], *, by_day: bool = False) -> None:
        stamp = self._stamp(by_day=by_day)
        for event in events:
            outbox.append(tx, stamp, event)

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
        return self._stamp().time

    def _stamp(self, *, by_day: bool = False) -> Stamp:
        return (Stamp.of_day if by_day else Stamp.of)(self._clock, self._zone)
