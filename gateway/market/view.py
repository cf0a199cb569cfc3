"""What everybody sees of the market: kept in memory, looked at again after a change, never at each request."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.market import tables
from gateway.market.desk import MarketDesk
from gateway.market.model import Contact, Product
from gateway.portal.hot import etag_of


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on sale today."""

    etag: str
    products: tuple[Product, ...]
    """The newest first."""
    contacts: Mapping[int, Contact]
    """By seller."""

    def contact(self, product: Product) -> Contact:
        """Return who sells a product."""
        return self.contacts[product.seller]

    def find(self, product: int) -> Product | None:
        """Return one product that is on sale."""
        return next((one for one in self.products if one.id == product), None)


class MarketView:
    """Holds what is on sale. Safe from any thread."""

    def __init__(self, desk: MarketDesk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._stale = True
        self._products: list[Product] = []
        self._contacts: dict[int, Contact] = {}
        self._shown: tuple[date | None, Shown] | None = None

    def stale(self) -> None:
        """Note that something in the hall has changed; for whoever watches the store. Quick, never raises."""
        self._stale = True

    def current(self) -> Shown:
        """Return what is on sale."""
        with self._lock:
            if self._stale:
                # Noted before looking: a change that comes meanwhile is looked at again.
                self._stale = False
                try:
                    self._look()
                except BaseException:
                    self._stale = True
                    raise
            today = self._desk.today()
            if self._shown is None or self._shown[0] != today:
                self._shown = (today, self._drawn_up(today))
            return self._shown[1]

    def _drawn_up(self, today: date | None) -> Shown:
        products = tuple(one for one in self._products if one.is_shown(today) and one.seller in self._contacts)
        return Shown(etag_of(products, self._contacts), products, self._contacts)

    def _look(self) -> None:
        with self._desk.store.reader() as db:
            self._products = [one for one in tables.products(db) if one.state == "shown"]
            self._contacts = {one.id: one.contact for one in tables.sellers(db) if one.shown_version}
        self._shown = None
