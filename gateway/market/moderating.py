"""What the staff does with what sellers offer: show it, send it back with a reason, take it down; and what time takes away.

Promises: who sells is opened only for whoever moderates, and each opening is an entry of the audit log; what is over and was not
renewed is erased, and with a seller's last product the seller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from gateway.errors import Refusal
from gateway.market import model, tables, wire
from gateway.market.desk import KIND, MarketDesk, opened
from gateway.market.model import Contact, Product
from gateway.market.tables import Seller
from gateway.privacy.vault import ITSELF
from gateway.store import epochs, outbox
from gateway.store.database import Transaction

WHY = "memeriksa lapak"


@dataclass(frozen=True, slots=True)
class Pending:
    """What the staff should look at, of one seller."""

    seller: int
    contact: Contact
    contact_changed: bool
    """Whether other things are shown under another contact."""
    waiting: tuple[Product, ...]
    reported: tuple[Product, ...]


class Moderation:
    """The staff's side of the market. Safe from any thread."""

    def __init__(self, desk: MarketDesk) -> None:
        self._desk = desk

    def pending(self, who: str) -> list[Pending]:
        """Return what waits, by seller; each contact that is read is noted as read by ``who``."""
        with self._desk.store.transaction() as tx:
            by_seller: dict[int, list[Product]] = {}
            for one in tables.products(tx):
                by_seller.setdefault(one.seller, []).append(one)
            found = []
            for seller in tables.sellers(tx):
                products = by_seller.get(seller.id, [])
                waiting = tuple(one for one in products if one.state == "waiting")
                reported = tuple(one for one in products if one.reports and one.state == "shown")
                changed = 0 < seller.shown_version < seller.version
                if waiting or reported or changed:
                    found.append(Pending(seller.id, self._contact(tx, seller, who), changed, waiting, reported))
        return found

    def approve(self, product: int) -> None:
        """Show a product, under its seller's newest contact; nothing happens when it waits no longer: somebody was quicker."""
        today = self._desk.today()
        with self._desk.turn:
            with self._desk.store.transaction() as tx:
                one = tables.find(tx, product)
                if one is None or one.state != "waiting":
                    return
                target = (tables.find(tx, one.replaces) if one.replaces else None) or one
                self._show_contact(tx, one.seller)
                if target.id != one.id:
                    tables.remove(tx, one.id)
                until = model.last_day(today) if today else None
                tables.show(tx, target.id, one.wish, until, today)
                shown = replace(one, id=target.id, until=until)
                outbox.append(tx, self._desk.stamp(), wire.published(shown, epochs.current(tx)))
            self._desk.release({target.wish.blob})

    def approve_contact(self, seller: int) -> None:
        """Show a seller's newest contact with what is shown already."""
        with self._desk.store.transaction() as tx:
            self._show_contact(tx, seller)

    def refuse(self, product: int, why: str) -> None:
        """Send back what waits, or take down what is shown; its seller reads why. Nothing happens when that is so already."""
        if why not in model.REFUSALS:
            raise Refusal("field-invalid", field="alasan")
        with self._desk.store.transaction() as tx:
            one = tables.find(tx, product)
            if one is None or one.state == "refused":
                return
            if one.state == "shown":
                outbox.append(tx, self._desk.stamp(), wire.withdrawn(one, "staff", epochs.current(tx)))
            tables.refuse(tx, product, why, self._desk.today())
            self._desk.hide_contact(tx, one.seller)

    def keep(self, product: int) -> None:
        """Leave a reported product as it is."""
        with self._desk.store.transaction() as tx:
            tables.set_reports(tx, product, 0)

    def forget(self, today: date) -> int:
        """Erase what has been over or refused for so long that nobody renews it; return how much. Run it only by a trusted clock."""
        with self._desk.turn:
            with self._desk.store.transaction() as tx:
                tables.date_undated(tx, today, model.last_day(today))
                over = tables.left_over(tx, today - timedelta(days=model.KEPT_DAYS))
                blobs = self._desk.remove(tx, over, "over")
                for seller in tables.sellers(tx):
                    if not tables.products_of(tx, seller.id):
                        self._desk.forget_seller(tx, seller.id, who=ITSELF, why="lewat waktu simpan")
                    else:
                        self._desk.hide_contact(tx, seller.id)
            self._desk.release(blobs)
            self._desk.album.sweep()
        return len(over)

    def _show_contact(self, tx: Transaction, seller: int) -> None:
        one = next((one for one in tables.sellers(tx) if one.id == seller), None)
        if one is None:
            raise Refusal("product-unknown")
        if one.shown_version != one.version:
            tables.show_contact(tx, one.id, one.version, self._contact(tx, one, ITSELF))

    def _contact(self, tx: Transaction, seller: Seller, who: str) -> Contact:
        return opened(self._desk.vault.open(tx, KIND, str(seller.id), seller.version, who=who, why=WHY))
