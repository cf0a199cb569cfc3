"""What personal the market keeps, told to whoever looks after all such records."""

from __future__ import annotations

from gateway.market import model, tables
from gateway.market.desk import KIND, MarketDesk
from gateway.privacy.kinds import RecordKind
from gateway.store.database import Transaction
from gateway.store.outbox import Reads


def sellers_of(desk: MarketDesk) -> RecordKind:
    """Return the kind of sellers' contacts: found by the seller's code, gone with the last product (``Moderation.forget``)."""

    def by_code(db: Reads, code: str) -> list[str]:
        seller = tables.seller_of_code(db, model.digest_of(code))
        return [str(seller.id)] if seller else []

    def erased(tx: Transaction, record: str) -> None:
        products = tables.products_of(tx, int(record))
        for blob in desk.remove(tx, products, "staff"):
            desk.album.doubt(blob)
        tables.remove_seller(tx, int(record))

    return RecordKind(
        KIND, "Pelapak", "Persetujuan: ditampilkan di lapak desa", "Sampai dicabut, atau 30 hari sesudah jualan terakhir selesai",
        by_code=by_code, erased=erased,
    )  # fmt: skip
