"""The market in the database. Functions take the open transaction; none commits.

A seller's name, number and place are sealed from the beginning; they stand here only while something of the seller is shown to
everybody, which is what the seller has agreed to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from gateway.market.model import Contact, Product, Wish
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE market_seller (
    id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, shown_version INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '', place TEXT NOT NULL DEFAULT '', agreed_at TEXT NOT NULL
);
CREATE TABLE market_product (
    id INTEGER PRIMARY KEY AUTOINCREMENT, seller INTEGER NOT NULL REFERENCES market_seller (id), title TEXT NOT NULL, category TEXT NOT NULL,
    price_rp INTEGER, unit TEXT NOT NULL, text TEXT NOT NULL, blob TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'shown', 'refused')), until TEXT, why TEXT NOT NULL DEFAULT '',
    replaces INTEGER REFERENCES market_product (id), reports INTEGER NOT NULL DEFAULT 0, changed_on TEXT
);
CREATE INDEX market_product_seller ON market_product (seller);
"""
"""``version`` counts the sealed contacts of a seller; ``shown_version`` is the one that stands here, 0 for none. A day that nobody
knew, because the clock was certainly wrong, is NULL until it is known."""

COLUMNS = "id, seller, title, category, price_rp, unit, text, blob, state, until, why, replaces, reports"


@dataclass(frozen=True, slots=True)
class Seller:
    """One seller as kept."""

    id: int
    version: int
    shown_version: int
    contact: Contact
    """Empty while nothing is shown."""


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add_seller(tx: Reads, code: str, at: str) -> int:
    """Write a new seller by the digest of the code; return the id."""
    sql = "INSERT INTO market_seller (code, version, agreed_at) VALUES (?, 1, ?) RETURNING id"
    return int(tx.execute(sql, (code, at)).fetchone()[0])


def sellers(db: Reads) -> list[Seller]:
    """Return all sellers."""
    rows = db.execute("SELECT id, version, shown_version, name, phone, place FROM market_seller ORDER BY id")
    return [Seller(row[0], row[1], row[2], Contact(*row[3:])) for row in rows]


def seller_of_code(db: Reads, code: str) -> Seller | None:
    """Return the seller whose code has this digest."""
    row = db.execute(
        "SELECT id, version, shown_version, name, phone, place FROM market_seller WHERE code = ?", (code,)
    ).fetchone()
    return Seller(row[0], row[1], row[2], Contact(*row[3:])) if row else None


def set_version(tx: Reads, seller: int, version: int) -> None:
    """Note the seller's newest sealed contact."""
    tx.execute("UPDATE market_seller SET version = ? WHERE id = ?", (version, seller))


def show_contact(tx: Reads, seller: int, version: int, contact: Contact) -> None:
    """Let everybody see this contact."""
    sql = "UPDATE market_seller SET shown_version = ?, name = ?, phone = ?, place = ? WHERE id = ?"
    tx.execute(sql, (version, contact.name, contact.phone, contact.place, seller))


def remove_seller(tx: Reads, seller: int) -> None:
    """Delete a seller, of whom nothing is left."""
    tx.execute("DELETE FROM market_seller WHERE id = ?", (seller,))


def add_product(tx: Reads, seller: int, wish: Wish, today: date | None, replaces: int | None = None) -> int:
    """Write a product that waits for the staff; return its id."""
    sql = """INSERT INTO market_product (seller, title, category, price_rp, unit, text, blob, state, replaces, changed_on)
        VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?) RETURNING id"""
    return int(tx.execute(sql, (seller, *_row(wish), replaces, _day(today))).fetchone()[0])


def rewrite(tx: Reads, product: int, wish: Wish, today: date | None) -> None:
    """Let a product be as ``wish`` says, and wait for the staff."""
    sql = """UPDATE market_product SET title = ?, category = ?, price_rp = ?, unit = ?, text = ?, blob = ?, state = 'waiting', why = '',
        changed_on = ? WHERE id = ?"""
    tx.execute(sql, (*_row(wish), _day(today), product))


def show(tx: Reads, product: int, wish: Wish, until: date | None, today: date | None) -> None:
    """Let everybody see a product as ``wish`` says."""
    sql = """UPDATE market_product SET title = ?, category = ?, price_rp = ?, unit = ?, text = ?, blob = ?, state = 'shown', why = '',
        replaces = NULL, until = ?, changed_on = ? WHERE id = ?"""
    tx.execute(sql, (*_row(wish), _day(until), _day(today), product))


def refuse(tx: Reads, product: int, why: str, today: date | None) -> None:
    """Let nobody but its seller see a product."""
    sql = "UPDATE market_product SET state = 'refused', why = ?, until = NULL, reports = 0, changed_on = ? WHERE id = ?"
    tx.execute(sql, (why, _day(today), product))


def set_until(tx: Reads, product: int, until: date | None, today: date | None) -> None:
    """Let a product be shown until ``until``."""
    tx.execute("UPDATE market_product SET until = ?, changed_on = ? WHERE id = ?", (_day(until), _day(today), product))


def set_reports(tx: Reads, product: int, reports: int) -> None:
    """Note how often a product was reported."""
    tx.execute("UPDATE market_product SET reports = ? WHERE id = ?", (reports, product))


def remove(tx: Reads, product: int) -> None:
    """Delete a product and whatever would have changed it."""
    tx.execute("DELETE FROM market_product WHERE replaces = ?", (product,))
    tx.execute("DELETE FROM market_product WHERE id = ?", (product,))


def products(db: Reads) -> list[Product]:
    """Return all products, the newest first."""
    return _products(db, "ORDER BY id DESC", ())


def products_of(db: Reads, seller: int) -> list[Product]:
    """Return the products of a seller, the newest first."""
    return _products(db, "WHERE seller = ? ORDER BY id DESC", (seller,))


def find(db: Reads, product: int) -> Product | None:
    """Return one product."""
    return next(iter(_products(db, "WHERE id = ?", (product,))), None)


def change_of(db: Reads, product: int) -> Product | None:
    """Return what waits to change a product."""
    return next(iter(_products(db, "WHERE replaces = ?", (product,))), None)


def waiting(db: Reads) -> int:
    """Return how many products wait for the staff."""
    return int(db.execute("SELECT count(*) FROM market_product WHERE state = 'waiting'").fetchone()[0])


def left_over(db: Reads, before: date) -> list[Product]:
    """Return what was over or refused before a day and has not been touched since."""
    day = before.isoformat()
    return _products(db, "WHERE (state = 'refused' AND changed_on < ?) OR (state = 'shown' AND until < ?)", (day, day))


def mentions(db: Reads, blob: str) -> bool:
    """Return whether a product has this photograph."""
    return db.execute("SELECT 1 FROM market_product WHERE blob = ?", (blob,)).fetchone() is not None


def date_undated(tx: Reads, today: date, until: date) -> None:
    """Give a day to what was shown or changed while nobody knew the day."""
    tx.execute("UPDATE market_product SET until = ? WHERE state = 'shown' AND until IS NULL", (until.isoformat(),))
    tx.execute("UPDATE market_product SET changed_on = ? WHERE changed_on IS NULL", (today.isoformat(),))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _row(wish: Wish) -> tuple[str, str, int | None, str, str, str]:
    return wish.title, wish.category, wish.price_rp, wish.unit, wish.text, wish.blob


def _products(db: Reads, condition: str, values: Sequence[object]) -> list[Product]:
    found = []
    for row in db.execute(f"SELECT {COLUMNS} FROM market_product {condition}", values):  # noqa: S608 - conditions written above
        id_, seller, title, category, price_rp, unit, text, blob, state, until, why, replaces, reports = row
        wish = Wish(title, category, price_rp, unit, text, blob)
        found.append(Product(id_, seller, wish, state, date.fromisoformat(until) if until else None, why, replaces, reports))
    return found
