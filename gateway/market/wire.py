"""What the centre learns of the market: what is on sale, and when it is not any more; never who sells. Described in docs/events.md."""

from __future__ import annotations

from gateway.market.model import Product
from gateway.store.outbox import Event


def published(product: Product, epoch: str) -> Event:
    """Everybody sees this product now; what is told here is the whole of it."""
    wish = product.wish
    known: dict[str, object] = {
        "title": wish.title, "category": wish.category, "price_rp": wish.price_rp, "unit": wish.unit, "photo": bool(wish.blob),
        "until": product.until.isoformat() if product.until else None,
    }  # fmt: skip
    told = {name: value for name, value in known.items() if value is not None and value != ""}
    return Event("record", "id.balai.product.published.v1", f"product/{epoch}/{product.id}", told)


def withdrawn(product: Product, why: str, epoch: str) -> Event:
    """Nobody sees it any more; ``why`` is ``seller``, ``staff`` or ``over``."""
    return Event("record", "id.balai.product.withdrawn.v1", f"product/{epoch}/{product.id}", {"why": why})
