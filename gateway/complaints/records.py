"""What personal the complaints keep, told to whoever looks after all such records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.complaints import tables
from gateway.complaints.desk import ComplaintsDesk
from gateway.complaints.threads import CONTACT, KIND
from gateway.errors import Reason
from gateway.privacy import codes
from gateway.privacy.kinds import RecordKind
from gateway.store.outbox import Reads

LABELS = {"text": Reason("Tulisan"), "place": Reason("Tempat"), "name": Reason("Nama"), "phone": Reason("Telepon")}
"""What the fields are called; keys of the catalogues."""
PAGE = "/petugas/pengaduan"


def records_of(desk: ComplaintsDesk) -> tuple[RecordKind, RecordKind]:
    """Return the kinds of what was written and of who complained: found by the code, gone some time after the end."""

    def by_code(db: Reads, code: str) -> Sequence[str]:
        one = tables.by_code(db, codes.digest(codes.plain(code)))
        return [one.id] if one else []

    def due_of(kind: str) -> RecordKind:
        def due(db: Reads, now: datetime) -> Sequence[str]:
            return desk.due_for_erasure(db, kind, now)

        return RecordKind(
            kind, "Pengaduan" if kind == KIND else "Pelapor pengaduan", "Tugas umum: UU 25/2009 pasal 36", "Setahun sesudah pengaduan selesai",
            labels=LABELS, due=due, by_code=by_code, where=lambda record: f"{PAGE}/{record}",
        )  # fmt: skip

    return due_of(KIND), due_of(CONTACT)
