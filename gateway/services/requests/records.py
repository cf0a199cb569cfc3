"""What personal requests keep, told to whoever looks after all such records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.privacy.kinds import RecordKind
from gateway.services.requests import model, tables
from gateway.services.requests.desk import RequestsDesk
from gateway.services.requests.filing import KIND, PHOTO_KIND
from gateway.store.database import Transaction
from gateway.store.outbox import Reads


def kinds_of(desk: RequestsDesk) -> Sequence[RecordKind]:
    """Return requests, and the photographs that go when their request goes."""

    def due(db: Reads, now: datetime) -> list[str]:
        return [request.record for request in desk.due(db, now)]

    def found(db: Reads, code: str) -> list[tables.Request]:
        request = tables.find_by_code(db, model.plain_code(code))
        return [request] if request else []

    def erased(tx: Transaction, record: str) -> None:
        request = tables.find(tx, _number_of(record))
        if request is not None:
            desk.forget(tx, request, who="hall", why="permohonannya dihapus")

    return (
        RecordKind(
            KIND, "Permohonan surat", "Dasar hukum atau persetujuan yang tertulis pada layanannya",
            "Sampai selesai, lalu sebanyak hari yang tertulis pada layanannya",
            due=due, by_code=lambda db, code: [one.record for one in found(db, code)], erased=erased,
            where=lambda record: f"/loket/permohonan/{_number_of(record)}",
        ),
        RecordKind(
            PHOTO_KIND, "Foto syarat permohonan", "Dasar hukum atau persetujuan yang tertulis pada layanannya", "Selama permohonannya disimpan",
            by_code=lambda db, code: [f"{one.record}-{id_}" for one in found(db, code) for id_, how in one.shown.items() if how in model.WITH_PHOTO],
        ),
    )  # fmt: skip


def _number_of(record: str) -> int:
    return int(record.rpartition("-")[2])
