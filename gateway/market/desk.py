"""What sellers do: offer, change, renew, withdraw. What the staff does stands in ``moderating.py``.

Promises: an act asked for twice under one key is one; nothing shows before the staff has looked at it; who sells is sealed from
the beginning; a photograph is durable before what shows it, and gone with the last that does.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, tzinfo

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.market import model, tables, wire
from gateway.market.model import Contact, Product, Wish
from gateway.market.tables import Seller
from gateway.pictures import drawn_anew
from gateway.privacy.vault import Vault
from gateway.store import epochs, outbox
from gateway.store.album import Album
from gateway.store.database import Store, Transaction
from gateway.store.once import once
from gateway.store.room import require_room
from gateway.store.stamp import Stamp

KIND = "seller"
"""What the vault calls a seller's contact."""
CONSENT = "setuju ditampilkan di lapak desa"
"""Why it is kept."""
PHOTO_PX, PHOTO_QUALITY = 1024, 78
"""Small enough for a weak Wi-Fi; the quality is this album's own, so that it never holds another's blob."""
SMALL_PX, SMALL_QUALITY = 240, 68
"""In a list: some 8 KB each."""
SMALL_LIMIT = 256
"""So many small ones are kept in memory."""


@dataclass(frozen=True, slots=True)
class Done:
    """The seller or product that an act was about."""

    id: int


Act = Callable[[Transaction, Wish], Done]
"""What is done with a wish whose photograph is kept."""


@dataclass(frozen=True, slots=True)
class Stall:
    """What a seller has, for the seller alone."""

    seller: int
    contact: Contact
    products: tuple[Product, ...]
    today: date | None


class MarketDesk:
    """Where sellers come. Safe from any thread."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, zone: tzinfo) -> None:
        self.store = store
        self.vault = vault
        self._clock = clock
        self._zone = zone
        self.turn = threading.Lock()
        """Nobody deletes a photograph that another act is about to show."""
        self.album = Album(store, "arrivals-market", tables.mentions)
        self._small: dict[str, bytes] = {}
        self._small_turn = threading.Lock()

    def today(self) -> date | None:
        """Return the hall's date, None while its clock is certainly wrong."""
        if self._clock.state() is ClockState.UNSET:
            return None
        return self._clock.now().astimezone(self._zone).date()

    def stamp(self) -> Stamp:
        """Return the present moment."""
        return Stamp.of(self._clock, self._zone)

    def offer(self, contact: Contact, wish: Wish, photo: bytes, *, key: str) -> str:
        """Take a new seller with a first product; return the code with which the seller comes back.

        Raises Refusal ``market-full``, ``picture-unreadable``, ``key-reused`` and those of the store.
        """
        code = model.code_of(key)
        asked = ["market-offer", model.fingerprint_of(*asdict(contact).values()), model.fingerprint_of(wish, len(photo))]

        def act(tx: Transaction, whole: Wish) -> Done:
            _require_room(tx)
            seller = tables.add_seller(tx, model.digest_of(code), self.stamp().time)
            self.vault.put(tx, KIND, str(seller), _sealed(contact), who=KIND, why=CONSENT)
            tables.add_product(tx, seller, whole, self.today())
            return Done(seller)

        self._once_with_photo(wish, photo, key, asked, act)
        return code

    def stall(self, code: str) -> Stall:
        """Return what the seller with this code has. Raises Refusal ``market-code``."""
        with self.store.transaction() as tx:
            seller = self._seller(tx, code)
            contact = self._contact(tx, seller)
            return Stall(seller.id, contact, tuple(tables.products_of(tx, seller.id)), self.today())

    def add(self, code: str, wish: Wish, photo: bytes, *, key: str) -> int:
        """Take another product of a seller; return its id. Raises Refusal ``market-many``, ``market-code`` and those of ``offer``."""

        def act(tx: Transaction, whole: Wish) -> Done:
            seller = self._seller(tx, code)
            _require_room(tx)
            if len(tables.products_of(tx, seller.id)) >= model.PRODUCTS_OF_SELLER:
                raise Refusal("market-many", limit=model.PRODUCTS_OF_SELLER)
            return Done(tables.add_product(tx, seller.id, whole, self.today()))

        asked = ["market-add", model.digest_of(code), model.fingerprint_of(wish, len(photo))]
        return self._once_with_photo(wish, photo, key, asked, act).id

    def change(self, code: str, product: int, wish: Wish, photo: bytes, *, key: str, keep_photo: bool = True) -> None:
        """Let a product be as ``wish`` says, once the staff has looked; what is shown stays until then.

        Raises Refusal ``product-unknown`` and those of ``add``.
        """
        with self.store.reader() as db:
            present = tables.find(db, product)
        if keep_photo and not photo and present is not None:
            wish = replace(wish, blob=present.wish.blob)
        former: set[str] = set()

        def act(tx: Transaction, whole: Wish) -> Done:
            _require_room(tx)
            own = self._own(tx, code, product)
            waits = tables.change_of(tx, product)
            former.update(one.wish.blob for one in (own, waits) if one is not None)
            if waits is not None:
                tables.rewrite(tx, waits.id, whole, self.today())
            elif own.state == "shown":
                tables.add_product(tx, own.seller, whole, self.today(), replaces=product)
            else:
                tables.rewrite(tx, product, whole, self.today())
            return Done(product)

        asked = ["market-change", model.digest_of(code), str(product), model.fingerprint_of(wish, len(photo), keep_photo)]
        self._once_with_photo(wish, photo, key, asked, act, former)

    def change_contact(self, code: str, contact: Contact) -> None:
        """Keep another name, number or place; it shows once the staff has looked. Raises Refusal ``market-code``."""
        with self.store.transaction() as tx:
            seller = self._seller(tx, code)
            if contact != self._contact(tx, seller):
                version = self.vault.put(tx, KIND, str(seller.id), _sealed(contact), who=KIND, why=CONSENT)
                tables.set_version(tx, seller.id, version)

    def renew(self, code: str, product: int) -> None:
        """Let what is shown, or is over, be shown for the whole time again. Raises Refusal ``market-code``, ``product-unknown``."""
        with self.store.transaction() as tx:
            own, today = self._own(tx, code, product), self.today()
            if own.state != "shown":
                raise Refusal("product-unknown")
            until = model.last_day(today) if today else None
            if own.until == until:
                return
            tables.set_until(tx, product, until, today)
            outbox.append(tx, self.stamp(), wire.published(replace(own, until=until), epochs.current(tx)))

    def withdraw(self, code: str, product: int) -> None:
        """Take a product back; nothing happens when it is gone already. Raises Refusal ``market-code``."""
        with self.turn:
            with self.store.transaction() as tx:
                seller = self._seller(tx, code)
                blobs = self.remove(tx, [one for one in tables.products_of(tx, seller.id) if one.id == product], KIND)
                self.hide_contact(tx, seller.id)
            self.release(blobs)

    def leave(self, code: str) -> None:
        """Take everything back, and erase who the seller is. Raises Refusal ``market-code``."""
        with self.turn:
            with self.store.transaction() as tx:
                seller = self._seller(tx, code)
                blobs = self.remove(tx, tables.products_of(tx, seller.id), KIND)
                self.forget_seller(tx, seller.id, who=KIND, why="diminta pelapak")
            self.release(blobs)

    def report(self, product: int, *, key: str, why: str) -> None:
        """Note that a visitor finds something wrong with a product. Raises Refusal ``product-unknown``, ``key-reused``."""

        def act(tx: Transaction) -> Done:
            found = tables.find(tx, product)
            if found is None or not found.is_shown(self.today()):
                raise Refusal("product-unknown")
            tables.set_reports(tx, product, min(found.reports + 1, model.REPORTS_LIMIT))
            return Done(product)

        with self.store.transaction() as tx:
            once(tx, Done, key, ["market-report", str(product), why], self._clock.now(), act)

    def small(self, blob: str) -> bytes:
        """Return a photograph as it stands in a list, drawn once while it is asked for. Raises Refusal ``not-found``."""
        with self._small_turn:
            if blob not in self._small:
                if len(self._small) >= SMALL_LIMIT:
                    self._small.clear()
                self._small[blob] = drawn_anew(io.BytesIO(self.album.blobs.read(blob)), SMALL_PX, SMALL_QUALITY)
            return self._small[blob]

    def remove(self, tx: Transaction, products: list[Product], why: str) -> set[str]:
        """Delete products and tell of those that were shown; return the photographs that may be released afterwards."""
        for one in products:
            if one.state == "shown":
                outbox.append(tx, self.stamp(), wire.withdrawn(one, why, epochs.current(tx)))
        blobs = {one.wish.blob for one in products}
        blobs |= {change.wish.blob for one in products if (change := tables.change_of(tx, one.id)) is not None}
        for one in products:
            tables.remove(tx, one.id)
        return blobs

    def hide_contact(self, tx: Transaction, seller: int) -> None:
        """Let the contact be sealed again where nothing of the seller is shown."""
        if not any(one.state == "shown" for one in tables.products_of(tx, seller)):
            tables.show_contact(tx, seller, 0, Contact("", "", ""))

    def forget_seller(self, tx: Transaction, seller: int, *, who: str, why: str) -> None:
        """Erase a seller of whom nothing is left."""
        self.vault.erase(tx, KIND, str(seller), who=who, why=why)
        tables.remove_seller(tx, seller)

    def release(self, blobs: Collection[str]) -> None:
        """Delete photographs that no product has any more; after the transaction."""
        for blob in sorted(blobs):
            self.album.release(blob)

    def _once_with_photo(
        self, wish: Wish, photo: bytes, key: str, asked: list[str], act: Act, former: Collection[str] = ()
    ) -> Done:
        with self.turn, self._kept(wish, photo) as whole:
            with self.store.transaction() as tx:
                done = once(tx, Done, key, asked, self._clock.now(), lambda tx: act(tx, whole))
            self.release(former)
        return done

    @contextmanager
    def _kept(self, wish: Wish, photo: bytes) -> Iterator[Wish]:
        """Give ``wish`` with its photograph kept; afterwards what no product has is gone again."""
        require_room(self.store.directory)
        blob = wish.blob
        if photo:
            blob = self.album.keep(io.BytesIO(drawn_anew(io.BytesIO(photo), PHOTO_PX, PHOTO_QUALITY)))
        try:
            yield replace(wish, blob=blob)
        finally:
            self.album.release(blob)

    def _seller(self, tx: Transaction, code: str) -> Seller:
        seller = tables.seller_of_code(tx, model.digest_of(code))
        if seller is None:
            raise Refusal("market-code")
        return seller

    def _own(self, tx: Transaction, code: str, product: int) -> Product:
        seller, found = self._seller(tx, code), tables.find(tx, product)
        if found is None or found.seller != seller.id:
            raise Refusal("product-unknown")
        return found

    def _contact(self, tx: Transaction, seller: Seller) -> Contact:
        content = self.vault.open(tx, KIND, str(seller.id), seller.version, who=KIND, why="kode pelapak")
        return opened(content)


def opened(content: bytes) -> Contact:
    """Return the contact that was sealed."""
    return Contact(**json.loads(content))


def _sealed(contact: Contact) -> bytes:
    return json.dumps(asdict(contact), ensure_ascii=False).encode()


def _require_room(tx: Transaction) -> None:
    if tables.waiting(tx) >= model.WAITING_LIMIT:
        raise Refusal("market-full")
