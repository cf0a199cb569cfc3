"""What personal letters keep, told to whoever looks after all such records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.privacy.kinds import RecordKind
from gateway.services.letters import tables
from gateway.services.letters.clerk_routes import PATH
from gateway.services.letters.desk import DOCUMENT_KIND, KIND, LettersDesk
from gateway.store.database import Transaction
from gateway.store.outbox import Reads

FORGET_AT_ONCE = 200
BASIS = "Dasar hukum atau persetujuan yang tertulis pada layanannya"


def kinds_of(desk: LettersDesk) -> Sequence[RecordKind]:
    """Return letters, and the documents that go when their letter goes. One is found by its number."""

    def due(db: Reads, now: datetime) -> list[str]:
        return [letter.record for letter in tables.to_forget(db, now.date().isoformat(), FORGET_AT_ONCE)]

    def found(db: Reads, code: str) -> list[str]:
        letter = tables.find_number(db, " ".join(code.split())[:80])
        return [letter.record] if letter and letter.service else []

    def erased(tx: Transaction, record: str) -> None:
        letter = tables.find(tx, _id_of(record))
        if letter is not None:
            desk.forget(tx, letter, who="hall", why="suratnya dihapus")

    return (
        RecordKind(
            KIND, "Isi surat", BASIS, "Sejak tanggal surat, sebanyak hari yang tertulis pada layanannya; nomornya tetap di buku",
            due=due, by_code=found, erased=erased, where=lambda record: f"{PATH}/{_id_of(record)}",
        ),
        RecordKind(DOCUMENT_KIND, "Surat yang dicetak", BASIS, "Selama isi suratnya disimpan", by_code=found),
    )  # fmt: skip


def _id_of(record: str) -> int:
    return int(record.rpartition("-")[2])
