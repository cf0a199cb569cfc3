"""The market: offered once, shown only after a look, sealed until it is shown, gone without a trace."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.market import model
from gateway.market.desk import KIND, MarketDesk
from gateway.market.model import Contact, Wish
from gateway.market.moderating import Moderation
from gateway.market.records import sellers_of
from gateway.market.view import MarketView
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB
from tests.support.vaults import acts_of, open_test_vault

BU_TINI = Contact("Kedai Bu Tini Rahayu", "+6281234567890", "Dusun Krajan")
CHIPS = Wish("Keripik pisang", "food", 15_000, "per bungkus", "Renyah,\ntanpa pengawet.")
KEY = "0123456789abcdef0123456789ab"


def photo(colour: str = "#1f7a4d") -> bytes:
    """Return a photograph with a place in its EXIF."""
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "Rumah Bu Tini"
    Image.new("RGB", (300, 200), colour).save(content, "JPEG", exif=exif)
    return content.getvalue()


class Market:
    """A market in a test's own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.store = open_test_store(folder, self.clock, lambda: self.view.stale() if hasattr(self, "view") else None)
        self.desk = MarketDesk(self.store, open_test_vault(self.store, self.clock), self.clock, WIB)
        self.desk.album.sweep()
        self.staff = Moderation(self.desk)
        self.view = MarketView(self.desk)

    def titles(self) -> list[str]:
        """Return what everybody sees."""
        return [one.wish.title for one in self.view.current().products]

    def offered(self, wish: Wish = CHIPS, picture: bytes = b"", key: str = KEY) -> tuple[str, int]:
        """Offer something and show it; return code and product."""
        code = self.desk.offer(BU_TINI, wish, picture, key=key)
        [product] = self.desk.stall(code).products
        self.staff.approve(product.id)
        return code, product.id

    def events(self) -> list[str]:
        """Return what the centre is told of products."""
        with self.store.reader() as db:
            rows = db.execute("SELECT type FROM outbox WHERE type LIKE 'id.balai.product.%' ORDER BY position")
            return [kind.removeprefix("id.balai.product.") for (kind,) in rows]

    def kept_names(self) -> list[str]:
        """Return the names of sellers that stand in the clear."""
        with self.store.reader() as db:
            return [name for (name,) in db.execute("SELECT name FROM market_seller WHERE name <> ''")]

    def written(self, word: bytes) -> bool:
        """Return whether a word stands in any file of the hall."""
        return any(word in path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    """Open one."""
    one = Market(tmp_path)
    yield one
    one.store.close()


def test_an_offer_is_one_and_shows_after_a_look(market: Market) -> None:
    """The same form twice gives one offer and the same code; nobody sees it before the staff; the key is good for nothing else."""
    code = market.desk.offer(BU_TINI, CHIPS, b"", key=KEY)
    assert market.desk.offer(BU_TINI, CHIPS, b"", key=KEY) == code
    with pytest.raises(Refusal, match="Idempotency-Key"):
        market.desk.offer(BU_TINI, Wish("Lain", "food", 1, "", ""), b"", key=KEY)
    [pending] = market.staff.pending("Siti")
    assert (market.titles(), pending.contact, [one.wish for one in pending.waiting]) == ([], BU_TINI, [CHIPS])
    for _ in range(2):  # a second clerk, or a second press
        market.staff.approve(pending.waiting[0].id)
    [shown] = market.view.current().products
    assert (market.view.current().contact(shown), shown.wish) == (BU_TINI, CHIPS)
    assert (market.staff.pending("Siti"), market.events()) == ([], ["published.v1"])


def test_who_sells_is_sealed_until_it_is_shown_and_gone_afterwards(market: Market) -> None:
    """No file holds name, number or code while an offer waits; the control finds the name once everybody may see it; leaving erases."""
    code = market.desk.offer(BU_TINI, CHIPS, photo(), key=KEY)
    assert [market.written(word) for word in (b"Tini Rahayu", b"81234567890", code.encode(), b"Rumah Bu Tini")] == [False] * 4
    [product] = market.desk.stall(code).products
    market.staff.approve(product.id)
    assert market.written(b"Tini Rahayu")
    market.desk.leave(code)
    with market.store.reader() as db:
        rows = [db[table].count for table in ("market_seller", "market_product")]
        keys = db.execute("SELECT count(*) FROM sealed_key").fetchone()[0]
    assert (rows, keys, [*market.desk.album.blobs.names()], market.titles()) == ([0, 0], 0, [], [])
    with pytest.raises(Refusal) as refused:
        market.desk.stall(code)
    assert (refused.value.code, acts_of(market.store, KIND)[-1]) == ("market-code", (KIND, "erase"))


def test_a_change_waits_while_the_former_stays(market: Market) -> None:
    """The price changes once the staff has looked, under the same address, and the former photograph goes."""
    code, product = market.offered(picture=photo())
    dearer = Wish("Keripik pisang", "food", 17_000, "per bungkus", "")
    market.desk.change(code, product, dearer, photo("#b3261e"), key="change-0001")
    assert [one.wish.price_rp for one in market.view.current().products] == [15_000]
    [pending] = market.staff.pending("Siti")
    market.staff.approve(pending.waiting[0].id)
    [shown] = market.view.current().products
    assert (shown.id, shown.wish.price_rp, [*market.desk.album.blobs.names()]) == (product, 17_000, [shown.wish.blob])
    market.desk.change(code, product, dearer, b"", key="change-0002", keep_photo=False)
    market.staff.approve(market.staff.pending("Siti")[0].waiting[0].id)
    assert [*market.desk.album.blobs.names()] == []


def test_what_is_sent_back_can_be_mended(market: Market) -> None:
    """Its seller reads why; mended, it waits again; taken down later, name and number are sealed again."""
    code = market.desk.offer(BU_TINI, CHIPS, b"", key=KEY)
    [product] = market.desk.stall(code).products
    market.staff.refuse(product.id, "price")
    [refused] = market.desk.stall(code).products
    assert (refused.state, refused.why, market.staff.pending("Siti")) == ("refused", "price", [])
    market.desk.change(code, product.id, CHIPS, b"", key="change-0001")
    market.staff.approve(product.id)
    assert market.titles() == ["Keripik pisang"]
    market.desk.report(product.id, key="report-0001", why="fraud")
    market.desk.report(product.id, key="report-0001", why="fraud")
    [pending] = market.staff.pending("Siti")
    assert [one.reports for one in pending.reported] == [1]
    market.staff.keep(product.id)
    assert market.staff.pending("Siti") == []
    market.staff.refuse(product.id, "forbidden")
    assert (market.titles(), market.kept_names(), market.events()) == ([], [], ["published.v1", "withdrawn.v1"])


def test_another_number_shows_after_a_look(market: Market) -> None:
    """Until the staff has looked, the former number stays."""
    code, product = market.offered()
    moved = Contact("Kedai Bu Tini Rahayu", "+6285700000001", "Dusun Sawahan")
    market.desk.change_contact(code, moved)
    [pending] = market.staff.pending("Siti")
    shown = market.view.current()
    assert (pending.contact_changed, pending.contact, shown.contact(shown.products[0])) == (True, moved, BU_TINI)
    market.staff.approve_contact(pending.seller)
    shown = market.view.current()
    assert (shown.contact(shown.products[0]), shown.products[0].id, market.staff.pending("Siti")) == (moved, product, [])


def test_what_is_over_is_renewed_or_forgotten(market: Market) -> None:
    """After ninety days it is not shown; the code renews it; thirty days later it is erased with its seller."""
    code, product = market.offered()
    market.clock.advance((model.SHOWN_DAYS + 1) * 86_400)
    today = market.clock.now().date()
    assert (market.titles(), market.staff.forget(today)) == ([], 0)
    market.desk.renew(code, product)
    assert market.titles() == ["Keripik pisang"]
    market.clock.advance((model.SHOWN_DAYS + model.KEPT_DAYS + 2) * 86_400)
    assert market.staff.forget(market.clock.now().date()) == 1
    with pytest.raises(Refusal):
        market.desk.stall(code)
    assert (market.events()[-1], market.kept_names()) == ("withdrawn.v1", [])


def test_an_unknown_day_ends_nothing(market: Market) -> None:
    """What is shown while the clock is wrong gets its day once the clock is right."""
    market.clock.set_state(ClockState.UNSET)
    code, _ = market.offered()
    assert market.desk.stall(code).products[0].until is None
    market.clock.set_state(ClockState.TRUSTED)
    today = market.clock.now().date()
    market.staff.forget(today)
    assert market.desk.stall(code).products[0].until == today + timedelta(days=model.SHOWN_DAYS)


def test_nobody_touches_what_is_anothers(market: Market) -> None:
    """A code opens its own stall: another's product is unknown to it; a wrong code opens nothing."""
    _, product = market.offered()
    other = market.desk.offer(BU_TINI, Wish("Jahit", "service", None, "", ""), b"", key="f" * 28)
    with pytest.raises(Refusal) as refused:
        market.desk.change(other, product, CHIPS, b"", key="change-0001")
    market.desk.withdraw(other, product)
    assert (refused.value.code, market.titles()) == ("product-unknown", ["Keripik pisang"])


def test_a_seller_is_erased_at_the_counter(market: Market) -> None:
    """Found by the code, erased with all that is on sale, and the photograph goes with the next look at what is over."""
    code, _ = market.offered(picture=photo())
    kind = sellers_of(market.desk)
    with market.store.transaction() as tx:
        [record] = kind.by_code(tx, model.spaced_code(code))
        market.desk.vault.erase(tx, KIND, record, who="Siti", why="diminta")
        kind.erased(tx, record)
    market.staff.forget(market.clock.now().date())
    assert (market.titles(), market.kept_names(), [*market.desk.album.blobs.names()]) == ([], [], [])


def test_a_seller_offers_so_much_and_no_more(market: Market) -> None:
    """Twelve things; a photograph that is none is refused and leaves nothing."""
    code, _ = market.offered()
    for number in range(model.PRODUCTS_OF_SELLER - 1):
        market.desk.add(code, CHIPS, b"", key=f"add-{number:08d}")
    with pytest.raises(Refusal) as refused:
        market.desk.add(code, CHIPS, photo(), key="add-toomany")
    with pytest.raises(Refusal, match="tidak dapat dibaca"):
        market.desk.offer(BU_TINI, CHIPS, b"no picture", key="e" * 28)
    assert (refused.value.code, [*market.desk.album.blobs.names()]) == ("market-many", [])


def test_numbers_codes_and_searches_are_read_as_people_write_them() -> None:
    """A code with hyphen and small letters is the same; a number is told as it is dialled; every word must fit."""
    code = model.code_of(KEY)
    assert model.digest_of(model.spaced_code(code).lower()) == model.digest_of(code)
    assert (model.spoken_phone("+6281234567890"), model.whatsapp("+62812", "a b")) == (
        "0812-3456-7890",
        "https://wa.me/62812?text=a%20b",
    )
