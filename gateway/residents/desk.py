"""Where a list of residents is brought, and where staff look one person up.

Promises: a list is seen whole or not at all, whatever is pulled; each person is sealed alone, and no press waits while it is done; whether
a NIK is in the list is told to signed-in staff only, and every look is on record; what goes is erased, not only hidden.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy.kinds import RecordKind
from gateway.privacy.vault import Vault
from gateway.residents import tables
from gateway.residents.person import LABELS, Resident, decode, folded
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

KIND = "resident"
AT_ONCE = 50
"""So many people are kept or erased in one transaction."""
FOUND_LIMIT = 30
SHORTEST_WORD = 3
MARK_BYTES = 16
LOOKUP = "resident-lookup"
BASIS = "tugas pelayanan desa"
REMEMBERED_S = 300.0
"""So long after a search by name the names stay in memory, for the next one."""


@dataclass(frozen=True, slots=True)
class Found:
    """One person as a list of findings shows one."""

    record: str
    name: str
    shown_nik: str
    place: str


class ResidentsDesk:
    """The list of residents. Safe from any thread."""

    def __init__(
        self, store: Store, vault: Vault, clock: Clock, zone: tzinfo, new_name: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._zone = zone
        self._new_name = new_name
        self._bringing = threading.Lock()
        self._names: tuple[float, Sequence[tuple[str, Found]]] = (0.0, ())

    def bring(self, residents: Sequence[Resident], who: str) -> None:
        """Let these be the village's list, in place of the former one. Raises Refusal ``list-under-way`` while another is brought."""
        if not self._bringing.acquire(blocking=False):
            raise Refusal("list-under-way")
        try:
            with self._store.transaction() as tx:
                belongs_to, key = tables.begin(tx, self._now(), who), self._vault.own_key(tx, LOOKUP, afresh=True)
            for at in range(0, len(residents), AT_ONCE):
                self._keep(belongs_to, residents[at : at + AT_ONCE], key)
            with self._store.transaction() as tx:
                tables.show(tx, belongs_to)
                self._vault.note(tx, "import", KIND, "", 0, who=who, why=f"{BASIS} ({len(residents)})")
            self._names = (0.0, ())
            self._sweep()
        finally:
            self._bringing.release()

    def tidy(self) -> None:
        """Erase what a cut has left of a list, unless one is being brought now; asked once an hour."""
        if self._bringing.acquire(blocking=False):
            try:
                with self._store.transaction() as tx:
                    tables.abandon(tx)
            finally:
                self._bringing.release()
        if self._clock.monotonic_s() > self._names[0]:
            self._names = (0.0, ())
        self._sweep()

    def _sweep(self) -> None:
        """Erase what was replaced, dismissed, or begun and never ended."""
        while True:
            with self._store.transaction() as tx:
                records = tables.leaving(tx, AT_ONCE)
                for record in records:
                    self._vault.forget(tx, KIND, record)
                    tables.remove(tx, record)
                if records:
                    self._vault.note(tx, "erase", KIND, "", 0, who="hall", why=f"daftar diganti ({len(records)})")
            if len(records) < AT_ONCE:
                return

    def dismiss(self, who: str, why: str) -> None:
        """Erase the whole list."""
        with self._store.transaction() as tx:
            tables.dismiss(tx)
            self._vault.note(tx, "dismiss", KIND, "", 0, who=who, why=why)
        self._names = (0.0, ())
        self._sweep()

    def kept(self) -> tables.Kept | None:
        """Return how many people the list has, and who brought it."""
        with self._store.reader() as db:
            return tables.kept(db)

    def find(self, typed: str, who: str) -> Sequence[Found]:
        """Return the people whom a NIK or parts of a name name. Raises Refusal ``search-too-short``."""
        digits = "".join(typed.split())
        if digits.isascii() and digits.isdecimal():
            found = self._find_nik(digits)
        else:
            words = folded(typed).split()
            if not any(len(word) >= SHORTEST_WORD for word in words):
                raise Refusal("search-too-short", least=SHORTEST_WORD)
            found = [one for name, one in self._all() if all(word in name for word in words)][:FOUND_LIMIT]
        with self._store.transaction() as tx:
            # What was asked for is somebody's name or number, and stands in no log.
            self._vault.note(
                tx, "search", KIND, found[0].record if len(found) == 1 else "", 0, who=who, why=f"{BASIS} ({len(found)})"
            )
        return found

    def show(self, record: str, who: str, why: str = BASIS) -> Resident:
        """Return one person. Raises Refusal ``record-unknown``."""
        with self._store.transaction() as tx:
            if not tables.is_current(tx, record):
                raise Refusal("record-unknown")
            version = self._vault.newest(tx, KIND, record)
            return decode(self._vault.open(tx, KIND, record, version, who=who, why=why))

    def correct(self, record: str, resident: Resident, who: str) -> None:
        """Keep a person as corrected. Raises Refusal ``record-unknown`` or ``nik-taken``."""
        with self._store.transaction() as tx:
            if not tables.is_current(tx, record):
                raise Refusal("record-unknown")
            mark = _mark(self._vault.own_key(tx, LOOKUP), resident.nik)
            if tables.by_mark(tx, mark) not in {None, record}:
                raise Refusal("nik-taken")
            self._vault.forget(tx, KIND, record)
            self._vault.put(tx, KIND, record, resident.encode(), who=who, why="pembetulan")
            tables.set_mark(tx, record, mark)
        self._names = (0.0, ())

    def erased(self, tx: Transaction, record: str) -> None:
        """Take a person out of the list, whose record is erased in the same transaction."""
        tables.remove(tx, record)
        self._names = (0.0, ())

    def answers(self, nik: str, who: str) -> Mapping[str, str]:
        """Return what a counter may fill in for the person before it, by the names of services' questions; nothing for a stranger."""
        found = self._find_nik("".join(nik.split()))
        return self.show(found[0].record, who, "isi di loket").answers() if found else {}

    def kind(self, page: Callable[[str], str]) -> RecordKind:
        """Return what the vault's pages are told of residents; ``page`` gives the address of one."""
        return RecordKind(
            KIND,
            "Data warga",
            "Tugas pelayanan desa",
            "Sampai daftar diganti atau dihapus",
            labels=LABELS,
            erased=self.erased,
            where=page,
        )

    def _keep(self, belongs_to: int, residents: Sequence[Resident], key: bytes) -> None:
        with self._store.reader() as db:
            sealed = [(one, self._vault.seal_ahead(db, KIND, self._new_name(), 1, one.encode())) for one in residents]
        with self._store.transaction() as tx:
            for one, ahead in sealed:
                self._vault.keep(tx, ahead)
                tables.add(tx, belongs_to, ahead.record, _mark(key, one.nik))

    def _find_nik(self, nik: str) -> Sequence[Found]:
        with self._store.transaction() as tx:
            mark = _mark(self._vault.own_key(tx, LOOKUP), nik)
            record = tables.by_mark(tx, mark)
            return [_found(record, self._read(tx, record))] if record else []

    def _all(self) -> Sequence[tuple[str, Found]]:
        until_s, names = self._names
        now_s = self._clock.monotonic_s()
        if now_s >= until_s:
            with self._store.reader() as db:
                people = [(record, self._read(db, record)) for record in tables.current(db)]
            names = sorted(((folded(one.name), _found(record, one)) for record, one in people), key=lambda named: named[0])
        self._names = (now_s + REMEMBERED_S, names)
        return names

    def _read(self, db: Reads, record: str) -> Resident:
        return decode(self._vault.read(db, KIND, record))

    def _now(self) -> str:
        return Stamp.of(self._clock, self._zone).time


def _found(record: str, one: Resident) -> Found:
    place = " ".join(part for part in (one.hamlet, one.rt and f"RT {one.rt}", one.rw and f"RW {one.rw}") if part)
    return Found(record, one.name, one.shown_nik, place)


def _mark(key: bytes, nik: str) -> bytes:
    return hmac.new(key, b"nik\0" + nik.encode(), hashlib.sha256).digest()[:MARK_BYTES]
