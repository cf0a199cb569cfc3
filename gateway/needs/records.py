"""What personal the poverty desk keeps, told to whoever looks after all such records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.errors import Reason
from gateway.needs import tables
from gateway.needs.desk import CONTACT, KIND, NeedsDesk
from gateway.privacy import codes
from gateway.privacy.kinds import RecordKind
from gateway.store.outbox import Reads

LABELS = {
    "who": Reason("Siapa orangnya?"),
    "where": Reason("Di mana rumahnya?"),
    "text": Reason("Tulisan"),
    "programme": Reason("Program"),
    "name": Reason("Nama"),
    "phone": Reason("Telepon"),
}
"""What the fields are called; keys of the catalogues."""
PAGE = "/petugas/bantuan"


def records_of(desk: NeedsDesk) -> tuple[RecordKind, RecordKind]:
    """Return the kinds of who is in need and of who told.

    The code leads to who told alone: whoever told of a neighbour gets nothing about them.
    """

    def by_code(db: Reads, code: str) -> Sequence[str]:
        one = tables.by_code(db, codes.digest(codes.plain(code)))
        return [one.id] if one else []

    def due_of(kind: str, now: datetime, db: Reads) -> Sequence[str]:
        return desk.due_for_erasure(db, kind, now)

    return (
        RecordKind(
            KIND, "Warga butuh bantuan", "Tugas umum: UU 13/2011", "Setahun sesudah laporan selesai",
            labels=LABELS, due=lambda db, now: due_of(KIND, now, db), where=lambda record: f"{PAGE}/{record}",
        ),
        RecordKind(
            CONTACT, "Pelapor warga butuh bantuan", "Tugas umum: UU 13/2011", "Setahun sesudah laporan selesai",
            labels=LABELS, due=lambda db, now: due_of(CONTACT, now, db), by_code=by_code, where=lambda record: f"{PAGE}/{record}",
        ),
    )  # fmt: skip
