"""What staff do with personal records whatever feature keeps them, and what was done. Every act is an entry of the audit log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gateway.custody.sheets import Sheet, opened
from gateway.errors import Refusal
from gateway.privacy import tables
from gateway.privacy.audit import Broken, Entry
from gateway.privacy.kinds import RecordKind
from gateway.privacy.tables import Wanted
from gateway.privacy.vault import OWN, Vault
from gateway.store.database import Store

PAGE_ENTRIES = 50
EXPORTED_ENTRIES = 50_000
LONGEST_WHY = 200
COLUMNS = ("nomor", "waktu", "petugas", "tindakan", "jenis", "catatan", "versi", "alasan")
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Kinds = Callable[[], Sequence[RecordKind]]


@dataclass(frozen=True, slots=True)
class State:
    """What the page of data protection tells first."""

    mode: str
    paper_at: str
    """ISO 8601, or empty while there is no paper."""
    paper_by: str
    counts: dict[str, tuple[int, int]]
    """By kind, how many records are kept, and how many are erased."""
    rotated_at: str


class CustodyDesk:
    """The desk of data protection. Safe from any thread."""

    def __init__(self, store: Store, vault: Vault, kinds: Kinds) -> None:
        self._store = store
        self._vault = vault
        self._kinds = kinds

    def kinds(self) -> Sequence[RecordKind]:
        """Return what the hall keeps."""
        return self._kinds()

    def state(self) -> State:
        """Return how the hall keeps it."""
        with self._store.reader() as db:
            public, at, by = tables.paper(db) or ("", "", "")
            counts = {kind: count for kind, count in tables.counts(db).items() if kind != OWN}
            return State(self._vault.mode, at if public else "", by, counts, tables.last_of(db, "rotate"))

    def by_code(self, code: str) -> Sequence[tuple[RecordKind, str]]:
        """Return the records that the code on a person's slip names."""
        with self._store.reader() as db:
            return [(kind, record) for kind in self.kinds() for record in kind.by_code(db, code.strip())]

    def show(self, name: str, record: str, *, who: str, why: str) -> Sheet:
        """Open the newest version of a record. Raises Refusal ``record-unknown``, ``record-erased`` or ``record-locked``."""
        kind = self._kind(name)
        with self._store.transaction() as tx:
            version = self._vault.newest(tx, name, record)
            content = self._vault.open(tx, name, record, version, who=who, why=why)
        return opened(name, record, version, content, kind.labels)

    def copy(self, name: str, record: str, *, who: str) -> Sheet:
        """Open a record for a copy that the person takes home."""
        kind = self._kind(name)
        with self._store.transaction() as tx:
            version = self._vault.newest(tx, name, record)
            content = self._vault.read(tx, name, record, version)
            self._vault.note(tx, "export", name, record, version, who=who, why="hak akses")
        return opened(name, record, version, content, kind.labels)

    def erase(self, name: str, record: str, *, who: str, why: str) -> None:
        """Erase a record on a person's demand, or for another stated reason. Raises Refusal ``reason-missing`` or ``record-unknown``."""
        kind = self._kind(name)
        told = " ".join(why.split())[:LONGEST_WHY]
        if not told:
            raise Refusal("reason-missing")
        with self._store.transaction() as tx:
            if not tables.is_open(tx, name, record):
                raise Refusal("record-unknown")
            self._vault.erase(tx, name, record, who=who, why=told)
            kind.erased(tx, record)

    def entries(self, wanted: Wanted) -> Sequence[Entry]:
        """Return a page of the audit log, the newest first."""
        with self._store.reader() as db:
            return tables.entries(db, wanted, PAGE_ENTRIES)

    def is_whole(self) -> tuple[bool, int]:
        """Read the whole log; return whether nobody has changed it, and how many entries it has."""
        with self._store.reader() as db:
            try:
                self._vault.audited(db)
            except Broken:
                return False, tables.newest(db)[0]
            return True, tables.newest(db)[0]

    def table(self, wanted: Wanted, who: str, names: Mapping[str, str]) -> str:
        """Return the log as Indonesian spreadsheets open it, officers by their ``names``; that somebody took it is an entry too."""
        with self._store.transaction() as tx:
            entries = tables.entries(tx, wanted, EXPORTED_ENTRIES)
            self._vault.note(tx, "export-log", "", "", 0, who=who, why=f"{len(entries)}")
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for one in entries:
            told = (one.seq, one.at, names.get(one.who, one.who), one.act, one.kind, one.record, one.version, one.why)
            writer.writerow([f"'{cell}" if str(cell).startswith(FORMULA) else cell for cell in told])
        return MARK + text.getvalue()

    def _kind(self, name: str) -> RecordKind:
        found = next((kind for kind in self.kinds() if kind.kind == name), None)
        if found is None:
            raise Refusal("record-unknown")
        return found
